from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_encoder import HashingEncoder, small_chunker

from embeddings.errors import DocumentError, PinciteError, StoreError, StoreMismatch, StoreNotFound
from embeddings.index.index import LEXICAL_FOLDER, MANIFEST_FILE, STORE_FILE, Index
from embeddings.models.encoder import OnnxEncoder, shipped_encoder
from embeddings.text.chunking import Chunker
from embeddings.types import Document

ENCODER = HashingEncoder()
CHUNKER = small_chunker(ENCODER)
QUESTIONS = ["When did the bridge open?", "Erdogan", "how many sheep were on the hill", "nothing of the kind", "?"]


def written(text: str, title: str = "Tales", source: str = "") -> Document:
    return Document.from_text(text, title=title, source=source)


DOCUMENTS = [
    written("The Bridge\n\nThe bridge opened in 1911. It was built of iron. " + "Many people crossed it. " * 20),
    written("President Erdoğan came to the hill. He counted forty sheep. " + "The sheep ran away. " * 15, "Hill"),
    written("漢字。🎈 A short one.", "Short", "short.txt"),
    written("", "Empty", "empty.txt"),
]


def build(documents: Sequence[Document] | Iterator[Document], path: Path | None = None) -> Index:
    return Index.build(documents, ENCODER, CHUNKER, path)


def found(index: Index) -> list[object]:
    """Everything that an index answers."""
    numbers = range(index.passage_count + 2)
    searches = [(list(index.dense(q, 5).items()), list(index.lexical(q, 5).items())) for q in QUESTIONS]
    return [index.documents(), index.passage_count, index.chunks(numbers), searches]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_on_disk_and_in_memory_answer_alike(tmp_path: Path) -> None:
    with closing(build(DOCUMENTS)) as memory, closing(build(DOCUMENTS, tmp_path / "index")) as made:
        assert found(memory) == found(made)
        with closing(Index.open(tmp_path / "index", ENCODER)) as opened:
            assert found(opened) == found(memory)


def test_an_index_is_one_folder_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    build(DOCUMENTS, tmp_path / "deep" / "index").close()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["index"]
    assert {path.name for path in (tmp_path / "deep" / "index").iterdir()} == {
        STORE_FILE,
        LEXICAL_FOLDER,
        MANIFEST_FILE,
    }


def test_documents_come_back_in_the_order_given(tmp_path: Path) -> None:
    with closing(build(iter(DOCUMENTS[::-1]), tmp_path / "index")) as index:
        assert index.documents() == tuple(DOCUMENTS[::-1])
        assert [index.document(document.id) for document in DOCUMENTS] == DOCUMENTS
        with pytest.raises(DocumentError, match="unknown"):
            index.document("unknown")


def test_the_passage_that_holds_the_words_is_found_both_ways() -> None:
    with closing(build(DOCUMENTS)) as index:
        for search in (index.dense, index.lexical):
            number = next(iter(search("The bridge opened in 1911", 3)))
            chunk = index.chunks([number])[number]
            assert "opened in 1911" in index.document(chunk.document_id).text[chunk.start : chunk.end]


def test_every_passage_is_searched_with_its_heading_by_words_and_with_its_title_too_by_meaning() -> None:
    plain, titled = (written("Harbour\n\n" + "The stones are old. " * 30, title=title) for title in ("T", "Quokka"))
    with closing(build([titled])) as index, closing(build([plain])) as other:
        assert index.passage_count == other.passage_count > 2
        assert len(index.lexical("harbour", 50)) == index.passage_count
        assert index.lexical("quokka", 50) == {}
        near, far = index.dense("quokka", 50), other.dense("quokka", 50)
        assert all(near[number] > far[number] for number in far)


def test_also_adds_the_cosine_of_passages_that_are_not_among_the_nearest() -> None:
    with closing(build(DOCUMENTS)) as index:
        all_scores = index.dense("bridge", index.passage_count)
        some = index.dense("bridge", 1, also=list(all_scores))
        assert next(iter(some)) == next(iter(all_scores))
        assert some == pytest.approx(all_scores, abs=1e-6)


@pytest.mark.parametrize("documents", [[], [written("")], [written(" \n\n ")]], ids=["none", "empty", "blank"])
def test_an_index_without_words_finds_nothing_by_words_and_never_fails(
    tmp_path: Path, documents: list[Document]
) -> None:
    with closing(build(documents, tmp_path / "index")) as index:
        for question in QUESTIONS:
            assert len(index.dense(question, 5)) == index.passage_count
            assert index.lexical(question, 5) == {}
        assert index.documents() == tuple(documents)


def test_progress_is_told_after_each_document() -> None:
    seen: list[str] = []
    Index.build(DOCUMENTS, ENCODER, CHUNKER, progress=seen.append).close()
    assert seen == [document.source or document.id for document in DOCUMENTS]


def test_a_build_replaces_the_index_that_is_there_whole(tmp_path: Path) -> None:
    build(DOCUMENTS, tmp_path / "index").close()
    with closing(build(DOCUMENTS[2:3], tmp_path / "index")) as index, closing(build(DOCUMENTS[2:3])) as fresh:
        assert found(index) == found(fresh)
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_reader_sees_an_index_that_was_replaced_and_keeps_what_it_has_in_hand(tmp_path: Path) -> None:
    build(DOCUMENTS, tmp_path / "index").close()
    with closing(Index.open(tmp_path / "index", ENCODER)) as reader:
        with reader.reading():
            before = found(reader)
            build(DOCUMENTS[2:3], tmp_path / "index").close()
            assert found(reader) == before
            time.sleep(1.2)  # tantivy looks every half second whether its folder has changed
            assert found(reader) == before
        with closing(build(DOCUMENTS[2:3])) as fresh:
            assert found(reader) == found(fresh)


def test_an_index_of_another_encoder_that_takes_its_place_is_not_read_with_this_one(tmp_path: Path) -> None:
    build(DOCUMENTS, tmp_path / "index").close()
    other = HashingEncoder(name="other")
    with closing(Index.open(tmp_path / "index", ENCODER)) as reader:
        before = found(reader)
        Index.build(DOCUMENTS[:1], other, small_chunker(other), tmp_path / "index").close()
        assert found(reader) == before


def test_a_damaged_index_can_be_built_again(tmp_path: Path) -> None:
    build(DOCUMENTS, tmp_path / "index").close()
    (tmp_path / "index" / STORE_FILE).write_bytes(b"damaged")
    with closing(build(DOCUMENTS, tmp_path / "index")) as index:
        assert index.documents() == tuple(DOCUMENTS)


def test_an_empty_folder_becomes_an_index(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    build(DOCUMENTS, tmp_path / "index").close()
    Index.open(tmp_path / "index", ENCODER).close()


@pytest.mark.parametrize("names", [["notes.txt"], ["store.sqlite", "notes.txt"], ["lexical/notes.txt"]])
def test_a_folder_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path, names: list[str]) -> None:
    folder = tmp_path / "mine"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("precious", encoding="utf-8")
    before = tree(tmp_path)
    with pytest.raises(StoreError, match="not an index"):
        build(DOCUMENTS, folder)
    assert tree(tmp_path) == before


def test_a_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious", encoding="utf-8")
    for path in (tmp_path / "mine", tmp_path / "mine" / "index"):
        with pytest.raises(StoreError, match=r"name another place|can't be written"):
            build(DOCUMENTS, path)
    assert tree(tmp_path) == {"mine": b"precious"}


@pytest.mark.parametrize("there", [True, False], ids=["over an index", "where nothing is"])
@pytest.mark.parametrize("error", [RuntimeError("broke"), KeyboardInterrupt(), DocumentError("bad")])
def test_a_failure_in_the_middle_leaves_the_old_index_and_no_leftovers(
    tmp_path: Path, error: BaseException, there: bool
) -> None:
    def broken() -> Iterator[Document]:
        yield DOCUMENTS[2]
        raise error

    if there:
        build(DOCUMENTS, tmp_path / "index").close()
    before = tree(tmp_path)
    with pytest.raises(type(error)):
        build(broken(), tmp_path / "index")
    assert tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == (["index"] if there else [])


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file can be written beyond 16 KiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full_disk")
def test_what_cannot_be_written_is_a_store_error_and_leaves_no_leftovers(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be written"):
        build([written("The river rose. " * 3000)], tmp_path / "index")
    assert list(tmp_path.iterdir()) == []


def test_an_index_has_the_rights_of_any_new_folder(tmp_path: Path) -> None:
    (tmp_path / "any").mkdir()
    build(DOCUMENTS, tmp_path / "index").close()
    assert (tmp_path / "index").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_the_same_document_twice_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"short\.txt"):
        build([DOCUMENTS[2], DOCUMENTS[0], DOCUMENTS[2]], tmp_path / "index")
    assert list(tmp_path.iterdir()) == []


def test_another_encoder_is_a_mismatch_that_names_both(tmp_path: Path) -> None:
    build(DOCUMENTS, tmp_path / "index").close()
    other = HashingEncoder(name="other")
    with pytest.raises(StoreMismatch) as caught:
        Index.open(tmp_path / "index", other)
    assert ENCODER.card.identity in str(caught.value)
    assert other.card.identity in str(caught.value)


def test_where_there_is_no_index_it_says_how_to_make_one(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StoreNotFound, match="pincite index"):
            Index.open(path, ENCODER)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("gone", ["meta.json", ""])
def test_an_index_without_its_words_is_a_store_error(tmp_path: Path, gone: str) -> None:
    build(DOCUMENTS, tmp_path / "index").close()
    words = tmp_path / "index" / LEXICAL_FOLDER
    (words / gone).unlink() if gone else words.rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="build it again"):
        Index.open(tmp_path / "index", ENCODER)


def test_a_damaged_text_is_found_but_never_served(tmp_path: Path) -> None:
    build(DOCUMENTS, tmp_path / "index").close()
    with closing(sqlite3.connect(tmp_path / "index" / STORE_FILE)) as editor:
        editor.execute("UPDATE texts SET text = replace(text, '1911', '1912')")
        editor.commit()
    with closing(Index.open(tmp_path / "index", ENCODER)) as index:
        (chunk, *_) = index.chunks(index.lexical("bridge 1911", 1)).values()
        with pytest.raises(DocumentError, match="does not match its content hash"):
            index.document(chunk.document_id)


def test_words_of_a_passage_that_is_gone_are_not_found(tmp_path: Path) -> None:
    build(DOCUMENTS, tmp_path / "index").close()
    with closing(sqlite3.connect(tmp_path / "index" / STORE_FILE)) as editor:
        editor.execute("DELETE FROM chunks WHERE number % 2 = 1")
        editor.commit()
    with closing(Index.open(tmp_path / "index", ENCODER)) as index:
        lexical = index.lexical("the bridge opened sheep", 50)
        assert lexical
        assert set(index.dense("the bridge opened", 2, also=list(lexical))) >= set(lexical)
        assert set(index.chunks(lexical)) == set(lexical)


@settings(max_examples=25)
@given(st.lists(st.text(max_size=300), max_size=4, unique=True), st.text(max_size=20), st.text(max_size=60))
def test_any_texts_survive_and_every_hit_lies_in_its_document(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], title: str, question: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "index"
    documents = [written(text, title) for text in texts]
    with closing(build(documents)) as memory, closing(build(documents, path)) as saved:
        assert found(saved) == found(memory)
        assert saved.documents() == tuple(documents)
        hits = saved.dense(question, 50) | saved.lexical(question, 50)
        chunks = saved.chunks(hits)
        assert set(chunks) == set(hits)
        for chunk in chunks.values():
            text = saved.document(chunk.document_id).text
            assert 0 <= chunk.start <= chunk.body_start <= chunk.end <= len(text)
            assert chunk.start < chunk.end


def test_several_threads_search_at_once(tmp_path: Path) -> None:
    with closing(build(DOCUMENTS, tmp_path / "index")) as index, ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: found(index) == found(index), range(8))) == [True] * 8


@pytest.fixture(scope="module")
def real() -> OnnxEncoder:
    return shipped_encoder()


def test_with_the_shipped_encoder_meaning_is_found_where_no_word_is_shared(tmp_path: Path, real: OnnxEncoder) -> None:
    texts = {
        "boats": "The fishing vessels came back to the harbour at sunset with their nets empty.",
        "bread": "Knead the dough for ten minutes, let it rise, and put it in a hot oven.",
        "stars": "Astronomers measured the brightness of a distant galaxy.",
    }
    documents = [written(text, title=name) for name, text in texts.items()]
    chunker = Chunker(real.count, real.card.max_tokens)
    with closing(Index.build(documents, real, chunker, tmp_path / "index")) as index:
        number = next(iter(index.dense("How do I bake a loaf?", 3)))
        assert index.document(index.chunks([number])[number].document_id).title == "bread"
        assert index.dense("boats at sea", 3)
    with pytest.raises(PinciteError):
        Index.open(tmp_path / "index", ENCODER)

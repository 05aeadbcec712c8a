from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoder import Vectors
from embeddings.errors import DocumentError, PinciteError, StoreError, StoreLocked, StoreMismatch, StoreNotFound
from embeddings.store import Store
from embeddings.types import Chunk, Document

DATES = st.none() | st.sampled_from(["2015-10-21", "2015-10-22T00:02Z", "1700 GMT"]) | st.text(max_size=10)
TEXTS = st.text(max_size=200)  # never a lone surrogate, often NUL and what needs four bytes


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(TEXTS)
    return Document("", draw(TEXTS), draw(TEXTS), text, draw(DATES), draw(st.sampled_from(["text/plain", "text/html"])))


@st.composite
def cut(draw: st.DrawFn, document: Document) -> list[Chunk]:
    """Chunks with any offsets and headings."""
    numbers = st.integers(0, len(document.text))
    return [
        Chunk(document.id, *sorted(draw(st.tuples(numbers, numbers, numbers))), draw(st.none() | TEXTS), draw(DATES))
        for _ in range(draw(st.integers(0, 4)))
    ]


def some_vectors(count: int, dimension: int = 8) -> Vectors:
    return np.random.default_rng(count).normal(size=(count, dimension)).astype(np.float32)


def filled(store: Store, count: int = 3) -> list[Document]:
    """Adds documents of two chunks each."""
    made = [Document.from_text(f"Rain fell on day {i}. Then it stopped.", source=f"{i}.txt") for i in range(count)]
    for document in made:
        chunks = [Chunk(document.id, 0, 0, 10), Chunk(document.id, 10, 12, 20, "Heading", "2015-10-21")]
        store.add(document, chunks, some_vectors(2))
    store.commit()
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store(path, create=True)) as made:
        yield made


@settings(max_examples=60)
@given(st.lists(documents(), max_size=3, unique_by=lambda document: document.id), st.booleans(), st.data())
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, added: list[Document], in_memory: bool, data: st.DataObject
) -> None:
    path = None if in_memory else tmp_path_factory.mktemp("round") / "store.sqlite"
    store, stored = Store(path, create=True), dict[int, Chunk]()
    for document in added:
        chunks = data.draw(cut(document))
        stored |= zip(store.add(document, chunks, some_vectors(len(chunks))), chunks, strict=True)
    store.commit()
    if path is not None:
        store.close()
        store = Store(path)
    with closing(store):
        assert store.documents() == tuple(added)
        assert [store.document(document.id) for document in added] == added
        assert store.chunks(stored) == stored


def test_vectors_come_back_as_float16_holds_them_in_the_order_of_their_numbers(store: Store) -> None:
    document, vectors = Document.from_text("Rain."), some_vectors(5, 384)
    numbers = store.add(document, [Chunk(document.id, 0, 0, 5)] * 5, vectors)
    found_numbers, found = store.vectors()
    assert found_numbers.tolist() == numbers == sorted(numbers)
    np.testing.assert_array_equal(found, vectors.astype(np.float16).astype(np.float32))
    assert (found.dtype, found_numbers.dtype) == (np.float32, np.int64)


def test_an_empty_store_has_no_vectors(store: Store) -> None:
    numbers, vectors = store.vectors()
    assert (len(numbers), len(vectors), store.documents(), store.chunks([1])) == (0, 0, (), {})


def test_chunks_that_are_not_there_are_left_out(store: Store) -> None:
    filled(store, 1)
    assert set(store.chunks([1, 2, 77])) == {1, 2}


def test_as_many_chunks_can_be_fetched_as_anyone_asks_for(store: Store) -> None:
    filled(store, 2)
    assert set(store.chunks(range(5_000))) == {1, 2, 3, 4}


def test_a_document_that_is_there_already_is_refused_and_nothing_changes(store: Store) -> None:
    first, *_ = filled(store)
    again = Document(first.id, "Another title", "again.txt", "Other words.")
    with pytest.raises(DocumentError, match=rf"again\.txt: .*{first.id}"):
        store.add(again, [], some_vectors(0))
    assert store.document(first.id) == first


def test_an_unknown_id_is_a_document_error(store: Store) -> None:
    with pytest.raises(DocumentError, match="no-such-id: no document has this id"):
        store.document("no-such-id")


def test_facts_are_kept_and_replaced_and_a_missing_one_is_named(store: Store, path: Path) -> None:
    store.set_fact("encoder", "one")
    store.set_fact("encoder", "two")
    store.commit()
    with closing(Store(path)) as opened:
        assert opened.fact("encoder") == "two"
        with pytest.raises(StoreError, match="does not say its colour"):
            opened.fact("colour")


def test_nothing_is_durable_before_the_commit(store: Store, path: Path) -> None:
    filled(store, 1)
    document = Document.from_text("Never committed.")
    store.add(document, [], some_vectors(0))
    store.close()
    with closing(Store(path)) as opened:
        assert len(opened.documents()) == 1


def test_a_missing_store_is_not_found_and_not_made(path: Path) -> None:
    with pytest.raises(StoreNotFound, match=f"make one with: pincite index PATHS --index {path.parent}"):
        Store(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("format", "what_to_do"), [("999", "made by a newer Pincite .*upgrade Pincite"), ("0", "older .*build it again")]
)
def test_another_format_is_a_mismatch_that_names_both(store: Store, path: Path, format: str, what_to_do: str) -> None:
    store.set_fact("format", format)
    store.commit()
    with pytest.raises(StoreMismatch, match=what_to_do) as caught:
        Store(path)
    assert f"format {format}, this version reads format 2" in str(caught.value)


def test_a_store_that_another_program_holds_is_locked_not_damaged(store: Store, path: Path) -> None:
    filled(store, 1)
    with closing(sqlite3.connect(path)) as other, closing(Store(path)) as opened:
        opened._connection.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLocked, match="another program holds it"):
            opened.documents()


@pytest.mark.parametrize("content", [b"", b"garbage", b"\0" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_store_is_a_store_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match="build it again"):
        Store(path)


def test_the_database_of_another_program_is_a_store_error(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE birds (name TEXT)")
    with pytest.raises(StoreError, match="build it again"):
        Store(path)


@pytest.mark.parametrize("text", ["Snow fell on day 0. Then it stopped.", "", "Rain fell on day 0. Then it stopped. "])
def test_a_text_that_was_changed_is_never_served(store: Store, path: Path, text: str) -> None:
    first, second, *_ = filled(store)
    with closing(sqlite3.connect(path)) as editor:
        editor.execute("UPDATE documents SET text = ? WHERE id = ?", (text, first.id))
        editor.commit()
    with pytest.raises(DocumentError, match=r"0\.txt: its text does not match its content hash"):
        store.document(first.id)
    with pytest.raises(DocumentError):
        store.documents()
    assert store.document(second.id) == second


@pytest.mark.parametrize("text", [b"\xff\xfe", None, 7])
def test_what_is_no_text_at_all_is_never_served(store: Store, path: Path, text: object) -> None:
    first, *_ = filled(store)
    with closing(sqlite3.connect(path)) as editor:
        editor.execute("PRAGMA ignore_check_constraints = ON")
        editor.execute("PRAGMA writable_schema = ON")
        editor.execute("UPDATE sqlite_schema SET sql = replace(sql, 'text TEXT NOT NULL', 'text')")
        editor.commit()
    with closing(sqlite3.connect(path)) as editor:
        editor.execute("UPDATE documents SET text = ? WHERE id = ?", (text, first.id))
        editor.commit()
    with closing(Store(path)) as opened, pytest.raises(PinciteError):
        opened.document(first.id)


def test_a_flipped_byte_never_serves_another_text(store: Store, path: Path) -> None:
    added = {document.id: document.text for document in filled(store)}
    store.close()
    whole = path.read_bytes()
    places = [place for place in range(len(whole)) if whole[place] or place % 512 == 0]
    for place in np.random.default_rng(1).permutation(places)[:400]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        try:
            with closing(Store(path)) as damaged:
                damaged.vectors()
                damaged.chunks(range(10))
                for document in damaged.documents():
                    assert document.text in added.values()
        except PinciteError:
            continue


def test_several_threads_read_at_once(store: Store) -> None:
    added = filled(store, 40)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda document: store.document(document.id), added * 5)) == added * 5
        assert list(threads.map(lambda i: len(store.chunks([i, i + 1])), range(1, 80))) == [2] * 79


def test_a_store_opened_in_one_thread_can_be_read_in_another(store: Store, path: Path) -> None:
    added = filled(store)
    with closing(Store(path)) as opened, ThreadPoolExecutor(1) as thread:
        assert thread.submit(opened.documents).result() == tuple(added)

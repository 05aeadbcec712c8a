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

from embeddings.errors import DocumentError, PinciteError, StoreError, StoreLocked, StoreMismatch, StoreNotFound
from embeddings.index.staging import Staging
from embeddings.models.encoder import Vectors
from embeddings.store.records import Stored
from embeddings.store.sqlite import Store
from embeddings.types import Chunk, Document

DIMENSION = 8

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


def some_vectors(count: int, dimension: int = DIMENSION) -> Vectors:
    return np.random.default_rng(count).normal(size=(count, dimension)).astype(np.float32)


def made(path: Path | None, dimension: int = DIMENSION) -> Store:
    store = Store(path, create=True)
    store.set_fact("dimension", str(dimension))
    return store


def filled(store: Store, count: int = 3) -> list[Document]:
    """Adds documents of two chunks each, in one update."""
    added = [Document.from_text(f"Rain fell on day {i}. Then it stopped.", source=f"{i}.txt") for i in range(count)]
    staging = Staging(store)
    for document in added:
        chunks = [Chunk(document.id, 0, 0, 10), Chunk(document.id, 10, 12, 20, "Heading", "2015-10-21")]
        staging.add(document, chunks, some_vectors(2))
    staging.finish()
    return added


def numbers_of(stored: Stored) -> range:
    return range(stored.first, stored.first + stored.count)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(made(path)) as store:
        yield store


@settings(max_examples=60)
@given(st.lists(documents(), max_size=3, unique_by=lambda document: document.id), st.booleans(), st.data())
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, added: list[Document], in_memory: bool, data: st.DataObject
) -> None:
    path = None if in_memory else tmp_path_factory.mktemp("round") / "store.sqlite"
    store, stored = made(path), dict[int, Chunk]()
    staging = Staging(store)
    for document in added:
        chunks = data.draw(cut(document))
        row = staging.add(document, chunks, some_vectors(len(chunks)))
        stored |= zip(numbers_of(row), chunks, strict=True)
    staging.finish()
    if path is not None:
        store.close()
        store = Store(path)
    with closing(store):
        assert store.documents() == tuple(added)
        assert [store.document(document.id) for document in added] == added
        assert store.chunks(stored) == stored


def test_vectors_come_back_as_float16_holds_them_in_the_order_of_their_numbers() -> None:
    document, vectors = Document.from_text("Rain."), some_vectors(5, 384)
    store = made(None, 384)
    staging = Staging(store)
    numbers = numbers_of(staging.add(document, [Chunk(document.id, 0, 0, 5)] * 5, vectors))
    staging.finish()
    found_numbers, found = store.vectors()
    assert found_numbers.tolist() == list(numbers)
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


def test_numbers_are_never_used_again(path: Path) -> None:
    with closing(made(path)) as store:
        filled(store, 2)
        before = list(store.each_document())
        staging = Staging(store)
        for stored in before:
            staging.remove(stored)
        staging.finish()
        staging.drop(staging.leftovers())
        staging.commit()
    with closing(Store(path)) as store:
        filled(store, 2)
        after = list(store.each_document())
    assert min(stored.number for stored in after) > max(stored.number for stored in before)
    assert min(stored.first for stored in after) > max(numbers_of(stored)[-1] for stored in before)


def test_an_unknown_id_is_a_document_error(store: Store) -> None:
    with pytest.raises(DocumentError, match="no-such-id: no document has this id"):
        store.document("no-such-id")


def test_facts_are_kept_and_replaced_and_a_missing_one_is_named(store: Store, path: Path) -> None:
    store.set_fact("encoder", "one")
    store.set_fact("encoder", "two")
    with closing(Store(path)) as opened:
        assert opened.fact("encoder") == "two"
        with pytest.raises(StoreError, match="does not say its colour"):
            opened.fact("colour")


def test_nothing_is_seen_before_the_update_is_finished_though_it_is_durable(store: Store, path: Path) -> None:
    (first,) = filled(store, 1)
    staging = Staging(store)
    document = Document.from_text("Not finished.")
    row = staging.add(document, [Chunk(document.id, 0, 0, 3)], some_vectors(1))
    staging.remove(store.stored(first.id))
    staging.commit()
    with closing(Store(path)) as opened:
        assert opened.documents() == (first,)
        assert opened.chunks(numbers_of(row)) == {}
        assert len(opened.vectors()[0]) == 2
        with pytest.raises(DocumentError):
            opened.document(document.id)
        assert Staging(opened).by_id(document.id) == row  # it waits for whoever goes on


def test_a_reader_that_holds_on_to_an_update_sees_nothing_of_the_next(store: Store, path: Path) -> None:
    filled(store, 1)
    with closing(Store(path)) as reader:
        reader.pin()
        staging = Staging(store)
        for stored in list(store.each_document()):
            staging.remove(stored)
        staging.finish()
        staging.drop(staging.leftovers())
        staging.commit()
        assert len(reader.documents()) == 1
        assert len(reader.vectors()[0]) == len(reader.chunks(range(9))) == 2
        reader.unpin()
        reader.pin()
        assert reader.documents() == ()
        assert reader.chunks(range(9)) == {}


def test_a_missing_store_is_not_found_and_not_made(path: Path) -> None:
    with pytest.raises(StoreNotFound, match=f"make one with: pincite index PATHS --index {path.parent}"):
        Store(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("format", "what_to_do"), [("999", "made by a newer Pincite .*upgrade Pincite"), ("0", "older .*build it again")]
)
def test_another_format_is_a_mismatch_that_names_both(store: Store, path: Path, format: str, what_to_do: str) -> None:
    store.set_fact("format", format)
    with pytest.raises(StoreMismatch, match=what_to_do) as caught:
        Store(path)
    assert f"format {format}, this version reads format 3" in str(caught.value)


def test_a_store_that_another_program_holds_is_locked_not_damaged(store: Store, path: Path) -> None:
    filled(store, 1)
    with closing(sqlite3.connect(path)) as other, closing(Store(path)) as opened:
        opened.connection.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN EXCLUSIVE")
        assert opened.documents()  # readers go on
        with pytest.raises(StoreLocked, match="another program holds it"):
            opened.set_fact("colour", "red")


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


CHANGES = {
    "a text": ("UPDATE texts SET text = replace(text, 'Rain', 'Snow') WHERE document = 1", "content hash"),
    "a text that is empty": ("UPDATE texts SET text = '' WHERE document = 1", "content hash"),
    "a text that is longer": ("UPDATE texts SET text = text || ' ' WHERE document = 1", "content hash"),
    "no text": ("DELETE FROM texts WHERE document = 1", "text is damaged"),
    "a text of bytes": ("UPDATE texts SET text = x'ff' WHERE document = 1", "damaged"),
    "a source": ("UPDATE documents SET source = 'other.txt' WHERE number = 1", "record is damaged"),
    "a date": ("UPDATE documents SET date = '1999-01-01' WHERE number = 1", "record is damaged"),
    "a title": ("UPDATE documents SET fields = replace(fields, 'Untitled', 'Titled') WHERE number = 1", "damaged"),
    "the update": ("UPDATE documents SET added = 0 WHERE number = 1", "record is damaged"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_document_that_was_changed_is_never_served(store: Store, path: Path, what: str) -> None:
    first, second, *_ = filled(store)
    statement, said = CHANGES[what]
    with closing(sqlite3.connect(path)) as editor:
        editor.execute(statement)
        editor.commit()
    with pytest.raises(DocumentError, match=said) as caught:
        store.document(first.id)
    assert "pincite doctor --repair" in str(caught.value)
    with pytest.raises(DocumentError):
        store.documents()
    assert store.document(second.id) == second


@pytest.mark.parametrize("change", ["start = 1", "end = 9", "heading = 'Other'", "date = NULL", "document = 2"])
def test_a_passage_that_was_changed_is_never_served(store: Store, path: Path, change: str) -> None:
    filled(store)
    with closing(sqlite3.connect(path)) as editor:
        editor.execute(f"UPDATE chunks SET {change} WHERE number = 2")
        editor.commit()
    with pytest.raises(DocumentError, match="passage is damaged"):
        store.chunks([1, 2])
    assert set(store.chunks([1, 3])) == {1, 3}


@pytest.mark.parametrize("data", ["zeroblob(16)", "x'00'", "NULL || ''", "'text'"])
def test_a_vector_that_was_changed_is_never_searched(store: Store, path: Path, data: str) -> None:
    filled(store)
    with closing(sqlite3.connect(path)) as editor:
        editor.execute("PRAGMA ignore_check_constraints = ON")
        editor.execute(f"UPDATE OR IGNORE vectors SET data = coalesce({data}, '') WHERE number = 2")
        editor.commit()
    with pytest.raises(DocumentError, match="passage 2: its vector is damaged"):
        store.vectors()


def test_a_flipped_byte_never_serves_another_text(store: Store, path: Path) -> None:
    added = {document.id: document.text for document in filled(store)}
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    whole = path.read_bytes()
    places = [place for place in range(len(whole)) if whole[place] or place % 512 == 0]
    for place in np.random.default_rng(1).permutation(places)[:300]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        try:
            with closing(Store(path)) as damaged:
                damaged.vectors()
                damaged.chunks(range(10))
                for document in damaged.documents():
                    assert document.text in added.values()
                    assert document.source in {f"{number}.txt" for number in range(3)}
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

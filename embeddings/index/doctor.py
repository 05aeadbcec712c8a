"""The doctor: verifies every byte that an index serves, and builds a new index from what is whole.

SQLite's own check covers its pages, a checksum every row, a hash every text, a digest the base of vectors and each file
of words. What FAISS and tantivy hold is made again from the store; a passage or vector that is damaged, from its
document's text; only a document whose own text or record is damaged is lost.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.errors import DocumentError, PinciteError, StoreError, StoreNotFound
from embeddings.index.index import replace_index
from embeddings.index.staging import FileRow
from embeddings.index.updating import Writer, create, open_store
from embeddings.search.bases import Base, LoadedBase
from embeddings.search.lexical import LexicalIndex
from embeddings.search.wordfiles import LEXICAL_FOLDER, lexical_faults
from embeddings.store.connecting import STORE_FILE
from embeddings.store.locking import writer_lock
from embeddings.store.manifest import Manifest
from embeddings.store.records import STORED_COLUMNS, Stored, chunk_row, stored_row
from embeddings.store.sqlite import Store

if TYPE_CHECKING:
    from embeddings.index.beside import Maker

_MOST_TOLD = 20  # faults of one kind
_ROW = ", ".join(f"d.{name}" for name in STORED_COLUMNS) + ", d.checksum"


@dataclass(frozen=True, slots=True)
class Mended:
    """The result of a repair: how many documents were kept, and the names of those that were lost."""

    kept: int
    lost: tuple[str, ...]


def examine(folder: Path) -> list[str]:
    """Every fault of an index, a line each; () where it is whole.

    Raises StoreNotFound where there is none.
    """
    try:
        store = open_store(folder)
    except StoreNotFound:
        raise
    except StoreError as error:
        return [str(error)]
    with closing(store):
        faults = [f"{folder / STORE_FILE}: {fault}" for fault in _pages(store)]
        for look in (_documents, _passages, _vectors):
            faults += _few(look(store))
        faults += _few(_base(folder, store))
        faults += _few(_words(folder, store))
    return faults


def mended(folder: Path, maker_of: Callable[[str], Maker], wait: float = 0.0) -> Mended:
    """Builds a new index from every document that is whole, and puts it in the place of the damaged one.

    Args:
        folder: of the index.
        maker_of: gives what the index was made with, by the identity of its encoder.
        wait: seconds to wait for another writer.

    Raises:
        StoreError: so much is damaged that nothing can be told of it, or it can't be written.
    """
    new = folder.parent / f".{folder.name}.mended"
    with writer_lock(folder, wait), closing(_opened(folder)) as store:
        maker = maker_of(_encoder_of(folder, store))
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir()
        except OSError as error:
            raise StoreError(f"{folder}: can't be mended ({error.strerror}); mend the rights of its folder") from None
        try:
            done = _copied(store, new, maker)
            replace_index(new, folder, held=True)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return done


def _copied(store: Store, new: Path, maker: Maker) -> Mended:
    made, lexical = create(new, maker.encoder, maker.chunker)
    kept, lost = 0, []
    with closing(made):
        writer = Writer(made, lexical, maker.encoder, maker.chunker, new, maker.tuning)
        try:
            for number in range(1, _last(store) + 1):
                name = _copy(store, number, writer)
                if name == "":
                    kept += 1
                elif name is not None:
                    lost.append(name)
            writer.finish(always=True)
        except BaseException:
            writer.abandon()
            raise
    return Mended(kept, tuple(lost))


def _copy(store: Store, number: int, writer: Writer) -> str | None:
    """Copies a document. Returns "" if that went well, its name if it is lost, None if there is nothing to copy."""
    try:
        rows = store.rows(f"SELECT {_ROW} FROM documents d WHERE d.number = ?", (number,))
        if not rows:
            return None
        stored = stored_row(rows[0])
        if stored.added > store.state.update or 0 < stored.removed <= store.state.update:
            return None
        document = store.with_text(stored)
    except PinciteError as error:
        return str(error).partition(": ")[0]
    try:
        chunks = list(store.chunks_of(stored.id).values())
        numbers, vectors = store.vectors_of(range(stored.first, stored.first + stored.count))
        if len(chunks) != stored.count or len(numbers) != stored.count:
            raise DocumentError("some of its passages are missing")
        copy = writer.add_again(document, chunks, vectors)
    except PinciteError:
        copy = writer.add(document)
    with suppress(PinciteError):
        query = "SELECT path, digest, own FROM files WHERE key = ? AND run <= ?"
        for path, digest, own in store.rows(query, (stored.key, store.state.update)):
            writer.staging.set_file(path, FileRow(digest, copy.key, bool(own)))
    return ""


def _opened(folder: Path) -> Store:
    """The store, opened whatever the manifest says."""
    return Store(folder / STORE_FILE)


def _encoder_of(folder: Path, store: Store) -> str:
    try:
        return Manifest.read(folder).encoder
    except StoreError:
        return store.fact("encoder")


def _last(store: Store) -> int:
    rows = store.rows("SELECT seq FROM sqlite_sequence WHERE name = 'documents'")
    return int(rows[0][0]) if rows else 0


# ---------------------------------------------------------------- what is looked at


def _pages(store: Store) -> list[str]:
    try:
        return [str(row[0]) for row in store.rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
    except StoreError as error:
        return [str(error)]


def _documents(store: Store) -> Iterator[str]:
    for number in _numbers(store, "documents"):
        try:
            rows = store.rows(f"SELECT {_ROW} FROM documents d WHERE d.number = ?", (number,))
            stored = stored_row(rows[0]) if rows else None
            if stored is not None and _is_there(store, stored):
                store.with_text(stored)
        except PinciteError as error:
            yield str(error)


def _passages(store: Store) -> Iterator[str]:
    columns = "c.number, c.document, c.start, c.body_start, c.end, c.heading, c.date, c.day, c.checksum"
    for first, last in _spans(store, "chunks"):
        query = f"SELECT {columns}, d.id FROM chunks c JOIN documents d ON d.number = c.document "
        try:
            rows = store.rows(query + "WHERE c.number BETWEEN ? AND ?", (first, last))
        except StoreError as error:
            yield str(error)
            continue
        for row in rows:
            try:
                chunk_row(row[:-1], row[-1])
            except DocumentError as error:
                yield str(error)
    documents, passages = _counted(store)
    if (documents, passages) != (store.state.documents, store.state.passages):
        expected = f"{store.state.documents} and {store.state.passages}"
        yield f"{documents} documents and {passages} passages, expected {expected}"


def _counted(store: Store) -> tuple[int, int]:
    """The number of documents and passages that are really there."""
    update = store.state.update
    seen = "d.added <= ? AND (d.removed = 0 OR d.removed > ?)"
    documents = store.rows(f"SELECT count(*) FROM documents d WHERE {seen}", (update, update))
    passages = store.rows(
        f"SELECT count(*) FROM vectors v JOIN chunks c ON c.number = v.number "
        f"JOIN documents d ON d.number = c.document WHERE {seen}",
        (update, update),
    )
    return documents[0][0], passages[0][0]


def _vectors(store: Store) -> Iterator[str]:
    for first, last in _spans(store, "vectors"):
        try:
            _, vectors = store.vectors_of(range(first, last + 1))
            if not np.isfinite(vectors).all():
                yield f"passages {first} to {last}: a vector that is not finite"
        except PinciteError as error:
            yield str(error)


def _base(folder: Path, store: Store) -> Iterator[str]:
    if store.state.base is None:
        return
    try:
        LoadedBase.read(folder, Base.from_json(store.state.base))
    except FileNotFoundError as error:
        yield f"{error.filename}: missing"
    except StoreError as error:
        yield str(error)


def _words(folder: Path, store: Store) -> Iterator[str]:
    faults = list(lexical_faults(folder, store))
    yield from faults
    if faults:  # tantivy may end the whole process over them
        return
    try:
        lexical = LexicalIndex(folder / LEXICAL_FOLDER)
        if (count := lexical.count()) < store.state.passages:
            yield f"{folder / LEXICAL_FOLDER}: {count:,} passages, expected {store.state.passages:,}"
    except StoreError as error:
        yield str(error)


# ---------------------------------------------------------------- below


def _is_there(store: Store, stored: Stored) -> bool:
    update = store.state.update
    return stored.added <= update and (stored.removed == 0 or stored.removed > update)


def _numbers(store: Store, table: str) -> range:
    try:
        return range(1, int(store.rows(f"SELECT max(number) FROM {table}")[0][0] or 0) + 1)
    except StoreError:
        return range(0)


def _spans(store: Store, table: str, size: int = 5_000) -> Iterator[tuple[int, int]]:
    numbers = _numbers(store, table)
    return ((first, first + size - 1) for first in range(1, len(numbers) + 1, size))


def _few(faults: Iterator[str]) -> list[str]:
    """The first faults of a kind, and the number of the others."""
    try:
        told = [str(fault) for fault in faults]
    except PinciteError as error:
        return [str(error)]
    more = len(told) - _MOST_TOLD
    return [*told[:_MOST_TOLD], *([f"and {more:,} more faults of this kind"] if more > 0 else [])]

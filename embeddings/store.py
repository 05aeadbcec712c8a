"""SQLite: documents, chunks and their vectors. The truth; what FAISS and tantivy hold can be rebuilt from it.

A text is stored once and chunks are offsets into it. Vectors are float16. A document's text is checked against its
content hash each time it is fetched, so that no damaged text is ever quoted.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import Vectors
from embeddings.errors import DocumentError, StoreError, StoreLocked, StoreMismatch, StoreNotFound
from embeddings.types import Chunk, Document, Layout

# Raised with every change of the tables below or of what stands beside the file; an older index is refused.
FORMAT = 2

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, source TEXT NOT NULL,
    text TEXT NOT NULL, date TEXT, media_type TEXT NOT NULL, content_hash TEXT NOT NULL, author TEXT,
    layout TEXT NOT NULL
);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents (number),
    start INTEGER NOT NULL, body_start INTEGER NOT NULL, end INTEGER NOT NULL,
    heading TEXT, date TEXT, vector BLOB NOT NULL
);
"""
_DAMAGED, _UNWRITABLE = "not an index, or a damaged one", "can't be written"
_DOCUMENT = "id, title, source, text, date, media_type, content_hash, author, layout"


class Store:
    """One SQLite file, or one in memory. Safe to read from several threads.

    Args:
        path: the file; None for a store in memory.
        create: make the tables; otherwise the file must hold them.

    Raises:
        StoreNotFound: there is no such file.
        StoreMismatch: the file is of another format version.
        StoreError: the file is not a store, or is damaged.
    """

    def __init__(self, path: Path | None, create: bool = False) -> None:
        if path is not None and not create and not _is_file(path):
            raise StoreNotFound(_nothing_at(path))
        self._path, self._lock = path, threading.Lock()
        try:
            self._connection = sqlite3.connect(":memory:" if path is None else path, check_same_thread=False)
        except sqlite3.OperationalError as error:
            raise StoreError(f"{path}: can't be opened ({error}); check that you may read it") from None
        try:
            if create:
                self._make_tables()
            else:
                self._check_format()
        except StoreError:
            self.close()
            raise

    def add(self, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> list[int]:
        """Stores a document with its chunks and their vectors, (chunks, dimension); returns the chunks' numbers.

        Nothing is durable before `commit`. Raises DocumentError where a document of the same id is there.
        """
        *values, layout = (getattr(document, name) for name in _DOCUMENT.split(", "))
        with self._database(_UNWRITABLE):
            try:
                row = self._connection.execute(
                    f"INSERT INTO documents ({_DOCUMENT}) VALUES (?,?,?,?,?,?,?,?,?)", (*values, layout.to_json())
                )
            except sqlite3.IntegrityError:
                raise DocumentError(
                    f"{document.source or document.id}: a document with id {document.id} is there"
                ) from None
            return [
                self._add_chunk(row.lastrowid, chunk, vector) for chunk, vector in zip(chunks, vectors, strict=True)
            ]

    def _add_chunk(self, document: int | None, chunk: Chunk, vector: Vectors) -> int:
        values = (chunk.start, chunk.body_start, chunk.end, chunk.heading, chunk.date)
        row = self._connection.execute(
            "INSERT INTO chunks (document, start, body_start, end, heading, date, vector) VALUES (?,?,?,?,?,?,?)",
            (document, *values, vector.astype(np.float16).tobytes()),
        )
        assert row.lastrowid is not None  # an INSERT always has one
        return row.lastrowid

    def commit(self) -> None:
        """Makes everything added so far durable, together."""
        with self._database(_UNWRITABLE):
            self._connection.commit()

    def set_fact(self, name: str, value: str) -> None:
        """Stores a fact about the index: its format, its encoder."""
        with self._database(_UNWRITABLE):
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def fact(self, name: str) -> str:
        """A fact that `set_fact` stored. Raises StoreError where it is missing."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", (name,))
        if not rows:
            raise self._error(f"it does not say its {name}")
        return str(rows[0][0])

    def documents(self) -> tuple[Document, ...]:
        """All documents, in the order they were added."""
        return tuple(_document(*row) for row in self._rows(f"SELECT {_DOCUMENT} FROM documents ORDER BY number"))

    def document(self, id: str) -> Document:
        """The document with this id. Raises DocumentError where there is none, or its text was damaged."""
        rows = self._rows(f"SELECT {_DOCUMENT} FROM documents WHERE id = ?", (id,))
        if not rows:
            raise DocumentError(f"{id}: no document has this id; list the documents of the index")
        return _document(*rows[0])

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """The chunks with these numbers, those that exist."""
        wanted = list(numbers)
        marks = ",".join("?" * len(wanted))
        rows = self._rows(
            "SELECT c.number, d.id, c.start, c.body_start, c.end, c.heading, c.date FROM chunks c "
            f"JOIN documents d ON d.number = c.document WHERE c.number IN ({marks})",
            tuple(wanted),
        )
        return {row[0]: self._chunk(*row[1:]) for row in rows}

    def chunks_of(self, id: str) -> dict[int, Chunk]:
        """The chunks of the document with this id, in the order of its text; none where there is no such document."""
        rows = self._rows(
            "SELECT c.number, d.id, c.start, c.body_start, c.end, c.heading, c.date FROM chunks c "
            "JOIN documents d ON d.number = c.document WHERE d.id = ? ORDER BY c.number",
            (id,),
        )
        return {row[0]: self._chunk(*row[1:]) for row in rows}

    def vectors(self) -> tuple[np.ndarray[Any, np.dtype[np.int64]], Vectors]:
        """The numbers (chunks,) and the vectors (chunks, dimension) of all chunks."""
        rows = self._rows("SELECT number, vector FROM chunks ORDER BY number")
        numbers = np.array([row[0] for row in rows], dtype=np.int64)
        try:
            flat = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float16)
            vectors = flat.reshape(len(rows), -1 if rows else 0).astype(np.float32)
        except (TypeError, ValueError) as error:
            raise self._error(error) from None
        if not np.isfinite(vectors).all():
            raise self._error("a vector that is not finite")
        return numbers, vectors

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _make_tables(self) -> None:
        with self._database(_UNWRITABLE):
            self._connection.executescript(_TABLES)
        self.set_fact("format", str(FORMAT))

    def _check_format(self) -> None:
        found = self.fact("format")
        if found == str(FORMAT):
            return
        if found.isdecimal() and int(found) > FORMAT:
            raise StoreMismatch(
                f"{self._path}: made by a newer Pincite (format {found}, this version reads format {FORMAT}); "
                "upgrade Pincite, or name another index"
            )
        raise StoreMismatch(
            f"{self._path}: made by an older Pincite (format {found}, this version reads format {FORMAT}); "
            + self._build_again()
        )

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._database():
            return self._connection.execute(query, values).fetchall()

    def _chunk(self, id: Any, start: Any, body_start: Any, end: Any, heading: Any, date: Any) -> Chunk:
        """A row as a Chunk. What comes from a damaged page may be of any type."""
        texts = (value for value in (id, heading, date) if value is not None)
        if not all(isinstance(value, int) for value in (start, body_start, end)) or not (
            0 <= start <= body_start <= end and all(isinstance(value, str) for value in texts)
        ):
            raise self._error("a passage that no document can hold")
        return Chunk(id, start, body_start, end, heading, date)

    @contextmanager
    def _database(self, failure: str = _DAMAGED) -> Iterator[None]:
        """One thread at a time, and what SQLite raises as StoreErrors."""
        with self._lock:
            try:
                yield
            except (sqlite3.DatabaseError, UnicodeError) as error:  # a damaged page may break even SQLite's own message
                raise self._error(error, failure) from None

    def _error(self, reason: object, failure: str = _DAMAGED) -> StoreError:
        if "is locked" in str(reason):
            return StoreLocked(f"{self._path}: another program holds it ({reason}); wait until that one is done")
        return StoreError(f"{self._path}: {failure} ({reason}); {self._build_again()}")

    def _build_again(self) -> str:
        return f"build it again with: pincite index PATHS --index {self._path.parent if self._path else 'DIR'}"


def _is_file(path: Path) -> bool:
    """Raises StoreError where it can't be told."""
    try:
        return path.is_file()
    except OSError as error:
        raise StoreError(f"{path}: can't be read ({error.strerror}); check the path and its rights") from None


def _nothing_at(path: Path) -> str:
    """What is there instead of an index, and what to do."""
    folder = path.parent
    make = "make one with: pincite index PATHS --index"
    if folder.is_dir() and any(folder.iterdir()):
        return f"{folder}: a folder, but no index there (no {path.name} in it); name another, or {make} DIR"
    if folder.exists():
        if not folder.is_dir():
            return f"{folder}: a file, but no index there; name the folder of one, or {make} DIR"
        return f"{folder}: an empty folder, no index there; {make} {folder}"
    return f"{folder}: no index there; {make} {folder}"


def _document(*row: Any) -> Document:
    """A row as a Document. What comes from a damaged page may be of any type."""
    id, title, source, text, date, media_type, content_hash, author, layout = row
    values = [id, title, source, text, media_type, content_hash, layout]
    values += [value for value in (date, author) if value is not None]
    if not all(isinstance(value, str) for value in values) or not content_hash:
        raise DocumentError(f"{source or id}: its record is damaged; build the index again with: pincite index")
    return Document(id, title, source, text, date, media_type, content_hash, author, Layout.from_json(layout))

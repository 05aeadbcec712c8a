"""SQLite: documents, passages and their vectors. The truth; what FAISS and tantivy hold can be rebuilt from it.

A text is stored once and passages are offsets into it. Vectors are float16. Every row carries a checksum that is
verified when it is fetched, and a text its hash, so that no damaged text, offset or vector is ever served.

What is read is one finished update, the one that `refresh` saw last: rows of an update that is still being written are
there, but not seen. `embeddings.index.staging` writes.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import DocumentError, StoreError, StoreLocked, StoreNotFound
from embeddings.models.encoder import Vectors
from embeddings.store.connecting import FORMAT, check_format, connect, is_file, is_writable, nothing_at
from embeddings.store.records import STORED_COLUMNS, Stored, checksum, chunk_row, stored_row, vector_rows
from embeddings.types import Chunk, Document

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, key TEXT NOT NULL, added INTEGER NOT NULL,
    removed INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, source TEXT NOT NULL, date TEXT,
    media_type TEXT NOT NULL, fields TEXT NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE texts (document INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, start INTEGER NOT NULL,
    body_start INTEGER NOT NULL, end INTEGER NOT NULL, heading TEXT, date TEXT, day INTEGER, checksum INTEGER NOT NULL
);
CREATE TABLE vectors (number INTEGER PRIMARY KEY, data BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE files (
    path BLOB NOT NULL, run INTEGER NOT NULL, digest TEXT, key TEXT NOT NULL, own INTEGER NOT NULL,
    PRIMARY KEY (path, run)
) WITHOUT ROWID;
CREATE TABLE gone (first INTEGER PRIMARY KEY, count INTEGER NOT NULL);
CREATE INDEX documents_by_id ON documents (id);
CREATE INDEX documents_by_key ON documents (key);
CREATE INDEX documents_by_removal ON documents (removed) WHERE removed > 0;
CREATE INDEX documents_by_update ON documents (added);
CREATE INDEX chunks_by_day ON chunks (day) WHERE day IS NOT NULL;
CREATE INDEX files_by_key ON files (key);
"""
# Only for speed. The next writer adds those that an older index lacks.
INDEXES = """
CREATE INDEX IF NOT EXISTS files_by_run ON files (run);
CREATE INDEX IF NOT EXISTS documents_by_source ON documents (source);
CREATE INDEX IF NOT EXISTS documents_by_title ON documents (json_extract(fields, '$.title'));
"""
_DAMAGED, _UNWRITABLE = "not an index, or a damaged one", "can't be written"
_ROW = ", ".join(f"d.{name}" for name in STORED_COLUMNS) + ", d.checksum"
# The documents `d` of the update that is read; its parameters are those of `Store.seen`.
SEEN = "d.added <= ? AND (d.removed = 0 OR d.removed > ?)"
_CHUNK = "c.number, c.document, c.start, c.body_start, c.end, c.heading, c.date, c.day, c.checksum"
_AT_ONCE = 10_000  # rows of one query


def no_document(id: str) -> DocumentError:
    """The error for an id that no visible document has."""
    return DocumentError(f"{id}: no document has this id; list the documents of the index")


@dataclass(frozen=True, slots=True)
class State:
    """The state after a finished update: its number, the counts, and the base of its vectors.

    Attributes:
        update: its number, 0 before the first.
        documents, passages: their numbers.
        base: the file that holds most vectors (`embeddings.search.bases`), as JSON; None where there is none.
    """

    update: int = 0
    documents: int = 0
    passages: int = 0
    base: str | None = None


class Store:
    """One SQLite file, or one in memory. Safe to read from several threads.

    Args:
        path: the file; None for a store in memory.
        create: make the tables; otherwise the file must hold them.

    Attributes:
        state: the update that is read; `refresh` changes it.
        is_live: whether it sees what others write; not where it can't be written, and is opened as it was.

    Raises:
        StoreNotFound: there is no such file.
        StoreMismatch: the file is of another format version.
        StoreError: the file is not a store, or is damaged.
    """

    def __init__(self, path: Path | None, create: bool = False) -> None:
        if path is not None and not create and not is_file(path):
            raise StoreNotFound(nothing_at(path))
        self._path, self._lock, self.state = path, threading.RLock(), State()
        self._dimension: int | None = None
        self.is_live = path is None or create or is_writable(path)
        try:
            self.connection = connect(path, create)
        except sqlite3.OperationalError as error:
            if create and "unable to open" not in str(error):
                raise self.error(error, _UNWRITABLE) from None
            raise StoreError(f"{path}: can't be opened ({error}); check that you may read it") from None
        except (sqlite3.Error, UnicodeError) as error:
            raise self.error(error) from None
        try:
            if create:
                self._make_tables()
            else:
                self._check_format()
            self.refresh()
        except StoreError:
            self.close()
            raise

    # ------------------------------------------------------------ what is read

    def refresh(self) -> State:
        """Reads from the last finished update on, and returns its state."""
        try:
            self.state = State(**json.loads(self.fact("state")))
        except (ValueError, TypeError):
            raise self.error("it does not say its state") from None
        return self.state

    def pin(self) -> State:
        """Reads the last finished update until `unpin`; whatever is written meanwhile is not seen."""
        with self.database():
            if not self.connection.in_transaction:
                self.connection.execute("BEGIN")
        return self.refresh()

    def unpin(self) -> None:
        """Ends what `pin` began."""
        with self.database():
            if self.connection.in_transaction:
                self.connection.execute("COMMIT")

    def fact(self, name: str) -> str:
        """A fact that `set_fact` stored. Raises StoreError where it is missing or damaged."""
        rows = self.rows("SELECT value, checksum FROM facts WHERE name = ?", (name,))
        if not rows:
            raise self.error(f"it does not say its {name}")
        if rows[0][1] != checksum(name, rows[0][0]):
            raise self.error(f"its {name} is damaged")
        return str(rows[0][0])

    def set_fact(self, name: str, value: str) -> None:
        """Stores a fact about the index: its format, its encoder."""
        self.execute("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", (name, value, checksum(name, value)))

    def set_state(self, state: State) -> None:
        """Stores the state after a finished update."""
        self.set_fact("state", json.dumps(asdict(state)))

    # ------------------------------------------------------------ documents

    def documents(self) -> tuple[Document, ...]:
        """All documents, in the order they were added."""
        return tuple(self.with_text(stored) for stored in self.each_document())

    def each_document(self) -> Iterator[Stored]:
        """The rows of all documents, in the order they were added. Raises DocumentError for a damaged one."""
        last = 0
        while rows := self.rows(
            f"SELECT {_ROW} FROM documents d WHERE d.number > ? AND {SEEN} ORDER BY d.number LIMIT {_AT_ONCE}",
            (last, *self.seen()),
        ):
            yield from map(stored_row, rows)
            last = rows[-1][0]

    def document(self, id: str) -> Document:
        """The document with this id. Raises DocumentError where there is none, or it was damaged."""
        return self.with_text(self.stored(id))

    def stored(self, id: str) -> Stored:
        """The row of the document with this id. Raises DocumentError where there is none, or it was damaged."""
        rows = self.rows(f"SELECT {_ROW} FROM documents d WHERE d.id = ? AND {SEEN}", (id, *self.seen()))
        row = next((stored for stored in map(stored_row, rows) if stored.id == id), None)
        if row is None:
            raise no_document(id)
        return row

    def with_text(self, stored: Stored) -> Document:
        """A document, its text checked against its hash."""
        rows = self.rows("SELECT text FROM texts WHERE document = ?", (stored.number,))
        return stored.document(rows[0][0] if rows else None)

    # ------------------------------------------------------------ passages

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """The passages with these numbers, those that exist. Raises DocumentError for a damaged one."""
        chunks: dict[int, Chunk] = {}
        for some in _batches(numbers):
            rows = self.rows(
                f"SELECT {_CHUNK}, d.id FROM chunks c JOIN documents d ON d.number = c.document "
                f"WHERE c.number IN ({','.join('?' * len(some))}) AND {SEEN}",
                (*some, *self.seen()),
            )
            chunks |= {row[0]: chunk_row(row[:-1], row[-1]) for row in rows}
        return chunks

    def chunks_of(self, id: str) -> dict[int, Chunk]:
        """The passages of the document with this id, in the order of its text; none where there is no such document."""
        rows = self.rows(
            f"SELECT {_CHUNK}, d.id FROM documents d JOIN chunks c "
            f"ON c.number BETWEEN d.first AND d.first + d.count - 1 WHERE d.id = ? AND {SEEN} ORDER BY c.number",
            (id, *self.seen()),
        )
        return {row[0]: chunk_row(row[:-1], row[-1]) for row in rows}

    def there(self, numbers: Iterable[int]) -> set[int]:
        """Which of these passages exist."""
        there: set[int] = set()
        for some in _batches(numbers):
            rows = self.rows(
                "SELECT c.number FROM chunks c JOIN documents d ON d.number = c.document "
                f"WHERE c.number IN ({','.join('?' * len(some))}) AND {SEEN}",
                (*some, *self.seen()),
            )
            there |= {row[0] for row in rows}
        return there

    def owners(self, numbers: Iterable[int]) -> dict[int, Stored]:
        """The documents that passages belong to, as their rows say, which are whole. Raises DocumentError."""
        owners: dict[int, Stored] = {}
        for some in _batches(numbers):
            rows = self.rows(
                f"SELECT DISTINCT {_ROW} FROM chunks c JOIN documents d ON d.number = c.document "
                f"WHERE c.number IN ({','.join('?' * len(some))}) AND {SEEN}",
                (*some, *self.seen()),
            )
            owners |= {
                n: stored for stored in map(stored_row, rows) for n in some if 0 <= n - stored.first < stored.count
            }
        return owners

    def on_days(self, first: int, last: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The numbers of the passages dated from one day to another (`records.day_of`), ascending: (passages,)."""
        rows = self.rows(
            "SELECT c.number FROM chunks c JOIN documents d ON d.number = c.document "
            f"WHERE c.day BETWEEN ? AND ? AND {SEEN} ORDER BY c.number",
            (first, last, *self.seen()),
        )
        return np.array([row[0] for row in rows], dtype=np.int64)

    def vectors(self, after: int = 0, most: int | None = None) -> tuple[np.ndarray[Any, np.dtype[np.int64]], Vectors]:
        """The numbers (chunks,), ascending, and the vectors (chunks, dimension) of the passages after a number.

        Args:
            after: only passages with a greater number.
            most: no more than so many; all of them where it is None.
        """
        rows = self.rows(
            "SELECT v.number, v.data, v.checksum FROM vectors v JOIN chunks c ON c.number = v.number "
            f"JOIN documents d ON d.number = c.document WHERE v.number > ? AND {SEEN} ORDER BY v.number LIMIT ?",
            (after, *self.seen(), -1 if most is None else most),
        )
        return vector_rows(rows, self.dimension() if rows else 0)

    def vectors_of(self, numbers: Iterable[int]) -> tuple[np.ndarray[Any, np.dtype[np.int64]], Vectors]:
        """The same for the passages named, those that exist."""
        rows: list[tuple[Any, ...]] = []
        for some in _batches(numbers):
            rows += self.rows(
                "SELECT v.number, v.data, v.checksum FROM vectors v JOIN chunks c ON c.number = v.number "
                f"JOIN documents d ON d.number = c.document WHERE v.number IN ({','.join('?' * len(some))}) "
                f"AND {SEEN}",
                (*some, *self.seen()),
            )
        return vector_rows(sorted(rows), self.dimension() if rows else 0)

    def gone(self) -> list[tuple[int, int]]:
        """Passages that were removed since the base was made, as ranges: first number and how many."""
        return [(row[0], row[1]) for row in self.rows("SELECT first, count FROM gone ORDER BY first")]

    def dimension(self) -> int:
        """Numbers in a vector."""
        if self._dimension is None:
            self._dimension = int(self.fact("dimension"))
        return self._dimension

    # ------------------------------------------------------------ the connection

    def seen(self) -> tuple[int, int]:
        """The parameters of SEEN."""
        return self.state.update, self.state.update

    def check_size(self) -> None:
        """Raises StoreError where the file is shorter than it says; SQLite looks only when it gets there.

        The file is not opened for that: closing it again would let go of all of SQLite's own locks of this process.
        """
        if self._path is not None and not self._log_size():
            pages, size = (self.rows(f"PRAGMA {name}")[0][0] for name in ("page_count", "page_size"))
            if self._path.stat().st_size < pages * size and not self._log_size():
                raise self.error("it is cut short")

    def _log_size(self) -> int:
        """Bytes of the log, whose pages may not have come into the file yet."""
        log = self._path.with_name(f"{self._path.name}-wal") if self._path is not None else None
        try:
            return log.stat().st_size if log is not None else 0
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        """Closes the file."""
        self.connection.close()

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises StoreError."""
        with self.database():
            return self.connection.execute(query, values).fetchall()

    def execute(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Runs a statement that writes; the number of rows it changed. Raises StoreError."""
        with self.database(_UNWRITABLE):
            return self.connection.execute(statement, values).rowcount

    def execute_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Runs a statement that writes for each of some rows. Raises StoreError."""
        with self.database(_UNWRITABLE):
            self.connection.executemany(statement, values)

    @contextmanager
    def database(self, failure: str = _DAMAGED) -> Iterator[None]:
        """One thread at a time, and what SQLite raises as StoreErrors."""
        with self._lock:
            try:
                yield
            except (sqlite3.Error, UnicodeError, OverflowError) as error:  # a damaged page may break even its message
                raise self.error(error, failure) from None

    def error(self, reason: object, failure: str = _DAMAGED) -> StoreError:
        """The message about a store that can't be used."""
        if "is locked" in str(reason):
            return StoreLocked(f"{self._path}: another program holds it ({reason}); wait until that one is done")
        if failure == _UNWRITABLE and "malformed" not in str(reason):
            return StoreError(f"{self._path}: {failure} ({reason}); free some space, or mend its rights")
        return StoreError(f"{self._path}: {failure} ({reason}); {self._build_again()}")

    def _make_tables(self) -> None:
        with self.database(_UNWRITABLE):
            self.connection.executescript(_TABLES + INDEXES)
        self.set_fact("format", str(FORMAT))
        self.set_state(State())

    def _check_format(self) -> None:
        names = {row[1] for row in self.rows("PRAGMA table_info(facts)")}
        format = self.fact("format") if "checksum" in names else self._format_of_old()
        check_format(format, self._path)

    def _format_of_old(self) -> str:
        """The facts of a store from before facts had checksums."""
        rows = self.rows("SELECT value FROM facts WHERE name = 'format'")
        if not rows:
            raise self.error("it does not say its format")
        return str(rows[0][0])

    def _build_again(self) -> str:
        return f"build it again with: pincite index PATHS --index {self._path.parent if self._path else 'DIR'}"


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    left = iter(numbers)
    while some := list(islice(left, _AT_ONCE)):
        yield some

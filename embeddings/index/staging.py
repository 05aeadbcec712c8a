"""Writing to the store: an update is staged row by row, unseen, and becomes visible in one transaction.

What is staged is committed as it comes, so that an update that was killed is found by the next one and goes on: rows of
the update after the last finished one are pending. `finish` is the only commit that readers see. Numbers of documents
and passages are never used again, because a document's number is durable before anything else learns of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from embeddings.errors import DocumentError
from embeddings.models.encoder import Vectors
from embeddings.search.bases import Base
from embeddings.store.records import (
    STORED_COLUMNS,
    Stored,
    chunk_row,
    chunk_values,
    day_of,
    new_row,
    stored_row,
    vector_values,
)
from embeddings.store.sqlite import INDEXES, State, Store
from embeddings.types import Chunk, Document

_ROW = ", ".join(f"d.{name}" for name in STORED_COLUMNS) + ", d.checksum"
_WORK_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS wanted (document INTEGER PRIMARY KEY);
CREATE TEMP TABLE IF NOT EXISTS leaving (document INTEGER PRIMARY KEY);
CREATE TEMP TABLE IF NOT EXISTS labels (document INTEGER PRIMARY KEY, source TEXT NOT NULL, path BLOB NOT NULL);
CREATE TEMP TABLE IF NOT EXISTS met (path BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS lost (path BLOB, key TEXT);
"""
_SWEPT_AT_ONCE = 500  # documents


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that a document was read from: the digest of its bytes, the document's key, and whether it is named so."""

    digest: str | None
    key: str
    own: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """What an update changed, in documents."""

    added: int = 0
    removed: int = 0
    moved: int = 0


class Staging:
    """Stages one update of a store at a time, under the writer's lock.

    Attributes:
        update: the number that the update will have.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.database("can't be written"):
            store.connection.executescript(INDEXES + _WORK_TABLES)
            for table in ("wanted", "leaving", "labels", "met", "lost"):
                store.connection.execute(f"DELETE FROM temp.{table}")
        self.update = store.refresh().update + 1
        self._document, self._passage = self._last("documents"), self._last("chunks")

    # ------------------------------------------------------------ one document

    def add(self, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> Stored:
        """Stages a document with its passages and their vectors, (passages, dimension)."""
        stored = new_row(self._document + 1, document, self.update, self._passage + 1, len(chunks))
        self._begin()
        self._store.execute(f"INSERT INTO documents VALUES ({_marks(len(STORED_COLUMNS) + 1)})", stored.values())
        self._store.execute("INSERT INTO texts VALUES (?, ?)", (stored.number, document.text))
        numbers = range(stored.first, stored.first + stored.count)
        dated = [(chunk, day_of(chunk.date if chunk.date is not None else document.date)) for chunk in chunks]
        rows = (chunk_values(n, stored, chunk, day) for n, (chunk, day) in zip(numbers, dated, strict=True))
        self._store.execute_many(f"INSERT INTO chunks VALUES ({_marks(9)})", rows)
        vector_of = (vector_values(number, vector) for number, vector in zip(numbers, vectors, strict=True))
        self._store.execute_many("INSERT INTO vectors VALUES (?, ?, ?)", vector_of)
        self._document, self._passage = stored.number, self._passage + len(chunks)
        self.keep(stored)
        return stored

    def keep(self, stored: Stored) -> bool:
        """Makes a document part of this update. Returns whether it was not part of it before."""
        return self._store.execute("INSERT OR IGNORE INTO temp.wanted VALUES (?)", (stored.number,)) > 0

    def remove(self, stored: Stored) -> None:
        """Stages the removal of a document and of the files that it was read from."""
        self._store.execute("INSERT OR IGNORE INTO temp.leaving VALUES (?)", (stored.number,))
        self._store.execute("INSERT INTO temp.lost SELECT path, key FROM files WHERE key = ?", (stored.key,))

    def relabel(self, stored: Stored, source: str, path: bytes) -> None:
        """Stages that a document was moved, and is now read from somewhere else."""
        self._store.execute("INSERT OR REPLACE INTO temp.labels VALUES (?, ?, ?)", (stored.number, source, path))

    def by_key(self, key: str) -> Stored | None:
        """A document, visible or pending, whose passages are made of the same text and title; None without one."""
        return self._first("d.key = ?", key)

    def by_id(self, id: str) -> Stored | None:
        """The document, visible or pending, with this id; None without one."""
        return self._first("d.id = ?", id)

    def is_taken(self, id: str) -> bool:
        """Whether this update has a document with this id already."""
        return bool(
            self._store.rows(
                "SELECT 1 FROM documents d JOIN temp.wanted w ON w.document = d.number WHERE d.id = ?", (id,)
            )
        )

    def changes_anything(self) -> bool:
        """Whether anything is staged."""
        return bool(
            self._store.rows(
                "SELECT 1 FROM temp.leaving UNION ALL SELECT 1 FROM temp.labels UNION ALL SELECT 1 FROM temp.lost "
                "UNION ALL SELECT 1 FROM files WHERE run = ? UNION ALL SELECT 1 FROM documents d "
                "JOIN temp.wanted w ON w.document = d.number WHERE d.added = ? LIMIT 1",
                (self.update, self.update),
            )
        )

    def passages_of(self, stored: Stored) -> list[tuple[int, Chunk, int | None]]:
        """The passages of a document, visible or pending: their numbers, themselves and their days."""
        columns = "number, document, start, body_start, end, heading, date, day, checksum"
        rows = self._store.rows(
            f"SELECT {columns} FROM chunks WHERE number BETWEEN ? AND ? ORDER BY number",
            (stored.first, stored.first + stored.count - 1),
        )
        return [(row[0], chunk_row(row, stored.id), row[7]) for row in rows]

    def commit(self) -> None:
        """Makes what was staged durable; it stays unseen."""
        if self._store.connection.in_transaction:
            self._store.execute("COMMIT")

    def rollback(self) -> None:
        """Drops what was staged since the last commit."""
        if self._store.connection.in_transaction:
            self._store.execute("ROLLBACK")

    # ------------------------------------------------------------ files

    def file(self, path: bytes) -> FileRow | None:
        """What this update, or the last one that met a file, recorded about it."""
        rows = self._store.rows("SELECT digest, key, own FROM files WHERE path = ? ORDER BY run DESC LIMIT 1", (path,))
        return FileRow(rows[0][0], rows[0][1], bool(rows[0][2])) if rows else None

    def inside(self, path: bytes) -> list[tuple[bytes, FileRow]]:
        """What is known of the files inside a file, and of the file as their folder."""
        query = f"SELECT path, digest, key, own FROM files WHERE {_UNDER} AND path != ? ORDER BY path, run"
        rows = self._store.rows(query, (*_under(path), path))
        return list({row[0]: (row[0], FileRow(row[1], row[2], bool(row[3]))) for row in rows}.values())

    def set_file(self, path: bytes, row: FileRow) -> None:
        """Stages what is to be recorded about a file."""
        self._begin()
        self._store.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", (path, self.update, row.digest, row.key, row.own)
        )

    def meet(self, path: bytes) -> None:
        """Records that a file is there and that the index holds its text."""
        self._store.execute("INSERT OR IGNORE INTO temp.met VALUES (?)", (path,))

    def was_met(self, path: bytes) -> bool:
        """Whether this update has met a file."""
        return bool(self._store.rows("SELECT 1 FROM temp.met WHERE path = ?", (path,)))

    def owner(self, stored: Stored) -> bytes | None:
        """The file that a document is named after; None for one that came from no file."""
        query = "SELECT path FROM files WHERE key = ? AND own = 1 ORDER BY run DESC LIMIT 1"
        rows = self._store.rows(query, (stored.key,))
        return rows[0][0] if rows else None

    def lose(self, path: bytes, key: str) -> None:
        """Stages the removal of a file."""
        self._store.execute("INSERT INTO temp.lost VALUES (?, ?)", (path, key))

    def lose_unseen(self, root: bytes) -> None:
        """Stages the removal of every file of a folder (or of the file) that this update has not met."""
        unmet = f"{_UNDER} AND path NOT IN (SELECT path FROM temp.met)"
        self._store.execute(
            f"INSERT INTO temp.lost SELECT path, key FROM files WHERE {unmet} AND run < ?", (*_under(root), self.update)
        )
        self._begin()
        self._store.execute(f"DELETE FROM files WHERE {unmet} AND run = ?", (*_under(root), self.update))

    # ------------------------------------------------------------ the end

    def unwanted(self, roots: Sequence[bytes]) -> list[Stored]:
        """Pending documents of an interrupted update that were read under `roots` and are not part of this one."""
        self._store.execute(
            "INSERT INTO temp.wanted SELECT document FROM temp.labels WHERE true ON CONFLICT DO NOTHING"
        )
        query = "d.added = ? AND d.number NOT IN (SELECT document FROM temp.wanted)"
        return [stored for stored in self._each(query, self.update) if self._belongs(stored, roots)]

    def _belongs(self, stored: Stored, roots: Sequence[bytes]) -> bool:
        rows = self._store.rows("SELECT path FROM files WHERE key = ? AND run = ?", (stored.key, self.update))
        return all(any(row[0] == root or row[0].startswith(root.rstrip(b"/") + b"/") for root in roots) for row in rows)

    def drop(self, stored: Iterable[Stored]) -> None:
        """Deletes documents: texts, passages, vectors and all."""
        for document in stored:
            self._begin()
            last = document.first + document.count - 1
            for table in ("chunks", "vectors"):
                self._store.execute(f"DELETE FROM {table} WHERE number BETWEEN ? AND ?", (document.first, last))
            self._store.execute("DELETE FROM texts WHERE document = ?", (document.number,))
            self._store.execute("DELETE FROM documents WHERE number = ?", (document.number,))

    def finish(self) -> Changed:
        """Makes the update visible, all of it at once, and durable."""
        self.commit()
        self._store.execute("BEGIN IMMEDIATE")
        try:
            changed = self._take_over()
            self._store.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise
        self._store.refresh()
        return changed

    def _take_over(self) -> Changed:
        self._put_off()
        self._forget_lost()
        moved = self._rename()
        base = Base.from_json(self._store.state.base).last if self._store.state.base is not None else 0
        removed = list(self._each("d.number IN (SELECT document FROM temp.leaving) AND d.removed = ?", 0))
        for stored in removed:
            self._rewrite(replace(stored, removed=self.update))
            if stored.first <= base:
                self._store.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (stored.first, stored.count))
        added = self._store.rows(
            "SELECT count(*), coalesce(sum(count), 0) FROM documents WHERE added = ?", (self.update,)
        )
        state = self._store.state
        documents = state.documents + added[0][0] - len(removed)
        passages = state.passages + added[0][1] - sum(stored.count for stored in removed)
        self._store.set_state(State(self.update, documents, passages, state.base))
        return Changed(added[0][0], len(removed), moved)

    def _put_off(self) -> None:
        """Pending documents that this update does not want wait for the next one."""
        query = "d.added = ? AND d.number NOT IN (SELECT document FROM temp.wanted)"
        for stored in list(self._each(query, self.update)):
            self._rewrite(replace(stored, added=self.update + 1))
            self._store.execute(
                "UPDATE OR REPLACE files SET run = ? WHERE key = ? AND run = ?",
                (self.update + 1, stored.key, self.update),
            )

    def _forget_lost(self) -> None:
        """Removes the records of files that are gone or changed, and the documents that no file holds any more."""
        self._store.execute(
            "INSERT INTO temp.lost SELECT o.path, o.key FROM files n JOIN files o ON o.path = n.path "
            "WHERE n.run = ? AND o.run < ?",
            (self.update, self.update),
        )
        self._store.execute(
            "DELETE FROM files WHERE run < ? AND (path, key) IN (SELECT path, key FROM temp.lost)", (self.update,)
        )
        self._store.execute(
            "INSERT OR IGNORE INTO temp.leaving SELECT d.number FROM documents d "
            "WHERE d.key IN (SELECT key FROM temp.lost) AND d.removed = 0 AND d.added < ? "
            "AND NOT EXISTS (SELECT 1 FROM files f WHERE f.key = d.key AND f.run <= ?)",
            (self.update, self.update),
        )

    def _rename(self) -> int:
        labels = self._store.rows(
            "SELECT document, source, path FROM temp.labels WHERE document NOT IN (SELECT document FROM temp.leaving)"
        )
        for number, source, path in labels:
            for stored in self._each("d.number = ?", number):
                self._rewrite(replace(stored, source=source))
                self._store.execute("UPDATE files SET own = (path = ?) WHERE key = ?", (path, stored.key))
        return len(labels)

    def _rewrite(self, stored: Stored) -> None:
        self._store.execute(
            f"INSERT OR REPLACE INTO documents VALUES ({_marks(len(STORED_COLUMNS) + 1)})", stored.values()
        )

    # ------------------------------------------------------------ afterwards

    def leftovers(self) -> list[Stored]:
        """Some of the documents that are removed and not yet deleted; their words must be deleted first."""
        return list(self._each("d.removed > 0 AND d.removed <= ?", self._store.state.update, _SWEPT_AT_ONCE))

    def all_removed(self) -> list[int]:
        """The numbers of the documents that are removed and not yet deleted."""
        query = "SELECT number FROM documents WHERE removed > 0 AND removed <= ?"
        return [row[0] for row in self._store.rows(query, (self._store.state.update,))]

    def sizes_since(self, last: int) -> tuple[int, int]:
        """The number of passages after a passage's number, and of removed ones up to it."""
        # documents and their passages are numbered in the same order, so only the newer ones are looked at
        owner = self._store.rows("SELECT document FROM chunks WHERE number <= ? ORDER BY number DESC LIMIT 1", (last,))
        newer = self._store.rows(
            "SELECT coalesce(sum(count), 0) FROM documents WHERE number >= ? AND first > ? AND +added <= ? "
            "AND removed = 0",
            (owner[0][0] if owner else 0, last, self._store.state.update),
        )
        gone = self._store.rows("SELECT coalesce(sum(count), 0) FROM gone")
        return newer[0][0], gone[0][0]

    def set_base(self, base: Base, clear: bool) -> None:
        """Replaces the base. `clear` says that it holds no removed passage."""
        self._store.execute("BEGIN IMMEDIATE")
        try:
            if clear:
                self._store.execute("DELETE FROM gone")
            self._store.set_state(replace(self._store.state, base=base.to_json()))
            self._store.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise
        self._store.refresh()

    # ------------------------------------------------------------ below

    def _begin(self) -> None:
        if not self._store.connection.in_transaction:
            self._store.execute("BEGIN IMMEDIATE")

    def _first(self, condition: str, value: str) -> Stored | None:
        fitting = self._each(f"{condition} AND d.removed = 0", value)
        return next((stored for stored in fitting if value in (stored.key, stored.id)), None)

    def _each(self, condition: str, value: str | int, most: int = 10_000) -> Iterator[Stored]:
        """The rows that fit a condition, in the order of their numbers."""
        last = 0
        while True:
            query = f"SELECT {_ROW} FROM documents d WHERE {condition} AND d.number > ? ORDER BY d.number LIMIT ?"
            rows = self._store.rows(query, (value, last, most))
            yield from map(stored_row, rows)
            if len(rows) < most or most < 10_000:
                return
            last = rows[-1][0]

    def _last(self, table: str) -> int:
        given = self._store.rows("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        there = self._store.rows(f"SELECT max(number) FROM {table}")
        return max((row[0] for row in (*given, *there) if isinstance(row[0], int)), default=0)


_UNDER = "(path = ? OR (path >= ? AND path < ?))"


def _under(root: bytes) -> tuple[bytes, bytes, bytes]:
    """The parameters of `_UNDER`: a path, and the bounds of everything below it."""
    folder = root.rstrip(b"/")
    return root, folder + b"/", folder + b"0"  # "0" follows "/"


def file_path(path: Path) -> bytes:
    """A path as the store keeps it: absolute, links of its folder followed, whatever bytes its name has."""
    import os

    return os.fsencode(Path(os.path.realpath(path.parent), path.name))


def check_id(staging: Staging, document: Document) -> None:
    """Raises DocumentError where the update already has a document with this id."""
    if staging.is_taken(document.id):
        raise DocumentError(f"{document.source or document.id}: a document with id {document.id} is there")


def _marks(count: int) -> str:
    return ",".join("?" * count)

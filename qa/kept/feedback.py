"""Feedback on answers (right, wrong, the right words, not in the documents), kept in SQLite.

The file lies beside its index (`.pincite` has `.pincite.feedback.sqlite`), so rebuilding the index does not touch it.
Without an index, it lies in the user's data folder.

Each entry holds the question, the answer, and which documents were there, so that it can be checked later whether it
still holds (`eval.sets.feedback`). An entry is on the disk when `add` returns, even if others write at the same time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from embeddings.errors import RecordError, StoreError
from embeddings.index.index import Index
from embeddings.store.manifest import Manifest
from embeddings.types import Document
from qa.render import document_dict, to_dict
from qa.types import Turn

Verdict = Literal["right", "wrong", "words", "not there"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
FORMAT = 1
_WAIT = 30.0  # seconds for another writer; each holds the file for milliseconds
_LONGEST_NOTE = 2_000  # characters
MOST_BYTES = 1_000_000_000  # of a file of feedback
_TABLES = (
    "CREATE TABLE IF NOT EXISTS collections (digest TEXT PRIMARY KEY, hashes TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS feedback (number INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, "
    "verdict TEXT NOT NULL, asked TEXT NOT NULL, understood TEXT NOT NULL, answer TEXT NOT NULL, words TEXT, "
    "note TEXT NOT NULL, index_id TEXT NOT NULL, index_update INTEGER NOT NULL, collection TEXT NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Version:
    """Which documents a question was asked of.

    Attributes:
        index: the id of the index, "" for one in memory.
        update: the number of its last finished update, 0 in memory.
        hashes: the content hashes of its documents, sorted.
    """

    index: str
    update: int
    hashes: tuple[str, ...]

    @classmethod
    def of(cls, index: Index, folder: Path | None = None) -> Version:
        """The version that an index is at; `folder` is where it lies, None for one in memory."""
        with index.reading():
            hashes = sorted(listed.content_hash for listed in index.listed())
            said = Manifest.read(folder) if folder is not None else None
        return cls(said.id, said.update, tuple(hashes)) if said is not None else cls("", 0, tuple(hashes))

    @property
    def digest(self) -> str:
        """Names the documents, whatever their order."""
        return sha256("\n".join(self.hashes).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Words:
    """The right words, selected in a source.

    Raises:
        RecordError: the offsets lie outside the document.
    """

    document: Document
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.document.text) or not self.text.strip():
            raise RecordError(
                f"characters {self.start}-{self.end} are no words of {self.document.title[:60]!r}, which has "
                f"{len(self.document.text):,} characters; select the words again"
            )

    @property
    def text(self) -> str:
        """The words."""
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Feedback:
    """An entry of the file.

    Attributes:
        number: counted from 1, in the order in which they were given.
        time: when, ISO 8601 in UTC.
        verdict: "right"; "wrong"; "words": wrong, and these would have been right; "not there": the documents do not
            hold an answer.
        asked, understood: the question as it was asked, and as it was understood.
        answer: as `pincite ask --json` prints it.
        words: {"document": ..., "start": ..., "end": ..., "text": ...} where the verdict is "words", else None.
        note: a remark beside the verdict.
        index, update, hashes: as in `Version`.
    """

    number: int
    time: str
    verdict: Verdict
    asked: str
    understood: str
    answer: dict[str, object]
    words: dict[str, object] | None
    note: str
    index: str
    update: int
    hashes: tuple[str, ...]


def feedback_file(index: Path | None) -> Path:
    """The file of feedback: beside the index in a folder; in the user's data folder without an index.

    >>> feedback_file(Path("reports/.pincite")).as_posix()
    'reports/.pincite.feedback.sqlite'
    """
    if index is not None:
        return index.parent / f"{index.name}.feedback.sqlite" if index.name else index.resolve() / "feedback.sqlite"
    from platformdirs import user_data_path

    return user_data_path("pincite", appauthor=False) / "feedback.sqlite"


class FeedbackStore:
    """A file of feedback, made with its first entry. Any number of threads and processes may write.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, turn: Turn, verdict: str, version: Version, words: Words | None = None, note: str = "") -> int:
        """Keeps feedback on an answer, and returns its number.

        Args:
            turn: the question as it was asked, and its answer.
            verdict: see `Feedback`.
            version: what was asked.
            words: the right ones, with the verdict "words" and no other.
            note: a remark beside the verdict.

        Raises:
            RecordError: the verdict is unknown, or lacks its words.
            StoreError: it can't be written; nothing was kept.
        """
        _check(verdict, words, note)
        answer = turn.answer
        row = (
            datetime.now(UTC).isoformat(timespec="seconds"),
            *(verdict, turn.question, answer.question, json.dumps(to_dict(answer), ensure_ascii=False)),
            *(None if words is None else json.dumps(_words_dict(words), ensure_ascii=False), note),
            *(version.index, version.update, version.digest),
        )
        if self.path.exists() and self.path.stat().st_size > MOST_BYTES:
            raise StoreError(f"{self.path.name}: the file of feedback is full; move it away, and a new one begins")
        with _connection(self.path, write=True) as connection:
            connection.execute(
                "INSERT OR IGNORE INTO collections VALUES (?, ?)", (version.digest, json.dumps(version.hashes))
            )
            places = ", ".join("?" * len(row))
            cursor = connection.execute(f"INSERT INTO feedback VALUES (NULL, {places})", row)
            return int(cursor.lastrowid or 0)


def read_feedback(path: Path) -> tuple[Feedback, ...]:
    """The entries of a file, oldest first.

    Raises:
        StoreError: it is not there, is no file of feedback, or is damaged.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no such file of feedback; the chat makes one when somebody judges an answer")
    query = (
        "SELECT number, time, verdict, asked, understood, answer, words, note, index_id, index_update, hashes "
        "FROM feedback JOIN collections ON digest = collection ORDER BY number"
    )
    with _connection(path, write=False) as connection:
        rows = connection.execute(query).fetchall()
    try:
        return tuple(_line(*row) for row in rows)
    except (ValueError, TypeError):
        raise StoreError(f"{path}: damaged; copy back a saved one, or begin anew without it") from None


def _line(
    number: int, time: str, verdict: str, asked: str, understood: str, answer: str, words: str | None, *rest: object
) -> Feedback:
    note, index, update, hashes = rest
    known = next((each for each in VERDICTS if each == verdict), None)
    if known is None:
        raise ValueError(verdict)
    right = json.loads(words) if words is not None else None
    told = tuple(json.loads(str(hashes)))
    said = (str(note), str(index), int(str(update)))
    return Feedback(number, time, known, asked, understood, json.loads(answer), right, *said, told)


def _check(verdict: str, words: Words | None, note: str) -> None:
    if verdict not in VERDICTS:
        raise RecordError(f"the verdict is {verdict!r:.40}, expected one of: {', '.join(VERDICTS)}")
    if (verdict == "words") != (words is not None):
        said = "needs words that were selected in a source" if verdict == "words" else "has no words"
        raise RecordError(f"the verdict {verdict!r} {said}; select the right words with the verdict 'words' alone")
    if len(note) > _LONGEST_NOTE:
        raise RecordError(f"the note has {len(note):,} characters, at most {_LONGEST_NOTE:,} are kept; shorten it")


def _words_dict(words: Words) -> dict[str, object]:
    return {
        "document": document_dict(words.document),
        "start": words.start,
        "end": words.end,
        "text": words.text,
    }


@contextmanager
def _connection(path: Path, *, write: bool) -> Iterator[sqlite3.Connection]:
    """A connection inside one transaction, durable at the end. Raises StoreError for whatever goes wrong."""
    try:
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
        name = f"{path.absolute().as_uri()}?mode={'rwc' if write else 'ro'}"
        with closing(sqlite3.connect(name, uri=True, timeout=_WAIT, isolation_level=None)) as connection:
            if write:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN IMMEDIATE")
                _prepare(connection, _TABLES)
            _check_format(connection, path)
            yield connection
            if write:
                connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        done = "written" if write else "read"
        raise StoreError(f"{path}: the feedback can't be {done} ({error}); check the rights of its folder") from None
    except (sqlite3.Error, UnicodeError):
        raise StoreError(f"{path}: no file of feedback, or a damaged one; name another") from None
    except OSError as error:
        raise StoreError(f"{path}: the feedback can't be kept ({error.strerror}); check the rights there") from None


def _prepare(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    """Makes the tables of a new file; a file that holds something else is left as it is."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        for statement in statements:
            connection.execute(statement)


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    format = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if format != FORMAT:
        what = "no file of feedback" if format < FORMAT else f"feedback of a newer Pincite (format {format})"
        raise StoreError(f"{path}: {what}, expected format {FORMAT}; name another file")

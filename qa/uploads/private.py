"""Files that a browser session added for itself: read like any file, kept in memory, asked together with the index.

Each file has a small index of its own, so that adding and removing one touches no other. A session begins with its
first file. It ends when its last file is removed, or when nobody has used it for a while. Where there is no room for
one more session, the new one is refused and the others stay. Nothing of it is ever written to a disk, and no one else's
questions, lists or source pages show it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePath
from typing import Literal

from embeddings.errors import DocumentError, PinciteError, printable
from embeddings.index.index import Index
from embeddings.index.joined import JoinedIndex
from embeddings.loaders.limits import size
from embeddings.loading import Skipped, read_data
from embeddings.models.encoder import Encoder, Vectors
from embeddings.text.chunking import Chunker
from embeddings.types import Document
from qa.assistant import Assistant, chunker_for
from qa.uploads.limits import UploadLimits

_LONGEST_NAME = 120  # characters of a file's name


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a session.

    Attributes:
        document: the document that it became; its source is the name of the file.
        data: its bytes, which the pages of a PDF are drawn from; b"" for what is not drawn.
        size: how many bytes it had.
        passages: how many it has.
    """

    document: Document
    data: bytes
    size: int
    passages: int


Became = Literal["added", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Added:
    """The result of adding a file: an upload, or a line that says why it was refused.

    Attributes:
        name: as it is shown.
        upload: what it is now.
        problem: why it was refused.
        same_as: the file that was added before and has the same text; then nothing changed.
    """

    name: str
    upload: Upload | None = None
    problem: str | None = None
    same_as: str | None = None

    @property
    def became(self) -> Became:
        """In one word."""
        if self.problem is not None:
            return "refused"
        return "added" if self.same_as is None else "unchanged"


class _Session:
    """The files of one browser session, each with its index."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.files: dict[str, tuple[Upload, Index]] = {}
        self.used, self.dropped = 0.0, False

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(upload.size for upload, _ in list(self.files.values()))


class Uploads:
    """The files of all sessions. Safe to use from several threads.

    Args:
        assistant: what answers; its encoder embeds the files, and its index is asked together with them.
        limits: what sessions may hold.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        assistant: Assistant,
        limits: UploadLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._assistant, self._clock = assistant, clock
        self._limits = limits if limits is not None else UploadLimits()
        self._encoder = _Remembering(assistant.index.encoder)
        self._chunker: Chunker | None = None
        self._lock = threading.RLock()
        self._sessions: dict[str, _Session] = {}

    # ------------------------------------------------------------ what a session does

    def add(self, session: str, name: str, data: bytes) -> tuple[Added, ...]:
        """Reads a file into a session, whose key nobody else knows.

        Returns:
            The result for the file, then for each file inside it.
        """
        shown = file_name(name)
        try:
            return tuple(self._added(session, shown, data))
        except PinciteError as error:
            return (Added(shown, problem=str(error)),)

    def listed(self, session: str) -> tuple[Upload, ...]:
        """The files of a session, in the order in which they were added."""
        return tuple(upload for upload, _ in self._files(session))

    def upload(self, session: str, id: str) -> Upload:
        """A file of a session by the id of its document. Raises DocumentError where this session has no such file."""
        upload = next((each for each in self.listed(session) if each.document.id == id), None)
        if upload is None:
            raise DocumentError(f"{printable(id[:60])}: no such document; open one from the list")
        return upload

    def remove(self, session: str, id: str) -> None:
        """Takes a file out of a session. Raises DocumentError where this session has no such file."""
        self.upload(session, id)
        mine = self._used(session)
        if mine is not None:
            mine.files.pop(id, None)  # a question may still be reading its index, which goes with the last reader
            if not mine.files:
                self.drop(session)

    def drop(self, session: str) -> None:
        """Forgets a session and all its files, where there is one."""
        with self._lock:
            mine = self._sessions.pop(session, None)
        if mine is not None:
            with mine.lock:
                mine.dropped = True
                mine.files.clear()

    def sweep(self) -> int:
        """Drops the sessions that nobody used for a while; how many. Every call of the others does it too."""
        with self._lock:
            old = [key for key, held in self._sessions.items() if self._clock() - held.used > self._limits.idle]
        for key in old:
            self.drop(key)
        return len(old)

    # ------------------------------------------------------------ what a session asks

    def assistant(self, session: str) -> Assistant:
        """What answers a session: its files together with the index; the same assistant as ever without files."""
        files = self._files(session)
        if not files:
            return self._assistant
        shared = self._assistant.index
        own = [index for upload, index in files if not _holds(self._assistant, upload.document.id)]
        parts = [shared, *own] if isinstance(shared, Index) else own
        # What the index is limited to says nothing of somebody's own files.
        limit = self._assistant.where if parts[0] is shared else None
        return self._assistant.over(JoinedIndex(parts, self._cut(), limit))

    def document(self, session: str, id: str) -> Document:
        """A document of the session or of the index. Raises DocumentError where neither has it."""
        with suppress(DocumentError):
            return self.upload(session, id).document
        return self._assistant.document(id)

    # ------------------------------------------------------------ inside

    def _added(self, session: str, name: str, data: bytes) -> list[Added]:
        """Reads a file into a session, and the files inside it.

        Raises DocumentError where it can't be read, or there is no room for it.
        """
        limits, mine = self._limits, self._used(session) or _Session()
        with mine.lock:
            self._check_room(mine, name, len(data))
            loading = replace(limits.loading, file_bytes=limits.file_bytes, inside=limits.files)
            done: list[Added] = []
            drawn: dict[str, bytes] = {}
            for each in read_data(name, data, loading, drawn):
                if isinstance(each, Skipped):
                    done.append(Added(each.path, problem=f"{each.path}: {each.reason}"))
                    continue
                try:
                    kept = drawn.get(each.source, b"")
                    done.append(self._document(session, mine, each, kept, len(data if not done else kept)))
                except DocumentError as error:
                    if not done:
                        raise
                    done.append(Added(each.source, problem=str(error)))
            return done

    def _document(self, session: str, mine: _Session, document: Document, kept: bytes, count: int) -> Added:
        """Adds a document to a session; `kept` are the bytes that its pages are drawn from, `count` how many count."""
        limits, name = self._limits, document.source
        self._check_room(mine, name, count)
        twin = mine.files.get(document.id)
        if twin is not None:
            return Added(name, twin[0], same_as=twin[0].document.source)
        cut = self._cut()
        passages = len(cut(document))
        taken = sum(upload.passages for upload, _ in mine.files.values())
        if passages + taken > limits.passages:
            raise DocumentError(
                f"{name}: {passages:,} passages, and there is room for {limits.passages - taken:,}; remove a file, "
                "or have it indexed for everybody with: pincite index"
            )
        index = Index.build([document], self._encoder, cut)
        upload = Upload(document, kept, count or len(document.text), passages)
        self._keep(session, mine, upload, index)
        return Added(name, upload)

    def _keep(self, session: str, mine: _Session, upload: Upload, index: Index) -> None:
        """Keeps a file, and begins its session with the first. Raises DocumentError where the house is full by now."""
        with self._lock:
            self._check_house(mine, upload.document.source, upload.size)
            if not mine.dropped:
                kept = self._sessions.setdefault(session, mine)
                kept.used, kept.files[upload.document.id] = self._clock(), (upload, index)

    def _check_room(self, mine: _Session, name: str, count: int) -> None:
        limits = self._limits
        self._check_number(mine, name)
        if count > limits.file_bytes:
            raise DocumentError(
                f"{name}: {size(count)}, at most {size(limits.file_bytes)} of a file are read; split it"
            )
        if mine.bytes + count > limits.bytes:
            raise DocumentError(
                f"{name}: {size(count)}, and there is room for {size(limits.bytes - mine.bytes)}; remove a file first"
            )
        self._check_house(mine, name, count)

    def _check_number(self, mine: _Session, name: str) -> None:
        if len(mine.files) >= self._limits.files:
            raise DocumentError(f"{name}: {self._limits.files} files were added already; remove one first")

    def _check_house(self, mine: _Session, name: str, count: int) -> None:
        """Raises DocumentError where all sessions together have no room for another one, or for so many bytes."""
        with self._lock:
            total = sum(held.bytes for held in self._sessions.values())
            newcomer = not mine.files and len(self._sessions) >= self._limits.sessions
        if newcomer or total + count > self._limits.all_bytes:
            raise DocumentError(f"{name}: too many files of others are here; try again later, or have it indexed")

    def _used(self, key: str) -> _Session | None:
        """A session that is there; it counts as used."""
        self.sweep()
        with self._lock:
            session = self._sessions.get(key)
            if session is not None:
                session.used = self._clock()
        return session

    def _files(self, key: str) -> list[tuple[Upload, Index]]:
        """The files of a session, each with its index; [] without any."""
        session = self._used(key)
        return list(session.files.values()) if session is not None else []

    def _cut(self) -> Chunker:
        if self._chunker is None:
            self._chunker = chunker_for(self._encoder, self._assistant.settings)
        return self._chunker


class _Remembering:
    """An encoder that embeds a question once, however many indexes are asked."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.card = encoder, encoder.card
        self.encode_query = lru_cache(maxsize=16)(encoder.encode_query)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages."""
        return self._encoder.encode(texts)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return self._encoder.count(texts)


def file_name(name: str) -> str:
    r"""The name of a file as it is shown and read: no folders, no control characters, not too long.

    >>> file_name("..\\..\\secret/notes\n.txt"), file_name("")
    ('notes\\n.txt', 'file')
    """
    last = printable(PurePath(name.replace("\\", "/")).name.strip().lstrip("."))
    stem, dot, suffix = last.rpartition(".")
    if len(last) > _LONGEST_NAME:
        last = f"{stem[: _LONGEST_NAME - len(suffix) - 1]}{dot}{suffix}"[:_LONGEST_NAME]
    return last or "file"


def _holds(assistant: Assistant, id: str) -> bool:
    try:
        assistant.document(id)
    except DocumentError:
        return False
    return True

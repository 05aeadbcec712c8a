"""Files and folders -> an index that is kept up to date with them, each time `pincite index` runs.

A file is known by the digest of its bytes. What has not changed is not read, let alone embedded; what has is replaced;
what is gone goes; what was moved, the same text under another path, keeps its passages and vectors. What was indexed
from elsewhere stays.

Files inside a file (attachments, mails of a mailbox, an archive) are kept as if it were a folder that holds them: by
its path and their names. A row for that folder itself, whose key counts them, is written when all of them are staged;
without it, or where one of them is missing, the file is read again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path

from embeddings.errors import DocumentError, printable
from embeddings.index.ahead import Ahead
from embeddings.index.beside import Maker, discard, is_usable, made_anew, next_to, sweep_beside
from embeddings.index.index import check_target, replace_index
from embeddings.index.staging import FileRow, file_path
from embeddings.index.updating import Writer, writing
from embeddings.loading import Skipped, files_of, load_file, nothing_in, read_each
from embeddings.store.records import Stored, key_of
from embeddings.store.sqlite import State
from embeddings.types import INSIDE, Document

_PIECE = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Step:
    """A file that was dealt with: its path, its bytes, and how many passages were embedded for it.

    A file with others inside it comes once for each of them, the bytes with the first (`is_first`).
    """

    path: Path
    size: int
    passages: int = 0
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """The result of an update, in documents.

    Attributes:
        documents, passages: their numbers now, including those that were indexed from elsewhere.
        added, changed, moved, removed, unchanged: what became of the documents of this update.
        resumed: how many of those added or changed an interrupted update had embedded.
        skipped: files that were left out, and why.
        partly: what was left out of files that were read in this update: pages without text, attachments.
    """

    documents: int
    passages: int
    added: int
    changed: int
    moved: int
    removed: int
    unchanged: int
    resumed: int
    skipped: tuple[Skipped, ...]
    partly: tuple[Skipped, ...] = ()


def update_index(
    folder: Path,
    paths: Sequence[Path],
    maker: Maker,
    tell: Callable[[Step], None] | None = None,
    wait: float = 0.0,
    suspects: Collection[bytes] | None = None,
) -> UpdateResult:
    """Brings an index up to date with files and folders, or builds it if there is none.

    An index of another format, encoder or chunk size, or a damaged one, is made anew beside its place, which it takes
    when it is finished. An update that was interrupted goes on where it stopped.

    Args:
        folder: of the index.
        paths: files and folders.
        maker: what the index is made with.
        tell: called after each file.
        wait: seconds to wait for another writer.
        suspects: files that may have changed (`staging.file_path`); None for any. The others are not read.

    Raises:
        DocumentError: a path is missing, a file that was named itself is bad, or a folder holds nothing to read.
        StoreLocked: another process is writing to the index.
        StoreError: it can't be written, or the folder holds something else.
    """
    check_target(folder)
    _check_paths(paths)
    if is_usable(folder, maker):
        discard(next_to(folder))
        sweep_beside(folder)
        with writing(folder, maker.encoder, maker.chunker, wait, maker.tuning) as writer:
            return _update(writer, (folder,), tell, suspects, paths)
    with made_anew(folder, maker) as new:
        with writing(new, maker.encoder, maker.chunker, wait, maker.tuning) as writer:
            report = _update(writer, (folder, new), tell, suspects, paths)
        replace_index(new, folder)
    discard(new)  # this is the replaced index now
    return report


def measure(paths: Sequence[Path]) -> tuple[int, int]:
    """The number of files under some paths, and their size in bytes."""
    files = size = 0
    for path in paths:
        for file in files_of(path, []):
            files, size = files + 1, size + _size(file)
    return files, size


def _update(
    writer: Writer,
    own: Sequence[Path],
    tell: Callable[[Step], None] | None,
    suspects: Collection[bytes] | None,
    paths: Sequence[Path],
) -> UpdateResult:
    with Ahead(writer) as ahead:
        return _Sync(writer, ahead, own, tell, suspects).run(paths)


class _Sync:
    """One update."""

    def __init__(
        self,
        writer: Writer,
        ahead: Ahead,
        own: Sequence[Path],
        tell: Callable[[Step], None] | None,
        suspects: Collection[bytes] | None,
    ) -> None:
        self._writer, self._staging, self._tell, self._suspects = writer, writer.staging, tell, suspects
        self._ahead, self._waiting = ahead, set[bytes]()  # paths of documents that are not yet staged
        self._own = [os.path.realpath(folder) for folder in own]  # the index itself is never read
        self._told: Path | None = None  # the file that `tell` heard of last
        self._skipped: list[Skipped] = []
        self._partly: list[Skipped] = []
        self._counts = dict.fromkeys(("added", "changed", "moved", "unchanged", "resumed"), 0)

    def run(self, paths: Sequence[Path]) -> UpdateResult:
        """Processes everything under the paths, then removes what is gone from there."""
        roots = tuple(_root(path) for path in paths)
        for path in paths:
            if not self._all_under(path):
                raise nothing_in(path, self._skipped)
        self._ahead.finish()
        for root in roots:
            self._staging.lose_unseen(root)
        changed = self._writer.finish(roots)
        state: State = self._writer.state
        removed = max(0, changed.removed - self._counts["changed"])
        return UpdateResult(
            state.documents,
            state.passages,
            removed=removed,
            skipped=tuple(self._skipped),
            partly=tuple(self._partly),
            **self._counts,
        )

    def _all_under(self, path: Path) -> int:
        """Processes all files of a path. Returns how many of them are part of the index."""
        count, is_folder = 0, path.is_dir()
        for file in files_of(path, self._skipped):
            real = Path(os.path.realpath(file))  # Path.resolve raises at links in a circle
            if any(real.is_relative_to(own) for own in self._own):
                continue
            try:
                waits = self._file(file)
                count += 1
            except DocumentError as error:
                if not is_folder:
                    raise
                source = printable(file.as_posix())
                self._skipped.append(Skipped(source, str(error).removeprefix(f"{source}: ")))
                waits = False
            if not waits:
                self._is_done(file, 0)
        return count

    def _is_done(self, file: Path, passages: int) -> None:
        if self._tell is not None:
            is_first, self._told = file != self._told, file
            self._tell(Step(file, _size(file) if is_first else 0, passages, is_first))

    def _file(self, file: Path) -> bool:
        """Processes a file. Returns whether it waits to be embedded. Raises DocumentError where it is bad."""
        path = file_path(file)
        if path in self._waiting or self._staging.was_met(path) or self._staging.was_met(_folder(path)):
            return False
        row, held = self._staging.file(path), self._staging.file(_folder(path))
        last = row if row is not None else held
        may_differ = self._suspects is None or path in self._suspects or last is None
        digest = digest_of(file) if may_differ or last is None else last.digest
        if last is not None and digest is not None and last.digest == digest:
            known = self._known(path, row, held)
            if known is not None:
                for inner, inner_row, stored in known:
                    self._is_known(file, inner, inner_row, stored)
                return False
        return self._each(file, path, digest, row)

    def _known(
        self, path: bytes, row: FileRow | None, held: FileRow | None
    ) -> list[tuple[bytes, FileRow, Stored]] | None:
        """The documents of a file that has not changed, its own and those inside it; None where one is missing."""
        rows = [(inner, each) for inner, each in self._staging.inside(path) if inner != _folder(path)]
        rows += [(path, row)] if row is not None else []
        if held.key != _count_key(len(rows)) if held is not None else len(rows) != 1:
            return None
        records = [(inner, each, self._staging.by_key(each.key)) for inner, each in rows]
        known = [(inner, each, stored) for inner, each, stored in records if stored is not None]
        if len(known) < len(rows) or any(not self._is_right(inner, each, stored) for inner, each, stored in known):
            return None
        if held is not None:
            self._staging.meet(_folder(path))
        return known

    def _is_right(self, path: bytes, row: FileRow, stored: Stored) -> bool:
        """Whether a document is this file's own, or that of a file inside another one that still is its own."""
        if row.own:
            return True
        owner = self._staging.owner(stored)
        return owner is not None and owner != path and self._is_there(owner, stored)

    def _each(self, file: Path, path: bytes, digest: str | None, row: FileRow | None) -> bool:
        """Reads a file, and stages its documents; whether one of them is done only when it was embedded."""
        documents = read_each(file)
        ahead = list(islice(documents, 2))
        holds = len(ahead) > 1 or any(_inner_name(each) for each in ahead)
        if holds:  # not yet whole: a count that is none
            self._staging.set_file(_folder(path), FileRow(digest, _count_key(-1), own=False))
        waits, count = False, 0
        for each in chain(ahead, documents):
            if isinstance(each, Skipped):
                self._skipped.append(each)
                continue
            name = _inner_name(each)
            inner = _folder(path) + os.fsencode(name) if name else path
            before = self._staging.file(inner) if name else row
            waits = self._read(file, inner, each, digest, before) or waits
            count += 1
        if holds:
            self._note(_folder(path), FileRow(digest, _count_key(count), own=False))
        return waits

    def _is_known(self, file: Path, path: bytes, row: FileRow, known: Stored) -> None:
        self._staging.meet(path)
        if not row.own:
            return
        self._writer.keep(known)
        self._count_kept(known, "unchanged")
        inner = path.removeprefix(_folder(file_path(file))) if path != file_path(file) else b""
        source = printable(file.as_posix()) + (f"{INSIDE}{os.fsdecode(inner)}" if inner else "")
        if known.source != source:
            self._staging.relabel(known, source, path)

    def _count_kept(self, stored: Stored, otherwise: str) -> None:
        """Counts a document whose vectors exist already, from an interrupted update or an earlier one."""
        if stored.added == self._staging.update:
            self._counts["added"] += 1
            self._counts["resumed"] += 1
        else:
            self._counts[otherwise] += 1

    def _read(self, file: Path, path: bytes, document: Document, digest: str | None, row: FileRow | None) -> bool:
        """Stages a document that was read of a file; whether it is still to be embedded."""
        key, is_inner = key_of(document), path != file_path(file)
        if self._ahead.holds(document.id):
            self._ahead.finish()
        twin = self._staging.by_id(document.id)
        owner = self._staging.owner(twin) if twin is not None else None
        if twin is not None and owner is not None and owner != path and self._is_there(owner, twin):
            self._note(path, FileRow(digest if is_inner else None, twin.key, own=False))
            self._skipped.append(Skipped(document.source, f"same text as {twin.source}"))
            return False
        self._partly += [Skipped(document.source, note) for note in document.remarks.lines()]
        if twin is not None and owner is not None and owner != path:
            self._staging.lose(owner, twin.key)
        if twin is not None and twin.key == key:
            self._writer.keep(twin)
            self._note(path, FileRow(digest, key, own=True))
            if twin.source != document.source:
                self._staging.relabel(twin, document.source, path)
            self._count_kept(twin, "moved" if owner not in (None, path) else "unchanged")
            return False
        if twin is not None:  # the same text, but its title or its kind is another
            self._writer.remove(twin)
        self._waiting.add(path)
        change = "changed" if row is not None or twin is not None else "added"
        self._ahead.add(document, partial(self._is_added, file, path, FileRow(digest, key, own=True), change))
        return True

    def _is_added(self, file: Path, path: bytes, row: FileRow, change: str, stored: Stored) -> None:
        self._waiting.discard(path)
        self._note(path, row)
        self._counts[change] += 1
        self._is_done(file, stored.count)

    def _note(self, path: bytes, row: FileRow) -> None:
        self._staging.set_file(path, row)
        self._staging.meet(path)

    def _is_there(self, owner: bytes, twin: Stored) -> bool:
        """Whether the file that a document is named after still has the same text."""
        row = self._staging.file(owner)
        if row is None or row.key != twin.key:
            return False
        return self._staging.was_met(owner) or digest_of(_file_of(owner)) == row.digest


def _folder(path: bytes) -> bytes:
    """What a file is called as the folder of the files inside it."""
    return path + b"/"


def _file_of(path: bytes) -> Path:
    """The file that a path names, or that holds what it names."""
    file = Path(os.fsdecode(path))
    return next((each for each in (file, *file.parents) if each.is_file()), file)


def _count_key(count: int) -> str:
    """What stands in the place of a document's key for a file that holds others."""
    return f"holds {count}"


def _inner_name(document: Document | Skipped) -> str:
    """The name of a document inside its file; "" for the file's own."""
    source = document.path if isinstance(document, Skipped) else document.source
    return source.partition(INSIDE)[2]


def digest_of(file: Path) -> str | None:
    """A digest of the file's bytes, its suffix and the version of the loaders; None where it can't be read."""
    digest = blake2b(f"{own_version()}\0{file.suffix.lower()}\0".encode(errors="surrogateescape"), digest_size=16)
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return None
        with file.open("rb") as opened:
            while piece := opened.read(_PIECE):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()


@cache
def own_version() -> str:
    """The version of Pincite; "0" where it is run from a folder."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pincite")
    except PackageNotFoundError:
        return "0"


def _check_paths(paths: Sequence[Path]) -> None:
    """Raises DocumentError for a missing path, before anything is written."""
    for path in paths:
        try:
            there = path.exists()
        except OSError:  # a name too long; loading says so
            there = False
        if not there:
            load_file(path)


def _root(path: Path) -> bytes:
    """The path with which the store's names of the files below it begin."""
    return os.fsencode(os.path.realpath(path)) if path.is_dir() else file_path(path)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0

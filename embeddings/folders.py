"""Files and folders -> an index that is kept up to date with them: `pincite index` again, and again.

A file is known by the digest of its bytes. What has not changed is not read, let alone embedded; what has is replaced;
what is gone goes; what was moved, the same text under another path, keeps its passages and vectors. What was indexed
from elsewhere stays.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path

from embeddings.chunking import Chunker
from embeddings.encoder import Encoder
from embeddings.errors import DocumentError, StoreError, StoreLocked, printable
from embeddings.index import check_target, replace_index
from embeddings.loading import Skipped, files_of, load_file, nothing_in, read_file
from embeddings.locking import LOCK_FILE, writer_lock
from embeddings.manifest import Manifest
from embeddings.records import Stored, key_of
from embeddings.staging import FileRow, file_path
from embeddings.store import State
from embeddings.types import Document
from embeddings.updating import Tuning, Writer, check_maker, create, open_store, writing

_PIECE = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Step:
    """A file that was dealt with: its path, its bytes, and how many passages were embedded for it."""

    path: Path
    size: int
    passages: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What an update came to, in documents.

    Attributes:
        documents, passages: how many there are now, those that were indexed from elsewhere with them.
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


@dataclass(frozen=True, slots=True)
class Maker:
    """What an index is made with: its encoder, its chunker, and how its vectors are arranged."""

    encoder: Encoder
    chunker: Chunker
    tuning: Tuning = field(default_factory=Tuning)


def update_index(
    folder: Path,
    paths: Sequence[Path],
    maker: Maker,
    tell: Callable[[Step], None] | None = None,
    wait: float = 0.0,
    suspects: Collection[bytes] | None = None,
) -> Report:
    """Brings an index up to date with files and folders; makes it where there is none.

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
    if _is_usable(folder, maker):
        _discard(next_to(folder))
        _sweep_beside(folder)
        with writing(folder, maker.encoder, maker.chunker, wait, maker.tuning) as writer:
            return _Sync(writer, (folder,), tell, suspects).run(paths)
    with _made_anew(folder, maker) as new:
        with writing(new, maker.encoder, maker.chunker, wait, maker.tuning) as writer:
            report = _Sync(writer, (folder, new), tell, suspects).run(paths)
        replace_index(new, folder)
    _discard(new)  # now the one that was replaced
    return report


def measure(paths: Sequence[Path]) -> tuple[int, int]:
    """How many files there are under some paths, and their bytes."""
    files = size = 0
    for path in paths:
        for file in files_of(path, []):
            files, size = files + 1, size + _size(file)
    return files, size


class _Sync:
    """One update."""

    def __init__(
        self,
        writer: Writer,
        own: Sequence[Path],
        tell: Callable[[Step], None] | None,
        suspects: Collection[bytes] | None,
    ) -> None:
        self._writer, self._staging, self._tell, self._suspects = writer, writer.staging, tell, suspects
        self._own = [os.path.realpath(folder) for folder in own]  # the index itself is never read
        self._skipped: list[Skipped] = []
        self._partly: list[Skipped] = []
        self._counts = dict.fromkeys(("added", "changed", "moved", "unchanged", "resumed"), 0)

    def run(self, paths: Sequence[Path]) -> Report:
        """Everything under the paths, and then what is not there any more."""
        roots = tuple(_root(path) for path in paths)
        for path in paths:
            if not self._all_under(path):
                raise nothing_in(path, self._skipped)
        for root in roots:
            self._staging.lose_unseen(root)
        changed = self._writer.finish(roots)
        state: State = self._writer.state
        removed = max(0, changed.removed - self._counts["changed"])
        return Report(
            state.documents,
            state.passages,
            removed=removed,
            skipped=tuple(self._skipped),
            partly=tuple(self._partly),
            **self._counts,
        )

    def _all_under(self, path: Path) -> int:
        """Deals with all files of a path; how many of them are part of the index."""
        found, is_folder = 0, path.is_dir()
        for file in files_of(path, self._skipped):
            real = Path(os.path.realpath(file))  # Path.resolve raises at links in a circle
            if any(real.is_relative_to(own) for own in self._own):
                continue
            try:
                passages = self._file(file)
                found += 1
            except DocumentError as error:
                if not is_folder:
                    raise
                source = printable(file.as_posix())
                self._skipped.append(Skipped(source, str(error).removeprefix(f"{source}: ")))
                passages = 0
            if self._tell is not None:
                self._tell(Step(file, _size(file), passages))
        return found

    def _file(self, file: Path) -> int:
        """Deals with a file; the number of passages that were embedded. Raises DocumentError where it is bad."""
        path = file_path(file)
        if self._staging.was_met(path):
            return 0
        row = self._staging.file(path)
        may_differ = self._suspects is None or path in self._suspects or row is None
        digest = digest_of(file) if may_differ or row is None else row.digest
        known = (
            self._staging.by_key(row.key) if row is not None and digest is not None and row.digest == digest else None
        )
        if row is not None and known is not None:
            self._is_known(file, path, row, known)
            return 0
        document, notes = read_file(file)
        self._partly += [Skipped(document.source, note) for note in notes]
        return self._read(path, document, digest, row)

    def _is_known(self, file: Path, path: bytes, row: FileRow, known: Stored) -> None:
        self._writer.keep(known)
        self._staging.meet(path)
        self._count_kept(known, "unchanged")
        if row.own and known.source != printable(file.as_posix()):
            self._staging.relabel(known, printable(file.as_posix()), path)

    def _count_kept(self, stored: Stored, otherwise: str) -> None:
        """Counts a document whose vectors are there: from an interrupted update, or from before."""
        if stored.added == self._staging.update:
            self._counts["added"] += 1
            self._counts["resumed"] += 1
        else:
            self._counts[otherwise] += 1

    def _read(self, path: bytes, document: Document, digest: str | None, row: FileRow | None) -> int:
        twin, key = self._staging.by_id(document.id), key_of(document)
        owner = self._staging.owner(twin) if twin is not None else None
        if twin is not None and owner is not None and owner != path and self._is_there(owner, twin):
            self._note(path, FileRow(None, twin.key, own=False))
            self._skipped.append(Skipped(document.source, f"same text as {twin.source}"))
            return 0
        if twin is not None and owner is not None and owner != path:
            self._staging.lose(owner, twin.key)
        if twin is not None and twin.key == key:
            self._writer.keep(twin)
            self._note(path, FileRow(digest, key, own=True))
            if twin.source != document.source:
                self._staging.relabel(twin, document.source, path)
            self._count_kept(twin, "moved" if owner not in (None, path) else "unchanged")
            return 0
        if twin is not None:  # the same text, but its title or its kind is another
            self._writer.remove(twin)
        stored = self._writer.add(document)
        self._note(path, FileRow(digest, key, own=True))
        self._counts["changed" if row is not None or twin is not None else "added"] += 1
        return stored.count

    def _note(self, path: bytes, row: FileRow) -> None:
        self._staging.set_file(path, row)
        self._staging.meet(path)

    def _is_there(self, owner: bytes, twin: Stored) -> bool:
        """Whether the file that a document is named after still holds it."""
        row = self._staging.file(owner)
        if row is None or row.key != twin.key:
            return False
        return self._staging.was_met(owner) or digest_of(Path(os.fsdecode(owner))) == row.digest


def digest_of(file: Path) -> str | None:
    """Names the bytes of a file, its suffix, and the version that read it; None where it can't be read."""
    digest = blake2b(f"{_version()}\0{file.suffix.lower()}\0".encode(errors="surrogateescape"), digest_size=16)
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
def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pincite")
    except PackageNotFoundError:
        return "0"


def _check_paths(paths: Sequence[Path]) -> None:
    """Raises DocumentError for a path that is not there, before anything is written."""
    for path in paths:
        try:
            there = path.exists()
        except OSError:  # a name too long; loading says so
            there = False
        if not there:
            load_file(path)


def _is_usable(folder: Path, maker: Maker) -> bool:
    """Whether the index in a folder can be brought up to date with this maker; False where it must be made anew."""
    try:
        check_maker(Manifest.read(folder), folder, maker.encoder, maker.chunker)
        open_store(folder).close()
    except StoreLocked:
        raise
    except StoreError:
        return False
    return True


@contextmanager
def _made_anew(folder: Path, maker: Maker) -> Iterator[Path]:
    """A folder beside an index's own, for one that is not finished; it stays after an interruption, to be gone on with.

    It goes where nothing was embedded before the interruption.
    """
    new = next_to(folder)
    try:
        if not _is_usable(new, maker):
            _discard(new)
            _create(new, folder, maker)
        yield new
    except BaseException as error:
        if not isinstance(error, StoreLocked) and not _holds_work(new):
            _discard(new)
        if isinstance(error, StoreError):
            raise type(error)(str(error).replace(str(new), str(folder))) from None
        raise


def next_to(folder: Path) -> Path:
    """Where an index is made that is to take the place of the one in a folder."""
    return folder.parent / f".{folder.name}.next"


def _create(new: Path, folder: Path, maker: Maker) -> None:
    """An index that holds nothing, whole or not there; where another process was faster, its."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep_beside(folder)
        scratch = folder.parent / f"{_making(folder)}{os.getpid()}"
        scratch.mkdir()
    except OSError as error:
        raise StoreError(
            f"{folder}: can't be written ({error.strerror}); name another folder, or mend its rights"
        ) from None
    try:
        (scratch / "made").mkdir()  # with the rights of any new folder
        create(scratch / "made", maker.encoder, maker.chunker)[0].close()
        with suppress(OSError):
            (scratch / "made").rename(new)
    except StoreError as error:
        raise StoreError(str(error).replace(str(scratch / "made"), str(folder))) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _making(folder: Path) -> str:
    """How folders begin in which an index is about to be made; the process follows."""
    return f".{folder.name}.making-"


def _sweep_beside(folder: Path) -> None:
    """Deletes what processes left that were killed while they began to make an index."""
    for left in folder.parent.glob(f"{_making(folder)}*"):
        process = left.name.removeprefix(_making(folder))
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _discard(new: Path) -> None:
    """Deletes an index that is not finished, where nobody is writing to it. Raises StoreLocked."""
    if (new / LOCK_FILE).exists():
        with writer_lock(new):
            shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(new, ignore_errors=True)


def _holds_work(folder: Path) -> bool:
    """Whether an index that is not finished holds a document."""
    with suppress(StoreError):
        store = open_store(folder)
        try:
            return bool(store.rows("SELECT 1 FROM documents LIMIT 1"))
        finally:
            store.close()
    return False


def _root(path: Path) -> bytes:
    """A path as the beginning of what the store keeps of the files below it."""
    return os.fsencode(os.path.realpath(path)) if path.is_dir() else file_path(path)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0

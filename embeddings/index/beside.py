"""A new index, built beside the folder whose place it takes when it is finished.

After an interruption it stays, so that the next run goes on with it, unless nothing was embedded yet.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from embeddings.errors import StoreError, StoreLocked
from embeddings.index.updating import Tuning, check_maker, create, open_store
from embeddings.models.encoder import Encoder
from embeddings.store.locking import LOCK_FILE, writer_lock
from embeddings.store.manifest import Manifest
from embeddings.text.chunking import Chunker


@dataclass(frozen=True, slots=True)
class Maker:
    """What an index is made with: its encoder, its chunker, and how its vectors are arranged."""

    encoder: Encoder
    chunker: Chunker
    tuning: Tuning = field(default_factory=Tuning)


def is_usable(folder: Path, maker: Maker) -> bool:
    """Whether this maker can update the index in a folder; False where the index must be built again."""
    try:
        check_maker(Manifest.read(folder), folder, maker.encoder, maker.chunker)
        open_store(folder).close()
    except StoreLocked:
        raise
    except StoreError:
        return False
    return True


@contextmanager
def made_anew(folder: Path, maker: Maker) -> Iterator[Path]:
    """A folder beside an index's own for an unfinished one, which the next run goes on with after an interruption.

    It goes where nothing was embedded before the interruption.
    """
    new = next_to(folder)
    try:
        if not is_usable(new, maker):
            discard(new)
            _create(new, folder, maker)
        yield new
    except BaseException as error:
        if not isinstance(error, StoreLocked) and not _holds_work(new):
            discard(new)
        if isinstance(error, StoreError):
            raise type(error)(str(error).replace(str(new), str(folder))) from None
        raise


def next_to(folder: Path) -> Path:
    """Where an index is made that is to take the place of the one in a folder."""
    return folder.parent / f".{folder.name}.next"


def _create(new: Path, folder: Path, maker: Maker) -> None:
    """A new, empty index, whole or not there at all. If another process was faster, it is that one's."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep_beside(folder)
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
    """The beginning of the names of folders in which an index is being made; the process id follows."""
    return f".{folder.name}.making-"


def sweep_beside(folder: Path) -> None:
    """Deletes what killed processes left when they had begun to make an index."""
    for left in folder.parent.glob(f"{_making(folder)}*"):
        process = left.name.removeprefix(_making(folder))
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(left, ignore_errors=True)


def discard(new: Path) -> None:
    """Deletes an unfinished index. Raises StoreLocked where another process is writing to it."""
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

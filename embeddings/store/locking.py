"""One writer: a lock file that says which process holds it, and where. It is released when that process ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from embeddings.errors import StoreError, StoreLocked

LOCK_FILE = "writer.lock"
_PAUSE = 0.1  # seconds between two tries


@contextmanager
def writer_lock(folder: Path, wait: float = 0.0) -> Iterator[None]:
    """Holds the lock of an index while something is written to it.

    Args:
        folder: of the index.
        wait: seconds to wait for another writer.

    Raises:
        StoreLocked: another process holds it; says which one, where, and since when.
        StoreError: the folder can't be written.
    """
    file = _taken(folder / LOCK_FILE, wait)
    try:
        yield
    finally:
        os.ftruncate(file.fileno(), 0)
        file.close()


def _taken(path: Path, wait: float) -> IO[str]:
    until = time.monotonic() + wait
    while True:
        try:
            # Never through a link: what it leads to would be emptied.
            handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o666)
            file = os.fdopen(handle, "a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"{path.parent}: can't be written ({error.strerror}); name another folder, or mend its rights"
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = _holder(file)
            file.close()
            if time.monotonic() >= until:
                raise StoreLocked(
                    f"{path.parent}: {holder} is writing to it; wait until that is done (--wait)"
                ) from None
            time.sleep(_PAUSE)
            continue
        if _is_still(path, file):  # an index that was replaced meanwhile has another file
            _sign(file)
            return file
        file.close()


def _is_still(path: Path, file: IO[str]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:
        return False


def _sign(file: IO[str]) -> None:
    """Writes who holds the lock. A full disk is no reason not to hold it."""
    said = {"process": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%H:%M:%S")}
    with suppress(OSError):
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), json.dumps(said).encode())


def _holder(file: IO[str]) -> str:
    try:
        file.seek(0)
        said = json.load(file)
        return f"process {int(said['process'])} on {str(said['host'])[:60]}, since {str(said['since'])[:8]},"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"

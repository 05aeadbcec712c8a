"""The bytes of a file, within limits, as they were at one moment; and of what gzip has packed."""

from __future__ import annotations

import os
import stat
import time
import zlib
from pathlib import Path

from embeddings.errors import DocumentError, printable
from embeddings.loaders.limits import Limits, size

_LONGEST_PATH = 200  # characters of it in a message
_TRIES = 3  # to read a file that changes while it is read
_PAUSE = 0.1  # seconds between two of them
_FIRST = 1 << 16  # bytes looked at to tell whether a file is text
_STEP = 1 << 20  # bytes unpacked at a time


def source_of(path: Path) -> str:
    """A path in one line of Unicode: what is not UTF-8 in it is shown as U+FFFD, a line end as an escape."""
    return printable(os.fsencode(path.as_posix()).decode("utf-8", errors="replace"))


def check_regular(path: Path) -> None:
    """Raises DocumentError where a path is missing or is not a file; a pipe would block for ever."""
    source = source_of(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise DocumentError(_missing(path, source)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"{_short(source)}: can't be read ({reason}); check the path") from None
    if not stat.S_ISREG(mode):
        raise DocumentError(f"{source}: not a regular file; name a file or folder")


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The bytes of a file as they were at one moment.

    Raises:
        DocumentError: missing, no file, too large, may not be read, or never the same for as long as it is read.
    """
    source = source_of(path)
    check_regular(path)
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        try:
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                if before.st_size > limits.file_bytes:
                    raise DocumentError(_too_large(source, before.st_size, limits))
                data = file.read(limits.file_bytes + 1)
                after = os.fstat(file.fileno())
        except OSError as error:
            raise DocumentError(f"{source}: can't be read ({error.strerror}); check its permissions") from None
        if len(data) > limits.file_bytes:
            raise DocumentError(_too_large(source, len(data), limits))
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return data
    raise DocumentError(f"{source}: changes while it is read; read it again when it is finished")


def first_bytes(path: Path) -> bytes:
    """The first bytes of a file, without what gzip made of them; none where it can't be read or unpacked."""
    try:
        with path.open("rb") as file:
            start = file.read(_FIRST)
        return zlib.decompressobj(wbits=31).decompress(start, _FIRST) if start.startswith(b"\x1f\x8b") else start
    except (OSError, zlib.error):
        return b""


def gunzip(data: bytes, name: str, limits: Limits) -> bytes:
    """What gzip has packed, all members of it.

    Raises:
        DocumentError: damaged, cut short, or larger than `limits.unpacked_bytes`.
    """
    out, left = bytearray(), data
    while left.strip(b"\0"):
        member = zlib.decompressobj(wbits=31)
        try:
            while not member.eof:
                out += member.decompress(left, _STEP)
                if len(out) > limits.unpacked_bytes:
                    raise DocumentError(
                        f"{name}: unpacks to more than {size(limits.unpacked_bytes)}; unpack and split it"
                    )
                if not member.eof and not member.unconsumed_tail:
                    raise DocumentError(f"{name}: its gzip data are cut short; copy it again")
                left = member.unconsumed_tail
        except zlib.error:
            raise DocumentError(f"{name}: its gzip data are damaged; copy it again") from None
        left = member.unused_data
    return bytes(out)


def _missing(path: Path, source: str) -> str:
    if path.is_symlink():
        return f"{source}: a link to {source_of(path.readlink())}, which is not there; mend the link"
    return f"{_short(source)}: no such file or folder; check the path"


def _too_large(source: str, count: int, limits: Limits) -> str:
    return f"{source}: {size(count)}, at most {size(limits.file_bytes)} of a file are read; split it"


def _short(source: str) -> str:
    """A path that names nothing may be a whole text, put in the wrong place."""
    return source if len(source) <= _LONGEST_PATH else f"{source[:_LONGEST_PATH]}…"

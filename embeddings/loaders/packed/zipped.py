"""A ZIP archive of files: those in it that are not hidden, one after the other, unpacked within limits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from embeddings.errors import DocumentError, printable
from embeddings.loaders.extract import Packed
from embeddings.loaders.limits import Limits, size

_ENCRYPTED = 0x1
_OF_SYSTEMS = ("__MACOSX", "Thumbs.db", "desktop.ini")
_LONGEST_NAME = 200  # characters


def members(data: bytes, name: str, limits: Limits) -> Iterator[Packed | DocumentError]:
    """The files of an archive, in their order; of one that can't be unpacked why not.

    Raises:
        DocumentError: damaged, of more files than are read, or unpacking to more than the limit.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and _is_shown(entry.filename)]
    except Exception:  # whatever is wrong with its directory
        raise DocumentError(f"{name}: damaged or cut short; copy it again") from None
    if len(entries) > limits.inside:
        raise DocumentError(f"{name}: has {len(entries):,} files, at most {limits.inside:,} are read; split it")
    left = limits.unpacked_bytes
    for entry in entries:
        shown = printable(entry.filename)[:_LONGEST_NAME]
        try:
            if entry.flag_bits & _ENCRYPTED:
                raise DocumentError(f"{name} › {shown}: protected by a password; unpack it")
            with archive.open(entry) as stream:
                unpacked = stream.read(min(left, limits.file_bytes) + 1)
        except DocumentError as error:
            yield error
            continue
        except MemoryError:
            raise
        except Exception:  # whatever is wrong with this file, the others may be whole
            yield DocumentError(f"{name} › {shown}: damaged in its archive; copy it again")
            continue
        left -= len(unpacked)
        if left < 0:
            raise DocumentError(f"{name}: unpacks to more than {size(limits.unpacked_bytes)}; split it")
        if len(unpacked) > limits.file_bytes:
            yield DocumentError(f"{name} › {shown}: more than {size(limits.file_bytes)}; split it")
            continue
        yield Packed(shown, unpacked)


def _is_shown(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    hidden = (part in _OF_SYSTEMS or (part.startswith(".") and part.strip(".")) for part in parts)
    return not any(hidden)

"""manifest.json: what an index says of itself, read before anything else of it.

It is written after the transaction that makes an update visible, so it is never ahead of the store; a store that is
behind it has lost an update that was finished, and is not opened.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from embeddings.errors import StoreError, StoreNotFound
from embeddings.store.connecting import FORMAT, STORE_FILE, check_format, is_file, nothing_at

MANIFEST_FILE = "manifest.json"
_PIECE = 1 << 20  # bytes
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index says of itself.

    Attributes:
        id: of the index; an index that replaces it has another.
        encoder: the identity of the encoder it was made with.
        chunking: how its documents were cut.
        update: the number of the last finished update.
        format: of its files.
    """

    id: str
    encoder: str
    chunking: str
    update: int
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Writes it into the folder of its index, whole or not at all. Raises OSError."""
        said = asdict(self)
        scratch = folder / f"{MANIFEST_FILE}.new"
        scratch.unlink(missing_ok=True)  # a link that somebody put there is not written through
        with scratch.open("x", encoding="utf-8") as file:
            json.dump({**said, "digest": _digest(said)}, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(folder / MANIFEST_FILE)
        sync_folder(folder)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of the index in a folder.

        Raises:
            StoreNotFound: there is no index.
            StoreMismatch: it is of another format.
            StoreError: it is damaged.
        """
        path = folder / MANIFEST_FILE
        if not is_file(path):
            if is_file(folder / STORE_FILE):
                raise _old_or_damaged(folder)
            raise StoreNotFound(nothing_at(folder / STORE_FILE))
        try:
            said = json.loads(path.read_bytes())
            format = str(said["format"])
            if said.pop("digest") != _digest(said):
                raise ValueError("its digest is another one")
        except OSError as error:
            raise StoreError(f"{path}: can't be read ({error.strerror}); check its rights") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise StoreError(f"{path}: damaged; {mend(folder)}") from None
        check_format(format, path)
        return cls(**said)


def mend(folder: Path | None) -> str:
    """What to do about a damaged index."""
    return f"mend it with: pincite doctor --repair --index {folder}"


def file_digest(path: Path) -> str:
    """The digest of a file's bytes, read piece by piece. Raises OSError."""
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Makes new names in a folder durable. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def exchange(one: Path, other: Path) -> None:
    """Lets two folders of one disk change places, at once where the system can (Linux). Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    swap = getattr(library, "renameat2", None)
    if swap is not None and swap(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return
    if swap is not None and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    between = one.with_name(f"{one.name}.old")  # this file system can't: for a moment neither is in place
    other.rename(between)
    one.rename(other)
    between.rename(one)


def _old_or_damaged(folder: Path) -> StoreError:
    """The fault of a folder that holds a store without a manifest."""
    from embeddings.store.sqlite import Store

    try:
        Store(folder / STORE_FILE).close()
    except StoreError as error:
        return error
    return StoreError(f"{folder / MANIFEST_FILE}: missing; {mend(folder)}")


def _digest(said: dict[str, object]) -> str:
    return blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=16).hexdigest()

"""A file that was added in the chat and is to be there for everybody: kept in a folder beside the index, and indexed.

The index knows the file by its place in that folder: `pincite index` keeps it, unless it reads that folder and the file
is not there any more. The folder's name begins with no dot, because hidden files are not read.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from embeddings.errors import DocumentError, PinciteError, StoreError
from embeddings.index.beside import Maker
from embeddings.index.folders import UpdateResult, update_index
from embeddings.index.updating import check_maker, open_store
from embeddings.loaders.limits import size
from embeddings.store.manifest import Manifest
from qa.uploads.limits import MOST_SHARED_BYTES, MOST_SHARED_FILES, UploadLimits
from qa.uploads.private import file_name

_LIMITS = UploadLimits()
_FOLDERS = re.compile(r"(?<![\w/.:])(?:[A-Za-z]:)?[\\/](?:[^\s\\/:;,'\"]+[\\/])+(?=[^\s\\/])")
_MOST_TWINS = 1_000  # files of one name


def uploads_folder(index: Path) -> Path:
    """Where the files of an index are kept.

    >>> uploads_folder(Path("reports/.pincite")).as_posix()
    'reports/pincite-uploads'
    """
    named = index if index.name else index.absolute()
    return named.parent / f"{named.name.lstrip('.') or 'index'}-uploads"


def share(index: Path, name: str, data: bytes, maker: Maker, wait: float = 0.0) -> tuple[Path, UpdateResult]:
    """Keeps a file beside an index and adds it to the index; where that fails, the file is deleted again.

    Args:
        index: the folder of the index; it must be there and be usable: an upload never makes an index.
        name: of the file, as the browser named it.
        data: its bytes.
        maker: the encoder and settings that the index was made with.
        wait: seconds to wait for another writer.

    Returns:
        Where the file is, and the result of the update.

    Raises:
        DocumentError: the file is too large, or can't be read.
        StoreLocked: another process is writing to the index.
        StoreError: there is no index, it was made otherwise, or it or the folder can't be written.

    People who add a file must not learn the folders of this machine, so no error names one.
    """
    try:
        return _shared(index, name, data, maker, wait)
    except PinciteError as error:
        raise type(error)(without_folders(str(error), index)) from None


def without_folders(words: str, index: Path) -> str:
    """A message that names files without their folders, and the index by what it is.

    >>> without_folders("/srv/x/.pincite: damaged; see /srv/x/.pincite/log and a/b", Path("/srv/x/.pincite"))
    'the index: damaged; see log and a/b'
    """
    for folder, said in ((uploads_folder(index), "the folder of added files"), (index, "the index")):
        for written in {str(folder), str(folder.absolute()), str(folder.resolve())}:
            words = re.sub(rf"{re.escape(written)}(?![\w/\\.-])", said, words)
            words = words.replace(f"{written}{os.sep}", "")
    return _FOLDERS.sub("", words)


def _shared(index: Path, name: str, data: bytes, maker: Maker, wait: float) -> tuple[Path, UpdateResult]:
    if len(data) > _LIMITS.file_bytes:
        raise DocumentError(
            f"{file_name(name)}: {size(len(data))}, at most {size(_LIMITS.file_bytes)} are read; split it"
        )
    check_maker(Manifest.read(index), index, maker.encoder, maker.chunker)
    open_store(index).close()
    if not os.access(index, os.W_OK):
        raise StoreError(f"{index}: can't be written; add the file to this conversation alone, or mend its rights")
    _check_room(uploads_folder(index), len(data))
    path, is_new = _kept(uploads_folder(index), file_name(name), data)
    try:
        return path, update_index(index, [path], maker, wait=wait)
    except BaseException:
        if is_new:
            with suppress(OSError):
                path.unlink()
        raise


def _check_room(folder: Path, count: int) -> None:
    """Raises StoreError where a folder of added files is full."""
    with suppress(FileNotFoundError, NotADirectoryError):  # reported where the file is written
        sizes = [entry.stat(follow_symlinks=False).st_size for entry in os.scandir(folder)]
        if len(sizes) >= MOST_SHARED_FILES or sum(sizes) + count > MOST_SHARED_BYTES:
            raise StoreError(f"{folder}: full ({len(sizes):,} files, {size(sum(sizes))}); have files indexed instead")


def _kept(folder: Path, name: str, data: bytes) -> tuple[Path, bool]:
    """The file in its folder, and whether it was put there now. Raises StoreError where it can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, _MOST_TWINS):
            path = folder / (name if number == 1 else _numbered(name, number))
            if not path.exists():
                return _put(path, data), True
            if path.read_bytes() == data:
                return path, False
    except OSError as error:
        raise StoreError(
            f"{folder}: can't be written ({error.strerror}); mend its rights, or free some space"
        ) from None
    raise StoreError(f"{folder}: holds {_MOST_TWINS:,} files called {name}; give it another name")


def _put(path: Path, data: bytes) -> Path:
    """Writes a file whole or not at all."""
    handle, scratch = tempfile.mkstemp(prefix=".upload-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).chmod(0o644)
        os.link(scratch, path)  # never over a file that came meanwhile
    finally:
        Path(scratch).unlink()
    return path


def _numbered(name: str, number: int) -> str:
    path = Path(name)
    return f"{path.stem}-{number}{path.suffix}"

"""The connection to a store's file, writable or not, and the message where the file is missing."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from embeddings.errors import StoreError, StoreMismatch

# Raised with every change of the tables in `embeddings.store.sqlite` or of what stands beside them; an older index is
# refused.
FORMAT = 3
STORE_FILE = "store.sqlite"
_WAIT = 30.0  # seconds for another connection's short transaction


def check_format(format: str, path: Path | None) -> None:
    """Raises StoreMismatch where a format is not FORMAT."""
    if format == str(FORMAT):
        return
    if format.isdecimal() and int(format) > FORMAT:
        raise StoreMismatch(
            f"{path}: made by a newer Pincite (format {format}, this version reads format {FORMAT}); "
            "upgrade Pincite, or name another index"
        )
    raise StoreMismatch(
        f"{path}: made by an older Pincite (format {format}, this version reads format {FORMAT}); build it again with: "
        f"pincite index PATHS --index {path.parent if path is not None else 'DIR'}"
    )


def is_writable(path: Path) -> bool:
    """Whether a store and the folder it lies in can be written."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def connect(path: Path | None, create: bool) -> sqlite3.Connection:
    """A connection that commits only when `commit` is called.

    What nobody can write is opened without SQLite's own files beside it: as immutable, or, where a writer that was
    killed left its log, with an index of that log in memory.
    """
    if path is None:
        return sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    name = path.absolute().as_uri()
    if create or is_writable(path):
        made = ("PRAGMA journal_mode = WAL",) if create else ()
        return _opened(f"{name}?mode={'rwc' if create else 'rw'}", *made, "PRAGMA synchronous = FULL")
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return _opened(f"{name}?immutable=1")
    return _opened(f"{name}?mode=ro&vfs=unix-none", "PRAGMA locking_mode = EXCLUSIVE")


def _opened(uri: str, *pragmas: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=_WAIT)
    try:
        for pragma in ("PRAGMA cell_size_check = ON", *pragmas):
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def is_file(path: Path) -> bool:
    """Raises StoreError where it can't be told."""
    try:
        return path.is_file()
    except OSError as error:
        raise StoreError(f"{path}: can't be read ({error.strerror}); check the path and its rights") from None


def nothing_at(path: Path) -> str:
    """What lies there instead of an index's file, and what to do."""
    folder = path.parent
    make = "make one with: pincite index PATHS --index"
    if folder.is_dir() and any(folder.iterdir()):
        return f"{folder}: a folder, but no index there (no {path.name} in it); name another, or {make} DIR"
    if folder.exists():
        if not folder.is_dir():
            return f"{folder}: a file, but no index there; name the folder of one, or {make} DIR"
        return f"{folder}: an empty folder, no index there; {make} {folder}"
    return f"{folder}: no index there; {make} {folder}"

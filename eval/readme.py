"""Puts the figures into a file that people read, between two markers, so that they always come from a run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from embeddings.errors import SettingsError

BEGIN = "<!-- eval:begin -->"
END = "<!-- eval:end -->"


def put_between_markers(text: str, table: str, name: str = "text") -> str:
    """The text with everything between the two markers replaced by the table; the rest stays as it is.

    Raises:
        SettingsError: a marker is missing or there twice, or the end stands before the beginning.

    >>> put_between_markers("a <!-- eval:begin -->old<!-- eval:end --> z", "new")
    'a <!-- eval:begin -->\\nnew\\n<!-- eval:end --> z'
    """
    for marker in (BEGIN, END):
        if text.count(marker) != 1:
            raise SettingsError(f"{name}: expected {marker} once, found it {text.count(marker)} times; write it once")
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SettingsError(f"{name}: {END} stands before {BEGIN}; put it after")
    newline = "\r\n" if "\r\n" in text else "\n"
    table = newline.join(table.strip().splitlines())
    return f"{before}{BEGIN}{newline}{table}{newline}{END}{after}"


def check_markers(path: Path) -> None:
    """Raises SettingsError where `rewrite` would: before a long run rather than after it."""
    put_between_markers(_read(path), "", name=str(path))


def rewrite(path: Path, table: str) -> None:
    """Puts the table between the markers of a file: the whole new file, or the old one, never a part.

    Raises:
        SettingsError: the file can't be read or written, or its markers are not in order.
    """
    write_whole(path, put_between_markers(_read(path), table, name=str(path)))


def write_whole(path: Path, text: str) -> None:
    """Writes a file so that nobody ever reads half of it: beside it under another name, then moved over it.

    Raises:
        SettingsError: the file can't be written.
    """
    path = path.resolve()  # a link goes on pointing at the file
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written ({error.strerror}); name a file that you may write") from error
    finally:
        beside.unlink(missing_ok=True)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # bytes, so that line ends stay as they are
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); name a UTF-8 file with {BEGIN} and {END}") from error

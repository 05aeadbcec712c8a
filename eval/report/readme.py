"""Puts figures into a file that people read, between two markers, so that they always come from a run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from embeddings.errors import SettingsError


def markers(part: str = "eval") -> tuple[str, str]:
    """The two comments that a part of a file stands between.

    >>> markers("table:fusion")
    ('<!-- table:fusion:begin -->', '<!-- table:fusion:end -->')
    """
    return f"<!-- {part}:begin -->", f"<!-- {part}:end -->"


BEGIN, END = markers()


def put_between_markers(text: str, table: str, name: str = "text", part: str = "eval") -> str:
    """The text with everything between the two markers of a part replaced by the table; the rest stays as it is.

    Raises:
        SettingsError: a marker is missing or there twice, or the end stands before the beginning.

    >>> put_between_markers("a <!-- eval:begin -->old<!-- eval:end --> z", "new")
    'a <!-- eval:begin -->\\nnew\\n<!-- eval:end --> z'
    """
    begin, end = markers(part)
    for marker in (begin, end):
        if text.count(marker) != 1:
            raise SettingsError(f"{name}: expected {marker} once, found it {text.count(marker)} times; write it once")
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SettingsError(f"{name}: {end} stands before {begin}; put it after")
    newline = "\r\n" if "\r\n" in text else "\n"
    table = newline.join(table.strip().splitlines())
    return f"{before}{begin}{newline}{table}{newline}{end}{after}"


def check_markers(path: Path, part: str = "eval") -> None:
    """Raises SettingsError where `rewrite` would; call it before a long run."""
    put_between_markers(_read(path, part), "", name=str(path), part=part)


def rewrite(path: Path, table: str, part: str = "eval") -> None:
    """Puts the table between the markers of a file, which is replaced whole or stays as it is.

    Raises:
        SettingsError: the file can't be read or written, or its markers are not in order.
    """
    write_whole(path, put_between_markers(_read(path, part), table, name=str(path), part=part))


def publish(tables: Mapping[str, Callable[[], str]], prefix: str, path: Path | None, console: Console) -> None:
    """Makes tables one after another; prints each, and puts it into a file at once.

    Args:
        tables: what makes each table, by its name.
        prefix: what stands before the name in the markers of a table's part.
        path: the file; None where nothing is written.

    Raises:
        SettingsError: the file has no markers for one of them. Nothing was made then.
    """
    if path is not None:
        for name in tables:
            check_markers(path, f"{prefix}:{name}")
    for name, make in tables.items():
        table = make()
        console.print(f"{name}\n\n{table}\n", markup=False, highlight=False, soft_wrap=True)
        if path is not None:
            rewrite(path, table, f"{prefix}:{name}")


def write_whole(path: Path, text: str) -> None:
    """`write_bytes_whole` of a text, in UTF-8, its line ends as they are."""
    write_bytes_whole(path, text.encode("utf-8"))


def write_bytes_whole(path: Path, content: bytes) -> None:
    """Writes a file beside the old one under another name and moves it over, so that nobody reads half of it.

    Raises:
        SettingsError: the file can't be written.
    """
    path = path.resolve()  # a link goes on pointing at the file
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(content)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written ({error.strerror}); name a file that you may write") from error
    finally:
        beside.unlink(missing_ok=True)


def _read(path: Path, part: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # bytes, so that line ends stay as they are
    except (OSError, UnicodeDecodeError) as error:
        begin, end = markers(part)
        raise SettingsError(f"{path}: cannot be read ({error}); name a UTF-8 file with {begin} and {end}") from error

"""The other office formats, by converters that `pip install 'pincite[office]'` brings.

XLSX by openpyxl, for its rows and their numbers; PPTX, XLS and Outlook's MSG by markitdown (Microsoft), whose Markdown
is taken apart again: slides become pages, tables rows.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, iso_day, words_of
from embeddings.loaders.extract import Extract, Writer, cells_in_words, described
from embeddings.loaders.formats import suffix_of
from embeddings.loaders.limits import Limits

_SLIDE = re.compile(r"<!--\s*Slide number:\s*\d+\s*-->")
_HEADING = re.compile(r"#{1,6}\s+(?P<words>\S.*)")
_RULE = re.compile(r"\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_EMPTY = re.compile(r"NaN|NaT|Unnamed: \d+")
_OLE = b"\xd0\xcf\x11\xe0"


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a presentation, a workbook or a message of Outlook.

    Raises:
        DocumentError: the converters are not installed, the file is damaged, or more than the limits allow.
    """
    if data.startswith(_OLE):
        suffix = suffix_of(name.lower().removesuffix(".gz")).lower()
        return _of_markdown(_markdown(data, ".xls" if suffix == ".xls" else ".msg", name), name, limits)
    archive = Archive(data, name, limits)
    archive.check_size()
    core = archive.xml("docProps/core.xml")
    facts = [words_of(core, fact) for fact in ("title", "creator", "created")]
    is_workbook = archive.read("xl/workbook.xml") is not None
    found = _workbook(data, name, limits) if is_workbook else _of_markdown(_markdown(data, ".pptx", name), name, limits)
    title = None if (facts[0] or "").lower() == "powerpoint presentation" else facts[0]
    return described(found, title, facts[1], iso_day(facts[2]))


def _workbook(data: bytes, name: str, limits: Limits) -> Extract:
    """Each sheet under its name, each of its rows a passage."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise _missing(name, ".xlsx") from None
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # whatever the converter raises, it is this file's
        raise _damaged(name, error) from None
    writer = Writer(name, limits)
    for sheet in book.worksheets:
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        filled = ((number, [_cell(value) for value in row]) for number, row in rows)
        _write_rows(sheet.title, ((number, cells) for number, cells in filled if any(cells)), writer)
    return writer.extract()


def _write_rows(title: str, rows: Iterator[tuple[int, list[str]]], writer: Writer) -> None:
    number, first = next(rows, (0, []))
    if not first:
        return
    writer.heading(title)
    header: list[str] = []
    if not header:
        writer.row(number, cells_in_words(first))
    for number, cells in rows:
        writer.row(number, cells_in_words(cells, header))


def _cell(value: Any) -> str:
    """A cell in words: days without a midnight, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).removesuffix(" 00:00:00")


def _markdown(data: bytes, suffix: str, name: str) -> str:
    """What markitdown makes of a file."""
    try:
        from markitdown import StreamInfo
        from markitdown._exceptions import MissingDependencyException
        from markitdown.converters import OutlookMsgConverter, PptxConverter, XlsConverter
    except ImportError:
        raise _missing(name, suffix) from None
    converter = {".pptx": PptxConverter, ".xls": XlsConverter, ".msg": OutlookMsgConverter}[suffix]()
    try:
        return str(converter.convert(io.BytesIO(data), StreamInfo(extension=suffix)).markdown)
    except MissingDependencyException:
        raise _missing(name, suffix) from None
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # whatever the converter raises, it is this file's
        raise _damaged(name, error) from None


def _of_markdown(markdown: str, name: str, limits: Limits) -> Extract:
    """Markdown of a converter as text, with its slides, headings and tables."""
    writer = Writer(name, limits)
    table: list[list[str]] = []
    for line in (*markdown.splitlines(), ""):
        words = _PICTURE.sub("", line).strip()
        if words.startswith("|"):
            if not _RULE.fullmatch(words):
                table.append([_EMPTY.sub("", cell.strip()) for cell in words.strip("|").split("|")])
            continue
        writer.table(table)
        table = []
        if _SLIDE.fullmatch(words):
            writer.page()
        elif (found := _HEADING.fullmatch(words)) is not None:
            writer.heading(found["words"])
        else:
            writer.paragraph(words)
    return writer.extract()


def _missing(name: str, suffix: str) -> DocumentError:
    return DocumentError(
        f"{name}: {suffix} files need a converter that is not installed: pip install 'pincite[office]'"
    )


def _damaged(name: str, error: Exception) -> DocumentError:
    reason = "damaged" if isinstance(error, zipfile.BadZipFile) else f"can't be converted ({type(error).__name__})"
    return DocumentError(f"{name}: {reason}; open and save it again")

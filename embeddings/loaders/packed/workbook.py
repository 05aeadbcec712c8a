"""XLSX: the sheets of a workbook, each row with its number, each cell as its sheet shows it.

What a sheet says of its own size is not believed: its rows are read. Merged cells fill the places they cover. A formula
whose value the file does not hold is left out and counted.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, attribute, local
from embeddings.loaders.extract import Extract, Writer
from embeddings.loaders.grids.grid import Span
from embeddings.loaders.limits import Limits
from embeddings.loaders.packed.number_formats import BUILT_IN, plain, shown
from embeddings.loaders.packed.sheets import Sheet, write_sheet

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_MOST_COLUMNS = 16_384
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class _Book:
    """What the cells of all sheets refer to: texts, and the format of each style; how days are counted."""

    texts: list[str]
    formats: list[str]
    since_1904: bool


def extract(archive: Archive, name: str, limits: Limits) -> Extract:
    """The sheets of a workbook.

    Raises:
        DocumentError: damaged, or more than the limits allow.
    """
    workbook = archive.xml("xl/workbook.xml")
    sheets = [each for each in workbook.iter() if local(each) == "sheet"] if workbook is not None else []
    if workbook is None or not sheets:
        raise DocumentError(f"{name}: can't be converted (a workbook without sheets); open and save it again")
    parts = _parts(archive)
    book = _Book(_texts(archive), _formats(archive), _is_since_1904(workbook))
    writer = Writer(name, limits)
    for each in sheets:
        part = parts.get(attribute(each, "id") or "")
        data = archive.read(part) if part is not None else None
        if data is None:
            writer.omit("sheet without cells", detail=attribute(each, "name") or "")
        else:
            write_sheet(writer, _sheet(attribute(each, "name") or "", data, book, name, limits))
    return writer.extract()


def _parts(archive: Archive) -> dict[str, str]:
    """The sheets of a workbook by the ids that it calls them; those that hold only a chart are none."""
    relations = archive.xml("xl/_rels/workbook.xml.rels")
    paths = {}
    for each in relations if relations is not None else ():
        target = attribute(each, "Target") or ""
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        if (attribute(each, "Type") or path).endswith(("/worksheet", ".xml")):
            paths[attribute(each, "Id") or ""] = path
    return paths


def _texts(archive: Archive) -> list[str]:
    """The texts that cells share."""
    root = archive.xml("xl/sharedStrings.xml")
    return [_words(each) for each in root if local(each) == "si"] if root is not None else []


def _words(element: etree._Element) -> str:
    """The words of a text, without how they are to be spoken."""
    return "".join(
        "".join(each.itertext())
        for each in element.iter()
        if local(each) == "t" and (parent := each.getparent()) is not None and local(parent) != "rPh"
    )


def _formats(archive: Archive) -> list[str]:
    """The number format of each style."""
    root = archive.xml("xl/styles.xml")
    if root is None:
        return []
    own = {
        attribute(each, "numFmtId") or "": attribute(each, "formatCode") or ""
        for each in root.iter()
        if local(each) == "numFmt"
    }
    styles = next((each for each in root if local(each) == "cellXfs"), None)
    ids = [attribute(each, "numFmtId") or "0" for each in styles] if styles is not None else []
    return [own.get(id) or BUILT_IN.get(int(id) if id.isdecimal() else 0, "General") for id in ids]


def _is_since_1904(workbook: etree._Element) -> bool:
    properties = next((each for each in workbook.iter() if local(each) == "workbookPr"), None)
    return properties is not None and (attribute(properties, "date1904") or "0") in ("1", "true", "on")


def _sheet(title: str, data: bytes, book: _Book, name: str, limits: Limits) -> Sheet:
    sheet = Sheet(title)
    number = 0
    try:
        for element in _elements(data):
            if local(element) == "row":
                said = attribute(element, "r") or ""
                number = int(said) if said.isdecimal() else number + 1
                cells = _cells(element, number, book, sheet)
                if any(cells):
                    sheet.add(number, cells)
                if len(sheet.rows) > limits.rows:
                    raise DocumentError(f"{name}: more than {limits.rows:,} rows; split it")
            else:
                sheet.merged += _merged(attribute(element, "ref") or "")
            element.clear()
    except etree.XMLSyntaxError as error:
        reason = str(error).partition("\n")[0][:100]
        raise DocumentError(f"{name}: its XML is damaged ({reason}); open and save it again") from None
    return sheet


def _elements(data: bytes) -> Iterator[etree._Element]:
    """The rows and merged ranges of a sheet, one after the other. Entities are not replaced and nothing is fetched."""
    walk = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=("{*}row", "{*}mergeCell"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    for _, element in walk:
        yield element


def _cells(row: etree._Element, number: int, book: _Book, sheet: Sheet) -> list[str]:
    """The cells of a row, by their columns."""
    cells: list[str] = []
    for cell in row:
        place = _PLACE.fullmatch(cell.get("r") or "")
        column = _column(place[1]) if place is not None else len(cells)
        if column >= _MOST_COLUMNS:
            break
        words = _shown(cell, book)
        if words is None:
            sheet.without_value.append(cell.get("r") or f"row {number}")
        elif words:
            cells += [""] * (column + 1 - len(cells))
            cells[column] = words
    return cells


def _shown(cell: etree._Element, book: _Book) -> str | None:
    """A cell in words; None for a formula without a value."""
    value = formula = inline = None
    for each in cell:
        name = local(each)
        if name == "v":
            value = each.text
        elif name == "f":
            formula = each
        elif name == "is":
            inline = each
    kind = cell.get("t") or "n"
    if inline is not None:
        return _words(inline)
    if value is None or not value.strip():
        return None if formula is not None and kind != "str" else ""
    if kind == "s":
        return book.texts[int(value)] if value.strip().isdecimal() and int(value) < len(book.texts) else ""
    if kind == "b":
        return "TRUE" if value.strip() == "1" else "FALSE"
    if kind != "n" or _NUMBER.fullmatch(value.strip()) is None:
        return str(value).removesuffix("T00:00:00") if kind == "d" else str(value)
    style = cell.get("s") or ""
    code = book.formats[int(style)] if style.isdecimal() and int(style) < len(book.formats) else "General"
    number = float(value)
    return plain(number) if code == "General" else shown(number, code, book.since_1904)


def _column(letters: str) -> int:
    """The number of a column by its letters, counted from 0.

    >>> _column("A"), _column("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _merged(reference: str) -> list[Span]:
    """The range of a merged cell: its first row by its number, its first column, and how many of both."""
    ends = [_PLACE.fullmatch(each) for each in reference.split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return []
    (top, left), (bottom, right) = ((int(each[2]), _column(each[1])) for each in ends if each is not None)
    return [(top, left, bottom - top + 1, right - left + 1)] if bottom >= top and right >= left else []

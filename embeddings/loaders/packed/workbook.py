"""XLSX: the sheets of a workbook, each row with its number, each cell as its sheet shows it.

What a sheet says of its own size is not believed: its rows are read. Merged cells fill the places they cover. A formula
whose value the file does not hold is left out and counted; so are sheets, rows and columns that are hidden, struck
cells, comments, pictures and charts.
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
from embeddings.loaders.packed.number_formats import BUILT_IN, MONEY, plain, shown
from embeddings.loaders.packed.runs import Run, words_of_runs
from embeddings.loaders.packed.sheets import Sheet, write_sheet

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_MOST_COLUMNS = 16_384
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_YES = ("1", "true", "on")
_DRAWN = {"pic": "picture", "graphicFrame": "chart", "sp": "text box"}


@dataclass(frozen=True, slots=True)
class _Book:
    """What the cells of all sheets refer to.

    Attributes:
        texts: that cells share, and how many passages of each are struck.
        formats: the number format of each style.
        struck: the styles that strike a cell.
        since_1904: how days are counted.
    """

    texts: list[tuple[str, int]]
    formats: list[str]
    struck: frozenset[str]
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
    book = _Book(_texts(archive), *_styles(archive), _is_since_1904(workbook))
    writer = Writer(name, limits)
    for each in sheets:
        part = parts.get(attribute(each, "id") or "")
        if (attribute(each, "state") or "visible") != "visible":
            writer.omit("hidden sheet", detail=attribute(each, "name") or "")
            continue
        data = archive.read(part) if part is not None else None
        if data is None:
            writer.omit("sheet without cells", detail=attribute(each, "name") or "")
        else:
            write_sheet(writer, _sheet(attribute(each, "name") or "", data, book, name, limits))
            _count_beside(archive, part or "", writer)
    return writer.extract()


def _count_beside(archive: Archive, part: str, writer: Writer) -> None:
    """Counts what lies beside the cells of a sheet: comments, and what is drawn."""
    folder, name = posixpath.split(part)
    relations = archive.xml(f"{folder}/_rels/{name}.rels")
    for each in relations if relations is not None else ():
        kind = (attribute(each, "Type") or "").rpartition("/")[2]
        target = attribute(each, "Target") or ""
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        root = archive.xml(path) if kind in ("comments", "drawing") else None
        for held in root.iter() if root is not None else ():
            if kind == "comments" and local(held) == "comment":
                writer.omit("comment", detail=attribute(held, "ref") or "")
            elif kind == "drawing" and local(held) in _DRAWN:
                writer.omit(_DRAWN[local(held)])


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


def _texts(archive: Archive) -> list[tuple[str, int]]:
    """The texts that cells share, and how many passages of each are struck."""
    root = archive.xml("xl/sharedStrings.xml")
    return [_words(each) for each in root if local(each) == "si"] if root is not None else []


def _words(element: etree._Element) -> tuple[str, int]:
    """The words of a text, without how they are to be spoken; how many of its passages are struck."""
    runs = [_run(each) for each in element if local(each) == "r"]
    if any(run.raised or run.lowered or run.struck for run in runs):
        return words_of_runs(runs)
    return _plain_words(element), 0


def _plain_words(element: etree._Element) -> str:
    return "".join(
        "".join(each.itertext())
        for each in element.iter()
        if local(each) == "t" and (parent := each.getparent()) is not None and local(parent) != "rPh"
    )


def _run(element: etree._Element) -> Run:
    look = next((each for each in element if local(each) == "rPr"), None)
    place = (
        next((attribute(each, "val") for each in look if local(each) == "vertAlign"), "") if look is not None else ""
    )
    struck = look is not None and _is_struck(look)
    return Run(_plain_words(element), place == "superscript", place == "subscript", struck)


def _is_struck(look: etree._Element) -> bool:
    return any(local(each) == "strike" and (attribute(each, "val") or "1") in _YES for each in look)


def _styles(archive: Archive) -> tuple[list[str], frozenset[str]]:
    """The number format of each style, and the styles that strike a cell."""
    root = archive.xml("xl/styles.xml")
    if root is None:
        return [], frozenset()
    own = {
        attribute(each, "numFmtId") or "": attribute(each, "formatCode") or ""
        for each in root.iter()
        if local(each) == "numFmt"
    }
    styles = next((each for each in root if local(each) == "cellXfs"), None)
    ids = [attribute(each, "numFmtId") or "0" for each in styles] if styles is not None else []
    fonts = next((each for each in root if local(each) == "fonts"), None)
    struck = {str(place) for place, font in enumerate(fonts) if _is_struck(font)} if fonts is not None else set()
    striking = (
        str(place)
        for place, each in enumerate(styles if styles is not None else ())
        if attribute(each, "fontId") in struck
    )
    known = BUILT_IN | MONEY
    formats = [own.get(id) or known.get(int(id) if id.isdecimal() else 0, "General") for id in ids]
    return formats, frozenset(striking if struck else ())


def _is_since_1904(workbook: etree._Element) -> bool:
    properties = next((each for each in workbook.iter() if local(each) == "workbookPr"), None)
    return properties is not None and (attribute(properties, "date1904") or "0") in _YES


def _sheet(title: str, data: bytes, book: _Book, name: str, limits: Limits) -> Sheet:
    sheet = Sheet(title)
    number = 0
    try:
        for element in _elements(data):
            kind = local(element)
            if kind == "row":
                said = attribute(element, "r") or ""
                number = int(said) if said.isdecimal() else number + 1
                struck = sheet.struck
                cells = _cells(element, number, book, sheet)
                if any(cells):
                    if _is_hidden(element):
                        sheet.hidden_rows.add(number)
                    sheet.add(number, cells)
                elif sheet.struck > struck or _is_hidden(element):
                    sheet.pass_over(number)
                if len(sheet.rows) > limits.rows:
                    raise DocumentError(f"{name}: more than {limits.rows:,} rows; split it")
            elif kind == "col":
                if _is_hidden(element):
                    first, last = (int(attribute(element, each) or "1") for each in ("min", "max"))
                    sheet.hidden_columns.update(range(first - 1, min(last, _MOST_COLUMNS)))
            elif kind == "filterColumn":
                sheet.is_filtered = True
            else:
                sheet.merged += _merged(attribute(element, "ref") or "")
            element.clear()
    except etree.XMLSyntaxError as error:
        reason = str(error).partition("\n")[0][:100]
        raise DocumentError(f"{name}: its XML is damaged ({reason}); open and save it again") from None
    return sheet


def _is_hidden(element: etree._Element) -> bool:
    """Whether a row or a column is hidden, and not only folded away."""
    return element.get("hidden") in _YES and (element.get("outlineLevel") or "0") == "0"


def _elements(data: bytes) -> Iterator[etree._Element]:
    """The rows and merged ranges of a sheet, one after the other. Entities are not replaced and nothing is fetched."""
    walk = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=("{*}row", "{*}mergeCell", "{*}col", "{*}filterColumn"),
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
        words, struck = _shown(cell, book)
        if words and book.struck and (cell.get("s") or "") in book.struck:
            words, struck = "", 1
        sheet.struck += struck
        if words is None:
            sheet.without_value.append(cell.get("r") or f"row {number}")
        elif words:
            cells += [""] * (column + 1 - len(cells))
            cells[column] = words
    return cells


def _shown(cell: etree._Element, book: _Book) -> tuple[str | None, int]:
    """A cell in words, None for a formula without a value; how many passages of it are struck."""
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
        return (None if formula is not None and kind != "str" else ""), 0
    if kind == "s":
        return book.texts[int(value)] if value.strip().isdecimal() and int(value) < len(book.texts) else ("", 0)
    return _value(cell, kind, value, book), 0


def _value(cell: etree._Element, kind: str, value: str, book: _Book) -> str:
    """A value that the cell itself holds, in words."""
    if kind == "b":
        return "TRUE" if value.strip() == "1" else "FALSE"
    if kind != "n" or _NUMBER.fullmatch(value.strip()) is None:
        return value.removesuffix("T00:00:00") if kind == "d" else value
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

"""ODT, the text format of LibreOffice: paragraphs, headings, lists, tables row by row; title, author and date."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, attribute, iso_day, local, words_of
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.grids.grid import Placed, filled
from embeddings.loaders.limits import Limits

_LEFT_OUT = {"tracked-changes", "annotation", "note-citation", "bookmark", "sequence-decls", "forms"}
_MOST_SPACES = 1_000  # that one element stands for
_MOST_PLACES = 10_000  # rows of a table that one element stands for
_MOST_COLUMNS = 1_000


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a document of LibreOffice.

    Raises:
        DocumentError: damaged, protected, or more than the limits allow.
    """
    archive = Archive(data, name, limits)
    manifest = archive.xml("META-INF/manifest.xml")
    if manifest is not None and any(local(each) == "encryption-data" for each in manifest.iter()):
        raise DocumentError(f"{name}: protected by a password; save it without one")
    root = archive.xml("content.xml")
    body = next((each for each in root.iter() if local(each) == "text"), None) if root is not None else None
    if body is None:
        raise DocumentError(f"{name}: an ODT file without a text; open and save it again")
    writer = Writer(name, limits)
    _blocks(body, writer, "")
    meta = archive.xml("meta.xml")
    author = words_of(meta, "initial-creator") or words_of(meta, "creator")
    return described(writer.extract(), words_of(meta, "title"), author, iso_day(words_of(meta, "creation-date")))


def _blocks(parent: etree._Element, writer: Writer, bullet: str) -> None:
    """Writes the blocks of an element. `bullet` stands before the first paragraph of an item."""
    for block in parent:
        name = local(block)
        if name == "h":
            writer.heading(_text(block))
        elif name == "p":
            words = _text(block)
            writer.line(f"{bullet}{words}" if words.strip() else "") if bullet else writer.paragraph(words)
            bullet = ""
        elif name == "table":
            _table(block, writer)
        elif name not in _LEFT_OUT:
            _blocks(block, writer, "- " if name == "list-item" else bullet)


def _table(table: etree._Element, writer: Writer) -> None:
    rows: list[list[Placed]] = []
    for row in (each for each in table.iter() if local(each) == "table-row" and _table_around(each) is table):
        group = local(row.getparent()) if row.getparent() is not None else ""
        cells = list(_cells(row, group == "table-header-rows"))
        again = _number(row, "number-rows-repeated", 1) if any(cell.words.strip() for cell in cells) else 1
        rows += [cells] * min(again, max(0, _MOST_PLACES - len(rows)))
    writer.table(filled(rows))


def _cells(row: etree._Element, is_header: bool) -> Iterator[Placed]:
    """The cells of a row, repeated ones as often as they stand there; covered ones are left to those that span them."""
    at = 0
    for cell in row:
        if local(cell) not in ("table-cell", "covered-table-cell") or at >= _MOST_COLUMNS:
            continue
        again = min(_number(cell, "number-columns-repeated", 1), _MOST_COLUMNS - at)
        if local(cell) == "table-cell":
            words = " ".join(_text(each) for each in cell.iter() if local(each) in ("p", "h"))
            rows, columns = _number(cell, "number-rows-spanned", 1), _number(cell, "number-columns-spanned", 1)
            places = range(at, at + again) if words.strip() else ()
            yield from (Placed(words, rows, columns, is_header, at=place) for place in places)
        at += again


def _table_around(row: etree._Element) -> etree._Element | None:
    return next((each for each in row.iterancestors() if local(each) == "table"), None)


def _number(element: etree._Element, name: str, default: int) -> int:
    said = attribute(element, name) or ""
    return max(1, min(int(said), _MOST_PLACES)) if said.isdecimal() and len(said) < 8 else default


def _text(element: etree._Element) -> str:
    """The words of a paragraph or heading."""
    name = local(element)
    if name in _LEFT_OUT:
        return ""
    if name in ("s", "tab", "line-break"):
        count = attribute(element, "c") or "1"
        spaces = " " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES)
        return {"s": spaces, "tab": "\t"}.get(name, "\n")
    return (element.text or "") + "".join(_text(child) + (child.tail or "") for child in element)

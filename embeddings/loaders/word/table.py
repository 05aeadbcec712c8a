"""The tables of Word as grids: cells merged over rows and columns, rows that begin late, rows inside controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from embeddings.loaders.archive import attribute, local
from embeddings.loaders.grids.grid import Grid, Placed, filled

_AROUND = {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"}  # what may stand around a row or a cell
_MOST = 1_000  # columns
_DEEPEST = 50  # of what stands around a row


def grid_of(table: etree._Element, words_of: Callable[[etree._Element], str]) -> Grid:
    """A table, without rows that were deleted under revision.

    Args:
        table: the `w:tbl`.
        words_of: gives the words of a cell.
    """
    rows = [row for row in _inside(table, "tr") if not _is_deleted(row)]
    return filled([list(_cells(row, words_of)) for row in rows])


def _inside(parent: etree._Element, name: str, depth: int = 0) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, those inside controls too."""
    for each in parent:
        if local(each) == name:
            yield each
        elif local(each) in _AROUND and depth < _DEEPEST:
            yield from _inside(each, name, depth + 1)


def _cells(row: etree._Element, words_of: Callable[[etree._Element], str]) -> Iterator[Placed]:
    at = _number(_property(row, "trPr", "gridBefore"), 0)
    heads = _is_on(_property(row, "trPr", "tblHeader"))
    for cell in _inside(row, "tc"):
        columns = max(1, _number(_property(cell, "tcPr", "gridSpan"), 1))
        merged = _property(cell, "tcPr", "vMerge")
        goes_on = merged is not None and (attribute(merged, "val") or "continue") == "continue"
        yield Placed(words_of(cell), 1, columns, heads, goes_on, at)
        at += columns


def _is_deleted(row: etree._Element) -> bool:
    return _property(row, "trPr", "del") is not None


def _property(element: etree._Element, group: str, name: str) -> etree._Element | None:
    """A property of an element itself, not of what is inside it."""
    settings = next((each for each in element if local(each) == group), None)
    return next((each for each in settings if local(each) == name), None) if settings is not None else None


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and (attribute(element, "val") or "1") not in ("0", "false", "off")


def _number(element: etree._Element | None, default: int) -> int:
    said = (attribute(element, "val") or "") if element is not None else ""
    return min(int(said), _MOST) if said.isdecimal() else default

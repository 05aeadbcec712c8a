"""Tables of a text as tables: each cell in its place, under its name, with its marks.

All of the text stays, in its order, so that selected words have their offsets. Separators and the names before values
stand in the cells and are only hidden from sight. The names over the columns are not text of the document: the style
sheet writes them from attributes.
"""

from __future__ import annotations

import html
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from embeddings.layout import Cell, Table
from embeddings.types import Document
from qa.source.pieces import Layer, pieces_of
from qa.source.view import Range, View

_MOST_COLUMNS = 12  # a wider table is shown as text
_LONGEST_ROW = 5_000  # characters; so is one with a longer row


@dataclass(frozen=True, slots=True)
class Region:
    """The rows of a table that a window shows.

    Attributes:
        table: the number of the table.
        rows: each with the part of the text that it takes; they follow one another without a gap.
    """

    table: int
    rows: tuple[tuple[int, Range], ...]

    @property
    def part(self) -> Range:
        """The part of the text that they take."""
        return Range(self.rows[0][1].start, self.rows[-1][1].end)


def regions_of(document: Document, window: Range) -> Iterator[Region]:
    """The tables of a window, each with the rows that lie in it whole, in the order of the text."""
    tables = document.layout.tables
    first = bisect_right(tables, window.start, key=lambda table: table.end)
    for number in range(first, bisect_left(tables, window.end, key=lambda table: table.start)):
        table = tables[number]
        if _width(table) > _MOST_COLUMNS:
            continue
        rows = [(row, part) for row, part in _parts(document, table, window) if _is_inside(part, window)]
        if len(rows) > 1 and all(part.end - part.start <= _LONGEST_ROW for _, part in rows):
            yield Region(number, tuple(rows))


def table_of(view: View, region: Region, layers: Sequence[Layer]) -> str:
    """The rows of a region as a table."""
    document = view.document
    table = document.layout.tables[region.table]
    width, numbered = _width(table), bool(document.layout.rows)
    here = [layer for layer in layers if not layer.part.cut(region.part).is_empty]
    rows = [_row(view, table, row, part, width, here) for row, part in region.rows]
    return f'<table class="grid">{_head(table, width, numbered)}<tbody>{"".join(rows)}</tbody></table>'


def _head(table: Table, width: int, numbered: bool) -> str:
    """The names of the columns, where no row of the text holds them; written as attributes, which are not text."""
    if table.header or not any(table.names):
        return ""
    names = [*([""] if numbered else []), *table.names, *[""] * (width - len(table.names))]
    cells = "".join(f'<th aria-hidden="true" data-said="{html.escape(name)}"></th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def _row(view: View, table: Table, row: int, part: Range, width: int, layers: Sequence[Layer]) -> str:
    document = view.document
    cited = ' class="cited" aria-current="true"' if view.span is not None and not view.span.cut(part).is_empty else ""
    number = document.layout.row(part.start)
    label = f'<th class="number" data-said="{number}"></th>' if number is not None else ""
    here = [layer for layer in layers if not layer.part.cut(part).is_empty]
    return f"<tr{cited}>{label}{''.join(_cells(document, table, table.row(row), part, width, here))}</tr>"


def _cells(
    document: Document, table: Table, cells: Sequence[Cell], part: Range, width: int, layers: Sequence[Layer]
) -> Iterator[str]:
    """The cells of a row, empty ones too. A cell holds the text before it; the last one also the text behind it."""
    column, at = 0, part.start
    for index, cell in enumerate(cells):
        band = cell.column >= len(table.names) > 0 and len(cells) == 1
        place = 0 if band else cell.column
        if place >= column:
            yield "<td></td>" * (place - column)
            column = place + 1
        said = _aside(document, Range(at, cell.start), layers, cell.name)
        said += pieces_of(document.text, Range(cell.start, cell.end), layers)
        at = cell.end
        if index + 1 == len(cells):
            said += _aside(document, Range(at, part.end), layers)
        tag = f'th scope="{"row" if table.by_rows else "col"}"' if cell.header else "td"
        across = f' colspan="{width}"' if band else ""
        yield f"<{tag}{across}>{said}</{tag.partition(' ')[0]}>"
        column = width if band else column
    yield "<td></td>" * max(0, width - column)


def _aside(document: Document, part: Range, layers: Sequence[Layer], name: str = "") -> str:
    """Text between cells. Separators and names are read aloud and copied, but not seen unless they are marked."""
    if part.is_empty:
        return ""
    said, shown = document.text[part.start : part.end], pieces_of(document.text, part, layers)
    is_name = not any(map(str.isalnum, said)) or said.strip(" ;:\n") == name.rstrip(":")
    return f'<span class="aside">{shown}</span>' if is_name else shown


def _parts(document: Document, table: Table, window: Range) -> Iterator[tuple[int, Range]]:
    """The rows of a table around a window, each with the part of the text from its line to that of the next row."""
    text = document.text
    first = max(0, table.row_at(window.start) - 1)
    begin = None
    for row in range(first, len(table)):
        cells = table.row(row)
        if not cells:
            continue
        begin = text.rfind("\n", 0, cells[0].start) + 1 if begin is None else begin
        after = _next_begin(text, table, row)
        yield row, Range(begin, after)
        begin = after
        if begin >= window.end:
            return


def _next_begin(text: str, table: Table, row: int) -> int:
    """Where the part of the next row begins: at its line, or after the line of the last row."""
    for below in range(row + 1, len(table)):
        if cells := table.row(below):
            return text.rfind("\n", 0, cells[0].start) + 1
    end = text.find("\n", table.end)
    return end + 1 if end >= 0 else len(text)


def _width(table: Table) -> int:
    """How many columns are shown."""
    return max(len(table.names), max(memoryview(table.columns).cast("I"), default=-1) + 1 if not table.names else 0)


def _is_inside(part: Range, window: Range) -> bool:
    return window.start <= part.start and part.end <= window.end

"""Layout: what a file said of its own parts (pages, rows, headings, tables, fields, lists), as offsets of the text.

Offsets are code points of `Document.text`, half open: `text[start:end]`. The words of every cell, label, value and item
stand in the text as they are told here. What is written twice (a cell that spans two rows is written in both) is two
cells, each with its own place.

    layout.cell_at(offset)        the cell that holds an offset, with the name of its column
    layout.row_of(cell)           the cells of its row, in order
    layout.rows_in(start, end)    the rows of a passage
    layout.field_at(offset)       the field ("Room: 14") that holds an offset
    layout.certainty(start, end)  how sure the text of a passage is, where it was recognised on a picture
    layout.items_in(start, end)   the list items of a passage; layout.list_of(item): the list one is part of
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from embeddings.errors import DocumentError
from embeddings.packing import numbers, packed, unpacked

Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table that is not empty.

    Attributes:
        table: the number of its table in `Layout.tables`.
        row, column: its place in the table, counted from 0.
        start, end: where its words stand.
        name: what its column is called; "" where nothing names it.
        header: whether it names a column or a row, and is no value.
    """

    table: int
    row: int
    column: int
    start: int
    end: int
    name: str = ""
    header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the places of its cells, row by row. Empty cells are left out.

    Attributes:
        names: what each column is called, "" for one without a name.
        cuts: where each cell begins and ends, in reading order (begin, end, begin, end, ...); packed as u32.
        columns: the column of each cell, counted from 0; packed as u32.
        rows: the number of the first cell of each row; packed as u32.
        header: how many rows at its top hold the names of the columns. 0 where these stand only before their cells.
        label: the column that names the rows; -1 where no column does.
        spans: cells that spanned several places in the file: (row, column, rows, columns). Their words are written in
            each of these places.
        by_rows: whether each row is a name and its value; such a row is a field, too.
    """

    names: tuple[str, ...]
    cuts: bytes
    columns: bytes
    rows: bytes
    header: int = 0
    label: int = 0
    spans: tuple[tuple[int, int, int, int], ...] = ()
    by_rows: bool = False

    @classmethod
    def of(
        cls, names: Sequence[str], rows: Iterable[Sequence[tuple[int, int, int]]], header: int = 0, label: int = 0
    ) -> Table:
        """A table out of rows of cells, each (column, start, end), in order.

        >>> table = Table.of(["Town", "People"], [[(0, 6, 10), (1, 20, 27)]])
        >>> [(cell.name, cell.start, cell.end) for cell in table.row(0)]
        [('Town', 6, 10), ('People', 20, 27)]
        """
        firsts: list[int] = []
        columns: list[int] = []
        cuts: list[int] = []
        for cells in rows:
            firsts.append(len(columns))
            for column, start, end in cells:
                columns.append(column)
                cuts += (start, end)
        return cls(tuple(names), numbers(cuts), numbers(columns), numbers(firsts), header, label)

    @property
    def start(self) -> int:
        """Where its first cell begins."""
        return self._cuts()[0] if self.cuts else 0

    @property
    def end(self) -> int:
        """Where its last cell ends."""
        return self._cuts()[-1] if self.cuts else 0

    def __len__(self) -> int:
        """How many rows it has, those that hold names included."""
        return len(self.rows) // 4

    def row(self, number: int, table: int = 0) -> tuple[Cell, ...]:
        """The cells of a row, in order. `table` is the number that they carry."""
        cuts, columns = self._cuts(), memoryview(self.columns).cast("I")
        named = self.names
        return tuple(
            Cell(
                table,
                number,
                column := columns[index],
                cuts[2 * index],
                cuts[2 * index + 1],
                named[column] if column < len(named) else "",
                number < self.header or (column == self.label and self.by_rows),
            )
            for index in self._cells(number)
        )

    def row_at(self, offset: int) -> int:
        """The number of the last row that begins at or before an offset; -1 where none does."""
        cell = bisect_right(self._cuts(), offset)
        return bisect_right(self._rows(), max(cell - 1, 0) // 2) - 1 if cell else -1

    def _cells(self, row: int) -> range:
        rows = self._rows()
        return range(rows[row], rows[row + 1] if row + 1 < len(rows) else len(self.columns) // 4)

    def _cuts(self) -> memoryview[int]:
        return memoryview(self.cuts).cast("I")

    def _rows(self) -> memoryview[int]:
        return memoryview(self.rows).cast("I")


@dataclass(frozen=True, slots=True)
class Field:
    """A label and its value: "Room: 14".

    Attributes:
        label: where the label stands, without its colon.
        value: where the value stands.
    """

    label: Bounds
    value: Bounds


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list.

    Attributes:
        group: the number of its list; items of one list follow one another.
        start, end: where its words stand, without its bullet or number.
        level: how deep it is set in, from 0; an item holds those under it that are deeper.
    """

    group: int
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """What the file said of its own parts, as offsets of the text; empty for formats that say nothing.

    Attributes:
        pages: where each page begins; the first is page 1. A page without text begins where the next one does.
        rows: where each row or record begins, and its number in the file, counted from 1: ((start, number), ...).
        headings: where the words of each heading stand: ((start, end), ...).
        tables: its tables, in the order of the text.
        fields: its fields, in the order of the text; rows of a table of names and values are fields, too.
        items: its list items, in the order of the text.
        recognised: what was read on pictures (OCR), and how sure that is, in percent: ((start, end, percent), ...).
        dated: where a part begins that was written at another time, and when: ((start, date), ...), up to the next
            one. "" where that is not known, None where the date of the document holds again.

    Raises:
        DocumentError: offsets out of order.
    """

    pages: tuple[int, ...] = ()
    rows: tuple[tuple[int, int], ...] = ()
    headings: tuple[Bounds, ...] = ()
    tables: tuple[Table, ...] = ()
    fields: tuple[Field, ...] = ()
    items: tuple[Item, ...] = ()
    recognised: tuple[tuple[int, int, int], ...] = ()
    dated: tuple[tuple[int, str | None], ...] = ()

    def __post_init__(self) -> None:
        starts = [start for start, _ in self.rows]
        flat = [offset for heading in self.headings for offset in heading]
        tables = [offset for table in self.tables for offset in (table.start, table.end)]
        fields = [offset for field in self.fields for offset in (*field.label, *field.value)]
        items = [offset for item in self.items for offset in (item.start, item.end)]
        seen = [offset for start, end, _ in self.recognised for offset in (start, end)]
        dated = [start for start, _ in self.dated]
        parts = (self.pages, starts, flat, tables, fields, items, seen, dated)
        if not all(_in_order(offsets) for offsets in parts):
            raise DocumentError("the offsets of its pages, rows or headings are out of order; load it again")

    def page(self, offset: int) -> int | None:
        """The page that an offset lies on, counted from 1; None where there are no pages.

        >>> Layout(pages=(0, 40, 90)).page(40)
        2
        """
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    def row(self, offset: int) -> int | None:
        """The number of the row that an offset lies in; None where there are no rows.

        >>> Layout(rows=((0, 2), (40, 3), (90, 5))).row(99)
        5
        """
        index = bisect_right(self.rows, offset, key=lambda row: row[0])
        return self.rows[index - 1][1] if index else None

    def cell_at(self, offset: int) -> Cell | None:
        """The cell that holds an offset; None between cells and outside tables."""
        number = self._table(offset)
        if number is None:
            return None
        table = self.tables[number]
        cells = table.row(max(0, table.row_at(offset)), number)
        return next((cell for cell in cells if cell.start <= offset < cell.end), None)

    def row_of(self, cell: Cell) -> tuple[Cell, ...]:
        """All cells of a cell's row, itself among them, in order."""
        return self.tables[cell.table].row(cell.row, cell.table)

    def rows_in(self, start: int, end: int) -> Iterator[tuple[Cell, ...]]:
        """The rows that touch [start, end), in order, each with all its cells; rows of names are left out."""
        first = bisect_right(self.tables, start, key=lambda table: table.end)
        for number in range(first, len(self.tables)):
            table = self.tables[number]
            if table.start >= end:
                return
            for row in range(max(table.header, table.row_at(start)), len(table)):
                cells = table.row(row, number)
                if cells and cells[0].start >= end:
                    return
                if cells and cells[-1].end > start:
                    yield cells

    def field_at(self, offset: int) -> Field | None:
        """The field whose label, colon or value holds an offset."""
        index = bisect_right(self.fields, offset, key=lambda field: field.label[0])
        nearest = self.fields[index - 1] if index else None
        return nearest if nearest is not None and offset < nearest.value[1] else None

    def items_in(self, start: int, end: int) -> tuple[Item, ...]:
        """The list items that touch [start, end), in order."""
        first = bisect_right(self.items, start, key=lambda item: item.end)
        return self.items[first : bisect_left(self.items, end, key=lambda item: item.start)]

    def list_of(self, item: Item) -> tuple[Item, ...]:
        """All items of the list that an item is part of, itself among them, in order."""
        first = bisect_left(self.items, item.group, key=lambda each: each.group)
        return self.items[first : bisect_right(self.items, item.group, key=lambda each: each.group)]

    def certainty(self, start: int, end: int) -> float:
        """How sure it is that the text of [start, end) is what the file shows: less than 1 where OCR read it.

        >>> Layout(recognised=((0, 40, 99), (41, 80, 62))).certainty(30, 50), Layout().certainty(0, 9)
        (0.62, 1.0)
        """
        first = bisect_right(self.recognised, start, key=lambda part: part[1])
        last = bisect_left(self.recognised, end, key=lambda part: part[0])
        return min((percent / 100 for _, _, percent in self.recognised[first:last]), default=1.0)

    def end(self) -> int:
        """The last offset it names; 0 where it names none."""
        lasts = [
            *self.pages[-1:],
            *(start for start, _ in self.rows[-1:]),
            *(end for _, end in self.headings[-1:]),
            *(table.end for table in self.tables[-1:]),
            *(field.value[1] for field in self.fields[-1:]),
            *(item.end for item in self.items[-1:]),
            *(end for _, end, _ in self.recognised[-1:]),
            *(start for start, _ in self.dated[-1:]),
        ]
        return max(lasts, default=0)

    def to_json(self) -> str:
        """As JSON, for a store; "" where it is empty."""
        parts = {
            "pages": self.pages,
            "rows": self.rows,
            "headings": self.headings,
            "tables": [_table_told(table) for table in self.tables],
            "fields": [(*field.label, *field.value) for field in self.fields],
            "items": [(item.group, item.start, item.end, item.level) for item in self.items],
            "recognised": self.recognised,
            "dated": self.dated,
        }
        said = {name: part for name, part in parts.items() if part}
        return json.dumps(said, separators=(",", ":")) if said else ""

    @classmethod
    def from_json(cls, written: str) -> Layout:
        """What `to_json` wrote. Raises DocumentError for anything else.

        >>> Layout.from_json(Layout(pages=(0, 9), headings=((0, 4),)).to_json()).headings
        ((0, 4),)
        """
        try:
            read = json.loads(written) if written else {}
            pages = tuple(int(offset) for offset in read.get("pages", ()))
            rows = tuple((int(start), int(number)) for start, number in read.get("rows", ()))
            headings = tuple((int(start), int(end)) for start, end in read.get("headings", ()))
            tables = tuple(_table_read(told) for told in read.get("tables", ()))
            fields = tuple(Field((int(a), int(b)), (int(c), int(d))) for a, b, c, d in read.get("fields", ()))
            seen = tuple((int(start), int(end), int(percent)) for start, end, percent in read.get("recognised", ()))
            items = tuple(Item(int(a), int(b), int(c), int(d)) for a, b, c, d in read.get("items", ()))
            dated = tuple((int(a), b if b is None else str(b)) for a, b in read.get("dated", ()))
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OverflowError):
            raise DocumentError("the record of its pages, rows and headings is damaged; load it again") from None
        return cls(pages, rows, headings, tables, fields, items, seen, dated)

    def _table(self, offset: int) -> int | None:
        index = bisect_right(self.tables, offset, key=lambda table: table.start)
        return index - 1 if index and offset < self.tables[index - 1].end else None


def _table_told(table: Table) -> dict[str, Any]:
    """A table for JSON: its numbers packed, what is as usual left out."""
    told = {
        "names": table.names,
        "cuts": packed(table.cuts, rising=True),
        "columns": packed(table.columns),
        "rows": packed(table.rows, rising=True),
        "header": table.header,
        "spans": table.spans,
        "by_rows": table.by_rows,
    }
    return {name: value for name, value in told.items() if value} | {"label": table.label}


def _table_read(told: dict[str, Any]) -> Table:
    """What `_table_told` wrote. Raises ValueError, TypeError or KeyError for anything else."""
    cuts, columns, rows = (
        unpacked(told.get("cuts", ""), rising=True),
        unpacked(told.get("columns", "")),
        unpacked(told.get("rows", ""), rising=True),
    )
    first = memoryview(rows).cast("I")
    if len(cuts) != 2 * len(columns) or (len(first) and first[-1] * 4 > len(columns)):
        raise ValueError("the parts of a table do not fit")
    spans = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in told.get("spans", ()))
    names = tuple(map(str, told.get("names", ())))
    return Table(
        names, cuts, columns, rows, int(told.get("header", 0)), int(told["label"]), spans, bool(told.get("by_rows"))
    )


def _in_order(offsets: Sequence[int]) -> bool:
    """Whether offsets never fall, from 0 on."""
    return all(here <= after for here, after in pairwise((0, *offsets)))


NO_LAYOUT = Layout()

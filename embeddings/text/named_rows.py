"""The tables of a passage as they are read: each row a sentence of its cells, each behind the name of its column.

    | Ship   | Berth |
    |--------|-------|
    | Aurora | 12    |        is read as        Ship: Aurora; Berth: 12.

A loader writes the rows of CSV, workbooks, HTML and Word so. Those that stand in a text in another way (PDF, Markdown,
plain text) keep their place there, for a citation is made of the text as it is; here is what is read instead, with
where each piece of it stands in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from embeddings.layout import Bounds, Cell, Layout, Table

_ONLY_LINES = re.compile(r"[\s|:+=_\u2500-\u257f-]*")
_STOPS = (".", "!", "?", "…")

Part = tuple[int, int, int]  # where a piece begins and ends in what is read, and where it begins in the text


@dataclass(frozen=True, slots=True)
class Named:
    """A passage as it is read.

    Attributes:
        text: the words.
        parts: what of them stands in the passage: (start, end, start in the passage); the rest was put between them.
        names: the same for the names of columns, where the row of names is part of the passage.
    """

    text: str
    parts: tuple[Part, ...]
    names: tuple[Part, ...] = ()

    def after(self, words: str) -> Named:
        """The same with words before it, which stand before it in the passage, too."""
        more = len(words)

        def moved(parts: Sequence[Part]) -> tuple[Part, ...]:
            return tuple((start + more, end + more, at + more) for start, end, at in parts)

        return Named(words + self.text, ((0, more, 0), *moved(self.parts)), moved(self.names))


def named_rows(text: str, layout: Layout, start: int, end: int) -> Named | None:
    """How text[start:end] is read; None where it is read as it stands.

    >>> text = "Ship\\tBerth\\nAurora\\t12\\n"
    >>> layout = Layout(tables=(Table.of(["Ship", "Berth"], [[(0, 0, 4), (1, 5, 10)], [(0, 11, 17), (1, 18, 20)]], 1),))
    >>> named_rows(text, layout, 0, len(text)).text
    'Ship: Aurora; Berth: 12.\\n'
    """
    first = bisect_right(layout.tables, start, key=lambda table: table.end)
    made = _Made(text, start)
    at, changed = start, False
    for number in range(first, len(layout.tables)):
        table = layout.tables[number]
        if table.start >= end:
            break
        if not _is_to_be_named(text, table):
            continue
        for row in _rows(text, table, number, start, end):
            if row.begin < at:
                continue
            made.as_is(at, row.begin, bool(_ONLY_LINES.fullmatch(text, at, row.begin)) and changed)
            made.row(row, table)
            at, changed = row.end, True
    if not changed:
        return None
    made.as_is(at, end)
    return made.named()


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: its line in the text, its cells, and whether it holds the names."""

    begin: int
    end: int
    cells: Sequence[Cell]
    is_header: bool


def _is_to_be_named(text: str, table: Table) -> bool:
    """Whether the names of a table stand in a row over its cells, or beside them without a colon."""
    if table.by_rows:
        label, *values = table.row(table.header) if len(table) > table.header else (None,)
        return label is not None and bool(values) and ":" not in text[label.start : values[0].start]
    return table.header > 0 and any(table.names) and len(table) > table.header


def _rows(text: str, table: Table, number: int, start: int, end: int) -> Iterator[_Row]:
    """The rows of a table that lie inside a passage; those of names only where a value follows."""
    rows: list[_Row] = []
    for row in range(max(0, table.row_at(start)), len(table)):
        cells = [cell for cell in table.row(row, number) if start <= cell.start and cell.end <= end]
        if not cells:
            if rows:
                break
            continue
        begin = max(start, text.rfind("\n", 0, cells[0].start) + 1)
        line_end = text.find("\n", cells[-1].end, end)
        rows.append(_Row(begin, line_end if line_end >= 0 else end, cells, row < table.header))
    if any(not row.is_header for row in rows):
        yield from rows


@dataclass(slots=True)
class _Made:
    """What is read of a passage, in the making."""

    source: str
    start: int
    text: list[str] = field(default_factory=list)
    length: int = 0
    parts: list[Part] = field(default_factory=list)
    names: list[Part] = field(default_factory=list)
    header: dict[int, Bounds] = field(default_factory=dict)
    is_open: bool = False  # a row was just written, and nothing after it

    def add(self, words: str) -> None:
        self.text.append(words)
        self.length += len(words)

    def piece(self, start: int, end: int) -> None:
        """Words that stand in the text."""
        if start < end:
            self.parts.append((self.length, self.length + end - start, start - self.start))
            self.add(self.source[start:end])

    def as_is(self, start: int, end: int, only_lines: bool = False) -> None:
        """What stands before a row or after the last one, without the lines of a table."""
        if not only_lines:
            self.piece(start, end)
        elif self.is_open:
            self.add("\n\n")
        self.is_open = False

    def row(self, row: _Row, table: Table) -> None:
        """A row of values as a sentence; one of names says nothing itself."""
        if row.is_header:
            self.header |= {cell.column: (cell.start, cell.end) for cell in row.cells}
            return
        alone = len(row.cells) == 1 and row.cells[0].column == 0 and len(table.names) > 2
        if alone:  # it stands over rows, under no name
            self.piece(row.begin, row.end)
            self.is_open = True
            return
        for place, cell in enumerate(row.cells):
            if place:
                self.add(": " if table.by_rows and cell.column % 2 else "; ")
            self._name(cell)
            self.piece(cell.start, cell.end)
        self.add("" if self.source[row.cells[-1].end - 1] in _STOPS else ".")
        self.is_open = True

    def _name(self, cell: Cell) -> None:
        if not cell.name:
            return
        start, end = self.header.get(cell.column, (0, 0))
        if self.source[start:end] == cell.name:
            self.names.append((self.length, self.length + len(cell.name), start - self.start))
        self.add(f"{cell.name}: ")

    def named(self) -> Named:
        return Named("".join(self.text), tuple(self.parts), tuple(self.names))


def place_in(named: Named, start: int, end: int) -> Bounds | None:
    """Where words of what is read stand in the passage: without what was put between them; None where nothing is left.

    >>> named = Named("Ship: Aurora; Berth: 12.", ((6, 12, 11), (21, 23, 18)), ((14, 19, 5),))
    >>> place_in(named, 21, 23), place_in(named, 14, 23), place_in(named, 14, 19), place_in(named, 0, 4)
    ((18, 20), (18, 20), (5, 10), None)
    """
    inside = [
        (max(start, begin) - begin + at, min(end, stop) - begin + at)
        for begin, stop, at in named.parts
        if begin < end and start < stop
    ]
    if inside:
        return inside[0][0], inside[-1][1]
    return next(
        ((start - begin + at, end - begin + at) for begin, stop, at in named.names if begin <= start and end <= stop),
        None,
    )

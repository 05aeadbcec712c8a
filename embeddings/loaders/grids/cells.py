"""Rows of cells as lines of text, and where each cell stands in them.

Town: Oslo; People: 700,000         a row under the names of its columns
Oslo; 700,000                       a row of columns without names
Client: Solberg and Sons            a row that is a name and its value
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from operator import add

from embeddings.layout import Field, Table
from embeddings.packing import numbers
from embeddings.text.tables.header_row import Naming

# What is no text: control characters other than tab and line end, soft hyphens, lone surrogates, non-characters.
NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\xad\ud800-\udfff\ufffe\uffff]")


def are_fields(cells: Sequence[str]) -> bool:
    """Whether a row is names, each with a colon and its value: "Signed: | Ana".

    >>> are_fields(["Signed:", "", "Ana"]), are_fields(["Signed:", "Date:"]), are_fields(["Ship", "7"])
    (True, False, False)
    """
    words = [folded for cell in cells if (folded := cell.strip())]
    return (
        len(words) > 1
        and len(words) % 2 == 0
        and all(each.endswith(":") == (place % 2 == 0) for place, each in enumerate(words))
    )


class CellLines:
    """Makes lines of rows, and keeps the places of their cells: first `begin` a table, then a `line` for each row."""

    def __init__(self) -> None:
        """It begins without a table."""
        self._tables: list[Table] = []
        self._fields: list[Field] = []
        self._reset()
        self.begin(Naming(0, 0, ()))

    def _reset(self) -> None:
        self._gaps, self._lengths, self._columns, self._rows = array("I"), array("I"), array("I"), array("I")
        self._last = 0
        self._known: dict[str, int] = {}

    def begin(self, naming: Naming) -> None:
        """The rows that follow are those of a table of its own."""
        self._end()
        self._naming = naming
        self.by_rows, self.names = naming.by_rows, naming.names
        self._before = [f"{_folded(name).rstrip(':')}: " if name else "" for name in naming.names]
        self._row_gaps = array("I", (len(each) + 2 for each in self._before))
        self._row_columns = array("I", range(len(self._before)))

    def line(self, cells: Sequence[str], start: int, is_band: bool = False) -> str:
        """A row as a line, empty cells left out; keeps the places of its cells.

        Args:
            cells: the words of the row, by columns.
            start: where the line will begin in the text.
            is_band: whether its one cell belongs to no column.
        """
        words = [" ".join(cell.split()) for cell in cells]
        before, gaps, columns = self._before, self._row_gaps, self._row_columns
        if is_band or len(before) != len(words) or not all(words):
            here = [column for column, each in enumerate(words) if each]
            is_band = is_band or (here == [0] and len(before) > 2)  # a remark, or a title over rows
            words = [words[column] for column in here]
            before = [before[column] if column < len(before) and not is_band else "" for column in here]
            gaps = array("I", (len(each) + 2 for each in before))
            columns = array("I", [len(self._before)] * len(here) if is_band else here)
        line = "; ".join(map(add, before, words))
        if not line.isprintable() and NO_TEXT.search(line) is not None:
            return self.line([NO_TEXT.sub("", cell) for cell in cells], start, is_band)
        if words:
            self._keep(columns, gaps, words, start, len(line))
        return line

    def field(self, cells: Sequence[str], start: int) -> str:
        """A row that is a name and its value as a line; keeps the places of both. Arguments as in `line`."""
        words = [folded for cell in cells if (folded := _folded(cell))]
        if len(words) % 2:
            return self.line(words, start)
        words = [(each.rstrip(":").rstrip() or each) if place % 2 == 0 else each for place, each in enumerate(words)]
        places = range(len(words))
        line = "".join(
            f"{each}{('; ' if place % 2 else ': ') if place + 1 < len(words) else ''}"
            for place, each in zip(places, words, strict=True)
        )
        if words:
            self._keep(array("I", places), array("I", [2] * len(words)), words, start, len(line))
        at = start
        for label, value in zip(words[::2], words[1::2], strict=True):
            end = at + len(label)
            self._fields.append(Field((at, end), (end + 2, end + 2 + len(value))))
            at = end + len(value) + 4
        return line

    def record(self, fields: Sequence[tuple[str, str]], start: int) -> str:
        """A record, each of its values under the name of its field, as a line; keeps the places of the values.

        Args:
            fields: names and folded words, in the order of the record; "" for a value without a name.
            start: where the line will begin in the text.
        """
        known = self._known
        columns = [known.setdefault(name, len(known)) for name, _ in fields]
        gaps = [len(name) + 4 if name else 2 for name, _ in fields]
        line = "; ".join([f"{name}: {words}" if name else words for name, words in fields])
        if fields:
            self._keep(array("I", columns), array("I", gaps), [words for _, words in fields], start, len(line))
        return line

    def _keep(self, columns: array[int], gaps: array[int], words: Iterable[str], start: int, length: int) -> None:
        """Keeps a row: before each cell the gap, "; " and its name, then its length."""
        first = len(self._columns)
        self._rows.append(first)
        self._columns += columns
        self._gaps += gaps
        self._gaps[first] += start - self._last - 2
        self._lengths.extend(map(len, words))
        self._last = start + length

    def told(self) -> tuple[tuple[Table, ...], tuple[Field, ...]]:
        """All tables and fields."""
        self._end()
        return tuple(self._tables), tuple(self._fields)

    def _end(self) -> None:
        if self._columns:
            cuts = numbers(accumulate(chain.from_iterable(zip(self._gaps, self._lengths, strict=True))))
            names = tuple(_folded(name) for name in (self._naming.names or self._known))
            columns, rows = self._columns.tobytes(), self._rows.tobytes()
            self._tables.append(Table(names, cuts, columns, rows, by_rows=self.by_rows))
        self._reset()


def _folded(words: str) -> str:
    return " ".join(NO_TEXT.sub("", words).split())

"""Tables of a file as a grid: cells that span rows or columns fill the places that they span.

A loader gives rows of `Placed` cells as the file has them; `filled` makes of them rows of words, one for each column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_MOST_COLUMNS = 1_000  # that one row is filled up to
_MOST_FILLED = 200_000  # places that spans fill in one table

Span = tuple[int, int, int, int]  # row, column, rows, columns


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell as its file has it.

    Attributes:
        words: what it says.
        rows, columns: how many it spans; 0 rows: all that are left.
        header: whether the file calls it the name of a column or row.
        goes_on: whether it only continues the cell above it, and says nothing itself.
        at: the column it stands in, where the file tells it; else the first one that is free.
    """

    words: str
    rows: int = 1
    columns: int = 1
    header: bool = False
    goes_on: bool = False
    at: int | None = None


@dataclass(slots=True)
class Grid:
    """A table whose places are all filled.

    Attributes:
        rows: the words of each row, by columns; "" where there are none.
        spans: the cells that fill more than one place.
        heads: the rows that hold nothing but names, as the file says.
        labelled: whether the file says that the first cell of each row names it.
        bands: the rows that one cell spans whole; it stands over the rows below it and belongs to no column.
        caption: what stands over the table.
        numbers: of the rows in their file; empty where they have none.
    """

    rows: list[list[str]]
    spans: list[Span] = field(default_factory=list)
    heads: set[int] = field(default_factory=set)
    labelled: bool = False
    bands: set[int] = field(default_factory=set)
    caption: str = ""
    numbers: list[int] = field(default_factory=list)


def filled(rows: Sequence[Sequence[Placed]]) -> Grid:
    """The grid of a table.

    >>> filled([[Placed("Norway", rows=2), Placed("Oslo")], [Placed("Bergen")]]).rows
    [['Norway', 'Oslo'], ['Norway', 'Bergen']]
    """
    places: list[dict[int, str]] = [{} for _ in rows]
    spans: list[Span] = []
    budget = _MOST_FILLED
    for number, cells in enumerate(rows):
        row, at = places[number], 0
        for cell in cells:
            at = _place(row, cell, at)
            if at >= _MOST_COLUMNS:
                break
            words = places[number - 1].get(at, "") if cell.goes_on and number else cell.words
            width = max(1, min(cell.columns, _MOST_COLUMNS - at))
            high = max(1, min(cell.rows or len(rows), len(rows) - number))
            if width * high > 1:
                budget -= width * high
                width, high = (width, high) if budget > 0 else (1, 1)
                spans.append((number, at, high, width))
            for below in places[number : number + high]:
                for column in range(at, at + width):
                    below.setdefault(column, words)
            at += width
    grid = [[row.get(column, "") for column in range(max(row, default=-1) + 1)] for row in places]
    made = Grid(grid, spans)
    find_bands(made)
    made.heads.update(_heads(rows, made))
    made.labelled = _is_labelled([cells for number, cells in enumerate(rows) if number not in made.heads])
    return made


def _place(row: dict[int, str], cell: Placed, at: int) -> int:
    """The column of a cell: the one it names, else the first that is free."""
    if cell.at is not None:
        return cell.at
    while at in row and not cell.goes_on:
        at += 1
    return at


def _heads(rows: Sequence[Sequence[Placed]], grid: Grid) -> Iterator[int]:
    """The rows that hold nothing but names, as the file says, and the bands right over them."""
    below = False
    for number in reversed(range(len(rows))):
        cells = [cell for cell in rows[number] if cell.words.strip()]
        only = bool(cells) and all(cell.header for cell in cells)
        below = only and (number not in grid.bands or below) and (len(cells) > 1 or below)
        if below:
            yield number


def _is_labelled(rows: Sequence[Sequence[Placed]]) -> bool:
    """Whether each row begins with a name and goes on with values, as the file says."""
    wide = [cells for cells in rows if len(cells) > 1]
    return bool(wide) and all(cells[0].header and not cells[-1].header for cells in wide)


def find_bands(grid: Grid) -> None:
    """Says once what spans columns from the left and is alone in its row: it stands over rows, and in no column."""
    left = min((next(c for c, cell in enumerate(row) if cell) for row in grid.rows if any(row)), default=0)
    for number, column, high, width in grid.spans:
        row = grid.rows[number]
        if width > 1 and high == 1 and column == left and not any(row[column + width :]):
            grid.rows[number] = [row[column]]
            grid.bands.add(number)

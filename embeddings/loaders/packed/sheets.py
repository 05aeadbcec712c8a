"""Sheets of a workbook, whatever program wrote it, as tables: merged cells filled, tables side by side parted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from embeddings.loaders.extract import Writer
from embeddings.loaders.grids.grid import Grid, Span, find_bands

_MOST_FILLED = 200_000  # places that merged cells fill in one sheet
_MOST_NAMED = 5  # cells of formulas that are told by name


@dataclass(slots=True)
class Sheet:
    """A sheet.

    Attributes:
        title: its name.
        rows: of it that are not empty, by columns.
        numbers: of these rows.
        merged: ranges of merged cells: the number of the first row, the first column, rows, columns.
        without_value: where formulas stand whose value the file does not hold.
        hidden_rows, hidden_columns: those that are not shown; by their numbers, and counted from 0.
        is_filtered: whether rows are hidden by a filter, which a reader may lift.
        struck: how many passages are struck.
        passed: the number of the last row that is struck whole; no gap is where it stands.
    """

    title: str
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    merged: list[Span] = field(default_factory=list)
    without_value: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    is_filtered: bool = False
    struck: int = 0
    passed: int = 0

    def add(self, number: int, cells: list[str]) -> None:
        """The next row; one empty row stands for all that lie between it and the one before."""
        if self.numbers and number > max(self.numbers[-1], self.passed) + 1:
            self.rows.append([])
            self.numbers.append(number - 1)
        self.rows.append(cells)
        self.numbers.append(number)


def write_sheet(writer: Writer, sheet: Sheet) -> None:
    """Writes a sheet under its name, and counts what of it is left out."""
    writer.omit("struck passage", sheet.struck)
    _hide(writer, sheet)
    if sheet.without_value:
        named = sheet.without_value[:_MOST_NAMED]
        detail = f"{sheet.title}: {', '.join(named)}{', …' if len(named) < len(sheet.without_value) else ''}"
        writer.omit("formula without a value", len(sheet.without_value), detail)
    if not any(map(any, sheet.rows)):
        return
    if sheet.title:
        writer.heading(sheet.title)
    grid = _filled(sheet)
    for block in _side_by_side(grid):
        writer.records(block)


def _hide(writer: Writer, sheet: Sheet) -> None:
    """Takes the words of hidden rows and columns out, and counts them."""
    hidden = set() if sheet.is_filtered else sheet.hidden_rows
    if hidden:
        _filled(sheet)  # a merged cell may begin in a row that is hidden
        shown = [at for at, number in enumerate(sheet.numbers) if number not in hidden]
        writer.omit("hidden row", len(sheet.rows) - len(shown), sheet.title)
        sheet.rows[:] = [sheet.rows[at] for at in shown]
        sheet.numbers[:] = [sheet.numbers[at] for at in shown]
    columns = [c for c in sheet.hidden_columns if any(c < len(row) and row[c] for row in sheet.rows)]
    writer.omit("hidden column", len(columns), sheet.title)
    for row in sheet.rows if columns else ():
        for column in columns:
            if column < len(row):
                row[column] = ""


def _filled(sheet: Sheet) -> Grid:
    places = {number: index for index, number in enumerate(sheet.numbers)}
    grid = Grid(sheet.rows, numbers=sheet.numbers)
    budget = _MOST_FILLED
    for top, left, high, width in sheet.merged:
        first = places.get(top)
        words = sheet.rows[first][left] if first is not None and left < len(sheet.rows[first]) else ""
        budget -= high * width
        if first is None or not words or budget < 0:
            continue
        below = [index for number in range(top, top + high) if (index := places.get(number)) is not None]
        for index in below:
            row = sheet.rows[index]
            row += [""] * (left + width - len(row))
            row[left : left + width] = [each or words for each in row[left : left + width]]
        grid.spans.append((first, left, len(below), width))
    find_bands(grid)
    return grid


def _side_by_side(grid: Grid) -> Iterator[Grid]:
    """The tables of a sheet that an empty column parts: only where one goes on under the other, or both have the same
    first name, so that a table with a narrow gap stays one."""
    width = max(map(len, grid.rows), default=0)
    used = [any(column < len(row) and row[column] for row in grid.rows) for column in range(width)]
    blocks: list[range] = []
    start = None
    for column in range(width + 1):
        is_used = column < width and used[column]
        if is_used and start is None:
            start = column
        elif not is_used and start is not None:
            blocks.append(range(start, column))
            start = None
    if len(blocks) < 2 or not _are_apart(grid, blocks):
        yield grid
        return
    for block in blocks:
        rows = [row[block.start : block.stop] for row in grid.rows]
        bands = {index for index in grid.bands if any(rows[index])}
        yield Grid(rows, bands=bands, numbers=grid.numbers)


def _are_apart(grid: Grid, blocks: list[range]) -> bool:
    """Whether blocks of columns are tables: each of two columns or more, and of other rows or with the same names."""
    if any(len(block) < 2 for block in blocks):
        return False
    held = [{i for i, row in enumerate(grid.rows) if any(row[block.start : block.stop])} for block in blocks]
    if any(rows != held[0] for rows in held[1:]):
        return True
    firsts = [grid.rows[min(held[0])][block.start : block.start + 1] for block in blocks]
    return all(first == firsts[0] for first in firsts) or all(
        sum(map(bool, grid.rows[min(held[0])][block.start : block.stop])) == 1 for block in blocks
    )

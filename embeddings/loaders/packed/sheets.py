"""Sheets of a workbook, whatever program wrote it, as tables: merged cells filled, tables side by side parted."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
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
        passed: the number of the last row where nothing stands and yet no gap is (`pass_over`).
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

    def pass_over(self, number: int) -> None:
        """No gap is at a row that is struck whole, or empty and hidden; one above it stays."""
        if not self.numbers or number == max(self.numbers[-1], self.passed) + 1:
            self.passed = number


def write_sheet(writer: Writer, sheet: Sheet) -> None:
    """Writes a sheet under its name, and counts what of it is left out."""
    writer.omit("struck passage", sheet.struck)
    _fill_merged(sheet)  # first of all: a merged cell may begin in a row or column that is hidden
    _leave_out_rows(writer, sheet)
    _leave_out_columns(writer, sheet)
    _leave_out_unused(sheet)
    if sheet.without_value:
        named = sheet.without_value[:_MOST_NAMED]
        detail = f"{sheet.title}: {', '.join(named)}{', …' if len(named) < len(sheet.without_value) else ''}"
        writer.omit("formula without a value", len(sheet.without_value), detail)
    if not any(map(any, sheet.rows)):
        return
    if sheet.title:
        writer.heading(sheet.title)
    grid = Grid(sheet.rows, list(_spans(sheet)), numbers=sheet.numbers)
    find_bands(grid)
    for block in _side_by_side(grid):
        writer.records(block)


def _spans(sheet: Sheet) -> Iterator[Span]:
    """The merged cells, by the indices of the rows that the sheet holds."""
    places = {number: index for index, number in enumerate(sheet.numbers)}
    budget = _MOST_FILLED
    for top, left, high, width in sheet.merged:
        budget -= high * width
        numbers = range(top, top + high) if budget >= 0 else ()
        held = [index for number in numbers if (index := places.get(number)) is not None]
        if held:
            yield min(held), left, len(held), width


def _fill_merged(sheet: Sheet) -> None:
    """Writes the words of merged cells into all places that these cover."""
    tops = {(top, left) for top, left, _, _ in sheet.merged}
    for first, left, high, width in _spans(sheet):
        top = sheet.rows[first]
        words = top[left] if left < len(top) and (sheet.numbers[first], left) in tops else ""
        for row in sheet.rows[first : first + high] if words else ():
            row.extend([""] * (left + width - len(row)))
            row[left : left + width] = [each or words for each in row[left : left + width]]


def _leave_out_rows(writer: Writer, sheet: Sheet) -> None:
    """Takes hidden rows out, and counts them; those that a filter hides stay."""
    if not sheet.hidden_rows or sheet.is_filtered:
        return
    shown = [at for at, number in enumerate(sheet.numbers) if number not in sheet.hidden_rows]
    writer.omit("hidden row", len(sheet.rows) - len(shown), sheet.title)
    sheet.rows[:] = [sheet.rows[at] for at in shown]
    sheet.numbers[:] = [sheet.numbers[at] for at in shown]


def _leave_out_columns(writer: Writer, sheet: Sheet) -> None:
    """Takes hidden columns out, so that those beside them stand together; counts the ones whose words are lost."""
    hidden = sorted(sheet.hidden_columns)
    if not hidden:
        return
    shown: set[tuple[int, int]] = set()  # hidden places whose words a merged cell shows in another column, too
    for first, left, high, width in _spans(sheet):
        columns = hidden[bisect_left(hidden, left) : bisect_left(hidden, left + width)]
        if len(columns) < width:
            shown.update((index, column) for index in range(first, first + high) for column in columns)
    lost: set[int] = set()
    for index, row in enumerate(sheet.rows):
        columns = hidden[: bisect_left(hidden, len(row))]
        lost.update(column for column in columns if row[column] and (index, column) not in shown)
        if columns:
            row[:] = [cell for column, cell in enumerate(row) if column not in sheet.hidden_columns]
    writer.omit("hidden column", len(lost), sheet.title)
    _narrow(sheet, hidden)


def _leave_out_unused(sheet: Sheet) -> None:
    """Takes out empty columns on the left, and columns into which only cells merged with those beside them reach, as in
    a form; a title alone that reaches into a gap between two tables does not close it."""
    left = min((next(c for c, cell in enumerate(row) if cell) for row in sheet.rows if any(row)), default=0)
    unused = {*range(left), *_only_reached(sheet)} if sheet.merged else set(range(left))
    if not unused:
        return
    for row in sheet.rows:
        row[:] = [cell for column, cell in enumerate(row) if column not in unused]
    _narrow(sheet, sorted(unused))


def _only_reached(sheet: Sheet) -> Iterator[int]:
    """The columns that hold nothing of their own, and in most rows the rest of a merged cell."""
    own: set[int] = set()
    reached: Counter[int] = Counter()
    spread: set[tuple[int, int]] = set()
    for first, left, high, width in _spans(sheet):
        columns = range(left + 1, left + width)
        spread.update((index, column) for index in range(first, first + high) for column in columns)
    for index, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            if cell and (index, column) in spread:
                reached[column] += 1
            elif cell:
                own.add(column)
    most = sum(map(any, sheet.rows)) / 2
    yield from (column for column, rows in reached.items() if column not in own and rows > most)


def _narrow(sheet: Sheet, gone: list[int]) -> None:
    """Says of merged cells where they are without some columns, given in order."""
    merged = []
    for top, left, high, width in sheet.merged:
        before, within = bisect_left(gone, left), bisect_left(gone, left + width)
        if width > within - before:
            merged.append((top, left - before, high, width - (within - before)))
    sheet.merged[:] = merged


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
        within = [each for each in grid.spans if each[1] in block and each[1] + each[3] <= block.stop]
        spans = [(row, left - block.start, high, width) for row, left, high, width in within if row not in bands]
        part = Grid(rows, spans, bands=bands, numbers=grid.numbers)
        find_bands(part)
        yield part


def _are_apart(grid: Grid, blocks: list[range]) -> bool:
    """Whether blocks of columns are tables: each of two columns or more, and of other rows or with the same names."""
    if any(len(block) < 2 for block in blocks):
        return False
    held = [{i for i, row in enumerate(grid.rows) if any(row[block.start : block.stop])} for block in blocks]
    if any(rows != held[0] for rows in held[1:]):
        return True
    firsts = [grid.rows[min(held[0])][block.start : block.start + 1] for block in blocks]
    return all(first == firsts[0] for first in firsts) or all(
        len(set(filter(None, grid.rows[min(held[0])][block.start : block.stop]))) == 1 for block in blocks
    )

"""The tables that stand under one another in rows of cells, each with its own titles and names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from embeddings.loaders.grids.cells import are_fields
from embeddings.text.tables.header_row import SAMPLE, Naming, naming_of, starts_anew
from embeddings.text.tables.kinds import numeric_columns

Rows = Sequence[Sequence[str]]
NO_ROWS: Set[int] = frozenset()

_SIGNS = frozenset("-+−–($€£¥<>~.")


@dataclass(slots=True)
class Part:
    """A table of a sheet, by the indices of its rows.

    Attributes:
        titles: the rows over it, that belong to no column.
        naming: what names its columns.
        header: its rows of names.
        body: its rows of values.
    """

    titles: list[int]
    naming: Naming
    header: list[int]
    body: list[int] = field(default_factory=list)


def parts_of(rows: Rows, heads: Set[int] = NO_ROWS, labelled: bool = False) -> list[Part]:
    """The tables of rows, empty rows among them, in order; every row that is not empty is in one place of one.

    Args:
        rows: the words of each row by columns.
        heads: the rows that the file itself says are names.
        labelled: whether the file says that the first cell of each row names it.

    >>> stacked = [["Ship", "Berth"], ["Aurora", "7"], [], ["Crane", "Lifts", "Built"], ["K2", "65 t", "1999"]]
    >>> [(part.naming.names, part.body) for part in parts_of(stacked)]
    [(('Ship', 'Berth'), [1]), (('Crane', 'Lifts', 'Built'), [4])]
    """
    parts: list[Part] = []
    loose: list[int] = []
    for run in _runs(rows, heads):
        told = next((count for count, index in enumerate(run) if index not in heads), len(run))
        if all(_filled(rows[index]) == 1 for index in run) and not told:
            loose += run  # titles of the table that follows, or remarks under the last one
            continue
        for piece in _pieces(rows, run, told, labelled):
            last = parts[-1] if parts else None
            cells = [rows[index] for index in piece]
            fields = all(are_fields(row) for row in cells)  # "Signed: | Ana" under a table
            begins = last is None or loose or told or piece[0] != run[0] or (fields and last.naming.names)
            if begins or (last and starts_anew([rows[index] for index in last.body[:SAMPLE]], cells, apart=True)):
                parts.append(_part(rows, loose, piece, told if piece[0] == run[0] else 0, labelled))
                if last is not None and loose and not fields and parts[-1].naming == Naming(0, 0, ()):
                    parts[-1].naming = _carried(last, cells)
                loose = []
            elif last is not None:
                last.body += _without_names(rows, piece, last)
    if loose:
        parts.append(Part(loose, Naming(len(loose), 0, ()), []))
    return parts


def _part(rows: Rows, loose: list[int], piece: list[int], told: int, labelled: bool) -> Part:
    naming = naming_of([rows[index] for index in piece[: 2 * SAMPLE]], told, labelled)
    over, under = naming.titles, naming.titles + naming.header
    part = Part([*loose, *piece[:over]], naming, piece[over:under])
    part.body = _without_names(rows, piece[under:], part)
    return part


def _carried(last: Part, cells: Rows) -> Naming:
    """The names of the table above, for rows of its shape that only a remark parts from it."""
    widths = {_filled(row) for row in cells}
    return last.naming if last.naming.names and max(widths) <= len(last.naming.names) else Naming(0, 0, ())


def _without_names(rows: Rows, piece: Sequence[int], part: Part) -> list[int]:
    """Rows without those that only say the names again, as on each page of a print."""
    if not part.header:
        return list(piece)
    said = [cell.strip() for cell in rows[part.header[-1]]]
    first = next((column for column, cell in enumerate(said) if cell), 0)
    name = rows[part.header[-1]][first]
    again = {i for i in piece if name in rows[i] and [cell.strip() for cell in rows[i]] == said}
    return [i for i in piece if i not in again] if again else list(piece)


def _runs(rows: Rows, heads: Set[int]) -> Iterator[list[int]]:
    """Rows that follow one another, without an empty one or new names between them."""
    run: list[int] = []
    for index, row in enumerate(rows):
        is_full = any(row) and (row[0].strip() or any(map(str.strip, row)))
        if run and (not is_full or (index in heads and index - 1 not in heads)):
            yield run
            run = []
        if is_full:
            run.append(index)
    if run:
        yield run


def _pieces(rows: Rows, run: list[int], told: int, labelled: bool) -> Iterator[list[int]]:
    """A run, cut where another table begins right under a row: under a title, or its names stand over numbers."""
    naming = naming_of([rows[index] for index in run[: 2 * SAMPLE]], told, labelled)
    under = naming.titles + naming.header
    numeric = numeric_columns([rows[index] for index in run[under : under + SAMPLE]])
    begun = 0
    if not naming.by_rows:
        column = numeric[0] if numeric else None
        for place in range(under + 1, len(run)):
            row = rows[run[place]]
            cell = _at(row, column) if column is not None else "0"
            words = not cell or (not cell[0].isdigit() and cell[0] not in _SIGNS)
            if (words or not any(row[1:])) and place > begun + under:
                above = [rows[index] for index in run[max(begun, place - SAMPLE) : place]]
                if starts_anew(above, [rows[index] for index in run[place : place + SAMPLE]], apart=False):
                    yield run[begun:place]
                    begun = place
    yield run[begun:]


def _at(row: Sequence[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell and not cell.isspace())

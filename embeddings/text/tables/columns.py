"""Tables of a text: cells between bars, or two spaces or a tab apart, in lines that follow one another."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from embeddings.layout import Bounds, Table
from embeddings.text.tables.header_row import Naming, naming_of
from embeddings.text.tables.kinds import kind

_RULE = re.compile(r"(?=[\s|:+=_-]*[-=_]{2})[\s|:+=_-]*+")
_SHORT_RULE = re.compile(r"(?=[\s|:+=_-]*(?:[-=_]{2}|\|\s*:?-|-:?\s*\|))[\s|:+=_-]*+")  # below the names: "-|-"
_CELL = re.compile(r"\S+(?:[^\S\n\t]\S+)*")  # columns stand two spaces or a tab apart
_BETWEEN_BARS = re.compile(r"(?:\\\||[^|\n])+")
_MARKS = "*_`"
_MARKED = re.compile(r"(?P<mark>[*_`]{1,3})(?P<inside>(?:(?!(?P=mark))[^\n])+)(?P=mark)")
_LONGEST_CELL = 200  # characters, of a column that only space parts
_WIDEST = 60  # characters of such cells, on an average
_MOST_CELLS = 40
_LEADING = " \t\r\f\v\n:…_."  # what leads from a label to its value
_NUMBERS = re.compile(r"(?=.*\d[.,]\d)[-+(]?\d[\d.,]*[)%]?(?: [-+(]?\d[\d.,]*[)%]?){2,}")  # cells that one space parts
_SENTENCE = re.compile(r"[.!?][\"'”’)]?$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may be part of something.

    Attributes:
        begin: where it begins.
        start, end: where its words do, without bullet and blanks.
        kind: what its first sign makes of it: "bar", "rule", "gap", "bullet", "field", "pair".
        indent: how far its first sign stands from the margin.
    """

    begin: int
    start: int
    end: int
    kind: str
    indent: int


Row = list[Bounds]


def tables_of(text: str, lines: Sequence[Line]) -> Iterator[Table]:
    """The tables of a text, in order.

    Args:
        text: the text.
        lines: those that begin with a bar or are a rule or have a gap, in order.
    """
    run: list[Line] = []
    for line in lines:
        if run and text[run[-1].end : line.begin].strip(" \t\r") != "\n":
            yield from _table(text, run)
            run = []
        run.append(line)
    yield from _table(text, run)


def _is_rule(text: str, line: Line, below_names: bool) -> bool:
    if below_names and _SHORT_RULE.fullmatch(text, line.start, line.end) is not None:
        return True
    return _RULE.fullmatch(text, line.start, line.end) is not None


def _table(text: str, run: Sequence[Line]) -> Iterator[Table]:
    """The table of lines that follow one another, if they are one."""
    ruled = [index for index, line in enumerate(run) if _is_rule(text, line, below_names=index == 1)]
    whole = [index for index in ruled if not index or run[index].indent <= run[index - 1].indent]
    totals = len(ruled) - len(whole)  # a line under the numbers of some columns alone stands over their sum
    lead = min(_lead(text, line) for line in run) if run else 0
    rows = [(index, _cells(text, line, lead)) for index, line in enumerate(run) if index not in ruled]
    rows = [(index, cells) for index, cells in rows if any(start < end for start, end in cells)]
    if len(rows) < 2 or not any(len(cells) > 1 for _, cells in rows):
        return
    barred = sum("|" in text[run[index].start : run[index].end] for index, _ in rows) * 2 > len(rows)
    if not barred and not _is_aligned(text, [(run[index].begin, cells) for index, cells in rows], bool(ruled)):
        return
    if not barred and not ruled and all(_ends_as_label(text, cells[0]) for _, cells in rows):
        return  # fields, whose values only stand under one another
    tabbed = all("\t" in text[run[index].begin : run[index].end] for index, _ in rows)
    placed = (
        [list(enumerate(cells)) for _, cells in rows]
        if barred or tabbed
        else _placed(text, [(run[index].begin, cells) for index, cells in rows])
    )
    words = [[text[slice(*cell)] for cell in _spread(cells)] for cells in placed]
    above = sum(index < ruled[0] for index, _ in rows) if ruled and ruled[0] else 0
    if not above and len(ruled) > 1:
        above = sum(ruled[0] < index < ruled[1] for index, _ in rows)
    above = above if above < len(rows) and above <= 3 and not totals else 0
    naming = naming_of(words)
    if above and not naming.by_rows and (naming.titles or naming.header <= above):
        naming = naming_of(words, above)
    elif barred and ruled[:1] == [1] and not above:  # its first line names nothing
        naming = naming_of(words, labelled=True)
        naming = naming if naming.by_rows else Naming(0, 0, ())
    if not naming.names and not naming.by_rows and not barred and not ruled and len(rows) < 3:
        return
    if naming.by_rows:
        placed = [[(column, _label(text, cell) if not column else cell) for column, cell in cells] for cells in placed]
    kept = [[(column, *cell) for column, cell in cells if cell[0] < cell[1]] for cells in placed[naming.titles :]]
    yield replace(Table.of(naming.names, kept, header=naming.header), by_rows=naming.by_rows)


def _spread(cells: Sequence[tuple[int, Bounds]]) -> list[Bounds]:
    """The cells of a row by their columns; nothing where a column has none."""
    filled = [(0, 0)] * (max((column for column, _ in cells), default=-1) + 1)
    for column, cell in cells:
        filled[column] = cell
    return filled


def _lead(text: str, line: Line) -> int:
    """How many tabs a line begins with; 0 where spaces stand among them."""
    lead = text[line.begin : line.start]
    return len(lead) if not lead.strip("\t") else 0


def _cells(text: str, line: Line, lead: int) -> Row:
    """The cells of a line, without the marks of bold words; with bars or tabs empty ones, too.

    Args:
        text, line: the line of a text.
        lead: how many tabs all lines of the table begin with.
    """
    words = text[line.start : line.end]
    if "|" in words:
        first, last = line.start + words.startswith("|"), line.end - (words.endswith("|") and not words.endswith("\\|"))
        cells: Row = []
        at = first
        while at <= last and len(cells) < _MOST_CELLS:
            cell = _BETWEEN_BARS.match(text, at, last)
            end = cell.end() if cell is not None else at
            cells.append(_bare(text, at, end))
            at = end + 1
        return cells
    if "\t" in words and "  " not in words.replace("\t", ""):
        cells, at = [], line.begin + lead if _lead(text, line) else line.start
        for part in text[at : line.end].split("\t")[:_MOST_CELLS]:
            cells.append(_bare(text, at, at + len(part)))
            at += len(part) + 1
        return cells
    return [_bare(text, *cell.span()) for cell in _CELL.finditer(text, line.start, line.end)][:_MOST_CELLS]


def _bare(text: str, start: int, end: int) -> Bounds:
    """A cell without white space around it, and without the marks that all of it stands between."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end and text[start] in _MARKS and (match := _MARKED.fullmatch(text, start, end)) is not None:
        return match.span("inside")
    return start, end


def _label(text: str, cell: Bounds) -> Bounds:
    """A label without its colon, or the dots that lead to its value."""
    start, end = cell
    words = text[start:end]
    left = len(words.rstrip(_LEADING))
    ends_sentence = words[left : left + 1] == "." != words[left + 1 : left + 2]
    return start, start + left + ends_sentence or end


def _ends_as_label(text: str, cell: Bounds) -> bool:
    return ": " in text[cell[0] : cell[1]] or text[cell[1] - 1] == ":"


def _is_aligned(text: str, lines: Sequence[tuple[int, Row]], ruled: bool) -> bool:
    """Whether lines with gaps are rows of a table, and no prose with two spaces behind a full stop.

    Args:
        text: the text.
        lines: where each line begins, and its cells.
        ruled: whether a rule stands among them.
    """
    rows = [row for _, row in lines]
    most = _most_cells(rows)
    lengths = [end - start for row in rows for start, end in row]
    if most < 2 or max(lengths) > _LONGEST_CELL or sum(lengths) > _WIDEST * len(lengths):
        return False
    if are_groups(len(rows[0]), [text[slice(*cell)] for cell in rows[1]], most):
        rows = rows[2:]
    ended = sum(_SENTENCE.search(text[row[0][0] : row[0][1]]) is not None for row in rows if len(row) > 1)
    if 2 * ended >= len(rows) or (not ruled and 5 * sum(len(row) == most for row in rows) < 3 * len(rows)):
        return False
    if any(_NUMBERS.fullmatch(text, *cell) is not None for row in rows for cell in row):
        return False
    full = [(begin, row) for begin, row in lines if len(row) == most]
    tabbed = all("\t" in text[row[0][0] : row[-1][1]] for _, row in full)
    return tabbed or all(_is_under(full, column) for column in range(1, most))


def _most_cells(rows: Sequence[Row]) -> int:
    """How many cells most rows have; the larger number where two are as common."""
    counts = Counter(map(len, rows))
    return max(counts, key=lambda count: (counts[count], count))


def _is_under(full: Sequence[tuple[int, Row]], column: int) -> bool:
    """Whether the cells of a column begin, or end, under one another in most lines."""
    ends = (Counter(row[column][side] - begin for begin, row in full) for side in (0, 1))
    return any(2 * counts.most_common(1)[0][1] > len(full) for counts in ends)


def _placed(text: str, lines: Sequence[tuple[int, Row]]) -> list[list[tuple[int, Bounds]]]:
    """Each cell with its column: by its order where a row is full, else by where the full rows have their columns.

    Args:
        text: the text.
        lines: where each line begins, and its cells.
    """
    most = _most_cells([row for _, row in lines])
    first = len(lines[0][1])
    most = first if first == most + 1 else most  # the first row names a column that no other row fills
    full = [[(start - begin, end - begin) for start, end in row] for begin, row in lines if len(row) == most]
    reach = [(min(row[c][0] for row in full), max(row[c][1] for row in full)) for c in range(most)]
    table: list[list[tuple[int, Bounds]]] = []
    if len(lines) > 1 and are_groups(len(lines[0][1]), [text[slice(*cell)] for cell in lines[1][1]], most):
        (begin, row), (below, names) = lines[:2]
        named = set[int]()
        for start, end in names:  # they may be wider than what stands under them
            column = max(range(most), key=lambda at: min(end - below, reach[at][1]) - max(start - below, reach[at][0]))
            reach[column] = min(start - below, reach[column][0]), max(end - below, reach[column][1])
            named.add(column)
        firsts = first_columns([(start - begin, end - begin) for start, end in row], reach, 1, named)
        table.append(list(zip(firsts, row, strict=True)) if firsts else [(0, (row[0][0], row[-1][1]))])
    for begin, row in lines[len(table) :]:
        if len(row) == most:
            table.append(list(enumerate(row)))
            continue
        placed: dict[int, Bounds] = {}
        for start, end in row:
            column = _column(start - begin, end - begin, reach, max(placed, default=-1) + 1)
            placed[column] = (placed[column][0], end) if column in placed else (start, end)
        table.append(sorted(placed.items()))
    return table


def are_groups(count: int, names: Sequence[str], columns: int) -> bool:
    """Whether so few cells at the top of a table may stand over it, some each over several of the names below them.

    Args:
        count: the cells of the first row.
        names: those of the second one.
        columns: how many the table has; what the second row does not name, the first one does.
    """
    groups = count - max(0, columns - len(names))
    full = columns - 1 <= len(names) <= columns and 2 * count <= columns and count > 1
    alone = groups >= 1 and 2 * groups <= len(names) < columns and count >= 3
    return (full or alone) and all(kind(name) in ("t", "y") for name in names)


def first_columns(
    groups: Sequence[tuple[float, float]],
    columns: Sequence[tuple[float, float]],
    slack: float,
    named: Container[int],
) -> list[int] | None:
    """The first column that each name of a group of columns stands over; None where that can't be told.

    Args:
        groups: where the names begin and end.
        columns: where the columns do.
        slack: how far from one another two begin that begin together.
        named: the columns that have a name of their own below; any other one stands under a name alone.

    >>> columns = [(0, 7), (17, 22), (26, 31), (35, 40), (44, 49), (55, 60)]
    >>> first_columns([(21, 29), (39, 46), (55, 60)], columns, 1, named=range(5))
    [1, 3, 5]
    """
    begin = [next((c for c, (left, _) in enumerate(columns) if abs(left - at) <= slack), -1) for at, _ in groups]
    if min(begin) >= 0 and all(one < other for one, other in pairwise(begin)):
        return begin
    best: dict[int, tuple[float, list[int]]] = {at: (0.0, []) for at in range(len(columns) + 1)}
    for group in groups:  # by where the columns end that the names so far stand over
        ends: dict[int, tuple[float, list[int]]] = {}
        for first, (cost, firsts) in best.items():
            for end in range(first + 1, len(columns) + 1):
                fits = (first in named) == (end - first > 1) and all(each in named for each in range(first + 1, end))
                off = _off_centre(group, columns[first:end], slack) if fits else None
                if off is not None and (end not in ends or cost + off < ends[end][0]):
                    ends[end] = (cost + off, [*firsts, first])
        best = ends
    return min(best.values(), key=lambda each: each[0])[1] if best else None


def _off_centre(group: tuple[float, float], columns: Sequence[tuple[float, float]], slack: float) -> float | None:
    """How far a name is from the middle of the columns that it may stand over; None where that is too far."""
    left, right = columns[0][0], columns[-1][1]
    off = abs((left + right) - (group[0] + group[1])) / 2
    if len(columns) == 1 and min(abs(left - group[0]), abs(right - group[1])) <= slack:
        return 0.0
    return off if off <= max(3 * slack, 0.2 * (right - left)) else None


def _column(start: int, end: int, reach: Sequence[Bounds], least: int) -> int:
    """The column that shares most with a cell; none before `least`."""
    shared = [min(end, right) - max(start, left) for left, right in reach]
    best = max(range(len(reach)), key=lambda column: shared[column])
    return (
        max(best, min(least, len(reach) - 1)) if shared[best] > 0 else max(least, bisect_right(reach, (start, start)))
    )

"""The pieces of a page -> its lines, in the order of reading.

Where a gutter parts columns of prose, each column is read to its end. Where it parts the cells of a table, each row is.
Columns of prose have lines of several words that run on from one to the next; cells are short, or begin anew.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import mean

from embeddings.loaders.pdf.gutters import (
    FEWEST_ROWS,
    FEWEST_WORDS,
    is_prose,
    is_right_to_left,
    order,
    stretches,
    without_far,
)
from embeddings.loaders.pdf.lines import HYPHEN, Line, is_apart, usual_pitch
from embeddings.text.tables.columns import are_groups, first_columns

_ALONE = 0.2  # of the rows of two lists have a line of one of them alone

_BEGINS = 0.3  # times the height of a letter: so far apart two cells begin that begin together
_NARROWEST = 0.5  # times the height of a letter
_WRAPPED = 0.6  # of the width of a column: a cell that wide may go on below
_SAME_CELL = 1.35  # times the height of a letter: the distance of two lines of one cell
_BETWEEN = 1.1  # times the height of a letter: two lines of one column are not so near to one another
_FEWEST_IN_SENTENCE = 5  # words of a line of prose with a wide space in it
_WIDEST_SPACE = 2.5  # times the height of a letter: between two sentences of a line that was spread
_DIVIDED = re.compile(r"[^\W_]-$")
_LIST_MARK = re.compile(r"(?:[-*+•‣◦▪·–—>➢]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlc]{1,5})[.)])$")
_EVERYTHING = (-1e9, 1e9)

_Gap = tuple[float, float]


@dataclass(slots=True)
class _Band:
    """Rows one after the other, each the pieces of a line of the page, and the gaps that all of them leave."""

    rows: list[list[Line]]
    gaps: list[_Gap]
    left: float
    right: float

    def inner(self) -> list[_Gap]:
        """The gaps with text on both sides."""
        least = _NARROWEST * self.rows[0][0].size
        return [gap for gap in self.gaps if gap[0] > self.left and gap[1] < self.right and gap[1] - gap[0] > least]

    def with_row(self, row: list[Line]) -> _Band:
        """The band and another row; its list of rows is the same one."""
        left, right = min(piece.left for piece in row), max(piece.right for piece in row)
        gaps = _common(self.gaps, _gaps(row))
        return _Band(self.rows, gaps, min(self.left, left), max(self.right, right))


def in_order(pieces: Sequence[Line]) -> list[Line]:
    """The lines of a page, from its pieces in the order of their rows."""
    rows = [list(group) for _, group in groupby(pieces, key=lambda piece: piece.row)]
    lines: list[Line] = []
    for stretch in stretches(rows):
        for band in _bands(stretch):
            lines += _lines(band)
    return _with_divided(lines)


def _bands(rows: Sequence[list[Line]]) -> Iterator[_Band]:
    """Groups of rows, one after the other, that share a gap; rows without a gap are grouped until one has a gap."""
    band: _Band | None = None
    for row in rows:
        if band is not None:
            wider = band.with_row(row)
            beside = len(row) == 1 and len(band.rows[-1]) == 1 and _is_beside(band.rows[-1][0], row[0])
            if (wider.inner() or not (len(row) > 1 or beside or band.inner())) and not _is_across(band, row, wider):
                band = wider
                band.rows.append(row)
                continue
            last = band.rows.pop() if beside and len(band.rows) > 1 else None
            yield band
            if last is not None:  # two columns whose lines do not stand at the same heights begin here
                band = _band_of([last, row])
                continue
        band = _band_of([row])
    if band is not None:
        yield band


def _band_of(rows: list[list[Line]]) -> _Band:
    band = _Band(rows, [_EVERYTHING], -_EVERYTHING[0], -_EVERYTHING[1])
    for row in rows:
        band = band.with_row(row)
    return band


def _is_across(band: _Band, row: list[Line], wider: _Band) -> bool:
    """Whether a line over columns or under them, as a heading, would cover a gap between them."""
    if len(row) == 1:
        return len(wider.inner()) < len(band.inner()) > 1
    if any(len(each) > 1 for each in band.rows):
        return False
    return 0 < len(wider.inner()) < len(_band_of([row]).inner())


def _is_beside(one: Line, other: Line) -> bool:
    """Whether two lines are those of two columns: next to each other, and not as far down as two lines are."""
    apart = one.right < other.left or other.right < one.left
    return apart and abs(one.base - other.base) < max(one.size, other.size)


def _gaps(row: Sequence[Line]) -> list[_Gap]:
    """The gaps of a row, those before its first piece and behind its last one among them."""
    gaps, end = [], _EVERYTHING[0]
    for piece in sorted(row, key=lambda piece: piece.left):
        if piece.left > end:
            gaps.append((end, piece.left))
        end = max(end, piece.right)
    return [*gaps, (end, _EVERYTHING[1])]


def _common(ours: Sequence[_Gap], theirs: Sequence[_Gap]) -> list[_Gap]:
    """The gaps that both have."""
    gaps: list[_Gap] = []
    first = second = 0
    while first < len(ours) and second < len(theirs):
        left, right = max(ours[first][0], theirs[second][0]), min(ours[first][1], theirs[second][1])
        if right > left:
            gaps.append((left, right))
        if ours[first][1] < theirs[second][1]:
            first += 1
        else:
            second += 1
    return gaps


def _lines(band: _Band) -> Iterator[Line]:
    """The lines of a band: column by column, or row by row."""
    gaps = band.inner()
    parted = [index for index, row in enumerate(band.rows) if len(row) > 1]
    if not gaps or len(band.rows) < FEWEST_ROWS - 1:
        yield from (_joined(_without_wide_spaces(row) if len(parted) == 1 else row) for row in band.rows)
        return
    first, last = without_far(band.rows, parted) if parted else (0, len(band.rows))
    inside = band.rows[first:last]
    if len(inside) < len(band.rows):  # a heading that is far from the columns covers none of their gaps
        gaps = _band_of(inside).inner()
    gaps = _without_list_marks(inside, gaps)
    columns = _columns(inside, gaps)
    yield from map(_joined, band.rows[:first])
    if len(columns) > 1 and (all(map(is_prose, columns)) or _are_lists(inside, columns)):
        for column in reversed(columns) if is_right_to_left(inside) else columns:
            yield from map(_joined, column)
    elif len(parted) < FEWEST_ROWS - 1:
        yield from (_joined(_without_wide_spaces(row)) for row in inside)
    else:
        yield from _table(inside, gaps)
    yield from map(_joined, band.rows[last:])


def _table(rows: list[list[Line]], gaps: list[_Gap]) -> Iterator[Line]:
    """The rows of a table as lines, each cell behind as many tabs as there are columns before it."""
    rows = _with_centred(rows, gaps)
    gaps = _without_lone_names(rows, gaps)
    most, number = max(map(len, rows)), rows[0][0].row + 1
    if len(rows) > 2 and are_groups(len(rows[0]), [piece.text for piece in rows[1]], most):
        groups, rows = rows[0], rows[1:]
        gaps = _without_list_marks(rows, _band_of(rows).inner())
        columns = [[piece for line in column for piece in line] for column in _columns(rows, gaps)]
        reach = [(min(each.left for each in column), max(each.right for each in column)) for column in columns]
        named = {_place(piece, gaps) for piece in rows[0]}
        firsts = first_columns([(each.left, each.right) for each in groups], reach, _BEGINS * groups[0].size, named)
        yield replace(_joined(groups, firsts) if firsts else _in_one(groups), table=number)
    for row in _with_wrapped(rows, gaps):
        yield replace(_joined(row, [_place(piece, gaps) for piece in row]), table=number)


def _without_lone_names(rows: Sequence[Sequence[Line]], gaps: list[_Gap]) -> list[_Gap]:
    """The gaps without those between a name and the cells under it, none of which it stands over exactly."""
    held = [
        {at for at, row in enumerate(rows) if any(_place(piece, gaps) == c for piece in row)}
        for c in range(len(gaps) + 1)
    ]
    kept = []
    for gap, (left, right) in zip(gaps, pairwise(held), strict=True):
        if not (({0} in (left, right)) and len(left | right) > 2 and not left & right):
            kept.append(gap)
    return kept


def _in_one(pieces: Sequence[Line]) -> Line:
    """Pieces beside one another as one, where nobody can tell which column each of them names."""
    first, *others = pieces
    for piece in others:
        first = _run_on(first, piece)
    return first


def _columns(rows: Sequence[Sequence[Line]], gaps: Sequence[_Gap]) -> list[list[list[Line]]]:
    """The pieces of each column, row by row."""
    columns: list[list[list[Line]]] = [[] for _ in range(len(gaps) + 1)]
    for row in rows:
        for place, group in groupby(row, key=lambda piece: _place(piece, gaps)):
            columns[place].append(list(group))
    return columns


def _place(piece: Line, gaps: Sequence[_Gap]) -> int:
    """The number of the column of a piece."""
    return bisect_right(gaps, (piece.left + piece.right) / 2, key=lambda gap: gap[0])


def _without_list_marks(rows: Sequence[Sequence[Line]], gaps: list[_Gap]) -> list[_Gap]:
    """The gaps without those that only stand between the mark of an item and its text."""
    columns = _columns(rows, gaps)
    return [
        gap
        for gap, column in zip(gaps, columns, strict=False)
        if not all(_LIST_MARK.match(line[-1].text) for line in column)
    ]


def _are_lists(rows: Sequence[Sequence[Line]], columns: Sequence[Sequence[Sequence[Line]]]) -> bool:
    """Whether two columns are lists of their own: written one by one, with lines that have none beside them."""
    if len(columns) != 2 or any(len(column) < FEWEST_ROWS for column in columns):
        return False
    first, second = ([piece for line in column for piece in line] for column in columns)
    one_by_one = max(map(order, first)) < min(map(order, second))
    alone = sum(len(row) == 1 for row in rows) >= _ALONE * len(rows)
    words = (mean(len(piece.text.split()) for piece in column) for column in (first, second))
    return one_by_one and alone and min(words) >= FEWEST_WORDS


def _with_centred(rows: Sequence[list[Line]], gaps: Sequence[_Gap]) -> list[list[Line]]:
    """The rows of a table; a cell that stands in the middle beside two lines is put into the row of the upper one."""
    table: list[list[Line]] = []
    for at, row in enumerate(rows):
        places = {_place(piece, gaps) for piece in row}
        around = [rows[other] for other in (at - 1, at + 1) if 0 <= other < len(rows)]
        far = [abs(other[0].base - row[0].base) for other in around]
        near = len(around) == 2 and max(far) < _BETWEEN * row[0].size and max(far) < 1.2 * min(far)
        if table and near and not any(places & {_place(piece, gaps) for piece in other} for other in around):
            table[-1] = sorted([*table[-1], *row], key=lambda piece: piece.left)
        else:
            table.append(list(row))
    return table


def _with_wrapped(rows: Sequence[list[Line]], gaps: Sequence[_Gap]) -> list[list[Line]]:
    """The rows of a table; a line of a cell that goes on below stands in its cell."""
    widths = [max((line[-1].right - line[0].left for line in column), default=0.0) for column in _columns(rows, gaps)]
    table: list[list[Line]] = []
    above: list[Line] = []  # the row of the page above, as it is there
    for row in rows:
        if table and _goes_on(table[-1], above, row, gaps, widths):
            cells = {_place(cell, gaps): index for index, cell in enumerate(table[-1])}
            for piece in row:
                index = cells[_place(piece, gaps)]
                table[-1][index] = _run_on(table[-1][index], piece)
        else:
            table.append(list(row))
        above = row
    return table


def _goes_on(
    cells: Sequence[Line], above: Sequence[Line], row: Sequence[Line], gaps: Sequence[_Gap], widths: Sequence[float]
) -> bool:
    """Whether all pieces of a row are further lines of cells of the row above it."""
    places = {_place(cell, gaps): cell for cell in cells}
    if 2 * len(row) > len(cells) or above[0].base - row[0].base > _SAME_CELL * row[0].size:
        return False
    if 0 in {_place(piece, gaps) for piece in row} and not row[0].text[:1].islower():
        return False
    for piece in row:
        place = _place(piece, gaps)
        last = next((other for other in above if _place(other, gaps) == place), None)
        if last is None or place not in places or abs(last.left - piece.left) > piece.size:
            return False
        if last.right - last.left < _WRAPPED * widths[place] and not piece.text[:1].islower():
            return False
    return True


def _without_wide_spaces(row: Sequence[Line]) -> list[Line]:
    """The pieces of a line that is the only one with gaps; two are put together where a sentence ends between them."""
    if sum(len(piece.text.split()) for piece in row) < _FEWEST_IN_SENTENCE:
        return list(row)
    joined = [row[0]]
    for piece in row[1:]:
        gap = piece.left - joined[-1].right
        if joined[-1].text.endswith((".", "?", "!", ":", ";", ",")) and 0 < gap < _WIDEST_SPACE * piece.size:
            joined[-1] = _run_on(joined[-1], piece)
        else:
            joined.append(piece)
    return joined


def _run_on(cell: Line, piece: Line) -> Line:
    """A cell and a further line of it."""
    return replace(
        cell,
        text=f"{cell.text} {piece.text}",
        glyphs=(*cell.glyphs, -1, *piece.glyphs),
        left=min(cell.left, piece.left),
        right=max(cell.right, piece.right),
        score=min(cell.score, piece.score),
        foot=piece.base,
    )


def _joined(pieces: Sequence[Line], places: Sequence[int] = ()) -> Line:
    """Pieces beside one another as one line, with a tab between two; those of a table by the numbers of their columns,
    with one more tab for each empty cell."""
    places = places or range(len(pieces))
    lead = places[0]
    if len(pieces) == 1 and not lead:
        return pieces[0]
    text, glyphs = "\t" * lead + pieces[0].text, [*(-1,) * lead, *pieces[0].glyphs]
    for piece, (last, here) in zip(pieces[1:], pairwise(places), strict=True):
        tabs = max(1, here - last)
        text += "\t" * tabs + piece.text
        glyphs += [*(-1,) * tabs, *piece.glyphs]
    largest = max(pieces, key=lambda piece: len(piece.text))
    return replace(
        pieces[0],
        text=text,
        glyphs=tuple(glyphs),
        size=largest.size,
        base=pieces[0].base,
        left=min(piece.left for piece in pieces),
        right=max(piece.right for piece in pieces),
        score=min(piece.score for piece in pieces),
        foot=min((piece.foot for piece in pieces if piece.foot is not None), default=None),
    )


def _with_divided(lines: list[Line]) -> list[Line]:
    """The lines, told of those that end in the middle of a word."""
    usual = usual_pitch(lines)
    for index, (here, after) in enumerate(pairwise(lines)):
        if (
            _DIVIDED.search(here.text)
            and (after.text[0].isdecimal() if here.text[-2].isdecimal() else after.text[0].isalnum())
            and "\t" not in here.text
            and "\t" not in after.text
            and (not is_apart(here, after, usual) or here.base < after.base)
        ):
            lines[index] = replace(here, divided=True)
    return lines


__all__ = ["HYPHEN", "in_order"]

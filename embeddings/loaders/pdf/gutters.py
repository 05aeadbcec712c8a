"""The rows of a page -> stretches that are read one after the other: where a gutter parts columns, each by itself.

A gutter is a gap that all rows of a stretch leave, between columns that do not belong together row by row: prose on
both sides, a box beside a text whose lines stand at other heights, or lists of words that go on in the next column.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import mean, median

from embeddings.loaders.pdf.lines import Line, usual_pitch
from embeddings.text.tables.kinds import is_label, kind

FEWEST_ROWS = 3  # of a column
FEWEST_WORDS = 2.5  # in each line of a column, on the average
_IN_SENTENCE = 4.5  # words in each line, where only the ends of sentences tell that a column is prose
_RUNS_ON = 0.3  # of the lines of a column of prose begin in lower case
_FILLED = 0.75  # of the width of a column, which the lines of a script without lower case fill
_FAR = 1.8  # times the usual distance: a line so far from the columns is no part of them
_FEWEST_OF_PROSE = 6  # lines of a column of prose beside another one
_SHARED = 0.2  # of the lines of the shorter column stand at the height of one of the longer
_EVEN = 0.7  # of the lines of a text are as far from one another as most
_OF_WORDS = 0.8  # of the lines of a list are words and no numbers
_NARROWEST = 0.5  # times the height of a letter
_DEEPEST = 4  # gutters beside one another

Rows = list[list[Line]]
_Gap = tuple[float, float]


def stretches(rows: Rows, depth: int = 0) -> Iterator[Rows]:
    """The rows of a page in the order of reading, columns that a gutter parts one after the other."""
    for stretch, gaps in _with_gaps(rows):
        gutter = next((gap for gap in gaps if _is_gutter(stretch, gap)), None) if depth < _DEEPEST else None
        if gutter is None:
            yield stretch
            continue
        beside = _beside(stretch, gutter)
        first, last = without_far(stretch, beside, _pitch(*_sides(stretch[beside[0] : beside[-1] + 1], gutter)))
        yield stretch[:first]
        sides = _sides(stretch[first:last], gutter)
        for side in reversed(sides) if is_right_to_left(stretch) else sides:
            yield from stretches(side, depth + 1)
        yield from stretches(stretch[last:], depth + 1)


def _with_gaps(rows: Rows) -> Iterator[tuple[Rows, list[_Gap]]]:
    """Rows one after the other that share a gap with text on both sides, and such gaps; other rows without any."""
    stretch: Rows = []
    gaps: list[_Gap] = []
    left = right = 0.0
    for row in rows:
        begin, end = min(piece.left for piece in row), max(piece.right for piece in row)
        wider = (min(left, begin), max(right, end)) if stretch else (begin, end)
        common = _common(gaps, _gaps(row)) if stretch else _gaps(row)
        inner = _inner(common, *wider, row[0].size)
        if stretch and not inner and _inner(gaps, left, right, row[0].size):
            yield stretch, _inner(gaps, left, right, row[0].size)
            stretch, common, wider = [], _gaps(row), (begin, end)
        stretch.append(row)
        gaps, (left, right) = common, wider
    if stretch:
        yield stretch, _inner(gaps, left, right, stretch[0][0].size)


def _inner(gaps: Sequence[_Gap], left: float, right: float, size: float) -> list[_Gap]:
    """The gaps with text on both sides, the widest first."""
    inside = [gap for gap in gaps if gap[0] > left and gap[1] < right and gap[1] - gap[0] > _NARROWEST * size]
    return sorted(inside, key=lambda gap: gap[0] - gap[1])


def _gaps(row: Sequence[Line]) -> list[_Gap]:
    """The gaps of a row, those before its first piece and behind its last one among them."""
    gaps, end = [], -1e9
    for piece in sorted(row, key=lambda piece: piece.left):
        if piece.left > end:
            gaps.append((end, piece.left))
        end = max(end, piece.right)
    return [*gaps, (end, 1e9)]


def _common(ours: Sequence[_Gap], theirs: Sequence[_Gap]) -> list[_Gap]:
    """The gaps that both have."""
    both = ((max(a[0], b[0]), min(a[1], b[1])) for a in ours for b in theirs)
    return [gap for gap in both if gap[1] > gap[0]]


def _sides(rows: Rows, gap: _Gap) -> tuple[Rows, Rows]:
    """The rows of both columns."""
    left = [[piece for piece in row if piece.right <= gap[1]] for row in rows]
    right = [[piece for piece in row if piece.right > gap[1]] for row in rows]
    return [row for row in left if row], [row for row in right if row]


def _beside(rows: Rows, gap: _Gap) -> list[int]:
    """The rows at whose height both columns have lines."""
    left = [at for at, row in enumerate(rows) if any(piece.right <= gap[1] for piece in row)]
    right = [at for at, row in enumerate(rows) if any(piece.right > gap[1] for piece in row)]
    return list(range(max(left[0], right[0]), min(left[-1], right[-1]) + 1))


def _is_gutter(rows: Rows, gap: _Gap) -> bool:
    """Whether the columns on both sides of a gap are to be read one after the other."""
    beside = _beside(rows, gap)
    if len(beside) < FEWEST_ROWS:
        return False
    left, right = _sides(rows[max(0, beside[0] - 1) : beside[-1] + 2], gap)
    fewer = min(len(left), len(right))
    if fewer < FEWEST_ROWS:
        return False
    first, last = without_far(rows, beside, _pitch(left, right))
    whole = _sides(rows[first:last], gap)
    prose = [len(side) >= _FEWEST_OF_PROSE and is_prose(side) and _is_even(side) for side in whole]
    if all(prose):
        return True
    shared = sum(len(row) > 1 for row in rows[beside[0] : beside[-1] + 1])
    if any(prose) and shared <= _SHARED * fewer:
        return True
    if not (_are_words(left) and _are_words(right)):
        return False
    if _are_sorted([*left, *right]) and fewer > FEWEST_ROWS:
        return True
    one_by_one = max(order(each) for row in left for each in row) < min(order(each) for row in right for each in row)
    return one_by_one and any(prose) and shared < fewer


def _pitch(*columns: Rows) -> float:
    """The usual distance of two lines of the column with the larger one."""
    return max(usual_pitch([row[0] for row in column]) for column in columns)


def _is_even(rows: Rows) -> bool:
    """Whether most lines are as far from one another, which those of cells of several lines are not."""
    pitches = [before[0].base - after[0].base for before, after in pairwise(rows)]
    usual = median(pitches)
    return sum(abs(pitch - usual) < 0.1 * usual for pitch in pitches) >= _EVEN * len(pitches)


def _are_words(rows: Rows) -> bool:
    """Whether lines are words, and neither numbers nor the names of fields."""
    texts = [" ".join(piece.text for piece in row) for row in rows]
    words = sum(kind(text) == "t" for text in texts)
    fields = sum(text.endswith(":") or is_label(text) for text in texts)
    return words >= _OF_WORDS * len(texts) and 2 * fields < len(texts)


def _are_sorted(rows: Rows) -> bool:
    """Whether lines are in the order of the alphabet, and no two are the same."""
    texts = [" ".join(piece.text for piece in row).casefold() for row in rows]
    steps = list(pairwise(texts))
    return len(set(texts)) == len(texts) and sum(a <= b for a, b in steps) >= len(steps) - (len(steps) > 9)


def without_far(rows: Sequence[Sequence[Line]], parted: Sequence[int], least: float = 0.0) -> tuple[int, int]:
    """The first and last of the rows that have several pieces, or stand near these: the others are no part of them."""
    usual = max(least, usual_pitch([row[0] for row in rows]))
    first, last = parted[0], parted[-1]
    while first > 0 and rows[first - 1][0].base - rows[first][0].base < _FAR * usual:
        first -= 1
    while last + 1 < len(rows) and rows[last][0].base - rows[last + 1][0].base < _FAR * usual:
        last += 1
    return first, last + 1


def is_prose(column: Sequence[Sequence[Line]]) -> bool:
    """Whether the lines of a column run on from one to the next."""
    if len(column) < FEWEST_ROWS:
        return False
    texts = [" ".join(piece.text for piece in line) for line in column]
    if any(map(_has_case, texts)):
        low = sum(text.lstrip("“‘\"'(")[:1].islower() for text in texts)
        words = mean(len(text.split()) for text in texts)
        return words >= FEWEST_WORDS and (low >= _RUNS_ON * (len(texts) - 1) or _are_sentences(texts, words))
    width = max(line[-1].right for line in column) - min(line[0].left for line in column)
    return median(line[-1].right - line[0].left for line in column) >= _FILLED * width and len(max(texts, key=len)) > 10


def _are_sentences(texts: Sequence[str], words: float) -> bool:
    """Whether lines of so many words are sentences, of which some end and others go on: cells do all of one."""
    ended = [text.endswith((".", "!", "?")) for text in texts]
    return (
        len(texts) > FEWEST_ROWS
        and words >= _IN_SENTENCE
        and sum(ended) > _RUNS_ON * len(ended)
        and not all(ended[:-1])
    )


def order(piece: Line) -> int:
    """Where a piece stands among those that the page writes."""
    return next((glyph for glyph in piece.glyphs if glyph >= 0), 0)


def _has_case(text: str) -> bool:
    return text.lower() != text.upper()


def is_right_to_left(rows: Sequence[Sequence[Line]]) -> bool:
    """Whether most letters at the beginning of the pieces are of a script that is read from the right."""
    letters = [unicodedata.bidirectional(letter) for row in rows for piece in row for letter in piece.text[:5]]
    return 2 * sum(kind in ("R", "AL") for kind in letters) > sum(kind in ("L", "R", "AL") for kind in letters)

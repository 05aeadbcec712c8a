"""The letters of a page -> its pieces: what stands on one line without a wide gap, written out.

PDFium ends a line where a letter stands higher than the one before it, and carries on over the gap between two columns.
So its lines are taken apart at wide gaps and put together again where they stand beside each other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from embeddings.loaders.pdf.directions import in_reading_order, with_words_turned
from embeddings.loaders.pdf.glyphs import Glyph, Run, is_right_to_left
from embeddings.loaders.pdf.lines import Line
from embeddings.loaders.pdf.raised import Written, levels_of, written

MADE = 1 << 39
WIDE = 0.8  # times the height of a letter: a wider gap stands between two cells or columns
_BESIDE = 0.25  # times: letters whose base lines are nearer stand on the same line
_SPACE = 0.17  # times: a wider gap between two pieces of a line is a space
_BACK = 0.6  # times: a letter that far left of the one before it begins another piece
_OTHER_LEVEL = 0.75  # times: a letter that much higher or lower is not raised or lowered, but on another line
_SMALLER = 0.87  # times: the height of raised letters beside the others
_TIGHT = 0.1  # times: a space that is narrower is none
_SANE = 0.2  # times: letters of a word are no further apart, else the page does not say how wide they are
_MOST_RAISED = 6  # letters that are drawn apart from their line
_ROOM = 0.6  # times their width: the gap that is left for them
_INITIAL = 1.6  # times the height of the letters beside it
_MOST_BESIDE_INITIAL = 8  # lines of the page
_FEWEST_GAPS = 6
_STOP_FIRST = re.compile(r"(?<!\S)[.,:;](?:\d[\d.,:/]*)?\d(?!\S)")
_NOTE = re.compile(r"\W?([1-9]\d?|[a-z*†‡])\W?(?=[\s“\"(]|$)")
_NARROW = 0.45  # times the height of a letter: a gap that wide is more than a space
_OF_SENTENCE = 4  # spaces of a line that may be a sentence
_NEAR_ROW = 2.6  # times: a line that far away may be a row of the same table
_NOTE_SIZE = 0.95  # times the usual height: notes are smaller


def pieces_of(runs: Iterable[Run]) -> tuple[list[Line], dict[int, tuple[int, ...]]]:
    """The pieces of a page from its upper left corner, and the letters of each character that stands for several.

    Such a character ("¾") has a number from `MADE` on, beyond those of all letters.
    """
    upright: list[list[Glyph]] = []
    turned: list[list[Glyph]] = []
    for run in runs:
        if run.turned:
            turned.append(run.glyphs)
        else:
            upright += _fragments(run)
    rows = _with_narrow_gaps([_merged(row) for row in _with_initials(_rows(upright))])
    notes = _notes(rows)
    made: dict[int, tuple[int, ...]] = {}
    pieces: list[Line] = []
    for number, row in enumerate([*rows, *([fragment] for fragment in turned)]):
        for fragment in row:
            words = written(fragment, levels_of(fragment), notes, MADE + len(made))
            made |= words.made
            pieces += _line(fragment, words, number)
    return pieces, made


def _line(fragment: Sequence[Glyph], words: Written, row: int) -> list[Line]:
    """The piece of these letters; none where only white space is left."""
    text = words.text.strip()
    if not text:
        return []
    start = words.text.index(text[0])
    drawn = [glyph for glyph in fragment if glyph.text != " "]
    tallest = _usual(drawn)
    glyphs = words.glyphs[start : start + len(text)]
    left, right = min([glyph.left for glyph in drawn]), max([glyph.right for glyph in drawn])
    return [Line(text, tuple(glyphs), tallest.height, tallest.base, False, left, right, row)]


def _usual(glyphs: Sequence[Glyph]) -> Glyph:
    """A letter of the height and the base line that most of them have."""
    first = glyphs[0]
    if len({glyph.base for glyph in glyphs}) == 1 and len({glyph.height for glyph in glyphs}) == 1:
        return first
    counts = Counter((glyph.height, glyph.base) for glyph in glyphs)
    best = max(counts, key=lambda key: (counts[key] * key[0], key))
    return next(glyph for glyph in glyphs if (glyph.height, glyph.base) == best)


def _fragments(run: Run) -> list[list[Glyph]]:
    """A run, taken apart where a letter stands on another line, back to the left, or behind a wide gap."""
    cuts: list[int] = []
    last = run.glyphs[0]
    for index, glyph in enumerate(run.glyphs):
        if glyph.text != " ":
            gap = glyph.left - last.right
            if not (0 <= gap < 1 and glyph.base == last.base) and _is_apart(last, glyph, run.against):
                cuts.append(index)
            last = glyph
    return [run.glyphs[start:end] for start, end in pairwise((0, *cuts, len(run.glyphs)))] if cuts else [run.glyphs]


def _is_apart(last: Glyph, glyph: Glyph, against: bool) -> bool:
    height = last.height if last.height > glyph.height else glyph.height
    if last.base != glyph.base and abs(glyph.base - last.base) > _OTHER_LEVEL * height:
        return True
    gap = glyph.left - last.right
    if against:
        return max(gap, last.left - glyph.right) > WIDE * height
    return gap > WIDE * height or glyph.left < last.left - _BACK * height


def _rows(fragments: list[list[Glyph]]) -> list[list[list[Glyph]]]:
    """The fragments of each line of the page, from the top; what is raised or lowered stands with its neighbours."""
    placed = [(_usual([glyph for glyph in each if glyph.text != " "]), each) for each in fragments]
    placed.sort(key=lambda item: (-item[0].base, item[0].left))
    rows: list[list[tuple[Glyph, list[Glyph]]]] = []
    for usual, each in placed:
        here = rows[-1][0][0] if rows else None
        if here is not None and here.base - usual.base <= _BESIDE * min(here.height, usual.height):
            rows[-1].append((usual, each))
        else:
            rows.append([(usual, each)])
    for upper, lower in pairwise(range(len(rows))):
        rows[upper], rows[lower] = _brought_down(rows[upper], rows[lower])
        rows[lower], rows[upper] = _brought_down(rows[lower], rows[upper])
    return [[each for _, each in row] for row in rows if row]


_Row = list[tuple[Glyph, list[Glyph]]]


def _brought_down(small: _Row, row: _Row) -> tuple[_Row, _Row]:
    """Two lines after what of the first is raised or lowered beside letters of the second went there."""
    if not small or not row or small[0][0].height > _SMALLER * max(usual.height for usual, _ in row):
        return small, row
    height = max(usual.height for usual, _ in row)
    if not -0.5 < (small[0][0].base - row[0][0].base) / height < _OTHER_LEVEL:
        return small, row
    row = [part for item in row for part in _parted(item, [each for _, each in small if len(each) <= _MOST_RAISED])]
    ends = {round(each[-1].right / height) for _, each in row}
    starts = {round(each[0].left / height) for _, each in row}

    def beside(each: list[Glyph]) -> bool:
        left, right = round(each[0].left / height), round(each[-1].right / height)
        near = bool({left - 1, left, left + 1} & ends) or bool({right, right + 1} & starts)
        return len(each) <= _MOST_RAISED and near

    gone = [item for item in small if beside(item[1])]
    return ([item for item in small if not beside(item[1])], row + gone) if gone else (small, row)


def _parted(host: tuple[Glyph, list[Glyph]], small: Sequence[list[Glyph]]) -> Iterator[tuple[Glyph, list[Glyph]]]:
    """A piece of a line, cut at each gap that was left for something small."""
    usual, glyphs = host
    lefts = [glyph.left for glyph in glyphs]
    cuts = set()
    for each in small:
        index = bisect_left(lefts, each[0].left - 0.1 * usual.height)
        after = next((glyph for glyph in glyphs[index : index + 3] if glyph.text != " "), None)
        if index > 0 and after is not None:
            room = after.left - glyphs[index - 1].right
            if room > _ROOM * (each[-1].right - each[0].left) and abs(each[0].left - glyphs[index - 1].right) < room:
                cuts.add(index)
    for start, end in pairwise((0, *sorted(cuts), len(glyphs))):
        part = glyphs[start:end]
        if any(glyph.text != " " for glyph in part):
            yield usual, part


def _with_initials(rows: list[list[list[Glyph]]]) -> list[list[list[Glyph]]]:
    """The lines, with each large letter that opens several of them before the first one."""
    heights: Counter[float] = Counter()
    for row in rows:
        for each in row:
            heights[each[0].height] += len(each)
    usual = heights.most_common(1)[0][0] if heights else 0.0
    for below, row in enumerate(rows):
        large = [each for each in row if len(each) == 1 and each[0].height > _INITIAL * usual]
        for initial in [each for each in large if each[0].text.isalpha()]:
            letter = initial[0]
            above = [
                line
                for line in rows[max(0, below - _MOST_BESIDE_INITIAL) : below]
                for fragment in line
                if letter.height > _INITIAL * fragment[0].height
                and letter.base < fragment[0].base < letter.base + letter.height
                and -_BESIDE < (fragment[0].left - letter.right) / fragment[0].height < WIDE
            ]
            if above:
                row.remove(initial)
                base = next(each for each in above[0] if each[0].left > letter.left)[0].base
                above[0].append([Glyph(letter.number, letter.text, letter.left, letter.right, letter.height, base)])
    return [row for row in rows if row]


def _merged(row: list[list[Glyph]]) -> list[list[Glyph]]:
    """The fragments of a line in the order of reading, put together where no wide gap parts them."""
    text = "".join([glyph.text for fragment in row for glyph in fragment])
    letters = [] if text.isascii() else [letter for letter in text if letter.isalpha()]
    backwards = sum(map(is_right_to_left, letters))
    against = backwards * 2 > len(letters)
    if 0 < backwards < len(letters):
        return _mixed([glyph for fragment in row for glyph in fragment if glyph.text != " "], against)
    if against:
        row.sort(key=lambda fragment: -max(glyph.right for glyph in fragment))
    else:
        row.sort(key=lambda fragment: fragment[0].left)
    merged: list[list[Glyph]] = []
    for fragment in row:
        gap = _gap(merged[-1], fragment, against) if merged else None
        height = max(fragment[0].height, merged[-1][-1].height) if merged else 0.0
        if gap is None or not -_BACK * height < gap <= WIDE * height:
            merged.append(list(fragment))
            continue
        if gap > _SPACE * height and merged[-1][-1].text != " " and fragment[0].text != " ":
            end = merged[-1][-1]
            merged[-1].append(Glyph(-1, " ", end.right, end.right, end.height, end.base))
        merged[-1] += fragment
    if against:
        return [_with_stops_behind(with_words_turned(fragment)) for fragment in merged]
    return [_without_false_spaces(fragment) for fragment in merged]


def _mixed(letters: list[Glyph], against: bool) -> list[list[Glyph]]:
    """The pieces of a line with words of both directions, in the order of reading."""
    letters.sort(key=lambda glyph: glyph.left)
    parts: list[list[Glyph]] = [[letters[0]]]
    for last, glyph in pairwise(letters):
        gap, height = glyph.left - last.right, max(glyph.height, last.height)
        if gap > WIDE * height:
            parts.append([])
        elif gap > _SPACE * height:
            parts[-1].append(Glyph(-1, " ", last.right, last.right, last.height, last.base))
        parts[-1].append(glyph)
    pieces = [in_reading_order(piece, against) for piece in parts]
    return pieces[::-1] if against else pieces


def _with_stops_behind(fragment: list[Glyph]) -> list[Glyph]:
    """A piece read from the right, with each stop that PDFium puts before a number behind it, where it is read."""
    text = "".join(glyph.text[0] for glyph in fragment)
    for match in _STOP_FIRST.finditer(text):
        fragment = [
            *fragment[: match.start()],
            *_moved(fragment[match.start() : match.end()]),
            *fragment[match.end() :],
        ]
    return fragment


def _moved(glyphs: list[Glyph]) -> list[Glyph]:
    return [*glyphs[1:], glyphs[0]]


def _gap(before: Sequence[Glyph], here: Sequence[Glyph], against: bool) -> float:
    """The gap between two fragments, in the direction of reading."""
    last = next(glyph for glyph in reversed(before) if glyph.text != " ")
    first = next(glyph for glyph in here if glyph.text != " ")
    if against:
        return min(glyph.left for glyph in before) - max(glyph.right for glyph in here)
    return first.left - last.right


def _without_false_spaces(fragment: list[Glyph]) -> list[Glyph]:
    """A piece without spaces that take no room: "Test i ng", where the letters stand as close as in a word."""
    spaces = [
        (index, fragment[index + 1].left - fragment[index - 1].right, glyph.height)
        for index, glyph in enumerate(fragment)
        if glyph.text == " " and 0 < index < len(fragment) - 1 and fragment[index + 1].text != " "
    ]
    false = {
        index
        for index, gap, height in spaces
        if gap < _TIGHT * height and fragment[index - 1].text.isalpha() and fragment[index + 1].text.isalpha()
    }
    if not false or (2 * len(false) > len(spaces) and len(spaces) > 2):
        return fragment
    letters = [glyph for glyph in fragment if glyph.text != " "]
    gaps = [after.left - before.right for before, after in pairwise(letters)]
    if len(gaps) < _FEWEST_GAPS or abs(median(gaps)) > _SANE * letters[0].height:
        return fragment
    return [glyph for index, glyph in enumerate(fragment) if index not in false]


def _notes(rows: Sequence[Sequence[Sequence[Glyph]]]) -> frozenset[str]:
    """The marks that small lines of the page begin with: those of its notes."""
    heights: Counter[float] = Counter()
    for row in rows:
        for fragment in row:
            heights[fragment[-1].height] += len(fragment)
    usual = heights.most_common(1)[0][0] if heights else 0.0
    marks = set()
    for row in rows:
        if row and row[0] and row[0][-1].height < _NOTE_SIZE * usual:
            mark = _NOTE.match("".join(glyph.text for glyph in row[0][:8]))
            if mark is not None:
                marks.add(mark[1])
    return frozenset(marks)


def _with_narrow_gaps(rows: list[list[list[Glyph]]]) -> list[list[list[Glyph]]]:
    """The lines of a page, their pieces cut where the line above or below has a gap between two cells: cells may stand
    as close as words that are two spaces apart."""
    if not any(len(row) >= 2 for row in rows):
        return rows
    for order in (range(1, len(rows)), range(len(rows) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for here in order:
            other = rows[here + step]
            if len(other) >= 2 and rows[here] and _is_near_row(rows[here][0][0], other[0][0]):
                rows[here] = [part for fragment in rows[here] for part in _cells(fragment, _wide_gaps(other))]
    return rows


def _is_near_row(one: Glyph, other: Glyph) -> bool:
    return abs(one.base - other.base) < _NEAR_ROW * max(one.height, other.height)


def _wide_gaps(row: Sequence[list[Glyph]]) -> list[tuple[float, float]]:
    """The gaps between the pieces of a line."""
    edges = [(fragment[0].left, max(fragment[-1].right, fragment[0].right)) for fragment in row]
    return [(before[1], after[0]) for before, after in pairwise(edges) if after[0] > before[1]]


def _cells(fragment: list[Glyph], gaps: Sequence[tuple[float, float]]) -> Iterator[list[Glyph]]:
    """The parts of a piece between which a gap lies that another line has, too."""
    widths = {round(glyph.right - glyph.left, 1) for glyph in fragment if glyph.text != " "}
    least = max(_NARROW * fragment[0].height, 1.5 * max(widths) if len(widths) == 1 else 0.0)  # two typewriter's spaces
    spaces = [index for index in range(1, len(fragment) - 1) if fragment[index].text == " "]
    if len(spaces) >= _OF_SENTENCE:  # a sentence that was spread has no cells where its spaces are all alike
        least = max(least, 1.5 * median(fragment[index + 1].left - fragment[index - 1].right for index in spaces))
    start = 0
    for index in spaces:
        left, right = fragment[index - 1].right, fragment[index + 1].left
        if right - left < least:
            continue
        if any(min(right, end) - max(left, begin) > 0.6 * (right - left) for begin, end in gaps):
            yield fragment[start:index]
            start = index + 1
    yield fragment[start:]

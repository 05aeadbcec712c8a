"""The lines of a page of a PDF -> its text, with the letter that each character came from.

Lines under one another are parted by a line end, blocks by an empty line. A word that was divided at the end of a line
is put together, and the line then ends after it; `text.hyphens` decides whether its hyphen stays. All else depends on
the page alone, so `pdf.marks` needs no other page to tell the boxes of its words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

HYPHEN = "-"
_WIDE_GAP = 1.35  # times the usual distance of two lines: more parts two blocks
_TABLE_GAP = 3.0  # times: so far apart the rows of a table are at most
_USUAL_PITCH = 1.3  # times the size of the letters, where a page has too few lines to tell
_FEWEST_PITCHES = 5
_OTHER_SIZE = 1.12  # times: letters that much larger or smaller are of another block
_BEFORE = "".join({chr(n) for n in range(0x3001) if chr(n).isspace()} - {"\t"})  # a tab stands for an empty cell
_SENTENCE_END = (".", "!", "?", ":", "…", "。", "！", "？")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page.

    Attributes:
        text: its characters; a ligature is written as the letters it stands for.
        glyphs: for each character the number of its letter on the page; -1 for a space that the page only leaves.
        size: the height of its letters, in points.
        base: where it stands, in points from the bottom of the page.
        divided: whether it ends in the middle of a word, after a hyphen.
        left, right: where its letters begin and end, in points.
        row: the number of the line of the page on which it stands, from the top; two columns share one.
        score: how sure it is that this is its text, from 0 to 1; less than 1 where it was recognised (OCR).
        table: of a row of a table, a number that all its rows have; 0 for other lines.
        foot: of a row of a table with a cell of several lines, where the last of them stands; None for a single line.
    """

    text: str
    glyphs: tuple[int, ...]
    size: float
    base: float
    divided: bool = False
    left: float = 0.0
    right: float = 0.0
    row: int = 0
    score: float = 1.0
    table: int = 0
    foot: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together.

    Attributes:
        text: their text.
        size: the height of their letters.
        lines, glyphs: for each character the number of its line and of its glyph.
        hyphens: where in the text the hyphens of divided words stand.
    """

    text: str
    size: float
    lines: tuple[int, ...]
    glyphs: tuple[int, ...]
    hyphens: tuple[int, ...] = ()

    def without(self, gone: frozenset[int]) -> Block:
        """The block without the characters at these places."""
        kept = [index for index in range(len(self.text)) if index not in gone]
        return Block(
            "".join(self.text[index] for index in kept),
            self.size,
            tuple(self.lines[index] for index in kept),
            tuple(self.glyphs[index] for index in kept),
        )


def always(before: str, after: str) -> bool:
    """Keeps every hyphen."""
    return True


def blocks(lines: Sequence[Line], keeps: Callable[[str, str], bool] = always, titled: bool = False) -> list[Block]:
    """The blocks of a page, in order.

    Args:
        lines: in the order of reading.
        keeps: whether the hyphen stays between the text before and after it.
        titled: whether the first line is a block of its own.

    >>> here = Line("It was well-", tuple(range(12)), 10, 500, divided=True)
    >>> blocks([here, Line("known there.", tuple(range(12, 24)), 10, 488)])[0].text
    'It was well-known\\nthere.'
    """
    usual = usual_pitch(lines)
    opened: list[_Open] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else None
        if before is None or (titled and number == 1) or (not before.divided and is_apart(before, line, usual)):
            opened.append(_Open(line.size))
            opened[-1].add(line, number)
        elif before.divided:
            opened[-1].add_divided(line, number, keeps)
        else:
            opened[-1].add("\n", number)
            opened[-1].add(line, number)
    return [block for each in opened if (block := each.closed()) is not None]


def joined(blocks: Sequence[Block]) -> str:
    """The text of a page."""
    return "\n\n".join(block.text for block in blocks)


class _Open:
    """A block in the making."""

    def __init__(self, size: float) -> None:
        self._size = size
        self._text, self._lines, self._glyphs = "", [], []  # type: str, list[int], list[int]
        self._hyphens: list[int] = []

    def add(self, part: Line | str, number: int) -> None:
        """Adds a line, or characters that stand on no page."""
        text, glyphs = (part.text, part.glyphs) if isinstance(part, Line) else (part, (-1,) * len(part))
        self._text += text
        self._lines += [number] * len(text)
        self._glyphs += glyphs

    def add_divided(self, line: Line, number: int, keeps: Callable[[str, str], bool]) -> None:
        """Adds a line whose first word began on the line before; the line end moves behind that word."""
        if keeps(self._text.removesuffix(HYPHEN), line.text):
            self._hyphens.append(len(self._text) - len(HYPHEN))
        else:
            self._text = self._text[: -len(HYPHEN)]
            del self._lines[-len(HYPHEN) :], self._glyphs[-len(HYPHEN) :]
        self.add(line, number)
        space = self._text.find(" ", len(self._text) - len(line.text))
        if space >= 0:
            self._text = f"{self._text[:space]}\n{self._text[space + 1 :]}"

    def closed(self) -> Block | None:
        """The block; None where it is empty."""
        start = len(self._text) - len(self._text.lstrip(_BEFORE))
        text = self._text[start:].rstrip()
        if not text:
            return None
        end = start + len(text)
        hyphens = tuple(hyphen - start for hyphen in self._hyphens if start <= hyphen < end)
        return Block(text, self._size, tuple(self._lines[start:end]), tuple(self._glyphs[start:end]), hyphens)


def is_apart(before: Line, here: Line, usual: float) -> bool:
    """Whether a line begins another block than the one before it."""
    larger, smaller = max(before.size, here.size), min(before.size, here.size)
    if smaller > 0 and larger > _OTHER_SIZE * smaller:
        return True
    pitch = (before.base if before.foot is None else before.foot) - here.base
    if before.table and before.table == here.table:
        return pitch > _TABLE_GAP * usual
    if pitch >= 0:
        return pitch > _WIDE_GAP * usual
    # above the line before it: another column, into which a sentence may run on
    return before.text.rstrip().endswith(_SENTENCE_END) or not here.text.lstrip()[:1].islower()


def usual_pitch(lines: Sequence[Line]) -> float:
    """The usual distance of two lines under one another, in points."""
    size = median(line.size for line in lines) if lines else 0.0
    pitches = [before.base - here.base for before, here in pairwise(lines)]
    pitches = [pitch for pitch in pitches if 0.5 * size < pitch < 3 * size]
    return median(pitches) if len(pitches) >= _FEWEST_PITCHES else _USUAL_PITCH * size

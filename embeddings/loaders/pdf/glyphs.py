"""The letters of a page of a PDF, each with its place: the calls of PDFium's C functions.

Places are in points of the page as its text is read: x grows to the right along a line, y grows upwards. A page whose
text stands on its side is turned.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as raw

HYPHEN = "-"
_LINE_ENDS = frozenset((0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029))
_BULLETS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢"}  # those of the fonts Symbol and Wingdings
_LIGATURES = range(0xFB00, 0xFB07)
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
_SOFT_HYPHENS = frozenset((0x02, 0xAD))  # PDFium gives 2 for a hyphen that ends a line
_QUARTER = 1.5708  # radians of a quarter of a turn
_SAMPLED = 60  # letters that tell how the text of a page is turned


@dataclass(slots=True)
class Glyph:
    """A letter of a page.

    Attributes:
        number: of the letter on the page; -1 for a space that the page only leaves.
        text: the characters that it stands for; more than one for a ligature.
        left, right: where it begins and ends on its line.
        height: of its font, in points.
        base: the height of its base line.
    """

    number: int
    text: str
    left: float
    right: float
    height: float
    base: float


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that PDFium gives one after the other, without a line end between them.

    Attributes:
        glyphs: at least one.
        turned: whether they stand at another angle than most of the page.
    """

    glyphs: list[Glyph]
    turned: bool = False


def runs_of(text_page: pypdfium2.PdfTextPage, most: int) -> Iterator[Run]:
    """The runs of a page, in the order in which it writes them; at most so many characters of it."""
    count = min(text_page.count_chars(), most)
    turn = turn_of_page(text_page, count)
    places = _Places(text_page, turn)
    glyphs: list[Glyph] = []
    high: int | None = None  # the first half of a character beyond the sixteenth bit
    for number in range(count):
        code = raw.FPDFText_GetUnicode(text_page, number)
        if code in _LINE_ENDS:
            yield from _run(text_page, glyphs, turn)
            glyphs, high = [], None
            continue
        if code in _SOFT_HYPHENS and raw.FPDFText_IsHyphen(text_page, number) == 1:
            glyphs.append(places.glyph(number, HYPHEN))
            yield from _run(text_page, glyphs, turn)
            glyphs, high = [], None
            continue
        if code in _HIGH:
            high = code
            continue
        if code in _LOW and high is not None:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = None
        words = _words(code)
        if words.isspace():
            if glyphs and glyphs[-1].text != " ":
                generated = raw.FPDFText_IsGenerated(text_page, number) == 1
                glyphs.append(places.space(glyphs[-1], -1 if generated else number))
        elif words:
            glyphs.append(places.glyph(number, words, glyphs[-1] if glyphs else None))
    yield from _run(text_page, glyphs, turn)


def _run(text_page: pypdfium2.PdfTextPage, glyphs: list[Glyph], turn: int) -> Iterator[Run]:
    """The run of these letters, where there is more than white space in it."""
    while glyphs and glyphs[-1].text == " ":
        glyphs.pop()
    if glyphs:
        yield Run(glyphs, _turn(text_page, glyphs[0].number) != turn)


def _words(code: int) -> str:
    """The characters of a code, "" for what is none."""
    if 0x20 <= code < 0x7F:
        return chr(code)
    if code in _BULLETS:
        return _BULLETS[code]
    if code in _LIGATURES:
        return unicodedata.normalize("NFKC", chr(code))
    if code > 0x10FFFF or code in _HIGH or code in _LOW or code & 0xFFFE == 0xFFFE or code == 0xAD:
        return ""
    character = chr(code)
    if unicodedata.category(character) == "Cc":
        return " " if character == "\t" else ""
    return character


class _Places:
    """Tells where the letters of a page lie."""

    def __init__(self, page: pypdfium2.PdfTextPage, turn: int) -> None:
        self._page, self._turn = page, turn
        self._box = raw.FS_RECTF()
        self._at = ctypes.byref(self._box)
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._bottom, self._top, self._base = 0.0, 0.0, 0.0  # of the last letter: most letters stand like it

    def glyph(self, number: int, words: str, before: Glyph | None = None) -> Glyph:
        """A letter; one whose place the page does not say stands behind the one before it."""
        if not raw.FPDFText_GetLooseCharBox(self._page, number, self._at):
            place = (before.right, before.right, before.height, before.base) if before else (0.0, 0.0, 0.0, 0.0)
            return Glyph(number, words, *place)
        left, bottom, right, top = self._turned()
        if (bottom, top) != (self._bottom, self._top):
            self._bottom, self._top, self._base = bottom, top, self._origin(number)
        return Glyph(number, words, left, right, top - bottom, self._base)

    def space(self, before: Glyph, number: int) -> Glyph:
        """A space behind a letter."""
        return Glyph(number, " ", before.right, before.right, before.height, before.base)

    def _turned(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the box that was asked for last."""
        box, turn = self._box, self._turn
        if turn == 0:
            return box.left, box.bottom, box.right, box.top
        if turn == 1:
            return -box.top, box.left, -box.bottom, box.right
        return (-box.right, -box.top, -box.left, -box.bottom) if turn == 2 else (box.bottom, -box.right, box.top, -box.left)

    def _origin(self, number: int) -> float:
        """The height of a letter's base line."""
        if not raw.FPDFText_GetCharOrigin(self._page, number, self._x, self._y):
            return self._bottom
        x, y = float(self._x.value), float(self._y.value)
        return (y, x, -y, -x)[self._turn]


def turn_of_page(text_page: pypdfium2.PdfTextPage, count: int) -> int:
    """In quarters of a turn, how most of the text of a page stands."""
    step = max(1, count // _SAMPLED)
    turns = Counter(_turn(text_page, number) for number in range(step // 2, count, step))
    return turns.most_common(1)[0][0] if turns else 0


def _turn(text_page: pypdfium2.PdfTextPage, number: int) -> int:
    """In quarters of a turn, clockwise, how a letter stands."""
    angle = float(raw.FPDFText_GetCharAngle(text_page, number))
    return round(angle / _QUARTER) % 4 if angle >= 0 else 0

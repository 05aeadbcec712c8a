"""The letters of a page of a PDF, each with its place: the calls of PDFium's C functions.

Places are in points of the page as its text is read: x grows to the right along a line, y grows upwards. A page whose
text stands on its side is turned.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
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
        against: whether some of them are read from the right.
    """

    glyphs: list[Glyph]
    turned: bool = False
    against: bool = False


def runs_of(text_page: pypdfium2.PdfTextPage, turn: int, most: int) -> Iterator[Run]:
    """The runs of a page, in the order in which it writes them.

    Args:
        text_page: the page.
        turn: in quarters of a turn, how most of its text stands (`turn_of`).
        most: characters that are read of it.
    """
    handle = text_page.raw
    place = _places(handle, turn)
    unicode_of = raw.FPDFText_GetUnicode
    glyphs: list[Glyph] = []
    high = 0  # the first half of a character beyond the sixteenth bit
    for number in range(min(text_page.count_chars(), most)):
        code = unicode_of(handle, number)
        if 0x20 < code < 0x7F:
            glyphs.append(place(number, chr(code), glyphs[-1] if glyphs else None))
        elif code == 0x20:
            _add_space(handle, glyphs, number)
        elif code in _LINE_ENDS or (code in _SOFT_HYPHENS and raw.FPDFText_IsHyphen(handle, number) == 1):
            if code in _SOFT_HYPHENS:
                glyphs.append(place(number, HYPHEN, glyphs[-1] if glyphs else None))
            yield from _run(handle, glyphs, turn)
            glyphs = []
        elif code in _HIGH:
            high = code
        else:
            words = _words(0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high and code in _LOW else code)
            high = 0
            if words.isspace():
                _add_space(handle, glyphs, number)
            elif words:
                glyphs.append(place(number, words, glyphs[-1] if glyphs else None))
    yield from _run(handle, glyphs, turn)


def _add_space(handle: raw.FPDF_TEXTPAGE, glyphs: list[Glyph], number: int) -> None:
    """Adds a space behind a letter; one at a time."""
    if glyphs and glyphs[-1].text != " ":
        last = glyphs[-1]
        generated = raw.FPDFText_IsGenerated(handle, number) == 1
        glyphs.append(Glyph(-1 if generated else number, " ", last.right, last.right, last.height, last.base))


def _run(handle: raw.FPDF_TEXTPAGE, glyphs: list[Glyph], turn: int) -> Iterator[Run]:
    """The run of these letters, where there is more than white space in it."""
    while glyphs and glyphs[-1].text == " ":
        glyphs.pop()
    if glyphs:
        text = "".join([glyph.text for glyph in glyphs])
        against = not text.isascii() and any(map(is_right_to_left, text))
        yield Run(glyphs, _turn(handle, glyphs[0].number) != turn, against)


def is_right_to_left(character: str) -> bool:
    """Whether a character is a letter of a script that is read from the right."""
    return character > "\u0590" and unicodedata.bidirectional(character[0]) in ("R", "AL")


def _words(code: int) -> str:
    """The characters of a code; "" for a code that stands for none."""
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


def _places(handle: raw.FPDF_TEXTPAGE, turn: int) -> Callable[[int, str, Glyph | None], Glyph]:
    """Makes a letter of its number, its characters and the letter before it."""
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    at, box_of = ctypes.byref(box), raw.FPDFText_GetLooseCharBox
    bases: dict[tuple[float, float], float] = {}  # of the letters of a line, by where their boxes begin and end

    def place(number: int, words: str, before: Glyph | None) -> Glyph:
        if not box_of(handle, number, at):  # it stands where the one before it ends
            if before is None:
                return Glyph(number, words, 0.0, 0.0, 0.0, 0.0)
            return Glyph(number, words, before.right, before.right, before.height, before.base)
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if turn == 1:
            left, bottom, right, top = -top, left, -bottom, right
        elif turn == 2:
            left, bottom, right, top = -right, -top, -left, -bottom
        elif turn == 3:
            left, bottom, right, top = bottom, -right, top, -left
        base = bases.get((bottom, top))
        if base is None:
            base = bottom
            if raw.FPDFText_GetCharOrigin(handle, number, x, y):
                base = (y.value, x.value, -y.value, -x.value)[turn]
            bases[bottom, top] = base
        return Glyph(number, words, left, right, top - bottom, base)

    return place


def turn_of(text_page: pypdfium2.PdfTextPage) -> int:
    """In quarters of a turn, clockwise, how most of the text of a page stands."""
    count = text_page.count_chars()
    step = max(1, count // _SAMPLED)
    turns = Counter(_turn(text_page.raw, number) for number in range(step // 2, count, step))
    return turns.most_common(1)[0][0] if turns else 0


def _turn(handle: raw.FPDF_TEXTPAGE, number: int) -> int:
    """In quarters of a turn, clockwise, how a letter stands."""
    angle = float(raw.FPDFText_GetCharAngle(handle, number))
    return round(angle / _QUARTER) % 4 if angle >= 0 else 0

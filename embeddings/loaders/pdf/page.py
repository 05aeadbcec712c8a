"""A page of a PDF -> its lines, and where its letters lie: the calls of PDFium's C functions."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as raw

from embeddings.loaders.pdf.lines import HYPHEN, Line

_LINE_ENDS = (0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029)
_BULLETS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢"}  # those of the fonts Symbol and Wingdings
_LIGATURES = range(0xFB00, 0xFB07)
_WIDE_SPACE = 0.8  # times the height of a letter: a wider one stands between two cells
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


def lines_of(page: pypdfium2.PdfPage, most: int) -> Iterator[Line]:
    """The lines of a page, in the order in which its text is written; at most so many characters of it."""
    text_page = page.get_textpage()
    try:
        gathered = _Gathered(text_page)
        for glyph in range(min(text_page.count_chars(), most)):
            code = raw.FPDFText_GetUnicode(text_page, glyph)
            if raw.FPDFText_IsHyphen(text_page, glyph) == 1:
                gathered.add(HYPHEN, glyph)
                yield from gathered.line(divided=True)
            elif code in _LINE_ENDS:
                yield from gathered.line()
            else:
                gathered.add_code(code, glyph, raw.FPDFText_IsGenerated(text_page, glyph) == 1)
        yield from gathered.line()
    finally:
        text_page.close()


class _Gathered:
    """The characters of the line that is being read."""

    def __init__(self, page: pypdfium2.PdfTextPage) -> None:
        self._page = page
        self._text: list[str] = []
        self._glyphs: list[int] = []
        self._high: int | None = None  # the first half of a character beyond the sixteenth bit

    def add_code(self, code: int, glyph: int, generated: bool) -> None:
        """Adds what PDFium gives for a glyph: no control characters, no halves of characters, one space at a time."""
        high, self._high = self._high, None
        if code in _HIGH:
            self._high = code
            return
        if code in _LOW and high is not None:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        if code in _BULLETS:
            words = _BULLETS[code]
        elif code in _LIGATURES:
            words = unicodedata.normalize("NFKC", chr(code))
        else:
            words = _character(code)
        if words.isspace():
            if self._text and self._text[-1] != " ":
                self.add(" ", -1 if generated else glyph)
        elif words:
            if self._text[-1:] == [" "] and self._is_column(glyph):
                self._text[-1] = "\t"
            self.add(words, glyph)

    def _is_column(self, glyph: int) -> bool:
        """Does a letter stand so far behind the last one that a cell of a table begins with it?"""
        last = next((before for before in reversed(self._glyphs[:-1]) if before >= 0), None)
        if last is None:
            return False
        before, here = _box(self._page, last), _box(self._page, glyph)
        if before is None or here is None:
            return False
        height = abs(float(here.top) - float(here.bottom))
        beside = abs(float(here.bottom) - float(before.bottom)) < height / 2
        return beside and float(here.left) - float(before.right) > _WIDE_SPACE * height

    def add(self, words: str, glyph: int) -> None:
        """Adds the characters that one glyph stands for."""
        self._text += words
        self._glyphs += [glyph] * len(words)

    def line(self, divided: bool = False) -> Iterator[Line]:
        """The line, where there is anything in it; the next one begins."""
        text = "".join(self._text).rstrip()
        glyphs = tuple(self._glyphs[: len(text)])
        self._text.clear()
        self._glyphs.clear()
        if text:
            letters = [glyph for glyph in glyphs if glyph >= 0]
            sizes = (
                sorted(_size(self._page, letters[len(letters) * part // 4]) for part in (1, 2, 3)) if letters else [0.0]
            )
            base = _base(self._page, letters[0]) if letters else 0.0
            yield Line(text, glyphs, sizes[len(sizes) // 2], base, divided)


def _character(code: int) -> str:
    """The character of a code, "" for what is none."""
    if code > 0x10FFFF or code in _HIGH or code in _LOW or code & 0xFFFE == 0xFFFE:
        return ""
    character = chr(code)
    if unicodedata.category(character) == "Cc":
        return " " if character == "\t" else ""
    return "" if character == "\u00ad" else character


def _size(page: pypdfium2.PdfTextPage, glyph: int) -> float:
    """The height of a letter, in points, as it stands on the page."""
    box = _box(page, glyph)
    return 0.0 if box is None else abs(float(box.top) - float(box.bottom))


def _box(page: pypdfium2.PdfTextPage, glyph: int) -> raw.FS_RECTF | None:
    """The box of a letter and the space around it, in points; None where the page does not say."""
    box = raw.FS_RECTF()
    return box if raw.FPDFText_GetLooseCharBox(page, glyph, ctypes.byref(box)) else None


def _base(page: pypdfium2.PdfTextPage, glyph: int) -> float:
    """The height of a letter's base line, in points from the bottom of the page."""
    x, y = ctypes.c_double(), ctypes.c_double()
    return float(y.value) if raw.FPDFText_GetCharOrigin(page, glyph, x, y) else 0.0

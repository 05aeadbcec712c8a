"""The lines of one page of a PDF and the box of each of its letters, and a picture of the page."""

from __future__ import annotations

import base64
import ctypes
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce

import pypdfium2
import pypdfium2.raw as raw

from embeddings.errors import DocumentError
from embeddings.loaders.limits import Limits
from embeddings.loaders.pdf.marks import Box, Letters
from embeddings.loaders.pdf.opening import opened
from embeddings.loaders.pdf.page import read

_GRID = 1 << 24  # steps across a page, in which PDFium gives the place of a point


def letters(data: bytes, name: str, limits: Limits, page: int) -> Letters:
    """The lines and the boxes of a page, counted from 1.

    Raises:
        DocumentError: damaged, protected, or there is no such page.
    """
    with _page(data, name, page) as (document, shown):
        content = read(document, shown, limits.characters)
        wanted = {glyph for piece in content.pieces for glyph in piece.glyphs if glyph >= 0}
        wanted -= set(content.made) | set(content.places)
        boxes = _boxes(shown, wanted.union(*content.made.values()))
        for number, several in content.made.items():
            around = [boxes[glyph] for glyph in several if glyph in boxes]
            if around:
                boxes[number] = reduce(Box.joined, around)
        for number, place in content.places.items():
            boxes[number] = _on_page(shown, *place)
        return Letters(tuple(content.pieces), boxes)


@contextmanager
def _page(data: bytes, name: str, number: int) -> Iterator[tuple[pypdfium2.PdfDocument, pypdfium2.PdfPage]]:
    """A document and its page, counted from 1, while it is looked at. Raises DocumentError where there is none."""
    document = opened(data, name)
    try:
        if not 1 <= number <= len(document):
            raise DocumentError(f"{name}: has no page {number}; index it again")
        yield document, document[number - 1]
    finally:
        document.close()


def _boxes(page: pypdfium2.PdfPage, glyphs: set[int]) -> dict[int, Box]:
    """The box of each glyph that has one, on the page as it is shown: turned and cut as the file says."""
    text_page = page.get_textpage()
    try:
        boxes = {glyph: _box(page, text_page, glyph) for glyph in sorted(glyphs)}
        return {glyph: box for glyph, box in boxes.items() if box is not None}
    finally:
        text_page.close()


def _box(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, glyph: int) -> Box | None:
    rectangle = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text_page, glyph, ctypes.byref(rectangle)):
        return None
    box = _on_page(page, rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
    return box if box.right > box.left and box.bottom > box.top else None


def _on_page(page: pypdfium2.PdfPage, left: float, bottom: float, right: float, top: float) -> Box:
    """A rectangle on the page as it is shown."""
    one, other = _place(page, left, top), _place(page, right, bottom)
    return Box(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


def _place(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """A point of the page, in parts of its width and height from the upper left corner of what is shown."""
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return across.value / _GRID, down.value / _GRID


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as PNG."""

    png: bytes

    def to_json(self) -> str:
        """As JSON."""
        return json.dumps(base64.b64encode(self.png).decode("ascii"))


def picture(data: bytes, name: str, limits: Limits, page: int, width: int) -> Picture:
    """A page, counted from 1, as a picture so many pixels wide, at most three times as high.

    Raises:
        DocumentError: damaged, protected, or there is no such page.
    """
    with _page(data, name, page) as (_, shown):
        scale = width / max(shown.get_width(), shown.get_height() / 3, 1.0)
        out = io.BytesIO()
        shown.render(scale=scale, may_draw_forms=True).to_pil().save(out, format="PNG")
        return Picture(out.getvalue())

"""A page of a PDF -> its pieces."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2

from embeddings.loaders.pdf.glyphs import runs_of, turn_of_page
from embeddings.loaders.pdf.lines import Line
from embeddings.loaders.pdf.rows import pieces_of


@dataclass(frozen=True, slots=True)
class Read:
    """What stands on a page.

    Attributes:
        pieces: what stands on one line without a wide gap, row by row from the top.
        made: the letters of each character that stands for several.
    """

    pieces: list[Line]
    made: dict[int, tuple[int, ...]]


def read(page: pypdfium2.PdfPage, most: int) -> Read:
    """The pieces of a page; of at most so many characters."""
    text_page = page.get_textpage()
    try:
        return Read(*pieces_of(runs_of(text_page, most)))
    finally:
        text_page.close()


def height_of(page: pypdfium2.PdfPage) -> tuple[float, float]:
    """The heights of the lower and the upper edge of what is shown of a page, as its text is read."""
    left, bottom, right, top = page.get_bbox()
    text_page = page.get_textpage()
    try:
        turn = turn_of_page(text_page, text_page.count_chars())
    finally:
        text_page.close()
    return ((bottom, top), (left, right), (-top, -bottom), (-right, -left))[turn]

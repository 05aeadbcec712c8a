"""A page of a PDF -> its pieces."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2

from embeddings.loaders.pdf.glyphs import runs_of, turn_of
from embeddings.loaders.pdf.lines import Line
from embeddings.loaders.pdf.rows import pieces_of


@dataclass(frozen=True, slots=True)
class Read:
    """What stands on a page.

    Attributes:
        pieces: what stands on one line without a wide gap, row by row from the top.
        made: the letters of each character that stands for several.
        bottom, top: the heights of its edges, in points as its text is read.
    """

    pieces: list[Line]
    made: dict[int, tuple[int, ...]]
    bottom: float
    top: float


def read(page: pypdfium2.PdfPage, most: int) -> Read:
    """What stands on a page; of at most so many characters."""
    left, bottom, right, top = page.get_bbox()
    text_page = page.get_textpage()
    try:
        turn = turn_of(text_page)
        edges = ((bottom, top), (left, right), (-top, -bottom), (-right, -left))[turn]
        return Read(*pieces_of(runs_of(text_page, turn, most)), *edges)
    finally:
        text_page.close()

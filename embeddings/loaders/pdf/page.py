"""A page of a PDF -> its pieces."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as raw

from embeddings.loaders.pdf.fields import Filled, Rectangle, fields_of, with_fields
from embeddings.loaders.pdf.glyphs import runs_of, turn_of
from embeddings.loaders.pdf.lines import Line
from embeddings.loaders.pdf.ocr import Recognised, recognised
from embeddings.loaders.pdf.rows import pieces_of
from embeddings.loaders.pictures import available


@dataclass(frozen=True, slots=True)
class Read:
    """The text of a page, and where it stands.

    Attributes:
        pieces: the parts of lines without a wide gap in them, row by row from the top.
        made: the letters of each character that stands for several.
        places: where on the page each field of a form lies, by the number of its characters.
        bottom, top: the heights of its edges, in points as its text is read.
        filled: its fields as the form holds them.
        is_picture: whether it is a picture without text.
        recognised: whether its text was recognised on that picture.
    """

    pieces: list[Line]
    made: dict[int, tuple[int, ...]]
    places: dict[int, Rectangle]
    bottom: float
    top: float
    filled: Filled
    is_picture: bool = False
    recognised: bool = False


def read(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, most: int, recognise: bool = True) -> Read:
    """Reads a page of a document.

    Args:
        document, page: the page and its document.
        most: characters that are read of it.
        recognise: whether words are recognised on a page that is a picture, where the extra is installed.
    """
    text_page = page.get_textpage()
    try:
        turn = turn_of(text_page)
        pieces, made = pieces_of(runs_of(text_page, turn, most))
    finally:
        text_page.close()
    filled = fields_of(document, page)
    places: dict[int, Rectangle] = {}
    if filled.fields:
        pieces, places = with_fields(pieces, filled.fields, lambda box: _turned(box, turn))
    if not pieces and _has_picture(page):
        seen = recognised(page) if recognise and available() else Recognised([], {})
        return Read(seen.pieces, {}, seen.places, 0.0, page.get_height(), filled, True, bool(seen.pieces))
    _, bottom, _, top = _turned(page.get_bbox(), turn)
    return Read(pieces, made, places, bottom, top, filled)


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2), None) is not None


def _turned(box: Rectangle, turn: int) -> Rectangle:
    """A rectangle of a page as its text is read."""
    left, bottom, right, top = box
    return (
        (left, bottom, right, top),
        (-top, left, -bottom, right),
        (-right, -top, -left, -bottom),
        (bottom, -right, top, -left),
    )[turn]

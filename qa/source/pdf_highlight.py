"""A page of a PDF as a picture, with boxes over cited or searched words, and its words as selectable text.

The words lie unseen over the picture, each stretched over its letters, so that people can select and copy them. They
are an SVG, because its attributes can place each word; style attributes are forbidden inside a source.
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from markupsafe import Markup

from embeddings.loaders.pdf.marks import Page, PageMark, Word, picture, read_page
from embeddings.loading import data_inside
from embeddings.types import INSIDE, Document
from qa.source.find import Hits
from qa.source.pieces import escape
from qa.source.view import Range, View

WIDTH = 1_200  # pixels of a page's picture; shown smaller, so that it stays sharp
_MOST_BOXED = 500  # places of searched words that get a box on one page
_MOST_WORDS = 20_000  # words of one page that can be selected
_LETTERS = 0.85  # size of letters / height of their box
_UNDER = 0.22  # share of that size below the baseline
_UNITS = 10_000  # width and height of a page in the drawing of boxes and words


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that can be shown.

    Attributes:
        page: counted from 1.
        part: its text, as part of the document's.
        source: its picture, as the address of an image ("data:...").
        boxes: the marks over the picture, as SVG.
        words: the words over both, which can be selected, as SVG.
        notes: what people should know about the marks, in words.
    """

    page: int
    part: Range
    source: str
    boxes: Markup
    words: Markup
    notes: tuple[str, ...] = ()


def sheet_of(view: View, hits: Hits) -> Sheet:
    """The page that a view shows.

    Raises:
        DocumentError: the file is gone, damaged, or not the one that was read.
        ValueError: there is no such page.
    """
    document, page = view.document, page_of(view, hits)
    part = part_of(document, page)
    places = list(islice(hits.within(part), _MOST_BOXED))
    current = hits.current.cut(part) if hits.current is not None else None
    wanted = [view.quote, view.span, current, *places]
    ranges = [each.cut(part) if each is not None else Range(part.start, part.start) for each in wanted]
    data = drawn_from(document, view.data)
    letters = read_page(document, page, data)
    drawn = picture(document, page, WIDTH, data)
    quote, span, hit, *others = (letters.mark(each.start, each.end) for each in ranges)
    is_on = span is not None
    boxes = [
        *_rectangles([quote] if is_on else [], "quote"),
        *_rectangles([mark for mark in others if mark != hit], "place"),
        *_rectangles([hit], "hit"),
        *_rectangles([span], "span"),
    ]
    return Sheet(
        page,
        part,
        f"data:image/png;base64,{base64.b64encode(drawn).decode('ascii')}",
        Markup(f"{_svg('boxes')}{''.join(boxes)}</svg>"),
        _words(letters),
        tuple(_notes(view, part, span)),
    )


def drawn_from(document: Document, data: bytes | None) -> bytes | None:
    """The bytes that a document's pages are drawn from: those at hand, else those inside another file; None where the
    document's own path leads to them. Raises DocumentError where the other file is gone."""
    return data if data is not None or INSIDE not in document.source else data_inside(document.source)


def page_of(view: View, hits: Hits) -> int:
    """The page that a view shows: the one it names, else that of the hit, else that of the span.

    Raises ValueError where there is no such page.
    """
    pages = view.document.layout.pages
    if view.page is not None:
        if not 1 <= view.page <= len(pages):
            raise ValueError(f"There is no page {view.page}: the document has {len(pages)}.")
        return view.page
    focus = hits.current if hits.current is not None else view.span
    return max(1, bisect_right(pages, focus.start)) if focus is not None else 1


def part_of(document: Document, page: int) -> Range:
    """The text of a page."""
    pages = document.layout.pages
    start = pages[page - 1] if page > 1 else 0
    return Range(start, pages[page] if page < len(pages) else len(document.text))


def _rectangles(marks: Sequence[PageMark | None], kind: str) -> Iterator[str]:
    """The boxes of marks. The first box of the span and of the hit has an id, to scroll to."""
    boxes = [box for mark in marks if mark is not None for box in mark.boxes]
    for number, box in enumerate(boxes):
        anchor = f' id="{kind}"' if number == 0 and kind in ("span", "hit") else ""
        left, top, right, bottom = (round(edge * _UNITS) for edge in (box.left, box.top, box.right, box.bottom))
        yield (
            f'<rect{anchor} class="{kind}" x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"></rect>'
        )


def _words(page: Page) -> Markup:
    """The words of a page over its picture. Together they are exactly its text, which begins at `data-start`."""
    pieces, last = [], page.first
    for word in islice(page.words(), _MOST_WORDS):
        between = escape(page.text[last - page.first : word.start - page.first])
        pieces += [between.replace("\n\n", "\n\n</text><text>"), _word(page, word)]
        last = word.end
    start = f' data-start="{page.first}"'
    return Markup(f"{_svg('words', start)}<text>{''.join(pieces)}</text></svg>")


def _svg(kind: str, more: str = "") -> str:
    """The opening tag of a drawing over the whole page."""
    return f'<svg class="{kind}" viewBox="0 0 {_UNITS} {_UNITS}" preserveAspectRatio="none" aria-hidden="true"{more}>'


def _word(page: Page, word: Word) -> str:
    """A word as wide as its letters, and about as high."""
    left, right, top, bottom = (
        round(edge * _UNITS) for edge in (word.box.left, word.box.right, word.box.top, word.box.bottom)
    )
    size = max(1, round(_LETTERS * (bottom - top)))
    return (
        f'<tspan x="{left}" y="{bottom - round(_UNDER * size)}" font-size="{size}" textLength="{max(1, right - left)}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(page.text[word.start - page.first : word.end - page.first])}</tspan>'
    )


def _notes(view: View, part: Range, mark: PageMark | None) -> Iterator[str]:
    sure = view.document.layout.certainty(part.start, part.end)
    if sure < 1:
        yield f"The words of this page were read by OCR; its least certain line is {sure:.0%} sure."
    if view.span is None:
        return
    if mark is not None and not mark.exact:
        yield "The page does not say where each of its letters lies: the whole lines of the words are marked."
    if mark is not None and view.span.end > part.end and view.document.text[part.end : view.span.end].strip():
        yield "The words go on on the next page."
    if mark is not None and view.span.start < part.start:
        yield "The words begin on the page before."

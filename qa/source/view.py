"""Which part of a source to show, and its address. Offsets count code points of the document's text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from embeddings.loaders.formats import DRAWN
from embeddings.types import Document
from qa.types import Citation

WINDOW = 200_000  # characters of a document on one page
LONGEST_FIND = 200  # characters that are looked for
_SNAP = 2_000  # how far a window's edge moves to fall between paragraphs
_BREAK = re.compile(r"\n[ \t]*\n\s*")
_LINE_BREAK = re.compile(r"\n")


@dataclass(frozen=True, slots=True)
class Range:
    """Part of a text, in code points, half open.

    >>> Range(2, 5).cut(Range(4, 9))
    Range(start=4, end=5)
    """

    start: int
    end: int

    def cut(self, other: Range) -> Range:
        """The common part; an empty range without one."""
        start = max(self.start, other.start)
        return Range(start, max(start, min(self.end, other.end)))

    @property
    def is_empty(self) -> bool:
        """Whether no character lies in it."""
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class View:
    """What to show of a document.

    Attributes:
        document: the document.
        span: the words to mark; None for none.
        quote: the sentence to shade, which holds the span; None for none.
        offset: where the window begins, or None to choose it by the hit or the span.
        page: of a PDF, counted from 1; None to choose it by the hit or the span.
        as_text: whether the text of a PDF is shown in place of its pages.
        find: words to look for; None for none.
        data: the bytes of a file that is not on a disk.
        hit: which of the places of `find` is shown, counted from 1; None for the first at or after the span.
    """

    document: Document
    span: Range | None = None
    quote: Range | None = None
    offset: int | None = None
    page: int | None = None
    as_text: bool = False
    find: str | None = None
    hit: int | None = None
    data: bytes | None = field(default=None, repr=False)

    @property
    def has_pages(self) -> bool:
        """Whether the document is a PDF or a picture, whose pages can be shown."""
        return self.document.media_type in DRAWN and bool(self.document.layout.pages)


def citation_url(citation: Citation) -> str:
    """The address of a citation's source, scrolled to its words; relative to the chat's own address."""
    return view_url(
        View(
            citation.document,
            Range(citation.start, citation.end),
            Range(citation.quote_start, citation.quote_end),
        )
    )


def deep_link(citation: Citation) -> str:
    """The address of the chat with a citation's source open at its words; relative to the chat's own address."""
    return "?" + _query({"document": citation.document.id, "start": citation.start, "end": citation.end})


def view_url(view: View) -> str:
    """The address of a view, relative to the chat's own, so that it holds behind a proxy: "source?document=..."."""
    anchor = ""
    if view.offset is None and view.find is not None:
        anchor = "#hit"
    elif view.offset is None and view.page is None and view.span is not None:
        anchor = "#span"
    return f"source?{_query(fields(view))}{anchor}"


def document_url(id: str) -> str:
    """The address of a document, from its beginning."""
    return f"source?{_query({'document': id})}"


def fields(view: View) -> dict[str, str | int]:
    """A view as the fields of its address."""
    named: dict[str, str | int] = {"document": view.document.id}
    if view.span is not None:
        named |= {"start": view.span.start, "end": view.span.end}
    if view.quote is not None:
        named |= {"quote_start": view.quote.start, "quote_end": view.quote.end}
    numbers = {"offset": view.offset, "page": view.page, "hit": view.hit}
    named |= {name: number for name, number in numbers.items() if number is not None}
    if view.as_text:
        named["as"] = "text"
    if view.find is not None:
        named["find"] = view.find
    return named


def moved(view: View, offset: int | None = None, page: int | None = None, hit: int | None = None) -> View:
    """The same view elsewhere in its document."""
    return replace(view, offset=offset, page=page, hit=hit)


def _query(named: dict[str, str | int]) -> str:
    return urlencode(named, quote_via=quote)


def window_of(view: View, focus: Range | None) -> Range:
    """The part of the text that is shown: all of it, or a window around a range, cut between paragraphs or rows."""
    document = view.document
    if len(document.text) <= WINDOW:
        return Range(0, len(document.text))
    if view.offset is not None:
        start = view.offset
    elif focus is not None:
        start = snapped(document, focus.start - WINDOW // 2)
    else:
        start = 0
    return Range(start, snapped(document, start + WINDOW))


def snapped(document: Document, offset: int) -> int:
    """The first beginning of a paragraph or row at or after an offset; the offset itself if none is near."""
    text = document.text
    if offset <= 0 or offset >= len(text):
        return max(0, min(offset, len(text)))
    between = _LINE_BREAK if document.layout.rows else _BREAK
    edge = between.search(text, offset, offset + _SNAP)
    return offset if edge is None else edge.end()

"""The source beside the answer: a document as a page, its cited span marked by the server.

Offsets count code points and a browser counts UTF-16, so the marks are put in here and never by a script; the pages
hold no script at all. Text becomes HTML in one place, `_text`, where all of it is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, urlencode

from embeddings.records import Listed
from embeddings.sections import sections
from embeddings.types import Document
from qa.types import Citation

STYLE = (Path(__file__).parent / "static" / "source.css").read_text("utf-8")  # inline: a sandboxed page has no 'self'
WINDOW = 200_000  # characters of a document on one page
MOST_LISTED = 300  # documents on the page that lists them
_PASSAGE = 250  # characters; a longer span is a passage, not an answer
_SNAP = 2_000  # how far a window's edge moves to fall between paragraphs
_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Range:
    """Part of a text, in code points, half open.

    >>> Range(2, 5).cut(Range(4, 9))
    Range(start=4, end=5)
    """

    start: int
    end: int

    def cut(self, other: Range) -> Range:
        """What both have in common; an empty range where they have nothing in common."""
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
        span: the words to mark, or None.
        quote: the sentence to shade, or None; it holds the span.
        offset: where the window begins, or None to choose it by the span.
    """

    document: Document
    span: Range | None = None
    quote: Range | None = None
    offset: int | None = None


def citation_url(citation: Citation) -> str:
    """Where the source of a citation is shown, scrolled to its words."""
    return view_url(
        View(
            citation.document,
            Range(citation.start, citation.end),
            Range(citation.quote_start, citation.quote_end),
        )
    )


def view_url(view: View) -> str:
    """The address of a view, without a host."""
    fields: dict[str, str | int] = {"document": view.document.id}
    if view.span is not None:
        fields |= {"start": view.span.start, "end": view.span.end}
    if view.quote is not None:
        fields |= {"quote_start": view.quote.start, "quote_end": view.quote.end}
    if view.offset is not None:
        fields["offset"] = view.offset
    shows_span = view.span is not None and view.offset is None
    return f"/source?{urlencode(fields, quote_via=quote)}" + ("#span" if shows_span else "")


def page_of_source(view: View) -> str:
    """The page of a document: its title, date and source, then its text with the marks put in."""
    document = view.document
    window = _window(view)
    known = (document.author, document.date or "undated", document.source)
    facts = " · ".join(html.escape(fact) for fact in known if fact)
    body = (
        '<nav><a href="/source">All documents</a></nav>'
        f'<header><h1 dir="auto">{html.escape(document.title)}</h1><p class="facts">{facts}</p></header>'
        f"{_neighbour(view, window, earlier=True)}<main>{_text(view, window)}</main>"
        f"{_neighbour(view, window, earlier=False)}"
    )
    return _page(document.title, body)


def page_of_documents(documents: Sequence[Listed], count: int) -> str:
    """The page before the first citation: the first documents of `count`, each a link to its text."""
    if not documents:
        return page_of_message("No documents yet", "There is nothing to ask: add a file or a folder and start again.")
    items = "".join(
        f'<li><a dir="auto" href="/source?document={quote(document.id)}">{html.escape(document.title)}</a>'
        f'<span class="facts">{html.escape(document.date or "undated")} · {_passages(document.passages)}</span></li>'
        for document in documents
    )
    body = (
        '<header><h1>Sources</h1><p class="lead">Ask a question: the passage that answers it opens here, '
        "with the exact words marked. Or read a document.</p></header>"
        f'<ul class="documents">{items}</ul>{_others(count - len(documents))}'
    )
    return _page("Sources", body)


def _passages(count: int) -> str:
    return "1 passage" if count == 1 else f"{count:,} passages"


def _others(count: int) -> str:
    """What is said of documents that are not listed."""
    if count <= 0:
        return ""
    return f'<p class="facts">… and {count:,} more, which answers come from as well: pincite documents list</p>'


def page_of_message(title: str, words: str) -> str:
    """A page that says why there is nothing else to show."""
    body = (
        '<nav><a href="/source">All documents</a></nav>'
        f"<header><h1>{html.escape(title)}</h1></header><p>{html.escape(words)}</p>"
    )
    return _page(title, body)


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{html.escape(title)} - Pincite</title>"
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )


def _window(view: View) -> Range:
    """The part of the text that is shown: all of it, or a window around the span, cut between paragraphs."""
    text = view.document.text
    if len(text) <= WINDOW:
        return Range(0, len(text))
    if view.offset is not None:
        start = view.offset
    elif view.span is not None:
        start = _between_paragraphs(text, view.span.start - WINDOW // 2)
    else:
        start = 0
    return Range(start, _between_paragraphs(text, start + WINDOW))


def _between_paragraphs(text: str, offset: int) -> int:
    """The first paragraph's beginning at or after an offset, or the offset itself where none is near."""
    if offset <= 0 or offset >= len(text):
        return max(0, min(offset, len(text)))
    found = _PARAGRAPH_BREAK.search(text, offset, offset + _SNAP)
    return offset if found is None else found.end()


def _neighbour(view: View, window: Range, *, earlier: bool) -> str:
    """The link to the window before or after this one, empty where there is none."""
    if earlier and window.start > 0:
        offset = _between_paragraphs(view.document.text, window.start - WINDOW)
        label, mark = "Earlier in this document", "earlier"
    elif not earlier and window.end < len(view.document.text):
        offset, label, mark = window.end, "Later in this document", "later"
    else:
        return ""
    url = view_url(View(view.document, view.span, view.quote, offset))
    return f'<p class="{mark}"><a href="{html.escape(url)}">{label}</a></p>'


def _text(view: View, window: Range) -> str:
    """A window's text as HTML, cut where a mark, a shade or a heading begins or ends, each piece in what covers it."""
    layers = [_Layer(heading, "<strong>", "</strong>") for heading in _headings(view.document, window)]
    layers += [_Layer(view.quote.cut(window), '<span class="quote">', "</span>")] if view.quote is not None else []
    layers += [_mark(view.span, window)] if view.span is not None else []
    layers = [layer for layer in layers if not layer.part.is_empty]
    edges = {window.start, window.end} | {edge for layer in layers for edge in (layer.part.start, layer.part.end)}
    pieces = []
    for start, end in pairwise(sorted(edges)):
        piece = escape(view.document.text[start:end])
        for layer in layers:
            if layer.part.start <= start and end <= layer.part.end:
                piece = f"{layer.opening}{piece}{layer.closing}"
        pieces.append(piece)
    return "".join(pieces).replace("<mark", '<mark id="span"', 1)  # all text is escaped: every <mark> is ours


@dataclass(frozen=True, slots=True)
class _Layer:
    """A part of a text, and the tags around each piece of it."""

    part: Range
    opening: str
    closing: str


def _mark(span: Range, window: Range) -> _Layer:
    """Words are marked strongly, a whole passage lightly, to stay readable."""
    is_passage = span.end - span.start > _PASSAGE
    return _Layer(span.cut(window), '<mark class="passage">' if is_passage else "<mark>", "</mark>")


def _headings(document: Document, window: Range) -> Iterator[Range]:
    """The heading lines of a window; a table has none."""
    if document.layout.rows:
        return
    told = [
        (start - window.start, end - window.start) for start, end in document.layout.headings if start >= window.start
    ]
    for section in sections(document.text[window.start : window.end], document.media_type, told):
        if section.heading is not None and section.start < section.body_start:
            yield Range(window.start + section.start, window.start + section.body_start)


def escape(text: str) -> str:
    """Text as HTML that reads back as exactly this text: markup escaped, lone carriage returns kept.

    >>> escape("<b>1 & 2</b>")
    '&lt;b&gt;1 &amp; 2&lt;/b&gt;'
    """
    return html.escape(text).replace("\r", "&#13;")

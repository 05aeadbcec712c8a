"""Text as HTML with marks in it. Offsets count code points and a browser counts UTF-16, so the marks are put in here
and never by a script. Text becomes HTML in one place, `escape`, where all of it is escaped.
"""

from __future__ import annotations

import html
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from embeddings.text.sections import sections
from embeddings.types import Document
from qa.source.find import NO_HITS, Hits
from qa.source.view import Range, View

_PASSAGE = 250  # characters; a longer span is a passage, not an answer


@dataclass(frozen=True, slots=True)
class _Layer:
    """A part of a text, and the tags that go around it."""

    part: Range
    opening: str
    closing: str


def marked_text(view: View, window: Range, hits: Hits = NO_HITS) -> str:
    """A window's text as HTML, its rows as a list, each piece in what covers it: heading, hit, quote, span."""
    layers = [layer for layer in _layers(view, window, hits) if not layer.part.is_empty]
    rows = view.document.layout.rows
    shown = _rows(view, window, layers) if rows else _pieces(view.document.text, window, layers)
    # All text is escaped, so every tag is ours.
    return shown.replace("<mark", '<mark id="span"', 1).replace("<b class", '<b id="hit" class', 1)


def _layers(view: View, window: Range, hits: Hits) -> Iterator[_Layer]:
    """The layers in a window, from the innermost to the outermost."""
    for heading in _headings(view.document, window):
        yield _Layer(heading, "<strong>", "</strong>")
    for place in hits.within(window):
        yield _Layer(place, "<i>", "</i>")
    if hits.current is not None:
        yield _Layer(hits.current.cut(window), '<b class="hit">', "</b>")
    if view.quote is not None:
        yield _Layer(view.quote.cut(window), '<span class="quote">', "</span>")
    if view.span is not None:
        yield _Layer(view.span.cut(window), mark_of(view.span.end - view.span.start), "</mark>")


def mark_of(length: int) -> str:
    """The tag that marks words: strongly, or lightly where they are a whole passage, which must stay readable."""
    return '<mark class="passage">' if length > _PASSAGE else "<mark>"


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


def _pieces(text: str, part: Range, layers: Sequence[_Layer]) -> str:
    """A part of a text, cut where a layer begins or ends.

    Each layer is opened where it begins and dropped where it ends, so the cost grows only with the number of layers.
    """
    inside = [_Layer(cut, each.opening, each.closing) for each in layers if not (cut := each.part.cut(part)).is_empty]
    edges = sorted({part.start, part.end} | {edge for layer in inside for edge in (layer.part.start, layer.part.end)})
    starting: dict[int, list[int]] = {}
    for number, layer in enumerate(inside):
        starting.setdefault(layer.part.start, []).append(number)
    open_layers: list[int] = []
    pieces = []
    for start, end in pairwise(edges):
        open_layers = [number for number in open_layers if inside[number].part.end > start]
        open_layers = sorted([*open_layers, *starting.get(start, ())])
        piece = escape(text[start:end])
        for number in open_layers:
            piece = f"{inside[number].opening}{piece}{inside[number].closing}"
        pieces.append(piece)
    return "".join(pieces)


def _rows(view: View, window: Range, layers: Sequence[_Layer]) -> str:
    """The rows of a window as a list with the numbers that they have in their file; those of the span stand out."""
    text, rows = view.document.text, view.document.layout.rows
    starts = [start for start, _ in rows]
    first, last = _touched(starts, window)
    over: dict[int, list[_Layer]] = {}
    for layer in layers:
        top, bottom = _touched(starts, layer.part)
        for index in range(max(top, first), min(bottom, last) + 1):
            over.setdefault(index, []).append(layer)
    lead = _pieces(text, window.cut(Range(0, starts[0])), layers)
    items = []
    for index in range(first, last + 1):
        end = starts[index + 1] if index + 1 < len(starts) else len(text)
        whole = Range(starts[index], end)
        is_cited = view.span is not None and not view.span.cut(whole).is_empty
        cited = ' class="cited" aria-current="true"' if is_cited else ""
        items.append(
            f'<li value="{rows[index][1]}"{cited}>{_pieces(text, whole.cut(window), over.get(index, ()))}</li>'
        )
    return f'{lead}<ol class="rows">{"".join(items)}</ol>'


def _touched(starts: Sequence[int], part: Range) -> tuple[int, int]:
    """The first and the last row that a part of the text touches."""
    return max(0, bisect_right(starts, part.start) - 1), max(0, bisect_right(starts, part.end - 1) - 1)


def escape(text: str) -> str:
    """Text as HTML that reads back as exactly this text: markup escaped, lone carriage returns kept.

    >>> escape("<b>1 & 2</b>")
    '&lt;b&gt;1 &amp; 2&lt;/b&gt;'
    """
    return html.escape(text).replace("\r", "&#13;")

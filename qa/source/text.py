"""Text as HTML with marks in it. Offsets count code points and a browser counts UTF-16, so the marks are put in here
and never by a script. A table is shown as a table; all of its text is there, in its order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from embeddings.text.sections import sections
from embeddings.types import Document
from qa.source.find import NO_HITS, Hits
from qa.source.pieces import Layer, pieces_of
from qa.source.tables import regions_of, table_of
from qa.source.view import Range, View

_PASSAGE = 250  # characters; a longer span is a passage, not an answer


def marked_text(view: View, window: Range, hits: Hits = NO_HITS) -> str:
    """A window's text as HTML, tables as tables, other rows as a list; headings, hits, quote and span are marked."""
    layers = [layer for layer in _layers(view, window, hits) if not layer.part.is_empty]
    parts, at = [], window.start
    for region in regions_of(view.document, window):
        if region.part.start < at:
            continue
        parts += [_between(view, Range(at, region.part.start), layers), table_of(view, region, layers)]
        at = region.part.end
    shown = "".join((*parts, _between(view, Range(at, window.end), layers)))
    # All text is escaped, so every tag is ours.
    return shown.replace("<mark", '<mark id="span"', 1).replace("<b class", '<b id="hit" class', 1)


def _between(view: View, part: Range, layers: Sequence[Layer]) -> str:
    """The text between tables."""
    if part.is_empty:
        return ""
    return _rows(view, part, layers) if view.document.layout.rows else pieces_of(view.document.text, part, layers)


def _layers(view: View, window: Range, hits: Hits) -> Iterator[Layer]:
    """The layers in a window, from the innermost to the outermost."""
    for heading in _headings(view.document, window):
        yield Layer(heading, "<strong>", "</strong>")
    for place in hits.within(window):
        yield Layer(place, "<i>", "</i>")
    if hits.current is not None:
        yield Layer(hits.current.cut(window), '<b class="hit">', "</b>")
    if view.quote is not None:
        yield Layer(view.quote.cut(window), '<span class="quote">', "</span>")
    if view.span is not None:
        yield Layer(view.span.cut(window), mark_of(view.span.end - view.span.start), "</mark>")


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


def _rows(view: View, window: Range, layers: Sequence[Layer]) -> str:
    """The rows of a window as a list with the numbers that they have in their file; those of the span stand out."""
    text, rows = view.document.text, view.document.layout.rows
    starts = [start for start, _ in rows]
    first, last = _touched(starts, window)
    over: dict[int, list[Layer]] = {}
    for layer in layers:
        top, bottom = _touched(starts, layer.part)
        for index in range(max(top, first), min(bottom, last) + 1):
            over.setdefault(index, []).append(layer)
    lead = pieces_of(text, window.cut(Range(0, starts[0])), layers)
    if window.end <= starts[0]:
        return lead
    items = []
    for index in range(first, last + 1):
        end = starts[index + 1] if index + 1 < len(starts) else len(text)
        whole = Range(starts[index], end)
        is_cited = view.span is not None and not view.span.cut(whole).is_empty
        cited = ' class="cited" aria-current="true"' if is_cited else ""
        items.append(
            f'<li value="{rows[index][1]}"{cited}>{pieces_of(text, whole.cut(window), over.get(index, ()))}</li>'
        )
    return f'{lead}<ol class="rows">{"".join(items)}</ol>'


def _touched(starts: Sequence[int], part: Range) -> tuple[int, int]:
    """The first and the last row that a part of the text touches."""
    return max(0, bisect_right(starts, part.start) - 1), max(0, bisect_right(starts, part.end - 1) - 1)

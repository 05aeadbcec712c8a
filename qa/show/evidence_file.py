"""A conversation as one file of HTML that shows its evidence: answers, and documents with the cited words marked.

`evidence_file.html` is its template. A number leads from a citation to its mark in the document, and back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from markupsafe import Markup

from embeddings.types import Document
from qa.kept.conversation import Recalled
from qa.render import confidence_words, disagreement_title, per_cent, place, split_quote
from qa.show.evidence_windows import windows_of
from qa.show.refusal import CLOSEST, NO_ANSWER
from qa.source.pieces import Layer, escape
from qa.source.tables import Region, regions_of, table_of
from qa.source.templates import Macros, hash_source, style_of
from qa.source.text import mark_of
from qa.source.view import Range, View, deep_link
from qa.titles import SameTitle, of_answers, same_title, titled
from qa.types import Citation

STYLE = style_of("evidence")


@dataclass(frozen=True, slots=True)
class About:
    """What an evidence file says about itself.

    Attributes:
        when: the moment of the export.
        base: the address of the chat, to which the places of citations are appended; "" for no links out of the file.
        index: the index that was asked, in words; "" to leave that out.
    """

    when: datetime
    base: str = ""
    index: str = ""

    @property
    def exported(self) -> str:
        """When, in words."""
        return f"Exported {self.when:%Y-%m-%d %H:%M %Z}".rstrip()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A citation and its number in the file."""

    number: int
    citation: Citation


@dataclass(slots=True)
class _Cited:
    """All citations of a file, each place once, numbered as they appear; `same_title` as in `qa.titles`."""

    same_title: SameTitle
    numbers: dict[tuple[str, int, int], Numbered] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def number(self, citation: Citation) -> int:
        """The number of a citation's place."""
        key = (citation.document.content_hash, citation.start, citation.end)
        return self.numbers.setdefault(key, Numbered(len(self.numbers) + 1, citation)).number

    def is_first(self, number: int) -> bool:
        """Whether this number comes for the first time."""
        is_new = number not in self.seen
        self.seen.add(number)
        return is_new

    def by_document(self) -> list[tuple[Document, list[Numbered]]]:
        """The documents in the order in which they are cited, each with its citations."""
        groups: dict[str, list[Numbered]] = {}
        for each in self.numbers.values():
            groups.setdefault(each.citation.document.content_hash, []).append(each)
        return [(group[0].citation.document, group) for group in groups.values()]


def to_html(turns: Sequence[Recalled], about: About) -> str:
    """The evidence file of a conversation.

    Args:
        turns: oldest first.
        about: what the file says about itself.
    """
    cited = _Cited(same_title(of_answers(turn.answer for turn in turns if turn.answer is not None)))
    answers = _FILE.answers(turns, cited, about)  # which numbers the citations
    groups = cited.by_document()
    windows = windows_of([(document, [mark.citation for mark in marks]) for document, marks in groups])
    documents = [
        (document, titled(document, cited.same_title), Markup(marked_text(document, marks, parts)))
        for (document, marks), parts in zip(groups, windows.parts, strict=True)
    ]
    return f"{_FILE.file(turns, answers, documents, windows.rule, about)}\n"


def marked_text(document: Document, marks: Sequence[Numbered], windows: Sequence[Range]) -> str:
    """Parts of the text of a document with its citations marked.

    Without its tags, and without the lines that say what is left out, it is exactly those parts of the text.
    """
    pieces, shown = [], 0
    for window in windows:
        pieces += [_FILE.gap(window.start - shown), _window_text(document, marks, window)]
        shown = window.end
    written = "".join([*pieces, _FILE.gap(len(document.text) - shown)])
    for mark in marks:  # words that go on behind a table are one citation still
        before, back, after = written.partition(_back(mark.number))
        written = before + back + after.replace(back, "") if back else written
    return written


def _window_text(document: Document, marks: Sequence[Numbered], window: Range) -> str:
    """A window's text, its tables as tables."""
    shown, at = [], window.start
    for region in regions_of(document, window):
        if region.part.start >= at:
            shown += [_plain_text(document, marks, Range(at, region.part.start)), _table(document, marks, region)]
            at = region.part.end
    return "".join((*shown, _plain_text(document, marks, Range(at, window.end))))


def _table(document: Document, marks: Sequence[Numbered], region: Region) -> str:
    """The rows of a table with what is cited in them marked."""
    here = [mark for mark in marks if not Range(mark.citation.start, mark.citation.end).cut(region.part).is_empty]
    layers = [
        Layer(Range(mark.citation.start, mark.citation.start + 1), _back(mark.number), "")
        for mark in here
        if mark.citation.start >= region.part.start
    ]
    layers += [
        Layer(Range(mark.citation.quote_start, mark.citation.quote_end), '<span class="quote">', "</span>")
        for mark in marks
    ]
    for mark in here:
        span = Range(mark.citation.start, mark.citation.end)
        layers.append(Layer(span, mark_of(span.end - span.start), "</mark>"))
    cited = Range(here[0].citation.start, here[0].citation.end) if here else None
    return table_of(View(document, cited), region, [layer for layer in layers if not layer.part.is_empty])


def _plain_text(document: Document, marks: Sequence[Numbered], window: Range) -> str:
    """A part of a text, cut where a mark or a quote begins or ends."""
    if window.is_empty:
        return ""
    spans = [(mark, Range(mark.citation.start, mark.citation.end).cut(window)) for mark in marks]
    quotes = [Range(mark.citation.quote_start, mark.citation.quote_end).cut(window) for mark in marks]
    spans = [(mark, span) for mark, span in spans if not span.is_empty]
    parts = [*(span for _, span in spans), *(quote for quote in quotes if not quote.is_empty)]
    edges = sorted({window.start, window.end, *(edge for part in parts for edge in (part.start, part.end))})
    return "".join(_pieces(document, edges, spans, quotes))


def _pieces(
    document: Document, edges: Sequence[int], spans: Sequence[tuple[Numbered, Range]], quotes: Sequence[Range]
) -> Iterator[str]:
    for start, end in pairwise(edges):
        for mark, span in spans:
            if span.start == start:
                yield _back(mark.number)
        piece = escape(document.text[start:end])
        over = [mark for mark, span in spans if span.start <= start and end <= span.end]
        if over:
            yield _mark(min(over, key=lambda each: each.citation.end - each.citation.start).citation, piece)
        elif any(quote.start <= start and end <= quote.end for quote in quotes):
            yield f'<span class="quote">{piece}</span>'
        else:
            yield piece


def _back(number: int) -> str:
    return str(_FILE.back(number))  # no Markup, which would escape what it is put together with


def _mark(citation: Citation, piece: str) -> str:
    return f"{mark_of(citation.end - citation.start)}{piece}</mark>"


_FILE = Macros(
    "show/evidence_file.html",
    *(confidence_words, deep_link, disagreement_title, per_cent, place, split_quote),
    CLOSEST=CLOSEST,
    NO_ANSWER=NO_ANSWER,
    mark_of=lambda citation: Markup(mark_of(citation.end - citation.start)),
    hash=Markup(hash_source(STYLE)),
    style=STYLE,
)

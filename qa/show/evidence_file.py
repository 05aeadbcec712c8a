"""A conversation as one file of HTML that shows its evidence: answers, and documents with the cited words marked.

It needs nothing else: no script, no font, no picture; its policy forbids everything but its own style. A number leads
from a citation to its mark in the document, and back. Text becomes HTML by `qa.source.page.escape` alone.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from embeddings.types import Document
from qa.kept.conversation import Recalled
from qa.render import confidence_words, counted, disagreement_title, per_cent, place, split_quote
from qa.show.evidence_windows import Windows, windows_of
from qa.show.refusal import CLOSEST, NO_ANSWER
from qa.source.pieces import escape
from qa.source.templates import style_of
from qa.source.text import mark_of
from qa.source.view import Range, deep_link
from qa.talk.exchange import Lost
from qa.titles import SameTitle, of_answers, same_title, titled
from qa.types import Answer, Citation

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

    def anchor(self, number: int) -> str:
        """The id attribute of a number's first place in the answers; "" for later places."""
        if number in self.seen:
            return ""
        self.seen.add(number)
        return f' id="answer-{number}"'

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
    answers = "".join(_turn(number, turn, cited, about) for number, turn in enumerate(turns, start=1))
    groups = cited.by_document()
    windows = windows_of([(document, [mark.citation for mark in marks]) for document, marks in groups])
    documents = "".join(
        _document(*group, parts, cited.same_title) for group, parts in zip(groups, windows.parts, strict=True)
    )
    body = (
        f"{_head(turns, len(groups), about)}<main>"
        f'<h2 class="part">Answers</h2>{answers or "<p>No question was asked.</p>"}'
        f"{_part_of_documents(documents, windows)}</main>"
    )
    return _page(f"Evidence: {turns[0].question}" if turns else "Evidence", body)


def marked_text(document: Document, marks: Sequence[Numbered], windows: Sequence[Range]) -> str:
    """Parts of the text of a document with its citations marked.

    Without its tags, and without the lines that say what is left out, it is exactly those parts of the text.
    """
    pieces, shown = [], 0
    for window in windows:
        pieces += [_gap(window.start - shown), _window_text(document, marks, window)]
        shown = window.end
    return "".join([*pieces, _gap(len(document.text) - shown)])


def _head(turns: Sequence[Recalled], documents: int, about: About) -> str:
    facts = [
        f"Exported {about.when:%Y-%m-%d %H:%M %Z}".rstrip(),
        counted(len(turns), "question"),
        f"{counted(documents, 'document')} cited",
        *([about.index] if about.index else []),
    ]
    items = "".join(
        f'<li><a href="#question-{number}" dir="auto">{escape(turn.question)}</a></li>'
        for number, turn in enumerate(turns, start=1)
    )
    return (
        f'<header><h1>Evidence</h1><p class="facts">{escape(" · ".join(facts))}</p>'
        '<p class="lead">Every answer is words that stand in a document. A number leads to those words, marked in the '
        "text below, and from there back to the answer.</p></header>"
        f'<nav aria-label="Questions"><h2 class="part">Questions</h2><ol class="contents">{items}</ol></nav>'
    )


def _part_of_documents(documents: str, windows: Windows) -> str:
    if not documents:
        return ""
    return f'<h2 class="part">Documents</h2><p class="facts">{escape(windows.rule)}</p>{documents}'


def _turn(number: int, turn: Recalled, cited: _Cited, about: About) -> str:
    understood = ""
    if " ".join(turn.question.split()) != " ".join(turn.understood.split()):
        understood = f'<p class="understood" dir="auto">Understood as: {escape(turn.understood)}</p>'
    lost = "".join(lost_words(each) for each in turn.lost)
    if turn.answer is None:
        shown = f'<p class="words" dir="auto">{escape(turn.text or NO_ANSWER)}</p>'
    else:
        shown = _answer(turn.answer, cited, about)
    return (
        f'<article class="turn" id="question-{number}"><h2 dir="auto">{escape(turn.question)}</h2>'
        f"{understood}{shown}{lost}</article>"
    )


def _answer(answer: Answer, cited: _Cited, about: About) -> str:
    if answer.text is None:
        passages = "".join(_evidence(passage, cited, about) for passage in answer.passages[:CLOSEST])
        closest = f"<h3>The closest passages</h3>{passages}" if passages else ""
        chance = f"The best words found would be right with a probability of {per_cent(answer.confidence)}."
        return f'<p class="none">{NO_ANSWER}</p><p class="confidence">{chance}</p>{closest}'
    if not answer.alternatives:
        return _side(answer, cited, about)
    sides = "".join(
        f'<section class="side">{_side(side, cited, about)}</section>' for side in (answer, *answer.alternatives)
    )
    return f"<h3>{disagreement_title(answer)}</h3>{sides}"


def _side(answer: Answer, cited: _Cited, about: About) -> str:
    sure = confidence_words(answer.confidence)
    evidence = "".join(_evidence(citation, cited, about) for citation in answer.citations)
    return f'<p class="words" dir="auto">{escape(answer.text or "")}</p><p class="confidence">{sure}</p>{evidence}'


def _evidence(citation: Citation, cited: _Cited, about: About) -> str:
    """A quote with its words marked, and the number that leads to them in their document."""
    number = cited.number(citation)
    before, span, after = split_quote(citation)
    link = f'<a class="number" href="#mark-{number}" aria-label="Citation {number}, in its document">{number}</a>'
    out = ""
    if about.base:
        address = html.escape(f"{about.base.rstrip('/')}/{deep_link(citation)}")
        out = f' · <a href="{address}" rel="noreferrer">open in Pincite</a>'
    where = escape(place(citation, cited.same_title))
    marked = f"{escape(before.lstrip())}{_mark(citation, escape(span))}{escape(after.rstrip())}"
    return (
        f'<div class="evidence"{cited.anchor(number)}><blockquote dir="auto">{marked}</blockquote>'
        f'<p class="source">{link} <span class="place" dir="auto">{where}</span>{out}</p></div>'
    )


def lost_words(lost: Lost) -> str:
    """Words that can't be opened any more, as HTML, with the reason."""
    quote, words = lost.quote or lost.words, escape(lost.words)
    before, marked_words, after = quote.partition(lost.words)
    marked = f"{escape(before)}<mark>{words}</mark>{escape(after)}" if marked_words else words
    said = " · ".join(part for part in (lost.title, lost.source, lost.date or "undated") if part)
    return (
        f'<div class="evidence lost"><blockquote dir="auto">{marked}</blockquote>'
        f'<p class="source"><span class="place" dir="auto">{escape(said)}</span></p>'
        f'<p class="reason">These words can not be opened: {escape(lost.reason)}.</p></div>'
    )


def _document(document: Document, marks: Sequence[Numbered], windows: Sequence[Range], told: SameTitle) -> str:
    known = (
        ("Source", escape(document.source)),
        ("Author", escape(document.author or "")),
        ("Date", escape(document.date or "undated")),
        ("Kind", escape(document.media_type)),
        ("Length", counted(len(document.text), "character")),
        ("SHA-256", f'<span class="hash">{document.content_hash}</span>'),
    )
    facts = "".join(f'<dt>{name}</dt><dd dir="auto">{said}</dd>' for name, said in known if said)
    return (
        f'<article class="document"><h2 dir="auto">{escape(titled(document, told))}</h2><dl>{facts}</dl>'
        f'<div class="text">{marked_text(document, marks, windows)}</div></article>'
    )


def _gap(characters: int) -> str:
    said = f"… {counted(characters, 'character')} left out …"
    return f'<p class="gap">{said}</p>' if characters else ""


def _window_text(document: Document, marks: Sequence[Numbered], window: Range) -> str:
    """A window's text, cut where a mark or a quote begins or ends."""
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


def _mark(citation: Citation, piece: str) -> str:
    return f"{mark_of(citation.end - citation.start)}{piece}</mark>"


def _back(number: int) -> str:
    """The place that a citation's number leads to; its own number is drawn by the style, so that no text is added."""
    label = f"Citation {number}, back to its answer"
    return f'<a class="at" id="mark-{number}" href="#answer-{number}" data-number="{number}" aria-label="{label}"></a>'


def _page(title: str, body: str) -> str:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)} - Pincite</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )

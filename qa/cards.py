"""The conversation as HTML: one card for each question and its answer.

Each turn is one line of HTML, because Gradio shows it through its Markdown component: a block of HTML without a blank
line is passed on as it is, and turns that did not change keep their place in the page. Text is escaped by `_text`.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from qa.render import disagreement_title, in_words, part_of_file, per_cent
from qa.source_page import citation_url, escape
from qa.types import Answer, Citation, Turn

CLOSEST = 3  # passages shown under "closest passages"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question of the conversation and what came of it.

    Attributes:
        question: as it was asked.
        answer: what the documents say; None while it is looked for, and where it went wrong.
        problem: what went wrong, in words; None where nothing did.
    """

    question: str
    answer: Answer | None = None
    problem: str | None = None


def history(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """The turns a follow-up may refer to: those that were answered or refused, not those that went wrong."""
    return tuple(Turn(each.question, each.answer) for each in exchanges if each.answer is not None)


def conversation(exchanges: Sequence[Exchange]) -> str:
    """Every turn, oldest first; a welcome where there is none."""
    if not exchanges:
        return (
            '<div class="welcome"><h2>What do your documents say?</h2>'
            "<p>An answer here is words that stand in a document, opened beside it with the words marked. "
            "Where the documents do not say, Pincite tells you so.</p></div>"
        )
    return "\n\n".join(_turn(each) for each in exchanges)


def first_citation(answer: Answer) -> Citation | None:
    """The citation that opens by itself: the answer's best, else the closest passage."""
    return next(iter(answer.citations or answer.passages), None)


def confidence_words(confidence: float) -> str:
    """A probability in words and per cent.

    >>> confidence_words(0.83)
    'Likely · 83%'
    """
    return f"{in_words(confidence).capitalize()} · {per_cent(confidence)}"


def _turn(exchange: Exchange) -> str:
    asked = f'<h2 class="asked" dir="auto">{_text(exchange.question)}</h2>'
    answer = exchange.answer
    if exchange.problem is not None:
        card = f'<div class="card problem"><h3>That did not work</h3><p>{_text(exchange.problem)}</p></div>'
    elif answer is None:
        card = '<div class="card pending"><p>Reading the documents …</p></div>'
    else:
        card = _understood(exchange.question, answer) + _card(answer)
    return f'<article class="turn">{asked}{card}</article>'


def _understood(asked: str, answer: Answer) -> str:
    if " ".join(asked.split()) == " ".join(answer.question.split()):
        return ""
    return f'<p class="understood" dir="auto">Understood as: <em>{_text(answer.question)}</em></p>'


def _card(answer: Answer) -> str:
    if answer.text is None:
        return _no_answer(answer)
    if answer.alternatives:
        return _disagreement(answer)
    return f'<div class="card answer">{_one_answer(answer)}{_closest(answer)}</div>'


def _one_answer(answer: Answer) -> str:
    shown = len(answer.citations) if answer.is_list else 1
    return (
        f'<p class="words" dir="auto">{_text(answer.text or "")}</p>{_confidence(answer.confidence)}'
        f"{''.join(_evidence(citation) for citation in answer.citations[:shown])}"
        f"{_more(answer.citations[shown:])}"
    )


def _disagreement(answer: Answer) -> str:
    sides = (answer, *answer.alternatives)
    title = disagreement_title(answer)
    columns = "".join(f'<section class="side">{_one_answer(side)}</section>' for side in sides)
    return (
        f'<div class="card answer disagree"><h3>{title}</h3><div class="sides">{columns}</div>{_closest(answer)}</div>'
    )


def _no_answer(answer: Answer) -> str:
    if not answer.passages:
        return '<div class="card none"><h3>Not in these documents</h3><p>No passage comes near this question.</p></div>'
    return (
        '<div class="card none"><h3>Not in these documents</h3>'
        f"<p>The best words found would be right with a probability of {per_cent(answer.confidence)}: "
        "too little to call them an answer. The closest passages, to judge for yourself:</p>"
        f"{_passages(answer.passages[:CLOSEST])}</div>"
    )


def _confidence(confidence: float) -> str:
    meaning = "How probable it is that this answer is right, measured on questions with known answers"
    return (
        f'<p class="confidence" title="{meaning}"><meter min="0" max="1" value="{confidence:.2f}" '
        f'aria-hidden="true"></meter>{_text(confidence_words(confidence))}</p>'
    )


def _evidence(citation: Citation) -> str:
    """A quote with its words marked; the line under it opens the source, and so does a click on the quote."""
    return f'<div class="evidence"><blockquote dir="auto">{_marked(citation)}</blockquote>{_link(citation)}</div>'


def _more(citations: Sequence[Citation]) -> str:
    if not citations:
        return ""
    count = f"{len(citations)} more place{'s' if len(citations) > 1 else ''}"
    inside = "".join(_evidence(citation) for citation in citations)
    return f"<details><summary>Also stands in {count}</summary>{inside}</details>"


def _closest(answer: Answer) -> str:
    if not answer.passages:
        return ""
    return f"<details><summary>Closest passages</summary>{_passages(answer.passages[:CLOSEST])}</details>"


def _passages(passages: Sequence[Citation]) -> str:
    items = "".join(
        f'<li class="evidence"><blockquote class="passage" dir="auto">{_text(_body(passage))}</blockquote>'
        f"{_link(passage)}</li>"
        for passage in passages
    )
    return f'<ol class="passages">{items}</ol>'


def _body(passage: Citation) -> str:
    """The words of a passage without its heading line, which is named under it."""
    words = passage.text.strip()
    return words.removeprefix(passage.heading or "").strip() or words


def _link(citation: Citation) -> str:
    """The line under a quote, a link that opens its source in the frame beside the conversation."""
    return (
        f'<a class="cite" target="source" href="{html.escape(citation_url(citation))}">'
        f'<span class="title" dir="auto">{_text(citation.document.title)}</span>'
        f'<span class="facts" dir="auto">{_facts(citation)}</span></a>'
    )


def _facts(citation: Citation) -> str:
    """Heading, author, page, row, date and place, without saying twice what the title or the heading says already."""
    heading, date = citation.heading or "", citation.date or "undated"
    if heading.split() == citation.document.title.split():
        heading = ""
    author = citation.document.author or ""
    place = f"characters {citation.start:,}-{citation.end:,}"
    whole = [
        f'<span class="fact">{_text(fact)}</span>'
        for fact in (author, *part_of_file(citation), "" if date in heading else date, place)
        if fact
    ]
    return " · ".join([_text(heading), *whole] if heading else whole)


def _marked(citation: Citation) -> str:
    text = citation.document.text
    before, after = text[citation.quote_start : citation.start], text[citation.end : citation.quote_end]
    return f"{_text(before.lstrip())}<mark>{_text(citation.text)}</mark>{_text(after.rstrip())}"


def _text(text: str) -> str:
    """Text as HTML on one line. `%%%` is how the Markdown component marks formulas, so it is written otherwise."""
    return escape(text).replace("\n", "&#10;").replace("%%%", "&#37;&#37;&#37;")

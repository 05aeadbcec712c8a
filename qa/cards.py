"""The conversation as HTML: one card for each question and its answer.

Each turn is one line of HTML, because Gradio shows it through its Markdown component: a block of HTML without a blank
line is passed on as it is, and turns that did not change keep their place in the page. Text is escaped by
`qa.evidence.text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.citing import dated
from qa.evidence import evidence, passages, text
from qa.explanation import Explanation
from qa.reliability import Reliability
from qa.render import CLOSEST, NO_ANSWER, disagreement_title, in_words, newest_first, per_cent, why_none
from qa.reply_card import reply_card
from qa.replying import Reply
from qa.smalltalk import without_courtesy
from qa.types import Answer, Citation, Turn
from qa.why import why

_NOT_MEASURED = (
    "How sure the answer is, from 0% to 100%. How often answers this sure are right was not measured for these models."
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question of the conversation and what came of it.

    Attributes:
        question: as it was asked.
        answer: what the documents say; None while it is looked for, and where it went wrong.
        problem: what went wrong, in words; None where nothing did.
        reply: what is said to small talk, which is not searched for.
        explanation: what the answer was chosen from, where that was kept.
    """

    question: str
    answer: Answer | None = None
    problem: str | None = None
    reply: Reply | None = None
    explanation: Explanation | None = None


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
    asked = f'<h2 class="asked" dir="auto">{text(exchange.question)}</h2>'
    answer = exchange.answer
    if exchange.problem is not None:
        card = f'<div class="card problem"><h3>That did not work</h3><p>{text(exchange.problem)}</p></div>'
    elif exchange.reply is not None:
        card = reply_card(exchange.reply)
    elif answer is None:
        card = '<div class="card pending"><p>Reading the documents …</p></div>'
    else:
        card = _understood(exchange.question, answer) + _card(answer, exchange.explanation)
    return f'<article class="turn">{asked}{card}</article>'


def _understood(asked: str, answer: Answer) -> str:
    if " ".join(without_courtesy(asked).split()) == " ".join(answer.question.split()):
        return ""
    return f'<p class="understood" dir="auto">Understood as: <em>{text(answer.question)}</em></p>'


def _card(answer: Answer, explanation: Explanation | None) -> str:
    table = explanation.reliability if explanation is not None else None
    more = why(explanation)
    if answer.text is None:
        return f'<div class="card none">{_no_answer(answer)}{more}</div>'
    if answer.alternatives:
        return f'<div class="card answer disagree">{_disagreement(answer, table)}{_closest(answer)}{more}</div>'
    return f'<div class="card answer">{_one_answer(answer, table)}{_closest(answer)}{more}</div>'


def _one_answer(answer: Answer, table: Reliability | None) -> str:
    shown = len(answer.citations) if answer.is_list else 1
    return (
        f'<p class="words" dir="auto">{text(answer.text or "")}</p>{_confidence(answer.confidence, table)}'
        f"{''.join(evidence(citation) for citation in answer.citations[:shown])}"
        f"{_more(answer.citations[shown:])}"
    )


def _disagreement(answer: Answer, table: Reliability | None) -> str:
    """The sides beside one another, the newest first, each under its date."""
    columns = "".join(
        f'<section class="side" aria-label="{text(side.text or "")}"><p class="when">{text(dated(side.citations[0]))}'
        f"</p>{_one_answer(side, table)}</section>"
        for side in newest_first(answer)
    )
    return f'<h3>{text(disagreement_title(answer))}</h3><div class="sides">{columns}</div>'


def _no_answer(answer: Answer) -> str:
    said = f"<h3>{NO_ANSWER}</h3><p>{text(why_none(answer))}</p>"
    if not answer.passages:
        return said
    return (
        f'{said}<p class="lead">The closest passages, to judge for yourself:</p>{passages(answer.passages[:CLOSEST])}'
    )


def _confidence(confidence: float, table: Reliability | None) -> str:
    """The confidence in words and per cent; what it means shows when it is pointed at, tapped or reached by Tab."""
    meaning = _NOT_MEASURED if table is None else table.meaning(confidence)
    return (
        f'<p class="confidence"><meter min="0" max="1" value="{confidence:.2f}" aria-hidden="true"></meter>'
        f'<button type="button" class="sure">{text(confidence_words(confidence))}'
        f'<span class="meaning" role="tooltip">{text(meaning)}</span></button></p>'
    )


def _more(citations: Sequence[Citation]) -> str:
    if not citations:
        return ""
    count = f"{len(citations)} more place{'s' if len(citations) > 1 else ''}"
    inside = "".join(evidence(citation) for citation in citations)
    return f"<details><summary>Also stands in {count}</summary>{inside}</details>"


def _closest(answer: Answer) -> str:
    if not answer.passages:
        return ""
    return f"<details><summary>Closest passages</summary>{passages(answer.passages[:CLOSEST])}</details>"

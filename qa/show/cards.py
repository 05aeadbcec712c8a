"""The conversation as HTML: one card for each question and its answer. Text of documents is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answers.explanation import Explanation
from qa.answers.reliability import Reliability
from qa.render import confidence_words, counted, disagreement_title, newest_first
from qa.show.citing import dated
from qa.show.evidence import evidence, lost_evidence, passages
from qa.show.refusal import CLOSEST, NO_ANSWER, why_none
from qa.show.reply_card import reply_card
from qa.show.timeline import timeline
from qa.show.timeline import to_html as timeline_html
from qa.show.why import why
from qa.source.pieces import escape
from qa.talk.exchange import Exchange, Lost
from qa.talk.smalltalk import without_courtesy
from qa.titles import SameTitle, of_answers, same_title
from qa.types import Answer, Citation

_NOT_MEASURED = (
    "How sure the answer is, from 0% to 100%. How often answers this sure are right was not measured for these models."
)


@dataclass(frozen=True, slots=True)
class Offers:
    """The buttons under an answer.

    Attributes:
        judging: to say whether it is right, which is kept.
        pinning: to pin its question.
    """

    judging: bool = False
    pinning: bool = True


_NOTHING = Offers(pinning=False)


def first_citation(answer: Answer) -> Citation | None:
    """The citation that opens by itself: the answer's best, else the closest passage."""
    return next(iter(answer.citations or answer.passages), None)


def turn(exchange: Exchange, offers: Offers = _NOTHING) -> str:
    """A question and its card, with what can be done with it."""
    asked = f'<h2 class="asked" dir="auto">{escape(exchange.question)}</h2>'
    answer = exchange.answer
    if exchange.problem is not None:
        card = f'<div class="card problem"><h3>That did not work</h3><p>{escape(exchange.problem)}</p></div>'
    elif exchange.reply is not None:
        card = reply_card(exchange.reply)
    elif answer is not None:
        card = _understood(exchange, answer) + _card(answer, exchange.explanation, exchange.lost)
        card += _actions(answer, offers)
    elif exchange.words is not None or exchange.lost:
        card = _gone(exchange)
    else:
        card = _pending(exchange)
    return f'<article class="turn">{asked}{_limits(exchange)}{card}</article>'


def _pending(exchange: Exchange) -> str:
    """The card before there is an answer: the passages, once they are retrieved."""
    if not exchange.passages:
        return '<div class="card pending"><p>Looking for passages …</p></div>'
    count = counted(len(exchange.passages), "passage")
    told = same_title(passage.document for passage in exchange.passages)
    return (
        f'<div class="card pending"><p>Reading {count} …</p>'
        f'<div class="being-read">{passages(exchange.passages[:CLOSEST], told)}</div></div>'
    )


def _limits(exchange: Exchange) -> str:
    said = [exchange.limits] if exchange.limits else []
    if exchange.verbatim:
        said.append("asked exactly as typed")
    return f'<p class="limits" dir="auto">{escape(" · ".join(said))}</p>' if said else ""


def _understood(exchange: Exchange, answer: Answer) -> str:
    """How a follow-up was understood, if that differs from what was asked, with buttons to change it."""
    if exchange.verbatim or _same_words(without_courtesy(exchange.question), answer.question):
        return ""
    return (
        f'<div class="understood"><p dir="auto">Understood as: <em>{escape(answer.question)}</em></p>'
        '<p class="ways"><button type="button" data-edit>Edit</button>'
        '<button type="button" data-verbatim>Ask exactly as typed</button></p></div>'
    )


def _same_words(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())


def _actions(answer: Answer, offers: Offers) -> str:
    """Buttons under an answer; the line beside them says what came of one."""
    buttons = []
    if offers.judging:
        refused = answer.text is None
        verdicts = {
            "right": ("Right", "It is so: this is kept with the question"),
            "wrong": ("Wrong", "It is not so: this is kept with the question"),
            "not there": ("Not there", "The documents hold no answer to this question"),
            "words": ("Selected words", "The right words are those that are selected in the source beside it"),
        }
        if refused:
            del verdicts["not there"]
        buttons = [
            f'<button type="button" data-verdict="{name}" title="{meaning}">{label}</button>'
            for name, (label, meaning) in verdicts.items()
        ]
    if offers.pinning:
        meaning = "Ask it again when documents change, and show what is new beside what was"
        buttons.append(f'<button type="button" data-pin title="{meaning}">Pin</button>')
    if not buttons:
        return ""
    lead = '<span class="lead">Is this right?</span>' if offers.judging else ""
    return f'<div class="actions" role="group" aria-label="This answer">{lead}{"".join(buttons)}{_SAID}</div>'


_SAID = '<span class="said" role="status"></span>'


def _gone(exchange: Exchange) -> str:
    """An earlier answer whose citations can't be opened any more."""
    words = exchange.words if exchange.words is not None else NO_ANSWER
    said = f'<p class="words" dir="auto">{escape(words)}</p><p>What this rests on is not here any more.</p>'
    return f'<div class="card none">{said}{lost_evidence(exchange.lost)}</div>'


def _card(answer: Answer, explanation: Explanation | None, lost: Sequence[Lost] = ()) -> str:
    table = explanation.reliability if explanation is not None else None
    more = f"{lost_evidence(lost)}{why(explanation)}"
    told = same_title(of_answers([answer]))
    if answer.text is None:
        return f'<div class="card none">{_no_answer(answer, told)}{more}</div>'
    more = f"{_over_time(answer)}{_closest(answer, told)}{more}"
    if answer.alternatives:
        return f'<div class="card answer disagree">{_disagreement(answer, table, told)}{more}</div>'
    return f'<div class="card answer">{_one_answer(answer, table, told)}{more}</div>'


def _one_answer(answer: Answer, table: Reliability | None, told: SameTitle) -> str:
    shown = len(answer.citations) if answer.is_list else 1
    return (
        f'<p class="words" dir="auto">{escape(answer.text or "")}</p>{_confidence(answer.confidence, table)}'
        f"{''.join(evidence(citation, told) for citation in answer.citations[:shown])}"
        f"{_more(answer.citations[shown:], told)}"
    )


def _disagreement(answer: Answer, table: Reliability | None, told: SameTitle) -> str:
    """The sides beside one another, the newest first, each under its date."""
    columns = "".join(
        f'<section class="side" aria-label="{escape(side.text or "")}">'
        f'<p class="when">{escape(dated(side.citations[0]))}'
        f"</p>{_one_answer(side, table, told)}</section>"
        for side in newest_first(answer)
    )
    return f'<h3>{escape(disagreement_title(answer))}</h3><div class="sides">{columns}</div>'


def _no_answer(answer: Answer, told: SameTitle) -> str:
    said = f"<h3>{NO_ANSWER}</h3><p>{escape(why_none(answer))}</p>"
    if not answer.passages:
        return said
    lead = '<p class="lead">The closest passages, to judge for yourself:</p>'
    return f"{said}{lead}{passages(answer.passages[:CLOSEST], told)}"


def _confidence(confidence: float, table: Reliability | None) -> str:
    """The confidence in words and per cent; what it means shows when it is pointed at, tapped or reached by Tab."""
    meaning = _NOT_MEASURED if table is None else table.meaning(confidence)
    return (
        f'<p class="confidence"><meter min="0" max="1" value="{confidence:.2f}" aria-hidden="true"></meter>'
        f'<button type="button" class="sure">{escape(confidence_words(confidence))}'
        f'<span class="meaning" role="tooltip">{escape(meaning)}</span></button></p>'
    )


def _more(citations: Sequence[Citation], told: SameTitle) -> str:
    if not citations:
        return ""
    count = f"{len(citations)} more place{'s' if len(citations) > 1 else ''}"
    inside = "".join(evidence(citation, told) for citation in citations)
    return f"<details><summary>Also stands in {count}</summary>{inside}</details>"


def _over_time(answer: Answer) -> str:
    return timeline_html(timeline(answer), answer.question)


def _closest(answer: Answer, told: SameTitle) -> str:
    if not answer.passages:
        return ""
    return f"<details><summary>Closest passages</summary>{passages(answer.passages[:CLOSEST], told)}</details>"

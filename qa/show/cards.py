"""The conversation as HTML: one card for each question and its answer (`cards.html`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qa.render import confidence_words, disagreement_title, newest_first, part_of_file, split_quote
from qa.show.citing import dated, forms
from qa.show.refusal import CLOSEST, NEAREST, NO_ANSWER, why_none
from qa.show.scores import glossary, read_in_words, role_in_words, scores_of, steps_in_words
from qa.show.timeline import day_shown, drawn, machine
from qa.source.templates import Macros
from qa.source.view import citation_url, document_url
from qa.talk.exchange import Exchange
from qa.talk.smalltalk import without_courtesy
from qa.titles import of_answers, same_title, titled
from qa.types import Answer, Citation


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
    return CARDS.turn(exchange, offers)


def _is_understood_otherwise(exchange: Exchange, understood: str) -> bool:
    """Whether a follow-up was asked in other words than it was written in."""
    return not exchange.verbatim and without_courtesy(exchange.question).split() != understood.split()


def _without_heading(passage: Citation) -> str:
    """The words of a passage without its heading line, which is named under it."""
    words = passage.text.strip()
    return words.removeprefix(passage.heading or "").strip() or words


def _other_heading(citation: Citation) -> str:
    """The heading over the words; "" where it is the title."""
    heading = citation.heading or ""
    return heading if heading.split() != citation.document.title.split() else ""


def _facts(citation: Citation) -> Iterator[str]:
    """Author, page, row, date and place, without a date that the heading says already."""
    if citation.document.author:
        yield citation.document.author
    yield from part_of_file(citation)
    date = citation.date or "undated"
    if date not in _other_heading(citation):
        yield date
    yield f"characters {citation.start:,}-{citation.end:,}"


CARDS = Macros(
    "show/cards.html",
    *(citation_url, confidence_words, dated, day_shown, disagreement_title, document_url, drawn, forms, glossary),
    *(machine, newest_first, of_answers, read_in_words, role_in_words, same_title, scores_of, split_quote),
    *(steps_in_words, titled, why_none),
    CLOSEST=CLOSEST,
    NEAREST=NEAREST,
    NO_ANSWER=NO_ANSWER,
    facts=_facts,
    is_understood_otherwise=_is_understood_otherwise,
    other_heading=_other_heading,
    without_heading=_without_heading,
)

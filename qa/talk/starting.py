"""Questions to start from, made of sentences of the documents.

A statement of a general form ("The bridge was opened in 1931") is turned into the question it answers ("When was the
bridge opened?"). A question is offered only where Pincite then answers it, over its threshold, with words of the very
sentence it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from embeddings.text.sections import sections
from embeddings.text.sentences import sentences
from embeddings.types import Document
from qa.types import Answer

_READ = 6_000  # characters of a document that are looked through
_LONGEST_SENTENCE = 300
_MOST_ASKED = 8  # questions that are tried; each takes as long as an answer
_LONGEST_QUESTION = 90

_NAME = r"[A-Z][\w'’-]+(?: (?:(?:of|the|de|al|bin|van|von) )?[A-Z][\w'’-]+){0,3}"
_TWO_NAMES = r"[A-Z][\w'’-]+(?: (?:(?:de|al|bin|van|von) )?[A-Z][\w'’-]+){1,3}"
_THING = rf"(?:{_NAME}|[Tt]he [a-z]+(?: [a-z]+)?(?: (?:to|of|from|in) {_NAME})?)"
_NUMBER = r"(?:\d[\d,.]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)"
_PEOPLE = (
    r"(?:leader|president|minister|director|head|mayor|spokes(?:man|woman|person)|general|commander|professor|author"
    r"|analyst|secretary|chief|chair(?:man|woman)?|founder|officer|king|queen|editor|lawyer|scientist|engineer|captain"
    r"|governor|senator|ambassador|envoy|doctor|nurse|teacher|owner|manager|composer|painter|writer|poet|actor|actress"
    r"|singer|player|coach|historian|architect|inventor|judge|bishop|pope|emperor)"
)
_DONE = (
    r"(?:founded|born|opened|built|signed|published|established|created|launched|elected|adopted|completed|released"
    r"|invented|discovered|introduced|closed|destroyed|sold|renamed|formed|appointed)"
)
_HAPPENED = r"(?:killed|wounded|injured|arrested|displaced|rescued|sold|built|born|elected|evacuated|hired|dismissed)"


@dataclass(frozen=True, slots=True)
class Starter:
    """A question, and the sentence of a document that it was made of."""

    question: str
    document: str
    start: int
    end: int


_Made = Callable[[re.Match[str]], str]
_FORMS: tuple[tuple[re.Pattern[str], _Made], ...] = (
    (
        re.compile(rf"\b(?P<who>{_TWO_NAMES}), (?:an?|the|its|their) (?:[\w'’-]+ ){{0,4}}{_PEOPLE}\b"),
        lambda m: f"Who is {m['who']}?",
    ),
    (
        re.compile(rf"\b[Tt]he (?P<role>(?:[a-z]+ )?{_PEOPLE}) of (?P<of>(?:the )?{_NAME}) (?:is|was),? {_TWO_NAMES}"),
        lambda m: f"Who is the {m['role']} of {m['of']}?",
    ),
    (
        re.compile(rf"(?P<what>{_THING}) (?P<was>was|were) (?P<done>{_DONE}) (?:in|on) (?=.{{0,14}}\d)"),
        lambda m: f"When {m['was']} {_inside(m['what'])} {m['done']}?",
    ),
    (
        re.compile(
            rf"\b{_NUMBER} (?P<whom>(?:[a-z]+ )?[a-z]+s|people|men|women|children) (?P<were>were|had been|have been) "
            rf"(?P<done>{_HAPPENED})(?P<where> (?:in|at|near) {_NAME})?"
        ),
        lambda m: f"How many {m['whom']} were {m['done']}{m['where'] or ''}?",
    ),
    (
        re.compile(rf"(?P<what>{_THING}) (?P<does>leaves|opens|starts|begins|closes|arrives|ends) (?:at|on) "),
        lambda m: f"When does {_inside(m['what'])} {m['does'].removesuffix('s')}?",
    ),
    (
        re.compile(rf"(?P<what>{_THING}) (?P<does>costs|weighs) (?:about |some |only )?(?=[$€£]?{_NUMBER})"),
        lambda m: f"How much does {_inside(m['what'])} {m['does'].removesuffix('s')}?",
    ),
    (
        re.compile(rf"(?P<what>{_THING}) (?:is|was) {_NUMBER} [a-z]+ (?P<how>long|tall|high|wide|deep|old)\b"),
        lambda m: f"How {m['how']} is {_inside(m['what'])}?",
    ),
)


def starting_questions(documents: Sequence[Document], ask: Callable[[str], Answer], wanted: int = 3) -> tuple[str, ...]:
    """Up to `wanted` questions that these documents answer; () where no sentence of theirs has a form known here.

    Args:
        documents: what questions are made of, a question of each in turn.
        ask: answers one; None as the text where it refuses.
        wanted: how many.
    """
    rounds = zip_longest(*(starters(document) for document in documents))
    offered: dict[str, None] = {}
    for tried, starter in enumerate(each for some in rounds for each in some if each is not None):
        if len(offered) == wanted or tried == _MOST_ASKED:
            break
        if starter.question not in offered and _is_answered(starter, ask(starter.question)):
            offered[starter.question] = None
    return tuple(offered)


def starters(document: Document) -> Iterator[Starter]:
    """The questions that the beginning of a document answers, in its order; not yet tried.

    >>> text = "Ana Ruiz, the mayor of Lund, spoke. The bridge was opened in 1931."
    >>> [starter.question for starter in starters(Document.from_text(text))]
    ['Who is Ana Ruiz?', 'When was the bridge opened?']
    """
    text = document.text[:_READ]
    for section in sections(text, document.media_type):
        heading = section.heading or ""
        if heading.endswith("?") and " " in heading and len(heading) <= _LONGEST_QUESTION:
            yield Starter(heading, document.id, section.body_start, section.end)
    for start, end in sentences(text):
        if end - start > _LONGEST_SENTENCE:
            continue
        for pattern, made in _FORMS:
            match = pattern.search(text, start, end)
            if match is not None and len(question := " ".join(made(match).split())) <= _LONGEST_QUESTION:
                yield Starter(question, document.id, start, end)
                break


def _is_answered(starter: Starter, answer: Answer) -> bool:
    return answer.text is not None and any(
        citation.document.id == starter.document and starter.start <= citation.start < starter.end
        for citation in answer.citations
    )


def _inside(thing: str) -> str:
    """A thing's name inside a sentence: "The bridge" begins small there."""
    return f"the{thing[3:]}" if thing.startswith("The ") else thing

"""Who holds an office: the name beside it, as in "Bo met Ana Ruiz, the captain of the Aurora, on Monday".

Asked "Who captains the Aurora?", a reader may take another name of the right sentence: "Bo". Where the sentence itself
says whose the office is, in apposition or as a title before a name, that name is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.steps.descriptions import NAME

# What people are called who do what a verb says.
_CALLED = {
    "lead|leads|led": "leader|head|chief",
    "head|heads|headed": "head|leader|chief",
    "run|runs|ran": "head|leader|chief|director|manager",
    "chair|chairs|chaired": "chair|chairman|chairwoman|chairperson",
    "captain|captains|captained": "captain",
    "coach|coaches|coached": "coach",
    "command|commands|commanded": "commander",
    "direct|directs|directed": "director",
    "edit|edits|edited": "editor",
    "found|founded|co-founded": "founder|co-founder",
    "govern|governs|governed": "governor",
    "manage|manages|managed": "manager",
    "own|owns|owned": "owner",
    "rule|rules|ruled": "ruler",
}
_DOES = re.compile(r"\s*who\s+(?:(?:now|currently)\s+)?(?P<verb>[\w-]+)\s+(?P<of>\w.{0,80}?)\s*\??\s*$", re.IGNORECASE)
_IS = r"\s*who(?:['’]s|\s+(?:is|was))\s+"
_ROLE = r"(?P<role>[a-z][\w-]*(?:\s+[a-z][\w-]*){0,3}?)"
_OF = re.compile(rf"{_IS}(?:the\s+)?{_ROLE}\s+of\s+(?P<of>\w.{{0,80}}?)\s*\??\s*$", re.IGNORECASE)
_POSSESSIVE = re.compile(rf"{_IS}(?:the\s+)?(?P<of>\w.{{0,80}}?)['’]s?\s+{_ROLE}\s*\??\s*$", re.IGNORECASE)
_PAST = re.compile(r"\s*who\s+(?:was|led|ran|\w+ed)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
# offices beside the one that is asked for, and those who do not hold it any more
_OTHER = re.compile(r"\b(?:deputy|vice|assistant|would-be|self-styled)\b", re.IGNORECASE)
_OTHER_OR_FORMER = re.compile(rf"{_OTHER.pattern}|\b(?:former|ex|late|outgoing|one-time|then)\b", re.IGNORECASE)
_BREAKS = (  # words with which no apposition begins
    "and|as|at|became|before|but|by|for|from|had|has|in|is|of|on|or|than|that|to|was|were|when|where|which|while|who|with"
)
_BEFORE = re.compile(rf"(?P<name>{NAME})\s?[,(]\s*(?P<lead>(?:(?!(?:{_BREAKS})\b)\w[\w-]*\s+){{0,3}})$")
_BEHIND = re.compile(rf",?\s+(?P<name>{NAME})")
_FARTHEST = 100  # characters between a name and an office


@dataclass(frozen=True, slots=True)
class Office:
    """An office that a question asks the holder of.

    Attributes:
        roles: what its holder is called, as alternatives of a pattern.
        of: what it is the office of, without an article.
        past: whether former holders may be meant.
    """

    roles: str
    of: str
    past: bool


def asked_office(question: str) -> Office | None:
    """The office in a question that asks for nothing but who holds it; None in any other question.

    >>> asked_office("Who leads the Harbour Union?")
    Office(roles='leader|head|chief', of='Harbour Union', past=False)
    >>> asked_office("Who was Vik's mayor?"), asked_office("Who saw the mayor of Vik?")
    (Office(roles='mayor', of='Vik', past=True), None)
    """
    past = _PAST.match(question) is not None
    found = _OF.match(question) or _POSSESSIVE.match(question)
    if found is not None:
        role = r"\s+".join(map(re.escape, found["role"].split()))
        return Office(role, _ARTICLE.sub("", found["of"], count=1), past)
    found = _DOES.match(question)
    called = _called(found["verb"]) if found is not None else None
    return None if found is None or called is None else Office(called, _ARTICLE.sub("", found["of"], count=1), past)


def held_by(text: str, start: int, end: int, office: Office, sentence: tuple[int, int]) -> tuple[int, int]:
    """The bounds of the name that a sentence gives an office to, where a span of it misses it; else those of the span.

    >>> text = "Bo met Ana Ruiz, the captain of the Aurora, on Monday."
    >>> office = asked_office("Who captains the Aurora?")
    >>> text[slice(*held_by(text, 0, 2, office, (0, len(text))))]
    'Ana Ruiz'
    """
    for there in _words(office).finditer(text, *sentence):
        for first, last in _beside(text, there, office, sentence):
            is_apart, is_part = start >= last or first >= end, first <= start and end <= last
            return (first, last) if is_apart or is_part else (start, end)
    return start, end


def _called(verb: str) -> str | None:
    return next((called for verbs, called in _CALLED.items() if verb.lower() in verbs.split("|")), None)


def _words(office: Office) -> re.Pattern[str]:
    """The words that name the office: "captain of the Aurora", "the Aurora's captain"."""
    of, role = r"\s+".join(map(re.escape, office.of.split())), rf"(?<![\w-])(?:{office.roles})\b"
    alone = r"\b(?!['’-]|(?-i:\s+[A-Z]))"  # "the mayor of Vik" is not that of Vik's harbour, nor of Vik Harbour
    of_it = rf"{role}\s+(?:of|for|at)\s+(?:the\s+)?{of}{alone}"
    its = rf"\b{of}(?:['’]s?)?\s+(?:\w[\w-]*\s+){{0,2}}?{role}"
    return re.compile(f"{of_it}|{its}", re.IGNORECASE)


def _beside(text: str, there: re.Match[str], office: Office, sentence: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The bounds of the names that stand in apposition before the words of an office, or right behind them."""
    floor, ceiling = max(sentence[0], there.start() - _FARTHEST), min(sentence[1], there.end() + _FARTHEST)
    before = _BEFORE.search(text, floor, there.start())
    lead = before["lead"] if before is not None else " ".join(text[floor : there.start()].split()[-3:])
    not_this = _OTHER if office.past else _OTHER_OR_FORMER
    if not_this.search(f"{lead}{there[0]}") is not None:
        return
    if before is not None:
        yield before.span("name")
    behind = _BEHIND.match(text, there.end(), ceiling)
    if behind is not None:
        first, last = behind.span("name")
        yield first, first + len(text[first:last].rstrip("-."))

"""Questions made unanswerable: a name, number, date or negation is swapped for another of its kind.

A reader that has only seen passages about something else refuses by topic. Rajpurkar et al. 2018 had people write
questions that a passage seems to answer and does not; among their commonest ways are another entity, a negation and an
opposite. Here the same is done by rules: what a question names is replaced by what other passages name, as long as the
passage at hand doesn't name it too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from eval.training.mentions import Kind, mentions

_OPPOSITES = [
    pair.split("/")
    for pair in (
        "first/last before/after more/less most/least largest/smallest biggest/smallest highest/lowest "
        "oldest/youngest earliest/latest best/worst north/south northern/southern east/west eastern/western "
        "increase/decrease increased/decreased rise/fall rose/fell begin/end began/ended started/stopped "
        "won/lost win/lose with/without above/below always/never inside/outside accepted/rejected "
        "allowed/prohibited supported/opposed male/female married/unmarried public/private major/minor "
        "strong/weak new/old high/low larger/smaller higher/lower longer/shorter men/women joined/left"
    ).split()
]
_OPPOSITE = {a: b for one, other in _OPPOSITES for a, b in ((one, other), (other, one))}
_OPPOSITE_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_OPPOSITE, key=len, reverse=True))})\b", re.IGNORECASE)
_AUXILIARY = re.compile(r"\b(did|does|do|is|are|was|were|could|would|has|have|had|should)\b(?!n['’]t)", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|never|no)\b|n['’]t\b", re.IGNORECASE)


def swapped(question: str, passage: str, near: Mapping[Kind, Sequence[str]], drawn: random.Random) -> str | None:
    """The question with one thing that it names replaced by another of its kind; None where it can't be done.

    Args:
        question: one that the passage answers.
        passage: what it will be asked of; nothing that stands in it is put into the question.
        near: what may be put in, best from passages about the same things.
        drawn: draws which one.
    """
    named = mentions(question)
    drawn.shuffle(named)
    lower = passage.lower()
    for mention in named:
        others = [
            other
            for other in near.get(mention.kind, ())
            if other.lower() not in lower and other.lower() not in question.lower()
        ]
        if others:
            return question[: mention.start] + drawn.choice(others) + question[mention.end :]
    return None


def reversed_meaning(question: str, drawn: random.Random) -> str | None:
    """The question with a word replaced by its opposite, else negated; None where neither can be done.

    >>> reversed_meaning("Which was the largest city?", random.Random(0))
    'Which was the smallest city?'
    >>> reversed_meaning("What did they sign?", random.Random(0))
    "What didn't they sign?"
    """
    if _NEGATED.search(question) is not None:
        return None
    opposites = list(_OPPOSITE_WORD.finditer(question))
    if opposites:
        found = drawn.choice(opposites)
        word = _OPPOSITE[found.group().lower()]
        return (
            question[: found.start()]
            + (word.capitalize() if found.group()[0].isupper() else word)
            + question[found.end() :]
        )
    auxiliary = _AUXILIARY.search(question)
    if auxiliary is None:
        return None
    return f"{question[: auxiliary.end()]}n't{question[auxiliary.end() :]}"

"""A question and the turns before it -> a question that stands alone.

A question that leans on the one before it ("And when was it founded?") takes along that question's terms and its
answer. Whether it leans is decided by general marks: a connective at its start, a pronoun without a name before it, or
too few words to ask anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.types import Turn

_CONNECTIVE = re.compile(r"^\s*(?:and|but|or|so|also|then|what about|how about|what of)\b[\s,]*", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:it|its|they|them|their|theirs|this|that|these|those|there)\b", re.IGNORECASE)
_ASKING = frozenset(
    """a an and are at be been by can could did do does for from had has have how in is of on or the to was were what
    when where which who whom whose why will with would about many much long else exactly""".split()
)
_WORD = re.compile(r"[\w'’-]+")


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it is understood after the turns before it, oldest first; unchanged where it stands alone."""
    if not history or not leans(question):
        return question
    last = history[-1]
    said = last.answer.text or ""
    bare = _CONNECTIVE.sub("", question).strip() or question
    terms = _missing(bare, f"{_content(last.answer.question)} {said}")
    return f"{bare.rstrip(' ?')} ({terms})?" if terms else question


def leans(question: str) -> bool:
    """Does a question need the one before it to be understood?

    >>> leans("And when was it founded?"), leans("When?"), leans("Who founded the party in Madrid?")
    (True, True, False)
    """
    content = [word for word in _WORD.findall(question.lower()) if word not in _ASKING]
    if _CONNECTIVE.search(question) is not None or not content:
        return True
    pronoun = _PERSON.search(question) or _THING.search(question)
    return pronoun is not None and _name_before(question, pronoun.start()) is None


def _name_before(question: str, end: int) -> str | None:
    """A capitalised word, other than the question's first, that a pronoun after it may stand for."""
    names = re.findall(r"(?<=\s)[A-Z]\w+", question[:end])
    return names[-1] if names else None


def _content(question: str) -> str:
    """The words of a question without those that only ask."""
    return " ".join(word for word in _WORD.findall(question) if word.lower() not in _ASKING)


def _missing(question: str, terms: str) -> str:
    """The terms that the question does not hold already, each once, in their order."""
    present = {word.lower() for word in _WORD.findall(question)}
    kept = dict.fromkeys(word for word in _WORD.findall(terms) if word.lower() not in present)
    return " ".join(kept)

"""The words of a question that point back at earlier turns: "she", "its", "there", "that"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.english.phrases import Phrase, phrases
from qa.english.tagging import Token, tagged

Kind = Literal["person", "thing", "several", "place"]

_KINDS: dict[str, Kind] = {
    **dict.fromkeys("he she him her his hers himself herself".split(), "person"),
    **dict.fromkeys("it its this that".split(), "thing"),
    **dict.fromkeys("they them their theirs these those".split(), "several"),
    "there": "place",
}
_POSSESSIVE = frozenset(("his", "its", "their", "hers", "theirs"))
_OBJECTS = frozenset(("it", "him", "her", "them"))
_BE = frozenset("is are was were be been has have had will would".split())
# "It" that stands for nothing: "Is it true that ...", "How long does it take to ...".
_EXPLETIVE = re.compile(
    r"(?i)it(?:\s+\w+)?\s+(?:true|likely|possible|known|clear|necessary|raining|that)\b|it\s+(?:take|mean|cost)s?\s+(?:\w+\s+)?to\b"
)


@dataclass(frozen=True, slots=True)
class Pointer:
    """A word that points back, `start:end` of the question; a phrase that it owns may follow ("his boat")."""

    kind: Kind
    start: int
    end: int
    possessive: bool = False


def pointers(question: str) -> tuple[Pointer, ...]:
    """The words of a question that mean nothing in the question itself.

    >>> [pointer.kind for pointer in pointers("When did she sink it?")]
    ['person', 'thing']
    """
    tokens, found = tagged(question), phrases(question)
    return tuple(pointer for i in range(len(tokens)) if (pointer := _pointer(question, tokens, i, found)) is not None)


def _pointer(question: str, tokens: Sequence[Token], i: int, found: Sequence[Phrase]) -> Pointer | None:
    """The i-th word as a pointer; None if it is none, or means something in the question itself."""
    token, kind = tokens[i], _KINDS.get(tokens[i].lower)
    if kind is None or token.tag in ("name", "determiner"):
        return None
    before, after = tokens[i - 1 : i], tokens[i + 1 : i + 2]
    ends = not after or after[0].tag == "mark"
    if token.lower in ("this", "that", "these", "those"):
        led = not before or before[0].tag in ("auxiliary", "preposition")
        opens = not ends and after[0].lower in ("who", "which", "there", "the")
        return Pointer(kind, token.start, token.end) if (ends or led) and not opens else None
    if kind == "place":  # not that of "there is"
        exists = any(near.lower in _BE for near in (*before, *after)) and not (ends and tokens[0].lower == "who")
        return None if exists else Pointer(kind, token.start, token.end)
    possessive = token.lower in _POSSESSIVE or (token.lower == "her" and not ends and after[0].tag in ("word", "name"))
    if (token.lower == "it" and _EXPLETIVE.match(question, token.start)) or _inside(tokens, i, found, kind, possessive):
        return None
    return Pointer(kind, token.start, token.end, possessive)


def _inside(tokens: Sequence[Token], i: int, found: Sequence[Phrase], kind: Kind, possessive: bool) -> bool:
    """Whether a pronoun means a phrase before it in its own question: "What did Anders say about his boat?"

    An object never stands for the subject of its own clause ("Why did Anders sell it?": Chomsky 1981, principle B).
    """
    earlier = [phrase for phrase in found if phrase.end <= tokens[i].start and not phrase.empty]
    if not earlier:
        return False
    since = {token.tag for token in tokens[:i] if token.start > earlier[0].end}
    near = {token.tag for token in tokens[:i] if token.start >= earlier[-1].end}
    if tokens[i].lower in _OBJECTS and not possessive and "joining" not in since and near & {"verb", "preposition"}:
        return False
    agrees = kind != "person" and any(phrase.plural == (kind == "several") for phrase in earlier)
    joined = "joining" in since or (possessive and "verb" in since)
    return any(phrase.named and not phrase.asked for phrase in earlier) or (agrees and joined)

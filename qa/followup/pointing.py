"""The words of a question that point back at earlier turns: pronouns, "there", "that decision", "the town"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.english.phrases import Phrase, phrases
from qa.english.tagging import Token, tagged, verb_form

PointerKind = Literal["person", "thing", "several", "place", "one"]

_KINDS: dict[str, PointerKind] = {
    **dict.fromkeys("he she him her his hers himself herself".split(), "person"),
    **dict.fromkeys("it its it's".split(), "thing"),
    **dict.fromkeys("they them their theirs".split(), "several"),
    "there": "place",
}
_POSSESSIVE = frozenset(("his", "its", "their", "hers", "theirs", "it's"))
_OBJECTS = frozenset(("it", "him", "her", "them"))
# "It" that stands for nothing: "Is it true that ...", "How long does it take to ...".
_EXPLETIVE = re.compile(
    r"it(?:\s+\w+)?\s+(?:true|likely|possible|known|clear|necessary|raining|that)\b|it\s+(?:take|mean|cost)s?\s+(?:\w+\s+)?to\b",
    re.IGNORECASE,
)
_REPORTING = frozenset(
    "say claim tell think believe announce report know deny confirm declare argue suggest warn promise show".split()
)
_TIMES = frozenset("year week month day time morning evening spring summer autumn winter century".split())


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pronoun that points back: `start:end` of the question.

    Attributes:
        kind: a person, a thing, several, a place, or one of a kind ("the largest one").
        possessive: "his", "its": a phrase that it owns follows.
    """

    kind: PointerKind
    start: int
    end: int
    possessive: bool = False


@dataclass(frozen=True, slots=True)
class Pointers:
    """The words of a question that point back: its pronouns, and its phrases with "this" or "that", in their order."""

    pronouns: tuple[Pointer, ...] = ()
    phrases: tuple[Phrase, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pronouns or self.phrases)

    @property
    def number(self) -> Literal["one", "several", ""]:
        """The number of the first pronoun; "" without a pronoun."""
        if not self.pronouns:
            return ""
        return "several" if self.pronouns[0].kind == "several" else "one" if self.pronouns[0].kind == "thing" else ""


def pointers(question: str) -> Pointers:
    """The pronouns of a question that mean nothing in the question itself.

    >>> [pointer.kind for pointer in pointers("When did she sink it?").pronouns]
    ['person', 'thing']
    >>> pointers("What did Anders say about his boat?").pronouns
    ()
    """
    tokens, found = tagged(question), phrases(question)
    pronouns = [pointer for i in range(len(tokens)) if (pointer := _pronoun(question, tokens, i, found)) is not None]
    pointing = [phrase for phrase in found if phrase.pointing and _points(tokens, phrase)]
    return Pointers(tuple(pronouns), tuple(pointing))


def _pronoun(question: str, tokens: Sequence[Token], i: int, found: Sequence[Phrase]) -> Pointer | None:
    """The i-th word as a pointer; None if it is none, or means something in the question itself."""
    token = tokens[i]
    kind = _KINDS.get(token.lower)
    if token.tag == "name":
        return None
    if token.lower in ("one", "ones") and _of_a_kind(tokens, i):
        return Pointer("one", token.start, token.end)
    if kind is None:
        return _demonstrative(tokens, i)
    if kind == "place":
        return None if _exists(tokens, i) else Pointer(kind, token.start, token.end)
    end = token.end
    owned = i + 1 < len(tokens) and tokens[i + 1].tag == "owner" and _owns(tokens, i + 1)  # "it's" for "its"
    if token.lower == "it" and _EXPLETIVE.match(question, token.start):
        return None
    possessive = token.lower in _POSSESSIVE or owned or (token.lower == "her" and _owns(tokens, i))
    if _stands_inside(tokens, i, found, kind, possessive):
        return None
    return Pointer(kind, token.start, tokens[i + 1].end if owned else end, possessive)


def _of_a_kind(tokens: Sequence[Token], i: int) -> bool:
    """Whether "one" means a thing of a kind, as in "the largest one", and no number."""
    before = tokens[i - 1] if i else None
    if before is None or not (before.tag == "word" or before.lower in ("which", "what", "other")):
        return False
    return i + 1 == len(tokens) or tokens[i + 1].tag not in ("word", "name", "number")


def _owns(tokens: Sequence[Token], i: int) -> bool:
    """Whether a phrase follows the i-th word."""
    return i + 1 < len(tokens) and tokens[i + 1].tag in ("word", "name", "number")


def _exists(tokens: Sequence[Token], i: int) -> bool:
    """Whether "there" is the one of "there is"."""
    before = tokens[i - 1] if i else None
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    be = "is are was were be been has have had will would".split()
    there_is = before is not None and before.lower in be and not _follows_subject(tokens, i)
    return there_is or (after is not None and after.lower in be)


def _follows_subject(tokens: Sequence[Token], i: int) -> bool:
    """Whether a subject stands before the verb in front of a word: "Who was there", not "How many were there"."""
    return i >= 2 and tokens[0].lower in ("who", "which") and all(t.tag == "mark" for t in tokens[i + 1 :])


def _demonstrative(tokens: Sequence[Token], i: int) -> Pointer | None:
    """ "This" or "that" without a noun, where it points back: not "said that", "ships that sank"."""
    token = tokens[i]
    if token.tag != "pronoun" or token.lower not in ("this", "that", "these", "those"):
        return None
    before = tokens[i - 1] if i else None
    last = all(later.tag == "mark" for later in tokens[i + 1 :])
    led = before is None or before.tag in ("auxiliary", "preposition")
    who = i + 1 < len(tokens) and tokens[i + 1].lower in ("who", "which", "there", "the")
    if who or not (last or led):
        return None
    return Pointer("several" if token.lower.endswith("se") else "thing", token.start, token.end)


def _points(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """Whether a phrase with "this" or "that" points back; not after "said that", nor "this week"."""
    if phrase.head in _TIMES:
        return phrase.tokens[0].lower == "that"
    i = next(k for k, token in enumerate(tokens) if token.start == phrase.start)
    before = tokens[i - 1] if i else None
    if before is None or phrase.tokens[0].lower != "that" or phrase.plural:
        return not (before is not None and phrase.plural and phrase.tokens[0].lower == "that")
    verb = verb_form(before.text)
    return before.tag in ("auxiliary", "preposition") or (verb is not None and verb[0] not in _REPORTING)


def _stands_inside(
    tokens: Sequence[Token], i: int, found: Sequence[Phrase], kind: PointerKind, possessive: bool
) -> bool:
    """Whether a pronoun means a phrase before it in its own question: "What did Anders say about his boat?"

    An object never stands for the subject of its own clause ("Why did Anders sell it?": Chomsky 1981, principle B).
    """
    token = tokens[i]
    earlier = [phrase for phrase in found if phrase.end <= token.start and not phrase.empty]
    if not earlier:
        return False
    joined = any(t.tag == "joining" for t in tokens[:i] if t.start > earlier[0].end)
    between = [t for t in tokens[:i] if t.start >= earlier[-1].end]
    if (
        token.lower in _OBJECTS
        and not possessive
        and not joined
        and any(t.tag in ("verb", "preposition") for t in between)
    ):
        return False  # fmt: skip
    if any(phrase.named and not phrase.asked for phrase in earlier):
        return True
    verb = any(t.tag == "verb" for t in tokens[:i] if t.start > earlier[0].end)
    agrees = any(phrase.plural == (kind == "several") for phrase in earlier) and kind != "person"
    return agrees and (joined or (possessive and verb))

"""The noun phrases of a question: "the old harbour", "Ana Ruiz", "lung cancer" of "lung cancer's symptoms"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.english.tagging import Token, tagged

_INSIDE = frozenset(("determiner", "number", "name", "word"))
_JOINING_NAMES = frozenset(("of", "for", "and"))
_SINGULAR_IN_S = ("ss", "us", "is", "ics")
# Nouns that only say what kind of thing is asked for; no later question refers to them.
_EMPTY_HEADS = frozenset(
    """kind kinds type types sort sorts way ways thing things example examples lot reason reasons difference
    differences year day date time name many much people general""".split()
)
# Endings of adjectives that, last in a phrase, are no part of it but its predicate: "Is the treaty legal?"
_PREDICATES = ("ous", "able", "ible", "ful", "ical", "less")
_SAID_OF = frozenset(
    """important different similar safe bad good better true likely legal ready dead alive red common effective popular
    strong weak large big small old young rich poor high low late early away first like worth
    easier harder faster slower cheaper dearer heavier lighter longer shorter higher lower stronger weaker worse bigger
    smaller larger safer richer poorer cleaner younger older healthier earlier later best worst unique""".split()
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: `text` is `start:end` of its question.

    Attributes:
        tokens: its words.
        before: the preposition in front of it; "" without one.
        owns: whether an "'s" follows; `complemented`: whether an "of" follows.
        asked: whether it belongs to the question word, as in "which town".
        subject: whether it follows the auxiliary, or is the first phrase of all.
    """

    text: str
    start: int
    end: int
    tokens: tuple[Token, ...]
    before: str = ""
    owns: bool = False
    complemented: bool = False
    asked: bool = False
    subject: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Its words in lower case, without its determiner."""
        return tuple(token.lower for token in self.tokens if token.tag != "determiner")

    @property
    def head(self) -> str:
        """Its last word in lower case, singular: what it is."""
        return singular(self.words[-1]) if self.words else ""

    @property
    def named(self) -> bool:
        """Does it hold a name?"""
        return any(token.tag == "name" for token in self.tokens)

    @property
    def definite(self) -> bool:
        """Does it begin with "the", "this" or "that", as what is known already does?"""
        return self.tokens[0].lower in ("the", "this", "that", "these", "those")

    @property
    def pointing(self) -> bool:
        """Does it begin with "this" or "that", which point back at something?"""
        return self.tokens[0].lower in ("this", "that", "these", "those")

    @property
    def plural(self) -> bool:
        """Is it a plural? The ending of a name does not tell."""
        last = self.tokens[-1]
        return last.tag != "name" and singular(last.lower) != last.lower

    @property
    def empty(self) -> bool:
        """Is it a number, or a noun that only says what kind of thing is asked for?"""
        return (
            not self.words or self.head in _EMPTY_HEADS or all(t.tag in ("number", "determiner") for t in self.tokens)
        )


def singular(word: str) -> str:
    """A plural without its ending; any other word as it is.

    >>> singular("villages"), singular("parties"), singular("crisis"), singular("churches")
    ('village', 'party', 'crisis', 'church')
    """
    if len(word) < 4 or not word.endswith("s") or word.endswith(_SINGULAR_IN_S):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def phrases(text: str) -> tuple[Phrase, ...]:
    """The noun phrases of a question, in order.

    >>> [phrase.text for phrase in phrases("When did Ana Ruiz see the town's old harbour in May?")]
    ['Ana Ruiz', 'the town', 'old harbour', 'May']
    """
    tokens = tagged(text)
    nouns: list[Phrase] = []
    i = 0
    while i < len(tokens):
        end = _end_of_phrase(tokens, i)
        said_of = end == i + 1 and _is_said_of(tokens[i])
        if end > i and not said_of and any(token.tag in ("name", "word", "number") for token in tokens[i:end]):
            nouns.append(_phrase(text, tokens, i, end, not nouns))
        i = max(end, i + 1)
    return tuple(nouns)


def _end_of_phrase(tokens: Sequence[Token], i: int) -> int:
    """The index behind the phrase that begins at i; i where no phrase does. A name goes on behind "of"."""
    while True:
        end = _end_of_part(tokens, i)
        following = _next_name(tokens, end)
        if not (end > i and tokens[end - 1].tag == "name" and following):
            return end
        i = following


def _end_of_part(tokens: Sequence[Token], i: int) -> int:
    end = i
    while end < len(tokens) and _belongs(tokens, i, end):
        end += 1
    while end > i and tokens[end - 1].tag in ("adverb", "determiner"):
        end -= 1
    if end > i + 1 and _is_said_of(tokens[end - 1]) and tokens[end - 2].tag in ("name", "word"):
        end -= 1
    return end


def _is_said_of(token: Token) -> bool:
    return token.tag == "word" and (token.lower in _SAID_OF or token.lower.endswith(_PREDICATES))


def _belongs(tokens: Sequence[Token], first: int, k: int) -> bool:
    token = tokens[k]
    if token.tag == "adverb":  # "the most famous", but no "still" at the beginning
        return k > first and k + 1 < len(tokens) and tokens[k + 1].tag == "word" and tokens[first].tag == "determiner"
    return token.tag in _INSIDE and not (token.tag == "determiner" and k > first)


def _next_name(tokens: Sequence[Token], end: int) -> int:
    """The index at which a name goes on behind "of", "of the" and the like; 0 where it does not."""
    if end + 1 >= len(tokens) or tokens[end].lower not in _JOINING_NAMES:
        return 0
    after = end + 1 + (tokens[end + 1].lower == "the")
    joins = tokens[end].lower != "and" and after < len(tokens) and tokens[after].tag == "name"
    return after if joins else 0


def _phrase(text: str, tokens: Sequence[Token], i: int, end: int, first: bool) -> Phrase:
    before = tokens[i - 1] if i > 0 else None
    after = tokens[end] if end < len(tokens) else None
    return Phrase(
        text[tokens[i].start : tokens[end - 1].end],
        tokens[i].start,
        tokens[end - 1].end,
        tuple(tokens[i:end]),
        before=before.lower if before is not None and before.tag == "preposition" else "",
        owns=after is not None and after.tag == "owner",
        complemented=after is not None and after.lower == "of",
        asked=before is not None and (before.tag == "asking" or before.lower in ("many", "much")),
        subject=first or (before is not None and before.tag == "auxiliary"),
    )

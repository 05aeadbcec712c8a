"""The phrases that a conversation has mentioned: what a later question can mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qa.english.names import bare_name
from qa.english.phrases import Phrase, phrases
from qa.english.tagging import tagged
from qa.english.words import stem
from qa.types import Turn

_FARTHEST = 8  # turns back
_MOST = 24  # phrases that one comes back to
_READ = 120  # characters of an answer; what stands behind is no name that one comes back to
_LIMITING = frozenset(("of", "on", "in", "at", "against", "near", "for", "between"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A noun phrase, `age` turns back: of its answer where it was `said`, and `whole` if it is all of it, else of its
    question, and `carried` if it was only understood there; `opening` if it is of the first question. A phrase may be
    `joined` with what limits it: "the attack on the harbour", "Norway's minister".
    """

    text: str
    words: tuple[str, ...]
    phrase: Phrase
    age: int
    times: int = 1
    said: bool = False
    whole: bool = False
    carried: bool = False
    joined: bool = False
    opening: bool = False

    @property
    def stems(self) -> frozenset[str]:
        """The beginnings of its words, which their forms share."""
        return frozenset(stem(word) for word in self.words)


def mentions(history: Sequence[Turn]) -> tuple[Mention, ...]:
    """The phrases of the turns before a question, the latest first, each once."""
    found: list[Mention] = []
    recent = history[-_FARTHEST:]
    for age, turn in enumerate(recent[::-1]):
        for mention in (*_answered(turn, age), *_asked(turn, age, age == len(recent) - 1)):
            known = next((i for i, other in enumerate(found) if _is_same(mention, other)), None)
            if known is None:
                found.append(mention)
                continue
            later = found[known]  # in its later place, and in the fuller of both wordings
            best = mention if len(mention.words) > len(later.words) else later
            times, opening = later.times + (later.age < age), later.opening or mention.opening
            found[known] = replace(later, text=best.text, words=best.words, times=times, opening=opening)
    return tuple(found[:_MOST])


def _asked(turn: Turn, age: int, opening: bool) -> Iterator[Mention]:
    """The phrases of a question, as it was understood."""
    text, said = turn.answer.question, frozenset(token.lower for token in tagged(turn.question))
    found = [phrase for phrase in phrases(text) if not phrase.empty and not phrase.pointing]
    for first, second in pairwise(found):
        between = text[first.end : second.start].strip().lower().replace("’", "'")
        if between in ("'s", "'") or (between in _LIMITING and not first.named):
            words, main = (*first.words, *second.words), first if between in _LIMITING else second
            whole, carried = text[first.start : second.end], not set(words) <= said
            yield Mention(whole, words, main, age, joined=True, carried=carried, opening=opening)
    for phrase in found:
        if not phrase.asked or turn.answer.text is None:  # "Which town fell?" - "Vardo": one comes back to the answer
            carried = not set(phrase.words) <= said
            yield Mention(phrase.text, phrase.words, phrase, age, carried=carried, opening=opening)


def _answered(turn: Turn, age: int) -> Iterator[Mention]:
    """The phrases at the beginning of an answer."""
    text = bare_name(turn.answer.text or "")[:_READ]
    if turn.answer.is_list or {token.tag for token in tagged(text.lower())} <= {"number", "mark"}:
        return
    found = [phrase for phrase in phrases(f"of {text}") if not phrase.empty and not phrase.pointing]
    if len(found) > 1 and re.fullmatch(r"[^,.;]* and [^,.;]*", text) and all(phrase.named for phrase in found):
        words = tuple(word for phrase in found for word in phrase.words)  # "Ana Ruiz and Bo Lind"
        yield Mention(text, words, found[0], age, said=True, whole=True)
    for phrase in found:
        yield Mention(phrase.text, phrase.words, phrase, age, said=True, whole=len(found) == 1 and len(text) < _READ)


def _is_same(a: Mention, b: Mention) -> bool:
    """Whether two phrases mean one thing: the same words, or of one name or noun the words of one in the other."""
    one, other = set(a.words), set(b.words)
    nested = a.joined == b.joined and (one <= other or other <= one)
    return one == other or (nested and (a.phrase.head == b.phrase.head or (a.phrase.named and b.phrase.named)))

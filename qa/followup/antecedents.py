"""What a conversation has mentioned, and which mention a question means: query resolution.

Which terms of the history belong to a question is a choice (after Voskarides et al. 2020, "Query Resolution for
Conversational Search with Limited Supervision", who choose term by term): here one noun phrase of the history, or none.
A conditional logit (McFadden 1974) over features of the question and of each phrase makes it. Its weights stand in
data/followup.json, which `python -m eval.talks.resolving` fits on conversations with manual rewrites.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Literal

from embeddings.errors import ModelError
from embeddings.text.dates import MONTHS, WEEKDAYS
from qa.english.names import TITLES, bare_name
from qa.english.phrases import Phrase, phrases
from qa.english.tagging import tagged
from qa.english.words import stem
from qa.followup.pointing import Pointers, pointers
from qa.types import Answer, Turn

WEIGHTS = Path(__file__).parents[1] / "data" / "followup.json"
FARTHEST = 8  # turns back
_LONGEST_ANSWER = 80  # characters; a longer answer is no name that one comes back to

Kind = Literal["person", "place", ""]

NONE_FEATURES = ("bias", "pronoun", "comparing", "named", "definite", "words", "repeats",
                 "complemented", "own")  # fmt: skip
FEATURES = ("age", "last", "fresh", "carried", "owner", "complement", "complemented", "subject", "named", "definite",
            "disagrees", "times", "asked", "opening")  # fmt: skip

_TIME = re.compile(
    rf"\b(?:{'|'.join((*MONTHS, *WEEKDAYS))}|years?|months?|weeks?|days?|hours?|minutes?|today|yesterday)\b",
    re.IGNORECASE,
)
_WITHIN = frozenset(("in", "at", "near", "around", "from", "into", "outside", "inside", "across"))
_LIMITING = frozenset(("of", "on", "in", "at", "against", "near", "for", "between"))
_SPEAKING = re.compile(r"\s+(?:say|said|think|tell|believe|claim|call for|announce|speak|talk|want|die|live)\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a conversation has mentioned.

    Attributes:
        text: in the words that name it best.
        words: its words in lower case, without determiners.
        head: its last word, singular.
        kind: "person" or "place" where that is known.
        plural: several, as far as its ending tells.
        named: it holds a name.
        age: how many turns back it was last spoken of, from 0.
        times: in how many turns it was spoken of.
        said: it is the answer of that turn, and not part of its question.
        carried: it was understood there, and not said.
        phrase: where it stands in that question.
        opening: the first question spoke of it.
        full: its words there with the phrase that limits it, "the attack on the harbour"; "" without one.
    """

    text: str
    words: tuple[str, ...]
    head: str
    kind: Kind
    plural: bool
    named: bool
    age: int
    times: int
    said: bool
    carried: bool
    phrase: Phrase
    opening: bool = False
    full: str = ""

    @property
    def stems(self) -> frozenset[str]:
        """The beginnings of its words, which their forms share."""
        return frozenset(stem(word) for word in self.words)


def mentions(history: Sequence[Turn]) -> tuple[Mention, ...]:
    """The mentions in the turns before a question, the latest first, each once."""
    found: list[Mention] = []
    recent = history[-FARTHEST:]
    for age, turn in enumerate(reversed(recent)):
        opening = age == len(recent) - 1
        asked = (replace(mention, opening=opening) for mention in _asked(turn, age))
        for mention in (*_answered(turn, age), *asked):
            known = next((i for i, other in enumerate(found) if _is_same(mention, other)), None)
            if known is None:
                found.append(mention)
            elif found[known].age < age:
                found[known] = _joined(found[known], mention)
    return tuple(found)


def _asked(turn: Turn, age: int) -> Iterator[Mention]:
    """The phrases of a question, as it was understood."""
    text = turn.answer.question
    asked = frozenset(token.lower for token in tagged(turn.question))
    of_person = any(pointer.kind == "person" for pointer in pointers(turn.question).pronouns)
    found = phrases(text)
    yield from (_mention(office, age, "person", said=False, carried=False) for office in _offices(text, found))
    for phrase, following in zip_longest(found, found[1:]):
        if phrase.empty or phrase.pointing or (_TIME.search(phrase.text) and not phrase.definite):
            continue
        if phrase.asked and turn.answer.text is not None:
            continue  # "What position did he hold?" - "President": one comes back to the answer
        carried = not set(phrase.words) <= asked
        place = phrase.named and phrase.before in _WITHIN
        person = phrase.named and not place and (_is_person(text, phrase) or (of_person and carried))
        kind: Kind = "place" if place else "person" if person else ""
        made = _mention(phrase, age, kind, said=False, carried=carried)
        yield replace(made, full=_with_limit(text, phrase, following))


def _offices(text: str, found: Sequence[Phrase]) -> Iterator[Phrase]:
    """The holder of an office, as one phrase: "Norway's minister", "the mayor of Oslo"."""
    for first, second in pairwise(found):
        owned = first.owns and text[first.end : second.start].lower() in ("'s ", "’s ", "' ", "’ ")
        limited = text[first.end : second.start].lower() == " of " and not first.named
        if (owned and second.head in TITLES and not second.named) or (limited and first.head in TITLES):
            yield replace(first, text=text[first.start : second.end], end=second.end,
                          tokens=(*first.tokens, *second.tokens) if owned else (*second.tokens, *first.tokens),
                          owns=second.owns, complemented=second.complemented)  # fmt: skip


def _with_limit(text: str, phrase: Phrase, following: Phrase | None) -> str:
    """A phrase with the one behind it that limits it: "the attack on the harbour"; "" where none does."""
    if following is None or following.before not in _LIMITING or phrase.named or following.pointing:
        return ""
    if text[phrase.end : following.start].strip().lower() != following.before:
        return ""
    return text[phrase.start : following.end]


def _is_person(question: str, phrase: Phrase) -> bool:
    """Whether a name is that of a person, as far as its question shows."""
    if phrase.definite or any(token.text.isupper() for token in phrase.tokens if token.tag == "name"):
        return False
    who = re.match(r"\W*who(?:['’]s| is| was)\s+$", question[: phrase.start], re.IGNORECASE) is not None
    return who or _SPEAKING.match(question[phrase.end :]) is not None


def _answered(turn: Turn, age: int) -> Iterator[Mention]:
    """The name that a turn answered with."""
    text = turn.answer.text
    if text is None or len(text) > _LONGEST_ANSWER or turn.answer.is_list:
        return
    name = bare_name(text)
    found = [phrase for phrase in phrases(f"of {name}") if phrase.named and not _TIME.search(phrase.text)]
    if not found or found[0].start > len("of the ") or _is_plain_word(name, turn.answer):
        return
    asked = turn.answer.question.lower()
    phrase = found[0]
    if len(found) > 1 and re.search(r"\band\b", name):  # "Ana Ruiz and Bo Lind"
        yield replace(_mention(phrase, age, "", said=True, carried=False), text=name, plural=True)
        return
    group = phrase.definite or phrase.text.isupper() or phrase.plural
    who = re.match(r"\W*(?:(?:by|to|from|with)\s+)?who", asked) is not None
    where = re.match(r"\W*(?:from\s+)?where\b", asked) is not None or re.search(
        r"\bwh(?:ich|at) (?:\w+ )?(?:town|city|village|country|province|region|place|area)\b", asked
    )
    office = phrase.head in TITLES
    kind: Kind = "person" if (who and not group) or office else "place" if where else ""
    yield _mention(phrase, age, kind, said=True, carried=False)


def _is_plain_word(name: str, answer: Answer) -> bool:
    """Whether a one-word answer with a capital is no name: a number, or a word that its document also writes small."""
    words = tagged(name)
    if len(words) != 1:
        return False
    if words[0].tag == "number" or not words[0].text[:1].isupper():
        return True
    small = re.compile(rf"\b{re.escape(words[0].lower)}\b")
    return not words[0].text.isupper() and any(small.search(cited.document.text) for cited in answer.citations[:1])


def _mention(phrase: Phrase, age: int, kind: Kind, said: bool, carried: bool) -> Mention:
    return Mention(
        phrase.text, phrase.words, phrase.head, kind, phrase.plural, phrase.named, age, 1, said, carried, phrase
    )


def _is_same(a: Mention, b: Mention) -> bool:
    """Whether two phrases mean one thing: the same words, or the same head and the words of one in the other."""
    one, other = set(a.words), set(b.words)
    return one == other or (a.head == b.head and (one <= other or other <= one)) or (
        a.named and b.named and bool(one) and bool(other) and (one < other or other < one)
    )  # fmt: skip


def _joined(later: Mention, earlier: Mention) -> Mention:
    """One mention of a thing from two turns: the place of the later, the fuller of both wordings."""
    kind = later.kind or earlier.kind
    fuller = earlier if len(earlier.words) > len(later.words) else later
    return replace(
        later, text=fuller.text, words=fuller.words, head=fuller.head, named=fuller.named, kind=kind,
        plural=fuller.plural, times=later.times + 1, opening=later.opening or earlier.opening,
        full=later.full or earlier.full,
    )  # fmt: skip


# The choice ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weights:
    """A fitted conditional logit: one weight for each of NONE_FEATURES (no phrase belongs) and of FEATURES."""

    none: tuple[float, ...]
    mention: tuple[float, ...]

    @classmethod
    def read(cls, path: Path = WEIGHTS) -> Weights:
        """Raises ModelError where the file is missing or was fitted for other features."""
        try:
            stored: Mapping[str, Mapping[str, float]] = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                tuple(float(stored["none"][name]) for name in NONE_FEATURES),
                tuple(float(stored["mention"][name]) for name in FEATURES),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path}: not the weights of {', '.join(FEATURES)} ({error!r}); "
                "fit them with python -m eval.talks.resolving"
            ) from None


@cache
def shipped_weights() -> Weights:
    """The weights that ship, read once a process."""
    return Weights.read()


def none_features(question: str, pointers: Pointers, known: Sequence[Mention]) -> tuple[float, ...]:
    """The features of a question that stands alone, in the order of NONE_FEATURES."""
    found = [phrase for phrase in phrases(question) if not phrase.empty]
    stems = {stem(word) for phrase in found for word in phrase.words}
    repeated = any(mention.stems <= stems for mention in known)
    comparing = r"\b(?:other|others|another|else|more|less|\w{3,}est|most|least|ones?|differ)\b"
    last = found[-1] if found else None
    open_phrase = last is not None and last.definite and not last.before and not last.named
    return (
        1.0,
        float(bool(pointers.pronouns)),
        float(re.search(comparing, question.lower()) is not None),
        float(any(phrase.named for phrase in found)),
        float(open_phrase),
        min(8, sum(len(phrase.words) for phrase in found)) / 8,
        float(repeated),
        float(any(phrase.before for phrase in found)),
        float(any(p.subject and not (p.definite or p.asked or p.plural or p.before) for p in found)),
    )  # fmt: skip


def mention_features(mention: Mention, pointers: Pointers, known: Sequence[Mention]) -> tuple[float, ...]:
    """The features of a phrase of the history, in the order of FEATURES."""
    phrase = mention.phrase
    disagrees = (pointers.number == "one" and mention.plural) or (pointers.number == "several" and not mention.plural)
    fresh = mention.age == 0 and not any(other.carried for other in known if other.age == 0)
    return (
        min(mention.age, 4) / 4,
        float(mention.age == 0),
        float(fresh),
        float(mention.carried and mention.age == 0),
        float(phrase.owns),
        float(bool(phrase.before)),
        float(phrase.complemented),
        float(phrase.subject),
        float(mention.named),
        float(phrase.definite),
        float(disagrees and not mention.named),
        min(mention.times - 1, 3) / 3,
        float(phrase.asked),
        float(mention.opening),
    )


def scores(
    question: str, pointers: Pointers, known: Sequence[Mention], spoken_of: Sequence[Mention], weights: Weights
) -> list[float]:
    """The log-odds of "none" and of each phrase of `known`, in their order: (1 + phrases,).

    Args:
        known: what the question could mean.
        spoken_of: all mentions in the turns before it, including what the question itself names.
    """
    none = _dot(weights.none, none_features(question, pointers, spoken_of))
    return [none, *(_dot(weights.mention, mention_features(mention, pointers, known)) for mention in known)]


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return math.fsum(weight * value for weight, value in zip(weights, values, strict=True))

"""Does a question lean on the turns before it, and which of their phrases belong to it? Two small nets say.

Query resolution is a choice term by term (Voskarides et al. 2020, "Query Resolution for Conversational Search with
Limited Supervision"): here phrase by phrase. `python -m eval.training.followups` makes the weights of both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from embeddings.errors import ModelError
from embeddings.models.encoder import Vectors, shipped_encoder
from embeddings.text.dates import MONTHS, WEEKDAYS
from qa.english.phrases import Phrase, phrases
from qa.english.question import Question
from qa.english.tagging import Token, tagged
from qa.english.words import stem
from qa.followup.ellipsis import is_bare, is_fragment, without_connective
from qa.followup.mentions import Mention, mentions
from qa.followup.pointing import Kind, Pointer, pointers
from qa.types import Turn

WEIGHTS = Path(__file__).parents[1] / "data" / "followup.npz"
ARRAYS = ("basis", "leans_inner", "leans_outer", "belongs_inner", "belongs_outer", "limits")
LONGEST_SAID = 100  # characters of an answer that are looked at
KINDS: tuple[Kind | None, ...] = ("person", "thing", "several", "place", None)
_COMPARING = re.compile(r"\b(?:other|others|another|else|more|less|\w{3,}est|most|least|ones?|differ\w*|same)\b")
TIME = re.compile(rf"\d|\b(?:{'|'.join((*MONTHS, *WEEKDAYS))}|years?|months?|weeks?|days?|today)\b", re.IGNORECASE)

Vector = Callable[[str], Vectors]  # a text -> its unit vector (384,)


@lru_cache(maxsize=4096)
def encoded(text: str) -> Vectors:
    """The unit vector of a text, by the encoder that ships."""
    return shipped_encoder(0).encode_query(text)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question, bare of the "and" in front that connected it, and the phrases known from the turns that it lacks."""

    question: str
    bare: str
    connected: bool
    tokens: tuple[Token, ...]
    phrases: tuple[Phrase, ...]
    pointers: tuple[Pointer, ...]
    history: Sequence[Turn]
    known: tuple[Mention, ...]

    @classmethod
    def of(cls, question: str, history: Sequence[Turn]) -> Reading:
        """Reads a question; `history` has at least one turn."""
        bare, connected = without_connective(question)
        stems = {stem(token.lower) for token in tagged(question)}
        known = tuple(mention for mention in mentions(history) if not mention.stems <= stems)
        return cls(question, bare, connected, tagged(bare), phrases(bare), pointers(bare), history, known)

    @property
    def points(self) -> bool:
        """Whether a word or phrase of it points back: "she", "that decision", but not "the ship that sank"."""
        return bool(self.pointers) or any(p.pointing and (p.before or p.subject) for p in self.phrases)

    @property
    def kind(self) -> Kind | None:
        """The kind of its first pronoun; None without one."""
        return self.pointers[0].kind if self.pointers else None


@dataclass(frozen=True, slots=True)
class Net:
    """Two layers, the bias in the last row of each: (features + 1, hidden) and (hidden + 1, 1)."""

    inner: Vectors
    outer: Vectors

    def probabilities(self, rows: Vectors) -> Vectors:
        """How likely each row is right: (rows,)."""
        hidden = np.tanh(rows @ self.inner[:-1] + self.inner[-1])
        logits = hidden @ self.outer[:-1, 0] + self.outer[-1, 0]
        likely: Vectors = 1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30)))
        return likely


@dataclass(frozen=True, slots=True)
class Chooser:
    """Both nets, and the directions of the vectors that they look at: (384, directions).

    The limits: the likelihood from which a question leans, from which it surely does, from which a phrase belongs.
    """

    basis: Vectors
    leans: Net
    belongs: Net
    limits: tuple[float, float, float]

    @classmethod
    def read(cls, path: Path = WEIGHTS) -> Chooser:
        """Raises ModelError where the file is missing or damaged."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                basis, *layers, limits = (stored[name].astype(np.float32) for name in ARRAYS)
            first, sure, belongs = (float(limit) for limit in limits)
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            made = "make them with python -m eval.training.followups"
            raise ModelError(f"{path}: not the weights of follow-ups ({error!r}); {made}") from None
        return cls(basis, Net(*layers[:2]), Net(*layers[2:]), (first, sure, belongs))

    def leaning(self, reading: Reading, vector: Vector = encoded) -> float:
        """How likely a question leans on the turns before it."""
        return float(self.leans.probabilities(leaning_row(reading, self.basis, vector)[None])[0])

    def belonging(self, reading: Reading, kind: Kind | None, vector: Vector = encoded) -> Vectors:
        """How likely each phrase of `reading.known` belongs to the question, or is what such a pronoun means."""
        return self.belongs.probabilities(belonging_rows(reading, kind, self.basis, vector))


@cache
def shipped_chooser() -> Chooser:
    """The weights that ship, read once a process."""
    return Chooser.read()


def leaning_row(reading: Reading, basis: Vectors, vector: Vector = encoded) -> Vectors:
    """The features of a question: (features,)."""
    own, last = vector(reading.question) @ basis, vector(reading.history[-1].answer.question) @ basis
    return np.array([*_of_question(reading, vector), *own, *(own * last)], np.float32)


def belonging_rows(reading: Reading, kind: Kind | None, basis: Vectors, vector: Vector = encoded) -> Vectors:
    """The features of the phrases that a question can mean: (phrases, features)."""
    asked, own = _of_question(reading, vector), vector(reading.question)
    of_kind = np.array([kind == other for other in KINDS])
    nearest = max(float(own @ vector(mention.text)) for mention in reading.known)
    rows = []
    for mention in reading.known:
        near, text = float(own @ vector(mention.text)), vector(mention.text) @ basis
        after = float(vector(mention.text) @ vector(reading.history[-1].answer.question))
        found = _of_mention(mention, reading, kind)
        bound = np.outer(of_kind, text).ravel()  # what "she" can mean shows in the vector
        rows.append([*asked, *found, near, near - nearest, after, *of_kind, *((own @ basis) * text), *bound])
    return np.array(rows, np.float32)


def _of_question(reading: Reading, vector: Vector) -> list[float]:
    """What the words of a question show, and how near it is to the last turn."""
    last, tags = reading.history[-1].answer, {token.tag for token in reading.tokens}
    found = [phrase for phrase in reading.phrases if not phrase.empty]
    plain = {stem(t.lower) for t in reading.tokens if t.tag in ("name", "word", "verb", "number")}
    before = {stem(t.lower) for turn in reading.history for t in tagged(turn.answer.question)}
    heads, own = {mention.phrase.head for mention in reading.known}, vector(reading.question)
    end = next(iter(found[-1:]), None)
    return [
        *(any(pointer.kind == kind for pointer in reading.pointers) for kind in KINDS[:-1]),
        any(pointer.possessive for pointer in reading.pointers), any(phrase.pointing for phrase in found),
        reading.connected, is_bare(reading.bare), is_fragment(reading.bare), any(phrase.named for phrase in found),
        any(phrase.definite and not phrase.complemented for phrase in found),
        end is not None and end.definite and not end.before and not end.named,
        any(phrase.before or phrase.owns for phrase in found),
        any(p.subject and not (p.definite or p.asked or p.plural or p.before) for p in found),
        any(phrase.head in heads for phrase in found), "verb" in tags, "asking" in tags, "number" in tags,
        _COMPARING.search(reading.bare.lower()) is not None, reading.tokens[0].lower == "why",
        min(12, len(reading.tokens)) / 12, min(8, len(plain)) / 8, min(8, len(plain - before)) / 8,
        len(plain & before) / max(1, len(plain)), min(8, len(reading.history)) / 8, last.text is None,
        float(own @ vector(last.question)), float(own @ vector(last.text[:LONGEST_SAID])) if last.text else 0.0,
    ]  # fmt: skip


def _of_mention(mention: Mention, reading: Reading, kind: Kind | None) -> list[float]:
    """What the words of a phrase and its place show."""
    phrase, latest = mention.phrase, mention.age == 0
    fresh = latest and not any(other.carried for other in reading.known if other.age == 0)
    heads = {other.head for other in reading.phrases if other.definite}
    wanted = Question.of(reading.history[-1 - mention.age].answer.question).kind if mention.said else "other"
    return [
        wanted == "person", wanted == kind == "person", wanted == kind == "place",
        min(mention.age, 4) / 4, latest, fresh, mention.carried and latest, mention.said, mention.said and latest,
        mention.whole, mention.joined, mention.opening, min(mention.times - 1, 3) / 3, phrase.owns, bool(phrase.before),
        phrase.complemented, phrase.subject, phrase.named, phrase.definite, phrase.asked, phrase.plural,
        kind == "several" and not phrase.plural, kind in ("thing", "person") and phrase.plural,
        TIME.search(mention.text) is not None, phrase.head in heads, min(6, len(mention.words)) / 6,
    ]  # fmt: skip

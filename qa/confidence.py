"""Scores of the reader and of retrieval -> the probability that the best span is right.

A logistic regression (Platt 1999) over a handful of features. Its coefficients stand in data/confidence.json, which
`python -m eval.calibrate` fits on held-out questions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from embeddings.errors import ModelError
from qa.candidates import Candidate, same_answer, words

COEFFICIENTS = Path(__file__).parent / "data" / "confidence.json"

FEATURES = ("margin", "probability", "dense", "lead", "support", "shared_words")


def features(question: str, candidate: Candidate, candidates: Sequence[Candidate]) -> tuple[float, ...]:
    """What is known of a candidate, in the order of FEATURES.

    margin: start and end logits over those of "no answer", compressed by tanh(margin / 10).
    probability: the reader's own, within the passage.
    dense: cosine of question and passage.
    lead: how far its score lies over that of the best candidate that says something else, in logits, within +-5.
    support: how many other passages' best spans say the same, at most 2.
    shared_words: share of the question's longer words that stand in the passage or its title, by their first five
        letters.
    """
    rivals = [c.score for c in candidates if not same_answer(c.text, candidate.text)]
    lead = candidate.score - max(rivals, default=candidate.score - 5.0)
    others = {c.rank for c in candidates if c.rank != candidate.rank and same_answer(c.text, candidate.text)}
    return (
        math.tanh(candidate.span.margin / 10.0),
        candidate.span.probability,
        candidate.hit.dense,
        max(-5.0, min(5.0, lead)),
        float(min(2, len(others))),
        shared_words(question, f"{candidate.hit.document.title} {candidate.hit.text}"),
    )


def shared_words(question: str, passage: str) -> float:
    """Share of the question's words of four letters or more that the passage has, compared by five letters.

    >>> shared_words("Which towns did rebels capture?", "The rebels captured two villages.")
    0.5
    """
    asked = {word[:5] for word in words(question) if len(word) > 3 or word.isdigit()} - _QUESTION_WORDS
    found = {word[:5] for word in words(passage)}
    return len(asked & found) / len(asked) if asked else 0.0


_QUESTION_WORDS = frozenset(
    word[:5] for word in ("what", "when", "where", "which", "whom", "whose", "does", "were", "have")
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted logistic regression: one weight for each of FEATURES, and a bias."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, values: Sequence[float]) -> float:
        """Probability in (0, 1) that a candidate with these features is right."""
        logit = self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))

    @classmethod
    def read(cls, path: Path = COEFFICIENTS) -> Calibration:
        """Raises ModelError where the file is missing or was fitted for other features."""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls(tuple(float(stored["weights"][name]) for name in FEATURES), float(stored["bias"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path}: not the coefficients of {', '.join(FEATURES)} ({error!r}); fit them again"
            ) from None


@cache
def shipped_calibration() -> Calibration:
    """The coefficients that ship, read once a process."""
    return Calibration.read()

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
from qa.answers.candidates import Candidate
from qa.english.words import same_answer

COEFFICIENTS = Path(__file__).parents[1] / "data" / "confidence.json"

FEATURES = ("margin", "first_margin", "other_margin", "dense", "lead")

_SCALE = 10.0  # logits; margins beyond it hardly tell more
_LONGEST_LEAD = 5.0


def features(candidate: Candidate, candidates: Sequence[Candidate]) -> tuple[float, ...]:
    """What is known of a candidate, in the order of FEATURES.

    margin: start and end logits over those of "no answer", compressed by tanh(margin / 10).
    first_margin: the same for the best span of the first passage, which need not be the passage of the candidate.
    other_margin: the same for the best of the candidates ranked behind it: two that read equally well are one too many.
    dense: cosine of question and passage.
    lead: how far its score lies over that of the best candidate that says something else, in logits, within +-5.
    """
    first = max((c.read.margin for c in candidates if c.rank == 0), default=candidate.read.margin)
    behind = [c.read.margin for c in candidates if c is not candidate and c.score <= candidate.score]
    other = max(behind, default=-_SCALE)
    rivals = [c.score for c in candidates if not same_answer(c.text, candidate.text)]
    lead = candidate.score - max(rivals, default=candidate.score - _LONGEST_LEAD)
    return (
        math.tanh(candidate.read.margin / _SCALE),
        math.tanh(first / _SCALE),
        math.tanh(other / _SCALE),
        candidate.hit.dense,
        max(-_LONGEST_LEAD, min(_LONGEST_LEAD, lead)),
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

"""What a confidence has meant: of answers this sure, how many were right.

A reliability table (Murphy & Winkler 1977) stands beside the coefficients of the confidence. `python -m eval.calibrate`
measures it on questions whose answers are known and whose articles the calibration had not seen, and writes both.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from embeddings.errors import ModelError
from qa.answers.confidence import COEFFICIENTS
from qa.render import per_cent

FIELD = "reliability"
_TENTHS = 10
# A share over this is said as "nearly all": no count of ten says it, and none is all.
_NEARLY_ALL = 0.95


@dataclass(frozen=True, slots=True)
class SureBin:
    """Answers of about the same confidence.

    Attributes:
        lowest, highest: the confidences that belong to it: [lowest, highest), the last one with its end.
        questions: how many were asked.
        right: the share of them that was answered right, in [0, 1], kinds of question weighted as in the fit.
    """

    lowest: float
    highest: float
    questions: int
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often answers of a confidence were right on a benchmark; the bins in order, from 0 to 1."""

    benchmark: str
    bins: tuple[SureBin, ...]

    def bin_of(self, confidence: float) -> SureBin:
        """The bin that a confidence in [0, 1] falls in."""
        return next((each for each in self.bins if confidence < each.highest), self.bins[-1])

    def meaning(self, confidence: float) -> str:
        """What answers this sure have come to, in one sentence.

        >>> Reliability("Quiz", (SureBin(0.0, 0.7, 80, 0.4), SureBin(0.7, 1.0, 50, 0.88))).meaning(0.83)
        'Of answers this sure (70% to 100%), about 9 in 10 were right on Quiz: 88% of 50 questions.'
        """
        row = self.bin_of(confidence)
        sure = f"{row.lowest:.0%} to {row.highest:.0%}"
        return (
            f"Of answers this sure ({sure}), {in_ten(row.right)} were right on {self.benchmark}: "
            f"{per_cent(row.right)} of {row.questions:,} questions."
        )

    @classmethod
    def read(cls, path: Path = COEFFICIENTS) -> Reliability | None:
        """The table beside a calibration; None where that was fitted without one.

        Raises ModelError where the file is missing or the table is damaged.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8")).get(FIELD)
            if stored is None:
                return None
            bins = tuple(
                SureBin(float(row["lowest"]), float(row["highest"]), int(row["questions"]), float(row["right"]))
                for row in stored["bins"]
            )
            benchmark = str(stored["benchmark"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{path}: its table of reliability is damaged ({error!r}); fit it again") from None
        if not bins or not _is_whole(bins):
            raise ModelError(f"{path}: its table of reliability leaves confidences from 0 to 1 out; fit it again")
        return cls(benchmark, bins)


def _is_whole(bins: tuple[SureBin, ...]) -> bool:
    """Do bins lead from 0 to 1 without a gap?"""
    edges = [(each.lowest, each.highest) for each in bins]
    joined = all(one[1] == other[0] for one, other in pairwise(edges))
    return edges[0][0] == 0.0 and edges[-1][1] == 1.0 and joined and all(low < high for low, high in edges)


def in_ten(share: float) -> str:
    """A share in words.

    >>> in_ten(0.88), in_ten(0.97), in_ten(0.02)
    ('about 9 in 10', 'nearly all', 'hardly any')
    """
    if share > _NEARLY_ALL:
        return "nearly all"
    if share < 1 - _NEARLY_ALL:
        return "hardly any"
    return f"about {max(1, min(_TENTHS - 1, round(share * _TENTHS)))} in {_TENTHS}"


@cache
def shipped_reliability() -> Reliability | None:
    """The table that ships, read once a process."""
    return Reliability.read()

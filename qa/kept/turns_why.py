"""Why an answer was chosen, as the browser keeps it with its turn: numbers and places, no words.

The passages are those of the turn's answer, in the same order, and are looked up with it; the words are read from the
documents again. If one of the passages is gone, nothing is shown.
"""

from __future__ import annotations

from typing import Any, get_args

from qa.answers.explanation import BestSpan, Explanation, PassageRead, Role
from qa.answers.reliability import Reliability
from qa.kept.fields import Fields
from qa.types import Answer, Citation

_MOST = 100  # passages that are read
_MOST_STEPS, _LONGEST_NAME = 20, 60  # characters
_ROLES: tuple[Role, ...] = get_args(Role)
_DECIMALS = 4


def why_row(explanation: Explanation) -> dict[str, Any]:
    """An explanation for JSON."""
    return {"threshold": explanation.threshold, "passages": [_row(read) for read in explanation.passages]}


def _row(read: PassageRead) -> dict[str, Any]:
    best = read.best
    row = {
        **{name: round(getattr(read, name), _DECIMALS) for name in ("dense", "lexical", "fused")},
        "role": _ROLES.index(read.role),
    }
    if best is None:
        return row
    numbers = {name: getattr(best, name) for name in ("score", "no_answer", "ranked_by", "confidence")}
    rounded = {name: round(number, _DECIMALS) for name, number in numbers.items() if number is not None}
    return {**row, "best": {"start": best.start, "end": best.end, **rounded, "steps": [*best.steps]}}


def why_of(said: Fields, answer: Answer, reliability: Reliability | None) -> Explanation:
    """The explanation of an answer that was looked up again; without passages if one of them is gone.

    Raises RecordError where it has another form.
    """
    rows = said.each("passages", _MOST)
    threshold = said.probability("threshold")
    if len(rows) != len(answer.passages):
        return Explanation(answer, threshold, (), reliability)
    read = tuple(_read(row, passage) for row, passage in zip(rows, answer.passages, strict=True))
    return Explanation(answer, threshold, read, reliability)


def _read(row: Fields, passage: Citation) -> PassageRead:
    dense, lexical, fused = (row.real(name) for name in ("dense", "lexical", "fused"))
    best = _best(row.inside("best"), passage) if "best" in row.values else None
    return PassageRead(passage, dense, lexical, fused, best, _ROLES[row.number("role", len(_ROLES) - 1)])


def _best(row: Fields, passage: Citation) -> BestSpan:
    text, start, end = passage.document.text, row.number("start"), row.number("end")
    if not start < end <= len(text):
        raise row.fault("end", "a place in its document")
    score, no_answer = row.real("score"), row.real("no_answer")
    ranked, sure = (row.real(name) if name in row.values else None for name in ("ranked_by", "confidence"))
    steps = row.texts("steps", _MOST_STEPS, _LONGEST_NAME) if "steps" in row.values else ()
    return BestSpan(text[start:end], start, end, score, no_answer, ranked, sure, steps)

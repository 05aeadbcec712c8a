"""The verdict on an answer, in a few words and in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from eval.metrics import RIGHT_F1
from eval.runner import Outcome, Score
from qa.types import Answer


class Verdict(Enum):
    """An answer compared with its gold. The value is the name of a group of such answers."""

    REFUSED = "Refused, but the documents answer it"
    UNSUPPORTED = "Answered, though the documents do not say"
    WRONG = "Wrong words from the wrong place"
    MISSED_WORDS = "Right place, wrong words"
    MISPLACED = "Right words, wrong place"
    RIGHTLY_REFUSED = "Refused, and the documents do not say"
    RIGHT = "Right"

    @property
    def is_failure(self) -> bool:
        """Whether the answer failed the user."""
        return self not in (Verdict.RIGHT, Verdict.RIGHTLY_REFUSED)


def verdict(outcome: Outcome) -> Verdict:
    """The one verdict that fits; `Outcome.right` decides what is right."""
    if not outcome.question.answerable:
        return Verdict.RIGHTLY_REFUSED if outcome.refused else Verdict.UNSUPPORTED
    if outcome.refused:
        return Verdict.REFUSED
    if outcome.right:
        return Verdict.RIGHT
    if outcome.f1 >= RIGHT_F1:
        return Verdict.MISPLACED
    return Verdict.MISSED_WORDS if outcome.cited else Verdict.WRONG


def sentence(outcome: Outcome) -> str:
    """The verdict in words, with the scores that led to it."""
    kind = verdict(outcome)
    if kind is Verdict.REFUSED:
        return f"refused, but the documents answer it; {_what_was_found(outcome.found, outcome.best)}"
    if kind is Verdict.UNSUPPORTED:
        tempting = ", which hold words that look like an answer" if outcome.question.tempting else ""
        return f"answered, though the documents do not say{tempting}"
    if kind is Verdict.RIGHTLY_REFUSED:
        return "refused, and rightly: the documents do not say"
    words = f"F1 {outcome.f1:.2f}"
    return {
        Verdict.RIGHT: f"right: {words}, from a place that answers",
        Verdict.WRONG: f"wrong: {words}, from a place that does not answer",
        Verdict.MISSED_WORDS: f"right place, wrong words: {words}",
        Verdict.MISPLACED: f"right words, wrong place: {words}, cited where the gold does not stand",
    }[kind]


def failures(outcomes: Iterable[Outcome]) -> dict[Verdict, tuple[Outcome, ...]]:
    """Every outcome that is wrong or refused, by its verdict, the worst kind of failure first.

    Questions that were rightly refused come last: they are no failures, but a reader may want to doubt them.
    """
    groups: dict[Verdict, list[Outcome]] = {kind: [] for kind in Verdict if kind is not Verdict.RIGHT}
    for outcome in outcomes:
        if (kind := verdict(outcome)) is not Verdict.RIGHT:
            groups[kind].append(outcome)
    return {kind: tuple(group) for kind, group in groups.items()}


def _what_was_found(found: Answer | None, best: Score | None) -> str:
    if found is None or best is None:
        return "the best span found was not asked for"
    if found.text is None:
        return "no span was found"
    if best.right:
        return f"the best span found was right (F1 {best.f1:.2f})"
    place = "in the right place" if best.cited else "in the wrong place"
    return f"the best span found was wrong (F1 {best.f1:.2f}, {place})"

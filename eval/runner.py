"""Asks every gold question and scores what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from embeddings.errors import QuestionError
from embeddings.types import Hit
from eval.metrics import RIGHT_F1, cites, exact_match, first_relevant, share_cited, token_f1
from eval.sets.gold import GoldQuestion
from qa.types import Answer

HITS = 20

Progress = Callable[[int, int], None]


class Answerer(Protocol):
    """An assistant to measure: `qa.Assistant`, or anything that answers and retrieves as it does."""

    def answer(self, question: str) -> Answer:
        """The answer to a question that stands alone."""

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        """The nearest `k` passages, best first."""


@dataclass(frozen=True, slots=True)
class Score:
    """How good an answer is. A refusal, and any answer to a question without one, is False, 0, False."""

    exact: bool = False
    f1: float = 0.0
    cited: bool = False

    @property
    def right(self) -> bool:
        """Token F1 of at least 0.5, and a citation that overlaps a gold span."""
        return self.f1 >= RIGHT_F1 and self.cited


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question, what came back, and its scores.

    Attributes:
        hits: the nearest 20 passages, best first.
        seconds: wall time of `answer` alone.
        score: of the answer as it was given.
        best: of the best span found, also when the answer was refused: what `answer.confidence` speaks of, and what
            the user would see with a lower threshold. None where that span was not asked for (see `run`).
        found: the answer that a threshold of 0 gives where the answer was refused; `best` scores it. Else None.
    """

    question: GoldQuestion
    answer: Answer
    hits: tuple[Hit, ...]
    seconds: float
    score: Score
    best: Score | None
    found: Answer | None = None

    @property
    def refused(self) -> bool:
        """True where the answer was "not in these documents"."""
        return self.answer.text is None

    @property
    def exact(self) -> bool:
        """The answer is a gold answer, normalised."""
        return self.score.exact

    @property
    def f1(self) -> float:
        """Token F1 of the answer, the best over the gold answers."""
        return self.score.f1

    @property
    def cited(self) -> bool:
        """A citation of the answer overlaps a gold span."""
        return self.score.cited

    @property
    def right(self) -> bool:
        """The answer is right, as `Score.right`."""
        return self.score.right

    @property
    def rank(self) -> int | None:
        """The rank of the first relevant hit, from 1; None if no hit is relevant."""
        return first_relevant(self.hits, self.question.answers)

    @property
    def items_found(self) -> float | None:
        """Of a list question: the share of its items that a citation touches. Else None."""
        if self.question.kind != "list" or not self.question.groups:
            return None
        return share_cited(self.answer.citations, self.question.groups)

    @property
    def sides_shown(self) -> float | None:
        """Of a disagreement: the share of its sides that a citation of the answer or an alternative touches."""
        if self.question.kind != "disagreement" or not self.question.groups:
            return None
        shown = [citation for answer in (self.answer, *self.answer.alternatives) for citation in answer.citations]
        return share_cited(shown, self.question.groups)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, who is asked, and who is asked where that one refuses (see `run`)."""

    question: GoldQuestion
    assistant: Answerer
    unrefusing: Answerer | None = None


def run(
    assistant: Answerer,
    questions: Sequence[GoldQuestion],
    on_progress: Progress | None = None,
    unrefusing: Answerer | None = None,
) -> tuple[Outcome, ...]:
    """Asks all questions one by one, after a first one that is not timed.

    Args:
        assistant: what is measured.
        on_progress: called with (questions done, questions in all) after each.
        unrefusing: the same assistant with a threshold of 0. It is asked, outside the timing, where `assistant`
            refuses a question that has an answer: the confidence of a refusal speaks of the best span found, and risk
            at a coverage is risk at another threshold; neither can be scored without that span. Where it is left out,
            `Outcome.best` of those questions is None.
    """
    return run_each([Asked(question, assistant, unrefusing) for question in questions], on_progress)


def run_each(asked: Sequence[Asked], on_progress: Progress | None = None) -> tuple[Outcome, ...]:
    """`run` with an assistant for each question."""
    if asked:
        _ask(asked[0].assistant, asked[0].question.question)
    outcomes = []
    for done, one in enumerate(asked, start=1):
        outcomes.append(_outcome(one.assistant, one.question, one.unrefusing))
        if on_progress is not None:
            on_progress(done, len(asked))
    return tuple(outcomes)


def score(question: GoldQuestion, answer: Answer) -> Score:
    """Scores an answer: text against gold texts, citations against gold spans.

    For a list question, "the envoy; two ministers" (an answer of each item) is a gold text too.
    """
    if answer.text is None or not question.answerable:
        return Score()
    gold = [known.text for known in question.answers]
    if question.kind == "list" and question.groups:
        gold.append("; ".join(group[0].text for group in question.groups))
    return Score(
        exact=exact_match(answer.text, gold),
        f1=token_f1(answer.text, gold),
        cited=cites(answer.citations, question.answers),
    )


def _outcome(assistant: Answerer, question: GoldQuestion, unrefusing: Answerer | None) -> Outcome:
    began = time.perf_counter()
    answer = _ask(assistant, question.question)
    seconds = time.perf_counter() - began
    given = score(question, answer)
    found: Answer | None = None
    best: Score | None = given
    if answer.text is None and question.answerable:
        found = None if unrefusing is None else _ask(unrefusing, question.question)
        best = None if found is None else score(question, found)
    return Outcome(question, answer, _retrieve(assistant, question.question), seconds, given, best, found)


def _ask(assistant: Answerer, question: str) -> Answer:
    """A question that is turned down (too long, without a word) is a refusal without confidence."""
    try:
        return assistant.answer(question)
    except QuestionError:
        return Answer(question=question, text=None, confidence=0.0)


def _retrieve(assistant: Answerer, question: str) -> tuple[Hit, ...]:
    try:
        return tuple(assistant.retrieve(question, k=HITS))
    except QuestionError:
        return ()

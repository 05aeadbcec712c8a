"""The figures of SQuAD 2.0: refusing a question without an answer is right, and the best threshold is the best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from eval.report.figures import make_report
from eval.report.no_answer import NEVER, best_threshold
from eval.report.rendering import summary, to_markdown
from eval.runner import Outcome, Score
from eval.sets.gold import GoldAnswer, GoldQuestion
from qa.types import Answer, Citation

TEXT = Document("d", "D", "d.txt", "Seven boats came home.")
GOLD = (GoldAnswer("d", 0, 5, "Seven"),)


def outcome(answerable: bool, confidence: float, f1: float, threshold: float = 0.5) -> Outcome:
    """What came back for a question with this confidence and, at any threshold, this F1."""
    kind = "answerable" if answerable else "unanswerable"
    question = GoldQuestion("q", kind, "How many?", GOLD if answerable else ())
    answered = confidence >= threshold
    cited = (Citation(TEXT, 0, 5, 0, 22),) if answered else ()
    answer = Answer("How many?", "Seven" if answered else None, confidence, cited)
    best = Score(f1 == 1.0, f1, f1 > 0) if answerable else Score()
    return Outcome(question, answer, (), 0.1, best if answered else Score(), best)


Case = tuple[float, float, bool]
CASES = st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.9]), st.sampled_from([0.0, 0.5, 1.0]), st.booleans()))


def columns(cases: list[Case]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    confidence, f1, answerable = (np.array([case[i] for case in cases], dtype=float) for i in range(3))
    return confidence, f1 * answerable, answerable


@given(CASES.filter(len))
def test_no_threshold_gives_more_than_the_best_one(cases: list[Case]) -> None:
    confidence, f1, answerable = columns(cases)

    def at(threshold: float) -> float:
        answered = confidence >= threshold
        return float(np.where(answered, f1, 1 - answerable).mean())

    best = best_threshold(confidence, f1, answerable)
    assert best.f1 == pytest.approx(max(map(at, [0.0, 0.1, 0.3, 0.5, 0.9, NEVER])))
    assert at(best.threshold) == pytest.approx(best.f1)


def test_a_question_that_is_never_answered_counts_as_refused() -> None:
    nan = float("nan")
    best = best_threshold(np.array([nan, 0.9]), np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    assert (best.threshold, best.f1) == (0.9, 0.5)
    only = best_threshold(np.array([nan]), np.array([1.0]), np.array([0.0]))
    assert (only.threshold, only.f1) == (NEVER, 1.0)


OUTCOMES = (
    outcome(True, 0.9, 1.0),
    outcome(True, 0.8, 0.5),
    outcome(True, 0.2, 1.0),  # refused
    outcome(False, 0.7, 0.0),
    outcome(False, 0.1, 0.0),  # refused
)


def test_a_right_refusal_scores_one_and_a_wrong_one_nothing() -> None:
    report = make_report(OUTCOMES, 1, mode="squad")
    values = {figure.key: (figure.estimate.value, figure.estimate.n) for figure in report.figures}
    assert values["squad_exact_match"] == (pytest.approx(2 / 5), 5)
    assert values["squad_f1"] == (pytest.approx(2.5 / 5), 5)
    assert values["has_answer_exact_match"] == (pytest.approx(1 / 3), 3)
    assert values["has_answer_f1"] == (pytest.approx(1.5 / 3), 3)
    assert values["no_answer_refused"] == (0.5, 2)
    assert values["squad_best_f1"] == (pytest.approx(3.5 / 5), 5)
    assert values["squad_best_threshold"] == (0.8, 5)
    assert all(figure.estimate.low is not None for figure in report.figures if figure.key.startswith("squad"))


def test_the_figures_of_squad_are_shown_for_squad_alone_and_say_how_the_threshold_was_chosen() -> None:
    shown = to_markdown(make_report(OUTCOMES, 1, mode="squad", notes=["Two questions were left out."]))
    assert "chosen on these questions" in shown
    assert "HasAns F1" in shown
    assert "Two questions were left out." in shown
    plain = make_report(OUTCOMES, 1)
    assert not [f.key for f in plain.figures if f.key.startswith(("squad", "has_answer", "no_answer"))]


def test_a_given_passage_leaves_nothing_to_retrieve() -> None:
    given_passage, searched = (make_report(OUTCOMES, 1, mode=mode) for mode in ("given-passage", "squad"))
    assert "recall_at_5" in {figure.key for figure in searched.figures}
    assert not {"recall_at_5", "reciprocal_rank"} & {figure.key for figure in given_passage.figures}
    assert "each with its own passage" in summary(given_passage)


def test_figures_of_no_question_are_left_out_of_a_run_on_squad() -> None:
    keys = {figure.key for figure in make_report(OUTCOMES[:3], 1, mode="squad").figures}
    assert not keys & {"items_found", "refused_unanswerable", "no_answer_refused"}
    assert make_report(OUTCOMES[:3], 1, mode="squad")["squad_f1"].value == pytest.approx(0.5)

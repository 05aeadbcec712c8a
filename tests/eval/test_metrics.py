"""Every score against its definition, written out the slow way."""

from __future__ import annotations

import string
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Chunk, Document, Hit
from eval.metrics import (
    auroc,
    brier_score,
    calibration_error,
    cites,
    exact_match,
    first_relevant,
    mean_with_interval,
    overlap,
    percentile_with_interval,
    recall_at,
    reciprocal_rank,
    risk_at_coverage,
    share_cited,
    token_f1,
    with_interval,
)
from eval.normalise import normalise, tokens
from eval.sets.gold import GoldAnswer
from qa.types import Citation

LETTERS = Document("letters", "Letters", "letters.txt", string.ascii_letters)
DIGITS = Document("digits", "Digits", "digits.txt", string.digits * 5)

CONFIDENCE = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])  # few values, so that ties are common
WORDS = st.lists(st.sampled_from(["river", "bank", "the", "a", "old", "Old", "bridge,", "—"]), max_size=8)


def gold(start: int, end: int, document: Document = LETTERS) -> GoldAnswer:
    return GoldAnswer(document.id, start, end, document.text[start:end])


def citation(start: int, end: int, document: Document = LETTERS) -> Citation:
    return Citation(document, start, end, start, end)


def hit(start: int, end: int, document: Document = LETTERS) -> Hit:
    return Hit(document, Chunk(document.id, start, start, end), dense=0.0, lexical=0.0, score=0.0)


def column(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


# Normalising


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("45-minute", "45 minute"),
        ("The Harbour", "harbour"),
        ("“quoted”", '"quoted"'),
        ("the mayor’s car", "Mayor's car"),
        ("more\n than\t90", "more than 90"),
        ("1,200", "1 200"),
        ("A an THE end.", "end"),
    ],
)
def test_texts_that_differ_in_case_punctuation_articles_or_space_are_the_same(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(("one", "other"), [("another", "other"), ("90", "900"), ("Zoë", "Zoe"), ("theatre", "atre")])
def test_texts_that_differ_in_anything_else_stay_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    # Not for every script: lower case is not idempotent for a few letters, such as the dotted capital I.
    if once == once.lower():
        assert normalise(once) == once


@given(st.text(alphabet=string.ascii_letters + string.punctuation + "‘’“” \n\t"))
def test_no_punctuation_article_or_wide_space_is_left(text: str) -> None:
    words = normalise(text).split(" ")
    assert not set("".join(words)) & set(string.punctuation + "‘’“”\n\t")
    assert not {"a", "an", "the"} & set(words)


# Answers


def test_an_exact_match_with_any_gold_answer_counts() -> None:
    assert exact_match("The envoy", ["two ministers", "envoy"])
    assert not exact_match("envoy of peace", ["two ministers", "envoy"])
    assert not exact_match("envoy", [])


def test_f1_is_the_best_over_the_gold_answers() -> None:
    assert token_f1("at least 70", ["70 people", "at least 70"]) == 1
    assert token_f1("at least 70", ["70"]) == pytest.approx(2 * (1 / 3) / (1 / 3 + 1))
    assert token_f1("nobody", ["70", "at least 70"]) == 0
    assert token_f1("anything", []) == 0


@given(WORDS, WORDS)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(answer: Sequence[str], known: Sequence[str]) -> None:
    got, left = tokens(" ".join(answer)), tokens(" ".join(known))
    wanted = len(left)
    common = 0
    for word in got:
        if word in left:
            left.remove(word)
            common += 1
    if not got or not wanted:
        expected = float(not got and not wanted)
    elif common == 0:
        expected = 0.0
    else:
        precision, recall = common / len(got), common / wanted
        expected = 2 * precision * recall / (precision + recall)
    assert token_f1(" ".join(answer), [" ".join(known)]) == pytest.approx(expected)


@given(WORDS, st.lists(WORDS, max_size=3))
def test_an_exact_match_has_an_f1_of_one(answer: Sequence[str], known: Sequence[Sequence[str]]) -> None:
    texts = [" ".join(words) for words in known]
    if exact_match(" ".join(answer), texts):
        assert token_f1(" ".join(answer), texts) == 1


# Spans and retrieval


@given(st.tuples(*[st.integers(0, 12)] * 4))
def test_overlap_is_the_number_of_characters_in_both_spans(ends: tuple[int, int, int, int]) -> None:
    start, end, other_start, other_end = ends
    both = set(range(start, end)) & set(range(other_start, other_end))
    if start <= end and other_start <= other_end:
        assert overlap(start, end, other_start, other_end) == len(both)


def test_a_citation_counts_only_in_the_document_of_the_gold_span_and_where_they_share_a_character() -> None:
    assert cites([citation(5, 10)], [gold(9, 12)])
    assert not cites([citation(5, 10)], [gold(10, 12)])
    assert not cites([citation(5, 10, DIGITS)], [gold(5, 10)])
    assert cites([citation(0, 1), citation(5, 10, DIGITS)], [gold(20, 22), gold(5, 10, DIGITS)])
    assert not cites([], [gold(5, 10)])


def test_the_share_of_groups_cited_counts_a_group_once() -> None:
    groups = [[gold(0, 3), gold(10, 13)], [gold(20, 23)], [gold(0, 3, DIGITS)]]
    assert share_cited([citation(0, 3), citation(10, 13), citation(0, 3, DIGITS)], groups) == pytest.approx(2 / 3)
    assert share_cited([], groups) == 0
    assert share_cited([citation(0, 3)], []) == 0


def test_a_hit_is_relevant_when_its_chunk_holds_half_of_a_gold_span() -> None:
    assert first_relevant([hit(0, 12)], [gold(10, 14)]) == 1
    assert first_relevant([hit(0, 11)], [gold(10, 14)]) is None
    assert first_relevant([hit(0, 12, DIGITS), hit(30, 40), hit(0, 20)], [gold(10, 14)]) == 3
    assert first_relevant([hit(0, 20)], []) is None


def test_recall_and_reciprocal_rank_follow_from_the_first_relevant_hit() -> None:
    assert [recall_at(5, k) for k in (1, 4, 5, 20)] == [0, 0, 1, 1]
    assert recall_at(None, 20) == 0
    assert (reciprocal_rank(1), reciprocal_rank(4), reciprocal_rank(None)) == (1, 0.25, 0)


# Confidence


@given(st.lists(st.tuples(CONFIDENCE, st.booleans()), max_size=25))
def test_auroc_is_the_share_of_pairs_in_the_right_order_with_ties_as_half(rows: Sequence[tuple[float, bool]]) -> None:
    positive = [confidence for confidence, label in rows if label]
    negative = [confidence for confidence, label in rows if not label]
    measured = auroc(column(*(row[0] for row in rows)), column(*(row[1] for row in rows)))
    if not positive or not negative:
        assert np.isnan(measured)
    else:
        pairs = [float(p > n) + 0.5 * (p == n) for p, n in product(positive, negative)]
        assert measured == pytest.approx(sum(pairs) / len(pairs))


def risk_the_slow_way(coverage: float, rows: Sequence[tuple[float, float, bool]]) -> float:
    """Tries every threshold from above, as the design defines coverage and risk."""
    answerable = sum(row[2] for row in rows)
    for threshold in sorted({row[0] for row in rows}, reverse=True):
        answered = [row for row in rows if row[0] >= threshold]
        if answerable and len(answered) / answerable >= coverage:
            return 1 - sum(f1 for _, f1, _ in answered) / len(answered)
    return float("nan")


@given(
    st.lists(st.tuples(CONFIDENCE, st.sampled_from([0.0, 0.4, 1.0]), st.booleans()), max_size=25),
    st.sampled_from([0.25, 0.5, 0.75, 1.0]),
)
def test_risk_is_measured_at_the_highest_threshold_that_reaches_the_coverage(
    rows: Sequence[tuple[float, float, bool]], coverage: float
) -> None:
    rows = [(confidence, f1 if answerable else 0.0, answerable) for confidence, f1, answerable in rows]
    columns = [column(*(row[place] for row in rows)) for place in range(3)]
    assert risk_at_coverage(coverage, *columns) == pytest.approx(risk_the_slow_way(coverage, rows), nan_ok=True)


def test_answering_what_has_no_answer_is_part_of_the_risk() -> None:
    confidence, f1 = column(0.9, 0.8, 0.7, 0.6), column(1, 0, 1, 1)
    assert risk_at_coverage(2 / 3, confidence, f1, column(1, 0, 1, 1)) == pytest.approx(0.5)
    assert risk_at_coverage(0.5, confidence, f1, column(1, 1, 1, 1)) == pytest.approx(0.5)


def test_a_question_that_no_threshold_answers_never_counts_as_covered() -> None:
    confidence, f1, answerable = column(0.9, np.nan, 0.7), column(1, 0, 0.5), column(1, 1, 1)
    assert risk_at_coverage(0.6, confidence, f1, answerable) == pytest.approx(0.25)
    assert np.isnan(risk_at_coverage(0.9, confidence, f1, answerable))


@pytest.mark.parametrize("questions", [5, 10, 15, 20, 35, 70, 130])
def test_a_coverage_that_a_whole_number_of_questions_reaches_needs_no_more_of_them(questions: int) -> None:
    answered = round(0.8 * questions)
    confidence, f1 = np.arange(questions, 0, -1) / questions, np.ones(questions)
    f1[answered:] = 0
    assert risk_at_coverage(0.8, confidence, f1, np.ones(questions)) == 0


def test_brier_score_is_the_mean_squared_distance() -> None:
    assert brier_score(column(1, 0, 0.5), column(1, 0, 1)) == pytest.approx(0.25 / 3)
    assert np.isnan(brier_score(column(), column()))


def test_calibration_error_is_zero_where_confidence_is_the_share_that_is_right() -> None:
    assert calibration_error(np.full(40, 0.25), column(*[1, 0, 0, 0] * 10)) == pytest.approx(0)
    assert calibration_error(np.full(40, 0.75), column(*[1, 0, 0, 0] * 10)) == pytest.approx(0.5)


def test_calibration_error_compares_within_bins_of_equal_mass() -> None:
    confidence = np.repeat(np.arange(10) / 10, 7)
    right = column(*[1, 1, 0, 0, 0, 0, 0] * 10)
    expected = np.mean([abs(value - 2 / 7) for value in np.arange(10) / 10])
    assert calibration_error(confidence, right) == pytest.approx(expected)


@given(st.lists(st.tuples(CONFIDENCE, st.booleans()), min_size=1, max_size=30))
def test_calibration_error_does_not_depend_on_the_order_of_the_questions(
    rows: list[tuple[float, bool]],
) -> None:
    shuffled = sorted(rows, key=lambda row: (row[1], row[0]))
    errors = [
        calibration_error(column(*(row[0] for row in each)), column(*(row[1] for row in each)))
        for each in (rows, shuffled)
    ]
    assert errors[0] == pytest.approx(errors[1])
    assert 0 <= errors[0] <= 1


# Intervals


def test_an_interval_lies_around_its_mean_and_narrows_with_more_questions() -> None:
    few, many = mean_with_interval([0, 1] * 10), mean_with_interval([0, 1] * 200)
    for estimate in (few, many):
        assert estimate.value == 0.5
        assert estimate.low is not None
        assert estimate.high is not None
        assert 0 < estimate.low < 0.5 < estimate.high < 1
    assert few.high is not None
    assert many.high is not None
    assert many.high < few.high
    assert (few.n, many.n) == (20, 400)


def test_an_interval_of_a_share_is_close_to_the_one_of_the_normal_distribution() -> None:
    estimate = mean_with_interval([1] * 280 + [0] * 120)
    half = 1.96 * (0.7 * 0.3 / 400) ** 0.5
    assert estimate.low == pytest.approx(0.7 - half, abs=0.01)
    assert estimate.high == pytest.approx(0.7 + half, abs=0.01)


def test_the_same_outcomes_give_the_same_interval() -> None:
    values = np.random.default_rng(7).random(50)
    assert mean_with_interval(values) == mean_with_interval(values)
    assert mean_with_interval(values, seed=1) != mean_with_interval(values, seed=2)


def test_a_mean_has_the_same_interval_by_either_road() -> None:
    values = np.random.default_rng(7).random(30)
    slow = with_interval(lambda drawn: float(drawn.mean()), values)
    fast = mean_with_interval(values)
    assert (slow.low, slow.high) == pytest.approx((fast.low, fast.high))


def test_a_figure_over_no_questions_is_not_defined_and_says_so() -> None:
    for estimate in (
        mean_with_interval([]),
        percentile_with_interval([], 50),
        with_interval(brier_score, column(), column()),
    ):
        assert (estimate.value, estimate.low, estimate.high, estimate.n) == (None, None, None, 0)
    only_positive = with_interval(auroc, column(0.1, 0.2), column(1, 1))
    assert (only_positive.value, only_positive.n) == (None, 2)


def test_resamples_that_lack_a_class_do_not_spoil_an_interval() -> None:
    estimate = with_interval(auroc, column(0.1, 0.2, 0.9), column(0, 0, 1))
    assert (estimate.value, estimate.low, estimate.high) == (1, 1, 1)


def test_a_percentile_is_that_of_the_values() -> None:
    estimate = percentile_with_interval(np.arange(101.0), 95)
    assert estimate.value == 95
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low < 95 < estimate.high <= 100

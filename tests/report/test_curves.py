"""The curves as data: the same numbers as the table of figures, and sound for any outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import calibration_bins, calibration_error, risk_at_coverage, risk_curve, share_with_interval
from eval.report.curves import histogram, reliability, risk_coverage
from eval.report.figures import make_report
from eval.runner import Outcome
from tests.outcomes import ALL, REFUSED, RIGHT, RIGHTLY_REFUSED, UNSUPPORTED

# Which of ALL, and how sure it is.
ROWS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])), max_size=30)


def made(rows: Sequence[tuple[int, float]]) -> list[Outcome]:
    return [replace(ALL[which], answer=replace(ALL[which].answer, confidence=sure)) for which, sure in rows]


def many() -> list[Outcome]:
    rng = np.random.default_rng(3)
    return made([(int(which), float(rng.random())) for which in rng.integers(7, size=90)])


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_a_point_of_the_curve_and_of_its_band_is_the_figure_of_the_table(coverage: float) -> None:
    outcomes = many()
    figure = make_report(outcomes, documents=2)[f"risk_at_{coverage:.0%}".rstrip("%")]
    data = risk_coverage(outcomes)
    assert figure.value is not None
    assert data.curve.at(np.array([coverage])) == pytest.approx(figure.value, abs=0)
    assert [point.risk for point in data.band if round(point.coverage, 2) == coverage] == [figure]


def test_the_bins_add_up_to_the_calibration_error_of_the_table() -> None:
    outcomes = many()
    data = reliability(outcomes)
    gaps = [part.bin.n * abs(part.bin.confidence - part.bin.right) for part in data.bins]
    error = make_report(outcomes, documents=2)["calibration_error"]
    assert len(data.bins) == 10
    assert sum(gaps) / len(data.confidence) == pytest.approx(error.value)
    assert error.n == sum(part.bin.n for part in data.bins)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_a_curve_begins_with_the_surest_question_and_ends_with_all(rows: Sequence[tuple[int, float]]) -> None:
    outcomes = made(rows)
    data = risk_coverage(outcomes, resamples=5)
    curve = data.curve
    answerable = sum(one.question.answerable for one in outcomes)
    known = [one for one in outcomes if one.best is not None]
    assert bool(len(curve.risk)) == bool(answerable and known)
    assert all(a > b for a, b in pairwise(curve.threshold))
    assert all(a < b for a, b in pairwise(curve.coverage))
    assert all(-1e-9 <= risk <= 1 for risk in curve.risk)
    if len(curve.risk):
        assert curve.coverage[-1] == pytest.approx(len(known) / answerable)
        f1 = [0.0 if one.best is None else one.best.f1 for one in known]
        assert data.everything == pytest.approx(1 - sum(f1) / len(f1))
    assert all(point.risk.n == len(outcomes) for point in data.band)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_bins_hold_every_question_once_in_the_order_of_confidence(rows: Sequence[tuple[int, float]]) -> None:
    outcomes = made(rows)
    data = reliability(outcomes)
    assert sum(part.bin.n for part in data.bins) == len(data.confidence) == sum(o.best is not None for o in outcomes)
    assert all(one.bin.highest <= other.bin.lowest for one, other in pairwise(data.bins))
    for part in data.bins:
        assert part.right.low is not None
        assert part.right.high is not None
        assert 0 <= part.right.low <= part.bin.right + 1e-9
        assert part.bin.right - 1e-9 <= part.right.high <= 1
        assert part.bin.lowest - 1e-9 <= part.bin.confidence <= part.bin.highest + 1e-9


def test_the_point_in_use_is_on_the_curve_at_the_threshold() -> None:
    outcomes = [RIGHT, REFUSED, UNSUPPORTED, RIGHTLY_REFUSED]
    data = risk_coverage(outcomes)
    assert data.in_use is not None
    assert data.in_use.coverage == 1  # one right, one that should have been refused, of two that can be answered
    assert data.in_use.risk.value == pytest.approx(0.5)
    assert data.curve.at(np.array([data.in_use.coverage]))[0] == pytest.approx(0.5)


def test_without_answers_or_answerable_questions_there_is_no_point_in_use() -> None:
    assert risk_coverage([REFUSED, RIGHTLY_REFUSED]).in_use is None
    nothing_to_answer = risk_coverage([UNSUPPORTED])
    assert nothing_to_answer.in_use is None
    assert nothing_to_answer.everything is None
    assert nothing_to_answer.band == ()


@given(
    st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9, float("nan")]), st.sampled_from([0.0, 0.4, 1.0])), max_size=20),
    st.floats(0.01, 1.5),
)
def test_the_curve_and_the_point_never_disagree(rows: list[tuple[float, float]], coverage: float) -> None:
    confidence, f1 = (np.array([row[place] for row in rows], dtype=np.float64) for place in (0, 1))
    columns = confidence, f1, np.ones(len(rows))
    point = risk_at_coverage(coverage, *columns)
    assert risk_curve(*columns).at(np.array([coverage]))[0] == pytest.approx(point, nan_ok=True, abs=0)


def test_fewer_questions_than_bins_have_a_bin_each() -> None:
    confidence, right = np.array([0.2, 0.9, 0.4]), np.array([0.0, 1.0, 1.0])
    assert [(part.n, part.confidence, part.right) for part in calibration_bins(confidence, right)] == [
        (1, 0.2, 0.0),
        (1, 0.4, 1.0),
        (1, 0.9, 1.0),
    ]
    assert calibration_error(confidence, right) == pytest.approx((0.2 + 0.6 + 0.1) / 3)


def test_the_interval_of_a_share_of_none_or_all_has_width_and_stays_within_bounds() -> None:
    none, every = share_with_interval(0.0, 30), share_with_interval(1.0, 30)
    assert (none.low, every.high) == (pytest.approx(0), pytest.approx(1))
    assert none.high == pytest.approx(0.1135, abs=1e-3)
    assert every.low == pytest.approx(1 - 0.1135, abs=1e-3)
    assert share_with_interval(0.0, 0).value is None


# Histograms


@given(st.lists(st.floats(0, 1e6), max_size=60), st.none() | st.floats(0, 1e6))
def test_every_value_is_in_one_bar_or_beyond_the_last(values: list[float], limit: float | None) -> None:
    data = histogram(values, limit)
    assert sum(data.counts) + data.above == len(values)
    assert len(data.counts) <= 40
    if values:
        assert len(data.edges) == len(data.counts) + 1
        assert data.edges[0] <= min(values) * (1 + 1e-9) + 1e-9
        assert all(a < b for a, b in pairwise(data.edges))
        if limit is None:
            assert data.above == 0


def test_edges_are_round_and_a_value_on_one_belongs_to_the_bar_above() -> None:
    data = histogram([0, 50, 99, 100, 380])
    assert data.edges[:3] == (0, 10, 20)
    assert [low for low, count in zip(data.edges, data.counts, strict=False) if count] == [0, 50, 90, 100, 380]


def test_what_is_beyond_the_limit_is_counted_and_not_drawn() -> None:
    data = histogram([10, 11, 12, 60_000], limit=36)
    assert data.above == 1
    assert data.edges[-1] < 40
    assert histogram([]) == histogram([], limit=3)

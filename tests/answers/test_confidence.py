"""Confidence: features in their order and ranges, and a calibration that is read or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import ModelError
from embeddings.types import Document
from qa.answers.confidence import COEFFICIENTS, FEATURES, Calibration, features, shipped_calibration
from qa.reading.reader import Span
from tests.fakes import candidate_for

TOWN = Document.from_text("Ana Ruiz leads the town. Bo Lind leads the village. Ana sings.", title="Town")
finite = st.floats(-1e6, 1e6)


def named(values: tuple[float, ...]) -> dict[str, float]:
    return dict(zip(FEATURES, values, strict=True))


def test_the_coefficients_that_ship_are_those_of_the_features_and_of_no_others() -> None:
    stored = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    assert tuple(stored["weights"]) == FEATURES
    calibration = shipped_calibration()
    assert len(calibration.weights) == len(FEATURES)
    assert list(calibration.weights) == [stored["weights"][name] for name in FEATURES]
    assert calibration.bias == stored["bias"]


def test_more_that_speaks_for_a_span_makes_it_more_likely() -> None:
    """What the shipped calibration must have learnt, however often it is fitted again."""
    high, low = candidate_for("Ana Ruiz", TOWN, 9.0), candidate_for("Bo Lind", TOWN, -9.0)
    calibration = shipped_calibration()
    sure = calibration.probability(features(high, [high, low]))
    unsure = calibration.probability(features(low, [low, high]))
    assert 0 < unsure < sure < 1


@given(score=finite, no_answer=finite, probability=st.floats(0, 1), rival=finite, dense=st.floats(-1, 1))
def test_every_feature_is_finite_and_of_a_scale_that_a_regression_can_use(
    score: float, no_answer: float, probability: float, rival: float, dense: float
) -> None:
    candidate = candidate_for("Ana Ruiz", TOWN, score)
    candidate = replace(
        candidate,
        place=replace(candidate.place, hit=replace(candidate.hit, dense=dense)),
        read=Span(0, candidate.start, candidate.end, score, no_answer, probability),
    )
    candidates = [candidate, candidate_for("Bo Lind", TOWN, rival), candidate_for("Ana sings", TOWN, 0.0, rank=2)]
    values = features(candidate, candidates)
    assert len(values) == len(FEATURES)
    assert all(-5 <= value <= 5 for value in values)
    assert -1 <= named(values)["margin"] <= 1
    assert named(values)["dense"] == dense


def test_a_margin_grows_with_the_score_over_no_answer() -> None:
    candidate = candidate_for("Ana Ruiz", TOWN)
    margins = [
        named(features(better, [better]))["margin"]
        for better in (replace(candidate, read=replace(candidate.read, no_answer=n)) for n in (20.0, 1.0, -20.0))
    ]
    assert margins == sorted(margins)
    assert margins[1] == 0.0


def test_the_lead_is_over_the_best_that_says_something_else() -> None:
    best, same, other = (
        candidate_for("Ana Ruiz", TOWN, 9.0),
        candidate_for("Ana", TOWN, 8.5),
        candidate_for("Bo Lind", TOWN, 7.0),
    )
    assert named(features(best, [best, same, other]))["lead"] == 2.0
    assert named(features(other, [best, same, other]))["lead"] == -2.0
    assert named(features(best, [best]))["lead"] == 5.0


def test_the_other_margin_is_that_of_the_best_candidate_behind() -> None:
    best, other = candidate_for("Ana Ruiz", TOWN, 9.0), candidate_for("Bo Lind", TOWN, 7.0)
    value = named(features(best, [best, other]))["other_margin"]
    assert value == named(features(other, [best, other]))["margin"]
    assert (
        named(features(other, [best, other]))["other_margin"] == named(features(best, [best]))["other_margin"] < value
    )


# ---------------------------------------------------------------- calibration


@given(st.lists(finite, min_size=2, max_size=2), finite, finite, finite)
def test_a_probability_lies_in_0_to_1_and_rises_with_its_logit(
    weights: list[float], bias: float, one: float, other: float
) -> None:
    calibration = Calibration(tuple(weights), bias)
    low, high = sorted((one, other), key=lambda value: value * weights[0])
    assert 0 < calibration.probability((low, 1.0)) <= calibration.probability((high, 1.0)) < 1


def test_a_logit_of_0_is_even_odds() -> None:
    assert Calibration((2.0,), -1.0).probability((0.5,)) == 0.5


def test_a_calibration_refuses_another_number_of_features() -> None:
    with pytest.raises(ValueError, match="argument"):
        Calibration((1.0, 2.0), 0.0).probability((1.0,))


def stored(**weights: object) -> str:
    return json.dumps({"weights": weights, "bias": 0.0})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "{}",
        json.dumps({"weights": dict.fromkeys(FEATURES, 1.0)}),
        stored(margin=1.0),
        stored(**dict.fromkeys(FEATURES, "much")),
        stored(**dict.fromkeys(FEATURES)),
    ],
)
def test_a_file_that_holds_no_coefficients_is_refused_by_name(content: str, tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"confidence\.json: not the coefficients of margin, .* fit them again"):
        Calibration.read(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.json"):
        Calibration.read(tmp_path / "none.json")


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    path.write_text(stored(**{name: float(i) for i, name in enumerate(FEATURES)}), encoding="utf-8")
    assert Calibration.read(path) == Calibration(tuple(map(float, range(len(FEATURES)))), 0.0)

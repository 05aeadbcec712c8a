"""What a confidence has meant: a table that ships, is whole, and is said in words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import ModelError
from eval.aside import Kind
from eval.calibrate import MIX, Example, reliability
from qa.answers.reading import Reading
from qa.answers.reliability import Reliability, SureBin, in_ten, shipped_reliability

TABLE = Reliability("Quiz", (SureBin(0.0, 0.5, 60, 0.2), SureBin(0.5, 1.0, 40, 0.9)))


def test_the_table_that_ships_covers_every_confidence_and_rises() -> None:
    table = shipped_reliability()
    assert table is not None
    assert table.benchmark
    shares = [each.right for each in table.bins]
    assert shares == sorted(shares)
    assert all(each.questions >= 40 for each in table.bins)


@given(st.floats(0, 1))
def test_every_confidence_has_a_bin_that_holds_it(confidence: float) -> None:
    found = TABLE.bin_of(confidence)
    assert found.lowest <= confidence <= found.highest


@given(st.floats(0, 1))
def test_no_share_is_said_to_be_all_or_none(share: float) -> None:
    assert in_ten(share) in ("nearly all", "hardly any", *(f"about {n} in 10" for n in range(1, 10)))


@pytest.mark.parametrize(
    "table",
    [
        {"benchmark": "Quiz"},
        {"benchmark": "Quiz", "bins": []},
        {"benchmark": "Quiz", "bins": [{"lowest": 0.0, "highest": 0.5, "questions": 1, "right": 1.0}]},
        {"benchmark": "Quiz", "bins": [{"lowest": "a", "highest": 1, "questions": 1, "right": 1}]},
        [],
    ],
)
def test_a_damaged_table_is_refused_by_name(table: object, tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    path.write_text(json.dumps({"reliability": table}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"confidence\.json: its table of reliability"):
        Reliability.read(path)


def test_a_calibration_that_was_fitted_without_a_table_has_none(tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    path.write_text("{}", encoding="utf-8")
    assert Reliability.read(path) is None


@given(st.lists(st.tuples(st.sampled_from(sorted(MIX)), st.floats(0, 1), st.booleans()), min_size=1, max_size=120))
def test_the_bins_that_are_measured_are_whole_and_hold_every_question(rows: list[tuple[Kind, float, bool]]) -> None:
    examples = [Example("Quiz", kind, "A", Reading("?", (), ()), right) for kind, _, right in rows]
    table = reliability(examples, np.array([p for _, p, _ in rows]))
    assert (table.bins[0].lowest, table.bins[-1].highest) == (0.0, 1.0)
    assert all(one.highest == other.lowest for one, other in zip(table.bins, table.bins[1:], strict=False))
    assert sum(each.questions for each in table.bins) == len(rows)
    assert all(0 <= each.right <= 1 for each in table.bins)
    assert all(one.right <= other.right for one, other in zip(table.bins, table.bins[1:], strict=False))
    assert len(table.bins) == 1 or all(each.questions >= 40 for each in table.bins)

"""A baseline is compared with a run on the very same questions, and only a real fall fails it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import SettingsError
from embeddings.types import Document
from eval.metrics import Estimate
from eval.report.baseline import ALLOWED_FALL, WATCHED, Subject, compare, read_baseline, to_baseline
from eval.report.figures import Figure, Mode, Report
from eval.sets.gold import GoldAnswer, GoldQuestion
from eval.trial import Trial, open_trial

TEXT = Document("", "Ferry", "docs/ferry.txt", "The ferry leaves at nine.")
ASKED = GoldQuestion("q", "question", "When does it leave?", (GoldAnswer(TEXT.id, 20, 24, "nine"),))
TRIAL = Trial("gold", (ASKED,), (TEXT,))
SUBJECT = Subject.of(TRIAL)


def report(values: Mapping[str, float | None], mode: Mode = "gold", **made_with: object) -> Report:
    figures = [Figure(key, key, "score", Estimate(v, v, v, 9)) for key, v in values.items()]
    figures.append(Figure("latency_p50", "latency", "ms", Estimate(120.0, 100.0, 140.0, 9)))
    return Report(tuple(figures), (), (), 1, {"threads": 2, **made_with}, {"reader": "tiny"}, mode)


EVEN = dict.fromkeys(WATCHED, 0.5)


def saved(path: Path, values: Mapping[str, float | None], subject: Subject = SUBJECT, **made_with: object) -> Path:
    path.write_text(to_baseline(report(values, **made_with), subject), encoding="utf-8")
    return path


@given(st.fixed_dictionaries({key: st.none() | st.floats(0, 1) for key in WATCHED}))
def test_a_run_does_not_differ_from_its_own_baseline(values: dict[str, float | None]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        baseline = read_baseline(saved(Path(folder) / "b.json", values))
    baseline.expect(SUBJECT)
    comparison = compare(report(values), baseline)
    assert not comparison.fell
    assert [change.points for change in comparison.changes] == [0] * sum(v is not None for v in values.values())
    assert comparison.other == ()


@pytest.mark.parametrize("key", WATCHED)
def test_each_watched_figure_fails_where_it_falls_by_more_than_allowed_and_is_named(tmp_path: Path, key: str) -> None:
    baseline = read_baseline(saved(tmp_path / "b.json", EVEN))
    just = compare(report({**EVEN, key: 0.5 - ALLOWED_FALL / 100}), baseline)
    more = compare(report({**EVEN, key: 0.5 - ALLOWED_FALL / 100 - 0.001}), baseline)
    assert (just.fell, more.fell) == (False, True)
    (line,) = [line for line in more.lines() if "FELL" in line]
    assert line == f"{key}: 50.00 before, 48.40 now, -1.60 points: FELL by more than 1.5"


def test_an_improvement_is_shown_and_latency_and_other_figures_never_fail(tmp_path: Path) -> None:
    baseline = read_baseline(saved(tmp_path / "b.json", {**EVEN, "brier": 0.9, "recall_at_1": 0.9}))
    comparison = compare(report({**EVEN, "auroc": 0.75, "brier": 0.1, "recall_at_1": 0.1}), baseline)
    assert not comparison.fell
    assert "auroc: 50.00 before, 75.00 now, +25.00 points" in comparison.lines()
    assert not [line for line in comparison.lines() if "latency" in line or "brier" in line]


def test_another_model_or_setting_is_compared_and_said_but_not_another_number_of_cores(tmp_path: Path) -> None:
    baseline = read_baseline(saved(tmp_path / "b.json", EVEN, threshold=0.25, passages=5))
    other = compare(report(EVEN, threshold=0.3, passages=5, threads=8), baseline).other
    assert other == ("threshold: 0.25 before, 0.3 now",)


def test_the_file_is_small_rounded_in_a_fixed_order_and_without_times_and_answers(tmp_path: Path) -> None:
    text = saved(tmp_path / "b.json", {**EVEN, "auroc": 0.123456789}).read_text(encoding="utf-8")
    content = json.loads(text)
    assert list(content) == ["format", "version", "subject", "made_with", "figures"]
    assert content["figures"]["auroc"] == {"value": 0.1235, "low": 0.1235, "high": 0.1235, "n": 9}
    assert "latency_p50" not in content["figures"]
    assert content["subject"]["questions"] == 1
    assert text == to_baseline(report({**EVEN, "auroc": 0.123456789}), SUBJECT)
    assert text.endswith("}\n")


OTHERS = [
    (replace(TRIAL, mode="squad"), "in another mode"),
    (replace(TRIAL, questions=()), "on other questions"),
    (replace(TRIAL, questions=(replace(ASKED, question="When?"),)), "on other questions"),
    (replace(TRIAL, questions=(replace(ASKED, answers=()),)), "on other questions"),
    (replace(TRIAL, written_on={"q": "other"}), "on other questions"),
    (replace(TRIAL, documents=(Document("", "Ferry", "docs/ferry.txt", "The ferry leaves at ten."),)), "documents"),
]


@pytest.mark.parametrize(("trial", "expected"), OTHERS, ids=[f"{i}" for i in range(len(OTHERS))])
def test_a_baseline_of_something_else_is_refused_in_one_line(tmp_path: Path, trial: Trial, expected: str) -> None:
    baseline = read_baseline(saved(tmp_path / "b.json", EVEN))
    with pytest.raises(SettingsError, match=rf"b\.json: measured .*{expected}.*--write-baseline FILE$") as raised:
        baseline.expect(Subject.of(trial))
    assert "\n" not in str(raised.value)


def test_where_the_documents_lie_does_not_matter() -> None:
    assert Subject.of(replace(TRIAL, documents=(replace(TEXT, source="elsewhere/f.txt"),))) == SUBJECT


def broken(**changed: Any) -> str:
    content = json.loads(to_baseline(report(EVEN), SUBJECT))
    for key, value in changed.items():
        content[key] = {**content[key], **value} if isinstance(value, dict) else value
    return json.dumps(content)


BROKEN = [
    ("", "not JSON"),
    ("{", "not JSON"),
    ("[" * 100_000, "not JSON"),
    ("[]", "expected an object"),
    ("{}", "format is missing"),
    ('{"questions": 300, "figures": {}}', "format is missing"),
    (broken(version=2), "version 2, this Pincite reads version 1; write it anew"),
    (broken(version="1"), "version is '1'"),
    (broken(figures=[]), "figures is a list"),
    (broken(figures={"auroc": 0.5}), "auroc is 0.5, expected an object"),
    (broken(figures={"auroc": {}}), "figures.auroc.value is missing"),
    (broken(figures={"auroc": {"value": "0.5"}}), "value is '0.5', expected a number"),
    (broken(figures={"auroc": {"value": True}}), "value is True"),
    (broken(figures={"auroc": {"value": float("nan")}}), "value is nan"),
    (broken(subject={"mode": "swift"}), "mode is 'swift'"),
    (broken(subject={"questions": None}), "questions is None"),
    (broken(made_with=3), "made_with is 3"),
    (to_baseline(report({"auroc": 0.5}), SUBJECT), "exact_match is missing"),
]


@pytest.mark.parametrize(("content", "expected"), BROKEN, ids=[f"{i}" for i in range(len(BROKEN))])
def test_a_file_that_is_no_baseline_is_refused_in_one_line(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        read_baseline(path)
    assert str(path) in str(raised.value)
    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(SettingsError, match=r"cannot be read \(.*\); expected"):
            read_baseline(path)


def test_a_given_passage_needs_no_recall(tmp_path: Path) -> None:
    values = {key: value for key, value in EVEN.items() if key != "recall_at_5"}
    subject = Subject.of(replace(TRIAL, mode="given-passage"))
    assert len(compare(report(values), read_baseline(saved(tmp_path / "b.json", values, subject))).changes) == len(
        values
    )


def test_the_baseline_that_ships_is_of_the_questions_that_ship(root: Path) -> None:
    baseline = read_baseline(root / "eval" / "baseline.json")
    baseline.expect(Subject.of(open_trial(None, [], None)))
    assert all(baseline.figures[key] is not None for key in WATCHED)

"""The table of aims: a row for each, from the reports of real runs; what is missing is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.aims import AIMS, COLUMNS, RUNS, main, rows
from eval.report.figures import Mode, Report, make_report
from tests.outcomes import RIGHT, RIGHTLY_REFUSED, UNSUPPORTED, WRONG

MODES: dict[str, Mode] = {"given": "given-passage", "open": "squad", "samples": "gold"}


def report(mode: Mode) -> Report:
    return make_report([RIGHT, WRONG, UNSUPPORTED, RIGHTLY_REFUSED], documents=2, mode=mode, resamples=20)


def test_every_aim_is_a_figure_of_its_run() -> None:
    found = rows({run: report(mode) for run, mode in MODES.items()})
    assert len(found) == len(AIMS)
    assert {row[0] for row in found} == set(RUNS.values())
    assert all(len(row) == len(COLUMNS) for row in found)


def test_a_run_that_was_not_made_has_no_rows() -> None:
    assert {row[0] for row in rows({"samples": report("gold")})} == {RUNS["samples"]}


def test_without_the_public_data_it_ends_in_one_line_that_says_where_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "SQuAD 2.0" in line

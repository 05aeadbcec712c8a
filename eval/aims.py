"""`python -m eval.aims --data DIR`: what the answers aim at, and what they reach, in one table.

The articles of SQuAD 2.0 that are only reported (`eval/splits.json`) are asked twice, with their passage given and over
all paragraphs at once; the samples' gold questions are asked of the samples. Every figure is of the models, settings
and confidence that ship.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from eval.command import measured
from eval.report.figures import Report
from eval.report.readme import publish
from eval.report.rendering import figure_cells, markdown_table
from eval.sets.squad import data_file, reported_articles
from eval.trial import SquadChoice, open_trial
from qa.ending import done_or_told
from qa.settings import Settings

COLUMNS = ("on", "figure", "aim", "reached", "n")


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure of a run, and the aim for it.

    Attributes:
        run: "given", "open" or "samples".
        key: of the figure in the report.
        label: what it is.
        aim: as it is written in the table; "" where it is only reported beside another.
    """

    run: str
    key: str
    label: str
    aim: str = ""


RUNS = {
    "given": "SQuAD 2.0, reported articles, the passage given",
    "open": "the same, all paragraphs searched at once",
    "samples": "the samples' gold",
}
AIMS = (
    Aim("given", "squad_best_f1", "F1 with no-answer, at the best threshold", "66%, stretch 72%"),
    Aim("given", "squad_f1", "the same at the default threshold"),
    Aim("given", "has_answer_f1", "of it HasAns"),
    Aim("given", "no_answer_refused", "of it NoAns"),
    Aim("given", "token_f1_unrefused", "F1, answerable, refusal not allowed", "80%"),
    Aim("open", "exact_match", "exact match, answerable, refusal allowed", "62%"),
    Aim("open", "token_f1", "F1, answerable, refusal allowed", "70%"),
    Aim("open", "token_f1_unrefused", "F1, answerable, refusal not allowed"),
    Aim("open", "recall_at_1", "recall@1", "88%"),
    Aim("open", "recall_at_5", "recall@5", "99%"),
    Aim("open", "calibration_error", "expected calibration error, all questions", "at most 0.05"),
    Aim("samples", "token_f1", "F1, answerable", "85%"),
    Aim("samples", "citation_accuracy", "citation accuracy", "95%"),
    Aim("samples", "auroc", "abstention AUROC", "0.95"),
    Aim("samples", "risk_at_80", "risk at 80% coverage", "0.12"),
    Aim("samples", "refused_unanswerable", "refused, of unanswerable", "at least 80%"),
    Aim("samples", "refused_answerable", "refused, of answerable", "at most 8%"),
    Aim("samples", "brier", "Brier score"),
    Aim("samples", "calibration_error", "expected calibration error"),
)


def rows(reports: Mapping[str, Report]) -> list[list[str]]:
    """A row for each aim, from the runs that were made, in the order of COLUMNS."""
    found = []
    for aim in AIMS:
        if aim.run in reports:
            figure = next(figure for figure in reports[aim.run].figures if figure.key == aim.key)
            _, value, interval, n = figure_cells(figure)
            found.append([RUNS[aim.run], aim.label, aim.aim, f"{value} ({interval})", n])
    return found


def runs(data: Path | None, settings: Settings) -> dict[str, Callable[[], Report]]:
    """The functions that make the report of each run.

    Raises:
        GoldError: the file of SQuAD 2.0 is not there.
    """
    path, articles = data_file(data), reported_articles()
    given = SquadChoice(path, given_passage=True, articles=articles)
    return {
        "given": lambda: measured(open_trial(None, (), given), settings),
        "open": lambda: measured(open_trial(None, (), SquadChoice(path, articles=articles)), settings),
        "samples": lambda: measured(open_trial(None, (), None), settings),
    }


def _table(makers: Mapping[str, Callable[[], Report]]) -> str:
    return markdown_table(COLUMNS, rows({name: make() for name, make in makers.items()}))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.aims", description="What the answers aim at and reach.")
    parser.add_argument("--data", type=Path, help="folder of public data, see docs/experiments.md")
    parser.add_argument("--write", type=Path, help="put the table into this page, between its markers")
    options = parser.parse_args(arguments)

    def measure() -> None:
        makers = runs(options.data, Settings())
        publish({"aims": partial(_table, makers)}, "table", options.write, Console())

    return done_or_told(measure)


if __name__ == "__main__":
    sys.exit(main())

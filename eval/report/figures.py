"""From outcomes to figures: each with its 95% interval and the number of questions it was measured on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np

from eval.metrics import (
    RESAMPLES,
    Column,
    Estimate,
    auroc,
    brier_score,
    calibration_error,
    mean_with_interval,
    percentile_with_interval,
    recall_at,
    reciprocal_rank,
    risk_at_coverage,
    with_interval,
)
from eval.report.curves import confidence_columns
from eval.report.no_answer import best_threshold_rows, means_over_all
from eval.runner import Outcome

RECALL_AT = (1, 5, 20)
COVERAGES = (0.8, 0.9)
PERCENTILES = (50, 95)

Unit = Literal["share", "score", "ms"]

# Gold questions over documents; SQuAD's questions over all its paragraphs; each with its paragraph alone.
Mode = Literal["gold", "squad", "given-passage"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the report. `key` is its name in JSON; shares are shown in percent, `ms` are milliseconds."""

    key: str
    label: str
    unit: Unit
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class KindRow:
    """The questions of one kind: means, None where none of them has an answer."""

    kind: str
    n: int
    exact: float | None
    f1: float | None
    cited: float | None
    refused: float


@dataclass(frozen=True, slots=True)
class Table:
    """What was measured besides the questions: a table with its title, and a note on how to read it."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, on what, with which settings.

    Attributes:
        figures: in the order in which they are shown.
        kinds: in the order in which the kinds first occur.
        outcomes: one for each question.
        documents: how many were searched.
        settings: names and values.
        models: what each model is for, and its name.
        mode: how the questions were asked.
        notes: what a reader of the figures must know, a sentence each.
        tables: what was measured besides.
        name: of a set of questions that ships, else "".
    """

    figures: tuple[Figure, ...]
    kinds: tuple[KindRow, ...]
    outcomes: tuple[Outcome, ...]
    documents: int
    settings: Mapping[str, object] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "gold"
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    name: str = ""

    @property
    def answerable(self) -> int:
        """How many of the questions the documents answer."""
        return sum(outcome.question.answerable for outcome in self.outcomes)

    @property
    def threshold(self) -> float | None:
        """The confidence under which answers were refused, None where the settings do not say."""
        value = self.settings.get("threshold")
        return float(value) if isinstance(value, int | float) else None

    def __getitem__(self, key: str) -> Estimate:
        return next(figure.estimate for figure in self.figures if figure.key == key)


def make_report(
    outcomes: Sequence[Outcome],
    documents: int,
    settings: Mapping[str, object] | None = None,
    models: Mapping[str, str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    mode: Mode = "gold",
    notes: Sequence[str] = (),
) -> Report:
    """Every figure of the design over the outcomes of a run.

    Exact match, token F1, citation accuracy, right, recall and reciprocal rank are over the questions that can be
    answered, all of them: a refusal is a 0. Confidence is scored against the best span found, refused or not; a refused
    question of which that span is not known counts as never answered in the risk, and is left out of Brier score and
    calibration error. In the modes of SQuAD its own figures come first (`eval.report.no_answer`), and figures that were
    measured on no question are left out; where the passage was given there is no retrieval to be measured.
    """
    mean = partial(mean_with_interval, resamples=resamples, seed=seed)
    statistic = partial(with_interval, resamples=resamples, seed=seed)
    figures = [
        *(_squad_figures(outcomes, mean, statistic) if mode != "gold" else ()),
        *_answer_figures(outcomes, mean),
        *_confidence_figures(outcomes, statistic),
        *_latency_figures(outcomes, partial(percentile_with_interval, resamples=resamples, seed=seed)),
    ]
    shown = tuple(figure for figure in figures if _belongs(figure, mode))
    kinds, made_with = _kinds(outcomes), (dict(settings or {}), dict(models or {}))
    return Report(shown, kinds, tuple(outcomes), documents, *made_with, mode, tuple(notes))


def _belongs(figure: Figure, mode: Mode) -> bool:
    """Whether a figure means anything in a mode."""
    retrieval = figure.key.startswith(("recall_at", "reciprocal_rank"))
    return mode == "gold" or (figure.estimate.n > 0 and not (retrieval and mode == "given-passage"))


def _squad_figures(
    outcomes: Sequence[Outcome], mean: Callable[[Sequence[float]], Estimate], estimate: Callable[..., Estimate]
) -> list[Figure]:
    """The figures in the conventions of SQuAD 2.0."""
    means = [Figure(key, label, "share", mean(values)) for key, label, values in means_over_all(outcomes)]
    best, threshold = best_threshold_rows(outcomes, estimate)
    return [
        *means,
        Figure(best[0], best[1], "share", best[2]),
        Figure(threshold[0], threshold[1], "score", threshold[2]),
    ]


def _answer_figures(outcomes: Sequence[Outcome], mean: Callable[[Sequence[float]], Estimate]) -> list[Figure]:
    """The figures that are means over questions."""
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    unanswerable = [outcome for outcome in outcomes if not outcome.question.answerable]
    tempting = [outcome for outcome in unanswerable if outcome.question.tempting]
    ranks = [outcome.rank for outcome in answerable]
    lists = [outcome.items_found for outcome in outcomes if outcome.items_found is not None]
    sides = [outcome.sides_shown for outcome in outcomes if outcome.sides_shown is not None]
    rows: list[tuple[str, str, Unit, list[float]]] = [
        ("exact_match", "exact match", "share", [o.exact for o in answerable]),
        ("token_f1", "token F1", "share", [o.f1 for o in answerable]),
        ("token_f1_unrefused", "token F1, refusal not allowed", "share", [o.best.f1 for o in answerable if o.best]),
        ("citation_accuracy", "citation accuracy", "share", [o.cited for o in answerable]),
        ("right", "right", "share", [o.right for o in answerable]),
        ("items_found", "items found (lists)", "share", lists),
        ("sides_shown", "sides shown (disagreements)", "share", sides),
        *((f"recall_at_{k}", f"recall@{k}", "share", [recall_at(r, k) for r in ranks]) for k in RECALL_AT),
        ("reciprocal_rank", "mean reciprocal rank", "score", [reciprocal_rank(rank) for rank in ranks]),
        ("refused_answerable", "refused, of answerable", "share", [o.refused for o in answerable]),
        ("refused_unanswerable", "refused, of unanswerable", "share", [o.refused for o in unanswerable]),
        ("refused_tempting", "refused, of unanswerable and tempting", "share", [o.refused for o in tempting]),
    ]
    return [Figure(key, label, unit, mean(values)) for key, label, unit, values in rows]


def _confidence_figures(outcomes: Sequence[Outcome], estimate: Callable[..., Estimate]) -> list[Figure]:
    """The figures that say whether confidence means what it says."""
    columns = confidence_columns(outcomes)
    over_coverage = columns.answered_at, columns.f1, columns.answerable
    risks = [
        Figure(
            f"risk_at_{coverage:.0%}".rstrip("%"),
            f"risk at {coverage:.0%} coverage",
            "score",
            estimate(partial(risk_at_coverage, coverage), *over_coverage),
        )
        for coverage in COVERAGES
    ]
    scored = columns.scored
    return [
        Figure("auroc", "abstention AUROC", "score", estimate(auroc, columns.confidence, columns.answerable)),
        *risks,
        Figure("brier", "Brier score", "score", estimate(brier_score, *scored)),
        Figure("calibration_error", "expected calibration error", "score", estimate(calibration_error, *scored)),
    ]


def _latency_figures(outcomes: Sequence[Outcome], estimate: Callable[[Column, float], Estimate]) -> list[Figure]:
    milliseconds = 1000 * np.array([outcome.seconds for outcome in outcomes], dtype=np.float64)
    return [Figure(f"latency_p{p}", f"latency p{p}", "ms", estimate(milliseconds, p)) for p in PERCENTILES]


def _kinds(outcomes: Sequence[Outcome]) -> tuple[KindRow, ...]:
    names = dict.fromkeys(outcome.question.kind for outcome in outcomes)
    return tuple(_kind(name, [o for o in outcomes if o.question.kind == name]) for name in names)


def _kind(name: str, outcomes: Sequence[Outcome]) -> KindRow:
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    return KindRow(
        kind=name,
        n=len(outcomes),
        exact=_mean([outcome.exact for outcome in answerable]),
        f1=_mean([outcome.f1 for outcome in answerable]),
        cited=_mean([outcome.cited for outcome in answerable]),
        refused=sum(outcome.refused for outcome in outcomes) / len(outcomes),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None

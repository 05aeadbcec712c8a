"""Fits the confidence: `python -m eval.calibrate --data DIR` writes qa/data/confidence.json.

On the questions that `eval.aside` asks: sets of several kinds, none of whose tuning parts a shipped model was trained
on, each set weighed alike. What is to be reported is left alone, and so are the sample documents.

A span is right where token F1 is at least 0.5 and it overlaps a gold span (docs/design.md), and never where the
documents asked do not answer. Some sets give whole clauses or paragraphs as answers, longer than a reader's: of an
answer of more than `LONG` words a span that lies in it is right.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from embeddings.errors import ModelError
from eval.aside import KINDS, Asked, Kind, questions_aside
from eval.metrics import RIGHT_F1, Column, auroc, calibration_error, overlap, token_f1
from eval.report.readme import check_markers, markers, rewrite, write_whole
from eval.report.rendering import markdown_table
from eval.sets.gold import GoldAnswer
from eval.tables.kept_readings import KeptReader
from qa.answers.candidates import Candidate
from qa.answers.confidence import COEFFICIENTS, FEATURES, Calibration, features
from qa.answers.reading import Reading
from qa.answers.reliability import FIELD, Reliability, SureBin
from qa.ending import done_or_told
from qa.models.chosen import calibration_path, encoder_for, reader_for
from qa.settings import Settings, precision_of

Flags = np.ndarray[Any, np.dtype[np.bool_]]  # (examples,)

# How often each kind is assumed to be asked: three questions in four can be answered.
MIX: dict[Kind, float] = {"answerable": 3 / 4, "tempting": 1 / 8, "absent": 1 / 8}
LONG = 25  # words of a gold answer; a longer one is a passage to look in
FOLDS = 5  # of articles, each held out in turn
TABLES = ("table:thresholds", "table:calibration")
BENCHMARK = "questions set aside"
_EDGES = 10  # tenths of confidence, joined until each bin rests on so many questions:
_LEAST_OF_BIN = 40
THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True, slots=True)
class Example:
    """A question that was read: its set, kind and article, its features, and whether the best span is right."""

    set_name: str
    kind: Kind
    article: str
    reading: Reading
    right: bool

    @property
    def features(self) -> tuple[float, ...]:
        """The features of the best candidate, in the order of FEATURES."""
        return features(self.reading.candidates[0], self.reading.candidates)


def collect(asked: Iterable[Asked]) -> list[Example]:
    """Reads every question; one of which nothing is read is left out."""
    examples = [_example(each) for each in asked]
    return [example for example in examples if example.reading.candidates]


def _example(asked: Asked) -> Example:
    reading = asked.assistant.read(asked.question.question, asked.where)
    best = reading.candidates[0] if reading.candidates else None
    right = asked.kind == "answerable" and best is not None and is_right(best, asked.question.answers)
    return Example(asked.set_name, asked.kind, asked.article, reading, right)


def is_right(best: Candidate, answers: Sequence[GoldAnswer]) -> bool:
    """Does a candidate answer a question with these gold answers?"""
    here = [answer for answer in answers if answer.document == best.hit.document.id]
    if token_f1(best.text, [answer.text for answer in answers]) >= RIGHT_F1:
        return any(overlap(answer.start, answer.end, best.start, best.end) > 0 for answer in here)
    long = [answer for answer in here if len(answer.text.split()) > LONG]
    return any(answer.start <= best.start and best.end <= answer.end for answer in long)


def fit(examples: Sequence[Example]) -> Calibration:
    """Logistic regression with an L2 penalty of 1: each set has the same weight, in it each kind its share of MIX."""
    from sklearn.linear_model import LogisticRegression

    values = np.array([example.features for example in examples])  # (examples, features)
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(values, [example.right for example in examples], sample_weight=_weights(examples))
    return Calibration(tuple(float(w) for w in model.coef_[0]), float(model.intercept_[0]))


def _weights(examples: Sequence[Example]) -> Column:
    """A weight for each example, their mean 1, so that sets and kinds have their shares."""
    counts: dict[tuple[str, Kind], int] = {}
    for example in examples:
        counts[example.set_name, example.kind] = counts.get((example.set_name, example.kind), 0) + 1
    shares = {name: sum(MIX[kind] for set_name, kind in counts if set_name == name) for name, _ in counts}
    raw = np.array([MIX[e.kind] / shares[e.set_name] / counts[e.set_name, e.kind] for e in examples])
    weights: Column = raw * len(raw) / raw.sum()
    return weights


def held_out(examples: Sequence[Example]) -> Column:
    """The probability of each example by a calibration that has not seen its article: (examples,)."""
    folds = np.array([zlib.crc32(f"{e.set_name}/{e.article}".encode()) % FOLDS for e in examples])
    probabilities = np.zeros(len(examples))
    for fold in set(folds.tolist()):
        calibration = fit([example for example, own in zip(examples, folds, strict=True) if own != fold])
        for place, example in enumerate(examples):
            if folds[place] == fold:
                probabilities[place] = calibration.probability(example.features)
    return probabilities


THRESHOLD_COLUMNS = ("threshold", *(f"refused of {kind}" for kind in KINDS), "right of answered")


def threshold_rows(examples: Sequence[Example], probabilities: Column) -> list[list[str]]:
    """What each threshold refuses, and how much of the rest is right, in the order of THRESHOLD_COLUMNS."""
    weights, right, of_kind = _weights(examples), _right(examples), np.array([example.kind for example in examples])
    rows = []
    for threshold in THRESHOLDS:
        shown = probabilities >= threshold
        shares = [_mean(~shown, weights, of_kind == kind) for kind in KINDS]
        rows.append([f"{threshold}", *shares, _mean(right, weights, shown)])
    return rows


SET_COLUMNS = ("set", "questions", "right", "calibration error", "AUROC of right", "right at 60% or more")


def set_rows(examples: Sequence[Example], probabilities: Column) -> list[list[str]]:
    """How well the confidence holds on each set, in the order of SET_COLUMNS."""
    right, weights = _right(examples), _weights(examples)
    rows = []
    for name in dict.fromkeys(example.set_name for example in examples):
        inside = np.array([example.set_name == name for example in examples])
        error = calibration_error(probabilities[inside], right[inside])
        ranked = auroc(probabilities[inside], right[inside])
        sure = _mean(right, weights, inside & (probabilities >= 0.6))
        rows.append([name, f"{inside.sum()}", _mean(right, weights, inside), f"{error:.3f}", f"{ranked:.3f}", sure])
    return rows


def _right(examples: Sequence[Example]) -> Column:
    return np.array([float(example.right) for example in examples])


def _mean(values: Column | Flags, weights: Column, inside: Flags) -> str:
    """A weighted share in percent of those inside, "-" where there is none."""
    return f"{np.average(values[inside], weights=weights[inside]):.1%}" if inside.any() else "-"


def scores(examples: Sequence[Example], probabilities: Column) -> dict[str, float]:
    """AUROC of answerable against not, and the Brier score of "right", rounded."""
    answerable = np.array([float(example.kind == "answerable") for example in examples])
    error = (probabilities - _right(examples)) ** 2
    return {
        "auroc": round(auroc(probabilities, answerable), 4),
        "brier": round(float(np.average(error, weights=_weights(examples))), 4),
    }


def reliability(examples: Sequence[Example], probabilities: Column) -> Reliability:
    """The share of right best spans for each tenth of probability.

    Tenths with too few questions are joined, and those whose share falls (Zadrozny and Elkan 2002).
    """
    weights = _weights(examples)
    right = _right(examples)
    tenth = np.minimum((probabilities * _EDGES).astype(int), _EDGES - 1)
    groups: list[list[int]] = []  # the tenths of each bin
    for edge in range(_EDGES):
        if groups and _count(tenth, groups[-1]) < _LEAST_OF_BIN:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    while len(groups) > 1 and _count(tenth, groups[-1]) < _LEAST_OF_BIN:
        groups[-2:] = [groups[-2] + groups[-1]]

    def share(group: Sequence[int]) -> float:
        inside = np.isin(tenth, group)
        return float(np.average(right[inside], weights=weights[inside])) if inside.any() else 0.0

    rising: list[list[int]] = []
    for group in groups:
        rising.append(group)
        while len(rising) > 1 and share(rising[-1]) < share(rising[-2]):
            rising[-2:] = [rising[-2] + rising[-1]]
    bins = [
        SureBin(group[0] / _EDGES, (group[-1] + 1) / _EDGES, _count(tenth, group), round(share(group), 4))
        for group in rising
    ]
    return Reliability(BENCHMARK, tuple(bins))


def _count(tenth: Column, group: Sequence[int]) -> int:
    return int(np.isin(tenth, group).sum())


def write(calibration: Calibration, examples: Sequence[Example], probabilities: Column, path: Path) -> None:
    """Writes the coefficients, what they were fitted on, and their scores on articles that they had not seen."""
    measured = reliability(examples, probabilities)
    sets = dict.fromkeys(example.set_name for example in examples)
    counts = {
        name: {kind: sum(e.set_name == name and e.kind == kind for e in examples) for kind in KINDS} for name in sets
    }
    content = {
        "weights": {name: round(w, 6) for name, w in zip(FEATURES, calibration.weights, strict=True)},
        "bias": round(calibration.bias, 6),
        "fitted_on": {"questions": counts, "mix": MIX},
        "held_out_by_article": scores(examples, probabilities),
        FIELD: {"benchmark": measured.benchmark, "bins": [asdict(each) for each in measured.bins]},
    }
    write_whole(path, json.dumps(content, indent=2) + "\n")


def coefficients_of(settings: Settings) -> Path:
    """Where the models that the settings name will look for their calibration: those that ship in the package, any
    other pair in the user's cache."""
    path = calibration_path(encoder_for(settings).card, reader_for(settings).card)
    if path is None:
        return COEFFICIENTS
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"{path.parent}: can't be written ({error.strerror}); name another place with --to FILE, "
            "or another cache with XDG_CACHE_HOME"
        ) from None
    return path


def calibrate(options: argparse.Namespace, console: Console) -> None:
    """Fits the confidence, and writes it and the tables of thresholds and of sets."""
    if options.write is not None:
        for table in TABLES:
            check_markers(options.write, table)
    settings = Settings(encoder=options.encoder, reader=options.reader, precision=precision_of(options.precision))
    target = options.to if options.to is not None else coefficients_of(settings)
    reader = KeptReader(reader_for(settings), options.cache)
    asked = track(questions_aside(options.data, options.size, settings, reader), "reading", console=console)
    examples = collect(asked)
    if not any(example.right for example in examples):
        raise ModelError(f"{options.data}: no question there was answered right; name the folder of the public sets")
    probabilities = held_out(examples)
    for name, columns, rows in (
        (TABLES[0], THRESHOLD_COLUMNS, threshold_rows(examples, probabilities)),
        (TABLES[1], SET_COLUMNS, set_rows(examples, probabilities)),
    ):
        table = markdown_table(columns, rows)
        console.print(table, highlight=False, soft_wrap=True)
        if options.write is not None:
            rewrite(options.write, table, name)
    write(fit(examples), examples, probabilities, target)
    console.print(f"{target}: written", highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.calibrate", description="Fit the confidence.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets that docs/models.md names")
    parser.add_argument(
        "--size", type=int, default=150, help="questions of each kind of each set (default %(default)s)"
    )
    parser.add_argument("--cache", type=Path, help="folder where readings are kept for the next run")
    parser.add_argument("--encoder", metavar="NAME", help="fit it for this encoder (default: the one that ships)")
    parser.add_argument("--reader", metavar="NAME", help="fit it for this reader (default: the one that ships)")
    parser.add_argument("--precision", default="int8", help="what these are compiled to: int8 (default) or fp32")
    parser.add_argument("--to", type=Path, help="the file to write (default: where these models will look for it)")
    parser.add_argument(
        "--write", type=Path, help=f"put the tables into this page, at {' and '.join(markers(t)[0] for t in TABLES)}"
    )
    return done_or_told(partial(calibrate, parser.parse_args(arguments), Console()))


if __name__ == "__main__":
    sys.exit(main())

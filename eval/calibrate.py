"""Fits the confidence: `python -m eval.calibrate --data DIR` writes qa/data/confidence.json.

The questions are from articles of SQuAD 2.0 that no shipped model was trained on (eval/splits.json, "tune"; "report" is
left alone for measuring, and so are the sample documents). All articles are one collection, and
each question is asked of all of it. Three kinds are mixed, because users ask all three:

    answerable   the collection holds the answer
    adversarial  written by people to look answerable from a paragraph that does not answer it
    absent       answerable, but asked of the collection without its article

A span is right where token F1 is at least 0.5 and it overlaps a gold span (docs/design.md), and never for the last two.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from embeddings.errors import ModelError
from embeddings.types import Document
from eval.metrics import RIGHT_F1, Column, auroc, overlap, token_f1
from eval.report.readme import check_markers, markers, rewrite, write_whole
from eval.report.rendering import markdown_table
from eval.sets.gold import GoldQuestion
from eval.sets.squad import DATA_FILE, data_file, load_squad, sample, tuning_articles
from qa.answers.compose import Reading
from qa.answers.confidence import COEFFICIENTS, FEATURES, Calibration, features
from qa.answers.reliability import FIELD, Reliability, SureBin
from qa.assistant import Assistant, build_index
from qa.ending import done_or_told
from qa.models.chosen import calibration_path, encoder_for, reader_for
from qa.settings import Settings, precision_of

# How often each kind is assumed to be asked: three questions in four can be answered.
MIX = {"answerable": 3 / 4, "adversarial": 1 / 8, "absent": 1 / 8}
TABLE = "table:thresholds"
BENCHMARK = "SQuAD 2.0"
_EDGES = 10  # tenths of confidence, joined until each bin rests on so many questions:
_LEAST_OF_BIN = 40
THRESHOLDS = (0.05, 0.08, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Example:
    """A question that was read: its kind, its article, its features, and whether the best span is right."""

    kind: str
    article: str
    reading: Reading
    right: bool

    @property
    def features(self) -> tuple[float, ...]:
        """The features of the best candidate, in the order of FEATURES."""
        return features(self.reading.candidates[0], self.reading.candidates)


def collect(path: Path, size: int, settings: Settings, console: Console | None = None) -> list[Example]:
    """Reads up to `size` questions of each kind, evenly from the articles that are set aside for this.

    Raises:
        GoldError: the file can't be read.
    """
    articles = tuning_articles()
    documents = load_squad(path).documents
    whole = Assistant(build_index(documents, None, settings), settings)
    examples: list[Example] = []
    for article in track(articles, "reading", console=console):
        questions = load_squad(path, [article]).questions
        part = Assistant(build_index(_without(documents, article), None, settings), settings)
        for kind, assistant, answerable in (
            ("answerable", whole, True),
            ("adversarial", whole, False),
            ("absent", part, True),
        ):
            asked = sample([q for q in questions if q.answerable == answerable], size // len(articles))
            examples += [_example(assistant, kind, article, question) for question in asked]
    return [example for example in examples if example.reading.candidates]


def _without(documents: Sequence[Document], article: str) -> list[Document]:
    return [document for document in documents if document.id.rsplit("/", 1)[0] != article]


def _example(assistant: Assistant, kind: str, article: str, question: GoldQuestion) -> Example:
    reading = assistant.read(question.question)
    best = reading.candidates[0] if reading.candidates else None
    right = (
        kind == "answerable"
        and best is not None
        and token_f1(best.text, [answer.text for answer in question.answers]) >= RIGHT_F1
        and any(
            answer.document == best.hit.document.id and overlap(answer.start, answer.end, best.start, best.end) > 0
            for answer in question.answers
        )
    )
    return Example(kind, article, reading, right)


def fit(examples: Sequence[Example]) -> Calibration:
    """Logistic regression with an L2 penalty of 1, each kind weighted by its share in MIX."""
    from sklearn.linear_model import LogisticRegression

    values = np.array([example.features for example in examples])  # (examples, features)
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(values, [example.right for example in examples], sample_weight=_weights(examples))
    return Calibration(tuple(float(w) for w in model.coef_[0]), float(model.intercept_[0]))


def _weights(examples: Sequence[Example]) -> Column:
    """A weight for each example, their mean 1, so that the kinds have their shares."""
    kinds = [example.kind for example in examples]
    return np.array([MIX[kind] * len(kinds) / kinds.count(kind) for kind in kinds])


def held_out(examples: Sequence[Example]) -> Column:
    """The probability of each example by a calibration that has not seen its article: (examples,)."""
    probabilities = np.zeros(len(examples))
    for article in {example.article for example in examples}:
        calibration = fit([example for example in examples if example.article != article])
        for i, example in enumerate(examples):
            if example.article == article:
                probabilities[i] = calibration.probability(example.features)
    return probabilities


THRESHOLD_COLUMNS = ("threshold", "refused of answerable", "of absent", "of adversarial", "right of answered")


def threshold_rows(examples: Sequence[Example], probabilities: Column) -> list[list[str]]:
    """What each threshold refuses, and how much of the rest is right, in the order of THRESHOLD_COLUMNS."""
    weights, kinds = _weights(examples), np.array([example.kind for example in examples])
    right = np.array([float(example.right) for example in examples])
    rows = []
    for threshold in THRESHOLDS:
        refused = probabilities < threshold
        shares = [f"{refused[kinds == kind].mean():.1%}" for kind in ("answerable", "absent", "adversarial")]
        rightly = f"{np.average(right[~refused], weights=weights[~refused]):.1%}" if not refused.all() else "-"
        rows.append([f"{threshold}", *shares, rightly])
    return rows


def scores(examples: Sequence[Example], probabilities: Column) -> dict[str, float]:
    """AUROC of answerable against not, and the Brier score of "right", rounded."""
    right = np.array([float(example.right) for example in examples])
    answerable = np.array([float(example.kind == "answerable") for example in examples])
    return {
        "auroc": round(auroc(probabilities, answerable), 4),
        "brier": round(float(np.average((probabilities - right) ** 2, weights=_weights(examples))), 4),
    }


def reliability(examples: Sequence[Example], probabilities: Column) -> Reliability:
    """The share of right best spans for each tenth of probability; tenths with too few questions are joined."""
    weights = _weights(examples)
    right = np.array([float(example.right) for example in examples])
    tenth = np.minimum((probabilities * _EDGES).astype(int), _EDGES - 1)
    groups: list[list[int]] = []  # the tenths of each bin
    for edge in range(_EDGES):
        if groups and _count(tenth, groups[-1]) < _LEAST_OF_BIN:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    while len(groups) > 1 and _count(tenth, groups[-1]) < _LEAST_OF_BIN:
        groups[-2:] = [groups[-2] + groups[-1]]
    bins = []
    for group in groups:
        inside = np.isin(tenth, group)
        share = float(np.average(right[inside], weights=weights[inside])) if inside.any() else 0.0
        lowest, highest = group[0] / _EDGES, (group[-1] + 1) / _EDGES
        bins.append(SureBin(lowest, highest, int(inside.sum()), round(share, 4)))
    return Reliability(BENCHMARK, tuple(bins))


def _count(tenth: Column, group: Sequence[int]) -> int:
    return int(np.isin(tenth, group).sum())


def write(calibration: Calibration, examples: Sequence[Example], probabilities: Column, path: Path) -> None:
    """Writes the coefficients, what they were fitted on, and their scores on articles that they had not seen."""
    measured = reliability(examples, probabilities)
    kinds = [example.kind for example in examples]
    content = {
        "weights": {name: round(w, 6) for name, w in zip(FEATURES, calibration.weights, strict=True)},
        "bias": round(calibration.bias, 6),
        "fitted_on": {"data": DATA_FILE, "questions": {kind: kinds.count(kind) for kind in MIX}, "mix": MIX},
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
    """Fits the confidence, and writes it and the table of thresholds."""
    if options.write is not None:
        check_markers(options.write, TABLE)
    settings = Settings(encoder=options.encoder, reader=options.reader, precision=precision_of(options.precision))
    target = options.to if options.to is not None else coefficients_of(settings)
    examples = collect(data_file(options.data), options.size, settings, console)
    probabilities = held_out(examples)
    table = markdown_table(THRESHOLD_COLUMNS, threshold_rows(examples, probabilities))
    console.print(table, highlight=False, soft_wrap=True)
    if options.write is not None:
        rewrite(options.write, table, TABLE)
    write(fit(examples), examples, probabilities, target)
    console.print(f"{target}: written", highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.calibrate", description="Fit the confidence.")
    parser.add_argument("--data", type=Path, help=f"folder that holds {DATA_FILE}")
    parser.add_argument("--size", type=int, default=500, help="questions of each kind (default 500)")
    parser.add_argument("--encoder", metavar="NAME", help="fit it for this encoder (default: the one that ships)")
    parser.add_argument("--reader", metavar="NAME", help="fit it for this reader (default: the one that ships)")
    parser.add_argument("--precision", default="int8", help="what these are compiled to: int8 (default) or fp32")
    parser.add_argument("--to", type=Path, help="the file to write (default: where these models will look for it)")
    parser.add_argument(
        "--write", type=Path, help=f"put the table of thresholds into this page, at {markers(TABLE)[0]}"
    )
    return done_or_told(partial(calibrate, parser.parse_args(arguments), Console()))


if __name__ == "__main__":
    sys.exit(main())

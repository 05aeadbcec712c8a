"""Readers compared on the parts set aside: what they read, what they refuse, which passage they choose.

    python -m eval.readers --data DIR [--reader FOLDER ...] [--part tune] [--size 100] [--threads 1]

For each set of `splits.json`, the passage given: exact match and F1 of the questions with an answer; how well the
margin tells them from questions without one; how often the passage with the answer has the highest margin among five of
the same document (of others, found by words, where the document has fewer), and how well the margin tells right
passages from wrong ones over all questions. No search, no confidence.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np
from rich.console import Console

from eval.metrics import auroc, exact_match, token_f1
from eval.normalise import normalise
from eval.report.rendering import markdown_table
from eval.sets.gold import GoldQuestion
from eval.sets.lines import DIVIDED, Part, file_of, load_lines
from eval.sets.squad import (
    DATA_FILE,
    Squad,
    article_of,
    load_squad,
    reported_articles,
    training_articles,
    tuning_articles,
)
from qa.ending import done_or_told, say
from qa.reading.reader import SHIPPED, OnnxReader, Passage, Reader

PASSAGES = 5  # that are read for a question, as in use
_NOTHING = -100.0  # the margin of a passage without a span
COLUMNS = (
    "set",
    "reader",
    "questions",
    "EM / F1, passage given",
    "AUROC, no answer",
    "right passage first of five",
    "AUROC, passages",
    "ms a passage",
)


@dataclass(frozen=True, slots=True)
class Read:
    """The result of one reader on one question.

    Attributes:
        exact, f1: of its best span in the passage that was given; 0 of a question without an answer.
        margin: of that span.
        others: the best margins of the other passages.
        seconds: that reading all of them took.
    """

    answerable: bool
    exact: float
    f1: float
    margin: float
    others: tuple[float, ...]
    seconds: float


def parts(folder: Path, part: Part) -> Iterator[tuple[str, Squad]]:
    """The sets in the folder that have such a part."""
    articles = {"train": training_articles, "tune": tuning_articles, "report": reported_articles}[part]
    if (path := folder / DATA_FILE).is_file():
        yield "SQuAD 2.0", load_squad(path, articles())
    for name in DIVIDED:
        if (path := folder / file_of(name)).is_file():
            yield name, load_lines(path, part)


class Others:
    """Passages beside the right one: those of its document that share most words with the question, then any.

    Args:
        squad: a set; its documents are the passages.
    """

    def __init__(self, squad: Squad) -> None:
        self._texts = {document.id: document.text for document in squad.documents}
        self._words = {id: frozenset(normalise(text).split()) for id, text in self._texts.items()}
        self._held = Counter(word for words in self._words.values() for word in words)
        self._articles: dict[str, list[str]] = defaultdict(list)
        for id in self._texts:
            self._articles[article_of(id)].append(id)
        # A question may be asked of several passages of a document, each with an answer of its own.
        self._answered: dict[tuple[str, str], set[str]] = defaultdict(set)
        for question, id in zip(squad.questions, squad.written_on, strict=True):
            if question.answerable:
                self._answered[article_of(id), question.question].add(id)

    def text(self, id: str) -> str:
        """The passage with this id."""
        return self._texts[id]

    def of(self, question: GoldQuestion, id: str, count: int) -> list[str]:
        """Texts of `count` other passages that hold none of the answers."""
        asked, article = frozenset(normalise(question.question).split()), article_of(id)
        answers = [f" {normalise(answer.text)} " for answer in question.answers]
        right = self._answered[article, question.question] | {id}
        found: list[str] = []
        for ids in (self._articles[article], self._texts):
            for other in sorted(ids, key=lambda i: -self._shared(asked, i)):
                text = self._texts[other]
                if len(found) == count:
                    return found
                if other in right or text in found:
                    continue
                if not any(answer in f" {normalise(text)} " for answer in answers):
                    found.append(text)
        return found

    def _shared(self, asked: frozenset[str], id: str) -> float:
        """Weight of the words of a question that a passage holds: rare ones count more."""
        return sum(math.log(1 + len(self._texts) / self._held[word]) for word in asked & self._words[id])


def read(reader: Reader, squad: Squad, size: int, seed: int = 0) -> list[Read]:
    """Reads `size` questions, drawn; those with an answer beside four other passages."""
    others = Others(squad)
    pairs = list(zip(squad.questions, squad.written_on, strict=True))
    drawn = random.Random(seed).sample(range(len(pairs)), min(size, len(pairs)))
    return [_read(reader, *pairs[place], others) for place in sorted(drawn)]


def _read(reader: Reader, question: GoldQuestion, id: str, others: Others) -> Read:
    texts = [others.text(id), *(others.of(question, id, PASSAGES - 1) if question.answerable else ())]
    began = time.perf_counter()
    spans = reader.read(question.question, [Passage(text) for text in texts])
    seconds = time.perf_counter() - began
    margins = [max((s.margin for s in spans if s.passage == i), default=_NOTHING) for i in range(len(texts))]
    best = max((span for span in spans if span.passage == 0), key=lambda span: span.score, default=None)
    words = texts[0][best.start : best.end] if best is not None else ""
    gold = [answer.text for answer in question.answers]
    exact = float(bool(gold) and exact_match(words, gold))
    f1 = token_f1(words, gold) if gold else 0.0
    return Read(question.answerable, exact, f1, margins[0], tuple(margins[1:]), seconds)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores on a set, in percent except the two areas and the milliseconds of a passage; NaN if undefined."""

    questions: int
    exact: float
    f1: float
    no_answer: float
    first: float
    passages: float
    milliseconds: float

    @classmethod
    def of(cls, found: Sequence[Read]) -> Scores:
        """The scores of what was read."""
        has = [one for one in found if one.answerable]
        right, wrong = [one.margin for one in has], [margin for one in has for margin in one.others]
        none = [one.margin for one in found if not one.answerable]
        first = [float(one.margin > max(one.others, default=_NOTHING)) for one in has]
        passages = sum(1 + len(one.others) for one in found)
        return cls(
            len(found),
            100 * _mean([one.exact for one in has]),
            100 * _mean([one.f1 for one in has]),
            _apart(right, none),
            100 * _mean(first),
            _apart(right, wrong),
            1000 * sum(one.seconds for one in found) / max(1, passages),
        )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan


def _apart(positive: Sequence[float], negative: Sequence[float]) -> float:
    return auroc(np.array([*positive, *negative]), np.array([1.0] * len(positive) + [0.0] * len(negative)))


def row(set_name: str, reader: str, scores: Scores) -> list[str]:
    """Its row, in the order of COLUMNS."""
    no_answer = "-" if math.isnan(scores.no_answer) else f"{scores.no_answer:.3f}"
    given = f"{scores.exact:.1f} / {scores.f1:.1f}"
    first = f"{scores.first:.1f}"
    milliseconds = f"{scores.milliseconds:.0f}"
    return [set_name, reader, f"{scores.questions:,}", given, no_answer, first, f"{scores.passages:.3f}", milliseconds]


def mean_of(found: Sequence[Scores]) -> Scores:
    """The mean over sets, each with the same weight, without scores that a set does not have."""

    def over(name: str) -> float:
        return _mean([value for scores in found if not math.isnan(value := getattr(scores, name))])

    names = ("exact", "f1", "no_answer", "first", "passages", "milliseconds")
    return Scores(sum(scores.questions for scores in found), *(over(name) for name in names))


def compare(options: argparse.Namespace) -> None:
    """Reads with each reader and prints the table."""
    readers = {folder.name: OnnxReader(folder, options.threads) for folder in options.reader or [SHIPPED]}
    found: dict[str, list[Scores]] = {name: [] for name in readers}
    rows = []
    for set_name, squad in parts(options.data, options.part):
        for name, reader in readers.items():
            found[name].append(Scores.of(read(reader, squad, options.size, options.seed)))
            rows.append(row(set_name, name, found[name][-1]))
            say(" ".join(rows[-1]))
    rows += [row("mean over sets", name, mean_of(scores)) for name, scores in found.items()]
    Console().print(markdown_table(COLUMNS, rows), markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.readers", description="Compare readers on what is set aside.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets that docs/models.md names")
    parser.add_argument("--reader", type=Path, action="append", help="a compiled reader (default: the shipped one)")
    parser.add_argument("--part", choices=get_args(Part), default="tune", help="default %(default)s")
    parser.add_argument("--size", type=int, default=100, help="questions of each set (default %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="cores of each read (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the questions drawn")
    return done_or_told(partial(compare, parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())

"""Readers beside each other: which passages stand beside the right one, and what the scores count."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from embeddings.types import Document
from eval.readers import Others, Scores, main, mean_of, read
from eval.sets.gold import GoldAnswer, GoldQuestion
from eval.sets.lines import file_of
from eval.sets.squad import SPLITS, Squad
from qa.reading.reader import Passage, Span

TEXTS = {
    "heron/0": "Ana Ruiz painted the heron in 1907.",
    "heron/1": "The heron was sold in 1950.",
    "heron/2": "They say that Ana Ruiz painted the heron.",
    "lund/0": "Lund has an old town hall.",
}
QUESTION = GoldQuestion("q", "answerable", "Who painted the heron?", (GoldAnswer("heron/0", 0, 8, "Ana Ruiz"),))
NONE = GoldQuestion("n", "unanswerable", "Who bought the heron?", ())
SQUAD = Squad(
    tuple(Document(id, id, id, text) for id, text in TEXTS.items()), (QUESTION, NONE), (), ("heron/0", "heron/1")
)


class FirstWords:
    """Takes the first eight characters of each passage, and is surer the longer it is."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        return [Span(i, 0, 8, float(len(passage.text)), 0.0, 0.5) for i, passage in enumerate(passages)]


def test_other_passages_are_of_the_same_document_first_and_hold_no_answer() -> None:
    assert Others(SQUAD).of(QUESTION, "heron/0", 4) == [TEXTS["heron/1"], TEXTS["lund/0"]]
    assert Others(SQUAD).of(QUESTION, "heron/0", 1) == [TEXTS["heron/1"]]


def test_the_scores_are_those_of_the_passage_that_is_given_and_of_its_margin() -> None:
    scores = Scores.of(read(FirstWords(), SQUAD, 9))
    assert (scores.questions, scores.exact, scores.f1) == (2, 100.0, 100.0)
    assert (scores.no_answer, scores.first, scores.passages) == (1.0, 100.0, 1.0)
    alone = Scores.of(read(FirstWords(), Squad(SQUAD.documents, (QUESTION,), (), ("heron/1",)), 9))
    assert alone.exact == 0.0
    assert mean_of([scores, alone]).exact == 50.0
    assert mean_of([scores, alone]).no_answer == 1.0


@pytest.mark.slow
def test_the_command_prints_a_row_for_each_set_and_their_mean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    title = json.loads(SPLITS.read_text(encoding="utf-8"))[file_of("qed_nq")]["tune"][0]
    row = {"id": "a", "title": title, "context": TEXTS["heron/0"], "question": QUESTION.question,
           "answers": [{"text": "Ana Ruiz", "start": 0}]}  # fmt: skip
    (tmp_path / file_of("qed_nq")).write_bytes(gzip.compress(json.dumps(row).encode()))
    assert main(["--data", str(tmp_path)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in table[2:]] == ["qed_nq", "mean over sets"]
    assert "100.0 / 100.0" in table[2]

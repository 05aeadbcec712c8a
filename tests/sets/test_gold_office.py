"""The questions from the office hold what eval/gold/README.md promises, and were split as it says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from embeddings.loading import load
from embeddings.types import Document
from eval.sets.gold import GoldQuestion, load_gold
from eval.sets.office import DOCUMENTS, REPORT, TUNE, split

README = Path(__file__).resolve().parents[2] / "eval" / "gold" / "README.md"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


ALL = [*lines(TUNE), *lines(REPORT)]


@pytest.fixture(scope="module")
def documents() -> tuple[Document, ...]:
    loaded = load([DOCUMENTS])
    assert loaded.skipped == ()
    return loaded.documents


@pytest.fixture(scope="module")
def questions(documents: tuple[Document, ...]) -> tuple[GoldQuestion, ...]:
    return load_gold(TUNE, documents, keep_lost=True) + load_gold(REPORT, documents, keep_lost=True)


def test_there_are_29_documents_in_ten_formats(documents: tuple[Document, ...]) -> None:
    assert len(documents) == 29
    assert len({Path(document.source).suffix for document in documents}) == 10


def test_every_answer_stands_in_its_document_as_it_is_loaded(
    documents: tuple[Document, ...], questions: tuple[GoldQuestion, ...]
) -> None:
    texts = {document.id: document.text for document in documents}
    answers = [answer for question in questions for answer in question.answers]
    assert all(texts[answer.document][answer.start : answer.end] == answer.text for answer in answers)
    assert not [question.id for question in questions if any(answer.lost for answer in question.answers)]


def test_the_split_is_the_one_that_was_made() -> None:
    assert {line["id"] for line in lines(TUNE)} == split(ALL)
    assert (len(lines(TUNE)), len(lines(REPORT))) == (120, 180)


def test_ids_and_questions_are_unique() -> None:
    assert len({line["id"] for line in ALL}) == len({line["question"].casefold() for line in ALL}) == 300


def test_there_are_enough_questions_of_every_kind() -> None:
    counts = Counter(line["kind"] for line in ALL)
    assert (counts["yes-no"], counts["list"], counts["latest"] + counts["superseded"]) == (30, 30, 30)
    assert (counts["unanswerable"], sum(bool(line.get("tempting")) for line in ALL)) == (80, 50)


def test_the_readme_states_the_counts_that_are_there() -> None:
    readme = README.read_text(encoding="utf-8")
    kinds = [Counter(line["kind"] for line in lines(path)) for path in (TUNE, REPORT)]
    for kind in kinds[0] | kinds[1]:
        assert f"| {kind} | {kinds[0][kind]} | {kinds[1][kind]} |" in readme


def test_the_sides_and_items_are_disjoint_and_hold_every_answer() -> None:
    for line in ALL:
        if line["kind"] in ("list", "disagreement"):
            members = [position for group in line["groups"] for position in group]
            assert len(line["groups"]) >= 2
            assert sorted(members) == list(range(len(line["answers"])))

"""How follow-ups are scored: terms of the history that a rewrite adds, and those that were added."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.errors import GoldError
from eval.talks.command import cast_table
from eval.talks.conversations import DATA_FILE, METHODS, OURS, Counts, Measured, counts, load_conversations, measured

TURNS = [
    {"question": "What is chalk disease?", "resolved": "What is chalk disease?"},
    {"question": "What are its symptoms?", "resolved": "What are the symptoms of chalk disease?"},
    {"question": "Who was Bo Lind?", "resolved": "Who was Bo Lind?"},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / DATA_FILE).write_text(json.dumps({"id": "cast2019_45", "turns": TURNS}) + "\n", encoding="utf-8")
    return tmp_path


def test_terms_that_the_question_has_already_do_not_count() -> None:
    assert counts("Which cancers?", "Which cancers of throats?", "Which throat cancer?", ["Throat cancer?"]) == Counts(
        1, 1, 1
    )


def test_precision_and_recall_of_nothing_are_zero() -> None:
    assert (Counts().precision, Counts().recall, Counts().f1) == (0.0, 0.0, 0.0)


def test_each_method_is_measured_on_every_question_but_the_first(data: Path) -> None:
    (conversation,) = load_conversations(data)
    assert measured(conversation, METHODS["nothing"]) == Measured(Counts(0, 2, 0), 1, 1)
    assert measured(conversation, METHODS[OURS]) == Measured(Counts(2, 2, 2), 1, 1)
    assert measured(conversation, METHODS["all history"]).counts.recall == 1.0


def test_the_table_has_a_row_for_each_method_over_the_conversations_set_aside(data: Path) -> None:
    (conversation,) = load_conversations(data)
    rows = {name: rest for name, *rest in cast_table([conversation, replace(conversation, id="cast2019_48")]).rows}
    assert set(rows) == set(METHODS)
    assert rows[OURS][:3] == ["1", "100.0%", "100.0%"]
    assert rows["nothing"][3].startswith("0.0%")


def test_a_folder_without_the_conversations_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=DATA_FILE):
        load_conversations(tmp_path)

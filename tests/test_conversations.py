"""How follow-ups are scored: terms of the history that a rewrite adds, and those that were added."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embeddings.errors import GoldError
from eval.conversations import DATA_FILE, METHODS, Counts, counts, left_alone, load_conversations, measured
from eval.following import cast_table
from eval.resolving import examples, fit
from qa.antecedents import shipped_weights

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
    conversations = load_conversations(data)
    assert measured(conversations, METHODS["nothing"]) == Counts(0, 2, 0)
    assert measured(conversations, METHODS["Pincite"]) == Counts(2, 2, 2)
    assert measured(conversations, METHODS["all history"]).recall == 1.0
    assert left_alone(conversations, METHODS["Pincite"]) == (1, 1)
    assert "Pincite" in cast_table(conversations)


def test_weights_are_fitted_from_rewrites(data: Path) -> None:
    weights = fit(examples(load_conversations(data)))
    assert len(weights.mention) == len(shipped_weights().mention)


def test_a_folder_without_the_conversations_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=DATA_FILE):
        load_conversations(tmp_path)

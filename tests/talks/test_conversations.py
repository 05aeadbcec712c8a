"""How follow-ups are scored: terms of the history that a rewrite adds, and those that were added."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.errors import GoldError
from eval.talks.command import cast_table
from eval.talks.conversations import DATA_FILE, METHODS, OURS, Counts, Measured, counts, load_conversations, measured
from eval.talks.resolving import examples, fit, fitted_on_others
from qa.followup.antecedents import shipped_weights

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


def test_conversations_that_were_read_are_judged_by_weights_that_never_saw_them(data: Path) -> None:
    (conversation,) = load_conversations(data)
    others = [replace(conversation, id=f"cast2019_{number}") for number in range(1, 11)]
    unread = replace(conversation, id="cast2019_48")
    for part, weights in fitted_on_others(others):
        seen = [example for one in others if one not in part for example in examples([one])]
        assert weights == fit(seen)
    rows = {(name, part): rest for name, part, *rest in cast_table([*others, unread]).rows}
    assert rows[OURS, "10 read"][0] == rows[OURS, "1 never read"][0] == "100.0%"
    assert rows["nothing", "1 never read"][2].startswith("0.0%")


def test_weights_are_fitted_from_rewrites(data: Path) -> None:
    weights = fit(examples(load_conversations(data)))
    assert len(weights.mention) == len(shipped_weights().mention)


def test_a_folder_without_the_conversations_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=DATA_FILE):
        load_conversations(tmp_path)

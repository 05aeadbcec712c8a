"""The weights of follow-ups are made from conversations and unrelated pairs, and read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import ModelError
from eval.talks.rewrites import Rewritten
from eval.training.followups import fitted, lesson, limited, texts_of, trained, vectors_of, write
from qa.followup.choosing import Chooser, Reading, shipped_chooser
from qa.types import Answer, Turn


def asked(question: str, rewrite: str, before: str) -> Rewritten:
    return Rewritten("canard_dev", before, question, rewrite, (Turn(before, Answer(before, None, 1.0)),))


TALKS = [lesson(asked("Where is it?", f"Where is the {thing}?", f"What is the {thing}?")) for thing in
         "harbour ferry bridge school lighthouse market".split()]  # fmt: skip
PAIRS = [lesson(asked(f"Who leads the {group}?", f"Who leads the {group}?", "How long is a goods train?")) for group in
         "party council union army choir crew".split()]  # fmt: skip


def test_a_rewrite_says_whether_a_question_leans_and_which_phrases_belong_to_it() -> None:
    assert TALKS[0].leans
    assert [m.text for m, right in zip(TALKS[0].reading.known, TALKS[0].right, strict=True) if right] == ["the harbour"]
    assert not PAIRS[0].leans
    assert not any(PAIRS[0].right)


def test_what_was_learnt_is_told_apart_and_is_read_again(tmp_path: Path) -> None:
    vector = vectors_of(texts_of([*TALKS, *PAIRS]), tmp_path / "cache")
    chooser = limited(fitted(TALKS, PAIRS, vector), TALKS, PAIRS, vector)
    write(chooser, tmp_path / "weights.npz")
    read = Chooser.read(tmp_path / "weights.npz")
    assert min(read.leaning(one.reading, vector) for one in TALKS) > max(
        read.leaning(one.reading, vector) for one in PAIRS
    )
    assert vectors_of(texts_of(TALKS), tmp_path / "cache")("Where is it?").shape == (384,)


def test_a_net_learns_what_one_layer_cannot() -> None:
    rows = np.array([(a, b) for a in (0, 1) for b in (0, 1)] * 50, np.float32)
    right = (rows[:, 0] != rows[:, 1]).astype(np.float32)
    net = trained(rows, right, np.ones(len(rows), np.float32), hidden=8, steps=1500)
    assert ((net.probabilities(rows) > 0.5) == right).all()


def test_the_weights_that_ship_are_for_the_features_of_today() -> None:
    reading = Reading.of("Where is it?", TALKS[0].reading.history)
    assert 0.0 <= shipped_chooser().leaning(reading) <= 1.0
    assert shipped_chooser().belonging(reading, "thing").shape == (len(reading.known),)


def test_damaged_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / "weights.npz").write_bytes(b"no weights")
    with pytest.raises(ModelError, match=r"eval\.training\.followups"):
        Chooser.read(tmp_path / "weights.npz")

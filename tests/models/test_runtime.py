from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embeddings.errors import ModelError
from embeddings.models.encoder import SHIPPED, OnnxEncoder
from embeddings.models.runtime import (
    CARD_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    ModelCard,
    Runtime,
    available_cores,
    batches_by_length,
)

TEXTS = ["", "rain", "It rained all day. " * 60, "naïve café", "漢字と仮名", "🎈", "al-Nu'man " * 20, "a b"]


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return Runtime(SHIPPED, threads=1)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the shipped encoder to damage."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def pairs(runtime: Runtime, texts: list[str]) -> list[tuple[list[int], list[int]]]:
    return [(found.ids[:64], found.type_ids[:64]) for found in runtime.tokenize(texts)]


@given(st.lists(st.integers(0, 300), max_size=80), st.integers(1, 1000))
def test_batches_hold_every_index_once(lengths: list[int], budget: int) -> None:
    batches = list(batches_by_length(lengths, budget))
    assert all(batches)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))


@given(st.lists(st.integers(0, 300), max_size=80), st.integers(1, 1000))
def test_batches_keep_to_the_budget_with_padding_unless_a_text_alone_is_over_it(
    lengths: list[int], budget: int
) -> None:
    for batch in batches_by_length(lengths, budget):
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= budget


@given(st.lists(st.integers(0, 300), max_size=80))
def test_batches_go_from_long_to_short_and_equal_lengths_keep_their_order(lengths: list[int]) -> None:
    order = [index for batch in batches_by_length(lengths) for index in batch]
    assert order == sorted(order, key=lambda index: (-lengths[index], index))


def test_results_come_in_the_order_given(runtime: Runtime) -> None:
    together = [row[0] for row in runtime.run(pairs(runtime, TEXTS))]
    alone = [runtime.run(pairs(runtime, [text]))[0][0] for text in TEXTS]
    nearest = (np.stack(together) @ np.stack(alone).T).argmax(axis=1)
    assert nearest.tolist() == list(range(len(TEXTS)))


@pytest.mark.parametrize(("batch_tokens", "shapes"), [(512, [(3, 4)]), (0, [(1, 4), (1, 3), (1, 2)])])
def test_texts_share_a_batch_or_run_alone_and_whoever_measures_sees_their_tensors(
    batch_tokens: int, shapes: list[tuple[int, int]]
) -> None:
    runtime, seen = Runtime(SHIPPED, batch_tokens=batch_tokens), list[tuple[int, ...]]()
    runtime.on_run = lambda feed: seen.append(feed["input_ids"].shape)
    runtime.run([([101, 102], [0, 0]), ([101, 2000, 2001, 102], [0] * 4), ([101, 2000, 102], [0] * 3)])
    assert seen == shapes


def test_nothing_in_nothing_out(runtime: Runtime) -> None:
    assert runtime.run([]) == runtime.tokenize([]) == runtime.count([]) == []


def test_counts_are_those_of_the_tokenizer_with_nothing_cut(runtime: Runtime) -> None:
    plain = Tokenizer.from_file(str(SHIPPED / TOKENIZER_FILE))
    plain.no_truncation()
    plain.no_padding()
    assert runtime.count(TEXTS) == [len(plain.encode(text).ids) for text in TEXTS]
    assert runtime.count(TEXTS) == [len(found.ids) for found in runtime.tokenize(TEXTS)]
    assert max(runtime.count(TEXTS)) > runtime.card.max_tokens


def test_limits_in_the_tokenizer_file_are_lifted(copied: Path) -> None:
    limited = Tokenizer.from_file(str(copied / TOKENIZER_FILE))
    limited.enable_truncation(max_length=8)
    limited.enable_padding(length=8)
    limited.save(str(copied / TOKENIZER_FILE))
    assert Runtime(copied, threads=1).count(["", "word " * 300]) == [2, 302]


def test_special_tokens_are_left_out_on_request(runtime: Runtime) -> None:
    (found,) = runtime.tokenize(["heavy rain"], special=False)
    assert found.tokens == ["heavy", "rain"]


def test_offsets_are_code_points(runtime: Runtime) -> None:
    text = "🎈🎈 Erdoğan rained"
    (found,) = runtime.tokenize([text], special=False)
    assert text[slice(*found.offsets[-1])] == "rained"


def test_a_pair_has_two_token_types(runtime: Runtime) -> None:
    (found,) = runtime.tokenize([("Did it rain?", "It did.")])
    assert set(found.type_ids) == {0, 1}


def test_a_card_survives_its_file(tmp_path: Path) -> None:
    card = ModelCard("reader", "modèle", "fp32", 320, 0, "ab" * 32, query_prompt="q: ", passage_prompt="p: ")
    (tmp_path / CARD_FILE).write_text(card.to_json(), encoding="utf-8")
    assert ModelCard.read(tmp_path) == card


def test_models_of_other_weights_or_precision_have_another_identity() -> None:
    values: dict[str, Any] = {"kind": "encoder", "name": "m", "max_tokens": 8, "dimension": 4}
    cards = [ModelCard(**values, precision=p, source_sha256=s) for p in ("fp32", "int8") for s in ("aa", "bb")]
    assert len({card.identity for card in cards}) == 4


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[:4] = bytes(byte ^ 0xFF for byte in data[:4])
    path.write_bytes(data)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [Path.unlink, _cut, _flip, _empty], ids=["missing", "cut", "flipped", "empty"])
@pytest.mark.parametrize("name", [CARD_FILE, MODEL_FILE, TOKENIZER_FILE])
def test_a_missing_or_damaged_file_is_a_model_error_that_names_the_folder(
    copied: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(copied / name)
    with pytest.raises(ModelError, match="compile it again") as caught:
        Runtime(copied, threads=1)
    assert str(copied) in str(caught.value)


@pytest.mark.parametrize("card", ["[]", "7", "{}", '{"kind": "encoder"}', '{"colour": "red"}'])
def test_a_card_of_another_form_is_a_model_error(copied: Path, card: str) -> None:
    (copied / CARD_FILE).write_text(card, encoding="utf-8")
    with pytest.raises(ModelError, match="not the folder of a compiled model"):
        Runtime(copied, threads=1)


def test_a_reader_is_not_opened_as_an_encoder(copied: Path) -> None:
    card = json.loads((copied / CARD_FILE).read_text(encoding="utf-8"))
    (copied / CARD_FILE).write_text(json.dumps(card | {"kind": "reader"}), encoding="utf-8")
    with pytest.raises(ModelError, match="a reader, expected an encoder"):
        OnnxEncoder(copied, threads=1)


@settings(max_examples=20)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_any_texts_give_finite_rows_of_the_models_dimension(runtime: Runtime, texts: list[str]) -> None:
    for (row,) in runtime.run(pairs(runtime, texts)):
        assert row.shape == (runtime.card.dimension,)
        assert np.isfinite(row).all()


def test_available_cores_are_between_one_and_those_of_the_machine() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)

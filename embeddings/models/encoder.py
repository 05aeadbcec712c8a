"""Texts -> unit vectors, by a sentence-transformers model compiled to the runtime."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embeddings.errors import ModelError
from embeddings.models.runtime import ModelCard, Runtime

Vectors = np.ndarray[Any, np.dtype[np.float32]]

SHIPPED = Path(__file__).parents[1] / "data" / "all-MiniLM-L6-v2"


class Encoder(Protocol):
    """What an index needs of an encoder. Several threads may use it at once."""

    card: ModelCard

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 (texts, dimension)."""

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32 (dimension,)."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the special ones included."""


class OnnxEncoder:
    """An encoder that runs without PyTorch.

    Args:
        folder: a compiled encoder; by default the all-MiniLM-L6-v2 that ships.
        threads: cores that one run may use; 0 for all of them.

    Attributes:
        runtime: the model that runs.
        card: what is needed to use it.

    Raises:
        ModelError: the folder is not a compiled encoder.
    """

    def __init__(self, folder: Path = SHIPPED, threads: int = 0) -> None:
        self.runtime = Runtime(folder, threads)
        self.card = self.runtime.card
        if self.card.kind != "encoder":
            raise ModelError(f"{folder}: a {self.card.kind}, expected an encoder; name an encoder's folder")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 (texts, dimension). A text longer than the model's limit is cut."""
        if not texts:
            return np.zeros((0, self.card.dimension), dtype=np.float32)
        return self._encode([self.card.passage_prompt + text for text in texts], apart=True)

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32 (dimension,). Encoded alone: the same question, the same vector."""
        vector: Vectors = self._encode([self.card.query_prompt + text])[0]
        return vector

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as a passage: special tokens and prompt included, nothing cut."""
        return self.runtime.count([self.card.passage_prompt + text for text in texts])

    def _encode(self, texts: Sequence[str], apart: bool = False) -> Vectors:
        limit = self.card.max_tokens
        encodings = self.runtime.tokenize(texts)
        inputs = [(_cut(encoding.ids, limit), _cut(encoding.type_ids, limit)) for encoding in encodings]
        vectors = np.stack([row[0] for row in self.runtime.run(inputs, apart)]).astype(np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)  # (texts, 1)
        unit: Vectors = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
        return unit


def _cut(ids: Sequence[int], limit: int) -> Sequence[int]:
    """At most `limit` ids, the last one (the closing special token) kept."""
    return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]


@cache
def shipped_encoder(threads: int = 0) -> OnnxEncoder:
    """The encoder that ships, loaded once a process."""
    return OnnxEncoder(SHIPPED, threads)

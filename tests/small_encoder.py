"""A small encoder for fast tests: words hashed into a vector, so that texts that share words are near each other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from embeddings.models.encoder import Vectors
from embeddings.models.runtime import ModelCard
from embeddings.text.chunking import Chunker

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")
_SPECIAL_TOKENS = 2


class HashingEncoder:
    """The hashing trick (Weinberger and others 2009): each word adds or takes one at a place that its hash names."""

    def __init__(self, name: str = "hashing", dimension: int = 64, max_tokens: int = 64) -> None:
        digest = hashlib.sha256(f"{name} {dimension}".encode()).hexdigest()
        self.card = ModelCard("encoder", name, "fp32", max_tokens, dimension, digest)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 (texts, dimension)."""
        vectors = np.zeros((len(texts), self.card.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.encode_query(text)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32 (dimension,)."""
        vector = np.zeros(self.card.dimension, dtype=np.float32)
        vector[0] = 0.5  # so that a text without words has a direction too
        for word in _WORD.findall(text.lower()):
            place = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
            vector[1 + place // 2 % (self.card.dimension - 1)] += 1.0 if place % 2 else -1.0
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the special ones included."""
        return [len(_TOKEN.findall(text)) + _SPECIAL_TOKENS for text in texts]


def small_chunker(encoder: HashingEncoder, budget: int = 30) -> Chunker:
    """A chunker of short passages for this encoder."""
    return Chunker(encoder.count, encoder.card.max_tokens, budget)

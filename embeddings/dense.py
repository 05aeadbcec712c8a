"""FAISS over the vectors: which passages mean the same as the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embeddings.encoder import Vectors


class DenseIndex:
    """Exact inner-product search over unit vectors, that is, cosine similarity.

    Args:
        numbers: a number for each vector, ascending: (passages,).
        vectors: unit vectors, float32 (passages, dimension).
    """

    def __init__(self, numbers: np.ndarray[Any, np.dtype[np.int64]], vectors: Vectors) -> None:
        import faiss

        self._numbers, self._vectors = numbers, vectors
        self._index = faiss.IndexFlatIP(max(1, vectors.shape[1]))
        if len(vectors):
            self._index.add(vectors)

    def search(self, vector: Vectors, k: int) -> dict[int, float]:
        """The k nearest passages of a unit vector (dimension,): number -> cosine, nearest first."""
        if not len(self._numbers):
            return {}
        scores, rows = self._index.search(vector[None, :], min(k, len(self._numbers)))
        return {int(self._numbers[row]): float(score) for score, row in zip(scores[0], rows[0], strict=True)}

    def scores(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        """The cosine of a unit vector (dimension,) with these passages, those that exist."""
        if not len(self._numbers) or not numbers:
            return {}
        wanted = np.array(numbers, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self._numbers, wanted), len(self._numbers) - 1)
        there = self._numbers[rows] == wanted
        cosines = self._vectors[rows[there]] @ vector
        return dict(zip(wanted[there].tolist(), cosines.tolist(), strict=True))

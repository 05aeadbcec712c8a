"""FAISS over the vectors: which passages mean the same as the question.

Most vectors lie in the base (`embeddings.search.bases`), where there are many; the newer ones, the tail, are searched
flat. What was removed since the base was made, and what a filter leaves out, is masked while searching.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from embeddings.models.encoder import Vectors
from embeddings.search.bases import LoadedBase, Numbers, load_faiss, rows_in, selector

Mask = Callable[[Numbers], np.ndarray[Any, np.dtype[np.bool_]]]
# The vectors of the passages named, those that exist: numbers, ascending, and vectors.
Fetch = Callable[[Sequence[int]], tuple[Numbers, Vectors]]

_SPARE = 16  # candidates fetched over twice as many as are wanted


class DenseIndex:
    """Exact search by inner product over unit vectors, which is cosine similarity.

    Args:
        numbers: a number for each vector, ascending: (passages,).
        vectors: unit vectors, float32 (passages, dimension).
    """

    def __init__(self, numbers: Numbers, vectors: Vectors) -> None:
        faiss = load_faiss()
        self.numbers, self.vectors = numbers, vectors
        self._index = faiss.IndexFlatIP(max(1, vectors.shape[1]))
        if len(vectors):
            self._index.add(vectors)

    def search(self, vector: Vectors, k: int, mask: Mask | None = None) -> dict[int, float]:
        """The k nearest passages of a unit vector (dimension,): number -> cosine, nearest first.

        Args:
            vector: what is searched for.
            k: how many at most.
            mask: which of some numbers count; all of them where it is None.
        """
        faiss = load_faiss()
        if not len(self.numbers):
            return {}
        chosen, bits = selector(mask(self.numbers)) if mask is not None else (None, None)
        params = faiss.SearchParameters(sel=chosen) if chosen is not None else None
        scores, rows = self._index.search(vector[None, :], min(k, len(self.numbers)), params=params)
        del bits  # which the selector points at until here
        pairs = zip(scores[0], rows[0], strict=True)
        return {int(self.numbers[row]): float(score) for score, row in pairs if row >= 0}

    def scores(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        """The cosine of a unit vector (dimension,) with these passages, those that exist."""
        if not len(self.numbers) or not numbers:
            return {}
        wanted = np.array(numbers, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        there = self.numbers[rows] == wanted
        cosines = self.vectors[rows[there]] @ vector
        return dict(zip(wanted[there].tolist(), cosines.tolist(), strict=True))


class VectorSearch:
    """A base and a tail, searched as one.

    Args:
        base: the base; None where there is none.
        gone: passages of the base that were removed, as ranges: first number and how many.
        tail: the vectors that are newer than the base.
        fetch: gives the exact vectors of passages of the base.
    """

    def __init__(
        self, base: LoadedBase | None, gone: Sequence[tuple[int, int]], tail: DenseIndex, fetch: Fetch
    ) -> None:
        self.base, self.tail, self._fetch = base, tail, fetch
        self._kept = ~rows_in(base.numbers, gone) if base is not None and gone else None

    def search(self, vector: Vectors, k: int, mask: Mask | None = None) -> dict[int, float]:
        """The k nearest passages of a unit vector (dimension,): number -> exact cosine, nearest first."""
        nearest = self.tail.search(vector, k, mask)
        if self.base is None:
            return nearest
        nearest |= self._in_base(self.base, vector, k, mask)
        return dict(sorted(nearest.items(), key=lambda pair: -pair[1])[:k])

    def scores(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        """The cosine of a unit vector (dimension,) with these passages, those that exist."""
        cosines = self.tail.scores(vector, numbers)
        rest = [number for number in numbers if number not in cosines] if self.base is not None else []
        cosines |= self._exact(vector, rest)
        return {number: cosines[number] for number in numbers if number in cosines}

    def _in_base(self, base: LoadedBase, vector: Vectors, k: int, mask: Mask | None) -> dict[int, float]:
        """Candidates of the base, scored again with the store's own vectors; it looks wider until it has k of them."""
        among = self._kept
        if mask is not None:
            fitting = mask(base.numbers)
            among = fitting if among is None else among & fitting
        wanted = 2 * k + _SPARE
        while True:
            rows, _ = base.search(vector, min(wanted, base.about.count), among)
            exact = self._exact(vector, base.numbers[rows].tolist())
            if len(exact) >= k or len(rows) < wanted:
                return dict(sorted(exact.items(), key=lambda pair: (-pair[1], pair[0]))[:k])
            wanted *= 4

    def _exact(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        if not numbers:
            return {}
        there, vectors = self._fetch(numbers)
        return dict(zip(there.tolist(), (vectors @ vector).tolist(), strict=True)) if len(there) else {}

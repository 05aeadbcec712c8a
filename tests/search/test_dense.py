from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.models.encoder import Vectors
from embeddings.search.dense import DenseIndex


def unit(count: int, dimension: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    rows: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return rows


def numbered(count: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Ascending numbers with gaps, as those of passages are once some are gone."""
    return np.cumsum(np.random.default_rng(seed).integers(1, 9, size=count)).astype(np.int64)


@given(st.integers(1, 200), st.integers(1, 48), st.integers(1, 250), st.integers(0, 10_000))
def test_a_search_finds_what_comparing_with_every_passage_finds(count: int, dimension: int, k: int, seed: int) -> None:
    vectors, numbers, query = unit(count, dimension, seed), numbered(count, seed), unit(1, dimension, seed + 1)[0]
    found = DenseIndex(numbers, vectors).search(query, k)
    all_scores = vectors @ query
    best = np.sort(all_scores)[::-1][:k]
    np.testing.assert_allclose(list(found.values()), best, atol=1e-5)
    for number, score in found.items():
        assert all_scores[np.searchsorted(numbers, number)] == pytest.approx(score, abs=1e-5)


def test_the_nearest_comes_first() -> None:
    found = DenseIndex(numbered(50, 1), unit(50, 8, 1)).search(unit(1, 8, 2)[0], 20)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_no_more_is_found_than_there_is() -> None:
    assert len(DenseIndex(numbered(3, 1), unit(3, 8, 1)).search(unit(1, 8, 2)[0], 100)) == 3


def test_an_empty_index_finds_and_scores_nothing() -> None:
    index = DenseIndex(np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32))
    query = unit(1, 8, 1)[0]
    assert index.search(query, 5) == index.scores(query, []) == {}


@given(st.integers(1, 60), st.integers(0, 10_000), st.data())
def test_scores_are_the_cosines_of_the_passages_named(count: int, seed: int, data: st.DataObject) -> None:
    vectors, numbers, query = unit(count, 16, seed), numbered(count, seed), unit(1, 16, seed + 1)[0]
    rows = data.draw(st.lists(st.integers(0, count - 1), unique=True))
    wanted = [int(numbers[row]) for row in rows]
    scores = DenseIndex(numbers, vectors).scores(query, wanted)
    assert list(scores) == wanted
    np.testing.assert_allclose(list(scores.values()), [vectors[row] @ query for row in rows], atol=1e-5)


def test_search_and_scores_agree() -> None:
    index, query = DenseIndex(numbered(40, 1), unit(40, 16, 1)), unit(1, 16, 2)[0]
    found = index.search(query, 40)
    assert index.scores(query, list(found)) == pytest.approx(found, abs=1e-5)


def test_a_number_that_is_not_there_has_no_score() -> None:
    index = DenseIndex(np.array([2, 5], dtype=np.int64), unit(2, 8, 1))
    assert list(index.scores(unit(1, 8, 2)[0], [1, 2, 3, 5, 99])) == [2, 5]

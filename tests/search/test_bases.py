"""The base of vectors: what its kinds find, how it grows, and that a damaged file is never read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import StoreError
from embeddings.models.encoder import Vectors
from embeddings.search.bases import (
    Base,
    Kind,
    LoadedBase,
    Numbers,
    can_grow,
    grow_base,
    kind_for,
    make_base,
    rows_in,
)

KINDS: tuple[Kind, ...] = ("flat", "hnsw", "ivf")
COUNT, DIMENSION = 600, 16


def unit_vectors(count: int, seed: int = 1) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def numbers_of(count: int, first: int = 1) -> Numbers:
    """Not one after the other: what is gone leaves gaps."""
    return np.arange(first, first + 3 * count, 3, dtype=np.int64)


class Vault:
    """Gives vectors in blocks, as the store does, from the beginning each time."""

    def __init__(self, numbers: Numbers, vectors: Vectors) -> None:
        self.numbers, self.vectors = numbers, vectors

    def __call__(self) -> Iterator[tuple[Numbers, Vectors]]:
        for start in range(0, len(self.numbers), 250):
            yield self.numbers[start : start + 250], self.vectors[start : start + 250]


VAULT = Vault(numbers_of(COUNT), unit_vectors(COUNT))


def made(folder: Path, kind: Kind) -> Base:
    return make_base(folder, Base(1, kind, COUNT, DIMENSION, 0, COUNT), VAULT)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_finds_the_vector_that_is_asked_for_by_the_number_of_its_passage(tmp_path: Path, kind: Kind) -> None:
    base = made(tmp_path, kind)
    assert (base.count, base.last) == (COUNT, int(VAULT.numbers[-1]))
    loaded = LoadedBase.read(tmp_path, base)
    found = [loaded.search(vector, 1) for vector in VAULT.vectors[::20]]
    assert [int(loaded.numbers[rows[0]]) for rows, _ in found] == VAULT.numbers[::20].tolist()
    assert all(abs(scores[0] - 1) < 0.02 for _, scores in found)


@pytest.mark.parametrize("kind", KINDS)
def test_the_recall_that_is_kept_with_a_base_is_at_least_what_was_aimed_at(tmp_path: Path, kind: Kind) -> None:
    assert made(tmp_path, kind).recall >= 0.99


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_lets_through_what_it_allows_and_nothing_else(tmp_path: Path, kind: Kind, share: float) -> None:
    loaded = LoadedBase.read(tmp_path, made(tmp_path, kind))
    among = np.zeros(COUNT, dtype=bool)
    among[: int(share * COUNT)] = True
    rows, _ = loaded.search(VAULT.vectors[-1], COUNT, among)
    assert set(rows) <= set(np.flatnonzero(among).tolist())
    if share < 0.2:
        assert len(rows) == among.sum(), "a rare passage was missed"


@pytest.mark.parametrize("kind", KINDS)
def test_a_base_that_has_grown_finds_the_old_and_the_new(tmp_path: Path, kind: Kind) -> None:
    base = made(tmp_path, kind)
    more = Vault(numbers_of(50, base.last + 3), unit_vectors(50, seed=2))
    assert can_grow(base, kind, COUNT + 50)
    grown = grow_base(tmp_path, base, more)
    assert (grown.generation, grown.count, grown.last) == (2, COUNT + 50, int(more.numbers[-1]))
    loaded = LoadedBase.read(tmp_path, grown)
    for vault in (VAULT, more):
        rows, _ = loaded.search(vault.vectors[7], 1)
        assert loaded.numbers[rows[0]] == vault.numbers[7]


def test_a_base_is_trained_anew_where_its_kind_changes_or_it_has_doubled() -> None:
    base = Base(1, "ivf", COUNT, DIMENSION, 0, trained=COUNT)
    assert not can_grow(base, "flat", COUNT + 1)
    assert not can_grow(base, "ivf", 2 * COUNT + 1)


def test_its_record_survives_the_store_and_a_damaged_one_is_told() -> None:
    base = Base(3, "hnsw", 9, DIMENSION, 12, 9, 64, 0.995, 1_000, "abc")
    assert Base.from_json(base.to_json()) == base
    for damaged in ("", "{}", "[1]", '{"kind": "flat"}'):
        with pytest.raises(StoreError, match="base of vectors is damaged; mend it with: pincite doctor"):
            Base.from_json(damaged)


def test_a_file_that_is_not_to_the_byte_what_was_written_is_not_read(tmp_path: Path) -> None:
    base = made(tmp_path, "flat")
    file = tmp_path / base.file
    whole = file.read_bytes()
    flipped = whole[:99] + bytes([whole[99] ^ 1]) + whole[100:]
    for data, reason in ((whole[:-1], "bytes, expected"), (flipped, "digest is another")):
        file.write_bytes(data)
        with pytest.raises(StoreError, match=reason):
            LoadedBase.read(tmp_path, base)
    file.write_bytes(whole)
    with pytest.raises(StoreError, match="damaged"):
        LoadedBase.read(tmp_path, replace(base, count=COUNT - 1))


def test_the_size_decides_unless_a_kind_is_named() -> None:
    assert [kind_for("auto", count) for count in (0, 50_000, 50_001)] == ["flat", "flat", "ivf"]
    assert kind_for("ivf", 1) == "ivf"


def test_ranges_of_passages_that_do_not_overlap_are_told_from_the_others() -> None:
    numbers = np.array([1, 4, 7, 10, 13])
    assert rows_in(numbers, []).tolist() == [False] * 5
    assert rows_in(numbers, [(10, 4), (0, 2)]).tolist() == [True, False, False, True, True]
    assert rows_in(np.zeros(0, dtype=np.int64), [(1, 5)]).tolist() == []

"""Settings: what they accept, and that a setting of 0 is a value."""

from __future__ import annotations

import dataclasses

import pytest

from embeddings.errors import PinciteError, SettingsError
from qa.settings import Settings

SHARES = ("threshold", "dense_weight", "no_answer_weight")
COUNTS = ("passages", "candidates", "answer_tokens")
ZERO_OR_MORE = ("retrieval_weight", "sentence_weight", "overlap", "threads")


@pytest.mark.parametrize("name", [*SHARES, *ZERO_OR_MORE])
def test_zero_is_a_value_of_every_weight(name: str) -> None:
    assert getattr(Settings(**{name: 0}), name) == 0


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_share_lies_between_0_and_1(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match=rf"{name} is .*expected a number from 0 to 1"):
        Settings(**{name: value})


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_is_at_least_1(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is 0, expected at least 1"):
        Settings(**{name: 0})


@pytest.mark.parametrize("name", ZERO_OR_MORE)
def test_other_numbers_are_not_negative(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is -1, expected 0 or more"):
        Settings(**{name: -1})


def test_a_passage_is_not_smaller_than_the_chunker_can_make_it() -> None:
    assert Settings(chunk_tokens=16).chunk_tokens == 16
    with pytest.raises(SettingsError, match="chunk_tokens is 15"):
        Settings(chunk_tokens=15)


def test_an_unknown_fusion_is_named_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match='fusion is \'best-of\', expected "min-max" or "reciprocal-rank"'):
        Settings(fusion="best-of")


def test_settings_are_frozen_equal_by_value_and_usable_as_a_key() -> None:
    settings = Settings(threshold=0.5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.threshold = 0.1
    assert settings == Settings(threshold=0.5)
    assert len({settings, Settings(threshold=0.5), Settings()}) == 2


def test_the_error_of_a_setting_is_an_error_of_the_project() -> None:
    with pytest.raises(PinciteError):
        Settings(threshold=2)


def test_every_setting_is_described() -> None:
    described = Settings.__doc__ or ""
    assert not [field.name for field in dataclasses.fields(Settings) if f"{field.name}:" not in described]

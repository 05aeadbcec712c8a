"""The marks of notes are no part of an answer."""

from __future__ import annotations

import pytest

from qa.steps.marks import without_mark


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("45 ¹", "45"),
        ("45 ¹ ²", "45"),
        ("290,000 ¹² people", "290,000 ¹² people"),
        ("1932[1]", "1932"),
        ("the bridge ᵃ", "the bridge"),
        ("48 *", "48"),
        ("fell.²", "fell."),
        ("10⁶", "10⁶"),
        ("240 m²", "240 m²"),
        ("CO₂", "CO₂"),
        ("¹⁴C", "¹⁴C"),
        ("¹", "¹"),
        ("5 * 3", "5 * 3"),
    ],
)
def test_marks_at_the_ends_are_left_out_and_powers_stay(words: str, kept: str) -> None:
    text = f"before {words} after"
    start, end = without_mark(text, 7, 7 + len(words))
    assert text[start:end] == kept

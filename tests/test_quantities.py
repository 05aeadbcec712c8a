"""Numbers are compared as numbers, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.quantities import numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at least 3,000 crates", (3000.0,)),
        ("twenty-five", (25.0,)),
        ("one hundred and twenty", (120.0,)),
        ("two thousand five hundred", (2500.0,)),
        ("half a million people", (500_000.0,)),
        ("2.5 million", (2_500_000.0,)),
        ("$1.5bn", (1.5e9,)),
        ("€20k", (20_000.0,)),
        ("a dozen boats", (12.0,)),
        ("5 m wide, 20kg", (5.0, 20.0)),
        ("five or six", (5.0, 6.0)),
        ("five km (3 miles)", (5.0, 3.0)),
        ("a 45-minute walk", (45.0,)),
        ("October 21, 2015", (21.0, 2015.0)),
        ("a T-72 and the 3M-54", ()),
        ("3.5 hours", (3.5,)),
        ("five hundred thousand", (5e5,)),
        ("a hundred", (100.0,)),
        ("between 10 and 12", (10.0, 12.0)),
        ("a 3M54 missile", ()),
        ("$1,234.50", (1234.5,)),
        ("90.", (90.0,)),
        ("nothing at all", ()),
    ],
)
def test_digits_words_and_scales_are_read_as_one_number(text: str, found: tuple[float, ...]) -> None:
    assert numbers(text) == found


@given(st.integers(0, 999_999_999))
def test_a_number_with_thousands_marked_is_that_number(value: int) -> None:
    assert numbers(f"{value:,}") == (float(value),)


@given(st.text(max_size=80))
def test_any_text_has_its_numbers_or_none(text: str) -> None:
    assert all(isinstance(number, float) for number in numbers(text))

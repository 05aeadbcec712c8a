"""Numbers are compared as numbers, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.english.numbers import amount, numbers


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
        ("3-5 days", (3.0, 5.0)),
        ("two and a half hours", (2.5,)),
        ("1 and a half million", (1_500_000.0,)),
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


CONTRADICTIONS = [
    ("at least 70", "more than 90", True),
    ("between 3 and 5", "four", False),
    ("3 to 5", "6", True),
    ("5-7", "6", False),
    ("90 minutes", "3 hours", True),
    ("930 miles", "1,500 km", False),
    ("62 miles", "200 km", True),
    ("70%", "90 people", False),
    ("70%", "90 percent", True),
    ("$50", "€60", False),
    ("$50", "$60", True),
    ("5 km", "20 minutes", False),
    ("a dozen", "12", False),
]


@pytest.mark.parametrize(("one", "other", "expected"), CONTRADICTIONS)
def test_amounts_contradict_each_other_where_they_can_be_compared_and_differ(
    one: str, other: str, expected: bool
) -> None:
    first, second = amount(one), amount(other)
    assert first is not None
    assert second is not None
    assert first.contradicts(second) is second.contradicts(first) is expected


@given(st.text(max_size=60), st.text(max_size=20))
def test_an_amount_equals_itself_and_contradicts_nothing_it_equals(text: str, after: str) -> None:
    found = amount(text, after)
    assert (found is None) == (numbers(text) == ())
    assert found is None or (found.equals(found) and not found.contradicts(found))

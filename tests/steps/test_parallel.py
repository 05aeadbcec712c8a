"""One sentence with several things: what belongs to the one that the question names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.steps.parallel import done_to, of_the_named

WARRANTY = "The warranty is 24 months for winches and 12 months for ropes."
FEES = "The fee is 40 euros for adults, 20 euros for children and 10 euros for students."


def moved(question: str, text: str, taken: str) -> str:
    start = text.index(taken)
    first, last = of_the_named(question, text, start, start + len(taken), (0, len(text)))
    return text[first:last]


@pytest.mark.parametrize(
    ("question", "text", "taken", "value"),
    [
        ("How long is the warranty for ropes?", WARRANTY, "24 months", "12 months"),
        ("How long is the warranty for ropes?", WARRANTY, "24 months for winches and 12 months", "12 months"),
        ("How long is the warranty for winches?", WARRANTY, "24 months", "24 months"),
        ("What is the fee for children?", FEES, "40 euros", "20 euros"),
        ("What is the fee for students?", FEES, "40 euros", "10 euros"),
        ("How many died in Vik?", "There died 70 people in Oslo and 90 people in Vik.", "70", "90 people"),
    ],
)
def test_a_number_becomes_that_of_what_the_question_names(question: str, text: str, taken: str, value: str) -> None:
    assert moved(question, text, taken) == value


@pytest.mark.parametrize(
    ("question", "text", "taken"),
    [
        ("How long is the warranty?", WARRANTY, "24 months"),
        ("How long is the warranty for sails?", WARRANTY, "24 months"),
        (
            "How much did oil rise from 1947 to 1967?",
            "From 1947 to 1967 oil rose by two percent in all.",
            "two percent",
        ),
        ("How many were hurt in 2007?", "In 2007 they hurt 542 people in the town and 3 boats in May.", "542"),
        (
            "What is paid for late delivery?",
            "5.1 Rent is due.\n5.2 For late delivery 50 euros for each day.",
            "50 euros",
        ),
    ],
)
def test_a_number_stays_where_no_other_of_its_unit_is_named(question: str, text: str, taken: str) -> None:
    assert moved(question, text, taken) == taken


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Who was called by the watchman?", "Ines Duarte"),
        ("Who was called by Bo?", "Hale, the watchman, saw smoke and called Ines Duarte"),
        ("Who called Ines Duarte?", "Hale, the watchman, saw smoke and called Ines Duarte"),
        ("Who was seen by the watchman?", "smoke and called Ines Duarte"),
    ],
)
def test_whom_something_was_done_to_stands_behind_the_verb(question: str, left: str) -> None:
    text = "Hale, the watchman, saw smoke and called Ines Duarte at once."
    first, last = done_to(question, text, 0, text.index(" at once"))
    assert text[first:last] == left


@given(st.text("1 for ropes,and 2 days", max_size=60), st.data())
def test_bounds_stay_inside_the_sentence_and_hold_something(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    end = data.draw(st.integers(min(len(text), start + 1), len(text)))
    first, last = of_the_named("How many days for ropes?", text, start, end, (0, len(text)))
    assert (first, last) == (start, end) or 0 <= first < last <= len(text)

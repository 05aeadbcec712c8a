"""When two answers contradict each other: numbers, compared as numbers, of the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from qa.disagreement import asks_for_number, conflict, numbers
from tests.fakes import candidate_for

NUMBERS = {
    "70": (70.0,),
    "at least 3,000 fighters": (3000.0,),
    "3.5 hours": (3.5,),
    "seven": (7.0,),
    "Twenty": (20.0,),
    "two million": (2e6,),
    "1.5 million": (1.5e6,),
    "five hundred thousand": (5e5,),
    "a hundred": (100.0,),
    "between 10 and 12": (10.0, 12.0),
    "five T-72 tanks": (5.0,),
    "a 3M54 missile": (),
    "nobody": (),
    "": (),
    "90.": (90.0,),
    "$1,234.50": (1234.5,),
}


@pytest.mark.parametrize(("text", "expected"), NUMBERS.items())
def test_numbers_are_read_in_digits_and_in_words(text: str, expected: tuple[float, ...]) -> None:
    assert numbers(text) == expected


@given(st.text(max_size=60))
def test_any_text_can_be_asked_for_its_numbers(text: str) -> None:
    assert all(isinstance(number, float) for number in numbers(text))


@given(st.integers(0, 10**12))
def test_a_number_is_read_back_however_it_is_grouped(number: int) -> None:
    assert numbers(f"about {number:,} people") == numbers(f"about {number} people") == (float(number),)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many people came?", True),
        ("how much does it cost", True),
        ("How long did it last?", True),
        ("What is the death toll of the flood?", True),
        ("What was the number of boats?", True),
        ("Who came?", False),
        ("How did it begin?", False),
        ("Why did many come?", False),
    ],
)
def test_a_question_for_a_number_is_told_from_others(question: str, expected: bool) -> None:
    assert asks_for_number(question) is expected


FLOOD = Document.from_text(
    "Officials said 70 people died. Later reports spoke of at least 90 people. "
    "Seventy years ago a flood took seventy, or 70, lives. Four boats sank. Anna and Bo saw it."
)
ASKED = "How many people died in the flood?"


def test_two_numbers_for_the_same_thing_contradict_each_other() -> None:
    assert conflict(ASKED, candidate_for("70", FLOOD), candidate_for("at least 90", FLOOD))
    assert conflict(ASKED, candidate_for("at least 90", FLOOD), candidate_for("70", FLOOD))


def test_the_same_number_in_other_words_does_not() -> None:
    document = Document.from_text("It sank 7 ships. In all, seven were lost.")
    seven, digits = candidate_for("seven", document), candidate_for("7", document)
    assert not conflict("How many ships sank?", seven, digits)


def test_a_number_of_something_the_question_does_not_name_is_no_contradiction() -> None:
    assert not conflict(ASKED, candidate_for("70", FLOOD), candidate_for("Four", FLOOD))


def test_two_names_or_a_name_and_a_number_are_no_contradiction() -> None:
    assert not conflict("Who saw it?", candidate_for("Anna", FLOOD), candidate_for("Bo", FLOOD))
    assert not conflict("Who saw it?", candidate_for("70", FLOOD), candidate_for("90", FLOOD))
    assert not conflict(ASKED, candidate_for("Anna", FLOOD), candidate_for("70", FLOOD))


def test_a_span_does_not_contradict_a_part_of_itself() -> None:
    document = Document.from_text("Between 10 and 12 people came.")
    assert not conflict("How many people?", candidate_for("10 and 12", document), candidate_for("12", document))

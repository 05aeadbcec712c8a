"""When two answers contradict each other: numbers, compared as numbers, of the same thing."""

from __future__ import annotations

import pytest

from embeddings.types import Document
from qa.answers.disagreement import agree, conflict
from qa.english.question import Question
from tests.fakes import candidate_for


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
    assert Question.of(question).wants_number is expected


FLOOD = Document.from_text(
    "Officials said 70 people died. Later reports spoke of at least 90 people. "
    "Seventy years ago a flood took seventy, or 70, lives. Four boats sank. Anna and Bo saw it."
)
ASKED = "How many people died in the flood?"


def test_two_numbers_for_the_same_thing_contradict_each_other() -> None:
    assert conflict(Question.of(ASKED), candidate_for("70", FLOOD), candidate_for("at least 90", FLOOD))
    assert conflict(Question.of(ASKED), candidate_for("at least 90", FLOOD), candidate_for("70", FLOOD))


def test_the_same_number_in_other_words_does_not() -> None:
    document = Document.from_text("It sank 7 ships. In all, seven were lost.")
    seven, digits = candidate_for("seven", document), candidate_for("7", document)
    assert not conflict(Question.of("How many ships sank?"), seven, digits)


def test_a_number_of_something_the_question_does_not_name_is_no_contradiction() -> None:
    assert not conflict(Question.of(ASKED), candidate_for("70", FLOOD), candidate_for("Four", FLOOD))


def test_two_names_or_a_name_and_a_number_are_no_contradiction() -> None:
    assert not conflict(Question.of("Who saw it?"), candidate_for("Anna", FLOOD), candidate_for("Bo", FLOOD))
    assert not conflict(Question.of("Who saw it?"), candidate_for("70", FLOOD), candidate_for("90", FLOOD))
    assert not conflict(Question.of(ASKED), candidate_for("Anna", FLOOD), candidate_for("70", FLOOD))


def test_a_span_does_not_contradict_a_part_of_itself() -> None:
    document = Document.from_text("Between 10 and 12 people came.")
    assert not conflict(
        Question.of("How many people?"), candidate_for("10 and 12", document), candidate_for("12", document)
    )


@pytest.mark.parametrize(
    ("question", "one", "other", "contradict"),
    [
        ("How much does the pump cost?", "890 euros", "940 euros", True),
        ("How long is the walk?", "45 minutes", "90 minutes", True),
        ("How many people came?", "25", "twenty-five", False),
        ("How many people came?", "500,000", "half a million", False),
        ("How many guests came?", "40 guests", "12 hours", False),
    ],
)
def test_measures_contradict_and_the_same_number_in_words_does_not(
    question: str, one: str, other: str, contradict: bool
) -> None:
    first, second = Document.from_text(f"It was {one}."), Document.from_text(f"It is {other}.")
    assert conflict(Question.of(question), candidate_for(one, first), candidate_for(other, second)) is contradict


def disagree(question: str, one: str, other: str) -> bool:
    """Whether two pieces, each marked in its text by brackets, contradict each other."""
    found = []
    for text in (one, other):
        document = Document.from_text(text.replace("[", "").replace("]", ""), title="Report")
        found.append(candidate_for(text[text.index("[") + 1 : text.index("]")], document))
    return conflict(Question.of(question), *found)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did it open?", True),
        ("In which year did it open?", True),
        ("What is the date of the vote?", True),
        ("Who was there when it opened?", False),
        ("How long did it last?", False),
    ],
)
def test_a_question_for_a_date_is_told_from_others(question: str, expected: bool) -> None:
    assert Question.of(question).wants_date is expected


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        ("It opened on [May 3].", "It opened on [4 May 2021].", True),
        ("It opened in [2020].", "It opened in [May 2021].", True),
        ("It opened on [May 3].", "It opened on [3 May 2021].", False),
        ("It opened in [2021].", "It opened on [3 May].", False),
        ("It opened on [May 3-4].", "It opened on [May 4].", False),
        ("It opened at [noon].", "It opened on [3 May].", False),
    ],
)
def test_two_dates_for_the_same_thing_contradict_each_other_where_both_state_what_differs(
    one: str, other: str, contradict: bool
) -> None:
    assert disagree("When did it open?", one, other) is contradict


def test_a_passage_that_names_another_thing_tells_no_other_side() -> None:
    asked = "How many people died in the flood in Vik?"
    assert disagree(asked, "In Vik [70] people died in the flood.", "The flood killed [90] people in Vik.")
    assert not disagree(asked, "In Vik [70] people died in the flood.", "An earthquake in Ås killed [90].")


def test_two_dates_in_one_passage_or_in_a_sentence_about_another_thing_are_no_contradiction() -> None:
    asked = "When did the bridge open?"
    one = Document.from_text("The bridge opened in 1985. It was closed in 1989.")
    assert not conflict(Question.of(asked), candidate_for("1985", one), candidate_for("1989", one))
    assert not disagree(asked, "The bridge opened in [1985].", "The bridge stands. A dam was built in [1989].")
    assert disagree(asked, "The bridge opened in [1985].", "It opened in [1986], the bridge.")


def test_a_year_is_no_number_of_things_nor_is_another_unit_of_the_same_distance() -> None:
    assert not disagree("How many boats sank?", "In all [40] boats sank.", "Boats sank in [2015].")
    assert not disagree("How far is Vik?", "Vik is [1,500 km] away.", "Vik is [930 miles] away.")
    assert disagree("How far is Vik?", "Vik is [1,500 km] away.", "Vik is [1,200 miles] away.")


def test_the_same_number_of_the_same_thing_agrees_in_other_words() -> None:
    first = Document.from_text("In Vik more than 70 were killed.")
    second = Document.from_text("The flood in Vik took 70 people.")
    asked = "How many people died in Vik?"
    assert agree(
        Question.of(asked), candidate_for("more than 70 were killed", first), candidate_for("70 people", second)
    )
    assert not agree(Question.of("Who died in Vik?"), candidate_for("70", first), candidate_for("70", second))


@pytest.mark.parametrize(
    ("question", "text", "one", "other"),
    [
        ("How long is parental leave?", "Parental leave: six months\nMoving leave: one week", "six months", "one week"),
        (
            "How long is parental leave?",
            "Parental leave lasts six months. The leave for moving house lasts one week.",
            "six months",
            "one week",
        ),
        (
            "What is the rent of Unit 8?",
            "The rent of Unit 7 is 900 euros. That of Unit 8 is 1,150 euros.",
            "1,150",
            "900",
        ),
        (
            "How long is the warranty for ropes?",
            "The warranty for winches is 24 months. The warranty for ropes is 12 months.",
            "12 months",
            "24 months",
        ),
        (
            "How long is the warranty for ropes?",
            "The warranty is 24 months for winches and 12 months for ropes.",
            "12 months",
            "24 months",
        ),
    ],
)
def test_values_of_two_things_are_no_contradiction(question: str, text: str, one: str, other: str) -> None:
    document = Document.from_text(text)
    assert not conflict(Question.of(question), candidate_for(one, document), candidate_for(other, document))


def test_two_numbers_of_one_sentence_are_read_side_by_side_and_need_no_second_answer() -> None:
    document = Document.from_text("The police said 70 people died, but the hospital counted 90.")
    assert not conflict(Question.of("How many died?"), candidate_for("70", document), candidate_for("90", document))

"""Who holds an office: the name that a sentence gives it to, where the reader took another one of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.steps.offices import asked_office, held_by


@pytest.mark.parametrize(
    ("question", "of"),
    [
        ("Who leads the Harbour Union?", "Harbour Union"),
        ("who currently chairs the board", "board"),
        ("Who is the mayor of Vik?", "Vik"),
        ("Who's Vik's mayor?", "Vik"),
        ("Who is the deputy chief of staff of the Harbour Union?", "staff of the Harbour Union"),
        ("Who saw the mayor of Vik?", None),
        ("Who is Ana Ruiz?", None),
        ("What leads to Vik?", None),
        ("When did the mayor of Vik resign?", None),
        ("", None),
        ("Who is " + "of " * 5000, None),  # at once
    ],
)
def test_only_a_question_for_who_holds_an_office_is_one(question: str, of: str | None) -> None:
    office = asked_office(question)
    assert (None if office is None else office.of) == of


def holder(question: str, text: str, piece: str) -> str:
    office = asked_office(question)
    assert office is not None
    start = text.index(piece)
    return text[slice(*held_by(text, start, start + len(piece), office, (0, len(text))))]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who leads the Harbour Union?", "Bo met Ana al-Ruiz, the leader of the Harbour Union, on Monday."),
        ("Who is the leader of the Harbour Union?", "Bo met Ana al-Ruiz (leader of the\nHarbour Union) on Monday."),
        ("Who leads the Harbour Union?", "Bo met Harbour Union leader Ana al-Ruiz on Monday."),
        ("Who is the Harbour Union’s leader?", "Bo met the Harbour Union’s newly elected leader, Ana al-Ruiz."),
        ("Who is mayor of Vik?", "The mayor of Vik, Ana al-Ruiz, met Bo."),
        ("Who leads the union?", "It began in Oslo, with the union's leader Ana al-Ruiz, and with Bo."),
        ("Who led the union?", "Bo met Ana al-Ruiz, a former leader of the union."),
        ("Who runs the museum?", "Bo spoke with the museum's director, Ana al-Ruiz."),
    ],
)
def test_another_name_of_the_sentence_becomes_the_one_that_holds_the_office(question: str, text: str) -> None:
    assert holder(question, text, "Bo") == "Ana al-Ruiz"


def test_a_piece_of_the_name_becomes_the_whole_of_it() -> None:
    assert holder("Who leads the union?", "Bo met the union's leader Ana Maria Ruiz.", "Maria Ruiz") == "Ana Maria Ruiz"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who leads the union?", "Bo met Ana Ruiz, the deputy leader of the union."),
        ("Who leads the union?", "Bo met Ana Ruiz, a former leader of the union."),
        ("Who leads the union?", "Bo met Ana Ruiz, the leader of the union's youth."),
        ("Who is the mayor of Vik?", "Bo met Ana Ruiz, the mayor of Vik Harbour."),
        ("Who is the mayor of Vik?", "Bo met the mayor of Vik Harbour."),
        ("Who is the mayor of Vik?", "Bo is known in Vik."),
        ("Who is the mayor of Vik?", "Bo, a friend of Ana Ruiz, was the mayor of Vik."),
        ("Who leads the union?", "Bo, the leader of the union, met Ana Ruiz."),
    ],
)
def test_a_span_stays_where_the_sentence_gives_the_office_to_nobody_else(question: str, text: str) -> None:
    assert holder(question, text, "Bo") == "Bo"


@given(st.text(alphabet="Ab, (the)leader of Vik's\n", max_size=120), st.data())
def test_bounds_are_those_of_words_of_the_sentence(text: str, data: st.DataObject) -> None:
    office = asked_office("Who leads Vik?")
    assert office is not None
    start = data.draw(st.integers(0, len(text)))
    first, last = held_by(text, start, data.draw(st.integers(start, len(text))), office, (0, len(text)))
    assert 0 <= first <= last <= len(text)

"""A question is read once: what kind of answer it asks for, whether for several, and what tells it from others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.english.question import Kind, Question, terms


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Why did the ferry turn back?", "reason"),
        ("What was the reason for the delay?", "reason"),
        ("Why did they leave, according to Ana?", "reason"),
        ("How did they cross the river?", "manner"),
        ("What did the captain say about the crew?", "speech"),
        ("How did Ana describe the storm?", "speech"),
        ("How far is the harbour?", "number"),
        ("How many boats sailed?", "number"),
        ("how much is the deposit", "number"),
        ("When did it open?", "date"),
        ("In which year did it open?", "date"),
        ("Who is the captain?", "person"),
        ("where is the key", "place"),
        ("Which showroom is open?", "other"),
    ],
)
def test_the_kind_of_answer_is_told_by_the_words(question: str, kind: Kind) -> None:
    assert Question.of(question).kind == kind


def test_a_question_is_read_once() -> None:
    assert Question.of("Who is the captain?") is Question.of("Who is the captain?")


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    asked = Question.of(text)
    assert asked.text == text
    assert asked.terms == terms(text)
    assert isinstance(asked.wants_list, bool)

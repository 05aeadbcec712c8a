"""A question is read once: whether it asks for several things, and what tells it from others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.english.question import Question, terms


def test_a_question_is_read_once() -> None:
    assert Question.of("Who is the captain?") is Question.of("Who is the captain?")


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    asked = Question.of(text)
    assert asked.text == text
    assert asked.terms == terms(text)
    assert isinstance(asked.wants_list, bool)

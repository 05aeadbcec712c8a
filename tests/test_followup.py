"""Follow-ups: a question that leans on the turn before it takes its terms along, one that stands alone never does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.followup import leans, standalone
from qa.types import Answer, Turn

FERRY = Turn(
    "When did the Aurora ferry arrive in Bergen?", Answer("When did the Aurora ferry arrive in Bergen?", "May", 1)
)
CAPTAIN = Turn("Who steered the Aurora?", Answer("Who steered the Aurora?", "Ingrid Solheim", 0.9))
UNANSWERED = Turn("Who paid for the Aurora?", Answer("Who paid for the Aurora?", None, 0.1))

LEANING = [
    "And when?",
    "When?",
    "Why?",
    "How many?",
    "and how long did it stay?",
    "But why?",
    "What about Oslo?",
    "How about the crew?",
    "Where did she live?",
    "What was his name?",
    "What did they carry?",
    "Who built it?",
    "Who said that?",
    "When was that decision made?",
    "What happened after that?",
    "Who lives there?",
]

STANDING_ALONE = [
    "Who founded the party in Madrid?",
    "How many people were killed in the flood?",
    "When did Marie Curie publish her thesis?",
    "What did Anders say about his boat?",
    "Who said that the harbour would close?",
    "Is it true that the harbour closed?",
    "How many boats were there?",
    "Which ships that sank carried grain?",
    "What is the name of the ship that sank?",
    "What is the capital of Norway?",
    "Why was the ferry late?",
    "Name the members of the committee.",
]


@pytest.mark.parametrize("question", LEANING)
def test_a_question_that_cannot_be_understood_alone_leans_on_the_last(question: str) -> None:
    assert leans(question)
    assert standalone(question, [FERRY]) != question


@pytest.mark.parametrize("question", STANDING_ALONE)
@pytest.mark.parametrize("turn", [FERRY, CAPTAIN, UNANSWERED], ids=["date", "name", "unanswered"])
def test_a_question_that_stands_alone_stays_as_it_is(question: str, turn: Turn) -> None:
    assert not leans(question)
    assert standalone(question, [turn]) == question


@pytest.mark.parametrize("question", [*LEANING, *STANDING_ALONE])
def test_a_question_without_a_history_stays_as_it_is(question: str) -> None:
    assert standalone(question, ()) == question


@pytest.mark.parametrize("question", LEANING)
def test_what_the_last_question_was_about_comes_along(question: str) -> None:
    assert "Aurora" in standalone(question, [FERRY])


@pytest.mark.parametrize("question", ["And when?", "Why?", "And where did it lie?"])
def test_the_last_turn_counts_not_one_before_it(question: str) -> None:
    other = Turn("Who rules Norway?", Answer("Who rules Norway?", "the King", 0.9))
    understood = standalone(question, [other, FERRY])
    assert "Aurora" in understood
    assert "Norway" not in understood


def test_the_last_question_counts_as_it_was_understood() -> None:
    turn = Turn("And when?", Answer("When did the Aurora sail?", "May", 0.9))
    assert "Aurora" in standalone("Why?", [turn])


def test_a_name_that_was_the_answer_is_what_a_pronoun_means() -> None:
    assert "Ingrid Solheim" in standalone("Where was she born?", [CAPTAIN])
    assert "Ingrid Solheim" in standalone("What was her cargo?", [CAPTAIN])


def test_a_question_nobody_could_answer_still_lends_its_terms() -> None:
    understood = standalone("And when?", [UNANSWERED])
    assert "Aurora" in understood
    assert "None" not in understood


def test_a_long_answer_does_not_swamp_the_question() -> None:
    turn = Turn("Why was the Aurora late?", Answer("Why was the Aurora late?", "fog and " * 200, 0.9))
    assert len(standalone("And when?", [turn])) < 300


def test_the_same_conversation_is_understood_the_same_way() -> None:
    assert standalone("And when?", [CAPTAIN, FERRY]) == standalone("And when?", (CAPTAIN, FERRY))


@given(st.text(min_size=1, max_size=60), st.text(max_size=60), st.none() | st.text(max_size=60))
def test_any_question_after_any_turn_is_understood_somehow(question: str, last: str, said: str | None) -> None:
    understood = standalone(question, [Turn(last, Answer(last, said, 0.5))])
    if re.search(r"\w", question):
        assert re.search(r"\w", understood)

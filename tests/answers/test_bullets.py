"""A list on lines of its own is answered whole, in its order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from qa.answers.bullets import bulleted
from tests.fakes import small_assistant

CREW = "The crew of the Aurora:\n- Ana Ruiz\n- Bo Lind;\n- Mira Holt.\n\nThey left in May."
STEPS = "How to moor\n\n1. Slow down\n2. Throw the line\n3) Tie it\nThe harbour is deep."


def items(text: str, taken: str) -> list[str]:
    start = text.index(taken)
    return [text[slice(*item)] for item in bulleted(text, start, start + len(taken), (0, len(text)))]


@pytest.mark.parametrize("taken", ["Ana Ruiz", "Bo Lind;\n- Mira Holt", "crew", "- Ana Ruiz\n- Bo Lind"])
def test_a_list_is_taken_whole_from_any_of_its_items_and_from_its_lead(taken: str) -> None:
    assert items(CREW, taken) == ["Ana Ruiz", "Bo Lind", "Mira Holt"]


def test_numbers_make_a_list_under_a_heading() -> None:
    assert items(STEPS, "Throw") == items(STEPS, "moor") == ["Slow down", "Throw the line", "Tie it"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (CREW, "They left"),
        (STEPS, "deep"),
        ("Oslo is far.\n- Ana Ruiz", "Ana Ruiz"),
        ("Ana Ruiz steered the ship home that night.\n- Bo Lind\n- Mira Holt", "Ana Ruiz"),
        ("- " + "very " * 13 + "long\n- Bo Lind", "Bo Lind"),
    ],
)
def test_what_is_no_list_or_beside_one_stays(text: str, taken: str) -> None:
    assert items(text, taken) == []


@given(st.text(alphabet="-*1. \nab:", max_size=80), st.integers(0, 80), st.integers(0, 20))
def test_items_lie_in_order_within_their_bounds_and_hold_no_line_break(text: str, start: int, length: int) -> None:
    found = bulleted(text, start, start + length, (0, len(text)))
    assert all(0 <= a < b <= len(text) and "\n" not in text[a:b] for a, b in found)
    assert found == sorted(found)


def test_a_question_for_several_things_gets_every_line_and_one_for_one_thing_its_words() -> None:
    assistant = small_assistant([Document.from_text(CREW, "Crew")], "Bo Lind")
    assert assistant.answer("Who are the members of the crew?").text == "Ana Ruiz; Bo Lind; Mira Holt"
    assert assistant.answer("Who steered the Aurora?").text == "Bo Lind"

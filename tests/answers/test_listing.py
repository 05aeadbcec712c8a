"""The items of a list on lines of their own: where they begin and end, and when there is none."""

from __future__ import annotations

import pytest

from embeddings.layout import NO_LAYOUT
from embeddings.text.blocks import with_blocks
from embeddings.types import Document
from qa.answers.candidates import Judged
from qa.answers.listing import items_of
from tests.fakes import candidate_for, small_assistant

CREW = "The crew of the Aurora:\n- Ana Ruiz\n- Bo Lind;\n- Mira Holt.\n\nThey left in May."
MOORING = "How to moor\n\n1. Slow down\n2. Throw the line\n3) Tie it\nThe harbour is deep."
SHIP = "On board:\n- Deck:\n  - Ana Ruiz\n  - Bo Lind\n- Engine:\n  - Mira Holt\n  - Cy Berg"


def loaded(text: str) -> Document:
    return Document("", "Crew", "crew.txt", text, layout=with_blocks(text, NO_LAYOUT))


def lines(text: str, taken: str) -> list[str]:
    best = Judged(candidate_for(taken, loaded(text)), 0.8)
    return [item.text for item in items_of(best) or [best]]


@pytest.mark.parametrize("taken", ["Ana Ruiz", "Bo Lind;\n- Mira Holt", "crew", "- Ana Ruiz\n- Bo Lind"])
def test_a_list_is_taken_whole_from_any_of_its_items_and_from_the_line_before_it(taken: str) -> None:
    assert lines(CREW, taken) == ["Ana Ruiz", "Bo Lind", "Mira Holt"]


def test_numbers_make_a_list_under_a_heading() -> None:
    assert lines(MOORING, "Throw") == lines(MOORING, "moor") == ["Slow down", "Throw the line", "Tie it"]


def test_a_list_inside_a_list_has_items_of_its_own() -> None:
    assert lines(SHIP, "Bo Lind") == ["Ana Ruiz", "Bo Lind"]
    assert lines(SHIP, "Engine") == ["Deck:", "Engine:"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (CREW, "They left"),
        (MOORING, "deep"),
        ("Oslo is far.\n- Ana Ruiz", "Ana Ruiz"),
        ("Ana Ruiz steered the ship home that night.\n- Bo Lind\n- Mira Holt", "Ana Ruiz"),
        ("- " + "very " * 13 + "long\n- Bo Lind", "Bo Lind"),
    ],
)
def test_what_is_no_list_or_beside_one_stays(text: str, taken: str) -> None:
    assert lines(text, taken) == [taken]


def test_a_question_for_several_things_gets_every_line_and_one_for_one_thing_its_words() -> None:
    assistant = small_assistant([loaded(CREW)], "Bo Lind")
    assert assistant.answer("Who are the members of the crew?").text == "Ana Ruiz; Bo Lind; Mira Holt"
    assert assistant.answer("Who steered the Aurora?").text == "Bo Lind"

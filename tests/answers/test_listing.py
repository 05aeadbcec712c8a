"""The items of a list, in a sentence or on lines of their own: where they begin and end, and when there is none."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.layout import NO_LAYOUT
from embeddings.text.blocks import with_blocks
from embeddings.types import Document
from qa.answers.candidates import Judged
from qa.answers.enumeration import items
from qa.answers.listing import items_of
from qa.english.question import Question
from tests.fakes import candidate_for, small_assistant


def listed(text: str, piece: str) -> list[str]:
    start = text.index(piece)
    return [text[slice(*item)] for item in items(text, start, start + len(piece), (0, len(text)))]


@pytest.mark.parametrize("piece", ["Aurora", "Bore", "Castor", "Bore and Castor", "Aurora, Bore and Castor"])
def test_any_piece_of_an_enumeration_of_names_gives_all_of_it(piece: str) -> None:
    assert listed("The crews of Aurora, Bore and Castor left at dawn.", piece) == ["Aurora", "Bore", "Castor"]


@pytest.mark.parametrize(
    ("text", "piece", "whole"),
    [
        ("Ana Ruiz and Minister Bo Berg will go.", "Ana Ruiz", ["Ana Ruiz", "Minister Bo Berg"]),
        ("It lies between the Sea of Azov and the Black Sea.", "Black Sea", ["the Sea of Azov", "the Black Sea"]),
        ("He blames rust, salt and heavy rain.", "rust, salt and heavy rain", ["rust", "salt", "heavy rain"]),
        ("Vik (in Hof and Ask), Ås, and al-Nor sailed.", "Ås", ["Vik (in Hof and Ask)", "Ås", "al-Nor"]),
        ("It was Ana, Bo as well as Cy who won.", "Bo", ["Ana", "Bo", "Cy"]),
    ],
)
def test_items_are_whole(text: str, piece: str, whole: list[str]) -> None:
    assert listed(text, piece) == whole


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("It rained in Oslo, Norway.", "Oslo"),
        ("The Office of Housing and Transport closed.", "Office of Housing and Transport"),
        ("Ana Ruiz and Bo Berg will go.", "Ana Ruiz and Bo Berg"),
        ("He blames rust and salt.", "rust"),
        ("The town is small, old and poor people leave it.", "small"),
        ("It was cold, he said, and it rained.", "cold"),
        ("The cause is rust, not salt.", "rust"),
        ("Ana left and it rained.", "Ana"),
        ("The crews of Aurora, Bore and Castor left Oslo.", "Oslo"),
        ("Ana left, Bo stayed, and it rained.", "Bo"),
    ],
)
def test_what_is_no_enumeration_or_one_phrase_is_no_list(text: str, piece: str) -> None:
    assert listed(text, piece) == []


@given(
    st.lists(st.sampled_from(["Ana", "the ", "bo", ", ", " and ", "; ", "(", ")", "“", ".", "\n", "7"]), max_size=20),
    st.data(),
)
def test_items_stand_in_the_sentence_in_order_and_never_overlap(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    low = data.draw(st.integers(0, len(text)))
    start = data.draw(st.integers(low, len(text)))
    end = data.draw(st.integers(start, len(text)))
    high = data.draw(st.integers(end, len(text)))
    bounds = items(text, start, end, (low, high))
    assert all(low <= a < b <= high for a, b in bounds)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(bounds))
    assert len(bounds) != 1


SAILED = Document.from_text("Aurora, Bore and Castor sailed. Delta stayed.", title="Boats")


def texts(question: str, *names: str, confidence: float = 0.8) -> list[str]:
    judged = [Judged(candidate_for(name, SAILED), confidence) for name in names]
    return [item.text for item in items_of(Question.of(question), judged[0], judged)]


def test_a_list_is_the_enumeration_and_what_else_is_likely_in_the_paragraph() -> None:
    assert texts("Which boats are there?", "Bore", "Delta") == ["Aurora", "Bore", "Castor", "Delta"]


def test_unlikely_spans_are_no_items() -> None:
    assert texts("Which boats are there?", "Delta", "Bore", confidence=0.4) == ["Delta"]


def test_an_enumeration_that_the_question_quotes_is_not_its_answer() -> None:
    assert texts("Which boats besides Aurora and Castor sailed?", "Bore") == ["Bore"]


CREW = "The crew of the Aurora:\n- Ana Ruiz\n- Bo Lind;\n- Mira Holt.\n\nThey left in May."
MOORING = "How to moor\n\n1. Slow down\n2. Throw the line\n3) Tie it\nThe harbour is deep."
SHIP = "On board:\n- Deck:\n  - Ana Ruiz\n  - Bo Lind\n- Engine:\n  - Mira Holt\n  - Cy Berg"


def loaded(text: str) -> Document:
    return Document("", "Crew", "crew.txt", text, layout=with_blocks(text, NO_LAYOUT))


def lines(text: str, taken: str) -> list[str]:
    best = Judged(candidate_for(taken, loaded(text)), 0.8)
    return [item.text for item in items_of(Question.of("What are the items?"), best, [best])]


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

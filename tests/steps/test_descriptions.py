"""Who somebody is: the words behind the name, where the reader took others of its sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.steps.descriptions import asked_name, described


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who is Ana Ruiz?", "Ana Ruiz"),
        ("who was Ana Ruiz", "Ana Ruiz"),
        ("Who’s Bo al-Berg?", "Bo al-Berg"),
        ("Who is al-Berg?", "al-Berg"),
        ("Who is Élodie Çelik?", "Élodie Çelik"),
        ("Who is the captain?", None),
        ("Who is Ana Ruiz married to?", None),
        ("Who is captain of the Aurora?", None),
        ("Who is Norway's Mayor?", None),
        ("Who is President of Norway?", None),
        ("Who is Ana O'Hara?", "Ana O'Hara"),
        ("What is Aurora?", None),
        ("Who is Ana-Maria Ruiz?", "Ana-Maria Ruiz"),
        ("", None),
        ("Who is " + 5000 * "A-" + "!", None),  # at once
        ("Who is " + 5000 * "De " + "!", None),
    ],
)
def test_only_a_question_for_somebody_by_name_is_one(question: str, name: str | None) -> None:
    assert asked_name(question) == name


def who(text: str, piece: str, name: str = "Ana Ruiz") -> str:
    start = text.index(piece)
    return text[slice(*described(text, start, start + len(piece), name, (0, len(text))))]


@pytest.mark.parametrize(
    ("text", "piece", "whole"),
    [
        ("Bo met Ana Ruiz, the captain of the ferry, on Monday.", "Bo", "the captain of the ferry"),
        ("Ruiz? Bo met Ana Ruiz, the captain of the ferry.", "Bo", "the captain of the ferry"),
        ("“It sank”, said Ana Ruiz, the head of Harbour and Bridges.", "Harbour", "the head of Harbour and Bridges"),
        ("Bo and Ana Ruiz (his aide) met Ruiz, a former diver who lives in Oslo.", "Bo", "a former diver"),
        ("Bo knows Ana Ruiz, deputy mayor of Vik; she sings.", "Vik", "deputy mayor of Vik"),
        ("Bo knows Ana Ruiz, the old\nmayor of Vik, well.", "Bo", "the old\nmayor of Vik"),
        (
            "The deaths of Ana Ruiz, the former mayor of U.S. Grant, and Bo shook Vik.",
            "Vik",
            "the former mayor of U.S. Grant",
        ),
    ],
)
def test_a_span_beside_the_description_becomes_the_description(text: str, piece: str, whole: str) -> None:
    assert who(text, piece) == whole


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("Bo met Ana Ruiz, the captain of the ferry.", "captain"),
        ("Bo met Ana Ruiz, the captain of the ferry.", "captain of the ferry"),
        ("Bo met Ana Ruiz, the captain of the ferry.", "Ana Ruiz, the captain of the ferry"),
        ("Harbour master Ana Ruiz, a diver, left.", "Harbour master"),
        ("Ana Ruiz, who sings, met Bo.", "Bo"),
        ("Ana Ruiz, Bo and Cy left.", "Bo"),
        ("Ana Ruiz, said Bo, was the captain.", "captain"),
        ("Ana Ruiz was the captain.", "captain"),
        ("Bo left.", "Bo"),
    ],
)
def test_a_span_that_says_it_already_or_has_no_description_beside_it_stays(text: str, piece: str) -> None:
    assert who(text, piece) == piece


@given(
    st.lists(st.sampled_from(["Ana", " Ruiz", ", ", "the ", "captain", ". ", "(", "\n", "who "]), max_size=16),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_the_bounds_stay_inside_the_sentence(pieces: list[str], first: int, length: int) -> None:
    text = "".join(pieces)
    start = min(first, len(text))
    end = min(start + length, len(text))
    low, high = described(text, start, end, "Ana Ruiz", (0, len(text)))
    assert 0 <= low <= high <= len(text)
    assert (low, high) == (start, end) or text[low:high] == text[low:high].strip()

"""What every step keeps to, whatever is read in whatever text; and the order in which the steps are applied."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Chunk, Document, Hit
from qa.answers.candidates import rank
from qa.english.question import Question
from qa.reading.reader import Span
from qa.settings import Settings
from qa.steps import STEPS, Candidate, Move, Place, applied

PIECES = """Who 12 May 2024 €900 at least 30 days ; : , . | - (a) 2.1 it because to 5.5 % metres per hour the rent
    "quoted words" Ana Ruiz said on 3/4 and x@y.org www.pincite.example 10:30 U.N. § 4 # Heading
    no. between 3 to 5 million"""
WORDS = st.sampled_from([*PIECES.split(), "\n", "\n\n"])
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map(" ".join)
QUESTIONS = st.sampled_from(
    [
        "Why was it late?",
        "How long is it?",
        "How did it end?",
        "What did Ana say?",
        "Who is it?",
        "Which items?",
        "rent",
    ]
)


def test_the_order_of_the_steps_is_the_documented_one() -> None:
    names = ["whole expression", "item number", "one cell", "note mark", "answers nothing"]
    names = ["whole expression", "item number", "one cell", "note mark", "answers nothing"]
    assert [step.name for step in STEPS] == names
    assert all(step.says for step in STEPS)


@given(TEXTS, QUESTIONS, st.data())
def test_whatever_is_read_a_step_moves_only_the_place(text: str, question: str, data: st.DataObject) -> None:
    document = Document.from_text(text)
    body = data.draw(st.integers(0, len(text) - 1))
    hit = Hit(document, Chunk(document.id, 0, body, len(text)), 0.5, 1.0, 0.5)
    drawn = data.draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 20)), min_size=1, max_size=5))
    spans = [Span(0, start, min(len(text), start + length), 1.0, 0.0, 0.5) for start, length in drawn]
    read = [Candidate(span, Place.of(hit, span), 1.0) for span in spans]
    for candidate in applied(STEPS, Question.of(question), read):
        place, was = candidate.place, Place.of(hit, candidate.read)
        assert candidate.read in spans
        assert (candidate.score, place.hit, place.rank) == (1.0, hit, 0)
        assert 0 <= place.start < place.end <= len(text)
        assert place.touches(was.bounds)
        assert bool(candidate.by) or place.bounds == was.bounds
        assert set(candidate.by) <= {step.name for step in STEPS}


@given(TEXTS.filter(str.strip), QUESTIONS)
def test_without_steps_the_candidates_are_what_was_read(text: str, question: str) -> None:
    document = Document.from_text(text)
    hit = Hit(document, Chunk(document.id, 0, 0, len(text)), 0.5, 1.0, 0.5)
    (candidate,) = rank(question, [hit], [Span(0, 0, len(text), 1.0, 0.0, 0.5)], Settings(), ())
    assert candidate.place.bounds == (0, len(text))


TOWN = Document.from_text("The mayor of Vik is Ana Ruiz. She came on 12 May 2024.")


def read_in(words: str) -> Candidate:
    start = TOWN.text.index(words)
    hit = Hit(TOWN, Chunk(TOWN.id, 0, 0, len(TOWN.text)), 0.5, 1.0, 0.5)
    span = Span(0, start, start + len(words), 1.0, 0.0, 0.5)
    return Candidate(span, Place.of(hit, span), 1.0)


@pytest.mark.parametrize("bounds", [(0, 3), (20, 26), (20, 999)], ids=["elsewhere", "cuts a word", "outside"])
def test_a_step_that_moves_a_place_where_it_may_not_is_undone(bounds: tuple[int, int]) -> None:
    astray = Move("astray", "moved astray", lambda question, place: bounds)
    assert applied([astray], Question.of("Who?"), [read_in("Ana Ruiz")]) == [read_in("Ana Ruiz")]


def test_a_step_that_leaves_nothing_of_a_place_leaves_the_candidate_out() -> None:
    empty = Move("empty", "emptied", lambda question, place: (place.start, place.start))
    assert applied([empty], Question.of("Who?"), [read_in("Ana Ruiz")]) == []


def test_a_candidate_tells_which_steps_moved_it() -> None:
    found: Sequence[Candidate] = applied(STEPS, Question.of("When did she come?"), [read_in("May")])
    assert [(each.text, each.by) for each in found] == [("12 May 2024", ("whole expression",))]

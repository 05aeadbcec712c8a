"""Candidates: spans of passages in their documents, each place once, the best first; and when two answers are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Chunk, Document, Hit
from qa.answers.candidates import Candidate, overlap, rank
from qa.english.question import Question
from qa.english.words import same_answer, shared_words, without_question_words, words
from qa.reading.reader import Span
from qa.settings import Settings
from qa.steps import Place
from qa.steps.unfit import answers_nothing
from tests.fakes import candidate_for, hit_in

TEXT = "The mayor is Ana Ruiz. She has led the town since 2009. Her party has seven seats."
TOWN = Document.from_text(TEXT, title="Town")
OTHER = Document.from_text("Ana Ruiz was elected in May.", title="Other")
ONLY_SPAN = Settings(retrieval_weight=0, no_answer_weight=0, sentence_weight=0)


def span(text: str, passage: int, inside: str, score: float, no_answer: float = 0.0) -> Span:
    start = inside.index(text)
    return Span(passage, start, start + len(text), score, no_answer, 0.5)


def test_offsets_are_those_of_the_document_not_of_the_passage() -> None:
    hit = hit_in(TOWN, TEXT.index("She"), len(TEXT))
    (candidate,) = rank("Since when?", [hit], [span("2009", 0, hit.text, 1.0)], Settings())
    assert candidate.text == TEXT[candidate.start : candidate.end] == "2009"
    assert (candidate.start, candidate.rank) == (TEXT.index("2009"), 0)


def test_the_same_words_at_the_same_place_of_two_passages_count_once_with_the_better_score() -> None:
    hits = [hit_in(TOWN), hit_in(TOWN, TEXT.index("Ana"))]
    spans = [span("Ana Ruiz", 0, hits[0].text, 1.0), span("Ana Ruiz", 1, hits[1].text, 4.0)]
    (candidate,) = rank("Who?", hits, spans, ONLY_SPAN)
    assert (candidate.score, candidate.rank) == (4.0, 1)


def test_the_same_words_at_two_places_are_two_candidates() -> None:
    hits = [hit_in(TOWN), hit_in(OTHER)]
    spans = [span("Ana Ruiz", 0, hits[0].text, 1.0), span("Ana Ruiz", 1, hits[1].text, 4.0)]
    found = rank("Who?", hits, spans, ONLY_SPAN)
    assert [candidate.hit.document.title for candidate in found] == ["Other", "Town"]


def test_each_weight_moves_the_score_by_what_it_says() -> None:
    hit = hit_in(TOWN, score=0.75)
    spans = [span("Ana Ruiz", 0, hit.text, 6.0, no_answer=4.0)]

    def score(**weights: float) -> float:
        settings = Settings(**{"retrieval_weight": 0, "no_answer_weight": 0, "sentence_weight": 0} | weights)
        return rank("Who is the mayor?", [hit], spans, settings)[0].score

    assert score() == 6.0
    assert score(no_answer_weight=0.5) == 4.0
    assert score(retrieval_weight=8.0) == 12.0
    assert score(sentence_weight=3.0) == 9.0  # its sentence holds "mayor"


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 20), st.integers(1, 8), st.floats(-9, 9), st.floats(-9, 9)),
        max_size=12,
    )
)
def test_candidates_never_overlap_are_ranked_and_none_is_lost(
    drawn: list[tuple[int, int, int, float, float]],
) -> None:
    hits = [hit_in(TOWN, 0, 40, score=0.9), hit_in(TOWN, 10, 60, score=0.2)]
    spans = [Span(p, start, start + length, score, no, 0.1) for p, start, length, score, no in drawn]
    found = rank("Who leads?", hits, spans, Settings())
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert not any(overlap(a, b) for i, a in enumerate(found) for b in found[:i])
    for s in spans:
        start = hits[s.passage].chunk.start + s.start
        place = Candidate(s, Place(hits[s.passage], s.passage, start, start + s.end - s.start), 0.0)
        nothing = answers_nothing(Question.of("Who leads?"), place.place)
        assert nothing or any(overlap(place, c) for c in found)


def test_no_spans_have_no_candidates() -> None:
    assert rank("Who?", [hit_in(TOWN)], [], Settings()) == []


def test_places_in_two_documents_never_overlap() -> None:
    assert overlap(candidate_for("Ana Ruiz", TOWN), candidate_for("Ana", TOWN))
    assert not overlap(candidate_for("Ana Ruiz", TOWN), candidate_for("2009", TOWN))
    twin = Document("twin", "Twin", "", TEXT)
    assert not overlap(candidate_for("Ana Ruiz", TOWN), candidate_for("Ana Ruiz", twin))


# ---------------------------------------------------------------- words

SAME = [
    ("Mayor Ana Ruiz", "Ana Ruiz", True),
    ("the U.N.", "U.N.", True),
    ("ana ruiz", "ANA RUIZ", True),
    ("about 70", "70", True),
    ("70", "700", False),
    ("70", "at least 90", False),
    ("Ana Ruiz", "Ana Díaz", False),
    ("the", "a", False),
    ("...", "...", False),
    ("東京", "東京", True),
]


@pytest.mark.parametrize(("one", "other", "expected"), SAME)
def test_two_answers_are_the_same_where_one_only_says_more(one: str, other: str, expected: bool) -> None:
    assert same_answer(one, other) is same_answer(other, one) is expected


@given(st.text(), st.text())
def test_sameness_has_no_direction_and_holds_for_every_text_with_a_word(one: str, other: str) -> None:
    assert same_answer(one, other) == same_answer(other, one)
    assert same_answer(one, one) == bool(words(one))


@given(st.text(), st.text())
def test_the_share_of_shared_words_lies_between_0_and_1(question: str, text: str) -> None:
    assert 0.0 <= shared_words(question, text) <= 1.0
    assert shared_words(question, question) in (0.0, 1.0)


def test_a_question_of_nothing_but_question_words_is_searched_for_as_it_is() -> None:
    assert without_question_words("How many?") == "How many?"
    assert without_question_words("") == ""


def test_a_heading_that_only_asks_the_question_again_is_no_answer() -> None:
    asked = "How do I reset the router?"
    document = Document.from_text(f"{asked}\n\nHold the button for ten seconds.", title="Help")
    body = document.text.index("Hold")
    chunk = Chunk(document.id, 0, body, len(document.text), heading=asked)
    hit = Hit(document, chunk, dense=0.5, lexical=0.5, score=0.5)
    spans = [span("reset the router", 0, hit.text, 9.0), span("Hold the button", 0, hit.text, 1.0)]
    assert [c.text for c in rank(asked, [hit], spans, Settings())] == ["Hold the button"]

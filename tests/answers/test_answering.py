"""From ranked candidates to an answer: when it refuses, what it cites, what it quotes, lists and alternatives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text.sentences import sentences
from embeddings.types import Chunk, Document, Hit
from qa.answers.candidates import Candidate
from qa.answers.compose import MOST_ALTERNATIVES, compose
from qa.answers.reading import Reading
from qa.english.question import Question
from qa.reading.quoting import MOST_SENTENCES, quote_bounds, stripped
from qa.settings import Settings
from qa.types import Answer
from tests.fakes import assert_verbatim, candidate_for, constant_calibration, hit_in

FLOOD = Document.from_text(
    "Officials said 70 people died. Later reports spoke of 90 people. A third spoke of 110 people. "
    "One more spoke of 120 people. The last spoke of 130 people. Some 70 people, in all.",
    title="Flood",
)
BOATS = Document.from_text("The boats Aurora, Bore and Castor sailed.\n\nThe boat Delta stayed.", title="Boats")
ASKED = "How many people died?"


def reading(question: str, *candidates: Candidate) -> Reading:
    return Reading(question, tuple(dict.fromkeys(c.hit for c in candidates)), candidates)


def composed(question: str, *candidates: Candidate, confidence: float = 0.8, threshold: float = 0.5) -> Answer:
    return compose(reading(question, *candidates), constant_calibration(confidence), Settings(threshold=threshold))


def test_under_the_threshold_there_is_no_answer_but_its_confidence_and_the_passages() -> None:
    answer = composed(ASKED, candidate_for("70", FLOOD), confidence=0.4, threshold=0.5)
    assert answer.text is None
    assert (answer.citations, answer.alternatives, answer.is_list) == ((), (), False)
    assert answer.confidence == pytest.approx(0.4)
    assert [passage.document for passage in answer.passages] == [FLOOD]


def test_at_the_threshold_there_is_an_answer() -> None:
    calibration = constant_calibration(0.5)
    answer = compose(reading(ASKED, candidate_for("70", FLOOD)), calibration, Settings(threshold=0.5))
    assert answer.text == "70"


def test_every_place_that_says_the_same_is_cited_the_best_first() -> None:
    again = replace(candidate_for("Some 70", FLOOD), score=0.5)
    answer = composed("Who?", candidate_for("70", FLOOD), again)
    assert [citation.text for citation in answer.citations] == ["70", "Some 70"]
    assert answer.text == answer.citations[0].text
    assert_verbatim(answer)


def test_answers_that_contradict_the_best_one_and_each_other_stand_beside_it() -> None:
    answer = composed(ASKED, *(candidate_for(text, FLOOD) for text in ("90", "70", "110", "Some 70")))
    assert answer.text == "90"
    assert [other.text for other in answer.alternatives] == ["70", "110"]
    assert [c.text for c in answer.alternatives[0].citations] == ["70", "Some 70"]
    for other in answer.alternatives:
        assert other.question == ASKED
        assert (other.alternatives, other.is_list) == ((), False)
        assert other.text == other.citations[0].text


def test_there_are_never_more_alternatives_than_one_can_read() -> None:
    answer = composed(ASKED, *(candidate_for(text, FLOOD) for text in ("70", "90", "110", "120", "130")))
    assert len(answer.alternatives) == MOST_ALTERNATIVES


def test_a_question_that_asks_for_no_number_has_no_alternatives() -> None:
    assert composed("Who spoke?", candidate_for("70", FLOOD), candidate_for("90", FLOOD)).alternatives == ()


def test_nothing_was_retrieved_so_there_is_nothing_to_say_even_at_a_threshold_of_0() -> None:
    answer = compose(Reading(ASKED, (), ()), constant_calibration(0.9), Settings(threshold=0.0))
    assert (answer.text, answer.confidence, answer.citations, answer.passages) == (None, 0.0, (), ())


def test_a_threshold_of_0_answers_with_the_passage_where_no_span_was_found_in_it() -> None:
    hit = hit_in(FLOOD)
    answer = compose(Reading(ASKED, (hit,), ()), constant_calibration(0.9), Settings(threshold=0.0))
    assert answer.text == FLOOD.text == answer.citations[0].text
    refused = compose(Reading(ASKED, (hit,), ()), constant_calibration(0.9), Settings(threshold=0.01))
    assert refused.text is None
    assert len(refused.passages) == 1


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize(
    "question",
    [
        "Which groups took part?",
        "What countries signed the treaty?",
        "Name the guarantors.",
        "Can you list the boats?",
        "Who were the signatories?",
        "What are the main towns?",
        "which two boats sailed",
    ],
)
def test_a_question_for_several_things_is_known(question: str) -> None:
    assert Question.of(question).wants_list


@pytest.mark.parametrize(
    "question",
    [
        "Who won?",
        "What is the capital of Norway?",
        "What was the cause?",
        "What does it mean?",
        "What did the rebels capture?",
        "What is his name?",
        "Which bus did he take?",
        "Which class is it?",
        "How many boats sailed?",
        "Where was the list found?",
        "Which bus goes to Oslo?",
        "Which virus is it?",
        "What causes rust?",
        "What happens next?",
    ],
)
def test_a_question_for_one_thing_is_no_list(question: str) -> None:
    assert not Question.of(question).wants_list


def test_several_things_of_a_sentence_are_the_words_that_were_read() -> None:
    answer = composed(
        "Which boats sailed?", candidate_for("Aurora, Bore and Castor", BOATS), candidate_for("Delta", BOATS)
    )
    assert (answer.text, answer.is_list) == ("Aurora, Bore and Castor", False)


# ---------------------------------------------------------------- quotes

HEADED = Document.from_text("HARBOUR NEWS\nThe mayor came. She left at noon. It rained. Nobody minded.")


def headed_hit() -> Hit:
    return Hit(HEADED, Chunk(HEADED.id, 0, 13, len(HEADED.text), "HARBOUR NEWS"), 0.5, 0.5, 0.5)


def quote(text: str) -> str:
    start = HEADED.text.index(text)
    return HEADED.text[slice(*quote_bounds(headed_hit(), start, start + len(text)))]


def test_a_quote_is_the_sentence_around_the_span() -> None:
    assert quote("noon") == "She left at noon."


def test_a_span_over_two_sentences_quotes_both() -> None:
    assert quote("noon. It") == "She left at noon. It rained."


def test_the_first_sentence_is_quoted_without_the_heading_before_it() -> None:
    assert quote("mayor") == "The mayor came."


def test_a_span_in_the_heading_quotes_the_heading_alone() -> None:
    assert quote("HARBOUR") == "HARBOUR NEWS"


def test_a_span_over_more_sentences_than_a_quote_may_have_is_its_own_quote() -> None:
    assert quote("came. She left at noon. It rained. Nobody") == "came. She left at noon. It rained. Nobody"


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80), st.integers(0, 80))
def test_a_quote_holds_its_span_stays_in_its_passage_and_is_short(text: str, body: int, one: int, other: int) -> None:
    document = Document.from_text(text)
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    hit = Hit(document, Chunk(document.id, 0, min(body, len(text)), len(text)), 0.5, 0.5, 0.5)
    if start < end and text[start:end].strip():
        start, end = stripped(text, start, end)
        first, last = quote_bounds(hit, start, end)
        assert 0 <= first <= start < end <= last <= len(text)
        if (first, last) != (start, end):
            assert len(sentences(text[first:last])) <= MOST_SENTENCES
            assert not first < hit.chunk.body_start < last or start < hit.chunk.body_start < end


@given(st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_stripping_takes_white_space_and_nothing_else(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    first, last = stripped(text, start, end)
    if text[start:end].strip():
        assert text[first:last] == text[start:end].strip()
    else:
        assert (first, last) == (start, end)


def test_a_citation_carries_the_heading_and_the_date_of_its_own_section_before_that_of_its_document() -> None:
    document = replace(HEADED, date="2021-05-03")
    candidate = candidate_for("noon", document)
    section = replace(candidate.hit.chunk, heading="UPDATE", date="1700 GMT")
    dated = replace(candidate, place=replace(candidate.place, hit=replace(candidate.hit, chunk=section)))
    (citation,) = composed("When?", dated).citations
    assert (citation.heading, citation.date) == ("UPDATE", "1700 GMT")
    (citation,) = composed("When?", candidate).citations
    assert (citation.heading, citation.date) == (None, "2021-05-03")

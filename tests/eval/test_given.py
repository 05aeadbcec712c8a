"""A question gets its passage alone and whole, through the code that answers users."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embeddings.errors import QuestionError
from embeddings.types import Document
from eval.given import GivenPassage
from qa.assistant import Assistant, build_index
from qa.settings import Settings
from tests.fakes import HashingEncoder, PatternReader, assert_verbatim, constant_calibration

FERRY = Document(
    "ferry", "Ferry", "", "The ferry leaves at 14:30. " + "It rains on the pier. " * 60 + "It is back at 19:05."
)
MARKET = Document("market", "Market", "", "The market opens at 08:00. When does the ferry leave? Ask there.")
BLANK = Document("blank", "Blank", "", " \n ")
EMPTY = Document("empty", "Empty", "", "")
SETTINGS = Settings(passages=2, chunk_tokens=32)


def given(document: str, threshold: float = 0.0, reads: str = r"\d\d:\d\d") -> GivenPassage:
    settings = replace(SETTINGS, threshold=threshold)
    index = build_index([FERRY, MARKET, BLANK, EMPTY], None, settings, encoder=HashingEncoder())
    return GivenPassage(index, Assistant(index, settings, PatternReader(reads), constant_calibration(0.4)), document)


def test_only_the_document_that_was_given_is_read() -> None:
    question = "When does the ferry leave?"
    ferry, market = given("ferry").answer(question), given("market").answer(question)
    assert (ferry.text, market.text) == ("14:30", "08:00")
    for answer in (ferry, market):
        assert_verbatim(answer)
        assert len(answer.passages) == 1
        assert {citation.document.id for citation in answer.citations} <= {"ferry", "market"}


def test_a_document_of_many_chunks_is_one_passage_and_read_to_its_end() -> None:
    (hit,) = given("ferry").retrieve("When is it back?", 20)
    assert (hit.chunk.start, hit.chunk.end) == (0, len(FERRY.text))
    assert given("ferry", reads="19:05").answer("When is it back?").text == "19:05"


def test_the_scores_are_those_of_a_search_that_finds_nothing_else() -> None:
    encoder, settings = HashingEncoder(), SETTINGS
    alone = Assistant(build_index([FERRY], None, settings, encoder=encoder), settings, PatternReader("x"))
    best = max(alone.retrieve("When does the ferry leave?", 99), key=lambda hit: hit.dense)
    (hit,) = given("ferry").retrieve("When does the ferry leave?", 1)
    assert hit.dense == pytest.approx(best.dense, abs=1e-6)
    assert hit.score == 1.0
    (only,) = Assistant(
        build_index([MARKET], None, Settings(), encoder=encoder), Settings(), PatternReader("x")
    ).retrieve("When does the market open?", 5)
    (whole,) = given("market").retrieve("When does the market open?", 5)
    assert (whole.score, only.score) == (1.0, 1.0)
    assert np.isfinite(whole.dense)


def test_confidence_and_threshold_decide_as_always() -> None:
    assert given("ferry", threshold=0.3).answer("When does it leave?").text == "14:30"
    refused = given("ferry", threshold=0.5).answer("When does it leave?")
    assert refused.text is None
    assert refused.confidence == pytest.approx(0.4)
    assert len(refused.passages) == 1


def test_a_document_without_words_and_one_without_an_answer_are_refused() -> None:
    assert given("empty").retrieve("When?", 5) == ()
    for document in ("empty", "blank"):
        assert given(document, threshold=0.3).answer("When does it leave?").text is None
    assert given("market", threshold=0.3, reads="quay").answer("When does it leave?").text is None


def test_a_question_that_cannot_be_asked_is_turned_down() -> None:
    for ask in (given("ferry").answer, lambda question: given("ferry").retrieve(question, 1)):
        with pytest.raises(QuestionError):
            ask("?!")

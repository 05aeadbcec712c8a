"""Why this answer: the passages that were read with their scores, of the very run that answered."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from embeddings.types import Document
from qa.answers.explanation import to_json
from qa.assistant import Assistant
from qa.settings import Settings
from qa.show.terminal import show_explanation
from qa.types import Ask
from tests.fakes import small_assistant

HARBOUR = Document.from_text("At the harbour 70 boats came in.", title="Harbour")
LATER = Document.from_text("At the harbour 90 boats came in, it was said later.", title="Later")
CHURCH = Document.from_text("The church has no bell and nobody counted.", title="Church")
ASKED = "How many boats came in at the harbour?"


def assistant(confidence: float = 0.8, threshold: float = 0.1) -> Assistant:
    return small_assistant([HARBOUR, LATER, CHURCH], r"\b\d+\b", Settings(threshold=threshold, close=0), confidence)


def test_an_explained_answer_is_the_answer() -> None:
    one = assistant()
    assert one.explain(Ask(ASKED)).answer == one.answer(ASKED)


def test_every_passage_that_was_read_is_explained_in_the_order_it_was_found() -> None:
    explanation = assistant().explain(Ask(ASKED))
    assert [read.passage for read in explanation.passages] == list(explanation.answer.passages)
    fused = [read.fused for read in explanation.passages]
    assert fused == sorted(fused, reverse=True)


def test_the_best_words_stand_where_they_are_said_to_and_have_their_scores() -> None:
    for read in assistant().explain(Ask(ASKED)).passages:
        best = read.best
        if best is None:
            continue
        assert read.passage.document.text[best.start : best.end] == best.text
        assert best.margin == best.score - best.no_answer
        assert best.confidence == pytest.approx(0.8)


def test_it_says_what_became_of_each_passage() -> None:
    roles = {read.passage.document.title: read.role for read in assistant().explain(Ask(ASKED)).passages}
    assert sorted([roles["Harbour"], roles["Later"]]) == ["answer", "other answer"]
    assert roles["Church"] == "nothing read"


def test_a_passage_that_nobody_needed_to_read_is_told_apart() -> None:
    sure = small_assistant([HARBOUR, LATER, CHURCH], r"\b\d+\b", Settings(close=1.0), 0.8)
    assert [read.role for read in sure.explain(Ask(ASKED)).passages][2:] == ["not read"]


def test_where_there_is_no_answer_it_says_how_far_each_passage_was_from_one() -> None:
    explanation = assistant(confidence=0.3, threshold=0.5).explain(Ask(ASKED))
    assert explanation.answer.text is None
    assert explanation.answer.reason == "nothing read as an answer"
    assert {read.role for read in explanation.passages} == {"under the threshold", "nothing read"}


def test_without_documents_nothing_was_read() -> None:
    explanation = small_assistant([], r"\d+").explain(Ask(ASKED))
    assert explanation.passages == ()
    assert explanation.answer.reason == "nothing retrieved"


def test_words_that_overlap_better_ones_are_explained_too() -> None:
    text = "\n\n".join(f"Boat {n} came in at the harbour, and this was told by many people." for n in range(40))
    small = small_assistant([Document.from_text(text, title="Log")], r"Boat \d+", Settings(chunk_tokens=40, overlap=1))
    explanation = small.explain(Ask("Which boat came in at the harbour?"))
    assert all(read.best is not None for read in explanation.passages)
    for read in explanation.passages:
        assert (read.role == "read in another passage") == (read.best is not None and read.best.confidence is None)


def test_json_holds_the_answer_and_every_score() -> None:
    made = json.loads(json.dumps(to_json(assistant().explain(Ask(ASKED)))))
    assert made["text"] in ("70", "90")
    first = made["explanation"]["passages"][0]
    assert set(first) == {"document", "title", "start", "end", "dense", "lexical", "fused", "best", "role"}
    assert set(first["best"]) == {
        *("text", "start", "end", "score", "no_answer", "margin", "ranked_by", "confidence", "steps"),
    }


def test_a_terminal_shows_every_passage_with_its_scores_and_no_control_code_of_a_document() -> None:
    hostile = Document.from_text("70 boats \x1b[2J came in at the harbour.", title="T\x1b[31m")
    out = io.StringIO()
    show_explanation(small_assistant([hostile, LATER], r"\d+").explain(Ask(ASKED)), Console(file=out, width=200))
    text = out.getvalue()
    assert "\x1b" not in text
    assert "Why this answer" in text
    for name in ("dense", "lexical", "fused", "span", "no answer", "margin", "confidence"):
        assert text.count(f"{name} ") >= 2

"""Why an answer was chosen outlives a reload: its numbers, never a word that a browser says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes import small_assistant
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Document
from embeddings.errors import DocumentError, RecordError
from qa.kept.conversation import Find
from qa.kept.turns import from_store, to_store
from qa.show.cards import turn
from qa.talk.exchange import Exchange
from qa.talk.responding import respond
from qa.types import Ask

FERRY = Document("", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30 from the harbour.", date="2015-10-21")
TRAIN = Document("", "Train", "train.txt", "The train to Bergen leaves at 09:10.", date="2016-01-01")
LIBRARY = small_assistant([FERRY, TRAIN], r"\d\d:\d\d")
QUESTION = "When does the ferry to Oslo leave?"


def recalled(kept: dict[str, Any], find: Find = LIBRARY.document) -> Exchange:
    return from_store(json.dumps(kept), LIBRARY, find)


def test_what_was_read_is_the_same_after_a_reload() -> None:
    asked = respond(LIBRARY, Ask(QUESTION))
    assert asked.explanation is not None
    assert len(asked.explanation.passages) == 2
    again = from_store(to_store(asked), LIBRARY, LIBRARY.document)
    assert turn(again) == turn(asked)
    assert "Best words: <q>14:30</q>" in turn(again)


def test_the_numbers_are_short_and_no_word_of_a_document_is_among_them() -> None:
    kept = json.loads(to_store(respond(LIBRARY, Ask(QUESTION))))
    written = json.dumps(kept["why"])
    assert "14:30" not in written
    assert len(written) < 200 * len(kept["why"]["passages"]) + 50


def test_without_room_or_without_a_passage_the_answer_is_shown_without_why() -> None:
    kept = json.loads(to_store(respond(LIBRARY, Ask(QUESTION))))

    def only_ferry(id: str) -> Document:
        if id != FERRY.id:
            raise DocumentError("gone")
        return FERRY

    brief = {name: value for name, value in kept.items() if name != "why"}
    for exchange in (recalled(kept, only_ferry), recalled(brief)):
        assert exchange.answer is not None
        assert exchange.answer.text == "14:30"
        assert "Why this answer" not in turn(exchange)


@pytest.mark.parametrize(
    ("field", "value"),
    [("dense", "1"), ("lexical", 1e400), ("fused", None), ("role", 7), ("role", -1), ("role", True), ("best", [])],
)
def test_a_number_that_is_none_is_told(field: str, value: object) -> None:
    kept = json.loads(to_store(respond(LIBRARY, Ask(QUESTION))))
    kept["why"]["passages"][0][field] = value
    with pytest.raises(RecordError):
        recalled(kept)


@given(start=st.integers(-5, 60), end=st.integers(-5, 60))
def test_best_words_are_read_from_the_document_or_refused(start: int, end: int) -> None:
    kept = json.loads(to_store(respond(LIBRARY, Ask(QUESTION))))
    row = next(row for row in kept["why"]["passages"] if "best" in row)
    row["best"] |= {"start": start, "end": end}
    if not 0 <= start < end <= len(FERRY.text):
        with pytest.raises(RecordError):
            recalled(kept)
        return
    why = recalled(kept).explanation
    assert why is not None
    best = next(read for read in why.passages if read.best is not None).best
    assert best is not None
    assert best.text == FERRY.text[start:end]

"""Replies to small talk: said at once, true of the documents, and offering only what is answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from keyword_assistant import KeywordAssistant

from embeddings.filters import Where
from embeddings.types import Document
from qa import Answer, Turn
from qa.show.cards import turn
from qa.talk.replying import MOST_LISTED, NEEDS_DOCUMENTS, reply, to_dict, to_lines
from qa.talk.responding import respond
from qa.talk.smalltalk import SmallTalk
from qa.talk.starting import starters, starting_questions
from qa.types import Ask
from tests.fakes import small_assistant

BRIDGE = replace(
    Document.from_text("The bridge was opened in 1931 by the queen.", title="A <b>bridge</b>"), date="2021-05-03"
)
FERRY = Document.from_text("Ana Ruiz, the captain of the ferry, was late.", title="A ferry")


class Recorder(KeywordAssistant):
    """Keeps what it was asked."""

    def __init__(self, documents: Sequence[Document]) -> None:
        super().__init__(documents)
        self.asked: list[str] = []

    def asked_for(self, question: str, history: Sequence[Turn], where: Where | None, threshold: float | None) -> None:
        self.asked.append(question)


def test_under_a_filter_questions_are_made_of_what_fits_and_answered_there() -> None:
    assistant = small_assistant([BRIDGE, FERRY], r"\d{4}|the captain of the ferry")
    made = reply("contents", "?", assistant, ("Known?",), Where(documents=("A ferry",)))
    assert [each.title for each in made.documents] == ["A ferry"]
    assert made.questions == ("Who is Ana Ruiz?",)
    assert reply("contents", "?", assistant, ("Known?",)).questions == ("Known?",)


@pytest.mark.parametrize("said", ["Hello", "thank you!", "What can you do?", "Who are you?", "Bye"])
def test_small_talk_is_answered_and_never_searched(said: str) -> None:
    assistant = Recorder([BRIDGE])
    exchange = respond(assistant, Ask(said))
    assert exchange.reply is not None
    assert exchange.answer is None
    assert assistant.asked == []


def test_a_question_behind_a_courtesy_is_searched_without_it() -> None:
    assistant = Recorder([BRIDGE])
    exchange = respond(assistant, Ask("Hello, when was the bridge opened?"))
    assert assistant.asked == ["when was the bridge opened?"]
    assert exchange.answer is not None
    assert "Understood as" not in turn(exchange)


def test_what_is_in_here_names_the_documents_with_their_dates_and_sizes() -> None:
    exchange = respond(Recorder([BRIDGE, FERRY]), Ask("What is in here?"))
    assert exchange.reply is not None
    assert [(each.title, each.date, each.passages) for each in exchange.reply.documents] == [
        (BRIDGE.title, "2021-05-03", 1),
        (FERRY.title, None, 1),
    ]
    card = turn(exchange)
    assert "<b>" not in card
    assert card.count('class="cite"') == 2
    lines = "\n".join(to_lines(exchange.reply))
    assert "2 documents: 1 dated 2021-05-03, 1 undated." in lines
    assert "A ferry · undated · 1 passage" in lines


def test_of_many_documents_some_are_named_and_the_others_counted() -> None:
    many = [Document.from_text(f"Text {n}.", title=f"Title {n}") for n in range(MOST_LISTED + 5)]
    made = reply("contents", "?", Recorder(many))
    assert len(made.documents) == MOST_LISTED
    assert made.document_count == MOST_LISTED + 5
    assert to_lines(made)[MOST_LISTED + 1] == "- and 5 more documents"


def test_how_many_documents_is_a_number_and_no_list() -> None:
    made = reply("count", "?", Recorder([BRIDGE, FERRY]))
    assert (made.document_count, made.documents) == (2, ())
    assert reply("count", "?", Recorder([])).text == ("There is no document here yet.",)


def test_only_what_tells_of_documents_needs_them() -> None:
    kinds: tuple[SmallTalk, ...] = ("greeting", "thanks", "farewell", "abilities", "identity")
    for kind in kinds:
        assert kind not in NEEDS_DOCUMENTS
        assert reply(kind, "?").text
    with pytest.raises(ValueError, match="expected a library"):
        reply("contents", "?")


def test_json_of_a_reply_has_no_text_of_an_answer() -> None:
    made = json.loads(json.dumps(to_dict(reply("contents", "What is in here?", Recorder([BRIDGE])))))
    assert made["text"] is None
    assert made["reply"]["kind"] == "contents"
    assert made["reply"]["documents"][0]["title"] == BRIDGE.title


# ---------------------------------------------------------------- questions to start from


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The bridge was opened in 1931.", "When was the bridge opened?"),
        ("Ana Ruiz, the captain of the ferry, was late.", "Who is Ana Ruiz?"),
        ("The mayor of Lund is Ana Ruiz.", "Who is the mayor of Lund?"),
        ("At least 70 people were killed in Lund.", "How many people were killed in Lund?"),
        ("The ferry to Oslo leaves at 14:30.", "When does the ferry to Oslo leave?"),
        ("The ticket costs 40 euros.", "How much does the ticket cost?"),
        ("Oslo Tower is 90 metres tall.", "How tall is Oslo Tower?"),
        ("# How do I reset it?\n\nPress the red button for ten seconds, then let go.", "How do I reset it?"),
    ],
)
def test_a_statement_becomes_the_question_that_it_answers(text: str, question: str) -> None:
    document = replace(Document.from_text(text), media_type="text/markdown")
    assert [starter.question for starter in starters(document)] == [question]


@pytest.mark.parametrize("text", ["Rain.", "Lund, a town in the south, is old.", "He was born abroad.", "1931"])
def test_what_has_no_such_form_becomes_no_question(text: str) -> None:
    assert list(starters(Document.from_text(text))) == []


def test_only_questions_that_are_answered_from_their_own_sentence_are_offered() -> None:
    right = small_assistant([BRIDGE, FERRY], r"1931")
    assert starting_questions([BRIDGE, FERRY], right.answer) == ("When was the bridge opened?",)
    unsure = small_assistant([BRIDGE, FERRY], r"1931", confidence=0.01)
    assert starting_questions([BRIDGE, FERRY], unsure.answer) == ()


def test_not_more_questions_are_tried_than_a_reader_waits_for() -> None:
    asked: list[str] = []

    def refuse(question: str) -> Answer:
        asked.append(question)
        return Answer(question, None, 0.0)

    text = " ".join(f"The ferry {name} was opened in 1931." for name in "abcdefghijklmnopqrst")
    assert starting_questions([Document.from_text(text)] * 3, refuse) == ()
    assert 0 < len(asked) <= 8

"""Small talk: what is answered at once, and what looks like it and is a question to the documents."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.trial import SHIPPED_GOLD
from qa.talk.smalltalk import small_talk, without_courtesy

SAID = {
    "greeting": [
        "hello", "Hi!", "Hey there", "HELLO", "Good morning.", "hi pincite", "Hello, how are you?", "How are you?",
        "good evening everyone",
    ],
    "thanks": [
        "thanks", "Thank you!", "Thank you very much.", "Many thanks", "ok", "Great, thanks!", "thx", "Cheers",
        "That is very helpful, thank you", "Thanks for your help", "OK thanks", "no thanks", "Got it.",
    ],
    "farewell": ["bye", "Goodbye!", "See you later", "Thanks, bye!", "Good night"],
    "abilities": [
        "help", "Help!", "What can you do?", "what can you do for me", "How do you work?", "How does Pincite work?",
        "What can I ask?", "What should I ask you?", "Can you help me?", "How do I use this tool?",
        "Hello, what can you do?", "Hi! Can you help me please?",
    ],
    "identity": [
        "who are you", "What are you?", "Who are you, exactly?", "What's your name?", "Are you a robot?",
        "are you an AI?", "What is Pincite?", "Tell me about yourself.", "What is this tool?",
    ],
    "contents": [
        "What is in here?", "what's in here", "What’s in the documents?", "Which documents do you have?",
        "What documents are there?", "List the documents", "Show me all documents, please.", "What files are in here?",
        "What do you know?", "What are these documents about?", "Which sources can you search?",
        "Hello. What is in here?", "so, what is in here?",
    ],
    "count": [
        "How many documents are there?", "how many documents", "How many files do you have?",
        "How many documents are in here?", "How many sources are in the index?", "How many documents have you read?",
        "Number of documents?",
    ],
}  # fmt: skip

SEARCHED = [
    "Hello, who leads the party?",
    "Thanks, and when was that?",
    "Hello Kitty was drawn by whom?",
    "Who sang Hello?",
    "How many documents were stolen?",
    "How many documents did the court publish?",
    "What documents were signed in Rome?",
    "Which sources does the report name?",
    "How does it work?",
    "What is in the treaty?",
    "What is in the box?",
    "What is it?",
    "Help the Aged was founded when?",
    "Who are you calling a liar, asked the general?",
    "Who are they?",
    "What can they do?",
    "What can the president do?",
    "What do you call a group of crows?",
    "What do you know about Aleppo?",
    "Thank you note etiquette",
    "OK Corral",
    "Goodbye Lenin release date",
    "Cheers was filmed where?",
    "Name the guarantors.",
    "And when?",
    "When?",
    "why",
    "Ada",
    "?",
    "",
    "42",
]


@pytest.mark.parametrize(("kind", "utterance"), [(kind, said) for kind, all_said in SAID.items() for said in all_said])
def test_small_talk_is_told_by_its_kind(kind: str, utterance: str) -> None:
    assert small_talk(utterance) == kind


@pytest.mark.parametrize("utterance", SEARCHED)
def test_a_question_to_the_documents_is_no_small_talk(utterance: str) -> None:
    assert small_talk(utterance) is None


@pytest.mark.parametrize(
    ("utterance", "question"),
    [
        ("Hello, who leads the party?", "who leads the party?"),
        ("Hi who leads the party?", "who leads the party?"),
        ("Good morning! In which year was it built?", "In which year was it built?"),
        ("Thanks, and when was that?", "and when was that?"),
        ("Hello! Thank you. What is a lock?", "What is a lock?"),
        ("ok so when?", "so when?"),
        ("Hello, Dolly! opened when?", "Hello, Dolly! opened when?"),
        ("Thank you Jane Doe is a film by whom?", "Thank you Jane Doe is a film by whom?"),
        ("Who said hello, and when?", "Who said hello, and when?"),
        ("Hello", "Hello"),
    ],
)
def test_a_courtesy_before_a_question_is_left_out_and_nothing_else(utterance: str, question: str) -> None:
    assert without_courtesy(utterance) == question


@given(st.text(max_size=200))
def test_any_text_is_classified_and_keeps_its_end(text: str) -> None:
    assert small_talk(text) in (None, *SAID)
    assert text.endswith(without_courtesy(text))


def test_a_long_utterance_takes_no_time_to_turn_down() -> None:
    assert small_talk("hello " * 20_000) is None
    assert without_courtesy("hello " * 200 + "x") == "hello " * 200 + "x"


def test_no_question_of_the_gold_that_ships_is_taken_for_small_talk() -> None:
    lines = SHIPPED_GOLD.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    assert len(questions) > 100
    assert not [asked for asked in questions if small_talk(asked) is not None or without_courtesy(asked) != asked]

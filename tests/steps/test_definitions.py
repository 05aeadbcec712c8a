"""A text that defines a term says what the term is: in a sentence, in quotation marks, or in a list of entries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from qa.assistant import Assistant
from qa.settings import Settings
from qa.steps.definitions import asked_term, defined_in, definition, with_definitions
from qa.types import Ask
from tests.fakes import hit_in


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What is a demurrage day?", "demurrage day"),
        ("What's demurrage?", "demurrage"),
        ("What are Covered Goods?", "Covered Goods"),
        ("What does “demurrage” mean?", "demurrage"),
        ("What does the term laytime refer to?", "laytime"),
        ("What does it mean to tender notice?", "tender"),
        ("What is meant by the Laycan?", "Laycan"),
        ("Define laytime.", "laytime"),
        ("What is the definition of laytime?", "laytime"),
        ("What is it?", None),
        ("What is this document?", None),
        ("Who is the charterer?", None),
        ("What did the master say?", None),
    ],
)
def test_the_term_that_a_question_asks_the_meaning_of(question: str, term: str | None) -> None:
    assert asked_term(question) == term


@pytest.mark.parametrize(
    ("text", "term", "meaning"),
    [
        ('"Laytime" means the time allowed for loading; it ends.', "laytime", "the time allowed for loading"),
        ("The Goods shall mean all that Annex A lists. They are sold.", "Goods", "all that Annex A lists"),
        ('1.1. "Laycan"\n    means the days between which\n    the ship arrives.', "Laycan", "the days between which\n    the ship arrives"),  # noqa: E501
        ("To “tender” a notice means to hand it to the agent.", "tender", "to hand it to the agent"),
        ("A “reversible day” is a day that is saved in one port.", "reversible day", "a day that is saved in one port"),
        ("Despatch refers to money paid back.", "despatch", "money paid back"),
        ("Terms\n- **Demurrage**: money for lost days.\n- Despatch: money back.", "demurrage", "money for lost days"),
        ("Laytime: 12 days\nPort: Oslo\nCargo: salt.", "laytime", "12 days"),
        ("- Despatch: money back\n  for saved days\n- Demurrage: money.", "despatch", "money back\n  for saved days"),
        ("Weather day – a day without rain.\nSunday - a rest.", "weather day", "a day without rain"),
        ("Demurrage (as used here) is defined as money for lost days.", "demurrage", "money for lost days"),
        ("Due date: 12 July 2024\nNet total: 1,482.00 euros\nTotal due: 5", "due date", "12 July 2024"),
        ("Laytime: the time\nallowed for loading\n- Despatch: money", "laytime", "the time\nallowed for loading"),
        ("Terms\nLaytime: 6 a.m. to noon of any weather day. Then it stops.", "laytime", "6 a.m. to noon of any weather day"),  # noqa: E501
    ],
)  # fmt: skip
def test_what_a_term_means_is_found_where_a_text_says_it(text: str, term: str, meaning: str) -> None:
    place = definition(text, term, (0, len(text)))
    assert place is not None
    assert text[slice(*place)] == meaning


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("The keys of a Covered Ship means any code that opens it.", "Covered Ship"),
        ("Laytime means that the ship waits.", "laytime"),
        ("The laytime is long. Overlaytime means the rest.", "laytime"),
        ("Demurrage is paid by the charterer.", "demurrage"),
        ("Demurrage means.", "demurrage"),
        ("Demurrage\n- a fine of 5 euros\n- a fee of 6 euros", "demurrage"),
        ("Demurrage:\n- a fine of 5 euros\n- a fee of 6 euros", "demurrage"),
        ("Demurrage means nothing to the master.", "demurrage"),
        ("Their demurrage refers to May.", "demurrage"),
    ],
)
def test_a_sentence_that_only_holds_the_term_defines_nothing(text: str, term: str) -> None:
    assert definition(text, term, (0, len(text))) is None


def test_an_entry_of_a_list_defines_no_thing_of_which_the_value_is_asked() -> None:
    hit = hit_in(Document.from_text("Rent: payable monthly in advance\nTerm: 12 months"))
    assert defined_in(hit, "What is rent?") is not None
    assert defined_in(hit, "What is meant by the rent?") is not None
    assert defined_in(hit, "What is the rent?") is None


def test_a_definition_without_a_pause_ends_between_two_words() -> None:
    text = f"Laytime means {'days ' * 100}that are counted. Demurrage is paid."
    place = definition(text, "laytime", (0, len(text)))
    assert place is not None
    assert place[1] - place[0] <= 320
    assert set(text[slice(*place)].split()) == {"days"}
    unbroken = f"Laytime means all {'x' * 400}. Demurrage is paid."
    assert definition(unbroken, "laytime", (0, len(unbroken))) is None


@given(st.text(max_size=200), st.text(alphabet="ab c", min_size=1, max_size=8).filter(lambda t: t.strip() != ""))
def test_a_definition_lies_within_its_bounds(text: str, term: str) -> None:
    place = definition(text, " ".join(term.split()), (0, len(text)))
    assert place is None or 0 <= place[0] < place[1] <= len(text)


def test_a_long_definition_ends_at_a_pause() -> None:
    text = '"Ship" means ' + ", ".join(f"vessel number {n}" for n in range(60)) + "."
    place = definition(text, "ship", (0, len(text)))
    assert place is not None
    assert place[1] - place[0] <= 320
    assert text[place[1]] == ","


def test_a_passage_that_defines_the_term_is_read_though_it_is_not_among_the_nearest() -> None:
    texts = ("Laytime runs.", "Laytime ends.", "“Laytime” means the time to load.")
    first, second, defining = (hit_in(Document.from_text(text, f"{n}.txt")) for n, text in enumerate(texts))
    assert with_definitions("What is laytime?", [first, second, defining], 2) == (first, defining)
    assert with_definitions("Who pays laytime?", [first, second, defining], 2) == (first, second)
    assert with_definitions("What is laytime?", [first, second, defining], 1) == (first,)


def test_the_definition_is_the_answer_and_documents_that_define_it_differently_stand_beside_each_other() -> None:
    uses = " ".join(f"The laytime of ship {n} was counted by the agent of berth {n}." for n in range(30))
    one = Document.from_text(f"{uses}\n\n“Laytime” means the hours allowed for loading.", "one.txt")
    two = Document.from_text("“Laytime” shall mean the working days that the charterer has.", "two.txt")
    assistant = Assistant.from_documents([one, two], Settings(passages=3))
    answer = assistant.answer("What is laytime?")
    assert {answer.text, *(other.text for other in answer.alternatives)} == {
        "the hours allowed for loading",
        "the working days that the charterer has",
    }
    assert answer.confidence >= 0.5
    explanation = assistant.explain(Ask("What is laytime?"))
    assert explanation.answer == answer

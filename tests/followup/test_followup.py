"""Follow-ups: a question that leans on the turn before it takes its terms along, one that stands alone never does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from qa.assistant import Assistant
from qa.followup.resolve import readings
from qa.types import Answer, Ask, Citation, Turn
from tests.fakes import small_assistant

FERRY = Turn(
    "When did the Aurora ferry arrive in Bergen?", Answer("When did the Aurora ferry arrive in Bergen?", "May", 1)
)
CAPTAIN = Turn("Who steered the Aurora?", Answer("Who steered the Aurora?", "Ingrid Solheim", 0.9))
UNANSWERED = Turn("Who paid for the Aurora?", Answer("Who paid for the Aurora?", None, 0.1))


def standalone(question: str, history: Sequence[Turn]) -> str:
    return readings(question, history)[0]


LEANING = [
    "And when?",
    "When?",
    "Why?",
    "How many?",
    "and how long did it stay?",
    "But why?",
    "What about Oslo?",
    "How about the crew?",
    "Where did she live?",
    "What was his name?",
    "What did they carry?",
    "Who built it?",
    "Who said that?",
    "When was that decision made?",
    "What happened after that?",
    "Who lives there?",
]

STANDING_ALONE = [
    "Who founded the party in Madrid?",
    "How many people were killed in the flood?",
    "When did Marie Curie publish her thesis?",
    "What did Anders say about his boat?",
    "Who said that the harbour would close?",
    "Is it true that the harbour closed?",
    "How many boats were there?",
    "Which ships that sank carried grain?",
    "What is the name of the ship that sank?",
    "What is the capital of Norway?",
    "Why was the train late?",
    "Name the members of the committee.",
    "What does it mean to charter a boat?",
    "What is meant by laytime?",
    "Define a charter.",
]


@pytest.mark.parametrize("question", LEANING)
def test_a_question_that_cannot_be_understood_alone_leans_on_the_last(question: str) -> None:
    assert standalone(question, [FERRY]) != question


@pytest.mark.parametrize("question", STANDING_ALONE)
@pytest.mark.parametrize("turn", [FERRY, CAPTAIN, UNANSWERED], ids=["date", "name", "unanswered"])
def test_a_question_that_stands_alone_stays_as_it_is(question: str, turn: Turn) -> None:
    assert readings(question, [turn]) == (question,)


@pytest.mark.parametrize("question", [*LEANING, *STANDING_ALONE])
def test_a_question_without_a_history_stays_as_it_is(question: str) -> None:
    assert standalone(question, ()) == question


@pytest.mark.parametrize("question", [q for q in LEANING if q not in ("How about the crew?", "Who lives there?")])
def test_what_the_last_question_was_about_comes_along(question: str) -> None:
    assert "Aurora" in standalone(question, [FERRY])


@pytest.mark.parametrize("question", ["And when?", "Why?", "And where did it lie?"])
def test_the_last_turn_counts_not_one_before_it(question: str) -> None:
    other = Turn("Who rules Norway?", Answer("Who rules Norway?", "the King", 0.9))
    understood = standalone(question, [other, FERRY])
    assert "Aurora" in understood
    assert "Norway" not in understood


def test_the_last_question_counts_as_it_was_understood() -> None:
    turn = Turn("And when?", Answer("When did the Aurora sail?", "May", 0.9))
    assert "Aurora" in standalone("Why?", [turn])


def test_a_name_that_was_the_answer_is_what_a_pronoun_means() -> None:
    assert "Ingrid Solheim" in standalone("Where was she born?", [CAPTAIN])
    assert "Ingrid Solheim" in standalone("What was her cargo?", [CAPTAIN])


def test_a_question_nobody_could_answer_still_lends_its_terms() -> None:
    understood = standalone("And when?", [UNANSWERED])
    assert "Aurora" in understood
    assert "None" not in understood


def test_a_long_answer_does_not_swamp_the_question() -> None:
    turn = Turn("Why was the Aurora late?", Answer("Why was the Aurora late?", "fog and " * 200, 0.9))
    assert len(standalone("And when?", [turn])) < 300


def test_the_same_conversation_is_understood_the_same_way() -> None:
    assert standalone("And when?", [CAPTAIN, FERRY]) == standalone("And when?", (CAPTAIN, FERRY))


def turn(question: str, said: str | None) -> Turn:
    return Turn(question, Answer(question, said, 0.9 if said else 0.1))


UNRELATED = [
    ("Who is the landlord?", "Bo Lind", "What is the return window?"),
    ("What is the monthly rent?", "EUR 8,400", "Who is the chief executive?"),
    ("What is the return window?", "30 days", "Who is the landlord?"),
    ("When does the lease end?", "31 May 2026", "How many days of holiday do employees get?"),
    ("Who signs the invoices?", "the controller", "What is the maximum upload size?"),
    ("How long is the warranty?", "two years", "Who chairs the safety committee?"),
    ("Who leads the Harbour Party?", "Ana Ruiz", "What is the deadline for claims?"),
    ("What is the price of the blue kettle?", "39.90", "Which groups take part in the talks?"),
    ("What does SLA stand for?", "service level agreement", "How is the filter cleaned?"),
    ("Where is the assembly point?", "the car park", "what is the notice period"),
    ("How do I reset the device?", "Hold the button for ten seconds", "who approves travel expenses"),
    ("Who attended the meeting?", "Ana Ruiz and Bo Lind", "What is the interest rate on late payments?"),
    ("What is the interest rate on late payments?", "5%", "Is smoking allowed in the building?"),
    ("What was decided about the bridge?", "It will be closed", "What is the deposit?"),
    ("What are the opening hours?", "9 to 17", "Does the policy cover water damage?"),
    ("Which towns fell?", "Vardo", "How much does express delivery cost?"),
    ("Who wrote the report?", "the auditor", "Are pets allowed?"),
    ("What is the deposit?", "three months' rent", "Which languages does the helpdesk speak?"),
    ("How many people were killed?", "12", "What is the default password?"),
    ("When was the bridge built?", "1901", "What is the fee for a locker?"),
    ("What is the capital of Norway?", "Oslo", "How often are the brakes checked?"),
    ("Who is at risk?", "children", "When is the rent due?"),
    ("What is the boiling point?", "78 degrees", "Who may terminate the contract?"),
    ("Where did the envoy live?", "Oslo", "What is the colour of the emergency lamp?"),
    ("Can I work from home?", "two days a week", "What is the VAT number?"),
    ("What is the VAT number?", "NO 123", "Why was the launch postponed?"),
]


@pytest.mark.parametrize(("before", "said", "question"), UNRELATED)
def test_a_whole_question_is_left_alone_after_one_that_has_nothing_to_do_with_it(
    before: str, said: str, question: str
) -> None:
    assert readings(question, [turn(before, said)]) == (question,)


PARTY = turn("Who leads the Harbour Party?", "Ana Ruiz")

UNDERSTOOD = [
    ("And where was she born?", [PARTY], "Where was Ana Ruiz born?"),
    ("What is her address?", [PARTY], "What is Ana Ruiz's address?"),
    ("Since when?", [PARTY], "Since when does Ana Ruiz lead the Harbour Party?"),
    ("When was it founded?", [PARTY], "When was the Harbour Party founded?"),
    ("And the Farmers' Party?", [turn("When was the Harbour Party founded?", "May")], "When was the Farmers' Party founded?"),  # noqa: E501
    ("And the poor?", [turn("How much do the rich pay?", "$5")], "How much do the poor pay?"),
    ("What about in June?", [turn("How much do the rich pay in May?", "$5")], "How much do the rich pay in June?"),
    ("When?", [turn("Who did the mayor call?", "Bo Lind")], "When did the mayor call Bo Lind?"),
    ("By whom?", [turn("When was the bridge built?", "1901")], "By whom was the bridge built?"),
    ("Since when has it been closed?", [turn("Which town is closed to ships?", "Vardo")], "Since when has Vardo been closed?"),  # noqa: E501
    ("Why was the ferry late?", [FERRY], "Why was the Aurora ferry late?"),
    ("What are the symptoms?", [turn("What is lung cancer?", None)], "What are the symptoms of lung cancer?"),
    ("And how many crews?", [turn("How many boats did the mayor inspect?", "3")], "How many crews did the mayor inspect?"),  # noqa: E501
    ("When?", [turn("How many boats shall be built?", "12")], "When shall those boats be built?"),
    ("Why?", [turn("Which bridge was closed?", None)], "Why was that bridge closed?"),
    ("And outside the harbour?", [turn("What is the fee within the harbour?", "$5")], "What is the fee outside the harbour?"),  # noqa: E501
    ("And measles?", [turn("Who is at risk (mumps)?", "children")], "Who is at risk (measles)?"),
    ("How much did it cost?", [turn("When was the pier opened?", "1901"), Turn("Who built it?", Answer("Who built the pier?", "Lind & Sons", 0.9))], "How much did the pier cost?"),  # noqa: E501
    ("How old is she?", [turn("When was the mayor of Vardo elected?", "May")], "How old is the mayor of Vardo?"),
    ("What did he say?", [turn("Where does Norway's minister live?", "Oslo")], "What did Norway's minister say?"),
    ("Who began the strike?", [turn("When was the strike in the harbour called off?", "May")], "Who began the strike in the harbour?"),  # noqa: E501
    ("What makes it easier?", [turn("What is lean manufacturing?", None)], "What makes lean manufacturing easier?"),
    ("How old is he?", [Turn("Where did he live?", Answer("Where did Bo Lind live?", "Oslo", 0.9)), turn("Who owns Kvam Boats?", None)], "How old is Bo Lind?"),  # noqa: E501
    ("What did they suggest?", [turn("Who wrote the letter?", "Ana Ruiz and Bo Lind")], "What did Ana Ruiz and Bo Lind suggest?"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("question", "history", "understood"), UNDERSTOOD, ids=[row[0] for row in UNDERSTOOD])
def test_what_is_understood_reads_as_somebody_would_have_asked_it(
    question: str, history: list[Turn], understood: str
) -> None:
    assert standalone(question, history) == understood


def test_a_number_is_no_name_to_come_back_to() -> None:
    assert "Three" not in standalone("What is the cause?", [turn("How many boats sank?", "Three")])


def test_what_a_person_has_is_not_asked_for_without_a_pronoun() -> None:
    assert "Lind" not in standalone("How long is the notice period?", [turn("Who is the landlord?", "Bo Lind")])


HANDBOOK = Document.from_text(
    "The bicycle shed opens at nine. The fee for a locker is five euros.\n\n"
    "The outside auditor is Brandt & Co. The law of Norway governs the contract.",
    "handbook.txt",
)
ILLNESSES = [
    Document.from_text("Mumps swells the cheeks. The symptoms of mumps are pain and fever.", "mumps.txt"),
    Document.from_text(
        "Measles is caught from others. The symptoms of measles are a rash and red eyes.", "measles.txt"
    ),
]


def test_a_question_that_is_sure_of_its_answer_alone_takes_nothing_along() -> None:
    assistant = Assistant.from_documents([HANDBOOK])
    history = [Turn("How much is the fee?", assistant.answer("How much is the fee for a locker?"))]
    asked = "Who is the outside auditor?"
    answer = assistant.answer(asked, history)
    assert (answer.question, answer.text) == (asked, "Brandt & Co")


def test_a_question_whose_topic_tells_the_answers_apart_takes_it_along() -> None:
    assistant = Assistant.from_documents(ILLNESSES)
    for illness, symptom in (("measles", "rash"), ("mumps", "pain")):
        history = [Turn(f"What is {illness}?", assistant.answer(f"What is {illness}?"))]
        answer = assistant.answer("What are the symptoms?", history)
        assert answer.question == f"What are the symptoms of {illness}?"
        assert symptom in (answer.text or "")


def test_an_answer_of_the_document_at_hand_is_taken_alone_where_the_topic_makes_it_no_surer() -> None:
    ferry = Document.from_text("Mumps is a disease of the ferry. The symptoms come at 09:10.", "ferry.txt")
    train = Document.from_text("The train has seats.", "train.txt")
    assistant = small_assistant([ferry, train], r"\d\d:\d\d", confidence=0.4)
    asked = "What are the symptoms?"
    for document, understood in ((ferry, asked), (train, "What are the symptoms of mumps?")):
        cited = Citation(document, 0, 5, 0, 5)
        history = [Turn("What is mumps?", Answer("What is mumps?", "a disease", 0.5, (cited,)))]
        answer = assistant.answer(asked, history)
        assert (answer.question, answer.text) == (understood, "09:10")


def test_passages_are_told_again_where_a_question_stands_alone_after_all() -> None:
    assistant = Assistant.from_documents([HANDBOOK])
    history = [Turn("How much is the fee?", assistant.answer("How much is the fee for a locker?"))]
    told: list[str] = []
    ask = Ask("Who is the outside auditor?", history, on_passages=lambda asked, _: told.append(asked))
    explanation = assistant.explain(ask)
    assert told[-1] == explanation.answer.question == "Who is the outside auditor?"


def test_an_assistant_asks_exactly_the_words_it_is_given_where_nothing_is_to_be_resolved() -> None:
    assistant = small_assistant([Document.from_text("Ana Ruiz was born in Oslo.", "a.txt")], "Oslo")
    assert assistant.answer("Where was she born?", [PARTY]).question == "Where was Ana Ruiz born?"
    assert assistant.answer("Where was she born?", [PARTY], resolve=False).question == "Where was she born?"


def test_a_person_and_a_thing_of_earlier_turns_are_told_apart() -> None:
    later = Turn("What did she found?", Answer("What did Ana Ruiz found?", "a school", 0.9))
    assert (
        standalone("When was it founded?", [PARTY, turn("Where was Ana Ruiz born?", "Oslo")]) != "When was it founded?"
    )
    assert "Ana Ruiz" in standalone("How old is she?", [PARTY, later])


NAMES = st.sampled_from(["Oslo", "Ana Ruiz", "the Harbour Party", "Mount Elbrus", "NATO"])
ASKED = st.sampled_from(
    ["When did {} sign the treaty?", "Where is {}?", "What happened to {} in May?", "How old is {}?"]
)
TURNS = st.builds(turn, st.text(max_size=60), st.none() | st.text(max_size=60))


@given(ASKED, NAMES, st.lists(TURNS | st.sampled_from([FERRY, CAPTAIN, UNANSWERED, PARTY]), max_size=4))
def test_a_question_with_a_name_and_nothing_that_points_back_is_never_changed(
    asked: str, name: str, history: list[Turn]
) -> None:
    assert standalone(asked.format(name), history) == asked.format(name)


@given(st.text(max_size=80))
def test_without_a_history_any_text_stays_as_it_is(question: str) -> None:
    assert standalone(question, ()) == question


@given(st.text(min_size=1, max_size=60), st.text(max_size=60), st.none() | st.text(max_size=60))
def test_any_question_after_any_turn_is_understood_somehow(question: str, last: str, said: str | None) -> None:
    understood = standalone(question, [Turn(last, Answer(last, said, 0.5))])
    if re.search(r"\w", question):
        assert re.search(r"\w", understood)

"""Words that answer nothing are never an answer."""

from __future__ import annotations

import pytest

from embeddings.types import Chunk, Document, Hit
from qa.answers.candidates import rank
from qa.reading.reader import Span
from qa.settings import Settings
from qa.steps.unfit import without_number
from tests.fakes import hit_in

TEXT = """\
3. Penalties

1.1 It is due in May. They pay late delivery at 50 euros a day.
1.2 This lease ends in June.
"""
DOCUMENT = Document.from_text(TEXT, title="Lease")
BODY = TEXT.index("1.1")


def answers(question: str, *taken: str) -> list[str]:
    chunk = Chunk(DOCUMENT.id, 0, BODY, len(TEXT), "Penalties")
    spans = [Span(0, (at := TEXT.index(piece)), at + len(piece), 5.0 - i, 0.0, 0.5) for i, piece in enumerate(taken)]
    return [found.text for found in rank(question, [Hit(DOCUMENT, chunk, 0.5, 0.5, 0.5)], spans, Settings())]


@pytest.mark.parametrize("taken", ["It", "They", "This lease", "1.1", "1.2", "3.", "3", "Penalties", "3. Penalties"])
def test_a_pronoun_a_bare_number_of_an_item_and_a_bare_heading_are_no_answer(taken: str) -> None:
    assert answers("What is due for the keys?", taken, "50 euros a day") == ["50 euros a day"]


def test_nothing_at_all_is_better_than_a_pronoun() -> None:
    assert answers("What is due for the keys?", "It") == []


def test_what_is_counted_is_answered_by_a_quantity() -> None:
    document = Document.from_text(
        "Long queues formed. Dozens of boats and 12 ships came; Kvam Inc. sent both.", title="Port"
    )
    pieces = ("Long queues", "Inc.", "Dozens of boats", "12 ships", "both")
    spans = [
        Span(0, (at := document.text.index(piece)), at + len(piece), 5.0 - i, 0.0, 0.5)
        for i, piece in enumerate(pieces)
    ]
    found = rank("How many ships came?", [hit_in(document)], spans, Settings())
    assert {candidate.text for candidate in found} == {"Dozens of boats", "12 ships", "both"}


def test_words_that_run_over_a_fence_of_code_are_no_answer() -> None:
    document = Document.from_text("Run it.\n\n```\npincite ask\n```\nIt prints 5 lines.", title="Manual")
    spans = [Span(0, 12, 28, 5.0, 0.0, 0.5), Span(0, 29, 46, 4.0, 0.0, 0.5)]
    found = rank("What does it print?", [hit_in(document)], spans, Settings())
    assert all("```" not in candidate.text for candidate in found)


def test_the_number_of_a_clause_is_no_measure() -> None:
    document = Document.from_text("In clause 5 the period is cut to 60 days.", title="Amendment")
    spans = [Span(0, 10, 11, 5.0, 0.0, 0.5), Span(0, 33, 40, 4.0, 0.0, 0.5)]
    found = rank("How long is the notice period?", [hit_in(document)], spans, Settings())
    assert [candidate.text for candidate in found] == ["60 days"]
    assert rank("Which clause is it?", [hit_in(document)], spans, Settings())[0].text == "5"


def test_a_heading_answers_where_a_heading_is_asked_for() -> None:
    assert answers("What is clause 3 called?", "Penalties") == ["Penalties"]


def test_words_of_the_question_alone_are_no_answer() -> None:
    assert answers("What is the penalty for late delivery?", "late", "50 euros a day") == ["50 euros a day"]
    assert answers("Is it late delivery or early delivery?", "late delivery") == ["late delivery"]


def test_whoever_does_what_is_asked_about_is_not_whom_it_was_done_to() -> None:
    document = Document.from_text("The night watchman called Ana Ruiz. Bo heard it.", title="Fire")
    spans = [Span(0, 0, 18, 5.0, 0.0, 0.5), Span(0, 26, 34, 4.0, 0.0, 0.5)]
    found = rank("Who was called by the night watchman?", [hit_in(document)], spans, Settings())
    assert [candidate.text for candidate in found] == ["Ana Ruiz"]


def test_a_name_that_the_question_holds_may_answer() -> None:
    document = Document.from_text("The Senate debated all night.", title="Senate")
    (found,) = rank("Who debated the Senate bill?", [hit_in(document)], [Span(0, 4, 10, 5.0, 0.0, 0.5)], Settings())
    assert found.text == "Senate"


def test_the_number_of_an_item_is_left_off_its_words() -> None:
    assert answers("What is due?", "1.1 It is due in May") == ["It is due in May"]
    assert answers("What do they pay?", "50 euros a day.\n1.2") == ["50 euros a day."]


@pytest.mark.parametrize(
    ("text", "taken", "left"),
    [
        ("(b) It ends in May", "(b) It ends", "It ends"),
        ("12 houses burnt", "12", "12"),
        ("2.5 million people", "2.5 million", "2.5 million"),
        ("Came:\n2.5 million people\n2.6 million dogs", "2.6 million", "2.6 million"),
        ("On 3. May", "3", "3"),
        ("12. June 2024 is the day", "12. June 2024", "12. June 2024"),
        ("4. place went to Bo", "4. place", "4. place"),
        ("10.30 Opening\n11.15 Lunch", "11.15", "11.15"),
        ("I. Nilsen wrote it", "I. Nilsen", "I. Nilsen"),
        ("I. Scope\nII. Term of years", "II. Term", "Term"),
        ("A. Scope\n\nB. Term of years", "B. Term", "Term"),
        ("3. Rent\n3.1 The rent\n3.2 The term", "3.2 The term", "The term"),
        ("The sum:\n2.5 million people", "The sum:\n2.5", "The sum:\n2.5"),
    ],
)
def test_only_what_opens_a_line_is_the_number_of_an_item(text: str, taken: str, left: str) -> None:
    start = text.index(taken)
    first, last = without_number(text, start, start + len(taken))
    assert text[first:last] == left


@pytest.mark.parametrize(
    ("question", "text", "taken"),
    [
        ("Which country objected?", "The US objected.", "US"),
        ("Which office keeps the key?", "The key is kept by IT.", "IT"),
        ("Which film won?", "First prize: This Life.", "This Life"),
        ("What is her blood type?", "Her blood type is AB.", "AB"),
        ("How old is she?", "She is in her thirties.", "in her thirties"),
        ("How many came?", "A handful of guests came.", "A handful of guests"),
        ("How many of the two came?", "Neither came.", "Neither"),
        ("How many came?", "Tens of thousands came.", "Tens of thousands"),
        ("How many stars are there?", "The stars are countless.", "countless"),
    ],
)
def test_a_name_or_an_amount_that_looks_like_nothing_is_an_answer(question: str, text: str, taken: str) -> None:
    start = text.index(taken)
    found = rank(
        question, [hit_in(Document.from_text(text))], [Span(0, start, start + len(taken), 5, 0, 0.5)], Settings()
    )
    assert [candidate.text for candidate in found] == [taken]


def test_the_season_of_a_year_is_an_answer() -> None:
    document = Document.from_text("The bridge opened this spring.", title="Bridge")
    (found,) = rank("When did it open?", [hit_in(document)], [Span(0, 18, 29, 5.0, 0.0, 0.5)], Settings())
    assert found.text == "this spring"

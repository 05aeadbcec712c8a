"""Rows: fields, pairs, tables and records; a question that names one gets the value of that one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document, Hit
from qa.answers.candidates import rank
from qa.reading.reader import Span
from qa.settings import Settings
from qa.steps.rows import named, row_at, rows_of, within
from tests.fakes import hit_in

ALLOWANCES = """\
| Item | Amount | Paid by |
|---|---|---|
| Daily allowance within the coastal zone | 48 euros | Finance |
| Daily allowance outside the coastal zone | 75 euros | Finance |
| Hotel, per night | 140 euros | Travel desk |
| Mileage with a private car | 0.30 euros per kilometre | Finance |
"""
SERVICE = """\
| Length of service | Notice period |
|---|---|
| Under 2 years | 1 month |
| 2 to 5 years | 2 months |
| Over 5 years | 3 months |
"""
STAFF = """\
Name: Ada Holm; Role: Accountant; Extension: 410; Start: 2019-03-01
Name: Bo Lien; Role: Lawyer; Extension: 422; Start: 2021-08-15
"""
FEES = """\
| Vessel | Fee per day | Fee per month |
|---|---|---|
| Rowing boat | 3 euros | 60 euros |
| Motor yacht | 22 euros | 450 euros |
"""
PEOPLE = "Marta Olsen - Head of Travel\nPieter Haan - Insurance officer\nLucia Ferri - Visa desk"
INVOICE = """\
Invoice number: 2024-118
Invoice date: 12 June 2024
Due date: 12 July 2024
Net total: 1,482.00 euros
Total due: 1,793.22 euros
Contact: Ruth Abel, room 4
"""
GOODS = """\
Item            Quantity   Price
Life jackets    40         22.50
Rope, 50 m      6          61.00
Flares          12         18.00
"""
STOCK = """\
Article: Oak bench; Warehouse: Leeds; Stock: 30; Price: 140
Article: Pine desk; Warehouse: Hull; Stock: 8; Price: 690
"""


def cells(text: str) -> list[list[str]]:
    return [[text[slice(*cell)] for cell in row.cells] for row in rows_of(text)]


def test_a_table_has_the_names_of_its_columns_and_the_cells_of_its_rows() -> None:
    assert cells(SERVICE) == [["Under 2 years", "1 month"], ["2 to 5 years", "2 months"], ["Over 5 years", "3 months"]]
    assert {row.names for row in rows_of(SERVICE)} == {("Length of service", "Notice period")}
    assert [row.names for row in rows_of(GOODS)] == [("Item", "Quantity", "Price")] * 3
    assert rows_of(STOCK)[0].names == ("Article", "Warehouse", "Stock", "Price")


@pytest.mark.parametrize(
    "text",
    [
        "He came late. She said: I know why.",
        "The harbour opened in May.\nIt has two piers.",
        "Clause 4 - Warranty\n\nClause 5 - Law",
        "Scope: what follows",
        "The Vik people (Old Vik: Vikar; French: Vicques; Latin: Vici) came in 890. They stayed.",
        "",
    ],
)
def test_prose_headings_and_a_single_label_are_no_rows(text: str) -> None:
    assert not rows_of(text)


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("What is the daily allowance within the coastal zone?", ALLOWANCES, None),
        ("What is the daily allowance outside the coastal zone?", ALLOWANCES, None),
        ("Who pays for the hotel?", ALLOWANCES, "Travel desk"),
        ("What is the notice period for under 2 years?", SERVICE, "1 month"),
        ("What is the notice period after 3 years of service?", SERVICE, "2 months"),
        ("What is the notice period after 9 years?", SERVICE, "3 months"),
        ("Who is the insurance officer?", PEOPLE, "Pieter Haan"),
        ("Who is Lucia Ferri?", PEOPLE, "Visa desk"),
        ("What is the due date?", INVOICE, "12 July 2024"),
        ("What is the invoice date?", INVOICE, "12 June 2024"),
        ("What is the total due?", INVOICE, "1,793.22 euros"),
        ("What is the price of the flares?", GOODS, "18.00"),
        ("How many life jackets were ordered?", GOODS, "40"),
        ("How many pine desks are in stock?", STOCK, "8"),
        ("What is the price of the oak bench?", STOCK, "140"),
        ("When did Bo Lien start?", STAFF, "2021-08-15"),
        ("What is the extension of Ada Holm?", STAFF, "410"),
        ("What is the daily fee for a rowing boat?", FEES, "3 euros"),
        ("What is the monthly fee for a rowing boat?", FEES, "60 euros"),
    ],
)
def test_a_question_that_names_a_row_gets_its_value(question: str, text: str, value: str | None) -> None:
    found = named(question, text)
    assert (None if found is None else text[slice(*found.value)]) == value


def test_where_two_columns_may_answer_that_of_the_reader_does() -> None:
    taken = ALLOWANCES.index("48 euros")
    found = named("What is the daily allowance outside the coastal zone?", ALLOWANCES, span=(taken, taken + 8))
    assert found is not None
    assert ALLOWANCES[slice(*found.value)] == "75 euros"


@pytest.mark.parametrize(
    "question",
    ["What is the fee?", "Why is the total due?", "Who is the total due?", "What is the allowance?", "What is it?"],
)
def test_a_question_that_names_no_single_row_or_asks_for_another_kind_of_thing_gets_none(question: str) -> None:
    text = ALLOWANCES if "allowance" in question else INVOICE
    assert named(question, text) is None


def test_naming_what_all_rows_are_about_names_no_row() -> None:
    found = named("What is the due date of the invoice?", INVOICE, about="Invoice")
    assert found is not None
    assert INVOICE[slice(*found.value)] == "12 July 2024"
    assert found.exact


def answer(question: str, text: str, taken: str, title: str = "Paper") -> str:
    """What is answered where a reader takes some words of a text."""
    hit = hit_in(Document.from_text(text, title=title))
    start = text.index(taken)
    span = Span(0, start, start + len(taken), 5.0, 0.0, 0.5)
    return best([hit], question, span)


def best(hits: list[Hit], question: str, span: Span) -> str:
    return rank(question, hits, [span], Settings())[0].text


def test_the_value_of_a_neighbouring_row_becomes_that_of_the_row_that_is_named() -> None:
    assert answer("What is the daily allowance outside the coastal zone?", ALLOWANCES, "48 euros") == "75 euros"
    assert answer("Who is the insurance officer?", PEOPLE, "Marta Olsen") == "Pieter Haan"
    assert answer("What is the due date?", INVOICE, "12 June 2024") == "12 July 2024"
    assert answer("What is the net total?", INVOICE, "1,793.22 euros\nContact") == "1,482.00 euros"


def test_a_piece_of_a_value_becomes_the_whole_of_it() -> None:
    assert answer("Who is the contact?", INVOICE, "Ruth") == "Ruth Abel"
    assert answer("Who is the contact?", INVOICE, "Contact: Ruth Abel") == "Ruth Abel"
    assert answer("What is the notice period for 2 to 5 years?", SERVICE, "months |\n| Over") == "2 months"


def test_a_question_that_names_a_column_and_no_row_gets_a_cell_of_that_column() -> None:
    assert answer("How long is the notice period?", SERVICE, "Under 2 years") == "1 month"


def test_the_name_of_a_column_becomes_the_cell_under_it() -> None:
    assert answer("Where is the pine desk?", STOCK, "Warehouse: Hull") == "Hull"


@pytest.mark.parametrize(
    ("question", "text", "taken"),
    [
        ("How long is the lease?", "Lease: see section 4\nTerm: 12 months", "12 months"),
        ("How long is the lease?", "Lease: 900 euros\nTerm: 12 months", "12 months"),
        ("How much is the fine?", "Smoking: 50 euros\nFine print: page 3 of the contract", "50 euros"),
    ],
)
def test_the_value_of_another_row_stays_where_that_of_the_named_one_is_of_another_kind(
    question: str, text: str, taken: str
) -> None:
    assert answer(question, text, taken) == taken


@pytest.mark.parametrize(
    ("question", "text", "taken"),
    [
        ("When did Ana Ruiz move?", "Ana Ruiz - a nurse - moved in 1999.\nBo Lind - a cook - moved in 2001.", "1999"),
        ("How much is the rent, as Ana said?", "Ana said: the rent is 5 euros.\nBo said: the fee is 6.", "5 euros"),
    ],
)
def test_what_a_reader_takes_of_a_sentence_is_not_widened_to_all_of_it(question: str, text: str, taken: str) -> None:
    assert answer(question, text, taken) == taken


def test_lines_of_white_space_are_no_lines_of_a_table() -> None:
    text = "| a | b |\n| --- | --- |\n  \n| 1 | 2 |\n\n| 3 | 4 |"
    assert [[text[slice(*cell)] for cell in row.cells] for row in rows_of(text)] == [["1", "2"], ["3", "4"]]


def test_words_in_prose_stay_unless_the_question_names_a_label_and_nothing_else() -> None:
    text = f"The hall cost 900 euros and was paid at once.\n\n{INVOICE}"
    assert answer("How much did the hall cost?", text, "900 euros") == "900 euros"
    assert answer("What is the net total?", text, "900 euros") == "1,482.00 euros"


def test_a_sentence_that_has_all_of_the_question_is_not_left_for_a_row() -> None:
    text = "Rent: payable monthly in advance\nTerm: 12 months\n\nThe rent is 900 euros. It is paid in May."
    assert answer("What is the rent?", text, "900 euros") == "900 euros"
    assert answer("What is the rent?", text, "May") == "payable monthly in advance"


def test_a_label_in_another_passage_of_the_document_is_found_too() -> None:
    text = f"The form was sent in May.\n{INVOICE}"
    document = Document.from_text(text, title="Form")
    cut = text.index("Invoice")
    hits = [hit_in(document, 0, cut), hit_in(document, cut)]
    (candidate,) = rank("What is the due date?", hits, [Span(0, 21, 24, 5.0, 0.0, 0.5)], Settings())
    assert (candidate.text, candidate.rank, candidate.hit) == ("12 July 2024", 1, hits[1])
    assert text[candidate.hit.chunk.start + candidate.span.start :].startswith("12 July 2024")


@given(st.text("ab:|-1 \n\t.;", max_size=80), st.integers(0, 80), st.integers(1, 20))
def test_rows_are_in_order_inside_their_text_and_never_overlap(text: str, start: int, length: int) -> None:
    rows = rows_of(text)
    bounds = [bound for row in rows for cell in row.cells for bound in cell]
    assert bounds == sorted(bounds)
    assert all(text[slice(*cell)].strip() and len(row.names) == len(row.cells) for row in rows for cell in row.cells)
    row = row_at(rows, start, start + length)
    if row is not None:
        cut = within(text, row.cells[-1], start, start + length)
        assert row.cells[-1][0] <= cut[0] < cut[1] <= row.cells[-1][1]

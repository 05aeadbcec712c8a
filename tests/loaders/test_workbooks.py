"""Workbooks as their sheets show them: raised digits, struck and hidden parts, and what lies beside the cells."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from embeddings.loaders.packed.number_formats import shown
from embeddings.loading import read_data
from embeddings.types import Document

xlsxwriter = pytest.importorskip("xlsxwriter", reason="writes workbooks for tests")


def read(write: Callable[[Any], None]) -> Document:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    write(book)
    book.close()
    (document,) = read_data("a.xlsx", out.getvalue())
    assert isinstance(document, Document)
    return document


def test_raised_and_struck_words_within_a_cell() -> None:
    def write(book: Any) -> None:
        raised, lowered, struck = (
            book.add_format(each) for each in ({"font_script": 1}, {"font_script": 2}, {"font_strikeout": True})
        )
        sheet = book.add_worksheet("Cells")
        sheet.write_row(0, 0, ["What", "Value"])
        sheet.write(1, 0, "Culture")
        sheet.write_rich_string(1, 1, "10", raised, "6", " cells")
        sheet.write_rich_string(2, 1, struck, "old 5", " new 6 of H", lowered, "2", "O")
        sheet.write(2, 0, "Water")

    found = read(write)
    assert found.text == "Cells\nWhat: Culture; Value: 10⁶ cells\nWhat: Water; Value: new 6 of H₂O"
    assert found.remarks.lines() == ("1 struck passage left out",)


def test_a_struck_cell_is_no_text() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Prices")
        sheet.write_row(0, 0, ["Ticket", "Price", "Note"])
        sheet.write_row(1, 0, ["Adult", 20, "old"], book.add_format({"font_strikeout": True}))
        sheet.write_row(2, 0, ["Adult", 22, "new"])

    found = read(write)
    assert found.text == "Prices\nTicket: Adult; Price: 22; Note: new"
    assert found.remarks.lines() == ("3 struck passages left out",)


def test_hidden_rows_columns_and_sheets_are_left_out_and_told() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Shown")
        for number, row in enumerate(
            (["Ship", "Cost", "Berth"], ["Aurora", 1, 12], ["Secret", 2, 13], ["Baltic", 3, 9])
        ):
            sheet.write_row(number, 0, row)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        other = book.add_worksheet("Away")
        other.write(0, 0, "secret")
        other.hide()

    found = read(write)
    assert found.text == "Shown\nShip: Aurora; Berth: 12\nShip: Baltic; Berth: 9"
    assert found.remarks.lines() == (
        "1 hidden row left out (Shown)",
        "1 hidden column left out (Shown)",
        "1 hidden sheet left out (Away)",
    )


def test_a_hidden_column_parts_no_table() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Calls")
        for number, row in enumerate(
            (["Ship", "Captain", "Key", "Port", "Tons"], ["Aurora", "Ana", "k1", "Oslo", 400], ["Baltic", "Ben", "k2"])
        ):
            sheet.write_row(number, 0, row)
        sheet.set_column(2, 2, None, None, {"hidden": True})

    found = read(write)
    assert found.text == "Calls\nShip: Aurora; Captain: Ana; Port: Oslo; Tons: 400\nShip: Baltic; Captain: Ben"
    assert [number for _, number in found.layout.rows] == [2, 3]
    assert found.remarks.lines() == ("1 hidden column left out (Calls)",)


def test_a_merged_title_that_begins_in_a_hidden_column_is_text() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Fees")
        sheet.merge_range("A1:C1", "Harbour fees 2024")
        for number, row in enumerate((["", "Ship", "Fee"], ["", "Aurora", 400], ["", "Baltic", 300]), 1):
            sheet.write_row(number, 0, row)
        sheet.set_column(0, 0, None, None, {"hidden": True})

    found = read(write)
    assert found.text == "Fees\n\nHarbour fees 2024\nShip: Aurora; Fee: 400\nShip: Baltic; Fee: 300"
    assert found.remarks.lines() == ()


def test_a_merged_cell_that_begins_in_a_hidden_row_is_text() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Calls")
        sheet.write_row(0, 0, ["Port", "Ship", "Tons"])
        sheet.merge_range("A2:A4", "Oslo")
        for number, row in enumerate((["Aurora", 400], ["Baltic", 300], ["Castor", 500]), 1):
            sheet.write_row(number, 1, row)
        sheet.set_row(1, None, None, {"hidden": True})

    found = read(write)
    assert found.text == "Calls\nPort: Oslo; Ship: Baltic; Tons: 300\nPort: Oslo; Ship: Castor; Tons: 500"
    assert [number for _, number in found.layout.rows] == [3, 4]


@pytest.mark.parametrize(("hidden", "last"), [((), "Baltic"), ((2,), "Baltic"), ((2, 3), "Ship: Baltic")])
def test_an_empty_row_parts_a_table_where_it_is_shown(hidden: tuple[int, ...], last: str) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Calls")
        for number, row in enumerate((["Ship", "Port"], ["Aurora", "Oslo"], [], [], ["Baltic"])):
            sheet.write_row(number, 0, row)
        for number in hidden:
            sheet.set_row(number, None, None, {"hidden": True})

    assert read(write).text == f"Calls\nShip: Aurora; Port: Oslo\n{last}"


@pytest.mark.parametrize("begins", [0, 1])
@pytest.mark.parametrize(("label", "value"), [(1, 1), (2, 1), (1, 3)])
def test_a_form_is_read_wherever_it_begins_and_however_wide_its_cells_are(begins: int, label: int, value: int) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Form")
        rows = ("Client", "Ana Berg"), ("Street", "Pier 4, Moss"), ("Start date", "2024-05-03"), ("Salary", 52_000)
        for number, cells in enumerate(rows):
            column = begins
            for words, width in zip(cells, (label, value), strict=True):
                if width > 1:
                    sheet.merge_range(number, column, number, column + width - 1, words)
                else:
                    sheet.write(number, column, words)
                column += width

    lines = "Client: Ana Berg\nStreet: Pier 4, Moss\nStart date: 2024-05-03\nSalary: 52000"
    assert read(write).text == f"Form\n{lines}"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            [["Project:", "Quay", "", "Report date:", "3 May 2024"], ["Manager:", "Ana", "", "Status:", "green"]],
            ["Project: Quay; Report date: 3 May 2024", "Manager: Ana; Status: green"],
        ),
        (
            [["Invoice", "", "No.", "2024-118"], ["Customer", "Solberg", "Date", "2024-05-03"]],
            ["Invoice", "No.: 2024-118", "Customer: Solberg; Date: 2024-05-03"],
        ),
        (
            [["Ship:", "Aurora"], ["Owner:", "Ana", "Flag:", "Norway"], ["Berth:", "7", "Draught:", ""]],
            ["Ship: Aurora", "Owner: Ana; Flag: Norway", "Berth: 7", "Draught:"],
        ),
        (
            [["Ship", "Tons"], ["Aurora", 7], ["Baltic", 9], [], ["Signed:", "Ana"]],
            ["Ship: Aurora; Tons: 7", "Ship: Baltic; Tons: 9", "Signed: Ana"],
        ),
        ([["Signed:", "Ana", "Date:", "3 May 2024"]], ["Signed: Ana; Date: 3 May 2024"]),
    ],
)
def test_a_form_of_several_names_and_values_in_a_row(rows: list[list[Any]], lines: list[str]) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Form")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    assert read(write).text.splitlines() == ["Form", *lines]


def test_tables_beside_one_another_have_merged_titles_of_their_own() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Yard")
        for number, row in enumerate((["Ship", "Day"], ["Aurora", "Mon"], ["Baltic", "Tue"]), 2):
            sheet.write_row(number, 1, row)
            sheet.write_row(number, 4, [f"{row[0]} out", *row[1:]] if number > 2 else row)
        sheet.merge_range("B1:F1", "Harbour")
        sheet.merge_range("B2:C2", "Incoming")
        sheet.merge_range("E2:F2", "Outgoing")

    first = "Harbour\nIncoming\nShip: Aurora; Day: Mon\nShip: Baltic; Day: Tue"
    second = "Outgoing\nShip: Aurora out; Day: Mon\nShip: Baltic out; Day: Tue"
    assert read(write).text == f"Yard\n\n{first}\n\n{second}"


def test_rows_that_a_filter_hides_or_a_group_folds_are_text() -> None:
    def filtered(book: Any) -> None:
        sheet = book.add_worksheet("List")
        for number, row in enumerate((["Ship", "Port"], ["Aurora", "Moss"], ["Baltic", "Oslo"])):
            sheet.write_row(number, 0, row)
        sheet.autofilter(0, 0, 2, 1)
        sheet.filter_column("B", "x == Moss")
        sheet.set_row(2, None, None, {"hidden": True})

    def folded(book: Any) -> None:
        sheet = book.add_worksheet("List")
        for number, row in enumerate((["Ship", "Port"], ["Aurora", "Moss"], ["Baltic", "Oslo"])):
            sheet.write_row(number, 0, row)
        sheet.set_row(2, None, None, {"hidden": True, "level": 1})

    assert "Ship: Baltic; Port: Oslo" in read(filtered).text
    assert "Ship: Baltic; Port: Oslo" in read(folded).text


def test_what_lies_beside_the_cells_is_counted() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Sales")
        sheet.write_row(0, 0, ["East", 3])
        sheet.write_comment(0, 1, "Check this.")
        sheet.insert_textbox("D2", "In a box")
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Sales!$B$1:$B$1"})
        sheet.insert_chart("D9", chart)

    assert set(read(write).remarks.lines()) == {
        "1 comment left out (B1)",
        "1 text box left out",
        "1 chart left out",
    }


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (2.5, "# ?/?", "2 1/2"),
        (0.25, "# ?/?", "1/4"),
        (3, "# ?/?", "3"),
        (1.3125, "# ??/16", "1 5/16"),
        (0.4, "?/?", "2/5"),
    ],
)
def test_fractions_as_a_sheet_shows_them(value: float, code: str, said: str) -> None:
    assert shown(value, code) == said


@pytest.mark.parametrize(
    ("number", "value", "said"),
    [(43, 1234.5, "1,234.50"), (44, -7, "-7.00"), (41, 12_000, "12,000"), (12, 2.5, "2 1/2")],
)
def test_formats_that_a_file_names_by_a_number_alone(number: int, value: float, said: str) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Fees")
        sheet.write(0, 0, "Berth")
        sheet.write(0, 1, value, book.add_format({"num_format": number}))

    assert read(write).text == f"Fees\nBerth; {said}"


def test_names_under_a_group_may_begin_with_a_number() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Fees")
        sheet.merge_range("A1:A2", "Length")
        sheet.merge_range("B1:D1", "Stay")
        for number, row in enumerate((["1 day", "1 week", "1 month"], [20, 100, 300], [40, 200, 600]), 1):
            sheet.write_row(number, 1, row)
        sheet.write_column(2, 0, ["up to 10 m", "up to 20 m"])

    assert "Length: up to 20 m; Stay, 1 day: 40; Stay, 1 week: 200; Stay, 1 month: 600" in read(write).text

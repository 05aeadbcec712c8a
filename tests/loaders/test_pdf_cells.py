"""Tables, columns and forms of PDFs: a cell stays in its column where others are empty, a heading covers no gutter."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from embeddings.loading import Skipped, read_data
from embeddings.types import Document
from eval.extraction.making.pdfs import Line, column, pdf


def read(*pages: Sequence[Line]) -> Document:
    (document,) = read_data("a.pdf", pdf(*pages))
    assert not isinstance(document, Skipped)
    return document


def grid(rows: Sequence[Sequence[str]], lefts: Sequence[float], top: float) -> list[Line]:
    return [
        (x, top - 18 * n, 10, cell) for n, row in enumerate(rows) for x, cell in zip(lefts, row, strict=True) if cell
    ]


def cells(document: Document) -> list[list[tuple[str, str]]]:
    table = document.layout.tables[0]
    rows = (table.row(number) for number in range(table.header, len(table)))
    return [[(cell.name, document.text[cell.start : cell.end]) for cell in row] for row in rows]


def test_an_empty_cell_moves_none_to_another_column() -> None:
    rows = [("Country", "2018", "2019", "2020"), ("Norway", "5.30", "5.35", "5.37"), ("Iceland", "", "0.36", "0.37")]
    rows.append(("Sweden", "10.2", "", "10.4"))
    document = read([(72, 800, 14, "Population (millions)"), *grid(rows, (72, 220, 300, 380), 740)])
    assert "Iceland\t\t0.36\t0.37\nSweden\t10.2\t\t10.4" in document.text
    assert cells(document)[1:] == [
        [("Country", "Iceland"), ("2019", "0.36"), ("2020", "0.37")],
        [("Country", "Sweden"), ("2018", "10.2"), ("2020", "10.4")],
    ]


def test_names_stand_over_their_columns_where_the_first_has_none() -> None:
    rows = [("", "Monday", "Tuesday", "Friday"), ("08", "Maths", "Art", ""), ("09", "", "Music", "History")]
    document = read(
        [(72, 790, 14, "Timetable"), *grid([*rows, ("10", "Sports", "", "French")], (72, 120, 220, 320), 740)]
    )
    assert cells(document)[2] == [("", "10"), ("Monday", "Sports"), ("Friday", "French")]


@pytest.mark.parametrize(
    "names",
    [
        [(165, 740, 10, "Sales"), (260, 740, 10, "Crew"), (330, 740, 10, "Costs")],
        [(72, 740, 10, "Ship"), (150, 740, 10, "Sales"), (260, 740, 10, "Crew"), (310, 740, 10, "Costs")],
    ],
)
def test_a_column_between_groups_of_columns_has_its_own_name(names: list[Line]) -> None:
    years = ("" if len(names) > 3 else "Ship", "2019", "2020", "", "2019", "2020")
    rows = [years, ("Aurora", "1", "2", "nine", "4", "10"), ("Baltic", "5", "6", "ten", "8", "26")]
    document = read([*names, *grid(rows, (72, 150, 200, 260, 310, 350), 722)])
    assert cells(document)[0] == [
        *(("Ship", "Aurora"), ("Sales, 2019", "1"), ("Sales, 2020", "2"), ("Crew", "nine")),
        *(("Costs, 2019", "4"), ("Costs, 2020", "10")),
    ]


def test_names_over_columns_that_nobody_can_tell_name_none() -> None:
    names = [(120, 740, 10, "Sales"), (330, 740, 10, "Costs")]
    rows = [("Ship", "2019", "2020", "2019", "2020"), ("Aurora", "1", "2", "4", "10"), ("Baltic", "5", "6", "8", "26")]
    document = read([*names, *grid(rows, (72, 150, 200, 260, 310), 722)])
    assert document.text.startswith("Sales Costs\n")


def test_a_first_cell_that_goes_on_below_is_one_cell_and_the_table_does_too() -> None:
    lefts = (72, 300, 420)
    first = [*grid([("Item", "Qty", "Price"), ("Desk, oak", "4", "310.00")], lefts, 740)]
    wrapped = [(72, 704, 10, "Chair with a very"), (72, 692, 10, "high back"), (300, 704, 10, "12")]
    rest = grid([("Lamp", "", "12.00"), ("Total", "", "2,266.00")], lefts, 674)
    document = read([*first, *wrapped, (420, 704, 10, "85.50"), *rest])
    assert cells(document)[1:] == [
        [("Item", "Chair with a very high back"), ("Qty", "12"), ("Price", "85.50")],
        [("Item", "Lamp"), ("Price", "12.00")],
        [("Item", "Total"), ("Price", "2,266.00")],
    ]


def test_a_heading_over_three_columns_covers_no_gutter() -> None:
    texts = (
        ("Ana Ruiz was chosen", "mayor of Moss on", "Monday after a long", "count of the votes."),
        ("The ferry to Horten", "is closed until June", "because the engine", "broke on Sunday."),
        ("The school choir", "sings in the church", "on Friday. Tickets", "cost 80 kroner."),
    )
    for top in (800, 782):
        lines = [line for x, text in zip((40, 220, 400), texts, strict=True) for line in column(x, 760, *text, size=10)]
        document = read([(72, top, 18, "The Moss Gazette of the coast"), *lines])
        assert [" ".join(text) for text in texts] == [part.replace("\n", " ") for part in document.text.split("\n\n")][
            1:
        ]


def test_fields_side_by_side_are_two() -> None:
    document = read(
        grid([("Name:", "Kari Lund", "Date:", "3 May"), ("Town:", "Moss", "Phone:", "22")], (72, 130, 300, 360), 740)
    )
    said = [(document.text[slice(*f.label)], document.text[slice(*f.value)]) for f in document.layout.fields]
    assert said == [("Name", "Kari Lund"), ("Date", "3 May"), ("Town", "Moss"), ("Phone", "22")]


def test_text_beside_smaller_running_heads_is_no_heading() -> None:
    pages = [
        [
            (20, 825, 8, "5/3/24, 10:12 AM"),
            (250, 825, 8, "Ferry times - Moss"),
            *column(72, 760, f"Ferry {number} leaves from pier {number + 3}.", "It is blue."),
            (20, 12, 8, "https://moss.example/ferry?id=7"),
            (520, 12, 8, f"{number}/3"),
        ]
        for number in (1, 2, 3)
    ]
    assert not read(*pages).layout.headings


def test_names_over_groups_of_columns_stand_over_all_of_them_and_no_others() -> None:
    lefts = (72, 170, 230, 300, 360)
    lines = [(185, 758, 10, "Weekdays"), (318, 758, 10, "Sundays")]
    rows = [("Harbour", "First", "Last", "First", "Last"), ("Moss", "06:00", "22:00", "08:00", "20:00")]
    document = read([*lines, *grid([*rows, ("Horten", "06:30", "21:30", "09:00", "19:00")], lefts, 740)])
    said = [("Harbour", "Moss"), ("Weekdays, First", "06:00"), ("Weekdays, Last", "22:00")]
    assert cells(document)[0] == [*said, ("Sundays, First", "08:00"), ("Sundays, Last", "20:00")]


def test_columns_of_short_sentences_are_read_one_after_the_other() -> None:
    first = (
        "The northern pier was built in",
        "1931 by the engineer Marta Silva.",
        "It carries a light of white stone.",
    )
    second = ("The southern pier was built in", "1954 by the engineer Omar Aziz.", "It carries a tall crane of iron.")
    document = read(
        column(60, 760, *first, "Its lamp is lit at dusk.") + column(320, 760, *second, "It lifts six tonnes.")
    )
    assert document.text.startswith(" ".join(first[:1]) + "\n" + first[1])

"""What names the columns of a table: more cases of `naming_of`, in plain rows."""

from __future__ import annotations

import pytest

from embeddings.loading import read_data
from embeddings.text.tables.header_row import naming_of
from embeddings.types import Document


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["Q1 2024", "Q2 2024", "Q3 2024"], ["12", "14", "18"]], ("Q1 2024", "Q2 2024", "Q3 2024")),
        ([["1990", "2000"], ["4.24", "4.49"], ["0.25", "0.28"]], ("1990", "2000")),
        ([["2019", "2020"], ["2021", "2022"]], ()),
        ([["Norway", "Oslo"], ["Norway", "Bergen"]], ()),
        ([["Lamp", "", "12.00"], ["Total", "", "2,266.00"]], ()),
        ([["Ship", "06:40", "12:15"], ["Aurora", "yes", "no"]], ("Ship", "06:40", "12:15")),
        ([["Ship", "FY2019", "FY2020"], ["Aurora", "1999", "2001"]], ("Ship", "FY2019", "FY2020")),
        ([["Town", "1990s", "2000s"], ["Moss", "12", "14"]], ("Town", "1990s", "2000s")),
        ([["Town", "2024A", "2025E"], ["Moss", "12", "14"]], ("Town", "2024A", "2025E")),
        ([["Town", "12/2020", "12/2021"], ["Moss", "5.37", "5.39"]], ("Town", "12/2020", "12/2021")),
        ([["Town", "31.12.2020", "31.12.2021"], ["Moss", "5.37", "5.39"]], ("Town", "31.12.2020", "31.12.2021")),
        ([["Year", "1990", "2000", "2010"], ["Guests", "2010", "1988", "2031"]], ("Year", "1990", "2000", "2010")),
        ([["Cup", "1990", "1991", "1992"], ["Bowl", "1995", "1996", "1997"]], ()),
        ([["Country", "2020"], ["Norway", "5.37"], ["Sweden", "10.33"]], ("Country", "2020")),
        ([["Step 1: open", "Ana"], ["Step 2: close", "Ben"]], ()),
        ([["-c, --check", "looks"], ["-h, --help", "tells"]], ()),
        ([["query", "tells what comes in."], ["browse", "opens a page."]], ()),
        ([["x", "INTEGER,"], ["y", "INTEGER }"]], ()),
        ([["seed", "0xdeadbeaf"], ["0", "0xc816921f"], ["1", "0xb3623c6d"]], ()),
    ],
)
def test_names_are_told_by_what_stands_under_them(rows: list[list[str]], names: tuple[str, ...]) -> None:
    assert naming_of(rows).names == names


def test_two_labels_over_one_another_are_fields() -> None:
    assert naming_of([["Client", "Solberg"], ["Value", "90,000 euros"]]).by_rows
    assert not naming_of([["Ship", "Berth"], ["Value", "7"]]).by_rows


GROUPED = ("Ship", "Sales, 2019", "Sales, 2020", "Costs, 2019", "Costs, 2020", "Total")
VALUES = [["Aurora", "1", "2", "3", "4", "10"], ["Baltic", "5", "6", "7", "8", "26"]]


@pytest.mark.parametrize(
    "names",
    [
        [["", "Sales", "", "Costs", "", "Total"], ["Ship", "2019", "2020", "2019", "2020", ""]],
        [["", "Sales", "", "Costs", "", ""], ["Ship", "2019", "2020", "2019", "2020", "Total"]],
        [["Ship", "Sales", "", "Costs", "", "Total"], ["", "2019", "2020", "2019", "2020", ""]],
        [["", "Sales", "Sales", "Costs", "Costs", ""], ["Ship", "2019", "2020", "2019", "2020", "Total"]],
    ],
)
def test_a_column_beside_groups_of_columns_has_its_own_name(names: list[list[str]]) -> None:
    assert naming_of([*names, *VALUES]).names == GROUPED


@pytest.mark.parametrize(
    "names",
    [
        "            Sales         Costs       Total\nShip       2019   2020   2019   2020\n",
        "            Sales         Costs\nShip       2019   2020   2019   2020  Total\n",
        "Ship        Sales         Costs       Total\n           2019   2020   2019   2020\n",
    ],
)
def test_so_it_has_where_only_spaces_part_them(names: str) -> None:
    rows = "Aurora        1      2      3      4     10\nBaltic        5      6      7      8     26\n"
    (document,) = read_data("a.txt", f"{names}{rows}".encode())
    assert isinstance(document, Document)
    assert document.layout.tables[0].names == GROUPED


def test_a_year_beside_a_label_is_a_value() -> None:
    assert naming_of([["Opened", "1889"], ["Height", "330"], ["Steps", "1665"]]).by_rows


def test_a_cell_keeps_marks_that_only_a_part_of_it_stands_between() -> None:
    text = "| Kind | `records` holds |\n|---|---|\n| **A** | `one`/`two` |\n| `B` | _three_ |\n"
    (document,) = read_data("a.md", text.encode())
    assert isinstance(document, Document)
    (table,) = document.layout.tables
    assert table.names == ("Kind", "`records` holds")
    said = [text[cell.start : cell.end] for row in (1, 2) for cell in table.row(row)]
    assert said == ["A", "`one`/`two`", "B", "three"]


def test_dictionaries_beside_a_plain_field_are_records() -> None:
    written = '{"Oslo": {"mayor": "Ann", "people": 7}, "Moss": {"mayor": "Bo", "people": 5}, "updated": "2024-05-03"}'
    (document,) = read_data("a.json", written.encode())
    assert isinstance(document, Document)
    assert document.text == "updated: 2024-05-03\nOslo; mayor: Ann; people: 7\nMoss; mayor: Bo; people: 5"


@pytest.mark.parametrize(
    "rows",
    [
        [["Ana", "chief"], ["Ben", "cook"], ["Cara", "captain"]],
        [["A"], ["Anchor", "a hook"], ["Ark", "a big ship"], ["B"], ["Boat", "a small ship"]],
        [["North"], ["Aurora", "Bergen"], ["Baltic", "Oslo"], ["South"], ["Corvus", "Nantes"]],
    ],
)
def test_a_row_that_is_written_as_the_others_names_nothing(rows: list[list[str]]) -> None:
    assert naming_of(rows).names == ()
    assert not naming_of(rows).by_rows


def test_titles_over_rows_stand_under_names_where_the_first_one_does() -> None:
    rows = [["Ships"], ["Vessel", "Where"], ["North"], ["Aurora", "Bergen"], ["South"], ["Corvus", "Nantes"]]
    assert naming_of(rows).names == ("Vessel", "Where")


@pytest.mark.parametrize("value", ["€ 120", "US$ 120.00", "kr 1 200", "Fr. 80", "£ 5"])
def test_names_stand_over_prices_with_a_gap_behind_the_mark(value: str) -> None:
    rows = [["Pier", "Dues", "Dues"], ["Pier", "Summer", "Winter"], ["North", value, value], ["South", value, value]]
    assert naming_of(rows).names == ("Pier", "Dues, Summer", "Dues, Winter")


@pytest.mark.parametrize(
    "rows",
    [
        [["Kunde", "Solberg GmbH"], ["Vertragswert", "90.000 EUR"], ["Frist", "30.06.2025"], ["Ort", "Kiel"]],
        [["Asiakas", "Virtanen Oy"], ["Arvo", "90 000 EUR"], ["Eräpäivä", "30.6.2025"], ["Paikka", "Turku"]],
        [["Report", "Arrivals", ""], ["Printed", "3 May", ""]],
    ],
)
def test_names_and_values_are_told_in_other_languages_too(rows: list[list[str]]) -> None:
    assert naming_of(rows).by_rows


def test_a_remark_under_a_table_stands_under_no_name() -> None:
    (document,) = read_data("a.csv", b"Item,Qty,Price\nRope,2,5.00\nLamp,1,12.00\nprices are without tax,,\n")
    assert isinstance(document, Document)
    assert document.text.endswith("Price: 12.00\nprices are without tax")


def test_a_document_that_begins_with_a_table_is_called_after_its_file() -> None:
    (document,) = read_data("pool.html", b"<table><tr><th><th>Mon<th>Tue<tr><th>Pool<td>9-12<td>10-14</table>")
    assert isinstance(document, Document)
    assert document.title == "pool"

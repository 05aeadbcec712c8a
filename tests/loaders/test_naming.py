"""What names the columns of a table: more cases of `naming_of`, in plain rows."""

from __future__ import annotations

import pytest

from embeddings.text.header_row import naming_of


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["Q1 2024", "Q2 2024", "Q3 2024"], ["12", "14", "18"]], ("Q1 2024", "Q2 2024", "Q3 2024")),
        ([["1990", "2000"], ["4.24", "4.49"], ["0.25", "0.28"]], ("1990", "2000")),
        ([["2019", "2020"], ["2021", "2022"]], ()),
        ([["Norway", "Oslo"], ["Norway", "Bergen"]], ()),
        ([["Lamp", "", "12.00"], ["Total", "", "2,266.00"]], ()),
        ([["Ship", "06:40", "12:15"], ["Aurora", "yes", "no"]], ("Ship", "06:40", "12:15")),
    ],
)
def test_names_are_told_by_what_stands_under_them(rows: list[list[str]], names: tuple[str, ...]) -> None:
    assert naming_of(rows).names == names


def test_two_labels_over_one_another_are_fields() -> None:
    assert naming_of([["Client", "Solberg"], ["Value", "90,000 euros"]]).by_rows
    assert not naming_of([["Ship", "Berth"], ["Value", "7"]]).by_rows

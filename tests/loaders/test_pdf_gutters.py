"""Columns of a PDF that a gutter parts are read one by one; cells that stand close keep their row."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from embeddings.loaders.pdf.directions import with_words_turned
from embeddings.loaders.pdf.glyphs import Glyph
from embeddings.loading import Skipped, read_data
from embeddings.types import Document
from eval.extraction.making.pdfs import Line, column, pdf
from eval.extraction.making.producers import PROSE


def read(*pages: Sequence[Line]) -> Document:
    (document,) = read_data("a.pdf", pdf(*pages))
    assert not isinstance(document, Skipped)
    return document


def test_a_box_beside_a_text_is_read_by_itself() -> None:
    box = [(350, 767 - 15 * n, 11, words) for n, words in enumerate(("In brief", "Opens: 9:00", "Fee: 5 euros"))]
    document = read(column(60, 760, *PROSE) + box)
    assert document.text == "\n".join(PROSE) + "\n\nIn brief\nOpens: 9:00\nFee: 5 euros"


def test_a_table_within_a_column_stays_in_it() -> None:
    table = [(330, 760, 11, "Run"), (400, 760, 11, "Cells"), (330, 745, 11, "1"), (400, 745, 11, "4,500")]
    document = read(column(60, 757, "Aim", *PROSE) + table + column(330, 730, *PROSE[1:]))
    assert document.text.startswith("Aim\nThe harbour wall")
    assert "and the children ran home.\n\nRun\tCells\n1\t4,500\n" in document.text


WORDS = "anchor ark boat bow cabin cable".split(), "dock ferry fleet gale hatch helm".split()


@pytest.mark.parametrize("by_rows", [True, False])
def test_sorted_words_go_on_in_the_next_column(by_rows: bool) -> None:
    lines = column(60, 740, *WORDS[0]) + column(240, 740, *WORDS[1])
    if by_rows:
        lines.sort(key=lambda line: (-line[1], line[0]))
    document = read([(60, 780, 16, "Words of the sea"), *lines])
    assert document.text.split("\n\n", 1)[1].split() == [*WORDS[0], *WORDS[1]]
    assert not document.layout.tables


def test_an_index_with_letters_over_its_entries_is_read_by_columns() -> None:
    left, right = (
        ("A", "Anchor, 12", "Ark, 14, 17", "B", "Boat, 3"),
        ("Bow, 5", "Buoy, 7", "C", "Cable, 9", "Cargo, 10"),
    )
    document = read(column(60, 740, *left) + column(240, 740, *right))
    assert [line for line in document.text.split("\n") if line] == [*left, *right]
    assert not document.layout.tables


def test_a_table_of_words_is_still_a_table() -> None:
    rows = [("Ship", "Port"), ("Aurora", "Bergen"), ("Baltic", "Antwerp"), ("Corvus", "Nantes"), ("Dora", "Moss")]
    document = read(
        [(x, 740 - 18 * n, 10, cell) for n, row in enumerate(rows) for x, cell in zip((60, 240), row, strict=True)]
    )
    assert document.text.startswith("Ship\tPort\nAurora\tBergen\nBaltic\tAntwerp")


def test_cells_that_stand_close_are_parted_where_the_line_above_parts_them() -> None:
    first = [(72, 760, 12, "Norway"), (150, 760, 12, "5.33"), (189, 760, 12, "5.37"), (228, 760, 12, "5.39")]
    second = [(72, 745, 12, "Sweden"), (150, 745, 12, "10.23"), (187, 745, 12, "10.35"), (224, 745, 12, "10.42")]
    assert read(first + second).text == "Norway\t5.33\t5.37\t5.39\nSweden\t10.23\t10.35\t10.42"


def test_rows_that_stand_far_apart_are_one_table() -> None:
    rows = [("Country", "2019", "2020"), ("Norway", "5.33", "5.37"), ("Sweden", "10.23", "10.35")]
    lines = [
        (x, 760 - 30 * n, 12, cell) for n, row in enumerate(rows) for x, cell in zip((72, 200, 300), row, strict=True)
    ]
    (table,) = read(lines).layout.tables
    assert table.names == ("Country", "2019", "2020")


def test_a_cell_in_the_middle_beside_two_lines_stands_in_its_row() -> None:
    names = [(150, 760, 12, "2019"), (270, 760, 12, "2020"), (60, 748, 12, "Country")]
    names += [(x, 736, 12, word) for x, word in zip((140, 185, 260, 305), ("Men", "All", "Men", "All"), strict=True)]
    rows = [("Norway", "2.6", "5.3", "2.6", "5.4"), ("Sweden", "5.1", "10.2", "5.2", "10.4")]
    body = [
        (x, 712 - 24 * n, 12, cell)
        for n, row in enumerate(rows)
        for x, cell in zip((60, 140, 185, 260, 305), row, strict=True)
    ]
    (table,) = read(names + body).layout.tables
    assert table.names == ("Country", "2019, Men", "2019, All", "2020, Men", "2020, All")


def _letters(said: Sequence[tuple[str, float]]) -> list[Glyph]:
    return [Glyph(number, text, left, left + 5, 10, 0) for number, (text, left) in enumerate(said)]


def test_words_that_pdfium_gives_from_the_left_are_turned() -> None:
    found = with_words_turned(_letters([("ר", 10), ("ע", 15), ("ס", 20), (" ", 10), ("ל", 5), ("א", 0)]))
    assert "".join(glyph.text for glyph in found) == "סער לא"


def test_brackets_are_read_from_the_right() -> None:
    said = [("ם", 40), (")", 28), (" ", 35), ("כ", 22), ("ל", 17), ("(", 12), (".", 8)]
    found = with_words_turned(_letters(said))
    assert "".join(glyph.text for glyph in found) == "ם (כל)."


def test_a_name_in_the_middle_over_narrow_cells_names_them() -> None:
    lines = [(100, 760, 10, "Ship"), (300, 760, 10, "Berth"), (200, 742, 10, "Aurora"), (380, 742, 10, "12")]
    (table,) = read([*lines, (200, 724, 10, "Baltic"), (380, 724, 10, "9")]).layout.tables
    assert table.names == ("Ship", "Berth")
    assert len(table.row(1)) == 2

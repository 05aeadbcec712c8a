"""Tables that are drawn with lines of letters, and records that are kept by columns."""

from __future__ import annotations

import pytest

from embeddings.loading import read_data
from embeddings.text.named_rows import named_rows
from embeddings.types import Document


def read(name: str, text: str) -> Document:
    (document,) = read_data(name, text.encode())
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("signs", ["│─┌┬┐├┼┤└┴┘", "║═╔╦╗╠╬╣╚╩╝", "┃━┏┳┓┣╋┫┗┻┛"])
def test_a_table_in_a_frame_is_a_table(signs: str) -> None:
    bar, line = signs[0], signs[1]
    rules = [signs[at] + line * 8 + signs[at + 1] + line * 7 + signs[at + 2] for at in (2, 5, 8)]
    rows = [f"{bar} {a:<6} {bar} {b:<5} {bar}" for a, b in (("Ship", "Berth"), ("Aurora", "12"), ("Baltic", "9"))]
    document = read("a.txt", "\n".join((rules[0], rows[0], rules[1], *rows[1:], rules[2])) + "\n")
    (table,) = document.layout.tables
    assert table.names == ("Ship", "Berth")
    named = named_rows(document.text, document.layout, 0, len(document.text))
    assert named is not None
    assert named.text.split()[1:9] == ["Ship:", "Aurora;", "Berth:", "12.", "Ship:", "Baltic;", "Berth:", "9."]


def test_columns_whose_rows_are_counted_are_read_by_rows() -> None:
    document = read("a.json", '{"Ship": {"0": "Aurora", "1": "Baltic"}, "Berth": {"0": 12, "1": 9}}')
    assert document.text == "Ship: Aurora; Berth: 12\nShip: Baltic; Berth: 9"


def test_a_list_of_one_record_is_read_as_one_of_several() -> None:
    document = read(
        "a.json", '{"type": "FeatureCollection", "features": [{"properties": {"name": "Pier", "depth": 6}}]}'
    )
    assert document.text == "type: FeatureCollection\nproperties.name: Pier; properties.depth: 6"

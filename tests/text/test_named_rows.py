"""Rows of tables in a text are read with the names of their columns, and each word of them is found again."""

from __future__ import annotations

import pytest

from embeddings.loading import Skipped, read_data
from embeddings.text.named_rows import Named, named_rows, place_in
from embeddings.types import Chunk, Document, Hit
from qa.reading.reader import Passage

BARS = "# Boats\n\n| Boat | Owner |\n|------|-------|\n| Aurora | Kari Lund |\n| Baltic | |\n\nBoth sail.\n"
SPACES = "Ship        Berth\nAurora      12\nBaltic      9\nCorvus      4\n"
PAIRS = "Client\tSolberg and Sons\nContract value\t90,000 euros\nDeadline\t30 June 2025\n"


def read(text: str, name: str = "a.md") -> Document:
    (document,) = read_data(name, text.encode())
    assert not isinstance(document, Skipped)
    return document


def named(document: Document, start: int = 0, end: int | None = None) -> Named:
    found = named_rows(document.text, document.layout, start, len(document.text) if end is None else end)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BARS, "# Boats\n\nBoat: Aurora; Owner: Kari Lund.\n\nBoat: Baltic.\n\nBoth sail.\n"),
        (SPACES, "Ship: Aurora; Berth: 12.\n\nShip: Baltic; Berth: 9.\n\nShip: Corvus; Berth: 4.\n"),
        (PAIRS, "Client: Solberg and Sons.\n\nContract value: 90,000 euros.\n\nDeadline: 30 June 2025.\n"),
    ],
)
def test_rows_are_sentences_of_named_cells(text: str, said: str) -> None:
    document = read(text)
    found = named(document)
    assert found.text == said
    for start, end, at in (*found.parts, *found.names):
        assert found.text[start:end] == document.text[at : at + end - start]


def test_a_passage_in_the_middle_of_a_table_has_its_names_and_its_own_offsets() -> None:
    document = read(SPACES)
    start = document.text.index("Baltic")
    found = named(document, start)
    assert found.text.startswith("Ship: Baltic; Berth: 9.")
    at = found.text.index("9")
    place = place_in(found, at, at + 1)
    assert place is not None
    assert document.text[start + place[0] : start + place[1]] == "9"
    assert place_in(found, 0, 4) is None  # the row of names is in another passage


def test_the_name_of_a_column_is_found_in_its_row_of_names() -> None:
    document = read("Country | 2019 | 2020\n---|---|---\nNorway | 5.35 | 5.37\nSweden | 10.3 | 10.4\n")
    found = named(document)
    at = found.text.index("2020")
    assert place_in(found, at, at + 4) == (17, 21)


@pytest.mark.parametrize(
    "text", ["It rained.\n", "- Room: 12; Name: Orion\n- Room: 14; Name: Vega\n", "Room: 14\nFloor: 2\n"]
)
def test_what_has_its_names_beside_it_is_read_as_it_stands(text: str) -> None:
    document = read(text)
    assert named_rows(document.text, document.layout, 0, len(document.text)) is None


def test_a_passage_is_read_so_and_keeps_its_words() -> None:
    document = read(BARS)
    chunk = Chunk(document.id, 0, len("# Boats\n\n"), len(document.text), "Boats")
    passage = Passage.of(Hit(document, chunk, 0.5, 1.0, 0.5))
    assert passage.text == document.text
    assert passage.read == named(document).text

"""Tables, fields and lists found in a text: by where they stand, in order, and nothing of the text changed."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from embeddings.layout import Layout
from embeddings.text.blocks import blocks_of, with_blocks
from embeddings.types import Document

TEXT = """The crew

- Ana Ruiz, chair
  of the board
- Ben Okoro
  1. cook
  2. clerk
- Cara

It rained.  It was cold.  We went home.
It rained.  It was cold.  We stayed.

```
Room: 14
```

1. The tenant pays.

Heating: 80 euros
"""


def test_items_run_on_and_know_their_list_and_their_depth() -> None:
    found = blocks_of(TEXT)
    assert [(item.group, item.level, TEXT[item.start : item.end]) for item in found.items] == [
        (0, 0, "Ana Ruiz, chair\n  of the board"),
        (0, 0, "Ben Okoro"),
        (0, 1, "cook"),
        (0, 1, "clerk"),
        (0, 0, "Cara"),
    ]


def test_prose_code_and_a_number_alone_are_none_of_it() -> None:
    found = blocks_of(TEXT)
    assert found.tables == ()
    assert [TEXT[slice(*field.value)] for field in found.fields] == []


def test_a_field_that_stands_alone_is_one_where_forms_have_it() -> None:
    text = "The flat is old.\n\nRent: 900 euros\n\nHe said: we go now.\n"
    assert [text[slice(*field.label)] for field in blocks_of(text).fields] == ["Rent"]


def test_pairs_are_rows_of_two_cells_where_another_follows() -> None:
    text = "Ana Ruiz - Mayor\nBen Okoro - Clerk\n\nIt rained.\n\nCara - alone\n"
    (table,) = blocks_of(text).tables
    assert [[text[c.start : c.end] for c in table.row(n)] for n in range(len(table))] == [
        ["Ana Ruiz", "Mayor"],
        ["Ben Okoro", "Clerk"],
    ]


def test_what_a_loader_told_is_not_looked_at_again() -> None:
    text = "Room: 14\nFloor: 2\n\nBed: oak\nDesk: elm"
    found = blocks_of(text, [(0, 17)])
    assert [text[slice(*field.label)] for field in found.fields] == ["Bed", "Desk"]


signs = st.text(st.sampled_from("ab1.:;|- \t\n*=+…2)"), max_size=120)


@given(signs)
@example("| a | b\n|---|---\n| | \n")
@example("a: b; c: d\na - b\nc - d")
@example("+--+\n| a  b |\n+==+\n|  | ")
def test_whatever_a_text_holds_its_blocks_stand_in_it_in_order(text: str) -> None:
    layout = with_blocks(text, Layout())
    assert layout.end() <= len(text)
    assert Layout.from_json(layout.to_json()) == layout
    for number, table in enumerate(layout.tables):
        for row in range(len(table)):
            for cell in table.row(row, number):
                assert text[cell.start : cell.end].strip()
                assert layout.cell_at(cell.start) == cell
    for item in layout.items:
        assert item in layout.items_in(item.start, item.end)


def test_names_over_groups_of_columns_stand_over_all_of_them_and_no_others() -> None:
    text = (
        "                     Weekdays          Sundays\n"
        "Harbour          First    Last     First    Last\n"
        "Moss             06:00    22:00    08:00    20:00\n"
        "Horten           06:30    21:30    09:00    19:00\n"
    )
    (table,) = blocks_of(text).tables
    assert table.names == ("Harbour", "Weekdays, First", "Weekdays, Last", "Sundays, First", "Sundays, Last")


def test_the_line_over_a_sum_makes_no_names_of_the_row_above_it() -> None:
    text = (
        "Lamp                   2     12.00\n"
        "Desk                   2    310.00\n"
        "                           -------\n"
        "Total                       322.00\n"
    )
    (table,) = blocks_of(text).tables
    assert table.names == ()


def test_a_document_made_of_a_string_knows_its_lists_and_fields() -> None:
    table = "| Ship | Berth |\n|---|---|\n| Aurora | 12 |\n"
    document = Document.from_text(f"Room: 14\nFloor: 2\n\n- a lamp\n- a desk\n\n{table}")
    assert [document.text[slice(*field.value)] for field in document.layout.fields] == ["14", "2"]
    assert len(document.layout.items) == 2
    assert document.layout.tables[0].names == ("Ship", "Berth")
    assert document.id == Document("", "", "", document.text).id


def test_numbers_that_one_space_parts_are_no_cells() -> None:
    rows = "Ir         I1mr ILmr Dr    Dw\n27,742  276 273 10,955 21,905  all\n18,010  154 152 10,905 21,905  some\n"
    assert not blocks_of(rows).tables

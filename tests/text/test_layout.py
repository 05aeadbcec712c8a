"""Layout: cells, fields and items by their offsets, and the way through a store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import DocumentError
from embeddings.layout import Field, Item, Layout, Table

TEXT = "Town: Oslo; People: 700,000\nTown: Rome\nTown: Bern; People: 140,000"
TOWNS = Table.of(["Town", "People"], [[(0, 6, 10), (1, 20, 27)], [(0, 34, 38)], [(0, 45, 49), (1, 59, 66)]])


def said(layout: Layout, offset: int) -> str | None:
    cell = layout.cell_at(offset)
    return TEXT[cell.start : cell.end] if cell is not None else None


def test_a_cell_is_found_by_any_of_its_offsets_and_not_by_its_name() -> None:
    layout = Layout(tables=(TOWNS,))
    assert [said(layout, offset) for offset in (0, 5, 6, 9, 10, 20, 26, 27, 36)] == [
        *(None, None, "Oslo", "Oslo", None, "700,000", "700,000", None, "Rome")
    ]


def test_a_row_a_column_and_a_label_are_asked_for_by_a_cell() -> None:
    layout = Layout(tables=(TOWNS,))
    people = layout.cell_at(60)
    assert people is not None
    assert people.name == "People"
    assert (people.row, people.column) == (2, 1)
    assert [TEXT[cell.start : cell.end] for cell in layout.row_of(people)] == ["Bern", "140,000"]


def test_the_rows_of_a_passage_are_those_it_touches() -> None:
    layout = Layout(tables=(TOWNS,))
    assert [[cell.row for cell in row] for row in layout.rows_in(36, 50)] == [[1], [2, 2]]
    assert [row[0].row for row in layout.rows_in(0, 99)] == [0, 1, 2]
    assert list(layout.rows_in(28, 34)) == []


def test_fields_and_items_are_found_by_their_offsets() -> None:
    layout = Layout(
        fields=(Field((0, 4), (6, 8)), Field((10, 14), (16, 20))),
        items=(Item(0, 30, 35), Item(0, 38, 44), Item(1, 60, 65)),
    )
    assert [layout.field_at(offset) for offset in (0, 5, 8, 12)] == [*[layout.fields[0]] * 2, None, layout.fields[1]]
    assert layout.list_of(Item(0, 38, 44)) == layout.items[:2]
    assert layout.items_in(34, 39) == layout.items[:2]


def test_a_layout_comes_back_as_it_was_told() -> None:
    whole = Layout((0,), ((0, 2), (28, 3)), ((0, 4),), (TOWNS,), (Field((0, 4), (6, 8)),), (Item(0, 6, 8, 1),))
    assert Layout.from_json(whole.to_json()) == whole


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=1, max_size=9), st.integers(0, 300))
def test_every_cell_holds_its_own_offsets_and_no_other(shape: list[list[bool]], gap: int) -> None:
    at, rows = 0, []
    for filled in shape:
        cells = []
        for column, is_filled in enumerate(filled):
            at += gap + 1
            if is_filled:
                cells.append((column, at, at + 2))
                at += 2
        rows.append(cells)
    layout = Layout.from_json(Layout(tables=(Table.of(["a"], rows),)).to_json())
    for number, cells in enumerate(rows):
        for column, start, end in cells:
            found = layout.cell_at(start)
            assert found is not None
            assert (found.row, found.column, found.start) == (number, column, start)
            assert layout.cell_at(end) is None or gap == 0
            assert [(c.column, c.start, c.end) for c in layout.row_of(found)] == cells


@pytest.mark.parametrize("told", ['{"tables":[{"label":0,"cuts":"Bx"}]}', '{"tables":[{}]}', '{"items":[[1]]}', "{"])
def test_a_damaged_layout_is_told(told: str) -> None:
    with pytest.raises(DocumentError, match="damaged"):
        Layout.from_json(told)

"""A span that runs over several cells is cut to one of them; a span that is the name of a column answers nothing.

The cells are those that the loader kept (`embeddings.layout`); the text is not searched.
"""

from __future__ import annotations

from collections.abc import Sequence

from embeddings.layout import Cell
from qa.english.question import Question, terms
from qa.steps.step import Bounds, Place

_SHORT = 6  # words; a cell of at most so many is shown whole


def one_cell(question: Question, place: Place) -> Bounds:
    """The bounds of a place inside one of the cells, or inside the value of the field, that it touches.

    Of several cells the question chooses: the one whose column it names, else the first that it does not repeat. The
    bounds are empty where the place is only the name of a column or of a row.
    """
    layout = place.hit.document.layout
    if not layout.tables and not layout.fields:
        return place.bounds
    cells = [cell for row in layout.rows_in(*place.line) for cell in row]
    named = layout.cell_at(place.start)
    if named is not None and named.header:
        return place.start, place.start
    if cells:
        return _cut(question, place, [cell for cell in cells if place.touches((cell.start, cell.end))])
    field = layout.field_at(place.start)
    if field is not None and field.label[0] <= place.start < field.label[1] and place.end > field.value[0]:
        return field.value[0], min(place.end, field.value[1])
    return place.bounds


def _cut(question: Question, place: Place, touched: Sequence[Cell]) -> Bounds:
    values = [cell for cell in touched if not cell.header]
    if not values:
        return place.start, place.start

    def fits(cell: Cell) -> tuple[int, bool]:
        said = terms(place.hit.document.text[cell.start : cell.end])
        return len(terms(cell.name) & question.terms), not said <= question.terms

    chosen = max(values, key=fits)  # the first of equals
    if len(place.hit.document.text[chosen.start : chosen.end].split()) <= _SHORT:
        return chosen.start, chosen.end
    return max(place.start, chosen.start), min(place.end, chosen.end)

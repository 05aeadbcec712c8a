"""A span that runs over cells is cut to one of them; one that takes only the name of a column answers nothing.

The cells are those that the loader kept (`embeddings.layout`); nothing is looked for in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from embeddings.layout import Cell
from qa.english.question import Question, terms
from qa.steps.step import Bounds, Place

_SHORT = 6  # words; a cell of no more is shown whole


def one_cell(question: Question, place: Place) -> Bounds:
    """The bounds of a place in one cell of a table, or in the value of a field, that it touches.

    Of several cells it is the one whose column the question names, else the first that the question does not repeat.
    Empty bounds where it holds the name of a column or a label of a table alone, which answers nothing.
    """
    text, layout = place.hit.document.text, place.hit.document.layout
    if not layout.tables and not layout.fields:
        return place.bounds
    line = text.rfind("\n", 0, place.start) + 1, text.find("\n", place.end)
    cells = [cell for row in layout.rows_in(line[0], line[1] if line[1] >= 0 else len(text)) for cell in row]
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

    chosen = max(values, key=fits)  # the first of those that fit as well
    if len(place.hit.document.text[chosen.start : chosen.end].split()) <= _SHORT:
        return chosen.start, chosen.end
    return max(place.start, chosen.start), min(place.end, chosen.end)

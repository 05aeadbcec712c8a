"""The steps between the reader's spans and the candidates, in the order in which they are applied.

`python -m eval.experiments --data DIR --only steps` switches each off (docs/experiments.md, "steps"). A step marked
"policy" stays whatever that table says, because answers are printed whole: dates, quantities, cells.
"""

from __future__ import annotations

from qa.steps.cells import one_cell
from qa.steps.marks import without_note_mark
from qa.steps.step import Candidate, Drop, Move, Place, Step, applied
from qa.steps.unfit import answers_nothing, without_item_number
from qa.steps.whole_numbers_and_dates import whole

__all__ = ["STEPS", "Candidate", "Drop", "Move", "Place", "Step", "applied"]

STEPS: tuple[Step, ...] = (
    Move("whole expression", "widened to the whole date, number or address", whole),  # policy
    Move("item number", "the number of the item left out", without_item_number),  # policy
    Move("one cell", "cut to one cell of the table", one_cell),  # policy
    Move("note mark", "the mark of a note left out", without_note_mark),  # policy
    Drop("answers nothing", "words that answer nothing left out", answers_nothing),
)

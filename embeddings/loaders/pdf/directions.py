"""Lines with words of both directions, Hebrew or Arabic beside Latin: from where they lie to how they are read.

A small part of the Unicode Bidirectional Algorithm (UAX #9), backwards: from the order on the page to that of reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from embeddings.loaders.pdf.glyphs import Glyph, is_right_to_left

_IN_NUMBERS = ".,:/-"


def in_reading_order(glyphs: Sequence[Glyph], against: bool) -> list[Glyph]:
    """The letters of a piece, from the left as they lie, in the order in which they are read.

    Args:
        glyphs: spaces among them.
        against: whether the line as a whole is read from the right.
    """
    units = _units(glyphs)
    sides = _sides([_side(unit) for unit in units], against)
    runs = [
        (side, [unit for _, unit in group])
        for side, group in groupby(zip(sides, units, strict=True), key=lambda item: item[0])
    ]
    ordered = runs[::-1] if against else runs
    return [glyph for side, group in ordered for unit in (group[::-1] if side else group) for glyph in unit]


def _units(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Letters by themselves, and the digits of each number together."""
    units: list[list[Glyph]] = []
    for index, glyph in enumerate(glyphs):
        after = glyphs[index + 1].text if index + 1 < len(glyphs) else ""
        last = units[-1][-1].text if units else ""
        inside = glyph.text in _IN_NUMBERS and last.isdecimal() and after.isdecimal()
        goes_on = glyph.text.isdecimal() and (last.isdecimal() or (last in _IN_NUMBERS and len(units[-1]) > 1))
        if units and (inside or goes_on):
            units[-1].append(glyph)
        else:
            units.append([glyph])
    return units


def _side(unit: Sequence[Glyph]) -> bool | None:
    """Whether a unit is read from the right; None where it goes with its neighbours."""
    text = unit[0].text
    return True if is_right_to_left(text) else False if text.isalpha() else None


def _sides(told: Sequence[bool | None], against: bool) -> list[bool]:
    """The side of each unit: what says nothing is read as what is on both sides of it, else as the line."""
    before: list[bool] = []
    last = against
    for side in told:
        last = last if side is None else side
        before.append(last)
    after: list[bool] = []
    last = against
    for side in reversed(told):
        last = last if side is None else side
        after.append(last)
    after.reverse()
    return [
        side if side is not None else (left if left == right else against)
        for side, left, right in zip(told, before, after, strict=True)
    ]

"""Lines with words of both directions, Hebrew or Arabic beside Latin: from where they lie to how they are read.

A small part of the Unicode Bidirectional Algorithm (UAX #9), backwards: from the order on the page to that of reading.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from embeddings.loaders.pdf.glyphs import Glyph, is_right_to_left

_IN_NUMBERS = ".,:/-"
_MIRRORED = {"(": ")", ")": "(", "[": "]", "]": "[", "{": "}", "}": "{", "«": "»", "»": "«"}
_OPENING, _CLOSING = "([{", ")]}"


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


def with_words_turned(fragment: list[Glyph]) -> list[Glyph]:
    """A piece read from the right, with the letters of each word in that order, too, and brackets as they are read.

    PDFium gives the letters of some words from the left, as they lie.
    """
    turned: list[Glyph] = []
    for is_word, group in groupby(fragment, key=lambda glyph: _is_of_word(glyph.text)):
        letters = list(group)
        if is_word and len(letters) > 1:
            steps = [after.left - before.left for before, after in pairwise(letters)]
            if sum(step > 0 for step in steps) > sum(step < 0 for step in steps):
                letters.reverse()
        turned += letters
    turned = _with_near_brackets(turned)
    brackets = [glyph.text for glyph in turned if glyph.text in _OPENING + _CLOSING]
    if not brackets or brackets[0] in _OPENING:
        return turned
    return [replace(each, text=_MIRRORED[each.text]) if each.text in _MIRRORED else each for each in turned]


def _with_near_brackets(letters: list[Glyph]) -> list[Glyph]:
    """Letters read from the right, each bracket and the space behind it as they lie."""
    for at in range(1, len(letters) - 2):
        before, sign, space, after = letters[at - 1 : at + 3]
        if sign.text in _MIRRORED and space.text == " " and before.left - sign.right > sign.left - after.right:
            letters[at], letters[at + 1] = space, sign
    return letters


def _is_of_word(text: str) -> bool:
    return is_right_to_left(text) or unicodedata.combining(text[0]) > 0

"""Raised and lowered letters as text: exponents, marks of notes, fractions, cents.

What Unicode has raised or lowered is written so ("10⁶", "H₂O"), the rest after "^" or "_". The mark of a note stands
apart from the number or word before it ("45 ¹"), so that it is never read as a digit of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from embeddings.loaders.pdf.glyphs import Glyph

_UP = dict(zip("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_UP |= dict(zip("abcdefghjklmoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_DOWN = dict(zip("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎", strict=True))
_DOWN |= dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_VULGAR = {
    "1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/5": "⅕", "2/5": "⅖", "3/5": "⅗", "4/5": "⅘",
    "1/6": "⅙", "5/6": "⅚", "1/7": "⅐", "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞", "1/9": "⅑", "1/10": "⅒",
}  # fmt: skip
_SLASHES = "/⁄∕"
_CURRENCY = "$€£¥₹"
_SMALLER = 0.87  # times the height of the letters beside them
_HIGHER, _LOWER = 0.12, -0.05  # times that height: further above or below the base line
_FARTHEST = 0.8
_SAME_SIZE = 0.2  # times: letters of the same size are raised where they stand that much higher
_MOST = 0.6  # of the letters of a piece; where more stand higher, one large letter stands lower
_PRICE = re.compile(rf"[{_CURRENCY}]\s?\d{{1,6}}$")
_DECIMAL = re.compile(r"\d[.,]$")
_TEN = re.compile(r"(?:^|[^\d.,])10$")
_ONE_DIGIT = re.compile(r"(?:^|[^\d.,])[2-9]$")
_UNIT = re.compile(r"(?:^|[^A-Za-z])(?:[kcdmnµμ]?m|ft|in|yd|mi|[a-z]|[A-Z]|kg|sec|Hz)$")
_POWER = re.compile(r"[+−–-]?\d{1,3}[+−–-]?$")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|[eè]re?|[eè]me|er|nde?|os?|as?|[ºª])$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """Letters as text.

    Attributes:
        text: its characters.
        glyphs: for each the number of its letter; -1 for what the page only leaves.
        made: the letters of each number that stands for several.
    """

    text: str
    glyphs: list[int]
    made: dict[int, tuple[int, ...]] = field(default_factory=dict)


def levels_of(glyphs: Sequence[Glyph]) -> list[int]:
    """For each letter 1 where it is raised, -1 where it is lowered, else 0; spaces between raised letters are 1."""
    levels = [0] * len(glyphs)
    if len({glyph.base for glyph in glyphs}) == 1:
        return levels
    reference = _first_reference(glyphs)
    if reference is None:
        return levels
    for index, glyph in enumerate(glyphs):
        if glyph.text == " ":
            continue
        levels[index] = _level(glyph, reference)
        near = abs(glyph.base - reference.base) < 0.05 * reference.height
        if levels[index] == 0 and (near or glyph.height > 1.1 * reference.height):
            reference = glyph
    letters = sum(glyph.text != " " for glyph in glyphs)
    if sum(level != 0 for level in levels) > max(_MOST * letters, 3):
        return [0] * len(glyphs)
    return levels


def _first_reference(glyphs: Sequence[Glyph]) -> Glyph | None:
    """The letter that the first ones are compared with: a larger one soon after them, else the first."""
    drawn = [glyph for glyph in glyphs[:8] if glyph.text != " "]
    if not drawn:
        return None
    larger = next((glyph for glyph in drawn[1:6] if drawn[0].height < _SMALLER * glyph.height), None)
    return larger if larger is not None and _level(drawn[0], larger) else drawn[0]


def _level(glyph: Glyph, reference: Glyph) -> int:
    if reference.height <= 0:
        return 0
    shift = (glyph.base - reference.base) / reference.height
    if glyph.height < _SMALLER * reference.height:
        return 1 if _HIGHER < shift < _FARTHEST else -1 if -_FARTHEST < shift < _LOWER else 0
    same = glyph.height < 1.1 * reference.height
    return 1 if same and _SAME_SIZE < shift < _FARTHEST and glyph.text.isalnum() else 0


def written(glyphs: Sequence[Glyph], levels: Sequence[int], notes: frozenset[str], fresh: int) -> Written:
    """Letters as text.

    Args:
        glyphs, levels: the letters of a piece of a line.
        notes: the marks of the notes of the page.
        fresh: the first number for a character that stands for several letters.
    """
    if not any(levels):
        texts = [glyph.text for glyph in glyphs]
        text = "".join(texts)
        if len(text) == len(texts):
            return Written(text, [glyph.number for glyph in glyphs])
        return Written(text, [glyph.number for glyph in glyphs for _ in glyph.text])
    out = _Out(fresh)
    groups = list(_groups(glyphs, levels))
    skipped = 0
    for index, (level, group) in enumerate(groups):
        if skipped:
            skipped -= 1
            continue
        after = groups[index + 1 :]
        taken = out.fraction(group, after) if level == 1 else 0
        if taken:
            skipped = taken - 1
        elif level == 1:
            out.raised(group, "".join(glyph.text for _, each in after[:1] for glyph in each[:3]), notes)
        elif level == -1:
            out.lowered(group)
        else:
            out.plain(group)
    return Written("".join(out.text), out.glyphs, out.made)


def _groups(glyphs: Sequence[Glyph], levels: Sequence[int]) -> Iterator[tuple[int, list[Glyph]]]:
    """Letters one after the other of the same level; a slash and what is smaller behind it stand by themselves."""
    group: list[Glyph] = []
    last: tuple[int, bool, bool] | None = None
    height = max((glyph.height for glyph, level in zip(glyphs, levels, strict=True) if level == 0), default=0.0)
    for glyph, level in zip(glyphs, levels, strict=True):
        kind = (level, glyph.text in _SLASHES, level == 0 and glyph.text != " " and glyph.height < _SMALLER * height)
        if last is not None and kind != last and group:
            yield last[0], group
            group = []
        group.append(glyph)
        last = kind
    if group and last is not None:
        yield last[0], group


class _Out:
    """The text in the making."""

    def __init__(self, fresh: int) -> None:
        self.text: list[str] = []
        self.glyphs: list[int] = []
        self.made: dict[int, tuple[int, ...]] = {}
        self._fresh = fresh
        self._apart = False  # whether a note's mark ends here, from which a letter must stand apart

    def plain(self, group: Sequence[Glyph]) -> None:
        """Adds letters as they are."""
        for glyph in group:
            self._add(glyph.text, glyph.number)

    def fraction(self, group: Sequence[Glyph], after: Sequence[tuple[int, list[Glyph]]]) -> int:
        """Adds "¾" for a raised 3, a slash and a small 4; returns how many groups it took, 0 for no fraction."""
        if len(after) < 2 or _joined(after[0][1]) not in _SLASHES or not _joined(after[0][1]):
            return 0
        upper, lower = _joined(group), _joined(after[1][1])
        small = after[1][1][0].height < 1.15 * group[0].height
        if not (upper.isdecimal() and lower.isdecimal() and small and len(upper) < 4 and len(lower) < 4):
            return 0
        glyphs = [*group, *after[0][1], *after[1][1]]
        one = _VULGAR.get(f"{upper}/{lower}")
        if one is not None:
            self._one(one, glyphs)
        else:
            if self.text and self.text[-1].isdecimal():
                self._add(" ", -1)
            for glyph in glyphs:
                self._add("/" if glyph.text in _SLASHES else glyph.text, glyph.number)
        return 3

    def raised(self, group: Sequence[Glyph], after: str, notes: frozenset[str]) -> None:
        """Adds raised letters by what they mean behind the text before them."""
        words, before = _joined(group), "".join(self.text[-12:])
        if words.isdecimal() and len(words) == 2 and (_PRICE.search(before) or _has_currency(before, after)):
            self._add(".", -1)
            self.plain(group)
        elif words.isdecimal() and _DECIMAL.search(before) and len(words) <= 2:
            self.plain(group)
        elif words in ("TM", "SM"):
            self._one("™" if words == "TM" else "℠", group)
        elif _is_plain(words, before, after, notes):
            self.plain(group)
        elif _is_power(words, before, notes):
            self._marked(group, words, _UP, "^")
        elif before.strip() and all(character in _UP or character in ", *" for character in words):
            if not before.endswith((" ", "(", "[")):
                self._add(" ", -1)
            self._marked(group, words, _UP, "^")
            self._apart = True
        elif words.isalpha() and len(words) > 1 and before[-2:].isalpha():
            self.plain(group)
        else:
            self._marked(group, words, _UP, "^" if before.strip() else "")
            self._apart = not before.strip()

    def lowered(self, group: Sequence[Glyph]) -> None:
        """Adds lowered letters."""
        words = _joined(group)
        if not any(map(str.isalnum, words)):
            self.plain(group)
        else:
            self._marked(group, words, _DOWN, "_")

    def _marked(self, group: Sequence[Glyph], words: str, signs: dict[str, str], mark: str) -> None:
        """Adds letters by their raised or lowered signs, else as they are behind a mark."""
        whole = all(character in signs or not character.isalnum() for character in words)
        if words.isalpha() and len(words) > 1:
            whole = False
        if not whole and mark:
            self._add(mark, -1)
        for glyph in group:
            for character in glyph.text:
                self._add(signs.get(character, character) if whole else character, glyph.number)

    def _one(self, character: str, glyphs: Sequence[Glyph]) -> None:
        """Adds one character for several letters."""
        number = self._fresh + len(self.made)
        self.made[number] = tuple(glyph.number for glyph in glyphs if glyph.number >= 0)
        self._add(character, number)

    def _add(self, words: str, number: int) -> None:
        if self._apart and words[0].isalnum():
            self.text.append(" ")
            self.glyphs.append(-1)
        self._apart = False
        self.text += words
        self.glyphs += [number] * len(words)


def _joined(group: Sequence[Glyph]) -> str:
    return "".join(glyph.text for glyph in group).strip()


def _has_currency(before: str, after: str) -> bool:
    """Whether "1" and what is raised behind it are a price whose mark comes after it."""
    return before[-1:].isdecimal() and after.strip()[:1] in tuple(_CURRENCY)


def _is_plain(words: str, before: str, after: str, notes: frozenset[str]) -> bool:
    """Whether raised letters are to be read as if they were not: "1st", the A of LaTeX, a star."""
    if words.isalpha() and before[-1:].isalpha() and after[:1].isalpha():
        return True
    if not any(character in _UP for character in words.lower()):
        return True
    ordinal = _ORDINAL.match(words) is not None and (before[-1:].isdecimal() or len(words) > 1)
    return ordinal and words not in notes


def _is_power(words: str, before: str, notes: frozenset[str]) -> bool:
    """Whether raised letters are an exponent or a charge, and no mark of a note."""
    if words[-1] in "+-−–" or (len(words) > 1 and words[0] in "+-−–"):
        return bool(before.strip())
    if not _POWER.match(words):
        single = re.search(r"(?:^|[^\w])[A-Za-z0-9)]$", before) is not None
        return single and words not in notes and not words.isspace()
    if _TEN.search(before):
        return words not in notes or bool(re.search(r"[×x·*]\s?10$", before)) or len(words) > 1 or not notes
    if words in notes:
        return False
    if _UNIT.search(before):
        return words in ("2", "3", "4") or bool(re.search(r"(?:^|[^\w])[a-zA-Z]$", before))
    return _ONE_DIGIT.search(before) is not None

"""Raised and lowered letters as plain text that means the same: 10⁶, H₂O, 20th, $1.99, "45 ¹" for a mark of a note.

Raised digits are a power, a mark that leads to a note, cents, or the upper half of a fraction; which one is told by
what stands before and after them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RAISED = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOWERED = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_LETTER_MARKS = dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_FRACTIONS = {
    **{"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/5": "⅕", "2/5": "⅖", "3/5": "⅗", "4/5": "⅘"},
    **{"1/6": "⅙", "5/6": "⅚", "1/7": "⅐", "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞", "1/9": "⅑", "1/10": "⅒"},
}
_TRADE = {"tm": "™", "sm": "℠", "(tm)": "™", "r": "®"}
_ORDINAL = re.compile(r"(?:st|nd|rd|th|e|er|re|ère|ère|ème|ème|eme|o|a|os|as|nde|de)", re.IGNORECASE)
_CURRENCY_BEFORE = re.compile(r"[$€£¥₹]\s?(?:\d{1,3}(?:[,.' ]\d{3})+|\d+)$")
_CURRENCY_AFTER = re.compile(r"\s?(?:[$€£¥₹]|(?:EUR|USD|GBP|CHF)\b)")
_NUMBER = re.compile(r"(?<![\w.,])(?P<sign>[$€£¥₹])?\s?(?P<digits>\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?)$")
_POWERS_OF = {"10", "2"}
_LOOK_BACK = 40  # characters
_UNIT = re.compile(
    r"(?:(?<=[\d\s(/·*×])|^)(?:[kcdmμµn]?m|mi|ft|in|yd|s|sec|min|h|kg|g|dm|hm|dam|nm|pm|inch|miles?|met(?:er|re)s?|feet|K|px)$"
)
_FACTORS = re.compile(r"[b-df-hj-np-tv-z]{2,3}")  # "mc" and "xy" are no words
_DEGREE = re.compile(r"\s?[CFK]\b")
_BRACKETED = re.compile(r"[\[(].{1,30}[\])]", re.DOTALL)
_SYMBOLS = re.compile(r"[*†‡§¶#]+")
_NOTE_NUMBERS = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*")


@dataclass(slots=True)
class Raised:
    """Reads the raised words of one document, in their order. It knows the marks of notes because they count on.

    Attributes:
        next: the number that the next mark of a note would have.
    """

    next: int = 1

    def words(self, before: str, raised: str, after: str, is_note: bool = False) -> str:
        """What stands for raised words.

        Args:
            before: what stands before them in the same line, at least its last words.
            raised: the raised words.
            after: what follows.
            is_note: whether they are known to lead to a note, because they are a link within the document.

        >>> marks = Raised()
        >>> marks.words("it held 10", "6", " cells"), marks.words("240 m", "2", ""), marks.words("20", "th", "")
        ('⁶', '²', 'th')
        >>> marks.words("rose to 45", "1", " tonnes"), marks.words("$1", "99", "."), marks.words("at 20", "o", "C")
        (' ¹', '.99', '°')
        """
        raised, before = " ".join(raised.split()), before[-_LOOK_BACK:]
        if not raised:
            return ""
        if is_note or _BRACKETED.fullmatch(raised) or _SYMBOLS.fullmatch(raised):
            return self._mark(before, raised)
        if raised.lower() in _TRADE and before[-1:].isalpha():
            return _TRADE[raised.lower()]
        if raised in ("o", "0", "º", "°") and before.rstrip()[-1:].isdigit() and _DEGREE.match(after):
            return "°"
        if raised.isdecimal() and len(raised) == 2 and _is_price(before, after):
            return f".{raised}"
        if raised[0].isalpha():
            is_between = before[-1:].isdigit() and after[:1].isdigit()  # "12ʰ30"
            return raised if is_between else _letters(before, raised)
        if self._is_mark(before, raised):
            return self._mark(before, raised)
        return in_letters(raised, _RAISED, "^")

    def _is_mark(self, before: str, raised: str) -> bool:
        """Whether raised digits lead to a note rather than being a power."""
        if not _NOTE_NUMBERS.fullmatch(raised) or not before or before[-1].isspace():
            return False
        first = int(re.split(r"\D", raised)[0])
        number = _NUMBER.search(before)
        if number is not None:
            if number["digits"] in _POWERS_OF and number["sign"] is None:
                return False
            return first == 1 or first == self.next > 1 or len(number["digits"]) > 1
        if before[-1].isalpha():
            word = re.split(r"[\W\d_]", before)[-1]
            return len(word) > 1 and not _UNIT.search(before) and not _FACTORS.fullmatch(word)
        return before[-1] not in ")]}"

    def _mark(self, before: str, raised: str) -> str:
        """A mark of a note, apart from a word or number before it."""
        if raised.isdecimal():
            self.next = int(raised) + 1
        is_plain = bool(_BRACKETED.fullmatch(raised) or _SYMBOLS.fullmatch(raised))
        shown = raised if is_plain else in_letters(raised, {**_LETTER_MARKS, **_RAISED, ",": ",", " ": " "}, "^")
        return f" {shown}" if before[-1:].isalnum() else shown


def power(words: str) -> str:
    """What stands for raised words that are known to be a power.

    >>> power("2"), power("x+1"), power("-3")
    ('²', '^(x+1)', '⁻³')
    """
    return in_letters("".join(words.split()), _RAISED, "^")


def lowered(words: str) -> str:
    """What stands for lowered words.

    >>> lowered("2"), lowered("max"), lowered("i"), lowered("eff")
    ('₂', '_max', 'ᵢ', '_eff')
    """
    words = " ".join(words.split())
    if words.isalpha() and len(words) > 1:
        return f"_{words}"
    return in_letters(words, _LOWERED, "_")


def fraction(upper: str, lower: str, before: str) -> str | None:
    """The fraction that raised and lowered digits around a stroke make; None where they make none.

    >>> fraction("3", "4", "a cup and "), fraction("1", "2", "2"), fraction("3", "7", "2"), fraction("a", "2", "")
    ('¾', '½', ' 3/7', None)
    """
    upper, lower = upper.strip(), lower.strip()
    if not (upper.isdecimal() and lower.isdecimal()):
        return None
    plain = f"{upper}/{lower}"
    return _FRACTIONS.get(plain) or (f" {plain}" if before[-1:].isdigit() else plain)


def in_letters(words: str, letters: dict[str, str], mark: str) -> str:
    """Each character as a raised or lowered one; all of them behind a mark where one of them has no such form.

    >>> in_letters("-6", _RAISED, "^"), in_letters("x+1", _RAISED, "^"), in_letters("q", _RAISED, "^")
    ('⁻⁶', '^(x+1)', '^q')
    """
    if all(character in letters for character in words):
        return "".join(letters[character] for character in words)
    return f"{mark}{words}" if len(words) == 1 or words.isalnum() else f"{mark}({words})"


def _letters(before: str, raised: str) -> str:
    """Raised letters as text: unchanged in an ordinal or a shortened word, as a power in a formula, else as a mark."""
    last = before[-1:]
    number = _NUMBER.search(before)
    if number is not None and number["digits"] in _POWERS_OF and raised in "nxkm":
        return in_letters(raised, _RAISED, "^")
    if last.isdigit():
        if _ORDINAL.fullmatch(raised) and (len(raised) > 1 or not _is_mark_letter(before, raised)):
            return raised
        return f" {in_letters(raised, _LETTER_MARKS, '^')}" if len(raised) == 1 else in_letters(raised, _RAISED, "^")
    word = re.split(r"[\W\d_]", before)[-1]
    if len(raised) > 1 and raised.isalpha() and last.isalpha() and (len(word) > 1 or last.isupper()):
        return raised  # Mme, Vlle, 4tel
    if len(word) > 1 and len(raised) == 1:
        return (
            raised
            if raised in "oaeºª" and word[0].isupper() and len(word) < 3
            else f" {_LETTER_MARKS.get(raised, raised)}"
        )
    return in_letters(raised, _RAISED, "^")


def _is_mark_letter(before: str, raised: str) -> bool:
    """Whether a single raised letter behind a number is the mark of a note ("290,000ᵃ") and no ordinal ("2e")."""
    number = _NUMBER.search(before)
    return number is None or len(number["digits"]) > 2 or raised in "a"


def _is_price(before: str, after: str) -> bool:
    return bool(_CURRENCY_BEFORE.search(before)) or (
        before[-1:].isdigit() and _CURRENCY_AFTER.match(after) is not None and not before.rstrip().endswith("10")
    )

"""The numbers of a text, as numbers: digits, number words, and both with their scales."""

from __future__ import annotations

import re

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: float(value) for value, word in enumerate(_SMALL)} | {
    word: 10.0 * value for value, word in enumerate(_TENS, start=2)
}
_SCALES = {"dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9}  # only after an amount of money: elsewhere "m" is a metre
_UNIT = r"(?:km|kg|cm|mm|mg|m|g|h|min|sec|ms|[kmgt]b|[kmg]hz|th|st|nd|rd)?"
# A number stands alone or before a unit: not the digits of a name such as "T-72" or "3M54".
_TOKEN = re.compile(
    r"[$€£¥]\s?(?P<money>\d[\d,]*(?:\.\d+)?)\s?(?P<suffix>k|mn|m|bn)?(?!\w)"
    rf"|(?<![\w-])(?P<digits>\d[\d,]*(?:\.\d+)?){_UNIT}(?![\w]|-[A-Za-z\d]*\d)"
    r"|(?P<word>[^\W\d_]+)",
    re.IGNORECASE,
)


def numbers(text: str) -> tuple[float, ...]:
    """The numbers of a text, in its order.

    >>> numbers("at least 3,000 fighters"), numbers("half a million"), numbers("five T-72 tanks")
    ((3000.0,), (500000.0,), (5.0,))
    >>> numbers("one hundred and twenty-five"), numbers("$1.5bn"), numbers("a 45-minute walk")
    ((125.0,), (1500000000.0,), (45.0,))
    """
    reader = _NumberReader()
    for found in _TOKEN.finditer(text.lower()):
        if found["word"] is not None:
            reader.word(found["word"])
        else:
            value = float((found["money"] or found["digits"]).replace(",", ""))
            reader.digits(value * _SUFFIXES.get(found["suffix"] or "", 1.0))
    return tuple(reader.finished())


class _NumberReader:
    """Puts number words together: "two thousand five hundred" is one number, "five six" are two."""

    def __init__(self) -> None:
        self._found: list[float] = []
        self._total, self._group = 0.0, 0.0  # the thousands so far, and what comes after them
        self._last = ""  # the kind of the word before: "small", "tens", "scale", "digits", "half" or "" for none

    def digits(self, value: float) -> None:
        self._flush()
        self._group, self._last = value, "digits"

    def word(self, word: str) -> None:
        if word in _SCALES and self._last != "":
            self._scale(_SCALES[word])
        elif word in _SCALES:
            self._group = 1.0
            self._scale(_SCALES[word])
        elif word in _WORDS:
            self._add(_WORDS[word])
        elif word == "half":
            self._flush()
            self._group, self._last = 0.5, "half"
        elif not (word in ("a", "and") and self._last in ("half", "scale")):
            self._flush()

    def finished(self) -> list[float]:
        self._flush()
        return self._found

    def _add(self, value: float) -> None:
        if not (self._last == "scale" or (self._last == "tens" and 0 < value < 10)):
            self._flush()
        self._group += value
        self._last = "tens" if value >= 20 else "small"

    def _scale(self, scale: float) -> None:
        if scale < 1000:
            self._group = (self._group or 1.0) * scale
        else:
            self._total, self._group = self._total + (self._group or 1.0) * scale, 0.0
        self._last = "scale"

    def _flush(self) -> None:
        if self._last != "":
            self._found.append(self._total + self._group)
        self._total, self._group, self._last = 0.0, 0.0, ""

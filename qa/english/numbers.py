"""The numbers of a text: digits and number words, with their scales and their units."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS = {word: float(value) for value, word in enumerate(_SMALL)} | {
    word: 10.0 * value for value, word in enumerate(_TENS, start=2)
}
SCALES = {"dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9}  # only after an amount of money: elsewhere "m" is a metre
_UNIT = r"(?:km|kg|cm|mm|mg|m|g|h|min|sec|ms|[kmgt]b|[kmg]hz|th|st|nd|rd)?"
# A number stands alone or before a unit: not the digits of a name such as "T-72" or "3M54".
_TOKEN = re.compile(
    r"[$€£¥]\s?(?P<money>\d[\d,]*(?:\.\d+)?)\s?(?P<suffix>k|mn|m|bn)?(?!\w)"
    rf"|(?<![\w-])(?P<digits>\d[\d,]*(?:\.\d+)?){_UNIT}(?![\w]|-[A-Za-z\d]*\d)"
    r"|(?P<word>[^\W\d_]+)",
    re.IGNORECASE,
)

_HYPHENATED = re.compile(r"(?<![\w.,-])(\d[\d,]*(?:\.\d+)?)-(?=[$€£¥]?\d[\d,]*(?:\.\d+)?(?![\w-]))")
_AND_A_HALF = re.compile(rf"(?<![\w.,-])(\d{{1,3}}|{'|'.join(list(NUMBER_WORDS)[1:])}) and a half\b")
_BETWEEN = re.compile(r"\bbetween\b", re.IGNORECASE)
_TO = re.compile(r"\s(?:to|or)\s|\s?–\s?|(?<=\d)-(?=[$€£¥]?\d)", re.IGNORECASE)
_AND = re.compile(r"\sand\s", re.IGNORECASE)

# Words that qualify a number: "or more", "or less", and neither.
OR_MORE = (
    r"(?:at least|(?:no|not) (?:less|fewer) than|(?<!no )(?<!not )more than|(?:well |just )?over|as (?:many|much) as"
    r"|upwards of)"
)
OR_LESS = (
    r"(?:at most|(?:no|not) more than|(?<!no )(?<!not )(?:less|fewer) than|(?:just )?under|as (?:few|little) as|up to"
    r"|below)"
)
ABOUT = r"(?:almost|nearly|about|around|some|roughly|approximately|an estimated|just|close to)"

# What each unit measures, and how many seconds, metres or kilograms it has.
UNITS = {
    **dict.fromkeys(("second", "sec"), ("time", 1.0)), **dict.fromkeys(("minute", "min"), ("time", 60.0)),
    **dict.fromkeys(("hour", "hr"), ("time", 3600.0)), "day": ("time", 86400.0), "week": ("time", 604800.0),
    "month": ("time", 2629800.0), "year": ("time", 31557600.0), "decade": ("time", 315576000.0),
    **dict.fromkeys(("metre", "meter", "m"), ("length", 1.0)), **dict.fromkeys(("centimetre", "cm"), ("length", 0.01)),
    **dict.fromkeys(("kilometre", "kilometer", "km"), ("length", 1000.0)),
    **dict.fromkeys(("mile", "mi"), ("length", 1609.344)), **dict.fromkeys(("foot", "feet", "ft"), ("length", 0.3048)),
    "inch": ("length", 0.0254), "yard": ("length", 0.9144),
    **dict.fromkeys(("gram", "g"), ("weight", 0.001)), **dict.fromkeys(("kilogram", "kilo", "kg"), ("weight", 1.0)),
    **dict.fromkeys(("tonne", "ton"), ("weight", 1000.0)), **dict.fromkeys(("pound", "lb"), ("weight", 0.4536)),
    **dict.fromkeys(("percent", "cent", "%"), ("share", 0.01)),
}  # fmt: skip
# Plurals that measure and are not counted: "How much does it cost?" - "940 euros".
MEASURES = frozenset(f"{unit}s" for unit in UNITS if len(unit) > 2) | frozenset(
    """dollars euros pounds francs rubles roubles feet inches acres hectares ounces liters litres gallons barrels
    degrees points times""".split()
)
_UNIT_AFTER = re.compile(r"(?<![^\W\d_])(%|[^\W\d_]+)")
_BEHIND = re.compile(r"(?:[\s-]*[^\W\d]+|\s?%){0,2}")  # the two words behind a number, unless they are numbers
_MONEY = {"$": "dollar", "€": "euro", "£": "pound sterling", "¥": "yen"}
_TOLERANCE = 0.05  # "930 miles" and "1,500 km" are one distance


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, or a range of numbers, of something.

    Attributes:
        low, high: the ends of a range; a single number is both of them.
        measure: what is measured ("time", "length", "dollar"); None where the unit is not known.
        factor: what the number is multiplied by to compare it with others of the same measure.
    """

    low: float
    high: float
    measure: str | None = None
    factor: float = 1.0

    def equals(self, other: Amount) -> bool:
        """Is it the same amount, perhaps in another unit?

        >>> amount("930 miles").equals(amount("1,500 km")), amount("70").equals(amount("at least 70"))
        (True, True)
        """
        converted = self.measure is not None and self.measure == other.measure and self.factor != other.factor
        same = (self.low, self.high) == (other.low, other.high) and None in (self.measure, other.measure)
        return self == other or same or (converted and not self.contradicts(other))

    def contradicts(self, other: Amount) -> bool:
        """Can the two not both be true of one thing? Amounts of two measures can, and so can a number inside a range.

        >>> amount("at least 70").contradicts(amount("more than 90")), amount("3 to 5").contradicts(amount("four"))
        (True, False)
        >>> amount("930 miles").contradicts(amount("1,500 km")), amount("70%").contradicts(amount("$90"))
        (False, False)
        """
        if None not in (self.measure, other.measure) and self.measure != other.measure:
            return False
        if (self.measure == "share") != (other.measure == "share"):
            return False
        known = self.measure is not None and other.measure is not None and self.factor != other.factor
        mine, theirs, slack = (self.factor, other.factor, 1 + _TOLERANCE) if known else (1.0, 1.0, 1.0)
        return self.high * mine * slack < other.low * theirs or other.high * theirs * slack < self.low * mine


def amount(text: str, after: str = "") -> Amount | None:
    """The first number of a text, or the range that begins with it; None without a number.

    `after` is what follows the text, where the unit may stand.

    >>> amount("between 3 and 5 people"), amount("a dozen", " km away")
    (Amount(low=3.0, high=5.0, measure=None, factor=1.0), Amount(low=12.0, high=12.0, measure='length', factor=1000.0))
    """
    values = numbers(text)
    if not values:
        return None
    low, high = values[0], values[1] if len(values) > 1 and values[0] < values[1] and _is_range(text) else values[0]
    for sign, currency in _MONEY.items():
        if sign in text:
            return Amount(low, high, currency)
    behind = _BEHIND.match(after)
    for word in _UNIT_AFTER.findall(f"{text}{behind[0] if behind is not None else ''}".lower()):
        measure = UNITS.get(word) or UNITS.get(word.removesuffix("s"))
        if measure is not None:
            return Amount(low, high, *measure)
    return Amount(low, high)


def _is_range(text: str) -> bool:
    """Does a text name both ends of a range?"""
    parts = (_AND if _BETWEEN.search(text) else _TO).split(text, maxsplit=1)
    return len(parts) == 2 and all(numbers(part) for part in parts)


def numbers(text: str) -> tuple[float, ...]:
    """The numbers of a text, in order.

    >>> numbers("at least 3,000 fighters"), numbers("half a million"), numbers("five T-72 tanks")
    ((3000.0,), (500000.0,), (5.0,))
    >>> numbers("one hundred and twenty-five"), numbers("$1.5bn"), numbers("a 45-minute walk")
    ((125.0,), (1500000000.0,), (45.0,))
    >>> numbers("3-5 days"), numbers("a dozen"), numbers("one and a half million")
    ((3.0, 5.0), (12.0,), (1500000.0,))
    """
    reader = _NumberReader()
    for token in _TOKEN.finditer(_respelt(text)):
        if token["word"] is not None:
            reader.word(token["word"])
        else:
            value = float((token["money"] or token["digits"]).replace(",", ""))
            reader.digits(value * _SUFFIXES.get(token["suffix"] or "", 1.0))
    return tuple(reader.finished())


def _respelt(text: str) -> str:
    """The text in lower case, "3-5" as a range and "one and a half" in digits."""
    text = text.lower()
    if "-" in text:
        text = _HYPHENATED.sub(r"\1–", text)
    if "half" in text:
        text = _AND_A_HALF.sub(lambda whole: f"{NUMBER_WORDS.get(whole[1], 0.0) or float(whole[1]):.0f}.5", text)
    return text


class _NumberReader:
    """Puts number words together: "two thousand five hundred" is one number, "five six" are two."""

    def __init__(self) -> None:
        self._values: list[float] = []
        self._total, self._group = 0.0, 0.0  # the thousands so far, and what comes after them
        self._last = ""  # the kind of the last word: "small", "tens", "scale", "digits", "half"; "" before a number

    def digits(self, value: float) -> None:
        self._flush()
        self._group, self._last = value, "digits"

    def word(self, word: str) -> None:
        if word in SCALES:
            self._scale(SCALES[word])
        elif word in NUMBER_WORDS:
            self._add(NUMBER_WORDS[word])
        elif word == "half":
            self._flush()
            self._group, self._last = 0.5, "half"
        elif not (word in ("a", "and") and self._last in ("half", "scale")):
            self._flush()

    def finished(self) -> list[float]:
        self._flush()
        return self._values

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
            self._values.append(self._total + self._group)
        self._total, self._group, self._last = 0.0, 0.0, ""

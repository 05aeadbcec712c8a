"""Numbers of a workbook as its sheet shows them: shares with "%", money with its mark, days and times as such.

A format is up to four parts with ";" between them, for numbers over, under and equal to nought, and for text. In a part
"0", "#" and "?" stand for digits, and letters of `d m y h s` for parts of a day.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

# The formats that are named by a number alone, and what they show. 14 and 22 are the reader's own way to write a day.
BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?"},
    **{13: "# ??/??", 14: "yyyy-mm-dd"},
    **{15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss"},
    **{22: "yyyy-mm-dd h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00"},
    **{40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "0.0E+0"},
}
# Those of money, for a file that does not say them itself: each program puts the mark of its own country there.
MONEY = {
    **dict.fromkeys((5, 6, 41, 42), "#,##0;-#,##0"),
    **dict.fromkeys((7, 8, 43, 44), "#,##0.00;-#,##0.00"),
}
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<money>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<elapsed>h+|m+|s+)\]'
    r"|\[[^\]]*\]|(?P<half>AM/PM|A/P)|(?P<part>y+|m+|d+|h+|s+(?:\.0+)?|e+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_FRACTION = re.compile(r"(?P<whole>[#0?]+ +)?[#0?]+/(?P<below>[#0?]{1,4}|\d{1,4})")
_DIGITS = "0#?"
_MOST = 1e15  # greater numbers are shown as they are
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def shown(value: float | int, code: str, since_1904: bool = False) -> str:
    """A number as a format shows it.

    A share loses the noughts behind its point: 25.0% is told as 25%.

    >>> shown(0.25, "0.0%"), shown(1234.5, '#,##0.00 "EUR"'), shown(45352, "dd/mm/yyyy"), shown(-3, "0;(0)")
    ('25%', '1,234.50 EUR', '01/03/2024', '(3)')
    """
    parts = _parts(code)
    part = parts[1] if value < 0 and len(parts) > 1 else parts[2] if value == 0 and len(parts) > 2 else parts[0]
    if abs(value) >= _MOST or part.strip().lower() in ("general", "@", ""):
        return plain(value)
    tokens = _tokens(part)
    if any(kind in ("part", "elapsed") for kind, _ in tokens):
        return _day(value, tokens, since_1904)
    own_sign = value < 0 and len(parts) > 1
    fraction = _FRACTION.fullmatch(part.strip())
    written = _as_fraction(abs(value), fraction) if fraction is not None else _number(abs(value), tokens)
    if written is None:
        return plain(value)
    is_less = value < 0 and not own_sign and any(character in "123456789" for character in written)
    return f"-{written}" if is_less else written


def plain(value: float | int) -> str:
    """A number without a format: whole ones without a point, others without what only binary numbers have.

    >>> plain(50000.0), plain(0.1 + 0.2)
    ('50000', '0.3')
    """
    if isinstance(value, int) or (value.is_integer() and abs(value) < _MOST):
        return str(int(value))
    return f"{value:.15g}"


@lru_cache(maxsize=512)
def _parts(code: str) -> tuple[str, ...]:
    """The parts of a format; ";" in quotes parts nothing."""
    parts, last, quoted = [], 0, False
    for index, character in enumerate(code):
        quoted = quoted != (character == '"')
        if character == ";" and not quoted and (not index or code[index - 1] != "\\"):
            parts.append(code[last:index])
            last = index + 1
    return (*parts, code[last:])


@lru_cache(maxsize=512)
def _tokens(part: str) -> tuple[tuple[str, str], ...]:
    """What a part of a format consists of: "text" that is shown, a "digit" sign, a "part" of a day, and the like."""
    tokens: list[tuple[str, str]] = []
    for each in _TOKEN.finditer(part):
        kind = each.lastgroup
        if kind in ("quoted", "escaped", "money"):
            tokens.append(("text", each[kind]))
        elif kind in ("elapsed", "half", "part"):
            tokens.append((kind, each[kind]))
        elif kind == "other":
            sign = each["other"]
            tokens.append(("digit" if sign in f"{_DIGITS}.,%/" else "text", sign))
        elif each[0].startswith("_"):
            tokens.append(("text", " "))
    if any(kind == "digit" and sign in _DIGITS for kind, sign in tokens) and _is_power(tokens):
        return tuple(("power" if kind == "part" else kind, sign) for kind, sign in tokens)
    return tuple(tokens)


def _is_power(tokens: list[tuple[str, str]]) -> bool:
    """Whether the only letter of a format is the E of "0.00E+00"."""
    return {sign.lower() for kind, sign in tokens if kind == "part"} == {"e"}


def _number(value: float, tokens: tuple[tuple[str, str], ...]) -> str | None:
    """A number that is not negative by its signs for digits; None where it is shown as a fraction."""
    signs = [sign for kind, sign in tokens if kind == "digit"]
    if not any(sign in _DIGITS for sign in signs):
        return "".join(sign for kind, sign in tokens if kind == "text" or sign == "%").strip()
    if "/" in signs:
        return None
    if any(kind == "power" for kind, _ in tokens):
        decimals = "".join(signs).partition(".")[2].count("0")
        return f"{value:.{min(decimals, 15)}E}"
    first = next(i for i, (kind, sign) in enumerate(tokens) if kind == "digit" and sign in _DIGITS)
    last = next(i for i in reversed(range(len(tokens))) if tokens[i][0] == "digit" and tokens[i][1] in _DIGITS)
    behind = [sign for kind, sign in tokens[last + 1 :] if kind == "digit" and sign == ","]
    scaled = Decimal(repr(float(value))) * Decimal(100) ** signs.count("%") / Decimal(1000) ** len(behind)
    before = "".join(sign for kind, sign in tokens[:first] if kind == "text" or sign == "%")
    after = "".join(sign for kind, sign in tokens[last + 1 :] if kind == "text" or sign == "%")
    digits = _digits(scaled, tokens[first : last + 1])
    if "%" in signs and "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{before}{digits}{after}".strip()


def _as_fraction(value: float, form: re.Match[str]) -> str:
    """A number that is not negative with a fraction: "2 1/2"."""
    below = form["below"]
    if below.isdecimal() and int(below):
        near = Fraction(round(value * int(below)), int(below))
        upper, lower = near.numerator * (int(below) // near.denominator), int(below)
    else:
        near = Fraction(value).limit_denominator(10 ** len(below) - 1)
        upper, lower = near.numerator, near.denominator
    whole, upper = divmod(upper, lower) if form["whole"] else (0, upper)
    parts = [str(whole)] if whole or not upper else []
    return " ".join([*parts, f"{upper}/{lower}"] if upper else parts)


def _digits(value: Decimal, tokens: tuple[tuple[str, str], ...]) -> str:
    """The digits of a number, with what stands between their signs ("000-0000")."""
    point = next((i for i, (kind, sign) in enumerate(tokens) if kind == "digit" and sign == "."), len(tokens))
    decimals = [sign for kind, sign in tokens[point + 1 :] if kind == "digit" and sign in _DIGITS]
    try:
        rounded = value.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    except InvalidOperation:
        return plain(float(value))
    whole, _, rest = f"{rounded:f}".partition(".")
    while rest and rest[-1] == "0" and decimals[len(rest) - 1] == "#":
        rest = rest[:-1]
    over = [(kind, sign) for kind, sign in tokens[:point] if not (kind == "digit" and sign == ",")]
    least = sum(kind == "digit" and sign == "0" for kind, sign in over)
    whole = whole.lstrip("0").rjust(least, "0")
    if any(kind == "digit" and sign == "," for kind, sign in tokens[:point]):
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", whole)
    elif any(kind == "text" for kind, _ in over):
        whole = _between(whole, over)
    return f"{whole}.{rest}" if rest else whole


def _between(whole: str, tokens: list[tuple[str, str]]) -> str:
    """Digits put into their signs from the right, the words between the signs left where they are."""
    left, shown_from_right = list(whole), []
    signs = sum(kind == "digit" for kind, _ in tokens)
    for kind, sign in reversed(tokens):
        if kind == "text":
            shown_from_right.append(sign if left else "")
            continue
        signs -= 1
        if left:
            shown_from_right.append(left.pop() if signs else "".join(left))
            left = left if signs else []
    return "".join(reversed(shown_from_right))


def _day(value: float, tokens: tuple[tuple[str, str], ...], since_1904: bool) -> str:
    """A day or a time, counted in days since 1900 or 1904."""
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if value < 60 else 30)
    hundredths = any(kind == "part" and "." in sign for kind, sign in tokens)
    seconds = round(value * 86_400, 2 if hundredths else 0)
    try:
        moment = start + timedelta(seconds=seconds)
    except OverflowError:
        return plain(value)
    half = any(kind == "half" for kind, _ in tokens)
    return "".join(_of_day(i, tokens, moment, seconds, half) for i in range(len(tokens))).strip()


def _of_day(index: int, tokens: tuple[tuple[str, str], ...], moment: datetime, seconds: float, half: bool) -> str:
    kind, sign = tokens[index]
    letter, count = sign[:1].lower(), len(sign)
    if kind == "half":
        return ("AM" if moment.hour < 12 else "PM")[: 2 if count > 3 else 1]
    if kind == "elapsed":
        return str(int(seconds // {"h": 3600, "m": 60, "s": 1}[letter])).rjust(count, "0")
    if kind != "part":
        return sign
    if letter == "m" and _is_minute(index, tokens):
        return f"{moment.minute:0{min(count, 2)}d}"
    if letter == "h":
        return f"{(moment.hour % 12 or 12) if half else moment.hour:0{min(count, 2)}d}"
    if letter == "s":
        whole, _, rest = sign.partition(".")
        part = f"{moment.microsecond / 1e6:.{len(rest)}f}"[1:] if rest else ""
        return f"{moment.second:0{min(len(whole), 2)}d}{part}"
    if letter == "y":
        return f"{moment.year % 100:02d}" if count < 3 else f"{moment.year:04d}"
    if letter == "m":
        name = _MONTHS[moment.month - 1]
        return {1: str(moment.month), 2: f"{moment.month:02d}", 3: name[:3], 5: name[0]}.get(count, name)
    if letter == "d":
        name = _DAYS[moment.weekday()]
        return {1: str(moment.day), 2: f"{moment.day:02d}", 3: name[:3]}.get(count, name)
    return str(moment.year)


def _is_minute(index: int, tokens: tuple[tuple[str, str], ...]) -> bool:
    """Whether an "m" stands for minutes: behind hours, or before seconds."""
    parts = [(i, sign[0].lower()) for i, (kind, sign) in enumerate(tokens) if kind in ("part", "elapsed")]
    place = next(n for n, (i, _) in enumerate(parts) if i == index)
    before = parts[place - 1][1] if place else ""
    after = parts[place + 1][1] if place + 1 < len(parts) else ""
    return before == "h" or after == "s"

"""What an item of a list begins with: a bullet, or a number such as "2.", "(a)", "iv)", "2.1" or "§ 4"."""

from __future__ import annotations

BULLET = r"[-*+•‣◦▪●○·–—]"
NUMBER = r"(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,2}(?:\.\d{1,2}){1,4}\.?|§ ?\d{1,4})"
ITEM = rf"(?:{BULLET}|{NUMBER}|\[[ xX]?\])"

_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
_LARGEST = 1_000_000  # number that is written out in letters or Roman


def in_form(number: int, form: str) -> str:
    """A number as a list writes it.

    >>> [in_form(4, form) for form in ("decimal", "upperRoman", "lowerLetter", "decimalZero", "ordinal", "none")]
    ['4', 'IV', 'd', '04', '4th', '']
    >>> in_form(28, "upperLetter")
    'BB'
    """
    if form in ("none", "bullet"):
        return ""
    if form == "decimalZero":
        return f"{number:02}"
    if form == "ordinal":
        return f"{number}{'th' if number % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
    if not 0 < number < _LARGEST:
        return str(number)
    if form in ("upperLetter", "lowerLetter"):
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 20)
        return letters.upper() if form == "upperLetter" else letters
    if form in ("upperRoman", "lowerRoman") and number < 5_000:
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    return str(number)


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written

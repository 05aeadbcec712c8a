"""A span that stops in the middle of a date or a quantity is widened to the whole of it.

A reader often takes "21" of "October 21, 2015", or "90" of "more than 90". The whole expression is what can be quoted.
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
_DAY = r"(?:[0-3]?\d(?:st|nd|rd|th)?)"
_YEAR = r"(?:1\d{3}|20\d{2})"
_MONTH_FIRST, _DAY_FIRST = rf"{_MONTH} {_DAY}(?:,? {_YEAR})?", rf"{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?"
_DATE = re.compile(rf"\b(?:{_MONTH_FIRST}|{_DAY_FIRST}|{_MONTH},? {_YEAR})\b")
_QUALIFIER = re.compile(
    r"\b(?:at least|at most|(?:no )?(?:more|less|fewer) than|as many as|up to|over|under|almost|nearly|about|around"
    r"|some|roughly|approximately|an estimated)\s$",
    re.IGNORECASE,
)
_CURRENCY = "$€£¥"
_NUMBER = re.compile(r"[$€£¥]?\d")
_AROUND = 40  # characters on either side in which an expression is looked for


def widened(text: str, start: int, end: int, within: tuple[int, int] | None = None) -> tuple[int, int]:
    """The bounds of a span, moved out to those of the date or quantity that it cuts, but not out of `within`.

    >>> text = "On October 21, 2015 more than 90 arrived."
    >>> [text[slice(*widened(text, *bounds))] for bounds in ((11, 13), (30, 32), (33, 40))]
    ['October 21, 2015', 'more than 90', 'arrived']
    """
    floor, ceiling = within if within is not None else (0, len(text))
    low = max(floor, start - _AROUND)
    for found in _DATE.finditer(text, low, min(ceiling, end + _AROUND)):
        if found.start() < end and start < found.end():
            start, end = min(start, found.start()), max(end, found.end())
    if start > low and text[start - 1] in _CURRENCY:
        start -= 1
    qualifier = _QUALIFIER.search(text, low, start) if _NUMBER.match(text, start) else None
    return (qualifier.start() if qualifier is not None else start), end

"""A span that cuts a date, a time, a quantity or an address is widened to the whole of it.

A reader often takes "21" of "October 21, 2015", "90" of "more than 90", "8 a.m" of "8 a.m.", or the first word of a
host name. Only the whole expression can be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from embeddings.text.dates import MONTH
from qa.english.numbers import ABOUT, OR_LESS, OR_MORE, SCALES
from qa.english.question import Question
from qa.steps.step import Bounds, Place

_DAY = r"(?:[0-3]?\d(?:st|nd|rd|th)?)"
_YEAR = r"(?:1\d{3}|20\d{2})"
_MONTH_FIRST, _DAY_FIRST = rf"{MONTH} {_DAY}(?:,? {_YEAR})?", rf"{_DAY}(?: of)? {MONTH}(?:,? {_YEAR})?"
_DATE = re.compile(rf"\b(?:{_MONTH_FIRST}|{_DAY_FIRST}|{MONTH},? {_YEAR})\b")
_CLOCK = re.compile(r"(?<!\d)(?<!\d:)\d{1,2}:\d\d(?::\d\d)?(?!:?\d)")
_ABBREVIATION = re.compile(r"(?<![A-Za-z.@/-])(?:[A-Za-z]\.){2,5}(?![A-Za-z])")
_TOKEN = re.compile(
    r"(?P<url>(?<![\w+.-])(?:[A-Za-z][\w+.-]*+://|www\.)[^\s<>\"“”`|]++)|[\w+%@~/.-]++(?::\d++(?![\w:]))?"
)
_ADDRESS = re.compile(r"[\w-]@\w|[\w-]\.[a-z][a-z0-9]*+(?=[/:]|$)|^\d{1,3}(?:\.\d{1,3}){3}(?!\.)")
_MARK_OF_ADDRESS = re.compile(r"[\w-]@\w|[\w-]\.[a-z0-9]|://|www\.")  # every address holds one; most texts do not
_CLOSING = ".,;:!?'’*_-"  # behind an address these belong to the sentence
_QUALIFIER = re.compile(rf"\b(?:{OR_MORE}|{OR_LESS}|{ABOUT})\s$", re.IGNORECASE)
_SCALE_OR_SHARE = re.compile(rf"(?:\s(?:{'|'.join(SCALES)})\b)?(?:\s?%|\s(?:percent|per\scent)\b)?")
_RANGE = re.compile(
    r"\bbetween\s[$€£¥]?\d[\d,.]*\d?\sand\s[$€£¥]?\d[\d,]*(?:\.\d+)?|(?<![\w.,-])[$€£¥]?\d[\d,]*(?:\.\d+)?"
    r"(?:\sto\s|[-–]|\s[-–]\s)[$€£¥]?\d[\d,]*(?:\.\d+)?(?![\w-]|[.,]\d)",
    re.IGNORECASE,
)
_CURRENCY = "$€£¥"
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"[$€£¥]?\d")
_AROUND = 40  # characters on either side in which an expression is looked for
_LONGEST_ADDRESS = 200  # characters


def whole(question: Question, place: Place) -> Bounds:
    """The bounds of the date, number, time or address that a place cuts."""
    return widened(place.hit.document.text, place.start, place.end, place.section)


def widened(text: str, start: int, end: int, within: tuple[int, int] | None = None) -> tuple[int, int]:
    """The bounds of a span, widened to the expression that it cuts, but not beyond `within`.

    >>> text = "On October 21, 2015 more than 90 arrived."
    >>> [text[slice(*widened(text, *bounds))] for bounds in ((11, 13), (30, 32), (33, 40))]
    ['October 21, 2015', 'more than 90', 'arrived']
    """
    floor, ceiling = within if within is not None else (0, len(text))
    low = max(floor, start - _AROUND)
    for first, last in _expressions(text, start, end, (floor, ceiling)):
        if first < end and start < last:
            start, end = min(start, first), max(end, last)
    if end > start and text[end - 1].isdigit():
        scale = _SCALE_OR_SHARE.match(text, end, min(ceiling, end + _AROUND))
        end = end if scale is None or scale[0].isspace() else scale.end()
    if start > low and text[start - 1] in _CURRENCY:
        start -= 1
    qualifier = _QUALIFIER.search(text, low, start) if _NUMBER.match(text, start) else None
    return (qualifier.start() if qualifier is not None else start), end


def _expressions(text: str, start: int, end: int, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The bounds of the addresses, dates, times and abbreviations in and around a span."""
    yield from _addresses(text, start, end, within)
    low, high = max(within[0], start - _AROUND), min(within[1], end + _AROUND)
    with_digits = (_DATE, _CLOCK, _RANGE) if _DIGIT.search(text, low, high) else ()
    for pattern in (*with_digits, _ABBREVIATION):
        yield from (match.span() for match in pattern.finditer(text, low, high))


def _addresses(text: str, start: int, end: int, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The bounds of e-mail addresses, URLs, host names and file names that lie whole in the searched part."""
    low, high = max(within[0], start - _LONGEST_ADDRESS), min(within[1], end + _LONGEST_ADDRESS)
    if _MARK_OF_ADDRESS.search(text, low, high) is None:
        return
    for token in _TOKEN.finditer(text, low, high):
        words = token[0].rstrip(_CLOSING)
        while words.endswith(")") and words.count(")") > words.count("("):
            words = words[:-1].rstrip(_CLOSING)
        cut = (token.start() == low > within[0]) or (token.end() == high < within[1])
        if not cut and (token["url"] or _ADDRESS.search(words)):
            yield token.start(), token.start() + len(words)

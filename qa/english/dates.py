"""The dates of a text, each as far as the text states it: year, month and day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from embeddings.text.dates import MONTH, month_number

_DAY = r"[0-3]?\d(?:st|nd|rd|th)?"
_DAYS = rf"{_DAY}(?:(?:\s?[-–]\s?|\s(?:and|to|or)\s){_DAY}(?![\w:]))?"
_YEAR = r"(?:1\d{3}|20\d{2})"
_DATE = re.compile(
    rf"(?<![\w.-])(?:(?P<month1>{MONTH})\s(?P<days1>{_DAYS})(?:,?\s(?P<year1>{_YEAR}))?"
    rf"|(?P<days2>{_DAYS})(?:\sof)?\s(?P<month2>{MONTH})(?:,?\s(?P<year2>{_YEAR}))?"
    rf"|(?P<year3>{_YEAR})-(?P<month3>[01]\d)-(?P<days3>[0-3]\d)"
    rf"|(?P<month4>{MONTH}),?\s(?P<year4>{_YEAR})"
    rf"|(?P<year5>{_YEAR})(?![\d,.]\d))(?![\w-])"
)
_NUMBER = re.compile(r"\d+")
_AROUND = re.compile(
    r"(?:[^\w]|\b(?:on|in|at|by|of|the|since|from|to|until|till|and|early|late|mid|about|around|between|before|after|year"
    r"|morning|afternoon|evening|night|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date; None for what the text does not state."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def contradicts(self, other: Moment) -> bool:
        """Do both state a year, a month or a day, and differ in it?"""
        return any(one is not None and two is not None and one != two for one, two in self._pairs(other))

    def holds(self, other: Moment) -> bool:
        """Does this date state everything that the other states, and state the same?"""
        return all(two is None or one == two for one, two in self._pairs(other))

    def _pairs(self, other: Moment) -> tuple[tuple[int | None, int | None], ...]:
        return (self.year, other.year), (self.month, other.month), (self.day, other.day)


@lru_cache(maxsize=1024)  # the candidates of a question are compared with one another
def moments(text: str) -> tuple[Moment, ...]:
    """The dates of a text, in order. A range gives both of its ends.

    >>> moments("24 November") == moments("on Nov. 24"), moments("May 3, 2021") == moments("2021-05-03")
    (True, True)
    >>> moments("October 19-20, 2015")
    (Moment(year=2015, month=10, day=19), Moment(year=2015, month=10, day=20))
    """
    if not any(character.isdigit() for character in text):
        return ()
    return tuple(moment for date in _DATE.finditer(text) for moment in _moments(date))


def only_moments(text: str) -> tuple[Moment, ...]:
    """The dates of a text that holds nothing else; () for any other text.

    >>> only_moments("on the morning of 3 May"), only_moments("the 3 May concert")
    ((Moment(year=None, month=5, day=3),), ())
    """
    dates = moments(text)
    return dates if dates and _AROUND.fullmatch(_DATE.sub(" ", text)) else ()


def _moments(date: re.Match[str]) -> list[Moment]:
    group, parts = date.groupdict(), ("year", "month", "days")
    year, month, days = (next((v for k, v in group.items() if k[:-1] == part and v), None) for part in parts)
    stated = None if year is None else int(year)
    if month is None:
        return [Moment(stated)]
    number = int(month) if month.isdigit() else month_number(month)
    if days is None:
        return [Moment(stated, number)]
    return [Moment(stated, number, int(day)) for day in _NUMBER.findall(days)]

"""Dates and times as English texts write them, to ISO 8601. What a text leaves open stays open: nothing is guessed.

Understood: "October 21, 2015", "21 Oct. 2015", "2015-10-21", "Oct 22, 2015 00:02 (GMT)", "31/12/2015" (a day over 12
tells day from month), and times without a day: "1700 GMT", "5:20 pm". All patterns are bounded, so time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Whole or shortened, with a capital letter unless the pattern that holds it ignores case.
MONTH = rf"(?:{'|'.join(MONTHS)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_ZONE = r"\(?(?:(?-i:GMT|UTC|Z|[A-Z]{1,3}[SD]T|[ECMP]T|CET|EET|MSK)|[+-]\d\d:?\d\d)\b\)?"
_HALF = r"\s?[ap]\.?m\b\.?"
_TIME = (
    rf"(?:\d{{1,2}}[:.]\d\d(?::\d\d)?(?:{_HALF})?(?:\s?{_ZONE})?"
    rf"|\d{{1,2}}{_HALF}(?:\s?{_ZONE})?|\d{{4}}\s?{_ZONE})"
)
_DAY = (
    rf"(?:(?P<month1>{MONTH})\s(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year1>\d{{4}})"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?[\s-](?P<month2>{MONTH}),?[\s-](?P<year2>\d{{4}})"
    r"|(?P<year3>\d{4})-(?P<month3>\d\d)-(?P<day3>\d\d)"
    r"|(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<year4>\d{4}))"
)
_BOUNDED = r"(?<![\w/.-])(?:{})(?![\w/-])"
_DAY_AND_TIME = re.compile(
    _BOUNDED.format(rf"{_DAY}(?:(?:T|,?\s(?:at\s)?|\s?[-–—|]\s?)(?P<time>{_TIME})|(?=T))?"), re.IGNORECASE
)
_TIME_ONLY = re.compile(_BOUNDED.format(_TIME), re.IGNORECASE)
_MONTH_NAME = re.compile(rf"\b{MONTH}(?=\s\d|\b)", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})[:.]?(\d\d)?(?::\d\d)?\s?([ap])?", re.IGNORECASE)

_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s"
_LEAD = re.compile(
    rf"(?:(?:first\s|last\s)?(?:published|posted|updated|modified|date|dated|time)(?:\s(?:on|at))?\s?:?\s)?(?:{_WEEKDAY})?",
    re.IGNORECASE,
)
WEEKDAY_BEFORE = re.compile(rf"(?:^|(?<=[\s,])){_WEEKDAY}$|^{_WEEKDAY}", re.IGNORECASE)
_LONGEST_LINE = 80  # characters; a longer line is more than a date


def month_number(name: str) -> int:
    """The number of a month, 1 to 12, from its name or the first three letters of it.

    >>> month_number("Sept."), month_number("may")
    (9, 5)
    """
    return [month[:3] for month in MONTHS].index(name[:3].capitalize()) + 1


def date_line(line: str) -> str | None:
    """What a line says that holds a date or a time and nothing else; None for any other line.

    >>> date_line("Oct 22, 2015 00:02 (GMT)"), date_line("Published: Monday, 3 May 2021"), date_line("1700 GMT")
    ('2015-10-22T00:02Z', '2021-05-03', '1700 GMT')
    >>> date_line("On 3 May 2021 it rained") is None and date_line("03/05/2021") is None
    True
    """
    words = line.strip().strip("*_[]()|–—- ").strip()
    if not words or len(words) > _LONGEST_LINE:
        return None
    rest = words[_match_end(_LEAD, words) :]
    rest = rest + ")" if rest.count("(") > rest.count(")") else rest
    day = _DAY_AND_TIME.fullmatch(rest)
    if day is not None:
        return _iso(day)
    return rest if _TIME_ONLY.fullmatch(rest) else None


def heading_date(heading: str) -> str | None:
    """The date that dates a heading: at its beginning, or at its end behind a separator; a label's time as written.

    A date in the middle, a range, or one of two dates says what a section is about, not when it was written.

    >>> heading_date("UPDATE 1700 GMT"), heading_date("Release notes (2021-04-05)"), heading_date("3 May 2021: rain")
    ('1700 GMT', '2021-04-05', '2021-05-03')
    >>> heading_date("What happened on May 3, 2021 in Oslo") is None and heading_date("May 3 - June 4, 2021") is None
    True
    """
    days = list(_DAY_AND_TIME.finditer(heading))
    if len(days) == 1 and len(_MONTH_NAME.findall(heading)) <= 1 and _stands_apart(heading, days[0]):
        return _iso(days[0])
    times = [] if days else list(_TIME_ONLY.finditer(heading))
    if len(times) == 1 and _stands_apart(heading, times[0]) and not times[0][0].replace(".", "").isdigit():
        return times[0][0].strip("()")
    return None


def first_day(text: str) -> str | None:
    """The first full date of a short text ("Monday 3 May 2021"), None where it holds none.

    >>> first_day("LONDON, May 3, 2021 (Agency)")
    '2021-05-03'
    """
    return next((day for _, _, day in days_in(text)), None)


def days_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the full dates of a short text stand, and each with its time as ISO 8601.

    >>> list(days_in("Board meeting, 5 May 2021"))
    [(15, 25, '2021-05-05')]
    """
    for match in _DAY_AND_TIME.finditer(text):
        if (day := _iso(match)) is not None:
            yield match.start(), match.end(), day


def _stands_apart(heading: str, day: re.Match[str]) -> bool:
    """Whether a date opens the heading, or closes it behind a separator or a label in capitals."""
    before, after = heading[: day.start()].rstrip(), heading[day.end() :].strip()
    if not before:
        return not after or after[0] in ":-–—,|.)("
    return not after.strip(")].") and (before[-1] in ":-–—,|([" or before.upper() == before)


def _iso(match: re.Match[str]) -> str | None:
    """ISO 8601 of a match of day and time; None where the day is ambiguous or is not in the calendar."""
    day = _calendar_day(match)
    if day is None or match["time"] is None:
        return day
    clock = _clock(match["time"])
    return day if clock is None else f"{day}T{clock}"


def _calendar_day(match: re.Match[str]) -> str | None:
    group = match.groupdict()
    try:
        if group["a"] is not None:
            first, second, year = int(group["a"]), int(group["b"]), int(group["year4"])
            if (first > 12) == (second > 12) and first != second:
                return None
            return date(year, min(first, second), max(first, second)).isoformat()
        if group["year3"] is not None:
            return date(int(group["year3"]), int(group["month3"]), int(group["day3"])).isoformat()
        form = "1" if group["month1"] is not None else "2"
        month = month_number(group["month" + form])
        return date(int(group["year" + form]), month, int(group["day" + form])).isoformat()
    except ValueError:  # 31 June
        return None


def _clock(words: str) -> str | None:
    """ "5:20 pm GMT" as "17:20Z"; hours and minutes alone where no zone, or none that is unambiguous, is stated."""
    digits = re.match(r"(\d\d)(\d\d)(?=\D|$)", words)
    match = digits or _CLOCK.match(words)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    half = None if digits else match[3]
    if half is not None:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    return f"{hour:02d}:{minute:02d}{_zone(words)}"


def _zone(words: str) -> str:
    if re.search(r"(?:GMT|UTC|Z)\)?$", words, re.IGNORECASE):
        return "Z"
    offset = re.search(r"([+-]\d\d):?(\d\d)\)?$", words)
    return f"{offset[1]}:{offset[2]}" if offset else ""


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0

"""When a mail was written, out of what headers and lines above quoted words say, to ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from embeddings.text.dates import first_day

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?)?")
_MONTHS = (  # the beginnings of their names in English, German, French, Spanish, Italian, Dutch, Nordic, Polish
    ("jan", "ene", "gen", "sty", "jän"),
    ("feb", "fév", "fev", "lut"),
    ("mar", "mär", "maa", "mrt"),
    ("apr", "avr", "abr", "kwi"),
    ("may", "mai", "mag", "mei", "maj"),
    ("jun", "juin", "giu", "cze"),
    ("jul", "juil", "lug", "lip"),
    ("aug", "aoû", "aou", "ago", "sie"),
    ("sep", "set", "wrz"),
    ("oct", "okt", "ott", "out", "paź"),
    ("nov", "lis"),
    ("dec", "dez", "déc", "dic", "des", "gru"),
)
_NAMED = re.compile(
    r"\b(?P<day>\d{1,2})(?:\.|º|er|st|nd|rd|th)?\s(?:de\s|of\s)?(?P<month>[^\W\d_]{3,12})\.?,?\s(?:de\s)?(?P<year>\d{4})\b"
)
_POINTS = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d\d)(?![\d.])")
_EAST = re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日")


def moment(written: str) -> str | None:
    """The moment of a header to the minute, in UTC where its zone is known; None where it says none.

    >>> moment("Mon, 3 May 2021 12:30:00 +0200"), moment("2025-07-29T12:42:06.000Z"), moment("3. Juni 2024")
    ('2021-05-03T10:30Z', '2025-07-29T12:42Z', '2024-06-03')
    """
    words = " ".join(written.split())[:200]
    match = _ISO.match(words)
    if match is not None:
        return _from_iso(match[0])
    try:
        return _to_minute(parsedate_to_datetime(words))
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return day_in(words)


def day_in(words: str) -> str | None:
    """The first full date in some words, in several languages, with its time where they say one; else None.

    >>> day_in("Am 3. Juni 2024 um 10:00 schrieb Ana Ruiz:"), day_in("Le 12 août 2023 à 9:00"), day_in("04/06/2024")
    ('2024-06-03', '2023-08-12', None)
    """
    words = words[:400]
    for match in (_NAMED.search(words), _POINTS.search(words), _EAST.search(words)):
        day = _day(match.groupdict()) if match is not None else None
        if day is not None:
            return day
    return first_day(words)


def _day(said: dict[str, str]) -> str | None:
    month = int(said["month"]) if said["month"].isdecimal() else _month(said["month"].lower())
    year = int(said["year"])
    try:
        return date(year + 2000 if year < 100 else year, month, int(said["day"])).isoformat()
    except ValueError:
        return None


def _month(name: str) -> int:
    """The number of a month by the beginning of its name; 0 for other words. "juillet" begins like "juin"."""
    fitting = [
        (len(start), number) for number, starts in enumerate(_MONTHS, 1) for start in starts if name.startswith(start)
    ]
    return max(fitting, default=(0, 0))[1]


def _from_iso(words: str) -> str | None:
    try:
        if len(words) == 10:
            return date.fromisoformat(words).isoformat()
        return _to_minute(datetime.fromisoformat(words.replace(" ", "T", 1).replace(" ", "")))
    except ValueError:
        return None


def _to_minute(moment: datetime) -> str:
    if moment.tzinfo is None:
        return moment.strftime("%Y-%m-%dT%H:%M")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")

"""An answer with several dated values as a timeline: who said what, and when.

A value has the date of its section, else of its document: the day it was reported, not the day it speaks of. A timeline
is drawn for at least FEWEST points, two days and two values; fewer are easier to read in the answer itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.english.numbers import numbers
from qa.english.words import same_answer
from qa.render import one_line
from qa.types import Answer, Citation

FEWEST = 3  # points of a timeline
# ISO 8601 to the minute, perhaps with seconds and zone behind it; "1700 GMT" is no year
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[T ](\d\d):(\d\d))?(?=Z|:\d|[+-]\d\d:|$)")
_WIDTH, _HEIGHT = 640, 200  # of the drawing, in its own units
_LEFT, _RIGHT, _TOP, _BOTTOM = 24, 24, 34, 30
_LONGEST_LABEL = 14  # characters of a value in the drawing
_NARROW = 112  # units under which two dates would touch


@dataclass(frozen=True, slots=True)
class When:
    """A date as far as it is stated, and a number that sorts it.

    Attributes:
        text: as it was stated.
        order: days, with parts of a day.
    """

    text: str
    order: float


@dataclass(frozen=True, slots=True)
class Point:
    """A value, when it was reported, and where it stands; `also` are other places that say the same at that date."""

    when: When
    value: str
    citation: Citation
    also: tuple[Citation, ...] = ()

    @property
    def number(self) -> float | None:
        """The number of the value, where it holds exactly one."""
        values = numbers(self.value)
        return values[0] if len(values) == 1 else None


def when(stated: str | None) -> When | None:
    """A date as an order; None where it names no year.

    >>> when("2015-10"), when("1700 GMT")
    (When(text='2015-10', order=735872.0), None)
    """
    match = _DATE.match(stated) if stated is not None else None
    if match is None or stated is None:
        return None
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month if month is not None else 1, day if day is not None else 1)
    except ValueError:
        return None
    return When(stated, first.toordinal() + ((hour or 0) * 60 + (minute or 0)) / 1440)


def timeline(answer: Answer) -> tuple[Point, ...]:
    """The dated values of an answer and its alternatives, in the order of their dates; () where they are too few."""
    dated = [
        Point(at, one_line(citation.text), citation)
        for side in (answer, *answer.alternatives)
        for citation in side.citations
        if (at := when(citation.date)) is not None
    ]
    points: list[Point] = []
    for point in dated:
        twin = next((each for each in points if _is_same(each, point)), None)
        if twin is None:
            points.append(point)
        else:
            points[points.index(twin)] = Point(twin.when, twin.value, twin.citation, (*twin.also, point.citation))
    points.sort(key=lambda point: (point.when.order, point.when.text))
    days = {int(point.when.order) for point in points}
    several = any(not same_answer(points[0].value, point.value) for point in points[1:])
    return tuple(points) if len(points) >= FEWEST and len(days) > 1 and several else ()


def _is_same(one: Point, other: Point) -> bool:
    return one.when.order == other.when.order and same_answer(one.value, other.value)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A timeline as `cards.html` draws it.

    Attributes:
        points: in the order of their dates.
        label: the drawing in words, for people who hear it.
        height, base: of the drawing, and of its axis, in its own units.
        places: of each point, x and y.
        ticks: the dates under the axis: x, and the date.
        labels: the values over their points: x, y, and the value.
    """

    points: tuple[Point, ...]
    label: str
    height: int
    base: int
    places: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, float, str], ...]
    width: int = _WIDTH
    left: int = _LEFT
    right: int = _WIDTH - _RIGHT


def drawn(answer: Answer) -> Drawing | None:
    """The timeline of an answer; None where it has too few values or dates."""
    points = timeline(answer)
    if not points:
        return None
    values = [number for point in points if (number := point.number) is not None]
    measured = len(values) == len(points) and max(values) > min(values)  # else all stand on one line
    places = tuple((_x(point, points), _y(point, values) if measured else _TOP + 40.0) for point in points)
    height = _HEIGHT if measured else _TOP + 80
    first, last = points[0].when.text, points[-1].when.text
    label = f"{answer.question} {len(points)} values from {first} to {last}; listed below"
    return Drawing(points, label, height, height - _BOTTOM, places, _ticks(points), _labels(points, places))


def _x(point: Point, points: Sequence[Point]) -> float:
    first, last = points[0].when.order, points[-1].when.order
    share = (point.when.order - first) / (last - first) if last > first else 0.5
    inner = _WIDTH - _LEFT - _RIGHT - 84
    return _LEFT + 42 + share * inner


def _y(point: Point, values: Sequence[float]) -> float:
    low, high = min(values), max(values)
    share = ((point.number if point.number is not None else low) - low) / (high - low)
    return _HEIGHT - _BOTTOM - 18 - share * (_HEIGHT - _BOTTOM - 18 - _TOP)


def _ticks(points: Sequence[Point]) -> tuple[tuple[float, str], ...]:
    """The first and the last date, and those between that touch no other."""
    chosen: list[Point] = []
    for point in points:
        if not chosen or _x(point, points) - _x(chosen[-1], points) >= _NARROW:
            chosen.append(point)
    if chosen[-1] is not points[-1] and len(chosen) > 1:
        chosen[-1] = points[-1]
    return tuple((_x(point, points), day_shown(point.when.text)) for point in chosen)


def _labels(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> tuple[tuple[float, float, str], ...]:
    """The values that touch no value before them; all stand in the list."""
    labels: list[tuple[float, float, str]] = []
    taken: list[tuple[float, float, float]] = []  # the middle, half the width, and the height of a label
    for point, (x, y) in zip(points, places, strict=True):
        said = point.value if len(point.value) <= _LONGEST_LABEL else f"{point.value[: _LONGEST_LABEL - 1]}…"
        half = 4.2 * len(said)
        middle = min(max(x, half + 2), _WIDTH - half - 2)
        if not any(abs(middle - other) < half + wide and abs(y - high) < 18 for other, wide, high in taken):
            taken.append((middle, half, y))
            labels.append((middle, y - 12, said))
    return tuple(labels)


def day_shown(stated: str) -> str:
    """A date for people: without the letter between day and time, in one short line.

    >>> day_shown("2015-10-22T00:02Z")
    '2015-10-22 00:02'
    """
    match = _DATE.match(stated)
    return match.group().replace("T", " ") if match is not None else stated[:30]


def machine(stated: str) -> str:
    """A date for programs, in ISO 8601; "" where it has no such form."""
    match = _DATE.match(stated)
    return match.group() if match is not None else ""

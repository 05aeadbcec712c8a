"""Finds words in a document, in any case and with any white space between them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from qa.source.view import LONGEST_FIND, Range, View

_RUN = re.compile(r"\s+")
MOST = 100_000  # places that are counted


@dataclass(frozen=True, slots=True)
class Hits:
    """The places where the words of a search stand.

    Attributes:
        places: in the order of the text, at most MOST.
        number: the place that is shown, counted from 1; 0 without a place.
    """

    places: tuple[Range, ...] = ()
    number: int = 0

    @property
    def current(self) -> Range | None:
        """The place that is shown."""
        return self.places[self.number - 1] if self.number else None

    @property
    def is_cut(self) -> bool:
        """Whether there may be more places than were counted."""
        return len(self.places) == MOST

    def within(self, part: Range) -> Iterator[Range]:
        """The places inside a part of the text, cut at its ends."""
        return (cut for place in self.places if not (cut := place.cut(part)).is_empty)


NO_HITS = Hits()


def find(view: View) -> Hits:
    """The places where the words of a view stand in its document.

    Raises:
        ValueError: too many characters to look for, or a place that does not exist; the message is for people.
    """
    words = (view.find or "").split()
    if not words:
        return NO_HITS
    if len(view.find or "") > LONGEST_FIND:
        raise ValueError(f"At most {LONGEST_FIND} characters can be looked for; leave some out.")
    places = standing(_small(view.document.text), _small(" ".join(words)), " ")
    ranges = tuple(Range(*place) for place in islice(places, MOST))
    if view.hit is not None and not 1 <= view.hit <= max(1, len(ranges)):
        raise ValueError(f"There is no place {view.hit}: the words stand in {len(ranges)}.")
    if not ranges:
        return NO_HITS
    return Hits(ranges, view.hit if view.hit is not None else _first(ranges, view.span))


def standing(text: str, words: str, gap: str) -> Iterator[tuple[int, int]]:
    """Where words stand in a text; each run of white space counts as `gap`.

    It takes linear time. A pattern with any white space between the words would start again at each run.

    >>> list(standing("a  b\\n a b", "a b", " ")), list(standing("a  b", "ab", ""))
    ([(0, 4), (6, 9)], [(0, 4)])
    """
    at, taken = array("q"), array("q", [0])  # where each run stands without those before it, and what they took
    for run in _RUN.finditer(text):
        at.append(run.start() - taken[-1])
        taken.append(taken[-1] + run.end() - run.start() - len(gap))
    folded = _RUN.sub(gap, text)
    start = folded.find(words)
    while start >= 0:
        last = start + len(words) - 1
        yield _place(start, at, taken, gap), _place(last, at, taken, gap) + 1
        start = folded.find(words, last + 1)


def _place(folded: int, at: array[int], taken: array[int], gap: str) -> int:
    """Where a character stands in the text, by its place in the folded one."""
    return folded + taken[bisect_left(at, folded) if gap else bisect_right(at, folded)]


def _small(text: str) -> str:
    """A text in small letters, of the same length."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _first(places: tuple[Range, ...], span: Range | None) -> int:
    """The number of the first place at or after the span; 1 if none follows it."""
    if span is None:
        return 1
    return next((number for number, place in enumerate(places, start=1) if place.start >= span.start), 1)

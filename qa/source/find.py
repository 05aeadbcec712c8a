"""Finds words in a document, in any case and with any white space between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from qa.source.view import LONGEST_FIND, Range, View

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
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    places = tuple(Range(*match.span()) for match in islice(pattern.finditer(view.document.text), MOST))
    if view.hit is not None and not 1 <= view.hit <= max(1, len(places)):
        raise ValueError(f"There is no place {view.hit}: the words stand in {len(places)}.")
    if not places:
        return NO_HITS
    return Hits(places, view.hit if view.hit is not None else _first(places, view.span))


def _first(places: tuple[Range, ...], span: Range | None) -> int:
    """The number of the first place at or after the span; 1 if none follows it."""
    if span is None:
        return 1
    return next((number for number, place in enumerate(places, start=1) if place.start >= span.start), 1)

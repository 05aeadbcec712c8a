"""Where words stand in a text: to the character, or whatever white space lies between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

__all__ = ["places_of_text", "places_of_words"]


def places_of_text(text: str, inside: str) -> Iterator[int]:
    """Every offset at which a text begins inside another, overlapping ones too."""
    start = inside.find(text)
    while start >= 0:
        yield start
        start = inside.find(text, start + 1)


def places_of_words(words: str, text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every place where the words stand, overlapping ones too; any white space counts as any other.

    >>> list(places_of_words("No 7", "No\\n7, not No 70")), list(places_of_words("aa", "aaa"))
    ([(0, 4), (10, 14)], [(0, 2), (1, 3)])
    """
    for match in _anywhere(words).finditer(text):
        yield match.span(1)


@cache
def _anywhere(words: str) -> re.Pattern[str]:
    """The lookahead lets matches overlap."""
    spelt = r"\s+".join(map(re.escape, words.split()))
    return re.compile(f"(?=({spelt}))")

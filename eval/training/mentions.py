"""What a text names: names, numbers, years, months and weekdays, by their form alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from embeddings.text.dates import MONTHS, WEEKDAYS
from qa.english.numbers import NUMBER_WORDS

Kind = Literal["name", "number", "year", "month", "weekday"]

_COUNTS = [word for word, value in NUMBER_WORDS.items() if value > 1]  # "one" is more often a pronoun
_NAME = r"[A-Z][\w'’.-]*\w(?:\s+(?:(?:of|the|de|al|bin|van|von)\s+)?[A-Z][\w'’.-]*\w)*"
_PATTERNS: Mapping[Kind, re.Pattern[str]] = {
    "year": re.compile(r"\b(?:1[0-9]{3}|20[0-9]{2})\b"),
    "month": re.compile(rf"\b(?:{'|'.join(MONTHS)})\b"),
    "weekday": re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b"),
    "number": re.compile(rf"\b(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|{'|'.join(_COUNTS)})\b"),
    "name": re.compile(rf"(?<![.!?]\s)(?<![.!?][\"”’]\s)(?<!^)(?<!\n)\b{_NAME}"),
}
_POSSESSIVE = re.compile(r"['’]s$")


@dataclass(frozen=True, slots=True)
class NamedThing:
    """What a text names: `text` is `start:end` of it."""

    kind: Kind
    start: int
    end: int
    text: str


def mentions(text: str) -> list[NamedThing]:
    """Names, numbers, years, months and weekdays of a text, without those that overlap, in order.

    A name at the beginning of a sentence can't be told from any word there and is left out.

    >>> [(m.kind, m.text) for m in mentions("In May 1932 the envoy met Ban Ki-moon's two aides.")]
    [('month', 'May'), ('year', '1932'), ('name', 'Ban Ki-moon'), ('number', 'two')]
    """
    found: list[NamedThing] = []
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            words = _POSSESSIVE.sub("", match.group())
            start, end = match.start(), match.start() + len(words)
            if not any(start < other.end and other.start < end for other in found):
                found.append(NamedThing(kind, start, end, words))
    return sorted(found, key=lambda mention: mention.start)


def pool(texts: Iterable[str]) -> dict[Kind, list[str]]:
    """What some texts name, by its kind, each once, in the order of the texts."""
    seen: dict[Kind, dict[str, None]] = defaultdict(dict)
    for text in texts:
        for mention in mentions(text):
            seen[mention.kind][mention.text] = None
    return {kind: list(names) for kind, names in seen.items()}

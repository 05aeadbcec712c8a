"""The items of the enumeration that a span is, or is part of: "Aurora, the Bore and Castor".

A sentence is cut at its commas, semicolons and conjunctions, and the parts that the span covers are items. Where they
are names, the enumeration goes on to the left and to the right as long as names follow, since capitals show where a
name begins and ends. It must hold a conjunction: "Oslo, Norway" is no enumeration. A span of two items stays one
phrase: "Elena and Bo" says both, and "Housing and Transport" may be one office.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.reading.reader import trimmed

Bounds = tuple[int, int]

_SEPARATOR = re.compile(
    r"(?P<last>[,;]?\s(?:and|or|as\swell\sas|&)\s(?:also\s|then\s)?)|[,;]\s(?:both\s|either\s)?", re.IGNORECASE
)
_BRACKETED = re.compile(r"\([^()\n]{0,200}\)|“[^“”\n]{0,200}”|\[[^\[\]\n]{0,200}\]")
_DETERMINER = frozenset(
    "the a an its their his her our my your this that these those some all both many several".split()
)
_IN_NAMES = ("of", "al", "de", "von", "van")
# A piece with one of these words is not the rest of a name that the span has cut.
_FUNCTION = frozenset(
    """in on at by for with to from as into after before during since until while when where which who that than because
    is are was were be been has have had do does did will would can could said says""".split()
)
_WORD = re.compile(r"[\w’'&.-]+")
_LONGEST_ITEM = 8  # words
_MOST_ADDED = 5  # items beside those of the span; a reader that takes one name of a dozen means that one
_LONGEST_REST = 3  # words of its last item that a span may leave out


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands between two separators of a sentence; `closes` where a conjunction stands before it."""

    start: int
    end: int
    closes: bool


def items(text: str, start: int, end: int, sentence: Bounds) -> list[Bounds]:
    """The bounds of the items of the enumeration that a span touches, in order; [] where it touches none.

    >>> text = "The crew of the Aurora, Bore and Castor left Oslo."
    >>> def listed(piece): return items(text, (at := text.index(piece)), at + len(piece), (0, len(text)))
    >>> [text[slice(*item)] for item in listed("Bore")], listed("Oslo")
    (['the Aurora', 'Bore', 'Castor'], [])
    """
    parts = _parts(text, sentence)
    touched = [i for i, part in enumerate(parts) if part.start < end and start < part.end]
    if not touched:
        return []
    first, last = touched[0], touched[-1]
    left: list[Bounds] = []
    right: list[Bounds] = []
    if _is_name(text[start : parts[first].end]):
        start, end = _whole_names(text, parts, first, last, (start, end))
        left, right = _to_the_left(text, parts, first, start), _to_the_right(text, parts, last, end)
    inside = [(max(start, part.start), min(end, part.end)) for part in parts[first : last + 1]]
    listed = [bounds for item in (*left, *inside, *right) if (bounds := trimmed(text, *item)) is not None]
    short = all(len(text[slice(*item)].split()) <= _LONGEST_ITEM for item in listed)
    enough = len(listed) > 2 or (len(listed) == 2 and len(inside) == 1)
    enough = enough and len(listed) - len(inside) <= _MOST_ADDED
    return listed if short and enough and _is_closed(parts, listed) else []


def _is_closed(parts: Sequence[_Part], listed: Sequence[Bounds]) -> bool:
    """Does a conjunction stand between two of the items?"""
    return any(part.closes and any(part.start <= start < part.end for start, _ in listed[1:]) for part in parts)


def _parts(text: str, sentence: Bounds) -> list[_Part]:
    """The parts of a sentence. Separators inside brackets and quotations do not count."""
    low, high = sentence
    inside = [match.span() for match in _BRACKETED.finditer(text, low, high)]
    parts: list[_Part] = []
    begin, closes = low, False
    for separator in _SEPARATOR.finditer(text, low, high):
        if any(a < separator.start() < b for a, b in inside):
            continue
        parts.append(_Part(begin, separator.start(), closes))
        begin, closes = separator.end(), separator["last"] is not None
    return [part for part in (*parts, _Part(begin, high, closes)) if part.start < part.end]


def _whole_names(text: str, parts: Sequence[_Part], first: int, last: int, span: Bounds) -> Bounds:
    """The span, widened to the whole of its first and of its last name."""
    start, end = span
    before, after = _WORD.findall(text[parts[first].start : start]), _WORD.findall(text[end : parts[last].end])
    if first > 0 and all(_belongs_to_name(word) for word in before):
        start = parts[first].start
    if last + 1 < len(parts) and len(after) <= _LONGEST_REST and not any(word.lower() in _FUNCTION for word in after):
        end = parts[last].end
    return start, end


def _to_the_right(text: str, parts: Sequence[_Part], last: int, end: int) -> list[Bounds]:
    """The names after a span that ends where its part ends."""
    if end != parts[last].end or (parts[last].closes and last > 0):
        return []
    names: list[Bounds] = []
    for part in parts[last + 1 :]:
        if not _is_name(text[part.start : part.end]):
            return []
        if part.closes:
            return [*names, (part.start, _name_end(text, part))]
        names.append((part.start, part.end))
    return []


def _to_the_left(text: str, parts: Sequence[_Part], first: int, start: int) -> list[Bounds]:
    """The names before a span that begins where its part begins."""
    if start != parts[first].start:
        return []
    names: list[Bounds] = []
    for part in reversed(parts[:first]):
        opening = _name_start(text, part)
        if opening < part.end:
            names.insert(0, (opening, part.end))
        if opening > part.start or part.closes:
            break
    return names


def _is_name(words: str) -> bool:
    """Does an item begin with a capital, determiners aside?"""
    content = [word for word in _WORD.findall(words[:80]) if word.lower() not in _DETERMINER]
    return bool(content) and _is_capital(content[0])


def _is_capital(word: str) -> bool:
    return word[:1].isupper() or word[:1].isdigit() or (("-" in word or "’" in word) and any(c.isupper() for c in word))


def _belongs_to_name(word: str) -> bool:
    return _is_capital(word) or word.lower() in _DETERMINER or word in _IN_NAMES


def _name_end(text: str, part: _Part) -> int:
    """Where the name at the beginning of a part ends."""
    end = part.start
    for word in _words(text, part):
        if not _belongs_to_name(word[0]):
            break
        end = word.end() if _is_capital(word[0]) else end
    return end


def _name_start(text: str, part: _Part) -> int:
    """Where the name at the end of a part begins."""
    start = part.end
    for word in reversed(_words(text, part)):
        if not _belongs_to_name(word[0]):
            break
        determiner = word[0].lower() in _DETERMINER
        start = word.start() if determiner or _is_capital(word[0]) else start
        if determiner:
            break
    return start


def _words(text: str, part: _Part) -> list[re.Match[str]]:
    """The words of a part that do not stand in brackets."""
    inside = [match.span() for match in _BRACKETED.finditer(text, part.start, part.end)]
    words = _WORD.finditer(text, part.start, part.end)
    return [word for word in words if not any(a < word.start() < b for a, b in inside)]

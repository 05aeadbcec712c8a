"""The items of the enumeration that a span is, or is part of: "Aurora, the Bore and Castor".

A sentence is cut at its commas, semicolons and conjunctions. The parts that the span covers are items; where they are
names, the enumeration goes on to the left and to the right as long as names follow, since a name shows where it begins
and ends. Common words go on where a verb or a colon opens them: "The effects are nausea, dry mouth and dizziness". It
must hold a conjunction, as enumerations do: "Oslo, Norway" is none. A span of two items stays one phrase: "Elena and
Bo" says both, and "Housing and Transport" may be one office.
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
# They show that what a span leaves out of its part is no end of a name.
_FUNCTION = frozenset(
    """in on at by for with to from as into after before during since until while when where which who that than because
    is are was were be been has have had do does did will would can could said says""".split()
)
_OPENED = re.compile(
    r"(?:\b(?:are|is|were|was|be|includes?|including|included|such\sas|namely|comprises?|contains?|causes?)|:)\s(?:the\s)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w’'&.-]+")
_LONGEST_ITEM = 8  # words
_MOST_ADDED = 5  # items; a span that takes one name of a dozen was asked for one
_REST = 3  # words of an item that a span may leave out


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands between two separators of a sentence; `closes` where a conjunction stands before it."""

    start: int
    end: int
    closes: bool


def items(text: str, start: int, end: int, sentence: Bounds) -> list[Bounds]:
    """The bounds of the items of the enumeration that a span touches, in its order; [] where it touches none.

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
    shape = _shape(text[start : parts[first].end])
    left: list[Bounds] = []
    right: list[Bounds] = []
    if shape == "plain":
        start, end = _common(text, parts, first, last, start, end)
        touched = [i for i, part in enumerate(parts) if part.start < end and start < part.end]
        first, last = touched[0], touched[-1]
    if shape == "name":
        start, end = _whole_names(text, parts, first, last, start, end)
        left, right = _to_the_left(text, parts, first, start), _to_the_right(text, parts, last, end)
    inside = _inside(parts, first, last, start, end)
    found = [bounds for item in (*left, *inside, *right) if (bounds := trimmed(text, *item)) is not None]
    short = all(len(text[slice(*item)].split()) <= _LONGEST_ITEM for item in found)
    enough = len(found) > 2 or (len(found) == 2 and len(inside) == 1)
    enough = enough and len(found) - len(inside) <= _MOST_ADDED
    return found if short and enough and _is_closed(parts, found) else []


def _is_closed(parts: Sequence[_Part], found: Sequence[Bounds]) -> bool:
    """Does a conjunction stand between two of the items?"""
    return any(part.closes and any(part.start <= start < part.end for start, _ in found[1:]) for part in parts)


def _parts(text: str, sentence: Bounds) -> list[_Part]:
    """The parts of a sentence; separators in brackets and quotations are none."""
    low, high = sentence
    inside = [found.span() for found in _BRACKETED.finditer(text, low, high)]
    parts: list[_Part] = []
    begin, closes = low, False
    for found in _SEPARATOR.finditer(text, low, high):
        if any(a < found.start() < b for a, b in inside):
            continue
        parts.append(_Part(begin, found.start(), closes))
        begin, closes = found.end(), found["last"] is not None
    return [part for part in (*parts, _Part(begin, high, closes)) if part.start < part.end]


def _inside(parts: Sequence[_Part], first: int, last: int, start: int, end: int) -> list[Bounds]:
    """The items of the span itself."""
    return [
        (start if i == first else parts[i].start, end if i == last else parts[i].end) for i in range(first, last + 1)
    ]


def _common(text: str, parts: Sequence[_Part], first: int, last: int, start: int, end: int) -> Bounds:
    """A span, gone on to all of an enumeration of short common words that a verb or a colon opens.

    The bounds of the span where the enumeration is not closed by a conjunction.
    """
    if end < _short_end(text, parts[last]):
        return start, end
    low, high = first, last
    while low > 0 and not _opens(text, parts[low]) and _is_short(text[parts[low - 1].start : parts[low - 1].end]):
        low -= 1
    if low > 0 and not _opens(text, parts[low]):
        low -= 1
    opening = _opening(text, parts[low])
    while high + 1 < len(parts) and not (parts[high].closes and high > low):
        following = parts[high + 1]
        ceiling = _short_end(text, following) if following.closes else following.end
        if not _is_short(text[following.start : ceiling]):
            break
        high += 1
    if opening is None or opening > start or not parts[high].closes or high - low < 2:
        return start, end
    between = all(_is_short(text[part.start : part.end]) for part in parts[low + 1 : high])
    return (opening, _short_end(text, parts[high])) if between else (start, end)


def _short_end(text: str, part: _Part) -> int:
    """Where the last item of an enumeration ends: before a word that joins it to what follows."""
    end = part.start
    for word in _words(text, part):
        if word[0].lower() in _FUNCTION:
            break
        end = word.start() + len(word[0].rstrip("."))
    return end


def _opens(text: str, part: _Part) -> bool:
    return _opening(text, part) is not None


def _opening(text: str, part: _Part) -> int | None:
    """Where the first item of an enumeration begins, behind what opens it; None where nothing does."""
    found = list(_OPENED.finditer(text, part.start, part.end))
    if not found or not _is_short(text[found[-1].end() : part.end]):
        return None
    return found[-1].end()


def _is_short(words: str) -> bool:
    """Is it an item by its look: one to three common words, none of which only joins others?"""
    found = _WORD.findall(words)
    return 0 < len(found) <= _REST and not any(word.lower() in _FUNCTION for word in found) and words[:1].islower()


def _whole_names(text: str, parts: Sequence[_Part], first: int, last: int, start: int, end: int) -> tuple[int, int]:
    """The span, with what its first and its last name left out of their parts."""
    before, after = _WORD.findall(text[parts[first].start : start]), _WORD.findall(text[end : parts[last].end])
    if first > 0 and all(_belongs_to_name(word) for word in before):
        start = parts[first].start
    if last + 1 < len(parts) and len(after) <= _REST and not any(word.lower() in _FUNCTION for word in after):
        end = parts[last].end
    return start, end


def _to_the_right(text: str, parts: Sequence[_Part], last: int, end: int) -> list[Bounds]:
    """The names after a span that ends where its part ends."""
    if end != parts[last].end or (parts[last].closes and last > 0):
        return []
    found: list[Bounds] = []
    for part in parts[last + 1 :]:
        if _shape(text[part.start : part.end]) != "name":
            return []
        if part.closes:
            return [*found, (part.start, _name_end(text, part))]
        found.append((part.start, part.end))
    return []


def _to_the_left(text: str, parts: Sequence[_Part], first: int, start: int) -> list[Bounds]:
    """The names before a span that begins where its part begins."""
    if start != parts[first].start:
        return []
    found: list[Bounds] = []
    for part in reversed(parts[:first]):
        opening = _name_start(text, part)
        if opening < part.end:
            found.insert(0, (opening, part.end))
        if opening > part.start or part.closes:
            break
    return found


def _shape(words: str) -> str:
    """What an item looks like: a name, a noun with a determiner, or neither."""
    found = _WORD.findall(words[:80])
    content = [word for word in found if word.lower() not in _DETERMINER]
    if content and _is_capital(content[0]):
        return "name"
    return "determined" if found and found[0].lower() in _DETERMINER else "plain"


def _is_capital(word: str) -> bool:
    return word[:1].isupper() or word[:1].isdigit() or (("-" in word or "’" in word) and any(c.isupper() for c in word))


def _name_end(text: str, part: _Part) -> int:
    """Where the name at the beginning of a part ends."""
    end = part.start
    for found in _words(text, part):
        if not _belongs_to_name(found[0]):
            break
        end = found.end() if _is_capital(found[0]) else end
    return end


def _name_start(text: str, part: _Part) -> int:
    """Where the name at the end of a part begins."""
    start = part.end
    for found in reversed(_words(text, part)):
        if not _belongs_to_name(found[0]):
            break
        determiner = found[0].lower() in _DETERMINER
        start = found.start() if determiner or _is_capital(found[0]) else start
        if determiner:
            break
    return start


def _words(text: str, part: _Part) -> list[re.Match[str]]:
    """The words of a part that stand in no brackets."""
    inside = [found.span() for found in _BRACKETED.finditer(text, part.start, part.end)]
    words = _WORD.finditer(text, part.start, part.end)
    return [word for word in words if not any(a < word.start() < b for a, b in inside)]


def _belongs_to_name(word: str) -> bool:
    return _is_capital(word) or word.lower() in _DETERMINER or word in ("of", "al", "de", "von", "van")

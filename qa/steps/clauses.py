"""How much of a sentence answers: a reason or a manner is whole where its clause ends, a measure with its unit.

A reader's span is mostly of the right size. What it breaks off is the end of a clause of reason ("because the codes
were lost"), the "to" of a purpose, and a short quotation. Only these are completed: whatever was tried beyond them
lowered the F1 of questions that ask why, how, and what somebody said (docs/experiments.md, "sizes").
"""

from __future__ import annotations

import re

from qa.english.question import Kind, Question
from qa.steps.step import Bounds, Place
from qa.steps.widening import widened

_UNIT = re.compile(
    r"[\s-](?:(?:square|cubic|nautical|light|metric)\s)?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?"
    r"|centur(?:y|ies)|(?:kilo|centi|milli)?met(?:er|re)s?|miles?|feet|foot|inch(?:es)?|yards?|acres?|hectares?|km|kms|cm"
    r"|mm|m|ft|mph|(?:kilo)?grams?|kilos?|kg|g|tons?|tonnes?|pounds?|lbs?|ounces?|lit(?:er|re)s?|gallons?|barrels?"
    r"|degrees?|knots)\b(?:(?:/h|\sper\s\w+|\san\shour)\b|\s(?:old|long|tall|high|deep|wide)\b)?",
    re.IGNORECASE,
)
_NUMBER_AT_END = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|hundred|million))$"
)
_CLAUSE_END = re.compile(
    r"[;:!?()\[\]\n—–]|,\s|\s-\s|[”\"»]|\s(?=(?:but|which|who|although|though|while|because|unless)\s)", re.IGNORECASE
)
_BECAUSE = r"(?:because|since|so that|as)"
_BY = r"(?:due to|because of|in order to|to|for|by|through|via)"
_AT_START = re.compile(rf"(?P<because>{_BECAUSE}\b(?! of\b))|{_BY}\b", re.IGNORECASE)
_BEFORE = re.compile(rf"\b(?:(?P<because>{_BECAUSE})|{_BY})\s$", re.IGNORECASE)
_TO = re.compile(r"(?<!due )(?<!according )(?<!prior )(?<!thanks )\b(?:in order )?to\s$", re.IGNORECASE)
_NO_VERB = frozenset("the a an this that these those his her its their our my your him them it us me you".split())
_QUOTES = {"“": "”", '"': '"', "«": "»", "‘": "’"}

_TAIL, _LONGER_TAIL = 3, 6  # words that may be missing at the end of a clause; of one that "because" opens
_ENOUGH = 4  # words; a shorter span says how by itself ("by train")
_SHORT_QUOTATION, _QUOTATION = 6, 25  # words
_REACH = 200  # characters


def clause(question: Question, place: Place) -> Bounds:
    """The bounds of the clause, short quotation or measure that a place breaks off, where the question asks for one."""
    text, sentence = place.hit.document.text, place.sentence
    if question.kind not in ("reason", "speech") and question.wants_measure:
        want: Kind = "number"
    elif question.kind in ("reason", "speech", "manner"):
        want = question.kind
    else:
        return place.bounds
    start, end = completed(text, place.start, place.end, want, sentence)
    return widened(text, start, end, sentence)


def completed(text: str, start: int, end: int, want: Kind, sentence: tuple[int, int]) -> Bounds:
    """The bounds of a span, moved out to those of the clause, short quotation or measure that it breaks off.

    >>> text = "They came to see the bridge because it was new to them."
    >>> def whole(piece): return completed(text, (at := text.index(piece)), at + len(piece), "reason", (0, len(text)))
    >>> text[slice(*whole("because it was new"))], text[slice(*whole("see the bridge"))]
    ('because it was new to them', 'to see the bridge')
    """
    if want == "number":
        return start, _with_unit(text, start, end, sentence[1])
    if want != "reason":
        first, last = _quotation(text, start, end, sentence)
        if (first, last) != (start, end):
            return first, last
    return _with_to(text, start, sentence[0]) if want == "reason" else start, _with_tail(
        text, start, end, want, sentence
    )


def _with_unit(text: str, start: int, end: int, ceiling: int) -> int:
    """Where the unit behind a number ends."""
    unit = _UNIT.match(text, end, ceiling) if _NUMBER_AT_END.search(text[start:end]) else None
    return end if unit is None else unit.end()


def _with_to(text: str, start: int, floor: int) -> int:
    """Where the infinitive begins that a span is part of: "to" stands in front of a word that may be a verb."""
    low = max(floor, start - 12)
    found = _TO.search(text, low, start)
    word = re.match(r"[a-z]+\b", text[start : start + 30])
    return start if found is None or word is None or word[0] in _NO_VERB or word[0].endswith("ing") else found.start()


def _with_tail(text: str, start: int, end: int, want: Kind, sentence: tuple[int, int]) -> int:
    """Where the clause ends, if few words are missing."""
    most = _most_missing(text, start, end, want, sentence[0])
    if most == 0:
        return end
    ceiling = min(sentence[1], end + _REACH)
    stop = _CLAUSE_END.search(text, end, ceiling)
    last = stop.start() if stop is not None else ceiling
    tail = text[end:last].rstrip(" .…")
    if not 0 < len(tail.split()) <= most or not tail[0].isspace():
        return end
    if most == _TAIL and tail.split()[0].lower() in ("and", "or"):  # "by boat and left"
        return end
    return end + len(tail)


def _most_missing(text: str, start: int, end: int, want: Kind, floor: int) -> int:
    """How many words may be missing at the end of a clause: none where nothing shows that it is one."""
    opened = _AT_START.match(text, start, end) or _BEFORE.search(text, max(floor, start - 12), start)
    if opened is not None and want != "speech":
        return _LONGER_TAIL if opened["because"] is not None and want == "reason" else _TAIL
    return _TAIL if want == "manner" and len(text[start:end].split()) >= _ENOUGH else 0


def _quotation(text: str, start: int, end: int, sentence: tuple[int, int]) -> tuple[int, int]:
    """The bounds of the quotation around a span, without its marks, where it is short; else those of the span."""
    for opening, closing in _QUOTES.items():
        first = text.rfind(opening, max(sentence[0], start - _REACH), start)
        last = text.find(closing, end, min(sentence[1], end + _REACH)) if first >= 0 else -1
        if last < 0 or closing in text[first + 1 : end] or (closing == "’" and text[last + 1 : last + 2].isalnum()):
            continue
        if opening == closing and text.count(opening, sentence[0], first) % 2:  # the end of another quotation
            continue
        inside = text[first + 1 : last].rstrip(" .,;:!?…")
        most = _QUOTATION if len(text[start:end].split()) >= _ENOUGH else _SHORT_QUOTATION
        if len(inside.split()) <= most and first + 1 + len(inside) >= end and not inside[:1].isspace():
            return first + 1, first + 1 + len(inside)
    return start, end

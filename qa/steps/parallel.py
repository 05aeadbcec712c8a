"""One sentence, several things, each with its own: "24 months for winches and 12 months for ropes", "the porter was
called by the watchman". What belongs to the thing that the question names is the answer.
"""

from __future__ import annotations

import re

from qa.english.numbers import numbers
from qa.english.phrases import singular
from qa.english.tagging import verb_form
from qa.steps.rows import terms

Bounds = tuple[int, int]

_NUMBER = (
    r"(?:[$€£¥]?(?<![\d.,])\d(?:[\d.,]*\d)?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty"
    r"|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)\b)"
)
_TO = r"(?:for|in|of|at|on|from|per)"
_PAIR = re.compile(
    rf"(?P<value>{_NUMBER}\s?(?P<unit>%|(?<=\s)(?!(?:{_TO}|and|or|but)\b)[^\W\d_]+))\s{_TO}\s"
    r"(?P<label>(?:(?:the|a|an|each|every|all)\s)?[^\s,;.]+(?:\s(?!(?:and|or|but)\b)[^\s,;.]+){0,2})",
    re.IGNORECASE,
)
_STOP = re.compile(r"(?<=[^\W\d_]{3})[.!?]\s+(?=[A-Z])")  # no initial, and no "No. 5"
_PASSIVE = re.compile(
    r"\W*who(?:m)?\s+(?:was|were|is|are|has been|had been)\s+(?P<verb>\w+)\s+by\s+(?P<agent>\w.*?)\W*$", re.IGNORECASE
)


def of_the_named(question: str, text: str, start: int, end: int, sentence: Bounds) -> Bounds:
    """The bounds of the number that a sentence gives for what the question names, where a span takes another one.

    >>> text = "The warranty is 24 months for winches and 12 months for ropes."
    >>> text[slice(*of_the_named("How long is the warranty for ropes?", text, 16, 25, (0, len(text))))]
    '12 months'
    """
    found = list(_PAIR.finditer(text, *sentence))
    units = {
        singular(pair["unit"].lower()) for pair in found if start < pair.end("value") and pair.start("value") < end
    }
    pairs = [pair for pair in found if singular(pair["unit"].lower()) in units]
    touched = [pair for pair in pairs if start < pair.end("value") and pair.start("value") < end]
    if len(pairs) < 2 or not touched:
        return start, end
    asked = terms(question)
    fitting = [pair for pair in pairs if terms(pair["label"]) & asked]
    if len(units) != 1 or len(fitting) != 1 or touched == fitting:
        return start, end
    return fitting[0].span("value")


def first_number(text: str, start: int, end: int) -> Bounds:
    """The bounds of the part of a span in its first sentence, where the next one gives a number of its own.

    >>> text = "It costs 9 euros a day. The deposit is 90 euros."
    >>> text[slice(*first_number(text, 9, 47))]
    '9 euros a day'
    """
    stop = _STOP.search(text, start, end)
    if stop is None or not numbers(text[start : stop.start()]) or not numbers(text[stop.end() : end]):
        return start, end
    return start, stop.start()


def done_to(question: str, text: str, start: int, end: int) -> Bounds:
    """The bounds of whom something was done to, where a span tells who did it as well.

    >>> text = "Hale, the watchman, saw smoke and called Ines Duarte."
    >>> text[slice(*done_to("Who was called by the watchman?", text, 0, 52))]
    'Ines Duarte'
    """
    asked = _PASSIVE.match(question)
    if asked is None:
        return start, end
    verb, agent = _base(asked["verb"]), terms(asked["agent"])
    for word in re.finditer(r"[^\W\d_]+", text[start:end]):
        last = start + word.end()
        if _base(word[0]) != verb or end - last < 2 or not text[last].isspace():
            continue
        if agent <= terms(text[start : start + word.start()]):
            return last + 1, end
    return start, end


def _base(word: str) -> str:
    return (verb_form(word) or (word.lower(),))[0]

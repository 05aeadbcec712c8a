"""Do two candidates contradict each other? Numbers are compared as numbers.

Only questions that ask for a number are judged: two names or two reasons for the same thing may both be right.
"""

from __future__ import annotations

import re

from qa.candidates import Candidate, overlap
from qa.wording import stem, words

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
# A number stands alone: not the digits of a name such as "T-72" or "3M54".
_TOKEN = re.compile(r"(?<![\w-])\d[\d,]*(?:\.\d+)?(?![\w]|-[A-Za-z\d])|[a-z]+", re.IGNORECASE)
_ASKS_FOR_NUMBER = re.compile(
    r"\bhow (?:many|much|long|far|old|large|big|high|tall|deep)\b|\b(?:number|toll|count|share|size) of\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.,;:!?\n]")
_WORDS_AFTER = 3  # where the thing that is counted is looked for


def numbers(text: str) -> tuple[float, ...]:
    """The numbers of a text: those in digits, and the words up to twenty, with their scales.

    >>> numbers("at least 3,000 fighters"), numbers("two million"), numbers("five T-72 tanks")
    ((3000.0,), (2000000.0,), (5.0,))
    """
    found: list[float] = []
    for token in _TOKEN.findall(text.lower()):
        if token[0].isdigit():
            found.append(float(token.replace(",", "")))
        elif token in _SCALES:
            found = [*found[:-1], (found[-1] if found else 1.0) * _SCALES[token]]
        elif token in _UNITS:
            found.append(float(_UNITS.index(token)))
    return tuple(found)


def asks_for_number(question: str) -> bool:
    """Does the question ask how many, how much, how long?"""
    return _ASKS_FOR_NUMBER.search(question) is not None


def conflict(question: str, best: Candidate, other: Candidate) -> bool:
    """Do two candidates at different places give different numbers for what the question asks?"""
    if not asks_for_number(question) or overlap(best, other):
        return False
    first, second = numbers(best.text), numbers(other.text)
    return bool(first) and bool(second) and first[0] != second[0] and not counts_something_else(question, other)


def counts_something_else(question: str, candidate: Candidate) -> bool:
    """Is the number followed by a plural that the question does not name ("four ships", asked for missiles)?"""
    following = _CLAUSE_END.split(candidate.hit.document.text[candidate.end : candidate.end + 80])[0]
    after = (*words(candidate.text), *words(following)[:_WORDS_AFTER])
    asked = {stem(word) for word in words(question)}
    counted = next((word for word in after if len(word) > 3 and word.endswith("s") and not word.endswith("ss")), None)
    return counted is not None and stem(counted) not in asked

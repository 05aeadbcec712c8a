"""Do two candidates contradict each other? Numbers are compared as numbers.

Only questions that ask for a number are judged: two names or two reasons for the same thing may both be right.
"""

from __future__ import annotations

import re

from qa.candidates import Candidate, overlap
from qa.quantities import numbers
from qa.wording import stem, words

_ASKS_FOR_NUMBER = re.compile(
    r"\bhow (?:many|much|long|far|old|large|big|high|tall|deep|wide|heavy|hot|cold|warm|fast|often)\b"
    r"|\b(?:number|toll|count|share|size|percentage|amount) of\b"
    r"|\bwhat\b.*\b(?:price|cost|fee|rent|salary|wage|budget|percentage|age|temperature|distance|population|total)s?\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
# Plurals that measure rather than are counted: "How much does it cost?" - "940 euros".
_MEASURES = frozenset(
    """dollars euros pounds francs rubles roubles cents seconds minutes hours days weeks months years miles kilometers
    kilometres meters metres feet inches yards acres hectares tons tonnes kilos kilograms grams ounces liters litres
    gallons barrels degrees points times""".split()
)
_CLAUSE_END = re.compile(r"[.,;:!?\n]")
_WORDS_AFTER = 3  # where the thing that is counted is looked for


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
    counted = next((word for word in after if len(word) > 3 and word.endswith("s") and not word.endswith("ss")), None)
    if counted is None or (counted in _MEASURES and _HOW_MANY.search(question) is None):
        return False
    return stem(counted) not in {stem(word) for word in words(question)}

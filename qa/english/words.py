"""Comparing texts by their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.english.dates import Moment, only_moments
from qa.english.names import bare_name, folded, initials, shortened
from qa.english.numbers import ABOUT, OR_LESS, OR_MORE, numbers

_WORD = re.compile(r"\w+")
_ARTICLES = frozenset(("a", "an", "the"))
# Words that turn a sentence into a question; a passage is no better for holding them.
_QUESTION_WORDS = frozenset(
    "who what when where which whom whose why how do does did has have had were many much".split()
)
_OR_MORE, _OR_LESS, _ABOUT = (re.compile(rf"\b{words}\b") for words in (OR_MORE, OR_LESS, ABOUT))
_CENT = re.compile(r"\bper cent\b")
_SIGNS = {"%": "percent", "€": "euros", "£": "pounds", "$": "dollars", "¥": "yen"}
_STEM = 5  # letters: they tell words apart and join "capture" and "captured"


def words(text: str) -> tuple[str, ...]:
    """The words of a text without case, punctuation and articles.

    >>> words("The U.N. envoy")
    ('u', 'n', 'envoy')
    """
    return tuple(word for word in _WORD.findall(text.lower()) if word not in _ARTICLES)


def same_answer(a: str, b: str) -> bool:
    """Do two answers say the same, one perhaps in more words than the other?

    Their numbers must be equal, without qualifiers; one of two dates may be less precise. Names are compared without
    titles, and by their initials.

    >>> same_answer("Mr. Ban Ki-moon", "Ban Ki-moon"), same_answer("over 70", "at least 70"), same_answer("3", "3,000")
    (True, True, False)
    >>> same_answer("24 November", "November 24, 2015"), same_answer("President Ruiz", "Ana Ruiz, the president")
    (True, True)
    >>> same_answer("the Free Harbour Army", "FHA"), same_answer("Ana Ruiz", "Ana Díaz")
    (True, False)
    """
    one, other = _said(a), _said(b)
    if one.dates and other.dates:
        return any(x.holds(y) or y.holds(x) for x in one.dates for y in other.dates)
    if one.numbers != other.numbers:
        return False
    if not one.numbers and not (one.rest and other.rest):
        return False
    return _nested(one.rest, other.rest) or _nested(one.name, other.name) or _shortened(one, other)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is compared of an answer.

    Attributes:
        numbers: its numbers, in order.
        dates: its dates, where it holds nothing else.
        rest: its other words, without those that qualify a number.
        name: the words of its name without titles; the same as `rest` where it holds no title.
        initials: those of a name of several words, else "".
    """

    numbers: tuple[float, ...]
    dates: tuple[Moment, ...]
    rest: frozenset[str]
    name: frozenset[str]
    initials: str


@lru_cache(maxsize=1024)  # the candidates of a question are compared with one another
def _said(text: str) -> _Said:
    spelt = _CENT.sub("percent", shortened(text))
    counts = numbers(spelt)
    rest = _with_units(spelt) if counts else _other_words(spelt)
    if not counts and not rest:  # "A.N." is no article
        rest = frozenset(words(text))
    name = text if counts else bare_name(text)
    return _Said(
        counts, only_moments(text), rest, rest if name == text else _other_words(shortened(name)), initials(name)
    )


def _with_units(text: str) -> frozenset[str]:
    """The words of a text with numbers: "+" for "or more", "-" for "or less", and the names of the signs of units."""
    signs = {name for sign, name in _SIGNS.items() if sign in text}
    marks = {mark for mark, pattern in (("+", _OR_MORE), ("-", _OR_LESS)) if pattern.search(text)}
    for pattern in (_OR_MORE, _OR_LESS, _ABOUT):
        text = pattern.sub(" ", text)
    return _other_words(text) | signs | marks


def _other_words(text: str) -> frozenset[str]:
    """The words of a text that are no numbers, without accents."""
    return frozenset(folded(word) for word in words(text) if not numbers(word))


def _nested(a: frozenset[str], b: frozenset[str]) -> bool:
    return a <= b or b <= a


def _shortened(a: _Said, b: _Said) -> bool:
    """Is one of them a single word, namely the initials of the other?"""
    return (bool(b.initials) and a.rest == {b.initials}) or (bool(a.initials) and b.rest == {a.initials})


def stem(word: str) -> str:
    """The first five letters of a word, which most of its forms share."""
    return word[:_STEM]


def shared_words(question: str, text: str) -> float:
    """The share of the question's longer words that a text holds, compared by their stems.

    >>> shared_words("Which towns did rebels capture?", "The rebels captured two villages.")
    0.6666666666666666
    """
    asked = {
        stem(word) for word in words(question) if (len(word) > 3 or word.isdigit()) and word not in _QUESTION_WORDS
    }
    held = {stem(word) for word in words(text)}
    return len(asked & held) / len(asked) if asked else 0.0


def without_question_words(question: str) -> str:
    """What is left of a question to search for; the question itself where nothing is left.

    >>> without_question_words("How many towns did the rebels capture?")
    'towns the rebels capture?'
    """
    kept = [word for word in question.split() if not set(words(word)) & _QUESTION_WORDS]
    return " ".join(kept) or question

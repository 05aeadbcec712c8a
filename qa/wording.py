"""Comparing texts by their words."""

from __future__ import annotations

import re
from functools import lru_cache

from qa.quantities import numbers

_WORD = re.compile(r"\w+")
_ARTICLES = frozenset(("a", "an", "the"))
# Words that make a question of a sentence: no passage is a better answer for holding them.
_QUESTION_WORDS = frozenset(
    "who what when where which whom whose why how do does did has have had were many much".split()
)
_STEM = 5  # letters: enough to tell words apart, few enough to join "capture" and "captured"


def words(text: str) -> tuple[str, ...]:
    """The words of a text without case, punctuation and articles.

    >>> words("The U.N. envoy")
    ('u', 'n', 'envoy')
    """
    return tuple(word for word in _WORD.findall(text.lower()) if word not in _ARTICLES)


def same_answer(a: str, b: str) -> bool:
    """Do two answers say the same, one perhaps in more words than the other? Their numbers must be equal.

    >>> same_answer("Mr. Ban Ki-moon", "Ban Ki-moon"), same_answer("70", "at least 70"), same_answer("3", "3,000")
    (True, True, False)
    """
    counts, rest = _parts(a)
    other_counts, other_rest = _parts(b)
    if counts != other_counts or not (counts or (rest and other_rest)):
        return False
    return rest <= other_rest or other_rest <= rest


@lru_cache(maxsize=1024)  # the candidates of a question are all compared with one another
def _parts(text: str) -> tuple[tuple[float, ...], frozenset[str]]:
    """The numbers of a text, and its words that are none."""
    return numbers(text), frozenset(word for word in words(text) if not numbers(word))


def stem(word: str) -> str:
    """The first five letters of a word, which its forms mostly share."""
    return word[:_STEM]


def shared_words(question: str, text: str) -> float:
    """Share of the question's longer words that a text has, compared by their stems.

    >>> shared_words("Which towns did rebels capture?", "The rebels captured two villages.")
    0.6666666666666666
    """
    asked = {
        stem(word) for word in words(question) if (len(word) > 3 or word.isdigit()) and word not in _QUESTION_WORDS
    }
    found = {stem(word) for word in words(text)}
    return len(asked & found) / len(asked) if asked else 0.0


def without_question_words(question: str) -> str:
    """What is left of a question to search for; the question itself where nothing is left.

    >>> without_question_words("How many towns did the rebels capture?")
    'towns the rebels capture?'
    """
    kept = [word for word in question.split() if not set(words(word)) & _QUESTION_WORDS]
    return " ".join(kept) or question

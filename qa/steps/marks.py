"""Marks of notes around an answer: "45 ¹" is 45, and the mark leads to a note."""

from __future__ import annotations

import re

from qa.english.question import Question
from qa.steps.step import Bounds, Place

_MARK = r"(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?:[,–][⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})*|[ᵃᵇᶜᵈᵉᶠᵍʰ]|\[\d{1,3}\]|[*†‡]{1,3})"
_BEHIND = re.compile(rf"(?:\s{{1,3}}{_MARK}|(?<=[^\W\d_][.,;]){_MARK}|(?<=\w)\[\d{{1,3}}\]){{1,8}}\s{{0,3}}$")
_REACH = 60  # characters in which the marks at the end are looked for
_BEFORE = re.compile(rf"^\s*{_MARK}\s+")


def without_note_mark(question: Question, place: Place) -> Bounds:
    """The bounds of a place without the marks of notes at its ends."""
    return without_mark(place.hit.document.text, place.start, place.end)


def without_mark(text: str, start: int, end: int) -> Bounds:
    """The bounds of some words without the marks of notes at their ends. Powers ("10⁶") stay.

    >>> [text[slice(*without_mark(text, 0, len(text)))] for text in ("45 ¹", "10⁶", "in 1932 [4]", "¹ Measured")]
    ['45', '10⁶', 'in 1932', 'Measured']
    """
    words = text[start:end]
    before, behind = _BEFORE.match(words), _BEHIND.search(words, max(0, len(words) - _REACH))
    first = before.end() if before is not None else 0
    last = behind.start() if behind is not None else len(words)
    return (start + first, start + last) if first < last else (start, end)

"""Lists: where the best candidate is an item of a list on lines, or introduces one, the whole list answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from embeddings.layout import Item
from qa.answers.candidates import Candidate, Judged
from qa.steps.step import Bounds

ITEM = "item of a list"  # what moves a candidate to each item of its list
_LONGEST_ITEM = 12  # words; longer items are sentences, of which the span is the answer
_LONGEST_LEAD = 10  # words of a line that introduces a list without a colon


def items_of(best: Judged) -> list[Judged]:
    """The items of the list that the best candidate stands in, each as likely right; [] where it stands in none."""
    return [replace(best, candidate=best.candidate.moved(bounds, ITEM)) for bounds in _lines(best.candidate)]


def _lines(candidate: Candidate) -> list[Bounds]:
    """The items on lines of their own that a candidate is one of, or introduces; [] where one of them is long."""
    chunk, layout, text = candidate.hit.chunk, candidate.hit.document.layout, candidate.hit.document.text
    within = layout.items_in(chunk.body_start, chunk.end)
    touched = next((item for item in within if candidate.place.touches((item.start, item.end))), None)
    touched = touched or next((item for item in within if _introduces(candidate, item)), None)
    if touched is None:
        return []
    siblings = [item for item in _siblings(layout.list_of(touched), touched) if item in within]
    bounds = [(item.start, item.start + len(text[item.start : item.end].rstrip(" \t\r;,."))) for item in siblings]
    short = all(0 < len(text[start:end].split()) <= _LONGEST_ITEM for start, end in bounds)
    return bounds if short and len(bounds) > 1 else []


def _introduces(candidate: Candidate, item: Item) -> bool:
    """Does a candidate stand in the line before an item, which ends in a colon or is as short as a heading?"""
    text, (begin, end) = candidate.hit.document.text, candidate.place.line
    if not end < item.start or len(text[end : item.start].split()) > 1:  # only its bullet may stand between
        return False
    line = text[begin:end].rstrip()
    return line.endswith(":") or (len(line.split()) <= _LONGEST_LEAD and not line.endswith((".", "!", "?")))


def _siblings(listed: Sequence[Item], item: Item) -> list[Item]:
    """The items of a list beside one of them: as deep as it is, under the same item."""
    at = listed.index(item)
    before = [*takewhile(lambda each: each.level >= item.level, reversed(listed[:at]))]
    after = takewhile(lambda each: each.level >= item.level, listed[at:])
    return [each for each in (*reversed(before), *after) if each.level == item.level]

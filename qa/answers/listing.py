"""Lists: which candidates answer a question that asks for several things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from embeddings.layout import Item
from embeddings.text.sentences import sentences
from qa.answers.candidates import Candidate, Judged, overlap
from qa.answers.enumeration import items
from qa.english.question import Question
from qa.english.words import same_answer, words
from qa.reading.quoting import quote_bounds
from qa.steps.step import Bounds

MOST_ITEMS = 20
ITEM = "item of a list"  # what moves a candidate to each item of its list
LEAST_ITEM_CONFIDENCE = 0.5  # of an item that stands outside the list of the best candidate
_LONGEST_ITEM = 12  # words; longer items are sentences, of which the span is the answer
_LONGEST_LEAD = 10  # words of a line that introduces a list without a colon


def items_of(question: Question, best: Judged, sure: Sequence[Judged]) -> list[Judged]:
    """The items of a list, in the order of the text: those of the best candidate's list, and others of its paragraph.

    The items of one list are as likely right as the candidate that touches it.
    """
    place = best.candidate
    listed = _lines(place) or _enumerated(question, place)
    chosen = [replace(best, candidate=place.moved(bounds, ITEM)) for bounds in listed] or [best]
    around = paragraph(place.hit.document.text, place.start, place.end)
    for judged in sure:
        likely = judged is not best and judged.confidence >= LEAST_ITEM_CONFIDENCE
        if likely and _is_further(judged.candidate, chosen, around):
            chosen.append(judged)
    return sorted(chosen[:MOST_ITEMS], key=lambda item: item.candidate.start)


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


def _enumerated(question: Question, candidate: Candidate) -> list[Bounds]:
    """The items of the enumeration that a candidate touches; [] where the question names one of them itself."""
    text, end = candidate.hit.document.text, candidate.end
    parts = sentences(candidate.text)
    if len(parts) > 1:  # what a span takes of the next sentence is no item of the first
        end = candidate.start + len(candidate.text[: parts[0][1]].rstrip())
        if len(parts) > 2 or "," not in text[candidate.start : end]:
            return []
    listed = items(text, candidate.start, end, quote_bounds(candidate.hit, candidate.start, end))
    asked = set(words(question.text))
    return [] if any(asked.issuperset(words(text[start:end])) for start, end in listed) else listed


def _is_further(candidate: Candidate, chosen: Sequence[Judged], around: Bounds) -> bool:
    """Does a candidate stand in the same paragraph, and say something that no chosen item says?"""
    place = chosen[0].candidate
    inside = candidate.hit.document.id == place.hit.document.id and around[0] <= candidate.start < around[1]
    return inside and not any(
        overlap(candidate, item.candidate) or same_answer(candidate.text, item.text) for item in chosen
    )


def paragraph(text: str, start: int, end: int) -> Bounds:
    """The bounds of the paragraph around a span: what stands between blank lines."""
    before, after = text.rfind("\n\n", 0, start), text.find("\n\n", end)
    return (before + 2 if before >= 0 else 0), (after if after >= 0 else len(text))

"""Lists: which questions ask for several things, and which spans answer them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from embeddings.text.sentences import sentences
from qa.answers.bullets import bulleted
from qa.answers.candidates import Candidate, Judged, overlap
from qa.answers.enumeration import items
from qa.english.words import same_answer, words
from qa.reading.quoting import quote_bounds

MOST_ITEMS = 20
LEAST_ITEM_CONFIDENCE = 0.5  # a further item of a list is named only where it is more likely right than not

# After these no plural belongs to the question word: "What is his name?", "What did the rebels want?"
_VERB = (
    r"(?:is|was|are|were|has|have|had|does|do|did|will|would|can|could|should|may|might|doing|going"
    r"|allows|appears|becomes|begins|brings|causes|changes|comes|connects|contains|controls|defines|describes"
    r"|determines|drives|ends|exists|explains|expresses|falls|follows|gets|gives|goes|happens|helps|holds|includes"
    r"|keeps|leads|lets|likes|lives|looks|makes|means|needs|occurs|owns|plays|prevents|produces|provides|puts|remains"
    r"|represents|requires|runs|says|seems|sells|serves|shows|stands|starts|stops|takes|tells|turns|uses|wants|works"
    r"|always|besides|perhaps|sometimes|towards|versus)\b"
)
# A plural is followed by its verb; what is followed by an object is a verb itself: "What museum keeps the coins?"
_NO_OBJECT = r"(?!\s+(?:is|was|has|does|did|the|a|an|its|his|her|their|our|your|my|it|them|him|us|you)\b)"
_LIST_QUESTION = re.compile(
    r"^\s*(?:(?:can|could|please)\b.*?)?(?:name|list)\b(?! (?:one|a|an|any)\b)"
    r"|\b(?:which|what|who)\s+(?:are|were)\s+(?:the|all|some)?"
    rf"|\b(?:which|what)\s+(?:(?!{_VERB})\w+\s+){{0,2}}?(?!{_VERB})\w+(?<![sui])s\b{_NO_OBJECT}",
    re.IGNORECASE,
)
_ONE_ONLY = re.compile(r"\bone of\b|\bwhat (?:percentage|share|number|amount|part|kind|type|sort) of\b", re.IGNORECASE)


def asks_for_list(question: str) -> bool:
    """Does the question ask for several things?

    >>> asks_for_list("Which groups took part?"), asks_for_list("Name the guarantors."), asks_for_list("What is it?")
    (True, True, False)
    """
    return _LIST_QUESTION.search(question) is not None and _ONE_ONLY.search(question) is None


def items_of(question: str, best: Judged, sure: Sequence[Judged]) -> list[Judged]:
    """The items of a list, in the order of the text: what the best candidate enumerates, and others of its paragraph.

    Items of one enumeration are as likely right as the candidate that touches it.
    """
    place = best.candidate
    text = place.hit.document.text
    listed = _enumerated(question, place)
    found = [replace(best, candidate=replace(place, start=start, end=end)) for start, end in listed] or [best]
    bounds = paragraph(text, place.start, place.end)
    for judged in sure:
        if judged.confidence >= LEAST_ITEM_CONFIDENCE and _is_further(judged.candidate, found, bounds):
            found.append(judged)
    return sorted(found[:MOST_ITEMS], key=lambda item: item.candidate.start)


def _enumerated(question: str, candidate: Candidate) -> list[tuple[int, int]]:
    """The items of the enumeration that a candidate touches; [] where the question names one of them itself."""
    text, end = candidate.hit.document.text, candidate.end
    if lines := bulleted(text, candidate.start, end, (candidate.hit.chunk.start, candidate.hit.chunk.end)):
        return lines
    parts = sentences(candidate.text)
    if len(parts) > 1:  # what a span takes of the next sentence is no item of the first
        end = candidate.start + len(candidate.text[: parts[0][1]].rstrip())
        if len(parts) > 2 or "," not in text[candidate.start : end]:
            return []
    listed = items(text, candidate.start, end, quote_bounds(candidate.hit, candidate.start, end))
    asked = set(words(question))
    return [] if any(asked.issuperset(words(text[start:end])) for start, end in listed) else listed


def _is_further(candidate: Candidate, found: Sequence[Judged], bounds: tuple[int, int]) -> bool:
    """Does a candidate stand in the same paragraph, and say something that was not found yet?"""
    place = found[0].candidate
    inside = candidate.hit.document.id == place.hit.document.id and bounds[0] <= candidate.start < bounds[1]
    return inside and not any(
        overlap(candidate, item.candidate) or same_answer(candidate.text, item.text) for item in found
    )


def paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the paragraph around a span: what stands between blank lines."""
    before, after = text.rfind("\n\n", 0, start), text.find("\n\n", end)
    return (before + 2 if before >= 0 else 0), (after if after >= 0 else len(text))

"""Quotations and documents -> what stands where."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from checking.folding import folded, offsets
from checking.near import Near
from checking.types import Finding, Outcome, Place, Quotation
from embeddings.text.sections import Section, sections_of
from embeddings.types import Document

MOST_PLACES = 5  # that are told of a quotation
_FARTHEST = 2_000  # characters between the parts of a quotation that leaves words out
_TRIES = 100  # places of a document at which a quotation may begin
_ELLIPSIS = re.compile(r"\[ ?\.{3} ?\]|\( ?\.{3} ?\)|\.{3,}")  # in a folded text
_EDGES = " ,;.:!?-'"  # what a sentence brings along at the ends of what it quotes


@dataclass(slots=True)
class _Sought:
    """A quotation and its places so far, by how well its words stand there."""

    quotation: Quotation
    wordings: tuple[str, ...] = ()  # with the signs of Markdown and without them
    plain: tuple[tuple[str, tuple[str, ...]], ...] = ()  # each of them folded, and its parts
    places: dict[Outcome, list[Place]] = field(default_factory=lambda: {"exact": [], "typed otherwise": []})

    def __post_init__(self) -> None:
        self.wordings = tuple(dict.fromkeys(filter(None, (self.quotation.raw, self.quotation.text))))
        self.plain = tuple(
            (words, tuple(filter(None, map(_bare, _ELLIPSIS.split(words))))) for words in map(folded, self.wordings)
        )

    def look(self, document: Document, plain: str, places: list[array[int]]) -> None:
        """Adds the places of a document. `places` holds the way back from `plain` as soon as somebody needed it."""
        exact, typed = self.places["exact"], self.places["typed otherwise"]
        if len(exact) >= MOST_PLACES:
            return
        for words in self.wordings:
            if starts := _at(document.text, words, MOST_PLACES - len(exact)):
                ends = [(start, start + len(words)) for start in starts]
                exact += [Place(document, start, end, ((start, end),)) for start, end in ends]
                break
        if exact or len(typed) >= MOST_PLACES:
            return
        for spans in self._typed(plain, MOST_PLACES - len(typed)):
            if not places:
                places.append(offsets(document.text))
            parts = tuple((places[0][start], places[0][end - 1] + 1) for start, end in spans)
            typed.append(Place(document, parts[0][0], parts[-1][1], parts))

    def _typed(self, plain: str, most: int) -> list[list[tuple[int, int]]]:
        """Where the folded words stand in a folded text: whole, else in parts, without the signs at their ends."""
        for words, parts in self.plain:
            whole = [[(start, start + len(words))] for start in _at(plain, words, most)]
            if spans := whole or list(islice(_in_parts(plain, parts), most)):
                return spans
        return []


def findings_of(quotations: Sequence[Quotation], documents: Iterable[Document]) -> list[Finding]:
    """What became of each quotation, in their order. Each document is read once, so they may come one by one.

    A place that is exact hides those that are not; nearly the same words are looked for only where none of the
    documents has the words themselves.
    """
    sought = [_Sought(quotation) for quotation in quotations]
    near = Near(tuple(dict.fromkeys(quotation.text for quotation in quotations)))
    for document in documents:
        plain = folded(document.text)
        places: list[array[int]] = []
        for each in sought:
            each.look(document, plain, places)
        near.look(document, {each.quotation.text for each in sought if not any(each.places.values())})
    nearly = {wanted.text: wanted.place for wanted in near.wanted if wanted.place is not None}
    headings = _Headings()
    return [_finding(each, nearly.get(each.quotation.text), headings) for each in sought]


def _finding(sought: _Sought, near: Place | None, headings: _Headings) -> Finding:
    for outcome, places in sought.places.items():
        if places:
            return Finding(sought.quotation, outcome, tuple(map(headings.put, places)))
    if near is not None:
        return Finding(sought.quotation, "near", (headings.put(near),))
    return Finding(sought.quotation, "nowhere")


class _Headings:
    """Finds the heading that a place stands under; it reads the sections of a document once."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[Section, ...]] = {}

    def put(self, place: Place) -> Place:
        """The same place with its heading."""
        document = place.document
        if document.id not in self._of:
            self._of[document.id] = sections_of(document)
        under = [each.heading for each in self._of[document.id] if each.start <= place.start < each.end]
        return replace(place, heading=under[0]) if under else place


def _at(text: str, words: str, most: int) -> list[int]:
    """Where words stand in a text, at most so many places: those that cut no word; without one, those that do."""
    whole, cut, at = list[int](), list[int](), -1
    for _ in range(_TRIES):
        at = text.find(words, at + 1) if words else -1
        if at < 0 or len(whole) == most:
            break
        (cut if _cuts(text, at, at + len(words)) else whole).append(at)
    return whole or cut[:most]


def _bare(words: str) -> str:
    """Words without the signs at their ends; a minus or a point right before a number stays."""
    kept = words.rstrip(_EDGES)
    bare = kept.lstrip(_EDGES)
    sign = kept[: len(kept) - len(bare)][-1:]
    return sign + bare if sign in ("-", ".") and bare[:1].isdigit() else bare


def _cuts(text: str, start: int, end: int) -> bool:
    """Whether a word goes on over one of the ends."""
    return any(0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() for at in (start, end))


def _in_parts(text: str, parts: Sequence[str]) -> Iterator[list[tuple[int, int]]]:
    """Where all parts stand in their order, each not far behind the one before it."""
    for first in _at(text, parts[0], _TRIES) if parts else ():
        spans = [(first, first + len(parts[0]))]
        for part in parts[1:]:
            end = spans[-1][1]
            at = text.find(part, end, end + _FARTHEST + len(part))
            if at < 0:
                break
            spans.append((at, at + len(part)))
        if len(spans) == len(parts):
            yield spans

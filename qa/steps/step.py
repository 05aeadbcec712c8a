"""What a step is: candidates in, candidates out. `qa.steps.STEPS` lists the steps in their order.

What always holds:

- `Candidate.read` and `Candidate.score` are the reader's, and no step changes them.
- `Candidate.place` shares characters with what the reader read. A step may widen the place, narrow it, or drop the
  candidate; it never answers with words that the reader did not choose.
- A place is not empty, lies inside its heading or its body, and cuts no word that the reader left whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from embeddings.types import Hit
from qa.english.question import Question
from qa.reading.quoting import quote_bounds
from qa.reading.reader import Span

Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a passage.

    Attributes:
        hit: the passage.
        rank: the passage's place among those that were read, counted from 0.
        start, end: code-point offsets in `hit.document.text`, half open.
    """

    hit: Hit
    rank: int
    start: int
    end: int

    @classmethod
    def of(cls, hit: Hit, span: Span) -> Place:
        """The place of a span that was read in a passage."""
        return cls(hit, span.passage, hit.chunk.start + span.start, hit.chunk.start + span.end)

    @property
    def text(self) -> str:
        """The words."""
        return self.hit.document.text[self.start : self.end]

    @property
    def bounds(self) -> Bounds:
        """Start and end."""
        return self.start, self.end

    @property
    def in_heading(self) -> bool:
        """Do the words begin in the heading of the passage?"""
        return self.start < self.hit.chunk.body_start

    @property
    def section(self) -> Bounds:
        """The bounds of the heading, or of the body, that the words begin in."""
        chunk = self.hit.chunk
        return (chunk.start, chunk.body_start) if self.in_heading else (chunk.body_start, chunk.end)

    @property
    def sentence(self) -> Bounds:
        """The bounds of the sentence around the words, as a citation quotes it."""
        return quote_bounds(self.hit, self.start, self.end)

    @property
    def line(self) -> Bounds:
        """The bounds of the whole lines that the words stand in."""
        text = self.hit.document.text
        end = text.find("\n", self.end)
        return text.rfind("\n", 0, self.start) + 1, end if end >= 0 else len(text)

    def touches(self, bounds: Bounds) -> bool:
        """Do the words share a character with some bounds of the document?"""
        return self.start < bounds[1] and bounds[0] < self.end


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may answer.

    Attributes:
        read: the span that the reader returned, with its scores; never rewritten.
        place: the words; at first those of `read`.
        score: candidates are ranked by it: the reader's score together with that of the passage.
        by: the names of the steps that moved it.
    """

    read: Span
    place: Place
    score: float
    by: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words."""
        return self.place.text

    @property
    def hit(self) -> Hit:
        """The passage."""
        return self.place.hit

    @property
    def rank(self) -> int:
        """The passage's place among those that were read, counted from 0."""
        return self.place.rank

    @property
    def start(self) -> int:
        """Where the words begin in the document."""
        return self.place.start

    @property
    def end(self) -> int:
        """Where the words end in the document."""
        return self.place.end

    def moved(self, bounds: Bounds, by: str) -> Candidate:
        """The candidate at other bounds of its document, to which a step moves it; itself where they are its own."""
        if bounds == self.place.bounds:
            return self
        return replace(self, place=replace(self.place, start=bounds[0], end=bounds[1]), by=(*self.by, by))


@dataclass(frozen=True, slots=True)
class Move:
    """A step that gives each candidate other bounds.

    Attributes:
        name: the step's name in the tables of docs/experiments.md.
        says: what it did to an answer, for people: "widened to the whole date".
        bounds: a question and a place -> the bounds of the words to take instead.
    """

    name: str
    says: str
    bounds: Callable[[Question, Place], Bounds]

    def __call__(self, question: Question, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """The candidates after the step, best first."""
        return [each.moved(self.bounds(question, each.place), self.name) for each in candidates]


@dataclass(frozen=True, slots=True)
class Drop:
    """A step that leaves candidates out.

    Attributes:
        name, says: as for `Move`.
        unfit: a question and a place -> whether its words cannot answer, whatever they score.
    """

    name: str
    says: str
    unfit: Callable[[Question, Place], bool]

    def __call__(self, question: Question, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """The candidates after the step, best first."""
        return [each for each in candidates if not self.unfit(question, each.place)]


Step = Move | Drop


def applied(steps: Sequence[Step], question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates after all steps.

    A candidate whose place became empty is left out. A candidate that a step moved to a place that is not allowed goes
    back to where it was read, as if no step had touched it.
    """
    for step in steps:
        candidates = step(question, candidates)
    return [each if _is_sound(each) else _as_read(each) for each in candidates if each.start < each.end]


def _as_read(candidate: Candidate) -> Candidate:
    return replace(candidate, place=Place.of(candidate.hit, candidate.read), by=())


def _is_sound(candidate: Candidate) -> bool:
    """Does the place keep to its section, touch what was read, and cut no word that was whole?"""
    if not candidate.by:
        return True
    read, place = Place.of(candidate.hit, candidate.read), candidate.place
    text, (low, high) = place.hit.document.text, read.section
    cut = (_cuts(text, place.start) and place.start != read.start) or (_cuts(text, place.end) and place.end != read.end)
    return low <= place.start and place.end <= max(high, read.end) and place.touches(read.bounds) and not cut


def _cuts(text: str, offset: int) -> bool:
    """Does an offset lie between two letters or digits?"""
    return 0 < offset < len(text) and text[offset - 1].isalnum() and text[offset].isalnum()

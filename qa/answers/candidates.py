"""Spans of passages -> candidates for the answer, each at one place of one document, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.types import Hit
from qa.english.words import shared_words
from qa.reading.quoting import quote_bounds
from qa.reading.reader import Span
from qa.settings import Settings
from qa.steps.clauses import Wanted, completed, wanted
from qa.steps.definitions import sought
from qa.steps.descriptions import asked_name, described
from qa.steps.offices import Office, asked_office, held_by
from qa.steps.parallel import done_to, first_number, of_the_named
from qa.steps.rows import Named, named, row_at, rows_of, terms, within
from qa.steps.unfit import says_nothing, within_cell, without_number
from qa.steps.widening import widened


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may answer.

    Attributes:
        hit: the passage they were read in.
        rank: that passage's place among those that were read, counted from 0.
        span: the reader's scores for them.
        start, end: code-point offsets in `hit.document.text`, half open.
        score: what candidates are ranked by: the span's score with that of its passage.
        defines: whether they say what the term means that the question asks for.
    """

    hit: Hit
    rank: int
    span: Span
    start: int
    end: int
    score: float
    defines: bool = False

    @property
    def text(self) -> str:
        """The words."""
        return self.hit.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate and the probability that it is right."""

    candidate: Candidate
    confidence: float

    @property
    def text(self) -> str:
        """The candidate's words."""
        return self.candidate.text


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question asks for, read off its words."""

    question: str
    want: Wanted
    name: str | None
    office: Office | None

    @classmethod
    def by(cls, question: str) -> _Asked:
        return cls(question, wanted(question), asked_name(question), asked_office(question))

    def instead(self, text: str, start: int, end: int, sentence: tuple[int, int]) -> tuple[int, int]:
        """The bounds of what the sentence of a span says, where the span misses it: who somebody is, who it was."""
        if self.name is not None:
            return described(text, start, end, self.name, sentence)
        return held_by(text, start, end, self.office, sentence) if self.office is not None else (start, end)


def rank(question: str, hits: Sequence[Hit], spans: Sequence[Span], settings: Settings) -> list[Candidate]:
    """Candidates, best first. Spans that overlap in a document count once, with the best score."""
    asked = _Asked.by(question)
    candidates = [_candidate(asked, hits[span.passage], span, settings) for span in spans]
    candidates = [candidate for candidate in candidates if not _says_nothing(question, candidate)]
    candidates.sort(key=lambda c: (-c.score, c.rank, c.start))
    kept: list[Candidate] = []
    for candidate in _definitions_first(question, _in_their_rows(question, hits, candidates)):
        if not any(overlap(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _candidate(asked: _Asked, hit: Hit, span: Span, settings: Settings) -> Candidate:
    chunk = hit.chunk
    start, end = chunk.start + span.start, chunk.start + span.end
    in_heading = start < chunk.body_start
    bounds = (chunk.start, chunk.body_start) if in_heading else (chunk.body_start, chunk.end)
    start, end = widened(hit.document.text, start, end, bounds)
    start, end = within_cell(hit.document.text, *without_number(hit.document.text, start, end))
    quote_start, quote_end = quote_bounds(hit, start, end)
    start, end = asked.instead(hit.document.text, start, end, (quote_start, quote_end))
    if asked.want != "phrase":
        start, end = completed(hit.document.text, start, end, asked.want, (quote_start, quote_end))
        start, end = widened(hit.document.text, start, end, (quote_start, quote_end))
    start, end = first_number(hit.document.text, start, end)
    start, end = done_to(asked.question, hit.document.text, start, end)
    start, end = of_the_named(asked.question, hit.document.text, start, end, (quote_start, quote_end))
    score = (
        span.score
        - settings.no_answer_weight * span.no_answer
        + settings.retrieval_weight * hit.score
        + settings.sentence_weight * shared_words(asked.question, hit.document.text[quote_start:quote_end])
    )
    return Candidate(hit, span.passage, span, start, end, score)


def _says_nothing(question: str, candidate: Candidate) -> bool:
    """Do the words answer nothing: a pronoun, a heading alone, a heading that only asks what the question asks?"""
    text, chunk = candidate.hit.document.text, candidate.hit.chunk
    if says_nothing(question, text, candidate.start, candidate.end, chunk):
        return True
    in_heading = candidate.start < chunk.body_start
    return in_heading and shared_words(candidate.text, question) == 1.0


def _in_their_rows(question: str, hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, the best one of each document moved to the row that the question names, where it names one."""
    chosen: list[Candidate] = []
    met: set[str] = set()
    for candidate in candidates:
        id = candidate.hit.document.id
        chosen.append(candidate if id in met else _in_its_row(question, hits, candidate))
        met.add(id)
    return chosen


def _in_its_row(question: str, hits: Sequence[Hit], candidate: Candidate) -> Candidate:
    """The candidate, moved to the value of the row that the question names.

    That is a row of its own passage if it stands in a row there; else one whose label the question names in full,
    unless its own sentence already has all that the question says.
    """
    own = _in_passage(question, candidate.hit, candidate)
    chunk = candidate.hit.chunk
    rows = rows_of(candidate.hit.text)
    in_row = row_at(rows, candidate.start - chunk.start, candidate.end - chunk.start) is not None
    quote = quote_bounds(candidate.hit, candidate.start, candidate.end)
    in_prose = row_at(rows, quote[0] - chunk.start, quote[1] - chunk.start) is None  # and not among names of columns
    if in_prose and terms(question) <= terms(candidate.hit.document.text[slice(*quote)]):
        return candidate
    if own is not None and (own.exact or in_row):
        return _moved(candidate, candidate.rank, candidate.hit, own)
    for place, hit in enumerate(hits):
        if hit.document.id == candidate.hit.document.id and hit is not candidate.hit:
            found = _in_passage(question, hit)
            if found is not None and found.exact:
                return _moved(candidate, place, hit, found)
    return candidate


def _in_passage(question: str, hit: Hit, candidate: Candidate | None = None) -> Named | None:
    """The row of a passage that a question names."""
    offset = hit.chunk.start
    span = None if candidate is None else (candidate.start - offset, candidate.end - offset)
    return named(question, hit.text, f"{hit.document.title} {hit.chunk.heading or ''}", span)


def _moved(candidate: Candidate, place: int, hit: Hit, found: Named) -> Candidate:
    """The candidate at a row's value, or at the piece of it where it stands."""
    offset = hit.chunk.start
    value = (found.value[0] + offset, found.value[1] + offset)
    inside = hit is candidate.hit and candidate.start < value[1] and value[0] < candidate.end
    start, end = within(hit.document.text, value, *((candidate.start, candidate.end) if inside else value))
    if (start, end) == (candidate.start, candidate.end):
        return candidate
    return _at(candidate, place, hit, (start, end))


def _at(candidate: Candidate, place: int, hit: Hit, bounds: tuple[int, int]) -> Candidate:
    """The candidate, moved to other words of a passage."""
    start, end = bounds
    span = replace(candidate.span, passage=place, start=start - hit.chunk.start, end=end - hit.chunk.start)
    return replace(candidate, hit=hit, rank=place, span=span, start=start, end=end)


def _definitions_first(question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, after the definitions of what the question asks the meaning of, or who it is.

    The best candidate of a passage that defines it is moved there.
    """
    find = sought(question)
    if find is None:
        return list(candidates)
    best: dict[int, Candidate] = {}
    for candidate in candidates:
        best.setdefault(candidate.rank, candidate)
    found = [
        replace(_at(candidate, candidate.rank, candidate.hit, place), defines=True)
        for candidate in best.values()
        if (place := find(candidate.hit)) is not None
    ]
    return [*found, *candidates]


def overlap(a: Candidate, b: Candidate) -> bool:
    """Do both stand, at least in part, on the same characters of the same document?"""
    return a.hit.document.id == b.hit.document.id and a.start < b.end and b.start < a.end

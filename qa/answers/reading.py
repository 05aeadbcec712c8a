"""Passages -> a Reading: passages are read, best first, until words are sure enough.

Reading takes most of the time of an answer, and once the best words lie well above "no answer", further passages hardly
ever change them. Passages that retrieval puts close to the best one are read all the same, since they may say something
else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.deadline import check
from embeddings.types import Hit
from qa.answers.candidates import Candidate, best_first, placed
from qa.english.question import Question
from qa.reading.reader import Passage, Reader, Span
from qa.settings import Settings

FEWEST = 2  # passages that are read for every question


@dataclass(frozen=True, slots=True)
class Reading:
    """What was retrieved and read for a question.

    Attributes:
        question: as it was understood.
        hits: the passages that were retrieved, best first.
        candidates: the words that may answer, best first.
        spans: all spans that the reader returned; the candidates were made of them.
        read: how many of the passages were read; None for all.
    """

    question: str
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]
    spans: tuple[Span, ...] = ()
    read: int | None = None


def read_until_sure(reader: Reader, question: str, hits: Sequence[Hit], settings: Settings) -> Reading:
    """The reading of a question. One that asks for several things is read in all passages."""
    spans: list[Span] = []
    candidates, ranked = list[Candidate](), list[Candidate]()
    done, until = 0, _least(question, hits, settings)
    while done < until:
        passages = [Passage.of(hit) for hit in hits[done:until]]
        more = [replace(span, passage=span.passage + done) for span in reader.read(question, passages)]
        check()
        spans += more
        candidates += placed(question, hits, more, settings)
        ranked, done = best_first(candidates), until
        sure = bool(ranked) and ranked[0].read.margin >= settings.sure_margin
        if done < len(hits) and not sure:
            until = done + 1
    return Reading(question, tuple(hits), tuple(ranked), tuple(spans), done)


def _least(question: str, hits: Sequence[Hit], settings: Settings) -> int:
    """How many passages are read, however sure their words are."""
    if Question.of(question).wants_list:
        return len(hits)
    close = sum(hit.score >= settings.close * hits[0].score for hit in hits)
    return min(len(hits), max(FEWEST, close))

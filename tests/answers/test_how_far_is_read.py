"""Passages are read until words are sure: never fewer than two, never a close one left out, and all for a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from embeddings.types import Chunk, Document, Hit
from qa.answers.reading import FEWEST, Reading, read_until_sure
from qa.reading.reader import Passage, Span
from qa.settings import Settings

TEXT = "Officials said 70 people died."


class MarginReader:
    """Reads "70" in every passage, with a margin that is given for each, and keeps what it was asked to read."""

    def __init__(self, *margins: float) -> None:
        self.margins, self.read_so_far = margins, 0

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        spans = []
        for place, passage in enumerate(passages):
            start = passage.text.index("70")
            spans.append(Span(place, start, start + 2, self.margins[self.read_so_far + place], 0.0, 0.5))
        self.read_so_far += len(passages)
        return spans


def hits(*scores: float) -> tuple[Hit, ...]:
    documents = [
        Document.from_text(f"{TEXT} So said paper {number}.", title=f"{number}") for number in range(len(scores))
    ]
    return tuple(
        Hit(document, Chunk(document.id, 0, 0, len(document.text)), score, 0.0, score)
        for document, score in zip(documents, scores, strict=True)
    )


def read(
    margins: Sequence[float], scores: Sequence[float], question: str = "How many died?", **settings: float
) -> Reading:
    chosen = replace(Settings(), **{"sure_margin": 2.0, "close": 0.7, **settings})
    reading = read_until_sure(MarginReader(*margins), question, hits(*scores), chosen)
    assert len(reading.hits) == len(scores)
    assert {span.passage for span in reading.spans} == set(range(reading.read or 0))
    return reading


FAR = (1.0, 0.5, 0.4, 0.3, 0.2)


@pytest.mark.parametrize(
    ("margins", "read_passages"),
    [
        ((9.0, 0.0, 0.0, 0.0, 0.0), FEWEST),
        ((0.0, 0.0, 9.0, 0.0, 0.0), 3),
        ((0.0, 0.0, 0.0, 0.0, 0.0), 5),
        ((1.9, 1.9, 1.9, 1.9, 1.9), 5),
    ],
    ids=["sure at once", "sure at the third", "never sure", "nearly sure"],
)
def test_reading_ends_where_words_are_sure(margins: Sequence[float], read_passages: int) -> None:
    assert read(margins, FAR).read == read_passages


def test_passages_close_to_the_best_one_are_read_however_sure_the_words_are() -> None:
    assert read((9.0,) * 5, (1.0, 0.9, 0.8, 0.7, 0.69)).read == 4
    assert read((9.0,) * 5, (1.0, 0.9, 0.8, 0.7, 0.69), close=0.0).read == 5


def test_a_question_that_asks_for_several_things_is_read_everywhere() -> None:
    assert read((9.0,) * 5, FAR, "Which groups came?").read == 5


@pytest.mark.parametrize("found", [0, 1])
def test_fewer_passages_than_are_read_at_least_are_no_fault(found: int) -> None:
    assert read((9.0,) * found, FAR[:found]).read == found

"""Questions with their documents -> the examples that a reader is trained on, passages as they are read in use.

For every answer the passage that holds it. Without an answer:
- what retrieval really returns for the question and does not hold the answer;
- another passage of the same document, or article, that shares words with the question and does not hold the answer;
- the passage with the sentences of the answer taken out, where nothing else in it says the same;
- the passage with a question that it no longer answers (`eval.training.adversarial`);
- questions that people wrote so that their passage does not answer them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from embeddings.index.index import Index
from embeddings.text.sentences import sentences
from embeddings.types import Chunk, Document, Hit
from eval.training.adversarial import reversed_meaning, swapped
from eval.training.mentions import Kind, pool
from qa.english.words import without_question_words, words
from qa.reading.retriever import Retriever

Spans = tuple[tuple[int, int], ...]

# How many passages are retrieved for a question, and from how many without its answer one is drawn.
_RETRIEVED, _DRAWN_FROM = 8, 4
_SIBLINGS = 40  # documents of an article that are looked through for a passage near by
_SHORTEST_REST = 80  # characters of a passage after its answer was taken out


@dataclass(frozen=True, slots=True)
class Asked:
    """A question written on a document, with every place of it that answers: () for none."""

    question: str
    document: str
    answers: Spans


@dataclass(frozen=True, slots=True)
class Example:
    """A question, a passage, and the spans of the passage that answer: () for none.

    `source` says how it was made: "answered", "near", "retrieved", "removed", "swapped", "reversed" or "written".
    """

    question: str
    passage: str
    spans: Spans
    source: str


@dataclass(frozen=True, slots=True)
class Mixture:
    """How many examples are made of a question that has an answer, on average; and how often others are used.

    Attributes:
        near, retrieved, removed, swapped, reversed: examples without an answer for each with one.
        written: how often each question is used that was written to have none.
        titled: share of the passages that get the title of their document in front, as a heading stands there in use.
        typed: share of the questions written as people type them: half without a question mark, half also in lower
            case.
    """

    near: float = 0.25

    retrieved: float = 0.25
    removed: float = 0.15
    swapped: float = 0.25
    reversed: float = 0.05
    written: int = 3
    titled: float = 0.15
    typed: float = 0.25


class ExampleMaker:
    """Makes examples of the questions of one collection.

    Args:
        index: its documents.
        retriever: finds passages in it.
        mixture: how much of what.
        titles: whether the titles of the documents say what they are about.
        drawn: every choice is drawn from it.
    """

    def __init__(
        self, index: Index, retriever: Retriever, mixture: Mixture, titles: bool, drawn: random.Random
    ) -> None:
        self._index, self._retriever, self._mixture = index, retriever, mixture
        self._titles, self._drawn = titles, drawn
        self._articles: dict[str, list[str]] = defaultdict(list)
        for document in index.documents():
            self._articles[article(document.id)].append(document.id)

    def of(self, asked: Asked) -> Iterator[Example]:
        """The examples that are made of a question; none where no passage holds its answer whole."""
        for example in self._made(asked):
            question = example.question
            yield replace(example, question=self._typed(question) if self._is_drawn(self._mixture.typed) else question)

    def _made(self, asked: Asked) -> Iterator[Example]:
        document = self._index.document(asked.document)
        chunks = list(self._index.chunks_of(document.id).values())
        if not asked.answers:
            passage = self._text(document, self._drawn.choice(chunks))
            yield from [Example(asked.question, passage, (), "written")] * self._mixture.written
            return
        chunk = max(chunks, key=lambda c: len(_inside(c, asked.answers)))
        spans = _inside(chunk, asked.answers)
        if not spans:
            return
        text = document.text[chunk.start : chunk.end]
        front = self._front(document)
        moved = tuple((start + len(front), end + len(front)) for start, end in spans)
        yield Example(asked.question, front + text, moved, "answered")
        answers = [document.text[start:end] for start, end in asked.answers]
        yield from self._unanswered(asked, text, spans, answers)

    def _unanswered(self, asked: Asked, text: str, spans: Spans, answers: Sequence[str]) -> Iterator[Example]:
        mixture = self._mixture
        if self._is_drawn(mixture.near) and (near_text := self._near(asked, text, answers)) is not None:
            yield Example(asked.question, near_text, (), "near")
        retrieved, swaps = self._is_drawn(mixture.retrieved), self._is_drawn(mixture.swapped)
        others: Sequence[Hit] = self._without(asked, answers) if retrieved or swaps else ()
        if retrieved and others:
            hit = self._drawn.choice(others[:_DRAWN_FROM])
            yield Example(asked.question, self._front(hit.document) + hit.text, (), "retrieved")
        if self._is_drawn(mixture.removed) and (rest := without_sentences(text, spans, answers)) is not None:
            yield Example(asked.question, rest, (), "removed")
        if swaps:
            near: dict[Kind, list[str]] = pool([asked.question, *(hit.text for hit in others)])
            if (other := swapped(asked.question, text, near, self._drawn)) is not None:
                yield Example(other, text, (), "swapped")
        if self._is_drawn(mixture.reversed) and (other := reversed_meaning(asked.question, self._drawn)) is not None:
            yield Example(other, text, (), "reversed")

    def _without(self, asked: Asked, answers: Sequence[str]) -> list[Hit]:
        """Retrieved passages that hold no answer, best first."""
        hits = self._retriever.search(asked.question, _RETRIEVED)
        return [hit for hit in hits if not any(holds(hit.text, answer) for answer in answers)]

    def _near(self, asked: Asked, text: str, answers: Sequence[str]) -> str | None:
        """Of the other passages of the same article one that holds no answer, and many words of the question."""
        asked_words = set(words(without_question_words(asked.question)))
        near: list[tuple[int, str, Document]] = []
        siblings = self._articles[article(asked.document)]
        for id in siblings if len(siblings) <= _SIBLINGS else self._drawn.sample(siblings, _SIBLINGS):
            document = self._index.document(id)
            for chunk in self._index.chunks_of(id).values():
                other = document.text[chunk.start : chunk.end]
                if other != text and not any(holds(other, answer) for answer in answers):
                    near.append((len(asked_words & set(words(other))), other, document))
        if not near:
            return None
        _, found, document = self._drawn.choice(sorted(near, key=lambda n: -n[0])[:_DRAWN_FROM])
        return self._front(document) + found

    def _typed(self, question: str) -> str:
        typed = question.rstrip("?").rstrip()
        return typed.lower() if self._drawn.random() < 0.5 else typed

    def _text(self, document: Document, chunk: Chunk) -> str:
        return self._front(document) + document.text[chunk.start : chunk.end]

    def _front(self, document: Document) -> str:
        """The title as a heading, or nothing."""
        return f"{document.title}\n\n" if self._titles and self._is_drawn(self._mixture.titled) else ""

    def _is_drawn(self, share: float) -> bool:
        return self._drawn.random() < share


def article(id: str) -> str:
    """What a document is part of: the article of a paragraph, else itself."""
    return id.rpartition("/")[0] or id


def holds(text: str, answer: str) -> bool:
    """Do the words of an answer stand in a text, next to each other?

    >>> holds("It was the U.N. envoy.", "UN envoy"), holds("the U.N. envoy", "u.n. Envoy"), holds("often", "ten")
    (False, True, False)
    """
    return f" {' '.join(words(answer))} " in f" {' '.join(words(text))} "


def without_sentences(text: str, spans: Spans, answers: Sequence[str]) -> str | None:
    """A passage without the sentences that some spans touch; None where too little is left, or an answer is.

    >>> rest = "Nobody saw her go away that day, and nobody went to look for her until the morning. "
    >>> without_sentences(f"Ann left at noon. {rest}", ((0, 3),), ["Ann"]) == rest
    True
    """
    kept = [
        text[start:end]
        for start, end in sentences(text)
        if not any(first < end and start < last for first, last in spans)
    ]
    rest = "".join(kept)
    if len(rest) < _SHORTEST_REST or any(holds(rest, answer) for answer in answers):
        return None
    return rest


def _inside(chunk: Chunk, answers: Spans) -> Spans:
    """The answers that stand whole in a passage, as offsets of its text."""
    return tuple(
        (start - chunk.start, end - chunk.start) for start, end in answers if chunk.start <= start and end <= chunk.end
    )

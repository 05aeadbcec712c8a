"""The defaults with one part removed or changed at a time: what each part gives in recall, F1 and milliseconds.

Every variant runs the code that answers users. What variants have in common is done once: a text is embedded once, and
a passage is read once with a question, since each is read alone whatever else was found (`qa.reading.reader`). The time
of a variant is put together from its parts, so that a passage takes the same time in every variant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from embeddings.index.index import Index
from embeddings.models.encoder import Encoder, Vectors
from embeddings.text.chunking import Chunker, context
from embeddings.types import Chunk, Document, Hit
from eval.metrics import Column, first_relevant
from eval.report.rendering import markdown_table
from eval.sets.gold import GoldQuestion
from eval.sets.squad import sample
from eval.tables.kept_readings import KeptReader
from eval.tables.sentence_search import SentenceIndex, SentencesAlone
from eval.tables.shared import Collection, Scores, Track, gain, milliseconds, recall, silently, timed
from qa.answers.reading import read_until_sure
from qa.reading.reader import Passage, Reader, Span
from qa.reading.retriever import Retriever
from qa.settings import Settings

# A passage's score that outweighs any logits: the first passage with a span decides.
ORDER_DECIDES = 1e6

# What is embedded and searched ------------------------------------------------------------------------------------


class WithoutTitle(Chunker):
    """Embeds a passage under its heading alone."""

    def embedded_text(self, document: Document, chunk: Chunk) -> str:
        """As `Chunker.embedded_text`."""
        return super().embedded_text(replace(document, title=""), chunk)


class WithoutHeading(Chunker):
    """Embeds a passage under its document's title alone."""

    def embedded_text(self, document: Document, chunk: Chunk) -> str:
        """As `Chunker.embedded_text`."""
        return super().embedded_text(document, replace(chunk, heading=None))


class TitleSearched(Chunker):
    """Searches for words in the title too."""

    def searched_text(self, document: Document, chunk: Chunk) -> str:
        """As `Chunker.searched_text`."""
        words = super().searched_text(document, chunk)
        return context(document.title, None, words) + words


class HeadingNotSearched(Chunker):
    """Searches for words in the passage alone."""

    def searched_text(self, document: Document, chunk: Chunk) -> str:
        """As `Chunker.searched_text`."""
        return super().searched_text(document, replace(chunk, heading=None))


# Variants --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variant:
    """The defaults with one change.

    Attributes:
        part: the part of the pipeline that is changed.
        change: what is done instead.
        settings: those of this variant.
        chunker: what cuts documents, and says what of a passage is embedded and searched.
        kind: of the index.
    """

    part: str
    change: str
    settings: Settings
    chunker: type[Chunker] = Chunker
    kind: type[Index] = Index

    @property
    def index(self) -> tuple[int, int, type[Chunker], type[Index]]:
        """The part of the variant that its index depends on."""
        return self.settings.chunk_tokens, self.settings.overlap, self.chunker, self.kind

    def changes(self, default: Settings) -> bool:
        """Whether it differs from the defaults."""
        return (self.settings, self.chunker, self.kind) != (default, Chunker, Index)


def variants(default: Settings, reading: bool = True) -> list[Variant]:
    """The defaults, and each change to them; without `reading` only the changes to retrieval."""
    changed = [*_passages(default), *_searches(default), *(_choices(default) if reading else ())]
    return [Variant("defaults", "", default), *(variant for variant in changed if variant.changes(default))]


def _passages(default: Settings) -> Iterator[Variant]:
    """What a passage is, and what of it is embedded and searched. May repeat the default, as the next two."""
    for tokens in (120, 160, 200, 240):
        yield Variant("length of a passage", f"{tokens} tokens", replace(default, chunk_tokens=tokens))
    for overlap, what in ((0, "no sentence"), (1, "one sentence")):
        yield Variant("shared with the neighbour", what, replace(default, overlap=overlap))
    yield Variant("embedded text", "no title", default, WithoutTitle)
    yield Variant("embedded text", "no heading", default, WithoutHeading)
    yield Variant("searched words", "with the title", default, TitleSearched)
    yield Variant("searched words", "no heading", default, HeadingNotSearched)


def _searches(default: Settings) -> Iterator[Variant]:
    """How passages are found."""
    yield Variant("vectors", "of sentences too, half and half", default, kind=SentenceIndex)
    yield Variant("vectors", "of sentences alone", default, kind=SentencesAlone)
    for count in (20, 50, 100):
        yield Variant("candidates", str(count), replace(default, candidates=count))
    yield Variant("fusion", "dense alone", replace(default, fusion="min-max", dense_weight=1.0))
    yield Variant("fusion", "BM25 alone", replace(default, fusion="min-max", dense_weight=0.0))
    yield Variant("fusion", "reciprocal rank", replace(default, fusion="reciprocal-rank"))
    for weight in (0.3, 0.4, 0.5, 0.6, 0.7):
        yield Variant("fusion", f"dense weight {weight}", replace(default, fusion="min-max", dense_weight=weight))


def _choices(default: Settings) -> Iterator[Variant]:
    """How one span is chosen among those that are read, and how much is read."""
    part = "choice of the span"
    yield Variant(part, "order of passages decides", replace(default, retrieval_weight=ORDER_DECIDES))
    yield Variant(part, "retrieval weight 0", replace(default, retrieval_weight=0.0))
    yield Variant(part, "sentence weight 0", replace(default, sentence_weight=0.0))
    for weight in (0.0, 0.5, 1.0):
        yield Variant(part, f"no-answer weight {weight:g}", replace(default, no_answer_weight=weight))
    yield Variant("passages read", "all, however sure", replace(default, close=0.0))
    for count in (3, 5, 8, 10):
        yield Variant("passages read", f"at most {count}", replace(default, passages=count))


# What is done once -----------------------------------------------------------------------------------------------


class RememberingEncoder:
    """An encoder that encodes a text once, and keeps how long a question took.

    What shares a batch changes the last digits of an int8 vector, so those of a later index may differ from those of
    an index that is built alone by as much.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.card = encoder, encoder.card
        self._passages: dict[str, Vectors] = {}
        self._questions: dict[str, tuple[Vectors, float]] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 (texts, dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._passages]
        self._passages |= zip(new, self._encoder.encode(new), strict=True)
        if not texts:
            return np.zeros((0, self.card.dimension), dtype=np.float32)
        return np.stack([self._passages[text] for text in texts])

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32 (dimension,)."""
        if text not in self._questions:
            self._questions[text] = timed(partial(self._encoder.encode_query, text))
        return self._questions[text][0]

    def seconds(self, question: str) -> float:
        """The seconds that a question took to encode."""
        self.encode_query(question)
        return self._questions[question][1]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the special ones included."""
        return self._encoder.count(texts)


class RememberingReader(KeptReader):
    """Reads a passage once with a question, and keeps how long that took.

    Attributes:
        seconds: what all that was asked of it takes, each passage as long as it took when it was read.
        spent: the time that was spent on it.
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader, None)
        self._took: dict[tuple[str, Passage], float] = {}
        self.seconds = self.spent = 0.0

    def once(self, question: str, passage: Passage) -> list[Span]:
        """As `KeptReader.once`."""
        spans, took = timed(partial(super().once, question, passage))
        self.spent += took
        self.seconds += self._took.setdefault((question, passage), took)
        return spans


# The table -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Measured:
    """For each question its passage's rank and the time to find it; for those read also the answer and its time."""

    ranks: list[int | None] = field(default_factory=list)
    searching: list[float] = field(default_factory=list)
    answers: list[tuple[str | None, GoldQuestion]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def compare_parts(
    collection: Collection, encoder: Encoder, reader: Reader, settings: Settings, read: int, track: Track = silently
) -> str:
    """A row for the defaults and for each change.

    Args:
        collection: recall is measured on all of its questions.
        encoder, reader: those of every variant.
        settings: the defaults.
        read: F1 and time are measured on so many of the questions; 0 compares searches alone.
    """
    remembering, reading = RememberingEncoder(encoder), RememberingReader(reader)
    compared = variants(settings, reading=read > 0)
    indexes: dict[object, Index] = {}
    for variant in track(compared, f"indexing, {collection.name}"):
        if variant.index not in indexes:
            indexes[variant.index] = _built(collection, remembering, variant)
    retrievers = [Retriever(indexes[variant.index], variant.settings) for variant in compared]
    measured = [_Measured() for _ in compared]
    chosen = {question.id for question in sample(collection.questions, read)}
    for question in track(collection.questions, f"asking, {collection.name}"):
        encoding = remembering.seconds(question.question)
        for variant, retriever, found in zip(compared, retrievers, measured, strict=True):
            hits, took = timed(partial(retriever.search, question.question, max(5, variant.settings.passages)))
            found.ranks.append(first_relevant(hits, question.answers))
            found.searching.append(encoding + took)
            if question.id in chosen:
                _answer(found, question, hits[: variant.settings.passages], reading, variant.settings)
    return f"{_caption(collection, len(chosen))}\n\n{_table(compared, measured)}"


def _built(collection: Collection, encoder: Encoder, variant: Variant) -> Index:
    tokens, overlap, chunker, kind = variant.index
    return kind.build(collection.documents, encoder, chunker(encoder.count, encoder.card.max_tokens, tokens, overlap))


def _answer(
    found: _Measured, question: GoldQuestion, hits: Sequence[Hit], reader: RememberingReader, settings: Settings
) -> None:
    """Keeps the best span of these passages, and the time from the question to it."""
    before = reader.seconds - reader.spent
    done, took = timed(partial(read_until_sure, reader, question.question, hits, settings))
    found.answers.append((done.candidates[0].text if done.candidates else None, question))
    found.seconds.append(found.searching[-1] + took + reader.seconds - reader.spent - before)


def _caption(collection: Collection, read: int) -> str:
    asked = len(collection.questions)
    if read == asked:
        return collection.caption()
    return f"{collection.caption()}; " + (f"F1 and ms on {read:,} of them" if read else "searched only")


def _table(compared: Sequence[Variant], measured: Sequence[_Measured]) -> str:
    recalls = [(recall(found.ranks, 1), recall(found.ranks, 5)) for found in measured]
    f1s = [Scores.of(found.answers).f1 for found in measured]
    rows = [
        [
            variant.part,
            variant.change,
            *_cells(at_1, recalls[0][0]),
            *_cells(at_5, recalls[0][1]),
            *_cells(f1, f1s[0]),
            milliseconds(found.searching, digits=1),
            milliseconds(found.seconds),
        ]
        for variant, found, (at_1, at_5), f1 in zip(compared, measured, recalls, f1s, strict=True)
    ]
    figures = [column for name in ("recall@1", "recall@5", "F1") for column in (name, "against the defaults")]
    return markdown_table(("part", "changed to", *figures, "ms to find", "ms in all"), rows)


def _cells(values: Column, base: Column) -> tuple[str, str]:
    """The mean in percent, and how many points more that is than `base`, with its interval."""
    return (f"{100 * values.mean():.1f}" if len(values) else "—"), gain(values, base)

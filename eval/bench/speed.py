"""How fast documents are indexed and questions answered, each beside the least that the same work could cost.

Indexing is compared with `SentenceTransformer.encode` on the texts that the index embeds. Answering is compared with
the bare ONNX sessions: every tensor that the models were given for a question is given to them again, and nothing else
is done. The sides take turns within one run, so that whatever else the machine does slows all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from embeddings.models.encoder import OnnxEncoder, Vectors
from embeddings.models.runtime import Feed
from embeddings.types import Document
from eval.metrics import Column
from eval.runner import score
from eval.sets.gold import GoldQuestion
from eval.tables.shared import Track, silently, timed
from qa.assistant import Assistant, build_index
from qa.reading.reader import OnnxReader, Passage, Span
from qa.settings import Settings

# Indexing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Indexing:
    """Tokens per second of each side, the median over the rounds; `tokens` is what one round embeds."""

    passages: int
    tokens: int
    rates: Mapping[str, float]


def compare_indexing(
    documents: Sequence[Document],
    encoders: Mapping[str, OnnxEncoder],
    others: Mapping[str, Callable[[Sequence[str]], object]],
    rounds: int,
    settings: Settings,
    track: Track = silently,
) -> Indexing:
    """Indexes the documents with each encoder, and lets others encode the same passages.

    Args:
        documents: what is indexed: chunked, embedded, and stored in all three stores, in memory.
        encoders: by the names of their rows; all must cut texts into the same tokens.
        others: what encodes texts in another way, by the names of their rows.
        rounds: how often each side runs, after one round that is not counted.
    """
    texts, tokens = _embedded_texts(documents, next(iter(encoders.values())), settings)
    sides: dict[str, Callable[[], object]] = {
        name: _indexes(documents, encoder, settings) for name, encoder in encoders.items()
    } | {name: _encodes(encode, texts) for name, encode in others.items()}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for turn in track(range(rounds + 1), "indexing"):
        for name, side in sides.items():
            _, taken = timed(side)
            if turn > 0:
                seconds[name].append(taken)
    return Indexing(len(texts), tokens, {name: tokens / median(taken) for name, taken in seconds.items()})


def _indexes(documents: Sequence[Document], encoder: OnnxEncoder, settings: Settings) -> Callable[[], object]:
    return lambda: build_index(documents, None, settings, encoder=encoder)


def _encodes(encode: Callable[[Sequence[str]], object], texts: Sequence[str]) -> Callable[[], object]:
    return lambda: encode(texts)


def _embedded_texts(documents: Sequence[Document], encoder: OnnxEncoder, settings: Settings) -> tuple[list[str], int]:
    """The texts that an index of the documents embeds, and their tokens, special ones included."""
    from embeddings.text.chunking import Chunker

    chunker = Chunker(encoder.count, encoder.card.max_tokens, settings.chunk_tokens, settings.overlap)
    texts = [chunker.embedded_text(document, chunk) for document in documents for chunk in chunker(document)]
    return texts, sum(encoder.count(texts))


# Answering -------------------------------------------------------------------------------------------------------


class TimedEncoder:
    """An encoder that notes how long each question took it."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self._encoder, self.card = encoder, encoder.card
        self.seconds = 0.0

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 (texts, dimension)."""
        return self._encoder.encode(texts)

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32 (dimension,)."""
        vector, self.seconds = timed(lambda: self._encoder.encode_query(text))
        return vector

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the special ones included."""
        return self._encoder.count(texts)


class TimedReader:
    """A reader that notes when it began and ended, and how many passages it was given."""

    def __init__(self, reader: OnnxReader) -> None:
        self._reader = reader
        self.began, self.ended, self.passages = 0.0, 0.0, 0

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """The best spans of every passage that do not overlap, best first."""
        self.began, self.passages = time.perf_counter(), len(passages)
        spans = self._reader.read(question, passages)
        self.ended = time.perf_counter()
        return spans


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the seconds of one answer went, and what was read for it.

    Attributes:
        total: of `Assistant.answer`.
        encode: the question's vector.
        search: both searches and their fusion.
        read: the reader.
        choose: the rest: ranking, confidence, citations.
        bare: the models alone, given the same tensors again.
        passages: that were read.
        tokens: that the reader was given, question and special tokens included.
    """

    total: float
    encode: float
    search: float
    read: float
    choose: float
    bare: float
    passages: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Answering:
    """The answers with a number of passages: a timing for each question, and the mean token F1 of those answerable."""

    passages: int
    f1: float
    timings: tuple[Timing, ...]

    def column(self, name: str) -> Column:
        """One attribute of all timings: (questions,)."""
        return np.array([getattr(timing, name) for timing in self.timings], dtype=np.float64)

    @property
    def over_bare(self) -> float:
        """How many times as long as the bare models an answer takes: the ratio of the medians."""
        return float(np.median(self.column("total")) / np.median(self.column("bare")))


class AnsweringBench:
    """Assistants over the same index that read different numbers of passages, and the bare sessions of their models.

    Args:
        documents: what is asked.
        encoder, reader: the models; what they are given is recorded while this bench is used.
        sessions: bare sessions of the two models, in that order, opened as the runtime opens its own.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        encoder: OnnxEncoder,
        reader: OnnxReader,
        sessions: tuple[Any, Any],
        settings: Settings,
    ) -> None:
        self._settings = settings
        self._encoder, self._reader = TimedEncoder(encoder), TimedReader(reader)
        self._index = build_index(documents, None, settings, encoder=self._encoder)
        self._fed: list[tuple[Any, Feed]] = []
        encoder.runtime.on_run = lambda feed: self._fed.append((sessions[0], feed))
        reader.runtime.on_run = lambda feed: self._fed.append((sessions[1], feed))

    def answering(self, questions: Sequence[GoldQuestion], passages: int, track: Track = silently) -> Answering:
        """Asks every question once to see what the models are given, and once more, timed, beside the bare sessions.

        Every other question begins with the bare sessions: whichever side comes second finds the threads of the first
        still spinning.
        """
        assistant = Assistant(self._index, replace(self._settings, passages=passages), self._reader)
        fed: list[list[tuple[Any, Feed]]] = []
        f1: list[float] = []
        for question in track(questions, f"reading {passages} passages"):
            self._fed.clear()
            answer = assistant.answer(question.question)
            fed.append(list(self._fed))
            f1 += [score(question, answer).f1] if question.answerable else []
        asked = list(zip(questions, fed, strict=True))
        timings = [
            self._timed(assistant, question.question, given, bare_first=turn % 2 == 1)
            for turn, (question, given) in enumerate(track(asked, f"timing {passages} passages"))
        ]
        return Answering(passages, float(np.mean(f1)), tuple(timings))

    def _timed(self, assistant: Assistant, question: str, fed: Sequence[tuple[Any, Feed]], bare_first: bool) -> Timing:
        bare = _replayed(fed) if bare_first else 0.0
        began = time.perf_counter()
        assistant.answer(question)
        ended = time.perf_counter()
        encode, reader = self._encoder.seconds, self._reader
        return Timing(
            total=ended - began,
            encode=encode,
            search=reader.began - began - encode,
            read=reader.ended - reader.began,
            choose=ended - reader.ended,
            bare=bare if bare_first else _replayed(fed),
            passages=reader.passages,
            tokens=sum(int(feed["attention_mask"].sum()) for _, feed in fed[1:]),  # the first call is the encoder's
        )


def _replayed(fed: Sequence[tuple[Any, Feed]]) -> float:
    """Seconds that bare sessions take over the tensors of an answer."""
    began = time.perf_counter()
    for session, feed in fed:
        session.run(None, feed)
    return time.perf_counter() - began

"""txtai: its `Questions` model, and its `Extractor` over an `Embeddings` database.

It gives an answer's words alone: no offsets, and no score. Where the reader's best span is "no answer" it raises a
TypeError, because the first token of the input stands in no word of the passage.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eval.bench.systems.process import described
from eval.bench.systems.work import Asked, Reply, System, Words, Work

RETRIEVED = 5


def open_system(work: Work) -> System:
    """The reader alone, or the pipeline."""
    return TxtaiReader(work) if work.mode == "reader" else TxtaiPipeline(work)


def _reader(work: Work) -> Any:
    from txtai.pipeline import Questions

    return Questions(work.reader, gpu=False, dtype="float32")


def _words(answer: object) -> Words | None:
    return Words(answer) if isinstance(answer, str) and answer.strip() else None


class TxtaiReader:
    """`Questions` over passages that are given, one after another: the first passage that has an answer gives it."""

    def __init__(self, work: Work) -> None:
        self._work, self._reader = work, _reader(work)

    def index(self) -> None:
        """Nothing: the passages are given."""

    def answer(self, question: Asked) -> Reply:
        """The answer of the best passage that has one. A passage that it fails on has none, and the error is noted."""
        answers: list[Words | None] = []
        error = ""
        for passage in self._work.given(question):
            try:
                answers += map(_words, self._reader([question.text], [passage.text]))
            except Exception as raised:
                error = described(raised)
        words = next((answer for answer in answers if answer is not None), None)
        return Reply(words, words, error=error)

    def complete(self, question: Asked, reply: Reply) -> Reply:
        """The reply as it is."""
        return reply


class TxtaiPipeline:
    """`Extractor` over an `Embeddings` database with vectors and BM25; it reads its three best passages as one text."""

    def __init__(self, work: Work) -> None:
        from txtai.embeddings import Embeddings
        from txtai.pipeline import Extractor

        self._work = work
        self._embeddings = Embeddings(path=work.encoder, content=True, hybrid=True, gpu=False)
        self._extractor = Extractor(self._embeddings, _reader(work))

    def index(self) -> None:
        """Embeds the passages into the database."""
        self._embeddings.index((number, passage.text, None) for number, passage in enumerate(self._work.passages))

    def answer(self, question: Asked) -> Reply:
        """The extractor's answer."""
        words = _words(self._extractor(question.text)["answer"])
        return Reply(words, words)

    def complete(self, question: Asked, reply: Reply) -> Reply:
        """The reply with the passages that its database finds."""
        hits = self._embeddings.search(question.text, RETRIEVED)
        return replace(reply, found=tuple(self._work.passages[int(hit["id"])].place for hit in hits))

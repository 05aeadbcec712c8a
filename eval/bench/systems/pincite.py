"""Pincite itself, compiled from the same weights to int8 (as it ships) or fp32."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from eval.bench.systems.work import Asked, Place, Reply, System, Words, Work

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.settings import Precision, Settings
    from qa.types import Answer

RETRIEVED = 5


def settings_for(reader: str, encoder: str, precision: Precision) -> Settings:
    """The defaults with the given weights; the encoder of int8 is the one that ships, compiled from the same ones."""
    from qa.settings import Settings

    return Settings(reader=reader, encoder=None if precision == "int8" else encoder, precision=precision)


def open_system(work: Work, precision: Precision) -> System:
    """The reader alone, or the pipeline."""
    settings = settings_for(work.reader, work.encoder, precision)
    return PinciteReader(work, settings) if work.mode == "reader" else PincitePipeline(work, settings)


open_int8 = partial(open_system, precision="int8")
open_fp32 = partial(open_system, precision="fp32")


class PinciteReader:
    """The reader over passages that are given; of its spans the one furthest above no answer, as `plain`.

    Neither retrieval's scores nor the fitted confidence have a part in it.
    """

    def __init__(self, work: Work, settings: Settings) -> None:
        from qa.models.chosen import reader_for

        self._work, self._reader = work, reader_for(settings)

    def index(self) -> None:
        """Nothing: the passages are given."""

    def answer(self, question: Asked) -> Reply:
        """The best span of all passages, None where no passage's lies above its no-answer score."""
        from qa.reading.reader import Passage

        passages = self._work.given(question)
        spans = self._reader.read(question.text, [Passage(p.text, p.body_start) for p in passages])
        if not spans:
            return Reply()
        best = max(spans, key=lambda span: span.margin)
        passage = passages[best.passage]
        words = Words(passage.text[best.start : best.end], (passage.part(best.start, best.end),))
        return Reply(words if best.margin > 0 else None, words, best.margin)

    def complete(self, question: Asked, reply: Reply) -> Reply:
        """The reply as it is."""
        return reply


class PincitePipeline:
    """The assistant over an index of the documents in memory."""

    def __init__(self, work: Work, settings: Settings) -> None:
        from qa.models.chosen import encoder_for, reader_for

        self._work, self._settings = work, settings
        self._encoder, self._reader = encoder_for(settings), reader_for(settings)
        self._assistant: Assistant | None = None
        self._unrefusing: Assistant | None = None

    def index(self) -> None:
        """Cuts, embeds and stores the documents."""
        from qa.assistant import Assistant, build_index

        index = build_index(self._work.documents, None, self._settings, encoder=self._encoder)
        self._assistant = Assistant(index, self._settings, self._reader)
        self._unrefusing = Assistant(index, replace(self._settings, threshold=0.0), self._reader)

    def answer(self, question: Asked) -> Reply:
        """The assistant's answer; a question that it turns down is a refusal."""
        answer = _answered(self._assistant, question)
        words = _words(answer)
        return Reply(words, words, None if answer is None else answer.confidence)

    def complete(self, question: Asked, reply: Reply) -> Reply:
        """The reply with the passages that are found, and with the words that a refusal withheld."""
        hits = () if self._assistant is None else self._assistant.retrieve(question.text, RETRIEVED)
        found = tuple(Place(hit.document.id, hit.chunk.start, hit.chunk.end) for hit in hits)
        best = reply.best if reply.best is not None else _words(_answered(self._unrefusing, question))
        return replace(reply, found=found, best=best)


def _answered(assistant: Assistant | None, question: Asked) -> Answer | None:
    from embeddings.errors import QuestionError

    try:
        return None if assistant is None else assistant.answer(question.text)
    except QuestionError:
        return None


def _words(answer: Answer | None) -> Words | None:
    if answer is None or answer.text is None:
        return None
    return Words(answer.text, tuple(Place(c.document.id, c.start, c.end) for c in answer.citations))

"""Haystack 3: its extractive reader; sentence-transformers and BM25, joined by reciprocal rank, in its memory store.

Components and settings are those of its documentation. Two things are set: five passages reach the reader, as for all
others, and the reader's weights are loaded as float32, for transformers loads half-precision files as such otherwise,
which is slower on a processor.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eval.bench.systems.work import Asked, Reply, System, Words, Work


def open_system(work: Work) -> System:
    """The reader alone, or the pipeline."""
    return HaystackReader(work) if work.mode == "reader" else HaystackPipeline(work)


def _reader(work: Work) -> Any:
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    return TransformersExtractiveReader(model=work.reader, model_kwargs={"dtype": "float32"})


def _documents(work: Work) -> list[Any]:
    from haystack import Document

    return [Document(id=str(number), content=passage.text) for number, passage in enumerate(work.passages)]


def _reply(work: Work, answers: list[Any]) -> Reply:
    """The first of its answers, which are sorted by score; the one without words is its "no answer".

    Its measure of how surely there is an answer is the score of the best one, which its `score_threshold` is held to.
    """
    named = next((answer for answer in answers if answer.data), None)
    if named is None:
        return Reply()
    best = _words(work, named)
    return Reply(best if answers[0].data else None, best, float(named.score))


def _words(work: Work, answer: Any) -> Words:
    passage, offset = work.passages[int(answer.document.id)], answer.document_offset
    return Words(answer.data, (passage.part(offset.start, offset.end),))


class HaystackReader:
    """`TransformersExtractiveReader` over passages that are given."""

    def __init__(self, work: Work) -> None:
        self._work, self._documents = work, _documents(work)
        self._reader = _reader(work)

    def index(self) -> None:
        """Nothing: the passages are given."""

    def answer(self, question: Asked) -> Reply:
        """The reader's answer."""
        documents = [self._documents[number] for number in question.passages]
        return _reply(self._work, self._reader.run(query=question.text, documents=documents)["answers"])

    def complete(self, question: Asked, reply: Reply) -> Reply:
        """The reply as it is."""
        return reply


class HaystackPipeline:
    """Two retrievers, a joiner and the reader as a `Pipeline`."""

    def __init__(self, work: Work) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self._work, self._store = work, InMemoryDocumentStore()
        self._pipeline = self._built()
        self._joined: list[Any] = []

    def _built(self) -> Any:
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

        embedder = SentenceTransformersTextEmbedder(model=self._work.encoder, progress_bar=False, local_files_only=True)
        pipeline = Pipeline()
        pipeline.add_component("embedder", embedder)
        pipeline.add_component("by_meaning", InMemoryEmbeddingRetriever(self._store))
        pipeline.add_component("by_words", InMemoryBM25Retriever(self._store))
        pipeline.add_component("joiner", DocumentJoiner("reciprocal_rank_fusion", top_k=self._work.read))
        pipeline.add_component("reader", _reader(self._work))
        pipeline.connect("embedder.embedding", "by_meaning.query_embedding")
        pipeline.connect("by_meaning", "joiner")
        pipeline.connect("by_words", "joiner")
        pipeline.connect("joiner", "reader")
        return pipeline

    def index(self) -> None:
        """Embeds the passages into the store."""
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
        )

        embedder = SentenceTransformersDocumentEmbedder(
            model=self._work.encoder, progress_bar=False, local_files_only=True
        )
        self._store.write_documents(embedder.run(_documents(self._work))["documents"])

    def answer(self, question: Asked) -> Reply:
        """The pipeline's answer."""
        self._joined = []
        inputs = {
            "embedder": {"text": question.text},
            "by_words": {"query": question.text},
            "reader": {"query": question.text},
        }
        outputs = self._pipeline.run(inputs, include_outputs_from={"joiner"})
        self._joined = outputs["joiner"]["documents"]
        return _reply(self._work, outputs["reader"]["answers"])

    def complete(self, question: Asked, reply: Reply) -> Reply:
        """The reply with the passages that the reader was given."""
        found = tuple(self._work.passages[int(document.id)].place for document in self._joined)
        return replace(reply, found=found)

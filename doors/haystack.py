"""Pincite inside Haystack: a retriever and an extractive reader, as components of a Pipeline.

from doors.haystack import PinciteReader, PinciteRetriever
from haystack import Pipeline

pipeline = Pipeline()
pipeline.add_component("retriever", PinciteRetriever(paths=["reports"]))
pipeline.add_component("reader", PinciteReader())
pipeline.connect("retriever.documents", "reader.documents")
pipeline.run({"retriever": {"query": question}, "reader": {"query": question}})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doors import not_installed

try:
    from haystack import Document, component
    from haystack.dataclasses import ExtractedAnswer
except ImportError as error:
    raise not_installed(error, "haystack", "haystack") from None

from doors.passages import checked_count, described, name_of, retrieved, where_of
from embeddings.loading import load
from embeddings.text.blocks import with_blocks
from embeddings.types import NO_LAYOUT, Chunk, Hit
from embeddings.types import Document as Read
from qa.assistant import Assistant
from qa.documents import open_default
from qa.settings import Settings
from qa.types import Answer, Citation

MOST_DOCUMENTS = 100  # that one question may be read in
MOST_CHARACTERS = 200_000  # of all of them together, which take some ten seconds


@component
class PinciteRetriever:
    """Passages for a question, as Haystack's Documents, best first.

    `content` is the passage, word for word; `score` is in [0, 1]. `meta` has `document_id`, `title`, `source`,
    `author`, `date`, `media_type`, `content_hash`, `start` and `end` (code points of the document's text), `page`,
    `row`, `heading`, each None where it is unknown, and `body_start`, where the body begins behind a heading line in
    `content`.

    Args:
        index: the folder of an index that `pincite index` built.
        paths: files and folders, which are read when the component is warmed up. Without an index and paths the default
            index is used, as by `qa.answer`.
        top_k: how many passages are fetched, from 1 to 100; fewer come where there are fewer.
        where: a filter: `documents`, `folders`, `media_types` (lists), `after`, `before` (days); None for none.

    Raises:
        ValueError: both an index and paths, or `top_k` is out of its range.
        FilterError: a filter of another form.
        StoreError, DocumentError: from `warm_up`: the index can't be opened, a path can't be read.
    """

    def __init__(
        self,
        index: str | None = None,
        paths: list[str] | None = None,
        top_k: int = 5,
        where: dict[str, Any] | None = None,
    ) -> None:
        if index is not None and paths is not None:
            raise ValueError(f"both an index, {index}, and paths were given; give one of them")
        self.index, self.paths, self.top_k, self.where = index, paths, checked_count(top_k), where
        where_of(where)
        self._assistant: Assistant | None = None

    def warm_up(self) -> None:
        """Opens the index, or reads the files. A second call does nothing."""
        self._opened()

    def _opened(self) -> Assistant:
        if self._assistant is None:
            if self.paths is not None:
                self._assistant = Assistant.from_documents(load(self.paths).documents)
            else:
                self._assistant = open_default(Settings()) if self.index is None else Assistant.open(Path(self.index))
        return self._assistant

    @component.output_types(documents=list[Document])
    def run(self, query: str, top_k: int | None = None, where: dict[str, Any] | None = None) -> dict[str, Any]:
        """Fetches passages.

        Args:
            query: the question, in words.
            top_k, where: in place of the component's own.

        Returns:
            `documents`: the passages, best first.

        Raises:
            QuestionError: the question is empty, holds no word, or is too long.
            FilterError: the filter names a document or folder that is not there.
            ValueError: `top_k` is out of its range.
        """
        assistant = self._opened()
        k = self.top_k if top_k is None else top_k
        limit = where_of(self.where if where is None else where)
        return {"documents": [_written(*found) for found in retrieved(assistant, query, k, limit)]}


def _written(citation: Citation, hit: Hit) -> Document:
    meta = described(citation) | {"body_start": max(0, hit.chunk.body_start - citation.start)}
    return Document(id=name_of(citation), content=citation.text, meta=meta, score=hit.score)


@component
class PinciteReader:
    """Reads documents and returns exact words of them that answer a question, as Haystack's ExtractedAnswers.

    It takes the documents of any retriever. `document_offset` is the place of the words in `document.content`,
    `context` the sentence around them, and `context_offset` their place in that. `meta["start"]` and `meta["end"]` are
    their place in the whole text, where the document says where it begins there: `start` of PinciteRetriever, or
    `split_idx_start` of Haystack's splitters. `meta["found"]` says whether they are at least 40% sure; `meta["side"]`
    is 0 for the answer and 1, 2, ... for those that contradict it.

    `score` is the probability that the words are right; it is fitted for passages of PinciteRetriever, whose scores it
    counts in. Scores of other retrievers are brought into [0, 1] by the best of them.

    Args:
        top_k: how many answers are returned, from 1 to 100.
        threshold: answer only from this confidence on, from 0 to 1; None for Pincite's own, 0.15.
        no_answer: whether an answer without words is added, whose score is the probability that the best words are
            wrong; it comes first where that is more probable.
        reader: the folder or the name of an extractive model, as in `pincite ask --reader`; None for the one that
            ships.

    Raises:
        ValueError: `top_k` is out of its range.
        SettingsError: the threshold is no number from 0 to 1.
        ModelError: from `warm_up`: the model is not here.
    """

    def __init__(
        self, top_k: int = 10, threshold: float | None = None, no_answer: bool = True, reader: str | None = None
    ) -> None:
        self.top_k, self.threshold, self.no_answer, self.reader = checked_count(top_k), threshold, no_answer, reader
        chosen = Settings(reader=reader)
        self._settings = chosen if threshold is None else Settings(reader=reader, threshold=threshold)
        self._assistant: Assistant | None = None

    def warm_up(self) -> None:
        """Loads the models. A second call does nothing."""
        self._opened()

    def _opened(self) -> Assistant:
        if self._assistant is None:
            self._assistant = Assistant.from_documents((), self._settings)
        return self._assistant

    @component.output_types(answers=list[ExtractedAnswer])
    def run(self, query: str, documents: list[Document], top_k: int | None = None) -> dict[str, Any]:
        """Reads documents.

        Args:
            query: the question, in words.
            documents: at most 100, of at most 200,000 characters in all; those without text are passed over.
            top_k: in place of the component's own.

        Returns:
            `answers`: best first, none where there is no document and no `no_answer`.

        Raises:
            QuestionError: the question is empty, holds no word, or is too long.
            ValueError: more or longer documents, or `top_k` is out of its range.
        """
        most = checked_count(self.top_k if top_k is None else top_k)
        assistant = self._opened()
        given = _best_first(documents)
        answer = assistant.answer_from(query, [each.hit(number) for number, each in enumerate(given)])
        extracted = _extracted(query, answer, given)[:most]
        if self.no_answer:
            extracted.append(ExtractedAnswer(query=query, score=1 - answer.confidence, meta={"found": False}))
        return {"answers": sorted(extracted, key=lambda each: -each.score)[:most]}


@dataclass(frozen=True, slots=True)
class _Given:
    """A document that is read, and its score in [0, 1]."""

    document: Document
    score: float

    @property
    def offset(self) -> int | None:
        """Where its content begins in the text that it is a part of; None where it does not say."""
        places = (self.document.meta.get(name) for name in ("start", "split_idx_start"))
        return next((place for place in places if isinstance(place, int) and place >= 0), None)

    def hit(self, number: int) -> Hit:
        """The same as a passage that was retrieved, which is named by its number."""
        text, meta = self.document.content or "", self.document.meta
        told = {name: value for name in ("title", "source", "date") if isinstance(value := meta.get(name), str)}
        named = (str(number), told.get("title", ""), told.get("source", ""))
        read = Read(*named, text, told.get("date"), layout=with_blocks(text, NO_LAYOUT))
        begin = meta.get("body_start")
        body = begin if isinstance(begin, int) and 0 <= begin < len(text) else 0
        heading = meta.get("heading")
        chunk = Chunk(read.id, 0, body, len(text), heading if isinstance(heading, str) else None, read.date)
        return Hit(read, chunk, self.score, self.score, self.score)


def _best_first(documents: Sequence[Document]) -> list[_Given]:
    """The documents that have text, best first. Raises ValueError where they are too many or too long."""
    if len(documents) > MOST_DOCUMENTS:
        raise ValueError(f"{len(documents)} documents were given, at most {MOST_DOCUMENTS} are read; retrieve fewer")
    texts = [document for document in documents if (document.content or "").strip()]
    if (characters := sum(len(document.content or "") for document in texts)) > MOST_CHARACTERS:
        raise ValueError(
            f"the documents have {characters} characters, at most {MOST_CHARACTERS} are read; split them, or retrieve "
            "fewer"
        )
    scores = [score if (score := document.score) is not None and score > 0 else 0.0 for document in texts]
    best = max(scores, default=0.0)
    scale = best if best > 1 else 1.0
    given = [_Given(document, score / scale) for document, score in zip(texts, scores, strict=True)]
    return sorted(given, key=lambda each: -each.score)


def _extracted(query: str, answer: Answer, given: Sequence[_Given]) -> list[ExtractedAnswer]:
    """The citations of an answer and of those that contradict it. Words of two overlapping documents come once."""
    extracted: dict[tuple[object, int, int], ExtractedAnswer] = {}
    for side, each in enumerate((answer, *answer.alternatives)):
        for citation in each.citations:
            of = given[int(citation.document.id)]
            offset = of.offset
            about: dict[str, Any] = {"found": each.found, "side": side}
            if offset is not None:
                about |= {"start": offset + citation.start, "end": offset + citation.end}
            source = of.document.meta.get("document_id", of.document.meta.get("source_id"))
            named = source if source is not None and offset is not None else f"document {of.document.id}"
            start, end, before = citation.start, citation.end, citation.quote_start
            made = ExtractedAnswer(
                query=query,
                score=each.confidence,
                data=citation.text,
                document=of.document,
                context=citation.quote,
                document_offset=ExtractedAnswer.Span(start, end),
                context_offset=ExtractedAnswer.Span(start - before, end - before),
                meta=about,
            )
            extracted.setdefault((named, (offset or 0) + start, (offset or 0) + end), made)
    return list(extracted.values())

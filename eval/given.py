"""Answers from one document that is given, without a search: reading by itself, as the makers of SQuAD measure it."""

from __future__ import annotations

from embeddings.index.index import Index
from embeddings.types import Chunk, Hit
from qa.assistant import Assistant, checked_question
from qa.types import Answer

ONLY_ONE = 1.0  # the fused score of a passage that has no rival


class GivenPassage:
    """An `eval.runner.Answerer` that reads one document of an index whole, as a single passage, and nothing else.

    Reading, ranking, confidence and threshold are the assistant's own. A document longer than the reader's input is
    read in overlapping windows, as every long passage is.

    Its passage has the scores that a search over this document alone would give it. The fused score is 1: min-max
    fusion maps the only candidate to the top of its scale. It adds the same to every span, and so decides nothing. The
    cosine is that of the document's nearest chunk, for the confidence was fitted on cosines of chunks, and the encoder
    cuts off what is longer. The BM25 score has no further use once the rankings are fused, and is left at 0.
    """

    def __init__(self, index: Index, assistant: Assistant, document: str) -> None:
        self._index, self._assistant, self._document = index, assistant, document

    def answer(self, question: str) -> Answer:
        """The answer that the document gives, or none. Raises QuestionError where it can't be asked."""
        return self._assistant.answer_from(question, self.retrieve(question, 1))

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        """The document as one passage; () where it holds no words. Raises QuestionError as `answer`."""
        checked = checked_question(question)
        chunks = self._index.chunks_of(self._document)
        if not chunks:
            return ()
        cosines = self._index.dense(checked, 1, also=list(chunks))
        whole = _joined(list(chunks.values()))
        dense = max(cosines[number] for number in chunks)
        return (Hit(self._index.document(self._document), whole, dense, lexical=0.0, score=ONLY_ONE),)


def _joined(chunks: list[Chunk]) -> Chunk:
    """All chunks of a document as one, under the heading and date of the first."""
    first = chunks[0]
    end = max(chunk.end for chunk in chunks)
    return Chunk(first.document_id, first.start, first.body_start, end, first.heading, first.date)

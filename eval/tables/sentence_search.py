"""A passage's nearest sentence in its dense score: measured by `eval.tables.ablations`, and not part of the index.

One vector for each sentence takes about five times the space and twice the time of one for each passage
(docs/experiments.md says what it gives).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embeddings.filters import Where
from embeddings.index.index import Index
from embeddings.models.encoder import Encoder
from embeddings.search.lexical import LexicalIndex
from embeddings.store.sqlite import Store
from embeddings.text.sentences import sentences
from embeddings.types import Chunk, Document


class SentenceIndex(Index):
    """Half of a passage's dense score is that of its nearest sentence, which is embedded without title or heading.

    Attributes:
        share: of the nearest sentence in the dense score, in [0, 1].
    """

    share = 0.5

    def __init__(self, store: Store, lexical: LexicalIndex, encoder: Encoder, folder: Path | None = None) -> None:
        super().__init__(store, lexical, encoder, folder)
        self._sentences = {
            number: encoder.encode(sentence_texts(document, chunk))
            for document in self.documents()
            for number, chunk in self.chunks_of(document.id).items()
        }

    def dense(self, question: str, k: int, also: Sequence[int] = (), where: Where | None = None) -> dict[int, float]:
        """As `Index.dense`; the k passages are still those whose own vectors are nearest."""
        vector = self.encoder.encode_query(question)
        return {
            number: (1 - self.share) * cosine + self.share * float((self._sentences[number] @ vector).max())
            for number, cosine in super().dense(question, k, also, where).items()
        }

    def both(
        self, question: str, words: str, k: int, where: Where | None = None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """As `Index.both`, one after the other."""
        lexical = self.lexical(words, k, where)
        return self.dense(question, k, list(lexical), where), lexical


class SentencesAlone(SentenceIndex):
    """The dense score of a passage is the cosine of its nearest sentence."""

    share = 1.0


def sentence_texts(document: Document, chunk: Chunk) -> list[str]:
    """The sentences of a passage that hold a letter or digit; the whole text if none does."""
    words = document.text[chunk.start : chunk.end]
    texts = [words[start:end].strip() for start, end in sentences(words)]
    return [text for text in texts if any(c.isalnum() for c in text)] or [words.strip()]

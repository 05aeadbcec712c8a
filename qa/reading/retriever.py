"""A question -> the passages that may answer it: searched by meaning and by words, and fused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from embeddings.filters import Where
from embeddings.index.spelling import Vocabulary
from embeddings.search.lexical import term_weights
from embeddings.store.records import Listed
from embeddings.types import Document, Hit
from qa.english.words import without_question_words
from qa.settings import Settings

Scores = Mapping[int, float]  # the number of a passage -> its score, best first

# Cormack, Clarke and Büttcher 2009 found 60 to work across collections.
_RANK_CONSTANT = 60


class Searchable(Vocabulary, Protocol):
    """What can be searched: an `embeddings.index.index.Index`, or several as one (`embeddings.index.joined`)."""

    def count(self, where: Where | None = None) -> int:
        """How many documents there are; with a filter, how many have a passage that fits."""

    @property
    def passage_count(self) -> int:
        """How many passages there are."""

    @property
    def update(self) -> int:
        """The number of the last finished update."""

    def documents(self) -> tuple[Document, ...]:
        """All documents."""

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The documents that have a passage that fits, without their texts: all, or the first `most`."""

    def document(self, id: str, where: Where | None = None) -> Document:
        """The document with this id. Raises DocumentError where there is none that fits."""

    def check(self, where: Where) -> None:
        """Raises FilterError where a filter names what is not there."""

    def both(
        self, question: str, words: str, k: int, where: Where | None = None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """The cosines of the passages that either search returns, and the BM25 scores of the k best by `words`."""


class Retriever:
    """Finds passages in an index."""

    def __init__(self, index: Searchable, settings: Settings) -> None:
        self._index, self._settings = index, settings

    def search(self, question: str, k: int, where: Where | None = None) -> tuple[Hit, ...]:
        """The k best passages, best first. Fewer where the index holds fewer.

        Args:
            question: what is searched for.
            k: how many.
            where: what each of the two searches is limited to.

        Raises:
            FilterError: `where` names a document or folder that is not there.
        """
        with self._index.reading():
            return self._search(question, k, where)

    def _search(self, question: str, k: int, where: Where | None) -> tuple[Hit, ...]:
        candidates = max(k, self._settings.candidates)
        words = without_question_words(question)
        dense, lexical = self._index.both(question, words, candidates, where)
        fused = self._fuse(dense, lexical, words)
        best = sorted(fused, key=lambda number: (-fused[number], number))[:k]
        chunks = self._index.chunks(best)
        return tuple(
            Hit(
                document=self._index.document(chunks[number].document_id),
                chunk=chunks[number],
                dense=dense[number],
                lexical=lexical.get(number, 0.0),
                score=fused[number],
            )
            for number in best
            if number in chunks
        )

    def _fuse(self, dense: Scores, lexical: Scores, words: str) -> dict[int, float]:
        if self._settings.fusion == "reciprocal-rank":
            return reciprocal_rank(dense, lexical)
        weights = term_weights(self._index.frequencies(words), self._index.passage_count)
        return min_max(dense, lexical, self._settings.dense_weight, sum(weights.values()))


def min_max(dense: Scores, lexical: Scores, dense_weight: float, all_words: float = 0.0) -> dict[int, float]:
    """Weighted sum of both scores, each mapped to [0, 1] (Lee 1997, CombSUM).

    Cosines are mapped over the candidates. A lexical score is put in parts of what a passage has that holds every word
    of the question once, or of the best where that is higher: else the best by words would count as a full match
    where it shares but one word with the question. Bruch et al. 2023 bound a score by its theory likewise, from below.

    Args:
        dense: cosines of the candidates.
        lexical: their BM25 scores; a passage that shares no word has none, and counts as 0.
        dense_weight: of the cosines; the lexical score has the rest.
        all_words: the BM25 score of a passage with every word of the question; 0 where that is not known.

    >>> min_max({1: 0.9, 2: 0.5}, {2: 8.0}, dense_weight=0.5)
    {1: 0.5, 2: 0.5}
    >>> min_max({1: 0.9, 2: 0.5}, {2: 8.0}, dense_weight=0.5, all_words=16.0)
    {1: 0.5, 2: 0.25}
    """
    low, high = min(dense.values(), default=0.0), max(dense.values(), default=0.0)
    top = max(all_words, max(lexical.values(), default=1.0))
    return {
        number: dense_weight * _ratio(cosine - low, high - low)
        + (1 - dense_weight) * _ratio(lexical.get(number, 0.0), top)
        for number, cosine in dense.items()
    }


def reciprocal_rank(dense: Scores, lexical: Scores) -> dict[int, float]:
    """Sum of 1 / (60 + rank) over both rankings (Cormack et al. 2009), scaled so that first in both is 1.

    >>> round(reciprocal_rank({1: 0.9, 2: 0.5}, {1: 8.0})[1], 3)
    1.0
    """
    fused = dict.fromkeys(dense, 0.0)
    for ranking in (dense, lexical):
        for rank, number in enumerate(sorted(ranking, key=lambda n: (-ranking[n], n))):
            fused[number] = fused.get(number, 0.0) + (_RANK_CONSTANT + 1) / (_RANK_CONSTANT + 1 + rank) / 2
    return fused


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float(part == whole)

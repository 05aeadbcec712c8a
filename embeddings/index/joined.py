"""Several indexes searched as one: the shared one, and the files that a user added.

Cosines of one encoder can be compared across indexes. BM25 scores cannot: a word weighs more, the fewer passages of its
own index hold it, so in an index of five passages hardly any word weighs much, and an added file would lose to any
passage of a large index. So each index names its candidates, and one formula (Robertson and Zaragoza 2009) scores them
all with the counts of all indexes together: how many passages there are, and how many hold each word. Only the mean
length is that of the candidates, since tantivy does not give the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

from embeddings.errors import DocumentError, FilterError
from embeddings.filters import Where
from embeddings.index.index import Index
from embeddings.models.encoder import Encoder
from embeddings.search.lexical import analyser, composed, term_weights
from embeddings.store.records import Listed
from embeddings.store.sqlite import no_document
from embeddings.text.chunking import Chunker
from embeddings.types import Chunk, Document

_STRIDE = 1 << 48  # above every passage number of a single index
_K1, _B = 1.2, 0.75  # as tantivy has them


class JoinedIndex:
    """Indexes that were made with one encoder, searched as one, as an `Index` is.

    Args:
        parts: the indexes; no document is in two of them.
        chunker: it cut their passages, and says by which words a passage is searched.
        limit: the part of the first index that is searched; None for all of it.
    """

    def __init__(self, parts: Sequence[Index], chunker: Chunker, limit: Where | None = None) -> None:
        self._parts, self._chunker, self._analyser = tuple(parts), chunker, analyser()
        self._limit = limit

    @property
    def encoder(self) -> Encoder:
        """The encoder of all of them."""
        return self._parts[0].encoder

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads of this thread inside belong to one finished update of each index."""
        with ExitStack() as held:
            for part in self._parts:
                held.enter_context(part.reading())
            yield

    @property
    def update(self) -> int:
        """The number of the first index's last finished update."""
        return self._parts[0].update

    def count(self, where: Where | None = None) -> int:
        """How many documents there are; with a filter, how many have a passage that fits."""
        return sum(self._parts[place].count(limit) for place, limit in self._limits(where).items())

    def documents(self) -> tuple[Document, ...]:
        """All documents, those of the first index first."""
        return tuple(self.document(listed.id) for listed in self.listed())

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The documents without their texts, those of the first index first: all, or the first `most`."""
        limits = self._limits(where).items()
        documents = (listed for place, limit in limits for listed in self._parts[place].listed(most, limit))
        return tuple(islice(documents, most))

    def document(self, id: str, where: Where | None = None) -> Document:
        """The document with this id. Raises DocumentError where no index holds it, or it does not fit."""
        failure = no_document(id)
        for place, limit in self._limits(where).items():
            try:
                return self._parts[place].document(id, limit)
            except DocumentError as error:
                failure = error
        raise failure

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """The passages with these numbers, those that exist."""
        passages: dict[int, Chunk] = {}
        for place, own in _split(numbers).items():
            chunks = self._parts[place].chunks(own)
            passages |= {_joined(place, number): chunk for number, chunk in chunks.items()}
        return passages

    def check(self, where: Where) -> None:
        """Raises FilterError where a filter names a document or folder that is in no index."""
        self._limits(where)

    def dense(self, question: str, k: int, also: Sequence[int] = (), where: Where | None = None) -> dict[int, float]:
        """The cosines of the k nearest passages, nearest first, and then of those in `also`.

        Raises FilterError where `where` names a document or folder that is in no index.
        """
        named, cosines = _split(also), dict[int, float]()
        for place, limit in self._limits(where).items():
            scores = self._parts[place].dense(question, k, named.get(place, ()), limit)
            cosines |= {_joined(place, number): score for number, score in scores.items()}
        ordered = sorted(cosines, key=lambda number: (-cosines[number], number))
        kept = dict.fromkeys([*ordered[:k], *(number for number in also if number in cosines)])
        return {number: cosines[number] for number in kept}

    def lexical(self, question: str, k: int, where: Where | None = None) -> dict[int, float]:
        """The BM25 scores of the k best passages, by the counts of all indexes, best first.

        Raises FilterError where `where` names a document or folder that is in no index.
        """
        with self.reading():
            limits = self._limits(where)
            numbers = [
                _joined(place, number)
                for place, limit in limits.items()
                for number in self._parts[place].lexical(question, k, limit)
            ]
            scores = self._scored(numbers, term_weights(self.frequencies(question), self.passage_count))
        best = sorted(scores, key=lambda number: (-scores[number], number))[:k]
        return {number: scores[number] for number in best}

    def both(
        self, question: str, words: str, k: int, where: Where | None = None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """As `Index.both`, over all of them, one search after the other."""
        lexical = self.lexical(words, k, where)
        return self.dense(question, k, list(lexical), where), lexical

    @property
    def passage_count(self) -> int:
        """The number of passages of all indexes."""
        return sum(part.passage_count for part in self._parts)

    def frequencies(self, question: str) -> dict[str, int]:
        """As `Index.frequencies`, over all of them."""
        return _added(part.frequencies(question) for part in self._parts)

    def holding(self, term: str, k: int, where: Where | None = None) -> tuple[int, ...]:
        """As `Index.holding`, of each of them."""
        limits = self._limits(where).items()
        return tuple(_joined(i, number) for i, limit in limits for number in self._parts[i].holding(term, k, limit))

    def beginning(self, letters: str) -> dict[str, int]:
        """As `Index.beginning`, over all of them."""
        return _added(part.beginning(letters) for part in self._parts)

    def _scored(self, numbers: Sequence[int], weights: Mapping[str, float]) -> dict[int, float]:
        """The BM25 scores of passages; those with a score of 0 are left out."""
        counts = {number: self._terms(chunk) for number, chunk in self.chunks(numbers).items()}
        mean = sum(terms.total() for terms in counts.values()) / max(1, len(counts))
        scores = {}
        for number, terms in counts.items():
            length = _K1 * (1 - _B + _B * terms.total() / mean) if mean else _K1
            scores[number] = sum(
                weight * terms[term] * (_K1 + 1) / (terms[term] + length) for term, weight in weights.items()
            )
        return {number: score for number, score in scores.items() if score > 0}

    def _terms(self, chunk: Chunk) -> Counter[str]:
        words = self._chunker.searched_text(self.document(chunk.document_id), chunk)
        return Counter(self._analyser.analyze(composed(words)))

    def _limits(self, where: Where | None) -> dict[int, Where | None]:
        """The indexes that a filter lets through, by place, and the part of the filter that concerns each.

        Raises FilterError where it names a document or folder that is in no index.
        """
        if where is None:
            return {place: None if place else self._limit for place in range(len(self._parts))}
        outer, limits, met = self._limits(where.inside), dict[int, Where | None](), set[str]()
        for place, limit in outer.items():
            part = self._parts[place]
            documents = tuple(n for n in where.documents if _holds(part, Where(documents=(n,), inside=limit)))
            folders = tuple(n for n in where.folders if _holds(part, Where(folders=(n,), inside=limit)))
            met |= {*documents, *folders}
            if (documents or not where.documents) and (folders or not where.folders):
                limits[place] = replace(where, documents=documents, folders=folders, inside=limit)
        if any(name not in met for name in (*where.documents, *where.folders)):
            self._parts[0].check(replace(where, inside=self._limit, **_without(where, met)))
        return limits


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    added = Counter[str]()
    for each in counts:
        added.update(each)
    return dict(added)


def _holds(part: Index, where: Where) -> bool:
    """Does an index hold what a filter names?"""
    try:
        part.check(where)
    except FilterError:
        return False
    return True


def _without(where: Where, met: Collection[str]) -> dict[str, Any]:
    """The names of a filter that no index holds."""
    kinds = {"documents": where.documents, "folders": where.folders}
    return {kind: tuple(name for name in names if name not in met) for kind, names in kinds.items()}


def _joined(place: int, number: int) -> int:
    return place * _STRIDE + number


def _split(numbers: Iterable[int]) -> dict[int, list[int]]:
    """Passage numbers by index, each as its own index counts it."""
    split: dict[int, list[int]] = {}
    for number in numbers:
        split.setdefault(number // _STRIDE, []).append(number % _STRIDE)
    return split

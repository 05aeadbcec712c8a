"""Several indexes searched as one: the shared one, and the files that somebody added for himself.

Cosines of one encoder are comparable wherever a passage lies. BM25 scores are not: a word weighs by how few passages of
its own collection hold it, so that in a collection of five passages hardly any word weighs much, and what was added
would lose to any passage of a large index. So each index names its candidates, and all candidates are scored anew by
one formula (Robertson and Zaragoza 2009), with the numbers of all collections together: how many passages there are,
and in how many each word stands. Only the mean length is that of the candidates, for tantivy does not tell the other.
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

_STRIDE = 1 << 48  # the numbers of one index's passages stay below it
_K1, _B = 1.2, 0.75  # as tantivy has them


class JoinedIndex:
    """Indexes that were made with one encoder, searched as one (`qa.reading.retriever.Searchable`).

    Args:
        parts: the indexes, no document in two of them.
        chunker: what cut their passages, and says which words they are found by.
        limit: what of the first is there at all; all of it where it is None.
    """

    def __init__(self, parts: Sequence[Index], chunker: Chunker, limit: Where | None = None) -> None:
        self._parts, self._chunker, self._analyser = tuple(parts), chunker, analyser()
        self._limit = limit

    @property
    def encoder(self) -> Encoder:
        """That of all of them."""
        return self._parts[0].encoder

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that this thread reads inside belongs to one finished update of each index."""
        with ExitStack() as held:
            for part in self._parts:
                held.enter_context(part.reading())
            yield

    @property
    def update(self) -> int:
        """The number of the first index's last finished update."""
        return self._parts[0].update

    def count(self, where: Where | None = None) -> int:
        """How many documents there are, or have a passage that fits."""
        return sum(self._parts[place].count(limit) for place, limit in self._limits(where).items())

    def documents(self) -> tuple[Document, ...]:
        """All documents, those of the first index first."""
        return tuple(self.document(listed.id) for listed in self.listed())

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The documents without their texts, those of the first index first: the first `most`, or all of them."""
        limits = self._limits(where).items()
        found = (listed for place, limit in limits for listed in self._parts[place].listed(most, limit))
        return tuple(islice(found, most))

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
        found: dict[int, Chunk] = {}
        for place, own in _split(numbers).items():
            chunks = self._parts[place].chunks(own)
            found |= {_joined(place, number): chunk for number, chunk in chunks.items()}
        return found

    def check(self, where: Where) -> None:
        """Raises FilterError where a filter names a document or folder that is in no index."""
        self._limits(where)

    def dense(self, question: str, k: int, also: Sequence[int] = (), where: Where | None = None) -> dict[int, float]:
        """Cosine of the question with its k nearest passages, nearest first, and then with those named in `also`.

        Raises FilterError where `where` names a document or folder that is in no index.
        """
        named, found = _split(also), dict[int, float]()
        for place, limit in self._limits(where).items():
            scores = self._parts[place].dense(question, k, named.get(place, ()), limit)
            found |= {_joined(place, number): score for number, score in scores.items()}
        ordered = sorted(found, key=lambda number: (-found[number], number))
        kept = dict.fromkeys([*ordered[:k], *(number for number in also if number in found)])
        return {number: found[number] for number in kept}

    def lexical(self, question: str, k: int, where: Where | None = None) -> dict[int, float]:
        """BM25 score of the k best passages by their words, over the numbers of all indexes, best first.

        Raises FilterError where `where` names a document or folder that is in no index.
        """
        with self.reading():
            limits = self._limits(where)
            found = [
                _joined(place, number)
                for place, limit in limits.items()
                for number in self._parts[place].lexical(question, k, limit)
            ]
            scores = self._scored(found, term_weights(self.frequencies(question), self.passage_count))
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
        holding = Counter[str]()
        for part in self._parts:
            holding.update(part.frequencies(question))
        return dict(holding)

    def _scored(self, numbers: Sequence[int], weights: Mapping[str, float]) -> dict[int, float]:
        """The BM25 score of passages."""
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
        """The indexes that a filter lets through, and what each is limited to: what it names of them.

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


def _holds(part: Index, where: Where) -> bool:
    """Whether an index has what a filter names."""
    try:
        part.check(where)
    except FilterError:
        return False
    return True


def _without(where: Where, met: Collection[str]) -> dict[str, Any]:
    """The names of a filter that no index has."""
    kinds = {"documents": where.documents, "folders": where.folders}
    return {kind: tuple(name for name in names if name not in met) for kind, names in kinds.items()}


def _joined(place: int, number: int) -> int:
    return place * _STRIDE + number


def _split(numbers: Iterable[int]) -> dict[int, list[int]]:
    """The numbers of passages by their index, as they are called there."""
    split: dict[int, list[int]] = {}
    for number in numbers:
        split.setdefault(number // _STRIDE, []).append(number % _STRIDE)
    return split

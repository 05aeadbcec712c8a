"""What a reader sees: one finished update of all three stores, and how it moves on to the next.

A view holds a snapshot of the store while it is read, and no longer, so that a writer is never kept from tidying up by
a chat that waits. Words and vectors belong to the same update: tantivy is opened between two looks at the store that
found the same update, and the store's snapshot decides what exists.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import StoreError, StoreLocked
from embeddings.filters import Where
from embeddings.index.updating import open_store
from embeddings.models.encoder import Encoder, Vectors
from embeddings.models.runtime import version_of
from embeddings.search.bases import Base, LoadedBase, Numbers, rows_in
from embeddings.search.dense import DenseIndex, VectorSearch
from embeddings.search.lexical import LexicalIndex, Within
from embeddings.search.wordfiles import LEXICAL_FOLDER, Stamp, check_words
from embeddings.store.choosing import Places, chosen, rows_of
from embeddings.store.manifest import MANIFEST_FILE, Manifest, mend
from embeddings.store.records import Stored
from embeddings.store.sqlite import State, Store

Bits = np.ndarray[Any, np.dtype[np.bool_]]

_TRIES = 20  # while updates follow each other faster than they can be opened
_MOST_NAMED = 20_000  # documents of a filter that tantivy is given by name
_MOST_FILTERS = 16  # filters that are kept; each takes one megabyte for a million passages


class _Allowed:
    """A filter applied to a view: the documents that fit, and the passages that fit by their days.

    Args:
        places: of the documents, None for any.
        dated: the passages, ascending; None for any.
        within: the same, for tantivy.

    Attributes:
        count: how many documents have a passage that fits; None until that is worked out.
    """

    def __init__(self, places: Places | None, dated: Numbers | None, within: Within) -> None:
        self.places, self._dated, self.within = places, dated, within
        self._base: tuple[Numbers, Bits] | None = None
        self.count: int | None = None if dated is not None or places is None else len(places)

    def mask(self, numbers: Numbers) -> Bits:
        """A mask of the numbers that fit, in the order given (ascending). The mask of a base is computed once."""
        if self._base is not None and self._base[0] is numbers:
            return self._base[1]
        fitting = np.ones(len(numbers), dtype=bool)
        if self.places is not None:
            fitting &= rows_in(numbers, self.places[:, 1:])
        if self._dated is not None:
            fitting &= _among(numbers, self._dated)
        if len(numbers) > _MOST_NAMED:
            self._base = numbers, fitting
        return fitting

    def owns(self, document: int) -> bool:
        """Whether a document is one of those that fit."""
        if self.places is None:
            return True
        row = int(np.searchsorted(self.places[:, 0], document))
        return row < len(self.places) and int(self.places[row, 0]) == document

    def holds(self, stored: Stored) -> bool:
        """Whether a document has a passage that fits."""
        if not self.owns(stored.number):
            return False
        if self._dated is None:
            return True
        row = int(np.searchsorted(self._dated, stored.first))
        return row < len(self._dated) and int(self._dated[row]) < stored.first + stored.count


def _among(numbers: Numbers, others: Numbers) -> Bits:
    """A mask of the numbers that are among some others; both are ascending."""
    rows = np.searchsorted(others, numbers)
    there: Bits = np.append(others, -1)[rows] == numbers
    return there


class View:
    """One update of an index, open for reading.

    `checked` are the files of words that are known to be whole.

    Attributes:
        store: pinned to the update while the view is in use.
        lexical: the words.
        vectors: the base and the tail.
        users: threads that are reading from it.
    """

    def __init__(
        self,
        store: Store,
        lexical: LexicalIndex,
        folder: Path | None = None,
        checked: dict[str, Stamp] | None = None,
    ) -> None:
        self.store, self.lexical, self.users = store, lexical, 0
        self.vectors = VectorSearch(None, (), _nothing(), store.vectors_of)
        self.document = lru_cache(maxsize=64)(store.document)
        self._folder, self._checked = folder, checked if checked is not None else {}
        self._state: State | None = None
        self._base: LoadedBase | None = None
        self._filters: dict[Where, _Allowed] = {}

    @classmethod
    def open(cls, folder: Path) -> View:
        """The index in a folder. Raises StoreError where there is none, or it can't be used."""
        store, checked = open_store(folder), dict[str, Stamp]()
        try:
            check_words(folder, store, checked)
            return cls(store, LexicalIndex(folder / LEXICAL_FOLDER), folder, checked)
        except StoreError:
            store.close()
            raise

    def pin(self) -> None:
        """Moves on to the last finished update and keeps it until `unpin`."""
        missing = False
        for _ in range(_TRIES):
            state = self.store.pin()
            if state == self._state:
                return
            self.store.unpin()
            if self._folder is not None:
                check_words(self._folder, self.store, self._checked)
            self.lexical.reload()
            try:
                if self.store.pin() == state:
                    self._arrange(state)
                    return
                missing = False
            except FileNotFoundError:  # a newer base may have taken its place
                missing = True
            except BaseException:
                self.store.unpin()
                raise
            self.store.unpin()
        if missing:
            raise StoreError(f"{self._folder}: its base of vectors is missing; {mend(self._folder)}")
        raise StoreLocked(f"{self._folder}: updates follow each other faster than they can be read; try again")

    def unpin(self) -> None:
        """Lets go of the update."""
        self.store.unpin()

    def _arrange(self, state: State) -> None:
        """Opens the vectors of an update for search. Raises FileNotFoundError where their base is missing."""
        about = Base.from_json(state.base) if state.base is not None else None
        if about is None or self._folder is None:
            self._base = None
        elif self._base is None or self._base.about != about:
            self._base = LoadedBase.read(self._folder, about)
        tail = DenseIndex(*self._tail(about.last if about is not None else 0))
        self.vectors = VectorSearch(self._base, self.store.gone(), tail, self.store.vectors_of)
        self._state = state
        self.document.cache_clear()
        self._filters.clear()

    def _tail(self, last: int) -> tuple[Numbers, Vectors]:
        """The vectors after a passage: those of the view without removed ones, and newer ones."""
        numbers, vectors = self.vectors.tail.numbers, self.vectors.tail.vectors
        if not len(numbers):
            return self.store.vectors(last)
        there = self.store.there(numbers.tolist())
        kept = np.array([number > last and number in there for number in numbers.tolist()], dtype=bool)
        more, newer = self.store.vectors(max(last, int(numbers[-1])))
        if not len(more):
            return numbers[kept], vectors[kept]
        return np.concatenate([numbers[kept], more]), np.concatenate([vectors[kept], newer])

    # ------------------------------------------------------------ searching

    def check(self, where: Where) -> None:
        """Raises FilterError where a filter names a document or folder that is not there."""
        self._allowed(where)

    def each(self, where: Where | None) -> Iterator[Stored]:
        """The rows of the documents that have a passage that fits, in the order they were added."""
        allowed = self._allowed(where)
        if allowed is None:
            yield from self.store.each_document()
            return
        rows = self.store.each_document() if allowed.places is None else rows_of(self.store, allowed.places)
        yield from (stored for stored in rows if allowed.holds(stored))

    def count(self, where: Where | None) -> int:
        """The number of documents with a passage that fits, computed once."""
        allowed = self._allowed(where)
        if allowed is None:
            return self.store.state.documents
        if allowed.count is None:
            allowed.count = sum(1 for _ in self.each(where))
        return allowed.count

    def fits(self, id: str, where: Where | None) -> bool:
        """Whether a document that is there has a passage that fits."""
        allowed = self._allowed(where)
        return allowed is None or allowed.holds(self.store.stored(id))

    def dense(self, vector: Vectors, k: int, where: Where | None) -> dict[int, float]:
        """The k nearest passages of a unit vector (dimension,) that fit: number -> cosine, nearest first."""
        allowed = self._allowed(where)
        nearest = self.vectors.search(vector, k, allowed.mask if allowed is not None else None)
        self._check_owners(nearest, allowed)
        return nearest

    def by_words(self, question: str, k: int, where: Where | None, is_term: bool = False) -> dict[int, float]:
        """The k best passages by their words that fit: number -> BM25 score, best first.

        With `is_term` the question is one term of the index. What tantivy names and the store does not have is dropped,
        and more is fetched until k are there.
        """
        allowed, wanted = self._allowed(where), k
        search = self.lexical.holding if is_term else self.lexical.search
        while True:
            scores = search(question, wanted, allowed.within if allowed is not None else None)
            there = self.store.there(scores)
            if allowed is not None and there:
                numbers = np.array(sorted(there), dtype=np.int64)
                there = set(numbers[allowed.mask(numbers)].tolist())
            kept = {number: score for number, score in scores.items() if number in there}
            if len(kept) >= k or len(scores) < wanted:
                best = dict(list(kept.items())[:k])
                self._check_owners(best, allowed)
                return best
            wanted *= 4

    def _check_owners(self, hits: Iterable[int], allowed: _Allowed | None) -> None:
        """Raises StoreError where a hit does not fit the filter, which means that a row is damaged."""
        if allowed is not None and allowed.places is not None:
            numbers = list(hits)
            owners = self.store.owners(numbers)
            if not all(number in owners and allowed.owns(owners[number].number) for number in numbers):
                raise StoreError(f"{self._folder}: the record of a document is damaged; {mend(self._folder)}")

    def _allowed(self, where: Where | None) -> _Allowed | None:
        if not where:
            return None
        if where not in self._filters:
            while len(self._filters) >= _MOST_FILTERS:
                self._filters.pop(next(iter(self._filters)))
            self._filters[where] = self._worked_out(where)
        return self._filters[where]

    def _worked_out(self, where: Where) -> _Allowed:
        days, places, numbered = where.days(), None, None
        if where.picks_documents:
            places = chosen(self.store, where)
            if len(places) <= _MOST_NAMED:
                numbered = tuple(places[:, 0].tolist())
        dated = self.store.on_days(*days) if days is not None else None
        return _Allowed(places, dated, Within(numbered, days))

    def close(self) -> None:
        """Closes the files."""
        self.store.close()


class Views:
    """The view that new readers get, and older views that are still being read.

    Args:
        view: the first one.
        encoder: what the index was made with; an index of another one that takes its place is not changed over to.
        folder: of the index; None for one in memory, which does not change.
    """

    def __init__(self, view: View, encoder: Encoder, folder: Path | None) -> None:
        self._view, self._encoder, self._folder = view, encoder, folder
        self._lock, self._mine = threading.RLock(), threading.local()
        self._said, self._id = _stamp(folder), Manifest.read(folder).id if folder is not None else ""

    @contextmanager
    def current(self) -> Iterator[View]:
        """The last finished update; inside, the same thread is given the same view again."""
        held: View | None = getattr(self._mine, "view", None)
        if held is not None:
            yield held
            return
        self._mine.view = view = self._taken()
        try:
            yield view
        finally:
            self._mine.view = None
            self._given_back(view)

    def _taken(self) -> View:
        with self._lock:
            said = _stamp(self._folder)
            if self._folder is not None and said is not None and said != self._said:
                self._follow(self._folder)
            if not self._view.users:
                self._view.pin()
            self._said = said
            self._view.users += 1
            return self._view

    def _given_back(self, view: View) -> None:
        with self._lock:
            view.users -= 1
            if not view.users:
                view.unpin()
                if view is not self._view:
                    view.close()

    def _follow(self, folder: Path) -> None:
        """Opens the index of the folder again where the view that is open can't show what changed.

        A view that nobody reads from shows it by itself, unless another index was put in the folder, or its store was
        opened as one that never changes. An index made with another encoder is left alone.
        """
        said = Manifest.read(folder)
        if version_of(said.encoder) != version_of(self._encoder.card.identity):
            return
        old = self._view
        if old.users or said.id != self._id or not old.store.is_live:
            self._view, self._id = View.open(folder), said.id
            if not old.users:
                old.close()

    def close(self) -> None:
        """Closes the files."""
        self._view.close()


def _stamp(folder: Path | None) -> tuple[int, int, int] | None:
    """Changes whenever the manifest is written."""
    if folder is None:
        return None
    try:
        stat = (folder / MANIFEST_FILE).stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _nothing() -> DenseIndex:
    return DenseIndex(np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32))

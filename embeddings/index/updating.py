"""The writer of an index: documents are staged and made visible together; what is left over is tidied up afterwards.

The order of every update, each step of which may be the last one before the power goes:
  1. documents, passages and vectors are staged in the store, and committed as they come: nobody sees them;
  2. their words are committed to tantivy: hits on what the store does not show are dropped;
  3. one transaction of the store makes the update visible, with what goes and what is renamed;
  4. the manifest says so;
  5. words of what is gone leave tantivy, then its rows leave the store;
  6. if many vectors are new, a new base is written under a new name, and the store changes over to it.
A writer begins by finishing what an earlier one left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import numpy as np

from embeddings.errors import StoreError, StoreMismatch
from embeddings.index.staging import Changed, Staging, check_id
from embeddings.models.encoder import Encoder, Vectors
from embeddings.models.runtime import version_of
from embeddings.search.bases import Base, Blocks, Numbers, VectorIndex, can_grow, grow_base, kind_for, make_base
from embeddings.search.lexical import Entry, LexicalIndex, LexicalWriter
from embeddings.search.wordfiles import LEXICAL_FOLDER, are_open, begin_words, record_words
from embeddings.store.choosing import named
from embeddings.store.connecting import STORE_FILE
from embeddings.store.locking import writer_lock
from embeddings.store.manifest import Manifest
from embeddings.store.records import Stored
from embeddings.store.sqlite import State, Store
from embeddings.types import Chunk, Document

if TYPE_CHECKING:
    from embeddings.text.chunking import Chunker

_COMMITTED_AT_ONCE = 512  # passages
_ENCODED_AT_ONCE = 2_048  # passages; a document that has more is encoded in parts, so that memory stays bounded
_READ_AT_ONCE = 20_000  # vectors


@dataclass(frozen=True, slots=True)
class Tuning:
    """How vectors are arranged.

    Attributes:
        vector_index: "flat", "hnsw" or "ivf" (`embeddings.search.bases`); "auto" to choose by size.
        tail: passages that may be newer than the base and are searched one by one; also the smallest base.
    """

    vector_index: VectorIndex = "auto"
    tail: int = 4_096


_DEFAULTS = Tuning()


class _Adding(NamedTuple):
    encoder: Encoder
    chunker: Chunker


class Writer:
    """Stages one update at a time. Make one with `writing` or `in_memory`.

    Args:
        store, lexical: of the index.
        encoder, chunker: what embeds and cuts its documents; None where nothing will be added.
        folder: of the index; None where it is in memory.
        tuning: how vectors are arranged.

    Attributes:
        staging: what is staged.
    """

    def __init__(
        self,
        store: Store,
        lexical: LexicalIndex,
        encoder: Encoder | None = None,
        chunker: Chunker | None = None,
        folder: Path | None = None,
        tuning: Tuning = _DEFAULTS,
    ) -> None:
        self._store, self._lexical, self._encoder, self._chunker = store, lexical, encoder, chunker
        self._folder, self._tuning = folder, tuning
        self._open, self._since = ExitStack(), 0
        self._words: LexicalWriter | None = None
        self.staging = Staging(store)
        if folder is not None and are_open(store):
            self._lexical.clear_up()  # before digests are taken: tantivy uses the names of these files again
            self._record_words()
        self._sweep()

    @property
    def state(self) -> State:
        """What the last finished update left."""
        return self._store.state

    # ------------------------------------------------------------ staging

    def add(self, document: Document) -> Stored:
        """Cuts, embeds and stages a document.

        Raises:
            DocumentError: this update has one with the same id.
            StoreError: it can't be written.
        """
        chunks = self.cut(document)
        return self.add_again(document, chunks, self.encoded(document, chunks))

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        """The passages of a document."""
        return self._adding().chunker(document)

    def encoded(self, document: Document, chunks: Sequence[Chunk]) -> Vectors:
        """The vectors of a document's passages, (passages, dimension). Several threads may ask at once."""
        encoder, chunker = self._adding()
        texts = (chunker.embedded_text(document, chunk) for chunk in chunks)
        vectors = np.zeros((len(chunks), encoder.card.dimension), dtype=np.float32)
        for start in range(0, len(chunks), _ENCODED_AT_ONCE):
            some = list(islice(texts, _ENCODED_AT_ONCE))
            vectors[start : start + len(some)] = encoder.encode(some)
        return vectors

    def add_again(self, document: Document, chunks: Sequence[Chunk], vectors: Vectors) -> Stored:
        """Stages a document whose passages and vectors (passages, dimension) are known. Raises as `add`."""
        check_id(self.staging, document)
        stored = self.staging.add(document, chunks, vectors)
        self._add_words(stored, document)
        self._since += stored.count + 1
        if self._since >= _COMMITTED_AT_ONCE:
            self.commit()
        return stored

    def keep(self, stored: Stored) -> None:
        """Keeps a document. One that an interrupted update staged becomes part of this update."""
        if self.staging.keep(stored) and stored.added == self.staging.update:
            self._writer().remove([stored.number])
            self._add_words(stored, self._store.with_text(stored))

    def named(self, name: str) -> list[Stored]:
        """The documents of a name (as `Where.documents`), or those that lie in a folder of that name.

        Raises FilterError where there is none.
        """
        return named(self._store, name)

    def remove(self, stored: Stored) -> None:
        """Stages the removal of a document."""
        self.staging.remove(stored)

    def commit(self) -> None:
        """Makes what was staged durable, so that an interrupted update goes on from here; it stays unseen."""
        self.staging.commit()
        self._since = 0

    def finish(self, roots: tuple[bytes, ...] = (), always: bool = False) -> Changed:
        """Makes the update visible, and tidies up.

        Args:
            roots: what an interrupted update staged from under these and this one did not take over is dropped.
            always: count it as an update even where nothing changed.

        Raises:
            StoreError: it can't be written; the index is as it was before.
        """
        unwanted = self.staging.unwanted(roots) if roots else []
        if unwanted:
            self._writer().remove([stored.number for stored in unwanted])
            self.staging.drop(unwanted)
        changed = Changed()
        self.commit()
        if always or self.staging.changes_anything():
            self._open.close()  # the words are durable before anybody looks for them
            self._words = None
            self._record_words()
            changed = self.staging.finish()
            self._say()
            self._sweep()
        self.compact()
        self._store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.staging = Staging(self._store)
        return changed

    def abandon(self) -> None:
        """Drops what is not committed, with its words. What is committed waits for the next update."""
        dropped = RuntimeError("abandoned")  # the next documents get the same numbers: no word may stay
        with suppress(StoreError):
            self._open.__exit__(type(dropped), dropped, None)
        with suppress(StoreError):
            self.staging.rollback()
        if self._words is not None:
            self._words = None
            with suppress(StoreError, OSError):
                self._record_words()

    # ------------------------------------------------------------ arranging the vectors

    def compact(self, again: bool = False) -> None:
        """Writes a new base if too many vectors are outside the old one, or if `again` is True."""
        if self._folder is None:
            return
        base = Base.from_json(self._store.state.base) if self._store.state.base is not None else None
        newer, gone = self.staging.sizes_since(base.last if base is not None else 0)
        if not again and not self._is_due(base, newer, gone):
            return
        live = self._store.state.passages
        kind, clear = kind_for(self._tuning.vector_index, live), True
        if base is not None and not again and can_grow(base, kind, base.count + newer) and gone * 4 <= base.count:
            made, clear = grow_base(self._folder, base, self._blocks(base.last)), False
        elif live:
            generation = base.generation + 1 if base is not None else 1
            about = Base(generation, kind, live, self._store.dimension(), 0, live)
            made = make_base(self._folder, about, self._blocks(0))
        else:
            return
        self.staging.set_base(made, clear)
        self._say()
        _tidy(self._folder, made)

    def _is_due(self, base: Base | None, newer: int, gone: int) -> bool:
        if base is None:
            return newer > self._tuning.tail or (self._tuning.vector_index != "auto" and newer > 0)
        wanted = self._tuning.vector_index
        most = max(self._tuning.tail, min(5 * self._tuning.tail, base.count // 10))
        return newer > most or gone * 4 > base.count or wanted not in ("auto", base.kind)

    def _blocks(self, after: int) -> Blocks:
        def blocks() -> Iterator[tuple[Numbers, Vectors]]:
            last = after
            while True:
                numbers, vectors = self._store.vectors(last, _READ_AT_ONCE)
                if not len(numbers):
                    return
                yield numbers, vectors
                last = int(numbers[-1])

        return blocks

    # ------------------------------------------------------------ below

    def _adding(self) -> _Adding:
        """What embeds and cuts documents. Raises ValueError where the writer was made only to remove."""
        if self._encoder is None or self._chunker is None:
            raise ValueError("this writer has no encoder or no chunker, which adding needs; give both to `writing`")
        return _Adding(self._encoder, self._chunker)

    def _add_words(self, stored: Stored, document: Document) -> None:
        chunker = self._adding().chunker
        self._writer().add(
            Entry(number, stored.number, chunker.searched_text(document, chunk), day)
            for number, chunk, day in self.staging.passages_of(stored)
        )

    def _writer(self) -> LexicalWriter:
        if self._words is None:
            self._begin_words()
            self._open = ExitStack()
            self._words = self._open.enter_context(self._lexical.writing())
        return self._words

    def _say(self) -> None:
        """Puts the number of the update into the manifest."""
        if self._folder is not None:
            try:
                replace(Manifest.read(self._folder), update=self._store.state.update).write(self._folder)
            except OSError as error:
                raise StoreError(f"{self._folder}: can't be written ({error.strerror}); free some space") from None

    def _sweep(self) -> None:
        """Deletes what is removed: first its words, then its rows."""
        removed = self.staging.all_removed()
        if not removed:
            return
        self._begin_words()
        with self._lexical.writing() as words:
            words.remove(removed)
        self._record_words()
        while some := self.staging.leftovers():
            self.staging.drop(some)
            self.staging.commit()

    def _begin_words(self) -> None:
        """Records that files of words are about to change; apart from what is staged, so that it is durable at once."""
        if self._folder is not None:
            self.staging.commit()
            begin_words(self._store)

    def _record_words(self) -> None:
        """Records the digests of the files of words; known files keep theirs."""
        if self._folder is not None:
            record_words(self._folder, self._store)


def _tidy(folder: Path, base: Base) -> None:
    """Deletes bases that were replaced or never finished."""
    for file in folder.glob("vectors-*"):
        if file.name != base.file:
            file.unlink(missing_ok=True)


@contextmanager
def writing(
    folder: Path,
    encoder: Encoder | None = None,
    chunker: Chunker | None = None,
    wait: float = 0.0,
    tuning: Tuning = _DEFAULTS,
) -> Iterator[Writer]:
    """A writer to the index in a folder, which holds its lock.

    Args:
        folder: of the index.
        encoder, chunker: what embeds and cuts its documents; None where nothing will be added.
        wait: seconds to wait for another writer.
        tuning: how vectors are arranged.

    Raises:
        StoreLocked: another process is writing; says which one.
        StoreMismatch: the index was made with another encoder, or cuts documents in another way.
        StoreError: there is no index, or it can't be used or written.
    """
    Manifest.read(folder)  # before a lock is put into a folder that is no index
    with writer_lock(folder, wait), ExitStack() as opened:
        store = open_store(folder)
        opened.callback(store.close)
        if encoder is not None and chunker is not None:
            check_maker(Manifest.read(folder), folder, encoder, chunker)
        writer = Writer(store, LexicalIndex(folder / LEXICAL_FOLDER), encoder, chunker, folder, tuning)
        opened.callback(writer.abandon)
        yield writer


def open_store(folder: Path) -> Store:
    """The store of an index, checked against its manifest.

    Raises:
        StoreError: there is no index, or it can't be used.
    """
    said = Manifest.read(folder)
    store = Store(folder / STORE_FILE)
    try:
        store.check_size()
        if store.fact("id") != said.id or store.state.update < said.update:
            raise StoreError(
                f"{folder / STORE_FILE}: it is not the store that {folder.name} was last seen with; build it again "
                f"with: pincite index PATHS --index {folder}"
            )
    except StoreError:
        store.close()
        raise
    return store


def check_maker(said: Manifest, folder: Path, encoder: Encoder, chunker: Chunker | None = None) -> None:
    """Raises StoreMismatch where an index was made with another encoder, or cuts documents in another way."""
    if version_of(said.encoder) != encoder.card.version:
        raise StoreMismatch(
            f"{folder}: made with the encoder {said.encoder}, opened with {encoder.card.identity}; name the model "
            f"it was made with (--encoder), or build it again with: pincite index PATHS --index {folder}"
        )
    if chunker is not None and said.chunking != chunking_of(chunker):
        raise StoreMismatch(
            f"{folder}: its passages were cut to {said.chunking}, not to {chunking_of(chunker)}; "
            f"build it again with: pincite index PATHS --index {folder}"
        )


def chunking_of(chunker: Chunker) -> str:
    """How a chunker cuts, in words."""
    return f"{chunker.budget} tokens, overlapping by {chunker.overlap}"


def create(folder: Path | None, encoder: Encoder, chunker: Chunker) -> tuple[Store, LexicalIndex]:
    """A new, empty index in an empty folder, or in memory where the folder is None.

    Raises:
        StoreError: it can't be written.
    """
    store = Store(folder / STORE_FILE if folder is not None else None, create=True)
    with ExitStack() as failed:
        failed.callback(store.close)
        said = Manifest(uuid4().hex, encoder.card.identity, chunking_of(chunker), 0)
        for name, value in (("id", said.id), ("encoder", said.encoder), ("dimension", str(encoder.card.dimension))):
            store.set_fact(name, value)
        lexical = LexicalIndex(folder / LEXICAL_FOLDER if folder is not None else None, create=True)
        if folder is not None:
            try:
                said.write(folder)
            except OSError as error:
                raise StoreError(f"{folder}: can't be written ({error.strerror}); free some space") from None
        failed.pop_all()
    return store, lexical

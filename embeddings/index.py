"""An index: documents in, nearest passages out. SQLite is the truth, FAISS and tantivy find things in it.

On disk an index is a folder with `store.sqlite` and `lexical/`. It is built in a folder beside the one it will have and
takes its place by one rename: an index is whole or not there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.dense import DenseIndex
from embeddings.encoder import Encoder
from embeddings.errors import StoreError, StoreMismatch
from embeddings.lexical import LexicalIndex
from embeddings.runtime import version_of
from embeddings.store import Store
from embeddings.types import Chunk, Document

if TYPE_CHECKING:
    from embeddings.chunking import Chunker

STORE_FILE = "store.sqlite"
LEXICAL_FOLDER = "lexical"
# What a folder may hold and be replaced: the two above, and what SQLite leaves beside its file after a crash.
_INDEX_NAMES = {LEXICAL_FOLDER, *(STORE_FILE + suffix for suffix in ("", "-journal", "-wal", "-shm"))}

# Called after each document with its source.
Progress = Callable[[str], None]


class Index:
    """Documents with their passages, searchable by meaning and by words. Make one with `build` or `open`."""

    def __init__(self, store: Store, lexical: LexicalIndex, encoder: Encoder) -> None:
        self._store, self._lexical, self.encoder = store, lexical, encoder
        numbers, vectors = store.vectors()
        self._dense = DenseIndex(numbers, vectors)
        self.passage_count = len(numbers)
        self._document = lru_cache(maxsize=64)(store.document)

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        encoder: Encoder,
        chunker: Chunker,
        path: Path | None = None,
        progress: Progress | None = None,
    ) -> Index:
        """Chunks, embeds and stores documents.

        Args:
            documents: each with an id of its own.
            encoder: what embeds the passages; the index can only be searched with the same one.
            chunker: what cuts a document into passages.
            path: the folder of the index, in memory where it is None. An index that is there is replaced whole, once
                the new one is finished; any other folder that is not empty is refused.
            progress: called after each document.

        Raises:
            DocumentError: two documents have the same id.
            StoreError: the folder holds something that is not an index, or can't be written.
        """
        if path is None:
            return cls._fill(documents, encoder, chunker, None, progress)
        check_target(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        except OSError as error:
            raise StoreError(
                f"{path}: can't be written ({error.strerror}); name another folder, or mend its rights"
            ) from None
        try:
            new = scratch / path.name  # with the rights of any new folder; those of `scratch` are for its owner alone
            new.mkdir()
            cls._fill(documents, encoder, chunker, new, progress).close()
            _replace(new, path, scratch / "replaced")
        except OSError as error:
            raise StoreError(_not_written(path, error.strerror or str(error))) from None
        except StoreError as error:  # of a file in `scratch`, which is about to be gone
            raise StoreError(_not_written(path, str(error).removeprefix(f"{new}/").partition(";")[0])) from None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return cls.open(path, encoder)

    @classmethod
    def open(cls, path: Path, encoder: Encoder) -> Index:
        """Opens an index for reading.

        Raises:
            StoreNotFound: there is none.
            StoreMismatch: made by another version of the format, or with another encoder.
            StoreError: damaged.
        """
        store = Store(path / STORE_FILE)
        with ExitStack() as failed:
            failed.callback(store.close)
            made_with = store.fact("encoder")
            if version_of(made_with) != encoder.card.version:
                raise StoreMismatch(
                    f"{path}: made with the encoder {made_with}, opened with {encoder.card.identity}; name the model "
                    f"it was made with (--encoder), or build it again with: pincite index PATHS --index {path}"
                )
            index = cls(store, LexicalIndex(path / LEXICAL_FOLDER), encoder)
            failed.pop_all()
        return index

    @staticmethod
    def made_with(path: Path) -> str:
        """The identity of the encoder that an index was made with.

        Raises:
            StoreError: there is no index, or it can't be used.
        """
        store = Store(path / STORE_FILE)
        try:
            return store.fact("encoder")
        finally:
            store.close()

    @classmethod
    def _fill(
        cls,
        documents: Iterable[Document],
        encoder: Encoder,
        chunker: Chunker,
        folder: Path | None,
        progress: Progress | None,
    ) -> Index:
        store = Store(folder / STORE_FILE if folder is not None else None, create=True)
        with ExitStack() as failed:
            failed.callback(store.close)
            lexical = LexicalIndex(folder / LEXICAL_FOLDER if folder is not None else None, create=True)
            store.set_fact("encoder", encoder.card.identity)
            words: list[tuple[int, str]] = []
            for document in documents:
                chunks = chunker(document)
                texts = [chunker.embedded_text(document, chunk) for chunk in chunks]
                numbers = store.add(document, chunks, encoder.encode(texts))
                words += zip(numbers, (chunker.searched_text(document, chunk) for chunk in chunks), strict=True)
                if progress is not None:
                    progress(document.source or document.id)
            lexical.add(words)
            store.commit()
            index = cls(store, lexical, encoder)
            failed.pop_all()
        return index

    def documents(self) -> tuple[Document, ...]:
        """All documents, in the order they were added."""
        return self._store.documents()

    def document(self, id: str) -> Document:
        """The document with this id. Raises DocumentError where there is none, or its text was damaged."""
        return self._document(id)

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """The passages with these numbers."""
        return self._store.chunks(numbers)

    def chunks_of(self, id: str) -> dict[int, Chunk]:
        """The passages of the document with this id by their numbers, in the order of its text."""
        return self._store.chunks_of(id)

    def dense(self, question: str, k: int, also: Sequence[int] = ()) -> dict[int, float]:
        """Cosine of the question with its k nearest passages, nearest first, and then with those named in `also`."""
        vector = self.encoder.encode_query(question)
        found = self._dense.search(vector, k)
        return found | self._dense.scores(vector, [number for number in also if number not in found])

    def lexical(self, question: str, k: int) -> dict[int, float]:
        """BM25 score of the k passages that share the rarest words with the question, best first."""
        found = self._lexical.search(question, k)
        there = self._store.chunks(found)  # damaged postings may name passages that never were
        return {number: score for number, score in found.items() if number in there}

    def close(self) -> None:
        """Closes the files."""
        self._store.close()


def check_target(path: Path) -> None:
    """Raises StoreError where no index can be made: the place of a file, or a folder that holds something else."""
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path}: a file, expected a folder for the index; name another place")
    if (file := next((parent for parent in path.parents if parent.is_file()), None)) is not None:
        raise StoreError(f"{path}: {file} is a file; name another place")
    names = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
    if names and not (STORE_FILE in names and names <= _INDEX_NAMES):
        raise StoreError(f"{path}: a folder that is not empty and not an index; name an empty or a new one")


def _not_written(path: Path, reason: str) -> str:
    return f"{path}: can't be written: {reason}; free some space or name another folder, nothing there was changed"


def _replace(new: Path, path: Path, old: Path) -> None:
    """Puts a finished folder in the place of another, which becomes `old`."""
    if not path.exists():
        new.rename(path)
        return
    path.rename(old)
    try:
        new.rename(path)
    except OSError:
        old.rename(path)
        raise

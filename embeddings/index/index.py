"""An index: documents in, nearest passages out. SQLite is the truth, FAISS and tantivy find things in it.

On disk an index is a folder: `manifest.json`, `store.sqlite`, `lexical/`, and a base of vectors where there are many.
`Index.build` makes one in a folder beside the one it will have, and it takes its place by one rename.
`embeddings.index.updating` changes one that is there; a reader sees a finished update at its next `reading`.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import StoreError
from embeddings.filters import Where
from embeddings.index.ahead import Ahead
from embeddings.index.updating import Tuning, Writer, check_maker, create
from embeddings.index.views import View, Views
from embeddings.models.encoder import Encoder
from embeddings.models.runtime import available_cores
from embeddings.search.lexical import LexicalIndex
from embeddings.search.wordfiles import LEXICAL_FOLDER
from embeddings.store.connecting import STORE_FILE
from embeddings.store.locking import LOCK_FILE, writer_lock
from embeddings.store.manifest import MANIFEST_FILE, Manifest, exchange, sync_folder
from embeddings.store.records import Listed, Stored
from embeddings.store.sqlite import Store, no_document
from embeddings.types import Chunk, Document

if TYPE_CHECKING:
    from embeddings.text.chunking import Chunker

# A folder that holds nothing else may be replaced: these files, and what a crash left beside them.
_INDEX_NAME = re.compile(
    rf"{re.escape(STORE_FILE)}(-journal|-wal|-shm)?|{re.escape(MANIFEST_FILE)}(\.new)?|{re.escape(LOCK_FILE)}"
    rf"|{LEXICAL_FOLDER}|vectors-\d+\.(faiss|new)"
)

# Called after each document with its source.
Progress = Callable[[str], None]


class Index:
    """Documents with their passages, searchable by meaning and by words. Make one with `build` or `open`.

    It may be used by several threads, and while another process changes it.
    """

    def __init__(self, store: Store, lexical: LexicalIndex, encoder: Encoder, folder: Path | None = None) -> None:
        self.encoder = encoder
        self._views = Views(View(store, lexical, folder), encoder, folder)
        self._starting = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None  # started by the first question

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        encoder: Encoder,
        chunker: Chunker,
        path: Path | None = None,
        progress: Progress | None = None,
        tuning: Tuning | None = None,
    ) -> Index:
        """Chunks, embeds and stores documents.

        Args:
            documents: each with an id of its own.
            encoder: what embeds the passages; the index can only be searched with the same one.
            chunker: what cuts a document into passages.
            path: the folder of the index, in memory where it is None. An index that is there is replaced whole, once
                the new one is finished; any other folder that is not empty is refused.
            progress: called after each document.
            tuning: how vectors are arranged; by their number where it is None.

        Raises:
            DocumentError: two documents have the same id.
            StoreLocked: another process is writing to the index that is there.
            StoreError: the folder holds something that is not an index, or can't be written.
        """
        tuned = tuning if tuning is not None else Tuning()
        if path is None:
            store, lexical = cls._fill(documents, encoder, chunker, None, progress, tuned)
            return cls(store, lexical, encoder)
        with _in_place_of(path) as new:
            cls._fill(documents, encoder, chunker, new, progress, tuned)[0].close()
        return cls.open(path, encoder)

    @classmethod
    def open(cls, path: Path, encoder: Encoder) -> Index:
        """Opens an index for reading.

        Raises:
            StoreNotFound: there is none.
            StoreMismatch: made by another version of the format, or with another encoder.
            StoreError: damaged.
        """
        check_maker(Manifest.read(path), path, encoder)
        view = View.open(path)
        try:
            index = cls(view.store, view.lexical, encoder, path)
            with index.reading():  # what is damaged shows now
                return index
        except BaseException:
            view.close()
            raise

    @staticmethod
    def made_with(path: Path) -> str:
        """The identity of the encoder that an index was made with.

        Raises:
            StoreError: there is no index, or it can't be used.
        """
        return Manifest.read(path).encoder

    @staticmethod
    def _fill(
        documents: Iterable[Document],
        encoder: Encoder,
        chunker: Chunker,
        folder: Path | None,
        progress: Progress | None,
        tuning: Tuning,
    ) -> tuple[Store, LexicalIndex]:
        store, lexical = create(folder, encoder, chunker)
        writer: Writer | None = None
        try:
            writer = Writer(store, lexical, encoder, chunker, folder, tuning)
            with Ahead(writer) as ahead:
                for document in documents:
                    ahead.add(document, partial(_told, progress, document.source or document.id))
                ahead.finish()
            writer.finish(always=True)
        except BaseException:
            if writer is not None:
                writer.abandon()
            store.close()
            raise
        return store, lexical

    # ------------------------------------------------------------ reading

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Inside this context the thread reads one finished update, the last one when it entered."""
        with self._views.current():
            yield

    @property
    def document_count(self) -> int:
        """The number of documents."""
        with self._views.current() as view:
            return view.store.state.documents

    @property
    def update(self) -> int:
        """The number of the last finished update, 0 before the first."""
        with self._views.current() as view:
            return view.store.state.update

    @property
    def passage_count(self) -> int:
        """The number of passages."""
        with self._views.current() as view:
            return view.store.state.passages

    def documents(self) -> tuple[Document, ...]:
        """All documents, in the order they were added."""
        with self._views.current() as view:
            return view.store.documents()

    def document(self, id: str, where: Where | None = None) -> Document:
        """The document with this id. Raises DocumentError where there is none, none that fits, or it was damaged."""
        with self._views.current() as view:
            if not view.fits(id, where):
                raise no_document(id)
            return view.document(id)

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The documents without their texts, in the order they were added: the first `most`, or all of them.

        Of a filter those that have a passage that fits. Raises FilterError where it names what is not there.
        """
        with self._views.current() as view:
            return tuple(stored.listed() for stored in islice(view.each(where), most))

    def count(self, where: Where | None = None) -> int:
        """The number of documents, or of those with a passage that fits. Raises as `listed`."""
        with self._views.current() as view:
            return view.count(where)

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """The passages with these numbers, those that exist."""
        with self._views.current() as view:
            return view.store.chunks(numbers)

    def chunks_of(self, id: str) -> dict[int, Chunk]:
        """The passages of the document with this id by their numbers, in the order of its text."""
        with self._views.current() as view:
            return view.store.chunks_of(id)

    def check(self, where: Where) -> None:
        """Raises FilterError where a filter names a document or folder that is not there."""
        with self._views.current() as view:
            view.check(where)

    def dense(self, question: str, k: int, also: Sequence[int] = (), where: Where | None = None) -> dict[int, float]:
        """Cosine of the question with its k nearest passages, nearest first, and then with those named in `also`.

        Args:
            question: what is searched for.
            k: how many at most.
            also: passages whose cosine is wanted, too.
            where: what the k nearest must fit.

        Raises:
            FilterError: `where` names a document or folder that is not there.
        """
        vector = self.encoder.encode_query(question)
        with self._views.current() as view:
            cosines = view.dense(vector, k, where)
            return cosines | view.vectors.scores(vector, [number for number in also if number not in cosines])

    def lexical(self, question: str, k: int, where: Where | None = None) -> dict[int, float]:
        """BM25 score of the k passages that share the rarest words with the question and fit, best first.

        Raises FilterError where `where` names a document or folder that is not there.
        """
        with self._views.current() as view:
            return view.by_words(question, k, where)

    def frequencies(self, question: str) -> dict[str, int]:
        """The number of passages that hold each term of a question, by which several indexes weigh words."""
        with self._views.current() as view:
            return view.lexical.frequencies(question)

    def holding(self, term: str, k: int, where: Where | None = None) -> tuple[int, ...]:
        """The k best passages that hold a term, as `beginning` gives it, and fit. Raises as `lexical`."""
        with self._views.current() as view:
            return tuple(view.by_words(term, k, where, is_term=True))

    def beginning(self, letters: str) -> dict[str, int]:
        """The terms that begin with some letters, and the number of passages that hold each."""
        with self._views.current() as view:
            return view.lexical.beginning(letters)

    def both(
        self, question: str, words: str, k: int, where: Where | None = None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Both searches at once, each on a core: what `lexical` finds for some words, and the cosines of the k nearest
        passages and of those found by words, as `dense` gives them. Raises as they do."""
        with self._views.current() as view:
            if where is not None:
                view.check(where)  # worked out once, for both
            by_words = self._searching().submit(view.by_words, words, k, where)
            try:
                vector = self.encoder.encode_query(question)
                dense = view.dense(vector, k, where)
            finally:
                wait([by_words])  # nobody reads from a view that was let go
            lexical = by_words.result()
            return dense | view.vectors.scores(vector, [n for n in lexical if n not in dense]), lexical

    def _searching(self) -> ThreadPoolExecutor:
        with self._starting:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(available_cores(), "searching")
            return self._threads

    def close(self) -> None:
        """Closes the files."""
        with self._starting:
            if self._threads is not None:
                self._threads.shutdown()
                self._threads = None
        self._views.close()


def _told(progress: Progress | None, name: str, _: Stored) -> None:
    if progress is not None:
        progress(name)


def check_target(path: Path) -> None:
    """Raises StoreError where no index can be built: at a file, or in a folder that holds something else."""
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path}: a file, expected a folder for the index; name another place")
    if (file := next((parent for parent in path.parents if parent.is_file()), None)) is not None:
        raise StoreError(f"{path}: {file} is a file; name another place")
    names = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
    if names and not (STORE_FILE in names and all(map(_INDEX_NAME.fullmatch, names))):
        raise StoreError(f"{path}: a folder that is not empty and not an index; name an empty or a new one")


@contextmanager
def _in_place_of(path: Path) -> Iterator[Path]:
    """An empty folder for a new index. At the end it takes the index's place; after an error it is deleted."""
    check_target(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise StoreError(
            f"{path}: can't be written ({error.strerror}); name another folder, or mend its rights"
        ) from None
    new = scratch / path.name  # with the rights of any new folder; those of `scratch` are for its owner alone
    try:
        new.mkdir()
        yield new
        replace_index(new, path)
    except OSError as error:
        raise StoreError(_not_written(path, error.strerror or str(error))) from None
    except StoreError as error:  # of a file in `scratch`, which is about to be gone
        if str(path) in str(error).partition(":")[0] and str(new) not in str(error):
            raise
        raise StoreError(_not_written(path, str(error).removeprefix(f"{new}/").partition(";")[0])) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _not_written(path: Path, reason: str) -> str:
    return f"{path}: can't be written: {reason}; free some space or name another folder, nothing there was changed"


def replace_index(new: Path, path: Path, held: bool = False) -> None:
    """Lets a finished index and another change places, when no process is writing to the other.

    One of them is there at every moment. `held` says that the caller holds the lock of the other.

    Raises:
        StoreLocked: another process is writing to it.
        StoreError: it can't be put there.
    """
    try:
        with writer_lock(path) if not held and _is_index(path) else nullcontext():
            if path.exists():
                exchange(new, path)
            else:
                new.rename(path)
            sync_folder(path.parent)
    except OSError as error:
        raise StoreError(_not_written(path, error.strerror or str(error))) from None


def _is_index(path: Path) -> bool:
    try:
        Manifest.read(path)
    except StoreError:
        return False
    return True

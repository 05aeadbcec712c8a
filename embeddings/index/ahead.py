"""Documents that are encoded ahead: their passages go to the encoder while those before them are written.

Most documents have one or two passages, which keep one core busy; several are encoded at once, each by itself, in its
own batches. They are staged in the order they came, whichever was ready first, so an index does not depend on it. What
waits is bounded by a number of passages, and a large document, which keeps all cores busy, waits for those before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from embeddings.index.updating import Writer
from embeddings.models.encoder import Vectors
from embeddings.models.runtime import available_cores
from embeddings.store.records import Stored
from embeddings.types import Chunk, Document

_LARGE = 64  # passages: a larger document is encoded alone, on all cores
_WAITING = 32  # passages for each core; more would only take memory

Then = Callable[[Stored], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    document: Document
    chunks: Sequence[Chunk]
    vectors: Future[Vectors]
    then: Then


class Ahead:
    """Adds documents through a writer, in their order. A context: leaving it drops what was not added.

    Args:
        writer: stages them.
        cores: how many documents are encoded at once; 0 for as many as there are cores.
    """

    def __init__(self, writer: Writer, cores: int = 0) -> None:
        self._writer, self._cores = writer, cores or available_cores()
        self._threads = ThreadPoolExecutor(self._cores, "encoding")
        self._waiting: deque[_Waiting] = deque()
        self._passages = 0

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def holds(self, id: str) -> bool:
        """Whether a document with this id waits to be added."""
        return any(waiting.document.id == id for waiting in self._waiting)

    def add(self, document: Document, then: Then) -> None:
        """Cuts a document and begins to encode it; `then` is called when it was added, maybe only in `finish`.

        Raises what `Writer.add` does for this document or for one before it, and what the encoder raised for it.
        """
        chunks = self._writer.cut(document)
        if len(chunks) > _LARGE:
            self.finish()
            then(self._writer.add_again(document, chunks, self._writer.encoded(document, chunks)))
            return
        vectors = self._threads.submit(self._writer.encoded, document, chunks)
        self._waiting.append(_Waiting(document, chunks, vectors, then))
        self._passages += len(chunks) + 1
        while self._passages > _WAITING * self._cores:
            self._add_first()

    def finish(self) -> None:
        """Adds all that waits. Raises as `add`."""
        while self._waiting:
            self._add_first()

    def _add_first(self) -> None:
        first = self._waiting[0]
        vectors = first.vectors.result()
        self._waiting.popleft()
        self._passages -= len(first.chunks) + 1
        first.then(self._writer.add_again(first.document, first.chunks, vectors))

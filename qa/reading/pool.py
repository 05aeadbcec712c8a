"""Readers in processes of their own: several questions are read side by side, and a reader that dies is replaced.

Only the texts of passages are sent, and spans come back; the index and its documents stay in the server.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

from embeddings.deadline import check, left
from embeddings.errors import ModelError, PinciteError
from embeddings.models.runtime import ModelCard, available_cores
from qa.reading.reader import OnnxReader, Passage, Span

_SECONDS = 600.0  # for a question without a deadline
_TRIES = 2


class ReaderPool:
    """A number of readers, each busy with one question at a time. Several threads may ask at once.

    Args:
        folder: a compiled reader.
        workers: how many processes.
        threads: cores of each process; 0 for an equal share of all cores.
        answer_tokens: as for `OnnxReader`.

    Attributes:
        card: the card of the model.

    Raises:
        ModelError: the folder is not a compiled model.
    """

    def __init__(self, folder: Path, workers: int, threads: int = 0, answer_tokens: int = 30) -> None:
        self.card, share = ModelCard.read(folder), threads or max(1, available_cores() // workers)
        self._workers = [_Worker(folder, share, answer_tokens) for _ in range(workers)]
        self._free: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._free.put(worker)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """As `OnnxReader.read`. Raises QuestionError after the deadline, ModelError if the readers keep dying."""
        worker = self._free.get()
        try:
            return worker.read(question, passages)
        finally:
            self._free.put(worker)

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes."""
        return tuple(worker.process.pid or 0 for worker in self._workers)

    def close(self) -> None:
        """Ends the processes. They also end with this process."""
        for worker in self._workers:
            worker.end()


class _Worker:
    def __init__(self, folder: Path, threads: int, answer_tokens: int) -> None:
        self._given = folder, threads, answer_tokens
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would take locks of other threads along
        self._mine, its = context.Pipe()
        self.process = context.Process(target=_serve, args=(its, *self._given), name="reader", daemon=True)
        self.process.start()
        its.close()

    def end(self) -> None:
        self._mine.close()
        self.process.kill()
        self.process.join()

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        for _ in range(_TRIES):
            with suppress(EOFError, OSError):  # it died; another one is asked
                return self._answer(question, passages)
            self._again()
        raise ModelError("the reader ended again and again on this question; ask another one")

    def _answer(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        self._mine.send((question, list(passages)))
        if not self._mine.poll(max(0.0, min(left(), _SECONDS))):
            self._again()
            check()
            raise ModelError("the reader did not answer; ask again")
        made: list[Span] | PinciteError = self._mine.recv()
        if isinstance(made, PinciteError):
            raise made
        return made

    def _again(self) -> None:
        self.end()
        self._start()


def _serve(pipe: Connection, folder: Path, threads: int, answer_tokens: int) -> None:
    """The loop of a process: takes a question and passages, sends back spans or an error, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Ctrl-C the server ends its readers
    opened: OnnxReader | ModelError
    try:
        opened = OnnxReader(folder, threads, answer_tokens)
    except ModelError as error:
        opened = error
    with suppress(EOFError, OSError):
        while True:
            question, passages = pipe.recv()
            try:
                pipe.send(opened if isinstance(opened, ModelError) else opened.read(question, passages))
            except PinciteError as error:
                pipe.send(error)

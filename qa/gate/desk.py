"""Whoever asks waits here. Answering takes every core, so one question is answered at a time, whoever asks it: the
chat, the REST endpoint, the tools. Too many that wait are sent away at once, and told so.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Protocol, TypeVar

from embeddings.errors import ServerError
from embeddings.filters import Where
from embeddings.store.records import Listed
from embeddings.types import Document, Hit
from qa.answers.explanation import Explanation, Found
from qa.answers.reliability import Reliability
from qa.gate.metrics import Metrics
from qa.types import Answer, Turn

_Made = TypeVar("_Made")

WAITING = 16  # that wait at the most; each holds a thread of the server


class Responder(Protocol):
    """What the chat needs of an assistant; `qa.assistant.Assistant` is one."""

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The first `most` documents that can be asked, or all, without their texts; of a filter those that fit."""
        ...

    def document(self, id: str) -> Document:
        """The document of an id. Raises DocumentError where there is none."""
        ...

    def answer(
        self,
        question: str,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        threshold: float | None = None,
        resolve: bool = True,
    ) -> Answer:
        """The answer to a question, which may refer to the turns before it."""
        ...

    def explain(
        self,
        question: str,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        resolve: bool = True,
        found: Found | None = None,
    ) -> Explanation:
        """The same answer, with what it was chosen from; `found` is told of the passages before they are read."""
        ...

    def retrieve(self, question: str, k: int, where: Where | None = None) -> tuple[Hit, ...]:
        """The k passages closest to a question, best first."""
        ...

    @property
    def document_count(self) -> int:
        """How many documents there are."""
        ...

    @property
    def update(self) -> int:
        """The number of the index's last finished update."""
        ...


class Busy(ServerError):
    """Too many questions wait."""


class Desk:
    """An assistant that is asked one question at a time, in the order of their coming, and counted.

    Attributes:
        metrics: what came of the questions.
    """

    def __init__(self, assistant: Responder, waiting: int = WAITING) -> None:
        self.metrics = Metrics()
        self._assistant, self._waiting = assistant, waiting
        self._queue: deque[object] = deque()
        self._moved = threading.Condition()

    def over(self, assistant: Responder) -> Desk:
        """The same desk, its queue and its figures, with another assistant at it."""
        other = copy(self)
        other._assistant = assistant
        return other

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The first `most` documents that can be asked, or all, without their texts; of a filter those that fit."""
        return self._assistant.listed(most, where)

    def document(self, id: str) -> Document:
        """The document of an id. Raises DocumentError where there is none."""
        return self._assistant.document(id)

    @property
    def document_count(self) -> int:
        """How many documents there are."""
        return self._assistant.document_count

    @property
    def update(self) -> int:
        """The number of the index's last finished update."""
        return self._assistant.update

    @property
    def reliability(self) -> Reliability | None:
        """How often answers of a confidence were right on a benchmark; None where that is not known."""
        found = getattr(self._assistant, "reliability", None)
        return found if isinstance(found, Reliability) else None

    @property
    def length(self) -> int:
        """How many wait or are being answered."""
        return len(self._queue)

    def answer(
        self,
        question: str,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        threshold: float | None = None,
        resolve: bool = True,
    ) -> Answer:
        """Answers a question when its turn has come.

        Raises:
            Busy: too many wait.
            PinciteError: as `Assistant.answer`.
        """
        return self._counted(
            lambda: self._assistant.answer(question, history, where, threshold, resolve), lambda answer: answer
        )

    def explain(
        self,
        question: str,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        resolve: bool = True,
        found: Found | None = None,
    ) -> Explanation:
        """The same answer, with what it was chosen from. Raises as `answer`."""
        return self._counted(
            lambda: self._assistant.explain(question, history, where, resolve, found), lambda made: made.answer
        )

    def _counted(self, ask: Callable[[], _Made], answer_of: Callable[[_Made], Answer]) -> _Made:
        """What comes of asking, when its turn has come, counted and timed with the wait."""
        began = time.perf_counter()
        try:
            with self._turn():
                made = ask()
        except Busy:
            self.metrics.count("busy")
            raise
        except Exception:
            self.metrics.count("errors")
            raise
        kind = "refusals" if answer_of(made).text is None else "answers"
        self.metrics.count(kind, time.perf_counter() - began)
        return made

    def retrieve(self, question: str, k: int, where: Where | None = None) -> tuple[Hit, ...]:
        """The k passages closest to a question, when its turn has come. Raises as `answer`."""
        with self._turn():
            return self._assistant.retrieve(question, k, where)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Inside, nobody else is answered."""
        ticket = object()
        with self._moved:
            if len(self._queue) > self._waiting:
                raise Busy(f"{len(self._queue)} questions wait already; ask again in a moment")
            self._queue.append(ticket)
        try:
            with self._moved:
                self._moved.wait_for(lambda: self._queue[0] is ticket)
            yield
        finally:
            with self._moved:
                self._queue.remove(ticket)
                self._moved.notify_all()

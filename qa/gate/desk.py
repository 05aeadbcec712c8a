"""Whoever asks waits here. Answering takes every core, so one question is answered at a time, whoever asks it: the
chat, the REST endpoint, the tools. Too many that wait are sent away at once, and told so.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Protocol

from embeddings.errors import ServerError
from embeddings.filters import Where
from embeddings.store.records import Listed
from embeddings.types import Document, Hit
from qa.answers.explanation import Explanation
from qa.answers.reliability import Reliability
from qa.gate.metrics import Metrics
from qa.types import Ask

WAITING = 16  # that wait at the most; each holds a thread of the server


class Responder(Protocol):
    """What the chat needs of an assistant; `qa.assistant.Assistant` is one."""

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The first `most` documents that can be asked, or all, without their texts; of a filter those that fit."""
        ...

    def document(self, id: str) -> Document:
        """The document of an id. Raises DocumentError where there is none."""
        ...

    def explain(self, ask: Ask) -> Explanation:
        """The answer to a question, with what it was chosen from."""
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

    def explain(self, ask: Ask) -> Explanation:
        """Answers a question when its turn has come, with what the answer was chosen from; counted and timed.

        Raises:
            Busy: too many wait.
            PinciteError: as `Assistant.answer`.
        """
        began = time.perf_counter()
        try:
            with self._turn():
                explanation = self._assistant.explain(ask)
        except Busy:
            self.metrics.count("busy")
            raise
        except Exception:
            self.metrics.count("errors")
            raise
        kind = "refusals" if explanation.answer.text is None else "answers"
        self.metrics.count(kind, time.perf_counter() - began)
        return explanation

    def retrieve(self, question: str, k: int, where: Where | None = None) -> tuple[Hit, ...]:
        """The k passages closest to a question, when its turn has come. Raises as `explain`."""
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

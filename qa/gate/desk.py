"""All questions wait here: those of the chat, the REST endpoint and the tools.

As many are answered at once as there are readers. Those who wait take turns, however much one of them asks. When too
many wait, the next is refused at once.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Protocol

from embeddings.deadline import deadline
from embeddings.errors import FilterError
from embeddings.filters import Where
from embeddings.store.records import Listed
from embeddings.types import Document, Hit
from qa.answers.each import Order, Said, ordered
from qa.answers.explanation import Explanation
from qa.answers.reliability import Reliability
from qa.gate.asking import ASKER
from qa.gate.audit import Audit
from qa.gate.bounds import EACH_SECONDS, MOST_EACH, QUESTION_SECONDS, QUEUE_SECONDS, WAITING, Busy, Lanes
from qa.gate.metrics import Metrics
from qa.talk.replying import Library
from qa.types import Answer, Ask


class Responder(Library, Protocol):
    """What the chat needs of an assistant; `qa.assistant.Assistant` is one."""

    def retrieve(self, question: str, k: int, where: Where | None = None) -> tuple[Hit, ...]:
        """The k passages closest to a question, best first."""

    def each(self, question: str, where: Where | None = None) -> Iterator[Said]:
        """What each document says, as they are read."""

    @property
    def update(self) -> int:
        """The number of the index's last finished update."""


class Desk:
    """An assistant with a queue before it, which counts the questions.

    Args:
        assistant: answers the questions.
        waiting: how many may wait for their turn.
        at_once: how many are answered at the same time.
        audit: keeps who asked what; None for nothing.

    Attributes:
        metrics: counts of the questions by their outcome.
        lanes: the threads of the server's slow jobs.
    """

    def __init__(
        self, assistant: Responder, waiting: int = WAITING, at_once: int = 1, audit: Audit | None = None
    ) -> None:
        self.metrics, self.lanes = Metrics(), Lanes()
        self._assistant, self._waiting, self._at_once, self._audit = assistant, waiting, at_once, audit
        self._queue: list[_Ticket] = []  # in the order in which they came; those being answered, too
        self._turns: Counter[str] = Counter()  # of each asker, since the queue was last empty
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
        measured = getattr(self._assistant, "reliability", None)
        return measured if isinstance(measured, Reliability) else None

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
        except Exception as error:
            self.metrics.count("busy" if isinstance(error, Busy) else "errors")
            self._note(ask, time.perf_counter() - began, None, type(error).__name__)
            raise
        seconds = time.perf_counter() - began
        self.metrics.count("refusals" if explanation.answer.text is None else "answers", seconds)
        self._note(ask, seconds, explanation.answer)
        return explanation

    def answer_each(self, question: str, where: Where | None, by: Order) -> tuple[Said, ...]:
        """What each document says; the question waits for its turn before each. Raises as `explain`.

        Raises FilterError where there are more documents than MOST_EACH.
        """
        if len(self.listed(MOST_EACH + 1, where)) > MOST_EACH:
            raise FilterError(f"more than {MOST_EACH} documents; name fewer, or a folder, in the filter")
        began, steps = time.perf_counter(), self._assistant.each(question, where)

        def step() -> Said | None:
            with self._turn():
                return next(steps, None)

        with deadline(EACH_SECONDS):
            said = ordered(iter(step, None), by)
        cited = tuple(citation for each in said for citation in each.answer.citations)
        sure = max((each.answer.confidence for each in said), default=0.0)
        self._note(
            Ask(question), time.perf_counter() - began, Answer(question, cited[0].text if cited else None, sure, cited)
        )
        return said

    def _note(self, ask: Ask, seconds: float, answer: Answer | None, error: str | None = None) -> None:
        if self._audit is not None:
            self._audit.note(ask.question, self.update, seconds, answer, error)

    def retrieve(self, question: str, k: int, where: Where | None = None) -> tuple[Hit, ...]:
        """The k passages closest to a question, when its turn has come. Raises as `explain`."""
        with self._turn():
            return self._assistant.retrieve(question, k, where)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Inside, a question is answered. The asker with the fewest turns is next; among equals, the first to come."""
        ticket = _Ticket(ASKER.get())
        with self._moved:
            if len(self._queue) >= self._waiting + self._at_once:
                raise Busy(f"{len(self._queue)} questions wait already; ask again in a moment")
            self._queue.append(ticket)
        try:
            with self._moved:
                if not self._moved.wait_for(lambda: self._is_next(ticket), QUEUE_SECONDS):
                    raise Busy(f"no turn came in {QUEUE_SECONDS:.0f} seconds; ask again later")
                ticket.answered = True
                self._turns[ticket.asker] += 1
                self._moved.notify_all()
            with deadline(QUESTION_SECONDS):
                yield
        finally:
            with self._moved:
                self._queue.remove(ticket)
                if not self._queue:
                    self._turns.clear()
                self._moved.notify_all()

    def _is_next(self, ticket: _Ticket) -> bool:
        waiting = [each for each in self._queue if not each.answered]
        free = self._at_once - (len(self._queue) - len(waiting))
        return free > 0 and min(waiting, key=lambda each: self._turns[each.asker]) is ticket


@dataclass(eq=False, slots=True)
class _Ticket:
    asker: str
    answered: bool = False

"""The process of one system: `python -m eval.bench.systems.process MODULE:FUNCTION WORK REPORT`.

The function opens a `System` for a `Work`. The first question is asked once before it is asked again with the others,
so that no time is that of a system which is not warm.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from eval.bench.systems.work import Asked, Reply, System, Work, WorkDone

_LONGEST_ERROR = 200


def work_through(system: System, questions: Sequence[Asked]) -> WorkDone:
    """Indexes, answers the first question, and then all of them."""
    began = time.perf_counter()
    system.index()
    indexing = time.perf_counter() - began
    for question in questions[:1]:
        ask(system, question)
    first_answer = time.monotonic()
    replies = {question.id: completed(system, question, ask(system, question)) for question in questions}
    return WorkDone(first_answer, indexing, replies)


def ask(system: System, question: Asked) -> Reply:
    """The reply to a question with its time; what the system raises is noted in it."""
    began = time.perf_counter()
    try:
        reply = system.answer(question)
    except Exception as error:  # a system that fails on one question goes on with the next
        reply = Reply(error=described(error))
    return replace(reply, seconds=time.perf_counter() - began)


def completed(system: System, question: Asked, reply: Reply) -> Reply:
    """The reply with what is not timed; as it was, with the error noted, where the system fails at that."""
    try:
        return system.complete(question, reply)
    except Exception as error:
        return reply if reply.error else replace(reply, error=described(error))


def described(error: Exception) -> str:
    """An exception in one line.

    >>> described(TypeError("no\\n such thing"))
    'TypeError: no such thing'
    """
    said = " ".join(str(error).split())[:_LONGEST_ERROR]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def factory(name: str) -> Callable[[Work], System]:
    """What a name of the form "module:function" stands for."""
    module, _, function = name.partition(":")
    found: Callable[[Work], System] = getattr(import_module(module), function)
    return found


def main(arguments: Sequence[str]) -> int:
    """The process; returns its exit code."""
    name, work, report = arguments
    given = Work.load(Path(work))
    work_through(factory(name)(given), given.questions).write(Path(report))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

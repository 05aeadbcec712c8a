"""How long a question may take: asked for on its way wherever something of an unknown size is gone through."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from embeddings.errors import QuestionError

_END: ContextVar[tuple[float, float] | None] = ContextVar("deadline", default=None)  # when, and after how long


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Inside, `check` raises after so many seconds; of two deadlines the one around the other holds too."""
    outer, end = _END.get(), time.monotonic() + seconds
    token = _END.set((end, seconds) if outer is None or end < outer[0] else outer)
    try:
        yield
    finally:
        _END.reset(token)


def check() -> None:
    """Raises QuestionError where the time is over."""
    if left() <= 0:
        seconds = (_END.get() or (0.0, 0.0))[1]
        raise QuestionError(f"that took longer than {seconds:.0f} seconds; ask for less at once")


def left() -> float:
    """Seconds that are left; infinity without a deadline."""
    end = _END.get()
    return float("inf") if end is None else end[0] - time.monotonic()

"""GET /health, and GET /metrics in the text format of Prometheus (version 0.0.4).

Six figures need no library: a counter is a line "name value", a histogram one line for each bound.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from qa.gate.desk import Desk

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds
_COUNTERS = {
    "questions": "Questions that were asked.",
    "answers": "Questions that the documents answered.",
    "refusals": "Questions that the documents did not answer.",
    "errors": "Questions that could not be asked or answered.",
    "busy": "Questions that were sent away because too many waited.",
}


class Metrics:
    """Counts of questions by their outcome, since the server was started; several threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(_COUNTERS, 0)
        self._seconds = [0] * (len(BOUNDS) + 1)  # questions by the first bound that their time does not exceed
        self._sum = 0.0

    def count(self, outcome: str, seconds: float | None = None) -> None:
        """Counts a question: "answers", "refusals", "errors" or "busy", and the seconds from asking to answer."""
        with self._lock:
            self._counts["questions"] += 1
            self._counts[outcome] += 1
            if seconds is not None:
                self._seconds[bisect_left(BOUNDS, seconds)] += 1
                self._sum += seconds

    def lines(self) -> Iterator[str]:
        """The figures of questions, as lines for Prometheus."""
        with self._lock:
            counts, seconds, total = dict(self._counts), list(self._seconds), self._sum
        for name, words in _COUNTERS.items():
            yield from _figure(f"pincite_{name}_total", "counter", words, counts[name])
        name = "pincite_answer_seconds"
        yield f"# HELP {name} Seconds from a question to its answer or refusal, waiting included."
        yield f"# TYPE {name} histogram"
        seen = 0
        for bound, inside in zip((*map(str, BOUNDS), "+Inf"), seconds, strict=True):
            seen += inside
            yield f'{name}_bucket{{le="{bound}"}} {seen}'
        yield f"{name}_sum {total:.6f}"
        yield f"{name}_count {seen}"


def _figure(name: str, kind: str, words: str, value: int) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {kind}"
    yield f"{name} {value}"


def text_of(desk: Desk) -> str:
    """All figures in the format of Prometheus."""
    lines = [
        *desk.metrics.lines(),
        *_figure("pincite_waiting", "gauge", "Questions that wait or are being answered.", desk.length),
        *_figure("pincite_documents", "gauge", "Documents that can be asked.", desk.document_count),
        *_figure("pincite_index_update", "gauge", "The number of the index's last finished update.", desk.update),
    ]
    return "\n".join(lines) + "\n"


def routes(desk: Desk) -> APIRouter:
    """GET /health and GET /metrics."""
    router = APIRouter()

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(text_of(desk), media_type=CONTENT_TYPE)

    return router

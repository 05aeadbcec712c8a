"""Connections below the application: each has a deadline for its headers, and there are never too many of them."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from qa.gate.bounds import CONNECTIONS, HEADER_SECONDS


class Connection(H11Protocol):
    """uvicorn's connection, closed when it has sent no request for too long.

    When there are too many, a new one takes the place of the one that has been idle for longest. There is always one
    that is idle, because the application has far fewer requests in work (`qa.gate.bounds.REQUESTS`). So /health can be
    asked, however many connections others hold open.
    """

    most: ClassVar[int] = CONNECTIONS
    seconds: ClassVar[float] = HEADER_SECONDS
    _late: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it waits for a request, or for the rest of one's headers."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Counts the connection, and begins to wait for its headers."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._watch()
        if len(self.connections) > self.most:
            others: set[Any] = self.connections - {self}
            min((each for each in others if each.is_idle), key=lambda each: each._since, default=self).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Passes data on, and watches the time."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begins to wait for the next request."""
        super().on_response_complete()
        self._since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        self._stop()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Waits for a request, counted from its first byte; another byte does not give it more time."""
        if not self.is_idle:
            self._stop()
        elif self._late is None:
            self._late = self.loop.call_later(self.seconds, self._close_idle)

    def _stop(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close_idle(self) -> None:
        self._late = None
        if self.is_idle:
            self.transport.abort()

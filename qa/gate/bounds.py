"""The bounds of the server: for each path the size of a request, how many at once, and for how long.

A request is admitted here before its body is read, and a slow job before it takes a thread (`Lane`). One too many is
refused at once, with 503 and Retry-After; nothing waits without a bound. The bounds of a text, a list or a filter stand
with their readers (`embeddings.filters`, `qa.web.schema`, `qa.kept.fields`).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embeddings.errors import ServerError

_Made = TypeVar("_Made")

WAITING: Final = 128  # questions that may wait
REQUESTS: Final = 256  # in work at the same time, without /health and /metrics
CONNECTIONS: Final = 512  # open at the same time; beyond that, idle ones are closed
HEADER_SECONDS: Final = 10.0  # from a connection, or its first byte after an answer, to the end of the headers
PAUSE_SECONDS: Final = 15.0  # between two parts of a body
SLOWEST: Final = 50_000  # bytes a second of a body, after its first seconds
QUESTION_SECONDS: Final = 60.0  # from the beginning of an answer to its end
JOB_SECONDS: Final = 30.0  # to look up the citations of a conversation again
EACH_SECONDS: Final = 120.0  # to ask each document by itself
MOST_EACH: Final = 500  # documents that are asked so at once
QUEUE_SECONDS: Final = 120.0  # that a question waits for its turn
RETRY: Final = {"Retry-After": "2"}  # seconds


class Busy(ServerError):
    """Too many requests at once."""


@dataclass(frozen=True, slots=True)
class Way:
    """Paths that are served together, and their bounds.

    Attributes:
        paths: a pattern of them.
        body: bytes of a POST; 0 where none is taken.
        at_once: requests in work at the same time.
        total: bytes of their bodies together.
        writes: whether its POST writes something: then it is refused with --read-only.
        seconds: from a request to the end of its response.
    """

    paths: str
    body: int = 0
    at_once: int = 32
    total: int = 0
    writes: bool = False
    seconds: float = 300.0

    @property
    def most(self) -> int:
        """Bytes of bodies that are held at the same time."""
        return self.total or self.at_once * self.body


# Of Gradio's paths only those that the page, the Python client and the MCP server ask for: its uploads, files, proxies
# and dashboards are not served.
WAYS = (
    Way("/health|/metrics", seconds=10),
    Way("/|/pincite/.+|/assets/.+|/static/.+|/svelte/.+|/config/?|/theme[.]css|/favicon[.]ico", at_once=128),
    Way("/source|/source/picture"),
    Way("/talk/here|/v1/openapi[.]json|/v1/models"),
    Way("/talk/ask", 4_000_000, WAITING + 32, 64_000_000, seconds=QUEUE_SECONDS + 2 * QUESTION_SECONDS),
    Way("/talk/(recall|export)", 8_000_000, 16, 48_000_000),
    Way("/talk/(pin|pins)", 8_000_000, 16, 48_000_000),
    Way("/talk/feedback", 1_000_000, 16, writes=True),
    Way("/files", 25_000_000, 12, 100_000_000, seconds=900),
    Way("/files/remove", 10_000, 16),
    Way("/v1/(answer|chat/.*)", 1_000_000, WAITING + 32, 64_000_000, seconds=QUEUE_SECONDS + 2 * QUESTION_SECONDS),
    Way("/v1/each", 100_000, 8, seconds=QUEUE_SECONDS + EACH_SECONDS),
    Way("/gradio_api/mcp/", 1_000_000, WAITING + 32, 64_000_000, seconds=QUEUE_SECONDS + 2 * QUESTION_SECONDS),
    Way("/gradio_api/info"),
    Way("/gradio_api/(queue/join|reset|cancel)/?", 16_000, 64),
    Way("/gradio_api/(heartbeat/[^/]+|queue/data)/?", at_once=128, seconds=4 * 3600),
    Way("/gradio_api/(startup-events|theme[.]css|app_id)/?"),
)


def way_of(path: str, ways: tuple[Way, ...] = WAYS) -> Way | None:
    """The way that a path is served by; None where it is not served."""
    return next((way for way in ways if re.fullmatch(way.paths, path)), None)


class Lane:
    """Jobs of one kind, each on a thread: a number of them run at once, a number wait, and any more are refused.

    A lane has its own threads, so that jobs of other kinds don't wait for them.
    """

    def __init__(self, name: str, at_once: int, waiting: int) -> None:
        self.name, self.most, self.inside = name, at_once + waiting, 0
        self._limiter = anyio.CapacityLimiter(at_once)

    def check(self) -> None:
        """Raises Busy where the lane is full."""
        if self.inside >= self.most:
            raise Busy(f"{self.inside} {self.name} wait already; ask again in a moment")

    async def run(self, job: Callable[..., _Made], *given: object) -> _Made:
        """The result of a job. Raises Busy where the lane is full, and any error of the job."""
        self.check()
        self.inside += 1
        try:
            return await anyio.to_thread.run_sync(job, *given, limiter=self._limiter)
        finally:
            self.inside -= 1


@dataclass(frozen=True, slots=True)
class Lanes:
    """The slow jobs of the server by their kinds."""

    ask: Lane = field(default_factory=lambda: Lane("questions", WAITING + 32, 0))  # they wait in turn at the desk
    read: Lane = field(default_factory=lambda: Lane("files", 1, 8))  # one at a time: it takes every core
    show: Lane = field(default_factory=lambda: Lane("pages", 2, 24))
    recall: Lane = field(default_factory=lambda: Lane("conversations", 2, 12))


class Bounds:
    """ASGI middleware: counts requests, and reads their bodies, within the bounds of their ways.

    The application behind it gets each body whole, and is stopped where it takes longer than its way allows.
    """

    def __init__(self, app: ASGIApp, ways: tuple[Way, ...] = WAYS, requests: int = REQUESTS) -> None:
        self.app, self._ways, self._requests = app, ways, requests
        self._open = {way: [0, 0] for way in ways}  # requests, and bytes of their bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a refused request itself, passes on any other."""
        way = way_of(scope["path"], self._ways) if scope["type"] == "http" else None
        if way is None:
            await self.app(scope, receive, send)
            return
        try:
            async with self._admitted(way, _length(scope, way)) as length:
                with anyio.move_on_after(way.seconds):
                    body = await _body(receive, length) if length else b""
                    await self.app(scope, _replayed(body, receive), send)
        except _Refusal as refusal:
            await refusal.response(scope, receive, send)

    @asynccontextmanager
    async def _admitted(self, way: Way, length: int) -> AsyncIterator[int]:
        mine, others = self._open[way], sum(opened for opened, _ in list(self._open.values())[1:])
        full = mine[0] >= way.at_once or (way is not self._ways[0] and others >= self._requests)
        if full or mine[1] + length > way.most:
            raise _Refusal(503, "too much is asked for at once; ask again in a moment", RETRY)
        mine[0], mine[1] = mine[0] + 1, mine[1] + length
        try:
            yield length
        finally:
            mine[0], mine[1] = mine[0] - 1, mine[1] - length


class _Refusal(Exception):  # not an error: a response
    def __init__(self, status: int, words: str, headers: dict[str, str] | None = None) -> None:
        self.response: Response = JSONResponse({"error": words}, status, headers=headers)


def _length(scope: Scope, way: Way) -> int:
    """The length of a body, from its header. Raises _Refusal where it is missing or too large."""
    headers = Headers(scope=scope)
    posts = scope["method"] not in ("GET", "HEAD", "OPTIONS")
    said = headers.get("content-length", "" if (posts and way.body) or "transfer-encoding" in headers else "0")
    if not (said.isascii() and said.isdigit() and len(said) < 16 and int(said) <= (way.body if posts else 0)):
        raise _Refusal(413, f"a request must say its length, at most {way.body:,} bytes; send less")
    return int(said)


async def _body(receive: Receive, length: int) -> bytes:
    """A whole body. Raises _Refusal where it comes too slowly or breaks off."""
    parts, late = bytearray(), anyio.current_time() + PAUSE_SECONDS + length / SLOWEST
    more = True
    while more:
        with anyio.move_on_at(min(late, anyio.current_time() + PAUSE_SECONDS)) as scope:
            message = await receive()
        if scope.cancelled_caught:
            raise _Refusal(408, "the request came too slowly; send it again", {"Connection": "close"})
        if message["type"] == "http.disconnect" or len(parts) > length:
            raise _Refusal(400, "the request broke off; send it again")
        parts += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Receives a whole body first, then the messages that follow."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return left.pop() if left else await receive()

    return replay

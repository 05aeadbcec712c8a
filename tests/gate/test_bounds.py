"""What bounds work and memory: a lane for each kind of slow job, a body of bounded length and time for each path."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest
from browser import serving
from keyword_assistant import KeywordAssistant
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.deadline import check, deadline
from embeddings.errors import QuestionError
from qa.gate import bounds
from qa.gate.asking import ASKER
from qa.gate.bounds import WAYS, Bounds, Busy, Lane, Way, way_of
from qa.gate.connections import Connection
from qa.gate.desk import Desk
from qa.kept.keeping import Keeping
from qa.types import Ask
from qa.web.app import create_app

HOST = "http://127.0.0.1:7860"
FERRY = Document.from_text("The ferry to Oslo leaves at 14:30.\n\nTickets cost 40 euros.", "Ferry", "ferry.txt")
QUESTION = "When does the ferry to Oslo leave at?"
MANY = 60  # more than the 40 threads that everything shared


@contextmanager
def held() -> Iterator[tuple[threading.Event, Callable[..., Any]]]:
    """An event, and a job that waits for it."""
    let = threading.Event()

    def job(*given: object) -> tuple[bool, str]:
        let.wait(60)
        return True, "done"

    try:
        yield let, job
    finally:
        let.set()


async def quick(http: httpx.AsyncClient) -> None:
    """What must answer whatever else runs."""
    assert (await http.get("/health")).json() == {"status": "ok"}
    assert (await http.get("/metrics")).status_code == 200
    assert (await http.post("/v1/answer", json={"question": QUESTION})).json()["text"] is not None


def crowded(url: str, ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]], let: threading.Event) -> list[int]:
    """The statuses of many requests at once; while the first of them are held, others are answered."""

    async def all_of_them() -> list[int]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=url, timeout=20, limits=limits) as http:
            await http.get("/")
            many = [asyncio.ensure_future(ask(http)) for _ in range(MANY)]
            while not any(each.done() for each in many):
                await asyncio.sleep(0.01)
            await quick(http)
            let.set()
            return [(await each).status_code for each in many]

    return asyncio.run(asyncio.wait_for(all_of_them(), 60))


def test_files_that_take_long_stop_nothing_else() -> None:
    with held() as (let, job), serving(KeywordAssistant([FERRY]), keeping=Keeping(share=job)) as url:
        statuses = crowded(url, lambda http: http.post("/files", params={"name": "a.txt"}, content=b"x"), let)
    assert {200, 503} == set(statuses)


def test_conversations_and_pictures_that_take_long_stop_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("qa.web.talk.recalled_turns", "qa.web.sources._picture"):
        with held() as (let, job), serving(KeywordAssistant([FERRY])) as url:
            monkeypatch.setattr(place, job)
            if "talk" in place:
                said = {"turns": [], "form": "html"}
                statuses = crowded(url, lambda http, said=said: http.post("/talk/export", json=said), let)  # type: ignore[misc]
            else:
                statuses = crowded(url, lambda http: http.get("/source/picture", params={"document": FERRY.id}), let)
            assert 503 in statuses, place


def test_a_lane_is_full_with_those_at_work_and_those_that_wait() -> None:
    async def run() -> tuple[int, int]:
        with held() as (let, job):
            lane = Lane("jobs", 2, 3)
            inside = [asyncio.ensure_future(lane.run(job)) for _ in range(5)]
            await asyncio.sleep(0)
            with pytest.raises(Busy, match="5 jobs wait already"):
                await lane.run(job)
            let.set()
            return len(await asyncio.gather(*inside)), lane.inside

    assert asyncio.run(run()) == (5, 0)


def test_who_asks_much_does_not_come_before_who_asks_once() -> None:
    order: list[str] = []

    class Noting(KeywordAssistant):
        def asked_for(self, question: str, *more: object) -> None:
            assert let.wait(30)
            order.append(question.split()[-1])

    let, desk, threads = threading.Event(), Desk(Noting([FERRY])), []

    def ask(who: str, name: str) -> None:
        ASKER.set(who)
        desk.explain(Ask(f"ferry {name}"))

    for number, (who, name) in enumerate([("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1")]):
        threads.append(threading.Thread(target=ask, args=(who, name)))
        threads[-1].start()
        while desk.length <= number:
            pass
    let.set()
    for thread in threads:
        thread.join(30)
    assert order == ["a1", "b1", "c1", "a2", "a3"]


def test_a_question_has_a_deadline_and_tells_it() -> None:
    with deadline(0), pytest.raises(QuestionError, match="that took longer than 0 seconds; ask for less"):
        check()
    with deadline(1e6), deadline(1e9):
        check()
    check()


def test_the_deadline_of_a_question_holds_at_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    class Checking(KeywordAssistant):
        def asked_for(self, *given: object) -> None:
            check()

    desk = Desk(Checking([FERRY]))
    assert desk.explain(Ask(QUESTION))
    monkeypatch.setattr("qa.gate.desk.QUESTION_SECONDS", 0.0)
    with pytest.raises(QuestionError, match="took longer than"):
        desk.explain(Ask(QUESTION))


# ---------------------------------------------------------------- bodies


def test_every_way_has_its_bounds_and_all_bodies_together_fit_into_memory() -> None:
    for way in WAYS:
        assert 0 < way.at_once <= bounds.REQUESTS, way
        assert 0 < way.seconds < 24 * 3600, way
    assert sum(way.most for way in WAYS) < 500_000_000
    assert bounds.REQUESTS < bounds.CONNECTIONS


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/call/answer"])
def test_what_is_not_needed_of_gradio_is_closed(path: str) -> None:
    assert way_of(path) is None
    with TestClient(create_app(KeywordAssistant([FERRY])), base_url=HOST) as client:
        assert client.post(path, content=b"x").status_code == 404


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/talk/ask", "/files", "/files/remove", "/gradio_api/mcp/"])
def test_every_path_refuses_a_body_that_is_too_long_before_it_reads_it(path: str) -> None:
    way = way_of(path)
    assert way is not None
    with TestClient(create_app(KeywordAssistant([FERRY])), base_url=HOST) as client:
        for headers in ({"content-length": str(way.body + 1)}, {"content-length": "-1"}, {"content-length": "9" * 40}):
            assert client.post(path, content=b"", headers=headers).status_code == 413
        assert client.post(path, content=iter([b"x"])).status_code == 413
        assert client.request("GET", path, headers={"content-length": "5"}).status_code in (405, 413)


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    body += message["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


class Client:
    """Sends a request to an ASGI application as slowly as a test wants."""

    def __init__(self, app: Any, path: str, length: int) -> None:
        self.sent: list[Any] = []
        self.parts: asyncio.Queue[Any] = asyncio.Queue()
        headers = [(b"content-length", str(length).encode())]
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        self.done = asyncio.ensure_future(app(scope, self.parts.get, self._send))

    async def _send(self, message: Any) -> None:
        self.sent.append(message)

    def part(self, data: bytes, more: bool) -> None:
        self.parts.put_nowait({"type": "http.request", "body": data, "more_body": more})

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None


def test_bodies_that_never_end_are_counted_and_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Bounds(echo, (Way("/health"), Way("/x", 100, at_once=3, total=250)), requests=3)

    async def run() -> list[int | None]:
        first = [Client(app, "/x", 100) for _ in range(2)]
        for each in first:
            each.part(b"a" * 99, more=True)
        await asyncio.sleep(0.01)
        third, fourth, health = Client(app, "/x", 100), Client(app, "/x", 1), Client(app, "/health", 0)
        fourth.part(b"a", more=False)
        health.part(b"", more=False)
        await asyncio.gather(third.done, fourth.done, health.done)  # while the first are still held
        first[0].part(b"a", more=False)
        await first[0].done
        assert first[0].sent[1]["body"] == b"a" * 100
        await first[1].done  # nothing more comes of it
        again = Client(app, "/x", 100)
        again.part(b"a" * 100, more=False)
        await again.done
        return [each.status for each in (*first, third, fourth, health, again)]

    monkeypatch.setattr(bounds, "PAUSE_SECONDS", 0.5)
    assert asyncio.run(run()) == [200, 408, 503, 200, 200, 200]


def test_a_request_that_takes_longer_than_its_way_allows_is_given_up() -> None:
    async def forever(scope: Any, receive: Any, send: Any) -> None:
        await anyio.sleep_forever()

    async def run() -> int:
        app = Bounds(forever, (Way("/health"), Way("/x", 100, seconds=0.01)))
        client = Client(app, "/x", 1)
        client.part(b"a", more=False)
        await client.done
        return app._open[app._ways[1]][0]

    assert asyncio.run(run()) == 0


# ---------------------------------------------------------------- connections


def opened(url: str, data: bytes) -> socket.socket:
    at = urlsplit(url)
    made = socket.create_connection((at.hostname or "", at.port or 0), timeout=30)
    made.sendall(data)
    return made


def rest_of(made: socket.socket) -> bytes:
    """What still comes until the connection is closed."""
    answer = b""
    with suppress(ConnectionResetError):
        while part := made.recv(1000):
            answer += part
    return answer


HALF = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


def test_half_sent_headers_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "most", 8)
    monkeypatch.setattr(Connection, "seconds", 600.0)
    with serving(KeywordAssistant([FERRY])) as url, ExitStack() as half:
        oldest, *_ = [half.enter_context(opened(url, HALF)) for _ in range(20)]
        for _ in range(3):
            assert httpx.get(f"{url}/health", timeout=20).json() == {"status": "ok"}
        assert rest_of(oldest) == b""  # it made room


@pytest.mark.parametrize("data", [b"", HALF, b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET"])
def test_headers_have_a_deadline(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(Connection, "seconds", 0.3)
    with serving(KeywordAssistant([FERRY])) as url, opened(url, data) as made:
        assert (b'{"status":"ok"}' in rest_of(made)) == data.endswith(b"GET")


def test_a_busy_server_says_so_and_when_to_come_again() -> None:
    async def run() -> list[Any]:
        app = Bounds(echo, (Way("/health"), Way("/x", 100, at_once=0)))
        client = Client(app, "/x", 1)
        await client.done
        return client.sent

    start, body = asyncio.run(run())
    assert start["status"] == 503
    assert (b"retry-after", b"2") in start["headers"]
    assert list(json.loads(body["body"])) == ["error"]

"""What strangers may try against a chat, tried against one that is started here: `make attack`.

Each attack is bounded in count and time, and speaks to 127.0.0.1 alone. It holds where what it tried was refused or
bounded, and where /health was answered within seconds, and a question, while it ran.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from eval.bench.hostile import Chat, running
from eval.bench.machine import describe_machine
from eval.report.readme import check_markers, rewrite
from eval.report.rendering import markdown_table
from qa.ending import done_or_told

PART = "attack"
_QUESTION = "Who leads Syria Tomorrow?"
_SECONDS, _TURN = 10.0, 60.0  # in which /health and a question must be answered


@dataclass(frozen=True, slots=True)
class Tried:
    """An attack and what came of it.

    Attributes:
        what: was tried, in words.
        count: how often.
        held: whether everything did.
        came: of it, in words.
    """

    what: str
    count: int
    held: bool
    came: str


@dataclass(frozen=True, slots=True)
class Attacker:
    """Speaks to the chat; `few` makes each attack short."""

    chat: Chat
    http: httpx.AsyncClient
    few: bool

    def times(self, many: int) -> int:
        """So many, or a fifth of it."""
        return max(3, many // 5) if self.few else many

    async def statuses(self, count: int, ask: Callable[[int], Awaitable[httpx.Response]]) -> Counter[int]:
        """The statuses of many requests at once; 0 where the connection was closed instead."""

        async def one(number: int) -> int:
            try:
                return (await ask(number)).status_code
            except httpx.HTTPError:
                return 0

        return Counter(await asyncio.gather(*(one(number) for number in range(count))))

    async def lives(self) -> bool:
        """Whether /health and a question are answered in time; a question may be told to come again."""
        async with httpx.AsyncClient(
            base_url=self.chat.url, headers=self.chat.headers, timeout=_SECONDS, trust_env=False
        ) as http:
            try:
                health = await http.get("/health")
                asked = await http.post("/v1/answer", json={"question": _QUESTION}, timeout=_TURN)
            except httpx.HTTPError:
                return False
        return health.json() == {"status": "ok"} and (asked.status_code == 503 or "citations" in asked.json())

    def half(self, data: bytes) -> socket.socket | None:
        """A connection on which something was sent, and that stays open; None where it was closed at once."""
        at = urlsplit(self.chat.url)
        made = socket.create_connection((at.hostname or "", at.port or 0), timeout=_SECONDS)
        try:
            made.sendall(data)
        except OSError:
            made.close()
            return None
        return made


async def _while(attacker: Attacker, running: Awaitable[Counter[int]]) -> tuple[Counter[int], bool]:
    """What came of many requests, and whether others were answered meanwhile."""
    many = asyncio.ensure_future(running)
    await asyncio.sleep(0.2)
    lives = await attacker.lives()
    return await many, lives


def _said(statuses: Counter[int]) -> str:
    return ", ".join(f"{count} × {status or 'closed'}" for status, count in sorted(statuses.items()))


async def uploads(attacker: Attacker) -> Tried:
    """Many files at once."""
    await attacker.http.get("/")  # for a cookie
    count, text = attacker.times(60), b"Ships sail at dawn with salt and fish. " * 3_000
    ask = lambda n: attacker.http.post("/files", params={"name": f"{n}.txt"}, content=text)  # noqa: E731
    statuses, lives = await _while(attacker, attacker.statuses(count, ask))
    return Tried("files added at once", count, lives and set(statuses) <= {200, 503}, _said(statuses))


async def conversations(attacker: Attacker) -> Tried:
    """A conversation with citations without end."""
    place = {"document": 0, "start": 0, "end": 1, "quote_start": 0, "quote_end": 1}
    side = {"question": "a", "text": "a", "confidence": 0.5, "citations": [place] * 500, "passages": [place] * 500}
    told = {"format": 1, "documents": [{"id": "x", "title": "x", "source": "x", "content_hash": "x"}]}
    saved = {**told, "turns": [{"question": "a", "answer": {**side, "alternatives": [side] * 20}}]}
    turn = json.dumps({"said": "a", "limits": "", "conversation": json.dumps(saved)})
    count = attacker.times(45)
    ask = lambda n: attacker.http.post("/talk/recall", json={"turns": [turn]})  # noqa: E731
    statuses, lives = await _while(attacker, attacker.statuses(count, ask))
    return Tried("a turn of 21,000 citations", count, lives and set(statuses) <= {422, 503}, _said(statuses))


async def headers(attacker: Attacker) -> Tried:
    """Headers that never end."""
    count, data = attacker.times(700), b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    opened = [attacker.half(data) for _ in range(count)]
    lives = await attacker.lives()
    for each in filter(None, opened):
        each.close()
    return Tried(
        "half-sent headers held open", count, lives, "others were answered" if lives else "nobody was answered"
    )


async def bodies(attacker: Attacker) -> Tried:
    """Files that stop a byte before their end."""
    count, size, before = attacker.times(30), 8_000_000, attacker.chat.memory
    auth = attacker.chat.headers["authorization"]
    head = (
        f"POST /files?name=a.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {auth}\r\nContent-Length: {size}\r\n\r\n"
    )
    opened = [await asyncio.to_thread(attacker.half, head.encode() + b"a" * (size - 1)) for _ in range(count)]
    lives, grown = await attacker.lives(), max(0, attacker.chat.memory - before)
    for each in filter(None, opened):
        each.close()
    held = lives and grown < 250_000_000
    return Tried("files that stop a byte early", count, held, f"{grown / 1e6:,.0f} MB held meanwhile")


async def long_bodies(attacker: Attacker) -> Tried:
    """Bodies that are longer than a path takes."""
    paths = ("/gradio_api/queue/join", "/v1/answer", "/talk/ask", "/talk/export", "/gradio_api/mcp/", "/files/remove")
    count, body = attacker.times(12), b"x" * 9_000_000
    ask = lambda n: attacker.http.post(paths[n % len(paths)], content=body)  # noqa: E731
    statuses, lives = await _while(attacker, attacker.statuses(count, ask))
    return Tried("bodies of 9 MB on other paths", count, lives and set(statuses) <= {0, 413}, _said(statuses))


async def filters(attacker: Attacker) -> Tried:
    """Filters without end, and names that are none."""
    names = (["x" * 5] * 100_000, ["a/" * 400_000], ["a\0b"], ["\ud800"], [f"none {n}" for n in range(200)])
    bodies = [json.dumps({"question": "a", "where": {"documents": each}}).encode() for each in names]
    count = attacker.times(25)

    def ask(number: int) -> Awaitable[httpx.Response]:
        headers = {"content-type": "application/json"}
        return attacker.http.post("/v1/answer", content=bodies[number % len(bodies)], headers=headers)

    statuses, lives = await _while(attacker, attacker.statuses(count, ask))
    return Tried("filters without end, odd names", count, lives and set(statuses) <= {422, 503}, _said(statuses))


async def cookies(attacker: Attacker) -> Tried:
    """Files under invented cookies, which pushed out those of others."""
    await attacker.http.get("/")
    await attacker.http.post("/files", params={"name": "mine.txt"}, content=b"The boat leaves at 23:59.")
    count = attacker.times(60)

    async def ask(number: int) -> httpx.Response:
        async with httpx.AsyncClient(
            base_url=attacker.chat.url, headers=attacker.chat.headers, trust_env=False
        ) as http:
            cookie = {"cookie": f"pincite_session={secrets.token_hex(16)}"}
            return await http.post("/files", params={"name": "a.txt"}, content=b"x", headers=cookie)

    statuses = await attacker.statuses(count, ask)
    mine = (await attacker.http.get("/files")).json()["files"]
    held = set(statuses) <= {422, 503} and any(each["name"] == "mine.txt" for each in mine)
    return Tried("files under invented cookies", count, held, _said(statuses))


async def strangers(attacker: Attacker) -> Tried:
    """Pages of other names, and other pages."""
    count = attacker.times(30)
    odd = ({"host": "example.org", "origin": "http://example.org"}, {"origin": "http://example.org"})
    ask = lambda n: attacker.http.get("/source", headers=odd[n % 2])  # noqa: E731
    statuses = await attacker.statuses(count, ask)
    return Tried("other names, and other pages", count, set(statuses) == {403}, _said(statuses))


async def questions(attacker: Attacker) -> Tried:
    """More questions at once than wait."""
    count = attacker.times(300)
    ask = lambda n: attacker.http.post("/v1/answer", json={"question": f"Who leads Syria Tomorrow, {n}?"})  # noqa: E731
    statuses, lives = await _while(attacker, attacker.statuses(count, ask))
    return Tried("questions at once", count, lives and set(statuses) <= {200, 503}, _said(statuses))


async def tools(attacker: Attacker) -> Tried:
    """Numbers that no tool expects, to the MCP server."""
    values = ("1e30", "-1", '"x"', "1e999", "null", "[[]]")
    count = attacker.times(30)

    def ask(number: int) -> Awaitable[httpx.Response]:
        given = f'{{"name": "list_documents", "arguments": {{"offset": {values[number % len(values)]}}}}}'
        body = f'{{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {given}}}'
        accept = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
        return attacker.http.post("/mcp", content=body, headers=accept)

    statuses, lives = await _while(attacker, attacker.statuses(count, ask))
    return Tried("odd numbers to a tool", count, lives and set(statuses) <= {200, 400, 503}, _said(statuses))


async def passwords(attacker: Attacker) -> Tried:
    """Guesses over many connections; last, because the address is kept waiting after it."""
    count = attacker.times(1_000)

    async def ask(number: int) -> httpx.Response:
        forged = {"x-forwarded-for": f"10.0.{number % 250}.1\x1b[2J"}
        return await attacker.http.get("/health", headers={"authorization": f"Basic {secrets.token_hex(8)}", **forged})

    statuses = await attacker.statuses(count, ask)
    log = attacker.chat.log.read_text(encoding="utf-8", errors="replace")
    plain = all(line.isprintable() and len(line) < 400 for line in log.splitlines())
    held = set(statuses) <= {401, 429} and statuses[401] <= 10 and plain and await attacker.lives()
    return Tried(
        "guesses of a password", count, held, f"{_said(statuses)}; the log is {'plain' if plain else 'not plain'}"
    )


ATTACKS = (
    *(uploads, conversations, headers, bodies, long_bodies, filters),
    *(cookies, strangers, questions, tools, passwords),
)


async def attack(chat: Chat, few: bool) -> list[Tried]:
    """Everything, one after the other."""
    limits = httpx.Limits(max_connections=150)
    found = []
    async with httpx.AsyncClient(
        base_url=chat.url, headers=chat.headers, timeout=120, limits=limits, trust_env=False
    ) as http:
        attacker = Attacker(chat, http, few)
        for each in ATTACKS:
            tried = await each(attacker)
            found.append(tried)
            sys.stderr.write(f"{'held' if tried.held else 'FELL'}  {tried.what}: {tried.count:,}; {tried.came}\n")
    return found


def table(found: Sequence[Tried]) -> str:
    """What was tried, as Markdown."""
    rows = [(each.what, f"{each.count:,}", "yes" if each.held else "**no**", each.came) for each in found]
    return markdown_table(("tried", "how often", "held", "what came of it"), rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Attacks a chat that it starts; 1 where something fell."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.attack", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a fifth of each")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="write the table into this file, between its markers"
    )
    chosen = parser.parse_args(arguments)
    if chosen.write is not None:
        check_markers(chosen.write, PART)
    machine = describe_machine()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), "--workers", "1") as chat:
        found = asyncio.run(attack(chat, chosen.short))
    if chosen.write is not None:
        rewrite(chosen.write, f"{table(found)}\n\n{machine}", PART)
    return 0 if all(each.held for each in found) else 1


if __name__ == "__main__":
    sys.exit(done_or_told(main))

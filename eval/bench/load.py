"""How many questions a chat answers that many clients ask again and again: `make load`.

The chat is started here, over the sample documents; 1, 8, 32 and 128 clients ask it, each as soon as it was answered.
Beside it stands what its readers alone read in the same time, of the same passages: the pace that nothing can exceed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx

from eval.bench.hostile import Chat, running
from eval.bench.machine import describe_machine
from eval.report.readme import check_markers, rewrite
from eval.report.rendering import markdown_table
from qa.ending import done_or_told
from qa.reading.pool import ReaderPool
from qa.reading.reader import SHIPPED, Passage
from qa.samples import EXAMPLES, open_samples
from qa.settings import Settings

PART = "load"
CLIENTS = (1, 8, 32, 128)


@dataclass(frozen=True, slots=True)
class Load:
    """What came of so many clients: seconds of each answer, and how many were sent away or failed."""

    clients: int
    seconds: float
    answered: tuple[float, ...]
    refused: int
    failed: int
    memory: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answered) / self.seconds


async def load(chat: Chat, clients: int, seconds: float) -> Load:
    """So many clients that ask again and again."""
    answered, others = list[float](), list[int]()
    began = time.monotonic()

    async def client(number: int, http: httpx.AsyncClient) -> None:
        for turn in range(1_000_000):
            asked = time.monotonic()
            if asked - began > seconds:
                return
            question = {"question": EXAMPLES[(number + turn) % len(EXAMPLES)]}
            try:
                status = (await http.post("/v1/answer", json=question)).status_code
            except httpx.HTTPError:
                status = 0
            if status == 200:
                answered.append(time.monotonic() - asked)
            else:
                others.append(status)
                await asyncio.sleep(0.5)

    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(
        base_url=chat.url, headers=chat.headers, timeout=180, limits=limits, trust_env=False
    ) as http:
        await asyncio.gather(*(client(number, http) for number in range(clients)))
    took, refused = time.monotonic() - began, sum(status == 503 for status in others)
    return Load(clients, took, tuple(answered), refused, len(others) - refused, chat.memory)


def readers_alone(workers: int, seconds: float) -> float:
    """Questions a second that so many readers read, with nothing else to do."""
    assistant = open_samples(Settings())
    given = [(each, [Passage.of(hit) for hit in assistant.retrieve(each, 5)]) for each in EXAMPLES]
    pool = ReaderPool(SHIPPED, workers)

    def read(number: int) -> int:
        count, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            pool.read(*given[(number + count) % len(given)])
            count += 1
        return count

    try:
        for _ in range(workers):
            pool.read(*given[0])
        began = time.monotonic()
        with ThreadPoolExecutor(workers) as threads:
            return sum(threads.map(read, range(workers))) / (time.monotonic() - began)
    finally:
        pool.close()


def table(found: Sequence[Load], alone: float) -> str:
    """What was measured, as Markdown."""
    rows = []
    for each in found:
        cuts = quantiles(each.answered, n=20) if len(each.answered) > 1 else [0.0] * 19
        share = each.rate / alone if alone else 0.0
        figures = (f"{each.rate:.1f}", f"{share:.0%}", f"{cuts[9]:.2f}", f"{cuts[18]:.2f}")
        rows.append((str(each.clients), *figures, str(each.refused), str(each.failed), f"{each.memory / 1e6:,.0f}"))
    columns = ("clients", "answers/s", "of the readers alone", "p50, s", "p95, s", "sent away", "failed", "memory, MB")
    return markdown_table(columns, rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures; 1 where a question failed, or one of up to 32 clients was sent away."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each number of clients")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table into this file")
    chosen = parser.parse_args(arguments)
    if chosen.write is not None:
        check_markers(chosen.write, PART)
    machine, found = describe_machine(), []
    alone = readers_alone(chosen.workers, min(chosen.seconds, 20.0))
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), "--workers", str(chosen.workers)) as chat:
        asyncio.run(load(chat, 1, 2.0))  # to have everything open
        for clients in CLIENTS:
            found.append(asyncio.run(load(chat, clients, chosen.seconds)))
            sys.stderr.write(f"{table(found[-1:], alone).splitlines()[-1]}\n")
        readers = ", ".join(f"{each / 1e6:,.0f}" for each in chat.readers)
    said = f"{chosen.workers} of `--workers`, {chosen.seconds:.0f} s each; readers alone: {alone:.1f} a second."
    words = f"{table(found, alone)}\n\n{said} Memory of the processes besides the server, MB: {readers}.\n\n{machine}"
    sys.stdout.write(f"{words}\n")
    if chosen.write is not None:
        rewrite(chosen.write, words, PART)
    return 1 if any(each.failed or (each.refused and each.clients <= 32) for each in found) else 0


if __name__ == "__main__":
    sys.exit(done_or_told(main))

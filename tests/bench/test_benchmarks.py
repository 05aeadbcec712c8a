"""The benchmarks measure what they say, end what they start, and never assert a time."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from embeddings.errors import BenchmarkError, SettingsError
from embeddings.models.encoder import SHIPPED as SHIPPED_ENCODER
from embeddings.models.encoder import OnnxEncoder
from embeddings.models.runtime import open_session
from embeddings.types import Document
from eval.bench import benchmarks
from eval.bench.machine import describe_machine
from eval.bench.processes import Run, Runs, run_to_its_end, run_until_it_answers, taking_turns
from eval.bench.speed import Answering, AnsweringBench, Indexing, Timing, compare_indexing
from eval.sets.gold import GoldAnswer, GoldQuestion
from qa.reading.reader import SHIPPED as SHIPPED_READER
from qa.reading.reader import OnnxReader
from qa.settings import Settings

LIGHTHOUSE = "The lighthouse was built by Ingrid Solheim in 1884. It stands on a rock in the north of the bay."
BAKERY = "The bakery in Bergen opens at six. Its bread is made with rye."


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [Document.from_text(LIGHTHOUSE), Document.from_text(BAKERY)]


def gold(question: str, document: Document, text: str) -> GoldQuestion:
    start = document.text.index(text)
    return GoldQuestion(question, "question", question, (GoldAnswer(document.id, start, start + len(text), text),))


# ---------------------------------------------------------------- in one process


def test_every_side_of_indexing_has_a_rate_over_the_same_tokens(documents: list[Document]) -> None:
    encoded: list[list[str]] = []
    found = compare_indexing(
        documents,
        {"ours": OnnxEncoder(threads=1)},
        {"theirs": lambda texts: encoded.append(list(texts))},
        rounds=2,
        settings=Settings(),
    )
    assert found.passages == len(encoded[0]) == 2
    assert len(encoded) == 1 + 2  # one that is not counted
    assert found.tokens == sum(OnnxEncoder(threads=1).count(encoded[0]))
    assert all(rate > 0 for rate in found.rates.values())


@pytest.fixture(scope="module")
def answering(documents: list[Document]) -> Answering:
    sessions = (open_session(SHIPPED_ENCODER, 1), open_session(SHIPPED_READER, 1))
    settings = Settings(threads=1, threshold=0.0)
    bench = AnsweringBench(documents, OnnxEncoder(threads=1), OnnxReader(threads=1), sessions, settings)
    questions = [
        gold("Who built the lighthouse?", documents[0], "Ingrid Solheim"),
        gold("When does the bakery open?", documents[1], "six"),
        GoldQuestion("3", "unanswerable", "Who swims?", ()),
    ]
    return bench.answering(questions, passages=2)


def test_the_parts_of_an_answer_add_up_to_the_whole(answering: Answering) -> None:
    parts = sum(answering.column(name) for name in ("encode", "search", "read", "choose"))
    assert np.allclose(parts, answering.column("total"), atol=1e-6)
    assert all(min(t.encode, t.search, t.read, t.choose, t.bare) > 0 for t in answering.timings)


def test_an_answer_counts_the_passages_and_tokens_that_the_reader_was_given(
    answering: Answering, documents: list[Document]
) -> None:
    reader = OnnxReader(threads=1)
    (first, *_) = answering.timings
    pairs = [("Who built the lighthouse?", document.text) for document in documents]
    assert first.passages == 2
    assert first.tokens == sum(len(encoding.ids) for encoding in reader.runtime.tokenize(pairs))


def test_f1_is_over_the_questions_that_have_an_answer(answering: Answering) -> None:
    assert len(answering.timings) == 3
    assert answering.f1 == 1.0


# ---------------------------------------------------------------- whole processes


def test_a_process_is_timed_and_its_own_memory_measured() -> None:
    small = run_to_its_end([sys.executable, "-S", "-c", "pass"], os.environ)
    large = run_to_its_end([sys.executable, "-S", "-c", "x = bytearray(64 << 20)"], os.environ)
    assert small.seconds > 0
    assert large.peak - small.peak > 50 << 20
    assert small.peak < 50 << 20  # not that of the process that measures


def test_a_process_that_fails_is_told_with_its_last_words() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('the tide is too high')"]
    with pytest.raises(BenchmarkError, match=r"ended with 1 .*the tide is too high"):
        run_to_its_end(command, os.environ)
    assert run_to_its_end(command, os.environ, allowed=(0, 1)).seconds > 0


def test_a_server_is_timed_until_its_page_is_there_and_ended(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    found = run_until_it_answers(command, os.environ, f"http://127.0.0.1:{port}/")
    assert found.seconds > 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_server_that_ends_by_itself_is_not_waited_for() -> None:
    with pytest.raises(BenchmarkError, match="no page came"):
        run_until_it_answers([sys.executable, "-c", "pass"], os.environ, "http://127.0.0.1:9/")


def test_sides_take_turns_after_a_run_that_is_not_counted() -> None:
    order: list[str] = []

    def side(name: str) -> Callable[[], Run]:
        def run() -> Run:
            order.append(name)
            return Run(seconds=float(len(order)), peak=0)

        return run

    a, b = taking_turns(2, side("a"), side("b"))
    assert order == ["a", "b"] * 3
    assert [run.seconds for run in a.runs] == [3, 5]
    assert b.seconds == 5  # the median of 4 and 6


# ---------------------------------------------------------------- tables and command


def timing(total: float, bare: float) -> Timing:
    return Timing(total, 0.002, 0.001, total - 0.005, 0.002, bare, passages=5, tokens=900)


@pytest.mark.parametrize(("total", "verdict"), [(0.120, "yes"), (0.151, "no")])
def test_an_aim_that_is_missed_says_so(total: float, verdict: str) -> None:
    rows = [Answering(3, 0.6, (timing(0.01, 0.01),)), Answering(5, 0.7, (timing(total, 0.1),))]
    table = benchmarks.answering_table(rows)
    assert "At 5 passages, which give the best F1" in table
    assert f"(aim: under 150; reached: {verdict})" in table.replace(" ms", "")


def test_indexing_is_told_as_a_ratio_with_its_aim() -> None:
    rates = {benchmarks.INT8: 1800.0, benchmarks.FP32: 1200.0, benchmarks.BESIDE: 1000.0}
    table = benchmarks.indexing_table(Indexing(10, 2000, rates))
    assert "| Pincite, int8 (ships) | 1,800 | 1.80 | 1.7 | yes |" in table
    assert "| Pincite, fp32 | 1,200 | 1.20 | 1.25 | no |" in table


def test_processes_are_told_with_seconds_and_memory() -> None:
    ask, beside, chat = (Runs((Run(s, mb << 20),)) for s, mb in ((1.0, 180), (10.0, 450), (4.0, 250)))
    table = benchmarks.processes_table(ask, beside, chat)
    assert "| 1.00 | 0.10 | 0.2 | yes | 180 | 0.40 | 0.2 | no |" in table
    assert "| 4.00 | — | under 6 s | yes | 250 |" in table


def test_the_tables_of_the_docs_are_between_their_markers(root: Path) -> None:
    text = (root / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for name in benchmarks.BENCHMARKS:
        _, _, rest = text.partition(f"<!-- bench:{name}:begin -->")
        assert "Measured on: " in rest.partition(f"<!-- bench:{name}:end -->")[0], f"{name}: run `make bench`"


def test_a_page_without_markers_is_refused_before_anything_is_timed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing here", encoding="utf-8")
    with pytest.raises(SettingsError, match="bench:indexing:begin"):
        benchmarks.run(["indexing"], 1, page, Console())
    assert benchmarks.main(["--only", "indexing", "--write", str(page)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_machine_is_described_in_a_sentence() -> None:
    words = describe_machine()
    assert words.startswith("Measured on: ")
    assert words.endswith(".")
    assert "onnxruntime" in words
    assert "\n" not in words

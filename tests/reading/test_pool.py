"""Readers in processes of their own: the same spans, side by side, and one that dies is replaced and asked again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.deadline import deadline
from embeddings.errors import ModelError, QuestionError
from qa.reading.pool import ReaderPool
from qa.reading.reader import SHIPPED, Passage, shipped_reader

QUESTION = "When does the ferry leave?"
PASSAGES = [Passage("The ferry to Oslo leaves at 14:30 from the harbour."), Passage("Tickets cost 40 euros.")]


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    made = ReaderPool(SHIPPED, 1, threads=1)
    yield made
    made.close()


def test_it_reads_what_a_reader_of_this_process_reads(pool: ReaderPool) -> None:
    assert pool.read(QUESTION, PASSAGES) == shipped_reader(1).read(QUESTION, PASSAGES)
    assert pool.read(QUESTION, []) == []
    assert pool.card == shipped_reader(1).card


def test_one_that_dies_is_replaced_and_its_question_asked_again(pool: ReaderPool) -> None:
    spans = pool.read(QUESTION, PASSAGES)
    (before,) = pool.processes
    os.kill(before, signal.SIGKILL)
    assert pool.read(QUESTION, PASSAGES) == spans
    assert pool.processes != (before,)


def test_one_that_dies_while_it_reads_is_replaced_too(pool: ReaderPool) -> None:
    spans = pool.read(QUESTION, PASSAGES)
    (pid,) = pool.processes
    os.kill(pid, signal.SIGSTOP)
    found: list[object] = []
    asking = threading.Thread(target=lambda: found.append(pool.read(QUESTION, PASSAGES)))
    asking.start()
    while pool._free.qsize():  # until the question is with the reader
        pass
    os.kill(pid, signal.SIGKILL)
    asking.join(60)
    assert found == [spans]


def test_a_reading_beyond_its_deadline_is_given_up_and_the_next_one_answered(pool: ReaderPool) -> None:
    spans = pool.read(QUESTION, PASSAGES)
    os.kill(pool.processes[0], signal.SIGSTOP)
    with deadline(0.2), pytest.raises(QuestionError, match="that took longer than"):
        pool.read(QUESTION, PASSAGES)
    assert pool.read(QUESTION, PASSAGES) == spans


def test_a_folder_without_a_reader_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not the folder of a compiled model"):
        ReaderPool(tmp_path, 1)
    (tmp_path / "card.json").write_bytes((SHIPPED / "card.json").read_bytes())
    broken = ReaderPool(tmp_path, 1, threads=1)
    with pytest.raises(ModelError, match="can't be opened"):
        broken.read(QUESTION, PASSAGES)
    broken.close()

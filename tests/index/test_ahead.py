"""Documents encoded ahead of those that are written: the same index, in the same order, whichever is ready first."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import ModelError
from embeddings.index.ahead import Ahead
from embeddings.index.index import Index
from embeddings.index.updating import Writer, create
from embeddings.models.encoder import Vectors, shipped_encoder
from embeddings.store.records import Stored
from embeddings.types import Document
from tests.small_encoder import HashingEncoder, small_chunker


class SlowFirst(HashingEncoder):
    """Takes the longer the earlier a text comes; remembers how many texts were encoded at once, and where."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[str] = set()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the encoder below it."""
        self.threads.add(threading.current_thread().name)
        if any("number 0 " in text for text in texts):
            time.sleep(0.05)
        return super().encode(texts)


class Broken(HashingEncoder):
    """Can't encode one text."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Raises ModelError for that one."""
        if any("number 3 " in text for text in texts):
            raise ModelError("the model is broken; compile it again")
        return super().encode(texts)


def documents(count: int) -> list[Document]:
    """So many short texts."""
    return [Document("", f"T{n}", f"{n}.txt", f"Rain fell on day number {n} of the year.") for n in range(count)]


def writer_of(encoder: HashingEncoder) -> Writer:
    """A writer of an index in memory."""
    chunker = small_chunker(encoder)
    return Writer(*create(None, encoder, chunker), encoder, chunker)


def test_documents_are_numbered_in_their_order_whichever_is_ready_first() -> None:
    encoder, added = SlowFirst(), list[Stored]()
    writer, given = writer_of(encoder), documents(200)
    with Ahead(writer, cores=3) as ahead:
        for document in given:
            ahead.add(document, added.append)
        assert 0 < len(added) < 200, "what waits is bounded, and something waits"
        ahead.finish()
    assert [stored.id for stored in added] == [document.id for document in given]
    assert [stored.number for stored in added] == list(range(1, 201))
    assert threading.current_thread().name not in encoder.threads


def test_a_document_that_waits_is_held_until_it_is_added() -> None:
    writer, (first, second) = writer_of(HashingEncoder()), documents(2)
    with Ahead(writer) as ahead:
        ahead.add(first, lambda stored: None)
        assert ahead.holds(first.id)
        assert not ahead.holds(second.id)
        ahead.finish()
        assert not ahead.holds(first.id)


def test_a_large_document_comes_after_those_before_it_and_is_encoded_by_the_thread_that_adds_it() -> None:
    encoder, added = SlowFirst(), list[Stored]()
    large = Document("", "Large", "large.txt", " ".join(f"The wind blew from the west on day {n}." for n in range(900)))
    with Ahead(writer_of(encoder)) as ahead:
        for document in (*documents(2), large):
            ahead.add(document, added.append)
        assert added[2].count > 64
        assert added[2].id == large.id
    assert threading.current_thread().name in encoder.threads


def test_what_the_encoder_raises_comes_out_and_nothing_after_it_is_added() -> None:
    added = list[Stored]()

    def add_all() -> None:
        with Ahead(writer_of(Broken())) as ahead:
            for document in documents(6):
                ahead.add(document, added.append)
            ahead.finish()

    with pytest.raises(ModelError, match="broken"):
        add_all()
    assert len(added) == 3


def test_batches_beside_each_other_give_the_vectors_of_one_after_another() -> None:
    encoder = shipped_encoder()
    texts = ["rain " * n for n in (3, 200, 90, 150, 7, 220, 60)]
    inputs = [(e.ids, e.type_ids) for e in encoder.runtime.tokenize(texts)]
    together = encoder.runtime.run(inputs)
    for _ in range(8):  # until those apart have a session of their own
        apart = encoder.runtime.run(inputs, apart=True)
        assert all((a[0] == b[0]).all() for a, b in zip(apart, together, strict=True))


def test_threads_that_encode_at_once_get_the_vectors_that_one_alone_gets() -> None:
    encoder = shipped_encoder()
    texts = [[f"The rain fell on day {n}.", "It stopped. " * n] for n in range(1, 9)]
    alone = [encoder.encode(some) for some in texts]
    with ThreadPoolExecutor(4) as threads:
        assert all(np.array_equal(a, b) for a, b in zip(alone, threads.map(encoder.encode, texts), strict=True))


def test_both_searches_at_once_find_what_each_finds(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    with closing(Index.build(documents(30), encoder, small_chunker(encoder), tmp_path / "index")) as index:
        question = "rain on day number 7"
        lexical = index.lexical(question, 5)
        dense, by_words = index.both(question, question, 5)
        assert by_words == lexical
        assert dense == index.dense(question, 5, list(lexical))
        with ThreadPoolExecutor(4) as threads:
            found = threads.map(lambda _: index.both(question, question, 5), range(8))
            assert all(each == (dense, by_words) for each in found)

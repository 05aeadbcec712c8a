"""Flipped bytes: no wrong text, offset or citation is ever served, and the doctor finds what is damaged and mends it.

PINCITE_FLIPS sets how many bytes are flipped in each file (`make test-long`: 400).
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import living
import pytest

from embeddings.errors import PinciteError
from embeddings.index.doctor import examine, mended
from embeddings.index.index import Index
from embeddings.types import Chunk, Document

Record = Callable[[str, object], None]
FLIPS = int(os.environ.get("PINCITE_FLIPS", "25"))
QUESTIONS = ("Ship 3 sails under flag", "Which ship carries load2of0 to port?", "port")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two updates, with a base of vectors, a tail, and passages that are gone."""
    place = tmp_path_factory.mktemp("whole")
    living.write(place / "docs", living.content(0))
    living.update(place / "index", place / "docs", tail=20)
    texts = living.content(0)
    texts.pop("ship1.txt", None)
    texts["late.txt"] = "Ship 77\n\nShip 77 sails under flag 770. It carries load77of0 to port."
    texts["ship3.txt"] = texts["ship3.txt"].replace("flag", "the flag")
    living.write(place / "docs", texts)
    living.update(place / "index", place / "docs", tail=20)
    assert list((place / "index").glob("vectors-*.faiss"))
    return place / "index"


@pytest.fixture(scope="module")
def truth(whole: Path) -> tuple[dict[str, Document], set[Chunk]]:
    with closing(Index.open(whole, living.ENCODER)) as index:
        documents = {document.id: document for document in index.documents()}
        return documents, {chunk for id in documents for chunk in index.chunks_of(id).values()}


def served(path: Path) -> Iterator[Document | Chunk]:
    """Everything that an index serves, until it notices that it is damaged."""
    with closing(Index.open(path, living.ENCODER)) as index:
        for question in QUESTIONS:
            for search in (index.dense, index.lexical):
                try:
                    chunks = index.chunks(search(question, 50))
                    yield from chunks.values()
                    for id in {chunk.document_id for chunk in chunks.values()}:
                        yield index.document(id)
                except PinciteError:
                    continue
        yield from index.documents()


def places(path: Path, count: int, drawn: random.Random) -> list[int]:
    """Bytes to flip: half of them where something is written."""
    data = path.read_bytes()
    written = [place for place in range(len(data)) if data[place]]
    if not data:
        return []
    return [drawn.choice(written) if written and n % 2 else drawn.randrange(len(data)) for n in range(count)]


def flipped(path: Path, place: int, drawn: random.Random) -> None:
    """Never in place: what an index holds open is mapped into memory."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << drawn.randrange(8) if drawn.random() < 0.5 else drawn.randint(1, 255)
    path.unlink()
    path.write_bytes(data)


def damaged_copies(whole: Path, place: Path, files: list[str], flips: int, seed: int) -> Iterator[tuple[Path, str]]:
    """Copies of an index with one byte of one file flipped, and where."""
    drawn = random.Random(seed)
    for name in files:
        for at in places(whole / name, flips, drawn):
            copy = Path(tempfile.mkdtemp(dir=place), "copy")  # a thread of tantivy may still write into the last one
            shutil.copytree(whole, copy)
            flipped(copy / name, at, drawn)
            yield copy, f"{name}, byte {at}"
            shutil.rmtree(copy.parent, ignore_errors=True)


def files_of(whole: Path) -> list[str]:
    return sorted(
        str(path.relative_to(whole))
        for path in whole.rglob("*")
        if path.is_file() and not path.name.endswith(".lock") and path.stat().st_size
    )


@pytest.mark.slow
def test_no_flipped_byte_of_any_file_serves_a_wrong_text_offset_or_citation(
    whole: Path, truth: tuple[dict[str, Document], set[Chunk]], tmp_path: Path, record_property: Record
) -> None:
    documents, chunks = truth
    flips = noticed = 0
    for copy, where in damaged_copies(whole, tmp_path, files_of(whole), FLIPS, seed=1):
        flips += 1
        try:
            for found in served(copy):
                if isinstance(found, Document):
                    assert found == documents[found.id], where
                else:
                    assert found in chunks, where
        except PinciteError:
            noticed += 1
    assert noticed > FLIPS
    record_property("bytes flipped, one at a time", flips)
    record_property("files they were flipped in", len(files_of(whole)))
    record_property("of them, noticed when the index was opened or read", noticed)
    record_property("wrong texts, offsets or passages served", 0)


@pytest.mark.slow
def test_the_doctor_finds_what_a_reader_trips_over_and_mends_it_without_losing_a_whole_document(
    whole: Path, truth: tuple[dict[str, Document], set[Chunk]], tmp_path: Path, record_property: Record
) -> None:
    documents, _ = truth
    found_again = beyond = 0
    for copy, where in damaged_copies(whole, tmp_path, files_of(whole), max(2, FLIPS // 10), seed=2):
        faults = examine(copy)
        if not faults:
            assert set(documents) == {found.id for found in served(copy) if isinstance(found, Document)}, where
            continue
        try:
            done = mended(copy, lambda _: living.maker())
        except PinciteError:
            beyond += 1  # the store itself is unreadable: it says that the index must be built again
            continue
        assert examine(copy) == [], where
        with closing(Index.open(copy, living.ENCODER)) as index:
            kept = {document.id: document for document in index.documents()}
            assert all(documents[id] == document for id, document in kept.items()), where
            assert len(kept) == done.kept, where
            if not where.startswith("store"):
                assert (kept, done.lost) == (documents, ()), where
            assert len(index.dense("ship", 1000)) == len(index.lexical("ship port", 1000)) == index.passage_count
        found_again += 1
    assert found_again > len(files_of(whole))
    record_property("damaged indexes that the doctor mended", found_again)
    record_property("damaged indexes whose store could not be read, to be built again", beyond)


@pytest.mark.parametrize("name", ["manifest.json", "store.sqlite", "vectors", "lexical/meta.json"])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_a_file_cut_short_is_noticed_when_it_is_opened(whole: Path, tmp_path: Path, name: str, keep: float) -> None:
    shutil.copytree(whole, tmp_path / "copy")
    (file,) = (tmp_path / "copy").glob(f"{name}*.faiss" if name == "vectors" else name)
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[: int(keep * len(data))])
    with pytest.raises(PinciteError):
        list(served(tmp_path / "copy"))
    assert examine(tmp_path / "copy")


def test_a_base_of_another_index_is_never_read(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "copy")
    (base,) = (tmp_path / "copy").glob("vectors-*.faiss")
    other = bytearray(base.read_bytes())
    other[-20:] = bytes(20)
    base.unlink()
    base.write_bytes(other)
    with pytest.raises(PinciteError, match="digest"):
        Index.open(tmp_path / "copy", living.ENCODER)

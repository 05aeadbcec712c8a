"""A file that is added for everybody: kept beside the index, known to it from then on, or not there at all."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import living
import pytest
from small_encoder import HashingEncoder, small_chunker

from embeddings.errors import DocumentError, StoreError, StoreLocked, StoreMismatch, StoreNotFound
from embeddings.index.index import Index
from embeddings.store.locking import writer_lock
from qa.uploads.shared import share, uploads_folder, without_folders

NOTE = b"The keeper is paid 45 crowns."


@pytest.fixture
def index(tmp_path: Path) -> Path:
    living.write(tmp_path / "documents", {"a.txt": "Ship 1 sails under flag 70."})
    living.update_index(tmp_path / ".index", [tmp_path / "documents"], living.maker())
    return tmp_path / ".index"


def sources(index: Path) -> list[str]:
    with closing(Index.open(index, living.ENCODER)) as opened:
        return sorted(Path(document.source).name for document in opened.documents())


def test_a_shared_file_is_indexed_and_stays_when_the_documents_are_indexed_again(index: Path) -> None:
    path, report = share(index, "../../keeper.txt", NOTE, living.maker())
    assert path == uploads_folder(index) / "keeper.txt" == index.parent / "index-uploads" / "keeper.txt"
    assert report.added == 1
    living.update_index(index, [index.parent / "documents"], living.maker())
    assert sources(index) == ["a.txt", "keeper.txt"]
    living.update_index(index, [index.parent], living.maker())
    assert sources(index) == ["a.txt", "keeper.txt"]


def test_the_same_name_never_replaces_another_file_and_the_same_file_is_kept_once(index: Path) -> None:
    for data in (NOTE, NOTE + b" A week.", NOTE):
        share(index, "keeper.txt", data, living.maker())
    assert sorted(path.name for path in uploads_folder(index).iterdir()) == ["keeper-2.txt", "keeper.txt"]
    assert sources(index) == ["a.txt", "keeper-2.txt", "keeper.txt"]


@pytest.mark.parametrize(("name", "data"), [("a.png", b"\x89PNG"), ("b.txt", b" "), ("c.pdf", b"%PDF-")])
def test_a_file_that_can_not_be_read_leaves_nothing(index: Path, name: str, data: bytes) -> None:
    with pytest.raises(DocumentError):
        share(index, name, data, living.maker())
    assert list(uploads_folder(index).iterdir()) == []
    assert sources(index) == ["a.txt"]


def test_an_index_that_another_process_writes_is_told_and_nothing_is_left(index: Path) -> None:
    with writer_lock(index), pytest.raises(StoreLocked, match="is writing to it"):
        share(index, "keeper.txt", NOTE, living.maker())
    assert list(uploads_folder(index).iterdir()) == []


def test_an_index_is_never_made_anew_for_an_upload(index: Path, tmp_path: Path) -> None:
    other = HashingEncoder("other", dimension=32)
    with pytest.raises(StoreMismatch):
        share(index, "keeper.txt", NOTE, replace(living.maker(), encoder=other, chunker=small_chunker(other)))
    with pytest.raises(StoreNotFound):
        share(tmp_path / "none", "keeper.txt", NOTE, living.maker())
    (index / "store.sqlite").write_bytes(b"damaged")
    with pytest.raises(StoreError):
        share(index, "keeper.txt", NOTE, living.maker())
    assert (index / "store.sqlite").read_bytes() == b"damaged"


@pytest.mark.parametrize(("name", "data"), [("a.png", b"\x89PNG"), ("b.txt", b" "), ("c.pdf", b"%PDF-"), ("d", b"\0")])
def test_no_error_names_a_folder_of_this_machine(index: Path, name: str, data: bytes) -> None:
    with pytest.raises(DocumentError) as refused:
        share(index, name, data, living.maker())
    assert str(refused.value).startswith(f"{name}: ")
    assert_names_no_folder(refused.value, index)


def test_no_error_of_the_index_names_its_folder(index: Path, tmp_path: Path) -> None:
    with writer_lock(index), pytest.raises(StoreLocked) as locked:
        share(index, "keeper.txt", NOTE, living.maker())
    with pytest.raises(StoreNotFound) as missing:
        share(tmp_path / "none", "keeper.txt", NOTE, living.maker())
    uploads_folder(index).rmdir()
    uploads_folder(index).write_text("in the way")
    with pytest.raises(StoreError) as no_folder:
        share(index, "keeper.txt", NOTE, living.maker())
    (index / "store.sqlite").write_bytes(b"damaged")
    with pytest.raises(StoreError) as damaged:
        share(index, "keeper.txt", NOTE, living.maker())
    for refused in (locked, missing, no_folder, damaged):
        assert_names_no_folder(refused.value, index)


def assert_names_no_folder(error: Exception, index: Path) -> None:
    assert "/" not in str(error).replace("and/or", "")
    assert index.parent.name not in str(error)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("/srv/a/b.txt: no text", "b.txt: no text"),
        ("C:\\data\\x.pdf: damaged", "x.pdf: damaged"),
        ("expected 3/4 of it, see https://example.org/a/b", "expected 3/4 of it, see https://example.org/a/b"),
    ],
)
def test_paths_in_a_message_lose_their_folders(words: str, left: str) -> None:
    assert without_folders(words, Path("/srv/index")) == left

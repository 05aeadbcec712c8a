"""Following a folder: which changes are told, and which are nobody's business."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import living

from embeddings.index.folders import update_index
from embeddings.index.staging import file_path
from embeddings.index.watching import changes


@contextmanager
def again_and_again(act: Callable[[], object]) -> Iterator[None]:
    """Does something every now and then, for nobody knows when the watching has begun."""
    done = threading.Event()

    def go_on() -> None:
        while not done.wait(0.2):
            act()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def first(paths: list[Path], own: Path, act: Callable[[], object]) -> set[bytes]:
    """What is told first of something that happens again and again."""
    with again_and_again(act):
        return next(changes(paths, own))


def test_a_file_that_changes_in_a_folder_is_told_and_the_index_beside_it_is_not(tmp_path: Path) -> None:
    docs, index = tmp_path / "docs", tmp_path / "docs" / ".pincite"
    beside = docs / "..pincite.next", docs / "..pincite.making-7"
    for place in (index, *beside):
        place.mkdir(parents=True)

    def act() -> None:
        for file in (docs / "a.txt", *(place / "store.sqlite" for place in (index, *beside))):
            file.write_text("rain")

    assert first([docs], index, act) == {file_path(docs / "a.txt")}


def test_a_file_that_was_named_is_followed_where_another_takes_its_place(tmp_path: Path) -> None:
    named = tmp_path / "a.txt"
    named.write_text("rain")

    def act() -> None:
        (tmp_path / "new").write_text("snow")
        (tmp_path / "new").replace(named)

    assert file_path(named) in first([named], tmp_path / "index", act)


def test_only_what_was_touched_is_read_again(tmp_path: Path) -> None:
    docs, index = tmp_path / "docs", tmp_path / "index"
    living.write(docs, living.content(0))
    living.update(index, docs)
    for name in ("ship2.txt", "ship3.txt"):
        (docs / name).write_text(f"{name}\n\nIt sank in the storm.")
    report = update_index(index, [docs], living.maker(), suspects={file_path(docs / "ship2.txt")})
    assert report.changed == 1
    assert living.update(index, docs).changed == 1

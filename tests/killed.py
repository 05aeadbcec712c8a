"""Updates an index in processes that are killed. Lines of JSON in, lines of JSON out:
[index, folder, moment, seconds] -> [signal or 0, moments, seconds it took].

A moment is before or after a statement of SQLite that writes, a commit of tantivy, a rename, a file that is written:
the process is killed at the one of that number. With 0 it is killed after some seconds, wherever it is then; with 0 of
those, too, it lives. Each update is a fork of a process that has imported everything, so that hundreds can be killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]

import faiss  # noqa: E402, F401  # imported before anything is forked
import living  # noqa: E402

from embeddings.index import index, updating  # noqa: E402
from embeddings.search import bases, lexical  # noqa: E402
from embeddings.store import manifest  # noqa: E402
from embeddings.store import sqlite as store  # noqa: E402


class Count:
    """The moments so far, and the one that is the last."""

    moment = 0
    wanted = 0


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, at which the process may die: before it, or just after."""

    def call(*arguments: Any, **named: Any) -> Any:
        _may_die()
        result = function(*arguments, **named)
        _may_die()
        return result

    return call


def _may_die() -> None:
    Count.moment += 1
    if Count.moment == Count.wanted:
        os.kill(os.getpid(), signal.SIGKILL)


_writing = lexical.LexicalIndex.writing


@contextmanager
def _counted_writing(self: lexical.LexicalIndex) -> Iterator[lexical.LexicalWriter]:
    with _writing(self) as writer:
        yield writer
        _may_die()  # before the commit
    _may_die()


def watch_writes() -> None:
    """Puts a moment around everything that writes."""
    lexical.LexicalIndex.writing = _counted_writing  # type: ignore[assignment]
    for holder, names in (
        (store.Store, ("execute", "execute_many")),
        (Path, ("replace", "rename", "unlink", "mkdir")),
        (bases, ("_written", "file_digest")),
        (updating, ("record_words",)),
        (index, ("exchange", "sync_folder")),
        (manifest, ("sync_folder",)),
    ):
        for name in names:
            setattr(holder, name, _counted(getattr(holder, name)))


def one(path: Path, folder: Path, moment: int, seconds: float) -> tuple[int, int, float]:
    """Updates in a process of its own, which is killed or lives."""
    reading, writing = os.pipe()
    began = time.monotonic()
    if not (child := os.fork()):
        try:
            Count.wanted = moment
            living.update(path, folder)
            os.write(writing, str(Count.moment).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as said:
        moments = int(said.read() or 0)
    return (
        (os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)),
        moments,
        time.monotonic() - began,
    )


def main() -> None:
    """Answers lines until there are no more."""
    watch_writes()
    for line in sys.stdin:
        path, folder, moment, seconds = json.loads(line)
        sys.stdout.write(json.dumps(one(Path(path), Path(folder), moment, seconds)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

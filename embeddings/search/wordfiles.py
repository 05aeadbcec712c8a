"""The digests of tantivy's files, kept in the store and compared before tantivy opens anything.

tantivy trusts its files: over a flipped byte it may not only panic but end the whole process. While words are being
written some files change, and new ones have no digest yet: the store says so (`begin_words`) until they have
(`record_words`), and a reader then takes those as they are.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from embeddings.errors import StoreError
from embeddings.store.manifest import file_digest, mend
from embeddings.store.sqlite import Store

LEXICAL_FOLDER = "lexical"
_FACT, _OPEN = "words", "words being written"
_CHANGING = ("meta.json", ".managed.json")  # the others are written once
_TRIES, _PAUSE = 50, 0.02  # seconds between two looks at files that a writer may be about to change

# For a file that was checked and is whole: its inode number, size and time of change.
Stamp = tuple[int, int, int]


def begin_words(store: Store) -> None:
    """Records that files of words are about to change."""
    store.set_fact(_OPEN, "1")


def record_words(folder: Path, store: Store) -> None:
    """Takes the digests of the files of words, after they were written; of those that were known, the old ones.

    Only of files that are part of the index: what an interrupted writer left is none, and tantivy may still write it.
    """
    known, parts = _known(store), _parts(folder)
    digests = {}
    for file in _files(folder):
        if parts is not None and file.name not in _CHANGING and file.name.partition(".")[0] not in parts:
            continue
        with suppress(FileNotFoundError):  # tantivy tidies up whenever it likes
            there = known.get(file.name) if file.name not in _CHANGING else None
            digests[file.name] = there if there is not None else file_digest(file)
    store.set_fact(_FACT, json.dumps(digests))
    store.set_fact(_OPEN, "0")


def are_open(store: Store) -> bool:
    """Whether a writer that was killed may have changed files of words."""
    return bool(store.rows("SELECT 1 FROM facts WHERE name = ?", (_OPEN,))) and store.fact(_OPEN) == "1"


def check_words(folder: Path, store: Store, seen: dict[str, Stamp]) -> None:
    """Compares files of words with their digests, those that are not in `seen`, to which they are added.

    The store must not be pinned: a writer may be changing both.

    Raises:
        StoreError: a file is damaged.
    """
    for _ in range(_TRIES):
        known = _known(store)
        fault = next(_faults(folder, store, known, seen), None)
        if fault is None:
            return
        time.sleep(_PAUSE)
        if not are_open(store) and _known(store) == known:
            raise StoreError(f"{fault}; {mend(folder)}")


def lexical_faults(folder: Path, store: Store) -> Iterator[str]:
    """The faults of the files of words, a line each."""
    try:
        known = _known(store)
    except StoreError as error:
        yield str(error)
        return
    yield from _faults(folder, store, known, {})
    there = {file.name for file in _files(folder)}
    yield from (
        f"{folder / LEXICAL_FOLDER / name}: missing" for name in _CHANGING if name in known and name not in there
    )


def _faults(folder: Path, store: Store, known: dict[str, str], seen: dict[str, Stamp]) -> Iterator[str]:
    """The files whose digest differs. Files that a writer is about to change are passed over."""
    being_written = are_open(store)
    for file in _files(folder):
        if file.name not in known or (being_written and file.name in _CHANGING):
            continue
        with suppress(FileNotFoundError):  # tantivy tidies up whenever it likes
            stamp = _stamp(file)
            if seen.get(file.name) == stamp:
                continue
            if file_digest(file) != known[file.name]:
                yield f"{file}: damaged (its digest is another one)"
            else:
                seen[file.name] = stamp


def _stamp(file: Path) -> Stamp:
    stat = file.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _known(store: Store) -> dict[str, str]:
    if not store.rows("SELECT 1 FROM facts WHERE name = ?", (_FACT,)):
        return {}
    try:
        return {str(name): str(digest) for name, digest in json.loads(store.fact(_FACT)).items()}
    except (ValueError, AttributeError):
        raise store.error(f"its {_FACT} are damaged") from None


def _parts(folder: Path) -> frozenset[str] | None:
    """The segments that tantivy's own list names, as their files are named; None where it can't be read."""
    try:
        listed = json.loads((folder / LEXICAL_FOLDER / "meta.json").read_bytes())
        return frozenset(str(segment["segment_id"]).replace("-", "") for segment in listed["segments"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _files(folder: Path) -> list[Path]:
    place = folder / LEXICAL_FOLDER
    return sorted(file for file in place.iterdir() if not file.name.endswith(".lock")) if place.is_dir() else []

"""Which documents a filter lets through, by SQL, so that documents which can't fit are not read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from embeddings.deadline import check
from embeddings.errors import FilterError, StoreError
from embeddings.filters import Where, is_called, is_of_type, lies_in
from embeddings.store.records import STORED_COLUMNS, Stored, stored_row
from embeddings.store.sqlite import SEEN, Store
from embeddings.types import INSIDE

_ROW = ", ".join(f"d.{name}" for name in STORED_COLUMNS) + ", d.checksum"
_PLACE = "d.number, d.first, d.count"
_NO_DOCUMENT = "no document is called so"
_SHOWN = 200  # characters of a name in a message
_EMPTY_FOLDER = "no document lies in this folder"
# Sources that a path would not be written as.
_ODD = "(d.source GLOB './*' OR d.source GLOB '*/./*' OR (d.source GLOB '*//*' AND d.source NOT GLOB '*://*'))"

# Documents by their numbers, ascending, each with its first passage and how many it has: (documents, 3).
Places = np.ndarray[Any, np.dtype[np.int64]]


def chosen(store: Store, where: Where) -> Places:
    """The documents that a filter lets through; its dates are those of passages and not looked at.

    Raises:
        FilterError: a document or a folder that the filter names is not there.
    """
    parts = [] if where.inside is None or not where.inside.picks_documents else [chosen(store, where.inside)]

    def inside(places: Places) -> Places:
        return reduce(_both, parts[:1], places)

    own = []
    if where.media_types:
        own.append(_of_types(store, where.media_types))
    if where.documents:
        own.append(_all(where.documents, lambda name: inside(_places(called(store, name))), _NO_DOCUMENT))
    if where.folders:
        own.append(_all(where.folders, lambda folder: inside(_lying_in(store, folder)), _EMPTY_FOLDER))
    if where.places is not None:
        matching = [each for name in where.places for each in (_places(called(store, name)), _lying_in(store, name))]
        own.append(inside(np.unique(np.concatenate([_array(()), *matching]), axis=0)))
    return reduce(_both, [*parts, *own])


def _both(one: Places, other: Places) -> Places:
    return one[np.isin(one[:, 0], other[:, 0])]


def rows_of(store: Store, places: Places) -> Iterator[Stored]:
    """The rows of documents, in the order they were added."""
    for place in places:
        yield from map(stored_row, _row(store, int(place[0])))


def called(store: Store, name: str) -> list[Stored]:
    """The documents of a name, as `Where.documents` takes it; of an archive or a mailbox those inside it."""
    return _called(store, name) or held(store, name)


def held(store: Store, name: str) -> list[Stored]:
    """The documents inside a file, by the name or the path of the file: "box.mbox", "mails/box.mbox"."""
    if any("\ud800" <= character <= "\udfff" for character in name):
        return []
    begin = f"{name}{INSIDE}"
    query = f"SELECT {_ROW} FROM documents d WHERE (substr(d.source, 1, ?) = ? OR instr(d.source, ?) > 0) AND {SEEN}"
    rows = store.rows(f"{query} ORDER BY d.number", (len(begin), begin, f"/{begin}", *store.seen()))
    return list(map(stored_row, rows))


def _called(store: Store, name: str) -> list[Stored]:
    by_number = {row[0]: row for row in _candidates(store, name)}
    rows = map(stored_row, (by_number[number] for number in sorted(by_number)))
    return [stored for stored in rows if is_called(stored, name, [stored.source, *_paths_of(store, stored)])]


def named(store: Store, name: str) -> list[Stored]:
    """The documents of a name and those inside them, or those that lie in a folder of that name.

    Raises FilterError where there is none.
    """
    named_so = list({stored.number: stored for stored in (*_called(store, name), *held(store, name))}.values())
    if not named_so:
        named_so = list(rows_of(store, _lying_in(store, name)))
    if not named_so:
        raise _nothing(name, _NO_DOCUMENT)
    return named_so


def _row(store: Store, number: int) -> list[tuple[Any, ...]]:
    return store.rows(f"SELECT {_ROW} FROM documents d WHERE d.number = ?", (number,))


def _all(names: Sequence[str], find: Callable[[str], Places], failure: str) -> Places:
    """The documents of any of some names. Raises FilterError where a name has none."""
    parts = []
    for name in names:
        check()
        parts.append(find(name))
        if not len(parts[-1]):
            raise _nothing(name, failure)
    return np.unique(np.concatenate(parts), axis=0)


def _nothing(name: str, why: str) -> FilterError:
    shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
    return FilterError(f"{shown}: {why}; see: pincite documents list")


def _of_types(store: Store, wanted: Sequence[str]) -> Places:
    there = [row[0] for row in store.rows("SELECT DISTINCT media_type FROM documents") if isinstance(row[0], str)]
    fitting = [kind for kind in there if any(is_of_type(kind, one) for one in wanted)]
    return _seen(store, f"SELECT {_PLACE} FROM documents d WHERE d.media_type IN ({_marks(fitting)})", fitting)


def _candidates(store: Store, name: str) -> Iterator[tuple[Any, ...]]:
    """The rows of all documents that may have a name, and of some that do not."""
    for condition, values in _ways(name):
        yield from store.rows(f"SELECT {_ROW} FROM documents d WHERE {condition} AND {SEEN}", (*values, *store.seen()))
    keys = "SELECT f.key FROM files f WHERE f.path = ? OR substr(f.path, ?) = ?"
    ending = os.fsencode(f"/{name}")
    resolved = os.fsencode(Path(os.path.realpath(Path(name).parent), Path(name).name))
    yield from store.rows(
        f"SELECT {_ROW} FROM documents d WHERE d.key IN ({keys}) AND {SEEN}",
        (resolved, -len(ending), ending, *store.seen()),
    )


def _ways(name: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Conditions on a document, and their values; () where no text of the store can be the name."""
    if any("\ud800" <= character <= "\udfff" for character in name):
        return
    yield "d.id = ?", (name,)
    yield "d.source = ?", (name,)
    yield "json_extract(d.fields, '$.title') = ?", (name,)
    if "/" not in name:  # the name of a file: the end of where it was read from
        for ending in (f"/{name}", f"/{name}/"):
            yield "substr(d.source, ?) = ?", (-len(ending), ending)


def _lying_in(store: Store, folder: str) -> Places:
    """The documents whose source, or a file that they were read from, lies in a folder."""
    names = {folder.rstrip("/") or "/", str(PurePath(folder)), os.path.realpath(folder)}
    places = []
    for name in names:
        bounds = _bounds(os.fsencode(name))
        places.append(
            _seen(
                store,
                f"SELECT {_PLACE} FROM documents d WHERE d.key IN "
                "(SELECT f.key FROM files f WHERE f.path > ? AND f.path < ? AND f.run <= ?)",
                (*bounds, store.state.update),
            )
        )
        if not any("\ud800" <= character <= "\udfff" for character in name):
            texts = [bound.decode() for bound in bounds]
            inside = "d.source NOT GLOB '/*'" if name == "." else "d.source > ? AND d.source < ?"
            query = f"SELECT {_PLACE} FROM documents d WHERE {inside}"
            places.append(_seen(store, query, [] if name == "." else texts))
    odd = store.rows(f"SELECT {_PLACE}, d.source FROM documents d WHERE {_ODD} AND {SEEN}", store.seen())
    places.append(_array(row[:3] for row in odd if lies_in(row[3], folder)))
    return np.unique(np.concatenate(places), axis=0)


def _bounds(folder: bytes) -> tuple[bytes, bytes]:
    """The bounds between which all paths below a folder sort."""
    inside = folder.rstrip(b"/") + b"/"
    return inside, inside[:-1] + b"0"  # "0" follows "/"


def _paths_of(store: Store, stored: Stored) -> list[str]:
    """The files that a document was read from, as absolute paths."""
    rows = store.rows("SELECT path FROM files WHERE key = ? AND run <= ?", (stored.key, store.state.update))
    return [os.fsdecode(row[0]) for row in rows if isinstance(row[0], bytes)]


def _seen(store: Store, query: str, values: Sequence[object]) -> Places:
    return _array(store.rows(f"{query} AND {SEEN} ORDER BY d.number", (*values, *store.seen())))


def _places(rows: Iterable[Stored]) -> Places:
    return _array((stored.number, stored.first, stored.count) for stored in rows)


def _array(rows: Iterable[Sequence[int]]) -> Places:
    try:
        return np.array(list(rows), dtype=np.int64).reshape(-1, 3)
    except (ValueError, TypeError, OverflowError):  # out of a damaged page
        raise StoreError("the record of a document is damaged; mend the index with: pincite doctor --repair") from None


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))

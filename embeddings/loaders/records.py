"""JSON and JSON lines: a record is a passage, and the name of each field stands before its value.

The records of JSON lines are counted by their lines. Those of JSON are the items of its lists of objects, and the
values of a dictionary whose values are alike; fields around them stand above and are no record. Anything else is one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decode
from embeddings.loaders.extract import Extract, Writer
from embeddings.loaders.grids.cells import NO_TEXT
from embeddings.loaders.grids.grid import Grid
from embeddings.loaders.limits import Limits

_LONGEST_RECORD = 1_000_000  # characters
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
_DEEPEST_LIST = 3  # dictionaries around a list of records
_ALIKE = 0.5  # of the names of two records that are the same

Fields = list[tuple[str, str]]  # names and words


@dataclass(frozen=True, slots=True)
class _Records:
    """Records that belong together.

    Attributes:
        path: the names they stand under, outermost first.
        items: each record with what names it, "" where nothing does.
    """

    path: tuple[str, ...]
    items: list[tuple[str, Any]]


_WRAPPING = frozenset(("data", "entries", "features", "items", "records", "results", "rows", "value"))


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The records of a file.

    Raises:
        DocumentError: not text, not JSON, or more than the limits allow.
    """
    text = decode(data, name)
    writer = Writer(name, limits)
    try:
        whole = _parsed(text)
    except ValueError as error:
        if not _is_lines(text):
            raise DocumentError(f"{name}: not JSON ({error}); mend it") from None
        _write(writer, ((number, "", record) for number, record in _of_lines(text, name)), name, limits)
    except RecursionError:
        raise DocumentError(f"{name}: JSON that is nested too deeply; mend it") from None
    else:
        _write_whole(writer, whole, name, limits)
    return writer.extract()


def _write_whole(writer: Writer, whole: Any, name: str, limits: Limits) -> None:
    """Writes what a file of JSON holds: the fields around its records first, then the records, list by list."""
    if (rows := _as_rows(whole)) is not None:
        writer.records(Grid(rows))
        return
    around, lists = _split(whole)
    if not lists:
        _write(writer, [(1, "", whole)], name, limits)
        return
    if around:
        writer.fields(list(_fields(around, "", name, limits)))
    for records in lists:
        if records.path and len(lists) > 1:
            writer.heading(".".join(records.path))
        numbered = ((number, label, item) for number, (label, item) in enumerate(records.items, start=1))
        _write(writer, numbered, name, limits)


def _write(writer: Writer, records: Iterable[tuple[int, str, Any]], name: str, limits: Limits) -> None:
    writer.begin_records()
    for number, label, record in records:
        fields = [("", label)] if label else []
        fields += _fields(record, "", name, limits)
        if writer.record(number, fields) > _LONGEST_RECORD:
            raise DocumentError(f"{name}: record {number} has more than {_LONGEST_RECORD:,} characters; split it")


def _is_lines(text: str) -> bool:
    """Whether the first line that is not blank is a record of its own, and not the only one."""
    first, _, rest = text.strip().partition("\n")
    try:
        return bool(rest) and isinstance(_parsed(first), dict | list)
    except (ValueError, RecursionError):
        return False


def _of_lines(text: str, name: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, _parsed(line)
            except ValueError as error:
                raise DocumentError(f"{name}: line {number}: not JSON ({error}); mend it") from None
            except RecursionError:
                raise DocumentError(f"{name}: line {number}: JSON that is nested too deeply; mend it") from None


def _parsed(text: str) -> Any:
    """Numbers stay as they are written."""
    return _DECODER.decode(text)


def _as_rows(whole: Any) -> list[list[str]] | None:
    """A list of lists of plain values, or columns, with their data beside or in them, as the rows of a table."""
    if isinstance(whole, dict) and isinstance(whole.get("columns"), list) and isinstance(whole.get("data"), list):
        if not set(whole) <= {"columns", "data", "index", "schema"} or not whole["data"]:
            return None
        whole = [whole["columns"], *whole["data"]]
    elif isinstance(whole, dict) and _are_counted(whole):
        whole = [list(whole), *map(list, zip(*(column.values() for column in whole.values()), strict=True))]
    elif isinstance(whole, dict) and _are_columns(whole):
        whole = [list(whole), *map(list, zip(*whole.values(), strict=True))]
    if not isinstance(whole, list) or len(whole) < 2 or not all(isinstance(row, list) and row for row in whole):
        return None
    if any(isinstance(cell, dict | list) for row in whole for cell in row):
        return None
    return [[_words(cell) for cell in row] for row in whole]


def _are_columns(whole: Mapping[str, Any]) -> bool:
    """Whether the values of a dictionary are columns: lists of plain values, as long as one another."""
    lists = [value for value in whole.values() if isinstance(value, list) and len(value) > 1]
    return len(whole) > 1 and len(lists) == len(whole) and len({len(each) for each in lists}) == 1


def _are_counted(whole: Mapping[str, Any]) -> bool:
    """Whether the values of a dictionary are columns whose rows are counted: {"Ship": {"0": "Aurora"}}."""
    first = next(iter(whole.values()), None)
    if not isinstance(first, dict) or list(first) != [str(number) for number in range(len(first))] or not first:
        return False
    names = list(first)
    return all(isinstance(column, dict) and list(column) == names for column in whole.values())


def _split(whole: Any) -> tuple[dict[str, Any], list[_Records]]:
    """The fields around the records of a file, and its records."""
    if isinstance(whole, list):
        return {}, [_Records((), [("", item) for item in whole])]
    if not isinstance(whole, dict):
        return {}, []
    if _are_alike(whole):
        return {}, [_Records((), list(whole.items()))]
    return _around(whole, (), 0)


def _around(value: Mapping[str, Any], path: tuple[str, ...], depth: int) -> tuple[dict[str, Any], list[_Records]]:
    around: dict[str, Any] = {}
    lists: list[_Records] = []
    held = {key: below for key, below in value.items() if isinstance(below, dict) and below}
    if len(held) < len(value) and 2 * len(held) > len(value) and _are_alike(held):
        lists.append(_Records(path, [(str(key), below) for key, below in held.items()]))
        value = {key: below for key, below in value.items() if key not in held}
    for key, below in value.items():
        here = (*path, str(key))
        alone = key in _WRAPPING and not depth and isinstance(below, list) and len(below) == 1
        if isinstance(below, list) and _are_objects(below, 1 if alone else 2):
            lists.append(_Records(here, [("", item) for item in below]))
        elif isinstance(below, dict) and _are_alike(below):
            lists.append(_Records(here, [(str(name), item) for name, item in below.items()]))
        elif isinstance(below, dict) and depth < _DEEPEST_LIST:
            fields, inner = _around(below, here, depth + 1)
            lists += inner
            if fields:
                around[str(key)] = fields
        else:
            around[str(key)] = below
    return around, lists


def _are_objects(values: list[Any], least: int) -> bool:
    return len(values) >= least and all(isinstance(value, dict) for value in values)


def _are_alike(values: Mapping[str, Any]) -> bool:
    """Whether the values of a dictionary are records: more than one, with names that most of them have."""
    if len(values) < 2 or not all(isinstance(value, dict) and value for value in values.values()):
        return False
    names = Counter(name for value in values.values() for name in value)
    shared = sum(count for count in names.values() if count > len(values) / 2)
    return shared >= _ALIKE * names.total()


def _fields(value: Any, path: str, name: str, limits: Limits) -> Iterator[tuple[str, str]]:
    """The fields of a record as names and words, those inside one another under their path: "address.town".

    >>> list(_fields({"name": "Kari", "towns": ["Oslo", "Moss"]}, "", "a.json", Limits()))
    [('name', 'Kari'), ('towns', 'Oslo, Moss')]
    """
    todo: list[tuple[str, Any, int]] = [(path, value, 0)]
    while todo:
        path, value, depth = todo.pop()
        if depth > limits.nesting:
            raise DocumentError(f"{name}: nested more than {limits.nesting} deep; mend it")
        if isinstance(value, dict):
            inner = [(f"{path}.{key}" if path else str(key), below, depth + 1) for key, below in value.items()]
            todo.extend(reversed(inner))
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            todo.extend((path, item, depth + 1) for item in reversed(value))
        elif (words := _words(value)) != "":
            yield _name(path), words


@lru_cache(maxsize=4096)  # records of a file have the same names
def _name(path: str) -> str:
    """The name of a field on one line."""
    return " ".join(NO_TEXT.sub("", path).split())


def _words(value: Any) -> str:
    """A plain value, or a list of them, as words; nothing for null."""
    if isinstance(value, str):
        return " ".join((value if value.isprintable() else NO_TEXT.sub("", value)).split())
    if isinstance(value, list):
        return ", ".join(words for item in value if (words := _words(item)))
    return "" if value is None else "true" if value is True else "false" if value is False else str(value)

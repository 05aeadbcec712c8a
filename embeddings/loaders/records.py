"""JSON and JSON lines: a record is a passage, and the name of each field stands before its value.

The records of JSON lines are counted by their lines. Those of JSON are the items of its list, or of the one list of
objects in it; anything else is one record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decode
from embeddings.loaders.extract import Extract, Writer
from embeddings.loaders.limits import Limits

_LONGEST_RECORD = 1_000_000  # characters


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The records of a file.

    Raises:
        DocumentError: not text, not JSON, or more than the limits allow.
    """
    text = decode(data, name)
    records = _records(text, name)
    writer = Writer(name, limits)
    for number, record in records:
        words = "; ".join(_fields(record, "", name, limits))
        if len(words) > _LONGEST_RECORD:
            raise DocumentError(f"{name}: record {number} has more than {_LONGEST_RECORD:,} characters; split it")
        writer.row(number, words)
    return writer.extract()


def _records(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """Records with their numbers: of a whole file of JSON, else of its lines."""
    try:
        whole = _parsed(text)
    except ValueError as error:
        if not _is_lines(text):
            raise DocumentError(f"{name}: not JSON ({error}); mend it") from None
        yield from _of_lines(text, name)
        return
    except RecursionError:
        raise DocumentError(f"{name}: JSON that is nested too deeply; mend it") from None
    yield from enumerate(_items(whole), start=1)


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
    return json.loads(text, parse_float=str, parse_int=str)


def _items(whole: Any) -> list[Any]:
    """What of a file of JSON are its records."""
    if isinstance(whole, list):
        return whole
    if isinstance(whole, dict):
        lists = [key for key, value in whole.items() if isinstance(value, list) and _are_objects(value)]
        if len(lists) == 1:
            others = {key: value for key, value in whole.items() if key != lists[0]}
            return [*([others] if others else []), *whole[lists[0]]]
    return [whole]


def _are_objects(values: list[Any]) -> bool:
    return len(values) > 1 and all(isinstance(value, dict) for value in values)


def _fields(value: Any, path: str, name: str, limits: Limits) -> Iterator[str]:
    """The fields of a record as words, those inside one another under their path: "address.town: Oslo".

    >>> list(_fields({"name": "Kari", "towns": ["Oslo", "Moss"]}, "", "a.json", Limits()))
    ['name: Kari', 'towns: Oslo, Moss']
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
            yield f"{path}: {words}" if path else words


def _words(value: Any) -> str:
    """A plain value, or a list of them, as words; nothing for null."""
    values = value if isinstance(value, list) else [value]
    said = [
        ("true" if item else "false") if isinstance(item, bool) else str(item) for item in values if item is not None
    ]
    return ", ".join(" ".join(words.split()) for words in said if words.strip())

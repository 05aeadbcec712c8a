"""A file of the set with what it must give."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Grid:
    """A table that must arrive: the names of its columns and its rows; the first cell of a row tells the row.

    Attributes:
        names: of the columns; "" for one without a name, () where a row is a name and its value.
        rows: the cells, with those filled in that span several rows or columns.
    """

    names: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """A file and what it must give.

    Attributes:
        file: its name, which begins with its format.
        data: its bytes.
        text: what must be read, in this order: texts and tables.
        ask: questions with their answers.
        absent: words that must not be read: struck, hidden, deleted ones.
        also: words that a loader may add to say where something stood ("Header").
    """

    file: str
    data: bytes
    text: Sequence[str | Grid]
    ask: Sequence[tuple[str, str]] = ()
    absent: Sequence[str] = ()
    also: Sequence[str] = field(default=("Header", "Footer", "Comment", "Notes", "Note"))

    def to_json(self) -> str:
        """The line of expected.jsonl."""
        text: list[Any] = [
            part if isinstance(part, str) else {"names": list(part.names), "rows": [list(row) for row in part.rows]}
            for part in self.text
        ]
        said = {
            "file": self.file,
            "text": text,
            "absent": list(self.absent),
            "also": list(self.also),
            "ask": list(self.ask),
        }
        return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)

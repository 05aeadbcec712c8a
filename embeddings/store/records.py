"""Rows of the store <-> records, each row with a checksum over all of it.

A document's fields are stored by their names, whatever fields it has: what is searched for stands in columns, the rest
in one of JSON. A field whose default has `to_json` and a `from_json` beside it is written with the one and read with
the other.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np

from embeddings.errors import DocumentError, PinciteError
from embeddings.models.encoder import Vectors
from embeddings.remarks import Remarks
from embeddings.types import Chunk, Document

_COLUMNS = ("id", "source", "date", "media_type")
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_REPAIR = "mend the index with: pincite doctor --repair"

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as a list shows it, without its text.

    Attributes:
        id, title, source, date, media_type, content_hash: those of the `Document`.
        passages: the number it was cut into.
        remarks: what was left out of it, and what else is said of how it was read, one line each.
    """

    id: str
    title: str
    source: str
    date: str | None
    media_type: str
    passages: int
    content_hash: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """The row of a document: its place in the index and its fields, without its text.

    Attributes:
        number: of the document; never used again.
        id: `Document.id`.
        key: names all that its passages are made of; what has the same key has the same passages and vectors.
        added: the update that it came with.
        removed: the update that it went with; 0 while it is there.
        first, count: the numbers of its passages: [first, first + count).
        source, date, media_type: as in `Document`.
        fields: the others, as JSON.
    """

    number: int
    id: str
    key: str
    added: int
    removed: int
    first: int
    count: int
    source: str
    date: str | None
    media_type: str
    fields: str

    def values(self) -> tuple[Any, ...]:
        """The row, with its checksum at the end."""
        row = tuple(getattr(self, name) for name in STORED_COLUMNS)
        return (*row, checksum(*row))

    def listed(self) -> Listed:
        """What a list shows of the document. Raises DocumentError where its record is damaged."""
        try:
            read: dict[str, Any] = json.loads(self.fields)
            title, content_hash = str(read["title"]), str(read["content_hash"])
            told = Remarks.from_json(str(read["remarks"])).lines()
        except (ValueError, TypeError, KeyError, DocumentError):
            raise DocumentError(f"{self.source or self.id}: its record is damaged; {_REPAIR}") from None
        return Listed(self.id, title, self.source, self.date, self.media_type, self.count, content_hash, told)

    def document(self, text: object) -> Document:
        """The document with its text. Raises DocumentError where they do not fit."""
        if not isinstance(text, str):
            raise DocumentError(f"{self.source or self.id}: its text is damaged; {_REPAIR}")
        given = {name: getattr(self, name) for name in _COLUMNS}
        try:
            read: dict[str, Any] = json.loads(self.fields)
            return Document(**given, text=text, **{name: _read(name, value) for name, value in read.items()})
        except (ValueError, TypeError):
            raise DocumentError(f"{self.source or self.id}: its record is damaged; {_REPAIR}") from None
        except PinciteError as error:
            raise DocumentError(f"{str(error).partition(';')[0]}; {_REPAIR}") from None


STORED_COLUMNS = tuple(field.name for field in fields(Stored))


def stored_row(row: Row) -> Stored:
    """A row of the table as a Stored. Raises DocumentError where its checksum is another one."""
    *values, stated = row
    if stated != checksum(*values):
        raise DocumentError(f"{_shown(row)}: its record is damaged; {_REPAIR}")
    return Stored(*values)


def new_row(number: int, document: Document, added: int, first: int, count: int) -> Stored:
    """The row of a new document."""
    columns = (document.source, document.date, document.media_type)
    return Stored(number, document.id, key_of(document), added, 0, first, count, *columns, fields_of(document))


def fields_of(document: Document) -> str:
    """The fields that have no column of their own, as JSON; not the text."""
    kept = {f.name: getattr(document, f.name) for f in fields(document) if f.name not in (*_COLUMNS, "text")}
    return json.dumps({name: _written(value) for name, value in kept.items()}, separators=(",", ":"))


def key_of(document: Document) -> str:
    """A digest of all that a document's passages are made of: every field but its id and source."""
    made_of = json.dumps([document.date, document.media_type, fields_of(document)])
    return blake2b(made_of.encode(), digest_size=16).hexdigest()


def chunk_values(number: int, document: Stored, chunk: Chunk, day: int | None) -> tuple[Any, ...]:
    """The row of a passage, with its checksum at the end."""
    row = (number, document.number, chunk.start, chunk.body_start, chunk.end, chunk.heading, chunk.date, day)
    return (*row, checksum(*row, document.id))


def chunk_row(row: Row, id: Any) -> Chunk:
    """A row as a Chunk of the document with this id. Raises DocumentError where its checksum is another one."""
    *values, stated = row
    if stated != checksum(*values, id):
        raise DocumentError(f"{_shown((0, id))}: the record of a passage is damaged; {_REPAIR}")
    return Chunk(id, *values[2:7])


def vector_values(number: int, vector: Vectors) -> tuple[int, bytes, int]:
    """The row of a vector: its number, its values in float16, and a checksum over both."""
    data = vector.astype("<f2").tobytes()
    return number, data, _vector_sum(number, data)


def vector_rows(rows: Sequence[Row], dimension: int) -> tuple[np.ndarray[Any, np.dtype[np.int64]], Vectors]:
    """Rows as numbers (rows,) and vectors, float32 (rows, dimension). Raises DocumentError for a damaged one."""
    for number, data, stated in rows:
        if not isinstance(data, bytes) or len(data) != 2 * dimension or stated != _vector_sum(number, data):
            raise DocumentError(f"passage {number}: its vector is damaged; {_REPAIR}")
    numbers = np.array([row[0] for row in rows], dtype=np.int64)
    flat = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2")
    return numbers, flat.reshape(len(rows), dimension).astype(np.float32)


def checksum(*values: object) -> int:
    """CRC-32 of some texts, whole numbers and Nones."""
    try:
        return zlib.crc32(json.dumps(values, separators=(",", ":")).encode())
    except TypeError:  # bytes, out of a damaged page
        return -1


def day_of(date: str | None) -> int | None:
    """The day of a date as a number that sorts; None where it names no day of a year.

    >>> day_of("2015-10-22T00:02Z"), day_of("1700 GMT")
    (20151022, None)
    """
    day = _ISO_DAY.match(date) if date is not None else None
    return int("".join(day.groups())) if day else None


def _vector_sum(number: int, data: bytes) -> int:
    return zlib.crc32(data, number & 0xFFFFFFFF)


def _written(value: Any) -> Any:
    return value.to_json() if hasattr(value, "to_json") else value


def _read(name: str, value: Any) -> Any:
    kind: Any = type(_defaults().get(name))
    if hasattr(kind, "from_json"):
        return kind.from_json(value)
    return tuple(value) if isinstance(value, list) else value


@cache
def _defaults() -> dict[str, Any]:
    return {field.name: field.default for field in fields(Document) if field.default is not MISSING}


def _shown(row: Row) -> str:
    """A name for a damaged row, made of whatever in it is a text."""
    texts = [value for value in row[1:] if isinstance(value, str) and value]
    return repr(texts[0])[1:61] if texts else f"document {row[0]}"

"""JSON that others wrote, read field by field: a value that does not fit is told in one line, with its place.

Anybody can edit what a browser keeps, and anybody can write a file of questions. The type and the bounds of each value
are checked before it is used.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from embeddings.errors import PinciteError, RecordError

LONGEST_TEXT = 20_000  # characters of one value
LARGEST = 1 << 53  # what JSON numbers hold exactly
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where some JSON comes from, and how a fault in it is reported.

    Attributes:
        file: named at the beginning of a message, with the line where each line is an object; "" for none.
        advice: said at the end of a message.
        error: what is raised.
        longest: characters of a text, unless a field says otherwise.
    """

    file: str = ""
    advice: str = "save it again"
    error: type[PinciteError] = RecordError
    longest: int = LONGEST_TEXT


_BROWSER = Origin()


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object. Every method raises the error of its origin where a value is not of the kind it returns.

    Attributes:
        values: the fields.
        name: from the top of the JSON to this object, "turns[0].answer"; "" at the top.
        origin: for messages.

    >>> Fields({"start": 3}, "turns[0]").number("start")
    3
    >>> Fields({"start": "3"}, "turns[0]").number("start")
    Traceback (most recent call last):
    ...
    embeddings.errors.RecordError: turns[0].start is '3', expected a whole number; save it again
    """

    values: Mapping[str, Any]
    name: str = ""
    origin: Origin = _BROWSER

    @classmethod
    def of(cls, value: object, name: str = "", origin: Origin = _BROWSER) -> Fields:
        """The fields of a value that should be an object."""
        if isinstance(value, dict):
            return cls(value, name, origin)
        place = ": ".join(filter(None, (origin.file, name)))
        raise origin.error(f"{place} is {short(value)}, expected an object; {origin.advice}")

    def fault(self, field: str, expected: str) -> PinciteError:
        """An error that says what is wrong with a field."""
        file = f"{self.origin.file}: " if self.origin.file else ""
        wrong = f"is {short(self.values[field])}" if field in self.values else "is missing"
        return self.origin.error(f"{file}{self._called(field)} {wrong}, expected {expected}; {self.origin.advice}")

    def text(self, field: str, most: int | None = None) -> str:
        """A text of at most `most` characters."""
        value, longest = self.values.get(field), self.origin.longest if most is None else most
        if not isinstance(value, str) or len(value) > longest:
            raise self.fault(field, "a text" if longest >= LARGEST else f"a text of at most {longest:,} characters")
        if _SURROGATE.search(value):  # JSON can hold them, but nothing can print them
            raise self.fault(field, "a text without lone surrogates")
        return value

    def maybe_text(self, field: str, most: int | None = None) -> str | None:
        """A text, or None where the field is null or missing."""
        return None if self.values.get(field) is None else self.text(field, most)

    def identifier(self, *fields: str) -> str:
        """The first of these fields that is present: a text, or a whole number as text."""
        field = next((field for field in fields if field in self.values), fields[0])
        value = self.values.get(field)
        return str(value) if is_whole(value) else self.text(field)

    def number(self, field: str, most: int = LARGEST, least: int = 0) -> int:
        """A whole number from `least` to `most`."""
        value = self.values.get(field)
        if not is_whole(value) or not least <= value <= most:
            raise self.fault(field, "a whole number" if most == LARGEST else f"a whole number up to {most:,}")
        return value

    def maybe_number(self, field: str) -> int | None:
        """A whole number, or None where the field is null or missing."""
        return None if self.values.get(field) is None else self.number(field)

    def probability(self, field: str) -> float:
        """A number from 0 to 1."""
        value = self.values.get(field)
        if not (is_whole(value) or isinstance(value, float)) or not 0 <= value <= 1:
            raise self.fault(field, "a number from 0 to 1")
        return float(value)

    def real(self, field: str) -> float:
        """A finite number."""
        value = self.values.get(field)
        if not (is_whole(value) or isinstance(value, float)) or not abs(value) < LARGEST:
            raise self.fault(field, "a number")
        return float(value)

    def flag(self, field: str) -> bool:
        """True or false; false where it is missing."""
        value = self.values.get(field, False)
        if not isinstance(value, bool):
            raise self.fault(field, "true or false")
        return value

    def items(self, field: str, most: int = LARGEST) -> list[Any]:
        """A list of at most `most` values."""
        value = self.values.get(field)
        if not isinstance(value, list) or len(value) > most:
            raise self.fault(field, "a list" if most == LARGEST else f"a list of at most {most:,}")
        return value

    def texts(self, field: str, most: int, longest: int) -> tuple[str, ...]:
        """A list of at most `most` texts of at most `longest` characters; () where it is missing."""
        values = self.items(field, most) if field in self.values else []
        if not all(
            isinstance(value, str) and len(value) <= longest and not _SURROGATE.search(value) for value in values
        ):
            raise self.fault(field, f"texts of at most {longest:,} characters")
        return tuple(values)

    def inside(self, field: str) -> Fields:
        """The object in a field."""
        value = self.values.get(field)
        if not isinstance(value, dict):
            raise self.fault(field, "an object")
        return Fields(value, self._called(field), self.origin)

    def rows(self, field: str, most: int = LARGEST) -> list[Fields]:
        """The objects of a list of at most `most`."""
        name = self._called(field)
        return [Fields.of(item, f"{name}[{i}]", self.origin) for i, item in enumerate(self.items(field, most))]

    def each(self, field: str, most: int) -> list[Fields]:
        """The same; [] where the field is missing."""
        return self.rows(field, most) if field in self.values else []

    def _called(self, field: str) -> str:
        return f"{self.name}.{field}" if self.name else field


def is_whole(value: object) -> TypeGuard[int]:
    """True for an integer; False for true and false, which Python counts among them."""
    return isinstance(value, int) and not isinstance(value, bool)


def read_object(written: str, name: str, most: int) -> Fields:
    """A JSON object of at most `most` characters. Raises RecordError for anything else.

    Args:
        name: what it is called in messages.
    """
    if len(written) > most:
        raise RecordError(f"{name}: {len(written):,} characters, at most {most:,} are read; begin a new one")
    try:
        value = json.loads(written, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RecordError(f"{name}: not JSON, or damaged; save it again") from None
    if not isinstance(value, dict):
        raise RecordError(f"{name}: expected a JSON object, got {short(value)}; save it again")
    return Fields(value)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def short(value: object) -> str:
    """A value for a message: its beginning, or "a list" or "an object".

    >>> short("a" * 99), short([1, 2])
    ("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...", 'a list')
    """
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    written = ascii(value)
    return written if len(written) <= 40 else f"{written[:37]}..."

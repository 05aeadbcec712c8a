"""JSON that came back from a browser or a file: read field by field, so that a fault is named and nothing else happens.

Anybody can edit what a browser keeps. Every value is checked for its type and its bounds before it is used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embeddings.errors import RecordError

LONGEST_TEXT = 20_000  # characters of one value
_LARGEST = 1 << 53  # what JSON numbers hold exactly


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of some JSON, and what it is called in messages. Every method raises RecordError.

    >>> Fields({"start": 3}, "turns[0]").number("start")
    3
    >>> Fields({"start": "3"}, "turns[0]").number("start")
    Traceback (most recent call last):
    ...
    embeddings.errors.RecordError: turns[0].start is '3', expected a whole number; save it again
    """

    values: Mapping[str, Any]
    name: str

    def fault(self, field: str, expected: str) -> RecordError:
        """What is wrong with a field, to be raised."""
        found = f"is {_short(self.values[field])}" if field in self.values else "is missing"
        return RecordError(f"{self._called(field)} {found}, expected {expected}; save it again")

    def text(self, field: str, most: int = LONGEST_TEXT) -> str:
        """A text of at most `most` characters."""
        value = self.values.get(field)
        if not isinstance(value, str) or len(value) > most or not _can_be_written(value):
            raise self.fault(field, f"a text of at most {most:,} characters")
        return value

    def maybe_text(self, field: str, most: int = LONGEST_TEXT) -> str | None:
        """A text, or None where the field is null or missing."""
        return None if self.values.get(field) is None else self.text(field, most)

    def number(self, field: str, most: int = _LARGEST) -> int:
        """A whole number from 0 to `most`."""
        value = self.values.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise self.fault(field, "a whole number" if most == _LARGEST else f"a whole number up to {most:,}")
        return value

    def maybe_number(self, field: str) -> int | None:
        """A whole number, or None where the field is null or missing."""
        return None if self.values.get(field) is None else self.number(field)

    def probability(self, field: str) -> float:
        """A number from 0 to 1."""
        value = self.values.get(field)
        if not isinstance(value, int | float) or isinstance(value, bool) or not (0 <= value <= 1):
            raise self.fault(field, "a number from 0 to 1")
        return float(value)

    def real(self, field: str) -> float:
        """A finite number of any size that a score may have."""
        value = self.values.get(field)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < _LARGEST:
            raise self.fault(field, "a number")
        return float(value)

    def flag(self, field: str) -> bool:
        """True or false; false where it is missing."""
        value = self.values.get(field, False)
        if not isinstance(value, bool):
            raise self.fault(field, "true or false")
        return value

    def texts(self, field: str, most: int, longest: int) -> tuple[str, ...]:
        """A list of at most `most` texts of at most `longest` characters; () where it is missing."""
        values = self.values.get(field, [])
        if not isinstance(values, list) or len(values) > most:
            raise self.fault(field, f"a list of at most {most:,}")
        if not all(isinstance(value, str) and len(value) <= longest for value in values):
            raise self.fault(field, f"texts of at most {longest:,} characters")
        return tuple(values)

    def inside(self, field: str) -> Fields:
        """An object inside this one."""
        value = self.values.get(field)
        if not isinstance(value, dict):
            raise self.fault(field, "an object")
        return Fields(value, self._called(field))

    def each(self, field: str, most: int) -> list[Fields]:
        """The objects of a list of at most `most`; none where the field is missing."""
        value = self.values.get(field, [])
        if not isinstance(value, list) or len(value) > most:
            raise self.fault(field, f"a list of at most {most:,}")
        for place, item in enumerate(value):
            if not isinstance(item, dict):
                name = f"{self._called(field)}[{place}]"
                raise RecordError(f"{name} is {_short(item)}, expected an object; save it again")
        return [Fields(item, f"{self._called(field)}[{place}]") for place, item in enumerate(value)]

    def _called(self, field: str) -> str:
        return f"{self.name}.{field}" if self.name else field


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
        raise RecordError(f"{name}: expected a JSON object, found {_short(value)}; save it again")
    return Fields(value, "")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _can_be_written(text: str) -> bool:
    """Whether a text is one that UTF-8 can hold: JSON can name lone surrogates, which nothing can print."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _short(value: object) -> str:
    """A value in a message: its beginning, or what it is where it is long."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    written = ascii(value) if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
    return written if len(written) <= 40 else f"{written[:37]}..."

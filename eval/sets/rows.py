"""JSON files of other people, read with care: whatever does not fit is one line that says where it stands."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from embeddings.errors import GoldError

_GZIP = b"\x1f\x8b"


def read_text(path: Path, expected: str) -> str:
    """The text of a UTF-8 file, unpacked where its first bytes are those of gzip, whatever its name.

    Args:
        expected: what the file should have been, for the message.

    Raises:
        GoldError: the file can't be read, is no whole gzip file, or is not UTF-8.
    """
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = f"byte {error.start} is not UTF-8"
    except OSError as error:
        why = error.strerror or str(error)  # of gzip's own errors there is only the text
    except (EOFError, zlib.error) as error:
        why = f"a damaged gzip file: {error}"
    raise GoldError(f"{path}: cannot be read ({why}); expected {expected}")


def is_whole(value: object) -> TypeGuard[int]:
    """True for an integer; False for true and false, which Python counts among them."""
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Row:
    """An object of a JSON file, and where it stands in it.

    Attributes:
        file: the file, and the line where each is an object of its own.
        values: the fields.
        form: what the file should look like, said at the end of every message.
        way: from the top of the file to the object, "data[0].paragraphs[2]"; "" at the top.
    """

    file: str
    values: Mapping[str, object]
    form: str
    way: str = ""

    @classmethod
    def of(cls, value: object, file: str, form: str, way: str = "") -> Row:
        """Raises GoldError where the value is no JSON object."""
        if not isinstance(value, dict):
            raise GoldError(f"{_place(file, way)}: found {short(value)}, expected an object; {form}")
        return cls(file, value, form, way)

    def text(self, field: str) -> str:
        """A text. Raises GoldError where it is missing, no text, or one that no file can hold."""
        value = self.values.get(field)
        if not isinstance(value, str):
            raise self.fault(field, "a text")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise self.fault(field, "a text without lone surrogates")
        return value

    def name(self, *fields: str) -> str:
        """The first of some fields that is there: a text or an integer, as text. Raises GoldError without any."""
        field = next((field for field in fields if field in self.values), fields[0])
        value = self.values.get(field)
        return str(value) if is_whole(value) else self.text(field)

    def number(self, field: str) -> int:
        """An integer. Raises GoldError where it is missing or something else."""
        value = self.values.get(field)
        if not is_whole(value):
            raise self.fault(field, "an integer")
        return value

    def flag(self, field: str) -> bool:
        """True or false, false where it is missing. Raises GoldError where it is something else."""
        value = self.values.get(field, False)
        if not isinstance(value, bool):
            raise self.fault(field, "true or false")
        return value

    def items(self, field: str) -> Sequence[object]:
        """A list. Raises GoldError where it is missing or something else."""
        value = self.values.get(field)
        if not isinstance(value, list):
            raise self.fault(field, "a list")
        return value

    def row(self, field: str) -> Row:
        """The object in a field. Raises GoldError where there is none."""
        value = self.values.get(field)
        if not isinstance(value, dict):
            raise self.fault(field, "an object")
        return Row(self.file, value, self.form, self._inner(field))

    def rows(self, field: str) -> list[Row]:
        """The objects of a list. Raises GoldError where it is no list of objects."""
        return [Row.of(v, self.file, self.form, self._inner(f"{field}[{i}]")) for i, v in enumerate(self.items(field))]

    def fault(self, field: str, expected: str) -> GoldError:
        """What is wrong with a field, ready to be raised."""
        found = f"is {short(self.values[field])}" if field in self.values else "is missing"
        return GoldError(f'{_place(self.file, self.way)}: "{field}" {found}, expected {expected}; {self.form}')

    def _inner(self, name: str) -> str:
        return f"{self.way}.{name}" if self.way else name


def _place(file: str, way: str) -> str:
    return f"{file}: {way}" if way else file


def short(value: object) -> str:
    """A value for a one-line message.

    >>> short("a" * 99)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..."
    """
    written = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return written if len(written) <= 60 else f"{written[:57]}..."

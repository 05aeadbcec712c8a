"""Files of other people: their text, gzip or not, and the fields of their JSON."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from embeddings.errors import GoldError
from qa.kept.fields import LARGEST, Fields, Origin

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


def row_of(value: object, file: str, form: str) -> Fields:
    """The fields of a JSON object of a file.

    Args:
        value: what was read.
        file: the file, and the line where each line is an object of its own.
        form: what the file should look like, said at the end of every message.

    Raises:
        GoldError: it is no object; and every method of the fields raises it where one does not fit.
    """
    return Fields.of(value, origin=Origin(file, form, GoldError, LARGEST))

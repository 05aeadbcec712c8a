"""Long rows of whole numbers as short text, for a store: differences, in as few bytes as they need, deflated.

In memory such a row is `bytes` of unsigned 32-bit numbers in the machine's own order: `memoryview(row).cast("I")`.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable
from itertools import accumulate, chain
from operator import sub

_WIDTHS = (("B", 1 << 8), ("H", 1 << 16), ("I", 1 << 32))
_MOST = 1 << 28  # bytes that one row may take


def numbers(values: Iterable[int]) -> bytes:
    """A row of numbers as bytes. Raises OverflowError for one that is negative or has more than 32 bits."""
    return array("I", values).tobytes()


def packed(row: bytes, rising: bool = False) -> str:
    """A row as text. `rising`: its numbers never fall, and only what each adds is written.

    >>> unpacked(packed(numbers([3, 90, 90]), rising=True), rising=True) == numbers([3, 90, 90])
    True
    """
    values: array[int] = array("I", row)
    if rising:
        values = array("I", map(sub, values, chain((0,), values)))
    most = max(values, default=0)
    width = next(width for width, bound in _WIDTHS if most < bound)
    narrow = array(width, values)
    if sys.byteorder == "big":
        narrow.byteswap()
    return width + b64encode(zlib.compress(narrow.tobytes(), 1)).decode("ascii") if row else ""


def unpacked(text: str, rising: bool = False) -> bytes:
    """What `packed` wrote. Raises ValueError, TypeError or OverflowError for anything else."""
    if not text:
        return b""
    if text[0] not in "BHI":
        raise ValueError("not a packed row")
    inflating = zlib.decompressobj()
    try:
        data = inflating.decompress(b64decode(text[1:], validate=True), _MOST)
    except zlib.error:
        raise ValueError("not a packed row") from None
    if not inflating.eof:
        raise ValueError("a packed row that is cut off, or too long")
    values: array[int] = array(text[0], data)
    if sys.byteorder == "big":
        values.byteswap()
    return numbers(accumulate(values)) if rising else numbers(values)

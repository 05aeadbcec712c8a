"""CSV and TSV: a row is a passage, and the name of each column stands before its cell.

Rows are counted as a spreadsheet counts them: from 1, the header and empty rows included.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decode
from embeddings.loaders.extract import Extract, Writer, cells_in_words, is_header
from embeddings.loaders.limits import Limits

_DELIMITERS = ",;\t|"
_LINES = 50  # looked at to tell the delimiter
_LONGEST_CELL = 1_000_000  # characters


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The rows of a table.

    Raises:
        DocumentError: not text, not a table, or more than the limits allow.
    """
    text = decode(data, name)
    rows = _rows(text, name)
    first = next(rows, [])
    header = first if is_header(first) else []
    writer = Writer(name, limits)
    if not header:
        writer.row(1, cells_in_words(first))
    for number, cells in enumerate(rows, start=2):
        writer.row(number, cells_in_words(cells, header))
    found = writer.extract()
    return found if found.text or not header else Extract(cells_in_words(header))


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first lines into the same number of cells, more than one; a comma else.

    >>> delimiter_of("Town;People\\nOslo;700,000\\nRome;2,800,000")
    ';'
    """
    sample = text[:100_000].splitlines()[:_LINES]
    best, most = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = [len(cells) for cells in _cut(sample, delimiter) if cells]
        common = max(set(counts), key=counts.count, default=1)
        agreement = counts.count(common) / len(counts) * min(common, 10) if common > 1 else 0.0
        if agreement > most:
            best, most = delimiter, agreement
    return best


def _cut(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []


def _rows(text: str, name: str) -> Iterator[list[str]]:
    """The rows, empty ones too."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    try:
        yield from reader
    except csv.Error as error:
        raise DocumentError(f"{name}: row {reader.line_num}: not a table ({error}); save it again as CSV") from None

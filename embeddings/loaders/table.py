"""CSV and TSV: a row is a passage, and the name of each column stands before its cell.

Rows are counted as a spreadsheet counts them: from 1, the names and empty rows included, without the line `sep=;` that
tells a spreadsheet the delimiter.
"""

from __future__ import annotations

import csv
import io
import re

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decode
from embeddings.loaders.extract import Extract, Writer
from embeddings.loaders.grids.grid import Grid
from embeddings.loaders.limits import Limits

_DELIMITERS = ",;\t|"
_LINES = 50  # looked at to tell the delimiter
_LEAST = 0.35  # of lines that a delimiter must cut alike
_LONGEST_CELL = 1_000_000  # characters
_TOLD = re.compile(r"\ufeff?\"?sep=(?P<delimiter>.)\"?[ ;,\t|]*\r?(?:\n|$)", re.IGNORECASE)


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The rows of a table.

    Raises:
        DocumentError: not text, not a table, or more than the limits allow.
    """
    text = decode(data, name)
    told = _TOLD.match(text)
    rows = _rows(text[told.end() :], told["delimiter"], name) if told else _rows(text, delimiter_of(text), name)
    if len(rows) > 2 * limits.rows:
        raise DocumentError(f"{name}: more than {limits.rows:,} rows; split it")
    writer = Writer(name, limits)
    writer.records(Grid(rows))
    return writer.extract()


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first lines, the names of the columns among them, into the same number of cells, and
    the cells as a table would have them; a comma where none cuts them.

    >>> delimiter_of("Town;People\\nOslo;700,000\\nRome;2,800,000")
    ';'
    """
    sample = text[:100_000].splitlines()[:_LINES]
    fits = {delimiter: _fit(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(fits, key=lambda delimiter: fits[delimiter])
    return best if fits[best][0] >= _LEAST or fits[best][0] == 0 or "\t" in text else "\t"  # sentences of one column


def _fit(lines: list[str], delimiter: str) -> tuple[float, int]:
    """How well a delimiter cuts lines: the share that it cuts alike, less what speaks against it; its cells."""
    others = _DELIMITERS.replace(delimiter, "")
    rows = [cells for cells in _cut(lines, delimiter) if any(cell.strip() for cell in cells)]
    counts = [len(cells) for cells in rows]
    common = max(set(counts), key=lambda count: (counts.count(count), count), default=1)
    if common < 2:
        return 0.0, 0
    agreement = counts.count(common) / len(counts)
    top = next((row for row in rows if not row[0].startswith("#")), rows[0])
    if len(top) == 1 and any(other in top[0] for other in others):
        agreement /= 2  # the names are cut by another one
    cut = [row for row in rows if len(row) > 1]
    quoted = sum(any(f'{other}"' in cell for cell in row for other in others) for row in cut)
    agreement *= 1 - 0.75 * quoted / len(cut)  # another one parts the cells that are quoted
    if delimiter == ",":
        spaced = sum(any(cell[:1] == " " for cell in row[1:]) for row in cut)
        spaced = spaced if spaced < len(cut) or len(top) == 1 else 0  # "a, b, c" in every line is how some write it
        held = sum(any(other in cell for cell in row for other in ";\t|") for row in cut)
        agreement -= 0.5 * max(spaced, held) / len(cut)
    return round(agreement, 2), min(common, 10)


def _cut(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []


def _rows(text: str, delimiter: str, name: str) -> list[list[str]]:
    """The rows, empty ones too."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(reader)
    except csv.Error as error:
        raise DocumentError(f"{name}: row {reader.line_num}: not a table ({error}); save it again as CSV") from None

"""The bounds within which a file is read. Beyond them it is reported and left out, and nothing else suffers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take.

    Attributes:
        file_bytes: of the file as it lies on the disk.
        unpacked_bytes: of all that is unpacked of it (gzip, and the parts of DOCX and EPUB that are read).
        characters: of its text.
        pages: of a PDF.
        rows: of a table or of records.
        parts: entries of an archive, parts of an e-mail.
        inside: files inside a file: attachments, mails of a mailbox, files of an archive.
        depth: of files inside one another, and of mails.
        nesting: elements, records or messages inside one another.
        seconds: of processor time, for the parsers that run in a process of their own; five times that by the clock.
        memory_bytes: for the same.
    """

    file_bytes: int = 256 << 20
    unpacked_bytes: int = 256 << 20
    characters: int = 100_000_000
    pages: int = 20_000
    rows: int = 1_000_000
    parts: int = 10_000
    inside: int = 10_000
    depth: int = 4
    nesting: int = 100
    seconds: float = 120.0
    memory_bytes: int = 2 << 30


LIMITS = Limits()


def size(count: int) -> str:
    """Bytes for people.

    >>> size(2 << 30), size(999)
    ('2.1 GB', '999 bytes')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:,.1f}".removesuffix(".0") + f" {name}"
    return f"{count} bytes"

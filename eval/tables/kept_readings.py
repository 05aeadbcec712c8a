"""A reader that reads a passage once with a question, and keeps what it read in a file for the next run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qa.reading.reader import Passage, Reader, Span

__all__ = ["KeptReader"]


class KeptReader:
    """Reads each passage alone, as all readers do, and each at most once with a question.

    Args:
        reader: what reads.
        folder: where its readings are kept, one file for each reader; None keeps them in memory alone.
    """

    def __init__(self, reader: Reader, folder: Path | None = None) -> None:
        self._reader = reader
        self._read: dict[str, list[Span]] = {}
        self._file = None if folder is None else folder / f"{_name(reader)}.jsonl"
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._load(self._file)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """As `Reader.read`."""
        found = [
            replace(span, passage=place)
            for place, passage in enumerate(passages)
            for span in self.once(question, passage)
        ]
        return sorted(found, key=lambda span: -span.score)

    def once(self, question: str, passage: Passage) -> list[Span]:
        """The spans of one passage, read where that was not done before."""
        key = _hash(question, str(passage.body_start), passage.read)
        if key not in self._read:
            self._read[key] = self._reader.read(question, [passage])
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([key, [_row(span) for span in self._read[key]]]) + "\n")
        return self._read[key]

    def _load(self, file: Path) -> None:
        """A line that was cut short ends what is taken over."""
        if not file.exists():
            return
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                key, rows = json.loads(line)
            except ValueError:
                return
            self._read[key] = [Span(0, *row) for row in rows]


def _row(span: Span) -> list[float]:
    return [span.start, span.end, span.score, span.no_answer, span.probability]


def _name(reader: Reader) -> str:
    """A name that another reader does not have."""
    card = getattr(reader, "card", None)
    return _hash("" if card is None else card.to_json())[:16]


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()

"""What a loader gives: Extract, and the Writer that puts one together so that its offsets are right."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.errors import DocumentError
from embeddings.loaders.limits import Limits
from embeddings.remarks import Omitted, Remarks, together
from embeddings.types import NO_LAYOUT, Layout

# Not text: control characters but tab and line end, lone surrogates, and what no character may be.
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


_LONGEST_FACT = 300  # characters of a title or an author
_MOST_OMITTED = 1_000  # records before those of one kind are put together
_LONGEST_NAME = 60  # characters of a column's name
_STOPS = (".", "!", "?", "…")


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a file and what the file says of it.

    Attributes:
        text: normalised once, here; offsets count its code points.
        title, author, date: from the file's metadata, None where it has none; `date` as in `Document.date`.
        layout: pages, rows and headings, as offsets of `text`.
        omitted: what of the file was left out, counted.
        notes: what else is said of how it was read, in words for people.
    """

    text: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    layout: Layout = NO_LAYOUT
    omitted: tuple[Omitted, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def remarks(self) -> Remarks:
        """What was left out, and the notes, as they travel with the document."""
        return Remarks(together(self.omitted), self.notes)

    def to_json(self) -> str:
        """As JSON, to travel between processes."""
        told = (self.text, self.title, self.author, self.date, self.layout.to_json(), self.remarks.to_json())
        return json.dumps(told)

    @classmethod
    def from_json(cls, written: str | bytes) -> Extract:
        """What `to_json` wrote. Raises ValueError for anything else."""
        text, title, author, date, layout, told = json.loads(written)
        if not all(isinstance(value, str) for value in (text, layout, told)):
            raise ValueError("not an extract")
        if not all(value is None or isinstance(value, str) for value in (title, author, date)):
            raise ValueError("not an extract")
        remarks = Remarks.from_json(told)
        return cls(text, title, author, date, Layout.from_json(layout), remarks.omitted, remarks.notes)


class Writer:
    """Puts a text together, part by part, and keeps where its pages, rows and headings stand.

    Args:
        name: of the file, for the messages.
        limits: what the text may take.

    Every method that adds text raises DocumentError where a limit is passed.
    """

    def __init__(self, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        self._parts: list[str] = []
        self._length = 0
        self._pages: list[int] = []
        self._rows: list[tuple[int, int]] = []
        self._headings: list[tuple[int, int]] = []
        self._omitted: list[Omitted] = []

    def omit(self, kind: str, count: int = 1, detail: str = "") -> None:
        """Counts something that is left out of the text (`Omitted`), so that people are told of it."""
        self._omitted.append(Omitted(kind, count, detail))
        if len(self._omitted) > _MOST_OMITTED:
            self._omitted = list(together(self._omitted))

    def paragraph(self, words: str) -> None:
        """A paragraph of its own; nothing where there are no words."""
        self._block(_clean(words).strip("\n"), "\n\n")

    def line(self, words: str) -> None:
        """A line under what stands before it."""
        self._block(_clean(words).strip("\n"), "\n")

    def heading(self, words: str) -> None:
        """A heading, folded into one line."""
        folded = " ".join(_clean(words).split())
        if folded:
            start = self._block(folded, "\n\n")
            self._headings.append((start, start + len(folded)))

    def row(self, number: int, words: str) -> None:
        """A row or record, folded into one line, by its number in the file."""
        if len(self._rows) >= self._limits.rows:
            raise DocumentError(f"{self._name}: more than {self._limits.rows:,} rows; split it")
        folded = " ".join(_clean(words).split())
        if folded:
            self._rows.append((self._block(folded, "\n"), number))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A table inside a text: each row a sentence and a paragraph of its own, so that it is quoted by itself."""
        filled = [cells for cells in rows if any(cell.strip() for cell in cells)]
        header = filled[0] if len(filled) > 1 and is_header(filled[0]) else []
        for cells in filled[1:] if header else filled:
            words = cells_in_words(cells, header)
            self.paragraph(words if words.endswith(_STOPS) else f"{words}.")

    def page(self) -> None:
        """What follows stands on the next page."""
        if len(self._pages) >= self._limits.pages:
            raise DocumentError(f"{self._name}: more than {self._limits.pages:,} pages; split it")
        self._pages.append(self._length)

    def extract(self) -> Extract:
        """All of it. A page begins where its first words do."""
        text = "".join(self._parts)
        pages = [_first_word(text, offset) for offset in self._pages]
        return Extract(
            text, layout=Layout(tuple(pages), tuple(self._rows), tuple(self._headings)), omitted=together(self._omitted)
        )

    def _block(self, words: str, gap: str) -> int:
        """Adds words, apart from what stands before them; returns where they begin."""
        if not words.strip():
            return self._length
        self._add(gap if self._length else "")
        start = self._length
        self._add(words)
        return start

    def _add(self, words: str) -> None:
        self._length += len(words)
        if self._length > self._limits.characters:
            raise DocumentError(f"{self._name}: more than {self._limits.characters:,} characters of text; split it")
        self._parts.append(words)


def described(
    found: Extract,
    title: str | None = None,
    author: str | None = None,
    date: str | None = None,
    notes: Sequence[str] = (),
    omitted: Sequence[Omitted] = (),
) -> Extract:
    """The extract with what metadata says, each in one line; what is empty there says nothing."""
    return replace(
        found,
        title=_one_line(title) or found.title,
        author=_one_line(author) or found.author,
        date=date if date is not None else found.date,
        notes=(*found.notes, *notes),
        omitted=(*found.omitted, *omitted),
    )


def cells_in_words(cells: Sequence[str], header: Sequence[str] = ()) -> str:
    """A row of a table as one line: each cell after the name of its column, where there is one; empty ones left out.

    >>> cells_in_words(["Oslo", "", "700,000"], ["Town", "Mayor", "People"])
    'Town: Oslo; People: 700,000'
    >>> cells_in_words(["Oslo", "700,000"])
    'Oslo; 700,000'
    """
    named = []
    for index, cell in enumerate(cells):
        words, name = " ".join(cell.split()), " ".join(header[index].split()) if index < len(header) else ""
        if words:
            named.append(f"{name.rstrip(':')}: {words}" if name else words)
    return "; ".join(named)


def is_header(cells: Sequence[str]) -> bool:
    """Whether the first row names the columns: short words, all of them different, and no number among them.

    >>> is_header(["Town", "People"]), is_header(["Oslo", "700,000"])
    (True, False)
    """
    words = [cell.strip() for cell in cells]
    named = [word for word in words if word]
    return (
        len(named) >= 2
        and len(set(named)) == len(named)
        and all(len(word) <= _LONGEST_NAME and any(map(str.isalpha, word)) and not word[0].isdigit() for word in named)
    )


def _clean(words: str) -> str:
    return _NO_TEXT.sub("", words.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n"))


def _one_line(words: str | None) -> str | None:
    return " ".join(_clean(words).split())[:_LONGEST_FACT] or None if words is not None else None


def _first_word(text: str, offset: int) -> int:
    """The first character at or after an offset that is no white space."""
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset

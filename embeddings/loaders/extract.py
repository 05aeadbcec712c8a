"""What a loader gives: Extract, and the Writer that puts one together so that its offsets are right."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.errors import DocumentError
from embeddings.loaders.grids.cells import NO_TEXT, CellLines, are_fields
from embeddings.loaders.grids.grid import Grid
from embeddings.loaders.grids.parts import parts_of
from embeddings.loaders.limits import Limits
from embeddings.remarks import Omitted, Remarks, together
from embeddings.text.tables.header_row import Naming
from embeddings.types import NO_LAYOUT, Layout

_LONGEST_FACT = 300  # characters of a title or an author
_MOST_OMITTED = 1_000  # records before those of one kind are put together
_LONGEST_HEAD = 120  # characters of a title over a table
_STOPS = (".", "!", "?", "…")


@dataclass(frozen=True, slots=True)
class Packed:
    """A file inside another one: its name there, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a file and what the file says of it.

    Attributes:
        text: normalised once, here; offsets count its code points.
        title, author, date: from the file's metadata, None where it has none; `date` as in `Document.date`.
        layout: pages, rows, headings, tables and fields, as offsets of `text`.
        omitted: what of the file was left out, counted.
        notes: what else is said of how it was read, in words for people.
        files: what is packed in the file and becomes documents of its own: the attachments of a mail.
    """

    text: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    layout: Layout = NO_LAYOUT
    omitted: tuple[Omitted, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[Packed, ...] = ()

    def with_files(self, files: Sequence[Packed]) -> Extract:
        """The same with files packed in it."""
        return replace(self, files=(*self.files, *files))

    @property
    def remarks(self) -> Remarks:
        """What was left out, and the notes, as they travel with the document."""
        return Remarks(together(self.omitted), self.notes)

    def to_json(self) -> str:
        """As JSON, to travel between processes."""
        files = [(file.name, b64encode(file.data).decode("ascii")) for file in self.files]
        told = (self.text, self.title, self.author, self.date, self.layout.to_json(), self.remarks.to_json(), files)
        return json.dumps(told)

    @classmethod
    def from_json(cls, written: str | bytes) -> Extract:
        """What `to_json` wrote. Raises ValueError for anything else."""
        text, title, author, date, layout, told, packed = json.loads(written)
        if not all(isinstance(value, str) for value in (text, layout, told)):
            raise ValueError("not an extract")
        if not all(value is None or isinstance(value, str) for value in (title, author, date)):
            raise ValueError("not an extract")
        remarks = Remarks.from_json(told)
        files = tuple(Packed(str(name), b64decode(data)) for name, data in packed)
        return cls(text, title, author, date, Layout.from_json(layout), remarks.omitted, remarks.notes, files)


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
        self._cells = CellLines()
        self._omitted: list[Omitted] = []
        self._dated: list[tuple[int, str | None]] = []
        self._waiting: list[str | None] = []  # the date of what is written next

    def omit(self, kind: str, count: int = 1, detail: str = "") -> None:
        """Counts something that is left out of the text (`Omitted`), so that people are told of it."""
        self._omitted.append(Omitted(kind, count, detail))
        if len(self._omitted) > _MOST_OMITTED:
            self._omitted = list(together(self._omitted))

    def paragraph(self, words: str) -> int:
        """A paragraph of its own; nothing where there are no words. Returns where it begins."""
        return self._block(_clean(words).strip("\n"), "\n\n")

    def line(self, words: str) -> int:
        """A line under what stands before it. Returns where it begins."""
        return self._block(_clean(words).strip("\n"), "\n")

    def heading(self, words: str) -> int:
        """A heading, folded into one line. Returns where it begins."""
        folded = " ".join(_clean(words).split())
        start = self._block(folded, "\n\n")
        if folded:
            self._headings.append((start, start + len(folded)))
        return start

    def dated(self, date: str | None) -> None:
        """What follows was written then: "" where nobody says when, None for the time of the whole again."""
        self._waiting = [date]

    def quotation(self, begins: bool) -> None:
        """A quotation begins or ends here; a writer to whom that matters overrides this."""

    def row(self, number: int, words: str) -> None:
        """A row or record, folded into one line, by its number in the file."""
        self._count_row()
        folded = " ".join(_clean(words).split())
        if folded:
            self._rows.append((self._block(folded, "\n"), number))

    def table(self, rows: Sequence[Sequence[str]] | Grid) -> None:
        """A table inside a text: each row a sentence and a paragraph of its own, so that it is quoted by itself."""
        grid = rows if isinstance(rows, Grid) else Grid([list(cells) for cells in rows])
        self.paragraph(grid.caption)
        for part in parts_of(grid.rows, grid.heads, grid.labelled):
            for index in (*part.titles, *(part.header if part.naming.by_rows else ())):
                self.paragraph("; ".join(folded for cell in grid.rows[index] if (folded := " ".join(cell.split()))))
            self._cells.begin(part.naming)
            for index in part.body:
                for cells in part.naming.parted(grid.rows[index]):
                    self._sentence(cells, index in grid.bands)

    def _sentence(self, cells: Sequence[str], is_band: bool) -> None:
        start = self._length + (2 if self._length else 0)
        fields = (self._cells.by_rows or (not self._cells.names and are_fields(cells))) and not is_band
        words = self._cells.field(cells, start) if fields else self._cells.line(cells, start, is_band)
        self._block(words if words.endswith(_STOPS) else f"{words}." if words else "", "\n\n")

    def records(self, grid: Grid) -> None:
        """Tables that are the file: each row a record, by its number there. Titles are headings."""
        numbers = grid.numbers or range(1, len(grid.rows) + 1)
        for part in parts_of(grid.rows, grid.heads, grid.labelled):
            self._titles([(numbers[index], grid.rows[index]) for index in part.titles], bool(part.body))
            if part.header and (part.naming.by_rows or not part.body):
                self.row(numbers[part.header[0]], cells_in_words(grid.rows[part.header[0]]))
            self._cells.begin(part.naming)
            rows, bands, by_rows, is_named = grid.rows, grid.bands, part.naming.by_rows, bool(part.naming.names)
            for index in part.body:
                if bands and index in bands:
                    self.heading(rows[index][0])
                    continue
                for cells in part.naming.parted(rows[index]) if part.naming.pairs else (rows[index],):
                    is_field = by_rows or (not is_named and are_fields(cells))
                    made = self._cells.field if is_field else self._cells.line
                    if words := made(cells, self._length + 1 if self._length else 0):
                        if len(self._rows) >= self._limits.rows:
                            self._count_row()
                        self._rows.append((self._block(words, "\n"), numbers[index]))

    def begin_records(self) -> None:
        """The records that follow are those of a table of their own."""
        self._cells.begin(Naming(0, 0, ()))

    def record(self, number: int, fields: Sequence[tuple[str, str]]) -> int:
        """A record by its number in the file: names and folded words, in its order. Returns how long it is."""
        start = self._length + 1 if self._length else 0
        line = self._cells.record(fields, start)
        if line:
            self._count_row()
            self._rows.append((self._block(line, "\n"), number))
        return len(line)

    def fields(self, fields: Sequence[tuple[str, str]]) -> None:
        """Names and values that stand over the records of a file and are none."""
        self._cells.begin(Naming(0, 0, ()))
        self._block(self._cells.record(fields, self._length + 1 if self._length else 0), "\n")

    def _titles(self, titles: Sequence[tuple[int, Sequence[str]]], over: bool) -> None:
        """Rows that stand over a table: the first one of a few words heads it, the others are rows of their own."""
        for number, cells in titles:
            words = cells_in_words(cells)
            if over and len(words) <= _LONGEST_HEAD and not words.startswith(("#", "//")):
                self.heading(words)
                over = False
            else:
                self.row(number, words)

    def _count_row(self) -> None:
        if len(self._rows) >= self._limits.rows:
            raise DocumentError(f"{self._name}: more than {self._limits.rows:,} rows; split it")

    def page(self) -> None:
        """What follows stands on the next page."""
        if len(self._pages) >= self._limits.pages:
            raise DocumentError(f"{self._name}: more than {self._limits.pages:,} pages; split it")
        self._pages.append(self._length)

    def extract(self) -> Extract:
        """All of it. A page begins where its first words do."""
        text = "".join(self._parts)
        pages = [_first_word(text, offset) for offset in self._pages]
        tables, fields = self._cells.told()
        layout = Layout(
            tuple(pages), tuple(self._rows), tuple(self._headings), tables, fields, dated=tuple(self._dated)
        )
        return Extract(text, layout=layout, omitted=together(self._omitted))

    def _block(self, words: str, gap: str) -> int:
        """Adds words, apart from what stands before them; returns where they begin."""
        if not words or words.isspace():
            return self._length
        gap = gap if self._length else ""
        start = self._length + len(gap)
        if self._waiting:
            self._dated.append((start, self._waiting.pop()))
        self._length = start + len(words)
        if self._length > self._limits.characters:
            raise DocumentError(f"{self._name}: more than {self._limits.characters:,} characters of text; split it")
        self._parts.append(gap + words)
        return start


def described(
    read: Extract,
    title: str | None = None,
    author: str | None = None,
    date: str | None = None,
    notes: Sequence[str] = (),
    omitted: Sequence[Omitted] = (),
) -> Extract:
    """The extract with what the metadata says, each fact in one line; empty facts are passed over."""
    return replace(
        read,
        title=_one_line(title) or read.title,
        author=_one_line(author) or read.author,
        date=date if date is not None else read.date,
        notes=(*read.notes, *notes),
        omitted=(*read.omitted, *omitted),
    )


def cells_in_words(cells: Sequence[str], header: Sequence[str] = ()) -> str:
    """A row of a table as one line: each cell after the name of its column, where there is one; empty ones left out.

    >>> cells_in_words(["Oslo", "", "700,000"], ["Town", "Mayor", "People"])
    'Town: Oslo; People: 700,000'
    >>> cells_in_words(["Oslo", "700,000"]), cells_in_words(["Printed:", "3 May"])
    ('Oslo; 700,000', 'Printed: 3 May')
    """
    named = []
    for index, cell in enumerate(cells):
        words, name = " ".join(cell.split()), " ".join(header[index].split()) if index < len(header) else ""
        if words:
            named.append(f"{name.rstrip(':')}: {words}" if name else words)
    if not header and are_fields(named):
        named = [f"{name} {value}" for name, value in zip(named[::2], named[1::2], strict=True)]
    return "; ".join(named)


def _clean(words: str) -> str:
    return NO_TEXT.sub("", words.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n"))


def _one_line(words: str | None) -> str | None:
    return " ".join(_clean(words).split())[:_LONGEST_FACT] or None if words is not None else None


def _first_word(text: str, offset: int) -> int:
    """The first character at or after an offset that is no white space."""
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset

"""The records that travel: Document with its Layout, Chunk, Hit. Each is defined once and frozen.

Offsets are code points of `Document.text`, half open: `text[start:end]`.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from embeddings.errors import DocumentError
from embeddings.remarks import NO_REMARKS, Remarks


@dataclass(frozen=True, slots=True)
class Layout:
    """What the file said of its own parts, as offsets of the text; empty for formats that say nothing.

    Attributes:
        pages: where each page begins; the first is page 1. A page without text begins where the next one does.
        rows: where each row or record begins, and its number in the file, counted from 1: ((start, number), ...).
        headings: where the words of each heading stand: ((start, end), ...).

    Raises:
        DocumentError: offsets out of order.
    """

    pages: tuple[int, ...] = ()
    rows: tuple[tuple[int, int], ...] = ()
    headings: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        flat = [offset for heading in self.headings for offset in heading]
        starts = [start for start, _ in self.rows]
        if not all(_in_order(offsets) for offsets in (self.pages, starts, flat)):
            raise DocumentError("the offsets of its pages, rows or headings are out of order; load it again")

    def page(self, offset: int) -> int | None:
        """The page that an offset lies on, counted from 1; None where there are no pages.

        >>> Layout(pages=(0, 40, 90)).page(40)
        2
        """
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    def row(self, offset: int) -> int | None:
        """The number of the row that an offset lies in; None where there are no rows.

        >>> Layout(rows=((0, 2), (40, 3), (90, 5))).row(99)
        5
        """
        index = bisect_right(self.rows, offset, key=lambda row: row[0])
        return self.rows[index - 1][1] if index else None

    def end(self) -> int:
        """The last offset it names; 0 where it names none."""
        lasts = (self.pages[-1:], [row[0] for row in self.rows[-1:]], [heading[1] for heading in self.headings[-1:]])
        return max((offset for part in lasts for offset in part), default=0)

    def to_json(self) -> str:
        """As JSON, for a store; "" where it is empty."""
        parts = {"pages": self.pages, "rows": self.rows, "headings": self.headings}
        said = {name: part for name, part in parts.items() if part}
        return json.dumps(said, separators=(",", ":")) if said else ""

    @classmethod
    def from_json(cls, written: str) -> Layout:
        """What `to_json` wrote. Raises DocumentError for anything else.

        >>> Layout.from_json(Layout(pages=(0, 9), headings=((0, 4),)).to_json())
        Layout(pages=(0, 9), rows=(), headings=((0, 4),))
        """
        try:
            read = json.loads(written) if written else {}
            pages = tuple(int(offset) for offset in read.get("pages", ()))
            rows = tuple((int(start), int(number)) for start, number in read.get("rows", ()))
            headings = tuple((int(start), int(end)) for start, end in read.get("headings", ()))
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise DocumentError("the record of its pages, rows and headings is damaged; load it again") from None
        return cls(pages, rows, headings)


def _in_order(offsets: Sequence[int]) -> bool:
    """Whether offsets never fall, from 0 on."""
    return all(here <= after for here, after in pairwise((0, *offsets)))


NO_LAYOUT = Layout()


@dataclass(frozen=True, slots=True)
class Document:
    """A text and where it came from.

    Attributes:
        id: names the document in an index; by default the first 16 hex digits of `content_hash`, so that the same
            text always has the same id and a changed text never inherits the id of the old one.
        title: one line for people to read.
        source: the path or URI it was read from.
        text: what offsets refer to. It is never changed after loading.
        date: an ISO 8601 date or time ("2015-10-21", "2015-10-22T00:02Z") where the text or its metadata states the
            day; the words as written ("1700 GMT") where it states only a time; None where it states neither.
        media_type: "text/plain", "text/markdown", ...
        content_hash: SHA-256 of `text` in UTF-8, 64 hex digits; computed where it is left empty.
        author: who wrote it, where its metadata says so.
        layout: its pages, rows and headings, where its format has them.
        remarks: what was left out of the file, and what else is said of how it was read.

    Raises:
        DocumentError: `text` holds a lone surrogate, `content_hash` is not the hash of `text`, or `layout` names a
            place behind its end.
    """

    id: str
    title: str
    source: str
    text: str
    date: str | None = None
    media_type: str = "text/plain"
    content_hash: str = ""
    author: str | None = None
    layout: Layout = NO_LAYOUT
    remarks: Remarks = NO_REMARKS

    def __post_init__(self) -> None:
        digest = content_hash(self.text, name=self.source or self.id)
        if self.content_hash not in ("", digest):
            raise DocumentError(f"{self.source or self.id}: its text does not match its content hash; load it again")
        if self.layout.end() > len(self.text):
            raise DocumentError(
                f"{self.source or self.id}: its pages, rows or headings lie behind its end; load it again"
            )
        object.__setattr__(self, "content_hash", digest)
        object.__setattr__(self, "id", self.id or digest[:16])

    @classmethod
    def from_text(cls, text: str, title: str = "Untitled", source: str = "") -> Document:
        """A document made of a string, for texts that are not files.

        >>> Document.from_text("Water boils at 100 °C.", title="Physics").title
        'Physics'
        """
        return cls(id="", title=title, source=source, text=text)


def content_hash(text: str, name: str = "text") -> str:
    """SHA-256 of a text in UTF-8, as 64 hex digits. Raises DocumentError where the text holds a lone surrogate."""
    try:
        return hashlib.sha256(text.encode("utf-8")).hexdigest()
    except UnicodeEncodeError as error:
        raise DocumentError(
            f"{name}: character {error.start} is a lone surrogate, which no file can hold; decode the text again"
        ) from None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: whole sentences of one section, the unit that is embedded, searched and read.

    The chunks of a document, in order, cover it without a gap: each starts at or before the end of the one before it
    (before it where they overlap). A section's heading line stands at the beginning of its first chunk.

    Attributes:
        document_id: `Document.id`.
        start: where the chunk begins in `Document.text`.
        body_start: where its text begins after the heading line; `start` where the chunk holds no heading line.
        end: where it ends.
        heading: the heading it stands under, None where there is none. Also set where the heading line itself is in
            an earlier chunk.
        date: what its own section says of its date (form as in `Document.date`), else None.
    """

    document_id: str
    start: int
    body_start: int
    end: int
    heading: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with the scores that found it.

    Attributes:
        document: the document the chunk is part of.
        chunk: the passage.
        dense: cosine similarity of question and passage, in [-1, 1].
        lexical: BM25 score, 0 where no word is shared.
        score: the fused score, in [0, 1]; hits are sorted by it, best first.
    """

    document: Document
    chunk: Chunk
    dense: float
    lexical: float
    score: float

    @property
    def text(self) -> str:
        """The words of the passage."""
        return self.document.text[self.chunk.start : self.chunk.end]

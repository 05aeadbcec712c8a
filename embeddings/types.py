"""The records that travel: Document with its Layout, Chunk, Hit. Each is defined once and frozen.

Offsets are code points of `Document.text`, half open: `text[start:end]`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from embeddings.errors import DocumentError
from embeddings.layout import NO_LAYOUT, Layout
from embeddings.remarks import NO_REMARKS, Remarks
from embeddings.text.blocks import with_blocks

__all__ = ["INSIDE", "NO_LAYOUT", "Chunk", "Document", "Hit", "Layout", "content_hash"]

INSIDE = " › "  # between the name of a file and that of one inside it


@dataclass(frozen=True, slots=True)
class Document:
    """A text and where it came from.

    Attributes:
        id: names the document in an index; by default the first 16 hex digits of `content_hash`, so that the same
            text always has the same id and a changed text never inherits the id of the old one.
        title: one line for people to read.
        source: the path or URI it was read from; of a file inside another one both, "mail.eml › plan.pdf".
        text: what offsets refer to. It is never changed after loading.
        date: an ISO 8601 date or time ("2015-10-21", "2015-10-22T00:02Z") where the text or its metadata states the
            day; the words as written ("1700 GMT") where it states only a time; None where it states neither.
        media_type: "text/plain", "text/markdown", ...
        content_hash: SHA-256 of `text` in UTF-8, 64 hex digits; computed where it is left empty.
        author: who wrote it, where its metadata says so.
        layout: its pages, rows, headings, tables, fields and list items, where its format has them.
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
        """A document made of a string, for texts that are not files; its tables, fields and list items are found in it.

        >>> Document.from_text("Water boils at 100 °C.", title="Physics").title
        'Physics'
        >>> len(Document.from_text("- a lamp\\n- a desk").layout.items)
        2
        """
        return cls(id="", title=title, source=source, text=text, layout=with_blocks(text, NO_LAYOUT))


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

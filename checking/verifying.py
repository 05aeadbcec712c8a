"""Old answers against today's documents: does each citation still hold?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embeddings.errors import PinciteError, one_line
from embeddings.index.views import View
from embeddings.types import Document

HOLDS, MOVED, CHANGED, GONE = "holds", "moved", "changed", "gone"
_SEARCHED = 20  # passages looked through for a quotation whose document is gone
_SHOWN = 80  # characters of a citation in a line


@dataclass(frozen=True, slots=True)
class OldCitation:
    """A citation as `pincite ask --json` printed it."""

    text: str
    start: int
    end: int
    quote: str
    quote_start: int
    source: str
    title: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Check:
    """The result of checking a citation.

    Attributes:
        citation: as it was printed.
        outcome: "holds": the document is the same and the words stand where they stood; "moved": the words are there,
            but the document lies elsewhere, or they stand elsewhere in it; "changed": the document is there and says
            something else; "gone": neither the document nor its words are there.
        source: where the document is now; None where it is gone.
        start, end: where the words stand now; None where they are not there.
    """

    citation: OldCitation
    outcome: str
    source: str | None = None
    start: int | None = None
    end: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Loaded:
    """Documents in memory."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = tuple(documents)

    def with_hash(self, content_hash: str) -> list[Document]:
        """The documents of this text."""
        return [document for document in self._documents if document.content_hash == content_hash]

    def at(self, source: str) -> Document | None:
        """The document read from this source; None without one."""
        return next((document for document in self._documents if document.source == source), None)

    def saying(self, quote: str) -> Document | None:
        """A document that holds these words; None without one."""
        return next((document for document in self._documents if quote in document.text), None)


class Indexed:
    """The documents of an index, without its encoder."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._rows = [(row, str(json.loads(row.fields).get("content_hash"))) for row in view.store.each_document()]

    def with_hash(self, content_hash: str) -> list[Document]:
        """The documents of this text."""
        return [self._view.document(row.id) for row, hash_of in self._rows if hash_of == content_hash]

    def at(self, source: str) -> Document | None:
        """The document read from this source; None without one."""
        return next((self._view.document(row.id) for row, _ in self._rows if row.source == source), None)

    def saying(self, quote: str) -> Document | None:
        """A document that holds these words; None without one."""
        for chunk in self._view.store.chunks(self._view.by_words(quote, _SEARCHED, None)).values():
            document = self._view.document(chunk.document_id)
            if quote in document.text:
                return document
        return None


def read_answer(text: str, name: str) -> list[OldCitation]:
    """The citations of an answer that `pincite ask --json` printed, including those of its alternatives.

    Raises PinciteError for anything else.
    """
    try:
        return list(_citations(json.loads(text)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PinciteError(f"{name}: not an answer; expected what `pincite ask --json` printed") from None


def _citations(answer: dict[str, Any]) -> Iterator[OldCitation]:
    for citation in answer["citations"]:
        document = citation["document"]
        yield OldCitation(
            *(str(citation["text"]), int(citation["start"]), int(citation["end"])),
            *(str(citation["quote"]), int(citation["quote_start"])),
            *(str(document["source"]), str(document["title"]), str(document["content_hash"])),
        )
    for other in answer["alternatives"]:
        yield from _citations(other)


def verified(citations: Iterable[OldCitation], folder: Path) -> list[Check]:
    """Checks citations against an index. Raises StoreError where the index is missing or can't be used."""
    view = View.open(folder)
    try:
        view.pin()
        today = Indexed(view)
        return [result_of(citation, today) for citation in citations]
    finally:
        view.close()


def result_of(citation: OldCitation, today: Loaded | Indexed) -> Check:
    """The result of checking a citation."""
    same = today.with_hash(citation.content_hash)
    here = next((document for document in same if document.source == citation.source), None)
    for document in [here] if here is not None else same:
        if document.text[citation.start : citation.end] == citation.text != "":
            outcome = HOLDS if document is here else MOVED
            return Check(citation, outcome, document.source, citation.start, citation.end)
    now = here if here is not None else today.at(citation.source)
    for other in (now, today.saying(citation.quote)):
        place = other.text.find(citation.quote) if other is not None and citation.quote else -1
        if other is not None and place >= 0 and _stands(citation, other, place):
            start = place + citation.start - citation.quote_start
            return Check(citation, MOVED, other.source, start, start + len(citation.text))
    return Check(citation, GONE) if now is None else Check(citation, CHANGED, now.source)


def _stands(citation: OldCitation, document: Document, place: int) -> bool:
    """Whether the words stand at the same place of a new quotation as of the old one."""
    start = place + citation.start - citation.quote_start
    return start >= 0 and document.text[start : start + len(citation.text)] == citation.text != ""


def to_lines(checks: Iterable[Check]) -> list[str]:
    """The results, a line each; one line if there was nothing to check."""
    lines = [f"{each.outcome:<8}{_words(each)}" for each in checks]
    return lines if lines else ["the answer has no citations to check"]


def _words(check: Check) -> str:
    old = check.citation
    words = one_line(old.text if len(old.text) <= _SHOWN else f"{old.text[:_SHOWN]}…")
    was = f"{words}  ({one_line(old.source or old.title)}, characters {old.start}-{old.end})"
    if check.outcome == MOVED:
        return f"{was}, now {one_line(check.source or '')}, characters {check.start}-{check.end}"
    return was

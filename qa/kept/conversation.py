"""A conversation as JSON, for the browser's own store and for a file, and back.

The form is compact: a table of documents without their texts, and citations by document and offsets. Read back, each
citation is looked up again: it holds where a document of the same content hash is there and the words stand where they
stood. What does not hold comes back as words that can't be opened (`Lost`), never as a citation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from embeddings.errors import DocumentError, RecordError
from embeddings.types import Document
from qa.kept.fields import Fields, read_object
from qa.render import document_dict
from qa.talk.exchange import Lost
from qa.types import Answer, Citation, Turn

FORMAT = 1
MOST_CHARACTERS = 4_000_000  # of a saved conversation; browsers keep about 5 million
MOST_TURNS = 500
_MOST_DOCUMENTS = 5_000
_MOST_CITATIONS = 200  # of an answer, and passages
_MOST_OF_SIDE = 20  # of another side
_MOST_SIDES = 20
_LONGEST_QUESTION = 2_000  # characters, as it was asked and as it was understood
_MOST_READ_AS = 20  # words that were put in place of mistyped ones
_LONGEST_WORDS = 600  # characters kept of cited words, to be shown where they can't be opened any more
_NAME = "the saved conversation"

# A document's id -> the document. Raises DocumentError where there is none.
Find = Callable[[str], Document]


@dataclass(frozen=True, slots=True)
class Recalled:
    """A turn that was read back.

    Attributes:
        question: as it was asked.
        understood: as it was understood.
        text: the words of the answer, as they were given; None where it was "not in these documents".
        answer: the answer, with the citations that still hold; None if none does.
        lost: its other citations.
    """

    question: str
    understood: str
    text: str | None
    confidence: float
    answer: Answer | None
    lost: tuple[Lost, ...] = ()

    @classmethod
    def of(cls, turn: Turn) -> Recalled:
        """A turn that was just answered."""
        answer = turn.answer
        return cls(turn.question, answer.question, answer.text, answer.confidence, answer)

    @property
    def turn(self) -> Turn:
        """The turn for a follow-up to refer to; an answer that can't be shown any more counts as a refusal."""
        answer = self.answer if self.answer is not None else Answer(self.understood, None, self.confidence)
        return Turn(self.question, answer)


def to_json(turns: Iterable[Turn], indent: int | None = None) -> str:
    """A conversation as JSON, oldest turn first.

    Raises:
        RecordError: it is longer than what `from_json` reads.
    """
    table = Table()
    rows = [{"question": turn.question, "answer": answer_to_row(turn.answer, table)} for turn in turns]
    said = {"form": "pincite conversation", "format": FORMAT, "documents": table.rows, "turns": rows}
    separators = (",", ":") if indent is None else None
    written = json.dumps(said, ensure_ascii=False, indent=indent, separators=separators)
    if len(rows) > MOST_TURNS or len(written) > MOST_CHARACTERS:
        raise RecordError(
            f"the conversation has {len(rows):,} turns and {len(written):,} characters, at most {MOST_TURNS:,} and "
            f"{MOST_CHARACTERS:,} are kept; export it, and begin a new one"
        )
    return written


def from_json(written: str, find: Find, name: str = _NAME) -> tuple[Recalled, ...]:
    """The turns of a conversation, each citation looked up again.

    Args:
        written: what `to_json` gave, perhaps tampered with since.
        find: the documents that are there now.
        name: what it is called in messages.

    Raises:
        RecordError: it is other JSON, or too long; the message says where the fault is.
    """
    said = read_object(written, name, MOST_CHARACTERS)
    documents = documents_of(said, name)
    turns = said.each("turns", MOST_TURNS)
    asked = (turn.text("question", _LONGEST_QUESTION) for turn in turns)
    return tuple(
        recalled(said, turn.inside("answer"), documents, find) for said, turn in zip(asked, turns, strict=True)
    )


# ---------------------------------------------------------------- writing


@dataclass(slots=True)
class Table:
    """The documents that are cited, each once."""

    rows: list[dict[str, str | None]] = field(default_factory=list)
    _places: dict[tuple[str, str], int] = field(default_factory=dict)

    def place(self, document: Document) -> int:
        """The row of a document, added where it is new."""
        key = (document.id, document.content_hash)
        if key not in self._places:
            self._places[key] = len(self.rows)
            self.rows.append(document_dict(document))
        return self._places[key]


def answer_to_row(answer: Answer, table: Table) -> dict[str, Any]:
    """An answer for JSON, its documents in the table."""
    kept = answer.passages if answer.text is None else ()  # a refusal shows its passages
    row: dict[str, Any] = {
        "question": answer.question,
        "text": answer.text,
        "confidence": round(answer.confidence, 4),
        "is_list": answer.is_list,
        "read_as": list(answer.read_as),
        "citations": [_citation(citation, table, words=True) for citation in answer.citations],
        "alternatives": [answer_to_row(other, table) for other in answer.alternatives],
        "passages": [_citation(passage, table, words=bool(kept)) for passage in answer.passages],
    }
    return {name: value for name, value in row.items() if value not in (False, [])}


def _citation(citation: Citation, table: Table, *, words: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "document": table.place(citation.document),
        "start": citation.start,
        "end": citation.end,
        "quote_start": citation.quote_start,
        "quote_end": citation.quote_end,
        "page": citation.page,
        "row": citation.row,
        "heading": citation.heading,
        "date": citation.date,
    }
    if words:
        row["text"] = citation.text[:_LONGEST_WORDS]
        if citation.quote != citation.text and len(citation.quote) <= _LONGEST_WORDS:
            row["quote"] = citation.quote
    return {name: value for name, value in row.items() if value is not None}


# ---------------------------------------------------------------- reading


def documents_of(said: Fields, name: str) -> list[Fields]:
    """The table of documents. Raises RecordError where the JSON has another form or format."""
    if said.values.get("format") != FORMAT:
        format = said.values.get("format")
        wanted = f"expected one of format {FORMAT}"
        raise RecordError(f"{name}: {'no saved record of Pincite' if format is None else 'another format'}, {wanted}")
    return said.each("documents", _MOST_DOCUMENTS)


def recalled(question: str, row: Fields, documents: Sequence[Fields], find: Find) -> Recalled:
    """A question and its answer, looked up again. Raises RecordError where a field is not as it was written."""
    lost: list[Lost] = []
    answer = _answer(row, documents, find, lost)
    text, confidence = row.maybe_text("text"), row.probability("confidence")
    return Recalled(question, row.text("question", _LONGEST_QUESTION), text, confidence, answer, tuple(lost))


def _answer(
    row: Fields, documents: Sequence[Fields], find: Find, lost: list[Lost], inner: bool = False
) -> Answer | None:
    """The answer with the citations that still hold; None where it had citations and none holds."""
    question = row.text("question", _LONGEST_QUESTION)
    text, confidence = row.maybe_text("text"), row.probability("confidence")
    most = _MOST_OF_SIDE if inner else _MOST_CITATIONS
    citations = _held(row.each("citations", most), documents, find, lost)
    passages = _held(row.each("passages", most), documents, find, [] if text is not None else lost)
    sides = [] if inner else row.each("alternatives", _MOST_SIDES)
    others = [_answer(side, documents, find, lost, inner=True) for side in sides]
    alternatives = tuple(other for other in others if other is not None and other.text is not None)
    is_list, read_as = row.flag("is_list"), row.texts("read_as", _MOST_READ_AS, _LONGEST_WORDS)
    if text is None:
        return Answer(question, None, confidence, passages=passages, read_as=read_as)
    if not citations or not _says(text, citations, is_list):
        return None
    return Answer(question, text, confidence, citations, alternatives, passages, is_list, read_as)


def _says(text: str, citations: Sequence[Citation], is_list: bool) -> bool:
    """Whether an answer's words are those that it cites; words are never taken from what a browser kept."""
    cited = {citation.text for citation in citations}
    if not is_list:
        return text == citations[0].text
    left = text
    for words in sorted(cited, key=len, reverse=True):
        left = left.replace(words, "")
    return not left.replace(";", "").strip()


def _held(rows: Sequence[Fields], documents: Sequence[Fields], find: Find, lost: list[Lost]) -> tuple[Citation, ...]:
    """The citations that hold; the others are added to `lost`, where their words were kept."""
    held = []
    for row in rows:
        about = documents[row.number("document", len(documents) - 1)] if documents else None
        if about is None:
            raise row.fault("document", "a document of its table")
        looked_up = _looked_up(row, about, find)
        if isinstance(looked_up, Citation):
            held.append(looked_up)
        elif looked_up.words:
            lost.append(looked_up)
    return tuple(held)


def _looked_up(row: Fields, about: Fields, find: Find) -> Citation | Lost:
    words, quote = row.maybe_text("text") or "", row.maybe_text("quote") or ""
    date, names = row.maybe_text("date"), (about.text("title"), about.text("source"))
    start, end, first, last = (row.number(name) for name in ("start", "end", "quote_start", "quote_end"))
    page, number, heading = row.maybe_number("page"), row.maybe_number("row"), row.maybe_text("heading")
    try:
        document = find(about.text("id"))
    except DocumentError:
        return Lost(words, quote, *names, date, "the document is not here any more")
    if document.content_hash != about.text("content_hash"):
        return Lost(words, quote, *names, date, "the document was changed since")
    try:
        citation = Citation(document, start, end, first, last, page=page, heading=heading, date=date, row=number)
    except ValueError:
        raise row.fault("start", "offsets within its document") from None
    if words and citation.text[:_LONGEST_WORDS] != words:
        raise row.fault("text", "the words that stand at its offsets")
    return citation

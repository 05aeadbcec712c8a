"""What goes into POST /v1/answer and what comes out, as the OpenAPI description tells it.

The names are those of `pincite ask --json`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from embeddings.errors import DocumentError
from embeddings.filters import Where
from qa.gate.desk import Responder
from qa.types import Answer, Citation, Turn

MOST_TURNS = 100


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Filter(_In):
    """What a question is limited to; every part that is given must fit."""

    documents: list[str] = Field([], description="Ids, sources, file names or titles of documents.")
    folders: list[str] = Field([], description="Folders that documents were read from.")
    media_types: list[str] = Field([], description="Kinds of file: text/html, html, .md, text/*.")
    after: str | None = Field(None, description="The first day: 2015, 2015-10, 2015-10-21.")
    before: str | None = Field(None, description="The last day, in the same form.")

    def where(self) -> Where:
        """As the index takes it. Raises FilterError for a value of another form."""
        names = (tuple(self.documents), tuple(self.folders), tuple(self.media_types))
        return Where(*names, after=self.after, before=self.before)


class PlaceOut(BaseModel):
    """A document, without its text."""

    id: str
    title: str
    source: str
    author: str | None
    date: str | None
    media_type: str
    content_hash: str


class CitationOut(BaseModel):
    """Exact words in a document; offsets count code points of its text, half open."""

    document: PlaceOut
    start: int
    end: int
    text: str
    quote_start: int
    quote_end: int
    quote: str
    page: int | None
    row: int | None
    heading: str | None
    date: str | None


class AnswerOut(BaseModel):
    """What the documents say to a question; `text` is null where they do not."""

    question: str
    text: str | None
    reason: str | None
    is_list: bool
    confidence: float = Field(ge=0, le=1)
    citations: list[CitationOut]
    alternatives: list[AnswerOut]
    passages: list[CitationOut]


class ErrorOut(BaseModel):
    """What went wrong, in one line."""

    error: str


class _PastDocument(BaseModel):
    id: str


class _PastCitation(BaseModel):
    document: _PastDocument
    start: int
    end: int
    quote_start: int
    quote_end: int
    page: int | None = None
    row: int | None = None
    heading: str | None = None
    date: str | None = None


class PastAnswer(BaseModel):
    """An earlier answer as it was given here; of it only the text is needed."""

    text: str | None = None
    question: str | None = None  # as it was understood
    confidence: float = 0.0
    is_list: bool = False
    citations: list[_PastCitation] = []


class Past(_In):
    """An earlier question of the conversation, and its answer."""

    question: str
    answer: PastAnswer = PastAnswer()


class Asked(_In):
    """A question."""

    question: str = Field(description="In words.", examples=["When does the ferry leave?"])
    history: list[Past] = Field([], max_length=MOST_TURNS, description="The turns before it, oldest first.")
    where: Filter | None = Field(None, description="What it is limited to.")
    threshold: float | None = Field(None, ge=0, le=1, description="Answer only from this confidence on.")


def turns_of(history: Sequence[Past], assistant: Responder) -> tuple[Turn, ...]:
    """The turns that a conversation had; citations of documents that are gone are left out."""
    return tuple(_turn(past, assistant) for past in history)


def _turn(past: Past, assistant: Responder) -> Turn:
    said = past.answer
    citations = tuple(c for each in said.citations if (c := _citation(each, assistant)) is not None)
    understood = said.question if said.question is not None else past.question
    return Turn(past.question, Answer(understood, said.text, said.confidence, citations, is_list=said.is_list))


def _citation(past: _PastCitation, assistant: Responder) -> Citation | None:
    try:
        document = assistant.document(past.document.id)
        offsets = (past.start, past.end, past.quote_start, past.quote_end)
        return Citation(document, *offsets, past.page, past.heading, past.date, past.row)
    except (DocumentError, ValueError):
        return None

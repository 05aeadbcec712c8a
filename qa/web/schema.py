"""The fields of POST /v1/answer and of its response, for the OpenAPI description; named as in `pincite ask --json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from embeddings.deadline import check
from embeddings.errors import DocumentError
from embeddings.filters import LONGEST_NAME, MOST_NAMES, Where
from qa.answers.each import Order
from qa.kept.fields import LONGEST_TEXT
from qa.talk.replying import Library
from qa.types import Answer, Citation, Turn

MOST_TURNS = 40  # that a follow-up may refer to
_CITATIONS = 20  # that are looked up, of an earlier answer
LONGEST_TURN = 2_000  # characters that are read; `qa.assistant.LONGEST_QUESTION` is less, and says so

_Name = Annotated[str, Field(max_length=LONGEST_NAME)]
_Names = Annotated[list[_Name], Field(max_length=MOST_NAMES)]
_Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
_Short = Annotated[str, Field(max_length=200)]
_Offset = Annotated[int, Field(ge=0, lt=1 << 53)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Filter(_In):
    """What a question is limited to; every part that is given must fit."""

    documents: list[_Name] = Field(
        [], max_length=MOST_NAMES, description="Ids, sources, file names or titles of documents."
    )
    folders: _Names = Field([], description="Folders that documents were read from.")
    media_types: list[_Name] = Field(
        [], max_length=MOST_NAMES, description="Kinds of file: text/html, html, .md, text/*."
    )
    after: _Short | None = Field(None, description="The first day: 2015, 2015-10, 2015-10-21.")
    before: _Short | None = Field(None, description="The last day, in the same form.")

    def where(self) -> Where:
        """The filter for the index. Raises FilterError for a value of another form."""
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
    read_as: list[str] = Field(description="Words that were put in place of mistyped ones.")
    text: str | None
    reason: str | None
    found: bool = Field(description="False where `text` is not sure enough to be more than the nearest words.")
    is_list: bool
    confidence: float = Field(ge=0, le=1)
    citations: list[CitationOut]
    alternatives: list[AnswerOut]
    passages: list[CitationOut]


class EachOut(BaseModel):
    """What each document says: how many say and do not say, and a row for each of them."""

    question: str
    read_as: list[str]
    say: int
    do_not_say: int
    documents: list[dict[str, Any]] = Field(
        description="id, title, source, content_hash, date, says, text, confidence, and the place as in a citation."
    )


class ErrorOut(BaseModel):
    """What went wrong, in one line."""

    error: str


class _PastDocument(BaseModel):
    id: _Short


class _PastCitation(BaseModel):
    document: _PastDocument
    start: _Offset
    end: _Offset
    quote_start: _Offset
    quote_end: _Offset
    page: _Offset | None = None
    row: _Offset | None = None
    heading: _Text | None = None
    date: _Short | None = None


class PastAnswer(BaseModel):
    """An earlier answer as it was given here; only its text is required."""

    text: _Text | None = None
    question: Annotated[str, Field(max_length=LONGEST_TURN)] | None = None  # as it was understood
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    is_list: bool = False
    citations: Annotated[list[_PastCitation], Field(max_length=500)] = []


class Past(_In):
    """An earlier question of the conversation, and its answer."""

    question: str = Field(max_length=LONGEST_TURN)
    answer: PastAnswer = PastAnswer()


class Asked(_In):
    """A question."""

    question: str = Field(max_length=LONGEST_TURN, description="In words.", examples=["When does the ferry leave?"])
    history: list[Past] = Field([], max_length=MOST_TURNS, description="The turns before it, oldest first.")
    where: Filter | None = Field(None, description="What it is limited to.")
    threshold: float | None = Field(None, ge=0, le=1, description="Answer only from this confidence on.")


class AskedOfEach(_In):
    """A question for each document by itself."""

    question: str = Field(max_length=LONGEST_TURN, description="In words; one that stands alone.")
    where: Filter | None = Field(None, description="Which documents.")
    by: Order = Field("date", description="The order: date, the newest first, or name.")


def turns_of(history: Sequence[Past], assistant: Library) -> tuple[Turn, ...]:
    """The turns of a conversation; citations of documents that are gone are left out."""
    return tuple(_turn(past, assistant) for past in history)


def _turn(past: Past, assistant: Library) -> Turn:
    said = past.answer
    citations = tuple(c for each in said.citations[:_CITATIONS] if (c := _citation(each, assistant)) is not None)
    understood = said.question if said.question is not None else past.question
    return Turn(past.question, Answer(understood, said.text, said.confidence, citations, is_list=said.is_list))


def _citation(past: _PastCitation, assistant: Library) -> Citation | None:
    check()
    try:
        document = assistant.document(past.document.id)
        offsets = (past.start, past.end, past.quote_start, past.quote_end)
        return Citation(document, *offsets, past.page, past.heading, past.date, past.row)
    except (DocumentError, ValueError):
        return None

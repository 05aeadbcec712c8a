"""What a system is given to do and what it gives back: records, and their way between two processes as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from embeddings.remarks import Remarks
from embeddings.types import Document, Layout

# The reader alone on passages that are given, or the whole pipeline with its own retrieval.
Mode = Literal["reader", "pipeline"]


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start:end` of the document with this id."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GivenText:
    """A passage of a document: the same cut for every system.

    Attributes:
        place: where it stands.
        body_start: where its text begins after a heading line, counted from its own start; 0 where there is none.
        text: its words.
    """

    place: Place
    body_start: int
    text: str

    def part(self, start: int, end: int) -> Place:
        """Where characters `start:end` of the passage stand in its document."""
        return Place(self.place.document, self.place.start + start, self.place.start + end)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question without its gold; `passages` are the numbers of those that are read for it in the mode "reader"."""

    id: str
    text: str
    passages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """What a system is given.

    Attributes:
        mode: the reader alone, or the whole pipeline.
        reader, encoder: folders of PyTorch weights, the same for every system.
        read: how many passages are read for a question.
        documents: whole, for the system that cuts them itself; the others take `passages`.
        passages: all of them.
        questions: in the order in which they are asked.
    """

    mode: Mode
    reader: str
    encoder: str
    read: int
    documents: tuple[Document, ...]
    passages: tuple[GivenText, ...]
    questions: tuple[Asked, ...]

    def given(self, question: Asked) -> list[GivenText]:
        """The passages that are read for a question in the mode "reader", best first."""
        return [self.passages[number] for number in question.passages]

    def write(self, path: Path) -> None:
        """Writes it where `load` finds it."""
        documents = [_row(document) for document in self.documents]
        path.write_text(json.dumps({**asdict(replace(self, documents=())), "documents": documents}), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Work:
        """The work that was written to a file."""
        row = json.loads(path.read_text(encoding="utf-8"))
        passages = [GivenText(Place(**p["place"]), p["body_start"], p["text"]) for p in row["passages"]]
        questions = [Asked(q["id"], q["text"], tuple(q["passages"])) for q in row["questions"]]
        return cls(
            **{name: row[name] for name in ("mode", "reader", "encoder", "read")},
            documents=tuple(_document(document) for document in row["documents"]),
            passages=tuple(passages),
            questions=tuple(questions),
        )


def _document(row: Mapping[str, Any]) -> Document:
    """A document as it was before it became JSON."""
    return Document(**{**row, "layout": Layout.from_json(row["layout"]), "remarks": Remarks.from_json(row["remarks"])})


def _row(document: Document) -> dict[str, Any]:
    """A document for JSON, its layout and remarks as an index keeps them."""
    parts = {field.name: getattr(document, field.name) for field in fields(document)}
    return {**parts, "layout": document.layout.to_json(), "remarks": document.remarks.to_json()}


@dataclass(frozen=True, slots=True)
class Words:
    """An answer's words and where they stand; no places where the system does not say."""

    text: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system says to a question.

    Attributes:
        words: the answer, None where it refused.
        best: the answer if refusing were not allowed; None where the system does not say.
        score: its own measure of how surely there is an answer, higher is surer; None where it has none.
        found: the passages that it retrieved, best first.
        error: what it raised, "" where it did not; without words that counts as a refusal.
        seconds: wall time of the answer alone.
    """

    words: Words | None = None
    best: Words | None = None
    score: float | None = None
    found: tuple[Place, ...] = ()
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What a process tells of its work.

    Attributes:
        first_answer: the system's monotonic clock, which all its processes share, when the first answer was there.
        indexing: how many seconds of the time until then went into the index.
        replies: by the id of the question.
    """

    first_answer: float
    indexing: float
    replies: Mapping[str, Reply]

    def write(self, path: Path) -> None:
        """Writes it where `load` finds it."""
        replies = {id: asdict(reply) for id, reply in self.replies.items()}
        row = {"first_answer": self.first_answer, "indexing": self.indexing, "replies": replies}
        path.write_text(json.dumps(row), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> WorkDone:
        """The report that was written to a file."""
        row = json.loads(path.read_text(encoding="utf-8"))
        replies = {id: _reply(reply) for id, reply in row["replies"].items()}
        return cls(row["first_answer"], row["indexing"], replies)


def _reply(row: Mapping[str, Any]) -> Reply:
    found = tuple(Place(**place) for place in row["found"])
    return Reply(_words(row["words"]), _words(row["best"]), row["score"], found, row["error"], row["seconds"])


def _words(row: Mapping[str, Any] | None) -> Words | None:
    return None if row is None else Words(row["text"], tuple(Place(**place) for place in row["places"]))


class System(Protocol):
    """What is measured. Whatever it raises for a question is noted, and the next question is asked."""

    def index(self) -> None:
        """Makes what is searched; nothing where passages are given."""

    def answer(self, question: Asked) -> Reply:
        """The answer: this is what is timed."""

    def complete(self, question: Asked, reply: Reply) -> Reply:
        """The reply with what is asked outside the timing: passages found, and the words that a refusal withheld."""

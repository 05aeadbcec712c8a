"""What goes in and what comes out: Ask, Citation, Answer, Turn. A citation holds its document, and so its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from embeddings.filters import Where
from embeddings.types import Document, Hit

Reason = Literal["nothing retrieved", "no word of it stands in the documents", "nothing read as an answer"]

FOUND_FROM = 0.4  # the confidence from which words are shown as the answer; under it as the nearest words

# Called with the question as it was understood and the passages for it, before they are read.
OnPassages = Callable[[str, Sequence[Hit]], None]


@dataclass(frozen=True, slots=True)
class Citation:
    """Exact words in a document. Offsets are code points of `document.text`, half open.

    Attributes:
        document: the document the words stand in.
        start, end: the span itself; `text` is those characters.
        quote_start, quote_end: the sentence it stands in: at most three, never across a heading; `quote` is those.
        page: the page, counted from 1, where the format has pages, else None.
        heading: the heading the span stands under, else None.
        date: the date of its own section, else of its document, else None.
        row: the row or record, by its number in the file, counted from 1, where the format has rows, else None.

    Raises:
        ValueError: the offsets are not 0 <= quote_start <= start < end <= quote_end <= len(document.text).
    """

    document: Document
    start: int
    end: int
    quote_start: int
    quote_end: int
    page: int | None = None
    heading: str | None = None
    date: str | None = None
    row: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.quote_start <= self.start < self.end <= self.quote_end <= len(self.document.text):
            raise ValueError(
                f"offsets {self.quote_start} <= {self.start} < {self.end} <= {self.quote_end} "
                f"do not fit {self.document.id}, a text of {len(self.document.text)} characters"
            )

    @property
    def text(self) -> str:
        """The cited words."""
        return self.document.text[self.start : self.end]

    @property
    def quote(self) -> str:
        """The sentence around them."""
        return self.document.text[self.quote_start : self.quote_end]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question, or that they do not.

    Attributes:
        question: as it was understood (after a follow-up was resolved).
        text: the words of the first citation; for a list answer the distinct spans joined by "; "; None where the
            documents do not hold the answer.
        confidence: probability in [0, 1] that the best span is right, also where `text` is None.
        citations: support for `text`, best first; never empty when `text` is not None, empty when it is.
        alternatives: answers over the threshold that contradict this one; they have no alternatives themselves.
        passages: the closest passages, best first, also where there is no answer.
        is_list: True where `text` joins several spans, each of them cited.
        read_as: words that the question was asked with in place of mistyped ones.
        unmet: True where no document has any longer word of the question; perhaps they are in another language.
    """

    question: str
    text: str | None
    confidence: float
    citations: tuple[Citation, ...] = ()
    alternatives: tuple[Answer, ...] = ()
    passages: tuple[Citation, ...] = ()
    is_list: bool = False
    read_as: tuple[str, ...] = ()
    unmet: bool = False

    @property
    def found(self) -> bool:
        """Whether `text` is sure enough to be shown as the answer; else it is shown as the nearest words."""
        return self.text is not None and round(self.confidence, 2) >= FOUND_FROM

    @property
    def reason(self) -> Reason | None:
        """Why there is no answer; None where there is one.

        "nothing retrieved": there is no document, or the filter lets none through. "no word of it ...": see `unmet`.
        "nothing read as an answer": the confidence of the best words in the passages is under the threshold.
        """
        if self.text is not None:
            return None
        if self.passages and self.unmet:
            return "no word of it stands in the documents"
        return "nothing read as an answer" if self.passages else "nothing retrieved"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation as it was asked, and its answer."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Ask:
    """A question and how to ask it.

    Attributes:
        question: as somebody wrote it; a follow-up is resolved with `history`.
        history: the turns before it, oldest first.
        where: the documents and days it is asked of, inside the assistant's own filter; None for no further filter.
        threshold: the confidence from which it is answered; None for that of the settings.
        resolve: False asks exactly these words, whatever the history.
        on_passages: called as soon as passages are retrieved, and again if a second reading of the question is
            answered; None where nobody waits for them.
    """

    question: str
    history: Sequence[Turn] = ()
    where: Where | None = None
    threshold: float | None = None
    resolve: bool = True
    on_passages: OnPassages | None = None

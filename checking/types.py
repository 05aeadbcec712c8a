"""What a check works on and comes to: Quotation, Place, Finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from embeddings.types import Document

# "exact": every letter. "typed otherwise": but for white space, quotation marks, dashes, and punctuation at its ends.
# "near": most of its words, in their order. "nowhere": none of these.
Outcome = Literal["exact", "typed otherwise", "near", "nowhere"]
OUTCOMES: tuple[Outcome, ...] = ("exact", "typed otherwise", "near", "nowhere")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that a text says are somebody else's.

    Attributes:
        text: the words, without their marks; of a block quotation without the signs before its lines.
        start, end: where they stand in the text that quotes, half open, in code points.
        raw: the words with the signs of Markdown and the numbers of notes among them.
    """

    text: str
    start: int
    end: int
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where near words are not the same. One of the two is "" where words were added or left out."""

    quoted: str
    stands: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand in a document.

    Attributes:
        document: the document.
        start, end: from the first to the last of them, half open, in code points of its text.
        parts: the words themselves, where the quotation leaves some out by an ellipsis; else one part, all of it.
        differences: what differs, where they are near.
        heading: the heading they stand under, None where there is none.
    """

    document: Document
    start: int
    end: int
    parts: tuple[tuple[int, int], ...]
    differences: tuple[Difference, ...] = ()
    heading: str | None = None

    @property
    def text(self) -> str:
        """The words as the document has them."""
        return self.document.text[self.start : self.end]

    @property
    def line(self) -> int:
        """The line of the document's text that they begin on, counted from 1."""
        return self.document.text.count("\n", 0, self.start) + 1

    @property
    def page(self) -> int | None:
        """The page they begin on, counted from 1, where the format has pages."""
        return self.document.layout.page(self.start)

    @property
    def row(self) -> int | None:
        """The row or record they begin in, counted from 1, where the format has rows."""
        return self.document.layout.row(self.start)


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a quotation.

    Attributes:
        quotation: the quotation.
        outcome: how its words stand in the documents.
        places: where, the best first and at most MOST_PLACES of them; none where they stand nowhere.
    """

    quotation: Quotation
    outcome: Outcome
    places: tuple[Place, ...] = ()

"""A question of a conversation and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from embeddings.filters import Where
from qa.answers.explanation import Explanation
from qa.talk.replying import Reply
from qa.types import Answer, Citation


@dataclass(frozen=True, slots=True)
class Lost:
    """Words that were cited and can't be opened now: their document is not here, or says something else.

    Attributes:
        words: as they stood; the beginning of long ones.
        quote: the sentence around them, "" where it was not kept.
        title, source, date: of the document as it was.
        reason: why they can't be opened, in words.
    """

    words: str
    quote: str
    title: str
    source: str
    date: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question of the conversation and what came of it.

    Attributes:
        question: as it was asked.
        answer: what the documents say; None while it is looked for, and where it went wrong.
        problem: what went wrong, in words; None where nothing did.
        reply: what is said to small talk, which is not searched for.
        explanation: what the answer was chosen from, where that was kept.
        found: the passages that were found, while they are read.
        limits: what it was asked of, in words; "" for everything.
        verbatim: whether the very words were asked, whatever was said before.
        words: of an answer of which nothing is there any more that could be cited.
        lost: what it cited that can't be opened any more.
        where: the filter, of a reply that told of the documents it leaves.
    """

    question: str
    answer: Answer | None = None
    problem: str | None = None
    reply: Reply | None = None
    explanation: Explanation | None = None
    found: tuple[Citation, ...] = ()
    limits: str = ""
    verbatim: bool = False
    words: str | None = None
    lost: tuple[Lost, ...] = ()
    where: Where | None = None

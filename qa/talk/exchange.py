"""A question of a conversation, and its answer, reply or fault."""

from __future__ import annotations

from dataclasses import dataclass

from embeddings.filters import Where
from qa.answers.explanation import Explanation
from qa.talk.replying import Reply
from qa.types import Answer, Citation


@dataclass(frozen=True, slots=True)
class Lost:
    """Cited words that can't be opened now, because their document is gone or was changed.

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
    """A question of a conversation, and its answer, reply or fault.

    Attributes:
        question: as it was asked.
        answer: the answer; None while it is looked for, and after a fault.
        problem: the fault, in words; None without one.
        reply: the reply to small talk, which is not searched for.
        explanation: what the answer was chosen from, if that was kept.
        passages: the retrieved passages, while they are read.
        limits: the filter in words; "" for none.
        verbatim: whether exactly these words were asked, without the turns before them.
        words: the words of an earlier answer that can't be cited any more.
        lost: its citations that can't be opened any more.
        where: the filter of a reply about the documents.
    """

    question: str
    answer: Answer | None = None
    problem: str | None = None
    reply: Reply | None = None
    explanation: Explanation | None = None
    passages: tuple[Citation, ...] = ()
    limits: str = ""
    verbatim: bool = False
    words: str | None = None
    lost: tuple[Lost, ...] = ()
    where: Where | None = None

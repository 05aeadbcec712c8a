"""A question asked of each document by itself: who says what, and which documents do not say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from embeddings.deadline import check
from embeddings.filters import Where
from embeddings.index.spelling import Respelt
from embeddings.store.records import Listed
from qa.render import moment
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from qa.assistant import Assistant

Order = Literal["date", "name"]

_PASSAGES = 2  # of a document; the second is read where the first does not say


@dataclass(frozen=True, slots=True)
class Said:
    """What one document, here without its text, says to a question: its answer or refusal."""

    document: Listed
    answer: Answer

    @property
    def citation(self) -> Citation | None:
        """Where its words stand; None where it has none."""
        return next(iter(self.answer.citations), None)

    @property
    def date(self) -> str | None:
        """The date of the section of its words, else of the document."""
        return self.citation.date if self.citation is not None else self.document.date


def said_by_each(assistant: Assistant, spelt: Respelt, where: Where | None) -> Iterator[Said]:
    """What each document says, one after the other as they are read; of each only the best one or two passages."""
    for document in assistant.listed(None, where):
        check()
        best = Answer(spelt.text, None, 0.0)
        for hit in assistant.retrieve(spelt.text, _PASSAGES, Where(documents=(document.id,)).within(where)):
            best = max(assistant.answer_from(spelt.text, (hit,)), best, key=lambda answer: answer.confidence)
            if best.found:
                break
        yield Said(document, replace(best, read_as=spelt.words, unmet=not spelt.met))


def ordered(said: Iterable[Said], by: Order) -> tuple[Said, ...]:
    """By date, newest first and undated last, or by name."""
    by_name = sorted(said, key=lambda each: (each.document.title.casefold(), each.document.source))
    if by == "name":
        return tuple(by_name)
    return tuple(sorted(by_name, key=lambda each: moment(each.date, each.document.date), reverse=True))

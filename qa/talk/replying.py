"""The reply to small talk. It is not an Answer, because it quotes nothing.

`reply` makes one without a search. Only a reply about the documents depends on which documents there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from embeddings.filters import Where
from embeddings.store.records import Listed
from embeddings.types import Document
from qa.answers.explanation import Explanation
from qa.render import counted, one_line
from qa.talk.smalltalk import SmallTalk
from qa.titles import same_title, titled
from qa.types import Ask

MOST_LISTED = 30  # documents named one by one
_READ_FOR_QUESTIONS = 6  # documents that questions to start from are made of
CONTENTS = "What is in here?"
_OFFERS: frozenset[SmallTalk] = frozenset({"greeting", "identity", "abilities"})
NEEDS_DOCUMENTS: frozenset[SmallTalk] = frozenset({"contents", "count"})


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to small talk.

    Attributes:
        question: what it replies to.
        kind: the kind of small talk.
        text: paragraphs.
        points: the points of a list below them.
        documents: the documents in here, at most MOST_LISTED, in the order they were added; () unless asked for.
        document_count: their number; None unless asked for.
        questions: to start from; each is answered.
    """

    question: str
    kind: SmallTalk
    text: tuple[str, ...]
    points: tuple[str, ...] = ()
    documents: tuple[Listed, ...] = ()
    document_count: int | None = None
    questions: tuple[str, ...] = ()


class Library(Protocol):
    """The part of an assistant that a reply uses."""

    @property
    def document_count(self) -> int:
        """The number of documents that can be asked."""

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The first `most` documents that fit, or all, without their texts."""

    def document(self, id: str) -> Document:
        """The document of an id."""

    def explain(self, ask: Ask) -> Explanation:
        """The answer to a question, with what it was chosen from."""


_SAID: dict[SmallTalk, tuple[str, ...]] = {
    "greeting": ("Hello. Ask a question; the answer is in the exact words of your documents.",),
    "thanks": ("You are welcome.",),
    "farewell": ("Goodbye.",),
    "identity": (
        "Pincite, a program that finds the words in your documents that answer a question, and shows where they stand.",
        "It is no language model and makes nothing up: every answer is a quotation. No outside service is asked.",
    ),
    "abilities": ("Ask in plain English, as you would ask a person who has read the documents.",),
}
_POINTS: dict[SmallTalk, tuple[str, ...]] = {
    "abilities": (
        "An answer is the exact words of a document, with the place they stand in and how sure it is.",
        "Where documents give different numbers or dates, each side is shown, the newest first.",
        "Where they do not say, you are told so, and see the passages that come closest.",
        "A question may follow from the one before it: “And when?”",
        "It does not add up, compare, translate or sum up: what no document says in one place it can't answer.",
    ),
}


def reply(
    kind: SmallTalk,
    question: str,
    library: Library | None = None,
    examples: Sequence[str] = (),
    where: Where | None = None,
) -> Reply:
    """The reply to small talk of a kind.

    Args:
        kind: what it was.
        question: as it was said.
        library: what is in here; needed for the kinds of NEEDS_DOCUMENTS only.
        examples: questions to start from, where they are known; else they are made of the documents.
        where: a filter, which leaves some of the documents; questions are then made of those.

    Raises:
        FilterError: it names what is not there.
        ValueError: a library is needed and none was given.
    """
    if kind not in NEEDS_DOCUMENTS:
        offered = (*examples, CONTENTS) if kind in _OFFERS else ()
        return Reply(question, kind, _SAID[kind], _POINTS.get(kind, ()), questions=offered)
    if library is None:
        raise ValueError(f"a reply to {kind!r} tells of documents, expected a library; give the assistant")
    listed = library.listed(None, where)
    text = (_amount(listed),) if not where else _amount_that_fits(listed, library.document_count)
    if kind == "count":
        return Reply(question, kind, text, document_count=len(listed))
    questions = tuple(examples) if examples and not where else _questions(library, listed, where)
    return Reply(question, kind, text, (), tuple(listed[:MOST_LISTED]), len(listed), questions)


def _questions(library: Library, listed: Sequence[Listed], where: Where | None) -> tuple[str, ...]:
    from qa.samples import EXAMPLES, MOST, is_samples
    from qa.talk.starting import starting_questions

    if not where and len(listed) <= MOST and is_samples(listed):
        return EXAMPLES
    read = [library.document(each.id) for each in listed[:_READ_FOR_QUESTIONS]]
    return starting_questions(read, lambda question: library.explain(Ask(question, where=where)).answer)


class _Dated(Protocol):
    """Anything that has a date."""

    @property
    def date(self) -> str | None:
        """As in `Document`."""


def _amount(documents: Sequence[_Dated]) -> str:
    """The number of documents and their days, in a sentence.

    >>> _amount([Document.from_text("Rain.")]), _amount([])
    ('1 document, undated.', 'There is no document here yet.')
    >>> _amount([Document("", "T", "", "Rain.", date="2021-05-03"), Document.from_text("Sun.")])
    '2 documents: 1 dated 2021-05-03, 1 undated.'
    """
    if not documents:
        return "There is no document here yet."
    total = counted(len(documents), "document")
    days = sorted(document.date for document in documents if document.date is not None and document.date[4:5] == "-")
    undated = len(documents) - len(days)
    if not days:
        return f"{total}, undated."
    first, last = days[0][:10], days[-1][:10]
    dated = f"dated {first}" if first == last else f"dated {first} to {last}"
    return f"{total}: {len(days):,} {dated}, {undated:,} undated." if undated else f"{total}, {dated}."


def _amount_that_fits(documents: Sequence[_Dated], count: int) -> tuple[str, ...]:
    """The same for documents that fit a filter, and the number without it."""
    without = f"without it there {'is' if count == 1 else 'are'} {count:,}."
    if not documents:
        return (f"No document fits the filter; {without}",)
    return (_amount(documents), f"Only what fits the filter; {without}")


def to_lines(reply: Reply) -> list[str]:
    """A reply as lines of plain text."""
    lines = [*reply.text, *(f"- {point}" for point in reply.points)]
    told = same_title(reply.documents)
    for document in reply.documents:
        facts = (one_line(titled(document, told)), document.date or "undated", counted(document.passages, "passage"))
        lines.append(f"- {' · '.join(facts)}")
    if (more := (reply.document_count or 0) - len(reply.documents)) > 0 and reply.documents:
        lines.append(f"- and {counted(more, 'more document')}")
    if reply.questions:
        lines += ["", "You could ask:", *(f"- {one_line(question)}" for question in reply.questions)]
    return lines


def to_dict(reply: Reply) -> dict[str, Any]:
    """What `pincite ask --json` prints of a reply; `text` is None, as in a refusal."""
    listed = [
        {"id": each.id, "title": each.title, "date": each.date, "source": each.source, "passages": each.passages}
        for each in reply.documents
    ]
    return {
        "question": reply.question,
        "text": None,
        "reply": {
            "kind": reply.kind,
            "text": [*reply.text, *reply.points],
            "document_count": reply.document_count,
            "documents": listed,
            "questions": list(reply.questions),
        },
    }

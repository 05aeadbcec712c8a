"""Passages as all doors hand them out: the words, and a flat description of their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embeddings.errors import FilterError
from embeddings.filters import Where
from embeddings.types import Hit
from qa.answers.compose import passage_citation
from qa.assistant import Assistant, checked_question
from qa.types import Citation

MOST_PASSAGES = 100  # that one question may fetch

_OF_DOCUMENT = ("title", "source", "author", "date", "media_type", "content_hash")
_OF_PLACE = ("start", "end", "page", "row", "heading")
_OF_WHERE = ("documents", "folders", "media_types", "after", "before")


def retrieved(assistant: Assistant, question: str, k: int, where: Where | None) -> list[tuple[Citation, Hit]]:
    """The passages closest to a question, best first, each with the scores that found it.

    Args:
        assistant: whose documents are searched.
        question: in words.
        k: how many, from 1 to MOST_PASSAGES.
        where: a filter; None for none.

    Raises:
        QuestionError: the question is empty, holds no word, or is too long.
        FilterError: `where` names a document or folder that is not there.
        ValueError: `k` is out of its range.
    """
    hits = assistant.retrieve(checked_question(question), checked_count(k), where)
    return [(passage_citation(hit), hit) for hit in hits]


def checked_count(k: int) -> int:
    """A number of passages or answers. Raises ValueError where it is not from 1 to MOST_PASSAGES."""
    if not isinstance(k, int) or not 1 <= k <= MOST_PASSAGES:
        raise ValueError(f"{k!r} passages or answers were asked for, expected a whole number from 1 to {MOST_PASSAGES}")
    return k


def described(citation: Citation) -> dict[str, Any]:
    """Where the words of a citation stand, with values that any store of metadata takes; what is unknown is None.

    `document_id`, `title`, `source`, `author`, `date`, `media_type` and `content_hash` (SHA-256 of the whole text) tell
    the document. `start` and `end` are code points of its text, half open; `page` and `row` count from 1. `date` is
    that of the section, else of the document.
    """
    document = citation.document
    of_document = {name: getattr(document, name) for name in _OF_DOCUMENT}
    of_place = {name: getattr(citation, name) for name in _OF_PLACE}
    return {"document_id": document.id, **of_document, "date": citation.date, **of_place}


def name_of(citation: Citation) -> str:
    """A name for the words of a citation, the same wherever they are found: `DOCUMENT:START-END`."""
    return f"{citation.document.id}:{citation.start}-{citation.end}"


def where_of(fields: Mapping[str, Any] | None) -> Where | None:
    """A filter written as a dictionary, as in `POST /v1/answer`: documents, folders, media_types, after, before.

    Raises:
        FilterError: another field, or a value of another form.
    """
    if not fields:
        return None
    if strange := sorted(set(fields) - set(_OF_WHERE)):
        raise FilterError(f"a filter has no field {strange[0]!r}; it may have: {', '.join(_OF_WHERE)}")
    return Where(**fields)

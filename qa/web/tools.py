"""The tools of the MCP server: answer, answer_each, search, list_documents, read_passage.

Gradio serves them at /gradio_api/mcp/ (also /mcp), and to its own Python client by the same names. Each gives back
JSON as text, with the names of `pincite ask --json`. A client reads their docstrings.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

import gradio as gr
from gradio.events import api

from embeddings.errors import FilterError, PinciteError
from embeddings.filters import Where
from embeddings.store.records import Listed
from embeddings.types import Document, Hit
from qa.gate.asking import take
from qa.gate.bounds import Lane
from qa.gate.desk import Desk
from qa.render import document_dict, to_dict
from qa.show.each import to_dict as each_dict
from qa.source.view import Range, View, view_url
from qa.types import Ask

MOST_PASSAGES = 50  # that one search gives
MOST_LISTED = 200  # documents that one list gives
LONGEST_PASSAGE = 20_000  # characters that are read at once
_MOST_DOCUMENTS, _MOST_CHARACTERS = 10**9, 10**12  # bounds of an offset into a list, and into a document
_LOG = logging.getLogger(__name__)


def add_tools(desk: Desk) -> None:
    """Adds the tools to the Gradio page that is being made.

    They don't use Gradio's own queue, which would call its own address; they wait at the desk like all other questions.
    """
    tools = Tools(desk)
    for tool in (tools.answer, tools.answer_each, tools.search, tools.list_documents, tools.read_passage):
        api(_told(tool, desk.lanes.ask), api_name=tool.__name__, queue=False, concurrency_limit=None)


class Tools:
    """The tools as methods. A client is told their names, types and docstrings."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def answer(self, question: str, documents: list[str] = [], after: str = "", before: str = "") -> str:  # noqa: B006
        """Answer a question from the documents, word for word, with citations. "text" is null where they do not say.

        Args:
            question: A question in words; one that stands alone.
            documents: Only these documents: ids, sources, file names or titles. All of them if empty.
            after: Only passages dated on this day or later: 2015, 2015-10 or 2015-10-21.
            before: Only passages dated on this day or earlier.

        Returns:
            JSON: question, text, confidence, citations, alternatives, passages.
        """
        return _json(to_dict(self._desk.explain(Ask(question, where=_where(documents, after, before))).answer))

    def answer_each(self, question: str, documents: list[str] = [], after: str = "", before: str = "") -> str:  # noqa: B006
        """Ask each document by itself: who says what, word for word, and which documents do not say. At most 500.

        Args:
            question: A question in words; one that stands alone.
            documents: Only these documents: ids, sources, file names or titles. All of them if empty.
            after: Only passages dated on this day or later: 2015, 2015-10 or 2015-10-21.
            before: Only passages dated on this day or earlier.

        Returns:
            JSON: question, say, do_not_say, and documents, the newest first, each with says, text, confidence, quote.
        """
        said = self._desk.answer_each(question, _where(documents, after, before), "date")
        return _json(each_dict(question, said))

    def search(self, question: str, k: int = 5, documents: list[str] = [], after: str = "", before: str = "") -> str:  # noqa: B006
        """Find the passages closest to a question, by meaning and by words, best first.

        Args:
            question: What to look for, in words.
            k: How many passages, 1 to 50.
            documents: Only these documents: ids, sources, file names or titles. All of them if empty.
            after: Only passages dated on this day or later: 2015, 2015-10 or 2015-10-21.
            before: Only passages dated on this day or earlier.

        Returns:
            JSON: a list of passages with their document, start, end, text, heading, date, score.
        """
        _whole("k", k, 1, MOST_PASSAGES)
        return _json([_hit(hit) for hit in self._desk.retrieve(question, k, _where(documents, after, before))])

    def list_documents(self, offset: int = 0, limit: int = 50) -> str:
        """List the documents that can be asked, with their titles, dates, sources and numbers of passages.

        Args:
            offset: How many to skip.
            limit: How many to list, 1 to 200.

        Returns:
            JSON: count, and documents.
        """
        _whole("offset", offset, 0, _MOST_DOCUMENTS)
        _whole("limit", limit, 1, MOST_LISTED)
        listed = [_listed(document) for document in self._desk.listed(offset + limit)[offset:]]
        return _json({"count": self._desk.document_count, "documents": listed})

    def read_passage(self, document: str, start: int = 0, end: int = 0) -> str:
        """Read a part of a document: the characters from start to end.

        Args:
            document: The document's id, as the other tools give it.
            start: The first character, counted from 0.
            end: The character after the last; 2,000 after the first if it is 0. At most 20,000 are read at once.

        Returns:
            JSON: document, start, end, text, page, row, and url, where the chat shows it.
        """
        _check(isinstance(document, str), "document is no text, expected an id")
        _whole("start", start, 0, _MOST_CHARACTERS)
        _whole("end", end, 0, _MOST_CHARACTERS)
        return _json(_passage(self._desk.document(document), start, end))


def _passage(document: Document, start: int, end: int) -> dict[str, Any]:
    last = min(end if end > 0 else start + 2_000, len(document.text))
    _check(0 <= start < last, f"characters {start} to {end}: the document has {len(document.text)}")
    _check(last - start <= LONGEST_PASSAGE, f"characters {start} to {end}: at most {LONGEST_PASSAGE} at once")
    return {
        "document": _document(document),
        "start": start,
        "end": last,
        "text": document.text[start:last],
        "page": document.layout.page(start),
        "row": document.layout.row(start),
        "url": view_url(View(document, Range(start, last))),
    }


def _hit(hit: Hit) -> dict[str, Any]:
    chunk, document = hit.chunk, hit.document
    return {
        "document": document_dict(document),
        "start": chunk.start,
        "end": chunk.end,
        "text": hit.text,
        "page": document.layout.page(chunk.start),
        "row": document.layout.row(chunk.start),
        "heading": chunk.heading,
        "date": (chunk.date if chunk.date is not None else document.date) or None,
        "score": round(hit.score, 4),
    }


def _document(document: Document) -> dict[str, Any]:
    return {**document_dict(document), "characters": len(document.text)}


def _listed(listed: Listed) -> dict[str, Any]:
    return {name: getattr(listed, name) for name in Listed.__slots__}


def _where(documents: list[str], after: str, before: str) -> Where | None:
    _check(isinstance(documents, list), "documents is no list, expected a list of names")
    chosen = Where(tuple(documents), after=after or None, before=before or None)
    return chosen if chosen else None


def _whole(name: str, value: object, least: int, most: int) -> None:
    """Raises FilterError unless the value is a whole number within its bounds: clients send any JSON."""
    held = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    _check(held, f"{name} is {value!r:.40}, expected {least} to {most}")


def _check(holds: bool, words: str) -> None:
    if not holds:
        raise FilterError(words)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _told(tool: Callable[..., str], lane: Lane) -> Callable[..., Awaitable[str]]:
    """The tool with its errors as Gradio tells them to a client: ours in one line, others not at all.

    Gradio passes it the request too, which says who asks: a tool may run in another context than its request.
    """

    @wraps(tool)
    async def told(request: gr.Request, *args: object, **kwargs: object) -> str:
        take(getattr(request, "request", request).scope)
        try:
            return await lane.run(lambda: tool(*args, **kwargs))
        except PinciteError as error:
            raise gr.Error(str(error), print_exception=False) from None
        except Exception:
            _LOG.exception("a tool failed")
            raise gr.Error("something went wrong on this side", print_exception=False) from None

    taken = signature(tool)
    first = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    vars(told)["__signature__"] = taken.replace(parameters=[first, *taken.parameters.values()])
    told.__annotations__ = {**tool.__annotations__, "request": gr.Request}
    return told

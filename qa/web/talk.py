"""The conversation: what the page asks the server for. The turns come with each request; the server keeps none.

POST /talk/ask        a question, the turns before it, a filter -> lines of JSON: the turn's HTML as it grows
POST /talk/recall     the turns of the browser's store -> their HTML
POST /talk/export     the same -> a file
POST /talk/feedback   a turn and what somebody says of it (not with --read-only)
POST /talk/pin        a turn -> a pin for the browser's store
POST /talk/pins       the pins -> their HTML, asked again where documents changed
GET  /talk/here       the update of the index, and the documents that a filter can name
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from embeddings.deadline import deadline
from embeddings.errors import FilterError, PinciteError, RecordError
from embeddings.filters import Where
from embeddings.types import Document, Hit
from qa.answers.compose import passage_citation
from qa.gate.bounds import JOB_SECONDS, Busy
from qa.gate.session import session_of
from qa.kept.conversation import MOST_CHARACTERS, MOST_TURNS
from qa.kept.fields import Fields
from qa.kept.filtering import where_of
from qa.kept.judging import Judging
from qa.kept.turns import from_store, history_of, recalled_turns, to_store
from qa.render import counted, one_line
from qa.show.cards import Offers, first_citation, turn
from qa.show.evidence_file import About
from qa.show.exporting import MEDIA_TYPES, SUFFIXES, export
from qa.source.view import citation_url
from qa.talk.exchange import Exchange
from qa.talk.responding import respond
from qa.types import Ask, OnPassages
from qa.web.bodies import failure, fields_of, post
from qa.web.files import Shelf

_HISTORY = 40  # turns that a follow-up may refer to
_OFFERED = 300  # documents that a filter offers
_IS_OF_DAYS = re.compile(r"(?:after|before) (?:is\b|\S+ and before\b)")
_FIELDS = re.compile(r"\band before\b|^(?:after|before)\b")
_CALLED = {"after": "from", "before": "to", "and before": "to"}
_BROKEN = "Something went wrong on this side; the log of the chat says what. The conversation can go on."
_LOG = logging.getLogger(__name__)

_Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Talk:
    """What the routes of the conversation use.

    Attributes:
        shelf: who answers, and which documents are there.
        examples: questions to start from.
        judging: keeps what people say of answers; None where that is not kept.
    """

    shelf: Shelf
    examples: tuple[str, ...] = ()
    judging: Judging | None = None

    @property
    def offers(self) -> Offers:
        """The buttons under an answer."""
        return Offers(judging=self.judging is not None)


def routes(talk: Talk) -> APIRouter:
    """The routes of the conversation."""
    router, lanes = APIRouter(), talk.shelf.desk.lanes

    @router.post("/talk/ask")
    async def ask(request: Request) -> Response:
        body, session = await request.body(), session_of(request)
        try:
            asked = await lanes.ask.run(lambda: _Asked.of(fields_of(body)))
            lanes.ask.check()
        except FilterError as error:
            return failure(_of_the_page(error))
        except PinciteError as error:
            return failure(error)
        lines = _answered(talk, asked, session)
        return StreamingResponse(lines, media_type="application/x-ndjson", headers={"X-Accel-Buffering": "no"})

    post(router, "/talk/recall", lanes.recall, partial(_recalled, talk))
    post(router, "/talk/export", lanes.recall, partial(_exported, talk))
    post(router, "/talk/feedback", lanes.recall, partial(_judged, talk))

    @router.get("/talk/here")
    async def here(request: Request) -> Response:
        try:
            return await lanes.show.run(_here, talk.shelf, session_of(request))
        except PinciteError as error:
            return failure(error)

    return router


def _here(shelf: Shelf, session: str | None) -> Response:
    count = shelf.desk_of(session).document_count
    offered = [
        {"id": each.id, "title": one_line(each.title), "source": each.source, "date": each.date}
        for each in shelf.listed(session, _OFFERED)
    ]
    said = {"update": shelf.desk.update, "count": count, "counted": counted(count, "document")}
    return JSONResponse({**said, "documents": offered})


# ---------------------------------------------------------------- asking


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as the page sends it."""

    question: str
    before: tuple[str, ...]
    where: Where | None
    verbatim: bool

    @classmethod
    def of(cls, said: Fields) -> _Asked:
        """The question in the JSON of a request. Raises RecordError or FilterError where it has another form."""
        before = said.texts("history", MOST_TURNS, MOST_CHARACTERS)[-_HISTORY:]
        return cls(said.text("question"), before, where_of(said), said.flag("verbatim"))

    def limits(self, find: Callable[[str], Document]) -> str:
        """The filter in words, documents by their titles."""
        if self.where is None:
            return ""
        names = " or ".join(_title(name, find) for name in self.where.documents)
        parts = [f"in {names}"] if names else []
        parts += [f"from {self.where.after}"] if self.where.after else []
        parts += [f"up to {self.where.before}"] if self.where.before else []
        return f"Asked only {', '.join(parts)}"


def _title(name: str, find: Callable[[str], Document]) -> str:
    try:
        return f"“{one_line(find(name).title)}”"
    except PinciteError:
        return f"“{one_line(name)}”"


async def _answered(talk: Talk, asked: _Asked, session: str | None) -> AsyncIterator[str]:
    """The turn as it grows: asked, passages retrieved, answered. It is answered even if the page is closed."""
    began = Exchange(asked.question)
    yield _line({"html": turn(began)})
    steps: asyncio.Queue[Exchange] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def show_passages(understood: str, hits: Sequence[Hit]) -> None:
        told = replace(began, passages=tuple(passage_citation(hit) for hit in hits))
        loop.call_soon_threadsafe(steps.put_nowait, told)

    finished = partial(_exchange, talk, asked, session, show_passages)
    answer = asyncio.ensure_future(talk.shelf.desk.lanes.ask.run(lambda: _last(talk, finished())))
    answer.add_done_callback(lambda done: steps.put_nowait(began))
    while (step := await steps.get()).passages:
        yield _line({"html": turn(step)})
    try:
        yield _line(await answer)
    except Busy as error:
        yield _line(_last(talk, Exchange(asked.question, problem=str(error))))


def _exchange(talk: Talk, asked: _Asked, session: str | None, on_passages: OnPassages) -> Exchange:
    """The exchange that a question leads to; a fault is part of the conversation, too."""
    try:
        find = talk.shelf.finder(session)
        with deadline(JOB_SECONDS):
            history = history_of(asked.before, find)
        ask = Ask(asked.question, history, asked.where, resolve=not asked.verbatim, on_passages=on_passages)
        became = respond(talk.shelf.desk_of(session), ask, talk.examples)
        return replace(became, limits=asked.limits(find), verbatim=asked.verbatim)
    except FilterError as error:
        return Exchange(asked.question, problem=str(_of_the_page(error)))
    except PinciteError as error:
        return Exchange(asked.question, problem=str(error))
    except Exception:
        _LOG.exception("the question could not be answered")
        return Exchange(asked.question, problem=_BROKEN)


def _of_the_page(error: FilterError) -> FilterError:
    """A fault of the filter in the words of the page, whose fields are called "from" and "to"."""
    words = str(error).replace("see: pincite documents list", "choose one of those that the filter offers")
    return FilterError(_FIELDS.sub(lambda match: _CALLED[match[0]], words) if _IS_OF_DAYS.match(words) else words)


def _last(talk: Talk, exchange: Exchange) -> _Line:
    """The last line: the turn, what the browser keeps of it, and the source that opens by itself."""
    line: _Line = {"html": turn(exchange, talk.offers), "kept": to_store(exchange)}
    citation = first_citation(exchange.answer) if exchange.answer is not None else None
    if citation is not None:
        line["open"] = citation_url(citation)
    return line


def _line(said: _Line) -> str:
    return json.dumps(said, ensure_ascii=False) + "\n"


# ---------------------------------------------------------------- the browser's store


def _recalled(talk: Talk, said: Fields, session: str | None) -> Response:
    shelf, find = talk.shelf, talk.shelf.finder(session)
    desk = shelf.desk_of(session)
    written = said.texts("turns", MOST_TURNS, MOST_CHARACTERS)
    told = [turn(from_store(each, desk, find, desk.reliability), talk.offers) for each in written]
    return JSONResponse({"turns": told})


def _exported(talk: Talk, said: Fields, session: str | None) -> Response:
    form = next((each for each in SUFFIXES if each == said.text("form")), None)
    if form is None:
        raise said.fault("form", f"one of {', '.join(SUFFIXES)}")
    written = said.texts("turns", MOST_TURNS, MOST_CHARACTERS)
    turns = recalled_turns(written, talk.shelf.finder(session))
    if not turns:
        raise RecordError("there is nothing to export yet; ask a question first")
    now = datetime.now(UTC)
    about = About(now, said.text("base"), f"asked of {counted(talk.shelf.desk.document_count, 'document')}")
    name = f"pincite-{now:%Y-%m-%d-%H%M}{SUFFIXES[form]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(export(turns, form, about), media_type=f"{MEDIA_TYPES[form]}; charset=utf-8", headers=headers)


# ---------------------------------------------------------------- what people say of answers


def _judged(talk: Talk, said: Fields, session: str | None) -> Response:
    if talk.judging is None:
        raise RecordError("feedback is not kept here: the chat was started with --read-only")
    shelf = talk.shelf
    turns = recalled_turns([said.text("turn", MOST_CHARACTERS)], shelf.finder(session))
    if not turns or turns[0].answer is None:
        raise RecordError("this answer can't be judged any more: what it rests on is not here; ask again")
    selected = said.inside("words") if "words" in said.values else None
    own = frozenset(upload.document.id for upload in shelf.own(session))
    words = talk.judging.keep(turns[0].turn, said.text("verdict"), selected, shelf.finder(session), own)
    return JSONResponse({"said": words})

"""Pinned questions: pins are made of turns, and asked again when documents changed. The browser keeps them.

    POST /talk/pin    {"turn": ...} -> {"pin": ...}
    POST /talk/pins   {"pins": [...]} -> each pin, how it stands today, and its HTML

A pin of the index's present update is shown as it was, and not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from embeddings.errors import PinciteError, RecordError
from embeddings.types import Document
from qa.gate.desk import Desk
from qa.gate.session import session_of
from qa.kept.conversation import MOST_CHARACTERS
from qa.kept.fields import Fields, read_object
from qa.kept.turns import recalled_turns
from qa.show.pins import MOST_PINS, Pin, from_json, pinned, repinned, revisit, to_html, to_json
from qa.source.text import escape
from qa.types import Ask
from qa.web.bodies import body_of, failure
from qa.web.talk import Talk

_LARGEST = 10_000_000  # bytes


def routes(talk: Talk) -> APIRouter:
    """Both routes."""
    router = APIRouter()

    def route(path: str, respond: Callable[[Talk, Fields, str | None], Response]) -> None:
        async def answered(request: Request) -> Response:
            try:
                data = await body_of(request, _LARGEST)
                said = read_object(data.decode("utf-8", "replace"), "the request", _LARGEST)
                return await run_in_threadpool(respond, talk, said, session_of(request))
            except PinciteError as error:
                return failure(error)

        router.add_api_route(path, answered, methods=["POST"], response_model=None)

    route("/talk/pin", _pinned)
    route("/talk/pins", _pins)
    return router


def _pinned(talk: Talk, said: Fields, session: str | None) -> Response:
    turns = recalled_turns([said.text("turn", MOST_CHARACTERS)], partial(talk.shelf.document, session))
    if not turns:
        raise RecordError("only a question that was asked of the documents can be pinned")
    pin = pinned(turns[0].turn, talk.shelf.desk.update, datetime.now(UTC))
    return JSONResponse({"pin": to_json([pin])})


def _pins(talk: Talk, said: Fields, session: str | None) -> Response:
    desk, find = talk.shelf.desk_of(session), partial(talk.shelf.document, session)
    shown = [_shown(written, desk, find) for written in said.texts("pins", MOST_PINS, MOST_CHARACTERS)]
    return JSONResponse({"update": desk.update, "pins": shown})


def _shown(written: str, desk: Desk, find: Callable[[str], Document]) -> dict[str, Any]:
    """A pin as it stands today. Raises RecordError where it is of another form."""
    pins = from_json(written, find)
    if len(pins) != 1:
        raise RecordError("a pin of the browser's store is damaged; take it away")
    pin, update = pins[0], desk.update
    if pin.update == update:
        return {"became": "same", "html": _quiet(pin)}
    try:
        now = desk.explain(Ask(pin.then.understood, resolve=False)).answer
    except PinciteError as error:
        return {"became": "failed", "html": f"{_quiet(pin)}<p>{escape(str(error))}</p>"}
    seen = revisit(pin, now, update)
    fresh = to_json([repinned(seen, datetime.now(UTC))])
    return {"became": seen.became, "html": _quiet(pin) if seen.became == "same" else to_html(seen), "fresh": fresh}


def _quiet(pin: Pin) -> str:
    """A pin that has nothing new to say, on a line."""
    said = pin.then.text if pin.then.text is not None else "Not in these documents"
    return f'<p class="quiet" dir="auto">{escape(pin.then.question)} <b>{escape(said)}</b></p>'

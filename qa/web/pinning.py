"""Pinned questions: turns become pins, which are asked again when documents change. The browser keeps them.

    POST /talk/pin    {"turn": ...} -> {"pin": ...}
    POST /talk/pins   {"pins": [...]} -> each pin, how it stands today, and its HTML

A pin of the index's present update is shown as it was, without asking again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from embeddings.errors import PinciteError, RecordError
from embeddings.types import Document
from qa.gate.desk import Desk
from qa.kept.conversation import MOST_CHARACTERS
from qa.kept.fields import Fields
from qa.kept.turns import recalled_turns
from qa.show.cards import CARDS
from qa.show.pins import MOST_PINS, from_json, pinned, repinned, revisit, to_html, to_json
from qa.types import Ask
from qa.web.bodies import post
from qa.web.talk import Talk


def routes(talk: Talk) -> APIRouter:
    """The routes of pins."""
    router, lanes = APIRouter(), talk.shelf.desk.lanes
    post(router, "/talk/pin", lanes.recall, partial(_pinned, talk))
    post(router, "/talk/pins", lanes.recall, partial(_pins, talk))
    return router


def _pinned(talk: Talk, said: Fields, session: str | None) -> Response:
    turns = recalled_turns([said.text("turn", MOST_CHARACTERS)], talk.shelf.finder(session))
    if not turns:
        raise RecordError("only a question that was asked of the documents can be pinned")
    pin = pinned(turns[0].turn, talk.shelf.desk.update, datetime.now(UTC))
    return JSONResponse({"pin": to_json(pin)})


def _pins(talk: Talk, said: Fields, session: str | None) -> Response:
    desk, find = talk.shelf.desk_of(session), talk.shelf.finder(session)
    shown = [_shown(written, desk, find) for written in said.texts("pins", MOST_PINS, MOST_CHARACTERS)]
    return JSONResponse({"update": desk.update, "pins": shown})


def _shown(written: str, desk: Desk, find: Callable[[str], Document]) -> dict[str, Any]:
    """A pin as it stands today. Raises RecordError where it has another form."""
    pin, update = from_json(written, find), desk.update
    if pin.update == update:
        return {"became": "same", "html": CARDS.quiet_pin(pin.then)}
    try:
        now = desk.explain(Ask(pin.then.understood, resolve=False)).answer
    except PinciteError as error:
        return {"became": "failed", "html": CARDS.quiet_pin(pin.then, str(error))}
    seen = revisit(pin, now, update)
    fresh = to_json(repinned(seen, datetime.now(UTC)))
    html = CARDS.quiet_pin(pin.then) if seen.became == "same" else to_html(seen)
    return {"became": seen.became, "html": html, "fresh": fresh}

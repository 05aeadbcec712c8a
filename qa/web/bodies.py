"""The page's requests and their responses in JSON, which are made on a thread of a lane (`qa.gate.bounds`)."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from embeddings.deadline import deadline
from embeddings.errors import PinciteError, printable
from qa.gate.bounds import JOB_SECONDS, RETRY, Busy, Lane
from qa.gate.session import session_of
from qa.kept.fields import Fields, read_object

Respond = Callable[[Fields, str | None], Response]


def fields_of(body: bytes) -> Fields:
    """The JSON of a request. Raises RecordError where it is not JSON."""
    return read_object(body.decode("utf-8", "replace"), "the request", len(body))


def post(router: APIRouter, path: str, lane: Lane, respond: Respond) -> None:
    """Adds a route that takes JSON; a lane makes the response from it and from the browser's session."""

    async def answered(request: Request) -> Response:
        body, session = await request.body(), session_of(request)
        try:
            return await lane.run(_in_time, respond, body, session)
        except PinciteError as error:
            return failure(error)

    router.add_api_route(path, answered, methods=["POST"], response_model=None)


def _in_time(respond: Respond, body: bytes, session: str | None) -> Response:
    with deadline(JOB_SECONDS):
        return respond(fields_of(body), session)


def failure(error: PinciteError) -> Response:
    """An error, for the page to show."""
    said = {"error": printable(str(error))}
    return JSONResponse(said, 503, headers=RETRY) if isinstance(error, Busy) else JSONResponse(said, 422)

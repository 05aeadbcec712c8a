"""POST /v1/answer, /v1/each and /v1/chat/completions for programs, and their description: GET /v1/openapi.json.

An error is one line of JSON, {"error": "..."}, in OpenAI's protocol {"error": {"message": "...", ...}}: with 422 where
the request is wrong, 503 where too many wait, and 500 where the fault is not the caller's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from embeddings.deadline import deadline
from embeddings.errors import FilterError, PinciteError, QuestionError, printable
from embeddings.filters import Where
from embeddings.index.folders import own_version
from qa.gate.bounds import JOB_SECONDS, RETRY, Busy
from qa.gate.desk import Desk
from qa.gate.serving import Serving
from qa.render import to_dict
from qa.show.each import to_dict as each_dict
from qa.talk.responding import respond
from qa.types import Ask
from qa.web.completions import MODEL, Chat, asked_of, completed
from qa.web.schema import AnswerOut, Asked, AskedOfEach, EachOut, ErrorOut, turns_of

_LOG = logging.getLogger(__name__)
_BROKEN = "something went wrong on this side; the log of the chat says what"


def create_api(desk: Desk, serving: Serving) -> FastAPI:
    """The application that is mounted at /v1."""
    api = FastAPI(
        title="Pincite",
        version=own_version(),
        description="Answers from your own documents, word for word, each with a pinpoint citation.",
        docs_url=None,  # its pages would load scripts from elsewhere
        redoc_url=None,
        servers=[{"url": f"{serving.root_path}/v1"}],
        root_path_in_servers=False,
        swagger_ui_oauth2_redirect_url=None,
    )
    api.add_exception_handler(RequestValidationError, _not_understood)
    api.add_exception_handler(HTTPException, _refused)
    api.add_exception_handler(PinciteError, _failed)
    responses: dict[int | str, dict[str, Any]] = {
        200: {"model": AnswerOut},
        **{status: {"model": ErrorOut, "description": words} for status, words in _FAILURES.items()},
    }

    @api.post("/answer", summary="Answer a question", operation_id="answer", responses=responses)
    async def answer(asked: Asked) -> Response:
        return await desk.lanes.ask.run(_told, _answered, desk, asked)

    of_each: dict[int | str, dict[str, Any]] = {**responses, 200: {"model": EachOut}}

    @api.post("/each", summary="Ask each document by itself", operation_id="each", responses=of_each)
    async def each(asked: AskedOfEach) -> Response:
        return await desk.lanes.ask.run(_told, _of_each, desk, asked)

    @api.post("/chat/completions", summary="Answer as a chat model", operation_id="complete")
    async def complete(chat: Chat, request: Request) -> Response:
        origin = serving.origin if serving.origin is not None else f"{request.url.scheme}://{request.url.netloc}"
        return await desk.lanes.ask.run(_told, _completed, desk, chat, f"{origin}{serving.root_path}/")

    @api.get("/models", summary="List the one chat model", operation_id="models")
    async def models() -> dict[str, object]:
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}

    if serving.login is not None:
        _describe_login(api)
    return api


def _told(job: Callable[..., Response], *given: object) -> Response:
    """What a job gives; a fault of ours is logged and not shown."""
    try:
        return job(*given)
    except PinciteError:
        raise
    except Exception:
        _LOG.exception("a question could not be answered")
        raise PinciteError(_BROKEN) from None


def _answered(desk: Desk, asked: Asked) -> Response:
    return JSONResponse(to_dict(desk.explain(_ask(desk, asked)).answer))


def _completed(desk: Desk, chat: Chat, base: str) -> Response:
    return completed(respond(desk, _ask(desk, asked_of(chat))), chat, base)


def _of_each(desk: Desk, asked: AskedOfEach) -> Response:
    return JSONResponse(each_dict(asked.question, desk.answer_each(asked.question, _where(asked), asked.by)))


def _ask(desk: Desk, asked: Asked) -> Ask:
    with deadline(JOB_SECONDS):
        before = turns_of(asked.history, desk)
    return Ask(asked.question, before, _where(asked), asked.threshold)


def _where(asked: Asked | AskedOfEach) -> Where | None:
    return asked.where.where() if asked.where is not None else None


_FAILURES = {
    401: "No password was sent, or a wrong one.",
    413: "The request is too large.",
    422: "The question or a filter can't be used.",
    500: "The index or a model can't be used.",
    503: "Too many questions wait.",
}


def _describe_login(api: FastAPI) -> None:
    """Adds to the description that every request must bring a name and a password."""
    described: Callable[[], dict[str, object]] = api.openapi

    def with_login() -> dict[str, object]:
        schema = described()
        components = schema.setdefault("components", {})
        if isinstance(components, dict):
            components["securitySchemes"] = {"basic": {"type": "http", "scheme": "basic"}}
        schema["security"] = [{"basic": []}]
        return schema

    api.openapi = with_login  # type: ignore[method-assign]


def _line(request: Request, status: int, words: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    said: object = printable(words)
    if request.url.path.endswith("/chat/completions"):
        said = {"message": said, "type": "server_error" if status >= 500 else "invalid_request_error"}
    return JSONResponse({"error": said}, status, headers=headers)


def _not_understood(request: Request, error: Exception) -> Response:
    """Names the first field of a request that is wrong."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:])
    words = f"{place or 'the body'}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    if first["type"] == "json_invalid":
        words = "the body is not JSON"
    return _line(request, 422, f"{words}; GET /v1/openapi.json describes what is expected")


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return _line(request, error.status_code, f"{request.method} {request.url.path}: {error.detail}", error.headers)


def _failed(request: Request, error: Exception) -> Response:
    if isinstance(error, Busy):
        return _line(request, 503, str(error), RETRY)
    return _line(request, 422 if isinstance(error, QuestionError | FilterError) else 500, str(error))

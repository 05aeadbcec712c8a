"""GET /source: a document at its cited words, or the list of documents; GET /source/picture: a page of a PDF."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from embeddings.errors import DocumentError, PinciteError
from embeddings.loaders.pdf.marks import picture
from embeddings.types import Document
from qa.gate.bounds import Busy
from qa.gate.security import SOURCE_POLICY
from qa.gate.session import session_of
from qa.source.page import MOST_LISTED, page_of_documents, page_of_message, page_of_source
from qa.source.pdf_highlight import WIDTH, drawn_from
from qa.source.view import Range, View
from qa.web.files import Shelf


def routes(shelf: Shelf) -> APIRouter:
    """The routes of sources. A request that fits no document gets a page that says so."""
    router, lane = APIRouter(), shelf.desk.lanes.show

    @router.get("/source")
    async def source(request: Request) -> Response:
        return await _answered(lane.run(_source, shelf, request))

    @router.get("/source/picture")
    async def page(request: Request) -> Response:
        return await _answered(lane.run(_picture, shelf, request))

    return router


async def _answered(response: Awaitable[Response]) -> Response:
    """The response, or a page with the error."""
    try:
        return await response
    except Busy as error:
        return _html(page_of_message("Too much at once", str(error)), 503)
    except DocumentError as error:
        return _html(page_of_message("No such document", str(error)), 404)
    except PinciteError as error:
        return _html(page_of_message("The index can't be read", str(error)), 500)
    except ValueError as error:
        return _html(page_of_message("No such passage", str(error)), 422)


def _html(page: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page, status, headers={"Content-Security-Policy": SOURCE_POLICY})


def _source(shelf: Shelf, request: Request) -> Response:
    id, session = request.query_params.get("document"), session_of(request)
    if id is None:
        count = shelf.desk.document_count + len(shelf.own(session))
        return _html(page_of_documents(shelf.listed(session, MOST_LISTED), count))
    view = view_of(shelf.document(session, id), request)
    return _html(page_of_source(replace(view, data=shelf.data(session, id))))


def _picture(shelf: Shelf, request: Request) -> Response:
    id, session = request.query_params.get("document", ""), session_of(request)
    document = shelf.document(session, id)
    page = _number(request, "page")
    if not View(document).has_pages:
        raise DocumentError(f"{document.source}: no PDF, so that it has no pages to show")
    drawn = picture(document, 1 if page is None else page, WIDTH, drawn_from(document, shelf.data(session, id)))
    return Response(drawn, media_type="image/png")


def view_of(document: Document, request: Request) -> View:
    """The view that the query names. Raises ValueError, with a message for people, where it does not fit."""
    span, quote = _range(document, request, "start", "end"), _range(document, request, "quote_start", "quote_end")
    if quote is not None and (span is None or quote.cut(span) != span):
        raise ValueError("The sentence to shade must hold the words to mark; open the citation again.")
    offset = _number(request, "offset")
    if offset is not None and not 0 <= offset < max(1, len(document.text)):
        raise ValueError(f"There is no character {offset}: the document has {len(document.text)}.")
    find = request.query_params.get("find") or None
    return View(
        document,
        *(span, quote, offset, _number(request, "page")),
        as_text=request.query_params.get("as") == "text",
        find=find,
        hit=_number(request, "hit"),
    )


def _range(document: Document, request: Request, first: str, last: str) -> Range | None:
    start, end = _number(request, first), _number(request, last)
    if start is None and end is None:
        return None
    if start is None or end is None or not 0 <= start < end <= len(document.text):
        raise ValueError(
            f"{first} and {last} must be two numbers, the first under the second, within the "
            f"{len(document.text)} characters of the document."
        )
    return Range(start, end)


def _number(request: Request, name: str) -> int | None:
    value = request.query_params.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", value):
        raise ValueError(f"{name} must be a whole number, but it is {value[:40]!r}.")
    return int(value)

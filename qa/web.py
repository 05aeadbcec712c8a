"""The web side of the chat: the source pages, and what every response must keep to.

Three layers of pure ASGI (a stream of events passes through them unbuffered), outermost first:
    SecurityHeaders   a Content-Security-Policy and its companions on every response, errors included
    Gate              only this machine's names, this page's own origin, and the paths that the chat needs
    LocalPage         Gradio's page without its references to outside hosts, its inline scripts allowed by their hashes
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embeddings.errors import DocumentError, PinciteError
from embeddings.records import Listed
from embeddings.types import Document
from qa.source_page import MOST_LISTED, STYLE, Range, View, page_of_documents, page_of_message, page_of_source
from qa.types import Answer, Turn

STATIC = Path(__file__).parent / "static"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _hash_source(inline: str) -> str:
    """An inline script or style as a source of a Content-Security-Policy."""
    digest = hashlib.sha256(inline.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


# Gradio's components set style attributes, hence 'unsafe-inline' for styles; scripts are never allowed inline.
_POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'self'; "
    "form-action 'self'"
)
# Sandboxed, a source page is of no origin: it can't reach the page around it, nor scroll it when it scrolls to a mark.
_SOURCE_POLICY = (
    f"sandbox; default-src 'none'; style-src {_hash_source(STYLE)}; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY.format(hashes=""),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# What the page asks of Gradio; its uploads, files, proxies and dashboards are not served.
_PATHS = re.compile(
    r"/|/health|/source|/pincite/.+|/assets/.+|/static/.+|/svelte/.+|/config/?|/theme\.css|/favicon\.ico"
    r"|/gradio_api/(queue/(join|data)|heartbeat/[^/]+|startup-events|theme\.css|app_id|reset|cancel)/?"
)
_OUTSIDE = re.compile(
    r"<script\b[^>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^>]*>.*?</script\s*>"
    r"|<link\b[^>]*\bhref\s*=\s*[\"']?(?:https?:)?//[^>]*>"
    r"|<link\b[^>]*\brel=\"manifest\"[^>]*>"
    r"|<meta\b[^>]*\b(?:property|name)=\"(?:og|twitter):[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_INLINE_SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc\s*=)[^>]*>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_HEAD = (
    '<link rel="icon" type="image/svg+xml" href="/pincite/icon.svg"><link rel="stylesheet" href="/pincite/chat.css">'
    '<script src="/pincite/chat.js" defer></script>'
)


class Responder(Protocol):
    """What the chat needs of an assistant; `qa.assistant.Assistant` is one."""

    @property
    def document_count(self) -> int:
        """How many documents can be asked."""
        ...

    def listed(self, most: int | None = None) -> tuple[Listed, ...]:
        """The first `most` of them, or all, without their texts."""
        ...

    def document(self, id: str) -> Document:
        """The document of an id. Raises DocumentError where there is none."""
        ...

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The answer to a question, which may refer to the turns before it."""
        ...


def routes(assistant: Responder) -> APIRouter:
    """GET /source (a document with its span marked, or the list of documents) and GET /health."""
    router = APIRouter()

    @router.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/source")
    def source(request: Request) -> HTMLResponse:
        status, page = _source(assistant, request)
        return HTMLResponse(page, status, headers={"Content-Security-Policy": _SOURCE_POLICY})

    return router


def _source(assistant: Responder, request: Request) -> tuple[int, str]:
    """The status and the page that a request for a source gets."""
    id = request.query_params.get("document")
    if id is None:
        return 200, page_of_documents(assistant.listed(MOST_LISTED), assistant.document_count)
    try:
        document = assistant.document(id)
    except DocumentError as error:
        return 404, page_of_message("No such document", str(error))
    except PinciteError as error:
        return 500, page_of_message("The index can't be read", str(error))
    try:
        return 200, page_of_source(_view(document, request))
    except ValueError as error:
        return 422, page_of_message("No such passage", str(error))


def _view(document: Document, request: Request) -> View:
    """The view that the query names. Raises ValueError, in words, where it does not fit the document."""
    span, quote = _range(document, request, "start", "end"), _range(document, request, "quote_start", "quote_end")
    if quote is not None and (span is None or quote.cut(span) != span):
        raise ValueError("The sentence to shade must hold the words to mark; open the citation again.")
    offset = _number(request, "offset")
    if offset is not None and not 0 <= offset < len(document.text):
        raise ValueError(f"There is no character {offset}: the document has {len(document.text)}.")
    return View(document, span, quote, offset)


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


class SecurityHeaders:
    """ASGI middleware: adds the headers of `_HEADERS` to every response that does not set its own, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, its headers added to each response."""

        began = False

        async def send_with_headers(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if scope["type"] == "http" and not began:  # else the framework's own page would be sent, without headers
                await PlainTextResponse("Something went wrong here.", 500)(scope, receive, send_with_headers)
            raise


class Gate:
    """ASGI middleware: refuses what the chat has no use for.

    Bound to loopback, it answers only to this machine's own names, so that a web page whose host name is made to
    point here (DNS rebinding) reads nothing; and only to requests of its own pages, so that no other page can ask.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app = app
        self.names = LOOPBACK | {host} if host in LOOPBACK or host.startswith("127.") else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a refused request itself, passes on any other."""
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self.app(scope, receive, send)
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> HTMLResponse | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if self.names is not None and _hostname(host) not in self.names:
            return _refuse(403, "Another name", "This chat answers only to the name of this machine: use 127.0.0.1.")
        if self.names is not None and origin is not None and urlsplit(origin).netloc != host:
            return _refuse(403, "Another page", "This chat answers only to its own page.")
        if scope["type"] == "websocket" or not _PATHS.fullmatch(scope["path"]):
            return _refuse(404, "No such page", "There is nothing at this address.")
        return None


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _refuse(status: int, title: str, words: str) -> HTMLResponse:
    policy = {"Content-Security-Policy": _SOURCE_POLICY}
    return HTMLResponse(page_of_message(title, words), status, headers=policy)


class LocalPage:
    """ASGI middleware: rewrites Gradio's page, at "/", by `local_only` and allows its inline scripts by hash."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrites the page at "/", passes everything else on."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        response = _Collected()
        await self.app({**scope, "headers": kept}, receive, response.collect)
        for message in response.rewritten():
            await send(message)


class _Collected:
    """A whole response, kept back until it has been rewritten."""

    def __init__(self) -> None:
        self.start: Message = {"type": "http.response.start", "status": 500, "headers": []}
        self.body = b""

    async def collect(self, message: Message) -> None:
        """Takes the place of `send`."""
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def rewritten(self) -> tuple[Message, Message]:
        """The response to send in its place."""
        headers = MutableHeaders(scope=self.start)
        if headers.get("content-type", "").startswith("text/html"):
            page = local_only(self.body.decode("utf-8"))
            self.body = page.encode("utf-8")
            headers["Content-Security-Policy"] = _POLICY.format(hashes=_script_hashes(page))
            headers["Content-Length"] = str(len(self.body))
        return self.start, {"type": "http.response.body", "body": self.body}


def local_only(page: str) -> str:
    """Gradio's page with every reference to an outside host taken out and our own style, script and icon put in."""
    return _OUTSIDE.sub("", page).replace("</head>", f"{_HEAD}</head>", 1)


def _script_hashes(page: str) -> str:
    """The hashes of a page's inline scripts as sources of a Content-Security-Policy."""
    return "".join(f" {_hash_source(script)}" for script in _INLINE_SCRIPT.findall(page))

"""The one gate before all routes, and the security headers of every response.

Both are pure ASGI, so that a stream of events passes through them unbuffered.
"""

from __future__ import annotations

import logging
import re
from typing import Literal
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embeddings.errors import printable
from qa.gate.asking import ASKER, ASKS, USER
from qa.gate.bounds import Busy, way_of
from qa.gate.passwords import WINDOW, Guard
from qa.gate.serving import Serving
from qa.gate.session import session_in
from qa.source.page import STYLE, page_of_message
from qa.source.templates import hash_source

_LOG = logging.getLogger(__name__)
_LONGEST_ADDRESS = 45  # characters, of an address of IPv6


# Gradio's components set style attributes, hence 'unsafe-inline' for styles; scripts are never allowed inline.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'self'; "
    "form-action 'self'"
)
# No script runs in a source page: the sandbox forbids it, and so does the policy. The page has this origin all the
# same: the page around it reads which words are selected in it, and its links need the cookie of a browser's own files.
# Its one form looks for words in the document.
_SOURCE_POLICY = (
    "sandbox{allowed}; default-src 'none'; script-src 'none'; style-src {style}; img-src {images}; "
    "frame-ancestors 'self'; base-uri 'none'; form-action {action}"
)
SOURCE_POLICY = _SOURCE_POLICY.format(
    allowed=" allow-same-origin allow-forms", style=hash_source(STYLE), images="data:", action="'self'"
)
MESSAGE_POLICY = _SOURCE_POLICY.format(allowed="", style=hash_source(STYLE), images="'none'", action="'none'")
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY.format(hashes=""),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

# For programs: refused in JSON, not as a page.
_FOR_PROGRAMS = re.compile(r"/v1/.*|/talk/.*|/files(/.*)?|/gradio_api/.*|/metrics|/health|/config/?")
_MCP = "/gradio_api/mcp/"
_MCP_NAMES = frozenset({"/mcp", "/mcp/", "/gradio_api/mcp", _MCP})


class SecurityHeaders:
    """ASGI middleware: adds the headers of `_HEADERS` to every response that does not set its own, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, and adds the headers to each response."""

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
            if scope["type"] == "http" and not began:  # else the framework sends a page of its own, without headers
                await PlainTextResponse("Something went wrong here.", 500)(scope, receive, send_with_headers)
            raise


class Gate:
    """ASGI middleware: the one check before every route, whatever it serves.

    It answers only
    - to this machine's own addresses and names, so that a web page whose host name is made to point here (DNS
      rebinding) reads nothing;
    - to requests of its own pages and of programs, so that no other page can ask;
    - to those who know the password, where there is one;
    - for the paths in `WAYS`.

    It also rewrites each path to its one form: without the path under which a proxy shows the chat, and with one name
    for the MCP server.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app, self._serving = app, serving
        self._guard = Guard(serving.login) if serving.login is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a refused request itself, passes on any other."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        path = self._path(scope["path"])
        refusal = self._stranger(scope, path)
        if refusal is None and self._guard is not None:
            refusal = await self._unknown(self._guard, scope, path)
        if refusal is None:
            refusal = self._nothing_here(scope, path)
        if refusal is None:
            ASKER.set(USER.get() or session_in(Headers(scope=scope)) or address_of(scope))
            known = {"path": path, "raw_path": path.encode("utf-8"), ASKS: (USER.get(), ASKER.get())}
            await self.app({**scope, **known}, receive, send)
        else:
            await refusal(scope, receive, send)

    def _path(self, path: str) -> str:
        """The path to serve, whether or not the proxy removed its own part of it."""
        root = self._serving.root_path
        if root and path.startswith(f"{root}/"):
            path = path[len(root) :]
        return _MCP if path in _MCP_NAMES else path

    def _stranger(self, scope: Scope, path: str) -> Response | None:
        """The refusal of a request for another host name, or from another page."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._serving.answers_to(_part(f"//{host}", "hostname")):
            words = "This chat answers only to the name of this machine: use 127.0.0.1, or name another with --name."
            return _refuse(path, 403, "Another name", words)
        own = origin is None or origin == self._serving.origin or _part(origin, "netloc") == host
        # Only a browser can say this of a request, and a proxy that names itself in Host does not change it.
        own = own or headers.get("sec-fetch-site") == "same-origin"
        # Another site may lead here by a link or a form, but may not ask for parts of a page.
        part = headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode", "navigate") != "navigate"
        if not own or part:
            return _refuse(path, 403, "Another page", "This chat answers only to its own page.")
        return None

    async def _unknown(self, guard: Guard, scope: Scope, path: str) -> Response | None:
        """The refusal where no right password was sent, or too many wrong ones; else notes who asks."""
        header, address = Headers(scope=scope).get("authorization"), address_of(scope)
        try:
            user = await guard.user_of(header, address) if header is not None else None
        except Busy as error:
            return _refuse(path, 429, "Too many passwords", f"{error}.", {"Retry-After": f"{WINDOW:.0f}"})
        if user is not None:
            USER.set(user)
            return None
        if header is not None:
            _LOG.warning("a wrong name or password was sent from %s", address)
        refusal = _refuse(path, 401, "Who asks?", "Send the name and the password that this chat was given.")
        refusal.headers["WWW-Authenticate"] = 'Basic realm="Pincite", charset="UTF-8"'
        return refusal

    def _nothing_here(self, scope: Scope, path: str) -> Response | None:
        """The refusal where the path is not served, or the method is not allowed."""
        if scope["type"] == "http" and path == self._serving.root_path:
            return RedirectResponse(f"{path}/", 307)
        way = way_of(path)
        if scope["type"] == "websocket" or way is None:
            return _refuse(path, 404, "No such page", "There is nothing at this address.")
        method = scope["method"]
        if path == _MCP and method != "POST":  # Gradio's GET would open a stream, or show a page that links elsewhere
            return _refuse(path, 405, "No such page", "The MCP server takes POST.", {"Allow": "POST"})
        reads = method in ("GET", "HEAD", "OPTIONS") or (way.body and not way.writes)
        if self._serving.read_only and not reads:
            return _refuse(path, 403, "Only to be read", "This chat was started with --read-only: nothing is written.")
        return None


def address_of(scope: Scope) -> str:
    """The address that a request comes from, fit to be logged."""
    return printable(str((scope.get("client") or ("?",))[0]))[:_LONGEST_ADDRESS]


def _part(address: str, name: Literal["hostname", "netloc"]) -> str | None:
    """A part of an address; None where it has no such part, or is no address."""
    try:
        return getattr(urlsplit(address), name) or None
    except ValueError:
        return None


def _refuse(path: str, status: int, title: str, words: str, headers: dict[str, str] | None = None) -> Response:
    if _FOR_PROGRAMS.fullmatch(path):
        return JSONResponse({"error": words}, status, headers=headers)
    policy = {"Content-Security-Policy": MESSAGE_POLICY, **(headers or {})}
    return HTMLResponse(page_of_message(title, words), status, headers=policy)

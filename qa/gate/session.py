"""Whose files these are: a browser's own number, in a cookie that no script reads and no other site sends.

It is a cookie because source pages, which are opened by plain links, need it too. The number is random and signed, so
only this server can make one. Nothing is kept under it until a file is added (`qa.uploads.private`). Files are kept in
memory, so the key need not outlive the process.
"""

from __future__ import annotations

import hmac
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.gate.asking import USER
from qa.gate.serving import Serving

COOKIE = "pincite_session"
_KEY = secrets.token_bytes(32)


def session_of(request: Request) -> str | None:
    """The number of the browser that asks, for each of its users another; None where this server gave it none."""
    number = _checked(request.cookies.get(COOKIE))
    return f"{USER.get()}/{number}" if number is not None and USER.get() else number


def new_session() -> str:
    """A number for a browser, signed."""
    number = secrets.token_hex(16)
    return f"{number}.{_signature(number)}"


class SessionCookie:
    """ASGI middleware: gives a browser without a number one when it opens the page."""

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        secure = "; Secure" if (serving.origin or "").startswith("https:") else ""
        self._form = f"{COOKIE}={{}}; Path={serving.root_path}/; HttpOnly; SameSite=Strict{secure}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the cookie to the page, passes everything else on."""
        if scope["type"] != "http" or scope["path"] != "/" or session_in(Headers(scope=scope)) is not None:
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", self._form.format(new_session()))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def session_in(headers: Headers) -> str | None:
    """The number in the headers of a request; None where they hold none that this server gave."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return _checked(cookie.value if cookie is not None else None)


def _signature(number: str) -> str:
    return hmac.digest(_KEY, number.encode(), "sha256").hex()[:32]


def _checked(cookie: str | None) -> str | None:
    number, _, signature = (cookie or "").partition(".")
    fits = hmac.compare_digest(_signature(number).encode(), signature.encode("utf-8", "replace"))
    return number if fits else None

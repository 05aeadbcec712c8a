"""Whose files these are: a browser's own number, in a cookie that no script reads and no other site sends.

A cookie, because the source pages must be opened with it as well, by plain links. It is a random number and nothing
else: the server keeps nothing under it but the files that were added (`qa.uploads.private`).
"""

from __future__ import annotations

import re
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.gate.serving import Serving

COOKIE = "pincite_session"
_NUMBER = re.compile(r"[0-9a-f]{32}")


def session_of(request: Request) -> str | None:
    """The number of the browser that asks; None where it has none yet, and for programs."""
    return _checked(request.cookies.get(COOKIE))


class SessionCookie:
    """ASGI middleware: gives a browser that opens the page a number, where it brings none."""

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        secure = "; Secure" if (serving.origin or "").startswith("https:") else ""
        self._form = f"{COOKIE}={{}}; Path={serving.root_path}/; HttpOnly; SameSite=Strict{secure}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the cookie to the page, passes everything else on."""
        if scope["type"] != "http" or scope["path"] != "/" or _brought(Headers(scope=scope)) is not None:
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = self._form.format(secrets.token_hex(16))
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _brought(headers: Headers) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return _checked(found.value if found is not None else None)


def _checked(number: str | None) -> str | None:
    return number if number is not None and _NUMBER.fullmatch(number) else None

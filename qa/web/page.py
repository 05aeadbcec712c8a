"""Takes references to outside hosts out of Gradio's page, which has no setting for it; allows its scripts by hash."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.gate.security import PAGE_POLICY
from qa.source.templates import hash_source

STATIC = Path(__file__).parent.parent / "static"
_OUTSIDE = re.compile(
    r"<script\b[^>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^>]*>.*?</script\s*>"
    r"|<link\b[^>]*\bhref\s*=\s*[\"']?(?:https?:)?//[^>]*>"
    r"|<link\b[^>]*\brel=\"manifest\"[^>]*>"
    r"|<meta\b[^>]*\b(?:property|name)=\"(?:og|twitter):[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_INLINE_SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc\s*=)[^>]*>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
# Relative, so that they hold behind a proxy as well; in the order of their precedence.
_SHEETS = ("palette", "chat", "turn", "folded", "asking", "actions", "timeline", "drawer", "preview")
HEAD = (
    '<link rel="icon" type="image/svg+xml" href="pincite/icon.svg">'
    + "".join(f'<link rel="stylesheet" href="pincite/{name}.css">' for name in _SHEETS)
    + '<script src="pincite/chat.js" type="module"></script>'
)
_ROOT = '<script src="pincite/root.js"></script>'  # must run before Gradio's own script


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
    """A whole response, held back until it is rewritten."""

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
            headers["Content-Security-Policy"] = PAGE_POLICY.format(hashes=_script_hashes(page))
            headers["Content-Length"] = str(len(self.body))
        return self.start, {"type": "http.response.body", "body": self.body}


def local_only(page: str) -> str:
    """Gradio's page without its references to outside hosts, and with the one script that must run before its own."""
    return _OUTSIDE.sub("", page).replace("</head>", f"{_ROOT}</head>", 1)


def _script_hashes(page: str) -> str:
    """The hashes of a page's inline scripts as sources of a Content-Security-Policy."""
    return "".join(f" {hash_source(script)}" for script in _INLINE_SCRIPT.findall(page))

"""The chat's server: the page, and all routes that it and programs use, behind one gate.

`create_app` makes the whole web application, `ChatServer` runs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from embeddings.errors import ServerError
from qa.assistant import Assistant
from qa.gate import metrics
from qa.gate.address import bind, url
from qa.gate.bounds import Bounds
from qa.gate.connections import Connection
from qa.gate.desk import Desk, Responder
from qa.gate.logs import to_stderr
from qa.gate.security import Gate, SecurityHeaders
from qa.gate.serving import LOCAL, Serving, is_loopback
from qa.gate.session import SessionCookie
from qa.kept.keeping import Keeping
from qa.uploads.private import Uploads
from qa.web import api, files, pinning, sources, talk
from qa.web.files import Shelf
from qa.web.layout import blocks, gr
from qa.web.page import HEAD, STATIC, LocalPage
from qa.web.talk import Talk

if TYPE_CHECKING:
    import socket

_SYSTEM_FONTS = ("system-ui", "sans-serif")


def create_app(
    assistant: Responder,
    examples: Sequence[str] = (),
    serving: Serving = LOCAL,
    keeping: Keeping | None = None,
) -> FastAPI:
    """The chat over an assistant's documents, as an ASGI application.

    Args:
        assistant: answers the questions.
        examples: questions offered before the first one is asked.
        serving: where it will be bound to, and who may ask.
        keeping: what it keeps; not used with `serving.read_only`.
    """
    kept = keeping if keeping is not None and not serving.read_only else Keeping()

    async def made() -> FastAPI:
        return _make_app(assistant, tuple(examples), serving, kept)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(made())  # else Gradio opens several loops and never closes them
    return _make_app(assistant, tuple(examples), serving, kept)


def _make_app(assistant: Responder, examples: tuple[str, ...], serving: Serving, keeping: Keeping) -> FastAPI:
    if serving.access is not None:
        if not isinstance(assistant, Assistant):
            raise ServerError("--access needs an assistant that can be limited; open an index")
        assistant.narrow = serving.access.now
    desk = Desk(assistant, at_once=serving.workers + 1, audit=serving.audit)  # one is searched while others are read
    own = Uploads(assistant) if isinstance(assistant, Assistant) and keeping.share is None else None
    shelf = Shelf(desk, own, keeping.share)
    talking = Talk(shelf, examples, keeping.judging)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for router in (
        *(metrics.routes(desk), sources.routes(shelf), files.routes(shelf)),
        *(talk.routes(talking), pinning.routes(talking)),
    ):
        app.include_router(router)
    app.mount("/v1", api.create_api(desk, serving))
    app.mount("/pincite", StaticFiles(directory=STATIC))
    is_local = is_loopback(serving.host) and serving.origin is None
    gr.mount_gradio_app(
        app,
        blocks(desk, examples, is_local=is_local, takes_files=shelf.takes_files),
        path="/",
        footer_links=[],
        run_history=False,
        root_path=f"{serving.origin or ''}{serving.root_path}" or None,
        ssr_mode=False,
        pwa=False,
        mcp_server=True,
        enable_monitoring=False,
        show_error=False,
        head=HEAD,
        theme=gr.themes.Base(font=_SYSTEM_FONTS, font_mono=("ui-monospace", "monospace")),
    )
    app.state.closing = app.routes[-1].app.stop_event  # type: ignore[attr-defined]  # ends the streams of open pages
    app.add_middleware(LocalPage)
    app.add_middleware(SessionCookie, serving=serving)
    app.add_middleware(Bounds)
    app.add_middleware(Gate, serving=serving)
    app.add_middleware(SecurityHeaders)  # added last, so outermost
    return app


class ChatServer(uvicorn.Server):
    """The chat on a socket of its own, which is bound at once: a port that is taken shows here.

    Args:
        assistant: answers the questions.
        serving: the address to bind to, and who may ask.
        port: the port to bind to; 0 takes any free one.
        on_ready: called with the URL once the chat can be opened.
        examples: questions offered before the first one is asked.
        bound: a socket from `qa.gate.address.bind` for that host, instead of one that is bound now.
        keeping: what it keeps.

    Raises:
        ServerError: the address or the port can't be had.
    """

    def __init__(
        self,
        assistant: Responder,
        serving: Serving = LOCAL,
        port: int = 7860,
        on_ready: Callable[[str], None] | None = None,
        examples: Sequence[str] = (),
        bound: socket.socket | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        to_stderr()
        self._socket = bound if bound is not None else bind(serving.host, port)
        self.url, self._on_ready = url(serving.host, self._socket), on_ready
        config = uvicorn.Config(
            create_app(assistant, examples, serving, keeping),
            http=Connection,
            ws="none",
            proxy_headers=serving.behind_proxy,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
        )
        super().__init__(config)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves until `stop` is called, or until it is interrupted: then it raises KeyboardInterrupt."""
        with self._socket:
            super().run(sockets=[self._socket])

    def stop(self) -> None:
        """Makes `run` return soon; may be called from another thread."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, and calls `on_ready`."""
        await super().startup(sockets)
        if self.started and self._on_ready is not None:
            self._on_ready(self.url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops, and ends the streams of open pages."""
        self.config.app.state.closing.set()  # type: ignore[union-attr]
        await super().shutdown(sockets)

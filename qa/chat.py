"""The chat: the conversation, and beside it the source of the chosen citation.

`create_app` is the whole web application, `serve` runs it. Gradio carries the conversation; a citation is a plain
link whose target is the frame beside it, so it works from the keyboard and without any script.
"""

from __future__ import annotations

import asyncio
import html
import ipaddress
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

# Read when gradio is imported, hence before it. The second keeps it from counting each event in a table of pandas, for
# a dashboard that is not served.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from embeddings.errors import PinciteError
from qa.address import bind, url
from qa.cards import Exchange, conversation, first_citation, history
from qa.render import counted
from qa.source_page import citation_url
from qa.web import LOOPBACK, STATIC, Gate, LocalPage, Responder, SecurityHeaders, routes

if TYPE_CHECKING:
    import socket

_LOG = logging.getLogger(__name__)
_EMPTY = "Type a question first, then press Enter."
_BROKEN = "Something went wrong on this side; the log of the chat says what. The conversation can go on."
_SYSTEM_FONTS = ("system-ui", "sans-serif")

_Updates = dict[gr.blocks.Block, object]


def create_app(assistant: Responder, examples: Sequence[str] = (), host: str = "127.0.0.1") -> FastAPI:
    """The chat over an assistant's documents, as an ASGI application.

    Args:
        assistant: answers the questions.
        examples: questions offered before the first one is asked.
        host: the address it will be bound to; on loopback it answers only to this machine's own names.
    """

    async def made() -> FastAPI:
        return _make_app(assistant, tuple(examples), host)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(made())  # without a running loop Gradio opens several of its own and never closes them
    return _make_app(assistant, tuple(examples), host)


def _make_app(assistant: Responder, examples: tuple[str, ...], host: str) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes(assistant))
    app.mount("/pincite", StaticFiles(directory=STATIC))
    page = _Page(assistant, examples, is_local=_is_loopback(host))
    gr.mount_gradio_app(
        app,
        page.blocks,
        path="/",
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        show_error=False,
        theme=gr.themes.Base(font=_SYSTEM_FONTS, font_mono=("ui-monospace", "monospace")),
    )
    app.state.closing = app.routes[-1].app.stop_event  # type: ignore[attr-defined]  # ends the streams of open pages
    app.add_middleware(LocalPage)
    app.add_middleware(Gate, host=host)
    app.add_middleware(SecurityHeaders)  # added last, so outermost
    return app


def serve(
    assistant: Responder,
    host: str = "127.0.0.1",
    port: int = 7860,
    on_ready: Callable[[str], None] | None = None,
    examples: Sequence[str] = (),
    bound: socket.socket | None = None,
) -> None:
    """Serves the chat until it is interrupted, and then raises KeyboardInterrupt.

    Args:
        assistant: answers the questions.
        host: the address to bind to.
        port: the port to bind to; 0 takes any free one.
        on_ready: called with the URL once the chat can be opened.
        examples: questions offered before the first one is asked.
        bound: a socket from `qa.address.bind` for that host, instead of one that is bound now.

    Raises:
        ServerError: the address or the port cannot be had.
    """
    ChatServer(assistant, host, port, on_ready, examples, bound).run()


class ChatServer:
    """The chat on a socket of its own. The socket is bound at once, so a port that is taken shows here.

    Raises:
        ServerError: the address or the port cannot be had.
    """

    def __init__(
        self,
        assistant: Responder,
        host: str = "127.0.0.1",
        port: int = 7860,
        on_ready: Callable[[str], None] | None = None,
        examples: Sequence[str] = (),
        bound: socket.socket | None = None,
    ) -> None:
        self._socket = bound if bound is not None else bind(host, port)
        self.url = url(host, self._socket)
        config = uvicorn.Config(
            create_app(assistant, examples, host), log_config=None, access_log=False, timeout_graceful_shutdown=2
        )
        self._server = _Server(config, partial(on_ready, self.url) if on_ready is not None else _nothing)

    def run(self) -> None:
        """Serves until `stop` is called or the process is interrupted."""
        with self._socket:
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Makes `run` return soon; may be called from another thread."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and ends the streams of open pages when it stops."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.closing.set()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def _nothing() -> None:
    pass


def _is_loopback(host: str) -> bool:
    try:
        return host in LOOPBACK or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Page:
    """The Gradio page: its components, and what happens when a question is asked."""

    def __init__(self, assistant: Responder, examples: tuple[str, ...], *, is_local: bool) -> None:
        self._assistant = assistant
        with gr.Blocks(title="Pincite", analytics_enabled=False, fill_width=True) as self.blocks:
            self._exchanges = gr.State(())
            with gr.Row(elem_id="masthead"):
                _raw(_masthead(assistant.document_count, is_local=is_local))
                self._again = gr.Button("New conversation", elem_id="again", size="sm", visible=False)
            with gr.Row(elem_id="panes"):
                with gr.Column(elem_id="talk"):
                    self._conversation = _raw(conversation(()), elem_id="conversation")
                    self._examples, buttons = _example_buttons(examples)
                    self._question = _question_box()
                    self._hint = _raw("", elem_id="hint")
                with gr.Column(elem_id="reading"):
                    self._source = _raw(_frame("/source", 0), elem_id="source")
            self._wire(buttons, examples)

    def _wire(self, buttons: Sequence[gr.Button], examples: Sequence[str]) -> None:
        outputs: list[gr.blocks.Block] = [
            *(self._exchanges, self._question, self._conversation, self._source, self._hint),
            *(self._examples, self._again),
        ]
        # One answer at a time, whoever asks: answering uses every core.
        listen = partial(_listen, outputs=outputs, concurrency_id="answer", concurrency_limit=1, show_progress="hidden")
        listen(self._question.submit, self._ask, [self._question, self._exchanges])
        for button, example in zip(buttons, examples, strict=True):
            listen(button.click, partial(self._ask, example), [self._exchanges])
        listen(self._again.click, self._start_again, [])

    def _ask(self, question: str, exchanges: tuple[Exchange, ...]) -> Iterator[_Updates]:
        """Shows the question at once, then its answer."""
        if not question.strip():
            yield {self._hint: f"<p>{_EMPTY}</p>"}
            return
        yield {
            self._question: "",
            self._hint: "",
            self._conversation: conversation((*exchanges, Exchange(question))),
            self._examples: gr.update(visible=False),
        }
        exchange = self._exchange(question, exchanges)
        exchanges = (*exchanges, exchange)
        yield {
            self._exchanges: exchanges,
            self._conversation: conversation(exchanges),
            self._again: gr.update(visible=True),
            **self._opened(exchange, len(exchanges)),
        }

    def _exchange(self, question: str, exchanges: tuple[Exchange, ...]) -> Exchange:
        try:
            return Exchange(question, self._assistant.answer(question, history=history(exchanges)))
        except PinciteError as error:
            return Exchange(question, problem=str(error))
        except Exception:
            _LOG.exception("the question could not be answered")
            return Exchange(question, problem=_BROKEN)

    def _opened(self, exchange: Exchange, number: int) -> _Updates:
        """Opens the best citation of an answer; leaves the source alone where there is none."""
        citation = first_citation(exchange.answer) if exchange.answer is not None else None
        return {} if citation is None else {self._source: _frame(citation_url(citation), number)}

    def _start_again(self) -> _Updates:
        return {
            self._exchanges: (),
            self._question: "",
            self._conversation: conversation(()),
            self._source: _frame("/source", 0),
            self._hint: "",
            self._examples: gr.update(visible=True),
            self._again: gr.update(visible=False),
        }


def _listen(
    event: Callable[..., object], react: Callable[..., object], inputs: list[gr.blocks.Block], **options: object
) -> None:
    event(react, inputs, api_visibility="private", **options)


def _raw(value: str, elem_id: str | None = None) -> gr.Markdown:
    """Our own HTML, every text in it already escaped.

    gr.HTML would need scripts made of strings ('unsafe-eval'); Markdown passes a block of HTML on as it is.
    """
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=False, latex_delimiters=[])


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Question",
        show_label=False,
        placeholder="Ask your documents …",
        lines=1,
        max_lines=4,
        autofocus=True,
        submit_btn="Ask",
        container=False,
    )


def _example_buttons(examples: Sequence[str]) -> tuple[gr.Row, list[gr.Button]]:
    with gr.Row(elem_id="examples", visible=bool(examples)) as row:
        buttons = [gr.Button(example, size="sm", elem_classes="example") for example in examples]
    return row, buttons


def _masthead(count: int, *, is_local: bool) -> str:
    documents = counted(count, "document")
    privacy = "nothing leaves this machine" if is_local else "no outside service is asked"
    return (
        '<div class="masthead"><h1><img src="/pincite/icon.svg" alt="" width="28" height="28">Pincite</h1>'
        f"<p>{documents} · answers are exact quotes · {privacy}</p></div>"
    )


def _frame(url: str, number: int) -> str:
    """The frame that links open in. The number makes a frame new that has been led elsewhere by a link."""
    return (
        f'<div class="frame" data-turn="{number}"><iframe name="source" title="Source" src="{html.escape(url)}">'
        "</iframe></div>"
    )

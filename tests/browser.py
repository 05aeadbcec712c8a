"""A chat on a free port and a real Chromium, for the tests that look at the page itself."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Playwright

from embeddings import Document
from qa.gate.desk import Responder
from qa.gate.serving import LOCAL, Serving
from qa.kept.feedback import FeedbackStore, Version
from qa.kept.judging import Judging
from qa.kept.keeping import Keeping
from qa.web.app import ChatServer

# Chromium without its own calls home, and unable to find any host but this machine.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium. Skips where there is none, except in CI, where that is a failure."""
    path = shutil.which("chromium")
    if path is None:
        reason = "no Chromium: install Debian's package `chromium`"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))


def judging(store: FeedbackStore, *documents: Document) -> Keeping:
    """What a chat over some documents keeps: what people say of its answers, in a store."""
    hashes = tuple(sorted(document.content_hash for document in documents))
    return Keeping(Judging(store, lambda: Version("", 0, hashes)))


@contextmanager
def serving(
    assistant: Responder, examples: Sequence[str] = (), how: Serving = LOCAL, keeping: Keeping | None = None
) -> Iterator[str]:
    """A chat on a free port of this machine; yields its URL."""
    ready = threading.Event()
    server = ChatServer(assistant, how, port=0, examples=examples, on_ready=lambda url: ready.set(), keeping=keeping)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert ready.wait(60), "the chat did not start"
        yield server.url
    finally:
        server.stop()
        thread.join(30)

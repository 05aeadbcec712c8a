"""What the server answers to, and what of a stranger's words reaches a log, a terminal or an exported file."""

from __future__ import annotations

import io
import json
import logging
import socket
import sys
from datetime import UTC, datetime

import httpx
import pytest
from browser import serving
from fakes import cite
from keyword_assistant import KeywordAssistant
from rich.console import Console
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import BIDI, PinciteError, printable
from qa import Answer, Turn
from qa.gate.logs import Plain
from qa.gate.passwords import Login
from qa.gate.serving import Serving
from qa.kept.conversation import Recalled
from qa.render import one_line
from qa.show.evidence_file import About
from qa.show.exporting import export
from qa.show.terminal import show
from qa.web.app import create_app

FERRY = Document.from_text("The ferry to Oslo leaves at 14:30.", "Ferry", "ferry.txt")
WRONG = {"authorization": "Basic eDp5"}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("[::1]:7860", 200),
        ("192.168.7.9:7860", 200),
        ("localhost:7860", 200),
        (f"{socket.gethostname()}:7860", 200),
        ("docs.example.org", 200),
        ("DOCS.example.org:443", 200),
        ("evil.example.com", 403),
        ("docs.example.org.evil.example.com", 403),
        ("127.0.0.1.evil.example.com", 403),
        ("", 403),
    ],
)
def test_a_chat_for_other_machines_answers_to_addresses_and_its_own_names(host: str, status: int, own: bool) -> None:
    how = Serving("0.0.0.0", called=("docs.example.org",))
    with TestClient(create_app(KeywordAssistant([FERRY]), serving=how), base_url="http://127.0.0.1:7860") as client:
        headers = {"host": host, **({"origin": f"http://{host}"} if own else {})}
        assert client.get("/health", headers=headers).status_code == status


# ---------------------------------------------------------------- logs


def logged(how: Serving, caplog: pytest.LogCaptureFixture) -> str:
    with serving(KeywordAssistant([FERRY]), how=how) as url, caplog.at_level(logging.WARNING):
        for said in ("6.6.6.6", "\x1b[2Jevil", "x" * 5_000):
            httpx.get(f"{url}/health", headers={**WRONG, "x-forwarded-for": said.encode()})
    return "\n".join(caplog.messages)


def test_where_a_request_comes_from_is_believed_of_a_proxy_alone(caplog: pytest.LogCaptureFixture) -> None:
    told = logged(Serving(login=Login.of("ada", "x")), caplog)
    assert told.count("from 127.0.0.1") == 3
    caplog.clear()
    told = logged(Serving(login=Login.of("ada", "x"), behind_proxy=True), caplog)
    assert "from 6.6.6.6" in told
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) < 200


def test_a_record_of_the_log_keeps_to_printable_lines() -> None:
    evil = ("\x1b]0;evil\x07" * 99,)
    try:
        raise ValueError("a\x1b[2J\nforged: line" + "x" * 9_000)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "one\r\ntwo %s", evil, sys.exc_info())
    lines = Plain().format(record).splitlines()
    assert lines[0].startswith("one\\r\\ntwo \\x1b]0;evil")
    assert all(line.startswith("  ") for line in lines[1:])
    assert all(line.isprintable() and len(line) < 400 for line in lines)


# ---------------------------------------------------------------- bidirectional controls


def test_words_are_shown_in_the_order_in_which_they_stand() -> None:
    text = f"Pay \u202e001\u202c euros, or {BIDI}nothing."
    document = Document("", "Con\u202etract", "con\u202etxt.exe", text)
    answer = Answer("How much?", text[4:9], 0.9, (cite(document, text[4:9]),))
    out = io.StringIO()
    show(answer, Console(file=out, width=200))
    for shown in (out.getvalue(), one_line(text), printable(text)):
        assert not set(shown) & set(BIDI)
    assert "\ufffd001\ufffd" in out.getvalue()
    about = About(datetime.now(UTC), "http://127.0.0.1:7860", "")
    for form in ("markdown", "html", "json"):
        written = export([Recalled.of(Turn("How much?", answer))], form, about)  # type: ignore[arg-type]
        assert not set(written) & set(BIDI), form
        if form == "json":
            assert json.loads(written)["turns"][0]["answer"]["text"] == text[4:9]


@pytest.mark.parametrize(
    "base",
    ["http://x\n## forged", "http://x>evil", "http://x\u202e", "javascript:x", "http://[", "http://x y"],
)
def test_the_address_of_an_export_is_one_that_ends_no_link(base: str) -> None:
    answer = Answer("When?", "14:30", 0.9, (cite(FERRY, "14:30"),))
    with pytest.raises(PinciteError, match="is none; expected one such as"):
        export([Recalled.of(Turn("When?", answer))], "markdown", About(datetime.now(UTC), base, ""))

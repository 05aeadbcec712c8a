"""A browser's number: made by this server alone, and worth nothing before a file was accepted."""

from __future__ import annotations

import secrets

from fakes import small_assistant
from starlette.requests import Request
from starlette.testclient import TestClient

from embeddings import Document
from qa.gate.session import COOKIE, new_session, session_of
from qa.web.app import create_app

HOST = "http://127.0.0.1:7860"
FERRY = Document("", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30 from the harbour.")


def brought(cookie: str) -> str | None:
    return session_of(Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={cookie}".encode("latin-1"))]}))


def test_only_a_number_that_this_server_made_is_one() -> None:
    made = new_session()
    number, _, signature = made.partition(".")
    assert brought(made) == number
    invented = secrets.token_hex(16)
    for other in ("", number, f"{number}.", f"{number}.{signature[:-1]}", f"{invented}.{signature}", "é.é"):
        assert brought(other) is None


def test_files_under_invented_cookies_are_refused_and_push_out_nobody() -> None:
    with TestClient(create_app(small_assistant([FERRY], "x")), base_url=HOST) as client:
        client.get("/")
        assert client.post("/files", params={"name": "a.txt"}, content=b"The boat leaves at 23:59.").json()["files"]
        mine = client.cookies[COOKIE]
        for _ in range(51):
            client.cookies.clear()
            client.cookies.set(COOKIE, secrets.token_hex(16))
            assert client.post("/files", params={"name": "a.txt"}, content=b"x").status_code == 422
        client.cookies.clear()
        client.cookies.set(COOKIE, mine)
        assert len(client.get("/files").json()["files"]) == 1

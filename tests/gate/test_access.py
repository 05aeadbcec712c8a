"""Who may see what, walked through every route as each user; and who asked what."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import serving
from fakes import small_assistant
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from pdf_files import pdf, written
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import ServerError
from embeddings.filters import Where
from embeddings.loading import load_file
from qa import Assistant
from qa.gate import audit
from qa.gate.access import Access, read_access
from qa.gate.audit import Audit
from qa.gate.passwords import Login
from qa.gate.serving import Serving
from qa.kept.turns import to_store
from qa.show.pins import pinned, to_json
from qa.talk.responding import respond
from qa.types import Ask, Turn
from qa.web.app import create_app

HOST = "http://127.0.0.1:7860"
FERRY = Document("", "Ferry", "sea/ferry.txt", "The ferry to Oslo leaves at 14:30 from the harbour.", date="2015-10-21")
PLANE = Document("", "Plane", "air/plane.txt", "The plane to Oslo leaves at 11:11.", date="2016-05-01")
TRAIN = Document("", "Train", "land/train.txt", "The train to Oslo leaves at 09:10.", date="2016-01-01")
QUESTION = "When does the train to Oslo leave?"
USERS = Login.of("ada", "a") | Login.of("eve", "e") | Login.of("bob", "b")
ACCESS = Access(
    {"sailors": ("sea", "gone.txt"), "*": ("Plane",), "eve": ("land/train.txt",)}, {"sailors": frozenset({"ada"})}
)
MAY = {"ada": {"Ferry", "Plane"}, "eve": {"Train", "Plane"}, "bob": {"Plane"}}
TIMES = {"Ferry": "14:30", "Plane": "11:11", "Train": "09:10", "Tram": "07:07"}


@pytest.fixture(scope="module")
def tram(tmp_path_factory: pytest.TempPathFactory) -> Document:
    path = tmp_path_factory.mktemp("pdf") / "tram.pdf"
    path.write_bytes(pdf([written(["The tram to Oslo leaves at 07:07."])]))
    return load_file(path)


def everything(tram: Document) -> Assistant:
    return small_assistant([FERRY, PLANE, TRAIN, tram], r"\d\d:\d\d")


def basic(user: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{user[0]}".encode()).decode()}


@pytest.mark.parametrize("user", MAY)
def test_no_route_shows_a_user_what_he_may_not_see(user: str, tram: Document) -> None:
    free = everything(tram)
    exchange = respond(free, Ask(QUESTION))
    assert exchange.answer is not None
    turn = to_store(exchange)
    pin = to_json(pinned(Turn(QUESTION, exchange.answer), 0, _now()))
    app = create_app(everything(tram), serving=Serving(login=USERS, access=ACCESS))
    with TestClient(app, base_url=HOST, headers=basic(user)) as client:
        client.get("/")
        pages = ("/source", "/talk/here", "/files", "/", "/config", "/v1/openapi.json")
        shown = {path: client.get(path).text for path in pages}
        for name, where in (("all", {}), ("named", {"documents": ["Train"]}), ("days", {"after": "2000"})):
            said = {"question": QUESTION, "where": where}
            shown[f"/v1/answer {name}"] = client.post("/v1/answer", json=said).text
            shown[f"/talk/ask {name}"] = client.post("/talk/ask", json=said).text
        shown["/talk/ask small"] = client.post("/talk/ask", json={"question": "What is in here?"}).text
        history = [{"question": QUESTION, "answer": {"citations": _citations(exchange)}}]
        shown["history"] = client.post("/v1/answer", json={"question": "And when else?", "history": history}).text
        shown["follow-up"] = client.post("/talk/ask", json={"question": "And when?", "history": [turn]}).text
        shown["/talk/pins"] = client.post("/talk/pins", json={"pins": [pin]}).text
        client.post("/files", params={"name": "bus.txt"}, content=b"The bus to Oslo leaves at 05:55.")
        shown["with a file"] = client.post("/v1/answer", json={"question": QUESTION}).text
        shown["asked with a file"] = client.post("/talk/ask", json={"question": QUESTION}).text
        for document in (FERRY, PLANE, TRAIN, tram):
            for address in (f"/source?document={document.id}", f"/source/picture?document={document.id}&page=1"):
                status = client.get(address).status_code
                assert (status != 404) == (document.title in MAY[user] and "picture" not in address), address
        for path, text in shown.items():
            for title in TIMES.keys() - MAY[user]:
                assert TIMES[title] not in text or path in ("/talk/pins", "follow-up"), (path, title)
                assert f'"title": "{title}"' not in text, (path, title)
                assert f'"title":"{title}"' not in text, (path, title)
        assert f"pincite_documents {len(MAY[user])}\n" in client.get("/metrics").text
        recalled = client.post("/talk/recall", json={"turns": [turn]}).json()["turns"][0]
        exported = client.post("/talk/export", json={"turns": [turn], "form": "html", "base": HOST}).text
        judged = client.post("/talk/feedback", json={"turn": turn, "verdict": "right"}).status_code
        assert judged == 422  # not kept in this test, and nothing of it is told
        if "Train" not in MAY[user]:
            assert f"document={TRAIN.id}" not in recalled + exported + shown["/talk/pins"]
            assert "the document is not here any more" in recalled  # the words are those that the browser kept


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _citations(exchange: Any) -> list[dict[str, Any]]:
    names = ("start", "end", "quote_start", "quote_end")
    cited = exchange.answer.citations
    return [{"document": {"id": c.document.id}, **{name: getattr(c, name) for name in names}} for c in cited]


def test_the_tools_show_each_user_his_documents_alone(tram: Document) -> None:
    async def use(url: str, user: str) -> tuple[set[str], str, bool]:
        async with (
            httpx.AsyncClient(headers=basic(user)) as http,
            streamable_http_client(f"{url}/mcp", http_client=http) as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            calls = (
                ("list_documents", {}),
                ("search", {"question": QUESTION, "k": 50}),
                ("answer", {"question": QUESTION}),
                ("read_passage", {"document": TRAIN.id}),
            )
            listed, searched, answered, read = [await session.call_tool(name, given) for name, given in calls]
            titles = {each["title"] for each in json.loads(listed.content[0].text)["documents"]}  # type: ignore[union-attr]
            both = searched.content[0].text + answered.content[0].text  # type: ignore[union-attr]
            return titles, both, bool(read.isError)

    with serving(everything(tram), how=Serving(login=USERS, access=ACCESS)) as url:
        for user, may in MAY.items():
            titles, both, refused = asyncio.run(use(url, user))
            assert titles == may
            assert refused == ("Train" not in may)
            assert not [title for title in TIMES.keys() - may if TIMES[title] in both]


def test_gradios_client_shows_no_more(tram: Document) -> None:
    from gradio_client import Client

    with serving(everything(tram), how=Serving(login=USERS, access=ACCESS)) as url:
        client = Client(url, headers=basic("bob"), verbose=False, analytics_enabled=False)
        listed = json.loads(client.predict(api_name="/list_documents"))
        assert {each["title"] for each in listed["documents"]} == MAY["bob"]
        client.close()


def test_places_are_documents_or_folders_and_what_is_not_there_is_passed_over(tram: Document) -> None:
    assistant = everything(tram)
    assert {each.title for each in assistant.listed(where=Where(places=("sea", "Plane", "gone")))} == {"Ferry", "Plane"}
    assert assistant.listed(where=Where(places=())) == ()
    inside = Where(documents=("Plane",)).within(Where(places=("sea", "Plane")))
    assert {each.title for each in assistant.listed(where=inside)} == {"Plane"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[may", "no TOML"),
        ("", r"expected the tables \[groups\] and \[may\]"),
        ("[may]\nada = 'x'", "expected a list of names"),
        ("[may]\nnobody = ['x']", "'nobody' is no user"),
        ("[groups]\ng = ['nobody']\n[may]\ng = ['x']", "'nobody' is no user"),
        ("[may]\nada = ['x']\n[more]\n", "and no other"),
    ],
)
def test_a_file_of_another_form_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "access.toml").write_text(text)
    with pytest.raises(ServerError, match=words):
        read_access(tmp_path / "access.toml", {"ada", "eve"})


def test_a_file_says_who_may_see_what(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[groups]\nlegal = ['ada']\n[may]\nlegal = ['b']\n'*' = ['a']\n")
    access = read_access(tmp_path / "a.toml", {"ada", "eve"})
    assert (access.where_of("ada").places, access.where_of("eve").places) == (("a", "b"), ("a",))
    assert access.now() == Where(places=())


# ---------------------------------------------------------------- who asked what


def test_each_question_leaves_a_line_that_only_the_owner_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "audit.jsonl"
    kept = Audit(path)
    how = Serving(login=USERS, audit=kept)
    with TestClient(create_app(small_assistant([FERRY], r"\d\d:\d\d"), serving=how), base_url=HOST) as client:
        client.post("/v1/answer", json={"question": "When does the ferry to Oslo leave?"}, headers=basic("ada"))
        client.post("/talk/ask", json={"question": "Please, when\ndoes the ferry leave?"}, headers=basic("eve"))
        client.post("/v1/answer", json={"question": "?!"}, headers=basic("eve"))
    kept.close()
    lines = path.read_text().splitlines()
    first, second, third = (json.loads(line) for line in lines)
    assert (first["user"], first["asked"], first["answered"]) == ("ada", "When does the ferry to Oslo leave?", True)
    assert first["cited"] == [{"id": FERRY.id, "source": "sea/ferry.txt"}]
    assert set(first) >= {"time", "understood", "update", "confidence", "milliseconds"}
    assert second["user"] == "eve"
    assert (third["error"], third["answered"]) == ("QuestionError", False)
    assert "14:30" not in "".join(lines)
    assert path.stat().st_mode & 0o777 == 0o600

    monkeypatch.setattr(audit, "_BYTES", 2_000)
    small = Audit(tmp_path / "small.jsonl")
    for _ in range(100):
        small.note("When?" * 10, 1, 0.1, None)
    small.close()
    assert len(list(tmp_path.glob("small.jsonl*"))) == 10
    assert all(each.stat().st_size <= 2_000 for each in tmp_path.glob("small.jsonl*"))
    with pytest.raises(ServerError, match=r"--audit .*can't be written"):
        Audit(tmp_path / "nowhere" / "audit.jsonl")

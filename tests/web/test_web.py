"""The server for programs and strangers: one gate before every route, the REST endpoint, the figures, the MCP tools."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import serving
from fastapi.routing import APIRoute
from keyword_assistant import KeywordAssistant
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import TextContent
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import QuestionError, ServerError, StoreError
from embeddings.filters import Where
from qa import Turn
from qa.gate import desk
from qa.gate.desk import Busy, Desk
from qa.gate.metrics import text_of
from qa.gate.passwords import Login, read_login
from qa.gate.serving import Serving, check_exposed, read_root
from qa.render import to_dict
from qa.show.each import to_dict as each_dict
from qa.types import Ask
from qa.web.app import create_app
from qa.web.schema import AnswerOut, CitationOut, EachOut
from tests.fakes import small_assistant

HOST = "http://127.0.0.1:7860"
LOGIN = Login.of("ada", "käse:1")
BASIC = "Basic " + base64.b64encode("ada:käse:1".encode()).decode()
FERRY = Document.from_text("The ferry to Oslo leaves at 14:30.\n\nTickets cost 40 euros.", "Ferry", "ferry.txt")
QUESTION = "When does the ferry to Oslo leave at?"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(KeywordAssistant([FERRY])), base_url=HOST) as client:
        yield client


@pytest.fixture(scope="module")
def guarded() -> Iterator[TestClient]:
    with TestClient(create_app(KeywordAssistant([FERRY]), serving=Serving(login=LOGIN)), base_url=HOST) as client:
        yield client


# ---------------------------------------------------------------- one gate before every route


def every_route(routes: Sequence[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """The method and an address of each route, those of mounted applications too."""
    for route in routes:
        path = before + re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        if isinstance(route, Mount):
            inner = getattr(route.app, "routes", None) or []
            yield from every_route(inner, path.rstrip("/"))
            yield "GET", f"{path.rstrip('/')}/x"
        elif isinstance(route, Route | APIRoute):
            yield from ((method, path) for method in route.methods or ())
        else:  # FastAPI keeps an included router as one entry of its own
            yield from every_route(_included(route), before)


def _included(route: BaseRoute) -> Sequence[BaseRoute]:
    router = getattr(route, "original_router", None) or getattr(route, "router", None)
    return getattr(router, "routes", ())


def test_no_route_answers_without_the_password_or_to_another_page_or_name(guarded: TestClient) -> None:
    app = guarded.app
    assert isinstance(app, Starlette)
    walked = sorted(set(every_route(app.routes)))
    paths = {path for _, path in walked}
    assert {"/health", "/metrics", "/source", "/source/picture", "/v1/answer", "/v1/openapi.json"} <= paths
    assert {"/v1/chat/completions", "/v1/models"} <= paths
    assert {"/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/mcp/x", "/config"} <= paths
    assert len(walked) > 60
    wrong = {"authorization": "Basic " + base64.b64encode(b"ada:wrong").decode()}
    for method, path in [*walked, ("POST", "/mcp"), ("POST", "/gradio_api/mcp/"), ("GET", "/nothing/here")]:
        assert guarded.request(method, path).status_code == 401, (method, path)
        foreign = {"authorization": BASIC, "origin": "http://example.org"}
        assert guarded.request(method, path, headers=foreign).status_code == 403, (method, path)
        embedded = {"authorization": BASIC, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
        assert guarded.request(method, path, headers=embedded).status_code == 403, (method, path)
        other = {"authorization": BASIC, "host": "example.org"}
        assert guarded.request(method, path, headers=other).status_code == 403, (method, path)
    assert guarded.get("/health", headers=wrong).status_code == 401


@pytest.mark.parametrize("path", ["/", "/health", "/metrics", "/source", "/v1/openapi.json", "/config"])
def test_who_knows_the_password_gets_in(guarded: TestClient, path: str) -> None:
    assert guarded.get(path, headers={"authorization": BASIC}).status_code == 200
    refused = guarded.get(path)
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert "default-src 'none'" in refused.headers["content-security-policy"]


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic ???", "Bearer x", BASIC.replace("Basic", "Digest"), "Basic YWRh", f"{BASIC}A"]
)
def test_a_header_of_another_form_is_no_password(header: str) -> None:
    assert LOGIN.user_of(header) is None
    assert LOGIN.user_of(BASIC)
    assert LOGIN.user_of(BASIC.replace("Basic", "basic"))


def test_a_password_is_nowhere_in_what_is_shown_of_a_login() -> None:
    assert "käse" not in repr(LOGIN)
    assert "digest" not in repr(LOGIN)


def test_the_password_is_the_first_line_of_the_file(tmp_path: Path) -> None:
    for name in ("secret", "empty"):
        (tmp_path / name).touch(mode=0o600)
    (tmp_path / "secret").write_text("käse:1\r\nmore\n", encoding="utf-8")
    assert read_login(f"ada:{tmp_path / 'secret'}") == LOGIN
    (tmp_path / "empty").write_text("\nlater\n")
    with pytest.raises(ServerError, match="holds no password; write it on the first line"):
        read_login(f"ada:{tmp_path / 'empty'}")
    with pytest.raises(ServerError, match="no such file"):
        read_login(f"ada:{tmp_path / 'gone'}")
    for text in ("ada", "ada:", ":file", ""):
        with pytest.raises(ServerError, match="expected USER:PASSWORD-FILE"):
            read_login(text)


def test_other_machines_are_served_only_with_a_password_or_when_that_is_said() -> None:
    with pytest.raises(ServerError, match=r"--auth USER:PASSWORD-FILE\), or say --no-auth$"):
        check_exposed(Serving("0.0.0.0"), is_open=False)
    check_exposed(Serving("0.0.0.0"), is_open=True)
    check_exposed(Serving("0.0.0.0", LOGIN), is_open=False)
    check_exposed(Serving("127.0.0.1"), is_open=False)


@pytest.mark.parametrize("text", ["pincite", "//host/x", "ftp://host/x", "/a?b", "/a#b", "/a/../b", "http://[x/"])
def test_a_root_path_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ServerError, match="expected a path such as /pincite"):
        read_root(text)


def test_behind_a_proxy_every_link_holds_whether_or_not_it_leaves_its_path_away() -> None:
    behind = Serving(root_path="/pincite", origin="https://docs.example.org")
    with TestClient(create_app(KeywordAssistant([FERRY]), serving=behind), base_url=HOST) as client:
        for path in ("", "/pincite"):
            page = client.get(f"{path}/", headers={"host": "docs.example.org"})
            assert page.status_code == 200
            assert not re.search(r"(?:href|src)=\"/(?!/)", page.text)
            assert '"root":"https://docs.example.org/pincite"' in page.text
            listed = client.get(f"{path}/source").text
            assert f'href="source?document={FERRY.id}"' in listed
            assert client.get(f"{path}/v1/openapi.json").json()["servers"] == [{"url": "/pincite/v1"}]
            asked = client.post(
                f"{path}/v1/answer", json={"question": QUESTION}, headers={"origin": "https://docs.example.org"}
            )
            assert asked.status_code == 200
        assert client.get("/pincite", follow_redirects=False).headers["location"] == "/pincite/"
        assert client.get("/health", headers={"host": "example.org"}).status_code == 403
        assert client.get("/health", headers={"origin": "https://example.org"}).status_code == 403


def test_a_browser_says_of_its_own_page_that_it_is_where_a_proxy_hides_the_host() -> None:
    other = {"origin": "https://docs.example.org"}
    with TestClient(create_app(KeywordAssistant([FERRY]), serving=Serving(root_path="/x")), base_url=HOST) as client:
        for said, status in (("same-origin", 200), ("same-site", 403), ("cross-site", 403), ("none", 403)):
            asked = client.post("/v1/answer", json={"question": QUESTION}, headers=other | {"sec-fetch-site": said})
            assert asked.status_code == status


def test_read_only_leaves_only_questions() -> None:
    with TestClient(create_app(KeywordAssistant([FERRY]), serving=Serving(read_only=True)), base_url=HOST) as client:
        assert client.post("/v1/answer", json={"question": QUESTION}).status_code == 200
        assert client.get("/source").status_code == 200
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            refused = client.request(method, "/source")
            assert refused.status_code == 403
            assert "--read-only" in refused.text


# ---------------------------------------------------------------- POST /v1/answer


def test_an_answer_has_the_names_of_pincite_ask(client: TestClient) -> None:
    given = client.post("/v1/answer", json={"question": QUESTION})
    assert given.status_code == 200
    assert given.json() == to_dict(KeywordAssistant([FERRY]).answer(QUESTION))
    assert set(given.json()) == set(AnswerOut.model_fields)
    assert set(given.json()["citations"][0]) == set(CitationOut.model_fields)


def test_each_document_is_asked_in_turn_in_the_order_that_is_wanted_and_at_most_so_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dated = [replace(FERRY, id=f"f{day}", title=f"Plan {9 - day}", date=f"2021-05-0{day}") for day in (1, 3, 2)]
    other = Document.from_text("Bread is baked here.", "Bakery", "bakery.txt")
    with TestClient(create_app(KeywordAssistant([*dated, other])), base_url=HOST) as client:
        told = client.post("/v1/each", json={"question": QUESTION}).json()
        assert set(told) == set(EachOut.model_fields)
        assert [row["date"] for row in told["documents"]] == ["2021-05-03", "2021-05-02", "2021-05-01", None]
        assert [row["says"] for row in told["documents"]] == [True, True, True, False]
        assert (told["say"], told["do_not_say"], told["documents"][3]["text"]) == (3, 1, None)
        named = client.post("/v1/each", json={"question": QUESTION, "by": "name"}).json()
        assert [row["title"] for row in named["documents"]] == ["Bakery", "Plan 6", "Plan 7", "Plan 8"]
        assert client.post("/v1/each", json={"question": QUESTION, "by": "size"}).status_code == 422
        assert client.post("/v1/each", json={"question": "?!"}).status_code == 422
        assert client.post("/v1/each", content=b"x" * 100_001).status_code == 413
        monkeypatch.setattr(desk, "MOST_EACH", 3)
        refused = client.post("/v1/each", json={"question": QUESTION})
        assert (refused.status_code, refused.json()["error"].partition(";")[0]) == (422, "more than 3 documents")


def test_a_document_that_takes_too_long_ends_what_is_asked_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "EACH_SECONDS", 0.0)
    small = small_assistant([FERRY], r"\d\d:\d\d")
    with pytest.raises(QuestionError, match="took longer"):
        Desk(small).answer_each(QUESTION, None, "date")


def test_an_answer_can_be_sent_back_as_the_turn_before_a_follow_up(client: TestClient) -> None:
    first = client.post("/v1/answer", json={"question": QUESTION}).json()
    turns = [{"question": QUESTION, "answer": first}]
    follow_up = client.post("/v1/answer", json={"question": "When?", "history": turns}).json()
    assert follow_up["question"] != "When?"
    short = [{"question": QUESTION, "answer": {"text": "14:30"}}]
    assert client.post("/v1/answer", json={"question": "When?", "history": short}).status_code == 200


class Noting(KeywordAssistant):
    """An assistant that keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__([FERRY])
        self.asked: tuple[str, Sequence[Turn], Where | None, float | None] = ("", (), None, None)

    def asked_for(self, question: str, history: Sequence[Turn], where: Where | None, threshold: float | None) -> None:
        self.asked = (question, history, where, threshold)


def test_the_filter_the_threshold_and_the_citations_of_earlier_turns_arrive() -> None:
    noting = Noting()
    with TestClient(create_app(noting), base_url=HOST) as client:
        first = client.post("/v1/answer", json={"question": QUESTION}).json()
        gone = json.loads(json.dumps(first["citations"][0]))
        gone["document"]["id"] = "gone"
        first["citations"].append(gone)
        sent = {
            "question": "When?",
            "history": [{"question": QUESTION, "answer": first}],
            "where": {"documents": ["Ferry"], "after": "2015-10"},
            "threshold": 0,
        }
        assert client.post("/v1/answer", json=sent).status_code == 200
    question, history, where, threshold = noting.asked
    assert (question, where, threshold) == ("When?", Where(documents=("Ferry",), after="2015-10"), 0.0)
    (turn,) = history
    assert [citation.text for citation in turn.answer.citations] == ["The ferry to Oslo leaves at 14:30"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "the body is not JSON"),
        ("[]", "the body: "),
        ("{}", "question: field required"),
        ('{"question": 5}', "question: input should be a valid string"),
        ('{"question": "?!"}', "holds no word"),
        ('{"question": "a", "threshold": 2}', "threshold: input should be less than or equal to 1"),
        ('{"question": "a", "threshold": NaN}', "threshold: "),
        ('{"question": "a", "wher": {}}', "wher: extra inputs are not permitted"),
        ('{"question": "a", "where": {"after": "soon"}}', "soon"),
        ('{"question": "a", "history": [{}]}', "history.0.question: field required"),
        ('{"question": "a", "where": {"documents": "Ferry"}}', "where.documents: input should be a valid list"),
    ],
)
def test_what_is_asked_wrongly_is_one_line_of_json(client: TestClient, body: str, words: str) -> None:
    refused = client.post("/v1/answer", content=body, headers={"content-type": "application/json"})
    assert refused.status_code == 422
    assert list(refused.json()) == ["error"]
    assert words in refused.json()["error"]
    assert "\n" not in refused.text


def test_a_body_that_is_too_large_or_of_no_length_is_refused(client: TestClient) -> None:
    large = client.post("/v1/answer", json={"question": "a" * 1_000_001})
    assert (large.status_code, list(large.json())) == (413, ["error"])
    assert client.post("/v1/answer", content=iter([b"{}"])).status_code == 413
    assert client.get("/v1/answer").status_code == 405
    assert list(client.get("/v1/answer").json()) == ["error"]


class Failing(KeywordAssistant):
    """An assistant that can't answer."""

    def __init__(self, error: Exception) -> None:
        super().__init__([FERRY])
        self.error = error

    def asked_for(self, question: str, history: Sequence[Turn], where: Where | None, threshold: float | None) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (StoreError("the index is damaged"), 500, "the index is damaged"),
        (RuntimeError("a secret"), 500, "something went wrong on this side; the log of the chat says what"),
        (Busy("9 questions wait already"), 503, "9 questions wait already"),
    ],
)
def test_a_failure_is_one_line_of_json_too(error: Exception, status: int, words: str) -> None:
    with TestClient(create_app(Failing(error)), base_url=HOST) as client:
        failed = client.post("/v1/answer", json={"question": "a"})
        assert (failed.status_code, failed.json()) == (status, {"error": words})
        assert ("retry-after" in failed.headers) == (status == 503)


def test_the_description_tells_every_field_and_asks_for_nothing_outside(guarded: TestClient) -> None:
    told = guarded.get("/v1/openapi.json", headers={"authorization": BASIC})
    described = told.json()
    assert list(described["paths"]) == ["/answer", "/each", "/chat/completions", "/models"]
    assert set(described["components"]["schemas"]["AskedOfEach"]["properties"]) == {"question", "where", "by"}
    assert set(described["components"]["schemas"]["Asked"]["properties"]) == {
        "question",
        "history",
        "where",
        "threshold",
    }
    assert described["security"] == [{"basic": []}]
    assert described["servers"] == [{"url": "/v1"}]
    assert "http" not in re.sub(r'"type":"http"|HTTP\w*', "", told.text)


# ---------------------------------------------------------------- one at a time


class Slow(KeywordAssistant):
    """An assistant that answers when it is let, and keeps who was there at once."""

    def __init__(self) -> None:
        super().__init__([FERRY])
        self.let, self.began = threading.Event(), threading.Semaphore(0)
        self.inside, self.most = 0, 0
        self.order: list[str] = []

    def asked_for(self, question: str, history: Sequence[Turn], where: Where | None, threshold: float | None) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.began.release()
        assert self.let.wait(30)
        self.order.append(question)
        self.inside -= 1


def test_one_question_is_answered_at_a_time_in_order_and_too_many_are_sent_away() -> None:
    slow = Slow()
    desk = Desk(slow, waiting=2)
    threads = []
    for number in range(3):
        threads.append(threading.Thread(target=desk.explain, args=(Ask(f"ferry {number}"),)))
        threads[-1].start()
        while desk.length <= number:
            pass
    with pytest.raises(Busy, match="3 questions wait already; ask again"):
        desk.explain(Ask("ferry 3"))
    slow.let.set()
    for thread in threads:
        thread.join(30)
    assert slow.most == 1
    assert slow.order == ["ferry 0", "ferry 1", "ferry 2"]
    assert "pincite_busy_total 1\n" in text_of(desk)
    assert desk.explain(Ask("ferry 4"))


# ---------------------------------------------------------------- what Prometheus reads


def test_the_figures_count_what_came_of_the_questions() -> None:
    with TestClient(create_app(KeywordAssistant([FERRY])), base_url=HOST) as client:
        for question in (QUESTION, QUESTION, "Who paints zebras blue?", "?!"):
            client.post("/v1/answer", json={"question": question})
        told = client.get("/metrics")
    assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    figures = dict(line.rsplit(" ", 1) for line in told.text.splitlines() if not line.startswith("#"))
    counted = {name: figures[f"pincite_{name}_total"] for name in ("questions", "answers", "refusals", "errors")}
    assert counted == {"questions": "4", "answers": "2", "refusals": "1", "errors": "1"}
    assert figures['pincite_answer_seconds_bucket{le="+Inf"}'] == figures["pincite_answer_seconds_count"] == "3"
    assert (figures["pincite_documents"], figures["pincite_index_update"]) == ("1", "1")
    buckets = [int(value) for name, value in figures.items() if "_bucket" in name]
    assert buckets == sorted(buckets)
    named = set(re.findall(r"^# TYPE (\w+)", told.text, re.MULTILINE))
    assert named == {re.sub(r"_(bucket|sum|count)(\{.*)?$", "", name) for name in figures}


# ---------------------------------------------------------------- the tools


async def use(url: str, headers: dict[str, str], calls: Sequence[tuple[str, dict[str, Any]]]) -> list[Any]:
    """The names of the tools, then what each call gave: its JSON, or the words of its error."""
    async with (
        httpx.AsyncClient(headers=headers) as http,
        streamable_http_client(url, http_client=http) as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        listed = (await session.list_tools()).tools
        gave: list[Any] = [{tool.name: tool for tool in listed}]
        for name, arguments in calls:
            result = await session.call_tool(name, arguments)
            (content,) = result.content
            assert isinstance(content, TextContent)
            gave.append(content.text if result.isError else json.loads(content.text))
        return gave


def test_the_official_client_uses_the_tools_with_the_password() -> None:
    calls = [
        ("answer", {"question": QUESTION}),
        ("answer_each", {"question": QUESTION}),
        ("search", {"question": "ferry", "k": 1}),
        ("list_documents", {}),
        ("read_passage", {"document": FERRY.id, "start": 4, "end": 9}),
        ("read_passage", {"document": "gone"}),
        ("answer", {"question": "?!"}),
        ("search", {"question": "ferry", "k": 0}),
        ("answer", {"question": QUESTION, "after": "soon"}),
    ]
    with serving(KeywordAssistant([FERRY]), how=Serving(login=LOGIN)) as url:
        tools, answer, each, search, listed, passage, gone, empty, none, soon = asyncio.run(
            use(f"{url}/mcp", {"Authorization": BASIC}, calls)
        )
    assert set(tools) == {"answer", "answer_each", "search", "list_documents", "read_passage"}
    assert each == each_dict(QUESTION, tuple(KeywordAssistant([FERRY]).each(QUESTION)))
    assert (each["say"], each["documents"][0]["text"]) == (1, answer["text"])
    assert tools["answer"].inputSchema["required"] == ["question"]
    assert "word for word" in tools["answer"].description
    assert tools["search"].inputSchema["properties"]["k"]["description"] == "How many passages, 1 to 50."
    assert answer == to_dict(KeywordAssistant([FERRY]).answer(QUESTION))
    assert FERRY.text[search[0]["start"] : search[0]["end"]] == search[0]["text"]
    assert (listed["count"], listed["documents"][0]["id"]) == (1, FERRY.id)
    assert (passage["text"], passage["url"]) == ("ferry", f"source?document={FERRY.id}&start=4&end=9#span")
    assert "there is no such document here" in gone
    assert "holds no word" in empty
    assert "k is 0, expected 1 to 50" in none
    assert "soon" in soon


def test_gradios_own_client_calls_the_tools_by_name() -> None:
    from gradio_client import Client

    with serving(KeywordAssistant([FERRY]), how=Serving(login=LOGIN)) as url:
        client = Client(url, headers={"Authorization": BASIC}, verbose=False, analytics_enabled=False)
        given = json.loads(client.predict(question=QUESTION, api_name="/answer"))
        assert given == to_dict(KeywordAssistant([FERRY]).answer(QUESTION))
        listed = json.loads(client.predict(api_name="/list_documents"))
        assert listed["count"] == 1
        client.close()

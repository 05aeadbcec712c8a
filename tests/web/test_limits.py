"""The limit that a chat is started with: who asks can narrow it, and nothing gets around it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import small_assistant
from pdf_files import pdf, written
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import DocumentError, FilterError
from embeddings.filters import Where
from embeddings.loading import load_file
from qa import Assistant
from qa.gate.desk import Desk
from qa.kept.turns import to_store
from qa.talk.responding import respond
from qa.types import Ask
from qa.uploads.private import Uploads
from qa.web.app import create_app
from qa.web.tools import Tools

HOST = "http://127.0.0.1:7860"
FERRY = Document("", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30 from the harbour.", date="2015-10-21")
PLANE = Document("", "Plane", "plane.txt", "The plane to Oslo leaves at 11:11.", date="2016-05-01")
TRAIN = Document("", "Train", "train.txt", "The train to Oslo leaves at 09:10.", date="2016-01-01")
QUESTION = "When does the train to Oslo leave?"
LIMIT = Where(documents=("Ferry", "Plane"))
BY_DATE = Where(before="2015")


def limited(where: Where = LIMIT, *more: Document) -> Assistant:
    assistant = small_assistant([FERRY, PLANE, TRAIN, *more], r"\d\d:\d\d")
    assistant.limit(where)
    return assistant


def titles(found: Any) -> set[str]:
    """The titles of all documents in some JSON."""
    if isinstance(found, list):
        return set().union(*map(titles, found))
    if isinstance(found, dict):
        return {found["title"]} if "title" in found else titles(list(found.values()))
    return set()


def test_a_filter_narrows_the_limit_and_never_widens_it() -> None:
    assistant = limited()
    answer = assistant.answer(QUESTION)
    assert {passage.document.title for passage in answer.passages} == {"Ferry", "Plane"}
    narrow = assistant.answer(QUESTION, where=Where(documents=("Plane",)))
    assert {passage.document.title for passage in narrow.passages} == {"Plane"}
    assert {p.document.title for p in assistant.answer(QUESTION, where=Where(after="2016")).passages} == {"Plane"}
    with pytest.raises(FilterError, match="Train: no document is called so"):
        assistant.answer(QUESTION, where=Where(documents=("Train",)))
    assert limited(BY_DATE).answer(QUESTION, where=Where(after="2016")).passages == ()
    assert {p.document.title for p in limited(BY_DATE).retrieve(QUESTION, 9, Where(after="2015"))} == {"Ferry"}


@pytest.mark.parametrize("where", [LIMIT, Where(before="2015"), Where(documents=("Ferry",), after="2015")])
def test_what_is_outside_the_limit_is_neither_listed_nor_opened_nor_counted(where: Where) -> None:
    assistant = limited(where)
    there = {"Ferry", "Plane"} if where is LIMIT else {"Ferry"}
    assert {document.title for document in assistant.documents()} == there
    assert {listed.title for listed in assistant.listed()} == there
    assert assistant.document_count == len(there)
    assert [listed.title for listed in assistant.listed(1)] == ["Ferry"]
    assert assistant.document(FERRY.id) == FERRY
    with pytest.raises(DocumentError, match="no document has this id"):
        assistant.document(TRAIN.id)


@pytest.mark.parametrize("where", [LIMIT, BY_DATE])
def test_files_of_ones_own_are_asked_beside_what_the_limit_leaves(where: Where) -> None:
    uploads = Uploads(limited(where))
    uploads.add("one", "bus.txt", b"The bus to Oslo leaves at 05:55.")
    uploads.add("one", "train.txt", TRAIN.text.encode())
    mine = uploads.assistant("one")
    there = {passage.document.source for passage in mine.answer(QUESTION).passages}
    assert there == {"bus.txt", "train.txt", "ferry.txt"} | ({"plane.txt"} if where is LIMIT else set())
    assert {each.source for each in mine.listed()} == there
    assert mine.document_count == len(mine.documents()) == len(there)
    assert {p.document.source for p in mine.retrieve(QUESTION, 9, Where(documents=("bus.txt",)))} == {"bus.txt"}
    with pytest.raises(FilterError, match="no document is called so"):
        mine.answer(QUESTION, where=Where(documents=("Nowhere",)))
    other = Uploads(limited(where))
    other.add("one", "bus.txt", b"The bus to Oslo leaves at 05:55.")
    if where is LIMIT:
        with pytest.raises(FilterError, match="Train: no document is called so"):
            other.assistant("one").answer(QUESTION, where=Where(documents=("Train",)))
    else:
        assert other.assistant("one").answer(QUESTION, where=Where(documents=("Train",))).passages == ()
    with pytest.raises(DocumentError, match="no document has this id"):
        other.document("one", TRAIN.id)


@pytest.mark.parametrize("where", [LIMIT, BY_DATE])
def test_no_route_leads_to_a_document_outside_the_limit(where: Where, tmp_path: Path) -> None:
    (tmp_path / "tram.pdf").write_bytes(pdf([written(["The tram to Oslo leaves at 07:07."])]))
    tram = load_file(tmp_path / "tram.pdf")
    open_to_all = small_assistant([FERRY, PLANE, TRAIN, tram], r"\d\d:\d\d")
    turn = to_store(respond(open_to_all, Ask(QUESTION)))
    assert "Train" in turn
    with TestClient(create_app(limited(where, tram)), base_url=HOST) as client:
        for hidden in (TRAIN, tram):
            for address in (f"/source?document={hidden.id}", f"/source/picture?document={hidden.id}&page=1"):
                assert client.get(address).status_code == 404, address
        assert client.get(f"/source?document={FERRY.id}").status_code == 200
        for page in (client.get("/source").text, client.get("/talk/here").text):
            assert "Ferry" in page
            assert "Train" not in page
        assert f"pincite_documents {2 if where is LIMIT else 1}\n" in client.get("/metrics").text
        assert client.get("/talk/here").json()["count"] == (2 if where is LIMIT else 1)
        asked = client.post("/v1/answer", json={"question": QUESTION}).json()
        assert titles(asked) == ({"Ferry", "Plane"} if where is LIMIT else {"Ferry"})
        named = client.post("/v1/answer", json={"question": QUESTION, "where": {"documents": ["Train"]}})
        wide = client.post("/v1/answer", json={"question": QUESTION, "where": {"after": "2015", "before": "2017"}})
        assert "Train" not in titles(wide.json())
        if where is LIMIT:
            assert named.status_code == 422
        else:
            assert titles(named.json()) == set()
        for filters in ({}, {"documents": ["Train"]}, {"after": "2016-01-01", "before": "2016-01-01"}):
            shown = client.post("/talk/ask", json={"question": QUESTION, "history": [], "where": filters}).text
            assert "09:10" not in shown
        recalled = client.post("/talk/recall", json={"turns": [turn]}).json()["turns"][0]
        assert "the document is not here any more" in recalled
        assert f"document={TRAIN.id}" not in recalled


@pytest.mark.parametrize("where", [LIMIT, BY_DATE])
def test_no_tool_of_the_mcp_server_leads_to_a_document_outside_the_limit(where: Where) -> None:
    tools = Tools(Desk(limited(where)))
    there = {"Ferry", "Plane"} if where is LIMIT else {"Ferry"}
    assert titles(json.loads(tools.answer(QUESTION))) == there
    assert titles(json.loads(tools.search(QUESTION, 50))) == there
    assert titles(json.loads(tools.search(QUESTION, 50, after="2016"))) == there - {"Ferry"}
    listed = json.loads(tools.list_documents())
    assert (listed["count"], titles(listed)) == (len(there), there)
    assert json.loads(tools.read_passage(FERRY.id, 0, 9))["text"] == "The ferry"
    with pytest.raises(DocumentError):
        tools.read_passage(TRAIN.id)
    if where is LIMIT:
        for ask in (tools.answer, tools.search):
            with pytest.raises(FilterError, match="no document is called so"):
                ask(QUESTION, documents=["Train"])

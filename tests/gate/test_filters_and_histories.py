"""Filters and histories are bounded where they are made, for the page, the REST endpoint and the tools alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import living
import pytest
from fakes import small_assistant
from keyword_assistant import KeywordAssistant
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import FilterError, PinciteError
from embeddings.filters import LONGEST_NAME, MOST_CHARACTERS, MOST_NAMES, Where
from embeddings.index.index import Index
from embeddings.store import choosing
from qa.gate.desk import Desk
from qa.kept.turns import to_store
from qa.talk.responding import respond
from qa.types import Ask
from qa.web.app import create_app
from qa.web.tools import Tools

HOST = "http://127.0.0.1:7860"
FERRY = Document("", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30 from the harbour.")
QUESTION = "When does the ferry to Oslo leave?"
WRONG = {
    "too many": ["Ferry"] * (MOST_NAMES + 1),
    "too long": ["a/" * LONGEST_NAME],
    "too much": ["x" * LONGEST_NAME] * (MOST_CHARACTERS // LONGEST_NAME + 1),
    "nul": ["Fer\0ry"],
    "surrogate": ["Fer\ud800ry"],
}


@pytest.mark.parametrize("kind", ["documents", "folders", "media_types"])
@pytest.mark.parametrize("names", WRONG.values(), ids=WRONG)
def test_a_filter_holds_so_many_names_and_no_longer_ones(kind: str, names: list[str]) -> None:
    with pytest.raises(FilterError) as refused:
        Where(**{kind: tuple(names)})
    assert len(str(refused.value)) < 300
    assert Where(**{kind: ("x" * LONGEST_NAME,) * 5})
    assert Where(**{kind: ("x" * 200,) * MOST_NAMES})
    assert Where(**{kind: ("not-utf-8\udcff",)})  # as the command line gives the name of such a file


@pytest.mark.parametrize("names", WRONG.values(), ids=WRONG)
def test_page_rest_and_tools_refuse_it_alike(names: list[str]) -> None:
    assistant = small_assistant([FERRY], r"\d\d:\d\d")
    said = json.dumps({"question": QUESTION, "where": {"documents": names}}).encode()
    with TestClient(create_app(assistant), base_url=HOST) as client:
        for path in ("/v1/answer", "/talk/ask"):
            refused = client.post(path, content=said, headers={"content-type": "application/json"})
            assert (refused.status_code, list(refused.json())) == (422, ["error"]), path
    for ask in (Tools(Desk(assistant)).answer, Tools(Desk(assistant)).search):
        with pytest.raises(FilterError):
            ask(QUESTION, documents=names)


def test_the_first_unknown_name_ends_the_look_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    living.write(tmp_path / "documents", {"a.txt": "Ship 1 sails under flag 70."})
    living.update_index(tmp_path / "index", [tmp_path / "documents"], living.maker())
    looked: list[str] = []
    plain: Callable[..., Any] = choosing.called

    def noting(store: Any, name: str) -> Any:
        looked.append(name)
        return plain(store, name)

    monkeypatch.setattr(choosing, "called", noting)
    index = Index.open(tmp_path / "index", living.ENCODER)
    with pytest.raises(FilterError, match="none 0: no document is called so"):
        index.check(Where(documents=("a.txt", *(f"none {n}" for n in range(50)))))
    index.close()
    assert looked == ["a.txt", "none 0"]


LONG = {"question": "x" * 5_000}
CITED = {"document": {"id": "x"}, "start": 0, "end": 1, "quote_start": 0, "quote_end": 1}


@pytest.mark.parametrize(
    "said",
    [
        LONG,
        {"question": "a", "history": [LONG]},
        {"question": "a", "history": [{"question": "a"}] * 41},
        {"question": "a", "history": [{"question": "a", "answer": {"text": "x" * 20_001}}]},
        {"question": "a", "history": [{"question": "a", "answer": {"citations": [CITED] * 501}}]},
        {"question": "a", "history": [{"question": "a", "answer": {"citations": [CITED | {"start": -1}]}}]},
        {"question": "a", "history": [{"question": "a", "answer": {"citations": [CITED | {"end": 10**30}]}}]},
        {"question": "a", "where": {"after": "2" * 1_000}},
    ],
)
def test_every_text_and_list_of_a_question_is_bounded(said: dict[str, Any]) -> None:
    with TestClient(create_app(KeywordAssistant([FERRY])), base_url=HOST) as client:
        refused = client.post("/v1/answer", json=said)
    assert refused.status_code == 422
    assert len(refused.text) < 300


def test_of_an_earlier_answer_few_citations_are_looked_up() -> None:
    class Counting(KeywordAssistant):
        looked = 0

        def document(self, id: str) -> Document:
            self.looked += 1
            return super().document(id)

    counting = Counting([FERRY])
    history = [{"question": "a ferry", "answer": {"text": "x", "citations": [CITED] * 500}}] * 3
    with TestClient(create_app(counting), base_url=HOST) as client:
        assert client.post("/v1/answer", json={"question": "When?", "history": history}).status_code == 200
    assert counting.looked == 60


def test_a_turn_with_citations_without_end_is_refused() -> None:
    turn = json.loads(to_store(respond(small_assistant([FERRY], r"\d\d:\d\d"), Ask(QUESTION))))
    saved = json.loads(turn["conversation"])
    answer = saved["turns"][0]["answer"]
    side = {**answer, "citations": answer["citations"] * 500}
    answer["alternatives"] = [side] * 20
    turn["conversation"] = json.dumps(saved)
    with TestClient(create_app(small_assistant([FERRY], "x")), base_url=HOST) as client:
        refused = client.post("/talk/recall", json={"turns": [json.dumps(turn)]})
        assert (refused.status_code, "alternatives[0].citations" in refused.json()["error"]) == (422, True)


@pytest.mark.parametrize(
    "call",
    [
        lambda tools: tools.list_documents(offset=1e30),
        lambda tools: tools.list_documents(offset=10**30),
        lambda tools: tools.list_documents(limit="5"),
        lambda tools: tools.list_documents(limit=float("nan")),
        lambda tools: tools.search("ferry", k=2.5),
        lambda tools: tools.search("ferry", k=True),
        lambda tools: tools.search("ferry", documents="Ferry"),
        lambda tools: tools.search("ferry", documents=[{}]),
        lambda tools: tools.answer(["ferry"]),
        lambda tools: tools.answer("ferry", after=5),
        lambda tools: tools.read_passage(["x"]),
        lambda tools: tools.read_passage(FERRY.id, start=1e30),
        lambda tools: tools.read_passage(FERRY.id, end=10**30),
        lambda tools: tools.read_passage("\ud800"),
        lambda tools: tools.read_passage("a\0b"),
    ],
)
def test_whatever_a_client_of_the_tools_sends_is_refused_in_one_line(call: Callable[[Tools], str]) -> None:
    with pytest.raises(PinciteError):
        call(Tools(Desk(small_assistant([FERRY], "x"))))

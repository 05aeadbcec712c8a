"""The conversation without a browser: what the page asks the server for, and that the server keeps none of it."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import small_assistant
from keyword_assistant import KeywordAssistant
from starlette.testclient import TestClient

from embeddings import Document
from qa.gate.serving import Serving
from qa.kept.feedback import FeedbackStore, Version, read_feedback
from qa.kept.judging import Judging
from qa.kept.keeping import Keeping
from qa.web.app import create_app

HOST = "http://127.0.0.1:7860"
FERRY = Document(
    "", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30. It was built in 1998.", date="2015-10-21"
)
TRAIN = Document("", "Train", "train.txt", "The train to Bergen leaves at 09:10.", date="2016-01-01")
QUESTION = "When does the ferry to Oslo leave?"


def served(keeping: Keeping | None = None, serving: Serving | None = None, **more: Any) -> TestClient:
    assistant = small_assistant([FERRY, TRAIN], r"\d\d:\d\d|\d{4}", **more)
    how = serving if serving is not None else Serving()
    app = create_app(assistant, ("Who?",), how, keeping if keeping is not None else Keeping())
    return TestClient(app, base_url=HOST)


@pytest.fixture(scope="module")
def server() -> Iterator[TestClient]:
    with served() as client:
        yield client


@pytest.fixture
def client(server: TestClient) -> TestClient:
    """A browser of its own, which has opened the page: the server keeps nothing of one for another."""
    server.cookies.clear()
    assert server.get("/").status_code == 200  # gives the browser its number
    return server


def ask(client: TestClient, question: str, **said: Any) -> list[dict[str, Any]]:
    """The lines of an answer."""
    response = client.post("/talk/ask", json={"question": question, **said})
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def add(client: TestClient, name: str, data: bytes) -> dict[str, Any]:
    response = client.post("/files", params={"name": name}, content=data)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


# ---------------------------------------------------------------- asking


def test_the_passages_come_before_the_answer_and_the_best_citation_opens(client: TestClient) -> None:
    asked, found, answered = ask(client, QUESTION)
    assert "Looking for passages" in asked["html"]
    assert "Reading 2 passages" in found["html"]
    assert "The ferry to Oslo leaves" in found["html"]
    assert '<p class="words" dir="auto">14:30</p>' in answered["html"]
    assert client.get(f"/{answered['open']}").status_code == 200


def test_a_follow_up_is_understood_from_what_the_browser_sends_and_from_nothing_else(client: TestClient) -> None:
    first = ask(client, QUESTION)[-1]["kept"]
    assert "Understood as" not in ask(client, "And the train?")[-1]["html"]
    followed = ask(client, "When was it built?", history=[first])[-1]["html"]
    assert "Understood as" in followed
    assert "data-edit" in followed
    typed = ask(client, "When was it built?", history=[first], verbatim=True)[-1]["html"]
    assert "Understood as" not in typed
    assert "asked exactly as typed" in typed


def test_a_filter_holds_for_its_question_and_is_shown_on_the_card(client: TestClient) -> None:
    asked = ask(client, "When does it leave?", where={"documents": [TRAIN.id], "after": "2016", "before": ""})[-1]
    assert "Asked only in “Train”, from 2016" in asked["html"]
    assert "09:10" in asked["html"]
    unknown = ask(client, "When?", where={"documents": ["nothing.txt"]})[-1]["html"]
    assert "That did not work" in unknown
    assert "nothing.txt" in unknown
    refused = client.post("/talk/ask", json={"question": "When?", "where": {"after": "soon"}})
    assert (refused.status_code, "soon" in refused.json()["error"]) == (422, True)


def test_what_is_in_here_is_told_of_what_fits_the_filter_and_says_so_after_a_reload_too(client: TestClient) -> None:
    told = ask(client, "What is in here?", where={"documents": [TRAIN.id]})[-1]
    assert "1 document, dated" in told["html"]
    assert "Only what fits the filter; without it there are 2." in told["html"]
    assert "Asked only in “Train”" in told["html"]
    assert f"document={TRAIN.id}" in told["html"]
    assert f"document={FERRY.id}" not in told["html"]
    assert client.post("/talk/recall", json={"turns": [told["kept"]]}).json()["turns"] == [told["html"]]
    none = ask(client, "How many documents are there?", where={"after": "2030"})[-1]["html"]
    assert "No document fits the filter; without it there are 2." in none
    with TestClient(create_app(small_assistant([FERRY], "x")), base_url=HOST) as other:
        gone = other.post("/talk/recall", json={"turns": [told["kept"]]}).json()["turns"][0]
    assert "no document is called so" in gone


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"after": "soon"}, "from is 'soon', expected a day"),
        ({"before": "2016-02-31"}, "to is '2016-02-31', a day that no calendar has"),
        ({"after": "2016", "before": "2015"}, "from 2016 to 2015: no day lies between"),
        ({"documents": ["before after"]}, "before after: no document is called so; choose one"),
    ],
)
def test_a_fault_of_the_filter_is_told_in_the_words_of_the_page(
    client: TestClient, where: dict[str, Any], words: str
) -> None:
    said = {"question": "When does the ferry leave?", "history": [], "where": {"documents": [], **where}}
    told = html.unescape(client.post("/talk/ask", json=said).text)
    assert words in told
    assert "pincite documents" not in told


def test_small_talk_and_what_cannot_be_asked_are_turns_too(client: TestClient) -> None:
    assert "Hello." in ask(client, "Hello!")[-1]["html"]
    assert "holds no word" in ask(client, "?!")[-1]["html"]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"question": 3}', '{"question": "x", "history": [3]}', "\xff"])
def test_what_is_no_request_is_one_line_of_json(client: TestClient, body: str) -> None:
    refused = client.post("/talk/ask", content=body.encode("latin-1"))
    assert refused.status_code == 422
    assert list(refused.json()) == ["error"]


# ---------------------------------------------------------------- the browser's store


def test_a_reload_shows_the_same_conversation(client: TestClient) -> None:
    lines = [ask(client, question)[-1] for question in (QUESTION, "Hello!", "?!", "Who was Napoleon?")]
    told = client.post("/talk/recall", json={"turns": [line["kept"] for line in lines]}).json()["turns"]
    assert len(told) == len(lines)
    for shown, line in zip(told, lines, strict=True):
        assert shown == line["html"]  # with why each answer was chosen
    assert "Why this answer" in told[0]


def test_a_turn_whose_document_is_gone_is_shown_as_words_that_can_not_be_opened(client: TestClient) -> None:
    kept = ask(client, QUESTION)[-1]["kept"]
    with TestClient(create_app(small_assistant([TRAIN], "x")), base_url=HOST) as other:
        told = other.post("/talk/recall", json={"turns": [kept]}).json()["turns"]
    assert "14:30" in told[0]
    assert "the document is not here any more" in told[0]
    assert "<a " not in told[0]


def test_a_store_that_was_tampered_with_is_refused_with_its_fault(client: TestClient) -> None:
    kept = ask(client, QUESTION)[-1]["kept"]
    for written in ("{", "{}", '{"said": "Who?"}', kept.replace("14:30", "99:99")):
        refused = client.post("/talk/recall", json={"turns": [written]})
        assert refused.status_code == 422 or "99:99" not in refused.text.replace("asked", "")


@pytest.mark.parametrize(("form", "sign"), [("markdown", "# Conv"), ("json", "{"), ("html", "<!doctype html>")])
def test_a_conversation_is_exported_with_links_that_open_its_sources(client: TestClient, form: str, sign: str) -> None:
    kept = ask(client, QUESTION)[-1]["kept"]
    response = client.post("/talk/export", json={"turns": [kept], "form": form, "base": f"{HOST}/pincite/"})
    assert response.status_code == 200
    assert response.text.startswith(sign)
    assert "attachment; filename=" in response.headers["content-disposition"]
    if form != "json":
        assert f"{HOST}/pincite/?document=" in response.text
    empty = client.post("/talk/export", json={"turns": [], "form": form, "base": HOST})
    assert "nothing to export" in empty.json()["error"]


# ---------------------------------------------------------------- files


def test_a_file_is_asked_opened_and_removed_by_its_browser_and_by_no_other(client: TestClient) -> None:
    told = add(client, "boats.txt", b"The boat to Stavanger leaves at 23:59.")
    (mine,) = told["files"]
    assert "Only this browser" in told["limits"]
    opened = ask(client, "When does the boat to Stavanger leave?")[-1]
    assert "23:59" in opened["html"]
    assert client.get(f"/{opened['open']}").status_code == 200
    assert client.get("/talk/here").json()["documents"][0]["id"] == mine["id"]

    number = client.cookies.get("pincite_session")
    client.cookies.clear()
    client.get("/")
    assert client.cookies.get("pincite_session") not in (None, number)
    assert client.get("/files").json()["files"] == []
    assert client.get(f"/{opened['open']}").status_code == 404
    assert "23:59" not in ask(client, "When does the boat to Stavanger leave?")[-1]["html"]
    assert client.post("/files/remove", json={"id": mine["id"]}).status_code == 422

    client.cookies.clear()
    client.cookies.set("pincite_session", str(number))
    assert client.post("/files/remove", json={"id": mine["id"]}).json()["files"] == []
    assert client.get(f"/{opened['open']}").status_code == 404


def test_a_file_that_cannot_be_read_says_why_and_without_a_browsers_number_none_is_taken(client: TestClient) -> None:
    assert add(client, "../x.png", b"\x89PNG\r\n\x1a\n" + b"0" * 99)["problem"].startswith("x.png: ")
    most = client.get("/files").json()["largest"]
    large = client.post("/files", params={"name": "a.txt"}, content=b"x" * (most + 1))
    assert (large.status_code, "at most 25,000,000 bytes" in large.json()["error"]) == (413, True)
    client.cookies.clear()
    assert client.post("/files", params={"name": "a.txt"}, content=b"x").status_code == 422


def test_the_same_text_again_changes_nothing_and_is_told(client: TestClient) -> None:
    first, again = (
        add(client, "a.txt", b"The boat leaves at 23:59."),
        add(client, "b.txt", b"The boat leaves at 23:59."),
    )
    assert (first["became"], again["became"], len(again["files"])) == ("added", "unchanged", 1)
    assert again["said"] == "the same text as a.txt, which was added before"
    assert first["id"] == again["files"][0]["id"]


def test_the_count_of_documents_follows_what_is_added_and_removed(client: TestClient) -> None:
    before = client.get("/talk/here").json()["count"]
    told = add(client, "a.txt", b"The boat leaves at 23:59.")
    here = client.get("/talk/here").json()
    assert (here["count"], here["counted"]) == (before + 1, f"{before + 1} documents")
    client.post("/files/remove", json={"id": told["id"]})
    assert client.get("/talk/here").json()["count"] == before


def test_the_number_of_a_browser_is_out_of_the_reach_of_scripts_and_other_sites() -> None:
    behind = Serving(root_path="/pincite", origin="https://docs.example.org")
    with served(serving=behind) as client:
        cookie = client.get("/", headers={"host": "docs.example.org"}).headers["set-cookie"]
    assert cookie.startswith("pincite_session=")
    assert cookie.endswith("; Path=/pincite/; HttpOnly; SameSite=Strict; Secure")


def test_files_for_everybody_go_to_whoever_takes_them() -> None:
    taken: list[tuple[str, bytes]] = []

    def share(name: str, data: bytes) -> tuple[bool, str]:
        taken.append((name, data))
        return len(taken) == 1, "it is there for everybody"

    with served(Keeping(share=share)) as client:
        client.get("/")
        told, again = (add(client, "a.txt", b"text") for _ in range(2))
    assert taken == [("a.txt", b"text")] * 2
    assert (told["said"], told["became"], again["became"]) == ("it is there for everybody", "added", "unchanged")
    assert "for everybody" in told["limits"]


# ---------------------------------------------------------------- feedback


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "feedback.sqlite")


def judging(store: FeedbackStore) -> Keeping:
    return Keeping(Judging(store, lambda: Version("", 0, tuple(sorted((FERRY.content_hash, TRAIN.content_hash))))))


def test_what_is_said_of_an_answer_is_kept_with_the_right_words(store: FeedbackStore) -> None:
    with served(judging(store)) as client:
        answered = ask(client, QUESTION)[-1]
        assert 'data-verdict="right"' in answered["html"]
        kept = answered["kept"]
        assert client.post("/talk/feedback", json={"turn": kept, "verdict": "right"}).status_code == 200
        selected = {"document": FERRY.id, "text": " built\n in  1998 ", "start": 40}
        said = client.post("/talk/feedback", json={"turn": kept, "verdict": "words", "words": selected}).json()["said"]
        assert said == "Kept: “built in 1998” is right."
        for wrong in (
            {"verdict": "fine"},
            {"verdict": "words"},
            {"verdict": "words", "words": {**selected, "text": "never said"}},
        ):
            assert client.post("/talk/feedback", json={"turn": kept, **wrong}).status_code == 422
    first, second = read_feedback(store.path)
    assert (first.verdict, first.asked) == ("right", QUESTION)
    assert second.words is not None
    assert FERRY.text[int(str(second.words["start"])) : int(str(second.words["end"]))] == "built in 1998"


def test_read_only_keeps_nothing_and_nothing_is_kept_of_somebodys_own_files(store: FeedbackStore) -> None:
    with served(judging(store), Serving(read_only=True)) as client:
        kept = ask(client, QUESTION)[-1]
        assert "data-verdict" not in kept["html"]
        refused = client.post("/talk/feedback", json={"turn": kept["kept"], "verdict": "right"})
        assert (refused.status_code, "--read-only" in refused.text) == (403, True)
    with served(judging(store)) as client:
        client.get("/")
        add(client, "boats.txt", b"The boat to Stavanger leaves at 23:59.")
        kept = ask(client, "When does the boat to Stavanger leave?")[-1]["kept"]
        refused = client.post("/talk/feedback", json={"turn": kept, "verdict": "right"})
        assert "never written" in refused.json()["error"]
    assert not store.path.exists()


# ---------------------------------------------------------------- pins


class Changing(KeywordAssistant):
    """Documents that change between two questions."""

    number = 1

    @property
    def update(self) -> int:
        return self.number

    def change(self, documents: list[Document]) -> None:
        self._documents, self.number = tuple(documents), self.number + 1


def test_a_pin_is_asked_again_when_documents_changed_and_shows_old_beside_new() -> None:
    changing = Changing([Document.from_text("The ferry leaves Oslo at 14:30.", "Old")])
    with TestClient(create_app(changing), base_url=HOST) as client:
        pin = client.post("/talk/pin", json={"turn": ask(client, "When ferry leaves Oslo")[-1]["kept"]}).json()["pin"]
        (quiet,) = client.post("/talk/pins", json={"pins": [pin]}).json()["pins"]
        assert quiet["became"] == "same"
        changing.change([Document.from_text("The ferry leaves Oslo at 16:00.", "New")])
        (seen,) = client.post("/talk/pins", json={"pins": [pin]}).json()["pins"]
        assert seen["became"] == "changed"
        assert "14:30" in seen["html"]
        assert "16:00" in seen["html"]
        (calm,) = client.post("/talk/pins", json={"pins": [seen["fresh"]]}).json()["pins"]
        assert calm["became"] == "same"
        assert client.post("/talk/pins", json={"pins": ["{}"]}).status_code == 422

"""Pincite as a model of OpenAI's protocol: questions, histories, links, events, errors; the official client."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from browser import serving
from fakes import assert_verbatim, small_assistant
from keyword_assistant import KeywordAssistant
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import StoreError
from embeddings.filters import Where
from qa import Turn
from qa.gate.desk import Busy
from qa.gate.passwords import Login
from qa.gate.serving import Serving
from qa.render import escape_markdown, to_dict
from qa.show.exporting import verbatim
from qa.web.app import create_app
from qa.web.completions import Chat, asked_of

HOST = "http://127.0.0.1:7860"
PATH = "/v1/chat/completions"
FERRY = Document.from_text("The ferry to Oslo leaves at 14:30.\n\nTickets cost 40 euros.", "Ferry", "ferry.txt")
QUESTION = "When does the ferry to Oslo leave at?"
KEY = base64.b64encode("ada:käse:1".encode()).decode()


def user(words: str) -> dict[str, Any]:
    return {"role": "user", "content": words}


def said(reply: str) -> dict[str, Any]:
    return {"role": "assistant", "content": reply}


def asking(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "pincite", "messages": list(messages), **more}


class Noting(KeywordAssistant):
    """An assistant that keeps what it was asked."""

    asked: tuple[str, tuple[Turn, ...], Where | None, float | None] = ("", (), None, None)

    def asked_for(self, question: str, history: Any, where: Where | None, threshold: float | None) -> None:
        self.asked = (question, tuple(history), where, threshold)


NOTING = Noting([FERRY])


@pytest.fixture
def noting() -> Noting:
    NOTING.asked = ("", (), None, None)
    return NOTING


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(NOTING), base_url=HOST) as client:
        yield client


@pytest.fixture(scope="module")
def small() -> Iterator[TestClient]:
    with TestClient(create_app(small_assistant([FERRY], "x")), base_url=HOST) as client:
        yield client


def replied(client: TestClient, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The message that a conversation leads to."""
    given = client.post(PATH, json=asking(*messages, **more))
    assert given.status_code == 200, given.text
    (choice,) = given.json()["choices"]
    assert (choice["index"], choice["finish_reason"], choice["message"]["role"]) == (0, "stop", "assistant")
    message: dict[str, Any] = choice["message"]
    return message


# ---------------------------------------------------------------- the reply


def test_the_reply_is_the_quote_with_a_link_that_opens_its_source(client: TestClient) -> None:
    message = replied(client, user(QUESTION))
    assert message["content"] == (
        "**The ferry to Oslo leaves at 14:30** (likely, 75%)\n\n"
        "> “The ferry to Oslo leaves at 14:30.”\n>\n"
        f"> [Ferry · undated · characters 0-33]({HOST}/?document={FERRY.id}&start=0&end=33)"
    )
    (note,) = message["annotations"]
    cited = note["url_citation"]
    assert note["type"] == "url_citation"
    assert cited["title"] == "Ferry · undated · characters 0-33"
    linked = message["content"][cited["start_index"] : cited["end_index"]]
    assert linked == f"[{cited['title']}]({cited['url']})"
    assert client.get(cited["url"]).status_code == 200
    assert message["answer"] == client.post("/v1/answer", json={"question": QUESTION}).json()


def test_a_refusal_says_so_and_shows_the_closest_passages(client: TestClient) -> None:
    message = replied(client, user("Who sold green tickets to seventy painted zebras?"))
    first, *passages = message["content"].split("\n\n")
    assert first.startswith("Not in these documents. Passages were found, but nothing in them reads as an answer")
    assert "Tickets cost 40 euros." in passages[0]
    assert message["answer"]["text"] is None
    assert len(message["annotations"]) == len(passages) >= 1
    assert not re.search(r"^\*\*", message["content"], re.MULTILINE)


def test_both_sides_of_a_disagreement_are_shown_newest_first() -> None:
    texts = ((2014, "The fire killed 70 people."), (2016, "The fire killed 90 people."))
    documents = [Document("", f"Fire {year}", f"{year}.txt", text, date=f"{year}-01-01") for year, text in texts]
    with TestClient(create_app(KeywordAssistant(documents)), base_url=HOST) as client:
        message = replied(client, user("The fire killed how many people?"))
    title, *sides = re.split(r"\n\n(?=\*\*)", message["content"])
    assert title == "The documents disagree, newest first:"
    assert [re.findall(r"\*\*(.+?)\*\*.*\[Fire (\d+)", side, re.DOTALL) for side in sides] == [
        [("The fire killed 90 people", "2016")],
        [("The fire killed 70 people", "2014")],
    ]
    assert len(message["annotations"]) == 2


def test_small_talk_is_replied_to_and_later_questions_do_not_refer_to_it(client: TestClient, noting: Noting) -> None:
    hello = replied(client, user("Hello!"))
    assert hello["content"]
    assert (hello["annotations"], hello["answer"], noting.asked[0]) == ([], None, "")
    replied(client, user("Hello!"), said(hello["content"]), user(QUESTION))
    assert noting.asked[:2] == (QUESTION, ())


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://example.org/leak) is *the* [link](http://example.org) of the <b>ferry</b>.",
        "The ferry &lt;b&gt; costs `5*3*2` or ~~7~~ _euros_ \\[x\\] a_b R&D < 5.",
        '<img src="http://example.org/x"> ferry <!-- x --> <?php ?> <https://example.org>',
    ],
)
def test_words_of_a_document_are_never_markdown_of_their_own(text: str) -> None:
    document = Document.from_text(text, text[:40], "ferry.txt")
    with TestClient(create_app(KeywordAssistant([document])), base_url=HOST) as client:
        message = replied(client, user("ferry"))
        listed = replied(client, user("What is in here?"))
    assert message["answer"]["text"] in text
    for content in (message["content"], listed["content"]):
        bare = re.sub(r"\\[\\`*\[\]~_&<]", "", content)
        bare = re.sub(r"^\*\*|\*\* \(|\[[^\]]*\]\(http://127[^)]*\)", "", bare, flags=re.MULTILINE)
        assert not re.search(r"[\[\]`*~]|<[A-Za-z/!?]|&\w+;|\b_\w+_\b", bare)
    assert {note["url_citation"]["url"].split("/")[2] for note in message["annotations"]} == {"127.0.0.1:7860"}


def test_only_what_markdown_would_swallow_is_escaped() -> None:
    plain = "At 14:30, $40 (R&D): 5 < 7 - 3.5%! a_b #1 + http://example.org"
    assert str(verbatim(plain)) == plain != escape_markdown(plain)
    assert str(verbatim("*a* [b] _c_ &amp; <i>")) == r"\*a\* \[b\] \_c\_ \&amp; \<i>"


def test_links_begin_with_the_address_of_the_proxy() -> None:
    behind = Serving(root_path="/pincite", origin="https://docs.example.org")
    with TestClient(create_app(KeywordAssistant([FERRY]), serving=behind), base_url=HOST) as client:
        (note,) = replied(client, user(QUESTION))["annotations"]
    assert note["url_citation"]["url"].startswith("https://docs.example.org/pincite/?document=")


def test_an_address_of_ipv6_is_a_link_too() -> None:
    with TestClient(create_app(KeywordAssistant([FERRY])), base_url="http://[::1]:7860") as client:
        (note,) = replied(client, user(QUESTION))["annotations"]
    assert note["url_citation"]["url"] == f"http://[::1]:7860/?document={FERRY.id}&start=0&end=33"


# ---------------------------------------------------------------- the history


def test_a_reply_comes_back_as_the_turn_that_it_was(client: TestClient, noting: Noting) -> None:
    first = replied(client, user(QUESTION))
    follow_up = replied(
        client, {"role": "system", "content": "Be brief."}, user(QUESTION), said(first["content"]), user("When?")
    )
    (turn,) = noting.asked[1]
    assert (turn.question, turn.answer.question, turn.answer.text) == (QUESTION, QUESTION, first["answer"]["text"])
    assert [citation.text for citation in turn.answer.citations] == [first["answer"]["text"]]
    assert_verbatim(turn.answer)
    understood = follow_up["answer"]["question"]
    assert follow_up["content"].endswith(f"\n\nUnderstood as: {understood}")
    replied(client, user(QUESTION), said(first["content"]), user("When?"), said(follow_up["content"]), user("Where?"))
    assert [turn.answer.question for turn in noting.asked[1]] == [QUESTION, understood]


def test_of_a_conversation_with_others_the_words_are_taken(client: TestClient, noting: Noting) -> None:
    parts = [{"type": "text", "text": "When does the ferry"}, {"type": "image_url", "image_url": {"url": "x"}}]
    replied(
        client,
        said("How can I help?"),
        user("Who runs it?"),
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "content": "Bo Lind", "tool_call_id": "1"},
        said("Ana Ruiz *runs* it."),
        user("And before?"),
        user("Who pays?"),
        said("Not in these documents. Passages were found."),
        {"role": "user", "content": [*parts, {"type": "text", "text": "to Oslo leave at?"}]},
        {"role": "assistant", "content": "The"},
    )
    assert noting.asked[0].split() == QUESTION.split()
    turns = [(turn.question, turn.answer.text) for turn in noting.asked[1]]
    assert turns == [("Who runs it?", "Ana Ruiz *runs* it."), ("And before?", None), ("Who pays?", None)]


@pytest.mark.parametrize(
    "reply",
    [
        "**x** (likely, 80%)\n> [a](http://x/?document=gone&start=0&end=4)",
        f"**x** (likely, 80%)\n> [a](http://x/?document={FERRY.id}&start=9&end=4)",
        f"**x** (likely, 80%)\n> [a](http://x/?document={FERRY.id}&start=0&end=999999999999999)",
        "**" + "[" * 50_000,
        "[x](" * 50_000,
        "?document=" * 50_000,
        "\\" * 50_000,
        "Understood as: " + "x" * 50_000,
    ],
)
def test_whatever_a_reply_of_before_holds_is_no_fault(client: TestClient, noting: Noting, reply: str) -> None:
    replied(client, user("Who?"), said(reply), user(QUESTION))
    (turn,) = noting.asked[1]
    assert turn.answer.citations == ()
    assert len(turn.answer.text or "") <= 2_000


def test_of_a_long_conversation_the_last_forty_turns_are_read() -> None:
    messages = [message for n in range(60) for message in (user(f"Who is {n}?"), said(f"{n}"))]
    asked = asked_of(Chat.model_validate(asking(*messages, user(QUESTION))))
    assert [turn.question for turn in asked.history] == [f"Who is {n}?" for n in range(20, 60)]


def test_a_filter_and_a_threshold_arrive(client: TestClient, noting: Noting) -> None:
    replied(client, user(QUESTION), where={"documents": ["Ferry"], "after": "2015-10"}, threshold=0, temperature=0.7)
    assert noting.asked[2:] == (Where(documents=("Ferry",), after="2015-10"), 0.0)


# ---------------------------------------------------------------- the rest of the protocol


def test_a_stream_is_events_that_end_with_done(client: TestClient) -> None:
    whole = replied(client, user(QUESTION))
    streamed = client.post(PATH, json=asking(user(QUESTION), stream=True))
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *events, done, rest = streamed.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == whole["content"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, "stop"]


def test_there_is_one_model(client: TestClient) -> None:
    listed = client.get("/v1/models").json()
    assert [model["id"] for model in listed["data"]] == ["pincite"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "the body is not JSON"),
        ("{}", "messages: field required"),
        ('{"messages": []}', 'no message has the role "user"'),
        ('{"messages": [{"role": "system", "content": "x"}]}', 'no message has the role "user"'),
        ('{"messages": [{"content": "x"}]}', "messages.0.role: field required"),
        ('{"messages": [{"role": "user", "content": 5}]}', "messages.0.content"),
        ('{"messages": [{"role": "user"}]}', "holds no word"),
        ('{"messages": [{"role": "user", "content": [{"type": "text", "text": null}]}]}', "holds no word"),
        (json.dumps(asking(user("a" * 1_500))), "at most 1000 are read"),
        (json.dumps(asking(*[user("a")] * 1_001)), "messages: "),
        (json.dumps(asking(user("a"), threshold=2)), "threshold: "),
        (json.dumps(asking(user("a"), where={"after": "soon"})), "soon"),
        (json.dumps(asking(user("\ud800"))), "holds no word"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_the_form_of_the_protocol(small: TestClient, body: str, words: str) -> None:
    refused = small.post(PATH, content=body, headers={"content-type": "application/json"})
    assert refused.status_code == 422
    error = refused.json()["error"]
    assert (error["type"], words in error["message"], "\n" in error["message"]) == (
        "invalid_request_error",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (StoreError("the index is damaged"), 500, "the index is damaged"),
        (RuntimeError("a secret"), 500, "something went wrong on this side; the log of the chat says what"),
        (Busy("9 questions wait already"), 503, "9 questions wait already"),
    ],
)
def test_a_failure_is_told_so_too(error: Exception, status: int, words: str) -> None:
    class Failing(KeywordAssistant):
        def asked_for(self, question: str, history: Any, where: Where | None, threshold: float | None) -> None:
            raise error

    with TestClient(create_app(Failing([FERRY])), base_url=HOST) as client:
        failed = client.post(PATH, json=asking(user("a ferry")))
    assert (failed.status_code, failed.json()) == (status, {"error": {"message": words, "type": "server_error"}})
    assert ("retry-after" in failed.headers) == (status == 503)


def test_the_bounds_are_those_of_the_answer(client: TestClient) -> None:
    assert client.post(PATH, json=asking(user("a" * 1_000_001))).status_code == 413
    assert client.get(PATH).status_code == 405
    assert client.get("/v1/chat").status_code == 404


def test_the_key_of_a_program_is_the_name_and_the_password() -> None:
    guard = Serving(login=Login.of("ada", "käse:1"))
    with TestClient(create_app(KeywordAssistant([FERRY]), serving=guard), base_url=HOST) as client:
        for path in (PATH, "/v1/models"):
            way = ("POST", path) if path == PATH else ("GET", path)
            body = asking(user(QUESTION)) if path == PATH else None
            for key, status in ((KEY, 200), (f"{KEY}A", 401), ("sk-1234", 401)):
                given = client.request(*way, json=body, headers={"authorization": f"Bearer {key}"})
                assert given.status_code == status, (path, key)


def test_questions_of_this_door_are_counted_like_the_others(client: TestClient) -> None:
    counted = lambda: int(re.search(r"^pincite_answers_total (\d+)", client.get("/metrics").text, re.MULTILINE)[1])  # type: ignore[index]  # noqa: E731
    before = counted()
    replied(client, user(QUESTION))
    assert counted() == before + 1


# ---------------------------------------------------------------- the official client


def test_the_official_client_asks_lists_and_streams() -> None:
    openai = pytest.importorskip("openai")
    guard = Serving(login=Login.of("ada", "käse:1"))
    with serving(KeywordAssistant([FERRY]), how=guard) as url:
        client = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)
        assert [model.id for model in client.models.list()] == ["pincite"]
        messages = [{"role": "system", "content": "You are helpful."}, user(QUESTION)]
        whole = client.chat.completions.create(model="pincite", messages=messages, extra_body={"threshold": 0.1})
        message = whole.choices[0].message
        (note,) = message.annotations
        assert message.content[note.url_citation.start_index : note.url_citation.end_index].endswith(
            f"({url}/?document={FERRY.id}&start=0&end=33)"
        )
        assert message.answer == to_dict(KeywordAssistant([FERRY]).answer(QUESTION))
        chunks = list(client.chat.completions.create(model="pincite", messages=messages, stream=True))
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == message.content
        follow_up = [*messages, {"role": "assistant", "content": message.content}, user("When?")]
        assert (
            "Understood as"
            in client.chat.completions.create(model="pincite", messages=follow_up).choices[0].message.content
        )
        with pytest.raises(openai.UnprocessableEntityError, match="holds no word"):
            client.chat.completions.create(model="pincite", messages=[user("?!")])
        stranger = openai.OpenAI(base_url=f"{url}/v1", api_key="sk-1234", max_retries=0)
        with pytest.raises(openai.AuthenticationError):
            stranger.models.list()
        with httpx.Client() as plain:  # the same without the client
            asked = plain.post(f"{url}{PATH}", json=asking(user(QUESTION)), headers={"authorization": f"Bearer {KEY}"})
        assert asked.json()["choices"][0]["message"]["content"] == message.content

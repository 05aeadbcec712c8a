"""The chat without a browser: its source pages, its cards, its headers, and what it refuses."""

from __future__ import annotations

import html
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyword_assistant import KeywordAssistant, folder
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.errors import ServerError, StoreError
from qa import Answer, Citation
from qa.answers.explanation import Explanation
from qa.answers.reliability import Reliability, SureBin
from qa.gate.serving import Serving
from qa.render import confidence_words
from qa.show.cards import turn
from qa.source.page import page_of_source
from qa.source.view import WINDOW, Range, View, citation_url, view_url
from qa.talk.exchange import Exchange
from qa.talk.responding import respond
from qa.types import Ask
from qa.web.app import ChatServer, create_app
from qa.web.page import local_only
from tests.fakes import small_assistant

HOST = "http://127.0.0.1:7860"


class Marks(HTMLParser):
    """The text of a page's <main>, and of the marks and shades in it, as a browser would read them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = self.marked = self.shaded = ""
        self.ids: list[str | None] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = "quote" if dict(attrs).get("class") == "quote" else tag
        if tag == "mark":
            self.ids.append(dict(attrs).get("id"))
        if tag in ("main", "mark", "span", "strong"):
            self._open.append(kind)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("main", "mark", "span", "strong"):
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data if "main" in self._open else ""
        self.marked += data if "mark" in self._open else ""
        self.shaded += data if "quote" in self._open else ""


@pytest.fixture(scope="module")
def documents(seeds: Path) -> tuple[Document, ...]:
    return folder(seeds)


@pytest.fixture(scope="module")
def client(documents: tuple[Document, ...]) -> Iterator[TestClient]:
    with TestClient(create_app(KeywordAssistant(documents), ["Who?"]), base_url=HOST) as client:
        yield client


def long_document(paragraphs: int = 9_000) -> Document:
    return Document.from_text("\n\n".join(f"Paragraph {n} says: the number is {n}." for n in range(paragraphs)))


# ---------------------------------------------------------------- the source


@given(text=st.text(min_size=1, max_size=60), numbers=st.tuples(*[st.integers(0, 60)] * 4))
def test_exactly_the_cited_code_points_are_marked_whatever_the_text(text: str, numbers: tuple[int, ...]) -> None:
    quote_start, start, end, quote_end = sorted(min(number, len(text)) for number in numbers)
    if start == end:
        return
    document = Document.from_text(text)
    page = Marks(page_of_source(View(document, Range(start, end), Range(quote_start, quote_end))))
    assert page.text == text
    assert page.marked == text[start:end]
    assert page.shaded == text[quote_start:quote_end]
    assert [id for id in page.ids if id is not None] == ["span"]


def test_a_citation_leads_to_its_marked_words(client: TestClient, documents: tuple[Document, ...]) -> None:
    answer = KeywordAssistant(documents).answer("Who is the leader of Syria Tomorrow?")
    for citation in (*answer.citations, *answer.passages):
        response = client.get(citation_url(citation))
        assert response.status_code == 200
        assert Marks(response.text).marked == citation.text
        assert citation.document.source in response.text


def test_without_a_document_all_documents_are_listed(client: TestClient, documents: tuple[Document, ...]) -> None:
    page = client.get("/source").text
    assert all(view_url(View(document)) in page for document in documents)


def test_a_long_text_is_shown_as_windows_that_lead_through_all_of_it() -> None:
    document = long_document()
    place = len(document.text) - 50
    page = page_of_source(View(document, Range(place, place + 3)))
    assert Marks(page).marked == document.text[place : place + 3]
    assert len(Marks(page).text) <= WINDOW + 2_000
    assert "Earlier in this document" in page

    shown, offset = "", 0
    while True:
        page = page_of_source(View(document, offset=offset))
        shown += Marks(page).text
        later = re.search(r"offset=(\d+)\">Later in this document", page)
        if later is None:
            break
        offset = int(later.group(1))
    assert shown == document.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("document=unknown", 404),
        ("document={id}&start=5", 422),
        ("document={id}&start=9&end=3", 422),
        ("document={id}&start=0&end=99999999", 422),
        ("document={id}&start=-1&end=3", 422),
        ("document={id}&start=x&end=3", 422),
        ("document={id}&start=0&end=9&quote_start=3&quote_end=9", 422),
        ("document={id}&offset=99999999", 422),
    ],
)
def test_an_address_that_fits_no_document_is_refused_in_words(
    client: TestClient, documents: tuple[Document, ...], query: str, status: int
) -> None:
    response = client.get(f"/source?{query.format(id=documents[0].id)}")
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert "No such" in response.text


# ---------------------------------------------------------------- the conversation


def citation_of(document: Document, words: str) -> Citation:
    start = document.text.index(words)
    return Citation(document, start, start + len(words), 0, len(document.text))


def test_text_of_a_document_never_becomes_markup_in_a_card() -> None:
    hostile = "<b>x</b>\n\n**y** [z](javascript:1) & \"'"
    document = Document.from_text(hostile, title=hostile, source=hostile)
    citation = Citation(document, 0, 8, 0, len(hostile), heading=hostile, date=hostile)
    answer = Answer(hostile, hostile, 0.9, (citation, citation), (Answer(hostile, "n", 0.8, (citation,)),), (citation,))
    card = turn(Exchange(hostile, answer))
    assert "<b>" not in card
    assert html.unescape(card).count(hostile) >= 8


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.999, "Very likely · over 99%"),
        (0.896, "Very likely · 90%"),
        (0.83, "Likely · 83%"),
        (0.5, "More likely than not · 50%"),
        (0.31, "Uncertain · 31%"),
        (0.0, "Unlikely · under 1%"),
    ],
)
def test_a_confidence_is_said_in_words_and_never_as_a_certainty(confidence: float, words: str) -> None:
    assert confidence_words(confidence) == words


def test_without_an_answer_the_card_says_so_and_shows_three_passages() -> None:
    document = Document.from_text("One. Two. Three. Four.")
    passages = tuple(citation_of(document, words) for words in ("One.", "Two.", "Three.", "Four."))
    card = turn(Exchange("q", Answer("q", None, 0.12, passages=passages)))
    assert "Not in these documents" in card
    assert card.count('class="cite"') == 3
    assert "nothing in them reads as an answer" in card
    assert "Nothing was retrieved" in turn(Exchange("q", Answer("q", None, 0.0)))


def test_words_that_are_not_sure_are_shown_quietly_with_their_passage_and_citation() -> None:
    ones = [Document.from_text(f"There were {count} boats.", title=f"Paper {count}") for count in (70, 90)]
    sides = [Answer("q", str(n), 0.3, (citation_of(d, str(n)),)) for n, d in zip((70, 90), ones, strict=True)]
    card = turn(Exchange("q", replace(sides[0], alternatives=(sides[1],), passages=sides[0].citations)))
    assert "Not found; the nearest words are" in card
    assert "There were <mark>70</mark> boats." in card
    assert "Uncertain · 30%" in card
    assert card.count('class="cite"') == 3
    assert not re.search('class="(?:words|card answer)|disagree|<h3', card)
    assert 'class="words unsure"' in turn(Exchange("q", replace(sides[0], confidence=0.4)))


def test_answers_that_disagree_stand_side_by_side_each_with_its_source() -> None:
    ones = [Document.from_text(f"There were {count} boats.", title=f"Paper {count}") for count in (70, 90)]
    sides = [Answer("q", str(n), 0.7, (citation_of(d, str(n)),)) for n, d in zip((70, 90), ones, strict=True)]
    card = turn(Exchange("q", Answer("q", "70", 0.7, sides[0].citations, (sides[1],))))
    assert "The documents disagree" in card
    assert card.index("Paper 70") < card.index("Paper 90")
    assert card.count('<p class="when">undated</p>') == 2


def test_of_answers_that_disagree_the_newest_comes_first_and_each_has_its_date_over_it() -> None:
    old, new = (
        Answer("q", str(count), confidence, (replace(citation_of(document, str(count)), date=date),))
        for count, confidence, date in ((70, 0.8, "2021-05-03"), (90, 0.3, "2021-05-04"))
        for document in [Document.from_text(f"There were {count} boats.", title=f"Paper {count}")]
    )
    card = turn(Exchange("q", replace(old, alternatives=(new,))))
    assert "newest first" in card
    assert card.index('<p class="when">2021-05-04</p>') < card.index("Paper 90") < card.index("Paper 70")


def test_a_confidence_says_what_it_has_meant_on_a_benchmark() -> None:
    document = Document.from_text("There were 70 boats.")
    answer = Answer("q", "70", 0.83, (citation_of(document, "70"),))
    table = Reliability("Quiz", (SureBin(0.0, 0.7, 80, 0.4), SureBin(0.7, 1.0, 50, 0.88)))
    card = turn(Exchange("q", answer, explanation=Explanation(answer, 0.1, (), table)))
    assert "about 9 in 10 were right on Quiz: 88% of 50 questions" in card
    assert "was not measured" in turn(Exchange("q", answer))


def test_a_citation_can_be_copied_in_each_form() -> None:
    document = Document("", "Boats", "http://example.org/boats", "There were 70 boats.")
    card = turn(Exchange("q", Answer("q", "70", 0.8, (citation_of(document, "70"),))))
    assert card.count("data-copy") == 6
    assert "@misc{boats-" in card
    assert "http://example.org/boats#:~:text=70" in card
    assert "onclick" not in card


def test_why_this_answer_shows_each_passage_with_its_scores_as_escaped_text() -> None:
    hostile = Document.from_text("<b>70</b>\n\nboats came in.", title="<i>T</i>\n\nx")
    small = small_assistant([hostile], r"\d+")
    exchange = respond(small, Ask("How many boats came in?"))
    card = turn(exchange)
    assert "Why this answer" in card
    assert all(f"<dt>{name}</dt>" in card for name in ("dense", "lexical", "fused", "span", "no answer", "margin"))
    assert "<b>70" not in card
    assert "<i>" not in card


def test_answers_that_differ_within_one_document_are_not_called_a_disagreement_of_documents() -> None:
    document = Document.from_text("First 70 boats, then 90 boats.")
    one, other = (Answer("q", n, 0.7, (citation_of(document, n),)) for n in ("70", "90"))
    card = turn(Exchange("q", Answer("q", "70", 0.7, one.citations, (other,))))
    assert "The documents disagree" not in card
    assert "The document gives more than one answer" in card


def test_every_part_of_a_list_answer_shows_its_own_citation() -> None:
    document = Document.from_text("Ada, Bo and Cy signed.")
    citations = tuple(citation_of(document, name) for name in ("Ada", "Bo", "Cy"))
    card = turn(Exchange("q", Answer("q", "Ada; Bo; Cy", 0.8, citations, is_list=True)))
    assert card.count("<mark>") == 3
    assert "<details>" not in card


def test_a_follow_up_shows_how_it_was_understood_and_a_whole_question_does_not() -> None:
    answer = Answer("When was Oslo founded?", None, 0.1)
    assert "Understood as" in turn(Exchange("And when?", answer))
    mended = turn(Exchange("When was Olso founded?", replace(answer, read_as=("Oslo", "<b>"))))
    assert "Read as: Oslo, &lt;b&gt;" in mended
    assert "data-verbatim" in mended
    assert "Understood as" not in turn(Exchange(" When was Oslo founded? ", answer))


# ---------------------------------------------------------------- what is served, and what is not


def test_of_very_many_documents_the_first_are_listed_without_their_texts_and_the_others_counted() -> None:
    class Shelf(KeywordAssistant):
        def documents(self) -> tuple[Document, ...]:
            raise AssertionError("every text was read for the list")

    shelf = Shelf([Document.from_text(f"Rain {number}", title=f"Day {number}") for number in range(1_234)])
    client = TestClient(create_app(shelf), base_url=HOST)
    page = client.get("/source").text
    assert page.count('<a dir="auto" href="source?document=') == 300
    assert "Day 299<" in page
    assert "Day 300<" not in page
    assert "934 more" in page
    assert "1,234 documents" in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/health", "/source", "/source?document=x", "/pincite/chat.css", "/theme.css"])
def test_every_response_allows_only_this_server(client: TestClient, path: str) -> None:
    refused = client.get(path, headers={"host": "example.org"})
    for response in (client.get(path), client.get(f"{path}/nothing"), client.post(path), refused):
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert not re.search(r"https?:|\*", policy)
        assert not re.search(r"script-src[^;]*unsafe", policy)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"


def test_a_source_page_may_run_no_script_at_all(client: TestClient) -> None:
    response = client.get("/source")
    assert "script-src 'none';" in response.headers["content-security-policy"]
    assert response.headers["content-security-policy"].startswith("sandbox allow-same-origin allow-forms;")
    assert "allow-scripts" not in response.headers["content-security-policy"]
    assert "<script" not in response.text


def test_the_page_refers_to_no_outside_host(client: TestClient) -> None:
    page = client.get("/").text
    assert "<title>" in page or "gradio-app" in page
    assert not re.search(r"<(?:script|link|meta|img|iframe)\b[^>]*(?:https?:)?//", page)
    assert "og:" not in page


def test_outside_references_are_taken_out_and_others_kept() -> None:
    page = (
        '<head><script async src="//cdn.example.com/a.js"></script><link href=\'https://fonts.example.com\' rel="x">'
        '<meta property="og:image" content="https://example.com/a.png"><link rel="manifest" href="/manifest.json" />'
        '<script src="./kept.js"></script><link rel="stylesheet" href="./kept.css"></head>'
    )
    rewritten = local_only(page)
    assert "example.com" not in rewritten
    assert "kept.js" in rewritten
    assert "kept.css" in rewritten
    assert '"pincite/root.js"' in rewritten


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1.example.org", "192.168.0.7:7860", "", "[::1", "localhost@x"]
)
def test_on_loopback_a_request_by_another_name_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:7860", "LOCALHOST:1", "[::1]:7860"])
def test_on_loopback_this_machines_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).json() == {"status": "ok"}


@pytest.mark.parametrize("origin", ["http://example.org", "null", "http://127.0.0.1:9999", "http://[", "http://[:::1]"])
def test_a_request_made_by_another_page_is_refused(client: TestClient, origin: str) -> None:
    headers = {"origin": origin}
    assert client.post("/gradio_api/queue/join", headers=headers, json={}).status_code == 403


def test_bound_to_other_addresses_only_its_names_are_answered(documents: tuple[Document, ...]) -> None:
    serving = Serving("0.0.0.0", called=("box.example",))
    app = create_app(KeywordAssistant(documents), serving=serving)
    with TestClient(app, base_url="http://box.example:80") as client:
        assert client.get("/health", headers={"host": "other.example"}).status_code == 403
        assert client.get("/health").status_code == 200
        assert "nothing leaves this machine" not in client.get("/").text


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/proxy=http://example.com/",
        "/gradio_api/mcp/sse",
        "/gradio_api/mcp/schema",
        "/v1/docs",
        "/gradio_api/runs",
        "/monitoring",
        "/docs",
        "/openapi.json",
        "/pincite/../chat.py",
        "/pincite/%2e%2e/chat.py",
    ],
)
def test_what_the_chat_does_not_need_is_not_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code in (404, 405)


def test_a_port_that_is_taken_is_one_line(documents: tuple[Document, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=rf"^port {port} of 127\.0\.0\.1 is taken .*another port with --port$"):
            ChatServer(KeywordAssistant(documents), port=port)


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 7860), ("127.0.0.1", 99_999)])
def test_an_address_that_is_none_is_one_line(documents: tuple[Document, ...], host: str, port: int) -> None:
    with pytest.raises(ServerError, match=rf"^host '{host}' is not known|^port {port} is none"):
        ChatServer(KeywordAssistant(documents), Serving(host), port)


class Unreadable(KeywordAssistant):
    """An assistant whose documents can't be fetched, for one reason or another."""

    def __init__(self, documents: tuple[Document, ...], error: Exception) -> None:
        super().__init__(documents)
        self.error = error

    def document(self, id: str) -> Document:
        raise self.error


@pytest.mark.parametrize("error", [StoreError("the index is damaged"), RuntimeError("unforeseen")])
def test_a_failure_of_the_server_carries_the_policy_too(documents: tuple[Document, ...], error: Exception) -> None:
    with TestClient(create_app(Unreadable(documents, error)), base_url=HOST, raise_server_exceptions=False) as client:
        response = client.get("/source", params={"document": documents[0].id, "start": "0", "end": "1"})
    assert response.status_code == 500
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "unforeseen" not in response.text

"""A conversation as a file: what was answered, with its evidence, and nothing that runs or is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import launch
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, sync_playwright

from embeddings.errors import DocumentError, PinciteError
from embeddings.loading import read_data
from embeddings.types import Document
from qa.kept.conversation import Recalled, from_json
from qa.show.evidence_file import About, Numbered, marked_text
from qa.show.evidence_windows import CONTEXTS, MOST, windows_of
from qa.show.exporting import SUFFIXES, Form, export
from qa.source.view import WINDOW, Range
from qa.types import Answer, Citation, Turn
from tests.fakes import cite

ABOUT = About(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), index="index of 2 documents, update 7")
LOG = Document("", "Harbour log", "log.txt", "At noon 70 ships lay in port.\n\nAt six 90 ships lay there.", "2015")
HOSTILE = Document(
    "",
    "<script>alert(1)</script>",
    "bad.html",
    "<script>document.title='run'</script><img src=x onerror=alert(1)> *bold* "
    "[x](javascript:alert(1)) \u202e 40 & more\r\nend",
)


SHOWN = "e => [...e.childNodes].filter(n => n.className !== 'gap').map(n => n.textContent).join('')"


def talk() -> tuple[Recalled, ...]:
    other = Answer("How many ships?", "90", 0.4, (cite(LOG, "90"),))
    first = Answer("How many ships?", "70", 0.81, (cite(LOG, "70"),), (other,), (cite(LOG, LOG.text),))
    second = Answer("How many <more>?", "40", 0.93, (cite(HOSTILE, "40"),))
    third = Answer("Why?", None, 0.03, passages=(cite(LOG, "At six 90 ships lay there."),))
    turns = Turn("How many ships?", first), Turn("And <more>?", second), Turn("Why?", third)
    return tuple(map(Recalled.of, turns))


def find(id: str) -> Document:
    for document in (LOG, HOSTILE):
        if document.id == id:
            return document
    raise DocumentError("no such document")


class Seen(HTMLParser):
    """The tags of a page, and the text of each document shown in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "div" and self._inside:
            raise AssertionError("a document's text holds only marks")
        if tag == "div" and dict(attrs).get("class") == "text":
            self._inside = 1
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = 0 if tag == "div" else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def seen(page: str) -> Seen:
    parser = Seen()
    parser.feed(page)
    return parser


@pytest.mark.parametrize("form", list(SUFFIXES))
def test_each_form_says_the_question_the_answer_the_words_and_where_they_stand(form: Form) -> None:
    written = export(talk(), form, ABOUT)
    for words in ("How many ships?", "70", "90", "Harbour log", LOG.content_hash):
        assert words in written


def test_json_reads_back_to_the_same_turns() -> None:
    back = from_json(export(talk(), "json", ABOUT), find)
    assert [each.turn for each in back[1:]] == [each.turn for each in talk()[1:]]


def test_markdown_shows_hostile_words_as_words_and_links_to_the_place() -> None:
    written = export(talk(), "markdown", About(ABOUT.when, base="http://127.0.0.1:7860/"))
    assert r"\<script\>" in written
    assert not re.search(r"(?<!\\)<script", written)
    assert "](javascript" not in written
    assert f"(<http://127.0.0.1:7860/?document={LOG.id}&start=8&end=10" in written
    assert "Not in these documents" in written
    assert "Understood as: *How many \\<more\\>?*" in written


def test_the_evidence_file_holds_each_cited_document_to_the_letter_but_for_what_turns_words_round() -> None:
    assert seen(export(talk(), "html", ABOUT)).texts == [LOG.text, HOSTILE.text.replace("\u202e", "\ufffd")]


def test_the_evidence_file_runs_nothing_and_asks_for_nothing() -> None:
    page = seen(export(talk(), "html", ABOUT))
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "svg"}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
        assert (attributes.get("href") or "#").startswith("#")
    metas = [attributes for tag, attributes in page.tags if tag == "meta"]
    policy = next(each["content"] for each in metas if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_every_number_leads_to_a_mark_and_back() -> None:
    page = seen(export(talk(), "html", ABOUT))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {(attributes.get("href") or "").removeprefix("#") for _, attributes in page.tags if "href" in attributes}
    assert targets <= set(ids)
    assert {f"mark-{number}" for number in range(1, 5)} <= targets


def test_links_out_of_the_file_are_there_only_where_the_chat_has_an_address() -> None:
    page = export(talk(), "html", About(ABOUT.when, base="https://example.org/pincite"))
    assert "https://example.org/pincite/?document=" in page


@pytest.mark.parametrize("base", ["javascript:alert(1)", "example.org", "http://", "file:///etc"])
def test_an_address_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(PinciteError, match="expected one such as"):
        export(talk(), "html", About(ABOUT.when, base=base))


def test_an_empty_conversation_is_a_file_that_says_so() -> None:
    assert "No question was asked" in export((), "html", ABOUT)
    assert export((), "markdown", ABOUT).startswith("# Conversation")


def test_words_that_can_not_be_opened_are_shown_with_the_reason() -> None:
    turns: tuple[Recalled, ...] = from_json(export(talk(), "json", ABOUT), gone)
    for form in ("html", "markdown"):
        written = export(turns, "html" if form == "html" else "markdown", ABOUT)
        assert "70" in written
        assert "an not be opened: the document is not here any more" in written


def gone(id: str) -> Document:
    raise DocumentError("no such document")


def test_of_a_long_document_what_lies_around_the_citations_is_shown_and_the_rest_counted() -> None:
    text = "a" * 300_000 + "NEEDLE" + "b" * 400_000 + "THREAD" + "c" * 10
    document = Document("", "Long", "long.txt", text)
    marks = [Numbered(n, cite_alone(document, words)) for n, words in enumerate(("NEEDLE", "THREAD"), start=1)]
    (parts,) = windows_of([(document, [mark.citation for mark in marks])]).parts
    shown = marked_text(document, marks, parts)
    assert len(document.text) > WINDOW > len(shown)
    assert "<mark>NEEDLE</mark>" in shown
    assert "<mark>THREAD</mark>cccccccccc" in shown
    assert f"… {300_000 - CONTEXTS[0]:,} characters left out …" in shown
    assert f"… {400_000 - 2 * CONTEXTS[0]:,} characters left out …" in shown


def test_the_texts_of_a_file_keep_within_a_bound_whatever_is_cited() -> None:
    documents = [Document("", f"Long {n}", f"{n}.txt", f"{n} " + "ship " * (WINDOW // 5 - 2)) for n in range(30)]
    few = windows_of([(document, [cite_alone(document, "ship")]) for document in documents])
    sizes = [sum(part.end - part.start for part in parts) for parts in few.parts]
    assert sizes[:10] == [len(document.text) for document in documents[:10]]  # whole ones, as long as there is room
    assert max(sizes[10:]) <= CONTEXTS[0] + 20
    book = Document("", "Book", "book.txt", "ship " * 2_000_000)
    many = windows_of([(book, [Citation(book, n, n + 4, n, n + 4) for n in range(0, 10_000_000, 10_000)])])
    assert sum(part.end - part.start for part in many.parts[0]) <= MOST // 2
    long = windows_of([(book, [Citation(book, n, n + 9_000, n, n + 9_000) for n in range(0, 10_000_000, 10_000)])])
    assert 0 < sum(part.end - part.start for part in long.parts[0]) <= MOST // 2
    assert (many.context, CONTEXTS[1]) == (200, 1_000)  # a thousand windows of two thousand letters would be too much
    assert all(
        book.text[part.start : part.end].split() == ["ship"] * len(book.text[part.start : part.end].split())
        for part in many.parts[0]
    )
    assert "within 200 characters of cited words" in many.rule


def cite_alone(document: Document, words: str) -> Citation:
    start = document.text.index(words)
    return Citation(document, start, start + len(words), start, start + len(words))


@given(text=st.text(min_size=1, max_size=60), data=st.data())
def test_marks_that_overlap_in_any_way_leave_the_text_as_it_is(text: str, data: st.DataObject) -> None:
    document = Document("", "Any", "any.txt", text)
    marks = []
    for number in range(1, data.draw(st.integers(1, 4)) + 1):
        bounds = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
        if bounds[1] < bounds[2]:
            marks.append(Numbered(number, Citation(document, bounds[1], bounds[2], bounds[0], bounds[3])))
    page = seen(f'<div class="text">{marked_text(document, marks, [Range(0, len(text))])}</div>')
    assert "".join(page.texts) == text
    assert len([1 for tag, _ in page.tags if tag == "a"]) == len(marks)
    marked = "".join(re.findall(r"<mark>(.*?)</mark>", marked_text(document, marks, [Range(0, len(text))]), re.DOTALL))
    covered = {place for mark in marks for place in range(mark.citation.start, mark.citation.end)}
    assert bool(marked) == bool(covered)


def test_a_table_is_shown_as_one_with_the_cell_marked_and_all_of_the_text_in_its_order() -> None:
    text = "# Berths\n\n| Ship | Berth |\n|---|---|\n| Aurora | 12 |\n| Baltic | 9 |\n\nBoth sail.\n"
    (document,) = read_data("a.md", text.encode())
    assert isinstance(document, Document)
    start, end = text.index("Baltic | 9"), text.index("sail")
    marks = [Numbered(1, cite_alone(document, "12")), Numbered(2, Citation(document, start, end, start, end))]
    shown = marked_text(document, marks, [Range(0, len(text))])
    page = seen(f'<div class="text">{shown}</div>')
    assert "".join(page.texts) == text
    assert [tag for tag, _ in page.tags if tag in ("table", "a")] == ["table", "a", "a"]
    assert "<mark>12</mark>" in re.sub(r"<a[^>]*>|</a>|<span[^>]*>|</span>", "", shown).replace("</mark><mark>", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield launch(playwright)


def test_the_file_opens_offline_at_the_marked_words(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "evidence.html"
    file.write_text(export(talk(), "html", ABOUT), "utf-8")
    page = browser.new_page(viewport={"width": 400, "height": 700})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.locator("a.number").nth(2).click()
    mark = page.locator(".at:target + mark")
    assert mark.inner_text() == "40"
    assert mark.evaluate("e => { const b = e.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight }")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.title() == "Evidence: How many ships? - Pincite"  # nothing ran
    assert {url.partition("#")[0] for url in asked} == {file.as_uri()}
    page.close()


def test_the_file_of_ten_megabytes_on_one_line_is_small_and_opens_at_the_words(
    browser: Browser, tmp_path: Path
) -> None:
    text = (
        "The ship's log & its <b>words</b>. " * 150_000 + "NEEDLE " + "It rained all day long in the port. " * 150_000
    )
    document = Document("", "One line", "line.txt", text)
    turn = Turn("What?", Answer("What?", "NEEDLE", 0.9, (cite_alone(document, "NEEDLE"),)))
    file = tmp_path / "evidence.html"
    file.write_text(export([Recalled.of(turn)], "html", ABOUT), "utf-8")
    assert len(text) > 10_000_000
    assert file.stat().st_size < 50_000
    page = browser.new_page(viewport={"width": 400, "height": 700})
    page.goto(f"{file.as_uri()}#mark-1")
    mark = page.locator(".at:target + mark")
    assert mark.inner_text() == "NEEDLE"
    assert mark.evaluate("e => { const b = e.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight }")
    assert "within 4,000 characters of cited words" in page.locator("main").inner_text()
    left_out = [int(re.sub(r"\D", "", said)) for said in page.locator(".gap").all_text_contents()]
    assert sum(left_out) + len(page.locator(".text").evaluate(SHOWN)) == len(text)
    page.close()

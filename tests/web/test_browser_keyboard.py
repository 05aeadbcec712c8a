"""The whole chat from the keyboard alone: ask, follow up, walk and open citations, copy them, judge, export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import judging, serving
from fakes import small_assistant
from playwright.sync_api import Browser, Page

from embeddings import Document
from qa.kept.conversation import from_json
from qa.kept.feedback import FeedbackStore, read_feedback

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FERRY = Document(
    "", "Ferry", "https://example.org/ferry", "The ferry to Oslo leaves at 14:30 from the harbour.", date="2015-10-21"
)
TRAIN = Document(
    "", "Train", "train.txt", "The train to Bergen leaves at 09:10. It was built in 1911.", date="2016-01-01"
)
QUESTION, FOLLOWING = "When does the ferry to Oslo leave?", "And when does the train to Bergen leave?"
FOCUSED = "() => { const e = document.activeElement; return e.ariaLabel || e.textContent.trim() || e.tagName }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeedbackStore:
    return FeedbackStore(Path(tmp_path_factory.mktemp("kept")) / "feedback.sqlite")


@pytest.fixture(scope="module")
def chat(store: FeedbackStore) -> Iterator[str]:
    with serving(small_assistant([FERRY, TRAIN], r"\d\d:\d\d|\d{4}"), keeping=judging(store, FERRY, TRAIN)) as url:
        yield url


@pytest.fixture
def page(chromium: Browser, chat: str) -> Iterator[Page]:
    """The chat, in which nothing is ever clicked."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(chat)
    page.locator("html[data-started]").wait_for()
    yield page
    context.close()


def focused(page: Page) -> str:
    return str(page.evaluate(FOCUSED))


def ask(page: Page, question: str) -> None:
    number = page.locator("#turns .turn").count()
    if focused(page) != "Question":
        page.keyboard.press("/")
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    page.locator("#turns .turn").nth(number).locator(".card:not(.pending)").wait_for()


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses Tab until what has this name has the focus."""
    for _ in range(60):
        page.keyboard.press(key)
        if focused(page).startswith(name):
            return
    pytest.fail(f"{name} is not reached; the focus is at {focused(page)}")


def marked(page: Page) -> str:
    return page.frame_locator("iframe[name=source]").locator("mark").first.inner_text()


def test_a_question_and_the_next_one_are_asked_and_their_citations_walked_and_opened(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, "When was it built?")
    assert page.locator(".turn").nth(1).locator(".understood em").count() == 1
    page.keyboard.press("Escape")
    for key, number in (("ArrowUp", 0), ("ArrowDown", 1), ("k", 0), ("k", 0), ("j", 1), ("ArrowUp", 0)):
        page.keyboard.press(key)
        links = page.locator("#turns a.cite:visible")
        assert links.nth(number).evaluate("e => e === document.activeElement"), key
        box = links.nth(number).bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= 800
    page.keyboard.press("Enter")
    page.frame_locator("iframe[name=source]").locator("h1", has_text="Ferry").wait_for()
    assert marked(page) == "14:30"
    page.keyboard.press("/")
    assert focused(page) == "Question"


def test_the_source_is_entered_with_tab_and_left_with_escape(page: Page) -> None:
    ask(page, QUESTION)
    page.frame_locator("iframe[name=source]").locator("mark").wait_for()
    tab_to(page, "IFRAME")
    inside = page.frame_locator("iframe[name=source]")
    page.keyboard.press("Tab")
    assert inside.locator("input[name=find]").evaluate("e => e === document.activeElement")
    page.keyboard.type("oslo/")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    inside.locator("#hit").wait_for()
    assert inside.locator("#hit").inner_text() == "Oslo"
    tab_to(page, "IFRAME")
    page.keyboard.press("Escape")
    assert page.locator("#turns a.cite").first.evaluate("e => e === document.activeElement")
    tab_to(page, "IFRAME")
    page.keyboard.press("/")
    assert focused(page) == "Question"


def test_a_citation_is_copied_in_each_form_and_closed_again(page: Page) -> None:
    ask(page, QUESTION)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert focused(page) == "Copy"
    page.keyboard.press("Enter")
    page.get_by_text("Copied", exact=True).wait_for()
    copied = {"Plain text": page.evaluate("navigator.clipboard.readText()")}
    page.keyboard.press("Tab")
    for name in ("BibTeX", "RIS", "CSL-JSON", "Markdown", "Link to the words"):
        assert focused(page) == "Other forms"
        page.keyboard.press("Enter")
        tab_to(page, name)
        page.keyboard.press("Enter")
        page.get_by_text(f"Copied as {name}", exact=True).wait_for()
        copied[name] = page.evaluate("navigator.clipboard.readText()")
        assert page.locator(".copies details[open]").count() == 0
    assert copied["Plain text"].startswith("“The ferry to Oslo leaves at 14:30 from the harbour.” Ferry, 2015-10-21")
    assert copied["Markdown"].startswith("> The ferry to Oslo leaves at **14\\:30**")
    assert copied["BibTeX"].startswith("@misc{ferry2015-28-33")
    assert copied["Link to the words"].startswith("https://example.org/ferry#:~:text=")
    assert copied["RIS"].startswith("TY  - ELEC\nTI  - Ferry\nPY  - 2015\n")
    assert json.loads(copied["CSL-JSON"])[0]["issued"] == {"date-parts": [[2015, 10, 21]]}
    assert all(FERRY.content_hash in text for name, text in copied.items() if name != "Link to the words")
    page.keyboard.press("Enter")
    tab_to(page, "BibTeX")
    page.keyboard.press("Escape")
    assert focused(page) == "Other forms"
    assert page.locator(".copies details[open]").count() == 0


def test_an_answer_is_judged(page: Page, store: FeedbackStore) -> None:
    ask(page, QUESTION)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Right")
    page.keyboard.press("Space")
    page.get_by_text("Kept: right.").wait_for()
    tab_to(page, "Wrong")
    page.keyboard.press("Enter")
    page.get_by_text("Kept: wrong.").wait_for()
    assert [each.verdict for each in read_feedback(store.path)[-2:]] == ["right", "wrong"]
    assert page.locator(".said").first.evaluate("e => e.closest('[aria-live], [role=status]') !== null")


def test_the_conversation_is_exported_in_each_form_and_each_holds_what_it_should(
    page: Page, chromium: Browser, tmp_path: Path
) -> None:
    ask(page, QUESTION)
    ask(page, FOLLOWING)
    files = {}
    for name in ("Markdown", "JSON", "Evidence file"):
        page.keyboard.press("Escape")
        tab_to(page, "Export", "Shift+Tab")
        page.keyboard.press("Enter")
        tab_to(page, name)
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        files[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[name])
        assert focused(page).startswith("Export")
    written = files["Markdown"].read_text("utf-8").replace("\\", "")
    for part in (f"## {QUESTION}", "14:30", "09:10", "Ferry", "Train", FERRY.content_hash, TRAIN.content_hash):
        assert part in written, part
    there = {document.id: document for document in (FERRY, TRAIN)}
    turns = from_json(files["JSON"].read_text("utf-8"), there.__getitem__)
    assert [(turn.question, turn.text) for turn in turns] == [(QUESTION, "14:30"), (FOLLOWING, "09:10")]
    assert all(turn.answer is not None and not turn.lost for turn in turns)
    assert json.loads(files["JSON"].read_text("utf-8"))["form"] == "pincite conversation"
    alone = chromium.new_context(offline=True).new_page()
    alone.goto(files["Evidence file"].as_uri())
    assert alone.locator(".text mark").all_text_contents() == ["14:30", "09:10"]
    assert alone.locator(".text").all_text_contents() == [FERRY.text, TRAIN.text]
    tab_to(alone, "Citation 1, in its document")
    alone.keyboard.press("Enter")
    assert alone.locator(".at:target + mark").inner_text() == "14:30"
    tab_to(alone, "Citation 1, back to its answer")
    alone.keyboard.press("Enter")
    assert alone.url.endswith("#answer-1")
    alone.context.close()


def test_an_understood_question_is_edited_and_escape_gives_the_focus_back(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, "When was it built?")
    tab_to(page, "Edit", "Shift+Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "The question as it is understood"
    page.keyboard.press("Escape")
    assert focused(page).startswith("Edit")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type(FOLLOWING)
    page.keyboard.press("Enter")
    page.locator("#turns .turn").nth(2).locator(".card:not(.pending)").wait_for()
    assert page.locator(".turn").nth(2).locator(".asked").inner_text() == FOLLOWING

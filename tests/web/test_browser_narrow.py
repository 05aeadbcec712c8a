"""A telephone: the question stays at the bottom, and a citation opens the source over the page, which is left again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import serving
from fakes import small_assistant
from playwright.sync_api import Browser, Page

from embeddings import Document

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "\n\n".join(f"On day {day} nothing happened in the harbour." for day in range(200))
FERRY = Document("", "Ferry", "ferry.txt", f"{LONG}\n\nThe ferry to Oslo leaves at 14:30.\n\n{LONG}", date="2015-10-21")
TRAIN = Document("", "Train", "train.txt", "The train to Bergen leaves at 09:10.", date="2016-01-01")
QUESTIONS = ("When does the ferry to Oslo leave?", "When does the train to Bergen leave?") * 2


@pytest.fixture(scope="module")
def chat() -> Iterator[str]:
    with serving(small_assistant([FERRY, TRAIN], r"\d\d:\d\d"), QUESTIONS[:2]) as url:
        yield url


@pytest.fixture
def page(chromium: Browser, chat: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 400, "height": 700}, reduced_motion="reduce", has_touch=True)
    page = context.new_page()
    page.goto(chat)
    page.locator("html[data-started]").wait_for()
    yield page
    context.close()


def ask(page: Page, *questions: str) -> None:
    for question in questions:
        number = page.locator("#turns .turn").count()
        page.locator("#question textarea").fill(question)
        page.keyboard.press("Enter")
        page.locator("#turns .turn").nth(number).locator(".card:not(.pending)").wait_for()


def gap_below(page: Page) -> float:
    """Pixels between the question, with the buttons under it, and the end of the window."""
    box = page.locator("#asking").bounding_box()
    assert box is not None
    return abs(700 - box["y"] - box["height"])


def focused(page: Page, selector: str) -> bool:
    return bool(page.locator(selector).first.evaluate("e => e === document.activeElement"))


def test_the_question_stays_at_the_bottom_of_the_window(page: Page) -> None:
    assert gap_below(page) <= 1
    ask(page, *QUESTIONS)
    for place in ("0", "e.scrollHeight"):
        page.evaluate(f"(() => {{ const e = document.getElementById('conversation'); e.scrollTop = {place} }})()")
        assert gap_below(page) <= 1
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight && scrollY === 0")


def test_a_citation_opens_the_source_over_the_page_at_its_words_and_the_focus_goes_and_returns(page: Page) -> None:
    ask(page, QUESTIONS[1], QUESTIONS[0])
    back = page.get_by_role("button", name="Back to the answer")
    assert not back.is_visible()  # an answer stays in view: its source does not push itself over it
    for leave in ("click", "Enter", "Escape", "back"):
        page.locator(".turn:last-child a.cite").first.click()
        assert focused(page, "#back")
        assert page.get_by_role("dialog", name="Source").is_visible()
        mark = page.frame_locator("iframe[name=source]").locator("mark")
        assert mark.inner_text() == "14:30"
        assert mark.evaluate(
            "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight }"
        )
        page.keyboard.press("Shift+Tab")  # what lies under the source is not reached
        assert not page.evaluate("document.getElementById('talk').contains(document.activeElement)")
        back.focus()
        if leave == "click":
            back.click()
        elif leave == "back":
            page.go_back()
        else:
            page.keyboard.press(leave)
        back.wait_for(state="hidden")
        assert focused(page, ".turn:last-child a.cite")
        assert page.locator("#turns .turn").count() == 2


def test_escape_inside_the_source_leads_back_too_and_a_wider_window_shows_both(page: Page) -> None:
    ask(page, QUESTIONS[0])
    page.locator("a.cite").first.click()
    page.frame_locator("iframe[name=source]").locator("input[name=find]").focus()
    page.keyboard.press("Escape")
    assert focused(page, "a.cite")
    page.locator("a.cite").first.click()
    page.set_viewport_size({"width": 1280, "height": 700})
    page.get_by_role("button", name="Back to the answer").wait_for(state="hidden")
    page.locator("#question textarea").click()
    assert page.frame_locator("iframe[name=source]").locator("mark").is_visible()


def test_the_documents_are_listed_from_the_top_of_the_page(page: Page) -> None:
    page.get_by_role("link", name="2 documents").click()
    page.frame_locator("iframe[name=source]").get_by_role("link", name="Train").click()
    page.frame_locator("iframe[name=source]").get_by_role("heading", name="Train").wait_for()
    page.get_by_role("button", name="Back to the question").click()
    assert focused(page, "#count")

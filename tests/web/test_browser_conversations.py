"""Conversations stay: a list of them in the browser, named, searched, deleted with undo, exported and imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import serving
from fakes import small_assistant
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from embeddings import Document

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FERRY = Document("", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30 from the harbour.", date="2015-10-21")
TRAIN = Document("", "Train", "train.txt", "The train to Bergen leaves at 09:10.", date="2016-01-01")
OSLO, BERGEN = "When does the ferry to Oslo leave?", "When does the train to Bergen leave?"

Browse = Callable[[], BrowserContext]


@pytest.fixture(scope="module")
def chat() -> Iterator[str]:
    with serving(small_assistant([FERRY, TRAIN], r"\d\d:\d\d")) as url:
        yield url


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Browse]:
    """Opens browsers, each with a store of its own."""
    contexts: list[BrowserContext] = []

    def context() -> BrowserContext:
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce"))
        return contexts[-1]

    yield context
    for each in contexts:
        each.close()


def opened(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    return started(page)


def started(page: Page) -> Page:
    """The page, once its scripts run: before that, keys do nothing and no conversation is listed."""
    page.locator("html[data-started]").wait_for()
    return page


def ask(page: Page, question: str) -> Locator:
    number = page.locator("#turns .turn").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator("#turns .turn").nth(number)
    turn.locator(".card:not(.pending)").wait_for()
    return turn


def begin(page: Page) -> None:
    page.get_by_role("button", name="New conversation").click()
    page.locator("#welcome").wait_for()


def with_two(context: BrowserContext, url: str) -> Page:
    """A page with two conversations, of one question each."""
    page = opened(context, url)
    ask(page, OSLO)
    begin(page)
    ask(page, BERGEN)
    return page


def listed(page: Page) -> Locator:
    """The list of conversations, opened."""
    if not page.locator("#conversations").is_visible():
        page.get_by_role("button", name="Conversations").click()
    return page.locator("#talks")


def asked(page: Page) -> list[str]:
    return page.locator(".asked").all_text_contents()


def marked(page: Page) -> str:
    return page.frame_locator("iframe[name=source]").locator("mark").inner_text()


def put(page: Page, conversations: list[dict[str, Any]]) -> None:
    """Imports a file of conversations."""
    said = json.dumps({"form": "pincite conversations", "format": 1, "conversations": conversations})
    file = {"name": "all.json", "mimeType": "application/json", "buffer": said.encode()}
    listed(page)
    page.locator("#talks-chosen").set_input_files([file])  # type: ignore[list-item]


def test_a_new_conversation_leaves_the_old_one_in_the_list_from_where_it_is_opened_again(
    chat: str, browse: Browse
) -> None:
    page = with_two(browse(), chat)
    names = listed(page).locator(".name")
    assert names.all_text_contents() == [BERGEN, OSLO]
    assert page.locator("#talks [aria-current=true] .name").inner_text() == BERGEN
    names.nth(1).click()
    page.locator(".asked", has_text=OSLO).wait_for()
    assert asked(page) == [OSLO]
    page.frame_locator("iframe[name=source]").locator("h1", has_text="Ferry").wait_for()
    assert marked(page) == "14:30"
    ask(page, BERGEN)
    assert listed(page).locator(".name").all_text_contents() == [OSLO, BERGEN]
    assert "2 questions" in listed(page).locator(".facts").first.inner_text()


def test_a_conversation_is_renamed_and_found_by_its_name_its_questions_and_its_answers(
    chat: str, browse: Browse
) -> None:
    page = with_two(browse(), chat)
    listed(page)
    page.get_by_role("button", name=f"Rename: {OSLO}").click()
    page.get_by_label("The name of the conversation").fill("Holidays")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.querySelector('.name').textContent") == "Holidays"
    page.get_by_role("button", name=f"Rename: {BERGEN}").click()
    page.keyboard.type("nothing")
    page.keyboard.press("Escape")
    assert page.locator("#conversations").is_visible()
    assert page.locator("#talks .name").all_text_contents() == [BERGEN, "Holidays"]
    for words, names in (("HOLI", ["Holidays"]), ("oslo", ["Holidays"]), ("09:10", [BERGEN]), ("plane", [])):
        page.get_by_label("Search the conversations").fill(words)
        assert page.locator("#talks .name").all_text_contents() == names, words
        assert page.locator("#talks-told").inner_text() == f"{len(names)} found"
    page.keyboard.press("Escape")
    page.reload()
    started(page)
    assert "Holidays" in listed(page).locator(".name").all_text_contents()


def test_a_deleted_conversation_comes_back_by_undo(chat: str, browse: Browse) -> None:
    page = with_two(browse(), chat)
    listed(page)
    page.get_by_role("button", name=f"Delete: {BERGEN}").click()
    assert page.evaluate("document.activeElement.textContent") == "Undo"
    assert page.locator("#turns .turn").count() == 0
    page.keyboard.press("Escape")
    listed(page).get_by_role("button", name="Undo").click()  # it waits as long as the page is open
    page.locator("#turns .words", has_text="09:10").wait_for(state="attached")
    assert page.locator("#talks .open .name").all_text_contents() == [BERGEN, OSLO]
    page.get_by_role("button", name=f"Delete: {OSLO}").click()
    page.reload()
    page.locator(".asked", has_text=BERGEN).wait_for()
    assert asked(page) == [BERGEN]
    assert listed(page).locator(".name").all_text_contents() == [BERGEN]


def test_all_conversations_go_into_a_file_and_come_back_elsewhere_once(
    chat: str, browse: Browse, tmp_path: Path
) -> None:
    page, other = opened(browse(), chat), opened(browse(), chat)
    ask(page, OSLO)
    begin(page)
    ask(page, BERGEN)
    listed(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export all").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    listed(other)
    for told in ("2 imported", "2 here already"):
        other.locator("#talks-chosen").set_input_files(file)
        other.get_by_text(told, exact=True).wait_for()
    assert other.locator("#talks .name").all_text_contents() == [BERGEN, OSLO]
    other.locator("#talks .name").nth(1).click()
    other.locator("#turns .words", has_text="14:30").wait_for()
    assert ask(other, BERGEN).locator(".words").inner_text() == "09:10"
    other.locator("#talks-chosen").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b"[1]"}  # type: ignore[arg-type]
    )
    other.locator("#talks-told", has_text="x.json").wait_for(state="attached")
    assert "x.json holds no conversations" in (other.locator("#talks-told").text_content() or "")


def test_what_is_imported_cannot_lead_the_source_elsewhere_or_break_the_page(chat: str, browse: Browse) -> None:
    page = opened(browse(), chat)
    turn = json.dumps({"said": "<b>Hi</b>", "limits": "", "verbatim": False, "conversation": "{}"})
    put(
        page,
        [
            {"name": "<i>x</i>", "when": "never", "source": "javascript:parent.pwned = 1", "turns": [turn]},
            {"name": "empty", "when": "2026-01-01", "source": "", "turns": []},
            {"turns": [turn + " ", 7, "no JSON"], "source": "https://example.org/source?x"},
        ],
    )
    page.get_by_text("2 imported, 1 refused").wait_for()
    page.locator("#talks .name", has_text="<i>x</i>").click()
    page.locator("#hint", has_text="can't be shown").wait_for()
    assert page.evaluate("window.pwned") is None
    assert page.locator("#talks b, #talks i").count() == 0
    assert ask(page, OSLO).locator(".words").inner_text() == "14:30"
    assert listed(page).locator(".name").count() == 3


def test_up_in_an_empty_composer_recalls_what_was_asked(chat: str, browse: Browse) -> None:
    page = opened(browse(), chat)
    ask(page, OSLO)
    ask(page, BERGEN)
    box = page.locator("#question textarea")
    box.focus()
    for key, words in (("Up", BERGEN), ("Up", OSLO), ("Up", OSLO), ("Down", BERGEN), ("Down", "")):
        page.keyboard.press(f"Arrow{key}")
        assert box.input_value() == words
    box.fill("Something else")
    page.keyboard.press("ArrowUp")
    assert box.input_value() == "Something else"
    box.fill("")
    page.reload()
    started(page)
    box.focus()
    page.keyboard.press("ArrowUp")
    assert box.input_value() == BERGEN


def test_a_reload_and_a_second_tab_open_the_same_source_at_the_same_words(chat: str, browse: Browse) -> None:
    context = browse()
    page = opened(context, chat)
    ask(page, BERGEN)
    ask(page, OSLO)
    page.locator(".turn").first.locator("a.cite").first.click()
    page.frame_locator("iframe[name=source]").locator("h1", has_text="Train").wait_for()
    page.wait_for_url("**/?document=*")
    page.reload()
    page.locator("#turns .turn").nth(1).wait_for()
    second, third = opened(context, chat), opened(browse(), page.url)
    for each in (page, second, third):
        each.frame_locator("iframe[name=source]").locator("h1", has_text="Train").wait_for()
        assert marked(each) == "09:10"
    assert asked(second) == [BERGEN, OSLO]
    assert asked(third) == []


def test_what_one_tab_adds_another_one_shows_and_neither_loses(chat: str, browse: Browse) -> None:
    context = browse()
    one = opened(context, chat)
    ask(one, OSLO)
    other = opened(context, chat)
    ask(other, BERGEN)
    one.locator("#turns .turn").nth(1).wait_for()
    ask(one, OSLO)
    other.locator("#turns .turn").nth(2).wait_for()
    one.reload()
    one.locator("#turns .turn").nth(2).wait_for()
    assert asked(one) == asked(other) == [OSLO, BERGEN, OSLO]


def test_what_the_browser_keeps_is_bounded_and_what_goes_is_said(chat: str, browse: Browse) -> None:
    page = opened(browse(), chat)
    ask(page, OSLO)
    turn = page.evaluate(
        "JSON.parse(Object.entries(localStorage).find(([k]) => k.startsWith('pincite talk'))[1]).turns[0]"
    )
    named = [
        {"name": f"Talk {n}", "when": f"2020-01-01T00:00:{n % 60:02}Z", "turns": [turn + " " * n]}
        for n in range(1, 102)
    ]
    put(page, named)
    page.get_by_text("99 imported, 2 without room").wait_for()
    assert "100 of at most 100" in page.locator("#talks-room").inner_text()
    page.keyboard.press("Escape")
    begin(page)
    ask(page, BERGEN)
    page.locator("#hint", has_text="the oldest conversation was dropped: “Talk").wait_for()
    assert listed(page).locator("li").count() == 100
    page.keyboard.press("Escape")
    put(page, [{"turns": [json.dumps({"said": "Long", "rest": "x" * 4_100_000})]}])
    page.get_by_text("1 without room").wait_for()


def test_the_one_conversation_that_an_earlier_version_kept_is_taken_over(chat: str, browse: Browse) -> None:
    context = browse()
    page = opened(context, chat)
    ask(page, OSLO)
    page.evaluate(
        """() => {
          const [key, value] = Object.entries(localStorage).find(([key]) => key.startsWith('pincite talk'));
          localStorage.clear();
          sessionStorage.clear();
          localStorage.setItem('pincite turns /', JSON.stringify(JSON.parse(value).turns));
        }"""
    )
    page.close()
    page = opened(context, chat)
    page.locator("#turns .words", has_text="14:30").wait_for()
    assert listed(page).locator(".name").all_text_contents() == [OSLO]

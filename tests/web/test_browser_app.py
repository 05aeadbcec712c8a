"""The page's other parts in a real browser: files, filter, export, feedback, pins, the keyboard, ten browsers at once.

The parts of the pipeline are small ones, so that these tests are quick.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import judging, serving
from fakes import small_assistant
from playwright.sync_api import Browser, Locator, Page

from embeddings import Document
from embeddings.errors import DocumentError
from qa.answers.explanation import Explanation
from qa.kept.feedback import FeedbackStore, read_feedback
from qa.kept.keeping import Keeping

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FERRY = Document("", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30 from the harbour.", date="2015-10-21")
TRAIN = Document("", "Train", "train.txt", "The train to Bergen leaves at 09:10.", date="2016-01-01")
QUESTION = "When does the ferry to Oslo leave?"
BOAT = {"name": "boats.txt", "mimeType": "text/plain", "buffer": b"The boat to Stavanger leaves at 23:59."}

# Fills the store, but for room for two turns without what their answers were chosen from.
FILL = """() => {
  const [key, kept] = Object.entries(localStorage).find(([key]) => key.startsWith('pincite talk'));
  const talk = JSON.parse(kept);
  const turn = JSON.stringify({ ...JSON.parse(talk.turns[0]), why: undefined });
  const room = JSON.stringify({ ...talk, turns: [turn, turn] }).length - kept.length + 80;
  let most = 0;
  for (let step = 1 << 22; step >= 32; step /= 2) {
    try { localStorage.setItem('filler', 'x'.repeat(most + step)); most += step } catch { /* too much */ }
  }
  localStorage.setItem('filler', 'x'.repeat(most - room));
}"""

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeedbackStore:
    return FeedbackStore(Path(tmp_path_factory.mktemp("kept")) / "feedback.sqlite")


@pytest.fixture(scope="module")
def chat(store: FeedbackStore) -> Iterator[str]:
    with serving(small_assistant([FERRY, TRAIN], r"\d\d:\d\d"), keeping=judging(store, FERRY, TRAIN)) as url:
        yield url


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opened]:
    """Opens a chat in a browser of its own; afterwards no page may have complained."""
    contexts, complaints = [], []

    def open_page(url: str, width: int = 1280) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        contexts.append(context)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page = context.new_page()
        page.goto(url)
        page.locator("html[data-started]").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def ask(page: Page, question: str) -> Locator:
    """Asks, waits for the answer, and returns its turn."""
    turns = page.locator("#turns .turn").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator("#turns .turn").nth(turns)
    turn.locator(".card:not(.pending)").wait_for()
    return turn


def test_a_file_is_added_asked_opened_and_removed(chat: str, opened: Opened) -> None:
    page = opened(chat)
    page.locator("#chosen").set_input_files([BOAT])  # type: ignore[list-item]
    page.locator("#files [data-id]").wait_for()
    assert ask(page, "When does the boat to Stavanger leave?").locator(".words").text_content() == "23:59"
    shown = page.frame_locator("iframe[name=source]")
    assert shown.locator("mark").text_content() == "23:59"
    shown.get_by_role("link", name="All documents").click()
    shown.get_by_role("link", name="The boat to Stavanger").click()  # followed inside the source, where no script could
    shown.locator("main[data-start]", has_text="The boat to Stavanger").wait_for()
    page.get_by_role("button", name="Remove boats.txt").click()
    page.locator("#files [data-id]").wait_for(state="detached")
    assert ask(page, "When does the boat to Stavanger leave?").locator(".words").text_content() != "23:59"


def test_files_are_dropped_anywhere_on_the_page(chat: str, opened: Opened) -> None:
    page = opened(chat)
    dropped = page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['A plane leaves at 05:05.'], 'plane.txt')); "
        "d.items.add(new File([new Uint8Array([0, 1, 2])], 'bad.png')); return d }"
    )
    page.dispatch_event("#turns", "dragenter", {"dataTransfer": dropped})
    page.locator("#drop").wait_for()
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    page.locator("#files [data-id]", has_text="plane.txt").wait_for()
    assert "bad.png" in (page.locator("#files .failed").text_content() or "")
    assert "Only this browser sees them" in page.locator("#limits-told").inner_text()


def test_each_of_several_files_says_what_became_of_it_and_a_refusal_goes_with_the_next_success(
    chat: str, opened: Opened
) -> None:
    page = opened(chat)
    bad = {"name": "bad.png", "mimeType": "image/png", "buffer": bytes(3)}
    page.locator("#chosen").set_input_files([BOAT, BOAT | {"name": "again.txt"}, bad])  # type: ignore[list-item]
    page.get_by_text("1 added, 1 unchanged, 1 refused.").wait_for()
    assert "added · 1 passage" in page.locator("#files [data-id]").inner_text()
    assert "unchanged: the same text as boats.txt" in page.locator("#files .taken").inner_text()
    assert "refused: bad.png: " in page.locator("#files .failed").inner_text()
    assert page.locator("#count").inner_text() == "3 documents"
    page.locator("#chosen").set_input_files([BOAT | {"name": "c.txt", "buffer": b"A cab comes at 01:01."}])  # type: ignore[list-item]
    page.locator("#files .failed").wait_for(state="detached")
    assert page.locator("#files .taken").count() == 0
    assert page.locator("#files [data-id]").count() == 2
    page.frame_locator("iframe[name=source]").get_by_role("link", name="A cab comes").wait_for()
    assert page.locator("#count").inner_text() == "4 documents"


def test_what_becomes_of_files_for_everybody_is_told_too(opened: Opened) -> None:
    seen: set[bytes] = set()

    def share(name: str, data: bytes) -> tuple[bool, str]:
        if name.endswith(".png"):
            raise DocumentError(f"{name}: .png files are not read")
        is_new = data not in seen
        seen.add(data)
        return is_new, f"{name} is in the index now, for everybody." if is_new else f"the index holds {name} already."

    with serving(small_assistant([FERRY], r"\d\d:\d\d"), keeping=Keeping(share=share)) as url:
        page = opened(url)
        bad = {"name": "bad.png", "mimeType": "image/png", "buffer": bytes(3)}
        page.locator("#chosen").set_input_files([BOAT, BOAT | {"name": "again.txt"}, bad])  # type: ignore[list-item]
        page.get_by_text("1 added, 1 unchanged, 1 refused.").wait_for()
        told = page.locator("#files .taken small").all_inner_texts()
        assert told == [
            "added: boats.txt is in the index now, for everybody.",
            "unchanged: the index holds again.txt already.",
        ]
        assert page.locator("#files .failed small").inner_text() == "refused: bad.png: .png files are not read"
        page.locator("#chosen").set_input_files([BOAT])  # type: ignore[list-item]
        page.locator("#files .failed").wait_for(state="detached")
        assert page.locator("#files .taken").count() == 1


def test_a_question_that_a_reload_interrupts_is_asked_anew(opened: Opened) -> None:
    assistant, go = small_assistant([FERRY, TRAIN], r"\d\d:\d\d"), threading.Event()
    explain = assistant.explain

    def slow(*said: Any, **more: Any) -> Explanation:
        assert go.wait(30)
        return explain(*said, **more)

    assistant.explain = slow  # type: ignore[method-assign]
    with serving(assistant) as url:
        page = opened(url)
        page.locator("#question textarea").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator("#turns .pending").wait_for()
        page.reload()
        page.locator("#turns .pending").wait_for()
        go.set()
        assert page.locator("#turns .words").text_content() == "14:30"
        page.reload()
        page.locator("#turns .words").wait_for()
        assert page.locator("#turns .turn").count() == 1


def test_the_filter_holds_for_the_next_question_until_it_is_cleared(chat: str, opened: Opened) -> None:
    page = opened(chat)
    page.get_by_role("button", name="Filter").click()
    page.locator("#known option").nth(1).wait_for(state="attached")
    page.get_by_label("in the document").fill("Train")
    page.keyboard.press("Enter")
    turn = ask(page, "When does it leave?")
    assert "Asked only in “Train”" in (turn.locator(".limits").text_content() or "")
    assert turn.locator(".words").text_content() == "09:10"
    page.get_by_role("button", name="Clear").click()
    assert ask(page, QUESTION).locator(".limits").count() == 0


def test_the_conversation_is_exported_as_a_file_that_opens_by_itself(
    chat: str, opened: Opened, chromium: Browser, tmp_path: Path
) -> None:
    page = opened(chat)
    ask(page, QUESTION)
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Evidence file").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    offline = chromium.new_context(offline=True)
    alone = offline.new_page()
    alone.goto(file.as_uri())
    assert "14:30" in alone.locator("mark").all_text_contents()
    offline.close()


def test_right_words_that_are_selected_in_the_source_are_kept(chat: str, opened: Opened, store: FeedbackStore) -> None:
    page = opened(chat)
    turn = ask(page, QUESTION)
    button = turn.get_by_role("button", name="Mark the right words")
    button.click()
    turn.get_by_text("Select the right words in the source first").wait_for()
    page.frame_locator("iframe[name=source]").locator("mark").wait_for()
    page.frame_locator("iframe[name=source]").locator("mark").select_text()
    button.click()
    turn.get_by_text("“14:30” is right").wait_for()
    assert read_feedback(store.path)[-1].verdict == "words"


def test_why_an_answer_was_chosen_outlives_a_reload_and_goes_first_where_the_browser_is_full(
    chat: str, opened: Opened
) -> None:
    page = opened(chat)
    ask(page, QUESTION).locator(".why summary").click()
    shown = page.locator(".why .read").inner_text()
    page.reload()
    page.locator(".why summary").click()
    assert page.locator(".why .read").inner_text() == shown
    page.evaluate(FILL)
    ask(page, QUESTION)
    page.reload()
    page.locator("#turns .turn").nth(1).wait_for()
    assert page.locator("#turns .words").all_text_contents() == ["14:30", "14:30"]
    assert page.locator(".why").count() == 0


def test_a_pin_outlives_the_conversation_until_it_is_taken_away(chat: str, opened: Opened) -> None:
    page = opened(chat)
    ask(page, QUESTION).get_by_role("button", name="Pin").click()
    page.locator("#pins .pinned").wait_for()
    ask(page, QUESTION).get_by_role("button", name="Pin").click()
    page.get_by_text("It was pinned already.").wait_for()
    assert page.locator("#pins .pinned").count() == 1
    page.get_by_role("button", name="New conversation").click()
    page.reload()
    assert "14:30" in (page.locator("#pins .pinned").text_content() or "")
    page.get_by_role("button", name="Unpin").click()
    page.locator("#pins").wait_for(state="hidden")


def test_everything_is_reached_from_the_keyboard(chat: str, opened: Opened) -> None:
    page = opened(chat)
    turn = ask(page, QUESTION)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    assert turn.locator("a.cite").first.evaluate("e => e === document.activeElement")
    turn.get_by_text("Closest passages").press("Enter")
    page.keyboard.press("j")
    assert turn.locator("a.cite").nth(1).evaluate("e => e === document.activeElement")
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "question"


def test_ten_browsers_at_once_see_their_own_conversation_each(chat: str, opened: Opened) -> None:
    pages = [opened(chat) for _ in range(10)]
    for number, page in enumerate(pages):
        page.locator("#question textarea").fill(f"{QUESTION} {number}")
        page.keyboard.press("Enter")
    for number, page in enumerate(pages):
        page.locator(".turn .card:not(.pending)").wait_for()
        assert page.locator(".asked").all_text_contents() == [f"{QUESTION} {number}"]


def test_in_a_narrow_window_an_answer_stays_in_view_and_a_deep_link_leads_to_the_source(
    chat: str, opened: Opened
) -> None:
    page = opened(chat, 400)
    turn = ask(page, QUESTION)
    page.frame_locator("iframe[name=source]").locator("mark").wait_for(state="attached")
    page.wait_for_timeout(300)
    assert turn.evaluate("e => { const r = e.getBoundingClientRect(); return r.top >= -1 && r.top < innerHeight }")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    deep = opened(f"{chat}/?document={FERRY.id}&start=28&end=33", 400)
    deep.get_by_role("button", name="Back to the question").wait_for()
    assert deep.frame_locator("iframe[name=source]").locator("mark").text_content() == "14:30"

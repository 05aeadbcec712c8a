"""What the page tells: a question that is too long, the keys, what went well, facts in a line, a confidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from browser import judging, serving
from fakes import small_assistant
from playwright.sync_api import Browser, Locator, Page

from embeddings import Document
from qa.assistant import LONGEST_QUESTION
from qa.kept.feedback import FeedbackStore

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FERRY = Document("", "Ferry", "ferry.txt", "The ferry to Oslo leaves at 14:30.", date="2015-10-21", author="Ana Ruiz")
TRAIN = Document("", "Train", "train.txt", "The train to Bergen leaves at 09:10.", date="2016-01-01")
OSLO = "When does the ferry to Oslo leave?"
COLOUR = "(e, name) => getComputedStyle(e).getPropertyValue(name)"


@pytest.fixture(scope="module")
def chat() -> Iterator[str]:
    with serving(small_assistant([FERRY, TRAIN], r"\d\d:\d\d")) as url:
        yield url


@contextmanager
def opened(chromium: Browser, url: str, width: int = 1280) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page.goto(url)
    page.locator("html[data-started]").wait_for()
    yield page
    page.close()


def ask(page: Page, question: str) -> Locator:
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator("#turns .turn:last-child .card:not(.pending)").wait_for()
    return page.locator("#turns .turn").last


def is_warning(place: Locator) -> bool:
    """Whether words are written in the colour of warnings."""
    made = "e => { const s = document.createElement('p'); s.style.color = 'var(--warn)'; e.append(s); return s }"
    warning = place.evaluate(
        f"e => {{ const s = ({made})(e); const c = getComputedStyle(s).color; s.remove(); return c }}"
    )
    return bool(place.evaluate(COLOUR, "color") == warning)


def test_a_question_that_is_too_long_is_told_so_while_it_is_typed_and_nothing_of_it_is_lost(
    chromium: Browser, chat: str
) -> None:
    with opened(chromium, chat) as page:
        box, told = page.locator("#question textarea"), page.locator("#too-long")
        box.fill("why " * (LONGEST_QUESTION // 4) + "  ")
        assert not told.is_visible()
        box.press_sequentially("not")
        assert told.inner_text() == "A question has at most 1,000 characters: leave out 5."
        assert is_warning(told)
        assert box.get_attribute("aria-invalid") == "true"
        assert box.get_attribute("aria-describedby") == "too-long"
        page.keyboard.press("Enter")
        assert page.locator("#turns .turn").count() == 0
        assert box.input_value().endswith("why   not")
        for _ in range(5):
            page.keyboard.press("Backspace")
        assert not told.is_visible()
        assert box.get_attribute("aria-invalid") is None
        ask(page, OSLO)
        page.locator("#question textarea").fill("And the train to Bergen?")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Edit").click()
        page.get_by_label("The question as it is understood").fill("w" * (LONGEST_QUESTION + 1))
        page.keyboard.press("Enter")
        assert "leave out 1." in page.locator(".edit").inner_text()
        assert page.locator("#turns .turn").count() == 2


def test_the_keys_are_listed_by_a_question_mark_and_by_a_button(chromium: Browser, chat: str) -> None:
    with opened(chromium, chat) as page:
        listed, box = page.get_by_role("dialog", name="Keys"), page.locator("#question textarea")
        ask(page, OSLO)
        box.fill("Why")
        page.keyboard.type("?")
        assert box.input_value() == "Why?"
        assert not listed.is_visible()
        box.fill("")
        page.keyboard.type("?")
        listed.wait_for()
        assert box.input_value() == ""
        assert "Walk the citations" in listed.inner_text()
        page.keyboard.press("Escape")
        listed.wait_for(state="hidden")
        assert box.evaluate("e => e === document.activeElement")
        page.locator("a.cite").first.focus()
        page.keyboard.type("?")
        listed.get_by_role("button", name="Close").click()
        listed.wait_for(state="hidden")
        page.frame_locator("iframe[name=source]").get_by_role("link", name="All documents").focus()
        page.keyboard.type("?")
        listed.wait_for()
        page.mouse.click(5, 5)  # beside it
        listed.wait_for(state="hidden")
        page.get_by_role("button", name="Keys").click()
        listed.wait_for()


def test_what_went_well_is_not_written_in_the_colour_of_warnings(chromium: Browser, chat: str) -> None:
    with opened(chromium, chat) as page:
        hint = page.locator("#hint")
        added = {"name": "bus.txt", "mimeType": "text/plain", "buffer": b"The bus to Narvik leaves at 07:15."}
        page.locator("#chosen").set_input_files([added])  # type: ignore[list-item]
        page.get_by_text("bus.txt can be asked now.").wait_for()
        assert not is_warning(hint)
        page.route("**/talk/ask", lambda route: route.abort())
        page.locator("#question textarea").fill(OSLO)
        page.keyboard.press("Enter")
        page.get_by_text("is it still running?").wait_for()
        assert is_warning(hint)


def test_no_line_of_facts_ends_or_begins_with_a_dot(chromium: Browser, chat: str) -> None:
    with opened(chromium, chat) as page:
        facts = ask(page, OSLO).locator(".cite .facts").first
        assert facts.inner_text() == "Ana Ruiz · 2015-10-21 · characters 28-33"
        heights = set()
        for width in range(60, 321, 20):
            facts.evaluate("(e, width) => { e.parentElement.style.width = `${width}px` }", width)
            edges = facts.evaluate(
                """e => {
                  const cut = e.parentElement.getBoundingClientRect();
                  const lines = {};
                  for (const each of e.children) (lines[each.getBoundingClientRect().top] ??= []).push(each);
                  return Object.values(lines).map(([first]) => {
                    const dot = first.querySelector(".dot");
                    return !dot || dot.getBoundingClientRect().right <= cut.left + 1;
                  });
                }"""
            )
            assert all(edges), width  # a dot that begins a line lies outside of it; none ends one
            heights.add(len(edges))
        assert heights == {1, 2, 3}


@pytest.mark.parametrize(("confidence", "is_low"), [(0.45, True), (0.8, False)])
def test_an_answer_that_is_hardly_sure_does_not_look_like_one_that_is(
    chromium: Browser, confidence: float, is_low: bool
) -> None:
    with (
        serving(small_assistant([FERRY, TRAIN], r"\d\d:\d\d", confidence=confidence)) as url,
        opened(chromium, url) as page,
    ):
        card = ask(page, OSLO).locator(".card")
        weight = int(card.locator(".words").first.evaluate(COLOUR, "font-weight"))
        assert is_warning(card.locator(".sure").first) is is_low
        assert (weight < 600) is is_low


def test_what_can_be_said_of_an_answer_stands_in_one_row_in_words_with_the_pin_apart(
    chromium: Browser, tmp_path: Path
) -> None:
    keeping = judging(FeedbackStore(tmp_path / "feedback.sqlite"), FERRY, TRAIN)
    with serving(small_assistant([FERRY, TRAIN], r"\d\d:\d\d"), keeping=keeping) as url, opened(chromium, url) as page:
        turn = ask(page, OSLO)
        buttons = turn.locator(".actions button")
        assert buttons.all_text_contents() == [
            *("Right", "Wrong", "Not in the documents", "Mark the right words", "Pin"),
        ]
        assert buttons.locator("svg.icon use").count() == 5
        boxes = [box for number in range(5) if (box := buttons.nth(number).bounding_box()) is not None]
        assert len({round(box["y"]) for box in boxes}) == 1
        gaps = [right["x"] - left["x"] - left["width"] for left, right in pairwise(boxes)]
        assert gaps[-1] > 3 * max(gaps[:-1])
        row, card = turn.locator(".actions").bounding_box(), turn.locator(".card").bounding_box()
        assert row is not None
        assert card is not None
        assert boxes[-1]["x"] + boxes[-1]["width"] <= card["x"] + card["width"]
        buttons.nth(2).click()
        turn.get_by_text("Kept: not in the documents.").wait_for()
        assert round((turn.locator(".actions .said").bounding_box() or row)["y"]) > round(boxes[0]["y"])

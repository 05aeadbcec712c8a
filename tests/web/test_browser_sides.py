"""Documents that disagree, in a browser: newest first, each side with its own source; by day and by night."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import serving
from playwright.sync_api import Browser, Page

from embeddings import Document
from qa import Assistant

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "How many people died in the Vardo flood?"
OLDER = Document(
    "",
    "Flood, first day",
    "monday.txt",
    "On Monday the police said that 70 people died in the Vardo flood.",
    date="2016-03-07",
)
NEWER = Document(
    "",
    "Flood, a week later",
    "week.txt",
    "A week later the mayor said that 94 people died in the Vardo flood.",
    date="2016-03-14",
)
# How bright a colour is, by the browser's own reading of it, in [0, 1].
BRIGHTNESS = """(element, name) => {
  const [r, g, b] = getComputedStyle(element)[name].match(/[\\d.]+/g).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}"""


@pytest.fixture(scope="module")
def chat() -> Iterator[str]:
    with serving(Assistant.from_documents([OLDER, NEWER])) as url:
        yield url


def asked(chromium: Browser, url: str, scheme: str) -> Page:
    page = chromium.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(url)
    page.locator("#question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator("#conversation .card.disagree").wait_for()
    return page


def test_documents_that_disagree_stand_side_by_side_newest_first_and_each_opens_at_its_words(
    chromium: Browser, chat: str
) -> None:
    page = asked(chromium, chat, "light")
    sides = page.locator("#conversation .card .sides > *")
    assert page.locator("#conversation .card h3").first.inner_text() == "The documents disagree, newest first"
    assert sides.count() == 2
    for place, (number, document) in enumerate((("94", NEWER), ("70", OLDER))):
        side = sides.nth(place)
        assert number in side.inner_text()
        assert document.title in side.inner_text()
        assert str(document.date) in side.inner_text() or re.search(r"March 2016", side.inner_text())
        side.locator("a.cite").first.click()
        frame = page.frame_locator("iframe[name=source]")
        frame.get_by_role("heading", name=document.title).first.wait_for()
        assert number in frame.locator("mark").first.inner_text()
    left, right = (sides.nth(place).bounding_box() for place in range(2))
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"] + 1
    page.close()


def test_by_night_the_page_and_the_source_are_dark_and_the_marked_words_are_told_apart(
    chromium: Browser, chat: str
) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        page = asked(chromium, chat, scheme)
        page.locator("#conversation a.cite").first.click()
        mark = page.frame_locator("iframe[name=source]").locator("mark").first
        mark.wait_for()
        body = page.frame_locator("iframe[name=source]").locator("html")
        brightness[scheme] = (
            page.locator("body").evaluate(BRIGHTNESS, "backgroundColor"),
            body.evaluate(BRIGHTNESS, "backgroundColor"),
            abs(mark.evaluate(BRIGHTNESS, "backgroundColor") - mark.evaluate(BRIGHTNESS, "color")),
        )
        page.close()
    assert min(brightness["light"][:2]) > 0.8
    assert max(brightness["dark"][:2]) < 0.3
    assert min(brightness["light"][2], brightness["dark"][2]) > 0.3

"""The source beside the answers: its head stays in view, the border is moved, a citation shows its passage."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from browser import serving
from fakes import small_assistant
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from embeddings import Document

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAYS = "\n\n".join(f"On day {day} nothing happened in the harbour." for day in range(200))
SENTENCE = "The ferry to Oslo leaves at 14:30, if the sea is calm."
FERRY = Document("", "Ferry", "ferry.txt", f"{DAYS}\n\n{SENTENCE} Dogs travel free.\n\n{DAYS}", date="2015-10-21")
TRAIN = Document("", "Train", "train.txt", "The train to Bergen leaves at 09:10.", date="2016-01-01")
OSLO, BERGEN = "When does the ferry to Oslo leave?", "When does the train to Bergen leave?"
SPLIT = "document.querySelector('#reading').getBoundingClientRect().left / innerWidth"

Browse = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def chat() -> Iterator[str]:
    with serving(small_assistant([FERRY, TRAIN], r"\d\d:\d\d")) as url:
        yield url


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Browse]:
    """Opens browsers, each with a store of its own."""
    contexts: list[BrowserContext] = []

    def context(width: int = 1280, **more: bool) -> BrowserContext:
        size = {"width": width, "height": 800}
        contexts.append(chromium.new_context(viewport=size, reduced_motion="reduce", **more))  # type: ignore[arg-type]
        return contexts[-1]

    yield context
    for each in contexts:
        each.close()


def asked(context: BrowserContext, url: str, *questions: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.locator("html[data-started]").wait_for()
    for number, question in enumerate(questions):
        page.locator("#question textarea").fill(question)
        page.keyboard.press("Enter")
        page.locator("#turns .turn").nth(number).locator(".card:not(.pending)").wait_for()
    return page


def is_seen(place: Locator) -> bool:
    """Whether a place of the source lies in view, with nothing over it."""
    return bool(
        place.evaluate(
            """e => {
              const r = e.getBoundingClientRect();
              const over = document.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2);
              return over === e || e.contains(over);
            }"""
        )
    )


def test_title_list_and_search_stay_in_view_and_lead_on_from_the_end_of_a_long_text(chat: str, browse: Browse) -> None:
    page = asked(browse(), chat, OSLO)
    inside = page.frame_locator("iframe[name=source]")
    inside.locator("mark").wait_for()
    head = [inside.locator("h1"), inside.get_by_role("link", name="All documents"), inside.locator("input[name=find]")]
    for place in ("0", "document.documentElement.scrollHeight"):
        inside.locator("html").evaluate(f"() => scrollTo(0, {place})")
        assert all(map(is_seen, head)), place
    head[-1].fill("the harbour")
    head[-1].press("Enter")
    inside.get_by_text("of 400 places").wait_for()
    for way in ("Next", "Next", "Previous"):
        number = inside.locator(".found").inner_text().split()[0]
        inside.locator("html").evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
        inside.get_by_role("link", name=way, exact=True).click()
        inside.get_by_text(f"{int(number) + (1 if way == 'Next' else -1)} of 400 places").wait_for()
        assert is_seen(inside.locator("#hit"))
        assert all(map(is_seen, head)), way


def test_the_border_is_dragged_moved_by_keys_and_remembered(chat: str, browse: Browse) -> None:
    context = browse()
    page = asked(context, chat)
    border = page.get_by_role("separator", name="Border between answers and source")
    assert page.evaluate(SPLIT) == pytest.approx(0.5, abs=0.01)
    page.mouse.move(640, 400)
    page.mouse.down()
    page.mouse.move(800, 420, steps=4)
    page.mouse.move(896, 420)
    page.mouse.up()
    assert page.evaluate(SPLIT) == pytest.approx(0.7, abs=0.01)
    page.mouse.move(600, 420)  # let go: it does not follow any more
    assert border.get_attribute("aria-valuenow") == "70"
    border.focus()
    for key, now in (("ArrowLeft", 68), ("Shift+ArrowLeft", 58), ("ArrowRight", 60), ("Home", 25), ("End", 75)):
        page.keyboard.press(key)
        assert border.get_attribute("aria-valuenow") == str(now), key
        assert page.evaluate(SPLIT) == pytest.approx(now / 100, abs=0.01)
    assert [border.get_attribute(f"aria-value{each}") for each in ("min", "max")] == ["25", "75"]
    for each in (page, context.new_page()):
        each.goto(chat)
        each.locator("html[data-started]").wait_for()
        assert each.evaluate(SPLIT) == pytest.approx(0.75, abs=0.01)
    page.set_viewport_size({"width": 800, "height": 800})  # each side keeps its least width
    assert page.evaluate(SPLIT) == pytest.approx(0.6, abs=0.01)
    page.set_viewport_size({"width": 1280, "height": 800})
    border.dblclick()
    assert page.evaluate(SPLIT) == pytest.approx(0.5, abs=0.01)
    page.set_viewport_size({"width": 400, "height": 800})
    assert not border.is_visible()


def test_a_citation_that_is_pointed_at_shows_its_words_in_their_sentence(chat: str, browse: Browse) -> None:
    page = asked(browse(), chat, OSLO, BERGEN)
    preview = page.get_by_role("tooltip").and_(page.locator("#preview"))
    first, second = (page.locator(".turn").nth(number).locator("a.cite").first for number in range(2))
    first.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    first.hover()
    preview.wait_for()
    assert "Ferry" in preview.inner_text()
    assert "2015-10-21" in preview.inner_text()
    assert preview.locator("mark").inner_text() == "14:30"
    quote = preview.locator("blockquote").inner_text()
    assert SENTENCE in quote
    assert "Dogs travel free." in quote  # more than the card shows
    assert quote.startswith("…")
    assert quote.endswith("…")
    preview.hover()  # the pointer may go into it
    page.wait_for_timeout(600)
    assert preview.is_visible()
    page.keyboard.press("Escape")
    assert not preview.is_visible()
    page.mouse.move(5, 5)
    second.hover()
    preview.get_by_text("Bergen").wait_for()
    page.mouse.move(5, 5)
    preview.wait_for(state="hidden")
    second.click()
    page.wait_for_timeout(700)
    assert not preview.is_visible()  # the source is open now
    assert first.get_attribute("aria-describedby") is None


def test_the_keyboard_shows_the_passage_too_and_escape_closes_it_and_stays(chat: str, browse: Browse) -> None:
    page = asked(browse(), chat, BERGEN)
    preview, link = page.locator("#preview"), page.locator("a.cite").first
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    preview.wait_for()
    assert preview.locator("mark").inner_text() == "09:10"
    assert link.get_attribute("aria-describedby") == "preview"
    assert page.evaluate("getComputedStyle(document.getElementById('preview')).animationName") == "none"
    page.keyboard.press("Escape")
    assert not preview.is_visible()
    assert link.evaluate("e => e === document.activeElement")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    preview.wait_for()
    page.keyboard.press("Tab")
    assert not preview.is_visible()


def test_a_finger_and_a_narrow_window_get_no_passage(chat: str, browse: Browse) -> None:
    page = asked(browse(400, has_touch=True), chat, BERGEN)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(700)
    assert not page.locator("#preview").is_visible()
    page = asked(browse(1280, has_touch=True), chat, BERGEN)
    page.locator("a.cite").first.tap()
    page.wait_for_timeout(700)
    assert not page.locator("#preview").is_visible()

"""The chat as a user has it: in a real browser, with the shipped models; nothing but this machine is ever asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import serving
from keyword_assistant import KeywordAssistant
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Frame,
    Locator,
    Page,
    Request,
    Route,
    WebSocket,
)

from embeddings import Document
from qa import Assistant

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "Who leads Syria Tomorrow?"
UNANSWERABLE = "What is the boiling point of lead in degrees Celsius?"
EXAMPLES = (QUESTION, "When was the memorandum on de-escalation areas signed?")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

HOSTILE_TITLE = "<script>window.pwned = 1</script> [title](javascript:alert(1)) \u202egnisrever"
HOSTILE_SENTENCE = (
    "The <b>password</b> is <script>window.pwned = 2</script> <img src=x onerror='window.pwned = 3'> **bold** "
    "[x](javascript:window.pwned=4) `${window.pwned}` {{window.pwned}} %%%LATEX_BLOCK_0%%% $$x$$ &amp; \u202eesrever 😀"
)
HOSTILE_TEXT = f"😀😀 {HOSTILE_TITLE}\n\n</mark></p></body>\n\n# Not a heading <style>*{{display:none}}</style>\n\n" + (
    f"{HOSTILE_SENTENCE}.\n\n```mermaid\ngraph TD; A-->B\n```\n<iframe src='javascript:parent.pwned=5'></iframe>\n"
)

Opened = Callable[..., Page]


class Watch:
    """What the pages of a test asked for, and what went wrong in them."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        self.complaints: list[str] = []

    def request(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:", "about:")):
            self.hosts.add(urlsplit(request.url).hostname or "")

    def socket(self, socket: WebSocket) -> None:
        self.hosts.add(urlsplit(socket.url).hostname or "")

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def assistant(seeds: Path) -> Assistant:
    return Assistant.from_documents(seeds)


@pytest.fixture(scope="module")
def chat(assistant: Assistant) -> Iterator[str]:
    with serving(assistant, EXAMPLES) as url:
        yield url


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opened]:
    """Opens a chat in a browser of its own; afterwards no page may have asked elsewhere or complained."""
    watch, contexts = Watch(), []

    def open_page(url: str, width: int = 1280) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        contexts.append(context)
        context.on("request", watch.request)
        context.on("console", watch.console)
        context.on("weberror", lambda error: watch.complaints.append(str(error.error)))
        page = context.new_page()
        page.on("websocket", watch.socket)
        page.goto(url)
        page.locator("#question textarea").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert watch.hosts <= LOOPBACK
    assert not watch.complaints


def ask(page: Page, question: str) -> Locator:
    """Asks, waits for the answer, and returns its card."""
    turns = page.locator("#conversation .turn").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator("#conversation .turn").nth(turns)
    turn.locator(".card:not(.pending)").wait_for()
    return turn


def source(page: Page) -> Frame:
    handle = page.locator("iframe[name=source]").element_handle()
    frame = handle.content_frame()
    assert frame is not None
    return frame


def marked(page: Page, link: Locator) -> str:
    """The text that is marked in the source once the citation of a link is open."""
    link.and_(page.locator("[aria-current]")).wait_for()
    frame = source(page)
    frame.wait_for_url(f"**{link.get_attribute('href')}")
    return "".join(frame.locator("mark").all_text_contents())


def cited(link: Locator, documents: Assistant | KeywordAssistant) -> str:
    """The words that the address of a citation stands for."""
    query = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    text = documents.document(query["document"][0]).text
    return text[int(query["start"][0]) : int(query["end"][0])]


def is_in_view(frame: Frame, selector: str) -> bool:
    return bool(
        frame.locator(selector).first.evaluate(
            "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight }"
        )
    )


def test_choosing_a_citation_opens_its_source_with_exactly_the_cited_words_marked(
    chat: str, opened: Opened, assistant: Assistant
) -> None:
    page = opened(chat)
    turn = ask(page, QUESTION)
    source(page).get_by_role("link", name="All documents").click()
    source(page).get_by_role("heading", name="Sources").wait_for()
    link = turn.locator("a.cite").first
    link.click()
    expected = cited(link, assistant)
    assert marked(page, link) == expected
    assert turn.locator(".evidence mark").first.text_content() == expected
    assert is_in_view(source(page), "#span")


def test_the_best_citation_of_a_new_answer_opens_by_itself(chat: str, opened: Opened, assistant: Assistant) -> None:
    page = opened(chat)
    for question in (QUESTION, EXAMPLES[1], QUESTION):
        link = ask(page, question).locator("a.cite").first
        assert marked(page, link) == cited(link, assistant)


def test_a_citation_is_reached_and_opened_from_the_keyboard(chat: str, opened: Opened, assistant: Assistant) -> None:
    page = opened(chat)
    turn = ask(page, UNANSWERABLE)
    link = turn.locator("a.cite").nth(1)
    turn.locator("a.cite").first.focus()
    for name in ("Copy", "Other forms"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Tab")
    assert link.evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    assert marked(page, link) == cited(link, assistant)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_asked_by_a_click(chat: str, opened: Opened, example: str) -> None:
    page = opened(chat)
    page.get_by_role("button", name=example).click()
    page.locator(".card:not(.pending)").wait_for()
    assert page.locator(".asked").all_text_contents() == [example]
    assert page.locator("a.cite").count() > 0
    assert not page.locator("#examples").is_visible()


def test_without_an_answer_the_page_says_so_and_shows_the_closest_passages(chat: str, opened: Opened) -> None:
    turn = ask(opened(chat), UNANSWERABLE)
    assert turn.get_by_role("heading", name="Not in these documents").is_visible()
    assert turn.locator(".none > .passages a.cite").count() == 3


def test_a_follow_up_is_shown_as_it_was_understood(chat: str, opened: Opened) -> None:
    page = opened(chat)
    assert ask(page, QUESTION).locator(".understood").count() == 0
    turn = ask(page, "And when?")
    assert "Understood as: " in (turn.locator(".understood").text_content() or "")
    turn.get_by_role("button", name="Edit").click()
    turn.get_by_label("The question as it is understood").fill("When was the memorandum signed?")
    page.keyboard.press("Enter")
    edited = page.locator(".turn").nth(2)
    edited.locator(".card:not(.pending)").wait_for()
    assert edited.locator(".asked").text_content() == "When was the memorandum signed?"
    assert edited.locator(".understood").count() == 0
    page.get_by_label("Ask exactly as typed").check()
    assert ask(page, "And when?").locator(".understood").count() == 0


def test_an_empty_question_is_answered_with_a_hint_only(chat: str, opened: Opened) -> None:
    page = opened(chat)
    page.locator("#question textarea").fill("   ")
    page.keyboard.press("Enter")
    page.get_by_text("Type a question first").wait_for()
    assert page.locator(".turn").count() == 0


def test_a_question_that_cannot_be_asked_gets_its_reason_and_the_conversation_goes_on(
    chat: str, opened: Opened
) -> None:
    page = opened(chat)
    problem = ask(page, "?!").locator(".problem")
    assert "holds no word" in (problem.text_content() or "")
    assert ask(page, QUESTION).locator("a.cite").count() > 0


def test_a_new_conversation_forgets_the_old_one(chat: str, opened: Opened) -> None:
    page = opened(chat)
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()
    page.locator(".welcome").wait_for()
    assert page.locator(".turn").count() == 0
    source(page).get_by_role("heading", name="Sources").wait_for()
    assert ask(page, "And when?").locator(".understood").count() == 0


def test_a_reload_shows_the_conversation_again_and_a_follow_up_goes_on_from_it(chat: str, opened: Opened) -> None:
    page = opened(chat)
    words = ask(page, QUESTION).locator(".card").first.text_content()
    page.reload()
    assert page.locator(".turn .card").first.text_content() == words
    assert ask(page, "And when?").locator(".understood").count() == 1


def test_two_browsers_do_not_see_each_others_conversation(chat: str, opened: Opened) -> None:
    one, other = opened(chat), opened(chat)
    ask(one, QUESTION)
    turn = ask(other, "And when?")
    assert turn.locator(".understood").count() == 0
    assert other.locator(".asked").all_text_contents() == ["And when?"]
    assert one.locator(".asked").all_text_contents() == [QUESTION]


def test_a_hostile_document_is_shown_as_text_and_runs_nothing(opened: Opened) -> None:
    hostile = KeywordAssistant([Document.from_text(HOSTILE_TEXT, HOSTILE_TITLE, "<i>file</i>.txt")])
    with serving(hostile, ["<u>example</u>?"]) as url:
        page = opened(url)
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
        link = ask(page, "password <script>window.pwned = 2</script> **bold**").locator("a.cite").first
        assert marked(page, link) == cited(link, hostile)
        evidence = page.locator(".evidence").first
        assert HOSTILE_SENTENCE in (evidence.locator("blockquote").text_content() or "")
        assert link.locator(".title").text_content() == HOSTILE_TITLE
        shown = source(page)
        assert HOSTILE_SENTENCE in (shown.locator("main").text_content() or "")
        assert shown.locator("script, img, iframe, b, main style, main h1").count() == 0
        assert page.locator("#conversation").locator("script, img, b, style, [href^=javascript]").count() == 0
        assert page.evaluate("window.pwned") is None
        page.close()


@pytest.mark.parametrize("width", [320, 400, 800])
def test_a_narrow_window_never_scrolls_sideways_and_choosing_a_citation_leads_to_the_source(
    chat: str, opened: Opened, width: int
) -> None:
    page = opened(chat, width)
    for question in (QUESTION, UNANSWERABLE):
        turn = ask(page, question)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth && scrollX === 0")
    link = turn.locator(".none > .passages a.cite").last
    link.click()
    if width < 800:
        page.get_by_role("button", name="Back to the answer").wait_for()
    assert marked(page, link)  # the source has been loaded: until then its frame is still on its way elsewhere
    assert not source(page).evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_citation_whose_source_loads_slowly_stays_marked(chat: str, opened: Opened, assistant: Assistant) -> None:
    page = opened(chat)
    link = ask(page, UNANSWERABLE).locator(".none > .passages a.cite").last
    source(page).locator("mark").first.wait_for()
    held: list[Route] = []

    def hold(route: Route) -> None:  # Playwright takes no built-in method
        held.append(route)

    page.route("**/source*", hold)
    link.click()
    page.wait_for_timeout(600)
    held[0].continue_()
    assert marked(page, link) == cited(link, assistant)
    page.wait_for_timeout(300)
    assert link.and_(page.locator("[aria-current]")).count() == 1


def test_what_a_confidence_has_meant_shows_when_it_is_reached_by_keyboard(chat: str, opened: Opened) -> None:
    page = opened(chat)
    sure = ask(page, QUESTION).locator(".sure").first
    meaning = sure.locator("[role=tooltip]")
    assert not meaning.is_visible()
    sure.focus()
    meaning.wait_for(state="visible")
    assert "right on questions set aside" in (meaning.text_content() or "")


def test_a_citation_is_copied_or_selected_by_one_click(chat: str, opened: Opened) -> None:
    page = opened(chat)
    copies = ask(page, QUESTION).locator(".copies").first
    copies.get_by_role("button", name="Copy").click()
    said = copies.get_by_text("Copied").or_(copies.get_by_text("Selected"))
    said.wait_for()
    if said.text_content() != "Copied":
        assert "text SHA-256" in copies.locator("pre").inner_text()
        assert page.evaluate("getSelection().toString()").strip() == copies.locator("pre").text_content()


def test_a_question_that_a_reply_offers_is_asked_by_its_button(chat: str, opened: Opened) -> None:
    page = opened(chat)
    ask(page, "Hello!").locator(".ask").last.click()
    reply = page.locator(".turn").nth(1)
    reply.locator(".holdings a.cite").first.wait_for()
    assert reply.locator(".asked").text_content() == "What is in here?"


def test_why_an_answer_was_chosen_unfolds_in_a_narrow_window_without_scrolling_sideways(
    chat: str, opened: Opened
) -> None:
    page = opened(chat, 400)
    unfolded = ask(page, QUESTION).locator(".why")
    unfolded.locator("summary").click()
    assert unfolded.locator(".read > li").count() == 5
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

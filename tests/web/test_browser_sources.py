"""The sources in a real browser: a PDF at its words, a row, words looked for, a deep link, a hostile text, a login."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser import serving
from keyword_assistant import KeywordAssistant
from pdf_files import pdf, written
from PIL import Image
from playwright.sync_api import Browser, Frame, Locator, Page

from embeddings import Document
from embeddings.loaders.pdf.marks import Box, picture
from embeddings.loading import load_file
from qa.gate.passwords import Login
from qa.gate.serving import Serving
from qa.kept.feedback import FeedbackStore, Version, read_feedback
from qa.kept.judging import Judging
from qa.kept.keeping import Keeping
from qa.source.view import Range, View, view_url

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINES = ["The ferry to Oslo leaves", "at half past two, as the exam-", "ination of the harbour showed."]
HOSTILE = (
    "<script>parent.pwned = 1</script> **b** <img src=x onerror=parent.pwned=2> \u202e\u2067[x](javascript:1)\u2069 "
)
Opened = Callable[[str], Page]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, Document, Document]:
    folder = tmp_path_factory.mktemp("sources")
    pages = [written(["Timetable"], size=20), written(LINES), written(["The last ferry leaves at nine."])]
    (folder / "ferry.pdf").write_bytes(pdf(pages))
    rows = "".join(f"Town {number},{number}000\n" for number in range(1, 200))
    (folder / "towns.csv").write_text(f"Town,People\n{rows}", encoding="utf-8")
    hostile = Document.from_text(HOSTILE * (10_000_000 // len(HOSTILE)), "<script>parent.pwned = 3</script>", "<b>.txt")
    return load_file(folder / "ferry.pdf"), load_file(folder / "towns.csv"), hostile


@pytest.fixture(scope="module")
def chat(documents: tuple[Document, ...]) -> Iterator[str]:
    with serving(KeywordAssistant(documents)) as url:
        yield url


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opened]:
    """Opens an address; afterwards no page may have asked elsewhere than here."""
    hosts: set[str] = set()
    contexts = []

    def open_page(url: str) -> Page:
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        contexts.append(context)
        context.on("request", lambda request: hosts.add(request.url.split("/")[2] if "//" in request.url else ""))
        page = context.new_page()
        page.goto(url)
        page.locator("#question textarea").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert all(host.split("@")[-1].startswith("127.0.0.1") or host == "" for host in hosts), hosts


def source(page: Page) -> Frame:
    frame = page.locator("iframe[name=source]").element_handle().content_frame()
    assert frame is not None
    return frame


def show(page: Page, view: View) -> Frame:
    """Opens a view in the frame beside the conversation, as a citation's link does."""
    page.evaluate(
        "url => { const a = document.createElement('a'); a.target = 'source'; a.href = url; a.click() }", view_url(view)
    )
    frame = source(page)
    frame.wait_for_url(f"**/{view_url(view)}")
    return frame


def span(document: Document, words: str) -> Range:
    start = document.text.index(words)
    return Range(start, start + len(words))


def drawn_box(frame: Frame) -> Box:
    """Where the box of the cited words is drawn, in parts of the picture as the browser lays it out."""
    picture = frame.locator(".paper img").bounding_box()
    box = frame.locator("rect.span").first.bounding_box()
    assert picture is not None
    assert box is not None
    left, top = (box["x"] - picture["x"]) / picture["width"], (box["y"] - picture["y"]) / picture["height"]
    return Box(left, top, left + box["width"] / picture["width"], top + box["height"] / picture["height"])


def letters_in(document: Document, page: int, box: Box) -> str:
    """The letters of a PDF's page whose middle lies in a box, read by PDFium from the file itself."""
    import pypdfium2

    file = pypdfium2.PdfDocument(document.source)
    try:
        shown = file[page - 1]
        width, height = shown.get_size()
        text_page = shown.get_textpage()
        inside = ""
        for number in range(text_page.count_chars()):
            left, bottom, right, top = text_page.get_charbox(number, loose=True)
            across, down = (left + right) / 2 / width, 1 - (bottom + top) / 2 / height
            if box.left < across < box.right and box.top < down < box.bottom:
                inside += text_page.get_text_range(number, 1)
        text_page.close()
        return inside
    finally:
        file.close()


@pytest.mark.parametrize("words", ["Oslo", "half past two", "harbour"])
def test_a_pdf_opens_with_a_box_drawn_over_exactly_the_cited_words(
    chat: str, opened: Opened, documents: tuple[Document, ...], words: str
) -> None:
    ferry = documents[0]
    frame = show(opened(chat), View(ferry, span(ferry, words)))
    frame.locator(".paper img").wait_for()
    assert frame.locator(".paper img").evaluate("e => e.naturalWidth") == 1200
    assert letters_in(ferry, 2, drawn_box(frame)) == words
    assert frame.locator("#span").first.evaluate(
        "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight }"
    )
    yellow = Image.open(io.BytesIO(frame.locator("rect.span").first.screenshot())).convert("RGB")
    assert max(yellow.getcolors(100_000), key=lambda each: each[0])[1] == (255, 215, 94)
    assert Image.open(io.BytesIO(picture(ferry, 2, 100))).size[0] == 100


def drag(page: Page, first: Locator, last: Locator) -> None:
    """Selects from the first to the last word with the mouse, as a hand does."""
    start, end = first.bounding_box(), last.bounding_box()
    assert start is not None
    assert end is not None
    hand = page.context.new_cdp_session(page)  # Playwright's own mouse waits for a script, and none runs in a source

    def at(kind: str, x: float, y: float) -> None:
        pressed = {"button": "left", "buttons": 1, "clickCount": 1}
        hand.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **pressed})

    at("mousePressed", start["x"] + 1, start["y"] + start["height"] / 2)
    for part in (0.3, 0.6, 1.0):
        x = start["x"] + part * (end["x"] + end["width"] - 1 - start["x"])
        at("mouseMoved", x, start["y"] + start["height"] / 2 + part * (end["y"] - start["y"]))
    at("mouseReleased", end["x"] + end["width"] - 1, end["y"] + end["height"] / 2)


@pytest.mark.parametrize("number", [0, 1])
def test_words_are_selected_on_the_page_of_a_pdf_and_kept_as_the_right_ones(
    opened: Opened, documents: tuple[Document, ...], tmp_path: Path, number: int
) -> None:
    ferry = documents[0]
    words = ("half past two", "two, as the examination of")[number]
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    judging = Judging(store, lambda: Version("", 0, (ferry.content_hash,)))
    with serving(KeywordAssistant([ferry]), keeping=Keeping(judging)) as url:
        page = opened(url)
        page.locator("#question textarea").fill("When does the ferry to Oslo leave?")
        page.keyboard.press("Enter")
        turn = page.locator("#turns .turn").first
        turn.get_by_role("button", name="Mark the right words").wait_for()
        frame = show(page, View(ferry, span(ferry, "Oslo")))
        each = frame.locator(".words tspan")
        first, last = ("half", "two,") if number == 0 else ("two,", "of")
        drag(page, each.get_by_text(first, exact=True), each.get_by_text(last, exact=True))
        chosen = str(frame.evaluate("getSelection().toString()"))
        assert chosen.split() == (words + "," * (number == 0)).split()  # what would be copied
        turn.get_by_role("button", name="Mark the right words").click()
        turn.get_by_text("” is right.").wait_for()
        page.close()
    kept = read_feedback(store.path)[-1].words
    assert kept is not None
    start = ferry.text.index(words.split()[0])
    assert (kept["start"], ferry.text[kept["start"] : kept["end"]].split()) == (start, chosen.split())
    assert kept["text"] == ferry.text[kept["start"] : kept["end"]]


def test_the_words_over_a_page_lie_on_its_letters(chat: str, opened: Opened, documents: tuple[Document, ...]) -> None:
    frame = show(opened(chat), View(documents[0], span(documents[0], "Oslo")))
    paper = frame.locator(".paper img").bounding_box()
    assert paper is not None
    for word in frame.locator(".words tspan").all():
        box = word.bounding_box()
        assert box is not None
        middle = (box["y"] + box["height"] / 2 - paper["y"]) / paper["height"]
        left, right = ((edge - paper["x"]) / paper["width"] for edge in (box["x"], box["x"] + box["width"]))
        inside = Box(left, middle - 0.01, right, middle + 0.01)
        assert letters_in(documents[0], 2, inside).strip() == word.text_content()


def test_pages_are_turned_with_links_and_by_number(chat: str, opened: Opened, documents: tuple[Document, ...]) -> None:
    page = opened(chat)
    frame = show(page, View(documents[0], span(documents[0], "Oslo")))
    frame.get_by_role("link", name="Next page").first.click()
    source(page).locator("img[alt^='Page 3 of 3']").wait_for()
    field = source(page).locator("input[name=page]").first
    field.fill("1")
    field.press("Enter")
    source(page).locator("img[alt^='Page 1 of 3']").wait_for()
    source(page).get_by_role("link", name="As text").click()
    assert source(page).locator("mark").text_content() == "Oslo"


def test_a_row_is_shown_by_its_number_and_scrolled_to(
    chat: str, opened: Opened, documents: tuple[Document, ...]
) -> None:
    towns = documents[1]
    frame = show(opened(chat), View(towns, span(towns, "Town 150")))
    cited = frame.locator("tr.cited")
    assert (cited.count(), cited.locator("th.number").get_attribute("data-said")) == (1, "151")
    assert frame.locator("mark").all_text_contents() == ["Town 150"]
    assert cited.evaluate("e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight }")


def test_words_are_looked_for_without_any_script(chat: str, opened: Opened, documents: tuple[Document, ...]) -> None:
    page = opened(chat)
    frame = show(page, View(documents[1], span(documents[1], "Town 150")))
    frame.get_by_role("searchbox").fill("TOWN 19")
    frame.get_by_role("searchbox").press("Enter")
    source(page).get_by_text("11 places").wait_for()
    assert source(page).locator("main i").all_text_contents() == ["Town 19"] * 11
    first = source(page).locator("#hit").evaluate("e => e.closest('tr').querySelector('th.number').dataset.said")
    source(page).get_by_role("link", name="Next").click()
    source(page).wait_for_url("**hit=*")
    assert (
        source(page).locator("#hit").evaluate("e => e.closest('tr').querySelector('th.number').dataset.said") != first
    )
    assert source(page).locator("mark").all_text_contents() == ["Town 150"]


@pytest.mark.parametrize(("number", "words"), [(0, "Oslo"), (1, "Town 7")])
def test_a_deep_link_opens_the_chat_with_the_source_at_the_words(
    chat: str, opened: Opened, documents: tuple[Document, ...], number: int, words: str
) -> None:
    document = documents[number]
    cited = span(document, words)
    page = opened(f"{chat}/?document={document.id}&start={cited.start}&end={cited.end}")
    source(page).locator("mark").wait_for(state="attached")
    assert source(page).locator("mark").text_content() == words


def test_ten_megabytes_of_hostile_text_on_one_line_run_nothing(
    chat: str, opened: Opened, documents: tuple[Document, ...]
) -> None:
    hostile = documents[2]
    page = opened(chat)
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    frame = show(page, View(hostile, Range(5_000_000, 5_000_080), find="pwned = 1"))
    frame.locator("mark").first.wait_for(state="attached")
    assert "".join(frame.locator("mark").all_text_contents()) == hostile.text[5_000_000:5_000_080]
    assert frame.locator("main script, main img, main a").count() == 0
    assert frame.locator("h1").text_content() == "<script>parent.pwned = 3</script>"
    assert page.evaluate("window.pwned") is None


def test_with_a_password_everything_works_once_it_was_given_and_nothing_before(
    chromium: Browser, documents: tuple[Document, ...]
) -> None:
    how = Serving(login=Login.of("ada", "secret"))
    with serving(KeywordAssistant(documents), how=how) as url:
        context = chromium.new_context()
        page = context.new_page()
        assert [context.request.get(f"{url}{path}").status for path in ("/", "/source", "/metrics")] == [401] * 3
        page.goto(url.replace("//", "//ada:secret@"))
        page.goto(url)  # the browser knows it now
        page.locator("#question textarea").fill("half past two harbour ferry Oslo")
        page.keyboard.press("Enter")
        shown = page.frame_locator("iframe[name=source]")
        shown.locator("img[alt^='Page 2 of 3']").wait_for()
        shown.get_by_role("link", name="Next page").first.click()
        shown.locator("img[alt^='Page 3 of 3']").wait_for()
        context.close()

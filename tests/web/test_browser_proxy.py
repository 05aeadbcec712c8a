"""The chat behind a real reverse proxy, that takes its path off or leaves it: everything works as without one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from browser import serving
from fakes import small_assistant
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from pdf_files import pdf, written
from playwright.sync_api import Browser
from proxy import proxied

from embeddings import Document
from embeddings.loading import load_file
from qa.gate.serving import Serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "When does the ferry to Oslo leave?"
BOAT = {"name": "boats.txt", "mimeType": "text/plain", "buffer": b"The boat to Stavanger leaves at 23:59."}


@pytest.fixture(scope="module")
def timetable(tmp_path_factory: pytest.TempPathFactory) -> Document:
    file = Path(tmp_path_factory.mktemp("papers")) / "ferry.pdf"
    file.write_bytes(pdf([written(["Timetable"]), written(["The ferry to Oslo leaves at 14:30."])]))
    return load_file(file)


@pytest.fixture(params=["strips, hands on", "strips", "keeps, hands on", "keeps"])
def shown(request: pytest.FixtureRequest, timetable: Document) -> Iterator[str]:
    """The address of a chat behind each kind of proxy."""
    strips, hands_on = "strips" in request.param, "hands on" in request.param
    assistant = small_assistant([timetable], r"\d\d:\d\d")
    with (
        serving(assistant, how=Serving(root_path="/x")) as behind,
        proxied(behind, "/x", strips=strips, hands_on_host=hands_on) as url,
    ):
        yield url


def test_the_chat_its_sources_pictures_and_files_work_behind_a_proxy(shown: str, chromium: Browser) -> None:
    faults: list[str] = []
    page = chromium.new_context().new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 400 else None)
    page.on(
        "request", lambda asked: None if asked.url.startswith((shown, "data:", "blob:")) else faults.append(asked.url)
    )
    page.goto(f"{shown}/")
    page.locator("html[data-started]").wait_for()
    page.locator("#question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    assert page.locator("#turns .words").text_content() == "14:30"
    picture = page.frame_locator("iframe[name=source]").locator("img").first
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    page.locator("#chosen").set_input_files([BOAT])  # type: ignore[list-item]
    page.locator("#files [data-id]").wait_for()
    page.locator("#question textarea").fill("When does the boat to Stavanger leave?")
    page.keyboard.press("Enter")
    page.locator("#turns .words", has_text="23:59").wait_for()
    page.frame_locator("iframe[name=source]").locator("mark", has_text="23:59").wait_for()
    page.reload()
    page.locator("#turns .words", has_text="23:59").wait_for()
    page.context.close()
    assert not faults


def test_programs_are_answered_behind_a_proxy(shown: str) -> None:
    own = {"Origin": shown.removesuffix("/x"), "Sec-Fetch-Site": "same-origin"}  # as a browser says it
    asked = httpx.post(f"{shown}/v1/answer", json={"question": QUESTION}, headers=own)
    assert asked.json()["text"] == "14:30"
    assert httpx.get(f"{shown}/v1/openapi.json").json()["servers"] == [{"url": "/x/v1"}]
    assert httpx.get(f"{shown}/health").status_code == 200

    async def tools() -> set[str]:
        async with (
            streamable_http_client(f"{shown}/mcp") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            return {tool.name for tool in (await session.list_tools()).tools}

    with ThreadPoolExecutor(1) as elsewhere:  # Playwright has a loop of its own in this thread
        assert "answer" in elsewhere.submit(asyncio.run, tools()).result()
    strange = httpx.post(f"{shown}/v1/answer", json={"question": QUESTION}, headers={"Origin": "https://example.org"})
    assert strange.status_code == 403

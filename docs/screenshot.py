"""Takes the pictures of the README from a chat that is running: docs/images/chat.png and chat-narrow.png.

    pincite chat & python docs/screenshot.py http://127.0.0.1:7860 "Who leads Syria Tomorrow?"

Needs Playwright's Python package and Debian's package `chromium`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parent / "images"
SIZES = {"chat.png": (1280, 800), "chat-narrow.png": (400, 800)}


def main(url: str, questions: list[str]) -> None:
    """Asks the questions, one after another, and takes one picture for each size."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        for name, (width, height) in SIZES.items():
            take(browser, url, questions, IMAGES / name, width, height)
        browser.close()


def take(browser: Browser, url: str, questions: list[str], path: Path, width: int, height: int) -> None:
    """One picture, in a browser of its own."""
    size = {"width": width, "height": height}
    page = browser.new_page(viewport=size, reduced_motion="reduce", color_scheme="light")
    page.goto(url)
    box = page.locator("#question textarea")
    for number, question in enumerate(questions):
        box.fill(question)
        page.keyboard.press("Enter")
        page.locator("#turns .turn").nth(number).locator(".card:not(.pending)").wait_for()
    page.locator("a.cite[aria-current]").wait_for()
    box.blur()
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python docs/screenshot.py URL QUESTION...")
    main(sys.argv[1], sys.argv[2:])

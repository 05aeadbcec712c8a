"""axe-core (MPL 2.0; `make` fetches it, it is no part of this project) finds no serious fault of accessibility."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import serving
from fakes import small_assistant
from playwright.sync_api import Browser

from embeddings import Document

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).parents[2] / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
DATED = tuple(
    Document("", f"Log of {year}", f"{year}.txt", f"In port lay {ships} ships in {year}.", date=f"{year}-05-01")
    for year, ships in ((2014, 70), (2015, 90), (2016, 40))
)
QUESTION = "document.querySelector('#question textarea')"
# What lies over the page, or unfolds in it.
STATES = {
    "keys": "document.getElementById('keys-open').click()",
    "too long": f"{QUESTION}.value = 'w '.repeat(900); {QUESTION}.dispatchEvent(new Event('input'))",
    "preview": "document.querySelector('#turns .turn a.cite').focus({focusVisible: true})",
    "forms": "document.querySelector('#turns .copies details').open = true",
    "unfolded": "document.querySelectorAll('#turns details').forEach(each => (each.open = true))",
}
RUN = "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})).violations"


def test_the_page_has_no_serious_fault_of_accessibility_by_day_or_night_wide_or_narrow(chromium: Browser) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not here: `make` fetches it where there is npm")
    found = []
    with serving(small_assistant(DATED, r"\d\d ships")) as url:
        for width, scheme in ((1280, "light"), (400, "dark")):
            context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
            page = context.new_page()
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.goto(url)
            page.locator("html[data-started]").wait_for()
            for number, question in enumerate(("How many ships lay in port?", "And in 2015?", "Hello!")):
                page.locator("#question textarea").fill(question)
                page.keyboard.press("Enter")
                page.locator("#turns .turn").nth(number).locator(".card:not(.pending)").wait_for()
            page.get_by_role("button", name="Filter").click()
            page.locator(".turn").first.get_by_role("button", name="Pin").click()
            page.locator("#pins .pinned").wait_for()
            page.evaluate(AXE.read_text("utf-8"))
            for state in STATES:
                page.keyboard.press("Escape")
                page.evaluate(STATES[state])
                page.wait_for_timeout(700)
                assert state != "preview" or page.locator("#preview").is_visible() is (width > 800)
                found += [
                    f"{width} {scheme} {state}: {each['id']}: {[node['target'] for node in each['nodes']]}"
                    for each in page.evaluate(RUN)
                    if each["impact"] in ("serious", "critical")
                ]
            context.close()
    assert not found

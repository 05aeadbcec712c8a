"""One palette: each colour stands in one file, for light and dark, and can be read on what it lies on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qa.show.evidence_file import STYLE as EVIDENCE
from qa.source.page import STYLE as SOURCE

STATIC = Path(__file__).parents[2] / "qa" / "static"
PALETTE = (STATIC / "palette.css").read_text("utf-8")
SHEETS = sorted(file.name for file in STATIC.glob("*.css") if file.name != "palette.css")
COLOURS = dict(re.findall(r"(--[\w-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", PALETTE))
READ = [
    *((ink, ground) for ink in ("ink", "muted", "link", "warn") for ground in ("paper", "page")),
    *(("ink", ground) for ground in ("shade", "asked", "place")),
    *(("muted", "shade"), ("link", "shade"), ("mark-ink", "mark"), ("accent-ink", "accent")),
]


def luminance(colour: str) -> float:
    """As WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, scheme: int) -> float:
    """The contrast of two colours of the palette, in the light (0) or in the dark (1)."""
    lights = sorted(luminance(COLOURS[f"--{name}"].split(", ")[scheme]) for name in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("name", SHEETS)
def test_no_other_sheet_says_a_colour(name: str) -> None:
    sheet = (STATIC / name).read_text("utf-8")
    values = " ".join(re.findall(r":([^;{}]*);", sheet))
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(", values)
    assert "prefers-color-scheme" not in sheet


@pytest.mark.parametrize("name", SHEETS)
def test_every_colour_that_a_sheet_takes_is_there(name: str) -> None:
    sheet = (STATIC / name).read_text("utf-8")
    own = set(re.findall(r"(--[\w-]+):", sheet))
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet)) <= own | set(re.findall(r"(--[\w-]+):", PALETTE))


def test_pages_that_stand_alone_carry_the_palette() -> None:
    assert EVIDENCE.startswith(PALETTE)
    assert SOURCE.startswith(PALETTE)


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(("ink", "ground"), READ)
def test_words_can_be_read(ink: str, ground: str, scheme: int) -> None:
    assert contrast(ink, ground, scheme) >= 4.5  # WCAG 2.2, AA


@pytest.mark.parametrize("scheme", [0, 1])
def test_the_edges_of_fields_can_be_seen(scheme: int) -> None:
    assert contrast("field", "paper", scheme) >= 3
    assert contrast("field", "page", scheme) >= 3

"""The style sheets of pages that stand alone: the palette that all share, and their own."""

from __future__ import annotations

from pathlib import Path

_STATIC = Path(__file__).parents[1] / "static"


def style_of(name: str) -> str:
    """The style of a page: the palette, then the sheet of this name."""
    return "".join((_STATIC / f"{each}.css").read_text("utf-8") for each in ("palette", name))

"""Words of the command line -> values. Each refusal names the word and what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa.gate.address import LAST_PORT


def confidence(text: str) -> float:
    """A number from 0 to 1. Raises BadParameter for anything else."""
    return _number(text, 1.0, "a number from 0 to 1")


def port(text: str | int) -> int:
    """The number of a port, or the default. Raises BadParameter for anything else."""
    digits = str(text)
    value = int(digits) if digits.isdecimal() and digits.isascii() else -1
    if not 0 <= value <= LAST_PORT:
        raise typer.BadParameter(f"{text!r}, expected a number from 0 to {LAST_PORT} (0 takes any free port)")
    return value


def seconds(text: str | float) -> float:
    """A number of seconds, 0 or more. Raises BadParameter for anything else."""
    return _number(text, 10.0**9, "a number of seconds, 0 or more")


def _number(text: str | float, most: float, expected: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= most:  # which NaN is not, either
        raise typer.BadParameter(f"{text!r}, expected {expected}")
    return value


def path(text: str) -> Path:
    """A path. Raises BadParameter for an empty one, which would mean the current folder."""
    if not text:
        raise typer.BadParameter("an empty path, expected a file or folder (. is this one)")
    return Path(text)


Threshold = Annotated[
    float | None,
    typer.Option(
        parser=confidence, help="Answer only from this confidence on, 0 to 1 (0 never refuses).", show_default=False
    ),
]
InDocument = Annotated[
    list[str] | None, typer.Option("--document", help="Only this document: id, source, file name or title; repeatable.")
]
InFolder = Annotated[list[str] | None, typer.Option("--folder", help="Only documents of this folder; repeatable.")]
OfType = Annotated[
    list[str] | None, typer.Option("--type", help="Only this kind of file: html, .md, text/*; repeatable.")
]
After = Annotated[
    str | None, typer.Option(metavar="DAY", help="Only passages dated on this day or later: 2015, 2015-10, 2015-10-21.")
]
Before = Annotated[str | None, typer.Option(metavar="DAY", help="Only passages dated on this day or earlier.")]
Each = Annotated[bool, typer.Option("--each", help="Ask each document by itself: who says what, and which do not say.")]
ByName = Annotated[bool, typer.Option("--by-name", help="--each, sorted by name and not by date.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="--each, as CSV.")]

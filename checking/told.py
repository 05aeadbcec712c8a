"""What became of the quotations of a text, as a table for people and as a dictionary for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from checking.types import OUTCOMES, Difference, Finding, Place
from embeddings.errors import one_line

_SHOWN = 90  # characters of a quotation in the table
_STYLES = {"exact": "green", "typed otherwise": "green", "near": "yellow", "nowhere": "bold red"}
_OF_DOCUMENT = ("id", "title", "source", "author", "date", "media_type", "content_hash")


def where(place: Place) -> str:
    """A place in one line: the document, its page or row or else line, the heading, and the characters."""
    document = place.document
    part = f"line {place.line:,}"
    if place.page is not None or place.row is not None:
        part = f"page {place.page:,}" if place.page is not None else f"row {place.row:,}"
    heading = place.heading if place.heading and place.heading != document.title else None
    named = document.source or document.title
    return " · ".join(
        one_line(each) for each in (named, heading, part, f"characters {place.start}-{place.end}") if each
    )


def differs(difference: Difference) -> str:
    """A difference in words.

    >>> differs(Difference("ninety", "90")), differs(Difference("", "not"))
    ('“ninety” for “90”', 'without “not”')
    """
    quoted, stands = one_line(difference.quoted), one_line(difference.stands)
    if not quoted:
        return f"without “{stands}”"
    return f"“{quoted}” for “{stands}”" if stands else f"“{quoted}” added"


def summed_up(findings: Sequence[Finding], shorter: int) -> str:
    """How many quotations there are, and how they stand."""
    counts = Counter(each.outcome for each in findings)
    parts = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
    told = f"{len(findings)} quotation{'' if len(findings) == 1 else 's'}{f': {parts}' if parts else ''}."
    return f"{told} {shorter} too short to be looked for." if shorter else told


def to_dict(findings: Sequence[Finding], shorter: int) -> dict[str, Any]:
    """For JSON: the counts and a row for each quotation, with its places; documents without their text."""
    counts = Counter(each.outcome for each in findings)
    return {
        "counts": {outcome: counts[outcome] for outcome in OUTCOMES},
        "too_short": shorter,
        "quotations": [_row(each) for each in findings],
    }


def show(findings: Sequence[Finding], shorter: int, out: Console) -> None:
    """Prints the table: each quotation, how it stands, and where; what differs is on lines of its own."""
    table = Table("Quotation", "Stands", "Where", box=None, pad_edge=False)
    for each in findings:
        words = one_line(each.quotation.text)
        shown = words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
        places = [where(place) for place in each.places]
        lines = [*places, *(differs(difference) for place in each.places for difference in place.differences)]
        table.add_row(Text(shown), Text(each.outcome, style=_STYLES[each.outcome]), Text("\n".join(lines)))
    if findings:
        out.print(table, width=None if out.is_terminal else 1000, soft_wrap=not out.is_terminal)
    out.print(Text(summed_up(findings, shorter), style="bold"))


def _row(finding: Finding) -> dict[str, Any]:
    quotation = finding.quotation
    about = {"text": quotation.text, "start": quotation.start, "end": quotation.end, "outcome": finding.outcome}
    return {**about, "places": [_place(place) for place in finding.places]}


def _place(place: Place) -> dict[str, Any]:
    names = ("start", "end", "text", "page", "row", "line", "heading")
    return {
        "document": {name: getattr(place.document, name) for name in _OF_DOCUMENT},
        **{name: getattr(place, name) for name in names},
        "parts": [list(part) for part in place.parts],
        "differences": [{"quoted": each.quoted, "stands": each.stands} for each in place.differences],
    }

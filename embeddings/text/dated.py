"""Sections of a text that was written at several times: a mail and the older ones that it quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.text.sections import Section


def parted(sections: Sequence[Section], dated: Sequence[tuple[int, str | None]]) -> tuple[Section, ...]:
    """Sections parted where the text was written at another time (`Layout.dated`), with the date of each part.

    A part that is known to be of another time has "" where nobody says when, so that it takes no date from the whole.
    """
    parts: list[Section] = []
    told, date = list(reversed(dated)), None
    for section in sections:
        here = section
        while told and told[-1][0] < section.end:
            start, after = told.pop()
            if start > here.start:
                parts.append(replace(here, body_start=min(here.body_start, start), end=start, date=_own(here, date)))
                here = replace(section, start=start, body_start=start, heading=None, date=None)
            date = after
        parts.append(replace(here, date=_own(here, date)))
    return tuple(parts)


def _own(section: Section, date: str | None) -> str | None:
    """The day that a section says itself, else that of its part."""
    return section.date if date is None or (section.date or "")[4:5] == "-" else date

"""Files, and parts of files, that were not loaded: why, and how that is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SAME_TEXT, _NOT_READ = "same text as", "files are not read; the formats are"
LEADS_OUT = "a link out of the folder"
_MOST_KINDS = 5  # of reasons for skipping, in the line that counts
_COUNTED = re.compile(r"^[\d,]+ (?=.* left out)|(?<= left out) \(.*\)$")
_USUAL = re.compile(r"[\d,]+ (?:pictures?|words? around the main text|embedded frames?) left out(?: \(.*\))?")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a part of one, that was not loaded, and why, in words for people."""

    path: str
    reason: str


def skipped_in_lines(skipped: Sequence[Skipped], most: int = 10, verb: str = "skipped") -> list[str]:
    """What is told of files that were left out: a line for each of the first ones, and one that counts the others.

    Those come first that somebody might miss, before copies and formats that are not read.

    >>> parts = [Skipped(f"{n}.html", f"{n} pictures left out") for n in (2, 3)]
    >>> skipped_in_lines([Skipped("a.eml", "1 attachment left out (x.bin)"), *parts], most=1, verb="partly")
    ['partly a.eml: 1 attachment left out (x.bin)', 'partly 2 more: pictures left out (2)']
    >>> files = [Skipped(f"{name}.png", ".png files are not read; the formats are .txt") for name in "abc"]
    >>> skipped_in_lines(files, most=1)
    ['skipped a.png: .png files are not read; the formats are .txt', 'skipped 2 more: .png files are not read (2)']
    """
    told = sorted(skipped, key=lambda item: _is_usual(item.reason))
    lines = [f"{verb} {item.path}: {item.reason}" for item in told[:most]]
    others = Counter(_kind_of(item.reason) for item in told[most:])
    if others:
        kinds = ", ".join(f"{kind} ({count:,})" for kind, count in others.most_common(_MOST_KINDS))
        lines.append(f"{verb} {others.total():,} more: {kinds}{', …' if len(others) > _MOST_KINDS else ''}")
    return lines


def _kind_of(reason: str) -> str:
    """A reason without what differs from file to file."""
    if reason.startswith(LEADS_OUT):
        return LEADS_OUT
    if reason.startswith(SAME_TEXT):
        return "same text as another"
    return _COUNTED.sub("", reason.partition(";")[0])


def _is_usual(reason: str) -> bool:
    """Whether nobody misses what was left out: copies, formats that are not read, pictures, what frames a page."""
    return _NOT_READ in reason or reason.startswith(SAME_TEXT) or _USUAL.fullmatch(reason) is not None

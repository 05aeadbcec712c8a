"""A value that a sentence replaces by another: "The figure of 40 was corrected to 45" gives both sides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answers.candidates import Candidate
from qa.answers.disagreement import about_the_same
from qa.english.numbers import amount
from qa.english.question import Question
from qa.reading.quoting import quote_bounds
from qa.steps.unfit import PARTS

CORRECTION = "other side of a correction"
_NO_UNIT = r"(?!(?:was|were|is|are|has|had|to|be|the|a|an|its|their)\b)"
_VALUE = rf"[$€£¥]?\d(?:[\d.,]*\d)?(?:\s?%|[^\S\n]{_NO_UNIT}[^\W\d_]+){{0,2}}?"
_NO_PART = "".join(rf"(?<!{part} )" for part in PARTS.split("|"))
_CHANGED = (
    r"(?:corrected|changed|revised|raised|lowered|reduced|increased|cut|amended|adjusted|updated|restated|extended"
    r"|shortened)"
)
_TO = rf"(?:{_CHANGED}[^\S\n]+(?:to|into)|replaced[^\S\n]+by)"  # "raised by 5" gives no other value
_CORRECTION = re.compile(
    rf"(?<![\w.,]){_NO_PART}(?P<old>{_VALUE})[^\S\n]+(?:(?:was|were|is|are|has been|have been|had been|to be)[^\S\n]+)?"
    rf"(?:(?:later|since|now|then|hereby)[^\S\n]+)?{_TO}[^\S\n]+(?P<new>{_VALUE})(?![\w])"
    rf"|{_CHANGED}[^\S\n]+from[^\S\n]+(?P<old2>{_VALUE})[^\S\n]+to[^\S\n]+(?P<new2>{_VALUE})(?![\w])",
    re.IGNORECASE,
)


def other_side(candidate: Candidate) -> Candidate | None:
    """The old value where a candidate is one that replaced it, the new one where it is the old; else None."""
    text = candidate.hit.document.text
    start, end = quote_bounds(candidate.hit, candidate.start, candidate.end)
    for found in _CORRECTION.finditer(text, start, end):
        old, new = _values(found)
        for this, other in ((old, new), (new, old)):
            if candidate.start < this[1] and this[0] < candidate.end:
                both = candidate.start < other[1] and other[0] < candidate.end
                return None if both else candidate.moved(other, CORRECTION)
    return None


def _values(found: re.Match[str]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The bounds of the old value and the new one, which has the unit of the old one where it follows there."""
    names = ("old", "new") if found["old"] is not None else ("old2", "new2")
    old, new = (found.span(name) for name in names)
    unit = re.search(r"\s[^\W\d_]+$", found[names[0]])
    behind = "" if unit is None else unit[0]
    return old, (new[0], new[1] + len(behind) * found.string.startswith(behind, new[1]))


def superseded(question: Question, best: Candidate, others: Sequence[Candidate]) -> Candidate | None:
    """The value that another passage puts in place of a candidate's ("raised from 900 to 960"); None without one."""
    old_value = amount(best.text)
    if old_value is None:
        return None
    for other in others:
        if other.hit.chunk == best.hit.chunk:
            continue
        text = other.hit.document.text
        for found in _CORRECTION.finditer(text, *quote_bounds(other.hit, other.start, other.end)):
            old, new = _values(found)
            before = amount(text[slice(*old)])
            moved = other.moved(new, CORRECTION)
            if before is not None and before.equals(old_value) and about_the_same(question, best, moved):
                return moved
    return None

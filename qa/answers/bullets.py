"""Lists whose items stand on lines of their own, behind bullets or numbers."""

from __future__ import annotations

import re

from embeddings.text.items import ITEM

Bounds = tuple[int, int]

_ITEM = re.compile(rf"[^\S\n]*{ITEM}[^\S\n]+(?P<item>\S[^\n]*)", re.IGNORECASE)
_LONGEST_ITEM = 12  # words; longer ones are sentences of a text, of which a span is the answer
_LONGEST_LEAD = 10  # words of a line that may be a heading
_LEAST = 2


def bulleted(text: str, start: int, end: int, within: Bounds) -> list[Bounds]:
    """The bounds of the items of the list that a span touches, or whose lead it touches, in order; [] without one.

    The lead is the line before the first item, where it ends in a colon or is a heading.

    >>> text = "The crew:\\n- Ana Ruiz\\n- Bo Lind;\\n\\nThey left."
    >>> [text[slice(*item)] for item in bulleted(text, 12, 15, (0, len(text)))], bulleted(text, 35, 39, (0, len(text)))
    (['Ana Ruiz', 'Bo Lind'], [])
    """
    found: list[Bounds] = []
    lead, last = (within[0], within[0]), within[0]
    for line in re.finditer(r"[^\n]+", text[slice(*within)]):
        bounds = within[0] + line.start(), within[0] + line.end()
        item = _ITEM.fullmatch(text, *bounds)
        if item is not None:
            words = item["item"].rstrip(" \t\r;,.")
            found.append((item.start("item"), item.start("item") + len(words)))
            last = bounds[1]
            continue
        if _touches(found, lead, last, start, end):
            break
        leads = line[0].rstrip().endswith(":") or (
            len(line[0].split()) <= _LONGEST_LEAD and not line[0].rstrip().endswith((".", "!", "?"))
        )
        found, lead = [], bounds if leads else (bounds[1], bounds[1])
    if not _touches(found, lead, last, start, end) or len(found) < _LEAST:
        return []
    return found if all(0 < len(text[a:b].split()) <= _LONGEST_ITEM for a, b in found) else []


def _touches(found: list[Bounds], lead: Bounds, last: int, start: int, end: int) -> bool:
    """Does a span touch a list, from its lead to its last item?"""
    return bool(found) and start < last and lead[0] < end

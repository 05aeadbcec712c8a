"""What a text says of itself at its top: front matter, and the date of its dateline."""

from __future__ import annotations

import re
from itertools import islice

from embeddings.text.dates import date_line, first_day

_LINE = re.compile(r"\S[^\n]*+")
# Where and when a letter was written: names of places alone, so that "Ana Ruiz met Bo, 5 May 2021" is none.
_LETTER = re.compile(
    r"(?!(?:Born|Died|Due|Until|From|Since|Before|After)\b)(?:[A-Z][\w.'’-]*+ ){0,3}[A-Z][\w.'’-]*+,\s(?:the\s)?"
    r"(?P<date>[\w ,./-]{8,40}\d)[.]?"
)
_LABELLED = re.compile(
    r"(?:date\s(?:of\s)?(?:issued?|publication|signing|signature|this\s\w+|the\s\w+)|(?:issue|invoice|report|letter"
    r"|signing|effective|publication|meeting)\sdate|issued|signed|adopted|effective|dated)(?:\son)?\s?:?\s",
    re.IGNORECASE,
)
_FIRST_LINES = 5  # that may hold the dateline
_LONGEST_LINE = 240  # characters of a line that is a date
_LONGEST_HEAD = 120  # characters of a line, in which a wire's dateline stands


def document_date(text: str) -> str | None:
    """The date a text gives itself: in Markdown front matter, or as a dateline among its first five lines.

    Never from running text, so "In May 2021 ..." and "On 3 May 2021 the council met." date nothing.

    >>> document_date("Rain in Oslo\\nPublished: 3 May 2021\\n\\nIt rained.")
    '2021-05-03'
    >>> document_date("OSLO, May 3, 2021 (Agency) - It rained.")
    '2021-05-03'
    >>> document_date("Dear Bo,\\nLondon, 5 May 2021"), document_date("INVOICE\\n\\nInvoice date: 12 June 2024")
    ('2021-05-05', '2024-06-12')
    >>> document_date("On 3 May 2021 it rained.") is None and document_date("Due date: 3 May 2021") is None
    True
    """
    matter = front_matter(text)
    if "date" in matter:
        return date_line(matter["date"]) or first_day(matter["date"][:80])
    for line in islice(_LINE.finditer(text), _FIRST_LINES):
        words = line[0].rstrip() if line.end() - line.start() <= _LONGEST_LINE else ""
        written = (
            date_line(words) or _letter_date(words) or _labelled_date(words) or _wire_dateline(line[0][:_LONGEST_HEAD])
        )
        if written is not None and written[:4].isdigit() and written[4:5] == "-":
            return written
    return None


def front_matter(text: str) -> dict[str, str]:
    """The plain "key: value" lines between two lines "---" at the top of a Markdown text; keys in lower case.

    >>> front_matter("---\\ntitle: 'Rain'\\ndate: 2021-05-03\\n---\\nIt rained.")
    {'title': 'Rain', 'date': '2021-05-03'}
    """
    pairs = (line.partition(":") for line in text[: front_matter_end(text)].splitlines())
    return {key.strip().lower(): value.strip().strip("\"'") for key, colon, value in pairs if colon and value.strip()}


def front_matter_end(text: str) -> int:
    """Where the text begins after its front matter; 0 where it has none."""
    if not text.startswith("---\n"):
        return 0
    fence = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE).search(text, 4, 10_000)
    return fence.end() if fence else 0


def _letter_date(line: str) -> str | None:
    """The date in "London, 5 May 2021", which says nothing else; None for any other line."""
    match = _LETTER.fullmatch(line)
    return date_line(match["date"]) if match else None


def _labelled_date(line: str) -> str | None:
    """The date behind "Date of issue:" and the like, which date the paper itself; None behind any other label."""
    match = _LABELLED.match(line)
    return date_line(line[match.end() :]) if match else None


def _wire_dateline(head: str) -> str | None:
    """The date in "OSLO, May 3, 2021 (Agency) - It rained"; None where a line does not open like that."""
    match = re.match(r"[A-Z][A-Z .'’-]{2,30}[,(/—–-]\s?([^—–]{6,50}?)\s?(?:\)|[—–-]|\()", head)
    return first_day(match[1]) if match else None

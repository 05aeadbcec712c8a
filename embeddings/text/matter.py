"""What a text says of itself at its top: front matter, and the date of its dateline."""

from __future__ import annotations

import re
from itertools import islice

from embeddings.layout import Layout
from embeddings.text.dates import WEEKDAY_BEFORE, date_line, days_in, first_day

_LINE = re.compile(r"\S[^\n]*+")
# Where and when a letter was written: names of places alone, so that "Ana Ruiz met Bo, 5 May 2021" is none.
_LETTER = re.compile(
    r"(?!(?:Born|Died|Due|Until|From|Since|Before|After)\b)(?:[A-Z][\w.'’-]*+ ){0,3}[A-Z][\w.'’-]*+,\s(?:the\s)?"
    r"(?P<date>[\w ,./-]{8,40}\d)[.]?"
)
_LABELLED = re.compile(
    r"(?:date\s(?:of\s)?(?:issued?|publication|signing|signature|this\s\w+|the\s\w+)|(?:issue|invoice|report|letter"
    r"|signing|effective|publication|meeting)\sdate|issued|signed|adopted|effective|dated|date|concluded|made"
    r"|this\s\w+(?:\s\w+)?\s(?:was|is)\s(?:(?:made|entered)\s(?:and\s)?){0,2}(?:into)?)(?:\son|\sas\sof|\sthis)?\s?:?\s",
    re.IGNORECASE,
)
# What is said of a paper in the middle of a line: "Version 2, valid from 3 May 2021".
_STATED = re.compile(
    r"(?<![\w-])(?:last\s(?:updated?|changed?|modified|revised|reviewed|edited)|valid\sfrom|as\sof)(?:\son)?\s?:?\s",
    re.IGNORECASE,
)
# A title that names a paper and its day: "Minutes, board meeting 21.11.2023".
_PAPER = re.compile(
    r"\b(?:agenda|bulletin|edition|form|hearing|invoice|letter|list|meeting|memo|memorandum|minutes|newsletter|note|notes"
    r"|notice|order|policy|protocol|receipt|reminder|report|revision|session|statement|summary|update|version)\b",
    re.IGNORECASE,
)
_OF_ITS_DAY = re.compile(r"\b(?:meeting|minutes|session|hearing)\s(?:of|on|from)\Z", re.IGNORECASE)
_OF_ANOTHER = re.compile(
    r"\b(?:of|due|by|until|till|to|from|before|after|since|born|died|replaces|supersedes|than|on)\s?:?\Z", re.IGNORECASE
)
_AFTER_DAY = re.compile(r"\s*(?:\Z|[,;:|()–—-])")
# Behind a day that is said in words, without a colon: "Signed 3 May 2021 in Oslo, it ended the war" tells of something.
_AFTER_STATED = re.compile(r"\s*(?:,?\Z|[.;|(–—-]|,?\s(?:by\sand\s)?between\b)")
_NAMED_DAY = re.compile(r"(?<!\d)(?<!\d[-.])((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2([0-2]\d|3[01])(?!\d)")
_FIRST_LINES = 12  # that may hold the date of the paper
_TITLE_LINES = 5  # of these, that may be a title or a date alone
_LONGEST_LINE = 240  # characters of a line that is a date
_LONGEST_TITLE = 100
_LONGEST_HEAD = 120  # characters of a line, in which a wire's dateline stands


def document_date(text: str) -> str | None:
    """The date a text gives itself: in Markdown front matter, or among its first lines.

    Never from running text, so "In May 2021 ..." and "On 3 May 2021 the council met." date nothing.

    >>> document_date("Rain in Oslo\\nPublished: 3 May 2021\\n\\nIt rained.")
    '2021-05-03'
    >>> document_date("OSLO, May 3, 2021 (Agency) - It rained.")
    '2021-05-03'
    >>> document_date("Dear Bo,\\nLondon, 5 May 2021"), document_date("INVOICE\\n\\nInvoice date: 12 June 2024")
    ('2021-05-05', '2024-06-12')
    >>> document_date("Board meeting, 5 May 2021"), document_date("Rules\\nVersion 2, valid from 12 June 2024.")
    ('2021-05-05', '2024-06-12')
    >>> document_date("On 3 May 2021 it rained.") is None and document_date("Due date: 3 May 2021") is None
    True
    """
    matter = front_matter(text)
    if "date" in matter:
        return date_line(matter["date"]) or first_day(matter["date"][:80])
    lines = [line[0].strip("#*_ \t\r") for line in islice(_LINE.finditer(text), _FIRST_LINES)]
    days = (
        _stated(line) or (place < _TITLE_LINES and (_alone(line) or _titled(line))) for place, line in enumerate(lines)
    )
    return next((day for day in days if day), None)


def above_rows(text: str, layout: Layout) -> str:
    """What of a text may say things of the whole file: of rows only what stands above the first table of them."""
    if not layout.rows:
        return text
    return text[: next((table.start for table in layout.tables if not table.by_rows), 0)]


def date_of_name(stem: str) -> str | None:
    """The day in the name of a file.

    >>> date_of_name("minutes 2024-03-12 final"), date_of_name("scan_20240312"), date_of_name("invoice 2024-0117")
    ('2024-03-12', '2024-03-12', None)
    """
    match = _NAMED_DAY.search(stem)
    return None if match is None else first_day("-".join(match.group(1, 3, 4)))


def _stated(line: str) -> str | None:
    """The date that a line says of the paper it stands in."""
    if len(line) > _LONGEST_LINE:
        return None
    labelled = (_labelled_date(cell) for cell in line.split("\t"))
    stated = (_day_behind(line, match) for match in _STATED.finditer(line))
    return _letter_date(line) or next((day for day in (*labelled, *stated) if day is not None), None)


def _alone(line: str) -> str | None:
    """The date that a line is, or that opens the dispatch of a news agency."""
    said = date_line(line) or _wire_dateline(line[:_LONGEST_HEAD])
    return said if said is not None and said[:4].isdigit() and said[4:5] == "-" else None


def _titled(line: str) -> str | None:
    """The date of a title: one that opens it, or that stands behind the name of a paper, and says when it is of."""
    days = list(islice(days_in(line[:_LONGEST_TITLE]), 2))
    if len(days) != 1 or len(line) > _LONGEST_TITLE or line.endswith("."):
        return None
    start, end, day = days[0]
    lead = WEEKDAY_BEFORE.sub("", line[:start]).rstrip()
    before = lead.rstrip(" (,:–—-")
    papers = list(_PAPER.finditer(before))
    apart = before != lead or (papers and papers[-1].end() == len(before))
    named = papers and (_OF_ITS_DAY.search(before) or (apart and not _OF_ANOTHER.search(before)))
    return day if (not before or named) and _AFTER_DAY.match(line, end) else None


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
    return _day_behind(line, match) if match else None


def _day_behind(line: str, label: re.Match[str]) -> str | None:
    """The date behind a label, where it is told of the paper and not in a sentence."""
    words = WEEKDAY_BEFORE.sub("", line[label.end() :][:_LONGEST_HEAD])
    start, end, day = next(days_in(words), (1, 0, None))
    told = ":" in label[0] or _AFTER_STATED.match(words, end)
    return day if start == 0 and told else None


def _wire_dateline(head: str) -> str | None:
    """The date in "OSLO, May 3, 2021 (Agency) - It rained"; None where a line does not open like that."""
    match = re.match(r"[A-Z][A-Z .'’-]{2,30}[,(/—–-]\s?([^—–]{6,50}?)\s?(?:\)|[—–-]|\()", head)
    return first_day(match[1]) if match else None

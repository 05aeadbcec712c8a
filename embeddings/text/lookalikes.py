"""Lines that look like headings and are none: list items, credits, links to other pages, bylines, names, sentences with
the mark of a note behind them."""

from __future__ import annotations

import re

LIST_ITEM = re.compile(r"(?:[-*+•‣◦▪·–—>|]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlc]{1,5})[.)])[ \t]")
_CREDIT = re.compile(
    r"[(\[]?(?:©|copyright\b|(?:archive |file )?"
    r"(?:photo(?:graph)?s?|images?|pictures?|maps?|graphics?|illustrations?|sources?|credits?|captions?"
    r"|via|hat[- ]tip)"
    r"(?: credits?| by| courtesy| source)?\s*[:/|]|videos?(?: credits?| by)?\s*[:/|]\s*(?:\S+\s*){0,3}$)",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:jump to|skip to|back to|return to|read (?:more|the (?:full|rest))|view (?:full|all|more|original)"
    r"|click (?:here|to)|continue reading|see|share (?:this|on)|sign up|subscribe|advertisement|loading|print this)\b"
    r"|.*[→»›←]$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:[Bb]y|BY)\s+\S|[—–-]+\s*\S|.{0,60}@\S")
_NAME = re.compile(
    r"(?:(?:[A-Z]\.|[A-Z][a-z’'-]++(?:[A-Z][a-z]*+)?|de|van|von|al|bin|der|la)[ \u00a0]){1,3}"
    r"[A-Z][a-z’'-]++(?:[A-Z][a-z]*+)?$"
)
_NOT_A_NAME = re.compile(
    r"\b(?:part|chapter|section|one|two|three|first|second|the|an?|of|and|or|for|in|on|to|with|about|how|what|why|who|our|your|executive|summary|report|results|methods"
    r"|notes?|hours|rules|contacts?|details|terms|key|findings|next|steps|background|data|work|world|news|annual|early"
    r"|final|open|new|old|[a-z]+(?:tion|sion|ment|ness|ity|ance|ence|ology|ics|ings?|tions|ments|ities|ures?|als|ies))\b",
    re.IGNORECASE,
)
_LONGEST_MARKS = 200  # characters at the end of a line
_NOTE_MARKS = re.compile(  # of notes, behind a sentence: "1932.[1]", "1932.¹", "every day.3"
    r"(?:[ \u00a0]?(?:\[\^?[\w ]{1,10}\]|\[[*†‡]\]|[⁰¹²³⁴-⁹]+|[*†‡]{1,3}|\(\d{1,3}\)))+$|(?<=[a-z]{2}[.!?])\d{1,3}$"
)


def is_beside_text(words: str) -> bool:
    """Whether a line is a credit ("Photo: ..."), a link to another page or a byline.

    >>> is_beside_text("Photo: Ann Lee"), is_beside_text("Read more about boats"), is_beside_text("The harbour")
    (True, True, False)
    """
    return any(pattern.match(words) is not None for pattern in (_CREDIT, _LINK, _BYLINE))


def is_name(words: str) -> bool:
    """Whether a line is the name of a person.

    >>> is_name("Ana Ruiz"), is_name("Annual Report")
    (True, False)
    """
    return _NAME.match(words) is not None and _NOT_A_NAME.search(words) is None


def without_note_marks(words: str) -> str:
    """Words without the marks of notes at their end.

    >>> without_note_marks("It was opened in 1932.[1]"), without_note_marks("It rains every day.3")
    ('It was opened in 1932.', 'It rains every day.')
    """
    end = max(0, len(words) - _LONGEST_MARKS)
    return words[:end] + _NOTE_MARKS.sub("", words[end:])

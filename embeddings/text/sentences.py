"""Cutting a text into sentences by rules. The spans tile the text: each ends where the next begins.

A sentence ends at a stop (. ! ? … and the full-width ones) with its closing quotes and brackets, at a blank line, and
at a line break that was meant: before a list item, a heading or a record of a log, or where lines are not wrapped.
Every look to the left or right is bounded, so the time is linear in the text, also for one line of ten million
characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = "\"'”’»)\\]›」』）】*_"
_OPENERS = "\"'“‘«([‹「『（【*_¿¡—–-"

# Where a sentence may end. The white space after it belongs to it. No quantifier here can be retried over a long run.
_CANDIDATE = re.compile(
    rf"[.!?…][{_CLOSERS}]{{0,4}}+\s++|[。！？｡][{_CLOSERS}]{{0,4}}+\s*+|(?<![^\S\n])[^\S\n]*+\n\s*+"
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*+\n")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+•‣◦▪·–][ \t]|\(?(?:\d{1,3}|[a-zA-Z])[.)][ \t])")
_MARKDOWN_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_DAY = r"(?:\d{4}[-/]\d\d[-/]\d\d|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}\.\d{1,2}\.\d{4})"
_NAMED_DAY = (
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ ])?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ ]{1,2}\d{1,2}"
)
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?"
_STAMP = re.compile(
    rf"[ \t]*(?P<bracket>[\[(])?(?:{_DAY}(?P<time>,?[T ]{_CLOCK})?|{_NAMED_DAY}[ ](?P<named>{_CLOCK})|{_CLOCK})"
    r"(?:Z|[+-]\d\d:?\d\d)?(?!\w)"
)
_WORD_BEFORE = re.compile(r"[^\s\"'“”‘’«»()\[\]—–/]*$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_FIRST_WORD = re.compile(r"[^\W_]+")
_REACH = 40  # characters looked at on either side of a stop
_RAGGED = 8  # characters by which wrapped lines differ in length although the next word had room
_WRAPPED = 120  # lines longer than this are not wrapped: their line breaks are meant


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Before a name: the sentence always goes on.
_TITLES = _words("""
    mr mrs ms mx messrs dr prof gen lt col maj capt cpt cmdr sgt cpl adm rear brig gov sen rep pres hon rev fr st ste mt
    amb supt insp det atty mme mlle eds vs v cf e.g i.e viz approx ca resp al cit
""")
# Before a number the sentence goes on; before anything else these are words.
_BEFORE_NUMBERS = _words("no nos nr vol p pp fig figs art sec ch para eq ref op")
# These may end a sentence: it ends where the next word is one that begins sentences.
_SHORTENED = _words("""
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun inc ltd co corp bros llc plc
    jr sr ph.d m.d b.a m.a ave blvd rd dept univ assn est min max etc
""")
_STARTERS = _words("""
    a after all also although an and another as at because before both but by despite during each even every few for
    from he her here his how however i if in instead it its last later many meanwhile more most my next no nobody none
    nor not nothing now of on once one only or other others our she since so some soon still such that the their them
    then there these they this those though thus to today two under until we what when where which while who why with
    yesterday yet you your
""")
# At the end of a line they show that a time or day on the next one was wrapped.
_BEFORE_TIMES = _words("""
    about after and are around as at before between but by during for from in is of on or over since than that the
    then through till to under until was were with within
""")


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences of a text, each with the white space after it; together they are the whole text.

    >>> def cut(text): return [text[start:end] for start, end in sentences(text)]
    >>> cut("Gen. Ito met Dr. A. B. Wu in the U.S. on Jan. 5. It took 3.5 hours.")
    ['Gen. Ito met Dr. A. B. Wu in the U.S. on Jan. 5. ', 'It took 3.5 hours.']
    >>> cut("“Where?” she asked. “Here.” Nobody moved... Then it rained!")
    ['“Where?” she asked. ', '“Here.” ', 'Nobody moved... ', 'Then it rained!']
    >>> cut("雨が降った。風も吹いた！")
    ['雨が降った。', '風も吹いた！']
    >>> cut("Bring:\\n- bread\\n- salt\\n\\nThat is all")
    ['Bring:\\n', '- bread\\n', '- salt\\n\\n', 'That is all']
    >>> cut("A line that was\\nwrapped. Next\\none.")
    ['A line that was\\nwrapped. ', 'Next\\none.']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _ends(text):
        if end > start:
            spans.append((start, end))
            start = end
    return spans


def _ends(text: str) -> Iterator[int]:
    """Where sentences end, in order. White space before the first sentence is part of it."""
    begin = len(text) - len(text.lstrip())
    for stop in _CANDIDATE.finditer(text, begin):
        if stop.end() < len(text) and _is_end(text, stop):
            yield stop.end()
    if text:
        yield len(text)


def _is_end(text: str, stop: re.Match[str]) -> bool:
    mark, space = stop[0][0], stop[0]
    if mark in "。！？｡" or _BLANK_LINE.search(space):
        return True
    breaks = "\n" in space
    if breaks and (_begins_line(text, stop) or _MARKDOWN_HEADING.match(_line_before(text, stop.start()))):
        return True
    if mark.isspace():
        return breaks and _is_meant_break(text, stop.start(), stop.end())
    if _goes_on(text, stop.end()):
        return False
    return mark in "!?" or not _is_abbreviation(text, stop.start(), stop.end())


def _goes_on(text: str, after: int) -> bool:
    """Whether what follows a stop begins with a lower-case letter (quotes and brackets aside)."""
    return text[after : after + _REACH].lstrip(_OPENERS)[:1].islower()


def _is_abbreviation(text: str, stop: int, after: int) -> bool:
    """Whether the stop at `stop` belongs to an abbreviation, an initial or the number of a list item."""
    left = text[max(0, stop - _REACH) : stop]
    last = _WORD_BEFORE.search(left)
    word = last[0] if last else ""
    if not word:
        return False
    if word.lower() in _BEFORE_NUMBERS:
        return text[after : after + 1].isdigit()
    if word.lower() in _TITLES:
        return True
    if word.isdigit() and len(word) <= 3:
        return not _line_before(text, stop - len(word)).strip()  # "1. " at the beginning of a line
    if word.lower() in _SHORTENED or _INITIALS.fullmatch(word):
        return not _next_starts_sentence(text, after, alone=len(word) == 1)
    return False


def _next_starts_sentence(text: str, after: int, alone: bool) -> bool:
    """Whether the next word is one that begins sentences. After a single initial a name follows ("J. The" is rare)."""
    word = _FIRST_WORD.search(text, after, after + _REACH)
    if word is None:
        return True
    return word[0].lower() in _STARTERS and not (alone and len(word[0]) == 1)


def _begins_line(text: str, stop: re.Match[str]) -> bool:
    """Whether what follows the line break is a list item, a Markdown heading or a record of a log."""
    line = text[stop.start() + stop[0].rfind("\n") + 1 : stop.end() + _REACH]
    return bool(_LIST_ITEM.match(line) or _MARKDOWN_HEADING.match(line)) or _is_record(line, text, stop.start())


def _is_record(line: str, text: str, line_end: int) -> bool:
    """Whether a line begins with the time or day of a record, and not with one that was wrapped after "at"."""
    stamp = _STAMP.match(line)
    if stamp is None:
        return False
    before = text[max(0, line_end - _REACH) : line_end].rsplit(maxsplit=1)[-1:] or [""]
    in_full = stamp["bracket"] or stamp["time"] or stamp["named"]
    return bool(in_full) or not (before[0].endswith(",") or before[0].lower() in _BEFORE_TIMES)


def _line_before(text: str, end: int) -> str:
    """The line that ends at `end`; only its last part where it is longer than a wrapped line."""
    floor = max(0, end - _WRAPPED - 1)
    return text[max(floor, text.rfind("\n", floor, end) + 1) : end]


def _is_meant_break(text: str, line_end: int, next_start: int) -> bool:
    """Whether a line break without a stop was meant: the next line's first word would still have fitted.

    Also where one of the two lines is longer than lines are wrapped. A break before a lower-case letter never is.
    """
    ahead = text[next_start : next_start + _WRAPPED + 1].partition("\n")[0]
    if not ahead[:1].isalnum() or ahead[0].islower():
        return False
    before = _line_before(text, line_end)
    if max(len(before), len(ahead)) > _WRAPPED:
        return True
    return len(before) + 1 + len(ahead.split(maxsplit=1)[0]) + _RAGGED <= len(ahead)

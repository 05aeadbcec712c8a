"""Sections of a text and the headings they stand under, by general patterns.

A heading is one of
- marked: Markdown ("## Scope"), underlined ("Scope" over "====="), numbered ("2.1 Scope");
- a short line alone: its own paragraph, or the first line of a text, without a full stop, with text after it;
- a label such as "LATEST" or "UPDATE 1700 GMT:". One that opens a paragraph stays in it: that section's body begins
  with the label, so that its paragraph can be answered from.

Not headings: list items, bylines, credits ("Photo: ..."), links to other pages, captions and what a colon introduces.
The text is read line by line, each line with its two neighbours; lines too long to be a heading are not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby

from embeddings.text.dated import parted
from embeddings.text.dates import date_line, heading_date
from embeddings.text.lookalikes import LIST_ITEM, is_beside_text, is_name, without_note_marks
from embeddings.text.matter import front_matter_end
from embeddings.types import Document

LONGEST_HEADING = 120  # characters
LONGEST_RUN = 3  # short lines one after the other are headings (title, subtitle, section); more are a list
_LONGEST_ITEMS = 2_000  # characters of a paragraph in which a second item is looked for
_WRAPPED = 120  # a longer line shows that lines are not wrapped
_LONGEST_NUMBERED = 60  # characters of "1. Scope" right above its text
_UNSPACED = 40  # characters of a heading in a script without spaces, where 120 are a paragraph

_MARKDOWN = re.compile(r" {0,3}#{1,6}[ \t]+(?P<words>\S.*)$")
_UNDERLINE = re.compile(r"[ \t]*(?:={3,}|-{3,}|~{3,}|\^{3,}|\*{3,}|\+{3,})[ \t]*$")
_LINE = re.compile(r"\S[^\n]*+")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_NUMBERED = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3})+\.?|\d{1,3}\.|[IVXLC]{1,6}\.|[A-Z]\.|§ ?\d{1,4}"
    r"|(?:Chapter|Section|Part|Article|Appendix|Annex|Schedule)\s(?:\d{1,3}|[IVXLC]{1,6}|[A-Z])[.:]?)"
    r"[ \t]+[“‘\"'(]?[A-Z]"
)
_SIMPLE_NUMBER = re.compile(r"(?:\d{1,3}|[A-Z]|[IVXLC]{1,6})[.)][ \t]")
# "15. Duties of the Owner."
_STOPPED_TITLE = re.compile(r"(?=.{1,60}$)\S+(?=.*[A-Z]\w{3})(?:[ \t]+(?:[A-Z]\w*|[a-z]{1,3}))++\.$")
_TITLED = re.compile(r"\S+[ \t]+[“‘\"'(]?[^\W\d_a-z]")
_NEXT_ITEM = re.compile(rf"\n[ \t]*{_SIMPLE_NUMBER.pattern}")
_LAYOUT = re.compile(r"\t|\||://|\s{2}")  # tables, columns, addresses of pages

_CLOCK = r"(?:\d{1,2}[:.]\d\d|\d{3,4}|\d{1,2}(?=\s?[AaPp]\.?[Mm]))(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?\(?[A-Z]{1,4}\)?)?"
_WORD = (
    r"(?:UPDATE[DS]?|LATEST|BREAKING|DEVELOPING|SUMMARY|CORRECTION|CLARIFICATION|RECAP|ORIGINAL|LIVE|NOTE"
    r"|EDITOR[’']?S? NOTE)"
)
_SECOND = r"(?:POST|ENTRY|STORY|REPORT|ARTICLE|NEWS|UPDATE[SD]?|BLOG|COVERAGE|SUMMARY|NO\.?|\d{1,2})"
_TIMED = rf"(?:[,:]? (?:AT )?[(\[]?{_CLOCK}[)\]]?)?"
_LABEL = re.compile(
    rf"(?:\*\*|__)?\[?(?P<label>{_WORD}(?: {_SECOND}){{0,2}}{_TIMED})\]?"
    r"(?P<colon>\s?[:—–-]+(?:\*\*|__)?(?=\s|$)|(?:\*\*|__)?(?= [“‘\"']?[A-Z][a-z]|$))"
)
_BARE_LABELS = ("UPDATE", "UPDATED", "BREAKING", "DEVELOPING")  # one word that needs no colon before its text
_SOFT_LABEL = re.compile(rf"(?:\*\*|__)?\[?(?P<label>Updated?(?: \d{{1,2}})?{_TIMED})\]?:(?:\*\*|__)?(?=\s|$)")
_STOPS = (".", ",", ";", ":", "。", "、", "，", "；", "：", "…", "...", "—", "–", "-", "/", "\\", "{", "(", "&")
_CLOSERS = "\"'”’»)]›」』*_"


@dataclass(frozen=True, slots=True)
class Section:
    """Part of a text under one heading. The sections of a text tile it.

    Attributes:
        start: where it begins, heading line included.
        body_start: where its text begins; the same as `start` where a label opens the text, or there is no heading.
        end: where it ends, which is where the next one begins.
        heading: the words of its heading; None before the first one.
        date: what heading or dateline says (ISO 8601, or a time as written), else None.
    """

    start: int
    body_start: int
    end: int
    heading: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with something on it: its words at [start, end) and where the line begins."""

    begin: int
    start: int
    end: int
    blanks: int  # blank lines before it
    words: str  # empty where the line is too long to be read whole
    head: str  # its first characters
    tail: str  # its last characters
    number: int

    @property
    def long(self) -> bool:
        return self.end - self.start > _WRAPPED


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that starts a section, or adds to the headings or the date of one."""

    line: _Line
    kind: str  # "marked", "short", "label" (a line of its own), "opening" (a label that opens a paragraph), "date"
    heading: str | None
    date: str | None
    lines: int = 1  # how many lines it takes (an underline counts)


def sections(
    text: str, media_type: str = "text/plain", headings: Sequence[tuple[int, int]] = ()
) -> tuple[Section, ...]:
    """The sections of a text, in order, tiling it.

    Args:
        text: the text.
        media_type: Markdown may have front matter.
        headings: where the words of the headings stand that the file itself marks, half open. Where it marks any, a
            line that is only short is none.

    >>> text = "Rain in Oslo\\n\\n3 May 2021\\n\\nIt rained.\\n\\nUPDATE 1700 GMT: It stopped.\\n"
    >>> for section in sections(text): print(section)
    Section(start=0, body_start=26, end=38, heading='Rain in Oslo', date='2021-05-03')
    Section(start=38, body_start=38, end=67, heading='UPDATE 1700 GMT', date='1700 GMT')
    """
    skip = front_matter_end(text) if media_type == "text/markdown" else 0
    lines = _lines(text, skip)
    starts = _joined(_without_lists(list(_marks(lines, frozenset(start for start, _ in headings))), text), text)
    if not starts or starts[0].start > 0:
        starts.insert(0, Section(0, 0, 0))
    ends = [section.start for section in starts[1:]] + [len(text)]
    tiles = (
        Section(here.start, min(here.body_start, end), end, here.heading, here.date)
        for here, end in zip(starts, ends, strict=True)
    )
    return tuple(tile for tile in tiles if tile.end > tile.start)


def sections_of(document: Document) -> tuple[Section, ...]:
    """The sections of a document, in order, tiling its text: its rows where it has rows, each by itself."""
    layout = document.layout
    if not layout.rows:
        parts = sections(document.text, document.media_type, layout.headings)
        return parted(parts, layout.dated) if layout.dated else parts
    return _rows(document)


def _rows(document: Document) -> tuple[Section, ...]:
    """A section for each row, under the name of its sheet."""
    layout = document.layout
    made: list[Section] = list(_lead(document))
    told, heading = list(reversed(layout.headings)), None
    ends = [start for start, _ in layout.rows[1:]] + [len(document.text)]
    for (body, _), end in zip(layout.rows, ends, strict=True):
        start = made[-1].end if made else 0
        while told and told[-1][1] <= body:  # the name of a sheet stands above its first row
            heading = document.text[slice(*told.pop())]
        last = told[-1][0] if told and told[-1][0] < end else end
        made.append(Section(start, body, last, heading))
    return (*made[:-1], replace(made[-1], end=len(document.text)))


def _lead(document: Document) -> Iterator[Section]:
    """What stands over the first row and is no heading: a section of its own."""
    layout, first = document.layout, document.layout.rows[0][0]
    end = min([first, *(start for start, _ in layout.headings if start < first)])
    if document.text[:end].strip():
        yield Section(0, 0, end)


def _lines(text: str, start: int) -> Iterator[_Line]:
    """The lines of a text that are not blank, from `start`."""
    previous_end = start
    for number, match in enumerate(_LINE.finditer(text, start)):
        first, stop = match.span()
        newline = text.rfind("\n", previous_end, first)
        blanks = max(0, text.count("\n", previous_end, first) - (number > 0))
        words = match[0].rstrip() if stop - first <= 2 * _WRAPPED else ""
        head, tail = text[first : first + _WRAPPED], text[max(first, stop - 20) : stop].rstrip()
        yield _Line(max(newline + 1, start), first, stop, blanks, words, head, tail, number)
        previous_end = stop


def _marks(lines: Iterator[_Line], told: frozenset[int]) -> Iterator[_Mark]:
    """The lines that are headings, labels or dates, each judged with the line before and the line after it."""
    before: _Line | None = None
    previous: _Mark | None = None  # the heading or date that ends right above this line
    fenced = underline = False
    here = next(lines, None)
    for after in chain(lines, [None]):
        if here is None:
            return
        fence = _FENCE.match(here.words) is not None
        mark = None if fenced or fence or underline else _mark(before, here, after, previous, told)
        if mark is not None:
            yield mark
        if not underline:
            previous = mark if mark is not None and mark.kind != "opening" else None
        underline = mark is not None and mark.lines == 2
        fenced = fenced != fence
        before, here = here, after


def _mark(
    before: _Line | None, here: _Line, after: _Line | None, previous: _Mark | None, told: frozenset[int]
) -> _Mark | None:
    """What a line is, None for ordinary text. `told` holds where the headings begin that the file itself marks."""
    if here.start in told:
        return _heading(here, "marked", here.words or here.head)
    opens = before is None or here.blanks > 0 or previous is not None or _ends_sentence(before)
    if here.words:
        match = _MARKDOWN.match(here.words)
        if match is not None:
            return _heading(here, "marked", _without_closing(match["words"]))
        if _is_underlined(before, here, after):
            return _heading(here, "marked", here.words, lines=2)
        day = date_line(here.words) if opens else None
        if day is not None:
            return _Mark(here, "date", None, day)
    label = _label(here) if opens else None
    if label is not None:
        return label
    if here.words and len(here.words) <= LONGEST_HEADING:
        if _is_numbered(before, here, after):
            return _heading(here, "marked", here.words)
        if not told and _is_short_line_alone(before, here, after, previous):
            return _heading(here, "short", here.words)
    return None


def _heading(line: _Line, kind: str, words: str, lines: int = 1) -> _Mark:
    words = " ".join(words.strip("*_ ").split())
    return _Mark(line, kind, words, heading_date(words), lines)


def _label(line: _Line) -> _Mark | None:
    """A label such as "LATEST" or "UPDATE 1700 GMT:" at the beginning of a line."""
    match = _LABEL.match(line.head) or _SOFT_LABEL.match(line.head)
    if match is None:
        return None
    alone = not line.long and match.end() >= len(line.words.rstrip("*_"))
    label = match["label"]
    if not alone and ":" not in match[0] and " " not in label and label not in _BARE_LABELS:
        return None
    return _Mark(line, "label" if alone else "opening", label, heading_date(label))


def _is_underlined(before: _Line | None, here: _Line, after: _Line | None) -> bool:
    if after is None or after.blanks > 0 or not _UNDERLINE.match(after.words) or len(here.words) > LONGEST_HEADING:
        return False
    overline = before is not None and before.blanks + here.blanks > 0 and _UNDERLINE.match(before.words) is not None
    return (before is None or here.blanks > 0 or overline) and here.words[0].isalnum() and "|" not in here.words


def _is_numbered(before: _Line | None, here: _Line, after: _Line | None) -> bool:
    """ "2.1 Scope": alone or over its text. "2. Scope" too, where no neighbour is numbered alike."""
    if before is not None and here.blanks == 0:
        return False
    numbered, closed = _NUMBERED.match(here.words) is not None, not _ends_open(here.words)
    if not _SIMPLE_NUMBER.match(here.words):
        return numbered and closed
    if after is None or any(line and _SIMPLE_NUMBER.match(line.words or line.head) for line in (before, after)):
        return False
    if after.blanks == 0:
        return _is_over_text(here, after)
    return numbered and (closed or _STOPPED_TITLE.match(here.words) is not None)


def _is_over_text(here: _Line, after: _Line) -> bool:
    """Whether "2. Scope" heads the line right below it. An item that is wrapped there is about as long as that line."""
    words, longer = here.words, after.end - after.start - len(here.words)
    if not _TITLED.match(words) or _LAYOUT.search(words) or _ends_open(words) or words.endswith(("!", "?")):
        return False
    if len(words) > _LONGEST_NUMBERED or LIST_ITEM.match(after.head) or after.head[:1].islower():
        return False
    return longer >= 20 or (_ends_sentence(after) and 2 * len(words) <= _LONGEST_NUMBERED)


def _is_short_line_alone(before: _Line | None, here: _Line, after: _Line | None, previous: _Mark | None) -> bool:
    if after is None or not _is_heading_like(here.words):
        return False
    introduced = before is not None and previous is None and here.blanks < 2 and before.tail.endswith((":", "："))
    if introduced and not _is_headline(here.words):
        return False
    alone_above = before is None or here.blanks > 0 or (before.long and _ends_sentence(before))
    if not alone_above or not _is_alone_below(before, here, after):
        return False
    # under a heading a name is a byline; one that no text follows is a signature
    name = is_name(here.words)
    return not name or (previous is None and before is not None and not _ends_section(after))


def _without_closing(words: str) -> str:
    """The words of a Markdown heading without the signs that may close it: "Fish ##"."""
    return words[:1] + words[1:].rstrip("#").rstrip(" \t")


def _is_headline(words: str) -> bool:
    """Whether words are capitalised as a headline: then they head a text even where a colon introduces them."""
    long = [word for word in words.split() if len(word) > 3]
    return len(long) >= 3 and not words.isupper() and 3 * sum(word[0].isupper() for word in long) >= 2 * len(long)


def _is_alone_below(before: _Line | None, here: _Line, after: _Line) -> bool:
    """Whether the line stands apart from the one after it: by a blank line, or (as a first line) by its shape."""
    if after.blanks > 0 or after.long:
        return not (after.blanks == 0 and after.head[:1].islower())
    return before is None and not after.head[:1].islower() and 2 * len(here.words) < after.end - after.start


def _is_heading_like(words: str) -> bool:
    """Whether words look like a heading, wherever they stand."""
    first = words.lstrip("\"'“‘«¿¡「『").lstrip("*_")[:1]
    if not first or not first.isalnum() or first.islower() or not any(letter.isalpha() for letter in words):
        return False
    if _LAYOUT.search(words) or _ends_open(words):
        return False
    if not words.isascii() and " " not in words and len(words) > _UNSPACED:
        return False
    if words[0] in "\"'“‘«「『" and words.endswith(("?”", "!”", '?"', '!"', "?’", "!’", "？」", "！」")):
        return False  # somebody speaks
    return LIST_ITEM.match(words) is None and not is_beside_text(words)


def _ends_open(words: str) -> bool:
    """Whether words end like a sentence or like a part of one, closing quotes and marks of notes aside."""
    words = without_note_marks(words)
    return words.endswith(("...", "…", "—", "–", "-", "(", "/")) or words.rstrip(_CLOSERS).endswith(_STOPS)


def _ends_section(line: _Line) -> bool:
    """Whether a line begins something new, rather than the text of a heading before it."""
    words = line.words
    marked = _MARKDOWN.match(words) is not None or is_beside_text(words)
    marked = marked or date_line(words) is not None or _label(line) is not None
    return bool(words) and (marked or _is_heading_like(words))


def _ends_sentence(line: _Line) -> bool:
    return without_note_marks(line.tail).rstrip(_CLOSERS).endswith((".", "!", "?", "…", "。", "！", "？", ":"))


def _without_lists(marks: list[_Mark], text: str) -> list[_Mark]:
    """The marks without what is rather a list: of a run of short lines only the first stays, of numbered lines none."""
    kept: list[_Mark] = []
    position = iter(range(len(marks)))
    for _, run in groupby(marks, key=lambda mark: mark.line.number - next(position)):
        for kind, group in groupby(run, key=lambda mark: mark.kind):
            same = [mark for mark in group if not (kind == "marked" and _opens_list(mark, text))]
            kept.extend(same[:1] if kind == "short" and len(same) > LONGEST_RUN else same)
    return kept


def _opens_list(mark: _Mark, text: str) -> bool:
    """Whether the paragraph that "1. Scope" opens has another line that is numbered so."""
    paragraph = text[mark.line.end : mark.line.end + _LONGEST_ITEMS].partition("\n\n")[0]
    return mark.lines == 1 and bool(_SIMPLE_NUMBER.match(mark.line.words) and _NEXT_ITEM.search(paragraph))


def _joined(marks: list[_Mark], text: str) -> list[Section]:
    """Sections without their ends: marks with no text between them are one, under the last heading of them."""
    joined: list[Section] = []
    next_line = -1
    for mark in marks:
        last = joined[-1] if joined else None
        body = mark.line.begin if mark.kind == "opening" else _after(mark, text)
        heading = mark.heading if mark.heading is not None else (last.heading if last else mark.line.words)
        if last is not None and mark.line.number == next_line:
            joined[-1] = Section(last.start, body, 0, heading, mark.date if mark.date is not None else last.date)
        else:
            joined.append(Section(mark.line.begin, body, 0, heading, mark.date))
        next_line = -1 if mark.kind == "opening" else mark.line.number + mark.lines
    return joined


def _after(mark: _Mark, text: str) -> int:
    """Where the text after a mark begins: at the next line that is not blank."""
    end = mark.line.end
    for _ in range(mark.lines):
        end = text.find("\n", end) + 1 or len(text)
    rest = re.compile(r"(?:[^\S\n]*+\n)*+").match(text, end)
    return rest.end() if rest else end

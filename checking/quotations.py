"""A text -> its quotations: what stands between quotation marks, and Markdown's block quotations.

Only the outer one of two that are nested is a quotation. Code holds no quotations. A mark that is not closed in its
paragraph opens nothing, but for “, which opens each paragraph of a quotation that goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checking.types import Quotation
from embeddings.errors import RecordError

MOST_CHARACTERS = 1_000_000  # of the text
MOST_QUOTATIONS = 500

_CLOSING = {"“": "”", "„": "“”", "«": "»", "‹": "›", "‘": "’", "‚": "‘’", "「": "」", "『": "』", '"': '"', "'": "'"}
_FENCE = re.compile(r"^ {0,3}(```++|~~~++)[^\n]*+\n.*?(?:^ {0,3}\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_BLOCK = re.compile(r"(?:^ {0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_SIGN = re.compile(r"^(?: {0,3}> ?)+", re.MULTILINE)
_BY = re.compile(r"(?:(?P<dash>—|–|--)\s?|\()(?P<name>[^,;:(]+)")  # a dash or a bracket, and what may be a name
_MOST_BY = 80  # characters of the line that names whom a quotation is by
_ITEM = re.compile(r"(?:[-*+•–—]|--|\d{1,3}[.)])\s")  # begins an item of a list
_AROUND = " \n.,;"  # what may stand around the marks of a block
_BREAK = re.compile(r"\n[^\S\n]*\n")
_NOTE = re.compile(r"[^\S\n]?\[\^?\d{1,3}\]")  # the number of a note
_STRESS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}|_{1,2}(?!\w)|`")
_WORD = re.compile(r"\w+")
_CLOSED = {  # what a sign closes
    sign: [mark for mark in _CLOSING if sign in _CLOSING[mark]] for sign in "".join((*_CLOSING, *_CLOSING.values()))
}
_MARK = re.compile(f"[{''.join(_CLOSED)}]")


def quotations_in(text: str, least_words: int = 3) -> tuple[list[Quotation], int]:
    """The quotations of a text, in their order, and how many shorter ones were passed over.

    Args:
        text: plain text or Markdown.
        least_words: of a quotation; shorter ones are names and single words more often than quotations.

    Raises:
        RecordError: the text is longer than MOST_CHARACTERS, or has more than MOST_QUOTATIONS.

    >>> quotations, shorter = quotations_in('He says “the toll is 70” of the "Aurora".')
    >>> [each.text for each in quotations], shorter
    (['the toll is 70'], 1)
    """
    if len(text) > MOST_CHARACTERS:
        raise RecordError(
            f"the text has {len(text):,} characters, at most {MOST_CHARACTERS:,} are looked through; split it"
        )
    quotations, shorter = list[Quotation](), 0
    for start, end in _all(text):
        quotation = _cleaned(text, start, end)
        words = len(_WORD.findall(quotation.text))
        if words >= least_words:
            quotations.append(quotation)
        shorter += 0 < words < least_words
        if len(quotations) > MOST_QUOTATIONS:
            raise RecordError(f"the text has more than {MOST_QUOTATIONS} quotations; split it")
    return quotations, shorter


def _cleaned(text: str, start: int, end: int) -> Quotation:
    """A quotation without the signs of Markdown and the numbers of notes in it."""
    kept = text[start:end]
    first = start + len(kept) - len(kept.lstrip())
    raw = _SIGN.sub("", kept).strip()
    return Quotation(_plain(raw), first, max(first, start + len(kept.rstrip())), raw)


def _plain(words: str) -> str:
    return _STRESS.sub("", _NOTE.sub("", words)).strip()


def _all(text: str) -> Iterator[tuple[int, int]]:
    """The bounds of all quotations in their order: block quotations, and those between marks outside of them."""
    shown = _CODE.sub(_blank, _FENCE.sub(_blank, text))
    at = 0
    for block in _BLOCK.finditer(shown):
        yield from _marked(shown, at, block.start())
        yield from _block(shown, block.start(), block.end())
        at = block.end()
    yield from _marked(shown, at, len(shown))


def _blank(match: re.Match[str]) -> str:
    """Code as spaces, so that it has no marks and all offsets stay."""
    return re.sub(r"[^\n]", " ", match[0])


def _block(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A block quotation: what stands between its marks, where only an attribution stands outside them; else all of it.

    An attribution on its last line is left out.
    """
    sign = _SIGN.match(text, start, end)
    begin = sign.end() if sign is not None else start
    marked = list(_marked(text, start, end))
    edges = [begin, *(edge for first, last in marked for edge in (first - 1, min(last + 1, end))), end]
    outside = " ".join(text[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True))
    outside = _plain(_SIGN.sub("", outside)).strip(_AROUND)
    if marked and (not outside or _is_attribution(outside)):
        yield from marked
        return
    body = text[begin:end].rstrip()
    *before, line = (each.strip() for each in _SIGN.sub("", body).split("\n"))
    attributed = any(before) and not any(map(_ITEM.match, before)) and _is_attribution(_plain(line), by_bracket=False)
    yield begin, begin + body.rfind("\n") if attributed else end


def _is_attribution(line: str, by_bracket: bool = True) -> bool:
    """Whether a line is a dash or a bracket, and a name: words with capitals, and words of three letters between."""
    match = _BY.match(line) if len(line) <= _MOST_BY else None
    words = _WORD.findall(match["name"]) if match is not None and (by_bracket or match["dash"]) else []
    return bool(words) and not words[0][0].islower() and all(len(each) <= 3 or not each[0].islower() for each in words)


def _marked(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The bounds of what stands between quotation marks, paragraph by paragraph."""
    for gap in (*_BREAK.finditer(text, start, end), None):
        stop = gap.start() if gap is not None else end
        yield from _in_paragraph(text, start, stop)
        start = gap.end() if gap is not None else end


def _in_paragraph(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    closes = _closes(text, start, end)
    free = start  # behind the last quotation
    lead = end - len(text[start:end].lstrip())
    for match in _MARK.finditer(text, start, end):
        at, mark = match.start(), match[0]
        if at < free or mark not in _CLOSING or not _opens(text, at, start, end):
            continue
        close = closes.get(at, end if mark == "“" and at == lead else -1)
        if close > at + 1:
            yield at + 1, close
            free = close + 1


def _opens(text: str, at: int, start: int, end: int) -> bool:
    """Whether a mark can open a quotation: something stands behind it, and no word right before it."""
    before, after = text[at - 1] if at > start else " ", text[at + 1] if at + 1 < end else " "
    return not after.isspace() and not (before.isalnum() and text[at] in "\"'‘‚“")


def _closes(text: str, start: int, end: int) -> dict[int, int]:
    """Where each mark is closed, if it is. Marks of one kind may be nested where the closing mark is another sign."""
    closes: dict[int, int] = {}
    opened: dict[str, list[int]] = {mark: [] for mark in _CLOSING}
    for match in _MARK.finditer(text, start, end):
        at, here = match.start(), match[0]
        after = text[at + 1] if at + 1 < end else " "
        apostrophe = here in "'’" and after.isalnum()
        straight = here == '"' and text[at - 1].isspace() and not after.isspace()
        for mark in "" if apostrophe or straight else _CLOSED[here]:
            if mark == here:
                closes.update(dict.fromkeys(opened[mark], at))
                opened[mark].clear()
            elif opened[mark]:
                closes[opened[mark].pop()] = at
        if here in opened:
            opened[here].append(at)
    return closes

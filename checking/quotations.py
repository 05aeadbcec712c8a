"""A text -> its quotations: what stands between quotation marks, and Markdown's block quotations.

Only the outer one of two that are nested is a quotation. Code is none. A mark that is not closed in its paragraph opens
nothing, but for “, which opens each paragraph of a quotation that goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checking.types import Quotation
from embeddings.errors import RecordError

MOST_CHARACTERS = 1_000_000  # of the text
MOST_QUOTATIONS = 500

_CLOSING = {"“": "”", "„": "“”", "«": "»", "‹": "›", "‘": "’", "‚": "‘’", "「": "」", "『": "』", '"': '"', "'": "'"}
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_BLOCK = re.compile(r"(?:^ {0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_SIGN = re.compile(r"^(?: {0,3}> ?)+", re.MULTILINE)
_BY = re.compile(r"\s*(?:—|–|--|-)\s?[^\n]*\Z")  # whom a block quotation is by, on its last line
_BREAK = re.compile(r"\n[^\S\n]*\n")
_NOTE = re.compile(r"[^\S\n]?\[\^?\d{1,3}\]")  # the number of a note
_STRESS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}|_{1,2}(?!\w)|`")
_WORD = re.compile(r"\w+")


def quotations_in(text: str, least_words: int = 3) -> tuple[list[Quotation], int]:
    """The quotations of a text, in their order, and how many shorter ones were passed over.

    Args:
        text: plain text or Markdown.
        least_words: of a quotation; shorter ones are names and single words more often than quotations.

    Raises:
        RecordError: the text is longer than MOST_CHARACTERS, or has more than MOST_QUOTATIONS.

    >>> found, shorter = quotations_in('He says “the toll is 70” of the "Aurora".')
    >>> [each.text for each in found], shorter
    (['the toll is 70'], 1)
    """
    if len(text) > MOST_CHARACTERS:
        raise RecordError(
            f"the text has {len(text):,} characters, at most {MOST_CHARACTERS:,} are looked through; split it"
        )
    found, shorter = list[Quotation](), 0
    for start, end in _all(text):
        quotation = _cleaned(text, start, end)
        words = len(_WORD.findall(quotation.text))
        if words >= least_words:
            found.append(quotation)
        shorter += 0 < words < least_words
        if len(found) > MOST_QUOTATIONS:
            raise RecordError(f"the text has more than {MOST_QUOTATIONS} quotations; split it")
    return found, shorter


def _cleaned(text: str, start: int, end: int) -> Quotation:
    """A quotation without the signs of Markdown and the numbers of notes in it."""
    kept = text[start:end]
    first = start + len(kept) - len(kept.lstrip())
    words = _STRESS.sub("", _NOTE.sub("", _SIGN.sub("", kept))).strip()
    return Quotation(words, first, max(first, start + len(kept.rstrip())))


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
    """A block quotation without whom it is by; what stands between marks in it, where it begins with a mark."""
    sign = _SIGN.match(text, start, end)
    begin = sign.end() if sign is not None else start
    while begin < end and text[begin].isspace():
        begin += 1
    marked = list(_marked(text, start, end)) if text[begin : begin + 1] in _CLOSING else []
    if marked and marked[0][0] == begin + 1:
        yield from marked
        return
    last = text.rfind("\n", begin, end - 1) + 1
    lines = text[last:end]
    said = _SIGN.sub("", lines).strip() if last > begin else ""
    stop = last if said and _BY.match(said) else end
    yield begin, stop


def _marked(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The bounds of what stands between quotation marks, paragraph by paragraph."""
    for gap in (*_BREAK.finditer(text, start, end), None):
        stop = gap.start() if gap is not None else end
        yield from _in_paragraph(text, start, stop)
        start = gap.end() if gap is not None else end


def _in_paragraph(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    last = {mark: text.rfind(mark, start, end) for marks in _CLOSING.values() for mark in marks}
    at = start
    while at < end:
        mark = text[at]
        if mark in _CLOSING and _opens(text, at, start, end):
            close = -1
            if any(last[each] > at for each in _CLOSING[mark]):
                close = _close(text, at, end)
            if close < 0 and mark == "“" and not text[start:at].strip():
                close = end
            if close > at + 1:
                yield at + 1, close
                at = close
            elif close < 0:
                last.update(dict.fromkeys(_CLOSING[mark], -1))  # no other one of its kind is closed, either
        at += 1


def _opens(text: str, at: int, start: int, end: int) -> bool:
    """Whether a mark can open a quotation: something stands behind it, and no word right before it."""
    before, after = text[at - 1] if at > start else " ", text[at + 1] if at + 1 < end else " "
    return not after.isspace() and not (before.isalnum() and text[at] in "\"'‘‚“")


def _close(text: str, opened: int, end: int) -> int:
    """Where the mark stands that closes one; -1 where none does. Marks of the same kind may be nested."""
    mark, depth = text[opened], 1
    closing = _CLOSING[mark]
    for at in range(opened + 1, end):
        here = text[at]
        after = text[at + 1] if at + 1 < end else " "
        if here in closing:
            apostrophe = here in "'’" and after.isalnum()
            straight = here == '"' and text[at - 1].isspace() and not after.isspace()
            if not apostrophe and not straight:
                depth -= 1
                if depth == 0:
                    return at
        elif here == mark and mark not in closing:
            depth += 1
    return -1

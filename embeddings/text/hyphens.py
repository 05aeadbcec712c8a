"""Words that were divided at the end of a line: does the hyphen belong to the word?

The words of the document itself decide first, then those of English that are common enough to be one token of the
encoder: "inter-/national" is one word, "long-/term" a compound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_TOKENIZER = Path(__file__).resolve().parent.parent / "data" / "all-MiniLM-L6-v2" / "tokenizer.json"
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W_]+)*")
_LAST = re.compile(r"(?:[^\W_]+[-‐])*[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+(?:[-‐][^\W_]+)*")
_COMPOUNDS = frozenset(  # what stands before a hyphen in English, whatever follows
    "self non ex quasi semi half all cross anti pro vice twenty thirty forty fifty sixty seventy eighty ninety".split()
)
_PREFIXES = frozenset("un re dis mis im in ir il inter trans de sub fore en em be out con com per pre".split())
_SUFFIXES = frozenset(
    "able age al ally ance ant ary ate dom ed en ence ent er ers es est ful hood ian ible ic ing ings ion ions ish ism "
    "ist ists ity ive less ly man ment ments ness or ors ous ship sion some ted ting tion tions ward y".split()
)


class Words:
    """The words of a document, to tell what a hyphen at the end of a line is.

    Args:
        text: all of it, or its lines.
    """

    def __init__(self, text: Iterable[str]) -> None:
        self._words: set[str] = set()
        for line in text:
            written = [word.replace("‐", "-") for word in _WORD.findall(line.lower())]
            if line.rstrip().endswith(("-", "‐")):
                written = written[:-1]  # half a word
            self._words.update(written)

    def keeps(self, before: str, after: str) -> bool:
        """Whether the hyphen stays between the text before it and the text that the next line begins with.

        >>> words = Words(["the co-owner spoke of hydrography"])
        >>> words.keeps("its long", "term plan"), words.keeps("the inter", "national team")
        (True, False)
        >>> words.keeps("of hydro", "graphy"), words.keeps("a co", "owner"), words.keeps("Anne Smith", "Jones")
        (False, True, True)
        """
        first, second = _LAST.search(before[-80:]), _FIRST.match(after[:80])
        if first is None or second is None or not first[0].isalpha() or not second[0][:1].isalpha():
            return True
        if not _goes_on(first[0], second[0]):
            return True
        left, right = first[0].lower(), second[0].lower()
        if f"{left}-{right}" in self._words:
            return True
        if left + right in self._words:
            return False
        if len(left) == 1:
            return True  # "X-ray"
        head = right.partition("-")[0]
        known = _english()
        if left + head in known:
            return False
        if left in _COMPOUNDS:
            return True
        if left in _PREFIXES or head in _SUFFIXES:
            return False
        return left in known and head in known and len(head) > 2


def _goes_on(left: str, right: str) -> bool:
    """Whether two parts may be one word by their capitals: "inter", "national"; "ELE", "MENT"; not "hhMM", "ss"."""
    if left.isupper() and right.isupper() and len(left) > 1:
        return True
    return right.islower() and left[1:].islower() == (len(left) > 1)


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """The words that are one token of the encoder that ships; none where it is not there."""
    try:
        read = json.loads(_TOKENIZER.read_text("utf-8"))
        return frozenset(word for word in read["model"]["vocab"] if word.isalpha())
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


_DIVIDED = re.compile(r"(?<=[^\W\d_])[-‐]\n(?=[^\W\d_])")
_SOFT = re.compile(r"\xad\n(\S+)(?: |(?=\n)|$)")
_FENCED = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_FEWEST_WRAPPED = 12  # characters; a shorter line was not wrapped


def undivided(text: str) -> str:
    r"""A text whose lines were wrapped, with its divided words put together; the line then ends after the word.

    >>> undivided("It set out, as all the papers had it, on 14 Novem-\nber 1911 with dogs.\n")
    'It set out, as all the papers had it, on 14 November\n1911 with dogs.\n'
    """
    if "\xad" in text:
        text = _SOFT.sub(r"\1\n", text).replace("\xad", "")
    if _DIVIDED.search(text) is None or _FENCED.search(text) is not None:
        return text
    words = Words(text.split("\n"))
    parts: list[str] = []
    start = 0
    for division in _DIVIDED.finditer(text):
        begin = text.rfind("\n", 0, division.start()) + 1
        if division.start() - begin < _FEWEST_WRAPPED or not text[division.end()].islower():
            continue
        stop = _end_of_word(text, division.end())
        keeps = words.keeps(text[begin : division.start()], text[division.end() : stop])
        parts += [text[start : division.start()], "-" if keeps else "", text[division.end() : stop], "\n"]
        start = stop + 1 if text[stop : stop + 1] == " " else stop
        if text[stop : stop + 1] in ("\n", ""):
            parts.pop()
    return "".join(parts) + text[start:]


def _end_of_word(text: str, start: int) -> int:
    """Where the word that begins at `start` ends, with the marks behind it."""
    word = re.compile(r"\S+").match(text, start)
    return word.end() if word is not None else start

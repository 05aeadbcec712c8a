"""Words that answer nothing: a pronoun, a bare heading or number, words of the question; for a count, no number."""

from __future__ import annotations

import re

from embeddings.types import Chunk
from qa.quantities import numbers
from qa.quoting import stripped

_POINTER = re.compile(
    r"(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|we|us|our|you|your|i|me|my|one|who|whom|which|that|this"
    r"|these|those|there|here|itself|himself|herself|themselves"
    r"|(?:this|these|the said|such) (?!spring|summer|autumn|fall|winter|year|month|week|day|morning|afternoon|evening"
    r"|night|century|decade|season|quarter|hour|minute|time)[a-z]+)",
    re.IGNORECASE,
)
_NUMBER = r"(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]|\d{1,2}(?:\.\d{1,2})+\.?|§ ?\d{1,4})"
_ITEM_NUMBER = re.compile(rf"[ \t]*(?P<number>{_NUMBER})(?=\s+\S)", re.IGNORECASE)
_LAST_NUMBER = re.compile(rf"\s*\n\s*{_NUMBER}?$", re.IGNORECASE)
_ASKS_FOR_PLACE = re.compile(
    r"\b(?:heading|title|titled|called|entitled|named?|clause|section|article|chapter|paragraph|item|number|document"
    r"|which (?:report|agreement|contract|policy|law|form|guide))\b",
    re.IGNORECASE,
)
_LEGAL_FORM = re.compile(r"(?:inc|ltd|llc|llp|plc|corp|co|gmbh|ag|bv|nv|sa|srl|oy|ab|as)\.?", re.IGNORECASE)
_COUNTS = re.compile(r"\bhow (?:many|old)\b", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\d|\b(?:no|none|nobody|all|both|every\w*|each|several|few|many|most|some|half|once|twice|thrice|single|only|pair"
    r"|couple|dozens?|scores|hundreds|thousands|millions|billions|quarter|majority|minority|third|infinite\w*|unlimited"
    r"|zero|age|aged|born|year|month|week|day)\w*",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?P<name>clause|section|article|paragraph|page|chapter|annex|appendix|schedule|figure|table|item)"
    r"\b\.?[ \t]$",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_BY = re.compile(r"\bby\s+(?:(?:the|a|an)\s+)?$", re.IGNORECASE)


def without_number(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of a span without the number of the item that it begins, or of the next one.

    >>> text = "1.1 The rent is due.\\n1.2 The deposit is not."
    >>> text[slice(*without_number(text, 0, 24))], without_number(text, 0, 3)
    ('The rent is due.', (3, 3))
    """
    last = _LAST_NUMBER.search(text, start, end)
    if last is not None and last.start() > start and _ITEM_NUMBER.match(text, text.rfind("\n", start, end) + 1):
        end = last.start()
    line = text.rfind("\n", 0, start) + 1
    found = _ITEM_NUMBER.match(text, line)
    if found is None or not line <= start < found.end():
        return start, end
    first = min(end, found.end())
    return first + len(text[first:end]) - len(text[first:end].lstrip()), end


def within_cell(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the part of a span in the first cell that it touches, where it runs over the cells of a table.

    >>> text = "| model | size |\\n| small | 22 MB |"
    >>> text[slice(*within_cell(text, 2, 14))], within_cell(text, 10, 12)
    ('model', (10, 12))
    """
    bar = text.find("|", start, end)
    line = text.rfind("\n", 0, start) + 1
    if bar < 0 or not text[line : line + 20].lstrip().startswith("|"):
        return start, end
    if not text[start:bar].strip():  # it begins with the bar
        return within_cell(text, bar + 1, end)
    return stripped(text, start, bar)


def says_nothing(question: str, text: str, start: int, end: int, chunk: Chunk) -> bool:
    """Do the words of a span answer nothing, whatever was asked?"""
    said = text[start:end].strip()
    if not said or "```" in said or _POINTER.fullmatch(said) is not None or _LEGAL_FORM.fullmatch(said) is not None:
        return True
    if _COUNTS.search(question) is not None and not numbers(said) and _QUANTITY.search(said) is None:
        return True
    if _is_number_of_part(question, text, start, said):
        return True
    return _is_heading(question, text, start, end, chunk) or _is_echo(question, said)


def _is_number_of_part(question: str, text: str, start: int, said: str) -> bool:
    """Does the span begin with the number of a clause or page, where the question asks for no such part?"""
    part = _PART.search(text, max(0, start - 20), start)
    return said[:1].isdigit() and part is not None and part["name"].lower() not in question.lower()


def _is_heading(question: str, text: str, start: int, end: int, chunk: Chunk) -> bool:
    """Is the span a whole line of a heading, which says what follows is about, not what it says?"""
    if start >= chunk.body_start or _ASKS_FOR_PLACE.search(question) is not None:
        return False
    line = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    heading = text[line[0] : line[1] if line[1] >= 0 else len(text)]
    bare = re.sub(rf"^[#\s]*(?:{_NUMBER}\s+)?", "", heading).strip(" #*_:.\t")
    return text[start:end].strip(" :.") == bare


def _is_echo(question: str, said: str) -> bool:
    """Do the words stand in the question as they are, as its agent ("by the watchman") or as common words of it?

    Names and words in another order may answer all the same: "What is the middle name of Ana Luz Ruiz?"
    """
    if _ASKS.search(question) is None or _CHOICE.search(question) is not None or any(c.isdigit() for c in said):
        return False
    bare = _ARTICLE.sub("", said)
    found = re.search(rf"(?<![\w-]){re.escape(bare)}(?![\w-])", question, re.IGNORECASE)
    if found is None:
        return False
    agent = _BY.search(question, 0, found.start()) is not None and not question[found.end() :].strip(" ?.!")
    return bare.islower() or agent

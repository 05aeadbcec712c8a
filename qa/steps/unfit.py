"""Words that answer nothing: a pronoun, a heading, the number of an item, words of the question."""

from __future__ import annotations

import re

from embeddings.text.items import NUMBER
from qa.english.dates import moments
from qa.english.numbers import numbers
from qa.english.question import Question
from qa.english.words import shared_words
from qa.steps.step import Bounds, Place

_POINTER = re.compile(
    r"(?i:it|its|they|them|their|theirs|he|him|his|she|her|hers|we|us|our|you|your|i|me|my|one|who|whom|which|that|this"
    r"|these|those|there|here|itself|himself|herself|themselves)"
    r"|(?i:this|these|the said|such) (?!spring|summer|autumn|fall|winter|year|month|week|day|morning|afternoon|evening"
    r"|night|century|decade|season|quarter|hour|minute|time)[a-z]+"
)
_ACRONYM = re.compile(r"[A-Z]{2,}")  # "US", "IT", "WHO"
_AT_LINE = re.compile(rf"[ \t]*(?P<number>{NUMBER})(?=\s+(?P<next>\S\w*))", re.IGNORECASE)
_BARE_NUMBER = re.compile(rf"\s*{NUMBER}?", re.IGNORECASE)
_LAST_PART = re.compile(r"(?P<front>.*?)(?P<last>\d+|[a-z]+)(?P<behind>\W*)", re.IGNORECASE)
_ROMAN = tuple("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split())
_AROUND = 4_000  # characters on either side in which a neighbouring item is looked for
_LEGAL_FORM = re.compile(r"(?:inc|ltd|llc|llp|plc|corp|co|gmbh|ag|bv|nv|sa|srl|oy|ab|as)\.?", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\d|\b(?:no|none|nobody|all|both|every\w*|each|several|few|many|most|some|half|once|twice|thrice|single|only|pair"
    r"|couple|dozens?|scores?|tens|hundreds|thousands|millions|billions|quarter|majority|minority|third|infinite\w*"
    r"|unlimited|countless|innumerable|handful|neither|double|triple|trio|teens|teenage|(?:twen|thir|for|fif|six|seven"
    r"|eigh|nine)ties|zero|age|aged|born|year|month|week|day)\w*",
    re.IGNORECASE,
)
_PARTS = "clause|section|article|paragraph|page|chapter|annex|appendix|schedule|figure|table|item"
_PART = re.compile(rf"\b(?P<name>{_PARTS})\b\.?[ \t]$", re.IGNORECASE)
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_BY = re.compile(r"\bby\s+(?:(?:the|a|an)\s+)?$", re.IGNORECASE)


def without_item_number(question: Question, place: Place) -> Bounds:
    """The bounds of a place without the number of the item that it begins."""
    return without_number(place.hit.document.text, place.start, place.end)


def answers_nothing(question: Question, place: Place) -> bool:
    """Do the words of a place answer nothing, as a pronoun, a heading, or words of the question do?"""
    text, start, said = place.hit.document.text, place.start, place.text.strip()
    if not said or "```" in said or (_POINTER.fullmatch(said) is not None and _ACRONYM.fullmatch(said) is None):
        return True
    if _is_legal_form(text, start, said) or _is_number_of_part(question.text, text, start, said):
        return True
    if question.wants_count and not numbers(said) and _QUANTITY.search(said) is None:
        return True
    repeats = place.in_heading and shared_words(said, question.text) == 1.0
    return repeats or _is_heading(question, place) or _is_echo(question.text, said)


def without_number(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of a span without the number of its item at the beginning, or of the next item at the end.

    >>> text = "1.1 The rent is due.\\n1.2 The deposit is not."
    >>> text[slice(*without_number(text, 0, 24))], without_number(text, 0, 3)
    ('The rent is due.', (3, 3))
    """
    break_ = text.rfind("\n", start, end)
    if break_ > start and _BARE_NUMBER.fullmatch(text, break_, end) and _item_at(text, break_ + 1) is not None:
        end = start + len(text[start:break_].rstrip())
    line = text.rfind("\n", 0, start) + 1
    item = _item_at(text, line)
    if item is None or not line <= start < item.end():
        return start, end
    first = min(end, item.end())
    return first + len(text[first:end]) - len(text[first:end].lstrip()), end


def _item_at(text: str, line: int) -> re.Match[str] | None:
    """The number of an item that a line begins with; None where it begins with a date, an amount or an initial.

    A number in brackets belongs to an item, and so does one with a full stop before a capital letter. Any other number
    does where the next number, or the one before it, begins a line too.
    """
    item = _AT_LINE.match(text, line)
    if item is None:
        return None
    number, following = item["number"], item["next"]
    if number.endswith(")") or number.startswith("§"):
        return item
    whole = number[:-1].isdigit()
    if moments(f"{number[:-1]} {following}") if whole else number[0].isdigit() and following[0].islower():
        return None  # "12. June", "2.5 million"
    return item if (whole and following[0].isupper()) or _has_neighbour(text, item, number) else None


def _has_neighbour(text: str, item: re.Match[str], number: str) -> bool:
    """Does the next item, or the one before it, begin a line near by?"""
    part = _LAST_PART.fullmatch(number)
    if part is None:
        return False
    last, others = part["last"].lower(), list[str]()
    if last.isdigit():
        others += [str(int(last) + step) for step in (-1, 1)]
    elif len(last) == 1:
        others += [chr(ord(last) + step) for step in (-1, 1)]
    if last in _ROMAN:
        others += [numeral for numeral in _ROMAN if abs(_ROMAN.index(numeral) - _ROMAN.index(last)) == 1]
    front, behind = re.escape(part["front"]), re.escape(part["behind"])
    neighbour = re.compile(rf"^[ \t]*{front}(?:{'|'.join(map(re.escape, others))}){behind}\s", re.I | re.M)
    return neighbour.search(text, max(0, item.start() - _AROUND), item.end() + _AROUND) is not None


def _is_legal_form(text: str, start: int, said: str) -> bool:
    """Are the words only the end of a company's name, such as "Inc."?"""
    before = text[max(0, start - 40) : start].split()
    return _LEGAL_FORM.fullmatch(said) is not None and bool(before) and before[-1][0].isupper()


def _is_number_of_part(question: str, text: str, start: int, said: str) -> bool:
    """Does the span begin with the number of a clause or page, where the question asks for no such part?"""
    part = _PART.search(text, max(0, start - 20), start)
    return said[:1].isdigit() and part is not None and part["name"].lower() not in question.lower()


def _is_heading(question: Question, place: Place) -> bool:
    """Is the span the whole line of a heading, which names the topic of what follows and says nothing of it?"""
    if not place.in_heading or question.names_part:
        return False
    heading = place.hit.document.text[slice(*place.line)]
    return place.text.strip(" :.") == re.sub(rf"^[#\s]*(?:{NUMBER}\s+)?", "", heading).strip(" #*_:.\t")


def _is_echo(question: str, said: str) -> bool:
    """Does the question hold these very words, as its agent ("by the watchman") or as common words?

    Names, and words in another order, may answer all the same: "What is the middle name of Ana Luz Ruiz?"
    """
    if _ASKS.search(question) is None or _CHOICE.search(question) is not None or any(c.isdigit() for c in said):
        return False
    bare = _ARTICLE.sub("", said)
    echo = re.search(rf"(?<![\w-]){re.escape(bare)}(?![\w-])", question, re.IGNORECASE)
    if echo is None:
        return False
    agent = _BY.search(question, 0, echo.start()) is not None and not question[echo.end() :].strip(" ?.!")
    return bare.islower() or agent

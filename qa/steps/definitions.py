"""What a term means, where a text says so: ""Goods" means whatever is listed in Annex A", "Lead time: the days until".

A reader that is asked "What is a covered work?" takes what a sentence with the term is about, which need not be the one
that defines it. Where a text defines the term in the words in which texts define, the definition is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from embeddings.types import Hit
from qa.reading.quoting import stripped
from qa.steps.parties import asked_party, named_in
from qa.steps.unfit import ITEM_NUMBER

_ARTICLE = r"(?:(?:a|an|the|any)\s+)?"
_QUOTE = r"[\"“”'‘’«»*_]{0,3}"
_TERM = rf"{_QUOTE}(?P<term>[^\W_][\w\s/&'’.-]{{0,60}}?){_QUOTE}"
_QUESTIONS = tuple(
    re.compile(rf"\s*{form}[\s?.!]*$", re.IGNORECASE)
    for form in (
        rf"what\s+(?:does|do|did)\s+{_ARTICLE}(?:(?:term|word|phrase|abbreviation)\s+)?{_TERM}\s+(?:mean|refer\s+to)",
        rf"what\s+does\s+it\s+mean\s+to\s+{_QUOTE}(?P<term>[^\W_][\w-]*){_QUOTE}(?:\s+.{{1,40}})?",
        rf"what\s+(?:is|are)\s+meant\s+by\s+{_ARTICLE}{_TERM}",
        rf"(?:what\s+is\s+the\s+(?:definition|meaning)\s+of|define)\s+{_ARTICLE}{_TERM}",
        rf"what(?:['’]s|\s+(?:is|are))\s+{_ARTICLE}{_TERM}",
    )
)
_MEANS = (
    r"(?:shall\s+|will\s+|is\s+taken\s+to\s+|is\s+understood\s+to\s+)?(?:means?|refers?\s+to|denotes?|designates?)"
    r"|(?:is|are)\s+(?:here\s+)?(?:defined|understood)\s+(?:here\s+)?as"
)
_LONGEST = 320  # characters
# What stands in front of a term that only belongs to what is defined: "the key of a User Product means".
_BELONGS = re.compile(
    r"\b(?:(?:of|for|in|by|with|from|on|under|and|or|than|such|every|each)\s+(?:(?:a|an|the|any)\s+)?"
    r"|(?:my|our|your|his|her|its|their)\s+)[\"“‘'*_]*$",
    re.IGNORECASE,
)
_OF_A_VALUE = re.compile(r"\s*what(?:['’]s|\s+(?:is|are))\s+the\s+(?!(?:definition|meaning)\b)", re.IGNORECASE)
_PROMOTED = 2  # passages
_REACH = 20  # characters
_WEAK = frozenset("this that it these those you he she they we i there".split())


@lru_cache(maxsize=64)  # asked again for each passage
def asked_term(question: str) -> str | None:
    """The term whose meaning a question may ask for; None in any other question.

    >>> asked_term("What is a covered work?"), asked_term("What does \\"lead time\\" mean?"), asked_term("Who is Bo?")
    ('covered work', 'lead time', None)
    >>> asked_term("What does it mean to convey a work?")
    'convey'
    """
    found = next((match for form in _QUESTIONS if (match := form.match(question)) is not None), None)
    if found is None or found["term"].lower().split()[0] in _WEAK:
        return None
    return " ".join(found["term"].split())


def definition(text: str, term: str, within: tuple[int, int], entries: bool = True) -> tuple[int, int] | None:
    """The bounds of what a term means, in the first sentence within some bounds that says so; None where none does.

    Args:
        entries: whether an entry of a list of terms says so, too.

    >>> text = 'A "covered work" means the Program, or a work based on it. To convey a covered work takes a licence.'
    >>> text[slice(*definition(text, "covered work", (0, len(text))))]
    'the Program, or a work based on it'
    """
    for pattern, stop in _patterns(term)[: None if entries else -1]:
        for found in pattern.finditer(text, *within):
            if _BELONGS.search(text, max(within[0], found.start() - _REACH), found.start()) is not None:
                continue
            last = _end(text, found.end(), within[1], stop)
            words = text[found.end() : last].rstrip(" \t\n.;,")
            if len(words.split()) > 1:
                return found.end(), found.end() + len(words)
    return None


def _end(text: str, start: int, ceiling: int, stop: re.Pattern[str]) -> int:
    """Where a definition ends: where it stops, or at the last pause before it grows longer than an answer may be."""
    end = min(ceiling, start + _LONGEST)
    found = stop.search(text, start, end)
    if found is not None:
        return found.start()
    if end == ceiling:
        return end
    pause = max(text.rfind(mark, start, end) for mark in (",", ";", " (", "\n"))
    return pause if pause >= 0 else max(start, text.rfind(" ", start, end))


def with_definitions(question: str, hits: Sequence[Hit], k: int) -> tuple[Hit, ...]:
    """The first k of the passages that were found, best first; one or two that define what is asked for among them.

    A term stands in many passages, and the one that defines it need not be among the nearest.
    """
    find = sought(question)
    if find is None:
        return tuple(hits[:k])
    further = [hit for hit in hits[k:] if find(hit) is not None][: min(_PROMOTED, k - 1)]
    return (*hits[: k - len(further)], *further)


def sought(question: str) -> Callable[[Hit], tuple[int, int] | None] | None:
    """What finds the definition that a question asks for in a passage: of a term, or of a party to a contract.

    It gives bounds in the passage's document, or None. None where a question asks for neither.
    """
    if asked_term(question) is not None:
        return partial(defined_in, question=question)
    if (role := asked_party(question)) is not None:
        return partial(named_in, role=role)
    return None


def defined_in(hit: Hit, question: str) -> tuple[int, int] | None:
    """The bounds, in its document, of what a passage defines of what a question asks the meaning of; None without that.

    "What is the rent?" asks for a value, of which "Rent: payable in May" is no definition.
    """
    term = asked_term(question)
    if term is None:
        return None
    text, chunk = hit.document.text, hit.chunk
    return definition(text, term, stripped(text, chunk.body_start, chunk.end), _OF_A_VALUE.match(question) is None)


# No full stop ends a sentence before a small letter: "6 a.m. to noon".
_END = re.compile(r"(?:[!?;]|(?<!\be\.g)(?<!\bi\.e)\.(?!\s+(?-i:[a-z])))(?=\s|$)|\n[^\S\n]*\n|:\s*\n")
_BULLET = rf"(?:[-*•]|{ITEM_NUMBER})\s+"
_COLON = r"(?:[^\S\n]*:|[^\S\n][–—-])\s"  # or a dash
# An entry ends at the next one, too.
_ENTRY_END = re.compile(rf"{_END.pattern}|\n(?=[^\S\n]*(?:{_BULLET}|\||[^\s:][^\n:]{{0,60}}?{_COLON}))", re.IGNORECASE)


@lru_cache(maxsize=64)
def _patterns(term: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """How texts define a term, in a sentence or as an entry of a list, and where such a definition stops."""
    said = r"\s+".join(map(re.escape, term.split()))
    said = rf"{said}(?:s|es)?" if not term.endswith("s") else said
    quoted = rf"(?<![\w-]){_QUOTE}{said}{_QUOTE}(?![\w-])"
    aside = r"(?:\s*\([^()\n]{1,60}\))?"  # "(as used here)"
    object = r"(?:\s+(?:a|an|the)\s+\w+)?"  # "to “propagate” a work means"
    sentence = rf"{quoted}{object}{aside},?\s+(?:{_MEANS})\s*:?,?\s+(?!(?:that|nothing|little|much|more)\b)"
    entry = rf"(?:(?<=\n)|(?<=^))[^\S\n]*(?:{_BULLET})?{quoted}{aside}{_COLON}\s*(?!\s|\||{_BULLET})"
    is_ = rf"(?<![\w-])[\"“”«]{said}[\"”“»]{aside},?\s+(?:is|are)\s+(?=(?:a|an|the|any|either|one)\b)"
    forms = ((sentence, _END), (is_, _END), (entry, _ENTRY_END))
    return tuple((re.compile(form, re.IGNORECASE | re.MULTILINE), stop) for form, stop in forms)

"""Who a party is: the name that a contract calls by a role, as in "Nordwind AS, of Oslo (hereinafter the "Landlord")".

A reader that is asked "Who is the landlord?" finds two names in the sentence, and the role behind each in brackets.
"""

from __future__ import annotations

import re
from functools import lru_cache

from embeddings.types import Hit
from qa.reading.quoting import stripped
from qa.steps.descriptions import NAME

_QUESTION = re.compile(
    r"\s*who(?:['’]s|\s+(?:is|are|was|were))\s+(?:(?:the|named\s+as\s+the|called\s+the)\s+)?"
    r"(?P<role>[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*){0,2}?)(?:\s+(?:of|under|in|for|to|here)\b.*)?[\s?.!]*$",
    re.IGNORECASE,
)
_FILLER = (
    r"(?:(?:hereinafter|hereafter|herein|collectively|together|each|as|referred|to|called|known|the|an?),?\s+){0,8}"
)
_QUOTE = r"[\"“”'‘’*_]{0,3}"
_LEGAL_FORM = r"(?:,?\s+(?:Inc|Ltd|Co|Corp|LLC|LLP|PLC|GmbH|AG|AS|SA|BV|NV)\b\.?)?"
_NAME = re.compile(rf"(?:The\s+)?{NAME}(?:\s(?:&|and\s+(?=Sons|Daughters|Partners|Co\b))\s?{NAME})?{_LEGAL_FORM}")
# Behind these a party's name begins.
_BEGINS = re.compile(
    r"\b(?:between|among|by|with|from|to)\s+(?:\(?\w{1,3}[.)]\s+)?(?=[A-Z])|\)\s*[,;]?\s*(?:and\s+)?|\n\s*"
)
_FARTHEST = 200  # characters between a name and its role


def asked_party(question: str) -> str | None:
    """The role whose holder a question asks for; None in any other question.

    >>> asked_party("Who is the landlord of Unit 7?"), asked_party("Who are the Sellers?"), asked_party("Who sold it?")
    ('landlord', 'Sellers', None)
    """
    found = _QUESTION.match(question)
    return None if found is None else found["role"]


def party(text: str, role: str, within: tuple[int, int]) -> tuple[int, int] | None:
    """The bounds of the name that a text calls by a role; None where it calls none so.

    >>> text = 'This lease is made between Nordwind AS, of Oslo (the "Landlord"), and Mira Holt ("the Tenant").'
    >>> [text[slice(*party(text, role, (0, len(text))))] for role in ("landlord", "tenant")]
    ['Nordwind AS', 'Mira Holt']
    """
    for called in _called(role).finditer(text, *within):
        floor = max(within[0], called.start() - _FARTHEST)
        begins = [found.end() for found in _BEGINS.finditer(text, floor, called.start())]
        for start in (*reversed(begins), floor):
            name = _NAME.search(text, start, called.start())
            if name is not None and (start == floor or name.start() == start):
                return name.span()
    return None


def named_in(hit: Hit, role: str) -> tuple[int, int] | None:
    """The bounds, in its document, of the name that a passage calls by a role; None where it calls none so."""
    return party(hit.document.text, role, stripped(hit.document.text, hit.chunk.body_start, hit.chunk.end))


@lru_cache(maxsize=64)
def _called(role: str) -> re.Pattern[str]:
    """The brackets in which a role stands behind a name."""
    said = r"\s+".join(map(re.escape, role.split()))
    return re.compile(rf"\(\s*{_FILLER}{_QUOTE}(?:the\s+)?{said}{_QUOTE}\s*\)", re.IGNORECASE)

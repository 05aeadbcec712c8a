"""Who somebody is: the description that stands behind a name, as in "Ana Ruiz, the captain of the ferry, said".

A reader that is asked "Who is Ana Ruiz?" was mostly taught the other way round, to name whom a question describes, and
takes a name nearby, or a piece of the description. What stands in apposition to the name says who it is.
"""

from __future__ import annotations

import re

_PARTICLE = r"(?:al|bin|ibn|bint|abu|de|da|der|den|di|du|el|la|le|van|von)"
_WORD = r"[^\W\d_a-z](?:[\w.-]|['’](?!s\b))*"
NAME = rf"(?:{_PARTICLE}[-\s])?{_WORD}(?:\s+(?:{_PARTICLE}[-\s])*{_WORD})*"
_QUESTION = re.compile(rf"\s*[Ww]ho(?:['’]s|\s+(?:is|was|are|were))\s+(?P<name>{NAME})\s*\??\s*$")
_OPENING = (
    r"(?:the|a|an|his|her|its|their|one\sof|(?:then[\s-]|former\s|deputy\s|acting\s)*(?:head|chief|director|leader|founder"
    r"|president|chair\w*|professor|minister|spokes\w+|commander|mayor|secretary|editor|author|former|deputy|acting)\b)"
)
_CLOSING = re.compile(r"[,;:()\[\]—–]|\n\s*\n|\s-\s|\s(?:who|whom|whose|which|that|where|when)\s")
_LONGEST = 160  # characters
_LEFT_OUT = 2  # words in front of what a reader took of a description: "the former"


def asked_name(question: str) -> str | None:
    """The name in a question that asks for nothing but who bears it; None in any other question.

    >>> asked_name("Who is Ana de la Paz?"), asked_name("Who's Bo?"), asked_name("Who is the captain?")
    ('Ana de la Paz', 'Bo', None)
    """
    found = _QUESTION.match(question)
    return None if found is None else found["name"]


def described(text: str, start: int, end: int, name: str, sentence: tuple[int, int]) -> tuple[int, int]:
    """The bounds of the description behind a name, where a span of its sentence misses it; else those of the span.

    >>> text = "Bo met Ana Ruiz, the captain of the ferry, on Monday."
    >>> def who(piece): return described(text, (at := text.index(piece)), at + len(piece), "Ana Ruiz", (0, len(text)))
    >>> text[slice(*who("Bo"))], text[slice(*who("captain"))], text[slice(*who("the ferry"))]
    ('the captain of the ferry', 'captain', 'the captain of the ferry')
    """
    found = _apposition(text, name, sentence)
    if found is None:
        return start, end
    at, first, last = found
    begins_it = first <= start < last and len(text[first:start].split()) <= _LEFT_OUT
    holds_it = start <= first and end >= last
    is_title = start < at and end <= first and set(text[end:at].split()) <= set(name.split())
    return (start, end) if begins_it or holds_it or is_title else (first, last)


def _apposition(text: str, name: str, sentence: tuple[int, int]) -> tuple[int, int, int] | None:
    """Where a name, or the last word of it, begins, and the bounds of what stands behind it between commas."""
    for known in dict.fromkeys((name, name.split()[-1])):
        behind = re.compile(rf"\b{re.escape(known)}\s?,\s(?={_OPENING}\b)").search(text, *sentence)
        if behind is not None:
            ceiling = min(sentence[1], behind.end() + _LONGEST)
            stop = _CLOSING.search(text, behind.end(), ceiling)
            last = stop.start() if stop is not None else ceiling
            if stop is not None or ceiling == sentence[1]:
                return behind.start(), behind.end(), behind.end() + len(text[behind.end() : last].rstrip(' .!?…”"'))
    return None

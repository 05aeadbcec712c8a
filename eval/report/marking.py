"""A passage cut where gold words and answer words begin and end, for showing both."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it is part of a gold answer, of the given answer, of both, or of neither."""

    text: str
    gold: bool = False
    answer: bool = False


def pieces(text: str, start: int, end: int, gold: Iterable[Span], answer: Iterable[Span]) -> tuple[Piece, ...]:
    """`text[start:end]` in pieces; joined they are exactly that text.

    Args:
        text: of the whole document; all offsets are code points of it, half open.
        gold, answer: spans of the document, in any order; they may overlap, and lie outside the passage.

    >>> pieces("the envoy met", 0, 13, gold=[(4, 9)], answer=[(0, 9)])
    (Piece(text='the ', gold=False, answer=True), Piece(text='envoy', gold=True, answer=True), Piece(text=' met', ...))
    """
    golds, answers = united(gold, start, end), united(answer, start, end)
    edges = sorted({start, end, *(edge for span in (*golds, *answers) for edge in span)})
    return tuple(Piece(text[a:b], _within(golds, a), _within(answers, a)) for a, b in pairwise(edges))


def united(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    """What the spans cover of `start:end`, as spans in order that neither overlap nor touch.

    >>> united([(8, 12), (0, 3), (2, 5), (5, 6)], 1, 10)
    ((1, 6), (8, 10))
    """
    merged: list[Span] = []
    for low, high in sorted((max(low, start), min(high, end)) for low, high in spans):
        if high <= low:
            continue
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return tuple(merged)


def showable(text: str) -> str:
    """The text for showing only: what no page can hold (control codes, lone surrogates) becomes U+FFFD.

    Line ends and tabs stay. A template escapes markup; this is for what escaping does not reach.

    >>> showable("two\\nlines\\x1b[2J")
    'two\\nlines\\ufffd[2J'
    """
    if text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" else c for c in text)


def _within(spans: Sequence[Span], offset: int) -> bool:
    return any(low <= offset < high for low, high in spans)

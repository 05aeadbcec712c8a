"""The sentence around a span: what a citation quotes."""

from __future__ import annotations

from functools import lru_cache

from embeddings.text.sentences import sentences
from embeddings.types import Hit

MOST_SENTENCES = 3

_sentences = lru_cache(maxsize=256)(sentences)  # all spans of a passage ask for the same text


def quote_bounds(hit: Hit, start: int, end: int) -> tuple[int, int]:
    """The bounds of the sentences that a span stands in, if these are at most three; else those of the span.

    A heading line at the top of the passage is a sentence of its own.
    """
    chunk = hit.chunk
    first = chunk.start if start < chunk.body_start else chunk.body_start
    last = chunk.body_start if end <= chunk.body_start else chunk.end
    text = hit.document.text[first:last]
    around = [(first + a, first + b) for a, b in _sentences(text) if first + a < end and start < first + b]
    if not 1 <= len(around) <= MOST_SENTENCES:
        return start, end
    quote_start, quote_end = stripped(hit.document.text, around[0][0], around[-1][1])
    return min(start, quote_start), max(end, quote_end)


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds without white space at the ends; unchanged where all of it is white space."""
    stripped = text[start:end].strip()
    if not stripped:
        return start, end
    first = start + text[start:end].index(stripped[0])
    return first, first + len(stripped)

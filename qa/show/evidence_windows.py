"""Which parts of the cited documents an evidence file shows: short texts whole, of long ones the text around the words.

A file is sent by mail and opened on a telephone, so all texts together are bounded, whatever was cited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.types import Document
from qa.render import counted
from qa.source.view import WINDOW, Range
from qa.types import Citation

WHOLE = WINDOW  # characters of a text that is shown whole
MOST = 4_000_000  # characters of all texts of a file together: half of them for whole ones, half for the others
CONTEXTS = (4_000, 1_000, 200, 0)  # characters shown around cited words, the first that keeps within MOST
LONGEST = 50_000  # characters of one citation that are shown; fewer where all of them would be more than MOST
_TO_WORD = 40  # how far a window shrinks to begin and end between words


@dataclass(frozen=True, slots=True)
class Windows:
    """The parts of each document that are shown.

    Attributes:
        parts: for each document, in order, none touching another.
        context: how many characters are shown on either side of cited words where a text is not shown whole.
        cut: whether anything is left out.
    """

    parts: tuple[tuple[Range, ...], ...]
    context: int
    cut: bool

    @property
    def rule(self) -> str:
        """The rule, in words."""
        if not self.cut:
            return "All texts are shown whole."
        return (
            f"Texts of up to {counted(WHOLE, 'character')} are shown whole, as far as all of them together keep within "
            f"{counted(MOST // 2, 'character')}. Of any other text you see what lies within "
            f"{counted(self.context, 'character')} of cited words, and read how much was left out."
        )


def windows_of(cited: Sequence[tuple[Document, Sequence[Citation]]]) -> Windows:
    """The parts of documents that are shown with their citations."""
    whole, room = set[int](), MOST // 2
    for place, (document, _) in enumerate(cited):
        if len(document.text) <= min(WHOLE, room):
            whole.add(place)
            room -= len(document.text)
    longest = min(LONGEST, MOST // 2 // max(1, sum(len(citations) for _, citations in cited)))
    for context in CONTEXTS:
        parts = tuple(
            (Range(0, len(document.text)),) if place in whole else _around(document.text, citations, context, longest)
            for place, (document, citations) in enumerate(cited)
        )
        shown = sum(part.end - part.start for place, each in enumerate(parts) if place not in whole for part in each)
        if shown <= MOST // 2:
            break
    return Windows(parts, context, len(whole) < len(cited))


def _around(text: str, citations: Sequence[Citation], context: int, longest: int) -> tuple[Range, ...]:
    """The text around the words of citations and their quotes."""
    merged: list[Range] = []
    for citation in sorted(citations, key=lambda each: min(each.start, each.quote_start)):
        first = max(citation.quote_start, citation.start - longest) if context else citation.start
        last = min(citation.end, citation.start + longest)
        start, end = _from_word(text, first - context, first), _to_word(text, last, last + context)
        if merged and start <= merged[-1].end:
            merged[-1] = Range(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Range(start, end))
    return tuple(merged)


def _from_word(text: str, wanted: int, last: int) -> int:
    """Where a window begins: after the first space from `wanted` on, where one is near."""
    if wanted <= 0:
        return 0
    place = next((i for i in range(wanted, min(wanted + _TO_WORD, last)) if text[i - 1].isspace()), None)
    return wanted if place is None else place


def _to_word(text: str, first: int, wanted: int) -> int:
    """Where a window ends: before the last space up to `wanted`, where one is near."""
    if wanted >= len(text):
        return len(text)
    place = next((i for i in range(wanted, max(wanted - _TO_WORD, first), -1) if text[i].isspace()), None)
    return wanted if place is None else place

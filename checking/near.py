"""Where nearly the same words stand: runs of three words point to places, and only these are compared word by word.

One pass over the words of a document serves all quotations at once. At each place a window of little more than the
quotation's own length is compared, so the time grows with the documents and not with their product.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from checking.types import Difference, Place
from embeddings.types import Document

RUN = 3  # words that must stand together somewhere
FEWEST_WORDS = 4  # of a quotation that may be near
MOST_WORDS = 400  # of a quotation that are compared
ENOUGH = 0.7  # of the words must be the same (difflib's ratio over words)
_WINDOWS = 3  # places of a document that are compared for a quotation
_SLIP = 8  # words by which a place may be shifted and still count as the same
_TIMES = 20  # that a run of words is counted in a document: at most 20 votes for each word of the quotations
_PER_VOTE = 20  # words of a quotation that ask for one more shared run, before a place is compared
_WORD = re.compile(r"(?:(?<!\w)[-−–](?=\d))?\w+(?:['’]\w+)*")
_SAME = str.maketrans("’−–", "'--")


@dataclass(slots=True)
class Wanted:
    """A quotation that is looked for, and the best place so far."""

    text: str
    words: list[str] = field(default_factory=list)
    score: float = 0.0
    place: Place | None = None

    def __post_init__(self) -> None:
        self.words = [word for word, _, _ in _words(self.text)][:MOST_WORDS]


class Near:
    """Looks for nearly the words of some quotations, in one document after the other."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.wanted = [each for each in map(Wanted, texts) if len(each.words) >= FEWEST_WORDS]
        self._runs: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for number, each in enumerate(self.wanted):
            for at in range(len(each.words) - RUN + 1):
                self._runs.setdefault(tuple(each.words[at : at + RUN]), []).append((number, at))
        self._known = frozenset(word for run in self._runs for word in run)

    def look(self, document: Document, missing: Collection[str]) -> None:
        """Keeps the best place of each quotation that is still missing, where it is better than those before it."""
        live = {number for number, each in enumerate(self.wanted) if each.text in missing}
        if not live:
            return
        for number, first in self._places(document.text, live):
            wanted = self.wanted[number]
            score, place = _compared(wanted.words, document, first)
            if place is not None and score > wanted.score:
                wanted.score, wanted.place = score, place

    def _places(self, text: str, live: set[int]) -> Iterator[tuple[int, int]]:
        """The quotations of these numbers, each with offsets about which it may begin."""
        times = Counter[tuple[str, ...]]()
        votes: dict[int, Counter[int]] = {}
        starts: dict[tuple[int, int], int] = {}
        last: tuple[str, ...] = ()
        recent = deque[int](maxlen=MOST_WORDS + _SLIP)  # where the last words began
        for index, match in enumerate(_WORD.finditer(text)):
            recent.append(match.start())
            word = _plain(match[0])
            if word not in self._known:  # most words of a document are of no quotation
                last = ()
                continue
            last = (*last, word)[-RUN:]
            run = self._runs.get(last, ())
            if run:
                times[last] += 1
            for number, at in run if times[last] <= _TIMES else ():
                if number not in live:
                    continue
                shift = (index - at) // _SLIP
                votes.setdefault(number, Counter())[shift] += 1
                starts.setdefault((number, shift), recent[max(0, len(recent) - RUN - at - _SLIP)])
        for number, counted in votes.items():
            for shift, count in counted.most_common(_WINDOWS):
                if count > len(self.wanted[number].words) // _PER_VOTE:
                    yield number, starts[number, shift]


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text, in small letters, with their bounds."""
    for match in _WORD.finditer(text):
        yield _plain(match[0]), match.start(), match.end()


def _plain(word: str) -> str:
    return word.casefold().translate(_SAME)


def _compared(quoted: list[str], document: Document, first: int) -> tuple[float, Place | None]:
    """How much of a quotation stands about a place, from 0 to 1, and where; None under ENOUGH."""
    window: list[tuple[str, int, int]] = []
    for word, start, end in _words(document.text[first : first + 40 * (len(quoted) + 4 * _SLIP)]):
        window.append((word, first + start, first + end))
        if len(window) == len(quoted) + len(quoted) // 4 + 3 * _SLIP:
            break
    matcher = SequenceMatcher(None, quoted, [word for word, _, _ in window], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return 0.0, None
    # What the quotation has before the first word and behind the last one that is the same may stand otherwise there.
    begin = max(0, blocks[0].b - blocks[0].a)
    stop = min(len(window), blocks[-1].b + blocks[-1].size + len(quoted) - blocks[-1].a - blocks[-1].size)
    score = 2 * sum(block.size for block in blocks) / (len(quoted) + stop - begin)
    if score < ENOUGH:
        return score, None
    start, end = window[begin][1], window[stop - 1][2]
    differences = tuple(_differences(quoted, window[begin:stop], document.text))
    return score, Place(document, start, end, ((start, end),), differences)


def _differences(quoted: list[str], stands: list[tuple[str, int, int]], text: str) -> Iterator[Difference]:
    """The words that differ, in their order; those of the document as it writes them."""
    matcher = SequenceMatcher(None, quoted, [word for word, _, _ in stands], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield Difference(" ".join(quoted[a:b]), text[stands[c][1] : stands[d - 1][2]] if d > c else "")

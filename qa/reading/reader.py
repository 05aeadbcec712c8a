"""A question and passages -> scored spans.

An extractive reader (Devlin et al. 2018, section 4.3) gives every token of a passage a start logit and an end logit. A
span's score is the start logit of its first token plus the end logit of its last one; the same sum at the first token
of the input, `[CLS]`, is the score of "this passage does not answer".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from embeddings.errors import ModelError
from embeddings.models.runtime import Runtime
from embeddings.text.named_rows import Named, named_rows, place_in

if TYPE_CHECKING:
    from tokenizers import Encoding

    from embeddings.types import Hit

SHIPPED = Path(__file__).parents[1] / "data" / "reader"

# A longer question is cut here, so that passages keep most of the reader's input.
QUESTION_TOKENS = 64
# How many tokens neighbouring windows of a long passage share: as many as the longest answer.
WINDOW_OVERLAP = 64
# A model that reads less than this would go through a passage a few tokens at a time.
SMALLEST_INPUT = 2 * QUESTION_TOKENS + WINDOW_OVERLAP
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")

Logits = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one passage that may answer.

    Attributes:
        passage: the index of its passage among those that were read.
        start, end: code-point offsets in that passage, half open.
        score: start logit + end logit.
        no_answer: the same sum at the first token of its window.
        probability: share of the span, and of those that overlap it, in the softmax over all spans of its window and
            "no answer".
    """

    passage: int
    start: int
    end: int
    score: float
    no_answer: float
    probability: float

    @property
    def margin(self) -> float:
        """How far the span's score lies above that of no answer, in logits."""
        return self.score - self.no_answer


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to read. No span crosses a blank line or the end of the heading.

    Attributes:
        text: the words.
        body_start: where the body begins behind the heading line; 0 without a heading line.
        named: the same as it is read, where rows of tables are read with the names of their columns.
    """

    text: str
    body_start: int = 0
    named: Named | None = None

    @classmethod
    def of(cls, hit: Hit) -> Passage:
        """The text of a retrieved passage."""
        chunk, document = hit.chunk, hit.document
        named = named_rows(document.text, document.layout, chunk.body_start, chunk.end)
        if named is not None and chunk.body_start > chunk.start:
            named = named.after(document.text[chunk.start : chunk.body_start])
        return cls(hit.text, chunk.body_start - chunk.start, named)

    @property
    def read(self) -> str:
        """The words that are read."""
        return self.text if self.named is None else self.named.text


class Reader(Protocol):
    """What the assistant needs of a reader. Tests bring a small one of their own."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """The best spans of every passage that do not overlap, best first."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of a passage that fits the model: its tokens `first:last`."""

    passage: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Template:
    """How a tokenizer puts a question and a passage together: the special tokens around them, and token types.

    Attributes:
        before, between, after: ids of the special tokens in front of the question, between the two, and at the end.
        types: a token type for each of these three, the question and the passage, in the order of the input.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    types: tuple[int, ...]

    @classmethod
    def of(cls, pair: Encoding, name: str) -> Template:
        """The template, read off a tokenized pair.

        Raises ModelError where no special token stands in front, since the score of "no answer" is read there.
        """
        ids, types = tuple(pair.ids), pair.type_ids
        question = [i for i, sequence in enumerate(pair.sequence_ids) if sequence == 0]
        passage = [i for i, sequence in enumerate(pair.sequence_ids) if sequence == 1]
        if not question or not passage or not 0 < question[0] <= question[-1] < passage[0]:
            raise ModelError(
                f"{name}: its tokenizer doesn't put a special token, the question and the passage in this "
                "order; name another reader"
            )
        first, last = question[-1] + 1, passage[-1] + 1
        kinds = (types[0], types[question[0]], types[first], types[passage[0]], types[-1])
        return cls(ids[: question[0]], ids[first : passage[0]], ids[last:], kinds)

    @property
    def tokens(self) -> int:
        """How many special tokens there are."""
        return len(self.before) + len(self.between) + len(self.after)

    def put_together(self, question: Sequence[int], passage: Sequence[int]) -> tuple[list[int], list[int]]:
        """The token ids and the token types of an input."""
        parts = (self.before, question, self.between, passage, self.after)
        ids = [id for part in parts for id in part]
        return ids, [kind for part, kind in zip(parts, self.types, strict=True) for _ in part]


class OnnxReader:
    """A reader that runs without PyTorch.

    Args:
        folder: a compiled reader; by default the one that ships.
        threads: cores that one run may use; 0 for all of them.
        answer_tokens: the longest answer, in the model's tokens.
        n_best: spans to return for each passage.

    Attributes:
        runtime: the model that runs.
        card: what must be known of it.

    Raises:
        ModelError: the folder is not a compiled reader.
    """

    def __init__(self, folder: Path = SHIPPED, threads: int = 0, answer_tokens: int = 30, n_best: int = 5) -> None:
        # One window a run: nothing is padded, and the other passages do not change a span's score.
        self.runtime = Runtime(folder, threads, batch_tokens=0)
        self.card = self.runtime.card
        if self.card.kind != "reader":
            raise ModelError(f"{folder}: an {self.card.kind}, expected a reader; name a reader's folder")
        self._answer_tokens, self._n_best = answer_tokens, n_best
        self._template = Template.of(self.runtime.tokenize([("a", "b")])[0], self.card.name)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """The best spans of every passage that do not overlap, best first."""
        asked = self.runtime.tokenize([question], special=False)[0].ids[:QUESTION_TOKENS]
        encodings = self.runtime.tokenize([passage.read for passage in passages], special=False)
        windows = [w for i, encoding in enumerate(encodings) for w in self._windows(i, len(encoding.ids), len(asked))]
        inputs = [self._template.put_together(asked, encodings[w.passage].ids[w.first : w.last]) for w in windows]
        skip = len(self._template.before) + len(asked) + len(self._template.between)  # tokens in front of the passage
        spans: list[Span] = []
        for window, (start, end) in zip(windows, self.runtime.run(inputs), strict=True):
            tokens = slice(skip, skip + window.last - window.first)
            no_answer = float(start[0] + end[0])
            decoder = _Decoder(encodings[window.passage], passages[window.passage], window, self._answer_tokens)
            spans += decoder.best(start[tokens], end[tokens], no_answer, self._n_best)
        return without_overlaps(spans)

    def _windows(self, passage: int, tokens: int, question_tokens: int) -> Iterator[_Window]:
        width = self.card.max_tokens - question_tokens - self._template.tokens
        for first in range(0, max(1, tokens - WINDOW_OVERLAP), max(1, width - WINDOW_OVERLAP)):
            if tokens:
                yield _Window(passage, first, min(tokens, first + width))


class _Decoder:
    """Logits of one window -> spans of its passage."""

    def __init__(self, encoding: Encoding, passage: Passage, window: _Window, answer_tokens: int) -> None:
        self._text, self._window, self._answer_tokens = passage.read, window, answer_tokens
        self._named = passage.named
        self._breaks = sorted({passage.body_start, *(match.end() for match in _BLANK_LINE.finditer(self._text))})
        self._all_offsets, self._all_words = encoding.offsets, encoding.word_ids
        self._offsets = self._all_offsets[window.first : window.last]

    def best(self, start: Logits, end: Logits, no_answer: float, count: int) -> list[Span]:
        """At most `count` spans that do not overlap, best first; `start` and `end` are (tokens,)."""
        scores = self._scores(start, end)  # (tokens, length - 1)
        finite = np.isfinite(scores)
        top = max(float(scores[finite].max(initial=no_answer)), no_answer)
        weights = np.where(finite, np.exp(scores - top), 0.0)
        total = float(weights.sum() + np.exp(no_answer - top))
        spans: list[Span] = []
        for flat in np.argsort(scores, axis=None)[::-1][: 20 * count]:
            first, extra = divmod(int(flat), scores.shape[1])
            if not finite[first, extra] or len(spans) == count:
                break
            bounds = self._bounds(first, first + extra)
            if bounds is None or any(s.start < bounds[1] and bounds[0] < s.end for s in spans):
                continue
            mass = _overlapping(weights, first, first + extra) / total
            spans.append(Span(self._window.passage, *bounds, float(scores[first, extra]), no_answer, mass))
        return spans

    def _scores(self, start: Logits, end: Logits) -> Logits:
        """The score of each span that is short enough and stays in one paragraph, else -inf: (tokens, length - 1)."""
        tokens, width = len(start), min(self._answer_tokens, len(start))
        ends = np.arange(tokens)[:, None] + np.arange(width)[None, :]  # (tokens, length - 1): the last token
        inside = np.minimum(ends, tokens - 1)
        paragraphs = self._paragraphs()
        allowed = (ends < tokens) & (paragraphs[inside] == paragraphs[:, None])
        scores: Logits = np.where(allowed, start[:, None] + end[inside], -np.inf)
        return scores

    def _paragraphs(self) -> np.ndarray[Any, Any]:
        """The number of the paragraph that each token stands in: (tokens,)."""
        return np.array([bisect_right(self._breaks, start) for start, _ in self._offsets], dtype=np.int64)

    def _bounds(self, first: int, last: int) -> tuple[int, int] | None:
        """Offsets in the passage of a span of tokens, widened to whole words and trimmed; None where no letter or digit
        is left, or only names of columns that stand elsewhere.

        A word that the edge of the window cuts is still taken whole.
        """
        words, offsets = self._all_words, self._all_offsets
        first, last = first + self._window.first, last + self._window.first
        while first > 0 and words[first - 1] == words[first]:
            first -= 1
        while last + 1 < len(words) and words[last + 1] == words[last]:
            last += 1
        found = trimmed(self._text, offsets[first][0], offsets[last][1])
        return found if found is None or self._named is None else place_in(self._named, *found)


def _overlapping(weights: np.ndarray[Any, Any], first: int, last: int) -> float:
    """The sum of the weights (tokens, length - 1) of all spans that share a token with `first` to `last`."""
    starts = np.arange(weights.shape[0])[:, None]
    ends = starts + np.arange(weights.shape[1])[None, :]
    return float(weights[(starts <= last) & (ends >= first)].sum())


_OPENING, _CLOSING = '([{“‘«"', ')]}”’»"'
_HALF = re.compile(f"[{re.escape(_OPENING + _CLOSING)}]")
_EDGE = ",;:.!?-–—…'" + _OPENING + _CLOSING + "\u200b\u200e\u200f"
# "U.S.", but not the end of a sentence in "on day 3." or "plan B."
_ABBREVIATION = re.compile(r"(?:^|[^\w.])(?:[^\W\d_]\.){2,}$")


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space and punctuation at its ends; None where nothing else is left.

    A bracket or quote stays where its other half stands inside or beside the span, unless the two enclose the whole
    span. The stop of an abbreviation ("U.S.") stays.

    >>> text = 'He said: "Never again", twice (or so).'
    >>> start, end = trimmed(text, 8, 23)
    >>> text[start:end]
    'Never again'
    """
    partner = _partners(text, start, end)
    while start < end:
        if _is_edge(text, end - 1) and end - 1 not in partner and not _is_abbreviated(text, start, end):
            end -= 1
        elif _is_edge(text, start) and start not in partner:
            start += 1
        elif partner.get(start) == end - 1:
            start, end = start + 1, end - 1
        else:
            break
    return _with_other_half(text, start, end) if any(c.isalnum() for c in text[start:end]) else None


def _with_other_half(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with one character more on a side, where that is the other half of a bracket or quote inside it.

    >>> text = "the “Aurora” cruiser"
    >>> start, end = _with_other_half(text, 5, 20)
    >>> text[start:end]
    '“Aurora” cruiser'
    """
    partner = _partners(text, max(0, start - 1), min(len(text), end + 1))
    before, after = partner.get(start - 1), partner.get(end)
    return (
        start - 1 if before is not None and start <= before < end else start,
        end + 1 if after is not None and start <= after < end else end,
    )


def _partners(text: str, start: int, end: int) -> dict[int, int]:
    """The offset of each bracket or quote -> that of its other half, for pairs inside the span."""
    partner: dict[int, int] = {}
    opened: list[int] = []
    for half in _HALF.finditer(text, start, end):
        i = half.start()
        kind = _CLOSING.find(text[i])
        apostrophe = text[i] == "’" and text[i + 1 : i + 2].isalnum()
        first = next((o for o in reversed(opened) if kind >= 0 and text[o] == _OPENING[kind]), None)
        if first is not None and not apostrophe:
            partner[first], partner[i] = i, first
            opened = opened[: opened.index(first)]
        elif text[i] in _OPENING:
            opened.append(i)
    return partner


def _is_edge(text: str, place: int) -> bool:
    """Is the character at a place white space or punctuation, and not the sign of a number?"""
    signed = (
        text[place] in "-–" and text[place + 1 : place + 2].isdigit() and not text[max(0, place - 1) : place].strip()
    )
    return (text[place] in _EDGE or text[place].isspace()) and not signed


def _is_abbreviated(text: str, start: int, end: int) -> bool:
    return text[end - 1] == "." and _ABBREVIATION.search(text[max(start, end - 12) : end]) is not None


def without_overlaps(spans: Sequence[Span]) -> list[Span]:
    """The spans, best first; of those that overlap in a passage only the best."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (-s.score, s.passage, s.start)):
        if not any(k.passage == span.passage and k.start < span.end and span.start < k.end for k in kept):
            kept.append(span)
    return kept


@cache
def shipped_reader(threads: int = 0, answer_tokens: int = 30) -> OnnxReader:
    """The reader that ships, loaded once a process for the same settings."""
    return OnnxReader(SHIPPED, threads, answer_tokens)

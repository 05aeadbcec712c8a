"""A Document -> Chunks: whole sentences of one section, within a budget of tokens, offsets kept.

A section's sentences are counted once, in batches, and put together greedily; the finished chunks are counted again,
because the tokens of a whole need not be the sum of its parts, and those over a limit are made smaller. A sentence too
long for a chunk is cut at a clause, else at a space, else between two characters. The time is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from embeddings.errors import SettingsError
from embeddings.text.sections import Section, sections_of
from embeddings.text.sentences import sentences
from embeddings.text.tokens import count_tokens_of
from embeddings.types import Chunk, Document

DEFAULT_BUDGET = 200  # tiktoken tokens
DEFAULT_OVERLAP = 1  # sentences
SMALLEST_BUDGET = 16
SMALLEST_ENCODER_LIMIT = 32
CONTEXT_SHARE = 4  # title and heading take at most one part in four of what the encoder reads
_BATCH = 100_000  # characters counted in one call: tokenizers keep a record of every token of a batch
_FREE_SPACE = 4  # characters of white space at the end of a chunk that count; a longer run costs nothing
_CLAUSE = re.compile(r"[;:,—][\"'”’)]?\s+|\n|[、，；：]")

# Token counts of texts, the special tokens of the model included, nothing cut off.
CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of one that is too long for a chunk. `tiktoken` and `encoder` are counts of tokens."""

    start: int
    end: int
    whole: bool  # a whole sentence, which may be repeated as an overlap
    tiktoken: int
    encoder: int


@dataclass(frozen=True, slots=True)
class _Span:
    """A chunk in the making: the pieces [first, last), of which those before `fresh` repeat the chunk before it."""

    first: int
    fresh: int
    last: int


class Chunker:
    """Cuts documents into passages that both the budget and the encoder can hold.

    Args:
        count_encoder_tokens: token counts of texts for the encoder, special tokens included and nothing cut.
        encoder_limit: the most tokens the encoder reads.
        budget: the most tiktoken (cl100k_base) tokens in a passage.
        overlap: how many sentences a passage repeats from the one before it in its section, where there is room.

    Raises:
        SettingsError: a number outside its range.

    The white space at the two ends of a passage counts up to four characters a side, and is not embedded: passages
    cover a document without a gap, and a run of white space belongs to the passage before it whatever its length.
    """

    def __init__(
        self,
        count_encoder_tokens: CountTokens,
        encoder_limit: int,
        budget: int = DEFAULT_BUDGET,
        overlap: int = DEFAULT_OVERLAP,
    ) -> None:
        _check("budget", budget, SMALLEST_BUDGET)
        _check("encoder_limit", encoder_limit, SMALLEST_ENCODER_LIMIT)
        _check("overlap", overlap, 0)
        self.encoder_limit, self.budget, self.overlap = encoder_limit, budget, overlap
        self._count_encoder = count_encoder_tokens
        self._special = count_encoder_tokens([""])[0]
        # Asked again for every passage of a section: a call of a tokenizer costs as much as a dozen sentences.
        self._cut = lru_cache(maxsize=256)(self._cut_to_its_share)
        self._room_after = lru_cache(maxsize=256)(self._room_after_front)

    def __call__(self, document: Document) -> tuple[Chunk, ...]:
        """The passages of a document, in order, covering it without a gap; () for an empty text."""
        sections = sections_of(document)
        return tuple(
            chunk for section in _without_blank(document.text, sections) for chunk in self._chunks(document, section)
        )

    def embedded_text(self, document: Document, chunk: Chunk) -> str:
        """What the encoder is given for a passage: title and heading, then its words. Never over its limit."""
        return self._embedded(document, chunk.heading, chunk.start, chunk.end)

    def searched_text(self, document: Document, chunk: Chunk) -> str:
        """What is searched for words of a passage: its heading, and its own words.

        The document's title, which is embedded with every passage, is left out here: in all passages of a document its
        words would no longer tell one from another.
        """
        words = document.text[chunk.start : chunk.end].strip()
        return context("", chunk.heading, words) + words

    def _embedded(self, document: Document, heading: str | None, start: int, end: int) -> str:
        words = document.text[start:end].strip()
        return self._cut(context(document.title, heading, words)) + words

    def _cut_to_its_share(self, words: str) -> str:
        """The longest beginning of a context that takes no more than its share of the encoder's tokens."""
        room = self.encoder_limit // CONTEXT_SHARE
        longest = 32 * room  # characters; a token is seldom longer, and counting a title of a megabyte takes seconds
        if len(words) <= longest and self._words_of_encoder([words])[0] <= room:
            return words
        fits, fails = 0, min(len(words), longest)
        while fails - fits > 1:
            middle = (fits + fails) // 2
            if self._words_of_encoder([words[:middle] + "\n"])[0] <= room:
                fits = middle
            else:
                fails = middle
        return words[:fits].rstrip() + "\n" if fits else ""

    def _words_of_encoder(self, texts: Sequence[str]) -> list[int]:
        """Encoder tokens without the special ones."""
        return [count - self._special for count in self._count_encoder(texts)]

    def _chunks(self, document: Document, section: Section) -> Iterator[Chunk]:
        pieces = self._pieces(document, section)
        spans = self._fitting(document, section, pieces, self._filled(pieces, self._room(document, section)))
        for start, end in spans:
            in_heading = start < section.body_start
            body_start = min(section.body_start, end) if in_heading else start
            yield Chunk(document.id, start, body_start, end, section.heading, section.date)

    def _room(self, document: Document, section: Section) -> int:
        """Encoder tokens left for the words of a passage."""
        return self._room_after(self._cut(context(document.title, section.heading)))

    def _room_after_front(self, front: str) -> int:
        return self.encoder_limit - self._special - self._words_of_encoder([front])[0]

    # --- pieces -----------------------------------------------------------------------------------------------

    def _pieces(self, document: Document, section: Section) -> list[_Piece]:
        """The heading and the sentences of a section, those too long for a chunk in parts."""
        text, room = document.text, self._room(document, section)
        spans = [(section.start, section.body_start)] if section.body_start > section.start else []
        body = text[section.body_start : section.end]
        spans += [(section.body_start + start, section.body_start + end) for start, end in sentences(body)]
        pieces: list[_Piece] = []
        for piece in self._counted(text, spans, whole=True):
            fits = piece.tiktoken <= self.budget and piece.encoder <= room
            pieces.extend([piece] if fits else self._parts(text, piece, room))
        return pieces

    def _counted(self, text: str, spans: Sequence[tuple[int, int]], whole: bool) -> Iterator[_Piece]:
        """The spans with their counts. One that is surely too long is not counted, its counts are a lower bound."""
        sure = 64 * (self.budget + self.encoder_limit)  # characters
        for batch in _batches(spans):
            measured = [_measured(text, start, end) for start, end in batch]
            words = [words if len(words) <= sure else "" for words in measured]
            counts = zip(batch, measured, count_tokens_of(words), self._words_of_encoder(words), strict=True)
            for (start, end), all_words, in_budget, in_encoder in counts:
                yield _Piece(start, end, whole, sure if len(all_words) > sure else in_budget, in_encoder)

    def _parts(self, text: str, piece: _Piece, room: int) -> list[_Piece]:
        """A sentence cut into parts that fit, each at least two of which fill a chunk where words are ordinary."""
        done: list[_Piece] = []
        size = min(piece.end - piece.start - 1, 2 * min(self.budget, room))  # characters, about half of a chunk
        todo = [piece]
        while todo:
            spans = [cut for part in todo for cut in _cuts(text, part.start, part.end, size)]
            parts = list(self._counted(text, spans, whole=False))
            too_long = [part for part in parts if not self._fits(part, room)]
            done.extend(part for part in parts if self._fits(part, room))
            todo, size = too_long, max(1, size // 2)
        return _glued(text, sorted(done, key=lambda part: part.start))

    def _fits(self, piece: _Piece, room: int) -> bool:
        return (piece.tiktoken <= self.budget and piece.encoder <= room) or piece.end - piece.start == 1

    # --- spans ------------------------------------------------------------------------------------------------

    def _filled(self, pieces: Sequence[_Piece], room: int) -> list[_Span]:
        """Spans of pieces, each filled until the next one would not fit, the last two evenly."""
        spans: list[_Span] = []
        fresh = 0
        while fresh < len(pieces):
            first = self._overlap_from(pieces, fresh, room)
            last = fresh + 1
            tiktoken, encoder = _sums(pieces[first:last])
            while last < len(pieces):
                tiktoken, encoder = tiktoken + pieces[last].tiktoken, encoder + pieces[last].encoder
                if tiktoken > self.budget or encoder > room:
                    break
                last += 1
            spans.append(_Span(first, fresh, last))
            fresh = last
        return self._evened(pieces, spans, room)

    def _overlap_from(self, pieces: Sequence[_Piece], fresh: int, room: int) -> int:
        """The first of the sentences before `fresh` to repeat: at most `overlap`, filling at most half the budget."""
        first = fresh
        while first > 0 and fresh - first < self.overlap and pieces[first - 1].whole:
            repeated, _ = _sums(pieces[first - 1 : fresh])
            tiktoken, encoder = _sums(pieces[first - 1 : fresh + 1])
            if 2 * repeated > self.budget or tiktoken > self.budget or encoder > room:
                break
            first -= 1
        return first

    def _evened(self, pieces: Sequence[_Piece], spans: list[_Span], room: int) -> list[_Span]:
        """The spans, where a last one under a quarter of the budget is evened out with the one before it."""
        if len(spans) < 2 or 4 * _sums(pieces[spans[-1].fresh : spans[-1].last])[0] >= self.budget:
            return spans
        before, end = spans[-2], spans[-1].last
        total = _sums(pieces[before.first : end])[0]
        cut, left = before.fresh + 1, _sums(pieces[before.first : before.fresh + 1])[0]
        while cut < spans[-1].fresh and 2 * left < total:
            left += pieces[cut].tiktoken
            cut += 1
        return [*spans[:-2], replace(before, last=cut), _Span(self._overlap_from(pieces, cut, room), cut, end)]

    def _fitting(
        self, document: Document, section: Section, pieces: Sequence[_Piece], spans: Sequence[_Span]
    ) -> list[tuple[int, int]]:
        """Where the chunks start and end, those made smaller whose text as a whole is over a limit."""
        done: list[tuple[int, int, int]] = []
        todo = [(pieces[span.first].start, pieces[span.fresh].start, pieces[span.last - 1].end) for span in spans]
        inner = [piece.start for piece in pieces]
        while todo:
            held = list(self._held(document, section, [(start, end) for start, _, end in todo]))
            done.extend(span for span, holds in zip(todo, held, strict=True) if holds)
            too_long = [span for span, holds in zip(todo, held, strict=True) if not holds]
            todo = [smaller for span in too_long for smaller in _smaller(document.text, span, inner)]
        return [(start, end) for start, _, end in sorted(done, key=lambda span: span[1])]

    def _held(self, document: Document, section: Section, spans: Sequence[tuple[int, int]]) -> Iterator[bool]:
        """Whether each span is within both limits, as it will be embedded."""
        for batch in _batches(spans):
            counts = count_tokens_of([_measured(document.text, start, end) for start, end in batch])
            embedded = self._count_encoder(
                [self._embedded(document, section.heading, start, end) for start, end in batch]
            )
            for (start, end), in_budget, in_encoder in zip(batch, counts, embedded, strict=True):
                single = len(document.text[start:end].strip()) <= 1
                yield single or (in_budget <= self.budget and in_encoder <= self.encoder_limit)


def context(title: str, heading: str | None, words: str = "") -> str:
    """What stands before a passage when it is embedded: its title and its heading, a line each, none of them twice.

    >>> context("Rain", "Oslo", "It rained.")
    'Rain\\nOslo\\n'
    >>> context("Rain", "Rain"), context("Rain", "Oslo", "Oslo: it rained.")
    ('Rain\\n', 'Rain\\n')
    """
    lines = [title] if heading is None or heading == title else [title, heading]
    return "".join(f"{line}\n" for line in lines if line.strip() and not words.startswith(line))


def _check(name: str, value: int, smallest: int) -> None:
    if value < smallest:
        raise SettingsError(f"{name} is {value}, expected at least {smallest}; choose a larger number")


def _without_blank(text: str, sections: Iterable[Section]) -> list[Section]:
    """The sections, where one that holds only white space is part of the next one."""
    kept: list[Section] = []
    begin: int | None = None
    for section in sections:
        if text[section.start : section.end].isspace():
            begin = section.start if begin is None else begin
            continue
        kept.append(
            section if begin is None else replace(section, start=begin, body_start=max(section.body_start, begin))
        )
        begin = None
    return kept if begin is None else [*kept, Section(begin, begin, len(text))]


def _measured(text: str, start: int, end: int) -> str:
    """The text of a span without what long runs of white space at its ends hold beyond `_FREE_SPACE` characters."""
    words = text[start:end]
    lead, trail = len(words) - len(words.lstrip()), len(words) - len(words.rstrip())
    return words[max(0, lead - _FREE_SPACE) : len(words) - max(0, trail - _FREE_SPACE)]


def _sums(pieces: Iterable[_Piece]) -> tuple[int, int]:
    counts = [(piece.tiktoken, piece.encoder) for piece in pieces]
    return sum(count for count, _ in counts), sum(count for _, count in counts)


def _batches(spans: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The spans in batches of at most `_BATCH` characters, or of one."""
    batch: list[tuple[int, int]] = []
    size = 0
    for start, end in spans:
        if batch and size + end - start > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append((start, end))
        size += end - start
    if batch:
        yield batch


def _cuts(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """A span in parts of at most `size` characters, each cut at the last good place in its second half.

    >>> text = "when it rained, they stayed at home"
    >>> [text[start:end] for start, end in _cuts(text, 0, len(text), 20)]
    ['when it rained, ', 'they stayed at home']
    """
    while end - start > size:
        low, high = start + size // 2, start + size
        cut = max((clause.end() for clause in _CLAUSE.finditer(text, low, high)), default=0)
        if cut <= start:
            cut = max((text.rfind(space, low, high) + 1 for space in " \t\u3000"), default=0)
        if cut <= start:
            cut = high
        yield start, cut
        start = cut
    yield start, end


def _glued(text: str, parts: Sequence[_Piece]) -> list[_Piece]:
    """The parts, where those of white space alone belong to the part before them (or after, for the first ones)."""
    glued: list[_Piece] = []
    for part in parts:
        if glued and (text[part.start : part.end].isspace() or text[glued[-1].start : glued[-1].end].isspace()):
            last = glued[-1]
            counts = part if text[last.start : last.end].isspace() else last
            glued[-1] = replace(counts, start=last.start, end=part.end)
        else:
            glued.append(part)
    return glued


def _smaller(text: str, span: tuple[int, int, int], inner: Sequence[int]) -> list[tuple[int, int, int]]:
    """A span without its overlap; one without overlap in two, between pieces (which start at `inner`) if it can be."""
    start, fresh, end = span
    if start < fresh:
        return [(fresh, fresh, end)]
    words = text[start:end].strip()
    first = start + text[start:end].find(words[0])
    last = first + len(words)
    middle = (first + last) // 2
    places = inner[bisect_right(inner, first) : bisect_left(inner, last)]
    if places:
        cut = min(places, key=lambda place: abs(place - middle))
    else:
        cut = next(_cuts(text, first, last, max(1, middle - first)))[1]
    return [(start, start, cut), (cut, cut, end)]

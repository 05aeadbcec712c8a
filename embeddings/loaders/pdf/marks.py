"""Where the characters of a PDF's text lie on its pages, so that a citation can be drawn.

A page is read again from the file, and its text is compared with the document's. Where the file was changed since, that
is said and nothing is marked. Three things of a page depend on its document: how many lines at its edges are running
heads and whether its first line is its title, which are both tried; and whether a divided word keeps its hyphen, which
the document's text tells. A span has its whole lines marked, and says so, where it begins or ends inside a ligature,
holds a letter whose place the page does not say, or cuts a word that the page divides.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from embeddings.errors import DocumentError
from embeddings.loaders.formats import DRAWN
from embeddings.loaders.limits import LIMITS, Limits
from embeddings.loaders.pdf.columns import in_order
from embeddings.loaders.pdf.lines import HYPHEN, Block, Line, blocks, joined
from embeddings.loaders.pdf.running import MOST, Cut, without
from embeddings.loaders.reading import gunzip, read_bytes, source_of
from embeddings.types import INSIDE, Document

_GZIP_MARK = b"\x1f\x8b"
_WORD = re.compile(r"\S+")
_BETWEEN = "\n\n"  # blocks
_SPACES = str.maketrans("\n\t", "  ")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as it is shown, in parts of its width and height from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def joined(self, other: Box) -> Box:
        """The smallest rectangle around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class PageMark:
    """What to mark on a page.

    Attributes:
        page: counted from 1.
        boxes: one for each line, from the top.
        exact: whether the boxes hold the characters of the span and no others; else they hold its whole lines.
    """

    page: int
    boxes: tuple[Box, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Letters:
    """The pieces of a page and the box of each of its letters, by number; what travels between the processes."""

    lines: tuple[Line, ...]
    boxes: dict[int, Box]

    def to_json(self) -> str:
        """As JSON."""
        lines = [
            (line.text, line.glyphs, line.size, line.base, line.divided, line.left, line.right, line.row, line.score)
            for line in self.lines
        ]
        boxes = [(glyph, box.left, box.top, box.right, box.bottom) for glyph, box in self.boxes.items()]
        return json.dumps([lines, boxes])

    @classmethod
    def from_json(cls, written: bytes) -> Letters:
        """What `to_json` wrote. Raises ValueError for anything else."""
        lines, boxes = json.loads(written)
        told = tuple(Line(text, tuple(glyphs), *place) for text, glyphs, *place in lines)
        return cls(told, {glyph: Box(*edges) for glyph, *edges in boxes})


def marks(
    document: Document, start: int, end: int, path: str | Path | bytes | None = None, limits: Limits = LIMITS
) -> tuple[PageMark, ...]:
    """Where the characters [start, end) of a document's text lie on its pages, page by page.

    Args:
        document: one that was read from a PDF.
        start, end: code points of its text.
        path: the file, where it is not at `document.source`.
        limits: for reading it again.

    Raises:
        DocumentError: no PDF, or the file is gone, damaged, or no longer the one that the text was read from.
        ValueError: the offsets are not 0 <= start < end <= len(document.text).
    """
    if not 0 <= start < end <= len(document.text):
        raise ValueError(f"offsets {start} to {end} do not fit {document.id}")
    if document.media_type not in DRAWN or not document.layout.pages:
        raise DocumentError(f"{document.source}: no PDF, so that nothing can be marked on its pages")
    data, name = _read(document, path, limits)
    marked = (
        _on_page(document, page, start, end, _letters(data, name, limits, page))
        for page in _pages(document, start, end)
    )
    return tuple(mark for mark in marked if mark is not None)


def read_page(document: Document, page: int, path: str | Path | bytes | None = None, limits: Limits = LIMITS) -> Page:
    """A page of a document, counted from 1, with the places of its letters: read once for all that is asked of it.

    Raises:
        DocumentError: as `marks`, or there is no such page.
    """
    if document.media_type not in DRAWN or not 1 <= page <= len(document.layout.pages):
        raise DocumentError(f"{document.source}: has no page {page} to mark")
    data, name = _read(document, path, limits)
    return Page.of(document, page, _letters(data, name, limits, page))


def _read(document: Document, path: str | Path | bytes | None, limits: Limits) -> tuple[bytes, str]:
    """The bytes of a document's file, unpacked, and its name; `path` may be the bytes of a file that lies nowhere."""
    if isinstance(path, bytes):
        return (gunzip(path, document.source, limits) if path.startswith(_GZIP_MARK) else path), document.source
    if path is None and INSIDE in document.source:
        raise DocumentError(f"{document.source}: lies inside another file; take it out of that to see its pages")
    file = Path(path if path is not None else document.source)
    data, name = read_bytes(file, limits), source_of(file)
    return (gunzip(data, name, limits) if data.startswith(_GZIP_MARK) else data), name


def _pages(document: Document, start: int, end: int) -> range:
    """The pages that a span touches, counted from 1."""
    starts = document.layout.pages
    return range(max(1, bisect_right(starts, start)), max(1, bisect_right(starts, end - 1)) + 1)


def _letters(data: bytes, name: str, limits: Limits, page: int) -> Letters:
    from embeddings.loaders.worker import call

    try:
        return Letters.from_json(call("pdf.letters", "letters", data, name, limits, page))
    except (ValueError, TypeError):
        raise DocumentError(f"{name}: its parser answered nonsense; leave it out") from None


def _on_page(document: Document, page: int, start: int, end: int, letters: Letters) -> PageMark | None:
    """What of a span lies on a page; None where that is only white space. Raises as `Page.of`."""
    return Page.of(document, page, letters).mark(start, end)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page, or what of a divided one stands on a line.

    Attributes:
        start, end: code points of the document's text, half open; no white space between them.
        box: where its letters lie.
    """

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """A page whose letters are those of its part of the text, which begins at `first`."""

    number: int
    first: int
    text: str
    blocks: Sequence[Block]
    boxes: dict[int, Box]
    lines: Sequence[Line]

    @classmethod
    def of(cls, document: Document, page: int, letters: Letters) -> Page:
        """Raises DocumentError where the page is not the one that the text was read from."""
        pages = document.layout.pages
        first = pages[page - 1]
        last = pages[page] if page < len(pages) else len(document.text)
        text = document.text[first:last].rstrip()
        for pieces in _without_heads(letters.lines):
            lines = in_order(pieces)
            if not text or (lines and not text.startswith(lines[0].text[:1])):
                continue
            for titled in (False, True):
                of_page = _with_hyphens_of(blocks(lines, titled=titled), text)
                if _same(joined(of_page), text):
                    return cls(page, first, text, of_page, letters.boxes, lines)
        raise DocumentError(f"{document.source}: is not the file that was read; index it again to see its pages")

    def mark(self, start: int, end: int) -> PageMark | None:
        """What of a span lies on it; None where that is no letter."""
        part = range(max(start - self.first, 0), min(end - self.first, len(self.text)))
        return _mark(self.number, part, self.blocks, self.boxes, self.lines) if part else None

    def words(self) -> Iterator[Word]:
        """Its words in the order of the text, where the page says the place of at least one of their letters."""
        glyphs, numbers = _places(self.blocks)
        for match in _WORD.finditer(self.text):
            cuts = [index for index in range(match.start() + 1, match.end()) if numbers[index] != numbers[index - 1]]
            for start, end in pairwise((match.start(), *cuts, match.end())):
                box = _around([self.boxes[glyph] for glyph in glyphs[start:end] if glyph in self.boxes])
                if box is not None:
                    yield Word(self.first + start, self.first + end, box)


def _without_heads(pieces: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """The pieces of a page, with and without the first and the last lines, which may be running heads."""
    rows = len({piece.row for piece in pieces})
    cuts = [Cut(top, bottom) for top in range(MOST + 1) for bottom in range(MOST + 1) if top + bottom < rows or not top]
    for cut in sorted(cuts, key=lambda cut: cut.top + cut.bottom):
        yield without(pieces, cut)


def _with_hyphens_of(blocks: Sequence[Block], text: str) -> list[Block]:
    """Blocks without the hyphens of divided words that the text does not have."""
    told: list[Block] = []
    place = 0
    for block in blocks:
        gone: set[int] = set()
        for hyphen in block.hyphens:
            at = place + hyphen - len(gone)
            if text[at : at + 1] != HYPHEN:
                gone.add(hyphen)
        told.append(block.without(frozenset(gone)) if gone else block)
        place += len(told[-1].text) + len(_BETWEEN)
    return told


def _same(page: str, text: str) -> bool:
    """Whether a page's text is this one, of whose headings the line ends became spaces; whatever its spaces are."""
    return len(page) == len(text) and page.translate(_SPACES) == text.translate(_SPACES)


def _mark(
    page: int, part: range, blocks: Sequence[Block], boxes: dict[int, Box], lines: Sequence[Line]
) -> PageMark | None:
    glyphs, numbers = _places(blocks)
    wanted = [index for index in part if glyphs[index] >= 0]
    if not wanted:
        return None
    touched = sorted({numbers[index] for index in wanted})
    exact = _is_exact(part, glyphs, numbers, boxes, wanted, lines)
    each = {number: [glyphs[index] for index in wanted if numbers[index] == number] for number in touched}
    if not exact:
        each = {number: [glyph for glyph in lines[number].glyphs if glyph >= 0] for number in touched}
    drawn = [box for inside in each.values() for box in _by_line([boxes[glyph] for glyph in inside if glyph in boxes])]
    return PageMark(page, tuple(drawn), exact)


def _by_line(boxes: Sequence[Box]) -> list[Box]:
    """A rectangle around each run of boxes beside one another: a cell of a table may have several lines."""
    lines: list[Box] = []
    for box in boxes:
        middle = (box.top + box.bottom) / 2
        if lines and lines[-1].top < middle < lines[-1].bottom:
            lines[-1] = lines[-1].joined(box)
        else:
            lines.append(box)
    return lines


def _places(blocks: Sequence[Block]) -> tuple[list[int], list[int]]:
    """The letter and the line of each character of a page, -1 for those that it only leaves."""
    glyphs: list[int] = []
    numbers: list[int] = []
    for block in blocks:
        glyphs += [*([-1, -1] if glyphs else []), *block.glyphs]
        numbers += [*([-1, -1] if numbers else []), *block.lines]
    return glyphs, numbers


def _is_exact(
    part: range,
    glyphs: Sequence[int],
    numbers: Sequence[int],
    boxes: dict[int, Box],
    wanted: Sequence[int],
    lines: Sequence[Line],
) -> bool:
    """Whether the boxes of the wanted characters hold these and no others."""
    if any(glyphs[index] not in boxes for index in wanted):
        return False
    for inside, outside in ((part.start, part.start - 1), (part.stop - 1, part.stop)):
        if 0 <= outside < len(glyphs) and glyphs[inside] >= 0:
            split_glyph = glyphs[inside] == glyphs[outside]
            upper = numbers[min(inside, outside)]
            split_word = numbers[inside] != numbers[outside] and glyphs[outside] >= 0 and lines[upper].divided
            if split_glyph or split_word:
                return False
    return True


def _around(boxes: Sequence[Box]) -> Box | None:
    """The smallest rectangle around boxes, None without any."""
    if not boxes:
        return None
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.joined(box)
    return whole


def picture(document: Document, page: int, width: int = 1_000, path: str | Path | bytes | None = None) -> bytes:
    """A page of a PDF, counted from 1, as PNG so many pixels wide: what the boxes of `marks` are drawn on.

    Raises:
        DocumentError: as `marks`, or there is no such page.
    """
    from embeddings.loaders.worker import call

    data, name = _read(document, path, LIMITS)
    try:
        return base64.b64decode(json.loads(call("pdf.letters", "picture", data, name, LIMITS, page, width)))
    except (ValueError, TypeError):
        raise DocumentError(f"{document.source}: its parser answered nonsense; leave it out") from None

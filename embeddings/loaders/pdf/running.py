"""Running heads and page numbers: lines at the edge of several pages that are alike and stand at the same place.

A line is left out only where all of this holds; where one thing is missing it may be the text's own ("€ 900" at the end
of each page, "Article 3" at the top of one), and stays. Its numbers must be the same too, but for a page number that
counts with the pages. What a browser prints around a page (its address, the day, "1/9") is known by its form.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from embeddings.loaders.pdf.lines import Line, usual_pitch

MOST = 6  # lines of a running head
_FEWEST_ALIKE = 3  # pages
_EDGE = 0.2  # of the height of a page, in which a running head stands
_NEAR = 4.0  # points: lines that stand so near the same height are at the same place
_GAP = 1.5  # times the usual distance of two lines: parts a running head from the text
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_NUMBER = r"\d{1,5}|[ivxlc]{1,7}"
_WORD_OF_PAGES = r"(?:page|pages|p\.|pg\.?|seite|s\.|página|pagina|pág\.|side|sida|sivu|strona|str\.|blatt|folio)"
PAGE_NUMBER = re.compile(
    rf"[\W_]*(?:{_WORD_OF_PAGES}\s*)?(?P<number>{_NUMBER})(?:\s*(?:/|of|von|de|di|av|van|sur|\|)\s*(?P<last>\d{{1,5}}))?[\W_]*",
    re.IGNORECASE,
)
_SAYS_PAGE = re.compile(
    rf"[\W_]*(?:{_WORD_OF_PAGES}\s*\d{{1,5}}(?:\s*(?:/|of|von|de|di|av|van|sur)\s*\d{{1,5}})?|\d{{1,5}}\s+of\s+\d{{1,5}})[\W_]*",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"[$€£¥₹]|\d[.,']\d|\b(?:total|sum|subtotal|balance|amount|eur|usd|gbp|chf|euros?|dollars?)\b", re.I)
_ADDRESS = re.compile(r"(?:https?://|file:///|www\.)\S+")
_SHARE = re.compile(r"\d{1,4}\s*(?:/|of|von|de|sur)\s*\d{1,4}")
_PRINTED = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?(?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The pieces of a page, and the heights of its lower and its upper edge, in points."""

    pieces: Sequence[Line]
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near an edge of a page: its words, and how far from the edge it stands."""

    words: str
    far: float
    pieces: int


@dataclass(frozen=True, slots=True)
class Cut:
    """How many lines of a page are running heads, from its top and from its bottom."""

    top: int = 0
    bottom: int = 0


def running(sheets: Sequence[Sheet]) -> list[Cut]:
    """The running heads of each page."""
    rows = [_rows(sheet.pieces) for sheet in sheets]
    heads = [_near(each, sheet, True) for each, sheet in zip(rows, sheets, strict=True)]
    feet = [_near(each, sheet, False) for each, sheet in zip(rows, sheets, strict=True)]
    is_head, is_foot = _alike(heads), _alike(feet)
    cuts = []
    for number, (each, sheet) in enumerate(zip(rows, sheets, strict=True)):
        browser = _is_printed(heads[number], feet[number])
        top = _count(each, sheet, heads[number], lambda line: is_head(number, line) or (browser and _is_browsers(line)))
        rest = len(each) - top
        bottom = _count(
            each[::-1], sheet, feet[number], lambda line: is_foot(number, line) or (browser and _is_browsers(line))
        )
        cuts.append(Cut(top, min(bottom, rest - 1) if rest > 0 else 0))
    return cuts


def without(pieces: Sequence[Line], cut: Cut) -> list[Line]:
    """The pieces of a page without its running heads."""
    rows = _rows(pieces)
    return [piece for row in rows[cut.top : len(rows) - cut.bottom] for piece in row]


def words_of(pieces: Sequence[Line], cut: Cut) -> Iterator[str]:
    """The running heads of a page, line by line."""
    rows = _rows(pieces)
    for row in [*rows[: cut.top], *rows[len(rows) - cut.bottom :]]:
        yield _words(row)


def _rows(pieces: Sequence[Line]) -> list[list[Line]]:
    return [list(row) for _, row in groupby(pieces, key=lambda piece: piece.row)]


def _words(row: Sequence[Line]) -> str:
    return " ".join(" ".join(piece.text.split()) for piece in row)


def _near(rows: Sequence[Sequence[Line]], sheet: Sheet, above: bool) -> list[_Edge]:
    """The lines near the upper or the lower edge of a page, the outermost first."""
    found = []
    for row in rows[:MOST] if above else rows[: -MOST - 1 : -1]:
        far = sheet.top - row[0].base if above else row[0].base - sheet.bottom
        if far > _EDGE * (sheet.top - sheet.bottom):
            break
        found.append(_Edge(_words(row), far, len(row)))
    return found


def _alike(pages: Sequence[Sequence[_Edge]]) -> Callable[[int, _Edge], bool]:
    """Tells whether a line of a page (counted from 0) is alike on several pages, at the same place."""
    places: dict[str, Counter[int]] = defaultdict(Counter)
    for number, page in enumerate(pages):
        for edge in page:
            for key in {_key(edge.words, number), edge.words}:
                places[key][round(edge.far / _NEAR)] += 1

    def is_alike(number: int, edge: _Edge) -> bool:
        if _SAYS_PAGE.fullmatch(edge.words):
            return True
        if _AMOUNT.search(edge.words) and not _ADDRESS.search(edge.words):
            return False
        fewest = _FEWEST_ALIKE - (PAGE_NUMBER.fullmatch(edge.words) is not None)
        place = round(edge.far / _NEAR)
        return any(
            sum(places[key][near] for near in (place - 1, place, place + 1)) >= fewest
            for key in {_key(edge.words, number), edge.words}
            if any(map(str.isalnum, edge.words)) and (fewest == _FEWEST_ALIKE or key != edge.words)
        )

    return is_alike


def _key(words: str, number: int) -> str:
    """A line without a page number that counts with the pages: at its beginning or its end, or after "page".

    Words that stand beside it without anything between name a part of the text ("Article 3") and are kept with it.
    """
    whole = PAGE_NUMBER.fullmatch(words)
    if whole is not None:
        value = _value(whole["number"])
        return f"# {value - number} #" if value is not None else words
    parts = re.split(r"(\s+[|·•–—-]\s+|\t|\s{2,})", words)
    if len(parts) > 1:
        for index in (0, -1):
            found = PAGE_NUMBER.fullmatch(parts[index])
            value = _value(found["number"]) if found is not None else None
            if value is not None:
                parts[index] = f"#{value - number}#"
    said = re.compile(rf"\b{_WORD_OF_PAGES}\s*(\d{{1,5}})", re.IGNORECASE)
    return said.sub(lambda found: f"#{int(found[1]) - number}#", _SHARE.sub("#", "".join(parts)) if _ADDRESS.search(words) else "".join(parts))


def _value(written: str) -> int | None:
    """The number that is written in digits or Roman numerals."""
    if written.isdecimal():
        return int(written)
    values = [_ROMAN[letter] for letter in written.lower()]
    total = sum(-here if here < max(values[index:]) else here for index, here in enumerate(values))
    return total if total > 0 else None


def _is_printed(heads: Sequence[_Edge], feet: Sequence[_Edge]) -> bool:
    """Whether a browser printed a page: its address and the day, or which page it is, stand at its edges."""
    edges = [edge.words for edge in (*heads[:1], *feet[:1])]
    address = any(_ADDRESS.search(words) for words in edges)
    day = any(_PRINTED.search(words) for words in edges)
    share = any(_SHARE.fullmatch(words) or _SHARE.match(words) or re.search(rf"\s{_SHARE.pattern}$", words) for words in edges)
    return address + day + share >= 2


def _is_browsers(line: _Edge) -> bool:
    """Whether a line is one that a browser prints."""
    words = line.words
    rest = _PRINTED.sub("", _ADDRESS.sub("", words))
    if _PRINTED.match(words) or _ADDRESS.match(words) or _SHARE.match(words):
        return True
    return bool(_PRINTED.search(words) or _ADDRESS.search(words)) and len(rest) < len(words) and line.pieces > 1


def _count(
    rows: Sequence[Sequence[Line]], sheet: Sheet, edges: Sequence[_Edge], is_running: Callable[[_Edge], bool]
) -> int:
    """How many of the rows, from an edge on, are running heads and parted from the text by a gap."""
    count = 0
    while count < len(edges) and is_running(edges[count]):
        count += 1
    usual = usual_pitch([row[0] for row in (rows if rows and rows[0][0].base > rows[-1][0].base else rows[::-1])])
    while 0 < count < len(rows):
        certain = PAGE_NUMBER.fullmatch(edges[count - 1].words) or _is_browsers(edges[count - 1])
        gap = abs(rows[count - 1][0].base - rows[count][0].base)
        if certain or gap > _GAP * usual:
            break
        count -= 1
    return min(count, max(len(rows) - 1, 0))

"""Running heads and page numbers: lines at the edge of several pages that are alike and stand at the same place.

A line is left out only where all of this holds; where one thing is missing it may be the text's own ("€ 900" at the end
of each page, "Article 3" at the top of one), and stays. Its numbers must be the same too, but for a page number that
counts with the pages. What a browser prints around a page (its address, the day, "1/9") is known by its form.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from embeddings.loaders.pdf.lines import Line, usual_pitch

MOST = 6  # lines of a running head
_LONGEST = 300  # characters of a running head
_FEWEST_ALIKE = 3  # pages
_EDGE = 0.2  # of the height of a page, in which a running head stands
_NEAR = 4.0  # points: lines that stand so near the same height are at the same place
_FARTHEST_NUMBER = 3  # pages, of which those between may have no number
_GAP = 1.5  # times the usual distance of two lines: parts a running head from the text
_LONGEST_TITLE = 14  # words
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
_AMOUNT = re.compile(
    r"[$€£¥₹]|\d[.,']\d|\b(?:total|sum|subtotal|balance|amount|eur|usd|gbp|chf|euros?|dollars?)\b", re.I
)
_NO_AMOUNT = re.compile(  # a day, or the number of a version
    r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b|\b(?:version|versjon|fassung|rev(?:ision|\.)?|release|edition|issue|draft|v\.?)"
    r"\s?\d+(?:\.\d+){1,3}\b",
    re.IGNORECASE,
)
_SAYS_NUMBER = re.compile(rf"\b{_WORD_OF_PAGES}\s*(\d{{1,5}})", re.IGNORECASE)
_PARTED = re.compile(r"(\s+[|·•–—-]\s+|\t|\s{2,})")
_ADDRESS = re.compile(r"(?:https?://|file:///|www\.|about:)\S+")
_SHARE = re.compile(r"\d{1,4}\s*(?:/|of|von|de|sur)\s*\d{1,4}")
_PRINTED = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?(?=\s|$)"
)


_Rows = Sequence[Sequence[Line]]


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
    tops = _counts(rows, heads, [_is_printed(*edges) for edges in zip(heads, feet, strict=True)])
    upside_down = [each[::-1] for each in rows]
    bottoms = _counts(upside_down, feet, [_is_printed(*edges) for edges in zip(heads, feet, strict=True)])
    return [
        Cut(top, min(bottom, max(len(each) - top - 1, 0)))
        for top, bottom, each in zip(tops, bottoms, rows, strict=True)
    ]


def _counts(rows: Sequence[_Rows], edges: Sequence[Sequence[_Edge]], printed: Sequence[bool]) -> list[int]:
    """How many rows of each page, from one edge on, are running heads: what is one on most pages is always one."""
    is_alike = _alike(edges)
    alike = [
        _leading([is_alike(number, line) or (printed[number] and _is_browsers(line)) for line in edge])
        for number, edge in enumerate(edges)
    ]
    parted = [_parted(each, edge, count) for each, edge, count in zip(rows, edges, alike, strict=True)]
    seen = Counter(line.words for edge, count in zip(edges, alike, strict=True) for line in edge[:count])
    cut = Counter(line.words for edge, count in zip(edges, parted, strict=True) for line in edge[:count])
    sure = {words for words in cut if 2 * cut[words] > seen[words]}
    counts = []
    for each, edge, fewest, most in zip(rows, edges, parted, alike, strict=True):
        rest = edge[fewest : min(most, len(each) - 1)]
        counts.append(fewest + _leading([line.words in sure for line in rest]))
    return counts


def without(pieces: Sequence[Line], cut: Cut) -> list[Line]:
    """The pieces of a page without its running heads."""
    rows = _rows(pieces)
    return [piece for row in rows[cut.top : len(rows) - cut.bottom] for piece in row]


def titled(pages: Sequence[Sequence[Line]]) -> bool:
    """Whether each page is a form of its own (an invoice, a certificate), whose first line says which one it is.

    Args:
        pages: the lines of each, without running heads.
    """
    firsts = [page[0] for page in pages if page]
    if len(firsts) < _FEWEST_ALIKE or len(firsts) < len(pages) or any(len(page) < 2 for page in pages):
        return False
    words = [line.text.split() for line in firsts]
    if any(not 2 <= len(each) <= _LONGEST_TITLE or not each[0][:1].isupper() for each in words):
        return False
    if any(line.text.endswith((".", ",", ";", ":", "-")) or line.divided for line in firsts):
        return False
    shared = set(words[0]).intersection(*words[1:])
    alike = all(2 * len(shared) >= len(each) for each in words) and len({line.text for line in firsts}) == len(firsts)
    return alike and max(line.base for line in firsts) - min(line.base for line in firsts) <= _NEAR


def words_of(pieces: Sequence[Line], cut: Cut) -> Iterator[str]:
    """The running heads of a page, line by line."""
    rows = _rows(pieces)
    for row in [*rows[: cut.top], *rows[len(rows) - cut.bottom :]]:
        yield _words(row)


def _rows(pieces: Sequence[Line]) -> list[list[Line]]:
    return [list(row) for _, row in groupby(pieces, key=lambda piece: piece.row)]


def _words(row: Sequence[Line]) -> str:
    return "\t".join(" ".join(piece.text.split()) for piece in row)


def _near(rows: _Rows, sheet: Sheet, above: bool) -> list[_Edge]:
    """The lines near the upper or the lower edge of a page, the outermost first."""
    edges = []
    for row in rows[:MOST] if above else rows[: -MOST - 1 : -1]:
        far = sheet.top - row[0].base if above else row[0].base - sheet.bottom
        words = _words(row)
        if far > _EDGE * (sheet.top - sheet.bottom) or len(words) > _LONGEST:
            break
        edges.append(_Edge(words, far, len(row)))
    return edges


def _alike(pages: Sequence[Sequence[_Edge]]) -> Callable[[int, _Edge], bool]:
    """Tells whether a line of a page (counted from 0) is alike on several pages, at the same place."""
    places: dict[str, Counter[int]] = defaultdict(Counter)
    numbered: dict[tuple[int, int], int] = {}  # (page, place) -> the page's number less the pages before it
    for number, page in enumerate(pages):
        for edge in page:
            place = round(edge.far / _NEAR)
            for key in {_key(edge.words, number), edge.words}:
                places[key][place] += 1
            value = _page_number(edge.words)
            if value is not None:
                numbered[number, place] = value - number

    def is_alike(number: int, edge: _Edge) -> bool:
        if _SAYS_PAGE.fullmatch(edge.words):
            return True
        around = [round(edge.far / _NEAR) + step for step in (-1, 0, 1)]
        value = _page_number(edge.words)
        if value is not None:
            return _counts_on(numbered, number, around, value - number)
        if not any(map(str.isalpha, edge.words)) or _says_amount(edge.words):
            return False
        keys = {_key(edge.words, number), edge.words}
        if any(sum(places[key][place] for place in around) >= _FEWEST_ALIKE for key in keys):
            return True
        starts = _starts(edge.words, number)
        return any((place, start) in sure for place in around for start in starts)

    sure: set[tuple[int, int]] = set()  # the place of page numbers in running heads, and where they start
    for number, page in enumerate(pages):
        for edge in page:
            starts = _starts(edge.words, number)
            if starts and is_alike(number, edge):
                sure |= {(round(edge.far / _NEAR), start) for start in starts}
    return is_alike


def _starts(words: str, number: int) -> set[int]:
    """The page numbers at the beginning and the end of a line of several parts, less the pages before this one."""
    parts = _PARTED.split(words)
    matches = [PAGE_NUMBER.fullmatch(parts[index]) for index in {0, len(parts) - 1}] if len(parts) > 1 else []
    values = [_value(match["number"]) for match in matches if match is not None]
    return {value - number for value in values if value is not None}


def _says_amount(words: str) -> bool:
    """Whether a line may say how much something is, which no running head does."""
    return _AMOUNT.search(_NO_AMOUNT.sub("", words)) is not None and not _ADDRESS.search(words)


def _counts_on(numbered: Mapping[tuple[int, int], int], number: int, around: Sequence[int], start: int) -> bool:
    """Whether the next page before or after this one that is numbered at the same place is numbered on from it."""
    for step in (-1, 1):
        for other in range(number + step, number + step * (_FARTHEST_NUMBER + 1), step):
            said = {numbered[other, place] for place in around if (other, place) in numbered}
            if start in said:
                return True
            if said:
                break
    return False


def _page_number(words: str) -> int | None:
    """The number of a line that is no more than a page number."""
    match = PAGE_NUMBER.fullmatch(words)
    return _value(match["number"]) if match is not None else None


def _key(words: str, number: int) -> str:
    """A line without a page number that counts with the pages: at its beginning or its end, or after "page".

    Words that stand beside it without anything between name a part of the text ("Article 3") and are kept with it.
    """
    parts = _PARTED.split(words)
    for index in {0, len(parts) - 1}:
        match = PAGE_NUMBER.fullmatch(parts[index])
        value = _value(match["number"]) if match is not None else None
        if value is not None:
            parts[index] = f"#{value - number}#"
    key = "".join(parts)
    if _ADDRESS.search(words):
        key = _SHARE.sub("#", key)
    return _SAYS_NUMBER.sub(lambda match: f"#{int(match[1]) - number}#", key)


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
    share = any(
        _SHARE.fullmatch(words) or _SHARE.match(words) or re.search(rf"\s{_SHARE.pattern}$", words) for words in edges
    )
    return address + day + share >= 2


def _is_browsers(line: _Edge) -> bool:
    """Whether a line is one that a browser prints."""
    words = line.words
    rest = _PRINTED.sub("", _ADDRESS.sub("", words))
    if _PRINTED.match(words) or _ADDRESS.match(words) or _SHARE.match(words):
        return True
    return bool(_PRINTED.search(words) or _ADDRESS.search(words)) and len(rest) < len(words) and line.pieces > 1


def _leading(running: Sequence[bool]) -> int:
    """How many of the first ones are true."""
    return running.index(False) if False in running else len(running)


def _parted(rows: _Rows, edges: Sequence[_Edge], count: int) -> int:
    """How many of so many running heads are parted from the text by a gap, or can be nothing else. One line stays."""
    usual = usual_pitch(sorted((row[0] for row in rows), key=lambda piece: -piece.base))
    while 0 < count < len(rows):
        certain = PAGE_NUMBER.fullmatch(edges[count - 1].words) or _is_browsers(edges[count - 1])
        gap = abs(rows[count - 1][0].base - rows[count][0].base)
        if certain or gap > _GAP * usual:
            break
        count -= 1
    return min(count, max(len(rows) - 1, 0))

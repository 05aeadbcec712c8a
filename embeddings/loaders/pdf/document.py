"""PDF, by pypdfium2: text from single characters in one pass over each page; pages, and headings by their size.

Running heads are left out (`running`), because a sentence may run on over them. `marks` reads the file again to tell
where the characters of a page lie.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import mean

import pypdfium2

from embeddings.errors import DocumentError
from embeddings.loaders.child import more_seconds
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.pdf.columns import in_order
from embeddings.loaders.pdf.lines import Block, Line, blocks
from embeddings.loaders.pdf.opening import opened
from embeddings.loaders.pdf.page import read
from embeddings.loaders.pdf.running import PAGE_NUMBER, Sheet, running, titled, without, words_of
from embeddings.loaders.pictures import is_picture
from embeddings.remarks import Omitted
from embeddings.text.hyphens import Words
from embeddings.types import Layout

_LEADER = re.compile(r"(?:\. ?){4}\s*\w{1,6}$")
_LARGER = 1.15  # times the size of most letters: a heading
_LONGEST_HEADING = 120  # characters
_MOST_UNKNOWN = 0.3  # of the characters; they have no meaning outside their font
_PRODUCED = re.compile(
    r"^(?:microsoft \w+ - |untitled|document\d*$|about:|(?:https?|file)://)|\.(?:docx?|pptx?|xlsx?|tex|dvi|pdf|odt|indd)$",
    re.I,
)
_DAY = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_RECOGNISING = 2.5  # times the seconds of a file, by the clock, in which words are recognised on its pages
_MOST_NAMED = 5  # pages, running heads
_LONGEST_NAMED = 80  # characters of a running head


@dataclass(frozen=True, slots=True)
class _Page:
    sheet: Sheet
    is_picture: bool = False
    recognised: bool = False
    comments: int = 0
    secrets: int = 0


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a PDF, or that of a picture.

    Raises:
        DocumentError: damaged, protected, without text (scanned), or more than the limits allow.
    """
    document = opened(data, name)
    try:
        if len(document) > limits.pages:
            raise DocumentError(f"{name}: has {len(document):,} pages, at most {limits.pages:,} are read; split it")
        end = time.monotonic() + _RECOGNISING * limits.seconds
        pages = [_page(document, number, limits, end) for number in range(len(document))]
        facts = document.get_metadata_dict(skip_empty=True)
    finally:
        document.close()
    _check_text(pages, name, is_picture(data))
    writer = Writer(name, limits)
    written = _write(pages, writer)
    whole = writer.extract()
    whole = replace(whole, layout=replace(whole.layout, recognised=tuple(written.recognised)))
    return described(
        whole,
        _title(facts.get("Title", ""), whole),
        facts.get("Author"),
        _day(facts.get("CreationDate", "")),
        tuple(_notes(pages, whole.layout)),
        tuple(_omitted(pages, written.heads)),
    )


def _page(document: pypdfium2.PdfDocument, number: int, limits: Limits, end: float) -> _Page:
    """What stands on a page, nothing where it is damaged. Words are recognised (OCR) until the clock says `end`."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return _Page(Sheet((), 0, 0))
    try:
        content = read(document, page, limits.characters, time.monotonic() < end)
    finally:
        page.close()
    if content.recognised:
        more_seconds(limits.seconds)
    sheet = Sheet(content.pieces, content.bottom, content.top)
    return _Page(sheet, content.is_picture, content.recognised, content.filled.comments, content.filled.secrets)


def _check_text(pages: Sequence[_Page], name: str, drawn: bool) -> None:
    """Raises DocumentError where there is no text to be read."""
    words = "".join(piece.text for page in pages for piece in page.sheet.pieces)
    if not any(map(str.isalnum, words)):
        if any(page.is_picture for page in pages):
            if drawn:
                raise DocumentError(f"{name}: a picture, on which no words can be recognised; leave it out")
            raise DocumentError(f"{name}: scanned, without a text layer; recognise its text (OCR) and save it again")
        raise DocumentError(f"{name}: holds no text; leave it out")
    unknown = sum("\ue000" <= character <= "\uf8ff" or character == "\ufffd" for character in words)
    if unknown > _MOST_UNKNOWN * len(words):
        raise DocumentError(f"{name}: its fonts do not say what their letters mean; recognise its text (OCR)")


@dataclass(frozen=True, slots=True)
class _Written:
    """What people are told of the pages that were written.

    Attributes:
        heads: their running heads, which are left out.
        recognised: the places of lines that were recognised, as in `Layout`.
    """

    heads: list[str]
    recognised: list[tuple[int, int, int]]


def _write(pages: Sequence[_Page], writer: Writer) -> _Written:
    """Writes the pages; a sentence goes on over the end of a page."""
    sheets = [page.sheet for page in pages]
    cuts = running(sheets)
    kept = [without(sheet.pieces, cut) for sheet, cut in zip(sheets, cuts, strict=True)]
    body = _body_size(kept)
    told = _Written([], [])
    words = Words(piece.text for sheet in sheets for piece in sheet.pieces)
    runs_on = False
    lines = [in_order(pieces) for pieces in kept]
    forms = titled(lines)
    for sheet, cut, page in zip(sheets, cuts, lines, strict=True):
        writer.page()
        told.heads.extend(words_of(sheet.pieces, cut))
        for number, block in enumerate(blocks(page, words.keeps, forms)):
            is_heading = block.size > _LARGER * body and len(block.text) <= _LONGEST_HEADING
            is_heading = is_heading and _LEADER.search(block.text) is None  # a line of a table of contents
            if (forms and number == 0) or (is_heading and any(map(str.isalpha, block.text))):
                start = writer.heading(block.text)
            elif number == 0 and runs_on and block.text[0].islower():
                start = writer.line(block.text)
            else:
                start = writer.paragraph(block.text)
            told.recognised.extend(_recognised(block, page, start))
            runs_on = block.text[-1].isalnum() or block.text[-1] in ",;-"
    return told


def _recognised(block: Block, lines: Sequence[Line], start: int) -> Iterator[tuple[int, int, int]]:
    """The places of the lines of a block that were recognised, with how sure that is, in percent."""
    place = 0
    for number, run in groupby(block.lines):
        length = len(list(run))
        if lines[number].score < 1:
            yield start + place, start + place + length, int(100 * lines[number].score)
        place += length


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size of most letters of pages without their running heads, in points."""
    sizes: Counter[float] = Counter()
    for pieces in pages:
        for piece in pieces:
            sizes[round(piece.size, 1)] += len(piece.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _omitted(pages: Sequence[_Page], left_out: Sequence[str]) -> Iterator[Omitted]:
    """What is left out: running heads (page numbers are not told), comments, and the words in password fields."""
    lines = [" ".join(words.split()) for words in left_out if any(map(str.isalpha, PAGE_NUMBER.sub("", words)))]
    heads = list({re.sub(r"\d+", "", words): words for words in reversed(lines)}.values())[::-1]
    if heads:
        named = "; ".join(f"“{words[:_LONGEST_NAMED]}”" for words in heads[:_MOST_NAMED])
        yield Omitted("running head", len(heads), named + ("; …" if len(heads) > _MOST_NAMED else ""))
    for kind, count in (
        ("comment", sum(page.comments for page in pages)),
        ("field for a password", sum(page.secrets for page in pages)),
    ):
        if count:
            yield Omitted(kind, count)


def _day(written: str) -> str | None:
    """The day of "D:20210503101112Z"; None for one that is not in the calendar."""
    from datetime import date

    match = _DAY.match(written)
    try:
        return date(*map(int, match.groups())).isoformat() if match is not None else None
    except ValueError:
        return None


def _title(told: str, whole: Extract) -> str | None:
    """The title in the metadata unless a program made it up, else the heading that the text begins with."""
    if told.strip() and not _PRODUCED.search(told.strip()):
        return told
    first = whole.layout.headings[:1]
    return whole.text[slice(*first[0])] if first and first[0][0] == 0 else None


def _notes(pages: Sequence[_Page], layout: Layout) -> Iterator[str]:
    """What people are told of scanned pages."""
    read = [number for number, page in enumerate(pages, start=1) if page.recognised]
    unread = [number for number, page in enumerate(pages, start=1) if page.is_picture and not page.recognised]
    if read:
        sure = mean(percent for _, _, percent in layout.recognised) if layout.recognised else 100
        yield f"{len(read)} of {len(pages)} pages read by OCR ({_named(read)}), {sure:.0f}% sure; words may be wrong"
    if unread:
        which = _named(unread)
        yield f"{len(unread)} of {len(pages)} pages hold no text ({which}); recognise it (OCR) and save it again"


def _named(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:_MOST_NAMED])) + (", …" if len(numbers) > _MOST_NAMED else "")

"""PDF, by pypdfium2: text from single characters in one pass over each page; pages, and headings by their size.

The line that is alike at the top or the bottom of several pages, and the page's number there, are left out: a sentence
may run on over them. Where the characters of a page lie is found again by `pdf_marks`, from the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as raw

from embeddings.errors import DocumentError
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.pdf.lines import Line, blocks
from embeddings.loaders.pdf.page import lines_of

_LARGER = 1.15  # times the size of most letters: a heading
_LONGEST_HEADING = 120  # characters
_FEWEST_ALIKE = 3  # pages on which the same line is a running head
_NUMBER = re.compile(r"\W*(?:page\s+)?(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:/|of)\s*\d{1,5})?\W*", re.IGNORECASE)
_MOST_UNKNOWN = 0.3  # of the characters, which have no meaning outside their font
_PRODUCED = re.compile(
    r"^(?:microsoft \w+ - |untitled|document\d*$)|\.(?:docx?|pptx?|xlsx?|tex|dvi|pdf|odt|indd)$", re.I
)
_DAY = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_PASSWORD = "password"
_MOST_NAMED = 5  # pages


@dataclass(frozen=True, slots=True)
class _Page:
    lines: tuple[Line, ...]
    is_picture: bool


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a PDF.

    Raises:
        DocumentError: damaged, protected, without text (scanned), or more than the limits allow.
    """
    document = opened(data, name)
    try:
        if len(document) > limits.pages:
            raise DocumentError(f"{name}: has {len(document):,} pages, at most {limits.pages:,} are read; split it")
        pages = [_page(document, number, limits) for number in range(len(document))]
        facts = document.get_metadata_dict(skip_empty=True)
    finally:
        document.close()
    _check_text(pages, name)
    writer = Writer(name, limits)
    _write(pages, writer)
    found = writer.extract()
    return described(
        found,
        _title(facts.get("Title", ""), found),
        facts.get("Author"),
        _day(facts.get("CreationDate", "")),
        _without_text(pages),
    )


def opened(data: bytes, name: str) -> pypdfium2.PdfDocument:
    """The document. Raises DocumentError where it is damaged or protected."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if _PASSWORD in str(error).lower():
            raise DocumentError(f"{name}: protected by a password; save it without one") from None
        raise DocumentError(f"{name}: a PDF that is damaged or cut short; open and save it again") from None


def _page(document: pypdfium2.PdfDocument, number: int, limits: Limits) -> _Page:
    """The lines of a page; none of a page that is damaged."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return _Page((), False)
    try:
        lines = tuple(lines_of(page, limits.characters))
        return _Page(lines, not lines and _has_picture(page))
    finally:
        page.close()


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2), None) is not None


def _check_text(pages: Sequence[_Page], name: str) -> None:
    """Raises DocumentError where there is no text to be read."""
    words = "".join(line.text for page in pages for line in page.lines)
    if not any(map(str.isalnum, words)):
        if any(page.is_picture for page in pages):
            raise DocumentError(f"{name}: scanned, without a text layer; recognise its text (OCR) and save it again")
        raise DocumentError(f"{name}: holds no text; leave it out")
    unknown = sum("\ue000" <= character <= "\uf8ff" or character == "\ufffd" for character in words)
    if unknown > _MOST_UNKNOWN * len(words):
        raise DocumentError(f"{name}: its fonts do not say what their letters mean; recognise its text (OCR)")


def _write(pages: Sequence[_Page], writer: Writer) -> None:
    """Writes the pages. A sentence that runs on over the end of a page is not torn."""
    body = _body_size(pages)
    runs_on = False
    for lines in _without_running_heads([page.lines for page in pages], body):
        writer.page()
        for number, block in enumerate(blocks(lines)):
            is_heading = block.size > _LARGER * body and len(block.text) <= _LONGEST_HEADING
            if is_heading and any(map(str.isalpha, block.text)):
                writer.heading(block.text)
            elif number == 0 and runs_on and block.text[0].islower():
                writer.line(block.text)
            else:
                writer.paragraph(block.text)
            runs_on = block.text[-1].isalnum() or block.text[-1] in ",;-"


def _body_size(pages: Sequence[_Page]) -> float:
    """The size of most letters, in points."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _without_running_heads(pages: Sequence[Sequence[Line]], body: float) -> Iterator[Sequence[Line]]:
    """The lines of each page without the one that is alike at the top, and at the bottom, of several pages."""
    tops = Counter(_alike(lines[0]) for lines in pages if lines)
    bottoms = Counter(_alike(lines[-1]) for lines in pages if lines)
    for lines in pages:
        first, last = 0, len(lines)
        if last - first > 1 and _is_running(lines[0], tops, body):
            first += 1
        if last - first > 1 and _is_running(lines[-1], bottoms, body):
            last -= 1
        yield lines[first:last]


def _is_running(line: Line, seen: Counter[str], body: float) -> bool:
    small = line.size <= _LARGER * body
    return small and (
        seen[_alike(line)] >= _FEWEST_ALIKE or (len(seen) > 1 and _NUMBER.fullmatch(line.text) is not None)
    )


def _alike(line: Line) -> str:
    """A line without what differs from page to page."""
    return re.sub(r"\d+", "0", " ".join(line.text.lower().split()))


def _day(written: str) -> str | None:
    """The day of "D:20210503101112Z"; None for one that is not in the calendar."""
    from datetime import date

    found = _DAY.match(written)
    try:
        return date(*map(int, found.groups())).isoformat() if found is not None else None
    except ValueError:
        return None


def _title(told: str, found: Extract) -> str | None:
    """The title of the metadata, if it is none that a program put there; else the heading that the text begins with."""
    if told.strip() and not _PRODUCED.search(told.strip()):
        return told
    first = found.layout.headings[:1]
    return found.text[slice(*first[0])] if first and first[0][0] == 0 else None


def _without_text(pages: Sequence[_Page]) -> tuple[str, ...]:
    """What is told of pages that were scanned."""
    numbers = [str(number) for number, page in enumerate(pages, start=1) if page.is_picture]
    if not numbers:
        return ()
    named = ", ".join(numbers[:_MOST_NAMED]) + (", …" if len(numbers) > _MOST_NAMED else "")
    return (f"{len(numbers)} of {len(pages)} pages hold no text ({named}); recognise it (OCR) and save it again",)

"""PDF, by pypdfium2: text from single characters in one pass over each page; pages, and headings by their size.

Running heads are left out (`running`), for a sentence may run on over them. Where the characters of a page lie is found
again by `marks`, from the file.
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
from embeddings.loaders.pdf.columns import in_order
from embeddings.loaders.pdf.lines import blocks
from embeddings.loaders.pdf.page import read
from embeddings.loaders.pdf.running import PAGE_NUMBER, Sheet, running, titled, without, words_of
from embeddings.text.hyphens import Words

_LARGER = 1.15  # times the size of most letters: a heading
_LONGEST_HEADING = 120  # characters
_MOST_UNKNOWN = 0.3  # of the characters, which have no meaning outside their font
_PRODUCED = re.compile(
    r"^(?:microsoft \w+ - |untitled|document\d*$)|\.(?:docx?|pptx?|xlsx?|tex|dvi|pdf|odt|indd)$", re.I
)
_DAY = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_PASSWORD = "password"
_MOST_NAMED = 5  # pages, running heads
_LONGEST_NAMED = 80  # characters of a running head


@dataclass(frozen=True, slots=True)
class _Page:
    sheet: Sheet
    is_picture: bool = False
    comments: int = 0
    secrets: int = 0


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
    left_out = _write(pages, writer)
    found = writer.extract()
    return described(
        found,
        _title(facts.get("Title", ""), found),
        facts.get("Author"),
        _day(facts.get("CreationDate", "")),
        (*_without_text(pages), *_heads_told(left_out), *_unread(pages)),
    )


def opened(data: bytes, name: str) -> pypdfium2.PdfDocument:
    """The document. Raises DocumentError where it is damaged or protected."""
    try:
        document = pypdfium2.PdfDocument(data)
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()
        return document
    except pypdfium2.PdfiumError as error:
        if _PASSWORD in str(error).lower():
            raise DocumentError(f"{name}: protected by a password; save it without one") from None
        raise DocumentError(f"{name}: a PDF that is damaged or cut short; open and save it again") from None


def _page(document: pypdfium2.PdfDocument, number: int, limits: Limits) -> _Page:
    """The pieces of a page; none of a page that is damaged."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return _Page(Sheet((), 0, 0))
    try:
        found = read(document, page, limits.characters)
        sheet = Sheet(found.pieces, found.bottom, found.top)
        return _Page(sheet, not found.pieces and _has_picture(page), found.filled.comments, found.filled.secrets)
    finally:
        page.close()


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2), None) is not None


def _check_text(pages: Sequence[_Page], name: str) -> None:
    """Raises DocumentError where there is no text to be read."""
    words = "".join(piece.text for page in pages for piece in page.sheet.pieces)
    if not any(map(str.isalnum, words)):
        if any(page.is_picture for page in pages):
            raise DocumentError(f"{name}: scanned, without a text layer; recognise its text (OCR) and save it again")
        raise DocumentError(f"{name}: holds no text; leave it out")
    unknown = sum("\ue000" <= character <= "\uf8ff" or character == "\ufffd" for character in words)
    if unknown > _MOST_UNKNOWN * len(words):
        raise DocumentError(f"{name}: its fonts do not say what their letters mean; recognise its text (OCR)")


def _write(pages: Sequence[_Page], writer: Writer) -> list[str]:
    """Writes the pages; a sentence is not torn by the end of one. Returns their running heads, which are left out."""
    sheets = [page.sheet for page in pages]
    body = _body_size(sheets)
    cuts = running(sheets)
    left_out: list[str] = []
    words = Words(piece.text for sheet in sheets for piece in sheet.pieces)
    runs_on = False
    lines = [in_order(without(sheet.pieces, cut)) for sheet, cut in zip(sheets, cuts, strict=True)]
    forms = titled(lines)
    for sheet, cut, page in zip(sheets, cuts, lines, strict=True):
        writer.page()
        left_out += words_of(sheet.pieces, cut)
        for number, block in enumerate(blocks(page, words.keeps, forms)):
            is_heading = block.size > _LARGER * body and len(block.text) <= _LONGEST_HEADING
            if (forms and number == 0) or (is_heading and any(map(str.isalpha, block.text))):
                writer.heading(block.text)
            elif number == 0 and runs_on and block.text[0].islower():
                writer.line(block.text)
            else:
                writer.paragraph(block.text)
            runs_on = block.text[-1].isalnum() or block.text[-1] in ",;-"
    return left_out


def _body_size(sheets: Sequence[Sheet]) -> float:
    """The size of most letters, in points."""
    sizes: Counter[float] = Counter()
    for sheet in sheets:
        for piece in sheet.pieces:
            sizes[round(piece.size, 1)] += len(piece.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _heads_told(left_out: Sequence[str]) -> tuple[str, ...]:
    """What is told of the running heads, page numbers aside."""
    counts = Counter(words for words in left_out if any(map(str.isalpha, PAGE_NUMBER.sub("", words))))
    if not counts:
        return ()
    named = "; ".join(f"“{words[:_LONGEST_NAMED]}”" for words, _ in counts.most_common(_MOST_NAMED))
    return (f"its running heads are left out ({named}{'; …' if len(counts) > _MOST_NAMED else ''})",)


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


def _unread(pages: Sequence[_Page]) -> Iterator[str]:
    """What is told of comments and of fields for passwords."""
    comments, secrets = sum(page.comments for page in pages), sum(page.secrets for page in pages)
    if comments:
        yield f"{comments:,} {'comment is' if comments == 1 else 'comments are'} left out"
    if secrets:
        yield f"{secrets:,} {'field is' if secrets == 1 else 'fields are'} left out, as they are for passwords"

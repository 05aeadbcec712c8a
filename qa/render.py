"""An Answer -> what a person or a program reads: plain text, Markdown, JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from embeddings.types import Document
from qa.types import Answer, Citation

NO_ANSWER = "Not in these documents"

# Formats whose pages are called slides.
SLIDES = {
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.presentation",
}

# Lower ends of the words for a confidence; the numbers stand beside them wherever they are shown.
_IN_WORDS = (
    (0.9, "very likely"),
    (0.7, "likely"),
    (0.5, "more likely than not"),
    (0.3, "uncertain"),
    (0.0, "unlikely"),
)


def counted(number: int, thing: str) -> str:
    """A number of things, in words.

    >>> counted(1, "passage"), counted(1200, "passage")
    ('1 passage', '1,200 passages')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def in_words(confidence: float) -> str:
    """A confidence in words.

    >>> in_words(0.93), in_words(0.2)
    ('very likely', 'unlikely')
    """
    return next(words for lower, words in _IN_WORDS if round(confidence, 2) >= lower)


def per_cent(confidence: float) -> str:
    """A confidence as a whole percentage, never rounded to certainty.

    >>> per_cent(0.834), per_cent(0.999), per_cent(0.001)
    ('83%', 'over 99%', 'under 1%')
    """
    if confidence < 0.01:
        return "under 1%"
    return "over 99%" if confidence > 0.99 else f"{confidence:.0%}"


def disagreement_title(answer: Answer) -> str:
    """What stands over an answer with alternatives: whether documents, or places of one document, disagree."""
    documents = {citation.document.id for side in (answer, *answer.alternatives) for citation in side.citations}
    return "The documents disagree" if len(documents) > 1 else "The document gives more than one answer"


def part_of_file(citation: Citation) -> tuple[str, ...]:
    """The page and the row or record of a citation, in words; those there are.

    >>> table = Document("", "Towns", "towns.csv", "Town: Oslo", media_type="text/csv")
    >>> part_of_file(Citation(table, 6, 10, 0, 10, row=2))
    ('row 2',)
    """
    row = "record" if "json" in citation.document.media_type else "row"
    page = "slide" if citation.document.media_type in SLIDES else "page"
    parts = ((page, citation.page), (row, citation.row))
    return tuple(f"{what} {number:,}" for what, number in parts if number is not None)


def place(citation: Citation) -> str:
    """Where the words stand, in one line: title, author, heading, page, row, date, characters."""
    document = citation.document
    parts = [one_line(words) for words in (document.title, document.author) if words]
    if citation.heading is not None and citation.heading != document.title:
        parts.append(one_line(citation.heading))
    parts += part_of_file(citation)
    parts += [citation.date if citation.date is not None else "undated"]
    return " · ".join([*parts, f"characters {citation.start}-{citation.end}"])


def split_quote(citation: Citation) -> tuple[str, str, str]:
    """The quote as what stands before the span, the span, and what stands after it."""
    text = citation.document.text
    return text[citation.quote_start : citation.start], citation.text, text[citation.end : citation.quote_end]


def to_text(answer: Answer) -> str:
    """Plain text; the span stands between »« in its quote."""
    return _lay_out(answer, lambda words: f"»{words}«", lambda line: line)


def to_markdown(answer: Answer) -> str:
    """Markdown; the text of documents is escaped, the span is bold."""
    return _lay_out(answer, lambda words: f"**{words}**", _escape_markdown)


def _lay_out(answer: Answer, mark: Callable[[str], str], escape: Callable[[str], str]) -> str:
    lines: list[str] = []
    if answer.text is None:
        lines += [f"{NO_ANSWER} (confidence of the best span: {per_cent(answer.confidence)})", "", "Closest passages:"]
        for passage in answer.passages[:3]:
            lines += ["", f"- {escape(place(passage))}", f"  {escape(one_line(passage.text))}"]
        return "\n".join(lines) + "\n"
    lines.append(f"{escape(one_line(answer.text))}  ({in_words(answer.confidence)}, {per_cent(answer.confidence)})")
    for citation in answer.citations:
        before, span, after = (escape(one_line(part)) for part in split_quote(citation))
        lines += ["", f"- {escape(place(citation))}", f"  {before}{mark(span)}{after}"]
    if answer.alternatives:
        lines += ["", f"{disagreement_title(answer)}:"]
        for other in answer.alternatives:
            lines += ["", *_lay_out(other, mark, escape).rstrip("\n").splitlines()]
    return "\n".join(lines) + "\n"


def one_line(text: str) -> str:
    """The text with its white space folded, so that it stands in one line; for showing only, never for offsets.

    Other control characters become U+FFFD: a document must not steer a terminal.

    >>> one_line("two\\n  lines ")
    'two lines '
    """
    out: list[str] = []
    for character in text:
        if not character.isspace():
            out.append("\ufffd" if unicodedata.category(character) == "Cc" else character)
        elif not out or out[-1] != " ":
            out.append(" ")
    return "".join(out)


def _escape_markdown(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>~&=:$" else c for c in text)


def to_dict(answer: Answer) -> dict[str, Any]:
    """What `pincite ask --json` prints: the names of the contract, documents without their text."""
    return {
        "question": answer.question,
        "text": answer.text,
        "is_list": answer.is_list,
        "confidence": round(answer.confidence, 4),
        "citations": [_citation(citation) for citation in answer.citations],
        "alternatives": [to_dict(other) for other in answer.alternatives],
        "passages": [_citation(passage) for passage in answer.passages],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "document": document_dict(citation.document),
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
        "quote_start": citation.quote_start,
        "quote_end": citation.quote_end,
        "quote": citation.quote,
        "page": citation.page,
        "row": citation.row,
        "heading": citation.heading,
        "date": citation.date,
    }


def document_dict(document: Document) -> dict[str, str | None]:
    """A document by its names, without its text."""
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "author": document.author,
        "date": document.date,
        "media_type": document.media_type,
        "content_hash": document.content_hash,
    }

"""An Answer in words and as JSON, the same for the terminal, the page, exports and programs."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from embeddings.errors import one_line as one_line
from embeddings.types import Document
from qa.titles import NOBODY, SameTitle, titled
from qa.types import Answer, Citation

# Formats whose pages are called slides.
SLIDES = {
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.presentation",
}

# The least confidence for each wording; the number always stands beside it.
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


def confidence_words(confidence: float) -> str:
    """A probability in words and per cent.

    >>> confidence_words(0.83)
    'Likely · 83%'
    """
    return f"{in_words(confidence).capitalize()} · {per_cent(confidence)}"


def disagreement_title(answer: Answer) -> str:
    """The title over an answer with alternatives: documents disagree, or places of one document do."""
    documents = {citation.document.id for side in (answer, *answer.alternatives) for citation in side.citations}
    title = "The documents disagree" if len(documents) > 1 else "The document gives more than one answer"
    dated = {_moment(side) for side in (answer, *answer.alternatives)}
    return f"{title}, newest first" if len(dated) > 1 else title


def newest_first(answer: Answer) -> tuple[Answer, ...]:
    """An answer and its alternatives, by the date of each first citation: newest first, undated last.

    The day is that of the cited section, else of its document. Within a day the time that the section states decides.
    """
    return tuple(sorted((answer, *answer.alternatives), key=_moment, reverse=True))


def moment(date: str | None, day: str | None) -> tuple[str, str]:
    """Day and time of a date, which may be a time of the document's day, as texts that sort; "" for what is unknown."""
    if date is None or _DAY.fullmatch(date) is not None:
        stated = date if date is not None else day
        return _in_utc(stated) if stated is not None and _DAY.fullmatch(stated) else ("", "")
    clock = _TIME.search(date)
    time = f"{int(clock[1]):02}:{clock[2]}" if clock is not None else ""
    return _in_utc(day)[0] if day is not None and _DAY.fullmatch(day) else "", time


_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}(?:T\S*)?")  # for a full match: "1700 GMT" is no year
_TIME = re.compile(r"\b([01]?\d|2[0-3])[:.]?([0-5]\d)\b")


def _moment(answer: Answer) -> tuple[str, str]:
    """Day and time of an answer's first citation."""
    citation = next(iter(answer.citations), None)
    return moment(citation.date, citation.document.date) if citation is not None else ("", "")


def _in_utc(date: str) -> tuple[str, str]:
    """An ISO 8601 date or time as its day and its time, in UTC where it names a zone.

    >>> _in_utc("2015-10-22T01:30+02:00"), _in_utc("2015-10")
    (('2015-10-21', '23:30'), ('2015-10', ''))
    """
    if "T" in date:
        with suppress(ValueError, OverflowError):
            read = datetime.fromisoformat(date)
            read = read.astimezone(UTC) if read.tzinfo is not None else read
            return read.date().isoformat(), f"{read:%H:%M}"
    return date[:10], ""


def part_of_file(citation: Citation) -> tuple[str, ...]:
    """The page and the row or record of a citation, in words, as far as it has them.

    >>> table = Document("", "Towns", "towns.csv", "Town: Oslo", media_type="text/csv")
    >>> part_of_file(Citation(table, 6, 10, 0, 10, row=2))
    ('row 2',)
    """
    row = "record" if "json" in citation.document.media_type else "row"
    page = "slide" if citation.document.media_type in SLIDES else "page"
    parts = ((page, citation.page), (row, citation.row))
    return tuple(f"{what} {number:,}" for what, number in parts if number is not None)


def place(citation: Citation, same_title: SameTitle = NOBODY) -> str:
    """Where the words stand, in one line: title, author, heading, page, row, date, characters.

    Args:
        same_title: what tells documents of one title apart (`qa.titles`).
    """
    document = citation.document
    parts = [one_line(words) for words in (titled(document, same_title), document.author) if words]
    if citation.heading is not None and citation.heading != document.title:
        parts.append(one_line(citation.heading))
    parts += part_of_file(citation)
    parts += [citation.date if citation.date is not None else "undated"]
    return " · ".join([*parts, f"characters {citation.start}-{citation.end}"])


def split_quote(citation: Citation) -> tuple[str, str, str]:
    """The quote in three parts: before the span, the span, after it."""
    text = citation.document.text
    return text[citation.quote_start : citation.start], citation.text, text[citation.end : citation.quote_end]


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it is.

    >>> escape_markdown("*a* 1.")
    '\\\\*a\\\\* 1\\\\.'
    """
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>~&=:$" else c for c in text)


def to_dict(answer: Answer) -> dict[str, Any]:
    """What `pincite ask --json` prints: the names of the contract, documents without their text."""
    return {
        "question": answer.question,
        "read_as": list(answer.read_as),
        "text": answer.text,
        "is_list": answer.is_list,
        "reason": answer.reason,
        "found": answer.found,
        "confidence": round(answer.confidence, 4),
        "citations": [_citation(citation) for citation in answer.citations],
        "alternatives": [to_dict(other) for other in answer.alternatives],
        "passages": [_citation(passage) for passage in answer.passages],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    names = ("start", "end", "text", "quote_start", "quote_end", "quote", "page", "row", "heading", "date")
    return {"document": document_dict(citation.document), **{name: getattr(citation, name) for name in names}}


def document_dict(document: Document) -> dict[str, str | None]:
    """A document by its names, without its text."""
    names = ("id", "title", "source", "author", "date", "media_type", "content_hash")
    return {name: getattr(document, name) for name in names}

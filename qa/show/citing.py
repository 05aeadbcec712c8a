"""A citation to copy: as plain text, Markdown, BibTeX, RIS, CSL-JSON, and as a web address that opens at the words.

Each form has what a reader needs to check the words years later: author, title, heading, page, date, file, character
range, and the SHA-256 of the text, which says which version was read. There is no date of access: Pincite read a copy,
not the address, and the digest names that copy more exactly than a day would.

The file is named without its folders, which are private and useless to a reader.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from urllib.parse import quote, urlsplit

from embeddings.text.dates import MONTHS
from qa.render import escape_markdown, one_line, part_of_file
from qa.types import Citation

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T\S*)?")  # in full: "1700 GMT" is no year
_BIBTEX = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{sign: f"\\{sign}" for sign in "$&#_%"},
}
_URL_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
_PIECE = 4  # words at each end of a long quotation, and around one that stands twice
_LONGEST_WHOLE = 100  # characters of a fragment that is written out whole


@dataclass(frozen=True, slots=True)
class Form:
    """One way to cite: its name for people, and the text to copy."""

    name: str
    text: str


def forms(citation: Citation) -> tuple[Form, ...]:
    """The forms of a citation; a link only if its source is on the web."""
    made = {"Plain text": plain, "BibTeX": bibtex, "RIS": ris, "CSL-JSON": csl_json, "Markdown": markdown}
    always = tuple(Form(name, form(citation)) for name, form in made.items())
    address = fragment_url(citation)
    return always if address is None else (*always, Form("Link to the words", address))


def plain(citation: Citation) -> str:
    """One line of text.

    >>> from embeddings.types import Document
    >>> flood = Document("", "Flood", "news/flood.txt", "The toll is 70. More follows.", author="Ana Ruiz")
    >>> plain(Citation(flood, 12, 14, 0, 15, date="2021-05-03")).partition(", text SHA-256 ")[0]
    '“The toll is 70.” Ana Ruiz, Flood, 2021-05-03, flood.txt, characters 12-14 (“70”)'
    """
    quoted, span = one_line(citation.quote), one_line(citation.text)
    words = "" if span == quoted else f" (“{span}”)"
    return f"“{quoted}” {', '.join([*_facts(citation), _range(citation)])}{words}, text SHA-256 {_digest(citation)}"


def markdown(citation: Citation) -> str:
    """A block quotation with the span in bold, and its place under it.

    >>> from embeddings.types import Document
    >>> flood = Document("", "Flood", "flood.txt", "The toll is 70. More follows.")
    >>> print(markdown(Citation(flood, 12, 14, 0, 15, date="2021-05-03")).partition(", text SHA")[0])
    > The toll is **70**\\.
    >
    > — Flood, 2021\\-05\\-03, flood\\.txt, characters 12\\-14
    """
    text = citation.document.text
    parts = (text[citation.quote_start : citation.start], citation.text, text[citation.end : citation.quote_end])
    before, span, after = (escape_markdown(one_line(part)) for part in parts)
    title, *rest = (escape_markdown(fact) for fact in _facts(citation, author_last=True))
    address = fragment_url(citation)
    named = title if address is None else f"[{title}](<{address}>)"
    place = ", ".join([named, *rest, escape_markdown(_range(citation))])
    return f"> {before}**{span}**{after}\n>\n> — {place}, text SHA\\-256 {_digest(citation)}"


def bibtex(citation: Citation) -> str:
    """An entry for BibTeX and biblatex.

    >>> from embeddings.types import Document
    >>> flood = Document("", "Costs & tolls", "flood.txt", "The toll is 70.", "2021-05-03")
    >>> print(bibtex(Citation(flood, 12, 14, 0, 15)).partition("  note")[0])
    @misc{costs2021-12-14-87b86c1f,
      title = {{Costs \\& tolls}},
      year = {2021},
      month = may,
      day = {3},
    <BLANKLINE>
    """
    document, day = citation.document, _day(citation)
    year, month, number = (*day, 0, 0, 0)[:3]
    fields = (
        ("title", f"{{{{{_latex(document.title)}}}}}"),
        ("author", f"{{{{{_latex(document.author)}}}}}" if document.author else None),
        ("year", f"{{{year:04}}}" if year else None),
        ("month", MONTHS[month - 1][:3].lower() if month else None),
        ("day", f"{{{number}}}" if number else None),
        ("pages", f"{{{citation.page}}}" if citation.page is not None else None),
        ("note", f"{{{_latex(_note(citation))}}}"),
        ("url", f"{{{address}}}" if (address := fragment_url(citation)) is not None else None),
    )
    inside = "\n".join(f"  {name} = {value}," for name, value in fields if value is not None)
    return f"@misc{{{_key(citation)},\n{inside}\n}}"


def ris(citation: Citation) -> str:
    """A record of RIS, which EndNote and most others read; each value on one line."""
    document, day, address = citation.document, _day(citation), fragment_url(citation)
    fields = (
        ("TY", "GEN" if address is None else "ELEC"),
        ("TI", one_line(document.title)),
        ("AU", one_line(document.author or "")),
        ("PY", f"{day[0]:04}" if day else ""),
        ("DA", "/".join(f"{part:02}" for part in day)),
        ("SP", f"{citation.page or ''}"),
        ("N1", one_line(_note(citation))),
        ("UR", address),
    )
    return "\n".join([*(f"{tag}  - {value}" for tag, value in fields if value), "ER  - "])


def csl_json(citation: Citation) -> str:
    """An item of CSL-JSON, which Zotero and Pandoc read."""
    document, address = citation.document, fragment_url(citation)
    item = {
        "id": _key(citation),
        "type": "document" if address is None else "webpage",
        "title": one_line(document.title),
        "author": [{"literal": one_line(document.author)}] if document.author else None,
        "issued": {"date-parts": [day]} if (day := _day(citation)) else None,
        "page": citation.page and str(citation.page),
        "note": _note(citation),
        "URL": address,
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1)


def fragment_url(citation: Citation) -> str | None:
    """The web address of the source with a text fragment (WICG, Scroll to Text Fragment); None for a file.

    The words are given whole, or by their beginning and end if they are long or run over the end of a line. If they
    stand more than once in the document, the words around them say which place is meant.

    >>> from embeddings.types import Document
    >>> page = Document("", "Flood", "http://example.org/flood#top", "At 9, the toll is 70-80.")
    >>> fragment_url(Citation(page, 18, 23, 0, 24))
    'http://example.org/flood#top:~:text=70%2D80'
    """
    source = citation.document.source.strip()
    if not _is_web(source):
        return None
    address, _, fragment = source.partition("#")
    kept = fragment.partition(":~:")[0]
    return f"{quote(address, safe=_URL_SAFE)}#{quote(kept, safe=_URL_SAFE)}:~:text={_directive(citation)}"


def _is_web(source: str) -> bool:
    try:
        parts = urlsplit(source)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and not any(map(str.isspace, source))
    except ValueError:
        return False


def _directive(citation: Citation) -> str:
    """The value of a text directive: [prefix-,]start[,end][,-suffix]."""
    document, words = citation.document.text, citation.text.split()
    is_long = len(citation.text) > _LONGEST_WHOLE or "\n" in citation.text
    if is_long and len(words) > 2 * _PIECE:
        told = f"{_encoded(words[:_PIECE])},{_encoded(words[-_PIECE:])}"
    elif "\n" in citation.text and len(words) > 1:
        told = f"{_encoded(words[:1])},{_encoded(words[-1:])}"
    else:
        told = _encoded(words)
    if document.count(citation.text) == 1:
        return told
    before = document[document.rfind("\n", 0, citation.start) + 1 : citation.start].split()[-_PIECE:]
    after = document[citation.end :].partition("\n")[0].split()[:_PIECE]
    return (f"{_encoded(before)}-," if before else "") + told + (f",-{_encoded(after)}" if after else "")


def _encoded(words: list[str]) -> str:
    """Words for a text directive, where "-", "," and "&" have a meaning of their own."""
    return quote(" ".join(words), safe="").replace("-", "%2D")


def _facts(citation: Citation, author_last: bool = False) -> list[str]:
    """Author, title, heading, page, row, date and file, as far as they are known."""
    document = citation.document
    heading = citation.heading if citation.heading and citation.heading.split() != document.title.split() else None
    names = [document.author, document.title]
    named = [*(reversed(names) if author_last else names), heading]
    facts = [one_line(words).strip() for words in named if words]
    facts += [*part_of_file(citation), dated(citation)]
    source = one_line(_source(citation))
    return facts + ([source] if source and source != document.title else [])


def _source(citation: Citation) -> str:
    """The address of a source on the web, the name of a file."""
    source = citation.document.source.strip()
    if _is_web(source):
        return source.partition("#")[0]
    return PureWindowsPath(source).name if "\\" in source else PurePath(source).name


def dated(citation: Citation) -> str:
    """The date, with the document's day before a section that states only a time; "undated" without a date.

    >>> from embeddings.types import Document
    >>> wire = Document("", "Wire", "wire.txt", "UPDATE 1700 GMT: calm.", "2021-05-03")
    >>> dated(Citation(wire, 17, 21, 0, 22, date="1700 GMT"))
    '2021-05-03, 1700 GMT'
    """
    date = citation.date
    if date is None:
        return citation.document.date or "undated"
    return date if not _day(citation) or _DAY.fullmatch(date) is not None else f"{citation.document.date}, {date}"


def _range(citation: Citation) -> str:
    return f"characters {citation.start}-{citation.end}"


def _digest(citation: Citation) -> str:
    return citation.document.content_hash


def _note(citation: Citation) -> str:
    """The facts that BibTeX has no field for, in words."""
    heading = f"Under “{one_line(citation.heading)}”. " if citation.heading else ""
    date = "" if _day(citation) else f"Dated {citation.date}. " if citation.date else "Undated. "
    row = [part for part in part_of_file(citation) if not part.startswith("page ")]
    place = ", ".join(part for part in (one_line(_source(citation)), *row, _range(citation)) if part)
    quoted = f"“{one_line(citation.quote)}” {heading}{date}"
    return f"{quoted}{place}: “{one_line(citation.text)}”; text SHA-256 {_digest(citation)}"


def _day(citation: Citation) -> list[int]:
    """Year, month and day as far as known: of the section, of the document where the section states only a time."""
    for date in (citation.date, citation.document.date):
        if date is not None and (stated := _DAY.fullmatch(date)) is not None:
            year, month, day = (int(part or 0) for part in stated.groups())
            return [part for part in (year, month, day) if part] if 1 <= month <= len(MONTHS) else [year]
    return []


def _key(citation: Citation) -> str:
    """A key of letters and digits that names the words and the version of their text."""
    document = citation.document
    for words in ((document.author or "").split()[-1:], document.title.split()):
        plainly = unicodedata.normalize("NFKD", " ".join(words)).encode("ascii", "ignore").decode()
        slug = next((word.lower() for word in re.findall(r"[A-Za-z]{2,}", plainly)), None)
        if slug is not None:
            break
    year = "".join(f"{part:04}" for part in _day(citation)[:1])
    return f"{slug or 'source'}{year}-{citation.start}-{citation.end}-{_digest(citation)[:8]}"


def _latex(text: str) -> str:
    """Text for a field of BibTeX, whose braces must be balanced even where they are escaped."""
    return "".join(_BIBTEX.get(character, character) for character in one_line(text))

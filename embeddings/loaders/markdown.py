"""Markdown: its text as it is written, but for the HTML in it and what is struck.

Raised and lowered letters become plain text, tables of HTML become lines of cells with their names; what is struck,
comments and the tags that only say how a thing looks are left out. Nothing is changed in code.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

from embeddings.loaders import plain
from embeddings.loaders.extract import Extract, Writer
from embeddings.loaders.grids.grid import Placed, filled
from embeddings.loaders.limits import Limits
from embeddings.loaders.shown.raised import Raised, lowered
from embeddings.remarks import Omitted, together
from embeddings.text.matter import front_matter_end

_AROUND = 60  # characters before and after raised letters that are looked at
_LOOKS = (
    "a abbr b big blockquote center code dd details dfn div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img "
    "ins kbd li mark ol p picture q samp section small source span strong summary tt u ul var"
).replace(" ", "|")
_TOKEN = re.compile(
    r"(?P<code>^ {0,3}(?P<fence>`{3,}+|~{3,}+)[^\n]*(?:\n(?:.*?\n)?? {0,3}(?P=fence)[`~]*[^\S\n]*$|.*\Z)"
    r"|(?P<tick>`++)[^\n]{0,500}?(?<!`)(?P=tick)(?!`))"
    r"|(?P<opened><!--|<table\b[^>\n]{0,300}>|[^\S\n]?<(?:del|s|strike)>)"
    r"|(?P<struck>[^\S\n]?(?<![~\\])~~(?=[^\s~])(?:[^\n~]|~(?!~)){0,300}(?<=[^\s~])~~(?!~))"
    r"|<(?P<level>sup|sub)>(?P<raised>[^<\n]{1,60})</(?P=level)>"
    r"|(?<=\w)(?P<mark>[\^~])(?P<marked>[\d+−-]{1,8}|[a-zA-Z]{1,3})(?P=mark)(?![~^])"
    r"|(?P<end><br\s{0,3}/?>)"
    rf"|(?P<tag></?(?:{_LOOKS})(?:\s[^<>\n]{{0,2000}})?/?>)"
    r"|(?P<entity>&(?:[A-Za-z]{2,31}|#\d{1,7}|#[xX][\da-fA-F]{1,6});)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_CLOSING = {"<!--": "-->", "<table": "</table>", "<del>": "</del>", "<s>": "</s>", "<strike>": "</strike>"}
_SIGNS = ("<!--", "<", "&", "~", "^")
_KEPT = frozenset("<>&|`*_[]\\#")  # what is written as an entity so that it says nothing to Markdown
_LONGEST_STRUCK = 2_000  # characters
_LONGEST_TABLE = 200_000  # characters


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a file.

    Raises:
        DocumentError: the bytes are not text, or too many.
    """
    read = plain.extract(data, name, limits)
    if not any(sign in read.text for sign in _SIGNS):
        return read
    page = _Page(read.text, name, limits)
    return replace(read, text=page.text(), omitted=together([*read.omitted, *page.omitted]))


class _Page:
    """A text whose marks are read one after the other."""

    def __init__(self, text: str, name: str, limits: Limits) -> None:
        self._text, self._name, self._limits = text, name, limits
        self._lower, self._unclosed = text.lower(), set[str]()
        self._marks = Raised()
        self.omitted: list[Omitted] = []

    def text(self) -> str:
        """The text as it is shown."""
        at = front_matter_end(self._text)
        parts = [self._text[:at]]
        while (token := _TOKEN.search(self._text, at)) is not None:
            parts.append(self._text[at : token.start()])
            words, at = self._opened(token) if token["opened"] is not None else (self._shown(token), token.end())
            parts.append(words)
        return "".join(parts) + self._text[at:]

    def _shown(self, token: re.Match[str]) -> str:
        """What stands for a mark."""
        if token["code"] is not None:
            return token[0]
        if token["struck"] is not None:
            return self._left_out("struck passage", token[0], token.end())
        if token["raised"] is not None or token["marked"] is not None:
            return self._raised(token, token["raised"] or token["marked"])
        if token["end"] is not None:
            return self._line_end(token)
        if token["entity"] is not None:
            said = unescape(token[0])
            return token[0] if said in _KEPT or len(said) != 1 else " " if said.isspace() else said
        if token[0][:4].lower() == "<img":
            self.omitted.append(Omitted("picture", 1))
        return "- " if token[0][:3].lower() == "<li" else ""

    def _opened(self, token: re.Match[str]) -> tuple[str, int]:
        """What stands for an element up to where it is closed, and where that is; as written where it is not."""
        opening = token[0].strip().lower()
        closing = next(closing for mark, closing in _CLOSING.items() if opening.startswith(mark))
        end = self._lower.find(closing, token.end()) if closing not in self._unclosed else -1
        if end < 0:
            self._unclosed.add(closing)
            return token[0], token.end()
        end += len(closing)
        if opening.startswith("<table"):
            return self._table(self._text[token.start() : end]), end
        if closing != "-->" and end - token.start() > _LONGEST_STRUCK:
            return token[0], token.end()
        kind = "hidden passage" if closing == "-->" else "struck passage"
        return self._left_out(kind, token[0], end), end

    def _left_out(self, kind: str, opening: str, end: int) -> str:
        """What is left where something was taken out: the space before it, if a word follows."""
        self.omitted.append(Omitted(kind, 1))
        return opening[:1].strip("~<") if self._text[end : end + 1].isalnum() else ""

    def _raised(self, token: re.Match[str], words: str) -> str:
        text, start, end = token.string, token.start(), token.end()
        if (token["level"] or "").lower() == "sub" or token["mark"] == "~":
            return lowered(words)
        before = text[max(text.rfind("\n", 0, start) + 1, start - _AROUND) : start]
        return self._marks.words(before, words, text[end : end + _AROUND].partition("\n")[0])

    @staticmethod
    def _line_end(token: re.Match[str]) -> str:
        """A space in the row of a table, a line end elsewhere."""
        text = token.string
        begin, end = text.rfind("\n", 0, token.start()) + 1, text.find("\n", token.end())
        line = text[begin : end if end >= 0 else len(text)]
        return " " if "|" in line else "" if not text[token.end() : end].strip() else "\n"

    def _table(self, written: str) -> str:
        """A table of HTML as lines: each cell behind the name of its column."""
        if len(written) > _LONGEST_TABLE:
            return written
        reader = _TableReader()
        reader.feed(written)
        if not reader.rows:
            return ""
        writer = Writer(self._name, self._limits)
        writer.records(filled(reader.rows))
        return writer.extract().text


class _TableReader(HTMLParser):
    """Reads the cells of a table; what stands in a table inside it is part of its cell."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[Placed]] = []
        self._cell: tuple[str, int, int] | None = None  # its tag, its rows and columns
        self._words: list[str] = []
        self._is_head = False
        self._struck = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A row or a cell begins."""
        said = dict(attrs)
        if tag == "tr":
            self._end()
            self.rows.append([])
        elif tag in ("td", "th"):
            self._end()
            self._cell = (tag, _count(said.get("rowspan")), _count(said.get("colspan")))
        elif tag == "thead":
            self._is_head = True
        elif tag in ("del", "s", "strike"):
            self._struck += 1
        self._words.append(" " if tag in ("br", "p", "div", "li") else "")

    def handle_endtag(self, tag: str) -> None:
        """A cell, or the head, ends."""
        if tag in ("td", "th", "tr", "table"):
            self._end()
        elif tag == "thead":
            self._is_head = False
        elif tag in ("del", "s", "strike"):
            self._struck = max(0, self._struck - 1)

    def handle_data(self, data: str) -> None:
        """The words of a cell."""
        if self._cell is not None and not self._struck:
            self._words.append(data)

    def _end(self) -> None:
        if self._cell is not None:
            tag, rows, columns = self._cell
            words = " ".join("".join(self._words).split()).replace("**", "")
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(Placed(words, rows, columns, tag == "th" or self._is_head))
        self._cell, self._words = None, []


def _count(said: str | None) -> int:
    return max(1, int(said)) if said is not None and said.strip().isdecimal() and len(said) < 5 else 1

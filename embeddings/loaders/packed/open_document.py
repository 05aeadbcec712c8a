"""ODT, the text format of LibreOffice: paragraphs, headings, lists with their numbers, tables row by row; then notes,
what stands at the head and foot of its pages, and comments. Title, author and date come from its metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, attribute, iso_day, local, words_of
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.grids.grid import Placed, filled
from embeddings.loaders.limits import Limits
from embeddings.loaders.packed.open_styles import Look, Numbers, Styles
from embeddings.loaders.shown.raised import Raised, lowered

_LEFT_OUT = {"tracked-changes", "annotation", "annotation-end", "note", "bookmark", "sequence-decls", "forms"}
_LEFT_OUT |= {"ruby-text", "text-box", "desc", "object", "object-ole", "hidden-text", "hidden-paragraph"}
_COUNTED = {"image": "picture", "object-ole": "embedded object", "plugin": "embedded object"}
_PAGE_NUMBER = re.compile(
    r"[\W\d_]*(?:page|seite|página|pagina|sida|side|stran\w*)?[\W\d_]*(?:of|von|de|di|av)?[\W\d_]*", re.I
)
_MOST_SPACES = 1_000  # that one element stands for
_MOST_PLACES = 10_000  # rows of a table that one element stands for
_MOST_COLUMNS = 1_000
_MOST_LEVELS = 10
_AROUND = 60  # characters before and after raised letters that are looked at


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a document of LibreOffice.

    Raises:
        DocumentError: damaged, protected, or more than the limits allow.
    """
    archive = Archive(data, name, limits)
    manifest = archive.xml("META-INF/manifest.xml")
    if manifest is not None and any(local(each) == "encryption-data" for each in manifest.iter()):
        raise DocumentError(f"{name}: protected by a password; save it without one")
    root = archive.xml("content.xml")
    body = next((each for each in root.iter() if local(each) == "text"), None) if root is not None else None
    if body is None:
        raise DocumentError(f"{name}: an ODT file without a text; open and save it again")
    writer = Writer(name, limits)
    styles = archive.xml("styles.xml")
    reader = _Reader(writer, Styles((styles, root)))
    reader.blocks(body)
    reader.notes()
    reader.margins(styles)
    reader.comments(body)
    meta = archive.xml("meta.xml")
    author = words_of(meta, "initial-creator") or words_of(meta, "creator")
    return described(writer.extract(), words_of(meta, "title"), author, iso_day(words_of(meta, "creation-date")))


class _Reader:
    """Writes the blocks of a body."""

    def __init__(self, writer: Writer, styles: Styles) -> None:
        self._writer, self._styles = writer, styles
        self._numbers, self._marks = Numbers(styles), Raised()
        self._notes: list[etree._Element] = []

    def blocks(self, parent: etree._Element, item: str = "", name: str = "", level: int = 0) -> None:
        """Writes the blocks of an element.

        Args:
            parent: the element.
            item: what stands before the first paragraph of an item.
            name, level: the list that it is part of.
        """
        for block in parent:
            kind = local(block)
            if kind == "h":
                self._heading(block)
            elif kind == "p":
                self._paragraph(block, item)
                item = ""
            elif kind == "table":
                self._table(block)
            elif kind == "list":
                self._list(block, name, level + 1)
            elif kind == "tracked-changes":
                self._count_deleted(block)
            elif kind == "section" and attribute(block, "display") == "none":
                self._writer.omit("hidden passage")
            elif kind not in _LEFT_OUT:
                self.blocks(block, item, name, level)

    def _list(self, block: etree._Element, around: str, level: int) -> None:
        first = next((each for each in block.iter() if local(each) == "p"), None)
        styled = self._styles.list_of(attribute(first, "style-name")) if first is not None else None
        name = attribute(block, "style-name") or around or styled or "?"
        goes_on = attribute(block, "continue-numbering") == "true" or attribute(block, "continue-list") is not None
        self._numbers.begin(name, min(level, _MOST_LEVELS), goes_on)
        for item in block:
            number = ""
            if local(item) == "list-item":
                number = self._numbers.number(name, min(level, _MOST_LEVELS), attribute(item, "start-value")) or "-"
            self.blocks(item, f"{number} " if number else "", name, level)

    def _heading(self, block: etree._Element) -> None:
        words = self._text(block)
        level = attribute(block, "outline-level") or "1"
        number = ""
        if words.strip() and attribute(block, "is-list-header") != "true" and level.isdecimal() and len(level) == 1:
            number = self._numbers.number("", max(1, int(level)), attribute(block, "start-value"))
        self._writer.heading(f"{number} {words}" if number else words)
        self._boxes(block)

    def _paragraph(self, block: etree._Element, item: str) -> None:
        words = self._text(block)
        if item:
            self._writer.line(f"{item}{words.strip()}" if words.strip() else "")
        else:
            self._writer.paragraph(words)
        self._boxes(block)

    def _boxes(self, block: etree._Element) -> None:
        """The texts that stand in frames beside a paragraph; pictures are counted."""
        for each in block.iter():
            if local(each) == "text-box" and next(each.iterancestors("{*}text-box"), None) is None:
                self.blocks(each)
            elif local(each) in _COUNTED:
                self._writer.omit(_COUNTED[local(each)])

    def _table(self, table: etree._Element) -> None:
        rows: list[list[Placed]] = []
        for row in (each for each in table.iter() if local(each) == "table-row" and _table_around(each) is table):
            group = local(row.getparent()) if row.getparent() is not None else ""
            cells = list(self._cells(row, group == "table-header-rows"))
            again = _number(row, "number-rows-repeated", 1) if any(cell.words.strip() for cell in cells) else 1
            rows += [cells] * min(again, max(0, _MOST_PLACES - len(rows)))
        self._writer.table(filled(rows))

    def _cells(self, row: etree._Element, is_header: bool) -> Iterator[Placed]:
        """The cells of a row, repeated ones as often as they are repeated; the cell that spans others fills them."""
        at = 0
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell") or at >= _MOST_COLUMNS:
                continue
            again = min(_number(cell, "number-columns-repeated", 1), _MOST_COLUMNS - at)
            if local(cell) == "table-cell":
                words = " ".join(self._text(each) for each in cell.iter() if local(each) in ("p", "h"))
                rows, columns = _number(cell, "number-rows-spanned", 1), _number(cell, "number-columns-spanned", 1)
                places = range(at, at + again) if words.strip() else ()
                yield from (Placed(words, rows, columns, is_header, at=place) for place in places)
            at += again

    def notes(self) -> None:
        """The notes, each in a paragraph of its own, in the order of their marks."""
        for note in self._notes:
            body = next((each for each in note if local(each) == "note-body"), None)
            if body is not None:
                self._writer.paragraph(self._words(body, " "))
        self._notes = []

    def margins(self, styles: etree._Element | None) -> None:
        """What stands at the head and the foot of the pages, the same words once; numbers of pages are left out."""
        told = set[str]()
        for kind in ("header", "footer"):
            for each in styles.iter() if styles is not None else ():
                words = self._words(each, " · ") if local(each) in (kind, f"{kind}-left", f"{kind}-first") else ""
                if words and words not in told and not _PAGE_NUMBER.fullmatch(words):
                    told.add(words)
                    self._writer.paragraph(f"{kind.capitalize()}: {words}")

    def comments(self, body: etree._Element) -> None:
        """The comments, with who wrote each and when."""
        for comment in (each for each in body.iter() if local(each) == "annotation"):
            who, when = words_of(comment, "creator"), iso_day(words_of(comment, "date"))
            facts, words = ", ".join(filter(None, (who, when))), self._words(comment, " ")
            if words:
                self._writer.paragraph(f"Comment{f' ({facts})' if facts else ''}: {words}")

    def _count_deleted(self, changes: etree._Element) -> None:
        deleted = [each for each in changes.iter() if local(each) == "deletion" and self._words(each, " ")]
        if deleted:
            self._writer.omit("deleted passage", len(deleted))

    def _words(self, element: etree._Element, gap: str) -> str:
        paragraphs = (" ".join(self._text(each).split()) for each in element.iter() if local(each) in ("p", "h"))
        return gap.join(filter(None, paragraphs))

    def _text(self, block: etree._Element) -> str:
        """The words of a paragraph or heading."""
        parts: list[str] = []
        self._inside(block, parts, Look())
        return "".join(parts)

    def _inside(self, element: etree._Element, parts: list[str], look: Look) -> None:
        self._add(element.text, parts, look)
        for child in element:
            self._element(child, parts, look)
            self._add(child.tail, parts, look)

    def _element(self, element: etree._Element, parts: list[str], look: Look) -> None:
        kind = local(element)
        if kind == "note":
            self._notes.append(element)
            mark = next((each for each in element if local(each) == "note-citation"), None)
            before = "".join(parts)[-_AROUND:]
            parts.append(self._marks.words(before, "".join(mark.itertext()), "", True) if mark is not None else "")
        elif kind in ("s", "tab", "line-break"):
            count = attribute(element, "c") or "1"
            spaces = " " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES)
            parts.append({"s": spaces, "tab": "\t"}.get(kind, "\n"))
        elif kind == "span":
            own = self._styles.look(attribute(element, "style-name"))
            self._inside(
                element, parts, Look(own.level or look.level, own.struck or look.struck, own.hidden or look.hidden)
            )
        elif kind and kind not in _LEFT_OUT:
            self._inside(element, parts, look)

    def _add(self, words: str | None, parts: list[str], look: Look) -> None:
        """Adds words as they look: struck and hidden ones are counted instead, raised ones become plain text."""
        if not words:
            return
        if look.struck or look.hidden:
            if words.strip():
                self._writer.omit("struck passage" if look.struck else "hidden passage")
        elif look.level == "sub":
            parts.append(lowered(words))
        elif look.level == "super":
            parts.append(self._marks.words("".join(parts)[-_AROUND:], words, ""))
        else:
            parts.append(words)


def _table_around(row: etree._Element) -> etree._Element | None:
    return next((each for each in row.iterancestors() if local(each) == "table"), None)


def _number(element: etree._Element, name: str, default: int) -> int:
    said = attribute(element, name) or ""
    return max(1, min(int(said), _MOST_PLACES)) if said.isdecimal() and len(said) < 8 else default

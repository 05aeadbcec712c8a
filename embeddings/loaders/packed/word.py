"""DOCX: paragraphs, headings by their styles, lists, tables row by row, footnotes; core properties as metadata.

What was deleted under revision is left out, what was inserted stays. Pages are laid out by whoever opens the file, so
that a citation names the heading and no page.
"""

from __future__ import annotations

import re

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, attribute, iso_day, local, words_of
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.packed.word_table import grid_of

_HEADING_STYLE = re.compile(r"(?:heading [1-9]|title)$", re.IGNORECASE)
_LEFT_OUT = {"del", "moveFrom", "instrText", "Fallback", "pPr", "rPr", "footnoteReference", "rPrChange"}
_LONGEST_CHAIN = 10  # styles based on one another
_NOTES = (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote"))


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a document of Word.

    Raises:
        DocumentError: damaged, protected, or more than the limits allow.
    """
    archive = Archive(data, name, limits)
    root = archive.xml("word/document.xml")
    body = next((each for each in root if local(each) == "body"), None) if root is not None else None
    if body is None:
        raise DocumentError(f"{name}: a DOCX file without a text; open and save it again")
    writer = Writer(name, limits)
    _Reader(writer, _heading_styles(archive.xml("word/styles.xml"))).blocks(body)
    for part, kind in _NOTES:
        notes = archive.xml(part)
        for note in notes if notes is not None else ():
            if local(note) == kind and attribute(note, "type") is None:
                writer.paragraph(" ".join(_text(each) for each in note.iter() if local(each) == "p"))
    core = archive.xml("docProps/core.xml")
    facts = [words_of(core, fact) for fact in ("title", "creator", "created")]
    return described(writer.extract(), facts[0], facts[1], iso_day(facts[2]))


class _Reader:
    """Writes the blocks of a body: paragraphs, tables, and what stands in the frames around them."""

    def __init__(self, writer: Writer, headings: frozenset[str]) -> None:
        self._writer, self._headings = writer, headings

    def blocks(self, parent: etree._Element) -> None:
        """All blocks inside an element."""
        for block in parent:
            name = local(block)
            if name == "p":
                self._paragraph(block)
            elif name == "tbl":
                self._writer.table(grid_of(block, _words))
            elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "AlternateContent", "Choice"):
                self.blocks(block)

    def _paragraph(self, paragraph: etree._Element) -> None:
        words, style, is_item = _text(paragraph), None, False
        for each in paragraph.iter():
            if local(each) == "pStyle":
                style = attribute(each, "val")
            is_item = is_item or local(each) == "numPr"
            if local(each) == "p" and each is not paragraph:  # in a text box, whose words come after these
                break
        if style in self._headings or _outline_level(paragraph) is not None:
            self._writer.heading(words)
        elif is_item:
            self._writer.line(f"- {words.strip()}" if words.strip() else "")
        else:
            self._writer.paragraph(words)
        for box in paragraph.iter():
            if local(box) == "txbxContent" and not _is_inside(box, "Fallback", paragraph):
                self.blocks(box)


def _words(cell: etree._Element) -> str:
    return " ".join(_text(each) for each in cell.iter() if local(each) == "p")


def _text(paragraph: etree._Element) -> str:
    """The words of a paragraph, without those of the text boxes in it."""
    parts: list[str] = []
    todo = list(reversed(paragraph))
    while todo:
        each = todo.pop()
        name = local(each)
        if name == "t":
            parts.append("".join(each.itertext()))
        elif name in ("tab", "br", "cr", "noBreakHyphen"):
            parts.append({"tab": "\t", "noBreakHyphen": "-"}.get(name, "\n"))
        elif name not in _LEFT_OUT and name != "txbxContent":
            todo.extend(reversed(each))
    return "".join(parts)


def _outline_level(paragraph: etree._Element) -> str | None:
    """The level of a heading that is set for this paragraph alone; 9 is that of text."""
    properties = next((each for each in paragraph if local(each) == "pPr"), None)
    found = properties if properties is not None else ()
    level = next((attribute(each, "val") for each in found if local(each) == "outlineLvl"), None)
    return None if level == "9" else level


def _heading_styles(styles: etree._Element | None) -> frozenset[str]:
    """The ids of the styles that are headings, by their own name (English in every language) or that of their base."""
    names: dict[str, str] = {}
    bases: dict[str, str] = {}
    for style in styles if styles is not None else ():
        id = attribute(style, "styleId")
        if id is not None:
            for each in style:
                if local(each) in ("name", "basedOn"):
                    (names if local(each) == "name" else bases)[id] = attribute(each, "val") or ""
    return frozenset(id for id in names if _is_heading(id, names, bases))


def _is_heading(id: str, names: dict[str, str], bases: dict[str, str]) -> bool:
    for _ in range(_LONGEST_CHAIN):
        if _HEADING_STYLE.match(names.get(id, "")):
            return True
        if id not in bases:
            return False
        id = bases[id]
    return False


def _is_inside(element: etree._Element, name: str, top: etree._Element) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not top:
        if local(parent) == name:
            return True
        parent = parent.getparent()
    return False

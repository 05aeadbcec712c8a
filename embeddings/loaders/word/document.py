"""DOCX: paragraphs with their numbers, headings by their styles, tables row by row; then notes, headers and comments.

What was deleted under revision is left out, what was inserted stays (`accepted`). Pages are laid out by whoever opens
the file, so that a citation names the heading and no page.
"""

from __future__ import annotations

import re

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, attribute, iso_day, local, words_of
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.word.accepted import accepted, child
from embeddings.loaders.word.mathematics import formula
from embeddings.loaders.word.numbering import BULLET, Numbering
from embeddings.loaders.word.parts import Parts
from embeddings.loaders.word.table import grid_of

_HEADING_STYLE = re.compile(r"(?:heading [1-9]|title)$", re.IGNORECASE)
_LEFT_OUT = {"pPr", "rPr", "footnoteReference", "endnoteReference", "annotationRef", "txbxContent"}
_LONGEST_CHAIN = 10  # styles based on one another


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
    styles = archive.xml("word/styles.xml")
    reader = _Reader(writer, _heading_styles(styles), Numbering(archive.xml("word/numbering.xml"), styles))
    for left in accepted(body):
        writer.omit(left.kind, left.count, left.detail)
    reader.blocks(body)
    parts = Parts(archive, writer, text_of)
    parts.notes(reader.blocks)
    parts.headers()
    parts.comments(body)
    core = archive.xml("docProps/core.xml")
    facts = [words_of(core, fact) for fact in ("title", "creator", "created")]
    return described(writer.extract(), facts[0], facts[1], iso_day(facts[2]))


class _Reader:
    """Writes the blocks of a body: paragraphs, tables, and what stands in the frames around them."""

    def __init__(self, writer: Writer, headings: frozenset[str], numbering: Numbering) -> None:
        self._writer, self._headings, self._numbering = writer, headings, numbering

    def blocks(self, parent: etree._Element) -> None:
        """All blocks inside an element."""
        for block in parent:
            name = local(block)
            if name == "p":
                self._paragraph(block)
            elif name == "tbl":
                self._number_cells(block)
                self._writer.table(grid_of(block, _words))

    def _paragraph(self, paragraph: etree._Element) -> None:
        words, style = text_of(paragraph), _style_of(paragraph)
        number = self._numbering.number(paragraph) if words.strip() else ""
        if style in self._headings or _outline_level(paragraph) is not None:
            self._writer.heading(words if number in ("", BULLET) else f"{number} {words}")
        elif number:
            self._writer.line(f"{number} {words.strip()}")
        else:
            self._writer.paragraph(words)
        for box in _boxes(paragraph):
            self.blocks(box)

    def _number_cells(self, table: etree._Element) -> None:
        """Puts the numbers of the paragraphs of a table before their words: a cell is read as one text."""
        for paragraph in [each for each in table.iter() if local(each) == "p"]:
            number = self._numbering.number(paragraph) if text_of(paragraph).strip() else ""
            if number not in ("", BULLET):
                first = next((each for each in paragraph.iter() if local(each) == "t"), None)
                if first is not None:
                    first.text = f"{number} {first.text or ''}"


def _words(cell: etree._Element) -> str:
    return " ".join(text_of(each) for each in cell.iter() if local(each) == "p")


def text_of(paragraph: etree._Element) -> str:
    """The words of a paragraph, without those of the text boxes in it."""
    parts: list[str] = []
    todo = list(reversed(paragraph))
    while todo:
        each = todo.pop()
        name = local(each)
        if name == "t":
            parts.append("".join(each.itertext()))
        elif name == "oMath":
            parts.append(formula(each))
        elif name in ("tab", "ptab", "br", "cr", "noBreakHyphen"):
            parts.append({"tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}.get(name, "\n"))
        elif name not in _LEFT_OUT:
            todo.extend(reversed(each))
    return "".join(parts)


def _boxes(paragraph: etree._Element) -> list[etree._Element]:
    """The text boxes of a paragraph in their order, not those inside of them."""
    boxes, todo = [], list(reversed(paragraph))
    while todo:
        each = todo.pop()
        if local(each) == "txbxContent":
            boxes.append(each)
        else:
            todo.extend(reversed(each))
    return boxes


def _style_of(paragraph: etree._Element) -> str | None:
    style = child(paragraph, "pPr", "pStyle")
    return attribute(style, "val") if style is not None else None


def _outline_level(paragraph: etree._Element) -> str | None:
    """The level of a heading that is set for this paragraph alone; 9 is that of text."""
    properties = next((each for each in paragraph if local(each) == "pPr"), None)
    settings = properties if properties is not None else ()
    level = next((attribute(each, "val") for each in settings if local(each) == "outlineLvl"), None)
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

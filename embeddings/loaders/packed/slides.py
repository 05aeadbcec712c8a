"""PPTX: each slide a page, its title a heading, then its shapes from the top, its tables as grids, and its notes.

Shapes of a kind that nobody knows are looked through for text as all others are. Pictures and charts are counted.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, attribute, local
from embeddings.loaders.extract import Extract, Writer
from embeddings.loaders.grids.grid import Placed, filled
from embeddings.loaders.limits import Limits

_SHAPES = {"sp", "cxnSp", "pic", "graphicFrame", "grpSp", "contentPart"}
_TITLES = {"title", "ctrTitle"}
_NO_TEXT = {"dt", "sldNum", "ftr", "hdr", "sldImg"}  # placeholders that every slide repeats, and its own picture
_MOST_SPAN = 1_000


def extract(archive: Archive, name: str, limits: Limits) -> Extract:
    """The slides of a presentation.

    Raises:
        DocumentError: damaged, or more than the limits allow.
    """
    presentation = archive.xml("ppt/presentation.xml")
    if presentation is None:
        raise DocumentError(f"{name}: can't be converted (no presentation in it); open and save it again")
    writer = Writer(name, limits)
    relations = dict(_relations(archive, "ppt/presentation.xml"))
    for each in (each for each in presentation.iter() if local(each) == "sldId"):
        part = next((relations[str(id)][1] for id in each.attrib.values() if str(id) in relations), "")
        slide = archive.xml(part) if part else None
        writer.page()
        if slide is None:
            writer.omit("slide", 1, "missing in the file")
            continue
        _slide(slide, writer)
        for kind, target in (found for _, found in _relations(archive, part)):
            _beside(archive, kind, target, writer)
    return writer.extract()


def _relations(archive: Archive, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """What a part refers to: ids, with the kind and the place of each."""
    folder, file = posixpath.split(part)
    root = archive.xml(f"{folder}/_rels/{file}.rels")
    for each in root if root is not None else ():
        if attribute(each, "TargetMode") != "External":
            target = attribute(each, "Target") or ""
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            kind = (attribute(each, "Type") or "").rpartition("/")[2]
            yield attribute(each, "Id") or "", (kind, path)


def _slide(slide: etree._Element, writer: Writer) -> None:
    shapes = sorted(_shapes(slide), key=_place)
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    for shape in titles:
        writer.heading(" ".join(_paragraphs(shape)))
    for shape in shapes:
        if shape not in titles and _placeholder(shape) not in _NO_TEXT:
            _shape(shape, writer)


def _shapes(slide: etree._Element) -> Iterator[etree._Element]:
    """The shapes of a slide, those of groups one by one; of alternatives the first."""
    todo = [slide]
    while todo:
        each = todo.pop()
        name = local(each)
        if name == "Fallback" and _has_choice(each):
            continue
        if name in _SHAPES and name != "grpSp":
            yield each
        else:
            todo.extend(reversed(each))


def _has_choice(fallback: etree._Element) -> bool:
    """Whether another alternative holds text, or a picture of it."""
    parent = fallback.getparent()
    return parent is not None and any(
        local(each) == "Choice" and any(local(inner) in _SHAPES for inner in each.iter()) for each in parent
    )


def _shape(shape: etree._Element, writer: Writer) -> None:
    """Writes what a shape says, and counts what of it is no text."""
    table = next((each for each in shape.iter() if local(each) == "tbl"), None)
    if table is not None:
        writer.table(filled([_row(row) for row in table if local(row) == "tr"]))
        return
    if local(shape) == "pic":
        writer.omit("picture")
    elif any(local(each) == "chart" for each in shape.iter()):
        writer.omit("chart")
    words = [each for each in _paragraphs(shape) if each.strip()]
    is_list = len(words) > 1 and _placeholder(shape) in ("body", "obj")
    for each in words:
        writer.line(f"- {each.strip()}") if is_list else writer.paragraph(each)


def _row(row: etree._Element) -> list[Placed]:
    """The cells of a row; those that a merged one covers are left to it."""
    cells = []
    for column, cell in enumerate(each for each in row if local(each) == "tc"):
        if not any(cell.get(name) in ("1", "true") for name in ("hMerge", "vMerge")):
            rows, columns = (_count(cell.get(name)) for name in ("rowSpan", "gridSpan"))
            cells.append(Placed(" ".join(_paragraphs(cell)), rows, columns, at=column))
    return cells


def _count(said: str | None) -> int:
    return max(1, min(int(said), _MOST_SPAN)) if said is not None and said.isdecimal() else 1


def _paragraphs(element: etree._Element) -> list[str]:
    """The paragraphs of a shape or cell."""
    found = []
    for paragraph in (each for each in element.iter() if local(each) == "p"):
        parts = []
        for each in paragraph.iter():
            if local(each) in ("t", "br", "tab"):
                parts.append({"br": "\n", "tab": "\t"}.get(local(each), "".join(each.itertext())))
        found.append("".join(parts))
    return found


def _placeholder(shape: etree._Element) -> str:
    """What a shape is a place for: "title", "body", ...; "" where it is none."""
    found = next((each for each in shape.iter() if local(each) == "ph"), None)
    return (found.get("type") or "obj") if found is not None else ""


def _place(shape: etree._Element) -> tuple[float, float]:
    """How far from the top and from the left a shape stands; first where only its layout knows."""
    found = next((each for each in shape.iter() if local(each) == "off"), None)
    said = [found.get(name) or "" for name in ("y", "x")] if found is not None else []
    if len(said) < 2 or not all(each.lstrip("-").isdecimal() for each in said):
        return (float("-inf"), float("-inf"))
    return (float(said[0]), float(said[1]))


def _beside(archive: Archive, kind: str, target: str, writer: Writer) -> None:
    """Writes what stands beside a slide: the text of its diagrams and its notes."""
    if kind not in ("diagramData", "notesSlide"):
        return
    root = archive.xml(target)
    if root is None:
        return
    if kind == "diagramData":
        for words in _paragraphs(root):
            writer.paragraph(words)
        return
    notes = [words for shape in _shapes(root) if _placeholder(shape) not in _NO_TEXT for words in _paragraphs(shape)]
    if any(words.strip() for words in notes):
        writer.heading("Notes")
        for words in notes:
            writer.paragraph(words)

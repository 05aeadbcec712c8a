"""PPTX: each slide a page; titles, texts with their numbers, tables, charts and diagrams, then the speaker's notes.

An unknown shape is searched for the texts in it, and does not stop the others.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.archive import Archive, attribute, local, words_of
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.grids.grid import Grid, Placed, filled
from embeddings.loaders.limits import Limits
from embeddings.loaders.shown.raised import Raised, lowered
from embeddings.loaders.word.accepted import child, choose_alternatives
from embeddings.text.items import in_form

_TITLES, _FURNITURE = ("title", "ctrTitle"), ("sldNum", "sldImg", "hdr")
_COUNTED = {"pic": "picture", "oleObj": "embedded object", "contentPart": "drawing", "videoFile": "film"}
_COUNTED |= {"audioFile": "recording"}
_MOST_SPAN = 1_000  # rows or columns of one cell
_NUMBER = re.compile(r"\(?(?:\d+|[A-Za-z]{1,6})[.)] |\d+ ")
_FORMS = {"arabic": "decimal", "romanUc": "upperRoman", "romanLc": "lowerRoman", "alphaUc": "upperLetter"}
_FORMS |= {"alphaLc": "lowerLetter"}
_CLOSINGS = {"Period": "{}.", "ParenBoth": "({})", "ParenR": "{})", "Plain": "{}", "Minus": "{} -"}


def extract(archive: Archive, name: str, limits: Limits) -> Extract:
    """The slides of a presentation.

    Raises:
        DocumentError: damaged, or more than the limits allow.
    """
    root = archive.xml("ppt/presentation.xml")
    if root is None:
        raise DocumentError(f"{name}: can't be converted (no presentation in it); open and save it again")
    writer = Writer(name, limits)
    deck, hidden = _Deck(archive, writer), []
    for number, part in enumerate(_slides(root, archive), start=1):
        writer.page()
        slide = archive.xml(part) if part else None
        if slide is None:
            writer.omit("slide", 1, "missing in the file")
            continue
        hidden += [str(number)] if attribute(slide, "show") in ("0", "false") else []
        deck.slide(slide, part)
    notes = [f"hidden in the presentation, and read: slide {', '.join(hidden)}"] if hidden else []
    return described(writer.extract(), notes=notes)


def _slides(root: etree._Element, archive: Archive) -> Iterator[str]:
    """The names of the slides, in their order."""
    relations = _relations(archive, "ppt/presentation.xml")
    for each in root.iter():
        if local(each) == "sldId":
            ids = [str(value) for key, value in each.items() if str(key).endswith("}id")]
            yield next((relations[id][1] for id in ids if id in relations), "")


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: by id, the kind and the name of the other part."""
    folder, file = posixpath.split(part)
    root = archive.xml(f"{folder}/_rels/{file}.rels")
    relations = {}
    for each in root if root is not None else ():
        target = attribute(each, "Target") or ""
        place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        relations[attribute(each, "Id") or ""] = ((attribute(each, "Type") or "").rpartition("/")[2], place)
    return relations


class _Deck:
    """Writes the slides of a presentation."""

    def __init__(self, archive: Archive, writer: Writer) -> None:
        self._archive, self._writer, self._marks = archive, writer, Raised()
        self._told = set[str]()  # what stands at the foot of every slide

    def slide(self, root: etree._Element, part: str) -> None:
        """A slide, its notes and its comments."""
        relations = _relations(self._archive, part)
        choose_alternatives(root)
        shapes = [each for each in root.iter() if local(each) in ("sp", "cxnSp") or local(each) == "graphicFrame"]
        for shape in sorted(shapes, key=lambda each: (_placeholder(each) not in _TITLES, *_place(each))):
            self._shape(shape, relations)
        for each in root.iter():
            kind = _COUNTED.get(local(each))
            if kind is not None:
                self._writer.omit(kind)
        for kind, other in relations.values():
            if kind == "notesSlide":
                self._notes(self._archive.xml(other))
            elif kind == "comments":
                self._comments(self._archive.xml(other))

    def _shape(self, shape: etree._Element, relations: dict[str, tuple[str, str]]) -> None:
        kind = _placeholder(shape)
        if kind in _FURNITURE:
            return
        if local(shape) == "graphicFrame":
            self._frame(shape, relations)
            return
        for body in [each for each in shape.iter() if local(each) == "txBody"]:
            lines = list(_lines(body, self._marks))
            if kind in _TITLES:
                self._writer.heading(" ".join(lines))
            elif kind not in ("ftr", "dt") or "".join(lines) not in self._told:
                self._told |= {"".join(lines)} if kind in ("ftr", "dt") else set()
                is_list = len(lines) > 1 and kind in ("body", "obj")
                for number, line in enumerate(lines):
                    bullet = "- " if is_list and not _NUMBER.match(line) else ""
                    self._writer.line(f"{bullet}{line}") if number or is_list else self._writer.paragraph(line)

    def _frame(self, frame: etree._Element, relations: dict[str, tuple[str, str]]) -> None:
        """A table, a chart or a diagram."""
        for each in frame.iter():
            if local(each) == "tbl":
                self._writer.table(filled([self._row(row) for row in each if local(row) == "tr"]))
            elif local(each) in ("chart", "relIds"):
                wanted = {"chart": ("chart", "chartEx"), "relIds": ("diagramData",)}[local(each)]
                ids = [str(value) for _, value in each.items()]
                parts = [relations[id][1] for id in ids if id in relations and relations[id][0] in wanted]
                for part in parts:
                    self._chart(part) if local(each) == "chart" else self._diagram(part)

    def _row(self, row: etree._Element) -> list[Placed]:
        """The cells of a row; those that a merged one covers are left to it."""
        cells = []
        for column, cell in enumerate(each for each in row if local(each) == "tc"):
            if not any(cell.get(name) in ("1", "true") for name in ("hMerge", "vMerge")):
                rows, columns = (_count(cell.get(name)) for name in ("rowSpan", "gridSpan"))
                cells.append(Placed(" ".join(_lines(cell, self._marks)), rows, columns, at=column))
        return cells

    def _chart(self, part: str) -> None:
        root = self._archive.xml(part)
        series = [each for each in root.iter() if local(each) == "ser"] if root is not None else []
        title = child(child(root, "chart"), "title")
        if title is not None:
            self._writer.paragraph(" ".join(_lines(title, self._marks)))
        if not series:
            self._writer.omit("chart without values")
            return
        names = [" ".join(_values(child(each, "tx")).values()) for each in series]
        rows = next(filter(None, (_values(child(each, "cat")) or _values(child(each, "xVal")) for each in series)), {})
        columns = [_values(child(each, "val")) or _values(child(each, "yVal")) for each in series]
        places = sorted({place for column in columns for place in column})
        cells = [[rows.get(place, ""), *(column.get(place, "") for column in columns)] for place in places]
        self._writer.table(Grid([["", *names], *cells], heads={0}))

    def _diagram(self, part: str) -> None:
        root = self._archive.xml(part)
        for point in [each for each in root.iter() if local(each) == "pt"] if root is not None else ():
            for line in _lines(point, self._marks):
                self._writer.paragraph(line)

    def _notes(self, root: etree._Element | None) -> None:
        shapes = [each for each in root.iter() if local(each) == "sp"] if root is not None else []
        lines = [line for each in shapes if _placeholder(each) in ("body", "") for line in _lines(each, self._marks)]
        if lines:
            self._writer.heading("Notes")
        for line in lines:
            self._writer.paragraph(line)

    def _comments(self, root: etree._Element | None) -> None:
        for comment in [each for each in root.iter() if local(each) == "cm"] if root is not None else ():
            words = words_of(comment, "text") or " ".join(_lines(comment, self._marks))
            if words:
                self._writer.paragraph(f"Comment: {words}")


def _placeholder(shape: etree._Element) -> str:
    """What the place of a shape is for: "title", "body", ...; "" where it has none of its own."""
    mark = next((child(each, "nvPr", "ph") for each in shape if local(each).startswith("nv")), None)
    return (attribute(mark, "type") or "body") if mark is not None else ""


def _lines(body: etree._Element, marks: Raised) -> Iterator[str]:
    """The paragraphs of a text, each with its automatic number."""
    counts: dict[int, int] = {}
    for paragraph in [each for each in body.iter() if local(each) == "p"]:
        words = _words(paragraph, marks).strip()
        if not words:
            continue
        properties = child(paragraph, "pPr")
        level = _whole(attribute(properties, "lvl") if properties is not None else None, 0)
        counts = {at: count for at, count in counts.items() if at <= level}
        numbered = child(properties, "buAutoNum")
        if numbered is None:
            counts.pop(level, None)
            yield words
            continue
        counts[level] = counts[level] + 1 if level in counts else _whole(attribute(numbered, "startAt"), 1)
        yield f"{_number(counts[level], attribute(numbered, 'type') or '')} {words}"


def _whole(written: str | None, otherwise: int) -> int:
    return int(written) if written is not None and written.isdecimal() and len(written) < 6 else otherwise


def _number(count: int, kind: str) -> str:
    form = next((form for name, form in _FORMS.items() if kind.startswith(name)), "decimal")
    closing = next((closing for name, closing in _CLOSINGS.items() if kind.endswith(name)), "{}.")
    return closing.format(in_form(count, form))


def _words(paragraph: etree._Element, marks: Raised) -> str:
    """The words of a paragraph, without struck ones; raised ones keep their meaning."""
    words, runs = "", [each for each in paragraph.iter() if local(each) in ("r", "fld", "br")]
    for place, run in enumerate(runs):
        if local(run) == "br":
            words += "\n"
            continue
        properties, said = child(run, "rPr"), "".join(each.text or "" for each in run if local(each) == "t")
        if properties is not None and attribute(properties, "strike") in ("sngStrike", "dblStrike"):
            continue
        height = (attribute(properties, "baseline") or "0") if properties is not None else "0"
        if height.startswith("-"):
            said = lowered(said)
        elif height.strip("0%"):
            after = "".join(runs[place + 1].itertext()) if place + 1 < len(runs) else ""
            said = marks.words(words, said, after)
        words += said
    return words


def _count(said: str | None) -> int:
    return max(1, min(int(said), _MOST_SPAN)) if said is not None and said.isdecimal() else 1


def _place(shape: etree._Element) -> tuple[float, float]:
    """How far a shape stands from the top and from the left; before all others where only its layout says so."""
    offset = next((each for each in shape.iter() if local(each) == "off"), None)
    said = [offset.get(name) or "" for name in ("y", "x")] if offset is not None else []
    if len(said) < 2 or not all(each.lstrip("-").isdecimal() for each in said):
        return (float("-inf"), float("-inf"))
    return (float(said[0]), float(said[1]))


def _values(element: etree._Element | None) -> dict[int, str]:
    """The values of cells that a chart keeps a copy of, by their places."""
    points = [each for each in element.iter() if local(each) == "pt"] if element is not None else []
    values = {}
    for point in points:
        place, value = attribute(point, "idx") or "", words_of(point, "v")
        if place.isdecimal() and value is not None:
            values[int(place)] = value
    return values

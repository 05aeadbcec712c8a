"""The fields of a PDF's form, each beside its label: "Name of the owner: Kari Lund"; and text written over a page.

A box that can be ticked says "Yes" or "No" behind its label, one of several that exclude each other "☒" or "☐" before
it. What a field holds has one number for all its characters, and its place is that of the field.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby

import pypdfium2
import pypdfium2.raw as raw

from embeddings.loaders.pdf.lines import Line

FIRST = 1 << 40  # the number of the first field: beyond those of all letters
_MOST = 5_000  # fields of a page
_LONGEST = 20_000  # characters of a field
_HIDDEN = 0x1 | 0x2 | 0x20  # flags of an annotation that is not shown
_SECRET = 1 << 13  # the flag of a field for a password
_COMMENTS = (raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_STRIKEOUT)
_CHOICES = (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_BOXES = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_READ = (raw.FPDF_FORMFIELD_TEXTFIELD, *_CHOICES, *_BOXES)
_BESIDE = 260.0  # points between a label and its field
_BOX_BESIDE = 25.0  # points between a box and the label behind it
_ABOVE = 60.0  # points above and below a field in which its label is looked for
_TOGETHER = 30.0  # points between two fields of one label
_YES, _NO, _TICKED, _EMPTY = "Yes", "No", "☒", "☐"

Rectangle = tuple[float, float, float, float]  # left, bottom, right, top


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form as it is filled in, or text that was written over a page.

    Attributes:
        kind: one of PDFium's kinds of fields; None for text without a field.
        name: what the form calls it.
        value: what stands in it; "" for a box that is not ticked.
        place: where it lies on the page.
    """

    kind: int | None
    name: str
    value: str
    place: Rectangle


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields of a page, and how many comments and secrets it has, which are not read."""

    fields: tuple[Field, ...] = ()
    comments: int = 0
    secrets: int = 0


def fields_of(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Filled:
    """The fields of a page of a document, and what was written over it."""
    fields: list[Field] = []
    comments = secrets = 0
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST)):
        with _annotation(page, number) as annotation:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                continue
            if kind in _COMMENTS:
                comments += bool(_contents(annotation))
            elif kind == raw.FPDF_ANNOT_FREETEXT:
                words = _contents(annotation)
                fields += [Field(None, "", words, _place(annotation))] if words else []
            elif kind == raw.FPDF_ANNOT_WIDGET and document.formenv is not None:
                field = _field(document.formenv, annotation)
                secrets += field is None
                fields += [field] if field is not None and (field.value or field.kind in _BOXES) else []
    return Filled(tuple(fields), comments, secrets)


@contextmanager
def _annotation(page: pypdfium2.PdfPage, number: int) -> Iterator[raw.FPDF_ANNOTATION]:
    annotation = raw.FPDFPage_GetAnnot(page, number)
    try:
        yield annotation
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _field(form: pypdfium2.PdfFormEnv, annotation: raw.FPDF_ANNOTATION) -> Field | None:
    """A field with its value; None where that is a secret."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind not in _READ:
        return Field(kind, "", "", (0, 0, 0, 0))
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD and raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _SECRET:
        return None
    name = _said(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation) or _said(
        raw.FPDFAnnot_GetFormFieldName, form, annotation
    )
    if kind in _BOXES:
        state = _text(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, b"AS", buffer, size))
        ticked = raw.FPDFAnnot_IsChecked(form, annotation) or state not in ("", "Off")
        value = _YES if ticked else ""
    else:
        value = _chosen(form, annotation) if kind in _CHOICES else ""
        value = value or _said(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    return Field(kind, name, " ".join(value.split()), _place(annotation))


def _chosen(form: pypdfium2.PdfFormEnv, annotation: raw.FPDF_ANNOTATION) -> str:
    """The labels of the options that are chosen."""
    count = min(raw.FPDFAnnot_GetOptionCount(form, annotation), _MOST)
    chosen = [number for number in range(count) if raw.FPDFAnnot_IsOptionSelected(form, annotation, number)]
    return ", ".join(
        _text(lambda buffer, size, number=number: raw.FPDFAnnot_GetOptionLabel(form, annotation, number, buffer, size))
        for number in chosen
    )


def _said(function: Callable[..., int], form: pypdfium2.PdfFormEnv, annotation: raw.FPDF_ANNOTATION) -> str:
    return _text(lambda buffer, size: function(form, annotation, buffer, size))


def _contents(annotation: raw.FPDF_ANNOTATION) -> str:
    words = _text(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size))
    return " ".join(words.split())


def _text(ask: Callable[..., int]) -> str:
    """What a function of PDFium writes as UTF-16 into a buffer of its size."""
    size = min(ask(None, 0), 2 * _LONGEST)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    if ask(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size) > size:
        return ""
    return buffer.raw.decode("utf-16-le", "ignore").rstrip("\0").replace("\0", "")


def _place(annotation: raw.FPDF_ANNOTATION) -> Rectangle:
    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, box)
    return float(box.left), float(box.bottom), float(box.right), float(box.top)


def with_fields(
    pieces: Sequence[Line], fields: Sequence[Field], turned: Callable[[Rectangle], Rectangle]
) -> tuple[list[Line], dict[int, Rectangle]]:
    """The pieces of a page with the values of its fields, and where these lie.

    Args:
        pieces: row by row from the top.
        fields: in any order.
        turned: gives a rectangle of the page as its text is read.
    """
    page = _Page(pieces)
    places: dict[int, Rectangle] = {}
    ordered = sorted(fields, key=lambda field: (-round(turned(field.place)[1] / 3), turned(field.place)[0]))
    for number, field in enumerate(ordered, start=FIRST):
        places[number] = field.place
        page.add(field, number, turned(field.place))
    return page.pieces(), places


class _Page:
    """The rows of a page, into which fields are written."""

    def __init__(self, pieces: Sequence[Line]) -> None:
        self._rows = [list(row) for _, row in groupby(pieces, key=lambda piece: piece.row)]

    def pieces(self) -> list[Line]:
        """All pieces, row by row."""
        return [replace(piece, row=number) for number, row in enumerate(self._rows) for piece in row]

    def add(self, field: Field, number: int, place: Rectangle) -> None:
        """Writes a field behind its label, or on a line of its own."""
        label = self._label(field, place)
        if label is None:
            size = min(12.0, max(place[3] - place[1], 1.0))
            words = f"{field.name}: " if field.name else ""
            value = field.value or _NO
            text, glyphs = words + value, (-1,) * len(words) + (number,) * len(value)
            base = place[1] + (place[3] - place[1]) / 3 if place[3] - place[1] < 3 * size else place[3] - size
            self._insert(Line(text, glyphs, size, base, False, place[0], place[2]))
            return
        row, index = label
        piece = self._rows[row][index]
        if _is_marked(field, piece.text):
            mark = _TICKED if field.value else _EMPTY
            told = replace(piece, text=f"{mark} {piece.text}", glyphs=(number, -1, *piece.glyphs))
        else:
            value = field.value or _NO
            between = " " if piece.text.endswith((":", "?")) or piece.glyphs[-1] >= FIRST else ": "
            glyphs = (*piece.glyphs, *(-1,) * len(between), *(number,) * len(value))
            told = replace(piece, text=f"{piece.text}{between}{value}", glyphs=glyphs)
        self._rows[row][index] = replace(told, left=min(told.left, place[0]), right=max(told.right, place[2]))

    def _insert(self, line: Line) -> None:
        """A piece on a row of its own, or at the end of the row that stands as high."""
        number = self._from(line.base + line.size / 3)
        row = self._rows[number] if number < len(self._rows) else []
        if row and abs(row[0].base - line.base) < line.size / 3:
            row.append(line)
            row.sort(key=lambda piece: piece.left)
        else:
            self._rows.insert(number, [line])

    def _from(self, height: float) -> int:
        """The number of the first row that stands no higher."""
        return bisect_left(self._rows, -height, key=lambda row: -row[0].base)

    def _label(self, field: Field, place: Rectangle) -> tuple[int, int] | None:
        """The row and the number of the piece that names a field: before it, behind a box, or above it."""
        left, bottom, right, top = place
        best: tuple[float, int, int] | None = None
        if field.kind is None:
            return None
        first, last = self._from(top + _ABOVE), self._from(bottom - _ABOVE)
        for number, row in enumerate(self._rows[first : last + 1], start=first):
            base, size = row[0].base, row[0].size
            beside = bottom - size / 3 <= base <= top
            above = 0 < base - top < 1.2 * size and field.kind not in _BOXES
            for index, piece in enumerate(row if beside or above else ()):
                cost = _cost(piece, field, left, right, beside)
                if cost is not None and (best is None or cost < best[0]):
                    best = cost, number, index
        return best[1:] if best is not None else None


def _cost(piece: Line, field: Field, left: float, right: float, beside: bool) -> float | None:
    """How far a piece is from being the label of a field beside or under it; None where it can't be the label."""
    filled = piece.glyphs[-1] >= FIRST
    behind = piece.left - right
    if beside and field.kind in _BOXES and -2 <= behind < _BOX_BESIDE and not filled and piece.glyphs[0] < FIRST:
        return behind
    before = left - piece.right
    if beside and -2 <= before < (_TOGETHER if filled else _BESIDE):
        return _BOX_BESIDE + before
    if not beside and abs(piece.left - left) < _TOGETHER and not filled:
        return _BOX_BESIDE + _BESIDE + abs(piece.left - left)
    return None


def _is_marked(field: Field, label: str) -> bool:
    """Whether a mark before the label tells of a box, rather than "Yes" or "No" behind it."""
    return field.kind == raw.FPDF_FORMFIELD_RADIOBUTTON or (
        field.kind in _BOXES and label.strip(" :.").lower() in ("yes", "no", "ja", "nein", "oui", "non", "sí", "si")
    )

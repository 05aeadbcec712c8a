"""Small PDFs, written by hand: lines of text at places of a page, in Helvetica."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """Words at a place of a page, in points from its lower left corner."""

    words: str
    x: float = 72
    y: float = 700
    size: float = 12


def written(lines: Sequence[str], size: float = 12, top: float = 720) -> list[Line]:
    """Lines one under the other, as they are set in a book; an empty one is a gap."""
    return [Line(words, y=top - 1.2 * size * number, size=size) for number, words in enumerate(lines) if words]


PICTURE = b"q 500 0 0 500 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q\n"  # a page that was scanned


def pdf(pages: Sequence[Sequence[Line | bytes]], facts: Mapping[str, str] | None = None) -> bytes:
    """A PDF with a page for each list of lines (or raw content); `facts` (Title, Author) are its metadata."""
    font = 3
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "]
    objects[2] += b"/Encoding /WinAnsiEncoding >>"
    kids = []
    for lines in pages:
        stream = b"".join(_shown(line) for line in lines)
        content = len(objects) + 1
        objects.append(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"endstream")
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 %d 0 R >> >> >>" % (content, font)
        )
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), listed)
    trailer = b""
    if facts:
        objects.append(b"<< " + b" ".join(b"/%s (%s)" % (k.encode(), _escaped(v)) for k, v in facts.items()) + b" >>")
        trailer = b" /Info %d 0 R" % len(objects)
    return _file(objects, trailer)


def form(lines: Sequence[Line], widgets: Sequence[str]) -> bytes:
    """A PDF of one page with annotations, each given as what stands in its dictionary."""
    stream = b"".join(_shown(line) for line in lines)
    numbers = b" ".join(b"%d 0 R" % (6 + index) for index in range(len(widgets)))
    fields = b" ".join(b"%d 0 R" % (6 + index) for index, widget in enumerate(widgets) if "/Widget" in widget)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] /DR << /Font << /F1 3 0 R >> >> >> >>" % fields,
        b"<< /Type /Pages /Count 1 /Kids [5 0 R] >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"endstream",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Annots [%s] "
        b"/Resources << /Font << /F1 3 0 R >> >> >>" % numbers,
        *(b"<< /Type /Annot %s >>" % widget.encode("latin-1") for widget in widgets),
    ]
    return _file(objects, b"")


def in_letters(lines: Sequence[Line], turned: bool = False) -> bytes:
    """A PDF of one page in any script: each character a letter of 0.6 times its size, drawn from the left."""
    signs = sorted({sign for line in lines for sign in line.words})
    codes = {sign: number for number, sign in enumerate(signs, start=1)}
    pairs = "\n".join(f"<{code:04x}> <{sign.encode('utf-16-be').hex()}>" for sign, code in codes.items())
    map_ = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end\n"
    ).encode("ascii")
    stream = b"".join(
        b"BT /F1 %g Tf %g %g Td <%s> Tj ET\n"
        % (line.size, line.x, line.y, "".join(f"{codes[sign]:04x}" for sign in line.words).encode())
        for line in lines
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"endstream",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R %s"
        b"/Resources << /Font << /F1 5 0 R >> >> >>" % (b"/Rotate 90 " if turned else b""),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H /DescendantFonts [6 0 R] "
        b"/ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /DW 600 /FontDescriptor 8 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        b"<< /Length %d >>\nstream\n" % len(map_) + map_ + b"endstream",
        b"<< /Type /FontDescriptor /FontName /Any /Flags 4 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 "
        b"/ItalicAngle 0 /FontBBox [0 -200 600 800] >>",
    ]
    return _file(objects, b"")


def _file(objects: Sequence[bytes], trailer: bytes) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def _shown(line: Line | bytes) -> bytes:
    if isinstance(line, bytes):
        return line
    return b"BT /F1 %g Tf %g %g Td (%s) Tj ET\n" % (line.size, line.x, line.y, _escaped(line.words))


def _escaped(words: str) -> bytes:
    return words.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")

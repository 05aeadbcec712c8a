"""Archives of XML, written by hand and always the same: DOCX, ODT, EPUB, PPTX, XLSX; and a PDF of lines."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_W += ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_W += ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
_W += ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_P += ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_P += ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_P += ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_S += ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DAY = (2024, 1, 1, 0, 0, 0)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of parts, in their order; the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def relations(*targets: tuple[str, str, str]) -> str:
    """A part of relations: the id, the kind and the target of each."""
    each = "".join(f'<Relationship Id="{id}" Type="{_KIND}/{kind}" Target="{to}"/>' for id, kind, to in targets)
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'


def _types(parts: Mapping[str, str]) -> str:
    each = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{_TYPES}">{xml}{rels}{each}</Types>'


def par(*runs: str, style: str = "", properties: str = "") -> str:
    """A paragraph of Word: texts, or runs as they are where they begin with "<"."""
    chosen = f'<w:pStyle w:val="{style}"/>' if style else ""
    inside = "".join(run if run.startswith("<") else word_run(run) for run in runs)
    return f"<w:p><w:pPr>{chosen}{properties}</w:pPr>{inside}</w:p>"


def word_run(words: str, properties: str = "") -> str:
    """A run of Word."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(words)}</w:t></w:r>'


def word_table(rows: Sequence[Sequence[str]]) -> str:
    """A table of Word; a cell that begins with "<" holds its own properties and paragraphs."""
    cells = ("".join(f"<w:tc>{c if c.startswith('<') else par(c)}</w:tc>" for c in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def docx(body: str, extra: Mapping[str, str] | None = None, links: Sequence[tuple[str, str, str]] = ()) -> bytes:
    """A document of Word. The insides of further parts are given without their root's namespaces, as "ROOT|inside"."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="H{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2, 3)
    )
    held = {
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
    }
    for name, content in (extra or {}).items():
        root, _, inside = content.partition("|")
        held[name] = f"<w:{root} {_W}>{inside}</w:{root}>"
    kind = f"{_OFFICE}.wordprocessingml."
    types = {name: f"{kind}{name[5:-4].strip('0123456789')}+xml" for name in held}
    types["word/document.xml"] = f"{kind}document.main+xml"
    own = [("s1", "styles", "styles.xml"), *links]
    own += [
        (f"x{n}", name[5:-4], name[5:])
        for n, name in enumerate(held)
        if name[5:-4] in ("numbering", "comments", "footnotes")
    ]
    return zipped(
        {
            "[Content_Types].xml": _types(types),
            "_rels/.rels": relations(("d", "officeDocument", "word/document.xml")),
            **held,
            "word/_rels/document.xml.rels": relations(*own),
        }
    )


def odt(body: str) -> bytes:
    """A document of LibreOffice; the prefixes `text` and `table` are known in it."""
    base = "urn:oasis:names:tc:opendocument:xmlns"
    known = " ".join(f'xmlns:{name}="{base}:{name}:1.0"' for name in ("office", "text", "table"))
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {known}><office:body><office:text>{body}</office:text>"
            "</office:body></office:document-content>",
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def epub(*chapters: str) -> bytes:
    """A book of chapters, each the inside of a body."""
    names = [f"c{number}.xhtml" for number in range(len(chapters))]
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in names)
    spine = "".join(f'<itemref idref="{n}"/>' for n in names)
    package = f'<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest>{items}</manifest><spine>{spine}</spine></package>'
    container = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    container += '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
    parts = {name: page.format(chapter) for name, chapter in zip(names, chapters, strict=True)}
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "book.opf": package, **parts}
    )


def shape(*paragraphs: str, kind: str = "") -> str:
    """A shape of a slide; a paragraph that begins with "<" is given with its own runs."""
    place = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>' if kind else "<p:nvPr/>"
    inside = "".join(
        f"<a:p>{p if p.startswith('<') else f'<a:r><a:t>{escape(p)}</a:t></a:r>'}</a:p>" for p in paragraphs
    )
    head = f'<p:nvSpPr><p:cNvPr id="2" name="s"/><p:cNvSpPr/>{place}</p:nvSpPr><p:spPr/>'
    return f"<p:sp>{head}<p:txBody><a:bodyPr/>{inside}</p:txBody></p:sp>"


def slide_table(rows: Sequence[Sequence[str]]) -> str:
    """A table of a slide; a cell "name=value|words" has an attribute."""

    def cell(words: str) -> str:
        more, bar, said = words.rpartition("|")
        name, _, value = more.partition("=")
        own = f' {name}="{value}"' if bar else ""
        return f"<a:tc{own}><a:txBody><a:bodyPr/><a:p><a:r><a:t>{escape(said)}</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc>"

    inside = "".join(f'<a:tr h="1">{"".join(map(cell, row))}</a:tr>' for row in rows)
    columns = "".join('<a:gridCol w="1"/>' for _ in rows[0])
    head = '<p:nvGraphicFramePr><p:cNvPr id="3" name="t"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
    head += '<p:xfrm><a:off x="0" y="0"/><a:ext cx="1" cy="1"/></p:xfrm>'
    kind = "http://schemas.openxmlformats.org/drawingml/2006/table"
    table = f'<a:tbl><a:tblPr firstRow="1"/><a:tblGrid>{columns}</a:tblGrid>{inside}</a:tbl>'
    return f'<p:graphicFrame>{head}<a:graphic><a:graphicData uri="{kind}">{table}</a:graphicData></a:graphic></p:graphicFrame>'


def pptx(*slides: str, links: Sequence[tuple[str, str, str]] = (), extra: Mapping[str, str] | None = None) -> bytes:
    """A presentation; `links` are those of its first slide, `extra` the insides of further parts as "ROOT|inside"."""
    kind = f"{_OFFICE}.presentationml."
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(len(slides)))
    held = {"ppt/presentation.xml": f"<p:presentation {_P}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"}
    types = {"ppt/presentation.xml": f"{kind}presentation.main+xml"}
    head = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    for number, slide in enumerate(slides):
        tree = f"<p:cSld><p:spTree>{head}{slide}</p:spTree></p:cSld>"
        held[f"ppt/slides/s{number}.xml"] = f"<p:sld {_P}>{tree}</p:sld>"
        types[f"ppt/slides/s{number}.xml"] = f"{kind}slide+xml"
    for name, content in (extra or {}).items():
        root, _, inside = content.partition("|")
        held[name] = f"<{root} {_P}>{inside}</{root}>"
        types[name] = f"{kind}notesSlide+xml" if "notes" in name else f"{_OFFICE}.drawingml.chart+xml"
    named = [(f"r{n}", "slide", f"slides/s{n}.xml") for n in range(len(slides))]
    return zipped(
        {
            "[Content_Types].xml": _types(types),
            "_rels/.rels": relations(("d", "officeDocument", "ppt/presentation.xml")),
            **held,
            "ppt/_rels/presentation.xml.rels": relations(*named),
            "ppt/slides/_rels/s0.xml.rels": relations(*links),
        }
    )


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]], merged: str = "", dimension: str = "") -> bytes:
    """A workbook. A cell is a text, a number, or (number, style): 1 a day, 2 per cent, 3 euros, "=formula" without value, "<r>…" runs."""
    formats = '<numFmt numFmtId="170" formatCode="&quot;€&quot;#,##0.00"/>'
    kinds = "".join(f'<xf numFmtId="{n}" applyNumberFormat="1"/>' for n in (0, 14, 9, 170))
    styles = f'<styleSheet {_S}><numFmts count="1">{formats}</numFmts><fonts count="1"><font/></fonts>'
    styles += '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    styles += f'<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">{kinds}</cellXfs></styleSheet>'
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    kind = f"{_OFFICE}.spreadsheetml."
    held = {
        "xl/workbook.xml": f"<workbook {_S}><sheets>{names}</sheets></workbook>",
        "xl/styles.xml": styles,
        **{f"xl/s{n}.xml": _sheet(rows, merged, dimension) for n, rows in enumerate(sheets.values(), 1)},
    }
    types = {"xl/workbook.xml": f"{kind}sheet.main+xml", "xl/styles.xml": f"{kind}styles+xml"}
    types |= {f"xl/s{n}.xml": f"{kind}worksheet+xml" for n in range(1, len(sheets) + 1)}
    links = [(f"r{n}", "worksheet", f"s{n}.xml") for n in range(1, len(sheets) + 1)] + [("st", "styles", "styles.xml")]
    return zipped(
        {
            "[Content_Types].xml": _types(types),
            "_rels/.rels": relations(("d", "officeDocument", "xl/workbook.xml")),
            **held,
            "xl/_rels/workbook.xml.rels": relations(*links),
        }
    )


def _sheet(rows: Sequence[Sequence[object]], merged: str, dimension: str) -> str:
    inside = "".join(
        f'<row r="{r}">' + "".join(_cell(value, f"{chr(65 + c)}{r}") for c, value in enumerate(row)) + "</row>"
        for r, row in enumerate(rows, 1)
        if row
    )
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in merged.split())
    told = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f"<worksheet {_S}>{told}<sheetData>{inside}</sheetData>{f'<mergeCells>{ranges}</mergeCells>' if ranges else ''}</worksheet>"


def _cell(value: object, place: str) -> str:
    if value is None:
        return ""
    number, style = value if isinstance(value, tuple) else (value, 0)
    if isinstance(number, (int, float)):
        return f'<c r="{place}" s="{style}"><v>{number}</v></c>'
    if str(number).startswith("="):
        return f'<c r="{place}"><f>{escape(str(number)[1:])}</f></c>'
    words = str(number) if str(number).startswith("<r>") else f"<t>{escape(str(number))}</t>"
    return f'<c r="{place}" t="inlineStr"><is>{words}</is></c>'

"""Small files of the formats that are archives, written by hand: DOCX, ODT, EPUB."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

_W = 'xmlns:w="http://www.w3.org/ns/w"'
_CORE = 'xmlns:dc="http://www.w3.org/ns/dc" xmlns:dcterms="http://www.w3.org/ns/dcterms"'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of parts, in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraph(words: str, style: str | None = None) -> str:
    """A paragraph of Word."""
    chosen = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{chosen}<w:r><w:t>{escape(words)}</w:t></w:r></w:p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table of Word."""
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def docx(
    body: str, title: str = "", author: str = "", created: str = "", extra: Mapping[str, str] | None = None
) -> bytes:
    """A document of Word with this body. `Titel1` is the German name of the style "heading 1"."""
    styles = '<w:style w:styleId="Titel1"><w:name w:val="heading 1"/></w:style>'
    styles += '<w:style w:styleId="Own"><w:name w:val="Chapter"/><w:basedOn w:val="Titel1"/></w:style>'
    facts = f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator>"
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
            "docProps/core.xml": f"<core {_CORE}>{facts}<dcterms:created>{created}</dcterms:created></core>",
            **(extra or {}),
        }
    )


def odt(body: str, meta: str = "") -> bytes:
    """A document of LibreOffice with this body; the namespaces `text` and `table` are known in it."""
    known = 'xmlns:office="urn:o" xmlns:text="urn:t" xmlns:table="urn:b" xmlns:dc="urn:d" xmlns:meta="urn:m"'
    inside = f"<office:body><office:text>{body}</office:text></office:body>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {known}>{inside}</office:document-content>",
            "meta.xml": f"<office:document-meta {known}>{meta}</office:document-meta>",
        }
    )


def epub(
    chapters: Sequence[str], title: str = "", author: str = "", date: str = "", encrypted: Sequence[str] = ()
) -> bytes:
    """A book of chapters, each the inside of a body."""
    names = [f"text/{number}.xhtml" for number in range(len(chapters))]
    items = "".join(f'<item id="c{n}" href="{name}"/>' for n, name in enumerate(names))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    facts = f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><dc:date>{date}</dc:date>"
    package = (
        f"<package {_CORE}><metadata>{facts}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        "OPS/book.opf": package,
    }
    for name, chapter in zip(names, chapters, strict=True):
        parts[f"OPS/{name}"] = f"<html><head><title>x</title></head><body>{chapter}</body></html>"
    if encrypted:
        inside = "".join(f'<CipherReference URI="{name}"/>' for name in encrypted)
        parts["META-INF/encryption.xml"] = f"<encryption>{inside}</encryption>"
    return zipped(parts)

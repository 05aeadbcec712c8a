"""The formats that are read, and which one a file has: by its first bytes where they say so, else by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from embeddings.errors import DocumentError
from embeddings.loaders.pictures import available, is_picture


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is read.

    Attributes:
        name: for messages.
        media_type: of the documents.
        suffixes: of the files, in lower case.
        module: in `embeddings.loaders`, the one with its `extract(data, name, limits)`.
        isolated: whether its parser runs in a process of its own.
        binary: whether its files begin with a signature; a file without it has another format.
        holds: whether it holds files and has no text of its own; then its module has `members(data, name, limits)`.
    """

    name: str
    media_type: str
    suffixes: tuple[str, ...]
    module: str
    isolated: bool = False
    binary: bool = False
    holds: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
TEXT = Format("text", "text/plain", (".txt", ".text", ".log", ".rst", ".adoc", ".asciidoc", ".org"), "plain")
MARKDOWN = Format("Markdown", "text/markdown", (".md", ".markdown"), "markdown")
HTML = Format("HTML", "text/html", (".html", ".htm", ".xhtml"), "web_page", isolated=True)
PDF = Format("PDF", "application/pdf", (".pdf",), "pdf.document", isolated=True, binary=True)
DOCX = Format("DOCX", f"{_OFFICE}wordprocessingml.document", (".docx",), "word.document", isolated=True, binary=True)
ODT = Format("ODT", f"{_OPEN}text", (".odt",), "packed.open_document", isolated=True, binary=True)
EPUB = Format("EPUB", "application/epub+zip", (".epub",), "packed.epub", isolated=True, binary=True)
MAIL = Format("e-mail", "message/rfc822", (".eml",), "mail.message", isolated=True)
CSV = Format("CSV", "text/csv", (".csv",), "table")
TSV = Format("TSV", "text/tab-separated-values", (".tsv", ".tab"), "table")
JSON = Format("JSON", "application/json", (".json",), "records")
JSON_LINES = Format("JSON lines", "application/jsonl", (".jsonl", ".ndjson"), "records")
PPTX = Format("PPTX", f"{_OFFICE}presentationml.presentation", (".pptx",), "packed.office", isolated=True, binary=True)
XLSX = Format("XLSX", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",), "packed.office", isolated=True, binary=True)
XLS = Format("XLS", "application/vnd.ms-excel", (".xls",), "packed.office", isolated=True, binary=True)
PICTURE = Format(
    "picture", "image/png", (".png", ".jpg", ".jpeg", ".tif", ".tiff"), "pdf.document", isolated=True, binary=True
)
MAILBOX = Format("mailbox", "application/mbox", (".mbox",), "mail.mailbox", holds=True)
ZIP = Format("ZIP", "application/zip", (".zip",), "packed.zipped", binary=True, holds=True)
MSG = Format("Outlook's MSG", "application/vnd.ms-outlook", (".msg",), "mail.outlook", isolated=True, binary=True)

DRAWN = (PDF.media_type, PICTURE.media_type)  # whose pages can be shown, with the places of their words
WRITTEN = (PDF, DOCX, ODT, PPTX, XLSX)  # the date in their metadata is the day on which the file was made

READ = (
    *(TEXT, MARKDOWN, HTML, PDF, DOCX, ODT, EPUB, MAIL, CSV, TSV, JSON, JSON_LINES),
    *(PPTX, XLSX, XLS, MSG, MAILBOX, ZIP),
)
GZIP = ".gz"
FORMATS = f"{', '.join(each.suffixes[0] for each in READ)}, and each with {GZIP} after it"
_BY_SUFFIX = {suffix: each for each in (*READ, PICTURE) for suffix in each.suffixes}

# Files that nobody asks questions about, text or not. They are left out unread.
_NEVER = frozenset(
    f".{suffix}"
    for suffix in (
        # programs, styles, markup of machines
        "py pyi pyc pyx pl pm rb php js mjs cjs ts jsx tsx vue c cc cpp cxx h hh hpp cs m mm java kt scala go rs swift "
        "lua r jl hs ml el lisp clj erl ex sh bash zsh fish ps1 bat cmd awk sed sql vim asm s mk cmake gradle tcl m4 "
        "am in css scss sass less svg xml xsl xslt xsd dtd wsdl rdf map lock ipynb proto thrift cocci prf "
        # settings of services, keys and signatures
        "service socket pem key crt cer csr asc sig gpg p12 pfx jks "
        # pictures, sound, films, fonts, archives, programs, data of programs
        "png jpg jpeg gif bmp tif tiff ico webp heic psd eps ps ai mp3 wav flac ogg m4a mp4 mkv avi mov webm ttf otf "
        "woff woff2 tar tgz bz2 xz zst 7z rar jar war deb rpm iso img dmg exe dll so dylib o a lib bin dat db "
        "sqlite sqlite3 parquet feather npy npz pt onnx pkl pickle h5 doc ppt rtf pages numbers key odp ods pst"
    ).split()
)
_NUMBER = re.compile(r"\.\d+(?:\W|$)")  # of a version: "Rules-2.0", "v2.30-notes"
_GZIP_MARK, _ZIP_MARK, _OLE_MARK, _PDF_MARK = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
_PDF_WITHIN = 1_024  # bytes before the mark of a PDF: what mail and web servers put there
_HTML_MARK = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,400}?-->\s*)?<(?:!doctype html|html)\b", re.I | re.S)
_MAILBOX_MARK = re.compile(rb"From \S[^\n]{0,200}\d{4}[^\n]{0,20}\n(?:>?From |[A-Za-z][\w-]{1,60}:)")
_IN_ZIP = (
    (DOCX, b"word/document.xml"),
    (PPTX, b"ppt/presentation.xml"),
    (XLSX, b"xl/workbook.xml"),
    (EPUB, b"META-INF/container.xml"),
)
_ZIP_END = b"PK\x05\x06"
_DIRECTORY = 1 << 20  # bytes at the end of an archive, in which its directory is looked for
_FIRST_PART = 200  # bytes, in which EPUB and ODT write what they are


def suffix_of(name: str) -> str:
    """The suffix that says the format of a file; "" where the name ends in a number, a stop, or a proper name.

    >>> suffix_of("notes.TXT"), suffix_of("Rules-2.0"), suffix_of("README.Debian")
    ('.TXT', '', '')
    """
    suffix = PurePath(name).suffix
    if suffix in ("", ".") or _NUMBER.match(suffix):
        return ""
    proper = suffix[1:].istitle() and suffix[1:].isalpha() and len(suffix) > 4
    return "" if proper and suffix.lower() not in (*_BY_SUFFIX, GZIP) else suffix


def check_name(name: str, source: str) -> bool:
    """Whether the name of a file says its format, or has no suffix; False where only its bytes can tell.

    Raises DocumentError where the name says that its format is not read, before any byte is read.
    """
    suffix = _inner_suffix(name).lower()
    if suffix in _NEVER and not (suffix in PICTURE.suffixes and available()):
        raise not_read(name, source)
    return not suffix or suffix in (*_BY_SUFFIX, GZIP)


def not_read(name: str, source: str) -> DocumentError:
    """The error for a file whose format is not read."""
    if _inner_suffix(name).lower() in PICTURE.suffixes:
        return DocumentError(
            f"{source}: {_inner_suffix(name)} files are not read; to recognise words on pictures install pincite[ocr]"
        )
    return DocumentError(f"{source}: {_inner_suffix(name)} files are not read; the formats are {FORMATS}")


def _inner_suffix(name: str) -> str:
    return suffix_of(name[: -len(GZIP)] if name.lower().endswith(GZIP) else name)


def is_gzip(data: bytes) -> bool:
    """Whether the first bytes are those of gzip."""
    return data.startswith(_GZIP_MARK)


def format_of(name: str, data: bytes, source: str) -> Format:
    """The format of a file.

    Args:
        name: its name, without what gzip added.
        data: its bytes, unpacked.
        source: what it is called in messages.

    Raises:
        DocumentError: its format is not read, or is not the one that its name says.
    """
    named = _BY_SUFFIX.get(suffix_of(name).lower())
    told = _told(data, named, source)
    if told is not None:
        return told
    if named is None and _MAILBOX_MARK.match(data):
        return MAILBOX
    if named is None:
        return HTML if _HTML_MARK.match(data) else TEXT
    if not named.binary:
        return named
    if _HTML_MARK.match(data):  # a web page instead of the file: it says why the download failed
        return HTML
    raise DocumentError(f"{source}: not {_a(named.name)} file, or a damaged one; open and save it again")


def _told(data: bytes, named: Format | None, source: str) -> Format | None:
    """The format that the first bytes say; None where they do not."""
    if data.startswith(_PDF_MARK) or (named is PDF and _PDF_MARK in data[:_PDF_WITHIN]):
        return PDF
    if named is PICTURE and is_picture(data):
        return PICTURE
    if data.startswith(_OLE_MARK):
        if named in (XLS, MSG):
            return named
        reason = "protected by a password, or" if named is not None and named.binary else "a file of"
        raise DocumentError(f"{source}: {reason} an old Office format; open it and save it as .docx, .xlsx or .pptx")
    return _zipped(data, named, source) if data.startswith(_ZIP_MARK) else None


def _zipped(data: bytes, named: Format | None, source: str) -> Format:
    """Which format a ZIP archive is, by the names in its directory; nothing is unpacked for that."""
    directory = data[-_DIRECTORY:]
    if _ZIP_END not in directory:
        what = _a(named.name) if named is not None and named.binary else "a ZIP"
        raise DocumentError(f"{source}: {what} file that is damaged or cut short; copy it again")
    chosen = next((each for each, part in _IN_ZIP if part in directory), None)
    if chosen is None:
        chosen = next((each for each in (EPUB, ODT) if each.media_type.encode() in data[:_FIRST_PART]), None)
    if chosen is None and named is ODT and b"content.xml" in directory:
        chosen = ODT
    if chosen is None and named is not None and named.binary and named is not ZIP:
        raise DocumentError(f"{source}: an archive of other files, and no {named.name} file; rename it to .zip")
    return chosen if chosen is not None else ZIP


def _a(name: str) -> str:
    """A name with its article.

    >>> _a("EPUB"), _a("PDF"), _a("XLSX")
    ('an EPUB', 'a PDF', 'an XLSX')
    """
    return f"{'an' if name[0] in 'AEIOXeo' else 'a'} {name}"

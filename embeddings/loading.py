"""Files and folders -> Documents.

The text of a document is what was decoded, without byte order mark and NUL, with CRLF as LF; nothing else is changed.
UTF-8 is tried first and never guessed about; the detection for other encodings is imported only where it is needed.
"""

from __future__ import annotations

import codecs
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import DocumentError, printable
from embeddings.sections import document_date, front_matter
from embeddings.types import Document

# A file without a suffix is read when it is text; the ".0" of "Rules-2.0" is none.
MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".log": "text/plain",
    ".rst": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    "": "text/plain",
}
FORMATS = ", ".join(suffix for suffix in MEDIA_TYPES if suffix)
LONGEST_TITLE = 120  # characters; a longer first line is text

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (b"%PDF-", b"PK\x03\x04", b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"SQLite format 3")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # not tab, line ends, form feed, escape
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")  # common in other scripts, rare in Latin, where accents stand alone
_FEWEST_TO_DETECT = 4  # bytes outside ASCII; from fewer nothing can be told
_SYMBOL_IN_WORD = re.compile(r"[^\W\d_][¡£¥¦§ª¯±²³¶¹º¼¾¿¨´¸˛ˇ˘˝](?=[^\W\d_])|[¶±¹³¼¾¦](?=[^\W\d_])")
_ALPHABETS = (  # encoding and the accented letters of languages written in it; the first of the best ones wins
    ("cp1252", "àâæçèéêëîïôœùûüÿñäöß"),  # French, German
    ("cp1252", "áàâãçéêíïñóôõúüºª"),  # Spanish, Portuguese
    ("cp1252", "àèéìíîòóùú"),  # Italian
    ("cp1252", "åäöæøéèüóòô"),  # Nordic
    ("cp1252", "áðéíóúýþæö"),  # Icelandic
    ("cp1250", "ąćęłńóśźż"),  # Polish
    ("cp1250", "áčďéěíňóřšťúůýžäľĺŕô"),  # Czech, Slovak
    ("cp1250", "áéíóöőúüű"),  # Hungarian
    ("cp1250", "čćđšž"),  # Croatian, Slovene
    ("cp1250", "ăâîşţ"),  # Romanian
    ("iso8859_2", "ąćęłńóśźż"),
    ("iso8859_2", "áčďéěíňóřšťúůýžäľĺŕô"),
    ("iso8859_2", "áéíóöőúüű"),
    ("cp1254", "çğıöşüâîûi̇"),  # Turkish
)
_SAME_TEXT = "same text as"
_LONGEST_PATH = 200  # characters of it in a message
_MOST_KINDS = 5  # of reasons for skipping, in the line that counts
_SAMPLE = 1 << 20  # bytes looked at to tell an encoding or a binary file


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not loaded, and why, in words for people."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading: the documents, in the order of their paths, and the files that were left out."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]


def load(paths: Sequence[str | Path]) -> Loaded:
    """Loads files, and the files of folders, sorted and with their subfolders; hidden ones are passed over.

    A bad file in a folder is skipped with its reason. The same text is loaded once.

    Raises:
        DocumentError: a path is missing, a file that was named itself is bad, or nothing at all could be loaded.
    """
    documents: dict[str, Document] = {}
    skipped: list[Skipped] = []
    if "" in paths:
        raise DocumentError('an empty path was named; name a file or folder, "." for this one')
    for path in map(Path, paths):
        before = len(documents)
        for found in _documents(path, skipped):
            twin = documents.setdefault(found.id, found)
            if twin is not found:
                skipped.append(Skipped(found.source, f"{_SAME_TEXT} {twin.source}"))
        if _is_folder(path) and len(documents) == before and not _was_seen(path, skipped):
            raise DocumentError(_nothing_in(path, skipped))
    if not documents:
        raise DocumentError(f"no path was named; name a file or folder ({FORMATS})")
    return Loaded(tuple(documents.values()), tuple(skipped))


def load_file(path: str | Path) -> Document:
    """Loads one file.

    Raises:
        DocumentError: it is missing, unreadable, empty, not text, or of a format that is not read.
    """
    path = Path(path)
    source = _printable(path.as_posix())
    suffix = _suffix(path)
    media_type = MEDIA_TYPES.get(suffix.lower())
    if _is_regular(path, source) and media_type is None:
        raise DocumentError(f"{source}: {suffix} files are not read; the formats are {FORMATS}")
    text = decode(_bytes(path, source), source)
    if not text.strip():
        raise DocumentError(f"{source}: holds no text; leave it out")
    markdown = media_type == "text/markdown"
    title = _title(text, markdown) or _printable(path.stem if suffix else path.name)
    return Document("", title, source, text, document_date(text), media_type or "text/plain")


def files_of(path: str | Path, skipped: list[Skipped]) -> Iterator[Path]:
    """The files that a path stands for: a file for itself, a folder for those that `load` would read.

    What a folder holds and can't be read is added to `skipped`.
    """
    return _files(Path(path), skipped) if _is_folder(Path(path)) else iter((Path(path),))


def nothing_in(folder: Path, skipped: Sequence[Skipped]) -> DocumentError:
    """What is said of a folder out of which nothing could be loaded."""
    return DocumentError(_nothing_in(folder, skipped))


def decode(data: bytes, name: str = "text") -> str:
    r"""The text of a file: decoded, byte order mark and NUL dropped, CRLF (or CR) to LF.

    >>> decode(b"\xef\xbb\xbfone\r\ntwo\x00")
    'one\ntwo'
    >>> decode("naïve “quotes”".encode("cp1252"))
    'naïve “quotes”'

    Raises:
        DocumentError: the bytes are not text, or in no encoding that could be told.
    """
    text = _decoded(data, name)
    if _is_binary(text):
        raise DocumentError(f"{name}: not text but binary data; the formats are {FORMATS}")
    return text.removeprefix("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def skipped_in_lines(skipped: Sequence[Skipped], most: int = 10) -> list[str]:
    """What is told of files that were left out: a line for each of the first ones, and one that counts the others.

    >>> files = [Skipped(f"{name}.png", ".png files are not read; the formats are .txt") for name in "abc"]
    >>> skipped_in_lines(files, most=1)
    ['skipped a.png: .png files are not read; the formats are .txt', 'skipped 2 more: .png files are not read (2)']
    """
    lines = [f"skipped {item.path}: {item.reason}" for item in skipped[:most]]
    others = Counter(_kind_of(item.reason) for item in skipped[most:])
    if others:
        told = ", ".join(f"{kind} ({count:,})" for kind, count in others.most_common(_MOST_KINDS))
        lines.append(f"skipped {others.total():,} more: {told}{', …' if len(others) > _MOST_KINDS else ''}")
    return lines


def _kind_of(reason: str) -> str:
    """A reason without what differs from file to file."""
    return "same text as another" if reason.startswith(_SAME_TEXT) else reason.partition(";")[0]


def _suffix(path: Path) -> str:
    """What a file's name says of its format: nothing where it ends in a number or a stop."""
    return "" if path.suffix in ("", ".") or path.suffix[1:].isdecimal() else path.suffix


def _documents(path: Path, skipped: list[Skipped]) -> Iterator[Document]:
    """The documents of a file or folder; what a folder holds and cannot be loaded is added to `skipped`."""
    if not _is_folder(path):
        yield load_file(path)
        return
    for file in _files(path, skipped):
        try:
            yield load_file(file)
        except DocumentError as error:
            source = _printable(file.as_posix())
            skipped.append(Skipped(source, str(error).removeprefix(f"{source}: ")))


def _files(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """The files of a folder and its subfolders, sorted, hidden ones and links to folders left out."""

    def unreadable(error: OSError) -> None:
        skipped.append(Skipped(_printable(str(error.filename)), f"can't be read ({error.strerror})"))

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(root) / name


def _was_seen(folder: Path, skipped: Sequence[Skipped]) -> bool:
    """Whether all a folder lacks is texts that were loaded before."""
    return any(item.reason.startswith(_SAME_TEXT) and Path(item.path).is_relative_to(folder) for item in skipped)


def _nothing_in(folder: Path, skipped: Sequence[Skipped]) -> str:
    inside = [item for item in skipped if Path(item.path).is_relative_to(folder)]
    first = f" ({inside[0].path}: {inside[0].reason})" if inside else ""
    return f"{_printable(folder.as_posix())}: a folder with nothing to read{first}; the formats are {FORMATS}"


def _is_folder(path: Path) -> bool:
    """False where it can't be told, which reading it will tell."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_regular(path: Path, source: str) -> bool:
    """Whether it is a file; a pipe, which would block for ever, is none.

    Raises DocumentError where nothing is there, or nothing can be told.
    """
    try:
        if path.exists():
            return path.is_file()
    except OSError as error:
        raise DocumentError(f"{_short(source)}: can't be read ({error.strerror}); check the path") from None
    if path.is_symlink():
        raise DocumentError(
            f"{source}: a link to {_printable(str(path.readlink()))}, which is not there; mend the link"
        )
    raise DocumentError(f"{_short(source)}: no such file or folder; check the path")


def _short(source: str) -> str:
    """A path that names nothing may be a whole text, put in the wrong place."""
    return source if len(source) <= _LONGEST_PATH else f"{source[:_LONGEST_PATH]}…"


def _bytes(path: Path, source: str) -> bytes:
    if not _is_regular(path, source):
        raise DocumentError(f"{source}: not a regular file; name a file or folder ({FORMATS})")
    try:
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{source}: can't be read ({error.strerror}); check its permissions") from None


def _decoded(data: bytes, name: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, name)
    if data.startswith(_BINARY):
        raise DocumentError(f"{name}: not text but binary data; the formats are {FORMATS}")
    wide = _wide_encoding(data[:_SAMPLE])
    if wide is not None:
        return _strict(data, wide, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _mended_utf8(data) or _strict(data, _narrow_encoding(data, name), name)
    if "\0" in text and _is_binary(text):  # the bytes of UTF-16 may happen to be valid UTF-8
        return _strict(data, _wide_other(data, name), name)
    return text


def _is_binary(text: str) -> bool:
    """Whether more than one character in fifty is a control character that texts do not use."""
    sample = text[:_SAMPLE]
    return len(_CONTROL.findall(sample)) > len(sample) // 50


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
        text.encode("utf-8")  # some decoders let lone surrogates through
    except UnicodeError:
        raise DocumentError(f"{name}: not valid {encoding.upper()}; save it as UTF-8") from None
    return text


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without a mark, told by the NULs in every other byte of what is mostly Latin script; else None."""
    even, odd = sample[::2], sample[1::2]
    for encoding, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if high.count(0) > 0.3 * len(high) and low.count(0) < 0.02 * len(low) + 1:
            return encoding
    return None


def _mended_utf8(data: bytes) -> str | None:
    """UTF-8 with a few damaged bytes, as U+FFFD each; None where the text rather has another encoding.

    Other encodings hardly ever form a valid sequence of UTF-8, so a text with many of them is UTF-8.
    """
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    if damaged > len(text) // 100 + 2:
        return None
    return text if sum(not character.isascii() for character in text) - damaged >= 2 * damaged else None


def _narrow_encoding(data: bytes, name: str) -> str:
    """The encoding of bytes that are not UTF-8: by its letters for Latin script, else as detected."""
    sample = data if len(data) <= _SAMPLE else data[: data.rfind(b"\n", 0, _SAMPLE) + 1] or data[:_SAMPLE]
    if 0 in sample:
        return _wide_other(data, name)
    high = len(_HIGH.findall(sample))
    if high < _FEWEST_TO_DETECT or sum(map(len, _HIGH_RUN.findall(sample))) < 0.3 * high:
        return _latin(data, sample)
    return _detected(sample) or _latin(data, sample)


def _wide_other(data: bytes, name: str) -> str:
    """UTF-16 of a script other than Latin; NULs mean binary data otherwise."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding) if _decodes(data, encoding) else ""
        written = sum(character.isalnum() or character.isspace() or "!" <= character <= "~" for character in text)
        if any(space in text for space in " \n") and written > 0.85 * len(text):
            return encoding
    raise DocumentError(f"{name}: not text but binary data; the formats are {FORMATS}")


def _latin(data: bytes, sample: bytes) -> str:
    """The encoding in which the letters of the text belong to one language; Windows-1252 where several do."""
    able = [pair for pair in _ALPHABETS if _decodes(data, pair[0])]
    return min(able, key=lambda pair: _strange(sample.decode(pair[0], "ignore"), pair[1]), default=("latin-1", ""))[0]


def _strange(text: str, alphabet: str) -> int:
    """How many letters lie outside an alphabet, and how many symbols stand inside words."""
    counts = Counter(character for character in text if not character.isascii())
    letters = sum(n for character, n in counts.items() if character.isalpha() and character.lower() not in alphabet)
    return letters + len(_SYMBOL_IN_WORD.findall(text))


def _detected(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # here, because most files are UTF-8

    best = from_bytes(sample, cp_exclusion=["utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32"]).best()
    if best is None:
        return None
    return "gb18030" if best.encoding in {"gb2312", "gbk"} else best.encoding  # a superset


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _title(text: str, markdown: bool) -> str | None:
    """The title in the front matter of Markdown, else the first line, if it is short and has a word in it."""
    titled = front_matter(text).get("title") if markdown else None
    if titled:
        return _one_line(titled)
    if markdown and front_matter(text):
        text = text.partition("\n---")[2]
        text = text[text.find("\n") + 1 :] if "\n" in text else ""
    start = len(text) - len(text.lstrip())
    line = text[start : start + LONGEST_TITLE].partition("\n")[0]
    if len(line) >= LONGEST_TITLE or not any(character.isalnum() for character in line):
        return None
    return _one_line(re.sub(r"^#{1,6}\s+|\s+#+\s*$", "", line.strip()) if markdown else line)


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _printable(path: str) -> str:
    """A path in one line of Unicode: what is not UTF-8 in a file's name is shown as U+FFFD, a line end as an escape."""
    return printable(os.fsencode(path).decode("utf-8", errors="replace"))

"""The letters of a mail: the bytes of a part or a header -> text, whatever its character set is said to be."""

from __future__ import annotations

import codecs
import re
from email.header import decode_header
from email.message import Message

from embeddings.errors import DocumentError
from embeddings.loaders.decoding import decode
from embeddings.loaders.markup import declared_charset
from embeddings.text.encodings import from_iso_2022_jp

_SINGLE = re.compile(r"(?:iso8859|iso-8859|latin|cp125|windows-125|us-ascii|ascii|koi8|mac|cp437|cp850|cp866)", re.I)
_SUPERSETS = {  # what is written under the name of the smaller set
    **{"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874"},
    **{"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "cp950"},
}
_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "cp-850": "cp850",
    "x-mac-roman": "mac_roman",
}
_JAPANESE = re.compile(rb"\x1b(?:\$[@B]|\$\(D|\([JI])")
_KOREAN = re.compile(rb"\x1b\$\)C")
_SURROGATES = re.compile("[\udc80-\udcff]")


def letters(payload: bytes, charset: str | None, name: str, is_html: bool = False) -> str:
    """The text of some bytes.

    Valid UTF-8 is UTF-8 where a single-byte set was declared; Latin-1 is read as Windows-1252; the sets of East Asia as
    what programs really write. What a page of HTML says of itself comes after what the mail says.

    >>> letters(b"\\x8035 \\x96 caf\\xe9", "iso-8859-1", "a"), letters("café".encode(), "iso-8859-1", "a")
    ('€35 – café', 'café')

    Raises:
        DocumentError: the bytes are not text.
    """
    declared = known(charset) or (known(declared_charset(payload)) if is_html else None)
    may_shift = payload.isascii() and (
        declared is None or declared.startswith(("iso2022", "ascii", "utf-8", "iso8859-1"))
    )
    if may_shift and _KOREAN.search(payload):
        declared = "iso2022_kr"
    elif may_shift and _JAPANESE.search(payload):
        return _clean(from_iso_2022_jp(payload))
    if not payload.isascii() and (declared is None or _SINGLE.match(declared)):
        try:
            return _clean(payload.decode("utf-8"))
        except UnicodeDecodeError:
            pass
    if declared == "ascii" and not payload.isascii():  # what it declares is wrong
        try:
            return _clean(decode(payload, name))
        except DocumentError:
            pass
    for encoding in filter(None, (_SUPERSETS.get(declared or ""), declared)):
        try:
            text = payload.decode(encoding)
            text.encode("utf-8")
            return _clean(text)
        except (UnicodeError, LookupError, ValueError):
            continue
    return decode(payload, name)


def known(charset: str | None) -> str | None:
    """The name that Python has for a character set, None where it knows none.

    >>> known("Latin1"), known('"UTF8"'), known("x-unknown"), known(None)
    ('iso8859-1', 'utf-8', None, None)
    """
    said = (charset or "").strip("\"' ").lower()
    try:
        codec = codecs.lookup(_ALIASES.get(said, said)) if said else None
    except (LookupError, ValueError):
        return None
    return codec.name if codec is not None and codec._is_text_encoding else None


def header(message: Message, name: str) -> str:
    """The words of a header on one line; "" where there is none. Raw letters outside ASCII are read as they may be."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    raw = " ".join(raw.split())
    if _SURROGATES.search(raw):
        raw = readable(raw.encode("utf-8", "surrogateescape"))
    if "=?" not in raw:
        return raw
    try:
        parts = decode_header(raw)
    except Exception:  # the standard library stumbles over some of what is sent
        return raw
    words = "".join(part if isinstance(part, str) else _word(part, charset, name) for part, charset in parts)
    return " ".join(words.encode("utf-8", "replace").decode("utf-8").split())


def readable(data: bytes) -> str:
    """The letters of a name or a header, whatever they are."""
    try:
        return letters(data, None, "a name")
    except DocumentError:
        return data.decode("ascii", "replace")


def _word(part: bytes, charset: str | None, name: str) -> str:
    try:
        return letters(part, charset, name) if charset else part.decode("ascii", "replace")
    except Exception:  # not text
        return part.decode("ascii", "replace")


def _clean(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")

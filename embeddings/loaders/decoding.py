"""Bytes -> text, whatever encoding they are in.

The text is what was decoded, without byte order mark, NUL and what drives a terminal (colours, its title, letters that
were struck over), with CRLF as LF and with Windows' letters where a program left control characters; nothing else is
changed. UTF-8 is tried first and never guessed about; the detection for other encodings is imported only where it is
needed.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from embeddings.errors import DocumentError
from embeddings.text.encodings import from_iso_2022_jp, guesses, named

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (b"%PDF-", b"PK\x03\x04", b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"SQLite format 3")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # not tab, line ends, form feed, escape
_C1 = re.compile(r"[\x80-\x84\x86-\x9f]")
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|[ -/]{1,4}[0-~]|[0-OQ-WYZ\\a-~])"
)
_STRUCK = re.compile(r"[^\n\x08]\x08")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")  # common in other scripts, rare in Latin, where accents stand alone
_JAPANESE = re.compile(rb"\x1b\$(?:[@B]|\([@-D])")  # what switches to Japanese in ISO-2022-JP
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e]){2,}~\}")  # Chinese between ASCII, as in mail and news
_WINDOWS = {  # control characters that no text has, by what Windows' set has in their places
    code: bytes((code,)).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D)
}
_KOREAN = b"\x1b$)C"  # begins a text in ISO-2022-KR
_SEVERAL = ["shift_jis", "cp932", "euc_jp", "gb2312", "gbk", "gb18030", "big5", "cp950", "euc_kr", "cp949", "johab"]
_TRADITIONAL = frozenset(  # what Chinese outside the mainland is mostly made of
    "的一是不了人我在有他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生會那後能對着事其裡所去行過家十用發天如然作方成者"
    "多日都三小軍二無同麼經法當起與好看學進種將還分此心前面又定見只主沒公從月九元請份租約由先佢嘅喺冇咗啲哋係唔嘢呢，。、：；？！「」"
)
_SURE = 0.15  # against an encoding of one byte for each letter: below it, those of several bytes are not looked at
_UNSURE = 0.7  # beyond it none fits
_FEWEST_TO_REFUSE = 8  # bytes outside ASCII
_ENOUGH = 1 << 16  # bytes for the detection of East Asian encodings
_SAMPLE = 1 << 20  # bytes looked at to tell an encoding or a binary file


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file.

    Attributes:
        text: without byte order mark and NUL, CRLF (or CR) as LF.
        guessed: the encoding where only the text itself told which it is, for people; None where it is certain.
    """

    text: str
    guessed: str | None = None


def decode(data: bytes, name: str = "text") -> str:
    r"""The text of a file: decoded, byte order mark and NUL dropped, CRLF (or CR) to LF.

    >>> decode(b"\xef\xbb\xbfone\r\ntwo\x00")
    'one\ntwo'
    >>> decode("naïve “quotes”".encode("cp1252"))
    'naïve “quotes”'

    Raises:
        DocumentError: the bytes are not text, or in no encoding that could be told.
    """
    return decoded(data, name).text


def decoded(data: bytes, name: str = "text") -> Decoded:
    """The text of a file, and the encoding that was guessed for it. Raises DocumentError as `decode`.

    >>> decoded("Новый причал открыт в апреле.".encode("koi8-r")).guessed
    'KOI8-R'
    """
    text, encoding = _decoded(data, name)
    text = without_terminal_codes(text)
    if _is_binary(text):
        raise DocumentError(f"{name}: not text but binary data; leave it out")
    if not text.isascii() and _C1.search(text):
        text = text.translate(_WINDOWS)
    text = text.removeprefix("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, named([encoding]) if encoding is not None else None)


def without_terminal_codes(text: str) -> str:
    r"""A text without escape sequences (ECMA-48: colours, cursor, titles) and characters that were struck over.

    >>> without_terminal_codes("\x1b[1;31mERROR\x1b[0m \x1b]0;a title\x07N\bNO")
    'ERROR NO'
    """
    if "\x1b" in text:
        text = _SEQUENCE.sub("", text)
    return _STRUCK.sub("", text) if "\b" in text else text


def is_plain(start: bytes) -> bool:
    """Whether the first bytes of a file are plainly text: UTF-8, to a character that they cut, without control codes.

    >>> is_plain("Größe".encode()[:3]), is_plain(b"\\x7fELF\\x02"), is_plain("Größe".encode("cp1252"))
    (True, False, False)
    """
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return "\0" not in text and not _CONTROL.search(without_terminal_codes(text)) and not start.startswith(_BINARY)


def _decoded(data: bytes, name: str) -> tuple[str, str | None]:
    """The text, and its encoding where that was guessed."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, name), None
    if data.startswith(_BINARY):
        raise DocumentError(f"{name}: not text but binary data; leave it out")
    wide = _wide_encoding(data[:_SAMPLE])
    if wide is not None:
        return _strict(data, wide, name), None
    if _JAPANESE.search(data[:_SAMPLE]) and data.isascii():
        return from_iso_2022_jp(data), None
    if _KOREAN in data[:_SAMPLE] and data.isascii() and _decodes(data, "iso2022_kr"):
        return _strict(data, "iso2022_kr", name), None
    if _HZ.search(data[:_SAMPLE]) and data.isascii() and _decodes(data, "hz"):
        return _strict(data, "hz", name), None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        mended = _mended_utf8(data)
        if mended is not None:
            return mended, None
        narrow = _narrow_encoding(data, name)
        return _strict(data, narrow, name), narrow
    if "\0" in text and _is_binary(text):  # the bytes of UTF-16 may happen to be valid UTF-8
        return _strict(data, _wide_other(data, name), name), None
    return text, None


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
    """The encoding of bytes that are not UTF-8: what the text says in it is the evidence."""
    sample = data if len(data) <= _SAMPLE else data[: data.rfind(b"\n", 0, _SAMPLE) + 1] or data[:_SAMPLE]
    if 0 in sample:
        return _wide_other(data, name)
    guessed = guesses(sample)
    best = next((guess for guess in guessed if _decodes(data, guess.encoding)), None)
    high = sum(byte >= 0x80 for byte in sample)
    runs = sum(map(len, _HIGH_RUN.findall(sample)))
    if best is None or (best.against > _SURE and runs >= 0.3 * high):
        several = _detected(sample)
        if several is not None and _decodes(data, several):
            return several
    if best is None:
        return "latin-1"
    if best.against > _UNSURE and high >= _FEWEST_TO_REFUSE:
        likely = named([guess.encoding for guess in guessed[:2]])
        raise DocumentError(f"{name}: the encoding of its text can't be told (perhaps {likely}); save it as UTF-8")
    return best.encoding


def _wide_other(data: bytes, name: str) -> str:
    """UTF-16 of a script other than Latin; NULs mean binary data otherwise."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding) if _decodes(data, encoding) else ""
        written = sum(character.isalnum() or character.isspace() or "!" <= character <= "~" for character in text)
        if any(space in text for space in " \n") and written > 0.85 * len(text):
            return encoding
    raise DocumentError(f"{name}: not text but binary data; leave it out")


def _detected(sample: bytes) -> str | None:
    """The encoding of several bytes for each character that the text is in, None where it is in none."""
    from charset_normalizer import from_bytes  # here, because most files are UTF-8

    for encoding in ("cp932", "euc_jp", "euc_jis_2004", "shift_jis_2004"):
        if _decodes(sample, encoding) and _is_japanese(sample.decode(encoding)):
            return encoding
    for encoding in ("euc_kr", "cp949", "johab"):
        if _decodes(sample, encoding) and _is_korean(sample.decode(encoding)):
            return encoding
    best = from_bytes(_start(sample), cp_isolation=_SEVERAL).best()
    if best is None or best.encoding.startswith("gb"):
        hong_kong = _hong_kong(sample)
        if hong_kong is not None:
            return hong_kong
    if best is None:
        return None
    return "gb18030" if best.encoding in {"gb2312", "gbk"} else best.encoding  # a superset


def _hong_kong(sample: bytes) -> str | None:
    """Big5 with the characters of Hong Kong, where nearly all of a text are signs and frequent characters of it."""
    if not _decodes(sample, "big5hkscs"):
        return None
    high = [character for character in sample.decode("big5hkscs") if not character.isascii()]
    frequent = sum(character in _TRADITIONAL for character in high)
    return "big5hkscs" if high and frequent >= 0.12 * len(high) else None


def _start(sample: bytes) -> bytes:
    """As much of a sample as it takes to tell its encoding, up to a space or a line end: no character is cut there."""
    if len(sample) <= _ENOUGH:
        return sample
    end = max(sample.rfind(b"\n", 0, _ENOUGH), sample.rfind(b" ", 0, _ENOUGH))
    return sample[: end + 1] if end > 0 else sample[:_ENOUGH]


def _is_japanese(text: str) -> bool:
    """Whether a fifth of a text's characters outside ASCII are Hiragana, and hardly any Katakana of half a width."""
    high = [character for character in text if not character.isascii()]
    kana = sum("\u3041" <= character <= "\u3096" for character in high)
    half = sum("\uff61" <= character <= "\uff9f" for character in high)
    return kana >= 0.2 * len(high) and half <= 0.1 * len(high)


def _is_korean(text: str) -> bool:
    """Whether nearly all of a text's characters outside ASCII are Korean syllables or letters, or signs."""
    high = [character for character in text if not character.isascii()]
    korean = sum("\uac00" <= character <= "\ud7a3" or "\u3131" <= character <= "\u318e" for character in high)
    signs = sum("\u2000" <= character <= "\u303f" or character >= "\uff01" for character in high)
    return korean >= 0.6 * len(high) and korean + signs >= 0.95 * len(high)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

"""The rich text of a message of Outlook -> its words, or the page of HTML that was put into it.

How it is packed is told in [MS-OXRTFCP], how it holds HTML in [MS-OXRTFEX].
"""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass, replace

_PACKED, _PLAIN = b"LZFu", b"MELA"
_KNOWN = (  # what the window holds before the first byte
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SIGNS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"cell": "\t", b"row": "\n", b"emdash": "—", b"endash": "–"}
_SIGNS |= {b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"sect": "\n"}
_SIGNS |= {b"page": "\n", b"emspace": " ", b"enspace": " "}
_NO_TEXT = frozenset(
    b"fonttbl colortbl stylesheet info pict header footer object themedata datastore generator".split()
)
_MOST_GROUPS = 1_000  # inside one another


def unpacked(data: bytes, most: int) -> bytes:
    """The rich text of a property, at most so many bytes of it; nothing where it is damaged.

    >>> unpacked(struct.pack("<II4sI", 17, 5, b"MELA", 0) + b"{rtf}", 99)
    b'{rtf}'
    """
    if len(data) < 16:
        return b""
    _, length, kind, _ = struct.unpack_from("<II4sI", data)
    if kind == _PLAIN:
        return data[16 : 16 + min(length, most)]
    return _from_window(data[16:], min(length, most)) if kind == _PACKED else b""


def _from_window(data: bytes, length: int) -> bytes:
    window = bytearray(_KNOWN.ljust(_WINDOW, b"\0"))
    at, place, out = len(_KNOWN), 0, bytearray()
    while place < len(data) and len(out) < length:
        flags, place = data[place], place + 1
        for bit in range(8):
            if flags >> bit & 1:
                if place + 2 > len(data):
                    return bytes(out)
                pair, place = int.from_bytes(data[place : place + 2], "big"), place + 2
                start = pair >> 4
                if start == at:
                    return bytes(out[:length])
                for step in range((pair & 15) + 2):
                    window[at] = window[(start + step) % _WINDOW]
                    out.append(window[at])
                    at = (at + 1) % _WINDOW
            elif place < len(data):
                window[at] = data[place]
                out.append(data[place])
                at, place = (at + 1) % _WINDOW, place + 1
    return bytes(out[:length])


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside a pair of braces.

    Attributes:
        hidden: its words are none of the text.
        twice: they are written for programs that do not know HTML.
        skip: how many characters stand for one that is given by its number.
    """

    hidden: bool = False
    twice: bool = False
    skip: int = 1


def words_of(rich: bytes) -> tuple[str, bool]:
    """The text, and whether it is a page of HTML.

    >>> words_of(rb"{\\rtf1\\ansi\\ansicpg1252 The rent is \\'80900.\\par See \\u8594? x{\\*\\foo y}}")
    ('The rent is €900.\\nSee → x', False)
    """
    is_page = b"\\fromhtml1" in rich[:1_000]
    text, charset = _Text(), "cp1252"
    groups, here = list[_Group](), _Group()
    starred = False
    for token in _TOKEN.finditer(rich):
        word, number, byte, sign, brace, run = token.groups()
        if brace == b"{":
            if len(groups) < _MOST_GROUPS:
                groups.append(here)
        elif brace == b"}":
            here = groups.pop() if groups else _Group()
        elif word is not None:
            if word == b"ansicpg" and number is not None:
                charset = _known(f"cp{int(number)}", charset)
            here, said = _controlled(here, word, number, starred, is_page)
            if not here.hidden and not here.twice:
                if word == b"u" and number is not None:
                    text.character(int(number), here.skip)
                else:
                    text.add(said if not is_page else "")
        elif sign != b"*" and not here.hidden and not here.twice:
            if byte is not None:
                text.byte(int(byte, 16), charset)
            elif sign is not None:
                text.add({b"~": " ", b"_": "-", b"-": ""}.get(sign, sign.decode("ascii", "replace")))
            elif run is not None:
                text.run(run, charset)
        starred = sign == b"*"
    return text.whole(), is_page


class _Text:
    """Words in the making."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._held, self._charset = bytearray(), ""  # bytes that follow one another: two may be one letter
        self._left = 0  # characters that only repeat the last one

    def add(self, words: str) -> None:
        if self._held:
            self._parts.append(self._held.decode(self._charset, "replace"))
            self._held.clear()
        self._parts.append(words)

    def byte(self, value: int, charset: str) -> None:
        if self._left:
            self._left -= 1
        else:
            self._held.append(value)
            self._charset = charset

    def run(self, data: bytes, charset: str) -> None:
        self.add(data[self._left :].decode(charset, "replace"))
        self._left = max(0, self._left - len(data))

    def character(self, number: int, skip: int) -> None:
        code = number + 0x10000 if number < 0 else number
        self.add(chr(code) if 0 < code < 0x10000 else "")
        self._left = skip

    def whole(self) -> str:
        self.add("")
        words = "".join(self._parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return words.replace("\0", "").strip()


def _controlled(here: _Group, word: bytes, number: bytes | None, starred: bool, is_page: bool) -> tuple[_Group, str]:
    """A group after a word that controls it, and what the word stands for."""
    if word == b"htmlrtf":
        return replace(here, twice=number != b"0"), ""
    if word == b"htmltag" and is_page:
        return replace(here, hidden=False, twice=False), ""
    if starred or word in _NO_TEXT:
        return replace(here, hidden=True), ""
    if word == b"uc" and number is not None:
        return replace(here, skip=min(abs(int(number)), 8)), ""
    return here, _SIGNS.get(word, "")


def _known(name: str, default: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8" if name == "cp65001" else default

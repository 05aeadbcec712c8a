"""A message of Outlook (.msg): sender, date and text from its properties, by olefile; what is attached, as files.

The properties and their numbers are those of [MS-OXMSG] and [MS-OXPROPS].
"""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from typing import Any

from embeddings.errors import DocumentError
from embeddings.loaders.extract import Extract, Packed, described
from embeddings.loaders.limits import Limits
from embeddings.loaders.mail.letters import header, letters
from embeddings.loaders.mail.message import write_page, write_plain
from embeddings.loaders.mail.moments import moment
from embeddings.loaders.mail.parts import is_placeholder
from embeddings.loaders.mail.rich_text import unpacked, words_of
from embeddings.loaders.mail.writing import MailWriter

_SUBJECT, _HEADERS, _TO, _CC, _BODY, _PAGE, _RTF = "0037", "007D", "0E04", "0E03", "1000", "1013", "1009"
_NAMES, _ADDRESSES = ("0C1A", "0042"), ("5D01", "5D02", "0C1F", "0065")
_MOMENTS, _CODE_PAGES = (0x0039, 0x0E06, 0x3007), (0x3FDE, 0x3FFD)
_FILE_NAMES, _DATA, _CONTENT_ID = ("3707", "3704", "3001"), "3701", "3712"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_ATTACHED = "__attach_version1.0_"
_PROPERTIES = "__properties_version1.0"
_INNER = "__substg1.0_3701000D"


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a message, and the files attached to it.

    Raises:
        DocumentError: olefile is not installed, the file is damaged, or more than the limits allow.
    """
    try:
        import olefile
    except ImportError:
        raise DocumentError(
            f"{name}: .msg files need a converter that is not installed: pip install 'pincite[office]'"
        ) from None
    try:
        ole = olefile.OleFileIO(io.BytesIO(data))
        names = ole.listdir(streams=True, storages=True)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # whatever is wrong with it
        raise DocumentError(f"{name}: damaged; open and save it again") from None
    if len(names) > limits.parts:
        raise DocumentError(f"{name}: has more than {limits.parts:,} parts; split it")
    reader = _Reader(ole, names, name, limits)
    facts = reader.message([], None)
    mail = described(reader.writer.extract(), facts["Subject"], facts["author"], facts["moment"] or None)
    return mail.with_files(reader.files)


class _Reader:
    """Reads a message and those inside it."""

    def __init__(self, ole: Any, names: list[list[str]], name: str, limits: Limits) -> None:
        self.writer, self.files = MailWriter(name, limits), list[Packed]()
        self._ole, self._names, self._name, self._limits = ole, names, name, limits
        self._left = limits.unpacked_bytes

    def message(self, place: list[str], date: str | None, depth: int = 0) -> dict[str, str]:
        """Writes the message that lies in a storage; what it says of itself."""
        facts = self._facts(place)
        date = date if depth == 0 else facts["moment"]
        self.writer.begin(date)
        shown = [f"{each}: {facts[each]}" for each in ("From", "To", "Cc", "Date", "Subject") if facts[each]]
        for number, line in enumerate(shown):
            self.writer.heading(line) if depth and number == 0 else self.writer.line(line)
        if not shown and not depth:
            raise DocumentError(
                f"{self._name}: no message of Outlook: it says neither sender nor subject; leave it out"
            )
        self._body(place)
        for storage in self._attachments(place):
            self.writer.begin(date)
            self._attached(storage, depth)
        return facts

    def _facts(self, place: list[str]) -> dict[str, str]:
        numbers = self._numbers(place)
        headers = message_from_string(self._words(place, _HEADERS), policy=policy.compat32)
        sender = next(filter(None, (self._words(place, each) for each in _NAMES)), "")
        address = next((words for each in _ADDRESSES if "@" in (words := self._words(place, each))), "")
        when = next((_filetime(numbers[each]) for each in _MOMENTS if numbers.get(each)), "")
        return {
            "From": f"{sender} <{address}>"
            if sender and address and sender != address
            else sender or address or header(headers, "From"),
            "To": self._words(place, _TO),
            "Cc": self._words(place, _CC),
            "Date": header(headers, "Date") or when.replace("T", " ").replace("Z", " UTC"),
            "Subject": self._words(place, _SUBJECT),
            "author": sender or address,
            "moment": moment(header(headers, "Date")) or when,
        }

    def _body(self, place: list[str]) -> None:
        plain, page = self._words(place, _BODY), self._page(place)
        if page and is_placeholder(plain):
            write_page(page, self.writer, self._shown(place))
        elif plain.strip():
            write_plain(plain, self.writer)
        elif packed := self._bytes(place, f"{_RTF}0102"):
            words, is_page = words_of(unpacked(packed, self._limits.unpacked_bytes))
            if words:
                if is_page:
                    write_page(words, self.writer, self._shown(place))
                else:
                    write_plain(words, self.writer)
            else:
                self.writer.omit("text in RTF alone")

    def _attachments(self, place: list[str]) -> list[list[str]]:
        """The storages of what is attached to a message, in order."""
        inside = {tuple(each[: len(place) + 1]) for each in self._names if each[: len(place)] == place}
        return [list(each) for each in sorted(inside) if each[len(place) :] and each[-1].startswith(_ATTACHED)]

    def _shown(self, place: list[str]) -> frozenset[str]:
        """The names under which the page of a message shows what is attached to it."""
        return frozenset(self._words(each, _CONTENT_ID) for each in self._attachments(place)) - {""}

    def _page(self, place: list[str]) -> str:
        data = self._bytes(place, f"{_PAGE}0102")
        if not data:
            return self._words(place, _PAGE)
        try:
            return letters(data, self._charset(place) or None, self._name, is_html=True)
        except DocumentError:
            return ""

    def _attached(self, place: list[str], depth: int) -> None:
        name = next(filter(None, (self._words(place, each) for each in _FILE_NAMES)), "attachment")
        name = " ".join(name.replace("\\", "/").rpartition("/")[2].split())[:120]
        if [*place, _INNER] in self._names:
            if depth >= self._limits.depth:
                self.writer.omit("mail inside too many others", detail=name)
            else:
                self.message([*place, _INNER], None, depth + 1)
            return
        data = self._bytes(place, f"{_DATA}0102")
        self._left -= len(data)
        if len(self.files) >= self._limits.inside or self._left < 0 or len(data) > self._limits.file_bytes:
            self.writer.omit("attachment beyond the limits", detail=name)
        elif not data:
            self.writer.omit("empty attachment", detail=name)
        else:
            self.files.append(Packed(name, data))

    def _words(self, place: list[str], property: str) -> str:
        """The words of a property, in UTF-16 or in the code page of the message."""
        wide = self._bytes(place, f"{property}001F")
        if wide:
            return (
                wide.decode("utf-16-le", "replace")
                .replace("\0", "")
                .replace("\r\n", "\n")
                .encode("utf-8", "replace")
                .decode()
            )
        narrow = self._bytes(place, f"{property}001E")
        try:
            return letters(narrow, self._charset(place) or "cp1252", self._name) if narrow else ""
        except DocumentError:
            return ""

    def _charset(self, place: list[str]) -> str:
        numbers = self._numbers(place)
        page = next((numbers[each] & 0xFFFF for each in _CODE_PAGES if numbers.get(each)), 0)
        return {65001: "utf-8", 20127: "ascii", 28591: "iso-8859-1", 20866: "koi8-r", 50220: "iso-2022-jp"}.get(
            page, f"cp{page}" if page else ""
        )

    def _numbers(self, place: list[str]) -> dict[int, int]:
        """The properties of a message that are numbers, by their numbers."""
        data = self._stream([*place, _PROPERTIES])
        start = 32 if not place else 24
        return {
            tag >> 16: value
            for at in range(start, len(data) - 15, 16)
            for tag, _flags, value in (struct.unpack_from("<IIQ", data, at),)
        }

    def _bytes(self, place: list[str], property: str) -> bytes:
        return self._stream([*place, f"__substg1.0_{property}"])

    def _stream(self, place: list[str]) -> bytes:
        if place not in self._names:
            return b""
        try:
            return bytes(self._ole.openstream(place).read())
        except (MemoryError, RecursionError):
            raise
        except Exception:  # a stream that is damaged, or a storage
            return b""


def _filetime(count: int) -> str:
    """A moment of Windows in ISO 8601; "" for none."""
    try:
        return (_EPOCH + timedelta(microseconds=count // 10)).strftime("%Y-%m-%dT%H:%MZ") if count else ""
    except OverflowError:
        return ""

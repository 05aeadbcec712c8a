"""The parts of a ZIP archive, unpacked within limits, and their XML, which may neither fetch nor expand anything."""

from __future__ import annotations

import io
import zipfile
import zlib
from lzma import LZMAError

from lxml import etree

from embeddings.errors import DocumentError
from embeddings.loaders.limits import Limits, size

_ENCRYPTED = 0x1  # the flag of an entry
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, OverflowError),
    *(NotImplementedError, RuntimeError, ValueError, KeyError),
)


class Archive:
    """A ZIP archive.

    Args:
        data: its bytes.
        name: of the file, for messages.
        limits: for the number of entries, and the bytes of all that is read of them.

    Raises:
        DocumentError: damaged, or of more entries than are read.
    """

    def __init__(self, data: bytes, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        self._left = limits.unpacked_bytes
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self._entries = {entry.filename: entry for entry in self._archive.infolist()}
        except _DAMAGED:
            raise self._damaged() from None
        if len(self._entries) > limits.parts:
            raise DocumentError(f"{name}: has {len(self._entries):,} parts, at most {limits.parts:,} are read")

    def read(self, part: str) -> bytes | None:
        """The bytes of a part, None where there is none of this name.

        Raises:
            DocumentError: protected, damaged, or unpacking to more than the limit.
        """
        entry = self._entries.get(part)
        if entry is None:
            return None
        if entry.flag_bits & _ENCRYPTED:
            raise DocumentError(f"{self._name}: protected by a password; save it without one")
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(self._left + 1)
        except _DAMAGED:
            raise self._damaged() from None
        self._left -= len(data)
        if self._left < 0:
            raise self._too_large()
        return data

    def xml(self, part: str) -> etree._Element | None:
        """The root element of a part, None where there is none of this name. Raises DocumentError as `read`."""
        data = self.read(part)
        return None if data is None else parsed_xml(data, self._name)

    def check_size(self) -> None:
        """Raises DocumentError where all parts together would unpack to more than the limit."""
        if sum(entry.file_size for entry in self._entries.values()) > self._limits.unpacked_bytes:
            raise self._too_large()

    def _too_large(self) -> DocumentError:
        return DocumentError(f"{self._name}: unpacks to more than {size(self._limits.unpacked_bytes)}; split it")

    def _damaged(self) -> DocumentError:
        return DocumentError(f"{self._name}: damaged or cut short; open and save it again")


def parsed_xml(data: bytes, name: str) -> etree._Element:
    """The root element. Entities are not replaced and nothing is fetched; libxml2 bounds depth and length.

    Raises:
        DocumentError: not well formed.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = str(error).partition("\n")[0][:100]
        raise DocumentError(f"{name}: its XML is damaged ({reason}); open and save it again") from None


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; "" for comments and processing instructions.

    >>> local(etree.fromstring("<w:p xmlns:w='urn:w'/>"))
    'p'
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    return next((str(value) for key, value in element.items() if str(key).rpartition("}")[2] == name), None)


def words_of(root: etree._Element | None, name: str) -> str | None:
    """The words of the first element of a name that has any: a fact among metadata."""
    elements = root.iter() if root is not None else ()
    return next(
        (words for each in elements if local(each) == name and (words := "".join(each.itertext()).strip())), None
    )


def iso_day(written: str | None) -> str | None:
    """The day that a date of metadata begins with, in the forms of ISO 8601; None for anything else.

    >>> iso_day("2021-05-03T10:00:00Z"), iso_day("2021"), iso_day("yesterday")
    ('2021-05-03', None, None)
    """
    from datetime import date

    try:
        return date.fromisoformat((written or "")[:10]).isoformat() if (written or "")[4:5] == "-" else None
    except ValueError:
        return None

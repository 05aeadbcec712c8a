"""What a tool reads of a file: Pincite itself, and others that are installed."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from embeddings.errors import DocumentError
from embeddings.loading import Skipped, read_data
from embeddings.types import Document


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a file: the documents, or why there are none."""

    documents: tuple[Document, ...]
    problem: str = ""

    @property
    def text(self) -> str:
        """All of their texts."""
        return "\n\n".join(document.text for document in self.documents)


# Reads the bytes of a file of some name.
Reader = Callable[[str, bytes], Reading]


def pincite(name: str, data: bytes) -> Reading:
    """What the loaders of this project read."""
    try:
        found = [each for each in read_data(name, data) if not isinstance(each, Skipped)]
    except DocumentError as error:
        return Reading((), str(error))
    return Reading(tuple(found))


def markitdown(name: str, data: bytes) -> Reading:
    """What markitdown (Microsoft) makes of a file; a mail is plain text to it."""
    from markitdown import MarkItDown, StreamInfo

    try:
        found = MarkItDown().convert_stream(
            io.BytesIO(data), stream_info=StreamInfo(extension=Path(name).suffix, filename=name)
        )
    except Exception as error:  # whatever it raises, it is this file's
        return Reading((), type(error).__name__)
    return _reading(name, str(found.markdown))


def pypdf(name: str, data: bytes) -> Reading:
    """What pypdf reads of a PDF, and nothing of other files."""
    if not name.endswith(".pdf"):
        return Reading((), "not a PDF")
    from pypdf import PdfReader

    try:
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    except Exception as error:
        return Reading((), type(error).__name__)
    return _reading(name, text)


def readers() -> Mapping[str, Reader]:
    """The tools that are installed, by their names, this project first."""
    known: dict[str, Reader] = {"pincite": pincite, "markitdown": markitdown, "pypdf": pypdf}
    return {name: reader for name, reader in known.items() if name == "pincite" or find_spec(name) is not None}


def _reading(name: str, text: str) -> Reading:
    words = text.encode("utf-8", "replace").decode()
    return Reading((Document("", name, name, words),) if words.strip() else ())

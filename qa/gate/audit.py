"""Who asked what: a line of JSON for each question, in a file that only its owner can read; off unless asked for."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from embeddings.errors import ServerError, printable
from qa.gate.asking import USER
from qa.types import Answer

_BYTES, _FILES = 10_000_000, 9  # of a file, and older ones that are kept
_LOG = logging.getLogger(__name__)


class Audit:
    """Writes a line for each question: time, user, the question as asked and as understood, the documents cited, the
    update of the index, confidence, milliseconds; and the error where there was one. Never words of a document.

    Raises:
        ServerError: the file can't be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._handler = _Private(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8", errors="replace")
        except OSError as error:
            raise ServerError(
                f"--audit {printable(str(path))}: can't be written ({error.strerror}); name another file"
            ) from None

    def close(self) -> None:
        """Closes the file."""
        self._handler.close()

    def note(self, asked: str, update: int, seconds: float, answer: Answer | None, error: str | None = None) -> None:
        """Writes the line of a question."""
        row: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "user": USER.get() or None,
            "asked": asked,
            "understood": answer.question if answer is not None else None,
            "cited": _cited(answer) if answer is not None else [],
            "update": update,
            "confidence": round(answer.confidence, 4) if answer is not None else None,
            "answered": answer is not None and answer.text is not None,
            "milliseconds": round(seconds * 1000),
            "error": error,
        }
        line = json.dumps(row, ensure_ascii=True)
        self._handler.handle(logging.makeLogRecord({"msg": line}))


class _Private(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        handle = os.open(
            self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600
        )
        return os.fdopen(handle, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name of logging
        _LOG.exception("a question could not be noted in %s", self.baseFilename)


def _cited(answer: Answer) -> list[dict[str, str]]:
    documents = {c.document.id: c.document for side in (answer, *answer.alternatives) for c in side.citations}
    return [{"id": document.id, "source": document.source} for document in documents.values()]

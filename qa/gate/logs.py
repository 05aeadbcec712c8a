"""The log of the server: printable and short lines, whatever a request, a file or an error holds."""

from __future__ import annotations

import logging

from embeddings.errors import printable

_LINES, _LONGEST = 60, 300  # of a message with its traceback, and characters of a line


class Plain(logging.Formatter):
    """Writes a record so that it can neither control a terminal nor look like another record."""

    def format(self, record: logging.LogRecord) -> str:
        """The message on one line, and the last lines of its traceback."""
        said = printable(record.getMessage())[:_LONGEST]
        if not record.exc_info:
            return said
        trace = self.formatException(record.exc_info).splitlines()[-_LINES:]
        return "\n".join([said, *(f"  {printable(line)[:_LONGEST]}" for line in trace)])


def to_stderr() -> None:
    """Logs warnings and errors to stderr in this form, unless logging was set up already."""
    handler = logging.StreamHandler()
    handler.setFormatter(Plain())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)

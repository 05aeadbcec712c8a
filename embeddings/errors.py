"""Everything that can go wrong, as one tree.

    PinciteError
    ├── DocumentError        a file or text that cannot become a Document
    ├── QuestionError        a question that cannot be asked
    ├── FilterError          a filter that can't be applied: a date of no form, a document that is not there
    ├── SettingsError        a setting outside its range
    ├── GoldError            a line of gold questions that is not well formed
    ├── RecordError          something saved that can't be read back: a conversation, a pin, feedback
    ├── ModelError           a model that is missing, damaged or of another kind
    ├── ServerError          the chat cannot be served (a port that is taken, ...)
    ├── BenchmarkError       something that was to be timed cannot be run
    └── StoreError           an index that cannot be used
        ├── StoreNotFound    there is no index where one was named
        ├── StoreMismatch    made by another version of the format, or with another encoder
        └── StoreLocked      another process is writing

A message says what was expected, what came, and how to mend it, in one line: the command line prints it as it is and
exits with 2. "No answer" is a value, never an error.
"""

import unicodedata

# What turns the order of letters around (Unicode: Bidi_Control), so that a text shows other words than it has.
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_WRITTEN = ("Cc", "Cs", "Zl", "Zp")  # categories of characters that are written as escapes


def printable(text: str) -> str:
    r"""A text that keeps to its line: control characters, lone surrogates and line ends are written as escapes.

    The name of a file may hold any of them; printed as they are they would break a line, or drive the terminal.

    >>> printable("notes\n2\x1b[2J.txt")
    'notes\\n2\\x1b[2J.txt'
    """
    return "".join(
        repr(character)[1:-1] if unicodedata.category(character) in _WRITTEN or character in BIDI else character
        for character in text
    )


def one_line(text: str) -> str:
    """The text in one line, its white space folded; for display only, never for offsets.

    Control characters become U+FFFD, and so do those that reverse the order of letters: a document must not steer a
    terminal, nor show other words than it has.

    >>> one_line("two\\n  lines ")
    'two lines '
    """
    out: list[str] = []
    for character in text:
        if not character.isspace():
            hidden = unicodedata.category(character) == "Cc" or character in BIDI
            out.append("\ufffd" if hidden else character)
        elif not out or out[-1] != " ":
            out.append(" ")
    return "".join(out)


class PinciteError(Exception):
    """The root: catch this to catch every error that Pincite raises on purpose."""


class DocumentError(PinciteError):
    """A file or text that cannot become a Document."""


class QuestionError(PinciteError):
    """A question that cannot be asked: empty, too long, or without a single word."""


class FilterError(PinciteError):
    """A filter that can't be applied: a date in no form, or a document that is not there."""


class SettingsError(PinciteError):
    """A setting outside its range."""


class GoldError(PinciteError):
    """A line of a gold file that is not well formed, or does not fit its document."""


class RecordError(PinciteError):
    """Something that was saved and can't be read back: a conversation, a pinned question, feedback."""


class ModelError(PinciteError):
    """A model that is missing, damaged, or not of the kind that was asked for."""


class ServerError(PinciteError):
    """The chat cannot be served."""


class BenchmarkError(PinciteError):
    """Something that was to be timed cannot be run."""


class StoreError(PinciteError):
    """An index that cannot be used."""


class StoreNotFound(StoreError):
    """There is no index at the place that was named."""


class StoreMismatch(StoreError):
    """An index made by another version of the format, or with another encoder."""


class StoreLocked(StoreError):
    """Another process is writing to the index."""

"""What is said of how a file was read: what was left out of it, counted, and notes in words.

A loader counts what it leaves out (`embeddings.loaders.extract.Writer.omit`); the count travels with the document into
the index, and `pincite index`, `pincite documents list --verbose` and the chat tell it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from embeddings.errors import DocumentError

_MOST_DETAILS = 5  # of one kind that are named
_LONGEST_DETAIL = 120  # characters


@dataclass(frozen=True, slots=True)
class Omitted:
    """Parts of a file that its text does not hold.

    Attributes:
        kind: what they are, in the singular: "picture", "form field", "formula without a value".
        count: how many of them.
        detail: which ones, or what to do about it; "" where nothing more is known.
    """

    kind: str
    count: int
    detail: str = ""

    def words(self) -> str:
        """In words for people.

        >>> Omitted("picture", 3).words(), Omitted("formula without a value", 2, "B2, B7").words()
        ('3 pictures left out', '2 formulas without a value left out (B2, B7)')
        """
        kind = self.kind if self.count == 1 else _plural(self.kind)
        return f"{self.count:,} {kind} left out{f' ({self.detail})' if self.detail else ''}"


@dataclass(frozen=True, slots=True)
class Remarks:
    """All that is said of how a file was read.

    Attributes:
        omitted: what was left out, one for each kind.
        notes: other things in words, one line each: the encoding that was guessed, text that was recognised.
    """

    omitted: tuple[Omitted, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """One line for each.

        >>> Remarks((Omitted("comment", 1),), ("read as KOI8-R",)).lines()
        ('1 comment left out', 'read as KOI8-R')
        """
        return (*(each.words() for each in self.omitted), *self.notes)

    def to_json(self) -> str:
        """As JSON, for a store; "" where nothing is said."""
        if self == NO_REMARKS:
            return ""
        counted = [(each.kind, each.count, each.detail) for each in self.omitted]
        return json.dumps([counted, self.notes], separators=(",", ":"))

    @classmethod
    def from_json(cls, written: str) -> Remarks:
        """What `to_json` wrote. Raises DocumentError for anything else.

        >>> Remarks.from_json(Remarks((Omitted("picture", 2),)).to_json()).lines()
        ('2 pictures left out',)
        """
        try:
            counted, notes = json.loads(written) if written else ((), ())
            omitted = tuple(Omitted(str(kind), int(count), str(detail)) for kind, count, detail in counted)
            return cls(omitted, tuple(map(str, notes)))
        except (ValueError, TypeError, RecursionError):
            raise DocumentError("the record of what was left out is damaged; load it again") from None


NO_REMARKS = Remarks()


def together(parts: Iterable[Omitted]) -> tuple[Omitted, ...]:
    """The same with one record for each kind: counts added, the first details named.

    >>> together([Omitted("attachment", 1, "a.png"), Omitted("picture", 1), Omitted("attachment", 1, "b.exe")])
    (Omitted(kind='attachment', count=2, detail='a.png, b.exe'), Omitted(kind='picture', count=1, detail=''))
    """
    counts: dict[str, int] = {}
    details: dict[str, list[str]] = {}
    for part in parts:
        if part.count > 0:
            counts[part.kind] = counts.get(part.kind, 0) + part.count
            said = details.setdefault(part.kind, [])
            if part.detail and part.detail not in said:
                said.append(part.detail[:_LONGEST_DETAIL])
    return tuple(Omitted(kind, count, _few(details[kind])) for kind, count in counts.items())


def _few(details: list[str]) -> str:
    return ", ".join(details[:_MOST_DETAILS]) + (", …" if len(details) > _MOST_DETAILS else "")


def _plural(kind: str) -> str:
    """The first noun of a kind in the plural.

    >>> _plural("form field"), _plural("part of a mail"), _plural("entry of a list"), _plural("text box")
    ('form fields', 'parts of a mail', 'entries of a list', 'text boxes')
    """
    for mark in (" without ", " of ", " in ", " with ", " that ", " by ", " around "):
        head, parted, tail = kind.partition(mark)
        if parted:
            return f"{_plural(head)}{mark}{tail}"
    if kind.endswith("y") and kind[-2:-1] not in "aeiou":
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith(("s", "x", "ch", "sh")) else f"{kind}s"

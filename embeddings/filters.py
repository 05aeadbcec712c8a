"""Which documents and passages a question is asked of: by document, by folder, by kind of file, by date."""

from __future__ import annotations

import calendar
import json
import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from embeddings.errors import FilterError

if TYPE_CHECKING:
    from embeddings.store.records import Stored

# What a filter may hold; the page, the REST endpoint and the tools take no more.
MOST_NAMES = 200  # of documents, of folders, of kinds of file
LONGEST_NAME = 4_096  # characters; no path is longer
MOST_CHARACTERS = 50_000  # of all names together
_SHOWN = 60  # characters of a name in a message

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_NAMES = ("documents", "folders", "media_types")
_SUFFIXES = {"txt": "plain", "text": "plain", "log": "plain", "md": "markdown", "htm": "html", "jpg": "jpeg"}


@dataclass(frozen=True, slots=True)
class Where:
    """A filter over passages: they must fit every part of it that is not empty, and one entry of each.

    Attributes:
        documents: names of documents: an id, a source, the name of a file, or a title.
        folders: folders that documents were read from, with their subfolders.
        media_types: "text/html", "text/*", or short "html"; ".md" is the same as "markdown".
        after: the first day, "2015", "2015-10" or "2015-10-21": a passage dated on it or later fits.
        before: the last day, in the same form: a passage dated on it or earlier fits.
        places: documents or folders, one of which it must be or lie in; those that are not there are passed over, and
            without any nothing fits. None for no such part.
        inside: a filter that must be fit besides; what it does not let through can't be named either.

    The date of a passage is that of its section, else of its document; one that has no day fits no range.

    Raises:
        FilterError: a value of another form, or more names than MOST_NAMES, longer than LONGEST_NAME.
    """

    documents: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None
    inside: Where | None = None
    places: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for name in _NAMES:
            value = getattr(self, name)
            several = isinstance(value, Collection) and not isinstance(value, str)
            if not several or not all(isinstance(entry, str) and entry for entry in value):
                raise FilterError(f"{name} is {value!r:.{_SHOWN}}, expected a tuple of texts, none of them empty")
            object.__setattr__(self, name, _bounded(name, tuple(value)))
        if self.places is not None:
            object.__setattr__(self, "places", _bounded("places", tuple(self.places), 10))
        first, last = _day("after", self.after, 0), _day("before", self.before, 1)
        if first > last:
            raise FilterError(f"after {self.after} and before {self.before}: no day lies between; exchange them")

    def __bool__(self) -> bool:
        return self != _EVERYTHING

    @property
    def picks_documents(self) -> bool:
        """Whether it says anything of documents, and not only of dates."""
        own = bool(self.documents or self.folders or self.media_types) or self.places is not None
        return own or (self.inside is not None and self.inside.picks_documents)

    def within(self, other: Where | None) -> Where:
        """This filter inside another one: what fits both.

        >>> Where(after="2015").within(Where(before="2016")).days()
        (20150101, 20161231)
        """
        if not other:
            return self
        return replace(self, inside=other if self.inside is None else self.inside.within(other))

    def days(self) -> tuple[int, int] | None:
        """The first and the last day as numbers that sort; None where any date will do.

        >>> Where(after="2015-10").days(), Where(before="2016").days()
        ((20151001, 99991231), (10101, 20161231))
        """
        outer = self.inside.days() if self.inside is not None else None
        if self.after is None and self.before is None:
            return outer
        first, last = _day("after", self.after, 0), _day("before", self.before, 1)
        return (first, last) if outer is None else (max(first, outer[0]), min(last, outer[1]))


def _bounded(name: str, value: tuple[str, ...], times: int = 1) -> tuple[str, ...]:
    """The names of a filter. Raises FilterError where they are too many or too long, or can't be a name."""
    if len(value) > times * MOST_NAMES:
        raise FilterError(f"{name}: {len(value):,} names, at most {times * MOST_NAMES} are looked for; name a folder")
    longest = max(map(len, value), default=0)
    if longest > LONGEST_NAME or sum(map(len, value)) > times * MOST_CHARACTERS:
        raise FilterError(
            f"{name}: {sum(map(len, value)):,} characters, at most {LONGEST_NAME:,} of a name and {MOST_CHARACTERS:,} "
            "of all are looked for; name fewer"
        )
    for entry in value:
        try:
            fits = b"\0" not in entry.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            fits = False
        if not fits:
            raise FilterError(f"{name}: {entry!a:.{_SHOWN}} holds a character that no name has; write it again")
    return value


def is_called(row: Stored, name: str, paths: Sequence[str]) -> bool:
    """Whether a name, as `Where.documents` takes it, is that of a document.

    Args:
        row: the document's.
        name: the name.
        paths: its source, and the absolute paths of the files that it was read from.
    """
    file = Path(name)
    if name == row.id or name in paths or str(Path(os.path.realpath(file.parent), file.name)) in paths[1:]:
        return True
    return any(PurePath(path).name == name for path in paths) or json.loads(row.fields).get("title") == name


def lies_in(path: str, folder: str) -> bool:
    """Whether a path lies under a folder, each as written or as absolute."""
    names = (folder.rstrip("/") or "/", os.path.realpath(folder))
    return any(PurePath(path).is_relative_to(name) for name in names) and PurePath(path) != PurePath(folder)


def is_of_type(media_type: str, wanted: str) -> bool:
    """Whether a media type is one that is wanted: "text/html", "text/*", "html" or ".htm"."""
    kind = wanted.lower().removeprefix(".")
    if kind.endswith("/*"):
        return media_type.startswith(kind[:-1])
    main = media_type.partition(";")[0].strip()
    return kind == main or ("/" not in kind and _SUFFIXES.get(kind, kind) == main.rpartition("/")[2])


def _day(name: str, date: str | None, last: int) -> int:
    """The first day of a date, or the last one (`last` = 1), as a number that sorts."""
    if date is None:
        return 99991231 if last else 10101
    match = _DATE.fullmatch(date) if isinstance(date, str) else None
    year, month, day = (int(part) if part else None for part in match.groups()) if match else (0, None, None)
    if not year or (month is not None and not 1 <= month <= 12):
        raise FilterError(f"{name} is {date!r:.40}, expected a day such as 2015, 2015-10 or 2015-10-21")
    months = month if month is not None else (12 if last else 1)
    longest = calendar.monthrange(year, months)[1]
    if day is not None and not 1 <= day <= longest:
        raise FilterError(f"{name} is {date!r}, a day that no calendar has; expected one such as 2015-10-21")
    days = day if day is not None else (longest if last else 1)
    return year * 10_000 + months * 100 + days


_EVERYTHING = Where()

"""Who may see what: a file that names, for users and groups, the documents and folders that they may ask.

    [groups]
    legal = ["ada", "bob"]

    [may]
    legal = ["contracts"]
    eve = ["minutes/2024", "Price list.pdf"]
    "*" = ["handbook.pdf"]

A user who is not named, and is in no group that is named, may see what "*" may see, or nothing. The file becomes a
`Where` for the user who asks (`qa.gate.asking.USER`). An assistant lists, opens and searches only what it lets through;
nothing widens it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import FilterError, ServerError, printable
from embeddings.filters import Where
from qa.gate.asking import USER

_LONGEST_FILE = 1_000_000  # bytes
EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Access:
    """What users and groups may see: names of documents and folders."""

    may: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, frozenset[str]]

    def where_of(self, user: str) -> Where:
        """The filter of a user.

        >>> Access({"legal": ("contracts",), "*": ("a.pdf",)}, {"legal": frozenset({"ada"})}).where_of("ada").places
        ('a.pdf', 'contracts')
        """
        return Where(places=tuple(sorted({place for name in self._names(user) for place in self.may.get(name, ())})))

    def now(self) -> Where:
        """The filter of the user who asks; without a user it lets nothing through."""
        return self.where_of(USER.get()) if USER.get() else Where(places=())

    def _names(self, user: str) -> Iterator[str]:
        yield from (user, EVERYBODY)
        yield from (group for group, members in self.groups.items() if user in members)


def read_access(file: Path, users: Set[str]) -> Access:
    """What `--access FILE` says. Raises ServerError where it has another form, or names somebody unknown."""
    shown = printable(str(file))
    try:
        data = file.read_bytes()
        said = tomllib.loads(data.decode("utf-8")) if len(data) <= _LONGEST_FILE else {}
    except OSError as error:
        raise ServerError(f"{shown}: can't be read ({error.strerror}); --access reads who may see what") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ServerError(f"{shown}: no TOML ({printable(str(error))[:100]}); expected [groups] and [may]") from None
    may, groups = (_lists(said, part, shown) for part in ("may", "groups"))
    if "may" not in said or set(said) - {"may", "groups"}:
        raise ServerError(f"{shown}: expected the tables [groups] and [may], and no other")
    unknown = sorted((set(may) - set(groups) - {EVERYBODY} - users) | (set().union(*groups.values()) - users))
    if unknown:
        raise ServerError(f"{shown}: {printable(unknown[0])!r} is no user of --auth or --users, and no group; mend it")
    access = Access(may, {group: frozenset(members) for group, members in groups.items()})
    try:
        for user in users:
            access.where_of(user)
    except FilterError as error:
        raise ServerError(f"{shown}: {error}") from None
    return access


def _lists(said: Mapping[str, object], part: str, shown: str) -> dict[str, tuple[str, ...]]:
    table = said.get(part, {})
    lists = table if isinstance(table, dict) else {"": None}
    read = dict[str, tuple[str, ...]]()
    for name, values in lists.items():
        if not isinstance(values, list) or not all(isinstance(each, str) and each for each in values):
            raise ServerError(f"{shown}: [{part}] {printable(name)}: expected a list of names in quotes")
        read[name] = tuple(values)
    return read

"""Documents of the same title, told apart by the names of their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Protocol

from embeddings.types import Document
from qa.types import Answer

SameTitle = Mapping[str, str]  # the id of a document -> what tells it apart from another document of its title


class Titled(Protocol):
    """Anything with a title: a document, or a line of a list of documents."""

    @property
    def id(self) -> str:
        """Names it in an index."""

    @property
    def title(self) -> str:
        """One line for people."""

    @property
    def source(self) -> str:
        """The path or address it was read from."""


NOBODY: SameTitle = {}


def same_title(documents: Iterable[Titled]) -> SameTitle:
    """What tells those documents apart that have the same title: the name of the file, with its folder where that is
    the same too.

    >>> leases = [Document("", "Lease", f"{year}/lease.txt", str(year)) for year in (2023, 2024)]
    >>> list(same_title(leases).values()), same_title(leases[:1])
    (['2023/lease.txt', '2024/lease.txt'], {})
    """
    groups: dict[str, dict[str, Titled]] = {}
    for each in documents:
        groups.setdefault(" ".join(each.title.split()).casefold(), {})[each.id] = each
    told: dict[str, str] = {}
    for group in groups.values():
        if len(group) > 1:
            told |= _names(group)
    return told


def of_answers(answers: Iterable[Answer]) -> Iterator[Document]:
    """The documents that answers show: of their citations, their other sides and their passages."""
    for answer in answers:
        for side in (answer, *answer.alternatives):
            yield from (citation.document for citation in (*side.citations, *side.passages))


def titled(document: Titled, told: SameTitle) -> str:
    """A title, with what tells it from others of its name."""
    name = told.get(document.id, "")
    return f"{document.title} ({name})" if name and name != document.title else document.title


def _names(group: Mapping[str, Titled]) -> dict[str, str]:
    parts = {id: PurePosixPath(each.source.replace("\\", "/")).parts for id, each in group.items()}
    longest = max(map(len, parts.values()))
    names: dict[str, str] = {}
    for count in range(1, longest + 1):
        names = {id: "/".join(part[-count:]) for id, part in parts.items()}
        if len(set(names.values())) == len(names):
            break
    return names

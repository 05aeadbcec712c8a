"""Documents of the same title, told apart by the names of their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from embeddings.types import Document
from qa.types import Answer

if TYPE_CHECKING:
    from embeddings.store.records import Listed

SameTitle = Mapping[str, str]  # the id of a document -> what tells it apart from another document of its title

NOBODY: SameTitle = {}


def same_title(documents: Iterable[Document | Listed]) -> SameTitle:
    """What tells documents of one title apart: the name of the file, with as many of its folders as that needs.

    >>> leases = [Document("", "Lease", f"{year}/lease.txt", str(year)) for year in (2023, 2024)]
    >>> list(same_title(leases).values()), same_title(leases[:1])
    (['2023/lease.txt', '2024/lease.txt'], {})
    """
    groups: dict[str, dict[str, Document | Listed]] = {}
    for each in documents:
        groups.setdefault(" ".join(each.title.split()).casefold(), {})[each.id] = each
    told: dict[str, str] = {}
    for group in groups.values():
        if len(group) > 1:
            told |= _names(group)
    return told


def of_answers(answers: Iterable[Answer]) -> Iterator[Document]:
    """The documents that answers show: those of their citations, alternatives and passages."""
    for answer in answers:
        for side in (answer, *answer.alternatives):
            yield from (citation.document for citation in (*side.citations, *side.passages))


def titled(document: Document | Listed, told: SameTitle) -> str:
    """The title of a document, with what tells it from others of the same title."""
    name = told.get(document.id, "")
    return f"{document.title} ({name})" if name and name != document.title else document.title


def _names(group: Mapping[str, Document | Listed]) -> dict[str, str]:
    parts = {id: PurePosixPath(each.source.replace("\\", "/")).parts for id, each in group.items()}
    names: dict[str, str] = {}
    for count in range(1, max(map(len, parts.values())) + 1):
        names = {id: "/".join(part[-count:]) for id, part in parts.items()}
        if len(set(names.values())) == len(names):
            break
    return names

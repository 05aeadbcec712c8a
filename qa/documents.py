"""The documents that are asked by default: PINCITE_INDEX, a `.pincite/` folder here or above, else the samples."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from embeddings.errors import StoreError, StoreNotFound
from embeddings.filters import Where
from embeddings.store.connecting import STORE_FILE
from embeddings.store.manifest import Manifest
from embeddings.types import Document
from qa.assistant import Assistant, checked_question
from qa.samples import open_samples
from qa.settings import Settings
from qa.types import Answer, Turn

INDEX_VARIABLE = "PINCITE_INDEX"
INDEX_FOLDER = ".pincite"


def answer(
    question: str,
    documents: str | Path | Iterable[Document] | None = None,
    *,
    history: Sequence[Turn] = (),
    settings: Settings | None = None,
    where: Where | None = None,
) -> Answer:
    """Answers a question from documents: a thin function over `Assistant`.

    Args:
        question: in words.
        documents: a file, a folder, or Documents; they are indexed in memory for this call. Without them the index is
            used that PINCITE_INDEX names, else the `.pincite/` folder here or in a parent, else the sample documents.
        history: the turns before this question, oldest first.
        settings: the defaults where it is None.
        where: the documents and days it is asked of; all of them where it is None.

    Raises:
        PinciteError: the question can't be asked, or the documents or the index can't be read.
    """
    chosen = settings if settings is not None else Settings()
    checked_question(question)  # before anything is read for it
    if documents is not None:
        return Assistant.from_documents(documents, chosen).answer(question, history, where)
    return open_default(chosen).answer(question, history, where)


def open_default(settings: Settings) -> Assistant:
    """The assistant over the default index, kept open for the next call. Where that is the samples, stderr says so."""
    path = find_index()
    if path is None:
        return _samples(settings)
    if not (path / STORE_FILE).is_file() and os.environ.get(INDEX_VARIABLE):
        raise StoreNotFound(
            f"{path}: no index there, but {INDEX_VARIABLE} names it; unset {INDEX_VARIABLE}, or make the index with: "
            f"pincite index PATHS --index {path}"
        )
    return _opened(path, settings, _version(path))


def _version(path: Path) -> str:
    """A name for the index in a folder. An assistant follows updates, but not another index put in its place."""
    try:
        said = Manifest.read(path)
    except StoreError:  # opening it tells
        return ""
    return f"{said.id} {said.encoder}"


def named_index(folder: Path | None) -> Path:
    """The folder of the named index, else of the default one.

    Raises StoreNotFound if the default is the samples.
    """
    path = folder if folder is not None else find_index()
    if path is None:
        raise StoreNotFound(
            "no index was named and none is here; name one with --index, or make it: pincite index PATHS"
        )
    return path


def find_index() -> Path | None:
    """The index that PINCITE_INDEX names, else the nearest `.pincite/` folder here or above, else None."""
    if named := os.environ.get(INDEX_VARIABLE):
        return Path(named)
    here = Path.cwd()
    return next((folder / INDEX_FOLDER for folder in (here, *here.parents) if (folder / INDEX_FOLDER).is_dir()), None)


@lru_cache(maxsize=1)
def _opened(path: Path, settings: Settings, version: str) -> Assistant:
    """`version` is only a key of the cache: a rebuilt index is opened again."""
    return Assistant.open(path, settings)


@lru_cache(maxsize=1)
def _samples(settings: Settings) -> Assistant:
    sys.stderr.write("answering from the five sample documents\n")
    return open_samples(settings)

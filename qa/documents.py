"""Where the documents are, when nobody said: PINCITE_INDEX, a `.pincite/` folder here or above, the samples."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from embeddings.errors import StoreNotFound
from embeddings.index import STORE_FILE
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
) -> Answer:
    """Answers a question from documents: a thin function over `Assistant`.

    Args:
        question: in words.
        documents: a file, a folder, or Documents; they are indexed in memory for this call. Without them the index is
            used that PINCITE_INDEX names, else the `.pincite/` folder here or in a parent, else the sample documents.
        history: the turns before this question, oldest first.
        settings: the defaults where it is None.

    Raises:
        PinciteError: the question can't be asked, or the documents or the index can't be read.
    """
    chosen = settings if settings is not None else Settings()
    checked_question(question)  # before anything is read for it
    if documents is not None:
        return Assistant.from_documents(documents, chosen).answer(question, history)
    return open_default(chosen).answer(question, history)


def open_default(settings: Settings) -> Assistant:
    """The assistant over the index that was found, kept open for the next call; stderr says so of the samples."""
    path = find_index()
    if path is None:
        return _samples(settings)
    store = (path / STORE_FILE).stat() if (path / STORE_FILE).is_file() else None
    if store is None and os.environ.get(INDEX_VARIABLE):
        raise StoreNotFound(
            f"{path}: no index there, but {INDEX_VARIABLE} names it; unset {INDEX_VARIABLE}, or make the index with: "
            f"pincite index PATHS --index {path}"
        )
    return _opened(path, settings, (store.st_ino, store.st_mtime_ns) if store is not None else None)


def find_index() -> Path | None:
    """The index that PINCITE_INDEX names, else the nearest `.pincite/` folder here or above, else None."""
    if named := os.environ.get(INDEX_VARIABLE):
        return Path(named)
    here = Path.cwd()
    return next((folder / INDEX_FOLDER for folder in (here, *here.parents) if (folder / INDEX_FOLDER).is_dir()), None)


@lru_cache(maxsize=1)
def _opened(path: Path, settings: Settings, version: tuple[int, int] | None) -> Assistant:
    """`version` tells a rebuilt index from the one that was opened before it."""
    return Assistant.open(path, settings)


@lru_cache(maxsize=1)
def _samples(settings: Settings) -> Assistant:
    sys.stderr.write("answering from the five sample documents\n")
    return open_samples(settings)

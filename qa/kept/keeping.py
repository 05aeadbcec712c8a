"""What the chat keeps longer than it runs: feedback, and files that are added for everybody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embeddings.errors import PinciteError, StoreError
from embeddings.index.beside import Maker
from embeddings.index.index import Index
from embeddings.index.updating import Tuning
from qa.assistant import Assistant, chunker_for
from qa.kept.feedback import FeedbackStore, Version, feedback_file
from qa.kept.judging import Judging
from qa.uploads.shared import share

_WAIT = 30.0  # seconds for another writer of the index


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a chat keeps.

    Attributes:
        judging: keeps what people say of answers; None where that is not kept.
        share: takes a file for everybody, by its name and bytes; returns whether it was added, and the result in
            words; None where added files are their browser's own.
    """

    judging: Judging | None = None
    share: Callable[[str, bytes], tuple[bool, str]] | None = None


def keeping(assistant: Assistant, folder: Path | None, shared_uploads: bool = False) -> Keeping:
    """What a chat keeps. `folder` is that of the assistant's index; None for an index in memory."""
    index = assistant.index
    if not isinstance(index, Index):
        return Keeping()
    judging = Judging(FeedbackStore(feedback_file(folder)), partial(Version.of, index, folder))
    if folder is None or not shared_uploads:
        return Keeping(judging)
    chunker = chunker_for(index.encoder, assistant.settings)
    maker = Maker(index.encoder, chunker, Tuning(assistant.settings.vector_index))
    writing = threading.Lock()

    def take(name: str, data: bytes) -> tuple[bool, str]:
        with writing:
            path, report = share(folder, name, data, maker, _WAIT)
        if report.added or report.changed:
            return True, f"{path.name} is in the index now, for everybody."
        return False, f"the index holds the text of {path.name} already."

    return Keeping(judging, take)


def check_shared(folder: Path | None, *, read_only: bool, limited: bool = False) -> None:
    """Raises PinciteError where files can't be added to an index."""
    if limited:
        raise PinciteError("--shared-uploads shares files, --access says who may see what: give one of them")
    if read_only:
        raise PinciteError("--shared-uploads writes, --read-only forbids it: give one of them")
    if folder is None:
        raise StoreError("--shared-uploads: there is no index to add files to; make one: pincite index PATHS")

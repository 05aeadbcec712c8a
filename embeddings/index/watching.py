"""Following files and folders: which of them changed, as it happens."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from embeddings.index.staging import file_path

_QUIET = 1_500  # milliseconds: changes that come closer together are one


def changes(paths: Sequence[Path], own: Path) -> Iterator[set[bytes]]:
    """Yields the changed files after every change below some paths (`staging.file_path`), until it is interrupted.

    Args:
        paths: files and folders. Of a file its folder is watched, so that one that is replaced is still followed.
        own: the folder of the index, which changes with every update.
    """
    from watchfiles import watch  # notify (Rust) underneath; only this command needs it

    folders = {path if path.is_dir() else Path(os.path.realpath(path)).parent for path in paths}
    ours = Path(os.path.realpath(own))

    def is_theirs(change: object, file: str) -> bool:
        path = Path(file)
        if path.is_relative_to(ours):
            return False
        inside = path.relative_to(ours.parent).parts if path.is_relative_to(ours.parent) else ()
        return not (inside and inside[0].startswith(f".{ours.name}."))  # an index that is being built

    for changes in watch(*folders, watch_filter=is_theirs, debounce=_QUIET, raise_interrupt=True):
        yield {file_path(Path(os.fsdecode(file))) for _, file in changes}

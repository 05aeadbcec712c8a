"""The five sample documents, and their index in the user's cache folder."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from embeddings.errors import StoreError
from embeddings.index.index import Index
from embeddings.loading import load
from embeddings.store.connecting import FORMAT
from embeddings.store.records import Listed
from embeddings.types import Document
from qa.assistant import Assistant, build_index
from qa.models.chosen import encoder_for, reader_for
from qa.settings import Settings

# Questions to start from, in a chat over the samples.
EXAMPLES = (
    "Who heads the Syria Turkmen Council?",
    "How many people were killed in the Khan Sheikhoun attack?",
    "How much do smugglers charge to cross into Turkey?",
    "How long was the phone call between Putin and Erdogan?",
)

MOST = 5  # the number of the sample documents
_LONGEST_WAIT = 60  # seconds, while another process builds the same index


def seeds_folder() -> Path:
    """The folder of the sample documents: inside the installed package, or at the top of a checkout."""
    installed = Path(__file__).parent / "seeds"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "seeds"


def is_samples(documents: Sequence[Document | Listed]) -> bool:
    """Are these exactly the sample documents?"""
    if not seeds_folder().is_dir():
        return False
    names = {path.name for path in seeds_folder().iterdir()}
    return {Path(document.source).name for document in documents} == names


def open_samples(settings: Settings | None = None) -> Assistant:
    """An assistant over the sample documents.

    Their index is built once, under a lock, in the user's cache folder; where that can't be written, in memory.
    """
    chosen = settings if settings is not None else Settings()
    encoder, reader = encoder_for(chosen), reader_for(chosen)
    try:
        return Assistant(_cached_index(chosen), chosen, reader)
    except (OSError, StoreError):  # a disk that fills up raises StoreError
        return Assistant(build_index(load([seeds_folder()]).documents, None, chosen, encoder=encoder), chosen, reader)


def _cached_index(settings: Settings) -> Index:
    from filelock import FileLock
    from platformdirs import user_cache_path

    encoder = encoder_for(settings)
    cache = user_cache_path("pincite", appauthor=False)
    path = cache / f"samples-{_key(settings, encoder.card.identity)}"
    if path.is_dir():
        with suppress(StoreError):  # damaged: built again below
            return Index.open(path, encoder)
    cache.mkdir(parents=True, exist_ok=True)
    _refuse_read_only(cache)
    with FileLock(f"{path}.lock", timeout=_LONGEST_WAIT):  # its Timeout is an OSError
        with suppress(StoreError):  # another process may have built it since
            return Index.open(path, encoder)
        shutil.rmtree(path, ignore_errors=True)
        return build_index(load([seeds_folder()]).documents, path, settings, encoder=encoder)


def _refuse_read_only(folder: Path) -> None:
    """Raises OSError at once where the folder can't be written: the lock would wait for it without end."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def _key(settings: Settings, encoder: str) -> str:
    """A key made of everything that the index depends on."""
    digest = hashlib.sha256(f"{FORMAT} {encoder} {settings.chunk_tokens} {settings.overlap}".encode())
    for path in sorted(seeds_folder().iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]

"""`pincite models fetch NAME`: the one place that may use a network.

It asks the Hugging Face hub (or the mirror that HF_ENDPOINT names) for the files that a model is made of, and leaves
them in the hub's own cache, where `embeddings.models.sources` finds them.
"""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from embeddings.errors import ModelError
from embeddings.models.sources import CONFIG_FILE, README_FILE, Source, hub_cache, hub_names, is_hub_name, model_files

_BESIDE = (README_FILE, "LICENSE", "LICENSE.txt", "NOTICE")
_WAIT = 20.0  # seconds for the first answer


def fetch(name: str) -> Source:
    """Fetches the newest version of a model from the hub, without the files that are here already.

    Raises:
        ModelError: the hub has no such model, can't be reached, or must not be (HF_HUB_OFFLINE). Then nothing that
            looks like a model is left in the cache.
    """
    if not is_hub_name(name):
        raise ModelError(f"{name}: not a name on the hub, expected OWNER/NAME; a folder needs no fetching")
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise ModelError(f"{name}: can't be fetched while HF_HUB_OFFLINE is set; unset it for this command")
    for full in hub_names(name):
        files = _listed(full)
        if files is not None:
            return Source(full, _download(full, _wanted(full, files)))
    raise ModelError(f"{name}: the hub has no such public model; check its name (OWNER/NAME), or set HF_TOKEN")


def _listed(name: str) -> list[str] | None:
    """The files of a model on the hub; None if the hub has no model of this name."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        model = HfApi().model_info(name, timeout=_WAIT)
    except RepositoryNotFoundError:
        return None
    except Exception as error:  # the hub's own, its HTTP library's and the system's
        raise _unreachable(name, error) from None
    return [sibling.rfilename for sibling in model.siblings or []]


def _wanted(name: str, files: list[str]) -> list[str]:
    """Those of a model's files that are needed. Raises ModelError where they make no model."""
    parts = list(model_files(files))
    if CONFIG_FILE not in parts or not any(path.endswith((".safetensors", ".bin")) for path in parts):
        raise ModelError(
            f"{name}: the hub has it without {CONFIG_FILE} or PyTorch weights (.safetensors, .bin); "
            "name a model that sentence-transformers or transformers can open"
        )
    return [*parts, *(path for path in files if path in _BESIDE)]


def _download(name: str, files: list[str]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not sys.stderr.isatty():
        disable_progress_bars()
    before = _entries(name)
    try:
        return Path(snapshot_download(name, allow_patterns=files))
    except BaseException as error:  # a user's Ctrl-C, too
        for left in _entries(name) - before:
            _remove(left)
        if not isinstance(error, Exception):
            raise
        raise _unreachable(name, error) from None


def _entries(name: str) -> set[Path]:
    """The versions of a model in the cache, and the names of versions; the files themselves are kept beside them."""
    repository = hub_cache() / f"models--{name.replace('/', '--')}"
    return {*repository.glob("snapshots/*"), *repository.glob("refs/*")}


def _remove(path: Path) -> None:
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _unreachable(name: str, error: Any) -> ModelError:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return ModelError(f"{name}: could not be fetched ({reason}); check the network and the rights, and try again")

"""Compiled models in the user's cache folder, each keyed by the content of the model it was made from.

    <cache>/pincite/models/encoder-<key>/   model.onnx, tokenizer.json, card.json
    <cache>/pincite/models/digests/         remembered digests (see `embeddings.models.sources`)

A model is compiled once, under a lock, in a folder beside its place, which it takes by a rename: it is whole or not
there. Nothing here imports PyTorch.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, TypeVar

from embeddings.errors import ModelError
from embeddings.models.exporting import Precision
from embeddings.models.runtime import MODEL_FILE, ModelCard, version_of
from embeddings.models.sources import Source, content_digest

# Raised whenever compiling the same source gives another graph: older ones are then left alone.
FORMAT = 1

Kind = Literal["encoder", "reader"]
Model = TypeVar("Model")
# Compiles a source into a folder; the third argument is the digest of the source.
Compile = Callable[[Source, Path, str, Precision], object]


def models_folder() -> Path:
    """Where compiled models are kept."""
    from platformdirs import user_cache_path

    return Path(user_cache_path("pincite", appauthor=False)) / "models"


def open_compiled(
    source: Source,
    kind: Kind,
    precision: Precision,
    compile: Compile,
    open: Callable[[Path], Model],
    say: Callable[[str], None],
) -> Model:
    """Opens the compiled form of a model; compiles it first if it is missing or damaged.

    Args:
        source: the model.
        kind: what it is compiled as.
        precision: "int8" or "fp32".
        compile: what compiles it.
        open: what opens a compiled folder; raises ModelError where it is damaged.
        say: called with one line before the model is compiled.

    Raises:
        ModelError: the source is no such model, or the cache can't be written.
    """
    home = models_folder()
    digest = content_digest(source, home / "digests")
    key = hashlib.sha256(f"{FORMAT} {kind} {precision} {digest}".encode()).hexdigest()[:24]
    target = home / f"{kind}-{key}"
    with suppress(ModelError):
        return open(target)
    with _written(home), _locked(target):
        with suppress(ModelError):  # another process may have compiled it since
            return open(target)
        again = "again, for what is there is damaged" if target.exists() else "for the first time"
        say(f"compiling the {kind} {source.name} {again}: a minute or two; it is kept in {home}")
        compile(source, target, digest, precision)
    return open(target)


def cards() -> Iterator[tuple[Path, ModelCard]]:
    """The compiled models in the cache, with their cards."""
    home = models_folder()
    with suppress(OSError):
        for folder in sorted(home.iterdir()):
            if folder.name.startswith(("encoder-", "reader-")) and (folder / MODEL_FILE).is_file():
                with suppress(ModelError):
                    yield folder, ModelCard.read(folder)


def compiled_encoder(identity: str) -> Path | None:
    """The folder of the compiled encoder that gives the vectors of this identity; None where it is not there."""
    wanted = version_of(identity)
    return next((f for f, card in cards() if card.kind == "encoder" and card.version == wanted), None)


@contextmanager
def _written(home: Path) -> Iterator[None]:
    """Refuses a cache that can't be written, because waiting for a lock there would never end."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
        yield
    except OSError as error:
        raise ModelError(
            f"{home}: can't be written ({error.strerror or error}), expected a folder for compiled models; "
            "mend its rights, make room, or name another with XDG_CACHE_HOME"
        ) from None


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    from filelock import FileLock

    with FileLock(f"{target}.lock"):
        yield

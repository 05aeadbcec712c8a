"""`pincite models list`: the models that ship, those that were compiled, and those that could be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from embeddings.errors import ModelError
from embeddings.loaders.limits import size
from embeddings.models.compiled import Kind, cards
from embeddings.models.compiling import check_encoder
from embeddings.models.encoder import SHIPPED as SHIPPED_ENCODER
from embeddings.models.runtime import ModelCard
from embeddings.models.sources import find_source, hub_cache, licence_of, model_files
from qa.models.compiling import check_reader
from qa.reading.reader import SHIPPED as SHIPPED_READER

# Of both models that ship (NOTICE).
SHIPPED_LICENCE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Listed:
    """A model that is here.

    Attributes:
        kind: "encoder" or "reader".
        name: what to name it by; that of a compiled model is the name it was compiled from.
        state: "ships", "compiled", or "fetched": in the local cache of the hub, to be compiled when it is named.
        precision: "int8" or "fp32"; None for one that is not compiled.
        bytes: of all its files.
        licence: what its page states, else "unknown".
        folder: where it is.
    """

    kind: Kind
    name: str
    state: Literal["ships", "compiled", "fetched"]
    precision: str | None
    bytes: int
    licence: str
    folder: Path


def listed() -> tuple[Listed, ...]:
    """All models that are here, in this order: those that ship, compiled, fetched."""
    shipped = [(folder, ModelCard.read(folder)) for folder in (SHIPPED_ENCODER, SHIPPED_READER)]
    return (
        *(Listed(c.kind, c.name, "ships", c.precision, _size(f), SHIPPED_LICENCE, f) for f, c in shipped),
        *(Listed(c.kind, c.name, "compiled", c.precision, _size(f), c.licence, f) for f, c in cards()),
        *_fetched(),
    )


def to_json(models: tuple[Listed, ...]) -> str:
    """The list as JSON: an object for each model, with the names of `Listed`."""
    rows = [asdict(model) | {"folder": str(model.folder)} for model in models]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def to_lines(models: tuple[Listed, ...]) -> Iterator[str]:
    """The list for people: two lines a model."""
    for model in models:
        form = f" {model.precision}" if model.precision is not None else ""
        yield f"{model.kind}  {model.name}  {model.state}{form}, {size(model.bytes)}, licence: {model.licence}"
        yield f"         {model.folder}"


def _fetched() -> Iterator[Listed]:
    with suppress(OSError):
        for repository in sorted(hub_cache().glob("models--*")):
            name = repository.name.removeprefix("models--").replace("--", "/")
            with suppress(ModelError):
                folder = find_source(name).folder
                kind = _kind(folder)
                if kind is not None:
                    count = sum((folder / path).stat().st_size for path in model_files(_files(folder)))
                    yield Listed(kind, name, "fetched", None, count, licence_of(folder), folder)


def _kind(folder: Path) -> Kind | None:
    """The kind of model that can be compiled from a folder; None if none can."""
    with suppress(ModelError):
        check_encoder(folder)
        return "encoder"
    with suppress(ModelError):
        check_reader(folder)
        return "reader"
    return None


def _files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def _size(folder: Path) -> int:
    return sum((folder / path).stat().st_size for path in _files(folder))

"""The NAME of a model -> the folder that holds it here, and a digest of that folder's content.

A NAME is the path of a folder, or a model's name on the Hugging Face hub, if it is in the local cache of the hub
(HF_HUB_CACHE, HF_HOME). Nothing here reaches for a network, and nothing imports PyTorch.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from embeddings.errors import ModelError

CONFIG_FILE, MODULES_FILE, README_FILE = "config.json", "modules.json", "README.md"
# The owner whose models may be named without their owner, as in sentence-transformers.
DEFAULT_OWNER = "sentence-transformers"
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")

# What a model is made of: these files, without the same weights in other forms.
MODEL_SUFFIXES = (".json", ".txt", ".model", ".safetensors", ".bin", ".spm", ".vocab", ".bpe", ".tiktoken")
OTHER_FORMS = ("onnx", "openvino", "coreml", "gguf", "tf", "flax", "rust", "original", ".git", ".cache", "runs")
NO_WEIGHTS = ("training_args.bin", "optimizer.bin", "scheduler.bin", "trainer_state.json", "all_results.json")


# For each file its name, size and time of change.
Stamps = list[list[str | int]]


@dataclass(frozen=True, slots=True)
class Source:
    """A model as it was published: its name for people, and the folder that holds it."""

    name: str
    folder: Path


def go_offline() -> None:
    """Keeps every library that is imported after this call from using the hub."""
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[variable] = "1"


def find_source(name: str) -> Source:
    """The model of a NAME: a folder, else what the local cache of the hub holds.

    Raises:
        ModelError: neither is there, or the folder holds no model or can't be read.
    """
    folder = Path(name).expanduser()
    source = Source(folder.resolve().name, folder) if name and folder.is_dir() else _in_hub_cache(name)
    _check_readable(source)
    return source


def _in_hub_cache(name: str) -> Source:
    if not is_hub_name(name):
        raise ModelError(f"{name}: no such folder; name the folder of a model, or a model's name on the hub")
    for full in hub_names(name):
        snapshot = _snapshot(full)
        if snapshot is not None:
            return Source(full, snapshot)
    raise ModelError(
        f"{name}: not a folder here and not in the Hugging Face cache; fetch it with: pincite models fetch {name}"
    )


def is_hub_name(name: str) -> bool:
    """Whether the hub could have a model of this name.

    >>> is_hub_name("owner/name"), is_hub_name("./name"), is_hub_name("a/b/c")
    (True, False, False)
    """
    return _HUB_NAME.fullmatch(name) is not None and ".." not in name


def hub_names(name: str) -> tuple[str, ...]:
    """The full names that a NAME may stand for.

    >>> hub_names("all-MiniLM-L6-v2")
    ('all-MiniLM-L6-v2', 'sentence-transformers/all-MiniLM-L6-v2')
    """
    return (name,) if "/" in name else (name, f"{DEFAULT_OWNER}/{name}")


def hub_cache() -> Path:
    """The folder of the local cache of the hub."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _snapshot(name: str) -> Path | None:
    """The folder of a model's newest version in the cache of the hub: refs/main, else the one changed last."""
    repository = hub_cache() / f"models--{name.replace('/', '--')}"
    with suppress(OSError):
        commit = (repository / "refs" / "main").read_text(encoding="utf-8").strip()
        if commit and (repository / "snapshots" / commit).is_dir():
            return repository / "snapshots" / commit
    with suppress(OSError):
        versions = [path for path in (repository / "snapshots").iterdir() if path.is_dir()]
        return max(versions, key=lambda path: path.stat().st_mtime, default=None)
    return None


def _check_readable(source: Source) -> None:
    expected = f"expected a model ({CONFIG_FILE}, weights and a tokenizer)"
    try:
        names = [path.name for path in source.folder.iterdir()]
        if CONFIG_FILE in names:
            (source.folder / CONFIG_FILE).read_bytes()
    except OSError as error:
        raise ModelError(
            f"{error.filename or source.folder}: can't be read ({error.strerror}), {expected}; "
            "mend its rights or name another"
        ) from None
    if not {CONFIG_FILE, MODULES_FILE} & set(names):
        fault = "holds no model" if names else "an empty folder"
        raise ModelError(f"{source.folder}: {fault}, {expected}; name the folder of one")
    if not any(path.endswith((".safetensors", ".bin")) for path in model_files(_relative_files(source.folder))):
        raise ModelError(
            f"{source.folder}: no weights there (.safetensors or .bin), {expected}; "
            f"fetch it whole with: pincite models fetch {source.name}"
        )


def _relative_files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def read_json(path: Path) -> Any:
    """The content of a JSON file; None where the file is missing. Raises ModelError where it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: can't be read as JSON ({error}); fetch the model again") from None


def licence_of(folder: Path) -> str:
    """The licence that the front matter of a model's README states, else "unknown"."""
    with suppress(OSError, UnicodeError):
        front = re.match(r"---\s*\n(.*?)\n---", (folder / README_FILE).read_text(encoding="utf-8"), re.DOTALL)
        stated = re.search(r"^license:[ \t]*\n?[ \t-]*(\S.*)$", front[1], re.MULTILINE) if front else None
        if stated:
            return stated[1].strip().strip("'\"[]")
    return "unknown"


# --- content ------------------------------------------------------------------------------------------------------


def is_part_of_model(path: str) -> bool:
    """Whether a file of this relative path is part of what is compiled.

    >>> is_part_of_model("1_Pooling/config.json"), is_part_of_model("onnx/model.bin"), is_part_of_model("README.md")
    (True, False, False)
    """
    parts = PurePosixPath(path)
    return (
        parts.suffix in MODEL_SUFFIXES
        and parts.name not in NO_WEIGHTS
        and not any(part in OTHER_FORMS or part.startswith("checkpoint-") for part in parts.parts[:-1])
    )


def model_files(paths: Sequence[str]) -> tuple[str, ...]:
    """The relative paths of the files that make a model, sorted; pickled weights only if there are no others.

    >>> model_files(["config.json", "pytorch_model.bin", "model.safetensors", "README.md", "model.onnx"])
    ('config.json', 'model.safetensors')
    """
    kept = sorted(path for path in paths if is_part_of_model(path))
    safe = {str(PurePosixPath(path).parent) for path in kept if path.endswith(".safetensors")}
    return tuple(
        path
        for path in kept
        if str(PurePosixPath(path).parent) not in safe or not path.endswith((".bin", ".bin.index.json"))
    )


def content_digest(source: Source, memo: Path | None = None) -> str:
    """SHA-256 over the names and contents of a model's files.

    Args:
        source: the model.
        memo: a folder that remembers digests by path, size and time of change, so that gigabytes are read once.

    Raises:
        ModelError: a file can't be read.
    """
    try:
        names = model_files(_relative_files(source.folder))
        stamps: Stamps = [[name, *_stamp(source.folder / name)] for name in names]
        remembered = _remembered(memo, source.folder, stamps)
        if remembered is not None:
            return remembered
        digest = _digest(source.folder, names)
    except OSError as error:
        raise ModelError(
            f"{error.filename or source.folder}: can't be read ({error.strerror}); mend its rights or name another"
        ) from None
    _remember(memo, source.folder, stamps, digest)
    return digest


def _digest(folder: Path, names: Sequence[str]) -> str:
    whole = hashlib.sha256()
    for name in names:
        with (folder / name).open("rb") as file:
            whole.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _memo_file(memo: Path, folder: Path) -> Path:
    return memo / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]}.json"


def _remembered(memo: Path | None, folder: Path, stamps: Stamps) -> str | None:
    if memo is None:
        return None
    with suppress(OSError, ValueError, KeyError, TypeError):
        stored = json.loads(_memo_file(memo, folder).read_text(encoding="utf-8"))
        if stored["files"] == stamps and re.fullmatch(r"[0-9a-f]{64}", stored["digest"]):
            return str(stored["digest"])
    return None


def _remember(memo: Path | None, folder: Path, stamps: Stamps, digest: str) -> None:
    """Remembers a digest. If that fails, it is computed again the next time."""
    if memo is None:
        return
    with suppress(OSError):
        memo.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=memo, delete=False, encoding="utf-8") as file:
            json.dump({"folder": str(folder.resolve()), "files": stamps, "digest": digest}, file)
        Path(file.name).replace(_memo_file(memo, folder))

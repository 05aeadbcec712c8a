"""What a measurement ran on, in a sentence: figures of speed mean nothing without it."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from embeddings.models.runtime import available_cores

PACKAGES = ("onnxruntime", "tokenizers", "faiss-cpu", "tantivy", "sentence-transformers", "torch", "gradio")


def describe_machine() -> str:
    """Processor, cores, memory, system, versions, the load of other work at this moment, and the day."""
    cores = available_cores()
    parts = [
        _processor(),
        f"{cores} core" if cores == 1 else f"{cores} cores",
        *_memory(),
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        *_versions(),
        *_load(),
        datetime.now(UTC).date().isoformat(),
    ]
    return f"Measured on: {', '.join(parts)}."


def _processor() -> str:
    """The model that the system names, where it does."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "a processor without a name"


def _memory() -> list[str]:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return []
    return [f"{size / (1 << 30):.0f} GB of memory"]


def _versions() -> list[str]:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found


def _load() -> list[str]:
    """How many processes were waiting for a core over the last minute."""
    return [f"load {os.getloadavg()[0]:.1f} before it"] if hasattr(os, "getloadavg") else []

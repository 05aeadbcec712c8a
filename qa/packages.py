"""Pincite's three packages belong together: each is taken from the folder that holds the others."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def check_neighbour(name: str) -> None:
    """Raises ImportError, naming both places, where a package of ours would be taken from another project."""
    own = Path(__file__).resolve().parent.parent / name
    found = Path(import_module(name).__file__ or "?").resolve()
    if found.parent != own:
        stands_there = found.parent if found.name == "__init__.py" else found
        raise ImportError(
            f"{stands_there} stands in the way of Pincite's own {own}: rename it, or begin with: import pincite",
            name=name,
        )

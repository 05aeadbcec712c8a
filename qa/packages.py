"""Pincite's packages belong together: each must come from the folder that holds the others."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def check_neighbour(name: str) -> None:
    """Raises ImportError, naming both places, where a package of ours would come from another project."""
    own = Path(__file__).resolve().parent.parent / name
    module = Path(import_module(name).__file__ or "?").resolve()
    if module.parent != own:
        other = module.parent if module.name == "__init__.py" else module
        raise ImportError(
            f"{other} stands in the way of Pincite's own {own}: rename it, or begin with: import pincite",
            name=name,
        )

"""The command `pincite`, also as `python -m pincite`; and the way round folders of the same names as its packages.

Pincite's packages are called qa, embeddings, checking, eval and doors, as folders of other people's projects may be.
Importing this module makes Python take Pincite's own, from the folder that this file stands in, whatever else
`sys.path` leads to:

    import pincite  # first
    from qa import answer
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_PACKAGES = ("embeddings", "checking", "qa", "eval", "doors")  # in the order in which they import one another
_HERE = Path(__file__).resolve().parent


def _own(name: str) -> None:
    """Imports a package from beside this file. Raises ImportError where another one of its name was imported before."""
    if (there := sys.modules.get(name)) is not None:
        found = Path(getattr(there, "__file__", None) or "?").resolve()
        if found.parent != _HERE / name:
            raise ImportError(
                f"{found} was imported as {name!r}, but Pincite needs its own, {_HERE / name}: import pincite first"
            )
        return
    folder = _HERE / name
    spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None or not folder.is_dir():
        raise ImportError(f"{folder} is not there: install Pincite again")
    sys.modules[name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)


for _name in _PACKAGES:
    _own(_name)


def main() -> None:
    """The command line."""
    from qa.ending import end

    end(lambda: importlib.import_module("qa.commands.cli").run())


if __name__ == "__main__":
    main()

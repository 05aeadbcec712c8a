"""A door whose framework is not installed says in one line how to install it, and nothing else opens a door."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from doors import not_installed

DOORS = {"langchain": "langchain_core", "llamaindex": "llama_index", "haystack": "haystack"}
EXTRAS = {"langchain": "langchain", "llamaindex": "llama-index", "haystack": "haystack"}
WITHOUT = "import sys; sys.modules[{package!r}] = None; import doors.{door}"


@pytest.mark.parametrize("door", DOORS)
def test_without_its_framework_a_door_says_how_to_install_it(
    door: str, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    script = WITHOUT.format(package=DOORS[door], door=door)
    done = subprocess.run(
        [sys.executable, "-c", script], env=clean_environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == (
        f"ImportError: {DOORS[door]} is not installed; install it with: pip install 'pincite[{EXTRAS[door]}]'"
    )
    assert "During handling" not in done.stderr


def test_what_else_is_missing_is_told_as_it_is() -> None:
    error = ImportError("no tenacity", name="tenacity")
    assert not_installed(error, "langchain_core", "langchain") is error

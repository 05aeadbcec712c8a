"""What starts with `pincite ask`, read from Python's own account of its imports (`-X importtime`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

QUESTION = "Who leads Syria Tomorrow?"
HEAVY = {"torch", "transformers", "sentence_transformers", "gradio", "matplotlib", "jinja2"}
FOR_INDEXING = {"tiktoken"}


def run(arguments: list[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs `python -X importtime ...` in a folder of its own."""
    command = [sys.executable, "-X", "importtime", *arguments]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def imported(stderr: str) -> set[str]:
    """The top-level modules named in the lines "import time: self | cumulative | name".

    >>> sorted(imported("import time:       100 |        100 |   zipimport\\nimport time: 1 | 2 | os.path\\nwords"))
    ['os', 'zipimport']
    """
    rows = [line.rsplit("|", 1)[-1].strip() for line in stderr.splitlines() if line.startswith("import time:")]
    return {row.split(".")[0] for row in rows}


def said(stderr: str) -> str:
    """What a process wrote to stderr besides its imports, for the message of a failure."""
    return "\n".join(line for line in stderr.splitlines() if not line.startswith("import time:"))


@pytest.fixture(scope="module")
def built(
    seeds: Path, clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, set[str]]:
    """An index of the samples, and the modules that were imported to build it."""
    folder = tmp_path_factory.mktemp("imports")
    index = folder / "index"
    done = run(["-m", "qa.commands.cli", "index", str(seeds), "--index", str(index)], clean_environment, folder)
    assert done.returncode == 0, said(done.stderr)
    return index, imported(done.stderr)


def test_the_account_of_imports_would_show_a_heavy_module(clean_environment: dict[str, str], tmp_path: Path) -> None:
    done = run(["-c", "import tiktoken"], clean_environment, tmp_path)
    assert "tiktoken" in imported(done.stderr)


def test_importing_the_package_loads_nothing_heavy(clean_environment: dict[str, str], tmp_path: Path) -> None:
    done = run(["-c", "import qa, qa.commands.cli, embeddings"], clean_environment, tmp_path)
    assert done.returncode == 0, said(done.stderr)
    assert not imported(done.stderr) & (HEAVY | FOR_INDEXING)


def test_building_an_index_loads_neither_torch_nor_gradio(built: tuple[Path, set[str]]) -> None:
    _, modules = built
    assert {"qa", "embeddings", "onnxruntime"} <= modules
    assert not modules & HEAVY


def test_answering_from_an_index_loads_neither_torch_nor_gradio_nor_tiktoken(
    built: tuple[Path, set[str]], clean_environment: dict[str, str], tmp_path: Path
) -> None:
    index, _ = built
    arguments = ["-m", "qa.commands.cli", "ask", QUESTION, "--index", str(index), "--json"]
    done = run(arguments, clean_environment, tmp_path)
    assert done.returncode in (0, 1), said(done.stderr)
    assert json.loads(done.stdout)[
        "question"
    ]  # it did answer, in whichever way: the imports are those of the whole path
    modules = imported(done.stderr)
    assert "onnxruntime" in modules
    assert not modules & (HEAVY | FOR_INDEXING)


def test_answering_from_files_loads_neither_torch_nor_gradio(
    seeds: Path, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    one = sorted(seeds.iterdir())[0]
    done = run(["-m", "qa.commands.cli", "ask", QUESTION, str(one), "--json"], clean_environment, tmp_path)
    assert done.returncode in (0, 1), said(done.stderr)
    assert json.loads(done.stdout)["question"]
    assert not imported(done.stderr) & HEAVY

"""What `pip install` makes of the wheel: built here, installed in an environment with nothing else, and used.

`make test` collects the wheels of what Pincite needs once, in .venv/wheels; the installation takes no network.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from command import TOWN

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / ".venv" / "wheels"
PARTS = ("embeddings", "checking", "qa", "eval", "doors")
ASK = ("ask", "How many people came to the harbour?", "town.txt", "--threshold", "0", "--json")
IN_PYTHON = 'from qa import answer; print(answer("How many people came to the harbour?", "town.txt").passages[0].text)'
BENCH = ("eval/bench/", "eval/extraction/")  # run from a checkout, in no wheel
WRITTEN_OUT = "raise SystemExit('a decoy was run')\n"


@dataclass(frozen=True)
class Installed:
    """An environment that holds Pincite and what it needs, and variables for a user who is new to it."""

    python: Path
    environment: dict[str, str]

    def run(self, folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs `pincite ...` in a folder, or `python ...` where the first word is that."""
        program = [str(self.python)] if command[0] == "python" else [str(self.python.with_name("pincite")), command[0]]
        return subprocess.run(
            [*program, *command[1:]],
            cwd=folder,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )


def pip(*arguments: str, of: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs this environment's pip, for another environment where one is named."""
    elsewhere = ["--python", str(of)] if of is not None else []
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *elsewhere, *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    assert done.returncode == 0, done.stderr
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(
    wheel: Path, clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    """The wheel in an empty environment. It takes more than a gigabyte, so it is removed at once."""
    if not WHEELS.is_dir():
        reason = (
            f"{WHEELS} is not there: `make test` collects what Pincite needs, for an installation without a network"
        )
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    done = pip("install", "--no-index", "--no-compile", "--find-links", str(WHEELS), str(wheel), of=python)
    assert done.returncode == 0, f"{done.stderr}\n(make -B .venv/stamps/wheels collects them anew)"
    home = folder / "home"
    home.mkdir()
    without = {name: value for name, value in clean_environment.items() if name != "PYTHONPATH"}
    yield Installed(python, without | {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")})
    shutil.rmtree(folder)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder that holds a document and nothing else."""
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    return tmp_path


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# ---------------------------------------------------------------- what the wheel holds


def test_the_wheel_holds_every_file_of_the_packages_and_the_samples_but_no_benchmark(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "pincite.py", "seeds", *PARTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there is no list of files to compare with")
    ours = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    ours = {name for name in ours if not name.startswith(BENCH)}
    wanted = {f"qa/{name}" if name.startswith("seeds/") else name for name in ours}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == wanted


def test_nothing_that_is_installed_imports_a_benchmark() -> None:
    files = [file for part in PARTS for file in (ROOT / part).rglob("*.py")]
    shipped = [file for file in files if not str(file.relative_to(ROOT)).startswith(BENCH)]
    assert [file for file in shipped if "eval.bench" in file.read_text("utf-8")] == []


def test_the_readme_says_how_large_the_wheel_is(wheel: Path) -> None:
    said = re.search(r"^\| the wheel of Pincite[^|]*\| ([\d.]+) MB", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert said, "README.md does not say it: make sizes"
    assert float(said[1]) == pytest.approx(wheel.stat().st_size / 1e6, rel=0.1), "make sizes measures it again"


# ---------------------------------------------------------------- as it is used


def test_nothing_is_missing_and_nothing_clashes(installed: Installed) -> None:
    done = pip("check", of=installed.python)
    assert done.returncode == 0, done.stdout


def test_no_tool_of_the_developers_is_needed_nor_there(installed: Installed) -> None:
    names = {entry["name"] for entry in json.loads(pip("list", "--format=json", of=installed.python).stdout)}
    assert "pincite" in names
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "playwright", "hatchling", "build"}


def test_what_is_imported_is_what_was_installed(installed: Installed, desk: Path) -> None:
    imported = "import pincite, embeddings, qa.commands.cli, eval"
    script = f"{imported}; print(*(m.__file__ for m in (pincite, embeddings, qa, eval)))"
    done = installed.run(desk, "python", "-c", script)
    assert done.returncode == 0, done.stderr
    assert all(Path(place).is_relative_to(installed.python.parent.parent) for place in done.stdout.split())


def test_the_samples_are_asked_from_an_empty_folder_and_only_the_cache_is_written(
    installed: Installed, tmp_path: Path
) -> None:
    done = installed.run(tmp_path, "ask", "Who leads Syria Tomorrow?", "--json")
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == "answering from the five sample documents\n"
    assert json.loads(done.stdout)["passages"]
    assert files(tmp_path) == set()
    assert {name.split("/")[:2] == [".cache", "pincite"] for name in files(Path(installed.environment["HOME"]))} == {
        True
    }


def test_python_answers_too(installed: Installed, desk: Path) -> None:
    done = installed.run(desk, "python", "-c", IN_PYTHON)
    assert (done.returncode, done.stderr) == (0, "")
    assert "harbour" in done.stdout


def test_gold_of_ones_own_is_measured(installed: Installed, desk: Path) -> None:
    place = {"document": "town.txt", "start": TOWN.index("Ana"), "end": TOWN.index("Ana") + 8, "text": "Ana Ruiz"}
    row = {"id": "q", "kind": "factoid", "question": "Who is the mayor of Lund?", "answers": [place]}
    (desk / "gold.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = installed.run(desk, "eval", "--questions", "gold.jsonl", "--documents", "town.txt", "--json", "report.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert files(desk) == {"gold.jsonl", "report.json", "town.txt"}


def test_the_chat_is_served_until_it_is_interrupted(installed: Installed, desk: Path) -> None:
    command = [str(installed.python.with_name("pincite")), "chat", "town.txt", "--port", "0"]
    chat = subprocess.Popen(
        command, cwd=desk, env=installed.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert chat.stdout is not None
    assert chat.stdout.readline().startswith("Pincite is at http://127.0.0.1:")
    chat.send_signal(signal.SIGINT)
    out, err = chat.communicate(timeout=60)
    assert (chat.returncode, out, err) == (130, "", "")


# ---------------------------------------------------------------- beside other people's folders


def put_package(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("", encoding="utf-8")
        (folder / name / "cli.py").write_text(WRITTEN_OUT, encoding="utf-8")


def put_folder(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        (folder / name).mkdir()
        (folder / name / "notes.txt").write_text("notes", encoding="utf-8")


def put_module(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        (folder / f"{name}.py").write_text("", encoding="utf-8")


DECOYS = {"packages": put_package, "folders": put_folder, "modules": put_module}


@pytest.mark.parametrize("kind", DECOYS)
def test_the_command_works_beside_decoys_of_all_three(installed: Installed, desk: Path, kind: str) -> None:
    DECOYS[kind](desk, PARTS)
    for command, variables in (
        (ASK, {}),
        (ASK, {"PYTHONPATH": "."}),
        (("python", "-m", "pincite", *ASK), {}),
        (("python", "-c", f"import pincite; {IN_PYTHON}"), {}),
        (("python", "-P", "-c", IN_PYTHON), {}),
    ):
        done = installed.run(desk, *command, **variables)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert "harbour" in done.stdout


def test_the_report_works_beside_a_decoy(installed: Installed, desk: Path) -> None:
    put_package(desk, ["eval"])
    done = installed.run(desk, "eval", "--questions", "none.jsonl", PYTHONPATH=".")
    assert done.returncode == 2
    assert done.stderr.startswith("pincite: none.jsonl")


@pytest.mark.parametrize("kind", ["packages", "modules"])
def test_python_names_both_places_where_a_decoy_stands_in_the_way(installed: Installed, desk: Path, kind: str) -> None:
    DECOYS[kind](desk, ["embeddings"])
    done = installed.run(desk, "python", "-c", IN_PYTHON)
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: {desk / 'embeddings'}")
    assert str(installed.python.parent.parent.resolve()) in last
    assert "import pincite" in last


def test_python_itself_names_a_decoy_of_the_package_that_is_imported(installed: Installed, desk: Path) -> None:
    """None of our code runs then; the README says what to do."""
    put_package(desk, ["qa"])
    done = installed.run(desk, "python", "-c", IN_PYTHON)
    assert f"({desk / 'qa' / '__init__.py'})" in done.stderr.splitlines()[-1]


def test_python_that_imported_a_decoy_before_is_told_both_places(installed: Installed, desk: Path) -> None:
    put_package(desk, ["qa"])
    done = installed.run(desk, "python", "-c", "import qa, pincite")
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: {desk / 'qa' / '__init__.py'} was imported as 'qa'")
    assert str(installed.python.parent.parent.resolve()) in last


# ---------------------------------------------------------------- an installation that is not whole (these come last)

LOST = {
    "the encoder": "embeddings/data/all-MiniLM-L6-v2/model.onnx",
    "the reader": "qa/data/reader/model.onnx",
    "the tokenizer": "qa/data/reader/tokenizer.json",
    "the calibration": "qa/data/confidence.json",
    "the token ranks": "embeddings/data/cl100k_base.tiktoken",
    "a library": "tantivy",
    "a module": "qa/reading/retriever.py",
}


@pytest.mark.parametrize("what", LOST)
def test_a_part_that_is_lost_is_one_line(installed: Installed, desk: Path, what: str) -> None:
    (library,) = (installed.python.parent.parent / "lib").glob("python3*/site-packages")
    lost, aside = library / LOST[what], library / "aside"
    lost.rename(aside)
    try:
        done = installed.run(desk, *ASK)
    finally:
        aside.rename(lost)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"pincite: .*(?:again|again.*)\n", done.stderr), done.stderr
    assert Path(LOST[what]).stem in done.stderr or str(Path(LOST[what]).parent) in done.stderr

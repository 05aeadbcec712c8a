"""Runs the systems of `eval.bench.peers`, each in a process of its own, and takes them in turns."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from embeddings.errors import BenchmarkError
from eval.bench.processes import run_to_its_end
from eval.bench.systems.work import Mode, Reply, Work, WorkDone
from qa.settings import Precision

ROOT = Path(__file__).resolve().parents[2]

# No hub, no telemetry, no graphics card: the same processor for all.
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ORT_DISABLE_TELEMETRY": "1",
    "CUDA_VISIBLE_DEVICES": "",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """A system that can be measured.

    Attributes:
        label: its name for people.
        factory: "module:function" that opens it for a `Work`.
        distribution: the package whose version is shown; "" shows none.
        modules: what must be importable.
        modes: how it can be measured.
        precision: what Pincite is compiled to; None for the others.
    """

    label: str
    factory: str
    distribution: str
    modules: tuple[str, ...]
    modes: tuple[Mode, ...] = ("reader", "pipeline")
    precision: Precision | None = None

    @property
    def is_ours(self) -> bool:
        """Is it Pincite?"""
        return self.precision is not None


@dataclass(frozen=True, slots=True)
class Installed:
    """A system, the Python that has it, and its label with its version."""

    peer: Peer
    python: str
    label: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One process: what it told, seconds from its launch to its first answer, and its peak memory in bytes."""

    report: WorkDone
    startup: float
    peak: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A system's turns.

    Attributes:
        installed: the system.
        turns: each with its share of the questions.
        failure: why a process of it ended early, "" where none did.
    """

    installed: Installed
    turns: tuple[Turn, ...] = ()
    failure: str = ""

    @property
    def replies(self) -> dict[str, Reply]:
        """All replies, by the id of the question."""
        return {id: reply for turn in self.turns for id, reply in turn.report.replies.items()}

    @property
    def startup(self) -> float:
        """Median seconds from launch to the first answer."""
        return median(turn.startup for turn in self.turns)

    @property
    def indexing(self) -> float:
        """Median seconds of that which went into the index."""
        return median(turn.report.indexing for turn in self.turns)

    @property
    def peak(self) -> float:
        """Median peak memory, in bytes."""
        return median(turn.peak for turn in self.turns)


# Finding them ----------------------------------------------------------------------------------------------------

_LOOK = """
import importlib, importlib.metadata, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
print("version", importlib.metadata.version(sys.argv[1]) if sys.argv[1] else "")
"""


def find(name: str, peer: Peer, environment: Path | None) -> Installed:
    """Imports what a system needs, in a process: what is not installed fails before anything is measured.

    It also brings the system's files into memory, so that the first start-up that counts is like the others.

    Args:
        name: the system's, as on the command line.
        environment: the folder of a virtual environment; None for this one.

    Raises:
        BenchmarkError: the environment is none, or the system is not installed in it.
    """
    python = python_of(name, environment)
    looked = subprocess.run(
        [python, "-c", _LOOK, peer.distribution, *peer.modules],
        env=variables(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if looked.returncode != 0:
        said = looked.stderr.strip().rpartition("\n")[2]
        raise BenchmarkError(
            f"{name}: not installed for {python} ({said}); install it with: pip install '.[peers]' (or: make peers), "
            f"name the environment that has it with --env {name}=FOLDER, or choose others with --only"
        )
    version = looked.stdout.strip().rpartition("\n")[2].removeprefix("version").strip()
    return Installed(peer, python, f"{peer.label} {version}".strip())


def python_of(name: str, environment: Path | None) -> str:
    """The Python of a virtual environment. Raises BenchmarkError where the folder has none."""
    if environment is None:
        return sys.executable
    for place in ("bin/python", "Scripts/python.exe"):
        if (environment / place).exists():
            return str((environment / place).absolute())
    raise BenchmarkError(
        f"--env {name}={environment}: no Python there, expected the folder of a virtual environment; "
        f"make one with: python -m venv {environment}"
    )


def variables() -> dict[str, str]:
    """The environment of a system's process: offline, silent, and with this project on its path."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, **QUIET, "PYTHONPATH": path}


# Running them ----------------------------------------------------------------------------------------------------


def measure(
    systems: Mapping[str, Installed], works: Sequence[Work], say: Callable[[str], None] = lambda line: None
) -> dict[str, Measured]:
    """Gives each work to every system in turn, each time in a new process.

    A system whose process ends early is not started again, and keeps the turns that it had.

    Args:
        systems: by name.
        works: shares of the questions, in the same mode.
        say: called with a line after each process.
    """
    found = {name: Measured(installed) for name, installed in systems.items()}
    with tempfile.TemporaryDirectory(prefix="pincite-peers-") as scratch:
        for number, work in enumerate(works, start=1):
            given = Path(scratch) / f"work-{number}.json"
            work.write(given)
            for name in [name for name, measured in found.items() if not measured.failure]:
                began = time.monotonic()
                found[name] = _after_a_turn(found[name], given)
                what = f"turn {number} of {len(works)}, {found[name].failure or f'{time.monotonic() - began:.0f} s'}"
                say(f"{found[name].installed.label}: {work.mode}, {what}")
    return found


def _after_a_turn(measured: Measured, given: Path) -> Measured:
    try:
        return replace(measured, turns=(*measured.turns, take_turn(measured.installed, given)))
    except BenchmarkError as error:
        return replace(measured, failure=str(error))


def take_turn(installed: Installed, given: Path) -> Turn:
    """Runs one process over the work in a file.

    Raises:
        BenchmarkError: it ended early, or told nothing.
    """
    told = given.with_name("report.json")
    told.unlink(missing_ok=True)
    command = [installed.python, "-m", "eval.bench.systems.process", installed.peer.factory, str(given), str(told)]
    began = time.monotonic()
    run = run_to_its_end(command, variables())
    if not told.exists():
        raise BenchmarkError(f"{installed.label}: its process ended and told nothing; run it by hand")
    report = WorkDone.load(told)
    return Turn(report, report.first_answer - began, run.peak)

"""Whole processes, timed from outside: what a user waits for, and how much memory it takes."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from embeddings.errors import BenchmarkError

_PATIENCE = 120  # seconds until a process that is waited for is given up
_PAUSE = 0.02  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took: seconds of wall time, and its peak resident memory in bytes."""

    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class Runs:
    """The same process several times."""

    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        """Median wall time."""
        return median(run.seconds for run in self.runs)

    @property
    def peak(self) -> float:
        """Median peak memory, in bytes."""
        return median(run.peak for run in self.runs)


# Runs a command and prints its exit code, its wall time and its peak memory. A process of its own, because a child
# begins with the peak memory of the process that made it: this one is as small as a Python can be.
_LAUNCHER = """
import os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), time.perf_counter() - began, usage.ru_maxrss)
"""
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; kilobytes on Linux


def run_to_its_end(command: Sequence[str], environment: Mapping[str, str], allowed: Sequence[int] = (0,)) -> Run:
    """Runs a command and waits for it.

    Raises:
        BenchmarkError: it ended with another code than those allowed.
    """
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        env=dict(environment), capture_output=True, text=True, check=False,
    )  # fmt: skip
    code, seconds, peak = (launched.stdout.split() or ["-1", "0", "0"])[:3]
    if int(code) not in allowed:
        said = launched.stderr.strip().rpartition("\n")[2] or "it said nothing"
        raise BenchmarkError(f"{command[0]} ended with {code} ({said}); run it by hand: {' '.join(command)}")
    return Run(float(seconds), int(peak) * _MAXRSS_UNIT)


def run_until_it_answers(command: Sequence[str], environment: Mapping[str, str], url: str) -> Run:
    """Starts a server, waits until its page comes, and ends it.

    Returns:
        The time until the page was there, and the peak memory until then (0 where the system does not tell).

    Raises:
        BenchmarkError: it ended by itself, or no page came.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while not _answers(url):
                if process.poll() is not None or time.perf_counter() - began > _PATIENCE:
                    raise BenchmarkError(f"{url}: no page came; run it by hand: {' '.join(command)}")
                time.sleep(_PAUSE)
            return Run(time.perf_counter() - began, peak_so_far(process.pid))
        finally:
            process.terminate()


def peak_so_far(pid: int | None = None) -> int:
    """Peak resident memory of a running process, this one by default, in bytes; 0 where the system has no /proc."""
    return _status(pid, "VmHWM")


def memory_now(pid: int | None = None) -> int:
    """Resident memory of a running process, this one by default, in bytes; 0 where the system has no /proc."""
    return _status(pid, "VmRSS")


def _status(pid: int | None, name: str) -> int:
    try:
        file = Path(f"/proc/{pid if pid is not None else 'self'}/status")
        lines = file.read_text(encoding="ascii", errors="ignore").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def taking_turns(rounds: int, *sides: Callable[[], Run]) -> list[Runs]:
    """Each side once outside the count, then all of them in turn, so that a busy moment slows all alike."""
    for side in sides:
        side()
    found: list[list[Run]] = [[] for _ in sides]
    for _ in range(rounds):
        for place, side in enumerate(sides):
            found[place].append(side())
    return [Runs(tuple(runs)) for runs in found]

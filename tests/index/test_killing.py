"""SIGKILL at any moment of an update: the next open has the last finished state, and the work goes on.

Half of the moments are drawn among all that could leave something half done (tests/killed.py), the others by the clock.
PINCITE_KILLS sets how many there are (`make test-long`: 200), PINCITE_KILLS_SEED which.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import living
import pytest

KILLS, SEED = int(os.environ.get("PINCITE_KILLS", "30")), int(os.environ.get("PINCITE_KILLS_SEED", "1"))
VERSIONS = 6

Record = Callable[[str, object], None]
# (index, folder, moment, seconds) -> (signal or 0, moments, seconds)
Update = Callable[[Path, Path, int, float], tuple[int, int, float]]


@pytest.fixture(scope="module")
def update() -> Iterator[Update]:
    """Updates an index in a process that may be killed."""
    driver = [sys.executable, str(Path(__file__).parents[1] / "killed.py")]
    with subprocess.Popen(driver, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ask(index: Path, folder: Path, moment: int, seconds: float) -> tuple[int, int, float]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps([str(index), str(folder), moment, seconds]) + "\n")
            process.stdin.flush()
            ended, moments, took = json.loads(process.stdout.readline())
            assert ended in (0, signal.SIGKILL), "an update failed; what it said stands above"
            return ended, moments, took

        yield ask


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_last_finished_state_and_the_work_goes_on(
    tmp_path: Path, update: Update, record_property: Record
) -> None:
    drawn = random.Random(SEED)
    index, folder = tmp_path / "index", tmp_path / "docs"
    state: living.Content | None = None
    most, longest, killed, version, survived = 40, 0.5, 0, 0, 0
    while killed < KILLS:
        wanted = living.content(version % VERSIONS)
        living.write(folder, wanted)
        at = (drawn.randint(1, most), 0.0) if drawn.random() < 0.5 else (0, drawn.uniform(0.0, longest))
        for moment, seconds in (at, (0, 0.0)):  # the second goes on where the first was killed, and lives
            ended, moments, took = update(index, folder, moment, seconds)
            if ended == 0:
                most, longest = max(most, moments), max(longest, took)
            killed += ended != 0
            if state is None and not index.exists():
                assert ended != 0  # nothing was finished yet, and nothing pretends to be
                continue
            allowed = [wanted] if ended == 0 else [wanted, *([state] if state is not None else [])]
            before, state = state, living.checked(index, folder, allowed)
            survived += ended != 0 and state == before
            if ended and drawn.random() < 0.4:  # or other files come before it went on
                break
        version += 1
    update(index, folder, 0, 0.0)
    living.checked(index, folder, [wanted])
    assert {entry.name for entry in tmp_path.iterdir()} == {"index", "docs"}, "an interruption left something for ever"
    record_property("updates that were killed with SIGKILL", killed)
    record_property("of them, killed before anybody could see the update", survived)
    record_property("moments of one update at which a kill could fall, at most", most)


@pytest.mark.slow
def test_what_was_embedded_before_a_kill_is_not_embedded_again(tmp_path: Path, update: Update) -> None:
    index, folder = tmp_path / "index", tmp_path / "docs"
    living.write(folder, living.content(0, files=600))
    ended, _, _ = update(index, folder, 4_000, 0.0)
    assert ended == signal.SIGKILL
    assert not index.exists()
    report = living.update(index, folder)
    assert 0 < report.resumed < report.added == len(living.content(0, files=600))

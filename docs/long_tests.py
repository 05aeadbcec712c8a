"""Runs the tests of crashes and of damage at length, and writes what came of them into a file ("long" markers).

    python docs/long_tests.py docs/living-index.md      (make test-long)

PINCITE_KILLS and PINCITE_FLIPS say how many; pytest's own arguments may follow. The tests tell their figures as
properties of pytest's report. Nothing is written where one of them fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from eval.bench.machine import describe_machine
from eval.report.readme import check_markers, rewrite
from eval.report.rendering import markdown_table

PART = "long"
TESTS = ("tests/index/test_killing.py", "tests/index/test_corruption.py")
MANY = {"PINCITE_KILLS": "200", "PINCITE_FLIPS": "400"}


def main(page: Path, arguments: list[str]) -> int:
    """Runs, and writes where all passed; pytest's exit code."""
    check_markers(page, PART)
    machine = describe_machine()  # before the tests are the load of it
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *TESTS, *arguments]
        began, before = time.monotonic(), os.times()
        code = subprocess.run(command, env=MANY | os.environ, check=False).returncode
        took, after = time.monotonic() - began, os.times()
        if code == 0:
            processor = (after.children_user + after.children_system) - (before.children_user + before.children_system)
            rows = [*figures(report), ("minutes", f"{took / 60:.0f}, of the processor {processor / 60:.0f}")]
            rewrite(page, f"{markdown_table(('what', 'how many'), rows)}\n\n{machine}", PART)
    return code


def figures(report: Path) -> list[tuple[str, str]]:
    """What the tests told of themselves, in the order they ran."""
    found = ElementTree.parse(report).getroot().iter("property")
    return [(each.attrib["name"], f"{int(each.attrib['value']):,}") for each in found]


if __name__ == "__main__":
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_file():
        sys.exit("usage: python docs/long_tests.py FILE [PYTEST-ARGUMENTS]")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))

"""Measures what Pincite takes to download and to install, and writes it into a file, between its "sizes" markers.

    python docs/sizes.py .venv/wheels README.md      (make sizes)

The first argument is a folder with the wheels of everything that Pincite needs. An environment is made beside them,
filled from them without a network, measured and removed.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from eval.report.readme import check_markers, rewrite

ROOT = Path(__file__).resolve().parent.parent
PART = "sizes"
LARGEST = 5  # packages that are named


def main(wheels: Path, page: Path) -> None:
    """Builds, installs, measures and writes."""
    check_markers(page, PART)
    with tempfile.TemporaryDirectory(dir=wheels.parent) as folder:
        wheel = build(Path(folder))
        installed = install(wheel, wheels, Path(folder) / "venv")
        needed = [path.stat().st_size for path in wheels.glob("*.whl")]
        rewrite(page, table(wheel.stat().st_size, needed, installed), PART)


def build(folder: Path) -> Path:
    """The wheel of this checkout."""
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("pincite-*.whl"))


def install(wheel: Path, wheels: Path, folder: Path) -> Counter[str]:
    """Bytes of each package in an environment that holds the wheel and what it needs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = str(folder / "bin" / "python")
    pip("--python", python, "install", "--no-index", "--no-compile", "--find-links", str(wheels), str(wheel))
    (library,) = folder.glob("lib/python3*/site-packages")
    return Counter(
        {record.parent.name.partition("-")[0]: taken(record) for record in library.glob("*.dist-info/RECORD")}
    )


def taken(record: Path) -> int:
    """Bytes of the files that a package's RECORD lists."""
    with record.open(encoding="utf-8", newline="") as rows:
        files = [record.parent.parent / row[0] for row in csv.reader(rows)]
    return sum(file.stat().st_size for file in files if file.is_file())


def table(wheel: int, needed: list[int], installed: Counter[str]) -> str:
    """The sizes as Markdown."""
    largest = ", ".join(f"{name} {size(taken)}" for name, taken in installed.most_common(LARGEST))
    rows = [
        ("the wheel of Pincite, its models included", size(wheel)),
        (f"the wheels of the {len(needed)} packages that it needs", size(sum(needed))),
        (f"installed, largest first: {largest}", size(installed.total())),
    ]
    return "\n".join(["| what | size |", "| --- | ---: |", *(f"| {what} | {taken} |" for what, taken in rows)])


def size(taken: int) -> str:
    """Bytes in megabytes of a million."""
    return f"{taken / 1e6:,.1f} MB" if taken < 100e6 else f"{taken / 1e6:,.0f} MB"


def pip(*arguments: str) -> None:
    """Runs pip of this environment; what it says is shown where it fails."""
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments], check=True)


if __name__ == "__main__":
    if len(sys.argv) != 3 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python docs/sizes.py FOLDER-OF-WHEELS FILE")
    main(Path(sys.argv[1]), Path(sys.argv[2]))

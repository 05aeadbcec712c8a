"""`python -m eval`: the same as `pincite eval`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from embeddings.errors import PinciteError
from eval.command import run_eval


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the evaluation. Returns 0, or 2 after an error, which is printed on stderr."""
    options = _parser().parse_args(arguments)
    try:
        return run_eval(
            questions=options.questions,
            documents=options.documents,
            json_path=options.json,
            readme=options.readme,
            html=options.html,
            curves=options.curves,
        )
    except PinciteError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Measures the answers to gold questions.")
    add = parser.add_argument
    add("documents", nargs="*", type=Path, help="files and folders; default: the sample documents")
    add("--questions", type=Path, metavar="FILE", help="gold questions, JSON lines; default: those that ship")
    add("--json", type=Path, metavar="FILE", help="write every figure and every answer as JSON")
    add("--readme", type=Path, metavar="FILE", help="rewrite the table between the eval markers of a Markdown file")
    add("--html", type=Path, metavar="FILE", help="write the report as one page, with every wrong answer")
    add("--curves", type=Path, metavar="DIR", help="write the curves of risk and of reliability as PNG into a folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""`python -m eval`: the same as `pincite eval`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from embeddings.errors import PinciteError
from eval.command import run_eval
from qa.settings import Settings, precision_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the evaluation. Returns 0, or 2 after an error, which is printed on stderr."""
    options = _parser().parse_args(arguments)
    try:
        return run_eval(
            questions=options.questions,
            documents=options.documents,
            json_path=options.json,
            readme=options.readme,
            settings=Settings(
                encoder=options.encoder, reader=options.reader, precision=precision_of(options.precision)
            ),
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
    add("--encoder", metavar="NAME", help="a sentence-transformers model; default: the one that ships")
    add("--reader", metavar="NAME", help="a question-answering model; default: the one that ships")
    add("--precision", default="int8", help="what these are compiled to: int8 (default) or fp32")
    return parser


if __name__ == "__main__":
    sys.exit(main())

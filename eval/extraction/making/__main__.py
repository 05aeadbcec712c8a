"""`python -m eval.extraction.making`: writes the files of the set and expected.jsonl, the same bytes every time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from eval.extraction.making import mails, pages, pdfs, producers, tables, texts, words
from eval.extraction.making.case import Case

FOLDER = Path(__file__).parent.parent


def all_cases() -> Iterator[Case]:
    """All cases of the set, by their files."""
    made = chain(texts.cases(), pages.cases(), tables.cases(), words.cases(), mails.cases(), pdfs.cases())
    made = chain(made, producers.cases())
    yield from sorted(made, key=lambda case: case.file)


def main() -> None:
    """Writes them, and takes away files that are no part of the set any more."""
    folder = FOLDER / "files"
    folder.mkdir(exist_ok=True)
    cases = list(all_cases())
    for case in cases:
        (folder / case.file).write_bytes(case.data)
    for file in folder.iterdir():
        if file.name not in {case.file for case in cases}:
            file.unlink()
    lines = "".join(f"{case.to_json()}\n" for case in cases)
    (FOLDER / "expected.jsonl").write_text(lines, encoding="utf-8")
    sys.stdout.write(f"{len(cases)} files\n")


if __name__ == "__main__":
    main()

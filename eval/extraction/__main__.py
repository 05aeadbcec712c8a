"""`python -m eval.extraction`: how much of the files of the set arrives, beside other tools that are installed.

--write docs/extraction.md    writes the page
--quick                       no questions, no other tools
--fuzz 200                    each file spoiled so often at random; tells what goes wrong
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from embeddings.types import Document
from eval.extraction.fuzz import all_fuzzed
from eval.extraction.measure import FOLDER, Answerer, Expected, Score, expected, score
from eval.extraction.reading import Reader, readers
from eval.extraction.report import line, page


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.extraction", description=__doc__)
    parser.add_argument("--write", type=Path, help="the page to write")
    parser.add_argument("--quick", action="store_true", help="no questions, no other tools")
    parser.add_argument("--fuzz", type=int, metavar="TIMES", help="spoil each file so often")
    chosen = parser.parse_args()
    if chosen.fuzz is not None:
        faults = list(all_fuzzed([(case.file, data_of(case)) for case in expected()], chosen.fuzz))
        _say("\n".join(faults) or "nothing went wrong")
        sys.exit(1 if faults else 0)
    tools = {"pincite": readers()["pincite"]} if chosen.quick else readers()
    scores = {name: measured(reader, None if chosen.quick else _answers()) for name, reader in tools.items()}
    wrong = [_told(each) for each in scores["pincite"] if not each.is_exact]
    if chosen.write is not None:
        chosen.write.write_text(page(scores, wrong), encoding="utf-8")
    _say("\n".join([*wrong, *(line(name, found) for name, found in scores.items())]))


def measured(reader: Reader, answer: Answerer | None = None) -> list[Score]:
    """What a tool reads of each file, measured."""
    return [score(case, reader(case.file, data_of(case)), answer) for case in expected()]


def data_of(case: Expected) -> bytes:
    """The bytes of a file of the set."""
    return (FOLDER / "files" / case.file).read_bytes()


@lru_cache(maxsize=1)
def _answers() -> Answerer:
    """Answers with the models that ship; what could not be read answers nothing."""
    from qa.documents import answer

    def said(question: str, documents: Sequence[Document]) -> str:
        return answer(question, documents).text or "" if documents else ""

    return said


def _told(score: Score) -> str:
    faults = [f"{score.lost} of {score.words} words lost"] if score.lost else []
    faults += [f"{score.invented} invented"] if score.invented else []
    faults += [] if score.in_order else ["out of order"]
    faults += [f"{score.cells_right} of {score.cells} cells"] if score.cells != score.cells_right else []
    return f"{score.file}: {', '.join(faults)}"


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


if __name__ == "__main__":
    main()

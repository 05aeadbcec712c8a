"""The questions from the office: where they lie, and how they were split into a part to tune on and one to report.

    python -m eval.sets.office FILE ...     splits these gold questions; writes tune.jsonl and report.jsonl

The split was made once. `tests/sets/test_gold_office.py` makes it again and compares.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["DOCUMENTS", "PARTS", "REPORT", "TUNE", "split"]

FOLDER = Path(__file__).parents[1] / "gold" / "office"
DOCUMENTS, TUNE, REPORT = FOLDER / "documents", FOLDER / "tune.jsonl", FOLDER / "report.jsonl"
PARTS: Mapping[str, Path] = {"office": REPORT, "office-tune": TUNE}

SEED, DRAWS, SHARE = 14, 2_000, 0.4
BY_QUESTION = ("glossary.md",)  # nearly all definitions and abbreviations stand there

Line = Mapping[str, object]


def split(lines: Sequence[Line]) -> frozenset[str]:
    """The ids of the questions to tune on, two in five.

    The questions of a document stay together, those of `BY_QUESTION` and unanswerable ones are drawn one by one. Of
    `DRAWS` draws the one is taken that divides the kinds most evenly and cuts the fewest questions from a document
    that answers them too.
    """
    lines = sorted(lines, key=lambda line: str(line["id"]))
    chance = random.Random(SEED)
    units = _units(lines)
    wanted = round(SHARE * sum(map(len, units.values())))
    draws = (_draw(units, wanted, chance) for _ in range(DRAWS))
    chosen = min((draw for draw in draws if draw is not None), key=lambda draw: _cost(draw, units))
    return frozenset(str(line["id"]) for unit in chosen for line in units[unit]) | _unanswerable(lines, chance)


def _units(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The answerable questions that stay together, by the document of their first answer."""
    units: dict[str, list[Line]] = {}
    for line in lines:
        if documents := _documents(line):
            unit = str(line["id"]) if documents[0] in BY_QUESTION else documents[0]
            units.setdefault(unit, []).append(line)
    return units


def _documents(line: Line) -> list[str]:
    answers = line["answers"]
    return [str(answer["document"]) for answer in answers] if isinstance(answers, list) else []


def _draw(units: Mapping[str, Sequence[Line]], wanted: int, chance: random.Random) -> frozenset[str] | None:
    """Units of exactly so many questions, None where those that were drawn do not add up to it."""
    taken: set[str] = set()
    for unit in chance.sample(list(units), len(units)):
        if len(units[unit]) <= wanted:
            taken.add(unit)
            wanted -= len(units[unit])
    return None if wanted else frozenset(taken)


def _cost(chosen: frozenset[str], units: Mapping[str, Sequence[Line]]) -> tuple[float, list[str]]:
    """How uneven the kinds are and how many questions are cut; the names decide between equals."""
    of_kind = Counter(str(line["kind"]) for unit in units.values() for line in unit)
    tuned = Counter(str(line["kind"]) for unit in chosen for line in units[unit])
    uneven = sum((tuned[kind] - SHARE * n) ** 2 for kind, n in of_kind.items())
    return uneven + _cut(chosen, units), sorted(chosen)


def _cut(chosen: frozenset[str], units: Mapping[str, Sequence[Line]]) -> int:
    """How many questions have an answer in a document of the other part too."""
    documents = units.keys() - {str(line["id"]) for unit in units.values() for line in unit}
    return sum(
        any(document in documents and (document in chosen) != (unit in chosen) for document in _documents(line))
        for unit, lines in units.items()
        for line in lines
    )


def _unanswerable(lines: Sequence[Line], chance: random.Random) -> frozenset[str]:
    """Two in five of the tempting ones and of the others."""
    drawn: set[str] = set()
    for tempting in (True, False):
        ids = [str(line["id"]) for line in lines if not line["answers"] and bool(line.get("tempting")) is tempting]
        drawn.update(chance.sample(ids, round(SHARE * len(ids))))
    return frozenset(drawn)


def main(paths: Sequence[str]) -> None:
    """Writes both parts, each in the order of the files."""
    written = [line for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines()]
    ids = split([json.loads(line) for line in written])
    for path, tuned in ((TUNE, True), (REPORT, False)):
        part = [line + "\n" for line in written if (json.loads(line)["id"] in ids) is tuned]
        path.write_text("".join(part), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

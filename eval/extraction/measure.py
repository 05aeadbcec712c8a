"""What is right in a reading: words lost and invented, their order, the cells under the right names, the answers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.types import Document
from eval.extraction.reading import Reading

FOLDER = Path(__file__).parent
_AROUND = ".,;:!?()[]{}|*#>\"“”'’‘_-–—•·`+"
_MOST_BESIDE = 4  # words of an answer beside those that were expected
_RULE = re.compile(r"\|[\s:|-]+\|?$")

# Answers a question from documents: the words of the answer, "" for none.
Answerer = Callable[[str, Sequence[Document]], str]


@dataclass(frozen=True, slots=True)
class Expected:
    """A line of expected.jsonl."""

    file: str
    text: tuple[Any, ...]
    absent: tuple[str, ...]
    also: tuple[str, ...]
    ask: tuple[tuple[str, str], ...]

    @property
    def format(self) -> str:
        """The format of the file."""
        return self.file.rpartition(".")[2]

    def words(self) -> list[str]:
        """All words that must be read, in their order."""
        return [word for part in self.text for each in _parts(part) for word in words_of(each)]


@dataclass(frozen=True, slots=True)
class Score:
    """What a reading of one file is worth.

    Attributes:
        file: its name.
        words, lost, invented: how many words there are, are missing, and are there that should not be.
        in_order: whether its texts stand whole and in their order.
        cells, cells_right: how many cells have a name, and under it are found.
        asked, answered: questions, and those answered right; nothing is asked where no `Answerer` was given.
    """

    file: str
    words: int
    lost: int
    invented: int
    in_order: bool
    cells: int
    cells_right: int
    asked: int = 0
    answered: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether nothing is lost, invented, out of order or under a wrong name."""
        return not self.lost and not self.invented and self.in_order and self.cells == self.cells_right


def expected() -> list[Expected]:
    """What must be read of each file of the set."""
    lines = (FOLDER / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [_expected(json.loads(line)) for line in lines]


def _expected(said: dict[str, Any]) -> Expected:
    text, absent, also = (tuple(said.get(name, ())) for name in ("text", "absent", "also"))
    return Expected(said["file"], text, absent, also, tuple((q, a) for q, a in said.get("ask", ())))


def score(case: Expected, reading: Reading, answer: Answerer | None = None) -> Score:
    """What a reading of a file is worth."""
    wanted, found = case.words(), words_of(reading.text)
    names = [name for part in case.text if not isinstance(part, str) for name in part["names"]]
    known = {*wanted, *(word for each in (*case.also, *names) for word in words_of(each))}
    lost = Counter(wanted) - Counter(found)
    invented = sum(word not in known for word in found) + sum(_stands(each, found) for each in case.absent)
    cells = list(_cells(case))
    asked = case.ask if answer is not None else ()
    return Score(
        case.file,
        len(wanted),
        lost.total(),
        invented,
        _in_order(case, found),
        len(cells),
        sum(_is_there(cell, reading) for cell in cells),
        len(asked),
        sum(_is_right(right, answer(question, reading.documents)) for question, right in asked)
        if answer is not None
        else 0,
    )


def words_of(text: str) -> list[str]:
    """The words of a text, without what stands around them.

    >>> words_of("| Oslo | **700,000** |")
    ['oslo', '700,000']
    """
    return [word for each in text.replace("|", " ").split() if (word := each.strip(_AROUND).casefold())]


def _parts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    else:
        yield from (cell for row in part["rows"] for cell in row)


def _stands(words: str, found: Sequence[str]) -> bool:
    wanted = words_of(words)
    return _place(wanted, found, 0) >= 0


def _place(wanted: Sequence[str], found: Sequence[str], start: int) -> int:
    """Where some words stand one after the other, from a place on; -1 where they do not."""
    count = len(wanted)
    return next((n for n in range(start, len(found) - count + 1) if list(found[n : n + count]) == list(wanted)), -1)


def _in_order(case: Expected, found: Sequence[str]) -> bool:
    place = 0
    for part in case.text:
        if isinstance(part, str):
            place = _place(words_of(part), found, place)
            if place < 0:
                return False
    return True


def _cells(case: Expected) -> Iterator[tuple[str, str, str]]:
    """The cells that have a name: what names the row, what the column, and the value."""
    for part in case.text:
        if isinstance(part, str):
            continue
        for row in part["rows"]:
            if not part["names"]:
                yield "", row[0], row[1]
            for name, value in zip(part["names"][1:], row[1:], strict=False):
                if name:
                    yield row[0], name, value


def _is_there(cell: tuple[str, str, str], reading: Reading) -> bool:
    return any(_in_layout(cell, document) for document in reading.documents) or _in_text(cell, reading.text)


def _in_layout(cell: tuple[str, str, str], document: Document) -> bool:
    """Whether the document's tables or fields have a cell."""
    row, name, value = map(_folded, cell)
    layout, text = document.layout, document.text
    if not row:
        pairs = ((text[slice(*field.label)], text[slice(*field.value)]) for field in layout.fields)
        if any((_folded(label), _folded(said)) == (name, value) for label, said in pairs):
            return True
    for number, table in enumerate(layout.tables):
        for at in range(len(table)):
            cells = [(_folded(each.name), _folded(text[each.start : each.end])) for each in table.row(at, number)]
            if (name, value) in cells and any(said == row for _, said in cells):
                return True
    return False


def _in_text(cell: tuple[str, str, str], text: str) -> bool:
    """Whether a line of the text says a cell: "Ship: Aurora; Berth: 12", or a row of Markdown under its names."""
    row, name, value = map(_folded, cell)
    header: list[str] = []
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [_folded(each) for each in line.strip().strip("|").split("|")]
            if _RULE.match(line):
                continue
            if not row and [name, value] == cells[:2]:
                return True
            pairs = list(zip(header, cells, strict=False))
            if (name, value) in pairs and row in cells:
                return True
            header = header or cells
            continue
        header = []
        said = _folded(line)
        if f"{name}: {value}" in said and row in said:
            return True
    return False


def _folded(words: str) -> str:
    return " ".join(words.split()).strip("* ").casefold()


def _is_right(expected: str, said: str) -> bool:
    """Whether an answer holds what was expected and little besides."""
    wanted, found = words_of(expected), words_of(said)
    return _place(wanted, found, 0) >= 0 and len(found) <= len(wanted) + _MOST_BESIDE

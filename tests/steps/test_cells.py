"""A span over several cells is cut to one; the name of a column alone answers nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.loading import load
from embeddings.types import Chunk, Hit
from qa.english.question import Question
from qa.reading.reader import Span
from qa.steps import Place
from qa.steps.cells import one_cell

BOATS = "| boat | crew | port |\n| --- | --- | --- |\n| Aurora | 12 men | Oslo |\n| Bore | 9 men | Vik |\n"
SHIPS = "Ship,Crew,Port\nAurora,12 men,Oslo\nBore,9 men,Vik\n"
ROOM = "Room: 14\nFloor: second\nKey: with the porter\n\nThe room is kept: it is not let.\n"


def cut(folder: Path, name: str, content: str, taken: str, question: str = "Which?") -> str:
    (folder / name).write_text(content, encoding="utf-8")
    (document,) = load([folder / name]).documents
    start = document.text.index(taken)
    hit = Hit(document, Chunk(document.id, 0, 0, len(document.text)), 0.5, 1.0, 0.5)
    place = Place.of(hit, Span(0, start, start + len(taken), 1.0, 0.0, 0.5))
    return document.text[slice(*one_cell(Question.of(question), place))]


@pytest.mark.parametrize(
    ("name", "content", "taken", "kept"),
    [
        ("boats.md", BOATS, "Aurora | 12 men", "Aurora"),
        ("boats.md", BOATS, "| 12 men | Oslo", "12 men"),
        ("boats.md", BOATS, "12 men", "12 men"),
        ("boats.md", BOATS, "men", "12 men"),
        ("boats.md", BOATS, "crew", ""),
        ("ships.csv", SHIPS, "Ship: Aurora; Crew: 12 men", "Aurora"),
        ("ships.csv", SHIPS, "Crew: 9 men", "9 men"),
        ("ships.csv", SHIPS, "Port", ""),
        ("room.txt", ROOM, "Floor: second", "second"),
        ("room.txt", ROOM, "with the porter", "with the porter"),
        ("room.txt", ROOM, "The room is kept", "The room is kept"),
    ],
)
def test_one_cell_is_kept_of_what_was_read(tmp_path: Path, name: str, content: str, taken: str, kept: str) -> None:
    assert cut(tmp_path, name, content, taken) == kept


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("How large is the crew of the Aurora?", "12 men"),
        ("Where is the Aurora?", "12 men"),
        ("port of Aurora", "Oslo"),
    ],
)
def test_of_several_cells_the_one_is_kept_whose_column_the_question_names(
    tmp_path: Path, question: str, kept: str
) -> None:
    assert cut(tmp_path, "ships.csv", SHIPS, "Ship: Aurora; Crew: 12 men; Port: Oslo", question) == kept

"""The set of small files: each arrives as it must, is made by its script, and spoiled does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.types import Document
from eval.extraction.__main__ import data_of
from eval.extraction.fuzz import fuzzed
from eval.extraction.making.__main__ import FOLDER, all_cases
from eval.extraction.measure import Expected, Score, expected, score, words_of
from eval.extraction.reading import Reading, pincite
from eval.extraction.report import line, page

# What is known to be wrong; whoever mends one takes it out here.
KNOWN: frozenset[str] = frozenset()
CASES = expected()


def reading(text: str) -> Reading:
    """A reading of one text."""
    return Reading((Document("", "t", "a.txt", text),))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_a_file_arrives_as_it_must(case: Expected) -> None:
    if case.file.endswith(".msg"):
        pytest.importorskip("olefile", reason="pip install 'pincite[office]'")
    found = score(case, pincite(case.file, data_of(case)))
    if case.file in KNOWN:
        assert not found.is_exact, f"{case.file} is right by now: take it out of KNOWN"
    else:
        assert found.is_exact, found


def test_the_set_covers_every_format() -> None:
    formats = {case.format for case in CASES}
    assert len(CASES) >= 120
    assert formats >= {"txt", "md", "html", "csv", "tsv", "json", "jsonl", "pdf", "docx", "odt", "epub", "pptx", "xlsx"}
    assert formats >= {"eml", "mbox", "zip", "msg"}


def test_the_files_are_those_that_the_scripts_make() -> None:
    made = {case.file: case for case in all_cases()}
    assert {file.name for file in (FOLDER / "files").iterdir()} == set(made)
    assert "".join(f"{case.to_json()}\n" for case in made.values()) == (FOLDER / "expected.jsonl").read_text("utf-8")
    packed = (".docx", ".odt", ".epub", ".pptx", ".xlsx", ".zip")  # zlib differs from machine to machine
    differing = [
        name
        for name, case in made.items()
        if not name.endswith(packed) and (FOLDER / "files" / name).read_bytes() != case.data
    ]
    assert differing == []


@pytest.mark.parametrize("case", CASES[::12], ids=lambda case: case.file)
def test_a_spoiled_file_is_read_or_refused(case: Expected) -> None:
    assert list(fuzzed(case.file, data_of(case), times=3)) == []


# ---------------------------------------------------------------- the measure


def case_of(*text: object, **more: object) -> Expected:
    """A case of a file that must give a text."""
    given: dict[str, object] = {"absent": (), "also": (), "ask": (), **more}
    return Expected("a.txt", tuple(text), **given)  # type: ignore[arg-type]


TABLE = {"names": ["Ship", "Berth"], "rows": [["Aurora", "12"], ["Baltic", "9"]]}


@pytest.mark.parametrize(
    ("text", "lost", "invented", "in_order"),
    [
        ("It rained. It snowed.", 0, 0, True),
        ("It snowed. It rained.", 0, 0, False),
        ("It rained. It hailed.", 1, 1, False),
        ("It rained. It snowed. Twice.", 0, 1, True),
        ("", 4, 0, False),
    ],
)
def test_words_are_lost_invented_and_out_of_order(text: str, lost: int, invented: int, in_order: bool) -> None:
    found = score(case_of("It rained.", "It snowed."), reading(text))
    assert (found.lost, found.invented, found.in_order) == (lost, invented, in_order)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Ship: Aurora; Berth: 12\nShip: Baltic; Berth: 9", 2),
        ("| Ship | Berth |\n|---|---|\n| Aurora | 12 |\n| Baltic | 9 |", 2),
        ("Ship: Aurora; Berth: 9\nShip: Baltic; Berth: 12", 0),
        ("Ship Berth\nAurora 12\nBaltic 9", 0),
    ],
)
def test_cells_are_looked_for_under_their_names(text: str, right: int) -> None:
    found = score(case_of(TABLE), reading(text))
    assert (found.cells, found.cells_right) == (2, right)


def test_words_that_must_not_be_read_count_as_invented() -> None:
    assert score(case_of("It costs 48.", absent=("60 euros",)), reading("It costs 60 euros 48.")).invented == 3


def test_an_answer_is_right_that_holds_what_was_expected_and_little_besides() -> None:
    case = case_of("x", ask=(("q", "19 June"), ("r", "Oslo")))
    said = {"q": "on Monday 19 June", "r": "Moss"}
    assert score(case, reading("x"), lambda question, _: said[question]).answered == 1


def test_the_page_names_all_tools_and_what_is_not_exact() -> None:
    good, bad = Score("a.txt", 10, 0, 0, True, 0, 0, 1, 1), Score("b.pdf", 10, 5, 1, False, 2, 1, 1, 0)
    shown = page(
        {"pincite": [good, bad], "markitdown": [bad, bad], "pypdf": [Score("a.txt", 5, 5, 0, False, 0, 0)]},
        ["b.pdf: x"],
    )
    assert line("pincite", [good, bad]) == "| pincite | 2 | 50.0% | 25.0% | 5.0% | 50.0% | 50.0% |"
    assert "| markitdown | 2 | 0.0% |" in shown
    assert "pypdf" not in shown.split("## By format")[0]
    assert "- b.pdf: x" in shown


def test_words_are_compared_without_what_stands_around_them() -> None:
    assert words_of("“Größe”, (10⁶) * x") == ["grösse", "10⁶", "x"]
    assert Path(FOLDER / "expected.jsonl").is_file()

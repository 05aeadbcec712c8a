"""Fitting the confidence: what is asked, what is written, and that it is read back. On files made here."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings.types import Document
from eval.aside import KINDS, OFFICE, Asked, Kind, questions_aside
from eval.calibrate import MIX, TABLES, Example, collect, fit, held_out, main, scores, set_rows, threshold_rows
from eval.sets.lines import file_of
from eval.sets.squad import DATA_FILE, SPLITS, tuning_articles
from qa.answers.confidence import FEATURES, Calibration
from qa.answers.reading import Reading
from qa.settings import Settings
from tests.fakes import candidate_for, hit_in

_SPLITS = json.loads(SPLITS.read_text(encoding="utf-8"))
ARTICLES = tuning_articles()
CONTRACTS = _SPLITS[file_of("cuad")]["tune"][:2]
# A word of its own for each article, so that its questions can only be answered from it.
BIRDS = ("heron", "osprey", "curlew", "plover", "avocet")
PEOPLE = ("Ana Ruiz", "Bo Lind", "Cy Dahl", "Di Ek", "Ed Falk")


def article(title: str, bird: str, person: str) -> dict[str, object]:
    """Two rows: a question that the paragraph answers, and one that it only looks like answering."""
    context = f"The {bird} was first painted by {person} in a small town. The painting of the {bird} hangs in Lund."
    asked = {
        "id": f"{bird}-1",
        "question": f"Who painted the {bird} first?",
        "is_impossible": False,
        "answers": [{"text": person, "answer_start": context.index(person)}],
    }
    tempting = {"id": f"{bird}-2", "question": f"Who sold the {bird} in Rome?", "is_impossible": True, "answers": []}
    return {"title": title, "paragraphs": [{"context": context, "qas": [asked, tempting]}]}


def contract(number: int, title: str) -> str:
    """A question on a contract that names no party, so that it can be asked of any."""
    context = f"This Agreement is governed by the law of {('Norway', 'Ohio')[number]}."
    start = context.index(("Norway", "Ohio")[number])
    answers = [{"text": context[start:-1], "start": start}]
    row = {"id": f"c{number}", "title": title, "context": context, "question": "Which law governs?", "answers": answers}
    return json.dumps(row)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two sets: two questions for each article of SQuAD that may be tuned on, and two contracts."""
    folder = tmp_path_factory.mktemp("data")
    rows = [article(*row) for row in zip(ARTICLES, BIRDS, PEOPLE, strict=False)]
    (folder / DATA_FILE).write_bytes(gzip.compress(json.dumps({"version": "v2.0", "data": rows}).encode()))
    lines = "\n".join(contract(*each) for each in enumerate(CONTRACTS))
    (folder / file_of("cuad")).write_bytes(gzip.compress(lines.encode()))
    return folder


@pytest.fixture(scope="module")
def asked(data: Path) -> list[Asked]:
    return list(questions_aside(data, 4, Settings()))


@pytest.fixture(scope="module")
def examples(asked: list[Asked]) -> list[Example]:
    return collect(asked)


def of(examples: list[Example], set_name: str, kind: Kind) -> Iterator[Example]:
    return (example for example in examples if (example.set_name, example.kind) == (set_name, kind))


def test_the_articles_for_fitting_are_not_those_for_reporting() -> None:
    for parts in _SPLITS.values():
        assert not set(parts.get("tune", ())) & set(parts["report"])


def test_every_set_is_asked_in_every_kind_that_it_has(asked: list[Asked]) -> None:
    kinds = {name: {each.kind for each in asked if each.set_name == name} for name in ("SQuAD 2.0", "cuad", OFFICE)}
    assert kinds == {"SQuAD 2.0": set(KINDS), "cuad": {"answerable", "absent"}, OFFICE: set(KINDS)}


def test_only_questions_that_are_asked_of_what_answers_them_are_ever_right(examples: list[Example]) -> None:
    assert all(example.kind == "answerable" for example in examples if example.right)
    assert all(example.right for example in of(examples, "SQuAD 2.0", "answerable"))


def test_an_absent_question_is_asked_of_other_articles_and_of_another_contract(examples: list[Example]) -> None:
    for name in ("SQuAD 2.0", "cuad"):
        absent = list(of(examples, name, "absent"))
        assert len(absent) == 2
        for example in absent:
            assert all(not hit.document.id.startswith(f"{example.article}/") for hit in example.reading.hits)


def test_the_features_of_an_example_are_in_the_order_of_their_names(examples: list[Example]) -> None:
    assert all(len(example.features) == len(FEATURES) for example in examples)


def test_one_command_fits_and_writes_what_the_assistant_reads_and_its_tables(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, page = tmp_path / "confidence.json", tmp_path / "page.md"
    page.write_text("".join(f"<!-- {table}:begin -->\n<!-- {table}:end -->\n" for table in TABLES), encoding="utf-8")
    command = ["--data", str(data), "--size", "4", "--to", str(path), "--write", str(page), "--cache", str(tmp_path)]
    assert main(command) == 0
    written = json.loads(path.read_text(encoding="utf-8"))
    assert tuple(written["weights"]) == FEATURES
    assert written["fitted_on"]["questions"]["cuad"] == {"answerable": 2, "tempting": 0, "absent": 2}
    calibration = Calibration.read(path)
    assert [round(w, 6) for w in calibration.weights] == [written["weights"][name] for name in FEATURES]
    said = capsys.readouterr()
    assert "threshold" in said.out
    assert said.err == ""
    assert "| threshold |" in page.read_text(encoding="utf-8")
    assert "| cuad | 4 |" in page.read_text(encoding="utf-8")


def test_the_same_examples_are_fitted_the_same(examples: list[Example]) -> None:
    assert fit(examples) == fit(examples)


def made(kind: Kind, article: str, score: float, right: bool, set_name: str = "Quiz") -> Example:
    document = Document.from_text(f"{article} {kind} {score} Ana.", title=article)
    reading = Reading("Who?", (hit_in(document),), (candidate_for("Ana", document, score),))
    return Example(set_name, kind, article, reading, right)


KINDS_OF_ONE: tuple[tuple[Kind, float, bool], ...] = (
    ("answerable", 12.0, True),
    ("answerable", 9.0, True),
    ("tempting", 1.0, False),
    ("absent", -4.0, False),
)


def test_what_is_right_more_often_is_given_more_confidence() -> None:
    examples = [made(kind, article, score, right) for article in "ABCDEFGH" for kind, score, right in KINDS_OF_ONE]
    calibration = fit(examples)
    given = [calibration.probability(example.features) for example in examples]
    assert min(p for p, e in zip(given, examples, strict=True) if e.right) > max(
        p for p, e in zip(given, examples, strict=True) if not e.right
    )
    assert np.all((held_out(examples) > 0) & (held_out(examples) < 1))


def test_each_set_weighs_alike_however_many_questions_it_has() -> None:
    few = [made("answerable", "A", 5.0, True), made("absent", "A", 5.0, False)]
    many = [made("answerable", article, 5.0, False, "Exam") for article in "ABCDEFGH" * 5]
    rate = fit([*few, *many]).probability(few[0].features)
    # half of the weight is Exam's, none of it right; in Quiz six of seven that are answerable or absent are
    assert rate == pytest.approx(0.5 * MIX["answerable"] / (MIX["answerable"] + MIX["absent"]), abs=0.03)


def test_a_threshold_that_refuses_everything_is_still_written() -> None:
    rows: tuple[tuple[Kind, bool], ...] = (("answerable", True), ("tempting", False), ("absent", False))
    examples = [made(kind, article, 1.0, right) for article in "AB" for kind, right in rows]
    probabilities = np.full(len(examples), 0.3)
    assert [row[-1] for row in threshold_rows(examples, probabilities)][-1] == "-"
    assert set(scores(examples, probabilities)) == {"auroc", "brier"}
    assert [row[0] for row in set_rows(examples, probabilities)] == ["Quiz"]


def test_a_page_without_markers_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("No markers.\n", encoding="utf-8")
    assert main(["--data", str(tmp_path), "--write", str(page)]) == 2
    assert "table:thresholds" in capsys.readouterr().err

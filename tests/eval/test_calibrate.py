"""Fitting the confidence: what is collected, what is written, and that it is read back. On a file made here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from embeddings.types import Document
from eval.calibrate import MIX, Example, collect, fit, held_out, main, scores, threshold_rows
from eval.sets.squad import DATA_FILE, SPLITS, tuning_articles
from qa.answers.compose import Reading
from qa.answers.confidence import FEATURES, Calibration
from qa.settings import Settings
from tests.fakes import candidate_for, hit_in

_SPLIT = json.loads(SPLITS.read_text(encoding="utf-8"))[DATA_FILE]
ARTICLES = tuning_articles()
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


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the format of SQuAD 2.0, two questions for each article that is set aside for fitting."""
    folder = tmp_path_factory.mktemp("data")
    rows = [article(*row) for row in zip(ARTICLES, BIRDS, PEOPLE, strict=False)]
    (folder / DATA_FILE).write_bytes(gzip.compress(json.dumps({"version": "v2.0", "data": rows}).encode()))
    return folder


@pytest.fixture(scope="module")
def examples(data: Path) -> list[Example]:
    return collect(data / DATA_FILE, 10, Settings(), Console(quiet=True))


def test_the_articles_for_fitting_are_not_those_for_reporting() -> None:
    assert not set(ARTICLES) & set(_SPLIT["report"])


def test_every_kind_of_question_is_collected_and_only_answerable_ones_are_ever_right(examples: list[Example]) -> None:
    assert {example.kind for example in examples} == set(MIX)
    assert {example.article for example in examples} == set(ARTICLES)
    assert all(example.kind == "answerable" for example in examples if example.right)
    assert sum(example.right for example in examples) == len(ARTICLES)  # each has one that can be answered


def test_a_question_asked_without_its_article_is_read_from_the_others(examples: list[Example]) -> None:
    absent = [example for example in examples if example.kind == "absent"]
    assert len(absent) == len(ARTICLES)
    for example in absent:
        assert all(not hit.document.id.startswith(f"{example.article}/") for hit in example.reading.hits)


def test_the_features_of_an_example_are_in_the_order_of_their_names(examples: list[Example]) -> None:
    assert all(len(example.features) == len(FEATURES) for example in examples)


def test_one_command_fits_and_writes_what_the_assistant_reads(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "confidence.json"
    assert main(["--data", str(data), "--size", "10", "--to", str(path)]) == 0
    written = json.loads(path.read_text(encoding="utf-8"))
    assert tuple(written["weights"]) == FEATURES
    assert written["fitted_on"]["data"] == DATA_FILE
    assert set(written["fitted_on"]["questions"]) == set(MIX)
    calibration = Calibration.read(path)
    assert [round(w, 6) for w in calibration.weights] == [written["weights"][name] for name in FEATURES]
    said = capsys.readouterr()
    assert "threshold" in said.out
    assert said.err == ""


def test_the_same_examples_are_fitted_the_same(examples: list[Example]) -> None:
    assert fit(examples) == fit(examples)


def made(kind: str, article: str, score: float, right: bool) -> Example:
    document = Document.from_text(f"{article} {kind} {score} Ana.", title=article)
    reading = Reading("Who?", (hit_in(document),), (candidate_for("Ana", document, score),))
    return Example(kind, article, reading, right)


def test_what_is_right_more_often_is_given_more_confidence() -> None:
    examples = [
        made(kind, article, score, right)
        for article in ("A", "B", "C")
        for kind, score, right in (
            ("answerable", 12.0, True),
            ("answerable", 9.0, True),
            ("adversarial", 1.0, False),
            ("absent", -4.0, False),
        )
    ]
    calibration = fit(examples)
    given = [calibration.probability(example.features) for example in examples]
    assert min(p for p, e in zip(given, examples, strict=True) if e.right) > max(
        p for p, e in zip(given, examples, strict=True) if not e.right
    )
    assert np.all((held_out(examples) > 0) & (held_out(examples) < 1))


def test_a_report_where_a_threshold_refuses_everything_is_still_written() -> None:
    examples = [
        made(kind, article, score, right)
        for article in ("A", "B")
        for kind, score, right in (("answerable", 1.0, True), ("adversarial", 1.0, False), ("absent", 1.0, False))
    ] + [made("answerable", article, 1.0, False) for article in "ABABAB"]
    probabilities = np.full(len(examples), 0.3)
    rows = threshold_rows(examples, probabilities)
    assert [row[-1] for row in rows][-1] == "-"
    assert set(scores(examples, probabilities)) == {"auroc", "brier"}


def test_the_table_of_thresholds_goes_into_a_page_between_its_markers(data: Path, tmp_path: Path) -> None:
    page, before = tmp_path / "page.md", "Before.\n"
    page.write_text(f"{before}<!-- table:thresholds:begin -->\n<!-- table:thresholds:end -->\n", encoding="utf-8")
    to = tmp_path / "confidence.json"
    assert main(["--data", str(data), "--size", "10", "--to", str(to), "--write", str(page)]) == 0
    written = page.read_text(encoding="utf-8")
    assert written.startswith(before)
    assert "| threshold |" in written


def test_a_page_without_markers_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("No markers.\n", encoding="utf-8")
    assert main(["--data", str(tmp_path), "--write", str(page)]) == 2
    assert "table:thresholds" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--data", "missing"]], ids=["none", "missing"])
def test_without_the_public_data_one_line_says_where_it_comes_from(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "SQuAD 2.0" in said.err


def test_a_file_of_another_format_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / DATA_FILE).write_bytes(b"not json")
    assert main(["--data", str(tmp_path), "--to", str(tmp_path / "out.json")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out.json").exists()

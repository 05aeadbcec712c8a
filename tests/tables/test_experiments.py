"""The measurements behind the defaults: each table counts what it says, and only its own place in a file changes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from embeddings.errors import ModelError, SettingsError
from embeddings.models.encoder import Vectors
from embeddings.models.runtime import ModelCard
from eval import experiments
from eval.experiments import EXPERIMENTS, Materials, main
from eval.report.readme import markers
from eval.sets.squad import DATA_FILE, Squad, article_of, load_squad
from eval.tables.choices import compare_chunks, compare_fusions, compare_reading
from eval.tables.precision import compare_encoders, compare_readers
from eval.tables.shared import Collection, Scores, silently
from qa.settings import Settings
from tests.fakes import HashingEncoder, PatternReader
from tests.sets.test_squad import ten_questions

YEARS = r"\d{4}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of public data that holds ten questions on three paragraphs."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / DATA_FILE).write_text(json.dumps(ten_questions()), encoding="utf-8")
    return folder


@pytest.fixture
def squad(data: Path) -> Squad:
    return load_squad(data / DATA_FILE)


@pytest.fixture
def collection(squad: Squad) -> Collection:
    return Collection("Ten", squad.documents, tuple(q for q in squad.questions if q.answerable))


@pytest.fixture
def materials(squad: Squad, collection: Collection) -> Materials:
    return Materials(squad, collection, HashingEncoder(), PatternReader(YEARS), None, silently)


def cells(table: str) -> list[list[str]]:
    """The rows of all Markdown tables of a text, the rulers left out."""
    lines = [line for line in table.splitlines() if line.startswith("|") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


class WrongEncoder(HashingEncoder):
    """Takes every passage for the first one."""

    def encode(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        return np.repeat(super().encode(texts[:1]), len(texts), axis=0) * np.linspace(1, 0.5, len(texts))[:, None]


# Figures ---------------------------------------------------------------------------------------------------------


def test_an_answer_that_was_not_found_scores_nothing(squad: Squad) -> None:
    built = squad.questions[0]
    scores = Scores.of([("1871", built), (None, built), ("the year 1871", built)])
    assert list(scores.exact) == [1, 0, 0]
    assert scores.f1[1] == 0 < scores.f1[2] < 1
    assert scores.brief().startswith("33.3 / ")


# Precision -------------------------------------------------------------------------------------------------------


def test_encoders_are_measured_on_all_questions_and_on_the_answerable_ones_apart(squad: Squad) -> None:
    rows = cells(compare_encoders({"right": HashingEncoder(), "wrong": WrongEncoder()}, squad))
    recall = [row for row in rows if row[0] in ("right", "wrong") and len(row) == 6]
    assert [row[:3] for row in recall] == [
        ["right", "all", "10"],
        ["wrong", "all", "10"],
        ["right", "answerable", "8"],
        ["wrong", "answerable", "8"],
    ]
    assert all(row[5] == "—" for row in recall if row[0] == "right")
    assert float(recall[0][3].split()[0]) > float(recall[1][3].split()[0])


def test_an_unanswerable_question_is_looked_for_in_the_paragraph_it_was_written_on(squad: Squad) -> None:
    written_on = {question.id: place for question, place in zip(squad.questions, squad.written_on, strict=True)}
    assert (written_on["l5"], written_on["o3"]) == ("Holm_Lighthouse/0", "Orchard/0")
    assert all(answer.document == written_on[q.id] for q in squad.questions for answer in q.answers)


def test_readers_are_scored_by_their_best_span_of_the_paragraph_that_answers(squad: Squad) -> None:
    asked = [question for question in squad.questions if question.id in ("l1", "l2")]
    readers = {"years": PatternReader(YEARS), "names": PatternReader("Ada Holm")}
    years, names = cells(compare_readers(readers, squad, asked))[1:]
    assert (years[1], years[2].split()[0], years[3].split()[0]) == ("2", "50.0", "50.0")
    assert names[4].startswith("+0.0 (")


# Choices ---------------------------------------------------------------------------------------------------------


def test_every_fusion_is_compared_with_the_default(collection: Collection) -> None:
    header, *rows = cells(compare_fusions(collection, HashingEncoder(), Settings()))
    assert [row[0] for row in rows][:4] == ["dense alone", "BM25 alone", "reciprocal rank", "min-max, dense 0.3"]
    assert [row[0] for row in rows if row[header.index("against the default")] == "—"] == ["min-max, dense 0.5"]


def test_a_default_that_no_axis_names_gets_a_row_of_its_own(collection: Collection) -> None:
    settings = replace(Settings(), dense_weight=0.45, chunk_tokens=32, passages=2, retrieval_weight=3.0)
    encoder, reader = HashingEncoder(), PatternReader(YEARS)
    assert "min-max, dense 0.45" in compare_fusions(collection, encoder, settings)
    assert ["32", "1"] in [row[:2] for row in cells(compare_chunks(collection, encoder, reader, settings))]
    table = compare_reading(collection, encoder, reader, settings)
    assert "retrieval weight 3 " in table
    assert ["default", "2", "0.5", "3"] in [row[:4] for row in cells(table)]


def test_smaller_chunks_are_more_passages(collection: Collection) -> None:
    settings = replace(Settings(), chunk_tokens=16, overlap=0)
    rows = cells(compare_chunks(collection, HashingEncoder(), PatternReader(YEARS), settings))[1:]
    passages = {(int(row[0]), int(row[1])): int(row[2]) for row in rows}
    assert passages[16, 0] > passages[240, 0] == 3


def test_recombined_spans_are_those_that_the_assistant_would_rank_first(collection: Collection) -> None:
    reader, settings = PatternReader(r"\d{4}|Ada Holm|plums|\d{3}"), Settings()
    reading = compare_reading(collection, HashingEncoder(), reader, settings)
    default = next(row for row in cells(reading) if row[0] == "default")
    chunks = cells(compare_chunks(collection, HashingEncoder(), reader, settings))
    asked = next(row for row in chunks if row[:2] == [str(settings.chunk_tokens), str(settings.overlap)])
    assert default[4] == asked[5]


def test_an_oracle_is_never_worse_than_the_best_choice(collection: Collection) -> None:
    rows = cells(compare_reading(collection, HashingEncoder(), PatternReader(YEARS), Settings()))
    best = next(float(row[4].split()[0]) for row in rows if row[0] == "highest F1 above")
    ceiling = rows[-1]
    assert ceiling[0] == "8"
    assert float(ceiling[1].split(" / ")[1]) >= best


# The command -----------------------------------------------------------------------------------------------------


def document_with(path: Path, *names: str) -> Path:
    """A file with words around an old table for each name."""
    path.write_text("\n".join(f"# {name}\n{'old'.join(markers(f'table:{name}'))}\nwhy" for name in names), "utf-8")
    return path


def test_each_table_goes_between_its_own_markers_and_the_words_stay(materials: Materials, tmp_path: Path) -> None:
    path = document_with(tmp_path / "experiments.md", "fusion", "reader", "chunks")
    experiments.run(["fusion", "reader"], materials, path, Console(quiet=True))
    text = path.read_text("utf-8")
    parts = {
        name: text.split(markers(f"table:{name}")[0])[1].split(markers(f"table:{name}")[1])[0]
        for name in ("fusion", "reader", "chunks")
    }
    assert "reciprocal rank" in parts["fusion"]
    assert "fp32 was not measured" in parts["reader"]
    assert parts["chunks"] == "old"
    assert text.count("why") == 3


def test_a_file_without_the_markers_is_an_error_before_anything_runs(materials: Materials, tmp_path: Path) -> None:
    path = document_with(tmp_path / "experiments.md", "fusion")
    before = path.read_text("utf-8")
    with pytest.raises(SettingsError, match="table:chunks:begin"):
        experiments.run(["fusion", "chunks"], materials, path, Console(quiet=True))
    assert path.read_text("utf-8") == before


def test_missing_data_are_one_line_that_names_the_public_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ([], ["--data", str(tmp_path)]):
        assert main(arguments) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "SQuAD 2.0 dev set" in error


def test_the_independent_collection_is_found_beside_the_data_and_may_be_missing(data: Path) -> None:
    assert experiments.other_collection(data) is None
    content = ten_questions()
    (data / experiments.OTHER_FILE).write_text(json.dumps(content), encoding="utf-8")
    found = experiments.other_collection(data)
    assert found is not None
    assert {article_of(document.id) for document in found.documents} == {article_of(found.documents[0].id)}
    assert found.questions


def test_a_sample_of_no_questions_is_one_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "--only", "ablations", "--questions", "0"]) == 2
    assert capsys.readouterr().err == "--questions is 0, expected at least 1; leave it out to ask all\n"


def test_ablations_ask_at_most_as_many_questions_as_the_limit(materials: Materials, collection: Collection) -> None:
    limited = replace(materials, limit=2, other=collection)
    assert [len(limited.limited(asked).questions) for asked in (collection, limited.samples)] == [2, 2]
    table = EXPERIMENTS["ablations"](limited)
    assert "2 questions of 3 documents; searched only" in table
    assert table.count("| defaults |") == 3


def test_weights_of_another_reader_are_refused(tmp_path: Path) -> None:
    card = ModelCard("reader", "other", "fp32", 320, 0, "0" * 64)
    with pytest.raises(ModelError, match="not the weights of the reader that ships"):
        experiments.expect_same_weights(card, tmp_path)


def test_answers_are_tuned_only_on_articles_that_are_set_aside_for_it(materials: Materials) -> None:
    assert materials.all_squad.questions
    assert materials.tuning.questions == ()  # the ten questions are of other articles
    assert materials.tuning.documents == materials.squad.documents


def test_the_page_has_a_place_for_every_table(root: Path) -> None:
    page = (root / "docs" / "experiments.md").read_text("utf-8")
    assert all(page.count(marker) == 1 for name in EXPERIMENTS for marker in markers(f"table:{name}"))


@pytest.mark.slow
def test_fusion_runs_alone_with_the_models_that_ship(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = document_with(tmp_path / "experiments.md", "fusion")
    assert main(["--data", str(data), "--only", "fusion", "--write", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "**SQuAD 2.0**: 8 questions of 3 documents" in printed
    assert "**Sample documents**: 254 questions of 5 documents" in printed
    assert printed.split("fusion\n\n", 1)[1].strip() in path.read_text("utf-8")

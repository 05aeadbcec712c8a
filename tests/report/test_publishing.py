"""What a run writes: the page and the pictures, through the command, whole or not at all, and never over its input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest
from keyword_assistant import KeywordAssistant
from PIL import Image
from rich.console import Console

from embeddings.errors import PinciteError, SettingsError
from embeddings.types import Chunk, Document, Hit
from eval.command import Bench, run_eval
from eval.report.curves import Histogram, reliability, risk_coverage
from eval.report.drawing import draw_histogram, draw_reliability, draw_risk_coverage
from eval.report.figures import make_report
from eval.report.publishing import CURVES, Outputs, write_page
from eval.report.svg import inline
from qa.settings import Settings
from tests.outcomes import ALL, DOCUMENTS, REFUSED


class Finder(KeywordAssistant):
    """Retrieves what it would answer from."""

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        found = self.answer(question).passages[:k]
        return tuple(Hit(c.document, Chunk(c.document.id, c.start, c.start, c.end), 0, 0, 0) for c in found)


def finders(documents: Sequence[Document], settings: Settings) -> Bench:
    finder = Finder(documents)
    return Bench(finder, finder, {"threshold": settings.threshold}, {"reader": "sentences"})


def never(documents: Sequence[Document], settings: Settings) -> Bench:
    raise AssertionError("the run has begun")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for document in DOCUMENTS:
        (folder / Path(document.source).name).write_text(document.text, encoding="utf-8")
    return folder


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    rows = [
        {"question": "Who designed the harbour wall?", "answers": [{"document": "harbour.txt", "text": "Nora Quist"}]},
        {"question": "Of what spoke the mayor later?", "answers": [{"document": "flood.txt", "text": "70"}]},
        {"question": "Which fish do gulls eat?", "answers": []},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_the_command_writes_the_page_and_the_curves(folder: Path, questions: Path, tmp_path: Path) -> None:
    html, curves = tmp_path / "report.html", tmp_path / "new" / "images"
    code = run_eval(
        questions=questions,
        documents=[folder],
        html=html,
        curves=curves,
        console=Console(file=io.StringIO()),
        opener=finders,
    )
    assert code == 0
    page = html.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "Of what spoke the mayor later?" in page
    assert sorted(path.name for path in curves.iterdir()) == sorted(CURVES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gold.jsonl", "new", "papers", "report.html"]
    for name in CURVES:
        with Image.open(curves / name) as image:
            assert image.format == "PNG"
            assert image.size == (1000, 900)
            assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
        assert (curves / name).stat().st_size < 60_000


def test_what_can_not_be_written_is_found_before_the_run(folder: Path, questions: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "there" / CURVES[0]).mkdir(parents=True)

    def attempt(expected: str, error: type[PinciteError] = SettingsError, **arguments: Path) -> None:
        with pytest.raises(error, match=expected) as raised:
            run_eval(questions=questions, documents=[folder], opener=never, **arguments)  # type: ignore[arg-type]
        assert "\n" not in str(raised.value)

    attempt("cannot be written; name a file in a folder that exists", html=folder)
    attempt("cannot be written; name a file in a folder that exists", html=tmp_path / "missing" / "report.html")
    attempt("--html would replace the gold questions", html=questions)
    attempt("--json would replace the gold questions", json_path=questions)
    both = tmp_path / "both"
    attempt("--html would replace what --json is to write", html=both, json_path=both)
    attempt("is no folder that you may write to", curves=tmp_path / "file")
    attempt("is no folder that you may write to", curves=tmp_path / "file" / "below")
    attempt(r"risk-coverage\.png: cannot be written", curves=tmp_path / "there")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_folder_that_is_closed_is_found_before_the_run(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(SettingsError, match="is closed to you"):
        Outputs(html=closed / "report.html").check({})
    with pytest.raises(SettingsError, match="is no folder that you may write to"):
        Outputs(curves=closed / "images").check({})


def test_a_page_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("the old one", encoding="utf-8")
    broken = replace(make_report(ALL, 2, {"threshold": 0.25}, resamples=5), figures=())
    with pytest.raises(StopIteration):
        write_page(path, broken, DOCUMENTS)
    assert path.read_text(encoding="utf-8") == "the old one"
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


# Drawings


def test_the_same_data_gives_the_same_bytes_whatever_the_user_has_configured() -> None:
    def drawn() -> list[str | bytes]:
        drawings = (draw_risk_coverage(risk_coverage(ALL, 20)), draw_reliability(reliability(ALL), 0.25))
        return [part for drawing in drawings for part in (drawing.svg(), drawing.png())]

    plain = drawn()
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": None}):
        before = dict(matplotlib.rcParams)
        assert drawn() == plain
        assert dict(matplotlib.rcParams) == before


def test_what_can_not_be_drawn_says_so() -> None:
    assert "no question here can be answered" in draw_risk_coverage(risk_coverage([])).svg()
    assert "no question was scored" in draw_reliability(reliability([])).svg()
    assert "no question was asked" in draw_histogram(Histogram((), (), 0), []).svg()


@pytest.mark.parametrize("unanswerable", [1, 30, 400])
def test_coverage_far_over_all_is_drawn_with_few_ticks(unanswerable: int) -> None:
    outcomes = [*ALL, *[ALL[5]] * unanswerable]
    svg = draw_risk_coverage(risk_coverage(outcomes, 5)).svg()
    assert 2 < svg.count("%</text>") < 12


def test_an_inline_figure_has_ids_of_its_own_and_takes_its_colours_from_the_page() -> None:
    svg = draw_risk_coverage(risk_coverage([*ALL, REFUSED], 20)).svg()
    fragment = inline(svg, "one", "a <label>", {"#1f4f8b": "var(--link)"})
    assert fragment.startswith('<svg viewBox="0 0 360 324" role="img" aria-label="a &lt;label&gt;">')
    assert "var(--link)" in fragment
    assert "#1f4f8b" not in fragment
    assert "metadata" not in fragment
    assert "<style" not in fragment
    assert ' id="one-' in fragment
    assert fragment.count("url(#") == fragment.count("url(#one-") > 0
    assert fragment.count('href="#') == fragment.count('href="#one-') > 0


def test_an_evaluation_without_a_page_loads_neither_matplotlib_nor_jinja2(root: Path) -> None:
    code = "import sys, eval.command, eval.__main__; print({'matplotlib', 'jinja2', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

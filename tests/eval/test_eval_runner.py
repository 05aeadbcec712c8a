"""From gold questions to a report, with an assistant that finds sentences by the words they share."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from rich.console import Console

from embeddings.errors import GoldError, PinciteError, QuestionError, SettingsError
from embeddings.types import Chunk, Document, Hit
from eval.command import SHIPPED_GOLD, Bench, run_eval
from eval.normalise import tokens
from eval.report.figures import make_report
from eval.report.readme import BEGIN, END
from eval.report.rendering import headline, summary, to_json, to_markdown, to_terminal
from eval.runner import HITS, Score, run, score
from eval.sets.gold import GoldAnswer, GoldQuestion
from qa.settings import Settings
from qa.types import Answer, Citation

HARBOUR = Document(
    "",
    "Harbour",
    "harbour.txt",
    "The harbour opened in 1911. Nora Quist designed the harbour wall. It took 9 years.",
)
FLOOD = Document("", "Flood", "flood.txt", "The flood destroyed 70 boats. Later the mayor spoke of bread prices.")
GAZETTE = Document("", "Gazette", "gazette.txt", "A gazette wrote that the flood destroyed at least 90 boats.")
DOCUMENTS = (HARBOUR, FLOOD, GAZETTE)


@dataclass
class SentenceFinder:
    """Answers with the sentence that holds most of the question's words; its share of them is the confidence."""

    documents: Sequence[Document] = DOCUMENTS
    threshold: float = 0.5
    asked: list[str] = field(default_factory=list)

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        words = set(tokens(question))
        if not words:
            raise QuestionError("a question needs a word")
        hits = [
            Hit(document, Chunk(document.id, match.start(), match.start(), match.end()), 0.0, shared, shared)
            for document in self.documents
            for match in re.finditer(r"[^.]+\.", document.text)
            if (shared := len(words & set(tokens(match.group()))) / len(words))
        ]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:k])

    def answer(self, question: str) -> Answer:
        self.asked.append(question)
        hits = self.retrieve(question, k=3)
        if not hits:
            return Answer(question, None, 0.0)
        answers = [Answer(question, found.text, hit.score, (found,)) for hit in hits if (found := sentence(hit))]
        if hits[0].score < self.threshold:
            return Answer(question, None, hits[0].score)
        return replace(answers[0], alternatives=tuple(a for a in answers[1:] if a.confidence >= self.threshold))


def sentence(hit: Hit) -> Citation:
    start = hit.chunk.start + hit.text.startswith(" ")
    return Citation(hit.document, start, hit.chunk.end, start, hit.chunk.end)


def place(document: Document, text: str) -> GoldAnswer:
    start = document.text.index(text)
    return GoldAnswer(document.id, start, start + len(text), text)


def answer_with(*places: GoldAnswer, text: str | None = None) -> Answer:
    by_id = {document.id: document for document in DOCUMENTS}
    citations = tuple(Citation(by_id[p.document], p.start, p.end, p.start, p.end) for p in places)
    return Answer("?", places[0].text if text is None else text, 0.9, citations, is_list=len(places) > 1)


OPENED = GoldQuestion(
    "opened", "date", "When was the harbour opened in?", (place(HARBOUR, "The harbour opened in 1911"),)
)
DESIGNED = GoldQuestion("designed", "factoid", "Who designed the great stone pier?", (place(HARBOUR, "Nora Quist"),))
BOATS = GoldQuestion(
    "boats",
    "disagreement",
    "How many boats has the flood destroyed?",
    (place(FLOOD, "70 boats"), place(GAZETTE, "at least 90 boats")),
    ((place(FLOOD, "70 boats"),), (place(GAZETTE, "at least 90 boats"),)),
)
WALL = GoldQuestion(
    "wall",
    "list",
    "What is told of the harbour?",
    (place(HARBOUR, "1911"), place(HARBOUR, "Nora Quist"), place(HARBOUR, "9 years")),
    ((place(HARBOUR, "1911"),), (place(HARBOUR, "Nora Quist"),), (place(HARBOUR, "9 years"),)),
)
FISH = GoldQuestion("fish", "unanswerable", "Which fish do gulls eat?", ())
BREAD = GoldQuestion("bread", "unanswerable", "Of what bread prices spoke the mayor?", (), tempting=True)
QUESTIONS = (OPENED, DESIGNED, BOATS, WALL, FISH, BREAD)


# Scores


def test_an_answer_is_right_with_enough_of_the_words_and_a_citation_of_the_place() -> None:
    assert score(DESIGNED, answer_with(place(HARBOUR, "Nora Quist"))) == Score(exact=True, f1=1.0, cited=True)
    longer = score(DESIGNED, answer_with(place(HARBOUR, "Nora Quist designed the harbour wall")))
    assert (longer.exact, longer.f1, longer.cited) == (False, pytest.approx(4 / 7), True)
    assert longer.right
    elsewhere = score(DESIGNED, answer_with(place(HARBOUR, "9 years"), text="Nora Quist"))
    assert (elsewhere.exact, elsewhere.cited, elsewhere.right) == (True, False, False)


def test_a_question_without_an_answer_is_never_answered_right() -> None:
    assert score(FISH, answer_with(place(HARBOUR, "Nora Quist"))) == Score()
    assert not score(FISH, Answer("?", None, 0.1)).right


def test_a_refusal_of_a_question_with_an_answer_scores_nothing() -> None:
    assert score(DESIGNED, Answer("?", None, 0.4)) == Score(exact=False, f1=0.0, cited=False)


def test_a_list_may_be_answered_by_one_item_or_by_all_of_them_together() -> None:
    items = [answer for group in WALL.groups for answer in group]
    assert score(WALL, answer_with(*items, text="1911; Nora Quist; 9 years")).exact
    assert score(WALL, answer_with(items[1])).exact
    assert not score(BOATS, answer_with(*BOATS.answers, text="70 boats; at least 90 boats")).exact


# A run


def test_a_run_asks_each_question_once_after_one_that_is_not_timed() -> None:
    assistant = SentenceFinder()
    outcomes = run(assistant, QUESTIONS)
    assert assistant.asked == [QUESTIONS[0].question, *(question.question for question in QUESTIONS)]
    assert [outcome.question for outcome in outcomes] == list(QUESTIONS)
    assert all(outcome.seconds > 0 and len(outcome.hits) <= HITS for outcome in outcomes)
    assert run(assistant, ()) == ()


def test_a_run_scores_what_came_back() -> None:
    opened, designed, boats, _, fish, bread = run(SentenceFinder(), QUESTIONS)
    assert (opened.exact, opened.f1, opened.cited, opened.right, opened.rank) == (True, 1, True, True, 1)
    assert (designed.refused, designed.f1, designed.right, designed.rank) == (True, 0, False, 1)
    assert (boats.refused, boats.cited) == (False, True)
    assert (fish.refused, bread.refused, bread.right) == (True, False, False)


def test_progress_is_told_after_each_question() -> None:
    told: list[tuple[int, int]] = []
    run(SentenceFinder(), QUESTIONS[:3], lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_best_span_of_a_refused_question_comes_from_the_assistant_that_never_refuses() -> None:
    unrefusing = SentenceFinder(threshold=0.0)
    outcomes = {outcome.question.id: outcome for outcome in run(SentenceFinder(), QUESTIONS, unrefusing=unrefusing)}
    assert unrefusing.asked == [DESIGNED.question, WALL.question]
    assert outcomes["designed"].score == Score()
    assert outcomes["designed"].best == Score(exact=False, f1=pytest.approx(4 / 7), cited=True)
    assert outcomes["opened"].best == outcomes["opened"].score
    assert outcomes["fish"].best == Score()
    assert [outcome.best for outcome in run(SentenceFinder(), [DESIGNED])] == [None]


def test_sides_are_shown_by_the_answer_and_by_its_alternatives() -> None:
    (boats,) = run(SentenceFinder(), [BOATS])
    assert boats.answer.alternatives
    assert boats.sides_shown == 1
    assert boats.items_found is None
    (one_side,) = run(SentenceFinder(documents=(FLOOD,)), [BOATS])
    assert one_side.sides_shown == 0.5


def test_items_are_found_by_the_citations_of_the_answer_alone() -> None:
    (wall,) = run(SentenceFinder(threshold=0.1), [WALL])
    assert len(wall.answer.citations) == 1
    assert wall.items_found == pytest.approx(1 / 3)
    assert wall.sides_shown is None


def test_a_question_that_is_turned_down_counts_as_refused_without_confidence() -> None:
    (outcome,) = run(SentenceFinder(), [replace(OPENED, question="The?")])
    assert (outcome.refused, outcome.answer.confidence, outcome.hits) == (True, 0, ())


# The report


def test_figures_are_over_the_questions_that_the_design_names() -> None:
    outcomes = run(SentenceFinder(), QUESTIONS, unrefusing=SentenceFinder(threshold=0.0))
    report = make_report(outcomes, documents=3)
    assert report["exact_match"].n == report["token_f1"].n == report["citation_accuracy"].n == 4
    assert report["exact_match"].value == 0.25
    assert report["token_f1"].value == pytest.approx(sum(outcome.f1 for outcome in outcomes) / 4)
    assert report["refused_answerable"].value == pytest.approx(sum(o.refused for o in outcomes[:4]) / 4)
    assert (report["refused_unanswerable"].value, report["refused_unanswerable"].n) == (0.5, 2)
    assert (report["refused_tempting"].value, report["refused_tempting"].n) == (0, 1)
    assert (report["items_found"].n, report["sides_shown"].n) == (1, 1)
    assert report["recall_at_20"].value == 1
    assert report["auroc"].n == report["brier"].n == report["latency_p95"].n == 6
    expected = [(o.answer.confidence - (o.best is not None and o.best.right)) ** 2 for o in outcomes]
    assert report["brier"].value == pytest.approx(sum(expected) / 6)
    assert report["risk_at_80"].value is not None


def test_a_refused_question_whose_best_span_is_not_known_is_not_guessed_at() -> None:
    outcomes = run(SentenceFinder(threshold=0.9), QUESTIONS)
    report = make_report(outcomes, documents=3)
    unknown = sum(outcome.best is None for outcome in outcomes)
    assert unknown
    assert report["brier"].n == report["calibration_error"].n == 6 - unknown


def test_kinds_stand_in_the_order_of_the_questions_and_those_without_answers_have_no_scores() -> None:
    report = make_report(run(SentenceFinder(), QUESTIONS), documents=3)
    assert [kind.kind for kind in report.kinds] == ["date", "factoid", "disagreement", "list", "unanswerable"]
    last = report.kinds[-1]
    assert (last.n, last.exact, last.f1, last.cited, last.refused) == (2, None, None, None, 0.5)


def test_a_report_can_be_made_of_nothing_and_of_one_question() -> None:
    for questions in ((), (OPENED,), (FISH,)):
        report = make_report(run(SentenceFinder(), questions), documents=3)
        assert "exact match" in headline(report)
        json.loads(to_json(report))


def test_json_holds_every_figure_with_n_and_interval_and_a_row_for_each_question() -> None:
    outcomes = run(SentenceFinder(), QUESTIONS)
    models = {"reader": "tiny"}
    report = make_report(outcomes, 3, {"threshold": 0.5}, models)
    content = json.loads(to_json(report))
    assert (content["questions"], content["answerable"], content["documents"]) == (6, 4, 3)
    assert (content["settings"], content["models"]) == ({"threshold": 0.5}, models)
    assert {"exact_match", "recall_at_1", "risk_at_80", "risk_at_90", "latency_p50"} <= set(content["figures"])
    assert all({"value", "low", "high", "n"} <= set(figure) for figure in content["figures"].values())
    row = content["outcomes"][0]
    assert (row["id"], row["answer"], row["f1"], row["rank"]) == ("opened", "The harbour opened in 1911.", 1.0, 1)
    citation = row["citations"][0]
    assert HARBOUR.text[citation["start"] : citation["end"]] == citation["text"]
    assert "NaN" not in to_json(report)


def test_the_terminal_and_markdown_show_the_same_cells() -> None:
    kind = "[bold]odd|kind[/bold]"
    outcomes = run(SentenceFinder(), [*QUESTIONS, replace(OPENED, id="odd", kind=kind)])
    report = make_report(outcomes, 3, {"threshold": 0.5}, {"reader": "tiny"})
    console = Console(file=io.StringIO(), width=140)
    console.print(to_terminal(report))
    assert isinstance(console.file, io.StringIO)
    shown, markdown = console.file.getvalue(), to_markdown(report)
    for cell in ("token F1", "risk at 80% coverage", "refused, of unanswerable", "50.0%", "threshold 0.5", "tiny"):
        assert cell in shown
        assert cell in markdown
    assert kind in shown
    assert kind.replace("|", "\\|") in markdown
    assert summary(report) == "7 questions, 5 of them answerable, over 3 documents; 95% bootstrap intervals."


# The command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for document in DOCUMENTS:
        (folder / document.source).write_text(document.text, encoding="utf-8")
    return folder


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    rows = [
        {"question": "Who designed the harbour wall?", "answers": [{"document": "harbour.txt", "text": "Nora Quist"}]},
        {"question": "Which fish do gulls eat?", "answers": []},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def finders(documents: Sequence[Document], settings: Settings) -> Bench:
    assistants = (SentenceFinder(documents, threshold) for threshold in (settings.threshold, 0.0))
    return Bench(*assistants, settings={"threshold": settings.threshold}, models={"reader": "sentences"})


def test_the_command_prints_tables_and_writes_json_and_the_readme(folder: Path, gold: Path, tmp_path: Path) -> None:
    readme, figures, console = tmp_path / "README.md", tmp_path / "figures.json", Console(file=io.StringIO(), width=120)
    readme.write_text(f"# Mine\n\n{BEGIN}\nold\n{END}\n\nend\n", encoding="utf-8")
    code = run_eval(
        questions=gold, documents=[folder], json_path=figures, readme=readme, console=console, opener=finders
    )
    assert code == 0
    assert isinstance(console.file, io.StringIO)
    assert "citation accuracy" in console.file.getvalue()
    content = json.loads(figures.read_text(encoding="utf-8"))
    assert (content["questions"], content["documents"], content["models"]) == (2, 3, {"reader": "sentences"})
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"# Mine\n\n{BEGIN}\n| figure | value | 95% interval | n |\n| --- | ---: | ---: | ---: |")
    assert text.endswith(f"over 3 documents; 95% bootstrap intervals.\n{END}\n\nend\n")
    assert "old" not in text


def never(documents: Sequence[Document], settings: Settings) -> Bench:
    raise AssertionError("the run has begun")


def test_what_would_spoil_the_result_is_found_before_the_run(folder: Path, gold: Path, tmp_path: Path) -> None:
    plain = tmp_path / "README.md"
    plain.write_text("no markers", encoding="utf-8")
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"question": "?"}\n{\n', encoding="utf-8")

    def attempt(error: type[PinciteError], expected: str, **arguments: Path) -> None:
        with pytest.raises(error, match=expected):
            run_eval(**{"questions": gold, "documents": [folder], **arguments}, opener=never)  # type: ignore[arg-type]

    attempt(SettingsError, "expected <!-- eval:begin --> once", readme=plain)
    attempt(SettingsError, "cannot be written", json_path=tmp_path / "missing" / "figures.json")
    attempt(SettingsError, "cannot be written", json_path=folder)
    attempt(GoldError, r'broken\.jsonl:1: "answers" is missing.*\n.*broken\.jsonl:2: not JSON', questions=broken)


def test_documents_of_ones_own_need_questions_of_ones_own(folder: Path) -> None:
    with pytest.raises(GoldError, match="name yours with --questions FILE"):
        run_eval(documents=[folder], opener=never)


def test_the_questions_that_ship_fit_the_sample_documents(tmp_path: Path) -> None:
    asked: list[int] = []

    def nobody(documents: Sequence[Document], settings: Settings) -> Bench:
        asked.append(len(documents))
        return finders((), settings)

    figures = tmp_path / "figures.json"
    assert run_eval(json_path=figures, console=Console(file=io.StringIO()), opener=nobody) == 0
    lines = SHIPPED_GOLD.read_text(encoding="utf-8").splitlines()
    assert asked == [5, 29]  # the samples and the office
    assert json.loads(figures.read_text(encoding="utf-8"))["questions"] == len(lines)

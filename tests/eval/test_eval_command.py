"""What `pincite eval` is told on the command line: one line for what can't be, 1 for a fall, the same by both names."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from embeddings.errors import GoldError, PinciteError, SettingsError
from embeddings.types import Document
from eval.command import Bench, run_eval
from eval.given import GivenPassage
from eval.report.baseline import Subject
from eval.trial import SquadChoice, Trial, open_trial, open_trials, squad_choice
from qa.assistant import Assistant, build_index
from qa.settings import Settings
from tests.fakes import HashingEncoder, PatternReader, constant_calibration

FERRY = "The ferry leaves at 14:30. It takes 40 minutes to cross the bay."
MARKET = "The market opens at 08:00. It sells 12 kinds of plums."


def small_bench(documents: Sequence[Document], settings: Settings, reads: str = r"\d\d:\d\d|\d+") -> Bench:
    """The real pipeline over the small parts: it reads numbers."""
    index = build_index(documents, None, settings, encoder=HashingEncoder())
    reader, calibration = PatternReader(reads), constant_calibration(0.4)
    sure, never_refusing = (
        Assistant(index, chosen, reader, calibration) for chosen in (settings, Settings(threshold=0.0))
    )
    return Bench(
        sure,
        never_refusing,
        {"threshold": settings.threshold},
        {"reader": "numbers"},
        lambda id: (GivenPassage(index, sure, id), GivenPassage(index, never_refusing, id)),
        sure,
    )


def worse_bench(documents: Sequence[Document], settings: Settings) -> Bench:
    return small_bench(documents, settings, r"ferry|market")


def never(documents: Sequence[Document], settings: Settings) -> Bench:
    raise AssertionError("the run has begun")


def row(id: str, question: str, context: str, answer: str | None) -> dict[str, Any]:
    answers = [] if answer is None else [{"text": answer, "answer_start": context.index(answer)}]
    return {"id": id, "question": question, "answers": answers, "is_impossible": answer is None}


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    ferry = [
        row("f1", "When does the ferry leave?", FERRY, "14:30"),
        row("f2", "When does the ferry sink?", FERRY, None),
        {"id": "f3", "question": "Lost?", "answers": [{"text": "14:30", "answer_start": 0}]},
    ]
    market = [row("m1", "When does the market open?", MARKET, "08:00"), row("m2", "Who eats plums?", MARKET, None)]
    content = {
        "data": [
            {"title": "Ferry", "paragraphs": [{"context": FERRY, "qas": ferry}]},
            {"title": "Market", "paragraphs": [{"context": MARKET, "qas": market}]},
        ]
    }
    path = tmp_path / "small.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def asked(tmp_path: Path, choice: SquadChoice | None, **more: Any) -> tuple[int, str, dict[str, Any]]:
    """The exit code, what was printed, and the report as JSON."""
    console, figures = Console(file=io.StringIO(), width=140), tmp_path / "figures.json"
    code = run_eval(**{"squad": choice, "json_path": figures, "console": console, "opener": small_bench, **more})
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue(), json.loads(figures.read_text(encoding="utf-8"))


def test_the_questions_of_a_squad_file_are_asked_of_all_its_paragraphs(squad: Path, tmp_path: Path) -> None:
    code, printed, report = asked(tmp_path, SquadChoice(squad))
    assert (code, report["mode"], report["questions"], report["answerable"], report["documents"]) == (
        0,
        "squad",
        4,
        2,
        2,
    )
    assert "1 question was left out: no answer stands where the file says." in printed
    assert "HasAns F1" in printed
    assert "recall@5" in printed
    assert {row["id"]: row["answer"] for row in report["outcomes"]}["m1"] == "08:00"


def test_the_report_says_how_follow_ups_fare(tmp_path: Path) -> None:
    turns = [{"question": q, "resolved": q} for q in ("What is a ferry?", "What is a market?")]
    conversations, page = tmp_path / "conversations.jsonl", tmp_path / "page.html"
    conversations.write_text(json.dumps({"id": "cast_1", "turns": turns}) + "\n", encoding="utf-8")
    more = {"squad": None, "gold": "samples", "conversations": conversations, "html": page}
    _, printed, report = asked(tmp_path, SquadChoice(Path()), **more)
    held, rewritten = report["tables"]
    assert held["columns"][2:] == ["alone", "with history", "rewritten by hand"]
    assert {row[0] for row in rewritten["rows"]} >= {"nothing", "the first question", "Pincite"}
    assert report["figures"]["follow_ups"]["n"] == sum(len(d.turns) - 1 for d in open_trial(None, (), None).dialogues)
    for shown in (printed, page.read_text(encoding="utf-8")):
        assert held["title"] in shown
        assert rewritten["title"] in shown


def test_conversations_that_are_not_there_are_told_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="not there"):
        run_eval(conversations=tmp_path / "no.jsonl", opener=never)


def test_with_the_passage_given_nothing_else_is_read(squad: Path, tmp_path: Path) -> None:
    code, printed, report = asked(tmp_path, SquadChoice(squad, given_passage=True))
    assert (code, report["mode"]) == (0, "given-passage")
    assert "recall" not in printed
    cited = {row["id"]: {citation["document"] for citation in row["citations"]} for row in report["outcomes"]}
    assert cited == {"f1": {"Ferry/0"}, "f2": {"Ferry/0"}, "m1": {"Market/0"}, "m2": {"Market/0"}}


def test_questions_of_one_article_are_asked_of_all_and_a_sample_is_said(squad: Path, tmp_path: Path) -> None:
    _, printed, report = asked(tmp_path, SquadChoice(squad, articles=("Market",)))
    assert ([row["id"] for row in report["outcomes"]], report["documents"]) == (["m1", "m2"], 2)
    assert "Only questions on: Market." in printed
    _, printed, report = asked(tmp_path, SquadChoice(squad, sample=3))
    assert report["questions"] == 3
    assert "A sample of 3 of 4 questions (seed 0)." in printed
    _, printed, report = asked(tmp_path, SquadChoice(squad, True, ("Market",), 1))
    assert (report["questions"], report["documents"]) == (1, 1)
    assert "sample" not in asked(tmp_path, SquadChoice(squad, sample=4))[1]


def test_options_that_do_not_go_together_are_one_line(squad: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    with pytest.raises(GoldError, match="leave out --questions, or --squad"):
        open_trial(gold, [tmp_path], SquadChoice(squad))
    with pytest.raises(GoldError, match="leave out --documents, or --squad"):
        open_trial(None, [tmp_path], SquadChoice(squad))
    for option, given in (("--given-passage", (True,)), ("--articles", (False, ["A"])), ("--sample", (False, (), 3))):
        with pytest.raises(GoldError, match=f"^{option} is about a file of SQuAD or MRQA; name it with --squad FILE"):
            squad_choice(None, *given)  # type: ignore[arg-type]
    assert squad_choice(None) is None
    with pytest.raises(GoldError, match="no article 'Vineyard'"):
        open_trial(None, [], SquadChoice(squad, articles=("Vineyard",)))


def test_a_file_without_a_question_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    path.write_text('{"data": []}', encoding="utf-8")
    with pytest.raises(GoldError, match=r"none\.json: holds no question that can be asked"):
        open_trial(None, [], SquadChoice(path))


@pytest.mark.parametrize("name", ["gold.jsonl", "gold.txt"])
def test_a_gold_file_among_the_documents_is_none_of_them(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (tmp_path / name).write_text('{"question": "When does the ferry leave?", "answers": []}', encoding="utf-8")
    trial = open_trial(tmp_path / name, [tmp_path], None)
    assert [document.text for document in trial.documents] == [FERRY]
    assert capsys.readouterr().err == ""


# The questions that ship


def few(trial: Trial) -> Trial:
    """The same with some of the questions, so that it does not take long."""
    return replace(trial, questions=trial.questions[::30], dialogues=())


@pytest.fixture
def few_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.command.open_trials", lambda *named: tuple(map(few, open_trials(*named))))


@pytest.mark.usefixtures("few_asked")
def test_both_sets_that_ship_are_reported_and_compared(tmp_path: Path) -> None:
    page, readme, baseline = tmp_path / "page.html", tmp_path / "README.md", tmp_path / "baseline.json"
    readme.write_text("<!-- eval:begin --><!-- eval:end -->", encoding="utf-8")
    _, printed, report = asked(tmp_path, None, html=page, readme=readme, baseline_path=baseline)
    office = report["further"]["office"]
    assert (report["name"], report["documents"], office["documents"]) == ("samples", 5, 29)
    assert {"refused_tempting", "items_found", "sides_shown"} <= office["figures"].keys()
    assert "over 5 documents" in printed
    assert "over 29 documents" in printed
    assert "| figure | samples | n | office | n |" in readme.read_text(encoding="utf-8")
    written = page.read_text(encoding="utf-8")
    assert 'id="failures"' in written
    assert 'id="office-failures"' in written
    code, printed, _ = asked(tmp_path, None, against=baseline)
    assert (code, printed.count("Against"), printed.count("office, in points:")) == (0, 2, 1)
    code, printed, _ = asked(tmp_path, None, gold="office", against=baseline)
    assert (code, printed.count("Against"), printed.count("office, in points:")) == (0, 1, 1)


def test_the_set_to_tune_on_is_asked_by_its_name_alone() -> None:
    (trial,) = open_trials(None, (), None, "office-tune")
    assert (trial.name, len(trial.questions), len(trial.documents)) == ("office-tune", 120, 29)
    with pytest.raises(GoldError, match="--gold offce: no such questions ship; name one of samples, office"):
        open_trials(None, (), None, "offce")
    with pytest.raises(GoldError, match="leave out --documents, or --gold"):
        open_trials(None, [Path()], None, "office")


def test_a_baseline_of_the_office_outlives_a_loader_that_lays_out_its_documents_otherwise() -> None:
    (trial,) = open_trials(None, (), None, "office")
    other = replace(trial, documents=tuple(Document("", d.title, d.source, f"{d.text}\n") for d in trial.documents))
    assert Subject.of(other) == Subject.of(trial)


# Against a baseline


def test_a_fall_exits_with_1_and_names_each_figure_and_the_same_run_with_0(squad: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    assert asked(tmp_path, SquadChoice(squad), baseline_path=baseline)[0] == 0
    code, printed, _ = asked(tmp_path, SquadChoice(squad), against=baseline)
    assert (code, "FELL" in printed) == (0, False)
    code, printed, report = asked(tmp_path, SquadChoice(squad), against=baseline, opener=worse_bench)
    assert code == 1
    assert "exact match: 100.00 before, 0.00 now, -100.00 points: FELL by more than 1.5" in printed
    assert report["figures"]["exact_match"]["value"] == 0  # what was asked for is written all the same


def test_an_improvement_is_shown_and_exits_with_0(squad: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    asked(tmp_path, SquadChoice(squad), baseline_path=baseline, opener=worse_bench)
    code, printed, _ = asked(tmp_path, SquadChoice(squad), against=baseline)
    assert code == 0
    assert "exact match: 0.00 before, 100.00 now, +100.00 points" in printed


def test_a_baseline_that_cannot_be_used_is_found_before_anything_is_asked(squad: Path, tmp_path: Path) -> None:
    baseline, broken = tmp_path / "baseline.json", tmp_path / "broken.json"
    asked(tmp_path, SquadChoice(squad), baseline_path=baseline)
    broken.write_text("{}", encoding="utf-8")

    def attempt(expected: str, choice: SquadChoice, **more: Path) -> None:
        with pytest.raises(PinciteError, match=expected) as raised:
            run_eval(squad=choice, opener=never, **more)  # type: ignore[arg-type]
        assert isinstance(raised.value, SettingsError)
        assert "\n" not in str(raised.value)

    attempt("broken.json: .*format", SquadChoice(squad), against=broken)
    attempt("missing.json: cannot be read", SquadChoice(squad), against=tmp_path / "missing.json")
    attempt("measured in another mode", SquadChoice(squad, given_passage=True), against=baseline)
    attempt("measured on other questions", SquadChoice(squad, sample=2), against=baseline)
    attempt("cannot be written", SquadChoice(squad), baseline_path=tmp_path / "missing" / "baseline.json")


# As a stranger calls it


def call(module: str, *arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *module.split(), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["eval", "qa.commands.cli eval"])
def test_three_kinds_of_mistakes_give_three_lines_and_exit_code_2(
    module: str, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    (tmp_path / "ferry.txt").write_text(FERRY, encoding="utf-8")
    gold = tmp_path / "gold.jsonl"
    rows = [
        '{"question": "When does it leave?", "answers": [{"document": "ferry.txt", "text": "14:30"}]}',
        '{"question": "When does it leave?", "answers": [{"document": "fery.txt", "text": "14:30"}]}',
        '{"question": "How long does it take?", "answers": [{"document": "ferry.txt", "text": "50 minutes"}]}',
        '{"question": "Who steers?", "answers": [}',
    ]
    gold.write_text("\n".join(rows), encoding="utf-8")
    done = call(module, "--questions", str(gold), "--documents", str(tmp_path), environment=clean_environment)
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (2, "", 3)
    for number, (line, mend) in enumerate(
        zip(lines, ["did you mean 'ferry.txt'?", "copy the words exactly", "write one JSON object"], strict=True),
        start=2,
    ):
        assert f"{gold}:{number}: " in line
        assert mend in line


def test_the_module_and_the_command_have_the_same_options(clean_environment: dict[str, str]) -> None:
    helps = [
        call(module, "--help", environment=clean_environment).stdout for module in ("eval", "qa.commands.cli eval")
    ]
    options = [{word for word in text.split() if word.startswith("--")} for text in helps]
    assert options[0] == options[1]
    assert {"--questions", "--documents", "--squad", "--given-passage", "--against", "--json"} <= options[0]

"""The command line: exit codes, one line for an error, clean output, and each command end to end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa import cli
from qa import documents as places
from qa.assistant import LONGEST_QUESTION

TOWN = """HARBOUR NEWS

3 May 2021

The mayor of Lund is Ana Ruiz. She was elected in May.

UPDATE 1700 GMT: Officials said 70 people came to the harbour.
"""
VILLAGE = "The village of Dalby has a church. Its bell weighs 90 kilograms."
ASK = "Who is the mayor of Lund?"


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs `pincite ...` in this process, in a folder with two documents and no index."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "town.txt").write_text(TOWN, encoding="utf-8")
    (tmp_path / "docs" / "village.md").write_text(VILLAGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(places.INDEX_VARIABLE, raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def pincite(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["pincite", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, said.out, said.err)

    places._opened.cache_clear()
    yield pincite
    places._opened.cache_clear()


# ---------------------------------------------------------------- asking


def test_an_answer_is_shown_with_title_heading_date_characters_and_quote_and_exits_with_0(run: Run) -> None:
    done = run("ask", "How many people came to the harbour?", "docs", "--threshold", "0")
    assert done.code == 0
    start = TOWN.index("70 people")
    assert re.search(rf"HARBOUR NEWS · UPDATE 1700 GMT · 1700 GMT · characters {start}-{start + 2}$", done.out, re.M)
    assert "»70« people came to the harbour." in done.out
    assert re.match(r"70  (?:\w+ )*\w+, \d\d?%$", done.out.splitlines()[0])
    assert "\x1b" not in done.out
    assert done.err == ""


def test_an_undated_document_says_undated(run: Run) -> None:
    assert (
        "· undated · characters" in run("ask", "What does the bell weigh?", "docs/village.md", "--threshold", "0").out
    )


def test_no_answer_says_so_shows_passages_and_exits_with_1(run: Run) -> None:
    done = run("ask", ASK, "docs", "--threshold", "1")
    assert done.code == 1
    assert done.out.startswith("Not in these documents.\n")
    assert "Ana Ruiz" in done.out
    assert done.err == ""


def test_a_threshold_of_0_is_not_taken_for_none(run: Run) -> None:
    assert run("ask", "Who won the chess tournament?", "docs", "--threshold", "0").code == 0


@pytest.mark.parametrize("threshold", ["0", "1"])
def test_json_is_json_with_the_names_of_the_contract(run: Run, threshold: str) -> None:
    done = run("ask", ASK, "docs", "--json", "--threshold", threshold)
    made = json.loads(done.out)
    assert set(made) == {"question", "text", "is_list", "confidence", "citations", "alternatives", "passages"}
    assert (made["text"] is None) == (done.code == 1) == (threshold == "1")
    assert made["question"] == ASK
    for citation in made["citations"] + made["passages"]:
        assert set(citation["document"]) == {"id", "title", "source", "date", "content_hash"}
        text = (TOWN, VILLAGE)["village" in citation["document"]["source"]]
        assert text[citation["start"] : citation["end"]] == citation["text"]
        assert text[citation["quote_start"] : citation["quote_end"]] == citation["quote"]


def test_a_file_that_is_skipped_is_named_on_stderr_and_stdout_stays_json(run: Run) -> None:
    Path("docs/picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    Path("docs/empty.txt").write_text("", encoding="utf-8")
    done = run("ask", ASK, "docs", "--json", "--threshold", "0")
    assert json.loads(done.out)["text"] == "Ana Ruiz"
    assert re.match(r"skipped docs/empty\.txt: \S", done.err)


def test_a_question_of_non_latin_letters_is_answered_in_them(run: Run) -> None:
    Path("docs/人.txt").write_text("市長は 安倍さん です。", encoding="utf-8")
    done = run("ask", "市長は?", "docs/人.txt", "--json", "--threshold", "0")
    assert json.loads(done.out)["question"] == "市長は?"
    assert "市長は" in done.out


# ---------------------------------------------------------------- indexing


def test_an_index_that_was_built_is_asked_by_name_by_variable_and_by_being_here(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = run("index", "docs", "--index", "made")
    assert (built.code, built.err) == (0, "")
    assert re.fullmatch(r"made: 2 documents, \d+ passages\n", built.out)
    by_name = run("ask", ASK, "--index", "made", "--json", "--threshold", "0")
    monkeypatch.setenv(places.INDEX_VARIABLE, "made")
    by_variable = run("ask", ASK, "--json", "--threshold", "0")
    monkeypatch.delenv(places.INDEX_VARIABLE)
    Path("made").rename(".pincite")
    nearby = run("ask", ASK, "--json", "--threshold", "0")
    from_paths = run("ask", ASK, "docs", "--json", "--threshold", "0")
    assert json.loads(by_name.out)["text"] == "Ana Ruiz"
    assert by_name == by_variable == nearby == from_paths


def test_an_index_is_made_here_where_none_is_named_and_replaced_by_the_next(run: Run) -> None:
    assert run("index", "docs").out.startswith(".pincite: 2 documents")
    assert run("index", "docs/town.txt").out.startswith(".pincite: 1 documents")
    assert json.loads(run("ask", ASK, "--json").out)["passages"][0]["document"]["source"] == "docs/town.txt"
    assert sorted(path.name for path in Path().iterdir()) == [".pincite", "docs"]


def test_an_index_that_cannot_be_built_leaves_the_old_one_as_it_was(run: Run) -> None:
    run("index", "docs")
    done = run("index", "missing")
    assert done.code == 2
    assert run("ask", ASK, "--threshold", "0").code == 0


# ---------------------------------------------------------------- errors

ERRORS = {
    "a missing path": (["ask", ASK, "missing.txt"], "missing.txt: no such file"),
    "an empty question": (["ask", ""], "holds no word"),
    "only punctuation": (["ask", "?!", "docs"], "holds no word"),
    "a long question": (["ask", "why " * 2500, "docs"], f"at most {LONGEST_QUESTION}"),
    "long and wordless": (["ask", "?" * 10_000], f"at most {LONGEST_QUESTION}"),
    "a folder that is no index": (["ask", ASK, "--index", "docs"], "docs: no index there"),
    "a file that is no index": (["ask", ASK, "--index", "docs/town.txt"], "docs/town.txt: no index there"),
    "paths and an index": (["ask", ASK, "docs", "--index", "made"], "both paths and --index made"),
    "a threshold out of range": (["ask", ASK, "docs", "--threshold", "1.5"], "threshold is 1.5, expected"),
    "a threshold that is no number": (["ask", ASK, "docs", "--threshold", "nan"], "threshold is nan, expected"),
    "an index over other files": (["index", "docs", "--index", "docs"], "not empty and not an index"),
    "an index over a file": (["index", "docs", "--index", "docs/town.txt"], "a file, expected a folder"),
    "an index under a file": (["index", "docs", "--index", "docs/town.txt/i"], "can't be written"),
    "nothing to index": (["index", "missing"], "missing: no such file"),
    "gold that is not there": (["eval", "--questions", "none.jsonl"], "none.jsonl"),
    "documents without gold": (["eval", "--documents", "docs"], "--questions"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_one_line_on_stderr_and_exits_with_2(run: Run, name: str) -> None:
    arguments, said = ERRORS[name]
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("pincite: ")
    assert done.err.count("\n") == 1
    assert said in done.err
    assert len(done.err) < 400


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", ASK, "--threshold", "high"],
        ["ask", ASK, "--unknown"],
        ["chat", "--port", "70000"],
        ["chat", "--port", "web"],
        ["index"],
        ["unknown"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_how_to_call_and_exits_with_2(arguments: list[str]) -> None:
    done = CliRunner().invoke(cli.app, arguments)
    assert done.exit_code == 2
    assert "Usage:" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("command", [[], ["index"], ["ask"], ["chat"], ["eval"]], ids=str)
def test_every_command_explains_itself(command: list[str]) -> None:
    done = CliRunner().invoke(cli.app, [*command, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.output


# ---------------------------------------------------------------- measuring

GOLD = (
    ("factoid", ASK, "docs/town.txt", "Ana Ruiz"),
    ("number", "What does the bell of Dalby weigh?", "docs/village.md", "90 kilograms"),
    ("unanswerable", "Who won the chess tournament in Reykjavik?", "", ""),
)


def write_gold(path: Path) -> None:
    texts = {"docs/town.txt": TOWN, "docs/village.md": VILLAGE}
    with path.open("w", encoding="utf-8") as lines:
        for number, (kind, question, document, text) in enumerate(GOLD):
            start = texts[document].index(text) if document else 0
            place = {"document": Path(document).name, "start": start, "end": start + len(text), "text": text}
            row = {"id": f"q{number}", "kind": kind, "question": question, "answers": [place] if document else []}
            lines.write(json.dumps(row) + "\n")


def test_three_questions_of_ones_own_are_measured_end_to_end(run: Run) -> None:
    write_gold(Path("gold.jsonl"))
    done = run("eval", "--questions", "gold.jsonl", "--documents", "docs", "--json", "report.json")
    assert done.code == 0, done.err
    assert "F1" in done.out
    assert done.err == ""
    assert json.loads(Path("report.json").read_text(encoding="utf-8"))


# ---------------------------------------------------------------- as a process


def process(arguments: list[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "qa.cli", *arguments]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_a_process_answers_on_stdout_alone_and_exits_with_0(
    clean_environment: dict[str, str], seeds_index: Path, tmp_path: Path
) -> None:
    arguments = ["ask", "Who leads Syria Tomorrow?", "--index", str(seeds_index), "--threshold", "0", "--json"]
    done = process(arguments, clean_environment, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["text"]


def test_a_process_exits_with_2_and_one_line_and_no_traceback(
    clean_environment: dict[str, str], tmp_path: Path
) -> None:
    done = process(["ask", "Who?", "missing.txt"], clean_environment, tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pincite: missing.txt: no such file or folder; check the path\n"


def test_a_question_of_bytes_that_are_no_text_is_one_line(clean_environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Ana sings.", encoding="utf-8")
    command = [sys.executable, "-m", "qa.cli", "ask", b"who \xff", "a.txt"]
    done = subprocess.run(command, env=clean_environment, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"lone surrogate" in done.stderr


def test_the_version_is_told() -> None:
    done = CliRunner().invoke(cli.app, ["--version"])
    assert done.exit_code == 0
    assert done.output.startswith("pincite ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full, a disk that is always full")
def test_an_output_that_can_not_be_written_is_one_line_and_not_no_answer(tmp_path: Path) -> None:
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    command = [sys.executable, "-m", "qa.cli", "ask", "Who is the mayor?", str(tmp_path)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    asked = f'"{sys.executable}" -m qa.cli ask "Who is the mayor?" "{tmp_path}"'
    done = subprocess.run(
        ["bash", "-c", f"{asked} | true; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""

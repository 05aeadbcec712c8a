"""The command line: exit codes, one line for an error, clean output, and each command end to end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command import ASK, TOWN, VILLAGE, Run
from typer.testing import CliRunner

from qa import documents as places
from qa.commands import cli

# ---------------------------------------------------------------- asking


def test_an_answer_is_shown_with_title_heading_date_characters_and_quote_and_exits_with_0(run: Run) -> None:
    done = run("ask", "How many people came to the harbour?", "docs", "--threshold", "0")
    assert done.code == 0
    start = TOWN.index("70 people")
    assert re.search(rf"HARBOUR NEWS · UPDATE 1700 GMT · 1700 GMT · characters {start}-{start + 2}$", done.out, re.M)
    assert "»70« people came to the harbour." in done.out
    assert re.search(r"^70  (?:\w+ )*\w+, \d\d?%$", done.out, re.M)
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


def test_each_document_is_asked_by_itself_as_a_table_as_csv_and_as_json(run: Run) -> None:
    done = run("ask", ASK, "docs", "--each")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^2021-05-03 .* Ana Ruiz ", done.out, re.M)
    assert "does not say" in done.out
    assert done.out.endswith("1 of 2 documents say, 1 do not.\n")
    rows = run("ask", ASK, "docs", "--csv", "--by-name").out.splitlines()
    assert rows[0].startswith("id,title,source,content_hash,date,says,text,confidence,start")
    assert [",True," in row for row in rows[1:]] == [True, False]
    made = json.loads(run("ask", ASK, "docs", "--each", "--json").out)
    assert (made["say"], made["documents"][0]["text"]) == (1, "Ana Ruiz")
    assert run("ask", ASK, "docs/village.md", "--each").code == 1


def test_a_mistyped_question_is_answered_and_says_how_it_was_read(run: Run) -> None:
    done = run("ask", "How many peple came to the harbourr?", "docs")
    assert (done.code, done.out.splitlines()[0]) == (0, "Read as: people, harbour")
    assert "»70« people came to the harbour." in done.out


def test_a_question_in_another_language_is_told_so(run: Run) -> None:
    assert "in another language." in run("ask", "Wie viele Leute kamen zum Hafen?", "docs").out


def test_a_threshold_of_0_is_not_taken_for_none(run: Run) -> None:
    assert run("ask", "Who won the chess tournament?", "docs", "--threshold", "0").code == 0


@pytest.mark.parametrize("threshold", ["0", "1"])
def test_json_is_json_with_the_names_of_the_contract(run: Run, threshold: str) -> None:
    done = run("ask", ASK, "docs", "--json", "--threshold", threshold)
    made = json.loads(done.out)
    assert set(made) == {
        *("question", "read_as", "text", "is_list", "reason", "found", "confidence", "citations", "alternatives"),
        "passages",
    }
    assert (made["text"] is None) == (done.code == 1) == (threshold == "1")
    assert made["question"] == ASK
    for citation in made["citations"] + made["passages"]:
        assert set(citation["document"]) == {
            *("id", "title", "source", "date", "author", "media_type", "content_hash"),
        }
        text = (TOWN, VILLAGE)["village" in citation["document"]["source"]]
        assert text[citation["start"] : citation["end"]] == citation["text"]
        assert text[citation["quote_start"] : citation["quote_end"]] == citation["quote"]


def test_explain_shows_what_was_read_and_in_json_every_score(run: Run) -> None:
    done = run("ask", ASK, "docs", "--explain", "--threshold", "0")
    assert done.code == 0
    assert "Why this answer" in done.out
    assert re.search(r"dense \d\.\d\d · lexical \d+\.\d · fused \d\.\d\d$", done.out, re.M)
    assert "right on questions set aside" in " ".join(done.out.split())
    made = json.loads(run("ask", ASK, "docs", "--explain", "--json", "--threshold", "0").out)
    assert made["explanation"]["passages"][0]["best"]["confidence"] == made["confidence"]
    assert "questions set aside" in made["explanation"]["confidence_means"]


def test_small_talk_gets_a_reply_and_exits_with_0(run: Run) -> None:
    done = run("ask", "Hello!", "docs")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Hello.")
    done = run("ask", "What is in here?", "docs", "--json")
    made = json.loads(done.out)
    assert (done.code, made["text"], made["reply"]["document_count"]) == (0, None, 2)


def test_what_is_in_here_is_told_of_what_a_filter_leaves(run: Run) -> None:
    done = run("ask", "What is in here?", "docs", "--document", "village.md")
    assert done.code == 0
    assert "1 document" in done.out
    assert "Only what fits the filter; without it there are 2." in done.out
    none = run("ask", "How many documents are there?", "docs", "--after", "2090")
    assert "No document fits the filter; without it there are 2." in none.out
    assert run("ask", "What is in here?", "docs", "--document", "hamlet.md").code != 0


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


def test_an_index_is_made_here_where_none_is_named_and_keeps_what_came_from_elsewhere(run: Run) -> None:
    assert re.fullmatch(r"\.pincite: 1 document, \d+ passages?\n", run("index", "docs/village.md").out)
    assert run("index", "docs/town.txt").out.startswith(".pincite: 2 documents")
    assert json.loads(run("ask", ASK, "--json").out)["passages"][0]["document"]["source"] == "docs/town.txt"
    assert sorted(path.name for path in Path().iterdir()) == [".pincite", "docs"]


def test_an_index_that_cannot_be_built_leaves_the_old_one_as_it_was(run: Run) -> None:
    run("index", "docs")
    done = run("index", "missing")
    assert done.code == 2
    assert run("ask", ASK, "--threshold", "0").code == 0


# ---------------------------------------------------------------- help


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
    command = [sys.executable, "-W", "error", "-m", "qa.commands.cli", *arguments]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_a_process_answers_on_stdout_alone_and_exits_with_0(
    clean_environment: dict[str, str], seeds_index: Path, tmp_path: Path
) -> None:
    arguments = ["ask", "Who leads Syria Tomorrow?", "--index", str(seeds_index), "--threshold", "0", "--json"]
    done = process(arguments, clean_environment, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["text"]


def test_the_version_is_told() -> None:
    done = CliRunner().invoke(cli.app, ["--version"])
    assert done.exit_code == 0
    assert done.output.startswith("pincite ")


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "town.txt").write_text(TOWN, encoding="utf-8")
    asked = f'"{sys.executable}" -m qa.commands.cli ask "Who is the mayor?" "{tmp_path}"'
    done = subprocess.run(
        ["bash", "-c", f"{asked} | true; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""

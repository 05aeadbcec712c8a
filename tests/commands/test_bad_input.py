"""Every bad input: what is put there, what is called, and what the one line names. Never a traceback, nothing left.

Each row is run in this process, in a folder with two documents in `docs/`. What has to be a process of its own (an
output that is full, an interruption, a disk without space) is in test_bad_surroundings.py.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from command import ASK, TOWN, Run

from embeddings.errors import DocumentError, ModelError, PinciteError, QuestionError, ServerError, SettingsError
from embeddings.models.runtime import Runtime
from embeddings.store.manifest import Manifest
from qa import Settings, answer
from qa.answers.confidence import Calibration
from qa.assistant import LONGEST_QUESTION, Assistant
from qa.gate.address import bind

IMPOSSIBLE = "/proc/pincite"  # nobody can write there, not even root


def nothing() -> None:
    """Nothing is put there."""


def bytes_in(name: str, data: bytes) -> Callable[[], None]:
    """Puts a file there."""

    def put() -> None:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(data)

    return put


def folder(name: str) -> Callable[[], None]:
    """Puts an empty folder there."""
    return lambda: Path(name).mkdir()


def link() -> None:
    Path("link.txt").symlink_to("gone.txt")


def pipe() -> None:
    os.mkfifo("pipe.txt")


def circle() -> None:
    Path("circle.txt").symlink_to("circle.txt")


def full_of_pictures() -> None:
    Path("pictures").mkdir()
    Path("pictures/a.gif").write_bytes(b"GIF8")


# ---------------------------------------------------------------- documents, on each command that reads them

READING = {
    "a path that is missing": (nothing, "missing.txt", "missing.txt: no such file or folder; check the path"),
    "an empty path": (nothing, "", "'paths': an empty path, expected a file or folder"),
    "an empty file": (bytes_in("a.txt", b""), "a.txt", "a.txt: holds no text"),
    "a file of white space": (bytes_in("a.txt", b" \n\t\n"), "a.txt", "a.txt: holds no text"),
    "a file of NULs": (bytes_in("a.txt", b"\0" * 90), "a.txt", "a.txt: holds no text"),
    "a binary file named .txt": (bytes_in("a.txt", bytes(range(256)) * 9), "a.txt", "a.txt: not text but binary data"),
    "a PDF named .txt": (bytes_in("a.txt", b"%PDF-1.7 words"), "a.txt", "a.txt: a PDF that is damaged or cut short"),
    "a format that is not read": (bytes_in("a.doc", b"x"), "a.doc", "a.doc: .doc files are not read; the formats"),
    "a name that says too much": (bytes_in("a.docx", b"PK"), "a.docx", "a.docx: not a DOCX file, or a damaged one"),
    "an empty folder": (folder("e"), "e", "e: a folder with nothing to read; the formats are .txt"),
    "a folder with nothing to read": (
        full_of_pictures,
        "pictures",
        "pictures: a folder with nothing to read (pictures/",
    ),
    "a link that leads nowhere": (link, "link.txt", "link.txt: a link to gone.txt, which is not there; mend the link"),
    "a link that leads to itself": (circle, "circle.txt", "circle.txt: "),
    "a pipe": (pipe, "pipe.txt", "pipe.txt: not a regular file"),
    "a name with a line end in it": (nothing, "a\nb.txt", "a\\nb.txt: no such file"),
    "a name that would drive a terminal": (nothing, "a\x1b[2Jb", "a\\x1b[2Jb: no such file"),
    "a text in the place of a path": (nothing, "word " * 900, "File name too long"),
}
COMMANDS = {
    "ask": lambda path: ("ask", ASK, path),
    "index": lambda path: ("index", path, "--index", "made"),
    "chat": lambda path: ("chat", path, "--port", "0"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", READING)
def test_what_cannot_be_read_is_one_line(run: Run, what: str, command: str) -> None:
    put, path, said = READING[what]
    put()
    check_refused(run, COMMANDS[command](path), said)


@pytest.mark.parametrize("what", [what for what in READING if what != "an empty path"])
def test_what_cannot_be_read_is_one_line_in_python_too(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put, path, said = READING[what]
    put()
    with pytest.raises(DocumentError) as caught:
        answer(ASK, path)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_and_an_index_that_one_may_not_read_are_one_line(run: Run, command: str) -> None:
    Path("docs/town.txt").chmod(0)
    check_refused(run, COMMANDS[command]("docs/town.txt"), "docs/town.txt: can't be read (Permission denied)")


# ---------------------------------------------------------------- one bad file among good ones


def spoil() -> None:
    """Puts bad files of every kind beside the two good ones: eight in all."""
    Path("docs/sub").mkdir()
    Path("docs/empty.txt").touch()
    Path("docs/noise.txt").write_bytes(bytes(range(256)) * 9)
    Path("docs/link.txt").symlink_to("gone.txt")
    Path("docs/again.txt").write_text(TOWN, encoding="utf-8")
    os.mkfifo("docs/pipe.txt")
    for name in ("picture.gif", "sub/sheet.xlsx", "sub/a\nb.gif"):
        Path("docs", name).write_bytes(b"\x89PNG")


def test_bad_files_of_a_folder_are_told_and_left_out_and_the_summary_counts_both(run: Run) -> None:
    spoil()
    done = run("index", "docs", "--index", "made")
    assert done.code == 0
    assert done.out.startswith("made: 2 documents, ")
    assert done.out.endswith("passages, 8 files skipped\n")
    told = done.err.splitlines()
    assert len(told) == 8
    assert all(line.startswith("skipped docs/") and ": " in line for line in told)


def test_asking_a_folder_tells_its_bad_files_too(run: Run) -> None:
    spoil()
    done = run("ask", ASK, "docs", "--json", "--threshold", "0")
    assert done.code == 0
    assert json.loads(done.out)["text"] == "Ana Ruiz"
    assert len(done.err.splitlines()) == 8


def test_of_very_many_bad_files_the_first_are_named_and_the_others_counted(run: Run) -> None:
    for number in range(300):
        Path("docs", f"{number:03}.gif").touch()
        Path("docs", f"{number:03}.txt").touch()
    done = run("index", "docs", "--index", "made")
    *named, counted = done.err.splitlines()
    assert len(named) == 10
    assert all("holds no text" in line for line in named), "empty files may be missed, pictures are not"
    assert counted.startswith("skipped 590 more: ")
    assert ".gif files are not read (300)" in counted
    assert "holds no text (290)" in counted
    assert done.out.endswith("600 files skipped\n")


# ---------------------------------------------------------------- questions

QUESTIONS = {
    "empty": ("", "the question '' holds no word; ask in words"),
    "white space": (" \n ", "holds no word"),
    "only punctuation": ("?!", "the question '?!' holds no word"),
    "very much punctuation": ("?" * LONGEST_QUESTION, "holds no word"),
    "10,000 characters": ("why " * 2_500, f"at most {LONGEST_QUESTION} are read; shorten it"),
    "10,000 characters without a word": ("?" * 10_000, f"at most {LONGEST_QUESTION}"),
    "no valid Unicode": ("who \udcff", "holds a lone surrogate"),
}


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_question_that_cannot_be_asked_is_one_line(run: Run, what: str) -> None:
    question, said = QUESTIONS[what]
    check_refused(run, ("ask", question, "docs"), said)
    check_refused(run, ("ask", question, "missing.txt"), said)  # before anything is read for it
    with pytest.raises(QuestionError):
        answer(question, "missing.txt")


# ---------------------------------------------------------------- an index that is none


def damaged(damage: Callable[[Path], object]) -> Callable[[], None]:
    """An index of the two documents, `made`, to which something has happened."""

    def put() -> None:
        Assistant.from_documents("docs")  # the models are there
        from embeddings.loading import load
        from qa.assistant import build_index

        build_index(load(["docs"]).documents, Path("made")).close()
        damage(Path("made"))

    return put


def store(statement: str) -> Callable[[], None]:
    """An index whose store was changed by another program."""

    def change(index: Path) -> None:
        with closing(sqlite3.connect(index / "store.sqlite")) as editor:
            editor.execute(statement)
            editor.commit()

    return damaged(change)


def says(**changes: object) -> Callable[[], None]:
    """An index whose manifest says something else."""
    return damaged(lambda index: replace(Manifest.read(index), **changes).write(index))  # type: ignore[arg-type]


def cut(name: str, size: int) -> Callable[[], None]:
    """An index with a file cut short; `name` may stand for several."""
    return damaged(lambda index: [os.truncate(path, size) for path in index.glob(name)])


def first_format() -> None:
    """An index of format 1, as far as a reader looks."""
    Path("made").mkdir()
    with closing(sqlite3.connect("made/store.sqlite")) as old:
        old.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        old.execute("INSERT INTO facts VALUES ('format', '1')")
        old.commit()


MAKE, AGAIN = "make one with: pincite index PATHS --index", "build it again with: pincite index PATHS --index made"
INDEXES = {
    "nothing there": (nothing, f"made: no index there; {MAKE} made"),
    "a folder that is empty": (folder("made"), f"made: an empty folder, no index there; {MAKE} made"),
    "a folder of other files": (
        bytes_in("made/notes.txt", b"x"),
        "made: a folder, but no index there (no store.sqlite",
    ),
    "a file": (bytes_in("made", b"x"), "made: a file, but no index there"),
    "a store that is empty": (cut("store.sqlite", 0), "made/store.sqlite: not an index, or a damaged one"),
    "a store cut short": (cut("store.sqlite", 5_000), AGAIN),
    "a store of another program": (
        damaged(lambda index: (index / "store.sqlite").write_bytes(b"birds" * 999)),
        f"made/store.sqlite: not an index, or a damaged one (file is not a database); {AGAIN}",
    ),
    "vectors cut short": (store("UPDATE vectors SET data = x'00'"), "its vector is damaged; mend the index"),
    "no words": (
        damaged(lambda index: shutil.rmtree(index / "lexical")),
        "made/lexical: the word index can't be opened",
    ),
    "words that are empty": (cut("lexical/*", 0), "damaged (its digest is another one); mend it with: pincite doctor"),
    "words cut short": (cut("lexical/*.term", 20), "damaged (its digest is another one); mend it with"),
    "another encoder": (
        says(encoder="other/int8/77"),
        "made: made with the encoder other/int8/77, opened with all-MiniLM-L6-v2",
    ),
    "the store of another index": (says(id="0" * 32), f"it is not the store that made was last seen with; {AGAIN}"),
    "an update that was lost": (says(update=99), f"it is not the store that made was last seen with; {AGAIN}"),
    "a manifest that was changed": (
        damaged(lambda index: (index / "manifest.json").write_text('{"format": 2, "digest": "0"}')),
        "made/manifest.json: damaged; mend it with: pincite doctor --repair --index made",
    ),
    "no manifest": (damaged(lambda index: (index / "manifest.json").unlink()), "made/manifest.json: missing; mend it"),
    "a newer version": (
        says(format=999),
        "made/manifest.json: made by a newer Pincite (format 999, this version reads format 3); upgrade Pincite",
    ),
    "the first version": (
        first_format,
        f"made/store.sqlite: made by an older Pincite (format 1, this version reads format 3); {AGAIN}",
    ),
}


@pytest.mark.parametrize("what", INDEXES)
def test_an_index_that_cannot_be_used_is_one_line(run: Run, what: str) -> None:
    put, said = INDEXES[what]
    put()
    check_refused(run, ("ask", ASK, "--index", "made"), said)
    check_refused(run, ("chat", "--index", "made", "--port", "0"), said)


@pytest.mark.parametrize("there", ["nowhere", "docs", "docs/town.txt"])
def test_a_variable_that_names_no_index_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, there: str) -> None:
    monkeypatch.setenv("PINCITE_INDEX", there)
    check_refused(run, ("ask", ASK), f"{there}: no index there, but PINCITE_INDEX names it; unset PINCITE_INDEX")
    with pytest.raises(PinciteError, match="PINCITE_INDEX"):
        answer(ASK)


TARGETS = {
    "a file": (nothing, "docs/town.txt", "docs/town.txt: a file, expected a folder for the index; name another place"),
    "a folder of other files": (nothing, "docs", "docs: a folder that is not empty and not an index"),
    "under a file": (nothing, "docs/town.txt/made", "docs/town.txt/made: docs/town.txt is a file; name another place"),
    "an empty path": (nothing, "", "'--index': an empty path"),
    "where nobody can write": (nothing, IMPOSSIBLE, f"{IMPOSSIBLE}: can't be written"),
}


@pytest.mark.parametrize("what", TARGETS)
def test_a_place_where_no_index_can_be_made_is_one_line(run: Run, what: str) -> None:
    put, target, said = TARGETS[what]
    put()
    check_refused(run, ("index", "docs", "--index", target), said)


def test_a_place_that_is_no_good_is_told_before_documents_are_read(run: Run) -> None:
    Path("docs/empty.txt").touch()
    check_refused(run, ("index", "docs", "--index", "docs"), "not empty and not an index")


# ---------------------------------------------------------------- the command line itself

CALLS = {
    ("ask",): "missing argument 'question'; see: pincite ask --help",
    ("ask", ASK, "--unknown"): "no such option: --unknown; see: pincite ask --help",
    ("ask", ASK, "docs", "--threshold", "7"): "'--threshold': '7', expected a number from 0 to 1",
    ("ask", ASK, "docs", "--threshold", "-0.1"): "'--threshold': '-0.1', expected a number from 0 to 1",
    ("ask", ASK, "docs", "--threshold", "nan"): "'--threshold': 'nan', expected a number from 0 to 1",
    ("ask", ASK, "docs", "--threshold", "high"): "'--threshold': 'high', expected a number from 0 to 1",
    ("ask", ASK, "docs", "--threshold"): "option '--threshold' requires an argument",
    ("ask", ASK, "docs", "--index", "made"): "both paths and --index made were given; name one of them",
    ("chat", "--port", "abc"): "'--port': 'abc', expected a number from 0 to 65535",
    ("chat", "--port", "70000"): "'--port': '70000', expected a number from 0 to 65535",
    ("chat", "--port", "-1"): "'--port': '-1', expected a number from 0 to 65535",
    ("chat", "docs", "--auth", "ada"): "--auth 'ada': expected USER:PASSWORD-FILE",
    ("chat", "docs", "--auth", "ada:missing.txt"): "missing.txt: no such file; --auth USER:PASSWORD-FILE",
    ("chat", "docs", "--root-path", "pincite"): "--root-path 'pincite': expected a path such as /pincite",
    ("chat", "docs", "--host", "0.0.0.0", "--port", "0"): "host '0.0.0.0' can be reached from other machines",
    ("chat", "docs", "--host", "no.such.host.invalid"): "host 'no.such.host.invalid' is not known",
    ("chat", "docs", "--host", "192.0.2.1"): "host '192.0.2.1' can't be listened on",
    ("index",): "missing argument 'paths'; see: pincite index --help",
    ("unknown",): "no such command 'unknown'; see: pincite --help",
    ("--unknown",): "no such option: --unknown; see: pincite --help",
    ("eval", "--questions", "none.jsonl"): "none.jsonl",
    ("eval", "--documents", "docs"): "--questions",
    ("eval", "--json", "none/report.json"): "none/report.json: cannot be written; name a file in a folder that exists",
    ("eval", "--json", "docs"): "docs: cannot be written",
    ("eval", "--readme", "none.md"): "none.md: cannot be read",
    ("eval", "--readme", "docs/town.txt"): "docs/town.txt: expected <!-- eval:begin --> once",
}


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_a_call_that_is_wrong_is_one_line(run: Run, call: tuple[str, ...]) -> None:
    check_refused(run, call, CALLS[call])


def test_without_a_command_there_is_help(run: Run) -> None:
    done = run()
    assert (done.code, done.err) == (0, "")
    assert "Usage:" in done.out


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_taken_is_told_before_documents_are_read(run: Run, taken: int) -> None:
    said = f"port {taken} of 127.0.0.1 is taken by another program; stop it, or choose another port with --port"
    check_refused(run, ("chat", "missing.txt", "--port", str(taken)), said)


def test_port_0_is_any_free_port() -> None:
    with bind("127.0.0.1", 0) as bound:
        assert bound.getsockname()[1] > 0


def test_a_port_for_the_administrator_is_told_as_such() -> None:
    kept = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if not kept.exists() or int(kept.read_text(encoding="utf-8")) <= 80:
        pytest.skip("this system lets everybody have every port")
    before = os.geteuid()
    try:
        os.seteuid(before or 65_534)
        with pytest.raises(ServerError, match=r"port 80 of 127\.0\.0\.1 is kept for the administrator; .* --port"):
            bind("127.0.0.1", 80)
    finally:
        os.seteuid(before)


# ---------------------------------------------------------------- in Python

ARGUMENTS = {
    "a question that is no text": (lambda: answer(None), QuestionError, "the question is NoneType, expected a text"),
    "an empty path": (lambda: answer(ASK, ""), DocumentError, "an empty path was named"),
    "a number for documents": (lambda: answer(ASK, 7), DocumentError, "7: expected a path or Documents"),
    "paths for Documents": (lambda: answer(ASK, ["a.txt"]), DocumentError, "'a.txt': a str, expected a Document"),
    "a folder that is no index": (lambda: Assistant.open("."), PinciteError, "no index there"),
    "a threshold that is text": (
        lambda: Settings(threshold="high"),
        SettingsError,
        "threshold is 'high', expected a num",
    ),
    "half a passage": (lambda: Settings(passages=1.5), SettingsError, "passages is 1.5, expected a whole number"),
    "a weight without end": (lambda: Settings(retrieval_weight=float("inf")), SettingsError, "retrieval_weight is inf"),
}


@pytest.mark.parametrize("what", ARGUMENTS)
def test_a_bad_argument_is_one_line(what: str) -> None:
    call, kind, said = ARGUMENTS[what]
    with pytest.raises(kind) as caught:
        call()
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


# ---------------------------------------------------------------- an installation that is not whole


@pytest.mark.parametrize("damage", ["gone", "empty", "cut short", "noise"])
@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "card.json"])
@pytest.mark.parametrize("model", ["embeddings/data/all-MiniLM-L6-v2", "qa/data/reader"])
def test_a_model_with_a_bad_file_is_one_line(root: Path, tmp_path: Path, model: str, name: str, damage: str) -> None:
    copy = tmp_path / "model"
    shutil.copytree(root / model, copy)
    spoilt = copy / name
    if damage == "gone":
        spoilt.unlink()
    else:
        whole = spoilt.read_bytes()
        spoilt.write_bytes({"empty": b"", "cut short": whole[: len(whole) // 2], "noise": b"\xff" * 999}[damage])
    with pytest.raises(ModelError) as caught:
        Runtime(copy)
    assert str(caught.value).startswith(f"{copy}: ")
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"weights": {}, "bias": "x"}'])
def test_bad_coefficients_are_one_line(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "confidence.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"confidence\.json: not the coefficients") as caught:
        Calibration.read(path)
    assert len(str(caught.value).splitlines()) == 1


# ---------------------------------------------------------------- what every row must keep to


def check_refused(run: Run, call: tuple[str, ...], said: str) -> None:
    """A call ends with 2 and one line that says this, and leaves the folder as it was."""
    before = everything()
    done = run(*call)
    assert (done.code, done.out) == (2, ""), done.err
    assert done.err.startswith("pincite: ")
    assert len(done.err.splitlines()) == 1, done.err
    assert said in done.err
    assert "Traceback" not in done.err
    assert len(done.err) < 600
    assert everything() == before


def everything() -> dict[str, tuple[int, int]]:
    """Each path of this folder, with its size and the time of its last change."""
    return {
        str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in Path().rglob("*") if not path.is_dir()
    }

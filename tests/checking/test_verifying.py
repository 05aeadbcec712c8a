"""Old answers against today's documents: holds, moved, changed, gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import living
import pytest
from command import ASK, TOWN, Run

from checking.verifying import CHANGED, GONE, HOLDS, MOVED, Check, Loaded, read_answer, result_of, verified
from embeddings.errors import PinciteError
from embeddings.index.folders import update_index
from embeddings.types import Document
from qa.render import to_dict
from qa.types import Answer
from tests.fakes import cite

FOLDER = Path("docs")
STORY = "Harbour\n\nThe mayor of Lund is Ana Ruiz. She was elected in May."


def old_answer() -> str:
    document = Document.from_text(STORY, "Harbour", "docs/town.txt")
    citation = cite(document, "Ana Ruiz")
    return json.dumps(to_dict(Answer("Who?", "Ana Ruiz", 0.8, (citation,))))


def write(name: str, text: str) -> Callable[[], None]:
    def change() -> None:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")

    return change


def rename() -> None:
    Path("docs/town.txt").rename("docs/other.txt")


def move_and_edit() -> None:
    Path("docs/town.txt").unlink()
    write("docs/new.txt", f"News\n\nFirst this.\n\n{STORY}\n\nAnd more.")()


CHANGES: dict[str, tuple[Callable[[], object], str]] = {
    "nothing": (lambda: None, HOLDS),
    "a file beside it": (write("docs/more.txt", "More\n\nThere is more."), HOLDS),
    "its name": (rename, MOVED),
    "words around it": (write("docs/town.txt", f"New first line\n\n{STORY}"), MOVED),
    "its name and words around it": (move_and_edit, MOVED),
    "the words": (write("docs/town.txt", STORY.replace("Ana Ruiz", "Bo Berg")), CHANGED),
    "the file, deleted": (lambda: Path("docs/town.txt").unlink(), GONE),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_citation_is_told_what_became_of_it(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("docs/town.txt", STORY)()
    write("docs/else.txt", "Else\n\nSomething else entirely.")()
    change, outcome = CHANGES[what]
    change()
    update_index(Path("index"), [FOLDER], living.maker())
    (result,) = verified(read_answer(old_answer(), "answer.json"), Path("index"))
    assert result.outcome == outcome
    if outcome in (HOLDS, MOVED):
        assert result.source is not None
        assert Path(result.source).read_text(encoding="utf-8")[result.start : result.end] == "Ana Ruiz"
    else:
        assert (result.start, result.end) == (None, None)


def test_words_that_the_document_never_held_do_not_hold() -> None:
    forged = json.loads(old_answer())
    forged["citations"][0]["text"] = "Bo Berg "
    (citation,) = read_answer(json.dumps(forged), "answer.json")
    today = Loaded([Document.from_text(STORY, "Harbour", "docs/town.txt")])
    assert result_of(citation, today) == Check(citation, CHANGED, "docs/town.txt")


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", '{"citations": [{}], "alternatives": []}', "[" * 100_000])
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(PinciteError, match="expected what `pincite ask --json` printed"):
        read_answer(text, "answer.json")


def test_the_command_takes_what_ask_printed_and_exits_with_1_where_something_changed(run: Run) -> None:
    run("index", "docs")
    Path("answer.json").write_text(run("ask", ASK, "--json", "--threshold", "0").out, encoding="utf-8")
    done = run("verify", "answer.json")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("holds   Ana Ruiz")
    Path("docs/town.txt").write_text(TOWN.replace("Ana Ruiz", "Bo Berg"), encoding="utf-8")
    run("index", "docs")
    done = run("verify", "answer.json", "--json")
    assert done.code == 1
    assert json.loads(done.out)[0]["outcome"] == CHANGED
    assert run("verify", "answer.json", "docs").code == 1
    assert (
        run("verify", "missing.json").err
        == "pincite: missing.json: can't be read (No such file or directory); check the path\n"
    )

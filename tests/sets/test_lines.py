"""Question sets as JSON lines: what is read, and that what is set aside trains nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from embeddings.errors import GoldError
from eval.sets.lines import DIVIDED, file_of, load_lines
from eval.sets.squad import DATA_FILE, SPLITS
from eval.talks.rewrites import REWRITTEN

_SPLITS = json.loads(SPLITS.read_text(encoding="utf-8"))
TUNED, REPORTED = (_SPLITS[file_of("qed_nq")][part][0] for part in ("tune", "report"))


def row(title: str, question: str, context: str = "Oslo lies at the sea.", **more: object) -> dict[str, object]:
    answers = [{"text": "at the sea", "start": context.index("at the sea")}] if "at the sea" in context else []
    return {"id": question, "title": title, "context": context, "question": question, "answers": answers} | more


def save(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> Path:
    path = folder / file_of(name)
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return path


def test_contexts_of_a_title_are_one_article(tmp_path: Path) -> None:
    rows = [row("Oslo", "a"), row("Oslo", "b", "It is at the sea."), row("Oslo", "c"), row("Oslo", "d", "Nothing.")]
    found = load_lines(save(tmp_path, "other", rows))
    assert [document.id for document in found.documents] == ["Oslo/0", "Oslo/1", "Oslo/2"]
    assert found.written_on == ("Oslo/0", "Oslo/1", "Oslo/0", "Oslo/2")
    assert [question.answerable for question in found.questions] == [True, True, True, False]
    assert {answer.text for question in found.questions for answer in question.answers} == {"at the sea"}


def test_a_part_holds_its_titles_alone(tmp_path: Path) -> None:
    path = save(tmp_path, "qed_nq", [row(TUNED, "a"), row(REPORTED, "b"), row("Nowhere", "c")])
    parts = {part: [q.question for q in load_lines(path, part).questions] for part in ("tune", "report", "train")}
    assert parts == {"tune": ["a"], "report": ["b"], "train": ["c"]}
    assert len(load_lines(path).questions) == 3


def test_what_one_set_sets_aside_trains_in_none(tmp_path: Path) -> None:
    save(tmp_path, "qed_nq", [row(TUNED, "Where does Oslo lie?")])
    rows = [row(TUNED.upper(), "a"), row("Nowhere", "where does oslo lie"), row("Nowhere", "b")]
    found = load_lines(save(tmp_path, "weak_unanswerable_wiki", rows), "train")
    assert [question.question for question in found.questions] == ["b"]


def test_no_document_is_in_two_parts() -> None:
    assert set(_SPLITS) == {DATA_FILE, *map(file_of, (*DIVIDED, *REWRITTEN))}
    for parts in _SPLITS.values():
        names = [name for part in parts.values() for name in part]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id": 1, "title": "a", "question": "b", "context": 2}'])
def test_a_damaged_line_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text(f"{json.dumps(row('Oslo', 'a'))}\n{line}\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"other\.jsonl:2"):
        load_lines(path)

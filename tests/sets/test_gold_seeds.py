"""The gold questions on the sample documents hold what eval/gold/README.md promises."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {
    path.name: path.read_bytes().decode("utf-8").replace("\ufeff", "").replace("\0", "").replace("\r\n", "\n")
    for path in sorted((ROOT / "seeds").glob("*.txt"))
}
LINES: list[dict[str, Any]] = [
    json.loads(line) for line in (ROOT / "eval" / "gold" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
]
KINDS = {
    "factoid",
    "number",
    "date",
    "who-said",
    "why",
    "list",
    "paraphrase",
    "disagreement",
    "unanswerable",
    "false-premise",
}
WITHOUT_ANSWER = {"unanswerable", "false-premise"}
WITH_GROUPS = {"list", "disagreement"}

each_line = pytest.mark.parametrize("line", LINES, ids=[line["id"] for line in LINES])


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [line for line in LINES if line["kind"] == kind]


@each_line
def test_every_answer_is_the_slice_of_its_document(line: dict[str, Any]) -> None:
    for answer in line["answers"]:
        assert 0 <= answer["start"] < answer["end"]
        assert answer["text"] == DOCUMENTS[answer["document"]][answer["start"] : answer["end"]]
        assert answer["text"] == answer["text"].strip()


@each_line
def test_no_answer_is_given_twice(line: dict[str, Any]) -> None:
    spans = [(answer["document"], answer["start"], answer["end"]) for answer in line["answers"]]
    assert len(spans) == len(set(spans))


@each_line
def test_a_line_has_the_fields_of_its_kind_and_no_others(line: dict[str, Any]) -> None:
    expected = {"id", "kind", "question", "answers"}
    expected |= {"groups"} if line["kind"] in WITH_GROUPS else set()
    expected |= {"tempting"} if line["kind"] == "unanswerable" else set()
    assert set(line) == expected
    assert line["kind"] in KINDS
    assert line["question"] == line["question"].strip() != ""
    assert isinstance(line.get("tempting", True), bool)


@each_line
def test_answers_are_empty_exactly_where_the_documents_hold_none(line: dict[str, Any]) -> None:
    assert (line["answers"] == []) == (line["kind"] in WITHOUT_ANSWER)


@pytest.mark.parametrize("line", of_kind("list") + of_kind("disagreement"), ids=lambda line: str(line["id"]))
def test_groups_are_disjoint_and_name_answers_that_exist(line: dict[str, Any]) -> None:
    members = [index for group in line["groups"] for index in group]
    assert len(line["groups"]) >= 2
    assert all(line["groups"])
    assert len(members) == len(set(members))
    assert set(members) <= set(range(len(line["answers"])))


@pytest.mark.parametrize("line", of_kind("disagreement"), ids=lambda line: str(line["id"]))
def test_the_sides_of_a_disagreement_hold_every_answer(line: dict[str, Any]) -> None:
    assert sum(len(group) for group in line["groups"]) == len(line["answers"])


@pytest.mark.parametrize("line", of_kind("list"), ids=lambda line: str(line["id"]))
def test_a_list_has_a_span_that_holds_the_whole_list(line: dict[str, Any]) -> None:
    grouped = {index for group in line["groups"] for index in group}
    whole = [answer["text"] for index, answer in enumerate(line["answers"]) if index not in grouped]
    items = [min((line["answers"][index]["text"] for index in group), key=len) for group in line["groups"]]
    assert any(all(item.casefold() in text.casefold() for item in items) for text in whole)


def test_ids_and_questions_are_unique() -> None:
    assert len({line["id"] for line in LINES}) == len(LINES)
    assert len({line["question"].casefold() for line in LINES}) == len(LINES)


def test_there_are_enough_questions_of_every_kind() -> None:
    counts = Counter(line["kind"] for line in LINES)
    assert len(LINES) >= 150
    assert set(counts) == KINDS
    assert counts["unanswerable"] >= 30
    assert counts["disagreement"] >= 8
    assert counts["false-premise"] >= 5
    assert sum(line["tempting"] for line in of_kind("unanswerable")) >= 15


def test_a_disagreement_within_one_document_and_one_between_documents_are_there() -> None:
    spread = [len({answer["document"] for answer in line["answers"]}) for line in of_kind("disagreement")]
    assert min(spread) == 1
    assert max(spread) > 1


def test_every_sample_document_is_asked_about() -> None:
    used = {answer["document"] for line in LINES for answer in line["answers"]}
    assert used == set(DOCUMENTS)
    assert len(used) == 5


def test_the_readme_states_the_counts_that_are_there() -> None:
    readme = (ROOT / "eval" / "gold" / "README.md").read_text(encoding="utf-8")
    assert f"holds {len(LINES)} questions" in readme
    for kind, count in Counter(line["kind"] for line in LINES).items():
        assert f"| {kind} | {count} |" in readme

"""Files of SQuAD and of MRQA are told apart by what is in them, and read whole or refused in one line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import PinciteError
from eval.sets.mrqa import load_passages, parse_mrqa
from eval.sets.squad import Squad, load_squad

LIGHTHOUSE = "The lighthouse was built in 1871 by Ada Holm. It burned in 1902; in 1903 Ada Holm built it again."
ORCHARD = "The orchard has 300 trees. 🍐 Most of them are plums."
HEADER = {"header": {"dataset": "Tales", "split": "dev"}}


def detected(context: str, text: str, *places: int) -> dict[str, Any]:
    """An answer as MRQA writes it: every place, or those that are named, with inclusive ends."""
    starts = places or [i for i in range(len(context)) if context.startswith(text, i)]
    return {"text": text, "char_spans": [[start, start + len(text) - 1] for start in starts], "token_spans": []}


def asked(id: str, *answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    texts = [answer["text"] for answer in answers]
    return {"qid": id, "question": "What of it?", "detected_answers": list(answers), "answers": texts, **more}


def lines(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)


TALES = lines(
    HEADER,
    {"context": LIGHTHOUSE, "qas": [asked("a", detected(LIGHTHOUSE, "Ada Holm")), asked("b", is_impossible=True)]},
    {"context": ORCHARD, "qas": [asked("c", detected(ORCHARD, "plums"))]},
    "",
    {"context": LIGHTHOUSE, "qas": [asked("d", detected(LIGHTHOUSE, "1902"))]},
)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def texts(squad: Squad) -> list[list[str]]:
    """The words of each answer as they stand in its document."""
    by_id = {document.id: document.text for document in squad.documents}
    return [[by_id[a.document][a.start : a.end] for a in question.answers] for question in squad.questions]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["dev.jsonl", "dev.json", "dev.gz", "dev"])
def test_the_lines_of_mrqa_are_read_whatever_the_name_of_their_file(tmp_path: Path, name: str, packed: bool) -> None:
    content = gzip.compress(TALES.encode()) if packed else TALES.encode()
    squad = load_passages(written(tmp_path / name, content))
    assert [question.id for question in squad.questions] == ["a", "b", "c", "d"]
    assert [question.answerable for question in squad.questions] == [True, False, True, True]
    assert texts(squad) == [["Ada Holm", "Ada Holm"], [], ["plums"], ["1902"]]
    assert squad.dropped == ()


def test_the_same_passage_on_several_lines_is_one_document(tmp_path: Path) -> None:
    squad = load_passages(written(tmp_path / "dev.jsonl", TALES))
    assert [document.id for document in squad.documents] == ["line 2", "line 3"]
    assert [document.text for document in squad.documents] == [LIGHTHOUSE, ORCHARD]
    assert squad.written_on == ("line 2", "line 2", "line 3", "line 2")
    assert squad.articles == ()


def test_neither_a_header_nor_windows_line_ends_nor_a_byte_order_mark_are_needed_or_in_the_way(tmp_path: Path) -> None:
    plain = load_passages(written(tmp_path / "dev.jsonl", TALES.split("\n", 1)[1]))
    assert [question.id for question in plain.questions] == ["a", "b", "c", "d"]
    windows = load_passages(written(tmp_path / "dev.jsonl", b"\xef\xbb\xbf\r\n" + TALES.replace("\n", "\r\n").encode()))
    assert texts(windows) == texts(plain)
    assert windows.documents[0].id == "line 3"


def test_an_id_may_be_called_id_and_one_that_comes_again_gets_a_number(tmp_path: Path) -> None:
    answer = detected(ORCHARD, "300")
    renamed = {**asked("x", answer), "id": 7}
    del renamed["qid"]
    rows = [asked("x", answer), renamed, asked("x", answer), asked("x")]
    squad = load_passages(written(tmp_path / "dev.jsonl", lines({"context": ORCHARD, "qas": rows})))
    assert [question.id for question in squad.questions] == ["x", "7", "x#2"]
    assert squad.dropped == ("x#3",)


def test_words_are_compared_as_answers_are_and_taken_as_they_stand(tmp_path: Path) -> None:
    normalised = {"text": "lighthouse", "char_spans": [[0, 13]]}
    row = {"context": LIGHTHOUSE, "qas": [asked("a", normalised)]}
    assert texts(load_passages(written(tmp_path / "dev.jsonl", lines(row)))) == [["The lighthouse"]]


@pytest.mark.parametrize("span", [[4, 9], [-3, 2], [9, 4], [90, 200], [10**9, 10**9 + 3]])
def test_an_answer_that_does_not_stand_at_its_place_is_dropped_and_named(tmp_path: Path, span: list[int]) -> None:
    wrong = {"text": "plums", "char_spans": [span]}
    right = detected(ORCHARD, "plums")
    row = {"context": ORCHARD, "qas": [asked("lost", wrong), asked("kept", wrong, right), asked("none")]}
    squad = load_passages(written(tmp_path / "dev.jsonl", lines(row)))
    assert squad.dropped == ("lost", "none")
    assert texts(squad) == [["plums"]]


def with_line(row: object) -> str:
    return lines(HEADER, {"context": ORCHARD, "qas": [asked("a", detected(ORCHARD, "300"))]}, row)


def with_answer(**answer: object) -> str:
    return with_line({"context": ORCHARD, "qas": [{"qid": "b", "question": "?", "detected_answers": [answer]}]})


BROKEN: Sequence[tuple[str | bytes, str]] = [
    ("", "cannot be read as JSON"),
    ("{", "cannot be read as JSON"),
    ("[" * 100_000, "cannot be read as JSON"),
    ("[1]", 'neither "data"'),
    ("{}", 'neither "data"'),
    (b"\xff\xfe", "byte 0 is not UTF-8"),
    (b"\x1f\x8b", "cannot be read"),
    (gzip.compress(TALES.encode())[:-20], "damaged gzip"),
    (gzip.compress(TALES.encode())[:30] + b"\x00" * 40, "cannot be read"),
    (with_line("{"), "dev.jsonl:3: not JSON"),
    (with_line([]), "dev.jsonl:3 is a list, expected an object"),
    (with_line({"context": ORCHARD}), "dev.jsonl:3: qas is missing"),
    (with_line({"context": 3, "qas": []}), "dev.jsonl:3: context is 3"),
    (with_line({"qas": []}), "dev.jsonl:3: context is missing"),
    (with_line({"context": "\ud800", "qas": []}).replace("\ud800", "\\ud800"), "lone surrogates"),
    (with_line({"context": ORCHARD, "qas": {}}), "qas is an object, expected a list"),
    (with_line({"context": ORCHARD, "qas": [3]}), "dev.jsonl:3: qas[0] is 3"),
    (with_line({"context": ORCHARD, "qas": [{"question": "?"}]}), "dev.jsonl:3: qas[0].qid is missing"),
    (with_line({"context": ORCHARD, "qas": [{"qid": "b"}]}), "question is missing"),
    (with_line({"context": ORCHARD, "qas": [{"qid": "b", "question": "?"}]}), "detected_answers is missing"),
    (with_answer(char_spans=[[0, 1]]), "dev.jsonl:3: qas[0].detected_answers[0].text is missing"),
    (with_answer(text="300"), "char_spans is missing"),
    (with_answer(text="300", char_spans=[16, 18]), "pairs of integers"),
    (with_answer(text="300", char_spans=[[16]]), "pairs of integers"),
    (with_answer(text="300", char_spans=[[16, True]]), "pairs of integers"),
    (with_answer(text="300", char_spans=[["16", "18"]]), "pairs of integers"),
    ('{"data": []}\n{"data": []}', "more follows after the end of the SQuAD object"),
]


@pytest.mark.parametrize(("content", "expected"), BROKEN, ids=[f"{number}" for number in range(len(BROKEN))])
def test_a_file_that_is_broken_gives_one_line_that_names_the_place(
    tmp_path: Path, content: str | bytes, expected: str
) -> None:
    path = written(tmp_path / "dev.jsonl", content)
    with pytest.raises(PinciteError) as raised:
        load_passages(path)
    message = str(raised.value)
    assert str(path) in message
    assert expected in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 250


def test_a_file_of_squad_is_read_by_the_same_function(tmp_path: Path) -> None:
    answer = {"text": "300", "answer_start": 16}
    rows = [{"id": "a", "question": "How many?", "answers": [answer]}]
    content = {"data": [{"title": "Orchard", "paragraphs": [{"context": ORCHARD, "qas": rows}]}]}
    path = written(tmp_path / "dev.json", json.dumps(content, indent=2))
    assert load_passages(path) == load_squad(path)
    assert load_passages(path).articles == ("Orchard",)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(min_size=1, max_size=4)), max_size=5))
def test_every_answer_is_what_stands_at_its_place(pairs: list[tuple[str, str]]) -> None:
    rows = [
        {"context": f"{before}{words}.", "qas": [asked(f"{i}", detected(f"{before}{words}.", words))]}
        for i, (before, words) in enumerate(pairs)
    ]
    squad = parse_mrqa("\n".join(json.dumps(row) for row in rows), Path("any.jsonl"))
    by_id = {document.id: document.text for document in squad.documents}
    assert len(squad.questions) + len(squad.dropped) == len(pairs)
    assert len({question.id for question in squad.questions}) == len(squad.questions)
    for question, id in zip(squad.questions, squad.written_on, strict=True):
        assert all(by_id[a.document][a.start : a.end] == a.text and a.document == id for a in question.answers)

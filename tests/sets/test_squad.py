"""SQuAD 1.1 and 2.0 files are read whole: every paragraph a document, every annotator's answer a gold span."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from embeddings.errors import GoldError
from eval.sets.squad import load_squad, sample

LIGHTHOUSE = "The lighthouse was built in 1871 by Ada Holm. It burned in 1902 and was rebuilt in brick."
ORCHARD = "The orchard has 300 trees. Most of them are plums."
KEEPER = "Its last keeper left in 1988."


def row(id: str, question: str, context: str, *answers: str, impossible: bool | None = None) -> dict[str, Any]:
    places = [{"text": answer, "answer_start": context.index(answer)} for answer in answers]
    version_2 = {} if impossible is None else {"is_impossible": impossible}
    return {"id": id, "question": question, "answers": places, **version_2}


def ten_questions() -> dict[str, Any]:
    lighthouse = [
        row("l1", "When was the lighthouse built?", LIGHTHOUSE, "1871", "in 1871", "1871", impossible=False),
        row("l2", "Who built it?", LIGHTHOUSE, "Ada Holm", impossible=False),
        row("l3", "What happened in 1902?", LIGHTHOUSE, "It burned", "burned", impossible=False),
        row("l4", "What is it made of?", LIGHTHOUSE, "brick", impossible=False),
        row("l5", "How high is it?", LIGHTHOUSE, impossible=True),
    ]
    keeper = [row("k1", "When did the last keeper leave?", KEEPER, "1988"), row("k2", "Who left?", KEEPER, "keeper")]
    orchard = [
        row("o1", "How many trees are there?", ORCHARD, "300", impossible=False),
        row("o2", "What are most of the trees?", ORCHARD, "plums", impossible=False),
        row("o3", "Who owns the orchard?", ORCHARD, impossible=True),
    ]
    paragraphs = [{"context": LIGHTHOUSE, "qas": lighthouse}, {"context": KEEPER, "qas": keeper}]
    articles = [
        {"title": "Holm_Lighthouse", "paragraphs": paragraphs},
        {"title": "Orchard", "paragraphs": [{"context": ORCHARD, "qas": orchard}]},
    ]
    return {"version": "v2.0", "data": articles}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ten.json"
    path.write_text(json.dumps(ten_questions()), encoding="utf-8")
    return path


def test_every_paragraph_becomes_a_document_with_a_stable_id(path: Path) -> None:
    documents = load_squad(path).documents
    assert [document.id for document in documents] == ["Holm_Lighthouse/0", "Holm_Lighthouse/1", "Orchard/0"]
    assert [document.title for document in documents] == ["Holm Lighthouse", "Holm Lighthouse", "Orchard"]
    assert [document.text for document in documents] == [LIGHTHOUSE, KEEPER, ORCHARD]


def test_every_answer_is_once_a_span_of_its_document(path: Path) -> None:
    squad = load_squad(path)
    texts = {document.id: document.text for document in squad.documents}
    answers = [answer for question in squad.questions for answer in question.answers]
    assert all(texts[answer.document][answer.start : answer.end] == answer.text for answer in answers)
    by_id = {question.id: question for question in squad.questions}
    assert len(by_id) == 10
    assert {answer.text for answer in by_id["l1"].answers} == {"1871", "in 1871"}
    assert len(by_id["l1"].answers) == 2


def test_impossible_questions_have_no_answer_and_a_missing_flag_means_possible(path: Path) -> None:
    kinds = {question.id: (question.kind, question.answerable) for question in load_squad(path).questions}
    assert {id for id, kind in kinds.items() if kind == ("unanswerable", False)} == {"l5", "o3"}
    assert kinds["k1"] == ("answerable", True)


def test_a_gzip_file_reads_the_same_whatever_its_name(path: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed" / path.name
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert load_squad(packed) == load_squad(path)


def test_articles_can_be_chosen_and_keep_their_ids(path: Path) -> None:
    squad = load_squad(path, articles=["Orchard"])
    assert [document.id for document in squad.documents] == ["Orchard/0"]
    assert [question.id for question in squad.questions] == ["o1", "o2", "o3"]


def test_an_article_that_is_not_there_is_an_error(path: Path) -> None:
    with pytest.raises(GoldError, match="no article 'Vineyard'; it has 2, such as: Holm_Lighthouse, Orchard"):
        load_squad(path, articles=["Orchard", "Vineyard"])


def test_a_question_whose_answers_are_not_at_their_places_is_dropped_and_named(path: Path) -> None:
    content = ten_questions()
    rows = content["data"][1]["paragraphs"][0]["qas"]
    rows[0]["answers"][0]["answer_start"] += 1
    rows[1]["answers"].append({"text": "pears", "answer_start": 3})
    path.write_text(json.dumps(content), encoding="utf-8")
    squad = load_squad(path)
    assert squad.dropped == ("o1",)
    assert len(squad.questions) == 9
    assert [answer.text for question in squad.questions if question.id == "o2" for answer in question.answers] == [
        "plums"
    ]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"data": 3}', b'{"data": [{"title": "x"}]}', b'{"data": [3]}', b"\x1f\x8bcut"]
)
def test_another_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(GoldError, match=r"other\.json.* (SQuAD|data)"):
        load_squad(path)
    with pytest.raises(GoldError, match=r"missing\.json: cannot be read"):
        load_squad(tmp_path / "missing.json")


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order(path: Path) -> None:
    questions = load_squad(path).questions
    drawn = sample(questions, 4, seed=3)
    assert drawn == sample(questions, 4, seed=3)
    assert len(set(drawn)) == 4
    assert list(drawn) == sorted(drawn, key=questions.index)
    assert len({sample(questions, 4, seed=seed) for seed in range(20)}) > 1
    assert sample(questions, 99) == questions


def test_questions_on_some_articles_are_asked_of_all_paragraphs(path: Path) -> None:
    squad = load_squad(path)
    about = squad.about(["Orchard"])
    assert squad.articles == ("Holm_Lighthouse", "Orchard")
    assert about.documents == squad.documents
    assert [question.id for question in about.questions] == ["o1", "o2", "o3"]
    assert about.written_on == ("Orchard/0",) * 3
    with pytest.raises(GoldError, match="no article 'Vineyard'; it has 2"):
        squad.about(["Vineyard"])


def test_an_id_that_comes_again_gets_a_number(path: Path) -> None:
    content = ten_questions()
    for paragraph in content["data"][0]["paragraphs"]:
        for question in paragraph["qas"]:
            question["id"] = "same"
    path.write_text(json.dumps(content), encoding="utf-8")
    ids = [question.id for question in load_squad(path).questions]
    assert ids[:3] == ["same", "same#2", "same#3"]
    assert len(set(ids)) == len(ids) == 10


def test_an_article_that_comes_in_two_pieces_or_without_a_title_has_ids_of_its_own(path: Path) -> None:
    content = ten_questions()
    content["data"][1]["title"] = "Holm_Lighthouse"
    content["data"].append({"paragraphs": [{"context": "Nothing.", "qas": []}]})
    path.write_text(json.dumps(content), encoding="utf-8")
    assert [document.id for document in load_squad(path).documents] == [
        "Holm_Lighthouse/0",
        "Holm_Lighthouse/1",
        "Holm_Lighthouse/2",
        "article 2/0",
    ]


ANSWER = {"text": "300", "answer_start": 16}
QUESTION = {"id": "o1", "question": "How many?", "answers": [ANSWER]}
WRONG_FIELDS = [
    ("question", 3, r"paragraphs\[0\]\.qas\[0\].question is 3, expected a text"),
    ("id", None, r"id is None, expected a text"),
    ("id", ["o1"], r"id is a list"),
    ("question", "\ud800", "lone surrogates"),
    ("answers", None, r"answers is None, expected a list"),
    ("answers", {"text": ["300"], "answer_start": [16]}, r"answers is .*, expected a list"),
    ("answers", ["300"], r"answers\[0\] is '300', expected an object"),
    ("answers", [{"text": "300"}], r"answers\[0\].answer_start is missing"),
    ("answers", [{**ANSWER, "answer_start": "16"}], "answer_start is '16', expected a whole number"),
    ("answers", [{**ANSWER, "answer_start": 16.0}], "expected a whole number"),
    ("answers", [{**ANSWER, "text": 300}], "text is 300"),
    ("is_impossible", "false", "is_impossible is 'false', expected true or false"),
]


@pytest.mark.parametrize(("field", "value", "expected"), WRONG_FIELDS, ids=[f"{i}" for i in range(len(WRONG_FIELDS))])
def test_a_field_of_the_wrong_kind_is_named_with_its_place(
    tmp_path: Path, field: str, value: object, expected: str
) -> None:
    path = tmp_path / "odd.json"
    paragraph = {"context": ORCHARD, "qas": [{**QUESTION, field: value}]}
    path.write_text(json.dumps({"data": [{"title": "Orchard", "paragraphs": [paragraph]}]}), encoding="utf-8")
    with pytest.raises(GoldError, match=rf"^{path}: data\[0\].*{expected}.*; a SQuAD file holds") as raised:
        load_squad(path)
    assert "\n" not in str(raised.value)

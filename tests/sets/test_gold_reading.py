"""A gold file is read exactly, or every fault in it is named in a line of its own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.sets.gold import MOST_FAULTS, GoldAnswer, load_gold, read_gold

FERRY = Document("", "Ferry", "docs/2019/ferry.txt", "The ferry left at nine. The ferry came back at ten with 40 men.")
OLD_FERRY = Document("", "Ferry", "docs/2018/ferry.txt", "No ferry ran in 2018.")
MARKET = Document("market", "Market", "docs/market.txt", "The market sells figs, plums and naïve 🍐 art.")
DOCUMENTS = (FERRY, OLD_FERRY, MARKET)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def lines(*rows: object) -> Path:
        path = tmp_path / "gold.jsonl"
        text = "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
        path.write_text(text + "\n", encoding="utf-8")
        return path

    return lines


def market(text: str, **more: object) -> dict[str, object]:
    return {"document": "market.txt", "text": text, **more}


def asking(*answers: object, **more: object) -> dict[str, object]:
    return {"question": "What is sold?", "answers": list(answers), **more}


def test_offsets_may_be_left_out_where_the_text_occurs_once(write: Write) -> None:
    (question,) = load_gold(write(asking(market("figs"), market("🍐 art"))), DOCUMENTS)
    assert question.answers == (GoldAnswer("market", 17, 21, "figs"), GoldAnswer("market", 39, 44, "🍐 art"))
    assert all(MARKET.text[answer.start : answer.end] == answer.text for answer in question.answers)


def test_offsets_choose_between_places(write: Write) -> None:
    row = {"document": "2019/ferry.txt", "text": "The ferry", "start": 24, "end": 33}
    (question,) = load_gold(write(asking(row)), DOCUMENTS)
    assert question.answers == (GoldAnswer(FERRY.id, 24, 33, "The ferry"),)


def test_id_and_kind_may_be_left_out_and_blank_lines_are_no_questions(write: Write) -> None:
    questions = load_gold(write("", asking(market("figs")), "  ", asking(), asking(id="last", kind="odd")), DOCUMENTS)
    assert [(question.id, question.kind) for question in questions] == [
        ("2", "question"),
        ("4", "question"),
        ("last", "odd"),
    ]
    assert [question.answerable for question in questions] == [True, False, False]


def test_a_question_without_an_answer_may_be_tempting(write: Write) -> None:
    plain, tempting = load_gold(write(asking(), asking(tempting=True)), DOCUMENTS)
    assert (plain.tempting, tempting.tempting) == (False, True)


@pytest.mark.parametrize("name", ["market", "market.txt", "docs/market.txt", "docs\\market.txt", "./docs/market.txt"])
def test_a_document_is_named_by_its_id_file_name_or_the_end_of_its_path(write: Write, name: str) -> None:
    (question,) = load_gold(write(asking({"document": name, "text": "figs"})), DOCUMENTS)
    assert question.answers[0].document == "market"


def test_groups_hold_the_answers_that_they_point_at(write: Write) -> None:
    row = asking(market("figs"), market("plums"), market("art"), kind="list", groups=[[0], [1, 2]])
    (question,) = load_gold(write(row), DOCUMENTS)
    assert [[answer.text for answer in group] for group in question.groups] == [["figs"], ["plums", "art"]]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(json.dumps(asking(market("figs"))).encode() for _ in "ab"))
    assert len(load_gold(path, DOCUMENTS)) == 2


FAULTS: list[tuple[object, str]] = [
    ('{"question": "What', "not JSON"),
    ("[" * 100_000, "not JSON"),
    ('{"question": "\\ud800", "answers": []}', "not JSON"),
    (["What is sold?"], "expected a JSON object"),
    ({"answers": []}, '"question" is missing'),
    ({"question": "  ", "answers": []}, "\"question\" is '  '"),
    ({"question": "What is sold?"}, "write a list, [] where the documents hold no answer"),
    ({"question": "What is sold?", "answers": "figs"}, "\"answers\" is 'figs'"),
    (asking("figs"), "answers[0]: expected an object"),
    (asking({"document": "market.txt"}), 'answers[0]: "text" is missing'),
    (asking({"text": "figs"}), 'answers[0]: "document" is missing'),
    (asking({"document": "fair.txt", "text": "figs"}), "no document 'fair.txt'"),
    (asking({"document": "arket.txt", "text": "figs"}), "no document 'arket.txt'"),
    (asking({"document": "ferry.txt", "text": "2018"}), "'ferry.txt' fits 2 documents; write more of its path"),
    (asking(market("pears")), "does not occur in its document"),
    (asking({"document": "2019/ferry.txt", "text": "ferry"}), "occurs 2 times in its document"),
    (asking(market("figs", start=16, end=20)), "it stands at 17:21; correct the offsets"),
    (asking(market("pears", start=16, end=20)), "the words do not occur in the document"),
    (asking(market("figs", start=17)), "write two integers or neither"),
    (asking(market("figs", start=17, end=21.0)), "write two integers or neither"),
    (asking(market("figs", start=-29, end=-25)), "write two integers or neither"),
    (asking(market("figs", start=True, end=21)), "write two integers or neither"),
    (asking(id=""), '"id" is '),
    (asking(id=True), '"id" is True'),
    (asking(kind=3), '"kind" is 3'),
    (asking(market("figs"), kind="list"), '"groups" is missing'),
    (asking(market("figs"), kind="list", groups=[[1]]), "write lists of positions"),
    (asking(market("figs"), kind="list", groups=[[]]), "write lists of positions"),
    (asking(market("figs"), kind="list", groups=[0]), "write lists of positions"),
    (asking(market("figs"), kind="disagreement", groups=[["figs"]]), "write lists of positions"),
    (asking(market("figs"), groups=[[0]]), "\"groups\" belong to the kinds list and disagreement, not to 'question'"),
    (asking(tempting="yes"), "write true or false"),
    (asking(market("figs"), tempting=True), "leave it out"),
]


@pytest.mark.parametrize(("row", "expected"), FAULTS, ids=[f"{number}" for number in range(len(FAULTS))])
def test_a_fault_is_named_with_its_file_and_line_and_how_to_mend_it(write: Write, row: object, expected: str) -> None:
    path = write(asking(market("figs")), row)
    with pytest.raises(GoldError) as raised:
        load_gold(path, DOCUMENTS)
    message = str(raised.value)
    assert message.startswith(f"{path}:2: ")
    assert expected in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 250
    assert len(read_gold(path, DOCUMENTS).questions) == 1


def test_an_id_that_is_there_twice_is_a_fault_that_names_both_lines(write: Write) -> None:
    path = write(asking(id="same"), asking(id="other"), asking(id="same"))
    with pytest.raises(GoldError, match=r":3: id 'same' is also on line 1"):
        load_gold(path, DOCUMENTS)


def test_three_mistakes_give_three_lines(write: Write) -> None:
    path = write("{", asking(market("pears"), market("figs", start=0, end=4)), asking(market("figs")))
    with pytest.raises(GoldError) as raised:
        load_gold(path, DOCUMENTS)
    lines = str(raised.value).split("\n")
    assert [line.removeprefix(str(path))[:3] for line in lines] == [":1:", ":2:", ":2:"]
    assert tuple(lines) == read_gold(path, DOCUMENTS).faults


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"missing\.jsonl: cannot be read"):
        load_gold(tmp_path / "missing.jsonl", DOCUMENTS)
    with pytest.raises(GoldError, match="cannot be read"):
        load_gold(tmp_path, DOCUMENTS)
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"question": "na\xefve?"}')
    with pytest.raises(GoldError, match="byte 16 is not UTF-8"):
        load_gold(latin, DOCUMENTS)


def test_a_name_that_is_nearly_right_and_words_in_another_form_are_told_as_they_should_be(write: Write) -> None:
    faults = read_gold(
        write(asking({"document": "docs/marked.txt", "text": "figs"}), asking(market("FIGS,\nplums"))), DOCUMENTS
    ).faults
    assert faults[0].endswith("no document 'docs/marked.txt'; did you mean 'market.txt'?")
    assert faults[1].endswith("does not occur in its document; copy the words exactly as they stand, 'figs, plums'")


def test_a_document_that_is_not_there_may_have_been_forgotten(write: Write) -> None:
    with pytest.raises(GoldError, match=r"such as: ferry\.txt, market\.txt; name yours$"):
        load_gold(write(asking({"document": "fair.txt", "text": "figs"})), DOCUMENTS, hint="; name yours")


def test_of_very_many_faults_the_first_are_told_and_the_rest_are_counted(write: Write) -> None:
    path = write(*["{"] * (MOST_FAULTS + 5))
    with pytest.raises(GoldError) as raised:
        load_gold(path, DOCUMENTS)
    lines = str(raised.value).split("\n")
    assert len(lines) == MOST_FAULTS + 1
    assert lines[-1] == f"{path}: 5 more faults; mend these first"
    assert len(read_gold(path, DOCUMENTS).faults) == MOST_FAULTS + 5


def test_a_file_of_another_form_is_one_fault_and_not_one_for_each_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    forms = {
        json.dumps({"data": []}, indent=1): "looks like a file of SQuAD or MRQA; name it with --squad",
        '{"header": {}}\n{"context": "x", "qas": []}': "looks like a file of SQuAD or MRQA",
        json.dumps([asking(), asking()], indent=1): "one JSON value over several lines",
        json.dumps(asking(), indent=1): "one JSON value over several lines",
    }
    for content, expected in forms.items():
        path.write_text(content, encoding="utf-8")
        (fault,) = read_gold(path, DOCUMENTS).faults
        assert expected in fault
    path.write_bytes(gzip.compress(b"{}"))
    (fault,) = read_gold(path, DOCUMENTS).faults
    assert "a gzip file" in fault


def test_a_file_without_a_question_is_a_fault(write: Write) -> None:
    with pytest.raises(GoldError, match="holds no questions"):
        load_gold(write("", " "), DOCUMENTS)


def test_a_longer_stretch_says_where_the_words_stand_whatever_white_space_lies_between(write: Write) -> None:
    row = {"document": "2019/ferry.txt", "text": "The  ferry", "within": "The ferry\n came back"}
    (question,) = load_gold(write(asking(row)), DOCUMENTS)
    assert question.answers == (GoldAnswer(FERRY.id, 24, 33, "The ferry"),)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            market("figs", within="figs, pears"),
            "'figs, pears', does not occur in its document; copy the words",
        ),
        (
            {"document": "2019/ferry.txt", "text": "ferry", "within": "The ferry"},
            "occurs 2 times in its document",
        ),
        (market("s", within="sells figs"), "'s' occurs 3 times in its \"within\"; choose one that holds it once"),
        (market("plums", within="sells figs"), "'plums' does not occur in its \"within\"; choose one"),
        (market("figs", within="figs", start=17), "\"within\" is 'figs'; write it as a text, and without"),
        (market("figs", within=3), '"within" is 3; write it as a text'),
    ],
)
def test_a_stretch_that_does_not_say_where_is_a_fault(write: Write, row: object, fault: str) -> None:
    (line,) = read_gold(write(asking(row)), DOCUMENTS).faults
    assert fault in line


def test_an_answer_that_the_loaded_document_does_not_hold_can_be_kept_as_lost(write: Write) -> None:
    path = write(asking(market("pears", within="figs and pears"), market("figs", within="sells figs")))
    ((lost, kept),) = (question.answers for question in load_gold(path, DOCUMENTS, keep_lost=True))
    assert (lost, lost.lost, kept.lost) == (GoldAnswer("market", 0, 0, "pears"), True, False)

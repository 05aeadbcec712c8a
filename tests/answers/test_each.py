"""Each document asked by itself: one answer or refusal for each, in order, and as table, CSV and JSON."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from embeddings import Document
from embeddings.errors import FilterError, QuestionError
from embeddings.filters import Where
from qa import Assistant
from qa.answers.each import Said
from qa.reading.reader import Passage
from qa.show.each import show_each, to_csv, to_dict
from tests.fakes import PatternReader, assert_verbatim, small_assistant

RENT = "What is the rent?"


def lease(name: str, text: str, date: str | None) -> Document:
    return replace(Document.from_text(text, title=name, source=f"leases/{name}.txt"), date=date)


LEASES = (
    lease("Beech", "The rent is 900 euros.", "2021-05-03"),
    lease("ash", "The rent is 700 euros.\n\nIt is paid in advance.", "2022-01-01"),
    lease("Elm", "The house is green, and nobody pays for it.", "2020"),
    lease("Fir", "The rent is 800 euros.", None),
)


@pytest.fixture(scope="module")
def small() -> Assistant:
    return small_assistant(LEASES, r"\d+ euros")


def titles(said: tuple[Said, ...]) -> list[str]:
    return [each.document.title for each in said]


def test_every_document_has_one_answer_or_refusal_with_its_citation_and_date(small: Assistant) -> None:
    said = small.answer_each(RENT)
    assert titles(said) == ["ash", "Beech", "Elm", "Fir"]
    assert [each.answer.text for each in said] == ["700 euros", "900 euros", None, "800 euros"]
    assert [each.date for each in said] == ["2022-01-01", "2021-05-03", "2020", None]
    assert [each.answer.found for each in said] == [True, True, False, True]
    for each in said:
        assert_verbatim(each.answer)
        assert {citation.document.id for citation in each.answer.citations} <= {each.document.id}


def test_they_come_by_name_too_only_those_that_fit_and_progress_is_told(small: Assistant) -> None:
    told: list[str] = []
    assert titles(small.answer_each(RENT, by="name")) == ["ash", "Beech", "Elm", "Fir"]
    where = Where(documents=("Elm", "Beech"))
    said = small.answer_each(RENT, where, progress=lambda each: told.append(each.document.title))
    assert titles(said) == told == ["Beech", "Elm"]
    assert titles(small.answer_each(RENT, Where(after="2021-06"))) == ["ash"]
    with pytest.raises(FilterError):
        small.answer_each(RENT, Where(documents=("Oak",)))
    with pytest.raises(QuestionError):
        small.answer_each("?!")


def test_a_limit_of_the_assistant_holds(small: Assistant) -> None:
    limited = small.over(small.index)
    limited.limit(Where(documents=("Elm",)))
    assert titles(limited.answer_each(RENT)) == ["Elm"]


def test_at_most_two_passages_of_a_document_are_read_and_the_second_only_where_the_first_does_not_say() -> None:
    read: list[str] = []

    class Noting(PatternReader):
        def read(self, question: str, passages: object) -> object:  # type: ignore[override]
            assert isinstance(passages, list)
            read.extend(passage.text for passage in passages if isinstance(passage, Passage))
            return super().read(question, passages)

    parts = "\n\n".join(f"# Part {n}\n\n" + f"The rent of part {n} is due on day {n}. " * 12 for n in range(4))
    small = small_assistant([lease("Oak", parts, None)], "nothing")
    small._reader = Noting("nothing")  # type: ignore[assignment]
    (said,) = small.answer_each(RENT)
    assert (said.answer.text, len(read)) == (None, 2)
    small._reader = Noting(r"day \d")  # type: ignore[assignment]
    read.clear()
    assert small.answer_each(RENT)[0].answer.found
    assert len(read) == 1


def test_a_mistyped_word_is_read_as_one_that_any_document_has() -> None:
    leases = (lease("Oak", "The reimbursement is 9 euros.", None), lease("Yew", "It is silent.", None))
    said = small_assistant(leases, r"\d+ euros").answer_each("What is the reimbrusement?")
    assert {each.answer.question for each in said} == {"What is the reimbursement?"}
    assert to_dict("?", said)["read_as"] == ["reimbursement"]


def shown(said: tuple[Said, ...], terminal: bool = False, width: int = 120) -> str:
    out = io.StringIO()
    show_each(said, Console(file=out, force_terminal=terminal, width=width, highlight=False))
    return out.getvalue()


def test_the_table_shows_those_that_say_first_and_names_those_that_do_not(small: Assistant) -> None:
    lines = shown(small.answer_each(RENT)).splitlines()
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["2022-01-01", "ash"],
        ["2021-05-03", "Beech"],
        ["undated", "Fir"],
    ]
    assert "does not say" in lines[4]
    assert lines[-1] == "3 of 4 documents say, 1 do not."
    for width in (1, 20, 60):
        assert shown(small.answer_each(RENT), terminal=True, width=width)


def test_words_that_are_not_sure_count_as_not_said_and_are_shown_as_the_nearest() -> None:
    said = small_assistant(LEASES[:1], r"\d+ euros", confidence=0.2).answer_each(RENT)
    assert "does not say; nearest: 900 euros" in shown(said)
    row = to_dict(RENT, said)
    assert (row["say"], row["documents"][0]["says"], row["documents"][0]["text"]) == (0, False, "900 euros")


def test_csv_has_a_row_for_each_document_and_no_cell_is_a_formula() -> None:
    hostile = lease("=HYPERLINK(1)", "The rent is -5 euros\x1b[2J, or +x euros.", "2021")
    said = small_assistant([hostile, LEASES[2]], r"-5 euros|\+x euros").answer_each(RENT)
    rows = list(csv.DictReader(io.StringIO(to_csv(said))))
    assert [(row["title"], row["says"]) for row in rows] == [("'=HYPERLINK(1)", "True"), ("Elm", "False")]
    assert rows[0]["quote"].startswith("The rent is")
    assert (rows[1]["text"], rows[1]["start"]) == ("", "")
    assert "\x1b" not in shown(said)


def test_nothing_to_ask_is_an_empty_table() -> None:
    assert small_assistant([], "x").answer_each(RENT) == ()
    assert to_dict(RENT, ()) == {"question": RENT, "read_as": [], "say": 0, "do_not_say": 0, "documents": []}
    assert shown(()).endswith("0 of 0 documents say, 0 do not.\n")


def test_documents_on_disk_are_asked_through_their_ids(tmp_path: Path) -> None:
    from qa.assistant import build_index
    from tests.fakes import HashingEncoder, constant_calibration

    build_index(LEASES, tmp_path / "index", encoder=HashingEncoder()).close()
    from embeddings.index.index import Index

    index = Index.open(tmp_path / "index", HashingEncoder())
    said = Assistant(index, reader=PatternReader(r"\d+ euros"), calibration=constant_calibration(0.8)).answer_each(RENT)
    assert [each.answer.text for each in said] == ["700 euros", "900 euros", None, "800 euros"]
    index.close()

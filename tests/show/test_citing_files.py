"""From a file to its citation: page, row, heading, author and date arrive where they are shown, through an index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import small_assistant
from office_files import docx, paragraph
from pdf_files import pdf, written

from embeddings.index.index import Index
from embeddings.loading import load
from qa import Assistant
from qa.assistant import build_index
from qa.render import place, to_dict
from qa.show.cards import turn
from qa.talk.exchange import Exchange
from qa.types import Answer

FACTS = {"Author": "Kari Nord", "CreationDate": "D:20210503101112Z"}


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that each say something else of the harbour."""
    folder = tmp_path_factory.mktemp("harbour")
    pages = [[*written(["Timetable"], size=20)], written(["The ferry to Moss leaves at 14:30."])]
    (folder / "ferry.pdf").write_bytes(pdf(pages, FACTS))
    (folder / "boats.csv").write_text("Boat,Captain\nGull,Kari Nord\nTern,Ola Vik\n", encoding="utf-8")
    (folder / "crew.jsonl").write_text('{"cook": "Siri Moe"}\n{"engineer": "Ivar Dahl"}\n', encoding="utf-8")
    body = paragraph("Insurance", "Titel1") + paragraph("The insurer Havmutual paid 80 per cent of the repairs.")
    (folder / "storm.docx").write_bytes(docx(body, "Storm report", "Lee", "2021-04-01T00:00:00Z"))
    return folder


def asked(folder: Path, question: str, pattern: str) -> Answer:
    return small_assistant(load([folder]).documents, pattern).answer(question)


@pytest.mark.parametrize(
    ("question", "pattern", "shown"),
    [
        ("When does the ferry to Moss leave?", r"14:30", "Timetable · Kari Nord · page 2 · 2021-05-03"),
        ("Which captain has the boat Tern?", r"Ola Vik", "boats · row 3 · undated"),
        ("Who is the engineer?", r"Ivar Dahl", "crew · record 2 · undated"),
        ("Which insurer paid the repairs?", r"Havmutual", "Storm report · Lee · Insurance · 2021-04-01"),
    ],
)
def test_a_citation_names_the_page_the_row_the_author_the_heading_and_the_date(
    harbour: Path, question: str, pattern: str, shown: str
) -> None:
    answer = asked(harbour, question, pattern)
    assert place(answer.citations[0]).startswith(shown)
    card = turn(Exchange(question, answer))
    assert all(part in card for part in shown.split(" · "))


def test_a_row_is_a_passage_and_a_quote_of_its_own(harbour: Path) -> None:
    citation = asked(harbour, "Which captain has the boat Tern?", r"Ola Vik").citations[0]
    assert citation.quote == "Boat: Tern; Captain: Ola Vik"


def test_json_names_page_row_author_and_media_type(harbour: Path) -> None:
    answer = asked(harbour, "When does the ferry to Moss leave?", r"14:30")
    citation = json.loads(json.dumps(to_dict(answer)))["citations"][0]
    assert (citation["page"], citation["row"]) == (2, None)
    assert (citation["document"]["author"], citation["document"]["media_type"]) == ("Kari Nord", "application/pdf")


def test_an_index_keeps_what_the_files_say_of_themselves(harbour: Path, tmp_path: Path) -> None:
    documents = load([harbour]).documents
    build_index(documents, tmp_path / "index").close()
    opened = Assistant.open(tmp_path / "index").documents()
    assert isinstance(opened, tuple)
    assert opened == documents
    assert Index.made_with(tmp_path / "index")

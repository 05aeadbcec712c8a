"""The contract that others build on: names, signatures, attributes, frozen records."""

from __future__ import annotations

import dataclasses
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

import embeddings
import qa
from embeddings import Document
from embeddings.errors import DocumentError
from qa import Answer, Assistant, Citation, Settings, Turn, answer

TEXT = "Oslo lies by the fjord. Bergen is rainy."
CITY = Document.from_text(TEXT, title="Cities", source="cities.txt")


def fields(record: type) -> list[str]:
    return [field.name for field in dataclasses.fields(record)]


def test_the_packages_offer_the_names_of_the_contract_and_no_others() -> None:
    assert qa.__all__ == ["Answer", "Assistant", "Citation", "Settings", "Turn", "Where", "answer"]
    assert set(embeddings.__all__) == {"Chunk", "Document", "Hit", "PinciteError"}


def test_the_function_answer_is_not_shadowed_by_a_module_after_imports() -> None:
    import qa.answers.compose
    import qa.documents

    assert inspect.isfunction(qa.answer)


def test_the_records_have_the_attributes_of_the_contract() -> None:
    parts = ["citations", "alternatives", "passages", "is_list"]
    assert fields(Answer) == ["question", "text", "confidence", *parts, "read_as", "unmet"]
    places = ["start", "end", "quote_start", "quote_end", "page", "heading", "date", "row"]
    assert fields(Citation) == ["document", *places]
    assert fields(Turn) == ["question", "answer"]
    assert fields(Document) == [
        "id",
        "title",
        "source",
        "text",
        "date",
        "media_type",
        "content_hash",
        "author",
        "layout",
        "remarks",
    ]


def test_the_functions_take_the_arguments_of_the_contract() -> None:
    assert list(inspect.signature(answer).parameters) == ["question", "documents", "history", "settings", "where"]
    assert list(inspect.signature(Assistant.from_documents).parameters)[:2] == ["source", "settings"]
    assert list(inspect.signature(Assistant.open).parameters) == ["path", "settings"]
    asked = ["question", "history", "where", "threshold", "resolve"]
    assert list(inspect.signature(Assistant.answer).parameters) == ["self", *asked]
    assert list(inspect.signature(Assistant.answer_many).parameters) == ["self", "questions"]
    assert list(inspect.signature(Assistant.retrieve).parameters) == ["self", "question", "k", "where"]
    assert list(inspect.signature(Assistant.document).parameters) == ["self", "id"]


@pytest.mark.parametrize(
    "record",
    [CITY, Settings(), Citation(CITY, 0, 4, 0, 23), Answer("?", None, 0.0), Turn("?", Answer("?", None, 0.0))],
    ids=lambda record: type(record).__name__,
)
def test_every_record_is_frozen_and_has_no_room_for_more(record: object) -> None:
    name = dataclasses.fields(record)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, name, "changed")
    with pytest.raises((AttributeError, TypeError)):
        record.unknown = 1  # type: ignore[attr-defined]


def test_a_citation_shows_its_words_and_its_quote() -> None:
    citation = Citation(CITY, 0, 4, 0, 23)
    assert (citation.text, citation.quote) == ("Oslo", "Oslo lies by the fjord.")
    assert (citation.page, citation.heading, citation.date) == (None, None, None)


offset = st.integers(-3, len(TEXT) + 3)


@given(offset, offset, offset, offset)
def test_a_citation_cannot_be_made_of_offsets_that_do_not_fit(start: int, end: int, first: int, last: int) -> None:
    if 0 <= first <= start < end <= last <= len(TEXT):
        citation = Citation(CITY, start, end, first, last)
        assert citation.text == TEXT[start:end]
        assert citation.quote == TEXT[first:last]
    else:
        with pytest.raises(ValueError, match="do not fit"):
            Citation(CITY, start, end, first, last)


def test_a_document_is_named_by_its_text_and_refuses_another_texts_hash() -> None:
    assert CITY.id == CITY.content_hash[:16] == Document.from_text(TEXT).id
    assert dataclasses.replace(CITY, id="own").id == "own"
    with pytest.raises(DocumentError, match="does not match its content hash"):
        dataclasses.replace(CITY, text="changed")
    with pytest.raises(DocumentError, match="lone surrogate"):
        Document.from_text("a\ud800")


def test_an_answer_that_is_none_has_empty_parts_by_default() -> None:
    refused = Answer("?", None, 0.2)
    assert (refused.citations, refused.alternatives, refused.passages, refused.is_list) == ((), (), (), False)

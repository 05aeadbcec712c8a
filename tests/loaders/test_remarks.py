"""What is left out of a file is counted, and travels with its document into the index."""

from __future__ import annotations

import json

import pytest

from embeddings.errors import DocumentError
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.limits import LIMITS
from embeddings.remarks import NO_REMARKS, Omitted, Remarks
from embeddings.store.records import fields_of, new_row
from embeddings.types import Document

TOLD = Remarks((Omitted("picture", 2), Omitted("attachment", 1, "a.bin")), ("read as KOI8-R",))


def test_a_writer_counts_what_is_left_out() -> None:
    writer = Writer("a.docx", LIMITS)
    writer.paragraph("The bridge.")
    for detail in ("a", "b", "a"):
        writer.omit("picture", detail=detail)
    found = described(writer.extract(), notes=["read as KOI8-R"], omitted=[Omitted("picture", 2)])
    assert found.remarks.lines() == ("5 pictures left out (a, b)", "read as KOI8-R")
    assert Extract.from_json(found.to_json()).remarks == found.remarks


def test_a_million_pictures_are_one_record() -> None:
    writer = Writer("a.docx", LIMITS)
    for _ in range(10_000):
        writer.omit("picture")
    assert writer.extract().omitted == (Omitted("picture", 10_000),)


def test_remarks_are_kept_in_the_store() -> None:
    document = Document("", "t", "a.eml", "It rained.", remarks=TOLD)
    row = new_row(1, document, 1, 1, 1)
    assert row.document(document.text) == document
    assert row.listed().remarks == ("2 pictures left out", "1 attachment left out (a.bin)", "read as KOI8-R")


def test_nothing_left_out_says_nothing() -> None:
    assert json.loads(fields_of(Document.from_text("a")))["remarks"] == ""
    assert Remarks.from_json("") == NO_REMARKS


@pytest.mark.parametrize("damaged", ["{", "3", "[1, 2]", '[[["a", "b", "c"]], []]'])
def test_a_damaged_record_is_told(damaged: str) -> None:
    with pytest.raises(DocumentError, match="load it again"):
        Remarks.from_json(damaged)

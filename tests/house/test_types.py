from __future__ import annotations

import hashlib
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Chunk, Document, Hit
from embeddings.errors import DocumentError
from embeddings.types import content_hash

DOCUMENT = Document.from_text("Rain fell all day.", title="Weather", source="weather.txt")
CHUNK = Chunk(DOCUMENT.id, 0, 0, 4)
HIT = Hit(DOCUMENT, CHUNK, 0.5, 1.5, 0.75)


@given(st.text())
def test_the_content_hash_is_the_sha256_of_the_text_in_utf8(text: str) -> None:
    assert Document.from_text(text).content_hash == content_hash(text) == hashlib.sha256(text.encode()).hexdigest()


@given(st.text(), st.text())
def test_ids_are_equal_exactly_where_texts_are(one: str, other: str) -> None:
    assert (Document.from_text(one).id == Document.from_text(other, title="T", source="s").id) == (one == other)


def test_an_id_is_the_beginning_of_the_hash_unless_it_is_given() -> None:
    assert DOCUMENT.id == DOCUMENT.content_hash[:16]
    named = Document(id="mine", title="", source="", text="Rain fell all day.")
    assert (named.id, named.content_hash) == ("mine", DOCUMENT.content_hash)


def test_texts_that_only_look_the_same_are_different_documents() -> None:
    assert Document.from_text("caf\u00e9").id != Document.from_text("cafe\u0301").id


def test_the_right_hash_is_accepted_and_a_wrong_one_refused() -> None:
    assert Document("", "t", "s", "a", content_hash=content_hash("a")) == Document("", "t", "s", "a")
    with pytest.raises(DocumentError, match=r"notes\.txt: .*does not match.*load it again"):
        Document("", "t", "notes.txt", "a", content_hash=content_hash("b"))
    with pytest.raises(DocumentError, match=r"^the-id: "):
        Document("the-id", "t", "", "a", content_hash="0" * 64)


def test_a_lone_surrogate_is_refused_with_its_place() -> None:
    with pytest.raises(DocumentError, match=r"notes\.txt: character 3 is a lone surrogate"):
        Document.from_text("ab🎈\ud83d", source="notes.txt")


@pytest.mark.parametrize(
    ("record", "field"), [(DOCUMENT, "text"), (DOCUMENT, "content_hash"), (CHUNK, "start"), (HIT, "score")]
)
def test_records_are_frozen(record: Any, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(record, field, "changed")


def test_a_document_made_of_a_string_is_plain_undated_text() -> None:
    found = Document.from_text("Rain.")
    assert (found.title, found.source, found.date, found.media_type) == ("Untitled", "", None, "text/plain")


def test_the_text_of_a_hit_is_cut_from_its_document_in_code_points() -> None:
    found = Document.from_text("🎈🎈 rose")
    assert Hit(found, Chunk(found.id, 1, 1, 4), 0, 0, 0).text == "🎈 r"
    assert HIT.text == "Rain"

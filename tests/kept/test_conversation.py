"""A conversation kept outside the server: it comes back as it was, or says what can't be opened any more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import DocumentError, RecordError
from embeddings.types import Document
from qa.kept.conversation import MOST_TURNS, Find, from_json, to_json
from qa.types import Answer, Citation, Turn
from tests.fakes import assert_verbatim, cite

LOG = Document("", "Harbour log", "log.txt", "At noon 70 ships lay in the harbour.\n\nAt six 90 ships lay there.")
NEWS = Document(
    "", "News", "news.txt", "<b>Ninety</b> ships were counted, \u200f\u05e9\u05dc\u05d5\u05dd\u200f said the master. 🚢"
)


def finder(*documents: Document) -> Find:
    def find(id: str) -> Document:
        for document in documents:
            if document.id == id:
                return document
        raise DocumentError(f"{id}: no document of this id")

    return find


def talk() -> tuple[Turn, ...]:
    other = Answer("How many ships?", "Ninety", 0.4, (cite(NEWS, "Ninety", "2015-10-22"),))
    passages = (cite(LOG, LOG.text), cite(NEWS, NEWS.text))
    seventy = (cite(LOG, "70", "2015-10-21"),)
    first = Answer("How many ships?", "70", 0.81234, seventy, (other,), passages, read_as=("ships",))
    items = Answer("When?", "noon; six", 0.6, (cite(LOG, "noon"), cite(LOG, "six")), is_list=True)
    refused = Answer("Why?", None, 0.03, (), (), passages, read_as=("Why",))
    return Turn("How many ships?", first), Turn("When?", items), Turn("And why?", refused)


def changed(written: str, path: Sequence[str | int], value: object) -> str:
    """The JSON with another value at a place."""
    said = json.loads(written)
    inside: Any = said
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return json.dumps(said)


def test_a_conversation_comes_back_as_it_was_where_its_documents_are_there() -> None:
    turns = talk()
    back = from_json(to_json(turns), finder(LOG, NEWS))
    assert [each.turn.question for each in back] == [turn.question for turn in turns]
    assert [each.turn for each in back][1:] == list(turns[1:])
    assert back[0].turn.answer.alternatives == turns[0].answer.alternatives
    assert back[0].turn.answer.read_as == ("ships",)
    assert all(not each.lost for each in back)
    for each in back:
        assert each.answer is not None
        assert_verbatim(each.answer)


def test_it_holds_no_document_and_each_name_once() -> None:
    written = to_json(talk() * 3)
    assert LOG.text not in to_json(talk()[:2])
    assert written.count(LOG.content_hash) == 1


def test_it_can_be_read_after_it_was_saved_for_people() -> None:
    assert from_json(to_json(talk(), indent=2), finder(LOG, NEWS)) == from_json(to_json(talk()), finder(LOG, NEWS))


def test_words_whose_document_is_gone_come_back_as_words_and_say_so() -> None:
    first, second, third = from_json(to_json(talk()), finder(NEWS))
    assert first.answer is None
    assert first.text == "70"
    assert [(lost.words, lost.title, lost.date) for lost in first.lost] == [("70", "Harbour log", "2015-10-21")]
    assert "not here any more" in first.lost[0].reason
    assert second.answer is None
    assert third.answer is not None
    assert len(third.answer.passages) == len(third.lost) == 1
    assert first.turn.answer.text is None  # nothing is claimed that can't be shown


def test_words_of_a_changed_document_are_never_marked_at_the_wrong_place() -> None:
    other = Document(LOG.id, LOG.title, LOG.source, "Now " + LOG.text)
    first = from_json(to_json(talk()), finder(other, NEWS))[0]
    assert first.answer is None
    assert "changed" in first.lost[0].reason


def test_an_answer_without_what_cites_it_is_not_believed() -> None:
    forged = changed(to_json(talk()), ["turns", 0, "answer", "text"], "seven hundred")
    first = from_json(forged, finder(LOG, NEWS))[0]
    assert first.answer is None  # what a browser kept may have been changed; only documents speak


FAULTS: tuple[tuple[list[str | int], object, str], ...] = (
    (["turns"], "all", "turns is 'all', expected a list"),
    (["turns"], [{}] * (MOST_TURNS + 1), "turns is a list"),
    (["turns", 0], 7, "turns[0] is 7, expected an object"),
    (["turns", 0, "question"], None, "turns[0].question is None, expected a text"),
    (["turns", 0, "question"], "x" * 30_000, "turns[0].question"),
    (["turns", 0, "question"], "\ud800", "turns[0].question"),
    (["turns", 0, "answer"], [], "turns[0].answer"),
    (["turns", 0, "answer", "read_as"], [7], "turns[0].answer.read_as"),
    (["turns", 0, "answer", "confidence"], 7, "turns[0].answer.confidence is 7, expected a number from 0 to 1"),
    (["turns", 0, "answer", "confidence"], True, "confidence"),
    (["turns", 0, "answer", "is_list"], "no", "is_list"),
    (["turns", 0, "answer", "citations", 0, "start"], -1, "citations[0].start is -1"),
    (["turns", 0, "answer", "citations", 0, "start"], 10**12, "start"),
    (["turns", 0, "answer", "citations", 0, "end"], 1.5, "end"),
    (["turns", 0, "answer", "citations", 0, "document"], 9, "document"),
    (["turns", 0, "answer", "citations", 0, "text"], "71", "expected the words that stand at its offsets"),
    (["turns", 0, "answer", "citations", 0, "page"], "iv", "page"),
    (["documents"], [], "document"),
    (["documents", 0, "id"], 5, "documents[0].id is 5"),
    (["format"], 99, "format"),
)


@pytest.mark.parametrize(("path", "value", "told"), FAULTS)
def test_what_was_tampered_with_is_told_in_one_line(path: list[str | int], value: object, told: str) -> None:
    with pytest.raises(RecordError) as error:
        from_json(changed(to_json(talk()), path, value), finder(LOG, NEWS))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "written", ["", "{", "[]", "null", "NaN", '{"format": NaN}', "[" * 100_000, "{}", "x" * 5_000_000], ids=range(9)
)
def test_what_is_no_conversation_is_told_in_one_line(written: str) -> None:
    with pytest.raises(RecordError, match="the saved conversation"):
        from_json(written, finder())


def test_a_conversation_that_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(RecordError, match="begin a new one"):
        to_json(talk()[:1] * (MOST_TURNS + 1))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_any_tampering_is_an_error_of_ours_or_harmless(data: st.DataObject) -> None:
    said = json.loads(to_json(talk()))
    inside: Any = said
    while True:
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(inside[key], dict | list) and inside[key] and data.draw(st.booleans()):
            inside = inside[key]
            continue
        inside[key] = data.draw(json_values)
        break
    try:
        back = from_json(json.dumps(said), finder(LOG, NEWS))
    except RecordError:
        return
    for each in back:
        if each.answer is not None:
            assert_verbatim(each.answer)


@given(text=st.text(min_size=1), data=st.data())
def test_any_text_comes_back(text: str, data: st.DataObject) -> None:
    document = Document("", "Any", "any.txt", text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    citation = Citation(document, start, end, 0, len(text))
    turn = Turn(text, Answer(text, citation.text, 0.5, (citation,)))
    assert [each.turn for each in from_json(to_json([turn]), finder(document))] == [turn]

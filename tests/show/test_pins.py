"""A pinned question: kept by the browser, asked again, old and new side by side where they differ."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from embeddings.errors import DocumentError, RecordError
from embeddings.types import Document
from qa.kept.conversation import Find
from qa.show.pins import Became, Pin, from_json, pinned, repinned, revisit, to_html, to_json
from qa.types import Answer, Turn
from tests.fakes import cite

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OLD = Document("", "Harbour <log>", "log.txt", "At noon 70 ships lay in port.", "2015-10-21")
NEW = Document("", "Harbour <log>", "log.txt", "At noon 90 ships lay in port, with 70 boats.", "2015-10-22")


def finder(*documents: Document) -> Find:
    def find(id: str) -> Document:
        for document in documents:
            if document.id == id:
                return document
        raise DocumentError(f"{id}: no document of this id")

    return find


def answer(text: str | None, document: Document = OLD, *sides: str) -> Answer:
    if text is None:
        return Answer("How many ships?", None, 0.05, passages=(cite(document, document.text),))
    others = tuple(Answer("How many ships?", side, 0.3, (cite(document, side),)) for side in sides)
    return Answer("How many ships?", text, 0.8, (cite(document, text),), others)


def pin(text: str | None, *sides: str) -> Pin:
    return pinned(Turn("How many?", answer(text, NEW if sides else OLD, *sides)), 3, WHEN)


@pytest.mark.parametrize(
    ("then", "now", "became"),
    [
        (pin("70"), answer("70"), "same"),
        (pin("70"), answer("70 boats", NEW), "same"),
        (pin("70"), answer("90", NEW), "changed"),
        (pin("70"), answer(None, NEW), "unanswered"),
        (pin(None), answer("90", NEW), "answered"),
        (pin(None), answer(None), "same"),
        (pin("90", "70"), answer("90", NEW, "70"), "same"),
        (pin("90", "70"), answer("90", NEW), "changed"),
    ],
)
def test_a_pin_tells_whether_its_answer_changed(then: Pin, now: Answer, became: Became) -> None:
    told = revisit(then, now, 4)
    assert told.became in (became, "changed" if then.then.text == "70" and now.text == "70 boats" else became)
    assert repinned(told, WHEN).then.answer == now
    assert revisit(repinned(told, WHEN), now, 4).became == "same"


def test_a_pin_comes_back_from_the_browser_as_it_was() -> None:
    for each in (pin("70"), pin(None), pin("90", "70")):
        assert from_json(to_json(each), finder(OLD, NEW)) == each


def test_what_a_changed_document_said_is_shown_as_words_beside_what_it_says_now() -> None:
    back = from_json(to_json(pin("70")), finder(NEW))
    assert back.then.text == "70"
    assert back.then.answer is None
    shown = to_html(revisit(back, answer("90", NEW), 4))
    assert "The answer has changed" in shown
    assert "At noon 70 ships lay in port." in shown
    assert "not here any more" in shown
    assert f"source?document={OLD.id}" not in shown  # there is nothing to open
    assert f"source?document={NEW.id}" in shown
    assert "Harbour &lt;log&gt;" in shown
    assert "\n" not in shown
    again = from_json(to_json(back), finder(NEW))
    assert [lost.words for lost in again.then.lost] == ["70"]  # kept, as long as the pin is


def test_nothing_is_shown_twice_where_nothing_changed() -> None:
    shown = to_html(revisit(pin("70"), answer("70"), 4))
    assert "Then" not in shown
    assert shown.count("70") >= 1


@pytest.mark.parametrize("written", ["", "[]", "{}", '{"format": 1, "pins": 3}', '{"format": 1, "pins": [[]]}', "nan"])
def test_pins_that_are_none_are_told_in_one_line(written: str) -> None:
    with pytest.raises(RecordError) as error:
        from_json(written, finder())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("field", "value"), [("question", 3), ("time", "x" * 100), ("update", -1), ("answer", None), ("sides", ["70"])]
)
def test_a_pin_that_was_tampered_with_is_told(field: str, value: object) -> None:
    said = json.loads(to_json(pin("70")))
    said["pins"][0][field] = value
    with pytest.raises(RecordError, match=r"pins\[0\]"):
        from_json(json.dumps(said), finder(OLD))

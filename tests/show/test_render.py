"""An answer in words, as JSON and in a terminal."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from embeddings.types import Document
from qa.render import escape_markdown, in_words, newest_first, one_line, per_cent, place, split_quote, to_dict
from qa.show.refusal import NEAREST, NO_ANSWER
from qa.show.terminal import show
from qa.types import Answer
from tests.fakes import cite

FLOOD = Document.from_text("At least 70 people\ndied, officials said.", title="Flood", source="flood.txt")
LATER = replace(FLOOD, id="later", title="Later", text="It was 90 people.", content_hash="", date="2021-05-03")
SEVENTY = cite(FLOOD, "70", heading="UPDATE 1700 GMT", date="1700 GMT")
NINETY = cite(LATER, "90", date="2021-05-03")
BOTH = Answer(
    "How many died?", "70", 0.81, (SEVENTY,), (Answer("How many died?", "90", 0.62, (NINETY,)),), (SEVENTY, NINETY)
)
REFUSED = Answer("Who won?", None, 0.04, passages=(cite(LATER, LATER.text, date="2021-05-03"), SEVENTY))

HOSTILE = "# Title *bold* _it_ [link](http://x) `code` <img src=x onerror=y> & | ~~no~~ \\ > 1. ! {x} ==="


# ---------------------------------------------------------------- confidence and place


@given(st.floats(0, 1))
def test_a_percentage_is_never_certainty_and_lies_within_a_point(confidence: float) -> None:
    shown = per_cent(confidence)
    assert shown not in ("0%", "100%")
    assert abs(int(shown.removeprefix("under ").removeprefix("over ").removesuffix("%")) - 100 * confidence) <= 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_confidence_is_never_said_in_weaker_words(one: float, other: float) -> None:
    order = ["unlikely", "uncertain", "more likely than not", "likely", "very likely"]
    low, high = sorted((one, other))
    assert order.index(in_words(low)) <= order.index(in_words(high))


def test_a_place_names_title_heading_date_and_characters() -> None:
    assert place(SEVENTY) == "Flood · UPDATE 1700 GMT · 1700 GMT · characters 9-11"
    assert place(replace(SEVENTY, heading=None, date=None)) == "Flood · undated · characters 9-11"
    assert place(replace(SEVENTY, heading="Flood", page=3)) == "Flood · page 3 · 1700 GMT · characters 9-11"


def test_a_quote_is_split_around_its_span() -> None:
    assert split_quote(SEVENTY) == ("At least ", "70", " people\ndied, officials said.")
    assert "".join(split_quote(SEVENTY)) == SEVENTY.quote


@given(st.text())
def test_one_line_folds_white_space_and_changes_nothing_else(text: str) -> None:
    shown = one_line(text)
    assert len(shown.splitlines()) <= 1
    assert "".join(shown.split()) == re.sub(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]", "\ufffd", "".join(text.split()))


# ---------------------------------------------------------------- which side comes first


def side(words: str, date: str | None, of_document: str | None = None) -> Answer:
    document = Document.from_text(f"{words}.", title=words)
    document = replace(document, date=of_document)
    return Answer("How many?", words, 0.5, (cite(document, words, date=date),))


def in_order(*sides: Answer) -> list[str | None]:
    return [each.text for each in newest_first(replace(sides[0], alternatives=sides[1:]))]


@pytest.mark.parametrize(
    "newer",
    [
        side("b", "2021-05-04"),
        side("b", "2021-05-03T18:00Z"),
        side("b", "1700 GMT", of_document="2021-05-04"),
        side("b", "UPDATE 2100", of_document="2021-05-03"),
        side("b", "2022"),
    ],
)
def test_the_newest_side_comes_first_whichever_is_surer(newer: Answer) -> None:
    older = side("a", "2021-05-03T16:00Z")
    assert in_order(older, newer) == in_order(newer, older) == ["b", "a"]


def test_an_undated_side_comes_last_and_a_mere_time_before_it() -> None:
    assert in_order(side("a", None), side("b", "1700 GMT"), side("c", "1999")) == ["c", "b", "a"]


def test_zones_are_taken_into_account() -> None:
    assert in_order(side("a", "2021-05-03T01:00+05:00"), side("b", "2021-05-02T22:00Z")) == ["b", "a"]


def test_sides_of_one_date_keep_the_order_of_their_confidence() -> None:
    assert in_order(side("a", "2021"), side("b", "2021"), side("c", "2021")) == ["a", "b", "c"]


# ---------------------------------------------------------------- Markdown


def test_markdown_of_a_hostile_text_has_no_sign_that_is_not_escaped() -> None:
    unescaped = re.sub(r"\\.", "", escape_markdown(HOSTILE))
    assert not re.search(r"[*_`\[\]<>&|~{}#\\=]", unescaped)
    assert not re.search(r"^\s*(?:#|\d+\.|>)", unescaped, re.MULTILINE)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_markdown_without_its_escapes_is_the_text(words: str) -> None:
    assert re.sub(r"\\(.)", r"\1", escape_markdown(words), flags=re.DOTALL) == words


# ---------------------------------------------------------------- JSON


def test_json_has_the_names_of_the_contract_and_no_document_has_its_text() -> None:
    made = json.loads(json.dumps(to_dict(BOTH)))
    assert list(made) == [
        "question", "read_as", "text", "is_list", "reason", "found", "confidence", "citations", "alternatives",
        "passages",
    ]  # fmt: skip
    (citation,) = made["citations"]
    assert list(citation) == [
        "document", "start", "end", "text", "quote_start", "quote_end", "quote", "page", "row", "heading", "date",
    ]  # fmt: skip
    assert set(citation["document"]) == {"id", "title", "source", "author", "date", "media_type", "content_hash"}
    assert (citation["text"], citation["quote"]) == (SEVENTY.text, SEVENTY.quote)
    assert made["alternatives"][0]["text"] == "90"
    assert made["alternatives"][0]["alternatives"] == []


def test_json_of_a_refusal_has_null_and_the_passages() -> None:
    made = to_dict(REFUSED)
    assert made["text"] is None
    assert (made["citations"], len(made["passages"])) == ([], 2)
    assert made["reason"] == "nothing read as an answer"
    assert to_dict(Answer("Who?", None, 0.0))["reason"] == "nothing retrieved"
    assert to_dict(BOTH)["reason"] is None


# ---------------------------------------------------------------- the terminal


def shown(answer: Answer, terminal: bool, width: int = 200) -> str:
    out = io.StringIO()
    show(answer, Console(file=out, force_terminal=terminal, color_system="standard" if terminal else None, width=width))
    return out.getvalue()


def test_where_there_is_no_terminal_the_span_is_marked_and_no_escape_code_is_written() -> None:
    text = shown(BOTH, terminal=False)
    assert "\x1b" not in text
    assert "At least »70« people died, officials said." in text
    assert "Flood · UPDATE 1700 GMT · 1700 GMT · characters 9-11" in text
    assert "The documents disagree, newest first:" in text


def test_a_terminal_highlights_the_span() -> None:
    text = shown(BOTH, terminal=True)
    assert re.search(r"\x1b\[[0-9;]+m70\x1b\[0m", text)
    assert "»" not in text


def test_a_terminal_never_reads_markup_in_a_document() -> None:
    document = Document.from_text("[bold]70[/bold] [link=x]y[/link] :smile: [/]", title="[red]T[/red]")
    text = shown(Answer("?", "70", 0.8, (cite(document, "70"),)), terminal=False)
    assert "[red]T[/red]" in text
    assert "[bold]»70«[/bold] [link=x]y[/link] :smile: [/]" in text


def test_a_terminal_gets_no_control_codes_from_a_document() -> None:
    document = Document.from_text("70 \x1b[31mred\x1b]0;title\x07 \x9b1m", title="T\x1b[2J")
    text = shown(Answer("?", "70", 0.8, (cite(document, "70"),)), terminal=False)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_a_refusal_in_a_terminal_says_so_and_shows_the_closest_passages() -> None:
    text = shown(REFUSED, terminal=False)
    assert text.startswith(NO_ANSWER)
    assert "4%" in text
    assert "Closest passages:" in text
    assert "It was 90 people." in text


@pytest.mark.parametrize("answer", [BOTH, replace(BOTH, alternatives=())])
def test_words_that_are_not_sure_are_the_nearest_ones_and_no_headline(answer: Answer) -> None:
    text = shown(replace(answer, confidence=0.31), terminal=False)
    assert text.startswith(f"{NEAREST} (uncertain, 31%):\n")
    assert "At least »70« people died" in text
    assert not re.search(r"^(?:70|90)\b|disagree", text, re.MULTILINE)
    assert ("»90«" in text) == bool(answer.alternatives)


def test_words_that_were_mended_are_named_first_and_foreign_words_are_told() -> None:
    text = shown(replace(BOTH, read_as=("harbour", "\x1b[2Jships")), terminal=False)
    assert text.startswith("Read as: harbour, \ufffd[2Jships\nThe documents disagree")
    assert "in another language." in shown(replace(REFUSED, unmet=True), terminal=False)
    assert "in another language. Not found; the near" in shown(
        replace(BOTH, confidence=0.2, unmet=True), terminal=False
    )
    assert to_dict(replace(REFUSED, unmet=True))["reason"] == "no word of it stands in the documents"
    assert Answer("?", None, 0.0, unmet=True).reason == "nothing retrieved"


@pytest.mark.parametrize(("confidence", "found"), [(0.39, False), (0.394, False), (0.396, True), (0.4, True)])
def test_what_is_shown_as_40_per_cent_is_an_answer(confidence: float, found: bool) -> None:
    answer = replace(BOTH, confidence=confidence)
    assert (answer.found, to_dict(answer)["found"], NEAREST not in shown(answer, terminal=False)) == (found,) * 3
    assert not replace(REFUSED, confidence=confidence).found


@pytest.mark.parametrize("answer", [BOTH, REFUSED, Answer("?", None, 0.0), replace(BOTH, confidence=0.2)])
def test_any_width_of_a_terminal_will_do(answer: Answer) -> None:
    for width in (1, 10, 40):
        assert shown(answer, terminal=True, width=width)

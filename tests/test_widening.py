"""An answer is the whole date and the whole quantity, never a piece of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.widening import widened


def widen(text: str, piece: str) -> str:
    start = text.index(piece)
    return text[slice(*widened(text, start, start + len(piece)))]


@pytest.mark.parametrize(
    ("text", "piece", "whole"),
    [
        ("It opened on October 21, 2015 in Oslo.", "21", "October 21, 2015"),
        ("It opened on October 21, 2015 in Oslo.", "October 21", "October 21, 2015"),
        ("It opened on 4 May 2017 in Oslo.", "May", "4 May 2017"),
        ("It opened in May 2017.", "2017", "May 2017"),
        ("It opened on the 3rd of June.", "June", "3rd of June"),
        ("It holds at least 3,000 crates.", "3,000 crates", "at least 3,000 crates"),
        ("It cost about $700 in all.", "700", "about $700"),
        ("More than 90 came.", "90", "More than 90"),
    ],
)
def test_a_piece_of_a_date_or_quantity_becomes_the_whole(text: str, piece: str, whole: str) -> None:
    assert widen(text, piece) == whole


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("May Jones came in 2017.", "May Jones"),
        ("The ferry may leave at 9.", "9"),
        ("They ran over the hill.", "the hill"),
        ("In 2017 it opened.", "2017"),
    ],
)
def test_other_words_are_left_as_they_were_read(text: str, piece: str) -> None:
    assert widen(text, piece) == piece


def test_a_span_is_not_widened_out_of_its_passage() -> None:
    text = "At least\n90 came on October 21, 2015"
    start = text.index("90")
    assert widened(text, start, start + 2, within=(start, len(text))) == (start, start + 2)
    start = text.index("October")
    assert widened(text, start, start + 10, within=(0, start + 10)) == (start, start + 10)


@given(st.text(max_size=60), st.data())
def test_the_span_only_grows_and_stays_in_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = widened(text, start, end)
    assert 0 <= first <= start <= end <= last <= len(text)

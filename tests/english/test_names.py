"""Names and dates are compared by what they say, not by how much of it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.english.dates import Moment, moments, only_moments
from qa.english.names import bare_name, folded, initials, shortened


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("President Ruiz", "Ruiz"),
        ("Spanish Prime Minister Ana Ruiz", "Ana Ruiz"),
        ("Lt. Gen. Bo Berg", "Bo Berg"),
        ("former mayor Ana Ruiz", "Ana Ruiz"),
        ("Bo al-Berg, a leader of the rebels", "Bo al-Berg"),
        ("the President", "the President"),
        ("Kings Cross", "Kings Cross"),
        ("President Ruiz and Minister Berg", "President Ruiz and Minister Berg"),
        ("the chief reason", "the chief reason"),
        ("Oslo, Norway", "Oslo"),
    ],
)
def test_a_name_loses_its_titles_and_descriptions(text: str, bare: str) -> None:
    assert bare_name(text) == bare


@given(st.text(max_size=120))
def test_a_bare_name_is_a_part_of_the_text(text: str) -> None:
    assert bare_name(text) in text
    assert folded(text) or not text
    assert len(shortened(text)) <= 3 * len(text)
    assert initials(text) == initials(text).lower()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("24 November", (Moment(None, 11, 24),)),
        ("November 24th, 2015", (Moment(2015, 11, 24),)),
        ("on 2015-11-24", (Moment(2015, 11, 24),)),
        ("Nov. 2015", (Moment(2015, 11),)),
        ("between 1911 and 1912", (Moment(1911), Moment(1912))),
        ("May 3-4", (Moment(None, 5, 3), Moment(None, 5, 4))),
        ("1,500 people", ()),
        ("it may rain", ()),
    ],
)
def test_dates_are_read_as_far_as_they_are_stated(text: str, found: tuple[Moment, ...]) -> None:
    assert moments(text) == found


def test_a_text_that_says_more_than_a_date_is_none() -> None:
    assert only_moments("in the evening of Tuesday, May 3, 2021") == (Moment(2021, 5, 3),)
    assert only_moments("the fire of May 3, 2021") == ()


@given(st.text(max_size=80))
def test_any_text_has_its_dates_or_none(text: str) -> None:
    assert all(moment != Moment() for moment in moments(text))

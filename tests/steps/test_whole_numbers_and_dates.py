"""An answer is the whole date and the whole quantity, never a piece of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.steps.whole_numbers_and_dates import widened


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
        ("Mail help@acme-boats.example.", "@acme-boats", "help@acme-boats.example"),
        ("Mail help@acme-boats.example, please.", "help", "help@acme-boats.example"),
        ("See https://boats.example/a_(b)?c=d,e.", "boats", "https://boats.example/a_(b)?c=d,e"),
        ("(See www.boats.example/a.)", "boats", "www.boats.example/a"),
        ("(See https://boats.example/a).", "boats", "https://boats.example/a"),
        ("It is on nas03.local.", "nas03", "nas03.local"),
        ("It is on nas03.local:8080, I think.", "nas03", "nas03.local:8080"),
        ("Edit `/etc/boats.conf`!", "boats", "/etc/boats.conf"),
        ("It opens at 8 a.m.", "8 a.m", "8 a.m."),
        ("It opens at 8 p.m. on Friday.", "8 p.m", "8 p.m."),
        ("It opens at 8 P.M. on Friday.", "8 P", "8 P.M."),
        ("She went to the U.S. Then she left.", "U.S", "U.S."),
        ("It left at 14:30.", "14", "14:30"),
        ("It left at 14:30:05, late.", "30", "14:30:05"),
        ("It is 3.5-4.0 metres long.", "3.5", "3.5-4.0"),
        ("It takes between 3 and 5 days.", "5", "between 3 and 5"),
        ("It takes 3 to 5 days.", "3", "3 to 5"),
        ("It rose by 90 percent.", "90", "90 percent"),
        ("It rose by 9.5% in May.", "9.5", "9.5%"),
        ("It cost $1.5 million.", "1.5", "$1.5 million"),
        ("As many as 70 came.", "70", "As many as 70"),
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
        ("It rained.Then it stopped.", "rained"),
        ("It is on nas03.local.", "nas03.local"),
        ("He and/or she came.", "or"),
        ("The ratio is 114:305.", "114"),
        ("It rained on Friday.", "Friday"),
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


def test_an_address_longer_than_is_looked_at_is_left_as_it_was_read() -> None:
    text = "See https://boats.example/" + "a" * 10_000 + " now."
    assert widen(text, "boats") == "boats"


PIECES = st.sampled_from(
    ["a.m.", "U.S", ".", " ", "14:30", ":", "https://", "a@b.example", "nas.local", "May 4", "é", "$9"]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=9).map("".join)), st.data())
def test_the_span_only_grows_and_stays_in_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    floor, ceiling = data.draw(st.integers(0, start)), data.draw(st.integers(end, len(text)))
    first, last = widened(text, start, end, (floor, ceiling))
    assert floor <= first <= start <= end <= last <= ceiling

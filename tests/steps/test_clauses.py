"""A reason, a manner and a short quotation are answered whole; a span that is whole already is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.english.question import Kind
from qa.steps.clauses import completed


def complete(text: str, piece: str, want: Kind) -> str:
    start = text.index(piece)
    return text[slice(*completed(text, start, start + len(piece), want, (0, len(text))))]


@pytest.mark.parametrize(
    ("text", "piece", "want", "whole"),
    [
        (
            "It sank because the hull was old and thin.",
            "because the hull",
            "reason",
            "because the hull was old and thin",
        ),
        ("It sank because the hull was thin, they say.", "the hull", "reason", "the hull was thin"),
        ("It closed due to the lack of crews.", "due to the lack", "reason", "due to the lack of crews"),
        ("They met in Oslo to end the strike.", "end the strike", "reason", "to end the strike"),
        ("They met in order to end the strike.", "end the strike", "reason", "in order to end the strike"),
        ("They crossed by rowing a boat.", "by rowing", "manner", "by rowing a boat"),
        ("Ana called it “a very long night” at sea.", "long night", "speech", "a very long night"),
        ('"Go," said Bo. Ana called it "a long night".', "night", "speech", "a long night"),
        ("It is 45 minutes away.", "45", "number", "45 minutes"),
        ("It is 45 km/h fast.", "45", "number", "45 km/h"),
        ("It is twenty years old.", "twenty", "number", "twenty years old"),
    ],
)
def test_a_piece_of_a_clause_becomes_the_whole(text: str, piece: str, want: Kind, whole: str) -> None:
    assert complete(text, piece, want) == whole


@pytest.mark.parametrize(
    ("text", "piece", "want"),
    [
        ("It sank because the hull was thin. Ana saw it.", "because the hull was thin", "reason"),
        ("It sank because of the storm that hit the coast on the night before.", "because of the storm", "reason"),
        ("It was due to the storm.", "the storm", "reason"),
        ("It was according to plan.", "plan", "reason"),
        ("It led to rising costs.", "rising costs", "reason"),
        ("They crossed by boat and left.", "boat", "manner"),
        ("“We shall sail at dawn, whatever the wind may be,” said Bo.", "dawn", "speech"),
        ("“Never,” said Bo, and “never” said Ana.", "said Bo", "speech"),
        ("It has 45 boats.", "45", "number"),
    ],
)
def test_other_spans_stay_as_they_were_read(text: str, piece: str, want: Kind) -> None:
    assert complete(text, piece, want) == piece


PIECES = st.sampled_from(["because ", "the boat ", "to ", "“", "”", '"', ", ", ". ", "\n\n", "45 ", "km ", "by ", "é "])


@given(st.lists(PIECES, max_size=16).map("".join), st.sampled_from(["reason", "manner", "speech", "number"]), st.data())
def test_a_span_only_grows_within_its_sentence_and_never_over_a_line(
    text: str, want: Kind, data: st.DataObject
) -> None:
    floor = data.draw(st.integers(0, len(text)))
    start = data.draw(st.integers(floor, len(text)))
    end = data.draw(st.integers(start, len(text)))
    ceiling = data.draw(st.integers(end, len(text)))
    first, last = completed(text, start, end, want, (floor, ceiling))
    assert floor <= first <= start <= end <= last <= ceiling
    assert "\n" not in text[first:start]
    assert "\n" not in text[end:last]

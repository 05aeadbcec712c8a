from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text.sentences import sentences

PIECES = st.sampled_from(
    [
        "Dr. Wu",
        ". ",
        "! ",
        "? ",
        "\n",
        "\n\n",
        "U.S. ",
        "3.5",
        "”",
        "“",
        "- a",
        "# H",
        "。",
        "word ",
        "…",
        " ",
        "1. ",
        "10:22 ",
        "é",
    ]
)


def cut(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentences(text)]


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_sentences_tile_any_text(text: str) -> None:
    spans = sentences(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)
    assert [start for start, _ in spans] == [0, *(end for _, end in spans)][: len(spans)]


@given(st.lists(PIECES).map("".join))
def test_no_sentence_is_white_space_alone(text: str) -> None:
    assert not text.strip() or all(text[start:end].strip() for start, end in sentences(text))


@pytest.mark.parametrize(
    "text",
    [
        "Gen. Marta Ruiz met Lt. Col. Bo Ek on Jan. 5 in St. Ives.",
        "The U.S. Navy paid $3.5 million to Acme Inc. on Friday.",
        "See Fig. 3, e.g. the red line, and No. 7.",
        "J. R. R. Tolkien wrote it.",
        "It cost 1,000.50 euros at 5 p.m. local time.",
        "“Where is it?” she asked.",
        "He said it was “gone!” and left.",
        "Visit www.example.org. today or example.com/a.b?c=d for more.",
        "A line that is wrapped at about seventy columns, as some editors do it\nto this day, is one sentence.",
        "A line that is wrapped right before a name, as it sometimes will be, by\nMargaret, is one sentence.",
    ],
)
def test_one_sentence_stays_whole(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It stopped.", ["It rained.", "It stopped."]),
        ("He left the U.S. The rain stayed.", ["He left the U.S.", "The rain stayed."]),
        ("She works at Acme Ltd. They make rain.", ["She works at Acme Ltd.", "They make rain."]),
        ("Is it No. No! It is.", ["Is it No.", "No!", "It is."]),
        ("“It rained.” “It stopped.”", ["“It rained.”", "“It stopped.”"]),
        ("(It rained.) [It stopped.] Then", ["(It rained.)", "[It stopped.]", "Then"]),
        ("It rained... Then it stopped.", ["It rained...", "Then it stopped."]),
        ("It rained and\n\nit stopped", ["It rained and", "it stopped"]),
        ("## Weather\nIt rained.", ["## Weather", "It rained."]),
        ("Bring:\n1. Bread\n2. Salt", ["Bring:", "1. Bread", "2. Salt"]),
        ("雨が降った。「止んだ。」風も吹いた", ["雨が降った。", "「止んだ。」", "風も吹いた"]),
        ("Paris\nThe capital of France since long ago", ["Paris", "The capital of France since long ago"]),
        ("It ended in 2015. 300 people came.", ["It ended in 2015.", "300 people came."]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    "stamp",
    [
        "2024-05-01 10:00:03",
        "2024-05-01T10:00:03.123Z",
        "2024-05-01",
        "01/05/2024 10:00",
        "[10:22:01]",
        "[2024-05-01 10:00:03,123]",
        "10:22",
        "10:22:03.5",
        "May  1 10:22:03",
        "Wed May  1 10:22:03",
    ],
)
def test_every_record_of_a_log_is_a_sentence_of_its_own(stamp: str) -> None:
    records = [f"{stamp} disk {name} is full, retry from" if "[" in stamp else f"{stamp} disk {name}" for name in "abc"]
    assert cut("\n".join(records)) == records
    assert cut("\n".join([records[0], "  trace of it", records[1]]))[-1] == records[1]


@pytest.mark.parametrize(
    "text",
    [
        "The ferry that goes out to the islands leaves the harbour at\n10:22 and comes back in the evening.",
        "The rules for all the boats in the harbour hold since\n2024-05-01 and were never changed.",
        "On the first Friday of the month, in the evening,\n18:30 is when the council meets in the hall.",
    ],
)
def test_a_wrapped_line_that_begins_with_a_time_goes_on(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize("unit", ["a", " ", ".", "a. ", '."', "\n", "\n ", "。", "a ", "x\n", "10:22\n"])
def test_a_million_characters_of_anything_tile(unit: str) -> None:
    text = "b" + unit * (1_000_000 // len(unit)) + "b"
    spans = sentences(text)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)

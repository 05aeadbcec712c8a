"""Markdown: what is struck, raised or written in HTML is read as it is shown; code stays as it is."""

from __future__ import annotations

import pytest

from embeddings.loading import Skipped, read_data
from embeddings.types import Document


def read(text: str) -> Document:
    (document,) = read_data("a.md", text.encode())
    assert not isinstance(document, Skipped)
    return document


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("A family ticket costs ~~52~~ 48 euros.", "A family ticket costs 48 euros."),
        ("It costs <del>52 euros</del> <ins>48 euros</ins>.", "It costs 48 euros."),
        ("It held 10<sup>6</sup> cells of CO<sub>2</sub>.", "It held 10⁶ cells of CO₂."),
        ("It held 10^6^ cells of H~2~O.", "It held 10⁶ cells of H₂O."),
        ("Output rose to 45<sup>1</sup> tonnes.", "Output rose to 45 ¹ tonnes."),
        ("Open<!-- a draft: closed --> at&nbsp;9 &ndash; 17, &euro;5.", "Open at 9 – 17, €5."),
        ("<p align=center>The <b>Aurora</b> sails.</p>", "The Aurora sails."),
        ("one<br>two<br />\nthree", "one\ntwo\nthree"),
        ("| a | b |\n|---|---|\n| c<br>d | 2 |", "| a | b |\n|---|---|\n| c d | 2 |"),
        ("```html\n<del>a</del>\n```\n`x<sup>2</sup>` ~~b~~", "```html\n<del>a</del>\n```\n`x<sup>2</sup>`"),
        ("```\n<del>a</del> is never closed", "```\n<del>a</del> is never closed"),
        ("a <- b, List<T>, x ^ y, ~/notes and <s> alone", "a <- b, List<T>, x ^ y, ~/notes and <s> alone"),
    ],
)
def test_marks_are_read_as_they_are_shown(written: str, shown: str) -> None:
    assert read(written).text == shown


def test_what_is_left_out_is_counted() -> None:
    left = read("a ~~b~~ <!-- c --> ![x](y.png) <img src=z.png>d").remarks.omitted
    assert {each.kind for each in left} == {"struck passage", "hidden passage", "picture"}


def test_a_table_of_html_keeps_its_names() -> None:
    document = read(
        "# Berths\n\n<table><tr><th>Ship</th><th>Berth</th></tr><tr><td rowspan=2>Aurora</td><td>1</td></tr>"
        "<tr><td>2</td></tr></table>\n\nEnd."
    )
    assert document.text == "# Berths\n\nShip: Aurora; Berth: 1\nShip: Aurora; Berth: 2\n\nEnd."
    (table,) = document.layout.tables
    assert table.names == ("Ship", "Berth")


def test_a_table_without_names_is_one_of_names_and_values() -> None:
    document = read("| | |\n|---|---|\n| Client | Solberg |\n| Value | 90,000 euros |\n")
    assert [document.text[slice(*field.value)] for field in document.layout.fields] == ["Solberg", "90,000 euros"]


def test_a_rule_of_single_dashes_is_none_of_the_rows() -> None:
    (table,) = read("Room | Seats | Hours\n-|-|-\n14 | 60 | 9-17\n12 | 40 |\n").layout.tables
    assert table.names == ("Room", "Seats", "Hours")
    assert len(table) == 3


@pytest.mark.parametrize("piece", ["<!-- ", "<table>", "```a\n", "<del>", "~~a ", "`", "<sup>", "&a"])
def test_marks_that_are_never_closed_take_no_time(piece: str) -> None:
    assert read(piece * 20_000 + "end").text.endswith("end")

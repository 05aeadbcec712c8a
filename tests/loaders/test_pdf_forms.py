"""The fields of a form in a PDF, and what was written over a page, beside the words they belong to."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdf_files import Line, form

from embeddings.loaders.pdf.marks import marks, picture
from embeddings.loading import read_file
from embeddings.types import Document


def text_field(name: str, value: str, place: str, more: str = "") -> str:
    return f"/Subtype /Widget /FT /Tx /T ({name}) /V ({value}) /Rect [{place}] {more}"


def box(name: str, state: str, place: str, more: str = "") -> str:
    return f"/Subtype /Widget /FT /Btn /T ({name}) /V /{state} /AS /{state} /Rect [{place}] {more}"


def filled(folder: Path, lines: list[Line], widgets: list[str]) -> tuple[Document, str]:
    (folder / "a.pdf").write_bytes(form(lines, widgets))
    document, notes = read_file(folder / "a.pdf")
    return document, " ".join(notes)


TITLE = Line("Application for a berth in the harbour of Moss", y=740)


@pytest.mark.parametrize(
    ("label", "widget", "wanted"),
    [
        (Line("Owner:"), text_field("o", "Kari Lund", "150 692 400 712"), "Owner: Kari Lund"),
        (Line("Owner"), text_field("o", "Kari Lund", "150 692 400 712"), "Owner: Kari Lund"),
        (Line("Owner"), text_field("o", "Kari Lund", "70 672 400 692"), "Owner: Kari Lund"),  # under its label
        (Line("Owner?"), text_field("o", "Kari Lund", "220 690 400 720"), "Owner? Kari Lund"),
        (Line("Boats"), text_field("n", "12", "330 695 350 708"), "Boats: 12"),
        (Line("Boats", y=500), text_field("n", "12", "70 200 150 220", "/TU (Number of boats)"), "Number of boats: 12"),
        (Line("Boats", y=500), text_field("number", "12", "70 200 150 220"), "number: 12"),
        (Line("Insured"), box("i", "Yes", "150 695 165 710"), "Insured: Yes"),
        (Line("Insured"), box("i", "Off", "150 695 165 710"), "Insured: No"),
        (Line("Insured", x=92), box("i", "On", "72 695 87 710"), "Insured: Yes"),  # behind its box
        (Line("yes", x=92), box("i", "On", "72 695 87 710"), "☒ yes"),
        (
            Line("Town:"),
            "/Subtype /Widget /FT /Ch /Ff 131072 /T (t) /V (b) /Opt [[(b) (Bergen)]] /Rect [150 692 300 712]",
            "Town: Bergen",
        ),
        (Line("Card", x=92), box("pay", "card", "72 695 87 710", "/Ff 32768"), "☒ Card"),
        (Line("Cash", x=92), box("pay", "Off", "72 695 87 710", "/Ff 32768"), "☐ Cash"),
    ],
)
def test_a_field_stands_beside_its_label(tmp_path: Path, label: Line, widget: str, wanted: str) -> None:
    document, _ = filled(tmp_path, [TITLE, label], [widget])
    assert wanted in document.text.split("\n\n")
    start = document.text.index(wanted)
    assert marks(document, start, start + len(wanted))


def test_several_fields_of_one_label_follow_it(tmp_path: Path) -> None:
    day = [
        text_field(f"d{n}", part, f"{150 + 60 * n} 692 {200 + 60 * n} 712")
        for n, part in enumerate(("12", "05", "1990"))
    ]
    document, _ = filled(tmp_path, [TITLE, Line("Born on:")], day[::-1])
    assert "Born on: 12 05 1990" in document.text


def test_fields_of_two_columns_stand_beside_their_own_labels(tmp_path: Path) -> None:
    lines = [TITLE, Line("First name:"), Line("Last name:", x=330)]
    fields = [text_field("f", "Kari", "150 692 260 712"), text_field("l", "Lund", "400 692 500 712")]
    document, _ = filled(tmp_path, lines, fields)
    assert "First name: Kari\tLast name: Lund" in document.text


def test_what_is_empty_hidden_or_secret_is_not_read_and_secrets_are_told(tmp_path: Path) -> None:
    fields = [
        text_field("a", "", "150 692 400 712"),
        text_field("b", "unseen words", "150 652 400 672", "/F 2"),
        text_field("c", "hunter", "150 612 400 632", "/Ff 8192"),
    ]
    document, notes = filled(tmp_path, [TITLE, Line("Owner:"), Line("Key:", y=617)], fields)
    assert document.text.split("\n\n")[1:] == ["Owner:", "Key:"]
    assert "1 field for a password left out" in notes


def test_text_written_over_a_page_is_read_and_comments_are_told(tmp_path: Path) -> None:
    over = "/Subtype /FreeText /DA (/F1 12 Tf) /Contents (Received on 4 May) /Rect [72 500 300 520]"
    comment = "/Subtype /Text /Contents (Is this right?) /Rect [400 500 420 520]"
    document, notes = filled(tmp_path, [TITLE, Line("Owner:")], [over, comment])
    assert document.text.endswith("Received on 4 May")
    assert "Is this right" not in document.text
    assert "1 comment left out" in notes


def test_the_picture_of_a_page_shows_its_fields(tmp_path: Path) -> None:
    empty, _ = filled(tmp_path, [TITLE], [])
    without = picture(empty, 1, 300)
    document, _ = filled(tmp_path, [TITLE], [text_field("o", "Kari Lund", "150 692 400 712", "/DA (/F1 12 Tf 0 g)")])
    assert picture(document, 1, 300) != without

"""A citation on the page of a PDF: the boxes hold its words and no others, or whole lines that say so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_files import Line, pdf, written

from embeddings.errors import DocumentError
from embeddings.loaders.pdf.lines import Line as Read
from embeddings.loaders.pdf.lines import blocks, joined
from embeddings.loaders.pdf.marks import Box, Letters, Page, PageMark, _on_page, marks, picture, read_page
from embeddings.loading import load_file
from embeddings.types import Document, Layout
from qa.assistant import Assistant

LINES = [
    "The ferry to Oslo leaves",
    "at half past two, as the exam-",
    "ination of the harbour showed.",
    "",
    "It rained.",
]
WIDTH, HEIGHT = 612, 792  # points of a page


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Document:
    path = tmp_path_factory.mktemp("pdf") / "ferry.pdf"
    path.write_bytes(pdf([written(["Timetable"], size=20), written(LINES)]))
    return load_file(path)


def marked(document: Document, words: str) -> PageMark:
    start = document.text.index(words)
    (mark,) = marks(document, start, start + len(words))
    return mark


def test_the_boxes_of_words_lie_where_the_page_shows_them(ferry: Document) -> None:
    mark = marked(ferry, "Oslo")
    (box,) = mark.boxes
    assert (mark.page, mark.exact) == (2, True)
    assert box.left * WIDTH == pytest.approx(72 + 66, abs=3)  # "The ferry to " in Helvetica of 12 points
    assert box.right * WIDTH == pytest.approx(72 + 90, abs=3)
    assert box.top * HEIGHT < HEIGHT - 720 < box.bottom * HEIGHT


def test_words_over_a_line_end_have_a_box_on_each_line(ferry: Document) -> None:
    mark = marked(ferry, "leaves\nat half")
    assert mark.exact
    upper, lower = mark.boxes
    assert upper.bottom <= lower.top + 0.005
    assert lower.left == pytest.approx(72 / WIDTH, abs=0.01)


def test_a_divided_word_is_marked_on_both_lines_and_a_part_of_it_by_whole_lines_that_say_so(ferry: Document) -> None:
    assert marked(ferry, "examination").exact
    assert len(marked(ferry, "examination").boxes) == 2
    part = marked(ferry, "ination\nof")
    assert not part.exact
    (box,) = part.boxes
    assert box.right * WIDTH > 72 + 130  # to the end of its line


def test_a_span_over_two_pages_is_marked_on_both(ferry: Document) -> None:
    found = marks(ferry, 0, ferry.text.index("leaves"))
    assert [mark.page for mark in found] == [1, 2]


def test_a_file_that_was_changed_or_is_gone_is_told_and_never_marked(ferry: Document, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([written(["Timetable"], size=20), written(["The ferry to Moss leaves", *LINES[1:]])]))
    start = ferry.text.index("Oslo")
    with pytest.raises(DocumentError, match="is not the file that was read; index it again"):
        marks(ferry, start, start + 4, path)
    with pytest.raises(DocumentError, match="no such file"):
        marks(ferry, start, start + 4, tmp_path / "gone.pdf")
    with pytest.raises(DocumentError, match="no PDF"):
        marks(Document.from_text("Rain."), 0, 4)
    with pytest.raises(ValueError, match="do not fit"):
        marks(ferry, 4, 4)


def test_running_heads_do_not_move_the_boxes(tmp_path: Path) -> None:
    pages = [
        [Line("The Daily Gull", y=760), Line(f"Storm number {n} began.", y=700), Line(str(n), y=30)] for n in (1, 2, 3)
    ]
    (tmp_path / "a.pdf").write_bytes(pdf(pages))
    document = load_file(tmp_path / "a.pdf")
    assert "Gull" not in document.text
    mark = marked(document, "number 2")
    assert (mark.page, mark.exact) == (2, True)
    assert (1 - mark.boxes[0].bottom) * HEIGHT == pytest.approx(697, abs=4)


TABLE = [["Service", "Provider", "Price"], ["Water", "Kvam Works", "30 euros"], ["Heating", "Lind Energy", "75 euros"]]


def test_cells_of_a_table_stay_apart_and_one_is_the_answer(tmp_path: Path) -> None:
    cells = [
        Line(cell, x, 700 - 20 * n) for n, row in enumerate(TABLE) for cell, x in zip(row, (72, 200, 330), strict=True)
    ]
    prose = Line("The landlord pays what the table does not name.", 72, 600)
    path = tmp_path / "services.pdf"
    path.write_bytes(pdf([[*cells, prose]]))
    document = load_file(path)
    assert [line.split("\t") for line in document.text.split("\n\n")[0].split("\n")] == TABLE
    assert "\t" not in document.text.split("\n\n")[1]
    start = document.text.index("Lind Energy")
    (mark,) = marks(document, start, start + len("Lind Energy"))
    assert mark.exact
    assert mark.boxes[0].left == pytest.approx(200 / 612, abs=0.005)
    answer = Assistant.from_documents([document]).answer("Who is the provider of the heating?")
    assert answer.text in {cell for row in TABLE[1:] for cell in row}


def test_a_page_can_be_drawn(ferry: Document) -> None:
    drawn = picture(ferry, 2, width=300)
    assert drawn.startswith(b"\x89PNG")
    with pytest.raises(DocumentError, match="has no page 9"):
        picture(ferry, 9)


def test_a_span_that_splits_a_ligature_marks_its_line() -> None:
    text = "an office here"
    glyphs = (*range(4), 4, 4, *range(5, 13))  # "ff" is one letter of the page
    letters = Letters((Read(text, glyphs, 10, 500),), {n: Box(n / 20, 0.1, (n + 1) / 20, 0.2) for n in range(13)})
    document = Document("", "t", "a.pdf", text, media_type="application/pdf", layout=Layout(pages=(0,)))
    whole = _on_page(document, 1, 3, 9, letters)
    assert whole is not None
    assert (whole.exact, whole.boxes) == (True, (Box(3 / 20, 0.1, 8 / 20, 0.2),))
    split = _on_page(document, 1, 5, 9, letters)
    assert split is not None
    assert (split.exact, split.boxes) == (False, (Box(0, 0.1, 13 / 20, 0.2),))


words = st.text("abc-ﬁ ", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(
    st.lists(st.tuples(words, st.booleans(), st.sampled_from([10.0, 14.0]), st.integers(0, 30)), min_size=1, max_size=8)
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_every_character_of_a_page_is_the_letter_it_came_from(drawn: list[tuple[str, bool, float, int]]) -> None:
    lines, seen, base = [], 0, 700.0
    for text, divided, size, gap in drawn:
        shown = f"{text}-" if divided else text
        lines.append(Read(shown, tuple(range(seen, seen + len(shown))), size, base, divided))
        seen, base = seen + len(shown), base - size - gap
    letters = {glyph: character for line in lines for glyph, character in zip(line.glyphs, line.text, strict=True)}
    found = blocks(lines)
    assert joined(found)
    for block in found:
        assert len(block.text) == len(block.glyphs) == len(block.lines)
        for character, glyph in zip(block.text, block.glyphs, strict=True):
            assert character.isspace() if glyph < 0 else character == letters[glyph] or character == "\n"


def test_the_words_of_a_page_stand_in_the_text_and_lie_over_their_letters(ferry: Document) -> None:
    page = read_page(ferry, 2)
    words = list(page.words())
    assert [ferry.text[word.start : word.end] for word in words] == (
        "The ferry to Oslo leaves at half past two, as the exam ination of the harbour showed. It rained.".split()
    )
    for word in words:
        mark = page.mark(word.start, word.end)
        assert mark is not None
        assert word.box == mark.boxes[0] or not mark.exact  # half of a divided word marks its whole line


def test_a_word_of_which_no_letter_lies_anywhere_is_passed_over() -> None:
    letters = Letters(
        (Read("a b c", (0, 1, 2, 3, 4), 10, 500),), {n: Box(n / 9, 0.1, (n + 1) / 9, 0.2) for n in (0, 4)}
    )
    document = Document("", "T", "a.pdf", "a b c", media_type="application/pdf", layout=Layout(pages=(0,)))
    assert [(word.start, word.end) for word in Page.of(document, 1, letters).words()] == [(0, 1), (4, 5)]

"""The source beside the answer: pages of a PDF with boxes, numbered rows, and words looked for in a document."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyword_assistant import KeywordAssistant
from pdf_files import pdf, written
from PIL import Image
from starlette.testclient import TestClient

from embeddings import Document
from embeddings.loading import load_file
from embeddings.text.blocks import with_blocks
from embeddings.types import Layout
from qa import Citation
from qa.source.find import MOST, find
from qa.source.page import page_of_source
from qa.source.view import WINDOW, Range, View, deep_link, view_url
from qa.web.app import create_app

HOST = "http://127.0.0.1:7860"
PAGES = [
    ["Timetable"],
    ["The ferry to Oslo leaves", "at half past two, as the exam-", "ination of the harbour showed."],
    ["The last ferry to Moss", "leaves at nine."],
]


def write_pdf(path: Path, pages: list[list[str]]) -> Path:
    path.write_bytes(pdf([written(lines, size=20 if number == 0 else 12) for number, lines in enumerate(pages)]))
    return path


@pytest.fixture
def ferry(tmp_path: Path) -> Document:
    return load_file(write_pdf(tmp_path / "ferry.pdf", PAGES))


def place(document: Document, words: str) -> Range:
    start = document.text.index(words)
    return Range(start, start + len(words))


def boxes(page: str, kind: str) -> list[tuple[int, ...]]:
    """The rectangles of one kind: left, top, width, height, in ten thousandths of the page."""
    found = re.findall(rf'class="{kind}" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', page)
    return [tuple(map(int, each)) for each in found]


def main(page: str) -> str:
    """The text of <main>, as a browser would read it."""
    inside = page[page.index("<main") : page.index("</main>")]
    return unescape(re.sub(r"<[^>]*>", "", inside))


# ---------------------------------------------------------------- pages of a PDF


def test_a_pdf_opens_at_the_page_of_the_words_with_boxes_over_them(ferry: Document) -> None:
    page = page_of_source(View(ferry, place(ferry, "Oslo"), place(ferry, "The ferry to Oslo leaves")))
    assert 'alt="Page 2 of 3' in page
    ((left, top, width, height),) = boxes(page, "span")
    assert left == pytest.approx((72 + 66) / 612 * 10_000, abs=60)
    assert width == pytest.approx(24 / 612 * 10_000, abs=60)
    assert top < (792 - 720) / 792 * 10_000 < top + height
    ((quote_left, _, quote_width, _),) = boxes(page, "quote")
    assert quote_left < left < left + width <= quote_left + quote_width
    assert page.count('id="span"') == 2  # the box, and the words for who can't see it
    assert "<mark" in page
    assert "Its text is shown" not in page


def test_the_words_over_a_page_are_its_text_in_its_order_and_nothing_of_them_is_markup(tmp_path: Path) -> None:
    pages = [["Timetable"], ["A <b>boat</b> & the exam-", "ination of it.", "", "Rain </text><script>."]]
    document = load_file(write_pdf(tmp_path / "a.pdf", pages))
    page = page_of_source(View(document, page=2))
    found = re.search(r'<svg class="words"[^>]*data-start="(\d+)"[^>]*>(.*?)</svg>', page, re.DOTALL)
    assert found is not None
    assert unescape(re.sub(r"<[^>]+>", "", found[2])) == document.text[int(found[1]) :].rstrip()
    assert set(re.findall(r"</?(\w+)", found[2])) == {"text", "tspan"}
    assert found[2].count("<text>") == 2  # a paragraph each, which are copied as such


def test_pages_are_turned_and_one_that_is_not_there_is_refused(ferry: Document) -> None:
    first = page_of_source(View(ferry))
    assert 'alt="Page 1 of 3' in first
    assert "page=2" in first
    assert '<span class="off">Previous page</span>' in first
    last = page_of_source(View(ferry, place(ferry, "Oslo"), page=3))
    assert 'alt="Page 3 of 3' in last
    assert not boxes(last, "span")
    assert '<span class="off">Next page</span>' in last
    with pytest.raises(ValueError, match="There is no page 4: the document has 3"):
        page_of_source(View(ferry, page=4))


def test_words_that_go_on_on_the_next_page_or_can_only_be_marked_by_lines_are_told(ferry: Document) -> None:
    over = Range(place(ferry, "showed").start, place(ferry, "The last").end)
    assert "The words go on on the next page." in page_of_source(View(ferry, over))
    assert "The words begin on the page before." in page_of_source(View(ferry, over, page=3))
    part = page_of_source(View(ferry, place(ferry, "ination\nof")))
    assert "the whole lines of the words are marked" in part
    assert "the whole lines" not in page_of_source(View(ferry, place(ferry, "harbour")))


def test_a_page_says_the_name_of_its_file_and_not_where_the_server_keeps_it(ferry: Document) -> None:
    folder = Path(ferry.source).parent
    page = page_of_source(View(ferry, place(ferry, "Oslo"), place(ferry, "Oslo")))
    assert f"{folder.name}/ferry.pdf" in page
    assert str(folder) not in page


def test_a_pdf_can_be_read_as_text_and_back(ferry: Document) -> None:
    span = place(ferry, "Oslo")
    as_text = page_of_source(View(ferry, span, as_text=True))
    assert main(as_text) == ferry.text
    assert "As pages" in as_text
    as_page = page_of_source(View(ferry, span))
    assert unescape(re.findall(r'href="([^"]*)">As text', as_page)[0]) == view_url(View(ferry, span, as_text=True))


def test_a_pdf_that_has_changed_or_is_gone_is_shown_as_the_text_that_was_read(ferry: Document) -> None:
    file = Path(ferry.source)
    write_pdf(file, [["Timetable"], ["Another ferry"], ["at another time"]])
    changed = page_of_source(View(ferry, place(ferry, "Oslo")))
    assert "Its text is shown, not its page." in changed
    assert "is not the file that was read" in changed
    assert main(changed) == ferry.text
    file.unlink()
    gone = page_of_source(View(ferry, place(ferry, "Oslo")))
    assert "no such file" in gone
    assert '<mark id="span">Oslo</mark>' in gone


def test_the_picture_of_a_page_is_served_and_of_nothing_else(ferry: Document) -> None:
    text = Document.from_text("It rained.")
    with TestClient(create_app(KeywordAssistant([ferry, text])), base_url=HOST) as client:
        drawn = client.get(f"/source/picture?document={ferry.id}&page=2")
        assert drawn.headers["content-type"] == "image/png"
        assert drawn.headers["cross-origin-resource-policy"] == "same-origin"
        assert Image.open(io.BytesIO(drawn.content)).size == (1200, round(1200 * 792 / 612))
        assert client.get(f"/source/picture?document={ferry.id}&page=9").status_code == 404
        assert client.get(f"/source/picture?document={ferry.id}&page=x").status_code == 422
        assert client.get(f"/source/picture?document={text.id}").status_code == 404
        assert client.get("/source/picture").status_code == 404
        assert client.get(f"/source?document={ferry.id}&page=9").status_code == 422


# ---------------------------------------------------------------- rows


def test_rows_have_the_numbers_of_their_file_and_the_cited_one_stands_out(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("Town,People\nOslo,700000\n,\nRome,2800000\nBonn,330000\n", encoding="utf-8")
    towns = load_file(tmp_path / "towns.csv")
    page = page_of_source(View(towns, place(towns, "2800000")))
    assert main(page) == towns.text
    assert re.findall(r'<th class="number" data-said="(\d+)">', page) == ["2", "4", "5"]
    (cited,) = re.findall(r'<tr class="cited" aria-current="true">(.*?)</tr>', page, re.DOTALL)
    assert 'data-said="4"' in cited
    assert '<td><span class="aside">; People: </span><mark id="span">2800000</mark>' in cited
    assert re.findall(r'<th aria-hidden="true" data-said="(\w*)">', page) == ["", "Town", "People"]


def test_a_table_in_a_text_is_shown_as_one_and_all_of_it_reads_back(tmp_path: Path) -> None:
    words = "Before <b>.\n\n| Ship | Berth |\n|---|---|\n| <i>Aurora | 7 |\n| Baltic |  |\n\nAfter the table."
    (tmp_path / "ships.txt").write_text(words, encoding="utf-8")
    ships = load_file(tmp_path / "ships.txt")
    page = page_of_source(View(ships, place(ships, "7"), find="after"))
    assert main(page) == words
    assert re.findall(r'<th scope="col">.*?(\w+)(?:<span|</th>)', page) == ["Ship", "Berth"]
    assert "&lt;i&gt;Aurora" in page
    assert re.search(r'<tr class="cited" aria-current="true">.*?<mark id="span">7</mark>', page, re.DOTALL)
    assert re.search(r'</table>[^<]*<b id="hit" class="hit"><i>After</i></b>', page)


def test_what_stands_between_rows_is_seen(tmp_path: Path) -> None:
    rows = "<tr><td>Ana</td><td>4</td></tr><tr><td colspan=2>Night</td></tr><tr><td>Ben</td><td>5</td></tr>"
    (tmp_path / "a.html").write_text(f"<table><tr><th>Name</th><th>Age</th></tr>{rows}</table>", encoding="utf-8")
    found = load_file(tmp_path / "a.html")
    page = page_of_source(View(found, place(found, "5")))
    assert main(page) == found.text
    assert '<td colspan="2">Night<span class="aside">' in page


@given(
    st.lists(st.text("ab <&", min_size=1, max_size=8), min_size=1, max_size=6),
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
    st.sampled_from(["", "a", "b <"]),
)
def test_rows_read_back_as_the_text_whatever_is_marked_and_looked_for(
    rows: list[str], ends: tuple[int, int], words: str
) -> None:
    text = "\n".join(rows)
    starts = [sum(len(row) + 1 for row in rows[:number]) for number in range(len(rows))]
    document = Document("", "t", "t.csv", text, layout=Layout(rows=tuple((s, n) for n, s in enumerate(starts, 2))))
    start, end = sorted(min(each, len(text)) for each in ends)
    page = page_of_source(View(document, Range(start, end) if start < end else None, find=words or None))
    assert main(page) == text
    inside = re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)
    assert "".join(unescape(re.sub(r"<[^>]*>", "", each)) for each in inside) == text[start:end]


@given(st.text(st.sampled_from("ab1:;|- <&\t\n"), max_size=80), st.tuples(st.integers(0, 80), st.integers(0, 80)))
def test_a_text_with_tables_reads_back_whatever_is_marked(text: str, ends: tuple[int, int]) -> None:
    document = Document("", "t", "t.txt", text, layout=with_blocks(text, Layout()))
    start, end = sorted(min(each, len(text)) for each in ends)
    page = page_of_source(View(document, Range(start, end) if start < end else None))
    assert main(page) == text
    inside = re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)
    assert "".join(unescape(re.sub(r"<[^>]*>", "", each)) for each in inside) == text[start:end]


# ---------------------------------------------------------------- looking for words

SHORE = Document.from_text("The Shore.\n\nA shore is long; the\nshore road is not.", "Shore", "shore.txt")


def test_every_place_is_marked_whatever_its_case_and_counted() -> None:
    page = page_of_source(View(SHORE, find="sHORE"))
    assert [unescape(each) for each in re.findall(r"<i>(.*?)</i>", page)] == ["Shore", "shore", "shore"]
    assert ">1 of 3 places" in page
    assert re.search(r'<b id="hit" class="hit"><i>Shore</i></b>', page)
    assert main(page) == SHORE.text


def test_next_and_previous_lead_around_all_places() -> None:
    seen = []
    view = View(SHORE, find="shore")
    for hit in (1, 2, 3):
        page = page_of_source(View(SHORE, find="shore", hit=hit))
        seen.append(re.findall(r"hit=(\d)&amp;find=shore#hit", page))
    assert seen == [["3", "2"], ["1", "3"], ["2", "1"]]
    assert find(view).number == 1
    assert find(View(SHORE, place(SHORE, "long"), find="shore")).number == 3  # the first from the citation on


def test_words_are_found_over_a_line_end_and_never_as_a_pattern() -> None:
    assert [SHORE.text[each.start : each.end] for each in find(View(SHORE, find=" the  shore ")).places] == [
        "The Shore",
        "the\nshore",
    ]
    assert not find(View(SHORE, find=".*")).places
    assert "does not stand in this document" in page_of_source(View(SHORE, find="<b>")).split("<main>")[0]
    assert "&lt;b&gt;" in page_of_source(View(SHORE, find="<b>"))
    with pytest.raises(ValueError, match="At most 200 characters"):
        find(View(SHORE, find="a" * 201))
    with pytest.raises(ValueError, match="There is no place 4"):
        find(View(SHORE, find="shore", hit=4))


def test_a_place_far_away_opens_the_window_around_it() -> None:
    document = Document.from_text("Sand and sea.\n\n" * 30_000 + "The lighthouse stands.\n\n" + "Sand.\n\n" * 40_000)
    page = page_of_source(View(document, find="LIGHTHOUSE"))
    assert '<b id="hit" class="hit"><i>lighthouse</i></b>' in page
    assert len(main(page)) <= WINDOW + 2_000
    assert "find=LIGHTHOUSE" in page[page.index("Earlier") - 300 : page.index("Earlier")]
    many = page_of_source(View(document, find="s"))
    assert f"1 of {MOST:,} places or more" in many


def test_words_are_looked_for_on_the_pages_of_a_pdf(ferry: Document) -> None:
    first = page_of_source(View(ferry, find="ferry"))
    assert 'alt="Page 2 of 3' in first
    assert len(boxes(first, "hit")) == 1
    second = page_of_source(View(ferry, find="ferry", hit=2))
    assert 'alt="Page 3 of 3' in second
    assert "2 of 2 places" in second


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(KeywordAssistant([SHORE])), base_url=HOST) as client:
        yield client


def test_the_form_for_finding_is_all_that_a_source_may_send_and_only_back_here(client: TestClient) -> None:
    policy = client.get(f"/source?document={SHORE.id}").headers["content-security-policy"]
    assert "form-action 'self'" in policy
    assert "form-action 'none'" in client.get("/nothing").headers["content-security-policy"]
    assert client.get(f"/source?document={SHORE.id}&find=shore&hit=9").status_code == 422
    assert client.get(f"/source?document={SHORE.id}&find={'a' * 500}").status_code == 422
    assert "1 of 3 places" in client.get(f"/source?document={SHORE.id}&find=shore").text
    assert "places" not in client.get(f"/source?document={SHORE.id}&find=").text


def test_a_deep_link_names_the_document_and_the_words() -> None:
    citation = Citation(SHORE, 4, 9, 0, 10)
    assert deep_link(citation) == f"?document={SHORE.id}&start=4&end=9"


# ---------------------------------------------------------------- hostile documents


def test_ten_megabytes_on_one_line_are_shown_as_text_in_windows() -> None:
    line = "<script>window.pwned=1</script> **x** \u202e\u2066[y](javascript:1)\u2069 &amp; "
    document = Document.from_text(line * (10_000_000 // len(line)), "<script>alert(1)</script>", "<b>.txt")
    middle = Range(5_000_000, 5_000_100)
    page = page_of_source(View(document, middle, find="WINDOW.pwned"))
    assert "<script" not in page
    assert "<b>.txt" not in page
    assert len(main(page)) <= WINDOW + 2_000
    marked = page_of_source(View(document, middle))
    inside = re.findall(r"<mark[^>]*>(.*?)</mark>", marked, re.DOTALL)
    assert unescape("".join(inside)) == document.text[5_000_000:5_000_100]

"""Each format that is read: what becomes of its text, and that title, author, date, page, heading and row survive."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import docx, epub, odt, paragraph, table
from pdf_files import Line, pdf, written

from embeddings.errors import DocumentError
from embeddings.loaders.limits import LIMITS
from embeddings.loaders.records import extract as records
from embeddings.loaders.table import extract as rows
from embeddings.loading import load_file, read_file
from embeddings.text.sections import sections_of
from embeddings.types import Document

RAIN = "It rained in the harbour all night, and the ferry to Oslo stayed where it was until the morning."
BOATS = "Seven boats were lost in the storm, and the mayor asked for help from the towns along the coast."


@pytest.fixture
def put(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, name: str, data: str | bytes) -> Document:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return load_file(path)


def headings(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.layout.headings]


def row_texts(document: Document) -> dict[int, str]:
    sections = sections_of(document)
    return {
        row: document.text[part.body_start : part.end].strip()
        for part in sections
        if (row := document.layout.row(part.body_start)) is not None
    }


# ---------------------------------------------------------------- web pages

PAGE = f"""<!doctype html><html lang="en"><head><title>Storm at sea - The Daily Gull</title>
<meta name="author" content="Kari Nord"><meta property="article:published_time" content="2021-05-03T10:00:00Z">
<style>p {{ color: red }}</style><script>var hidden = "never shown";</script></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Storm at sea</h1><p>{RAIN}<br>So said the <b>harbour</b> master.</p><h2>Losses</h2><p>{BOATS} {RAIN}</p>
<table><tr><th>Town</th><th>Boats</th></tr><tr><td>Moss</td><td>4</td></tr><tr><td>Oslo</td><td>3</td></tr></table>
<ul><li>Bring ropes</li><li>Bring lamps</li></ul></article>
<footer>Copyright The Daily Gull, all rights reserved</footer></body></html>"""


def test_a_web_page_keeps_its_main_text_title_author_date_and_headings(put: Path) -> None:
    found = read(put, "storm.html", PAGE)
    assert (found.title, found.author, found.date) == ("Storm at sea", "Kari Nord", "2021-05-03")
    assert found.media_type == "text/html"
    assert headings(found)[-1] == "Losses"
    assert f"{RAIN}\nSo said the harbour master." in found.text
    assert "Town: Moss; Boats: 4.\n\nTown: Oslo; Boats: 3." in found.text
    assert "- Bring ropes\n- Bring lamps" in found.text
    assert not any(words in found.text for words in ("Sport", "Copyright", "never shown", "color"))


def test_a_page_without_a_main_text_is_read_whole(put: Path) -> None:
    lines = "".join(f"<dt><code>call_{n}</code></dt><dd>Returns the number {n}.</dd>" for n in range(40))
    found = read(put, "api.html", f"<html><head><title>Calls</title></head><body><dl>{lines}</dl></body></html>")
    assert found.title == "Calls"
    assert all(f"Returns the number {n}." in found.text for n in range(40))


@pytest.mark.parametrize("charset", ["cp1252", "utf-8", "utf-16"])
def test_a_web_page_is_read_in_the_encoding_it_names(put: Path, charset: str) -> None:
    text = (
        f'<html><head><meta charset="{charset}"><title>Straße</title></head><body><p>Größe: 5 € “{RAIN}”</body></html>'
    )
    assert "Größe: 5 € “It rained" in read(put, "a.html", text.encode(charset)).text


def test_a_web_page_without_a_suffix_is_still_one_and_a_text_that_names_html_is_none(put: Path) -> None:
    assert read(put, "storm", PAGE).media_type == "text/html"
    assert read(put, "storm.txt", PAGE).text == PAGE


WAY_AROUND = """<div class="header"><p>Next: <a href="b" rel="next">Ropes</a>,
Previous: <a href="a" rel="prev">Sails</a>, Up: <a href="t" rel="up">Ships</a>
[<a href="i" rel="index">Index</a>]</p></div>"""


def test_links_to_the_pages_around_a_page_and_marks_that_link_to_themselves_are_no_part_of_it(put: Path) -> None:
    page = f"""<html><head><title>Masts</title></head><body>{WAY_AROUND}<hr><h4>2.3 Masts<a href="#m"> ¶</a></h4>
<p>{RAIN}</p><p>{BOATS}</p><div role="navigation"><ul><li><a href="/">Home</a></li></ul></div>{WAY_AROUND}</body>"""
    found = read(put, "masts.html", page)
    assert found.text.split("\n\n") == ["2.3 Masts", RAIN, BOATS]
    assert headings(found) == ["2.3 Masts"]
    contents = "".join(f'<p><a rel="next" href="{n}">Chapter {n}</a></p>' for n in range(20))
    assert "Chapter 7" in read(put, "contents.html", f"<html><body><div>{contents}</div></body></html>").text


@pytest.mark.parametrize("name", ["changelog.Debian.amd64", "notes.draft", "minutes.tex", "hosts.conf"])
def test_a_file_with_a_suffix_of_no_format_is_read_where_its_bytes_are_plainly_text(put: Path, name: str) -> None:
    for each, data in ((name, RAIN.encode()), (f"{name}.gz", gzip.compress(RAIN.encode()))):
        found = read(put, each, data)
        assert (found.text, found.media_type) == (RAIN, "text/plain")
    long = "“Größe” " * 20_000  # the first bytes end within a letter
    assert read(put, name, long).text == long
    for data in (bytes(range(256)) * 9, b"Rain\0", "Größe".encode("cp1252"), gzip.compress(bytes(99))):
        with pytest.raises(DocumentError, match="files are not read; the formats are"):
            read(put, name, data)


@pytest.mark.parametrize("name", ["style.css", "ship.py", "key.pem", "page.svg", "a.min.js", "old.rtf", "b.tar.gz"])
def test_programs_keys_pictures_and_archives_are_left_out_by_their_names(put: Path, name: str) -> None:
    with pytest.raises(DocumentError, match=r"files are not read; the formats are \.txt"):
        read(put, name, RAIN)


# ---------------------------------------------------------------- tables and records


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_row_of_a_table_is_a_passage_and_its_number_that_of_a_spreadsheet(put: Path, delimiter: str) -> None:
    lines = [["Town", "People"], ["Oslo", "700000"], [], ["Moss", "50000"]]
    found = read(put, "towns.csv", "\r\n".join(delimiter.join(line) for line in lines))
    assert row_texts(found) == {2: "Town: Oslo; People: 700000", 4: "Town: Moss; People: 50000"}
    assert (found.title, found.media_type) == ("towns", "text/csv")


def test_quoted_cells_may_hold_delimiters_and_line_ends_and_a_table_may_lack_a_header(put: Path) -> None:
    found = read(put, "towns.csv", 'Oslo,"700,000\nin 2021"\nMoss,"50,000"\n')
    assert row_texts(found) == {1: "Oslo; 700,000 in 2021", 2: "Moss; 50,000"}


def test_a_record_is_a_passage_and_its_number_that_of_its_line(put: Path) -> None:
    lines = (
        '{"town": "Oslo", "people": 700000.50}\n\n{"town": "Moss", "mayor": {"name": "Kari", "of": [1, 2]}, "x": null}'
    )
    found = read(put, "towns.jsonl", lines)
    assert row_texts(found) == {1: "town: Oslo; people: 700000.50", 3: "town: Moss; mayor.name: Kari; mayor.of: 1, 2"}


def test_the_records_of_json_are_the_items_of_its_list(put: Path) -> None:
    assert row_texts(read(put, "a.json", '["Oslo", {"town": "Moss"}]')) == {1: "Oslo", 2: "town: Moss"}
    wrapped = '{"source": "census", "towns": [{"town": "Oslo"}, {"town": "Moss"}]}'
    found = read(put, "b.json", wrapped)
    assert row_texts(found) == {1: "town: Oslo", 2: "town: Moss"}
    assert found.text.startswith("source: census\n")


signs = st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Zs"], exclude_characters="\xad")
words = st.text(signs, min_size=1, max_size=9)


@given(st.lists(st.lists(words.map(lambda each: f"x{each}".replace('"', "")), min_size=3, max_size=3), min_size=2))
def test_every_cell_of_a_table_is_found_in_its_row(lines: list[list[str]]) -> None:
    written = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    found = rows(written.encode(), "a.csv", LIMITS)
    document = Document("", "t", "s", found.text, layout=found.layout)
    shown = row_texts(document)
    for number, line in enumerate(lines, start=1):
        assert number not in shown or all(cell in shown[number] for cell in line)
    assert len(shown) >= len(lines) - 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | words, lambda inner: st.lists(inner) | st.dictionaries(words, inner)
    )
)
def test_any_json_becomes_records(value: object) -> None:
    import json

    found = records(json.dumps(value).encode(), "a.json", LIMITS)
    assert Document("", "t", "s", found.text, layout=found.layout).text == found.text


# ---------------------------------------------------------------- PDF


def test_a_pdf_keeps_title_author_date_pages_and_headings(put: Path) -> None:
    first = [*written(["Storm at sea"], size=20), *written(["It rained in the harbour", "all night."], top=680)]
    pages = [first, written(["Seven boats were lost."])]
    facts = {"Title": "The storm", "Author": "Kari Nord", "CreationDate": "D:20210503101112Z"}
    found = read(put, "storm.pdf", pdf(pages, facts))
    assert (found.title, found.author, found.date) == ("The storm", "Kari Nord", "2021-05-03")
    assert found.text == "Storm at sea\n\nIt rained in the harbour\nall night.\n\nSeven boats were lost."
    assert headings(found) == ["Storm at sea"]
    assert [found.layout.page(found.text.index(words)) for words in ("rained", "Seven")] == [1, 2]


def test_the_date_that_a_letter_gives_itself_comes_before_the_day_on_which_its_file_was_made(put: Path) -> None:
    facts = {"CreationDate": "D:20260503101112Z"}
    letter = [*written(["Lease of the boathouse", "", "Date: 3 March 2024", "This lease is made in Vardo."])]
    assert read(put, "lease.pdf", pdf([letter], facts)).date == "2024-03-03"
    assert read(put, "other.pdf", pdf([written(["It rained on 3 March 2024."])], facts)).date == "2026-05-03"


def test_a_divided_word_is_put_together_and_one_with_a_hyphen_of_its_own_stays(put: Path) -> None:
    lines = ["A well-known exam-", "ination of a well-", "known harbour of 19-", "th century."]
    found = read(put, "a.pdf", pdf([written(lines)]))
    assert found.text == "A well-known examination\nof a well-known\nharbour of 19-\nth century."


def test_running_heads_and_page_numbers_do_not_tear_a_sentence_that_runs_on(put: Path) -> None:
    pages = [
        [Line("The Daily Gull", y=760), *written([start, "and on it went"]), Line(f"Page {number}", y=30)]
        for number, start in enumerate(["The storm began,", "it grew stronger,", "it fell asleep"], start=1)
    ]
    text = read(put, "a.pdf", pdf(pages)).text
    assert text.split("\n") == [
        "The storm began,",
        "and on it went",
        "it grew stronger,",
        "and on it went",
        "it fell asleep",
        "and on it went",
    ]


def test_a_title_that_a_program_put_there_is_none(put: Path) -> None:
    data = pdf([written(["Harbour report", "", RAIN[:40], RAIN[40:]])], {"Title": "Microsoft Word - report.doc"})
    assert read(put, "a.pdf", data).title == "Harbour report"


# ---------------------------------------------------------------- DOCX, ODT, EPUB


def test_a_document_of_word_keeps_headings_tables_notes_and_metadata(put: Path) -> None:
    body = paragraph("Storm at sea", "Titel1") + paragraph(RAIN) + paragraph("Losses", "Own")
    body += (
        table([["Town", "Boats"], ["Moss", "4"]]) + "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    )
    body += "<w:p><w:ins><w:r><w:t>It was</w:t><w:tab/><w:t>over.</w:t></w:r></w:ins></w:p>"
    note = '<w:notes xmlns:w="urn:w"><w:footnote><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:notes>'
    data = docx(body, "The storm", "Kari Nord", "2021-05-03T10:00:00Z", {"word/footnotes.xml": note})
    found = read(put, "storm.docx", data)
    assert (found.title, found.author, found.date) == ("The storm", "Kari Nord", "2021-05-03")
    assert found.text.split("\n\n") == [
        "Storm at sea",
        RAIN,
        "Losses",
        "Town: Moss; Boats: 4.",
        "It was\tover.",
        "A note.",
    ]
    assert headings(found) == ["Storm at sea", "Losses"]
    assert [section.heading for section in sections_of(found)] == ["Storm at sea", "Losses"]


def test_a_document_of_libreoffice_keeps_headings_lists_and_tables(put: Path) -> None:
    body = f"<text:h>Storm at sea</text:h><text:p>{RAIN}</text:p><text:list><text:list-item><text:p>Bring<text:s/>ropes"
    body += (
        "</text:p></text:list-item></text:list><table:table><table:table-row><table:table-cell><text:p>Moss</text:p>"
    )
    body += "</table:table-cell><table:table-cell><text:p>4</text:p></table:table-cell></table:table-row></table:table>"
    meta = "<dc:title>The storm</dc:title><meta:initial-creator>Kari Nord</meta:initial-creator>"
    found = read(put, "storm.odt", odt(body, f"{meta}<meta:creation-date>2021-05-03T10:00:00</meta:creation-date>"))
    assert (found.title, found.author, found.date) == ("The storm", "Kari Nord", "2021-05-03")
    assert found.text == f"Storm at sea\n\n{RAIN}\n- Bring ropes\n\nMoss; 4."


def test_a_book_is_read_in_its_order_with_its_metadata(put: Path) -> None:
    chapters = [f"<h1>The storm</h1><p>{RAIN}</p>", f"<h1>The losses</h1><p>{BOATS}</p>"]
    found = read(put, "book.epub", epub(chapters, "A book of storms", "Kari Nord", "2021-05-03"))
    assert (found.title, found.author, found.date) == ("A book of storms", "Kari Nord", "2021-05-03")
    assert headings(found) == ["The storm", "The losses"]
    assert found.text.index(RAIN) < found.text.index(BOATS)


# ---------------------------------------------------------------- e-mail

MAIL = f"""From: Kari Nord <kari@example.org>
To: Lee <lee@example.org>
Date: Mon, 3 May 2021 12:30:00 +0200
Subject: =?utf-8?q?The_storm_=E2=80=93_losses?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: multipart/alternative; boundary="c"

--c
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

{RAIN} caf=C3=A9

--c
Content-Type: text/html

<p>The same as <b>HTML</b></p>
--c--
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="losses.pdf"

x
--b--
"""


def test_a_mail_keeps_sender_date_subject_and_text_and_names_what_is_attached(put: Path) -> None:
    (put / "a.eml").write_text(MAIL)
    found, notes = read_file(put / "a.eml")
    assert (found.title, found.author, found.date) == ("The storm – losses", "Kari Nord", "2021-05-03T10:30Z")
    assert f"{RAIN} café" in found.text
    assert "From: Kari Nord <kari@example.org>\nTo: Lee <lee@example.org>\n" in found.text
    assert "The same as" not in found.text
    assert notes == ("1 attachment left out (losses.pdf)",)


# ---------------------------------------------------------------- packed, and misnamed


def test_what_gzip_has_packed_is_read_as_what_it_is(put: Path) -> None:
    assert read(put, "storm.html.gz", gzip.compress(PAGE.encode())).title == "Storm at sea"
    assert read(put, "changelog.Debian.gz", gzip.compress(RAIN.encode())).media_type == "text/plain"
    assert read(put, "a.md.gz", gzip.compress(gzip.compress(b"# Storm\n\nRain."))).title == "Storm"
    assert read(put, "two.txt.gz", gzip.compress(b"one ") + gzip.compress(b"two")).text == "one two"


def test_the_content_tells_the_format_where_the_name_is_wrong(put: Path) -> None:
    assert read(put, "storm.txt", pdf([written(["It rained."])])).media_type == "application/pdf"
    assert read(put, "storm.pdf", docx(paragraph(RAIN))).text == RAIN
    assert read(put, "book", epub([f"<p>{RAIN}</p>"])).media_type == "application/epub+zip"
    assert read(put, "page.pdf", PAGE).media_type == "text/html"

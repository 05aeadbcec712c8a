"""Citations to copy: what each form names, and that no text of a document breaks out of it."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.types import Document
from qa.show.citing import bibtex, csl_json, forms, fragment_url, markdown, plain, ris
from qa.types import Citation

TEXT = "Rain fell. At least 70 people died on Tuesday, officials said. Later 70 people left."


def cited(
    words: str = "70 people",
    text: str = TEXT,
    source: str = "archive/flood.txt",
    title: str = "The Flood",
    **place: str,
) -> Citation:
    document = Document("", title, source, text, date="2021-05-04", author="Ana Ruiz & Co")
    start = text.index(words)
    return Citation(document, start, start + len(words), 0, len(text), **place)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", [plain, markdown, bibtex, ris, csl_json])
def test_every_form_names_all_that_is_needed_to_find_the_words_again(form: object) -> None:
    citation = cited(heading="UPDATE 1700 GMT", date="2021-05-03")
    assert callable(form)
    text = form(citation).replace("\\-", "-").replace("\\_", "_").replace("\\.", ".")
    for part in ("The Flood", "Ana Ruiz", "UPDATE 1700 GMT", "2021", "flood.txt", "characters 20-29", "70 people"):
        assert part in text, part
    assert citation.document.content_hash in text


@pytest.mark.parametrize("source", ["/secret/place/flood.txt", "C:\\secret\\flood.txt"])
def test_no_form_tells_the_folder_that_a_file_lay_in(source: str) -> None:
    citation = cited(source=source)
    assert all("secret" not in form.text for form in forms(citation))
    assert all("flood" in form.text for form in forms(citation))


def test_a_page_and_a_row_are_named() -> None:
    document = Document.from_text(TEXT, title="T", source="t.pdf")
    citation = Citation(document, 0, 4, 0, 10, page=3, row=7)
    assert "page 3, row 7" in plain(citation)
    assert "pages = {3}" in bibtex(citation)
    assert "\nSP  - 3\n" in ris(citation)
    assert json.loads(csl_json(citation))[0]["page"] == "3"


def test_an_undated_source_says_so_and_has_no_year() -> None:
    citation = Citation(Document.from_text("Rain fell.", title="T"), 0, 4, 0, 10)
    assert "undated" in plain(citation)
    assert "year" not in bibtex(citation)
    assert "Undated" in bibtex(citation)
    assert not re.search("^(PY|DA|SP|AU|UR)", ris(citation), re.MULTILINE)
    assert set(json.loads(csl_json(citation))[0]) == {"id", "type", "title", "note"}


@pytest.mark.parametrize(
    ("date", "parts", "day"),
    [
        ("2021", [2021], "2021"),
        ("2021-05", [2021, 5], "2021/05"),
        ("2021-05-04T10:00", [2021, 5, 4], "2021/05/04"),
        ("2021-13-04", [2021], "2021"),
    ],
)
def test_a_date_is_named_as_far_as_it_is_known(date: str, parts: list[int], day: str) -> None:
    citation = cited(date=date, source="http://example.org/a")
    assert f"\nPY  - 2021\nDA  - {day}\n" in ris(citation)
    item = json.loads(csl_json(citation))[0]
    assert item["issued"] == {"date-parts": [parts]}
    assert item["type"] == "webpage"
    assert item["URL"].startswith("http://example.org/a#:~:text=")


def test_a_time_alone_is_no_year_and_stands_beside_the_documents_day() -> None:
    citation = cited(date="1700 GMT")
    assert "2021-05-04, 1700 GMT" in plain(citation)
    assert "year = {2021}" in bibtex(citation)
    assert "month = may" in bibtex(citation)


def test_a_file_has_no_link_and_a_page_of_the_web_has_one() -> None:
    assert [form.name for form in forms(cited())] == [
        *("Plain text", "BibTeX", "RIS", "CSL-JSON", "Markdown"),
    ]
    citation = cited(source="http://example.org/a b")  # no address has a space
    assert fragment_url(citation) is None
    assert fragment_url(cited(source="http://")) is None
    assert fragment_url(cited(source="javascript:alert(1)")) is None
    assert [form.name for form in forms(cited(source="http://example.org/a"))][-1] == "Link to the words"


def directive(citation: Citation) -> str:
    url = fragment_url(citation)
    assert url is not None
    return url.partition("#:~:text=")[2]


def test_words_that_stand_twice_are_told_apart_by_those_around_them() -> None:
    citation = cited(source="http://example.org/a")
    assert directive(citation) == "fell.%20At%20least-,70%20people,-died%20on%20Tuesday%2C%20officials".replace(
        "fell.%20At", "Rain%20fell.%20At"
    )
    assert directive(cited("Rain", source="http://example.org/a")) == "Rain"


def test_words_over_a_lines_end_are_given_by_their_beginning_and_end() -> None:
    text = "The bridge of Lund\nwas opened in May, at last, by her."
    assert directive(cited("bridge of Lund\nwas", text, "http://example.org/a")) == "bridge,was"
    long = "one two three four " * 9 + "end"
    assert directive(cited(long, long, "http://example.org/a")).count(",") == 1


def test_an_address_keeps_its_own_fragment_and_loses_another_text_fragment() -> None:
    url = fragment_url(cited("Rain", source="http://example.org/a?x=1#part:~:text=old"))
    assert url == "http://example.org/a?x=1#part:~:text=Rain"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(lambda text: text.strip()))
def test_whatever_the_words_are_a_fragment_reads_back_as_them(words: str) -> None:
    document = Document.from_text(words, title="T", source="http://example.org/a")
    url = fragment_url(Citation(document, 0, len(words), 0, len(words)))
    assert url is not None
    told = url.partition("#:~:text=")[2]
    assert re.fullmatch(r"[A-Za-z0-9._~%,]*", told)
    read = [unquote(part).split() for part in told.split(",")]
    assert words.split()[: len(read[0])] == read[0]
    assert words.split()[-len(read[-1]) :] == read[-1]


HOSTILE = "}\n@misc{x, \\input{y} $ % # _ ^ ~ & {{ \\\\ <b> [z](http://example.org) `q` *w* \x1b[2J"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).map(str.strip).filter(bool))
def test_no_text_closes_a_field_of_bibtex(words: str) -> None:
    for hostile in (words, HOSTILE):
        document = Document("", hostile, hostile, hostile, hostile, author=hostile)
        entry = bibtex(Citation(document, 0, len(hostile), 0, len(hostile), heading=hostile, date=hostile))
        depth = 0
        for place, sign in enumerate(entry):
            depth += (sign == "{") - (sign == "}")
            assert depth > 0 or place < entry.index("{") or place == len(entry) - 1
        assert depth == 0
        assert re.fullmatch(r"@misc\{[a-z]+[0-9a-f-]+,", entry.split("\n")[0])
        assert all(re.match(r"  [a-z]+ = ", line) for line in entry.split("\n")[1:-1])


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).map(str.strip).filter(bool))
def test_no_text_begins_a_field_of_ris_or_ends_the_json(words: str) -> None:
    for hostile in (words, f"{HOSTILE}\r\nER  - \nTY  - \u2028", '"}],'):
        document = Document("", hostile, hostile, hostile, hostile, author=hostile)
        citation = Citation(document, 0, len(hostile), 0, len(hostile), heading=hostile, date=hostile)
        lines = ris(citation).splitlines()
        assert [line[:6] for line in lines if line[:2] not in ("AU", "PY", "DA")] == [
            *("TY  - ", "TI  - ", "N1  - ", "ER  - "),
        ]
        assert json.loads(csl_json(citation))[0]["type"] == "document"


def test_markdown_shows_a_hostile_text_as_text() -> None:
    document = Document.from_text(HOSTILE, title=HOSTILE, source="x.txt")
    made = markdown(Citation(document, 0, len(HOSTILE), 0, len(HOSTILE), heading=HOSTILE))
    assert all(line.startswith(">") for line in made.split("\n"))
    assert not re.search(r"(?<!\\)[<\[`]", made)
    assert "\x1b" not in made

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text.matter import date_of_name, document_date, front_matter
from embeddings.text.sections import sections

TEXT = "The council met in the old town hall and talked about the harbour until it was dark."
LINES = st.sampled_from(
    [
        TEXT,
        "",
        "",
        "Harbour Plans",
        "## Scope",
        "-----",
        "```",
        "UPDATE 1700 GMT: It rained.",
        "LATEST",
        "3 May 2021",
        "- item",
        "1. One",
        "2.1 Scope",
        "By Ann Lee",
        "Photo: A. Lee",
        "x" * 300,
        "   ",
        "wrapped line\nof text",
        "雨",
    ]
)


def headings(text: str, media_type: str = "text/plain") -> list[str | None]:
    return [section.heading for section in sections(text, media_type)]


@given(st.one_of(st.text(), st.lists(LINES).map("\n".join)), st.sampled_from(["text/plain", "text/markdown"]))
def test_sections_tile_any_text(text: str, media_type: str) -> None:
    found = sections(text, media_type)
    assert "".join(text[section.start : section.end] for section in found) == text
    assert all(section.start <= section.body_start <= section.end for section in found)
    assert [section.start for section in found] == [0, *(section.end for section in found)][: len(found)]


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("## Scope", "Scope"),
        ("### Scope of *work* ###", "Scope of *work"),
        ("Scope\n=====", "Scope"),
        ("Scope of work\n-------------", "Scope of work"),
        ("2.1 Scope", "2.1 Scope"),
        ("3. Scope of the work", "3. Scope of the work"),
        ("IV. Scope", "IV. Scope"),
        ("Chapter 2: The Harbour", "Chapter 2: The Harbour"),
        ("Council Votes to Close the Harbour", "Council Votes to Close the Harbour"),
        ("Why was the harbour closed?", "Why was the harbour closed?"),
        ("“A Bad Day for the Town”", "“A Bad Day for the Town”"),
        ("Video: Waves Break Over the Wall", "Video: Waves Break Over the Wall"),
        ("OPENING HOURS", "OPENING HOURS"),
        ("5 reasons to stay at home", "5 reasons to stay at home"),
        ("Opening Hours", "Opening Hours"),
        ("BREAKING:", "BREAKING"),
        ("LATEST", "LATEST"),
        ("ORIGINAL POST", "ORIGINAL POST"),
        ("UPDATE 1700 GMT:", "UPDATE 1700 GMT"),
        ("Überblick über den Hafen", "Überblick über den Hafen"),
        ("港の閉鎖について", "港の閉鎖について"),
    ],
)
def test_a_heading_is_found(line: str, heading: str) -> None:
    text = f"Harbour Report\n\n{TEXT}\n\n{line}\n\n{TEXT} Then they went home.\n"
    assert headings(text) == ["Harbour Report", heading]
    section = sections(text)[1]
    assert text[section.start : section.body_start].startswith(line)
    assert text[section.body_start :].startswith("The council met")


@pytest.mark.parametrize(
    "line",
    [
        "They went home.",
        "and then nothing happened",
        "They went home;",
        "Here is what the mayor said:",
        "- Boats",
        "* Boats",
        "• Boats",
        "a) Boats",
        "By Ann Lee",
        "— Ann Lee",
        "Photo: Ann Lee",
        "PHOTO: The harbour at dawn",
        "Source: Harbour News",
        "Video: Ann Lee",
        "Image credit: Ann Lee",
        "© Harbour News",
        "(Photo: Ann Lee)",
        "View full page →",
        "Read more about boats",
        "https://example.org/harbour",
        "Boats | Nets | Fish",
        "Boats   Nets   Fish",
        "“Really?”",
        "They went home…",
        "They went —",
        "They went home in 1932.[1]",
        "They went home in 1932.[1][12]",
        "They went home.[^note]",
        "They went home.¹²",
        "They went home in 1932. ³",
        "They went home every day.4",
        "They went “home.”[note 2]",
        "They went home in 1975.*",
        "***",
        "12345",
        "A line that goes on " + "and on " * 15,
    ],
)
def test_an_ordinary_line_is_no_heading(line: str) -> None:
    assert headings(f"Harbour Report\n\n{TEXT}\n\n{line}\n\n{TEXT}\n") == ["Harbour Report"]


def test_wrapped_lines_are_no_headings() -> None:
    text = "The Council Met in the Old Town\nHall and Talked About the Harbour\nUntil it Was Dark and Cold.\n\n" * 3
    assert headings(text) == [None]


def test_a_wrapped_first_line_is_no_heading() -> None:
    assert headings("The council met in the old town hall\nand talked about the harbour until it was dark.\n") == [None]


def test_a_first_line_right_above_long_lines_is_a_heading() -> None:
    assert headings(f"Council ‘may close’ the harbour\n{TEXT}\n{TEXT}\n") == ["Council ‘may close’ the harbour"]


def test_a_short_line_between_unwrapped_paragraphs_is_a_heading() -> None:
    long = f"{TEXT} {TEXT}"
    assert headings(f"{long}\nAfter the Vote\n{long}\n") == [None, "After the Vote"]


def test_headings_with_nothing_between_are_one_section_under_the_last() -> None:
    text = f"Harbour Report\n\nPart One\n\n2.1 Scope\n\n{TEXT}\n"
    (section,) = sections(text)
    assert (section.heading, text[section.body_start :]) == ("2.1 Scope", TEXT + "\n")


def test_a_list_of_short_lines_is_text_under_the_first() -> None:
    text = f"Opening Hours\n\nMonday\n\nTuesday\n\nWednesday\n\nThursday\n\n{TEXT}\n"
    (section,) = sections(text)
    assert section.heading == "Opening Hours"
    assert text[section.body_start :].startswith("Monday")


def test_numbered_paragraphs_of_a_list_are_no_headings() -> None:
    assert headings(f"Rules\n\n1. Boats Come First\n\n2. Nets Come Second\n\n3. Fish Come Last\n\n{TEXT}\n") == [
        "Rules"
    ]


@pytest.mark.parametrize("number", ["1.", "2)", "A.", "IV."])
@pytest.mark.parametrize("below", ["Ann Lee gave 500 euros for the new roof of the hall.", TEXT, f"{TEXT}\n{TEXT}"])
def test_a_numbered_line_right_above_its_text_is_a_heading(number: str, below: str) -> None:
    line = f"{number} Gifts and fees"
    assert headings(f"{line}\n{below}\n") == [line]
    assert headings(f"Harbour Report\n\n{TEXT}\n\n{line}\n{below}\n") == ["Harbour Report", line]


def test_every_numbered_part_of_a_contract_is_a_section() -> None:
    text = "1. Premises\nThe flat is in Oslo.\n\n2. Rent\nIt is 500 euros.\n\n3. Pets\nNone.\n"
    assert headings(text) == ["1. Premises", "2. Rent", "3. Pets"]


@pytest.mark.parametrize(
    "lines",
    [
        "1. Bread\n2. Milk",
        "1. Bread\n- brown bread of the baker in Harbour Street",
        "1. Bread\nBuy it at the baker's.\n2. Milk\nAny kind will do.",
        "1. The tenant pays the rent to the\nowner on the first day of each month.",
        "1. The tenant pays the rent of the flat in the old\nHarbour Street on the first day of each month.",
        "1. The tenant pays.\nThe owner may come by to look at the flat.",
        "1. bread from the shop\nThe shop is open from eight to five on each day.",
        "1. Bread\nfor two",
    ],
)
def test_a_numbered_list_stays_a_list(lines: str) -> None:
    assert headings(f"Harbour Report\n\n{TEXT}\n\n{lines}\n\n{TEXT}\n") == ["Harbour Report"]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("15. Duties of the Owner.", True),
        ("0. Terms.", True),
        ("3. The owner pays.", False),
        ("3. The Owner Pays. The Tenant Too.", False),
        ("3. So it is.", False),
    ],
)
def test_a_numbered_title_may_end_in_a_full_stop(line: str, counts: bool) -> None:
    assert headings(f"Rules\n\n{TEXT}\n\n{line}\n\n{TEXT}\n") == (["Rules", line] if counts else ["Rules"])


def test_a_short_line_at_the_end_is_text() -> None:
    assert headings(f"Harbour Report\n\n{TEXT}\n\nThe End of It\n") == ["Harbour Report"]


def test_a_short_line_after_a_colon_is_what_the_colon_introduces() -> None:
    assert headings(f"Harbour Report\n\nA picture of the boats:\n\nHARBOUR BOATS\n\n{TEXT}\n") == ["Harbour Report"]


def test_a_headline_after_a_colon_heads_the_text_below_it() -> None:
    text = f"Harbour Report\n\nA picture of the boats:\n\nMayor Closes the Old Harbour\n\n{TEXT}\n"
    assert headings(text) == ["Harbour Report", "Mayor Closes the Old Harbour"]


def test_a_name_under_a_heading_or_over_a_new_entry_is_a_byline() -> None:
    text = f"Harbour Report\n\nAnn B. Lee\n\n{TEXT}\n\nJo van Dijk\n\n3 May 2021\n\n{TEXT}\n"
    assert headings(text) == ["Harbour Report", "Harbour Report"]


def test_code_is_not_searched_for_headings() -> None:
    text = f"# Boats\n\n```\n# a comment\n\nNo Heading Here\n\nx = 1\n```\n\n{TEXT}\n"
    assert headings(text, "text/markdown") == ["Boats"]


def test_front_matter_is_not_a_heading() -> None:
    text = f"---\ntitle: Boats\ndate: 2021-05-03\n---\n# Scope\n{TEXT}\n"
    assert headings(text, "text/markdown") == [None, "Scope"]
    assert front_matter(text) == {"title": "Boats", "date": "2021-05-03"}


def test_a_label_that_opens_a_paragraph_stays_in_its_body() -> None:
    text = f"UPDATE 1700 GMT: The mayor resigned.\n\n{TEXT}\n\nORIGINAL POST The mayor stays.\n"
    update, original = sections(text)
    assert (update.heading, update.date, update.body_start) == ("UPDATE 1700 GMT", "1700 GMT", update.start)
    assert (original.heading, original.date, original.body_start) == ("ORIGINAL POST", None, original.start)
    assert text[original.body_start :].startswith("ORIGINAL POST The mayor")


@pytest.mark.parametrize(
    "opening",
    [
        "NATO: it rained in the hall",
        "KENYON: It rained",
        "LATEST figures show rain",
        "LIVE Music Hall burns",
        "Summary: rain",
        "UPDATES were few.",
    ],
)
def test_a_speaker_or_a_word_in_capitals_is_no_label(opening: str) -> None:
    assert headings(f"Harbour Report\n\n{TEXT}\n\n{opening} and more. {TEXT}\n") == ["Harbour Report"]


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("October 21, 2015", "2015-10-21"),
        ("21 October 2015", "2015-10-21"),
        ("Wednesday, 21st October 2015", "2015-10-21"),
        ("Oct 22, 2015 00:02 (GMT)", "2015-10-22T00:02Z"),
        ("22 Oct. 2015, 5:20 pm", "2015-10-22T17:20"),
        ("2015-10-21", "2015-10-21"),
        ("2015-10-21T08:30:00+02:00", "2015-10-21T08:30+02:00"),
        ("2015-10-21 08:30 UTC", "2015-10-21T08:30Z"),
        ("21/10/2015", "2015-10-21"),
        ("Published: 3 May 2021 at 14:05", "2021-05-03T14:05"),
        ("Last updated on May 3, 2021", "2021-05-03"),
        ("1700 GMT", "1700 GMT"),
        ("5:20 pm", "5:20 pm"),
    ],
)
def test_a_dateline_dates_its_section(line: str, date: str) -> None:
    (under_heading,) = sections(f"Harbour Report\n\n{line}\n\n{TEXT}\n")
    assert (under_heading.heading, under_heading.date) == ("Harbour Report", date)
    _, between = sections(f"Harbour Report\n\n{TEXT}\n\n{line}\n\n{TEXT}\n")
    assert (between.heading, between.date) == ("Harbour Report", date)


def test_a_date_before_any_heading_is_the_heading() -> None:
    first, second = sections(f"{TEXT}\n\n3 May 2021\n\n{TEXT}\n")
    assert (first.heading, first.date, second.heading, second.date) == (None, None, "3 May 2021", "2021-05-03")


@pytest.mark.parametrize(
    ("heading", "date"),
    [
        ("## Release 2.3 (2021-04-05)", "2021-04-05"),
        ("3 May 2021: The Vote", "2021-05-03"),
        ("UPDATE 1:15 p.m. ET:", "1:15 p.m. ET"),
        ("The War of May 3, 2021 in Song", None),
        ("Reports: May 3 – June 4, 2021", None),
        ("The Vote of 03/05/2021", None),
    ],
)
def test_a_heading_is_dated_only_by_a_date_that_stands_apart(heading: str, date: str | None) -> None:
    assert sections(f"{heading}\n\n{TEXT}\n")[0].date == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (f"Harbour Report\n\nOctober 21, 2015\n\n{TEXT}", "2015-10-21"),
        (f"OSLO, May 3, 2021 (Agency) — {TEXT}", "2021-05-03"),
        (f"---\ndate: 2021-05-03\n---\n{TEXT}", "2021-05-03"),
        (f"Minutes\nDate: 3 March 2024\n\n{TEXT}", "2024-03-03"),
        (f"Amendment No. 1\n\nNew Harbour, 5 May 2021\n\n{TEXT}", "2021-05-05"),
        (f"INVOICE\n\nNumber: 12\nInvoice date: 12 June 2024\nDue date: 12 July 2024\n{TEXT}", "2024-06-12"),
        (f"Report\nDate of issue: 3 March 2024\n\n{TEXT}", "2024-03-03"),
        (f"Report\nDue date: 3 March 2024\n\n{TEXT}", None),
        (f"# Minutes, board meeting 21.11.2023\n\n{TEXT}", "2023-11-21"),
        (f"Minutes of the meeting of 4 June 2024\n\n{TEXT}", "2024-06-04"),
        (f"NOTE     Fri 2 Feb 2024, 10.50 - 11.20\n\n{TEXT}", "2024-02-02T10:50"),
        (f"COUNCIL\nTuesday 16 January 2024, 09:00 - 11:45, town hall\n\n{TEXT}", "2024-01-16T09:00"),
        (f"# Rules\n\n**Version 2** – valid from 1 February 2022\n\n{TEXT}", "2022-02-01"),
        (f"Rules\nKept by Bo. Last changed on 29 January 2024. Ask him.\n\n{TEXT}", "2024-01-29"),
        (f"LEASE\n\nThis lease was entered into on 14 May 2021 between A and B.\n\n{TEXT}", "2021-05-14"),
        (f"AMENDMENT\n\nto the lease of 14 May 2021\n\nDated 5 March 2024\n\n{TEXT}", "2024-03-05"),
        (f"Invoice 7\n\nCustomer\tInvoice date: 26 February 2024. No. 4\n\n{TEXT}", "2024-02-26"),
        (f"AMENDMENT\n\nThis paper amends the lease entered into on 14 May 2021.\n\n{TEXT}", None),
        (f"Report\n\nThis version replaces that of 3 May 2021\n\n{TEXT}", None),
        (f"Report due by 3 May 2021\n\n{TEXT}", None),
        (f"Contract\nConcluded on 30 January 2024 between A and B.\n\n{TEXT}", "2024-01-30"),
        (f"Population figures as of 3 May 1999 were used.\n\n{TEXT}", None),
        (f"Signed 28 June 1919 in the Hall of Mirrors, it ended the war.\n\n{TEXT}", None),
        (f"Concluded on 5 May 1990, the talks failed.\n\n{TEXT}", None),
        (f"Draft policy - comments close 3 May 2022\n\n{TEXT}", None),
        (f"1:05-05:00\n\n{TEXT}", None),
        (f"Ana Ruiz, born 5 May 1971\n\n{TEXT}", None),
        (f"They met in Oslo, 5 May 2021\n\n{TEXT}", None),
        ("On October 21, 2015 the council met.", None),
        (f"Harbour Report\n\n1700 GMT\n\n{TEXT}", None),
        (f"Harbour Report\n\n03/05/2021\n\n{TEXT}", None),
        (f"Harbour Report\n\nFebruary 30, 2021\n\n{TEXT}", None),
        (f"{TEXT}\n" * 8 + "3 May 2021\n", None),
        ("", None),
    ],
)
def test_a_document_is_dated_by_its_dateline_and_never_by_its_text(text: str, date: str | None) -> None:
    assert document_date(text) == date


def test_a_number_in_the_name_of_a_file_is_no_day() -> None:
    assert [date_of_name(name) for name in ("isbn 978-20120101", "2024-0117", "plan 2024-13-01", "a1_20240312")] == [
        *(None, None, None),
        "2024-03-12",
    ]


@pytest.mark.parametrize(
    "unit", ["a", " ", "a. ", "\n", "\n ", "X\n\n", "1.", "# ", "=", "2021-01-01 ", "UPDATE ", "\t|"]
)
def test_a_long_text_of_anything_tiles(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    found = sections(text, "text/markdown")
    assert (found[0].start, found[-1].end) == (0, len(text))

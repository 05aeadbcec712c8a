"""Quotations of a text against documents: what is a quotation, where it stands, what differs, and `pincite check`."""

from __future__ import annotations

import json
import re
import sys
import time
from html import unescape
from pathlib import Path

import pytest
from command import Run
from hypothesis import given
from hypothesis import strategies as st

from checking import near
from checking.finding import MOST_PLACES, findings_of
from checking.folding import folded, offsets
from checking.page import to_html
from checking.quotations import MOST_CHARACTERS, MOST_QUOTATIONS, quotations_in
from checking.types import Difference, Finding, Quotation
from embeddings import Document
from embeddings.errors import RecordError

TEXT = (
    "HARBOUR NEWS\n\nThe mayor of Lund is Ana Ruiz. She was elected in May by 90 votes.\n\n"
    "The ferry to\nOslo leaves at 14:30 – if it’s calm. “Nobody swims here,” said Bo.\n"
)
TOWN = Document.from_text(TEXT, "Town", "town.txt")
OTHER = Document.from_text("Nothing of this kind is said in here, my friend.", "Other", "other.txt")


def texts(text: str, least_words: int = 3) -> list[str]:
    return [each.text for each in quotations_in(text, least_words)[0]]


def finding_of(words: str, *documents: Document) -> Finding:
    (result,) = findings_of([Quotation(words, 0, len(words))], documents or (OTHER, TOWN))
    return result


# ---------------------------------------------------------------- what is a quotation


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He said "the toll is 70" twice.', ["the toll is 70"]),
        ("He said “the toll is 70” and «il y en a».", ["the toll is 70", "il y en a"]),
        ("„Es regnet heute sehr“ and ‘it’s the dogs’ owner’.", ["Es regnet heute sehr", "it’s the dogs"]),
        ("It's the dogs' and the cats' home, isn't it?", []),
        ("'the ferry isn't late today' he said", ["the ferry isn't late today"]),
        ('"outer “inner words are here” words go on"', ["outer “inner words are here” words go on"]),
        ("`\"code is no quotation\"` and\n```\n'nor is a block'\n```\n", []),
        ("> The mayor of Lund\n> is **Ana Ruiz** [1].\n> — Town, 3 May\n", ["The mayor of Lund\nis Ana Ruiz."]),
        ("> “The mayor of Lund is Ana” (Town, line 3)\n", ["The mayor of Lund is Ana"]),
        ('an open "quotation that never ends\n\nand "another one is closed"', ["another one is closed"]),
        ("“A long one goes on\n\n“and ends down here”", ["A long one goes on", "and ends down here"]),
        ('a pipe of 5" and another of 7" in all', []),
        (
            "> - one thing is said here\n> - two is all invented",
            ["- one thing is said here\n- two is all invented"],
        ),
        ("> — One thing is said\n> — Two Is Another", ["— One thing is said\n— Two Is Another"]),
        ("> We open today\n> — we who say so much", ["We open today\n— we who say so much"]),
        ("> We open the harbour\n> -- *Ana Ruiz*, mayor\n", ["We open the harbour"]),
        ("> “We open the harbour.” — Ana de Ruiz [2]\n", ["We open the harbour."]),
        ("> “We open” he says, and the rest is invented.", ["“We open” he says, and the rest is invented."]),
        ("He said “unclosed and then “this is wholly invented here” end.", ["this is wholly invented here"]),
        ("He said «unclosed «and «il y en a» «deux par jour» end.", ["il y en a", "deux par jour"]),
    ],
)
def test_quotations_are_found(text: str, quoted: list[str]) -> None:
    assert texts(text) == quoted


def test_short_ones_are_passed_over_and_counted_and_offsets_are_those_of_the_text() -> None:
    text = 'The "Aurora" and “the toll is **70**”.'
    (one,), shorter = quotations_in(text)
    assert (one.text, text[one.start : one.end], shorter) == ("the toll is 70", "the toll is **70**", 1)
    assert texts(text, 1) == ["Aurora", "the toll is 70"]


def test_a_text_is_bounded_and_marks_that_never_close_take_no_time() -> None:
    with pytest.raises(RecordError, match="at most 1,000,000"):
        quotations_in("a" * (MOST_CHARACTERS + 1))
    with pytest.raises(RecordError, match="more than 500"):
        quotations_in('"one two three" ' * (MOST_QUOTATIONS + 1))
    began = time.monotonic()
    for mark in ("“", "„", '"', "'", "«", "‘", "> ", "`", "“„«‹‘'\""):
        quotations_in(f" {mark}a" * 20_000)
    quotations_in("`" * 400_000)
    quotations_in("“ " * 20_000 + "“a " * 300_000)
    assert time.monotonic() - began < 20


@given(st.text(alphabet="ab “”„\"'‘’«»>`*[1]\n…-", max_size=200))
def test_any_text_has_quotations_in_order_that_do_not_overlap(text: str) -> None:
    quoted, _ = quotations_in(text, 1)
    bounds = [edge for each in quoted for edge in (each.start, each.end)]
    assert bounds == sorted(bounds)
    assert not bounds or (bounds[0] >= 0 and bounds[-1] <= len(text))


# ---------------------------------------------------------------- where it stands


def test_exact_words_are_found_with_their_place() -> None:
    result = finding_of("The mayor of Lund is Ana Ruiz")
    (place,) = result.places
    assert result.outcome == "exact"
    assert (place.document, place.text, place.line) == (TOWN, "The mayor of Lund is Ana Ruiz", 3)
    assert (place.heading, place.page, place.row) == ("HARBOUR NEWS", None, None)


@pytest.mark.parametrize(
    ("quoted", "stands"),
    [
        ("The ferry to Oslo leaves at 14:30 - if it's calm", "The ferry to\nOslo leaves at 14:30 – if it’s calm"),
        ("'Nobody swims here,' said Bo", "“Nobody swims here,” said Bo"),
        ("She was elected in May by 90 votes,", "She was elected in May by 90 votes"),
        ("The mayor … is Ana Ruiz", "The mayor of Lund is Ana Ruiz"),
        ("The ferry [...] leaves at 14:30", "The ferry to\nOslo leaves at 14:30"),
    ],
)
def test_words_that_are_typed_otherwise_are_found(quoted: str, stands: str) -> None:
    result = finding_of(quoted)
    assert (result.outcome, [place.text for place in result.places]) == ("typed otherwise", [stands])


def test_near_words_are_found_with_what_differs() -> None:
    result = finding_of("she was elected in June by ninety votes")
    (place,) = result.places
    assert (result.outcome, place.text) == ("near", "She was elected in May by 90 votes")
    assert place.differences == (Difference("june", "May"), Difference("ninety", "90"))


def test_a_minus_is_no_dash() -> None:
    document = Document.from_text("It was 5 degrees at noon here, and .7 miles from it.")
    result = finding_of("-5 degrees at noon here", document)
    assert (result.outcome, result.places[0].differences) == ("near", (Difference("-5", "5"),))
    assert finding_of("...5 degrees at noon here;", document).outcome == "typed otherwise"
    assert finding_of("7 miles from it", document).outcome == "exact"


@pytest.mark.parametrize("words", ["the toll is **70** people today", "the toll is 70 [3] people today"])
def test_signs_that_the_document_has_too_are_exact(words: str) -> None:
    quoted, _ = quotations_in(f"It says “{words}”.")
    for text in (words, words.replace("**", "").replace(" [3]", "")):
        (result,) = findings_of(quoted, [Document.from_text(f"Today {text}, it says.")])
        assert (result.outcome, result.places[0].text) == ("exact", text)
    (result,) = findings_of(quoted, [Document.from_text(words.replace(" ", "\n"))])
    assert result.outcome == "typed otherwise"


def test_the_first_part_may_stand_often_before() -> None:
    text = f"{'The council met. ' * 6}{'x ' * 1_500}The council of Lund rejected the harbour plan."
    result = finding_of("The council … rejected the harbour plan", Document.from_text(text))
    assert (result.outcome, len(result.places)) == ("typed otherwise", 1)
    assert result.places[0].text == "The council of Lund rejected the harbour plan"


def test_words_that_are_left_out_or_added_are_told() -> None:
    assert finding_of("The mayor of Lund is the great Ana Ruiz").places[0].differences == (Difference("the great", ""),)
    assert finding_of("She was elected by 90 votes").places[0].differences == (Difference("", "in May"),)


@pytest.mark.parametrize(
    "quoted", ["Nobody has ever written this down", "The mayor of Oslo", "mayor ... Bergen ... votes"]
)
def test_what_stands_nowhere_is_said(quoted: str) -> None:
    assert finding_of(quoted).outcome == "nowhere"


def test_the_better_place_wins_whatever_the_order_of_documents() -> None:
    loose = Document.from_text("The  mayor of Lund is Ana Ruiz. The mayor of Lund was Ana Ruiz.", "Loose", "loose.txt")
    for order in ((loose, TOWN), (TOWN, loose)):
        result = finding_of("The mayor of Lund is Ana Ruiz", *order)
        assert (result.outcome, [place.document for place in result.places]) == ("exact", [TOWN])


def test_places_are_bounded_and_whole_words_come_before_parts_of_words() -> None:
    many = Document.from_text("a cat sat. " * 50)
    assert len(finding_of("a cat sat", many).places) == MOST_PLACES
    parts = Document.from_text("concatenate cat")
    assert [place.start for place in finding_of("cat", parts).places] == [12]
    assert [place.start for place in finding_of("cat", Document.from_text("concatenate")).places] == [3]


def test_repeating_words_take_no_time() -> None:
    began = time.monotonic()
    document = Document.from_text("the cat and " * 20_000)
    findings_of([Quotation("the cat or the cat and the dog " * 50, 0, 1)] * 20, [document])
    assert time.monotonic() - began < 30


def test_many_quotations_of_one_sentence_are_near() -> None:
    quoted = [f"She was elected in May {number} by 90 votes" for number in range(MOST_QUOTATIONS)]
    assert {each.outcome for each in findings_of([Quotation(text, 0, 1) for text in quoted], [TOWN])} == {"near"}


def test_a_long_quotation_is_not_compared_for_one_run_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"word{number}" for number in range(60)]
    compared: list[Document] = []

    def compare(quoted: list[str], document: Document, first: int) -> tuple[float, None]:
        compared.append(document)
        return 0.0, None

    monkeypatch.setattr(near, "_compared", compare)
    for text in (" ".join(words[20:23]), " ".join(words[20:40])):
        findings_of([Quotation(" ".join(words), 0, 1)], [Document.from_text(text)])
    assert len(compared) == 1


def test_the_way_back_takes_few_bytes() -> None:
    assert sys.getsizeof(offsets("a" * 100_000)) < 600_000


# ---------------------------------------------------------------- any excerpt

WORDS = st.lists(
    st.sampled_from(["the", "mayor", "Lund", "“so", "it’s”", "–", "«oui»", "90", "…"]), min_size=5, max_size=40
)
GAPS = st.sampled_from([" ", "\n", "  ", "\n\n", "\u00a0", " \t"])
MARKS = "\"“”«»‘’'"


@st.composite
def retyped(draw: st.DrawFn) -> tuple[Document, int, int, str]:
    """A document, an excerpt of it, and the excerpt with other spaces and quotation marks."""
    words = draw(WORDS)
    text = "".join(word + draw(GAPS) for word in words)
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    first = draw(st.integers(0, len(spans) - 3))
    last = draw(st.integers(first + 2, len(spans) - 1))
    start, end = spans[first][0], spans[last][1]
    pieces = re.split(r"(\s+)", text[start:end])
    other = "".join(
        draw(GAPS) if piece.isspace() else "".join(draw(st.sampled_from(MARKS)) if c in MARKS else c for c in piece)
        for piece in pieces
    )
    return Document.from_text(text), start, end, other


@given(retyped())
def test_any_excerpt_with_other_spaces_and_marks_is_found_at_its_offsets(case: tuple[Document, int, int, str]) -> None:
    document, start, end, words = case
    (result,) = findings_of([Quotation(words, 0, len(words))], [document])
    assert result.outcome in ("exact", "typed otherwise")
    for place in result.places:
        assert folded(place.text) == folded(words)
    if result.outcome == "typed otherwise" and len(result.places) < MOST_PLACES:
        assert (start, end) in [(place.start, place.end) for place in result.places]


@given(st.text(alphabet="ab \n\t“'…–\u00ad\u200b\u00a0", max_size=60))
def test_each_folded_character_leads_back_to_where_it_came_from(text: str) -> None:
    plain, places = folded(text), offsets(text)
    assert len(plain) == len(places)
    assert list(places) == sorted(places)
    assert all(
        character == " " or folded(text[place]).startswith(character)
        for character, place in zip(plain, places, strict=True)
    )


# ---------------------------------------------------------------- the page and the command

ANSWER = "It says “The mayor of Lund is Ana Ruiz” but “nobody ever wrote this one”.\n"


def test_the_page_marks_the_text_and_needs_nothing_else() -> None:
    text = "<script>alert(1)</script> \u202e “The mayor of Lund is Ana Ruiz” and “nobody <b>wrote</b> this one”"
    quoted, shorter = quotations_in(text)
    page = to_html(text, findings_of(quoted, [TOWN]), shorter)
    assert "<script" not in page
    assert "\u202e" not in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert '<mark class="exact" id="text-1">The mayor of Lund is Ana Ruiz</mark>' in page
    assert '<mark class="nowhere" id="text-2">' in page
    body = page[page.index('<div class="text"') : page.index("<h2>")]
    shown = unescape(re.sub(r'<a class="number".*?</a>|<[^>]*>', "", body)).strip()
    assert shown == text.replace("\u202e", "\ufffd")


def test_the_command_tells_where_and_exits_with_1_where_one_stands_nowhere(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text(ANSWER, encoding="utf-8")
    done = run("check", "answer.md", "docs", "--html", "page.html")
    assert (done.code, done.err) == (1, "")
    assert "2 quotations: 1 exact, 1 nowhere." in done.out
    assert "docs/town.txt" in done.out
    assert "Ana Ruiz" in (tmp_path / "page.html").read_text("utf-8")
    (tmp_path / "answer.md").write_text("It says “The mayor of Lund is Ana Ruiz”.", encoding="utf-8")
    assert run("check", "answer.md", "docs").code == 0
    (tmp_path / "answer.md").write_text("It quotes nothing.", encoding="utf-8")
    assert run("check", "answer.md", "docs").out == "0 quotations.\n"


def test_the_text_and_its_page_are_not_looked_through(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text(ANSWER, encoding="utf-8")
    for left_out in ("answer.md", "answer.md, page.html"):
        done = run("check", str(tmp_path / "answer.md"), ".", "--html", "page.html")
        assert (done.code, done.err.splitlines()[-1]) == (1, f"{left_out}: left out, as the text itself or its page")
        assert "2 quotations: 1 exact, 1 nowhere." in done.out


def test_json_has_the_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text(ANSWER, encoding="utf-8")
    told = json.loads(run("check", "answer.md", "docs", "--json").out)
    assert told["counts"] == {"exact": 1, "typed otherwise": 0, "near": 0, "nowhere": 1}
    first = told["quotations"][0]
    (place,) = first["places"]
    assert ANSWER[first["start"] : first["end"]] == place["text"] == first["text"]
    assert (place["document"]["source"], place["line"], place["parts"]) == (
        "docs/town.txt",
        5,
        [[place["start"], place["end"]]],
    )


def test_an_index_is_looked_through(run: Run, tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text(ANSWER, encoding="utf-8")
    assert run("index", "docs").code == 0
    assert json.loads(run("check", "answer.md", "--json").out)["counts"]["exact"] == 1


@pytest.mark.parametrize("data", [None, b"\xff\xfe\x00", b"a" * 4_000_001], ids=["missing", "not UTF-8", "too long"])
def test_a_text_that_cannot_be_read_is_one_line(run: Run, tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "answer.md").write_bytes(data)
    done = run("check", "answer.md", "docs")
    assert done.code == 2
    assert re.fullmatch(r"pincite: answer\.md: [^\n]+\n", done.err)

"""The page of a report: whole, self-contained, true to the figures, and safe whatever a document holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from embeddings.types import Chunk, Document, Hit
from eval.report.failures import BATCH, groups
from eval.report.figures import Report, make_report
from eval.report.marking import Piece, pieces, showable
from eval.report.page import Circumstances, to_html
from eval.report.rendering import figure_cells, summary
from eval.report.verdicts import Verdict, sentence, verdict
from eval.runner import Outcome
from eval.sets.gold import GoldAnswer, GoldQuestion
from qa.types import Citation
from tests.outcomes import (
    ALL,
    DOCUMENTS,
    FLOOD,
    HARBOUR,
    LONG_WINDED,
    MISPLACED,
    REFUSED,
    RIGHT,
    RIGHTLY_REFUSED,
    UNSUPPORTED,
    WRONG,
    asked,
    cited,
    gold,
    outcome,
)

VOID = {"meta", "link", "img", "br", "hr", "input"}
FAILED = [one for one in ALL if one is not RIGHT]


@dataclass
class Element:
    """What an element holds: its attributes, and all text within it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A parsed page; it raises where a tag is not closed by its own."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def of(self, tag: str, kind: str | None = None) -> list[Element]:
        """The elements with a tag, and a class."""
        found = [element for element in self.elements if element.tag == tag]
        return [e for e in found if kind is None or kind in e.attributes.get("class", "").split()]


def circumstances(documents: Sequence[Document] = DOCUMENTS) -> Circumstances:
    return Circumstances(documents, datetime(2031, 5, 4, 3, 2, tzinfo=UTC), "9.9", "an abacus")


def report(outcomes: Sequence[Outcome]) -> Report:
    settings = {"threshold": 0.25, "fusion": "min-max"}
    return make_report(outcomes, len(DOCUMENTS), settings, {"reader": "tiny"}, resamples=20)


def page(outcomes: Sequence[Outcome], documents: Sequence[Document] = DOCUMENTS) -> Page:
    return parse(to_html(report(outcomes), circumstances(documents)))


def parse(html: str) -> Page:
    parsed = Page()
    parsed.feed(html)
    parsed.close()
    assert not parsed.open, f"<{parsed.open[-1].tag}> is never closed"
    return parsed


def failures(parsed: Page) -> list[Element]:
    return parsed.of("details", "failure")


# Verdicts


@pytest.mark.parametrize(
    ("one", "kind", "words"),
    [
        (RIGHT, Verdict.RIGHT, "right: F1 1.00"),
        (WRONG, Verdict.WRONG, "wrong: F1 0.00"),
        (MISPLACED, Verdict.MISPLACED, "right words, wrong place: F1 1.00"),
        (REFUSED, Verdict.REFUSED, "refused, but the documents answer it; the best span found was right (F1 0.80)"),
        (UNSUPPORTED, Verdict.UNSUPPORTED, "answered, though the documents do not say, which hold words"),
        (RIGHTLY_REFUSED, Verdict.RIGHTLY_REFUSED, "refused, and rightly"),
        (LONG_WINDED, Verdict.MISSED_WORDS, "right place, wrong words: F1 0.44"),
    ],
)
def test_each_outcome_has_one_verdict_and_says_it_in_words(one: Outcome, kind: Verdict, words: str) -> None:
    assert verdict(one) is kind
    assert sentence(one).startswith(words)
    assert kind.is_failure == (kind not in (Verdict.RIGHT, Verdict.RIGHTLY_REFUSED))


def test_a_refusal_says_what_was_found_or_that_nobody_looked() -> None:
    elsewhere = outcome(REFUSED.question, None, found=cited("the mayor", FLOOD))
    assert sentence(elsewhere).endswith("the best span found was wrong (F1 0.00, in the wrong place)")
    assert sentence(replace(REFUSED, found=None, best=None)).endswith("was not asked for")


# Marks


def test_pieces_are_the_passage_and_say_what_is_gold_and_what_is_the_answer() -> None:
    cut = pieces("0123456789", 1, 9, gold=[(3, 5), (4, 6), (20, 30)], answer=[(5, 8), (0, 2)])
    assert cut == (
        Piece("1", answer=True),
        Piece("2"),
        Piece("34", gold=True),
        Piece("5", gold=True, answer=True),
        Piece("67", answer=True),
        Piece("8"),
    )


def test_what_no_page_can_hold_is_replaced_and_nothing_else() -> None:
    assert showable("a\x00b\ud800c\r\x1b") == "a\ufffdb\ufffdc\ufffd\ufffd"
    kept = "line\n\ttab  \u202eright to left\u2066 \U0001f600 e\u0301"
    assert showable(kept) == kept


# The page


def test_a_page_is_well_formed_and_every_id_is_its_own() -> None:
    parsed = page(ALL)
    ids = Counter(e.attributes["id"] for e in parsed.elements if "id" in e.attributes)
    assert not [name for name, times in ids.items() if times > 1]
    links = {e.attributes["href"][1:] for e in parsed.of("a")}
    assert links <= set(ids)
    uses = [e.attributes["href"][1:] for e in parsed.of("use")]
    assert uses
    assert set(uses) <= set(ids)


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    html = to_html(report(ALL), circumstances())
    parsed = parse(html)
    policy = next(e for e in parsed.of("meta") if e.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    for element in parsed.elements:
        assert element.tag not in {"script", "iframe", "object", "embed", "base", "form", "video", "audio"}
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            if name in {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}:
                assert value.startswith(("#", "data:image/svg+xml;base64,"))
    assert "@import" not in html
    assert set(re.findall(r"url\((.)", html)) <= {"#"}
    assert "http:" not in html
    assert "https:" not in html


def test_every_wrong_or_refused_answer_stands_on_the_page_once_and_no_right_one() -> None:
    found = [element.text for element in failures(page(ALL))]
    assert len(found) == len(FAILED)
    for one in FAILED:
        assert sum(f"What of {one.question.id}?" in text for text in found) == 1
    assert not any(RIGHT.question.question in text for text in found)


def test_a_failure_holds_its_answer_its_gold_and_what_was_read() -> None:
    (shown,) = [e.text for e in failures(page(ALL)) if "What of wall?" in e.text]
    assert "Wrong: F1 0.00" in shown
    assert "the mayor" in shown
    assert f"The flood · News · undated · characters {WRONG.answer.citations[0].start}-" in shown
    start = HARBOUR.text.index("Nora Quist")
    assert f"characters {start}-{start + 10}" in shown
    assert "retrieved at rank 1 and was read" in shown
    assert shown.count("holds gold") == 1
    assert all(document.text in shown for document in DOCUMENTS)


def test_gold_words_and_the_words_of_the_answer_are_marked_apart() -> None:
    marks = Counter((e.attributes["class"], e.text) for e in page([WRONG, LONG_WINDED]).of("mark"))
    assert marks["gold", "Nora Quist"] == marks["answer", "the mayor"] == 1
    assert marks["answer", "designed the harbour wall. It took "] == marks["gold answer", "9 years"] == 1


def test_a_refusal_shows_the_best_span_found_and_marks_it() -> None:
    parsed = page([REFUSED])
    (shown,) = failures(parsed)
    assert "The best span found, which a lower threshold would have shown" in shown.text
    assert [e.text for e in parsed.of("mark", "answer")][-1] == " designed"


def test_gold_that_was_not_read_is_shown_in_its_place() -> None:
    one = outcome(asked("wall", gold("Nora Quist")), cited("the mayor", FLOOD), read=(FLOOD,))
    (shown,) = failures(page([one]))
    assert "gold, not read" in shown.text
    assert "No passage with a gold answer is among the 1 nearest." in shown.text
    found = replace(one, hits=(*one.hits, Hit(HARBOUR, Chunk(HARBOUR.id, 0, 0, len(HARBOUR.text)), 0, 0, 0)))
    (shown,) = failures(page([found]))
    assert "retrieved at rank 2 but only the first 1 were read" in shown.text


def test_items_of_a_list_are_named_and_a_wording_stands_once_with_all_its_places() -> None:
    twice = [gold("harbour"), GoldAnswer(HARBOUR.id, 53, 60, "harbour"), gold("9 years")]
    assert HARBOUR.text[53:60] == "harbour"
    question = GoldQuestion("all", "list", "What of all?", tuple(twice), ((twice[0], twice[1]), (twice[2],)))
    (group,) = groups([outcome(question, cited("mayor", FLOOD))], DOCUMENTS)
    (failure,) = group.batches[0].failures
    assert [(line.text, line.group, line.characters) for line in failure.gold[0].lines] == [
        ("harbour", "item 1", ("4-11", "53-60")),
        ("9 years", "item 2", (f"{twice[2].start}-{twice[2].end}",)),
    ]
    assert failure.notes == ("0 of 2 items of the list were found",)


def test_the_figures_are_those_of_the_report() -> None:
    made = report(ALL)
    parsed = parse(to_html(made, circumstances()))
    text = parsed.of("html")[0].text
    assert summary(made) in text
    rows = [[e.text for e in row] for row in _cells(parsed)]
    for figure in made.figures:
        assert list(figure_cells(figure)) in [row[:4] for row in rows]
    for kind in made.kinds:
        (row,) = [row for row in rows if row[:2] == [kind.kind, str(kind.n)]]
        for share, cell in zip((kind.exact, kind.f1, kind.cited, kind.refused), row[3:], strict=True):
            assert cell.startswith("—" if share is None else f"{share:.1%}")


def _cells(parsed: Page) -> list[list[Element]]:
    """The cells of each row of each table."""
    rows: list[list[Element]] = []
    for element in parsed.elements:
        if element.tag == "tr":
            rows.append([])
        elif element.tag in ("td", "th"):
            rows[-1].append(element)
    return rows


def test_decisions_add_up() -> None:
    rows = [[e.text for e in row] for row in _cells(page(ALL))]
    assert ["the documents answer", "1", "3", "1", "5"] in rows
    assert ["the documents do not answer", "—", "1", "1", "2"] in rows
    assert ["all", "1", "4", "2", "7"] in rows


def test_the_page_says_what_was_measured_when_and_with_what() -> None:
    text = page(ALL).of("html")[0].text
    for words in ("2031-05-04 03:02 UTC", "Pincite 9.9", "an abacus", "threshold 0.25", "fusion min-max", "tiny"):
        assert words in text
    assert "harbour.txt" in text
    assert "papers/" not in text


def test_the_same_report_gives_the_same_page() -> None:
    assert to_html(report(ALL), circumstances()) == to_html(report(ALL), circumstances())


@pytest.mark.parametrize(
    "outcomes",
    [
        (),
        (RIGHT,),
        (RIGHT, WRONG),
        (REFUSED, REFUSED),
        (RIGHTLY_REFUSED,),
        (UNSUPPORTED,),
        (replace(REFUSED, found=None, best=None),),
        (replace(WRONG, hits=(), answer=replace(WRONG.answer, passages=())),),
        (RIGHT,) * 12,
    ],
    ids=[
        "empty",
        "right",
        "answerable",
        "refused",
        "rightly refused",
        "unanswerable",
        "unknown",
        "nothing read",
        "ties",
    ],
)
def test_a_page_can_be_made_of_any_outcomes(outcomes: Sequence[Outcome]) -> None:
    parsed = page(outcomes)
    assert len(failures(parsed)) == sum(verdict(one) is not Verdict.RIGHT for one in outcomes)
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", parsed.of("main")[0].text)


def test_documents_that_are_not_at_hand_are_named_by_their_ids() -> None:
    unread = replace(WRONG, answer=replace(WRONG.answer, passages=()))
    (shown,) = failures(page([unread], documents=()))
    assert HARBOUR.id in shown.text


def test_thousands_of_failures_are_all_there_behind_one_line_for_each_hundred() -> None:
    many = [replace(WRONG, question=replace(WRONG.question, id=f"w{n}")) for n in range(2 * BATCH + 5)]
    parsed = page(many)
    assert len(failures(parsed)) == 205
    batches = [e.text.strip().splitlines()[0] for e in parsed.of("details", "batch")]
    assert batches == ["1 to 100 of 205", "101 to 200 of 205", "201 to 205 of 205"]


HOSTILE = (
    "</style></title><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} &amp; ]]> <!-- \u202e\u2066\x1b[2J"
)


def test_hostile_text_is_shown_as_it_is_written_and_does_nothing() -> None:
    text = f"{HOSTILE} answer {HOSTILE}"
    document = Document("<b>id</b>", HOSTILE, f"x/{HOSTILE}\udcff.txt", text, date='"><i>')
    start = text.index("answer")
    right = GoldAnswer(document.id, start, start + 6, "answer")
    question = GoldQuestion(HOSTILE, HOSTILE, HOSTILE, (right,))
    said = Citation(document, 0, len(HOSTILE), 0, len(HOSTILE), heading=HOSTILE)
    made = make_report([outcome(question, said, read=(document,))], 1, {HOSTILE: HOSTILE}, {HOSTILE: HOSTILE}, 5)
    html = to_html(made, circumstances([document]))
    html.encode("utf-8")
    parsed = parse(html)
    tags = Counter(element.tag for element in parsed.elements)
    assert not {"script", "i"} & set(tags)
    assert tags["img"] == 1
    assert tags["style"] == tags["title"] == 1
    assert not any(name.startswith("on") for element in parsed.elements for name in element.attributes)
    (shown,) = failures(parsed)
    assert showable(HOSTILE) in shown.text
    assert "\x1b" not in html
    assert "49" not in shown.text

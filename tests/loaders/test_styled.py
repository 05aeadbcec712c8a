"""HTML as programs export it: what only a style raises or strikes, formulas, feet of tables, links back from notes."""

from __future__ import annotations

import pytest

from embeddings.loaders.limits import LIMITS
from embeddings.loaders.web_page import extract
from embeddings.loading import read_data


def text_of(page: str) -> str:
    return extract(page.encode(), "a.html", LIMITS).text


@pytest.mark.parametrize(
    "page",
    [
        "<style>.c2{vertical-align:super;font-size:60%}</style><p>It held 10<span class='c2'>6</span> cells.</p>",
        "<style>@import url(https://x.org/css?kit=a);.c2{vertical-align:super}</style>"
        "<p>It held 10<span class='c2'>6</span> cells.</p>",
        "<p>It held 10<span style='font-size:8pt; vertical-align: super'>6</span> cells.</p>",
        "<style>#e {vertical-align : super}</style><p>It held 10<a id='e'>6</a> cells.</p>",
        "<p>It held 10<font style='vertical-align:super'><b>6</b></font> cells.</p>",
    ],
)
def test_digits_that_a_style_raises_stay_raised(page: str) -> None:
    assert text_of(page) == "It held 10⁶ cells."


def test_letters_that_a_style_lowers_stay_lowered() -> None:
    page = (
        "<style>.s{vertical-align:sub}</style><p>H<span class=s>2</span>O and CO<i style='vertical-align:sub'>2</i></p>"
    )
    assert text_of(page) == "H₂O and CO₂"


def test_a_style_that_raises_twice_raises_once() -> None:
    assert text_of("<p>10<sup><span style='vertical-align:super'>6</span></sup> cells</p>") == "10⁶ cells"


def test_words_that_a_class_strikes_are_left_out_and_counted() -> None:
    style = "<style>.c1{color:red;text-decoration:line-through}</style>"
    page = f"{style}<p>The rent is <span class=c1>900</span> 950 euros.</p>"
    found = extract(page.encode(), "a.html", LIMITS)
    assert found.text == "The rent is 950 euros."
    assert [(each.kind, each.count) for each in found.omitted] == [("struck passage", 1)]


def test_a_raised_unit_between_numbers_stands_on_the_line() -> None:
    assert text_of("<p>It opens at 12<sup>h</sup>30 on Monday.</p>") == "It opens at 12h30 on Monday."


def test_the_foot_of_a_table_comes_last_wherever_it_is_written() -> None:
    foot = "<tfoot><tr><td>Total</td><td>30</td></tr></tfoot>"
    page = f"<table><thead><tr><th>Item<th>Price</thead>{foot}<tbody><tr><td>Rope<td>30</tbody></table>"
    assert text_of(page) == "Item: Rope; Price: 30.\n\nItem: Total; Price: 30."


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("<mfrac><mi>a</mi><mn>2</mn></mfrac>", "a/2"),
        ("<mi>x</mi><mo>=</mo><msup><mn>10</mn><mrow><mo>-</mo><mn>3</mn></mrow></msup>", "x = 10⁻³"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x + 1)"),
        ("<mn>20</mn><mtext> if the ship is </mtext><mi>late</mi>", "20 if the ship is late"),
        ("<mn>10</mn><mspace width='1em'/><mtext>euros</mtext>", "10 euros"),
        ("<mover><mi>v</mi><mo>→</mo></mover><mo>=</mo><munder><mi>x</mi><mo>¯</mo></munder>", "v = x"),
        ("<mover><mover><mi>n</mi><mo>⏞</mo></mover><mtext>the fee</mtext></mover>", "n (the fee)"),
        ("<mover><mo>→</mo><mtext>heat</mtext></mover>", "→^heat"),
        ("<munder><mo>lim</mo><mrow><mi>x</mi><mo>→</mo><mn>0</mn></mrow></munder>", "lim_(x→0)"),
        ("<msup><mi>f</mi><mo>′</mo></msup><mo>=</mo><msup><mn>20</mn><mo>∘</mo></msup>", "f′ = 20°"),
        ("<msub><mi>v</mi><mn>0</mn></msub><annotation encoding='tex'>v_0</annotation>", "v₀"),
    ],
)
def test_a_formula_is_read(formula: str, said: str) -> None:
    assert text_of(f"<p>Here <math>{formula}</math> holds.</p>") == f"Here {said} holds."


def test_quotation_marks_that_a_browser_writes_are_written() -> None:
    assert text_of("<p>He said <q>come <b>now</b></q>.</p>") == "He said “come now”."


def test_a_link_back_from_a_note_is_no_text() -> None:
    assert (
        text_of("<ol><li><p>Measured twice. <a href='#r1'>↩︎</a></p></li></ol><p>End.</p>")
        == "1. Measured twice.\n\nEnd."
    )


def test_a_table_whose_cell_holds_a_section_lays_out_a_page() -> None:
    page = "<table><tr><td><a href=a>Home</a></td><td><h1>Storm</h1><p>The roof is gone.</p></td></tr></table>"
    found = extract(page.encode(), "a.html", LIMITS)
    assert found.text.endswith("Storm\n\nThe roof is gone.")
    assert [found.text[slice(*each)] for each in found.layout.headings] == ["Storm"]


def test_the_head_of_the_page_in_a_mail_is_no_heading() -> None:
    head = "<head><title>Sent by a program</title><style><!-- p.MsoNormal{margin:0cm} --></style></head>"
    page = f"<html>{head}<body><p>The visit is on 19 June.</p></body></html>"
    mail = f"From: Ann <a@x.org>\r\nSubject: Visit\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}"
    (document,) = read_data("a.eml", mail.encode())
    assert document.text == "From: Ann <a@x.org>\nSubject: Visit\n\nThe visit is on 19 June."

"""HTML as it is shown: hidden and struck text is none, raised and lowered letters keep their meaning."""

from __future__ import annotations

import pytest

from embeddings.loaders.limits import LIMITS
from embeddings.loaders.shown.raised import Raised, fraction, lowered
from embeddings.loaders.web_page import extract

BEFORE = "<p>This page collects what visitors of the centre should know before they travel, in plain words.</p>"

AFTER = "<p>The centre was renovated by the town council after a long consultation, and welcomes forty people.</p>"


def text_of(part: str, head: str = "") -> str:
    """The text of a page with a part between two paragraphs."""
    page = f"<html><head><title>Page</title>{head}</head><body><article>{BEFORE}{part}{AFTER}</article></body></html>"
    return extract(page.encode(), "a.html", LIMITS).text


@pytest.mark.parametrize(
    "part",
    [
        '<div style="display:none"><p>SECRET fee</p></div>',
        '<div style="color: red; VISIBILITY : hidden !important">SECRET</div>',
        "<p hidden>SECRET</p>",
        '<span aria-hidden="true">SECRET</span>',
        "<template><p>SECRET</p></template>",
        "<ix:header><ix:hidden><p>SECRET</p></ix:hidden></ix:header>",
        '<section style="display: none"><div><table><tr><td>SECRET</td><td>2</td></tr></table></div></section>',
        "<p>open <del>SECRET</del> <ins>shut</ins></p>",
        "<p><s>SECRET</s> 5</p>",
        "<p><strike>SECRET</strike> 5</p>",
        '<p><span style="text-decoration: line-through">SECRET</span> 5</p>',
        "<dialog><p>SECRET</p></dialog>",
        "<table><tr><th>a</th><th>b</th></tr><tr><td><del>SECRET</del> 4</td><td>x</td></tr></table>",
    ],
)
def test_hidden_and_struck_text_is_no_text(part: str) -> None:
    found = text_of(part)
    assert "SECRET" not in found
    assert "plain words" in found
    assert "long consultation" in found


@pytest.mark.parametrize(
    "rule", [".h {display:none}", "p.h, #x { margin: 0; display: none; }", "/* a */ .h{visibility:hidden}"]
)
def test_what_the_style_of_the_page_hides_is_no_text(rule: str) -> None:
    assert "SECRET" not in text_of('<p class="a h">SECRET</p>', f"<style>{rule}</style>")


@pytest.mark.parametrize(
    "style",
    [
        "<style>@media print { .h {display:none} }</style>",
        '<style media="print">.h {display:none}</style>',
        "<style>.h .x {display:none}</style>",
    ],
)
def test_what_is_hidden_only_sometimes_stays(style: str) -> None:
    assert "OPEN" in text_of('<p class="h">OPEN</p>', style)


def test_a_page_that_a_script_would_show_stays() -> None:
    found = extract(
        b"<body><div style='visibility:hidden'><p>The whole of the page is here.</p></div></body>", "a", LIMITS
    )
    assert "The whole of the page" in found.text


def test_what_was_taken_out_is_told() -> None:
    page = f"<body>{BEFORE}<p hidden>a b</p><p><s>9</s> 5</p><img src=a><input name=a><select></select></body>"
    told = extract(page.encode(), "a.html", LIMITS).remarks.lines()
    assert told[:2] == ("1 hidden passage left out", "1 struck passage left out")
    assert {"1 picture left out", "2 form fields left out"} <= set(told)


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("10<sup>6</sup> cells", "10⁶ cells"),
        ("10<sup>-9</sup> m", "10⁻⁹ m"),
        ("3 × 10<sup>23</sup>", "3 × 10²³"),
        ("2<sup>10</sup> times", "2¹⁰ times"),
        ("rose to 45<sup>1</sup> tonnes", "rose to 45 ¹ tonnes"),
        ('in 1932<sup><a href="#n3">3</a></sup> it', "in 1932 ³ it"),
        ('in 1932<sup class="reference"><a href="#c">[4]</a></sup> it', "in 1932 [4] it"),
        ("290,000<sup>2</sup> people", "290,000 ² people"),
        ("the bridge<sup>2</sup> fell", "the bridge ² fell"),
        ("it fell.<sup>2</sup> Then", "it fell.² Then"),
        ("240 m<sup>2</sup> and 5 km<sup>2</sup>", "240 m² and 5 km²"),
        ("9.81 m/s<sup>2</sup>", "9.81 m/s²"),
        ("x<sup>2</sup> + y<sup>n</sup>", "x² + yⁿ"),
        ("e<sup>x+1</sup>", "e^(x+1)"),
        ("the 20<sup>th</sup> of May", "the 20th of May"),
        ("M<sup>me</sup> Curie", "Mme Curie"),
        ("<sup>14</sup>C", "¹⁴C"),
        ("$1<sup>99</sup> each", "$1.99 each"),
        ("1<sup>99</sup> € each", "1.99 € each"),
        ("H<sub>2</sub>O and CO<sub>2</sub>", "H₂O and CO₂"),
        ("V<sub>max</sub>", "V_max"),
        ("2<sup>1</sup>/<sub>2</sub> cups", "2½ cups"),
        ("<sup>3</sup>&frasl;<sub>4</sub> cup", "¾ cup"),
        ("20<sup>o</sup>C", "20°C"),
        ("Widget<sup>TM</sup> sold", "Widget™ sold"),
        ("48<sup>*</sup> euros", "48 * euros"),
    ],
)
def test_raised_and_lowered_letters_keep_their_meaning(part: str, shown: str) -> None:
    assert shown in text_of(f"<p>We saw {part}.</p>")


def test_marks_of_notes_are_numbered_through() -> None:
    marks = Raised()
    assert [marks.words(f"it was 9{n}", str(n), "") for n in (1, 2, 3)] == [" ¹", " ²", " ³"]
    assert Raised().words("the square of 3", "4", "") == "⁴"


def test_fractions_and_lowered_words() -> None:
    assert (fraction("7", "8", ""), fraction("2", "9", "1"), fraction("1", "x", "")) == ("⅞", " 2/9", None)
    assert (lowered("10"), lowered("q")) == ("₁₀", "_q")


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("<h2>Chapter 2<br>Access</h2>", "Chapter 2 Access"),
        ("<h2><span>Part</span><div>One</div></h2>", "Part One"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>9:00<br>14:00</td><td><p>Ana</p><p>Ben</p></td></tr></table>",
            "9:00 14:00",
        ),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td><ul><li>Ana<li>Ben</ul></td><td>2</td></tr></table>", "Ana Ben"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<ol start=3><li><p>one</p><li value=7>two<li>three</ol>", "3. one\n7. two\n8. three"),
        ("<ol type=a><li>one<ol type=i><li>deep</ol><li>two</ol>", "a. one\ni. deep\nb. two"),
        ("<ol reversed><li>one<li>two</ol>", "2. one\n1. two"),
        ('<ol style="list-style: none"><li>one<li>two</ol>', "- one\n- two"),
        ("<ol><li>1.1 one<li>1.2 two</ol>", "1.1 one\n1.2 two"),
        (
            "<dl><dt>Owner:<dd>Kari Lund</dd><dt>Built</dt><dd>1931</dd><dd>1954</dl>",
            "Owner: Kari Lund\n- Built: 1931; 1954",
        ),
        ("<p>un&shy; break&shy;able</p>", "un breakable"),
    ],
)
def test_breaks_blocks_items_and_cells_part_words(part: str, shown: str) -> None:
    assert shown in text_of(part)


@pytest.mark.parametrize(
    "style", ["font-size:0", "position:absolute; left:-9999px", "max-height:0;overflow:hidden;opacity:0"]
)
def test_text_that_takes_no_place_is_hidden(style: str) -> None:
    assert "SECRET" not in text_of(f'<p>A long text about the ferry to Horten.</p><div style="{style}">SECRET</div>')
    kept = f'<p>A text.</p><div style="{style}"><span style="font-size:12px">SHOWN</span></div>'
    assert ("SHOWN" in text_of(kept)) == (style == "font-size:0")


def test_words_on_both_sides_of_struck_ones_stay_apart() -> None:
    assert "entry 5 euros" in text_of("<p>entry <del>9 </del>5 euros</p>")


@pytest.mark.parametrize("sign", ["\x01", "\x0c", "&#1;", "&#x1f;", "\ufffe", "&#xd800;", "\x7f"])
def test_signs_that_are_no_text_cost_no_page(sign: str) -> None:
    part = f"<div>one{sign}<p>two{sign}</p>three{sign}<s>gone</s>four{sign}<sup>2{sign}</sup>{sign} five</div>"
    found = text_of(part)
    assert "five" in found
    assert "gone" not in found

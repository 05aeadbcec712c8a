"""Files as programs write them: what Google Docs and Outlook export, frames, cells that stand close, boxes beside a text."""

from __future__ import annotations

from collections.abc import Iterator

from eval.extraction.making.case import Case, Grid
from eval.extraction.making.packing import xlsx
from eval.extraction.making.pdfs import Line, column, pdf

PROSE = (
    "The harbour wall was planned in the",
    "year of the storm, and it took four",
    "years until the last stone was set.",
    "People came from far away to see",
    "it, and the mayor held a speech of",
    "two hours while rain fell on the",
    "crowd. After that the band played",
    "and the children ran home.",
)
_WORDS = "anchor ark boat bow cabin cable".split(), "dock ferry fleet gale hatch helm".split()
_YEARS = Grid(("Country", "2019", "2020"), [("Norway", "5.33", "5.37"), ("Sweden", "10.23", "10.35")])


def cases() -> Iterator[Case]:
    """The files of this kind."""
    yield from _pages()
    yield from _prints()
    yield from _sheets_and_texts()


def _pages() -> Iterator[Case]:
    style = "<style>.c1{text-decoration:line-through}.c2{vertical-align:super;font-size:60%}</style>"
    yield Case(
        "html_google_docs.html",
        f"<html><head>{style}</head><body><p><span>The rent is </span><span class='c1'>900</span><span> 950 euros."
        "</span></p><p>The culture held 10<span class='c2'>6</span> cells.</p></body></html>".encode(),
        ["The rent is 950 euros.", "The culture held 10⁶ cells."],
        [("How much is the rent?", "950 euros"), ("How many cells did the culture hold?", "10⁶")],
        absent=("900",),
    )
    foot = "<tfoot><tr><td>Total</td><td>17</td></tr></tfoot>"
    rows = "<tbody><tr><td>Rope</td><td>5</td></tr><tr><td>Lamp</td><td>12</td></tr></tbody>"
    yield Case(
        "html_foot_first.html",
        f"<table><thead><tr><th>Item</th><th>Price</th></tr></thead>{foot}{rows}</table>".encode(),
        [Grid(("Item", "Price"), [("Rope", "5"), ("Lamp", "12"), ("Total", "17")])],
        [("What is the price of the lamp?", "12")],
    )
    bands = "<tr><td colspan=2>A</td></tr><tr><td>Anchor</td><td>a hook</td></tr><tr><td>Ark</td><td>a big ship</td>"
    bands += "</tr><tr><td colspan=2>B</td></tr><tr><td>Boat</td><td>a small ship</td></tr>"
    yield Case(
        "html_letters.html",
        f"<table>{bands}</table>".encode(),
        ["A", "Anchor a hook", "Ark a big ship", "B", "Boat a small ship"],
        [("What is an ark?", "a big ship")],
    )
    yield Case(
        "html_formula.html",
        b"<p>The speed is <math><mi>v</mi><mo>=</mo><mfrac><mi>s</mi><mi>t</mi></mfrac></math> in this case.</p>",
        ["The speed is v = s/t in this case."],
    )
    head = "<head><style><!-- p.MsoNormal{margin:0cm} --></style></head>"
    body = "<body><p class=MsoNormal>The visit is on 19 June.<o:p></o:p></p></body>"
    yield Case(
        "eml_outlook_style.eml",
        f"From: Ann Lee <ann@x.org>\r\nSubject: Visit\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html>{head}{body}"
        "</html>".encode(),
        ["The visit is on 19 June."],
        [("When is the visit?", "19 June")],
        also=("From: Ann Lee <ann@x.org> Subject: Visit",),
    )


def _prints() -> Iterator[Case]:
    box: list[Line] = [
        (350, 767 - 15 * n, 11, words) for n, words in enumerate(("In brief", "Opens: 9:00", "Fee: 5 euros"))
    ]
    yield Case(
        "pdf_box.pdf",
        pdf(column(60, 760, *PROSE) + box),
        [" ".join(PROSE), "In brief Opens: 9:00 Fee: 5 euros"],
        [("How much is the fee?", "5 euros"), ("Who held a speech?", "the mayor")],
    )
    yield Case(
        "pdf_word_columns.pdf",
        pdf([(60, 780, 16, "Words"), *column(60, 740, *_WORDS[0]), *column(240, 740, *_WORDS[1])]),
        ["Words", " ".join((*_WORDS[0], *_WORDS[1]))],
    )
    places = zip((60, 150, 188), zip(*[_YEARS.names, *_YEARS.rows], strict=True), strict=True)
    lines = [(x, 760 - 26 * n, 12, cell) for x, cells in places for n, cell in enumerate(cells)]
    yield Case("pdf_close_cells.pdf", pdf(lines), [_YEARS], [("What is the figure of Sweden in 2020?", "10.35")])
    names = [(150, 760, 12, "2019"), (270, 760, 12, "2020"), (60, 748, 12, "Country")]
    names += [(x, 736, 12, word) for x, word in zip((140, 185, 260, 305), ("Men", "All", "Men", "All"), strict=True)]
    rows = [("Norway", "2.6", "5.3", "2.7", "5.4"), ("Sweden", "5.1", "10.2", "5.2", "10.4")]
    body = [
        (x, 712 - 24 * n, 12, cell)
        for n, row in enumerate(rows)
        for x, cell in zip((60, 140, 185, 260, 305), row, strict=True)
    ]
    yield Case(
        "pdf_two_deep.pdf",
        pdf(names + body),
        [Grid(("Country", "2019, Men", "2019, All", "2020, Men", "2020, All"), rows)],
    )


def _sheets_and_texts() -> Iterator[Case]:
    raised = '<r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>6</t></r><r><t> cells</t></r>'
    struck = "<r><rPr><strike/></rPr><t>old 5</t></r><r><t>new 6</t></r>"
    yield Case(
        "xlsx_runs.xlsx",
        xlsx({"Lab": [["What", "Value"], ["Culture", raised], ["Fee", struck]]}),
        [Grid(("What", "Value"), [("Culture", "10⁶ cells"), ("Fee", "new 6")])],
        [("What is the value of the culture?", "10⁶ cells")],
        absent=("old",),
        also=("Lab",),
    )
    frame = "┌────────┬───────┐\n│ Ship   │ Berth │\n├────────┼───────┤\n│ Aurora │ 12    │\n│ Baltic │ 9     │\n└────────┴───────┘\n"
    yield Case(
        "txt_frame.txt",
        frame.encode(),
        [Grid(("Ship", "Berth"), [("Aurora", "12"), ("Baltic", "9")])],
        [("At which berth is the Aurora?", "12")],
        also=("┌────────┬───────┐ │ ├────────┼───────┤ └────────┴───────┘",),
    )
    turkish = "Kira bedeli ayda 900 liradır. Ödeme ayın beşine kadar yapılır."
    yield Case("txt_cp1254.txt", turkish.encode("cp1254"), [turkish])
    hong_kong = "租金每月九百元，請於五日前付款。呢份合約嘅租金係由佢哋俾錢。"
    yield Case("txt_big5hkscs.txt", hong_kong.encode("big5hkscs"), [hong_kong])
    yield Case(
        "json_counted.json",
        b'{"Ship": {"0": "Aurora", "1": "Baltic"}, "Berth": {"0": 12, "1": 9}}',
        [Grid(("Ship", "Berth"), [("Aurora", "12"), ("Baltic", "9")])],
        [("At which berth is the Baltic?", "9")],
    )

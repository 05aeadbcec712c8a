"""Pages of HTML, and the same kinds in EPUB."""

from __future__ import annotations

from collections.abc import Iterator

from eval.extraction.making.case import Case, Grid
from eval.extraction.making.packing import epub

_BEFORE = "The visitor centre of the lake keeps these notes for everybody who comes by train or on foot."
_AFTER = "The house was rebuilt by the town after a long talk with the people of the shore."
_TOWNS = Grid(
    ("Country", "Town", "People"),
    [("Norway", "Oslo", "700,000"), ("Norway", "Bergen", "290,000"), ("Sweden", "Malmo", "360,000")],
)


def _page(inside: str, head: str = "") -> bytes:
    body = f"<article><p>{_BEFORE}</p>{inside}<p>{_AFTER}</p></article>"
    return f'<!doctype html><html><head><meta charset="utf-8"><title>Notes</title>{head}</head><body>{body}</body></html>'.encode()


# name, what stands in the page, what must be read, what must not, a question and its answer
_SHOWN = (
    (
        "struck_del",
        "<p>A ticket costs <del>60</del> <ins>48</ins> euros.</p>",
        "A ticket costs 48 euros.",
        "60",
        "How much is a ticket?",
        "48 euros",
    ),
    (
        "struck_s",
        "<p>Parking is <s>nine</s> five euros a day.</p>",
        "Parking is five euros a day.",
        "nine",
        "How much is parking?",
        "five euros",
    ),
    (
        "struck_style",
        '<p>The boat leaves at <span style="text-decoration:line-through">07:15</span> 07:40.</p>',
        "The boat leaves at 07:40.",
        "07:15",
        "When does the boat leave?",
        "07:40",
    ),
    (
        "hidden_style",
        '<div style="display:none">Draft fee 99 euros.</div><p>The fee is 14 euros.</p>',
        "The fee is 14 euros.",
        "99",
        "How much is the fee?",
        "14 euros",
    ),
    (
        "hidden_attribute",
        "<p hidden>Old guide: Tom Berg.</p><p>The guide is Eva Lund.</p>",
        "The guide is Eva Lund.",
        "Berg",
        "Who is the guide?",
        "Eva Lund",
    ),
    (
        "hidden_template",
        "<template><p>Name: Smithson</p></template><p>The cook is Ben Okoro.</p>",
        "The cook is Ben Okoro.",
        "Smithson",
        "Who is the cook?",
        "Ben Okoro",
    ),
    (
        "hidden_aria",
        '<span aria-hidden="true">xqz</span><p>The lake is 40 metres deep.</p>',
        "The lake is 40 metres deep.",
        "xqz",
        "How deep is the lake?",
        "40 metres",
    ),
    (
        "hidden_ixbrl",
        "<ix:header><ix:hidden>20230000</ix:hidden></ix:header><p>Revenue was 812 million.</p>",
        "Revenue was 812 million.",
        "20230000",
        "How much was revenue?",
        "812 million",
    ),
    (
        "raised_power",
        "<p>The water held 10<sup>6</sup> cells.</p>",
        "The water held 10⁶ cells.",
        "106",
        "How many cells did the water hold?",
        "10⁶",
    ),
    (
        "raised_negative",
        "<p>The film is 10<sup>-9</sup> metres thick.</p>",
        "The film is 10⁻⁹ metres thick.",
        "10-9",
        "How thick is the film?",
        "10⁻⁹ metres",
    ),
    (
        "raised_unit",
        "<p>The hall has 240 m<sup>2</sup> of floor.</p>",
        "The hall has 240 m² of floor.",
        "m2",
        "How much floor has the hall?",
        "240 m²",
    ),
    (
        "raised_note",
        '<p>Output rose to 45<sup><a href="#n">1</a></sup> tonnes.</p>',
        "Output rose to 45 ¹ tonnes.",
        "451",
        "To how many tonnes did output rise?",
        "45",
    ),
    (
        "raised_ordinal",
        "<p>The fair is on the 20<sup>th</sup> of May.</p>",
        "The fair is on the 20th of May.",
        "",
        "When is the fair?",
        "20th of May",
    ),
    (
        "raised_price",
        "<p>Milk costs $1<sup>99</sup> a jug.</p>",
        "Milk costs $1.99 a jug.",
        "$199",
        "How much does milk cost?",
        "$1.99",
    ),
    (
        "lowered",
        "<p>The air held 420 ppm of CO<sub>2</sub>.</p>",
        "The air held 420 ppm of CO₂.",
        "",
        "How much did the air hold?",
        "420 ppm",
    ),
    (
        "fraction",
        "<p>Take <sup>3</sup>&frasl;<sub>4</sub> cup of oil.</p>",
        "Take ¾ cup of oil.",
        "",
        "How much oil is taken?",
        "¾ cup",
    ),
    (
        "break_heading",
        "<h2>Chapter 2<br>Access</h2><p>The gate opens at nine.</p>",
        "Chapter 2 Access",
        "2Access",
        "When does the gate open?",
        "nine",
    ),
    (
        "items",
        "<ul><li>Bring ropes</li><li>Bring lamps</li></ul>",
        "Bring ropes Bring lamps",
        "ropesBring",
        "What are the visitors to bring?",
        "ropes",
    ),
)
_TABLES = (
    (
        "rowspan",
        "<table><tr><th>Country</th><th>Town</th><th>People</th></tr><tr><td rowspan=2>Norway</td><td>Oslo</td><td>700,000</td></tr><tr><td>Bergen</td><td>290,000</td></tr><tr><td>Sweden</td><td>Malmo</td><td>360,000</td></tr></table>",
        _TOWNS,
        "Which country is Bergen in?",
        "Norway",
    ),
    (
        "colspan",
        "<table><tr><th>Ticket</th><th>Members</th><th>Guests</th></tr><tr><td>Day</td><td colspan=2>12 euros</td></tr><tr><td>Year</td><td>140 euros</td><td>210 euros</td></tr></table>",
        Grid(("Ticket", "Members", "Guests"), [("Day", "12 euros", "12 euros"), ("Year", "140 euros", "210 euros")]),
        "How much is a year ticket for guests?",
        "210 euros",
    ),
    (
        "years",
        "<table><tr><td>Land</td><td>2020</td><td>2021</td></tr><tr><td>Norway</td><td>5.37</td><td>5.39</td></tr><tr><td>Sweden</td><td>10.35</td><td>10.42</td></tr></table>",
        Grid(("Land", "2020", "2021"), [("Norway", "5.37", "5.39"), ("Sweden", "10.35", "10.42")]),
        "What was the figure of Norway in 2021?",
        "5.39",
    ),
    (
        "row_names",
        "<table><tr><th scope=row>Client</th><td>Solberg and Sons</td></tr><tr><th scope=row>Deadline</th><td>30 June 2025</td></tr></table>",
        Grid((), [("Client", "Solberg and Sons"), ("Deadline", "30 June 2025")]),
        "Who is the client?",
        "Solberg and Sons",
    ),
    (
        "cell_lines",
        "<table><tr><th>Day</th><th>Guide</th></tr><tr><td>Monday</td><td><p>Ana Ruiz</p><p>Ben Okoro</p></td></tr><tr><td>Tuesday</td><td>Cara Lind<br>Dora Klein</td></tr></table>",
        Grid(("Day", "Guide"), [("Monday", "Ana Ruiz Ben Okoro"), ("Tuesday", "Cara Lind Dora Klein")]),
        "Who guides on Tuesday?",
        "Cara Lind",
    ),
)


def cases() -> Iterator[Case]:
    """The pages and books of the set."""
    for name, inside, text, absent, question, answer in _SHOWN:
        told = [_BEFORE, *([text] if name != "break_heading" else [text, "The gate opens at nine."]), _AFTER]
        yield Case(f"html_{name}.html", _page(inside), told, [(question, answer)], [absent] if absent else [])
    for name, inside, grid, question, answer in _TABLES:
        yield Case(f"html_{name}.html", _page(inside), [_BEFORE, grid, _AFTER], [(question, answer)])
    style = "<style>.old {display: none}</style>"
    yield Case(
        "html_hidden_rule.html",
        _page('<p class="old">Draft: Tom Berg.</p><p>The keeper is Eva Lund.</p>', style),
        [_BEFORE, "The keeper is Eva Lund.", _AFTER],
        [("Who is the keeper?", "Eva Lund")],
        ["Berg"],
    )
    page = '<html><head><meta charset="koi8-r"></head><body><p>Встреча пройдёт в пятницу в порту.</p></body></html>'
    yield Case("html_koi8.html", page.encode("koi8-r"), ["Встреча пройдёт в пятницу в порту."])
    chapters = (
        "<h1>The storm</h1><p>The storm came on 3 May 2021.</p>",
        "<h1>The losses</h1><p>Seven boats were lost.</p>",
    )
    yield Case(
        "epub_chapters.epub",
        epub(*chapters),
        ["The storm", "The storm came on 3 May 2021.", "The losses", "Seven boats were lost."],
        [("How many boats were lost?", "Seven")],
    )
    for name, inside, text, absent, question, answer in (_SHOWN[0], _SHOWN[8], _SHOWN[4]):
        yield Case(f"epub_{name}.epub", epub(inside), [text], [(question, answer)], [absent])
    name, inside, grid, question, answer = _TABLES[0]
    yield Case("epub_rowspan.epub", epub(inside), [grid], [(question, answer)])

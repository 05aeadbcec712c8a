"""Pages of a PDF as they are printed: what is no text of them, raised letters, columns, cells, divided words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from pdf_files import Line, in_letters, pdf, written

from embeddings.loaders.pdf.marks import marks, read_page
from embeddings.loading import load_file, read_file
from embeddings.types import Document
from qa.assistant import Assistant


def put(folder: Path, pages: Sequence[Sequence[Line | bytes]]) -> Document:
    path = folder / "a.pdf"
    path.write_bytes(pdf(pages))
    document = load_file(path)
    for number in range(1, len(pages) + 1):  # the text is found again on each page
        found = "".join(document.text[word.start : word.end] for word in read_page(document, number).words())
        first, last = (*document.layout.pages, len(document.text))[number - 1 : number + 1]
        assert found == "".join(document.text[first:last].split())
    return document


def text(folder: Path, *pages: Sequence[Line | bytes]) -> str:
    return put(folder, pages).text


BODY = ["The pier was built of oak and", "stone in the year of the storm,", "and it stood for sixty years."]


def page(number: int, head: Sequence[Line], foot: Sequence[Line] = (), body: Sequence[str] = BODY) -> list[Line]:
    return [*head, *written([f"Part {number} of the story begins here.", *body], top=680), *foot]


# ---------------------------------------------------------------- running heads


def test_a_running_head_of_three_lines_one_of_them_large_is_left_out_and_told(tmp_path: Path) -> None:
    head = [Line("Port of Moss", y=770, size=22), Line("Department of piers", y=750), Line("Internal", y=736)]
    (tmp_path / "a.pdf").write_bytes(pdf([page(n, head) for n in range(1, 5)]))
    document, notes = read_file(tmp_path / "a.pdf")
    assert document.text.startswith("Part 1")
    assert "Port of Moss" not in document.text
    assert "Internal" not in document.text
    assert "Port of Moss" in " ".join(notes)


def test_a_running_head_that_names_the_chapter_is_known_by_the_page_number_beside_it(tmp_path: Path) -> None:
    chapters = ["Ships", "Piers", "Piers", "Piers", "Cranes"]
    heads = [[Line(f"Chapter: {words}", y=770), Line(str(n), x=500, y=770)] for n, words in enumerate(chapters, 1)]
    shown = text(tmp_path, *(page(n, head) for n, head in enumerate(heads, 1)))
    assert "Chapter" not in shown
    names = [[Line(words, y=770), Line(str(n), x=500, y=770)] for n, words in enumerate(["Ana", "Ben", "Cara"], 1)]
    assert "Ben" in text(tmp_path, *(page(n, head) for n, head in enumerate(names, 1)))


def test_a_line_of_a_table_of_contents_is_no_heading(tmp_path: Path) -> None:
    lines = [Line("1 Introduction . . . . . . . . . 3", y=720, size=18), *written(BODY, top=680)]
    assert not put(tmp_path, [lines]).layout.headings


@pytest.mark.parametrize("last", ["Version 3.1 of 4 May 2024", "Stand: 04.05.2024", "Rev. 2.10"])
def test_a_day_or_a_version_in_a_running_head_is_no_amount(tmp_path: Path, last: str) -> None:
    head = [Line("Port of Moss", y=770), Line(last, y=756)]
    shown = text(tmp_path, *(page(n, head) for n in range(1, 5)))
    assert "Port of Moss" not in shown
    assert last not in shown
    assert text(tmp_path, *(page(n, [Line("Rent 3.10", y=770)]) for n in range(1, 5))).count("Rent 3.10") == 4


@pytest.mark.parametrize(
    "numbers",
    [
        ["1", "2", "3"],
        ["- 7 -", "- 8 -", "- 9 -"],
        ["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"],
        ["Seite 4", "Seite 5", "Seite 6"],
        ["iii", "iv", "v"],
        ["1 / 3", "2 / 3", "3 / 3"],
        ["Report | 1", "Report | 2", "Report | 3"],
    ],
)
def test_page_numbers_that_count_are_left_out(tmp_path: Path, numbers: list[str]) -> None:
    found = text(tmp_path, *(page(n + 1, [], [Line(foot, y=30)]) for n, foot in enumerate(numbers)))
    assert not any(foot in found.split("\n") for foot in numbers)
    assert found.count("sixty years.") == 3


@pytest.mark.parametrize(
    "lines",
    [
        ["Total: 410.00 euros", "Total: 425.00 euros", "Total: 390.00 euros"],
        ["Article 3", "Article 4", "Article 5"],
        ["€ 900", "€ 900", "€ 900"],
        ["2019", "2019", "2021"],
        ["The quay is 300 metres long", "The quay is 400 metres long", "The quay is 500 metres long"],
        ["17", "3", "250"],
    ],
)
@pytest.mark.parametrize("at", [40, 560, 770])
def test_what_differs_in_its_numbers_is_text_wherever_it_stands(tmp_path: Path, lines: list[str], at: float) -> None:
    found = text(tmp_path, *(page(n + 1, [Line(line, y=at)]) for n, line in enumerate(lines)))
    assert [found.count(line) >= lines.count(line) for line in lines] == [True] * 3


def test_lines_that_are_alike_but_not_apart_from_the_text_stay(tmp_path: Path) -> None:
    letter = ["Dear member,", "the rent of your berth is due.", "Please pay within 14 days."]
    found = text(tmp_path, *(written([*letter, name], top=740) for name in ("Ana", "Ben", "Cara")))
    assert found.count("Dear member,") == 3
    assert found.count("within 14 days") == 3


def test_the_first_line_of_each_of_many_forms_is_its_heading(tmp_path: Path) -> None:
    form = ["Berth rent for the boat in the harbour.", "", "Total to be paid: {}.00 euros"]
    sums = {"January": 410, "February": 425, "March": 390}
    pages = [
        [f"Invoice for {month} to Kari Lund", *(line.format(sum_) for line in form)] for month, sum_ in sums.items()
    ]
    document = put(tmp_path, [written(page) for page in pages])
    headings = [document.text[start:end] for start, end in document.layout.headings]
    assert headings == [f"Invoice for {month} to Kari Lund" for month in sums]
    answer = Assistant.from_documents([document]).answer("What is the total to be paid for March?")
    assert answer.text == "390.00 euros"


def test_what_a_browser_prints_around_a_page_is_no_text_and_no_date(tmp_path: Path) -> None:
    printed = [
        [Line("11/27/26, 12:08 PM", y=775, size=8), Line("Harbour news", x=280, y=775, size=8)],
        [Line("https://harbour.example/news?id=4", y=14, size=8), Line("1/2", x=560, y=14, size=8)],
    ]
    second = [printed[0], [printed[1][0], Line("2/2", x=560, y=14, size=8)]]
    document = put(tmp_path, [page(1, *printed), page(2, *second)])
    assert "PM" not in document.text
    assert "harbour.example" not in document.text
    assert "1/2" not in document.text
    assert document.date is None


def test_a_head_over_columns_goes_before_them(tmp_path: Path) -> None:
    columns = [Line(words, x, 700 - 14 * n) for x, side in ((72, LEFT), (330, RIGHT)) for n, words in enumerate(side)]
    found = text(
        tmp_path, *([Line("Gull", y=770), Line(f"{n}", 500, 770), *columns, Line("x" * n, y=500)] for n in (1, 2, 3))
    )
    assert "Gull" not in found
    assert found.count("grew to nine\nhundred euros.") == 3


# ---------------------------------------------------------------- raised letters


def raised(*parts: tuple[str, float, float]) -> list[Line | bytes]:
    """Text whose parts follow one another: (words, size, rise)."""
    shown = b"".join(
        b"/F1 %g Tf %g Ts (%s) Tj " % (size, rise, words.encode("cp1252").replace(b"(", rb"\(").replace(b")", rb"\)"))
        for words, size, rise in parts
    )
    return [b"BT 72 700 Td " + shown + b"ET\n"]


N = 12.0


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ([("about 10", N, 0), ("6", 7, 5), (" cells", N, 0)], "about 10⁶ cells"),
        ([("about 10", N, 0), ("-3", 7, 5), (" moles", N, 0)], "about 10⁻³ moles"),
        ([("an area of 45 m", N, 0), ("2", 8, 4), (" is wet", N, 0)], "an area of 45 m² is wet"),
        ([("it rose to 45", N, 0), ("1", 7, 4), (" tonnes", N, 0)], "it rose to 45 ¹ tonnes"),
        ([("it rose to 45", N, 0), ("1", 7, 4), ("tonnes", N, 0)], "it rose to 45 ¹ tonnes"),
        ([("in the year 1932", N, 0), ("12", 7, 4), (" it fell", N, 0)], "in the year 1932 ¹² it fell"),
        ([("said Smith", N, 0), ("3", 7, 4), (" there", N, 0)], "said Smith ³ there"),
        ([("the 1", N, 0), ("st", 7, 4), (" of May", N, 0)], "the 1st of May"),
        ([("H", N, 0), ("2", 7, -3), ("O boils", N, 0)], "H₂O boils"),
        ([("costs $1", 24, 0), ("99", 12, 10), (" each", 24, 0)], "costs $1.99 each"),
        ([("$", 12, 10), ("1", 24, 0), ("99", 12, 10)], "$1.99"),
        ([("only 4", 24, 0), ("50", 12, 10), (" € each", 24, 0)], "only 4.50 € each"),
        ([("add 2", N, 0), ("3", 7, 5), ("/", N, 0), ("4", 7, 0), (" cups", N, 0)], "add 2¾ cups"),
        ([("add 2 ¾ cups", N, 0)], "add 2 ¾ cups"),
        ([("add ", N, 0), ("5", 7, 5), ("/", N, 0), ("16", 7, 0), (" inch", N, 0)], "add 5/16 inch"),
        ([("x", N, 0), ("n+1", 7, 5), (" grows", N, 0)], "xⁿ⁺¹ grows"),
        ([("Acme", N, 0), ("TM", 6, 5), (" pumps", N, 0)], "Acme™ pumps"),
        (
            [("O", 30, -20), ("nce there was a king in a hall of stone", N, 0)],
            "Once there was a king in a hall of stone",
        ),
    ],
)
def test_raised_and_lowered_letters_keep_their_meaning(
    tmp_path: Path, parts: list[tuple[str, float, float]], wanted: str
) -> None:
    note = Line("1 Without the plant.", y=100, size=8)
    found = text(tmp_path, [*raised(*parts), Line("The end of it is not near.", y=600), note])
    assert found.split("\n\n")[0] == wanted


def test_a_raised_digit_that_is_drawn_after_its_line_stands_in_it(tmp_path: Path) -> None:
    lines = [
        Line("The culture held 10"),
        Line("cells per ml.", x=185),
        Line("It was so.", y=686),
        Line("6", 174.7, 704, 7),
    ]
    assert text(tmp_path, lines) == "The culture held 10⁶ cells per ml.\nIt was so."


def test_a_fraction_of_several_letters_is_marked_as_one(tmp_path: Path) -> None:
    drawn = raised(("add 2", N, 0), ("3", 7, 5), ("/", N, 0), ("4", 7, 0), (" cups", N, 0))
    document = put(tmp_path, [[*drawn, Line("The end of it is not near.", y=600)]])
    start = document.text.index("¾")
    (mark,) = marks(document, start, start + 1)
    assert mark.exact
    assert (mark.boxes[0].right - mark.boxes[0].left) * 612 == pytest.approx(2 * 3.9 + 3.3, abs=0.5)


# ---------------------------------------------------------------- columns and cells

LEFT = [
    "The committee heard the treasurer,",
    "Marta Silva, who explained that",
    "the reserve grew to nine",
    "hundred euros.",
]
RIGHT = [
    "The chair opened the debate",
    "on the new wall, which the",
    "engineer had planned with",
    "a height of six metres.",
]


@pytest.mark.parametrize("by_row", [True, False])
@pytest.mark.parametrize("shift", [0.0, 3.0, 7.0])
def test_columns_are_read_one_after_the_other(tmp_path: Path, by_row: bool, shift: float) -> None:
    left = [Line(words, 72, 700 - 14 * n, 11) for n, words in enumerate(LEFT)]
    right = [Line(words, 330, 700 - shift - 14 * n, 11) for n, words in enumerate(RIGHT)]
    order = [line for pair in zip(left, right, strict=True) for line in pair] if by_row else [*left, *right]
    title = Line("The meeting of the harbour committee in the month of May, as it was held there", 72, 740, 11)
    found = text(tmp_path, [title, *order])
    assert "\n".join(LEFT) in found
    assert "\n".join(RIGHT) in found
    assert found.index(LEFT[-1]) < found.index(RIGHT[0])


def test_three_columns_and_what_stands_over_and_under_them(tmp_path: Path) -> None:
    sides = [[f"{word} {line} of the long" for line in BODY] for word in ("one", "two", "three")]
    drawn = [
        Line(words[:26], x, 700 - 14 * n, 10)
        for n in range(3)
        for x, words in zip((60, 230, 400), (s[n] for s in sides), strict=True)
    ]
    over = Line("All that the papers wrote in one week about the pier of Moss and the town behind it", 60, 730, 10)
    under = Line("This page was set by the printers of the harbour, who ask for your forgiveness for all", 60, 600, 10)
    found = text(tmp_path, [over, *drawn, under])
    assert found.index("All that") < found.index("one The") < found.index("two The")
    assert found.index("one and it") < found.index("two The") < found.index("two and it") < found.index("three The")
    assert found.rstrip().endswith("for all")


ROWS = [
    ["Ship", "Captain", "Berth"],
    ["Aurora", "Ana Ruiz", "7"],
    ["Baltic Star", "Ben Okoro", "12"],
    ["Cal", "Cara Lind", "3"],
]


@pytest.mark.parametrize("by_row", [True, False])
@pytest.mark.parametrize("right", [0, 30])  # the last column is set to the right
def test_cells_stay_in_their_rows(tmp_path: Path, by_row: bool, right: int) -> None:
    cells = [
        Line(cell, x + (right - 6 * len(cell) if x == 400 and right else 0), 700 - 16 * n, 10)
        for n, row in enumerate(ROWS)
        for cell, x in zip(row, (60, 200, 400), strict=True)
    ]
    if not by_row:
        cells.sort(key=lambda line: min((60, 200, 400), key=lambda x: abs(x - line.x)))
    found = text(tmp_path, cells)
    assert [line.split("\t") for line in found.split("\n")] == ROWS


def test_a_cell_of_several_lines_is_one_cell_and_marked_on_each(tmp_path: Path) -> None:
    drawn = [
        *(
            Line(cell, x, 700, 10)
            for cell, x in zip(("Service", "What is covered", "Price"), (60, 160, 400), strict=True)
        ),
        *(
            Line(cell, x, 680, 10)
            for cell, x in zip(
                ("Water", "all water that is used in the kitchen", "30 euros"), (60, 160, 400), strict=True
            )
        ),
        Line("and the bath of a flat", 160, 668, 10),
        *(
            Line(cell, x, 648, 10)
            for cell, x in zip(
                ("Heating", "oil and gas for the rooms of a flat", "75 euros"), (60, 160, 400), strict=True
            )
        ),
    ]
    document = put(tmp_path, [drawn])
    assert "Water\tall water that is used in the kitchen and the bath of a flat\t30 euros\nHeating" in document.text
    start = document.text.index("kitchen and the bath")
    (mark,) = marks(document, start, start + len("kitchen and the bath"))
    assert mark.exact
    assert len(mark.boxes) == 2


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("It is a long-", "term plan of the clinic.", "long-term\nplan"),
        ("It was an inter-", "national team of doctors.", "international\nteam"),
        ("The fee is non-", "refundable for all members.", "non-refundable\nfor"),
        ("They had fifty-", "two dogs in all with them.", "fifty-two\ndogs"),
        ("It came on 14 Novem-", "ber 1911 in the morning.", "November\n1911"),
        ("It was led by Anne Smith-", "Jones in the last year.", "Smith-Jones\nin"),
        ("She works at a state-of-the-", "art centre of research.", "state-of-the-art\ncentre"),
        ("The zorb-", "ling is a kind of bird. A zorbling sings.", "zorbling\nis"),
        ("The zor-", "bling is a kind of bird. A zor-bling sings.", "zor-bling\nis"),
        ("It lasted from 1990-", "1995 without any pause.", "1990-1995\nwithout"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line(tmp_path: Path, first: str, second: str, wanted: str) -> None:
    assert wanted in text(tmp_path, written(["The paper of the town has it so:", first, second, "It ends there."]))


def test_the_words_of_other_pages_tell_of_a_hyphen(tmp_path: Path) -> None:
    pages = [
        written(["A quorbling is a bird of the far", "north. The quorb-", "ling sings."]),
        written(["Some say pre-quell here.", "A pre-", "quell is rare."]),
    ]
    document = put(tmp_path, pages)
    assert "quorbling\nsings" in document.text
    assert "pre-quell\nis" in document.text


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (rb"[(Test i) 250 ( ng of the pump was done)] TJ", "Test ing of the pump was done"),
        (rb"[(Test i)-30(ng of the pump was done)] TJ", "Test ing of the pump was done"),
        (rb"[(The harb) 260 ( our and the pier)] TJ", "The harbour and the pier"),
        (rb"(a b c and so on it goes) Tj", "a b c and so on it goes"),
    ],
)
def test_spaces_without_room_are_none(tmp_path: Path, shown: bytes, wanted: str) -> None:
    assert (
        text(tmp_path, [b"BT /F1 12 Tf 72 700 Td " + shown + b" ET\n", Line("The end.", y=600)]).split("\n\n")[0]
        == wanted
    )


# ---------------------------------------------------------------- from the right


def seen(words: str) -> str:
    """Words of a script that is read from the right, as they lie on the page: numbers from the left."""
    return "".join(reversed(re.findall(r"[\d:.,]*\d|.", words)))


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (seen("המוזיאון נפתח בשעה 10:00. מחיר הכרטיס 25 שקלים."), "המוזיאון נפתח בשעה 10:00. מחיר הכרטיס 25 שקלים."),
        (seen("سعر التذكرة 30 ريالا."), "سعر التذكرة 30 ريالا."),
        ("The town is " + seen("תל אביב") + " by the sea", "The town is תל אביב by the sea"),
        (seen(" מגיעה בשעה 10:15 היום") + "Baltic Star" + seen("הספינה "), "הספינה Baltic Star מגיעה בשעה 10:15 היום"),
    ],
)
def test_text_from_the_right_is_in_the_order_of_reading(tmp_path: Path, shown: str, wanted: str) -> None:
    (tmp_path / "a.pdf").write_bytes(in_letters([Line(shown), Line(shown, y=686)]))
    document = load_file(tmp_path / "a.pdf")
    assert document.text.split("\n") == [wanted, wanted]
    start = document.text.index(wanted.split()[1])
    (mark,) = marks(document, start, start + len(wanted.split()[1]))
    assert mark.exact


def test_a_page_that_was_turned_is_read_along_its_lines(tmp_path: Path) -> None:
    up = b"BT /F1 12 Tf 0 1 -1 0 %d 72 Tm (%s) Tj ET\n"
    lines = [
        up % (200 + 14 * n, words.encode()) for n, words in enumerate(["The first line of it", "and the second one"])
    ]
    assert text(tmp_path, lines) == "The first line of it\nand the second one"

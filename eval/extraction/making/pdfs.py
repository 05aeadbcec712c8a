"""PDFs of lines at places, written by hand, and the cases of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.extraction.making.case import Case, Grid

# A line: where it begins from the left and from the bottom, its size, and its words.
Line = tuple[float, float, float, str]


def pdf(*pages: Sequence[Line], fields: Sequence[tuple[str, str]] = ()) -> bytes:
    """A PDF of pages of lines in Helvetica, with the fields of a form on the first page."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "",
    ]
    kids: list[str] = []
    places: list[str] = []
    for name, value in fields:
        objects.append(
            f"<< /Type /Annot /Subtype /Widget /FT /Tx /T ({name}) /V ({value}) /Rect [200 {600 - 30 * len(places)} 400 {620 - 30 * len(places)}] /F 4 >>"
        )
        places.append(f"{len(objects)} 0 R")
    for number, lines in enumerate(pages):
        drawn = "".join(f"BT /F1 {size} Tf {x} {y} Td ({_escaped(words)}) Tj ET\n" for x, y, size, words in lines)
        data = drawn.encode("cp1252")
        objects.append(f"<< /Length {len(data)} >>\nstream\n{drawn}endstream")
        own = f" /Annots [{' '.join(places)}]" if places and number == 0 else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R{own} >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects[3] = f"<< /Fields [{' '.join(places)}] /DA (/F1 10 Tf) /DR << /Font << /F1 3 0 R >> >> >>"
    return _written([each.encode("cp1252") for each in objects])


def _written(objects: Sequence[bytes]) -> bytes:
    out, starts = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%b%b" % (len(objects) + 1, table, end)


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def column(x: float, top: float, *lines: str, size: float = 11) -> list[Line]:
    """Lines below one another."""
    return [(x, top - 15 * number, size, line) for number, line in enumerate(lines)]


def cases() -> Iterator[Case]:
    """The PDFs of the set."""
    yield from _of_tables()
    yield from _of_signs()
    yield from _of_forms()
    intro = ("The harbour office keeps this record for the town.", "It is read by the council every month.")
    yield Case(
        "pdf_plain.pdf", pdf(column(72, 760, *intro)), [" ".join(intro)], [("Who reads the record?", "the council")]
    )
    yield Case(
        "pdf_heading.pdf",
        pdf(
            [
                (72, 780, 18, "Opening hours"),
                *column(72, 740, "The office opens at 08:30 on weekdays.", "It is shut on Sunday."),
            ]
        ),
        ["Opening hours", "The office opens at 08:30 on weekdays. It is shut on Sunday."],
        [("When does the office open?", "08:30")],
    )
    first, second = (
        ("The northern pier was built in", "1931 by the engineer Marta Silva."),
        ("The southern pier was built in", "1954 by the engineer Omar Aziz."),
    )
    yield Case(
        "pdf_columns.pdf",
        pdf(
            column(60, 760, *first, "It carries a light of white stone.", "Its lamp is lit at dusk.")
            + column(320, 760, *second, "It carries a crane of iron.", "Its crane lifts six tonnes.")
        ),
        [
            "The northern pier was built in 1931 by the engineer Marta Silva.",
            "The southern pier was built in 1954 by the engineer Omar Aziz.",
        ],
        [("Who built the southern pier?", "Omar Aziz")],
        also=(
            "It carries a light of white stone. Its lamp is lit at dusk. It carries a crane of iron. Its crane lifts six tonnes.",
        ),
    )


def _of_tables() -> Iterator[Case]:
    rows = [("Ship", "Berth", "Tonnes"), ("Aurora", "12", "4,200"), ("Baltic", "9", "3,150"), ("Corvus", "4", "980")]
    lines = [
        (x, 760 - 20 * n, 11, cell) for n, row in enumerate(rows) for x, cell in zip((72, 220, 340), row, strict=True)
    ]
    yield Case("pdf_table.pdf", pdf(lines), [Grid(rows[0], rows[1:])], [("At which berth is the Baltic?", "9")])
    heads = [
        [
            (72, 800, 9, "Harbour report"),
            *column(72, 740, f"In {month} the port took {count} ships."),
            (72, 60, 11, f"Total for {month}: {total} euros"),
            (280, 30, 9, str(n)),
        ]
        for n, (month, count, total) in enumerate(
            (("March", 31, "390.00"), ("April", 28, "412.50"), ("May", 35, "655.20")), 1
        )
    ]
    yield Case(
        "pdf_totals.pdf",
        pdf(*heads),
        [
            words
            for month, count, total in (("March", 31, "390.00"), ("April", 28, "412.50"), ("May", 35, "655.20"))
            for words in (f"In {month} the port took {count} ships.", f"Total for {month}: {total} euros")
        ],
        [("What is the total for April?", "412.50 euros")],
        also=("Harbour report 1 2 3",),
    )


def _of_signs() -> Iterator[Case]:
    yield Case(
        "pdf_raised.pdf",
        pdf([(72, 760, 12, "The culture held 10"), (175, 765, 7, "6"), (184, 760, 12, "cells per millilitre.")]),
        ["The culture held 10⁶ cells per millilitre."],
        [("How many cells per millilitre did the culture hold?", "10⁶")],
    )
    yield Case(
        "pdf_hyphens.pdf",
        pdf(
            column(
                72,
                760,
                "The clinic has a plan for the trans-",
                "port of patients, and a long-term",
                "plan for the build-",
                "ing of a second house. The building costs much.",
            )
        ),
        [
            "The clinic has a plan for the transport of patients, and a long-term plan for the building of a second house. The building costs much."
        ],
        [("What plan is there for patients?", "transport")],
    )


def _of_forms() -> Iterator[Case]:
    yield Case(
        "pdf_form.pdf",
        pdf(
            [(72, 700, 14, "Boat licence"), *column(72, 605, "Owner"), *column(72, 575, "Length")],
            fields=(("Owner", "Kari Lund"), ("Length", "9 metres")),
        ),
        ["Boat licence", Grid((), [("Owner", "Kari Lund"), ("Length", "9 metres")])],
        [("Who is the owner?", "Kari Lund")],
    )
    yield Case(
        "pdf_pages.pdf",
        pdf(
            column(72, 760, "The first page tells of the storm that"),
            column(72, 760, "came in the night of 3 May 2021."),
        ),
        ["The first page tells of the storm that came in the night of 3 May 2021."],
        [("When did the storm come?", "3 May 2021")],
    )
    yield Case(
        "pdf_numbers.pdf",
        pdf(
            column(
                72, 760, "The rent is € 1,350.00 a month.", "Parking costs $1.99 an hour.", "The share is 12.5% of it."
            )
        ),
        ["The rent is € 1,350.00 a month. Parking costs $1.99 an hour. The share is 12.5% of it."],
        [("How much is the rent?", "€ 1,350.00")],
    )

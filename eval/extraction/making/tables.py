"""Tables: CSV, TSV, XLSX; and records: JSON, JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from eval.extraction.making.case import Case, Grid
from eval.extraction.making.packing import xlsx

_SHIPS = Grid(
    ("Ship", "Berth", "Arrives"), [("Aurora", "12", "06:40"), ("Baltic", "9", "08:15"), ("Corvus", "4", "21:05")]
)
_PLAIN = "Ship,Berth,Arrives\nAurora,12,06:40\nBaltic,9,08:15\nCorvus,4,21:05\n"
_ASKED = ("When does the Baltic arrive?", "08:15")

_CSV = (
    ("plain", _PLAIN, _SHIPS, *_ASKED),
    ("semicolon", _PLAIN.replace(",", ";"), _SHIPS, *_ASKED),
    ("bars", _PLAIN.replace(",", "|"), _SHIPS, *_ASKED),
    ("sep_line", "sep=;\n" + _PLAIN.replace(",", ";"), _SHIPS, *_ASKED),
    ("title_row", "Arrivals of today,,\n,,\n" + _PLAIN, _SHIPS, *_ASKED),
    ("comment", "# made by the harbour office\n# times are local\n" + _PLAIN, _SHIPS, *_ASKED),
    ("bom", "\ufeff" + _PLAIN, _SHIPS, *_ASKED),
    (
        "decimal_comma",
        "Ware;Preis;Ort\nSeil;1.005,25;Kiel\nLampe;12,50;Bremen\n",
        Grid(("Ware", "Preis", "Ort"), [("Seil", "1.005,25", "Kiel"), ("Lampe", "12,50", "Bremen")]),
        "What is the Preis of Lampe?",
        "12,50",
    ),
    (
        "comma_inside",
        "Name;Adresse;Tel\nMuster1;Weg 1, Kiel;44\nMuster2;Gasse 2, Bonn;55\nMuster3;Hauptstrasse 3, Berlin;66\n",
        Grid(
            ("Name", "Adresse", "Tel"),
            [
                ("Muster1", "Weg 1, Kiel", "44"),
                ("Muster2", "Gasse 2, Bonn", "55"),
                ("Muster3", "Hauptstrasse 3, Berlin", "66"),
            ],
        ),
        "What is the Adresse of Muster3?",
        "Hauptstrasse 3, Berlin",
    ),
    (
        "years",
        "Land,2019,2020,2021\nNorway,5.33,5.37,5.39\nSweden,10.23,10.35,10.42\n",
        Grid(
            ("Land", "2019", "2020", "2021"),
            [("Norway", "5.33", "5.37", "5.39"), ("Sweden", "10.23", "10.35", "10.42")],
        ),
        "What was the figure of Sweden in 2020?",
        "10.35",
    ),
    (
        "quoted_lines",
        'Child,Note\nAnna,"likes milk\nand bread"\nCara,"allergic\nto nuts"\n',
        Grid(("Child", "Note"), [("Anna", "likes milk and bread"), ("Cara", "allergic to nuts")]),
        "What is Cara allergic to?",
        "nuts",
    ),
    (
        "long_names",
        "Name,Which talk did you like best of all the talks of this long and windy autumn day?\nAna Ruiz,Deep sea cables\nBen Okoro,Lamps\n",
        Grid(
            ("Name", "Which talk did you like best of all the talks of this long and windy autumn day?"),
            [("Ana Ruiz", "Deep sea cables"), ("Ben Okoro", "Lamps")],
        ),
        "Which talk did Ana Ruiz like best?",
        "Deep sea cables",
    ),
    (
        "key_values",
        'Client,Solberg and Sons\nDeadline,30 June 2025\nValue,"90,000 euros"\n',
        Grid((), [("Client", "Solberg and Sons"), ("Deadline", "30 June 2025"), ("Value", "90,000 euros")]),
        "Who is the client?",
        "Solberg and Sons",
    ),
    (
        "missing_name",
        "Ship,,Arrives\nAurora,north,06:40\nBaltic,south,08:15\n",
        Grid(("Ship", "", "Arrives"), [("Aurora", "north", "06:40"), ("Baltic", "south", "08:15")]),
        *_ASKED,
    ),
)
_TOWNS = [
    {"town": "Oslo", "people": "700,000", "mayor": "Anne Holt"},
    {"town": "Moss", "people": "50,000", "mayor": "Per Lie"},
]
_TOWN_GRID = Grid(("town", "people", "mayor"), [("Oslo", "700,000", "Anne Holt"), ("Moss", "50,000", "Per Lie")])


def cases() -> Iterator[Case]:
    """The tables and records of the set."""
    also = ("Arrivals of today sep=; # made by the harbour office times are local items year 2024 results count 2 row",)
    for name, text, grid, question, answer in _CSV:
        yield Case(f"csv_{name}.csv", text.encode(), [grid], [(question, answer)], also=also)
    yield Case("tsv_plain.tsv", _PLAIN.replace(",", "\t").encode(), [_SHIPS], [_ASKED])
    asked = ("Who is the mayor of Moss?", "Per Lie")
    for name, data in (
        ("list", json.dumps(_TOWNS)),
        ("wrapped", json.dumps({"count": 2, "results": _TOWNS})),
        ("by_name", json.dumps({each["town"]: each for each in _TOWNS})),
    ):
        yield Case(f"json_{name}.json", data.encode(), [_TOWN_GRID], [asked], also=also)
    yield Case("jsonl_plain.jsonl", "\n".join(map(json.dumps, _TOWNS)).encode(), [_TOWN_GRID], [asked])
    nested = [
        {"name": "Omar Aziz", "address": {"town": "Malmo", "street": "Kajen 4"}},
        {"name": "Eva Lund", "address": {"town": "Moss", "street": "Torg 1"}},
    ]
    yield Case(
        "jsonl_nested.jsonl",
        "\n".join(map(json.dumps, nested)).encode(),
        ["Omar Aziz", "Malmo", "Kajen 4", "Eva Lund", "Moss", "Torg 1"],
        [("Which town does Omar Aziz live in?", "Malmo")],
        also=("name address town street address.town address.street",),
    )
    yield from _workbooks()
    yield from _more_workbooks()


def _workbooks() -> Iterator[Case]:
    rows: list[Sequence[object]] = [_SHIPS.names, *_SHIPS.rows]
    yield Case("xlsx_plain.xlsx", xlsx({"Ships": rows}), ["Ships", _SHIPS], [_ASKED])
    yield Case("xlsx_dimension.xlsx", xlsx({"Ships": rows}, dimension="A1:B2"), ["Ships", _SHIPS], [_ASKED])
    styled: list[Sequence[object]] = [
        ["Source", "Share", "Since", "Cost"],
        ["Wind", (0.25, 2), (44319, 1), (1350, 3)],
        ["Sun", (0.75, 2), (44501, 1), (980.5, 3)],
    ]
    grid = Grid(("Source", "Share", "Cost"), [("Wind", "25%", "€1,350.00"), ("Sun", "75%", "€980.50")])
    yield Case(
        "xlsx_formats.xlsx",
        xlsx({"Power": styled}),
        ["Power", grid],
        [("What is the share of wind?", "25%")],
        also=("Since 2021-05-03 2021-11-01 05/03/2021 11/01/2021 5/3/2021 11/1/2021",),
    )
    merged: list[Sequence[object]] = [
        ["Team", "Name"],
        ["Finance", "Ana Ruiz"],
        [None, "Ben Okoro"],
        ["Legal", "Cara Lind"],
    ]
    yield Case(
        "xlsx_merged.xlsx",
        xlsx({"Staff": merged}, merged="A2:A3"),
        ["Staff", Grid(("Name", "Team"), [("Ana Ruiz", "Finance"), ("Ben Okoro", "Finance"), ("Cara Lind", "Legal")])],
        [("Which team is Ben Okoro in?", "Finance")],
    )


def _more_workbooks() -> Iterator[Case]:
    rows: list[Sequence[object]] = [_SHIPS.names, *_SHIPS.rows]
    stacked: list[Sequence[object]] = [
        ["Quay", "Depth"],
        ["North", "12 metres"],
        ["South", "9 metres"],
        [],
        ["Crane", "Capacity"],
        ["K1", "40 tonnes"],
        ["K2", "65 tonnes"],
    ]
    yield Case(
        "xlsx_stacked.xlsx",
        xlsx({"Harbour": stacked}),
        [
            "Harbour",
            Grid(("Quay", "Depth"), [("North", "12 metres"), ("South", "9 metres")]),
            Grid(("Crane", "Capacity"), [("K1", "40 tonnes"), ("K2", "65 tonnes")]),
        ],
        [("What is the capacity of crane K2?", "65 tonnes")],
    )
    title: list[Sequence[object]] = [["Arrivals of today"], [], *rows]
    yield Case("xlsx_title.xlsx", xlsx({"Ships": title}), ["Ships", "Arrivals of today", _SHIPS], [_ASKED])
    two: dict[str, list[Sequence[object]]] = {
        "Ships": rows,
        "Crew": [["Name", "Task"], ["Ben Okoro", "cook"], ["Eva Lund", "pilot"]],
    }
    yield Case(
        "xlsx_sheets.xlsx",
        xlsx(two),
        ["Ships", _SHIPS, "Crew", Grid(("Name", "Task"), [("Ben Okoro", "cook"), ("Eva Lund", "pilot")])],
        [("Who is the cook?", "Ben Okoro")],
    )
    formula: list[Sequence[object]] = [["Item", "Cost"], ["Rope", 40], ["Lamp", 12], ["Total", "=SUM(B2:B3)"]]
    yield Case(
        "xlsx_formula.xlsx",
        xlsx({"Costs": formula}),
        ["Costs", Grid(("Item", "Cost"), [("Rope", "40"), ("Lamp", "12")]), "Total"],
        [("How much is the rope?", "40")],
    )

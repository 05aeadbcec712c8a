"""Cells under the right name and in the right row, whatever the format: each file with a value, its name, its row."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

import pytest
from office_files import docx, epub, odt, paragraph, zipped

from embeddings.loading import Skipped, read_data
from embeddings.types import Document


@dataclass(frozen=True)
class Case:
    """A file, and cells that it must give: each a value, the name of its column, and another cell of its row."""

    name: str
    data: str | bytes
    cells: tuple[tuple[str, str, str], ...]


def cell(words: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(words)}</w:tc>"


def word(*rows: str) -> bytes:
    return docx("<w:tbl>" + "".join(rows) + "</w:tbl>")


def row(*cells: str) -> str:
    return "<w:tr>" + "".join(each if each.startswith("<") else cell(each) for each in cells) + "</w:tr>"


def page(table: str) -> str:
    return f"<html><body><h1>Notes</h1><table>{table}</table></body></html>"


def of(tag: str, *cells: str) -> str:
    return "<tr>" + "".join(each if each.startswith("<") else f"<{tag}>{each}</{tag}>" for each in cells) + "</tr>"


def sheet(xml: str, merged: str = "", styles: str = "") -> bytes:
    """A workbook of one sheet."""
    place = '<Relationship Id="r1" Target="worksheets/s.xml"/>'
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": '<workbook xmlns="x" xmlns:r="r"><sheet name="One" r:id="r1"/></workbook>',
            "xl/_rels/workbook.xml.rels": f"<Relationships>{place}</Relationships>",
            "xl/worksheets/s.xml": f'<worksheet xmlns="x"><dimension ref="A1"/><sheetData>{xml}</sheetData>{merged}'
            "</worksheet>",
            **({"xl/styles.xml": styles} if styles else {}),
        }
    )


def line(number: int, *values: str | float | None) -> str:
    cells = (
        ""
        if value is None
        else f'<c r="{"ABCDEFG"[column]}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        if isinstance(value, str)
        else f'<c r="{"ABCDEFG"[column]}{number}"><v>{value}</v></c>'
        for column, value in enumerate(values)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


TD = "table:table-cell"
CONTROL, END = "<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"
MERGED = [
    Case(
        "a.html",
        page(
            of("th", "Hour", "Monday", "Tuesday")
            + of("td", "9:00", "<td rowspan=2>Latin</td>", "Physics")
            + of("td", "10:00", "Music")
            + of("td", "11:00", "<td colspan=2>Sport</td>")
        ),
        (("Latin", "Monday", "10:00"), ("Sport", "Tuesday", "11:00"), ("Music", "Tuesday", "10:00")),
    ),
    Case(
        "b.docx",
        word(
            row("Region", cell("Sales", "<w:gridSpan w:val='2'/>")),
            row("", "2022", "2023"),
            row("North", "410", "425"),
            "<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>" + cell("377") + cell("399") + "</w:tr>",
        ),
        (("425", "Sales, 2023", "North"), ("399", "Sales, 2023", "377")),
    ),
    Case(
        "c.docx",
        word(
            row("Group", "Member"),
            row(cell("Red", "<w:vMerge w:val='restart'/>"), "Ana"),
            row(cell("", "<w:vMerge/>"), "Ben"),
        ),
        (("Red", "Group", "Ben"),),
    ),
    Case(
        "d.odt",
        odt(
            "<table:table><table:table-row>"
            + "".join(f"<{TD}><text:p>{name}</text:p></{TD}>" for name in ("Floor", "Room", "Beds"))
            + f"</table:table-row><table:table-row><{TD} table:number-rows-spanned='2'><text:p>Second</text:p></{TD}>"
            f"<{TD}><text:p>Oak</text:p></{TD}><{TD}><text:p>2</text:p></{TD}></table:table-row><table:table-row>"
            f"<table:covered-table-cell/><{TD}><text:p>Elm</text:p></{TD}><{TD}><text:p>4</text:p></{TD}>"
            f"</table:table-row><table:table-row><{TD}><text:p>Third</text:p></{TD}>"
            f"<{TD} table:number-columns-repeated='2'><text:p>closed</text:p></{TD}></table:table-row></table:table>"
        ),
        (("Second", "Floor", "Elm"), ("4", "Beds", "Elm"), ("closed", "Beds", "Third")),
    ),
    Case(
        "e.epub",
        epub(
            [
                "<h1>Crew</h1><table>"
                + of("td", "", "<td colspan='2'>Watch</td>")
                + of("td", "Name", "Day", "Night")
                + of("td", "Ana", "4", "6")
                + of("td", "Ben", "5", "7")
                + "</table>"
            ]
        ),
        (("7", "Watch, Night", "Ben"),),
    ),
    Case(
        "f.xlsx",
        sheet(
            line(1, "Prices of 2025")
            + line(2, "Group", "Item", "Price")
            + line(3, "Drinks", "Tea", 3)
            + line(4, None, "Coffee", 4),
            '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A3:A4"/></mergeCells>',
        ),
        (("Drinks", "Group", "Coffee"), ("4", "Price", "Coffee")),
    ),
]
ROWS_LOST = [
    Case(
        "a.docx",
        word(
            row("Name", "Phone"),
            f"{CONTROL}{CONTROL}{row('Ana', '4411')}{END}{END}",
            f"<w:customXml><w:tr>{cell('Ben')}{CONTROL}{cell('4412')}{END}</w:tr></w:customXml>",
        ),
        (("4411", "Phone", "Ana"), ("4412", "Phone", "Ben")),
    ),
    Case(
        "b.xlsx",
        sheet(line(1, "Dog", "Age") + line(2, "Rex", 4) + line(9, "Fido", 7)),
        (("4", "Age", "Rex"), ("7", "Age", "Fido")),
    ),
    Case(
        "c.html",
        page(
            f"<tbody>{of('td', 'Town', 'People')}</tbody><tbody>{of('td', 'Oslo', '700,000')}</tbody>"
            f"<tfoot>{of('td', 'Moss', '50,000')}</tfoot>"
        ),
        (("700,000", "People", "Oslo"), ("50,000", "People", "Moss")),
    ),
]
NAMES = [
    Case("a.csv", "Quarters,,\nIn thousands,,\n\nRegion,Q1 2024,Q2 2024\nNorth,12,14\n", (("14", "Q2 2024", "North"),)),
    Case("b.csv", "name,2018,2019\nOslo,681071,\nMoss,,50100\n", (("50100", "2019", "Moss"),)),
    Case("c.csv", ",Mon,Tue\nAna,early,late\nBen,late,off\n", (("off", "Tue", "Ben"),)),
    Case("d.tsv", "Sample\tResult\tResult\nA1\t3.2\t3.4\nA2\t2.1\t2.2\n", (("2.2", "Result", "A2"),)),
    Case("e.csv", "// made by lab\nId;Wert\n1;2,5\n2;3,75\n", (("3,75", "Wert", "2"),)),
    Case("f.csv", "Ship,01/2024,02/2024\nAurora,4,5\nBaltic,6,7\n", (("7", "02/2024", "Baltic"),)),
    Case("g.csv", "Oslo,Norway,700000\nBergen,Norway,290000\n", (("Oslo", "", "700000"), ("Bergen", "", "290000"))),
    Case(
        "h.csv",
        f"Name,{'How did you hear of the course that we give each July ' * 2}?\nAna,From a friend\nBen,On a poster\n",
        (("On a poster", f"{'How did you hear of the course that we give each July ' * 2}?", "Ben"),),
    ),
    Case("i.csv", "Week,1,2,3\nAna,3,4,5\nBen,1,1,2\n", (("4", "2", "Ana"),)),
    Case("k.csv", "Day,101,102\nMon,free,taken\nTue,taken,free\n", (("taken", "102", "Mon"),)),
    Case("j.csv", "Name,,Name\nAna,3,Ruiz\nBen,4,Okoro\n", (("4", "", "Okoro"), ("Okoro", "Name", "Ben"))),
]
STACKED = [
    Case(
        "a.csv",
        "Ship,Berth\nAurora,7\nBaltic,12\n\nCrane,Load,Built\nK1,40,1999\nK2,65,2004\n",
        (("65", "Load", "K2"), ("12", "Berth", "Baltic")),
    ),
    Case("b.csv", "Name,Role\nAna,Captain\nBen,Cook\n\nPort,Country\nMoss,Norway\n", (("Norway", "Country", "Moss"),)),
    Case(
        "c.xlsx",
        sheet(
            line(1, "Income")
            + line(2, "Source", "Euros")
            + line(3, "Rent", 900)
            + line(5, "Costs")
            + line(6, "Kind", "Euros")
            + line(7, "Roof", 4000)
        ),
        (("900", "Euros", "Rent"), ("Roof", "Kind", "4000")),
    ),
    Case(
        "d.xlsx",
        sheet(
            line(1, "Ship", "Berth", None, "Crane", "Load")
            + line(2, "Aurora", 7, None, "K1", 40)
            + line(3, None, None, None, "K2", 65)
        ),
        (("65", "Load", "K2"), ("7", "Berth", "Aurora")),
    ),
    Case(
        "e.html",
        page(of("th", "Ship", "Berth") + of("td", "Aurora", "7") + of("th", "Crane", "Load") + of("td", "K2", "65 t")),
        (("65 t", "Load", "K2"), ("7", "Berth", "Aurora")),
    ),
    Case(
        "f.txt",
        "Ship      Berth\nAurora    7\n\nCrane     Load\nK1        40 t\nK2        65 t\n",
        (("65 t", "Load", "K2"),),
    ),
]
DELIMITER = [
    Case("a.csv", "Artikel;Preis;Menge\nSchraube;1.005,25;3\nMutter;0,75;12\n", (("1.005,25", "Preis", "Schraube"),)),
    Case("b.csv", "sep=;\nName;Note\nAna;good, very\nBen;bad\n", (("good, very", "Note", "Ana"),)),
    Case(
        "c.csv",
        "Name|Address\nAna|Pier 4, Moss\nBen|Main Street 1, Oslo\n",
        (("Main Street 1, Oslo", "Address", "Ben"),),
    ),
    Case("d.csv", 'Name,Colours\nAna,red;blue\nBen,"green;grey"\n', (("green;grey", "Colours", "Ben"),)),
    Case(
        "e.csv", "Name\tText\nAna\tYes, and no; perhaps\nBen\tNo, never; ever\n", (("No, never; ever", "Text", "Ben"),)
    ),
    Case(
        "f.csv",
        "Datum;Betrag, netto\n01.02.2024;12,50\n02.02.2024;13,75\n",
        (("13,75", "Betrag, netto", "02.02.2024"),),
    ),
]
RECORDS = [
    Case(
        "a.json",
        json.dumps({"meta": {"count": 2}, "results": [{"city": "Oslo", "pop": 7}, {"city": "Moss", "pop": 5}]}),
        (("5", "pop", "Moss"),),
    ),
    Case(
        "b.json",
        json.dumps({"ana": {"phone": "1", "room": "A"}, "ben": {"phone": "2", "room": "B"}}),
        (("2", "phone", "ben"),),
    ),
    Case(
        "c.jsonl",
        '{"u":{"name":"Ana","tel":{"work":"12"}}}\n{"u":{"name":"Ben","tel":{"work":"22"}}}\n',
        (("22", "u.tel.work", "Ben"),),
    ),
    Case("d.json", json.dumps([["Town", "People"], ["Oslo", 700], ["Moss", 50]]), (("50", "People", "Moss"),)),
    Case(
        "e.json",
        json.dumps(
            {
                "data": {
                    "ships": [{"n": "A", "b": 7}, {"n": "B", "b": 12}],
                    "cranes": [{"id": "K1", "t": 40}, {"id": "K2", "t": 65}],
                }
            }
        ),
        (("65", "t", "K2"), ("12", "b", "B")),
    ),
    Case("g.json", json.dumps({"town": ["Oslo", "Moss"], "people": [700, 50]}), (("50", "people", "Moss"),)),
    Case("f.json", json.dumps({"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [3, 4]]}), (("4", "b", "3"),)),
]
TEXTS = [
    Case("a.md", "| Ship | Berth |\n|:---|---:|\n| Aurora | 7 |\n| Baltic | 12 |\n", (("12", "Berth", "Baltic"),)),
    Case("b.md", "Name | Age\n--- | ---\nAna | 4\nBen | 5\n", (("5", "Age", "Ben"),)),
    Case(
        "c.txt",
        "Item        Qty   Price\n----------- ----- ------\nLamp        2     40.00\nDesk, oak         310.00\n",
        (("310.00", "Price", "Desk, oak"), ("2", "Qty", "Lamp")),
    ),
    Case("d.md", "- Room: 12; Name: Orion\n- Room: 14; Name: Vega\n", (("Vega", "Name", "14"),)),
    Case(
        "e.txt",
        "+----+---+\n| A  | B |\n+====+===+\n| x1 | 7 |\n+----+---+\n| x2 | 9 |\n+----+---+\n",
        (("9", "B", "x2"),),
    ),
]
ALL = [*MERGED, *ROWS_LOST, *NAMES, *STACKED, *DELIMITER, *RECORDS, *TEXTS]


def read(name: str, data: str | bytes) -> Document:
    """The one document of a file."""
    (found,) = read_data(name, data if isinstance(data, bytes) else data.encode())
    assert not isinstance(found, Skipped)
    return found


def told(document: Document) -> set[tuple[str, str, str]]:
    """All pairs of a row's cells: the words of one, its name, the words of the other."""
    found = set()
    for cells in document.layout.rows_in(0, len(document.text)):
        words = [document.text[each.start : each.end] for each in cells]
        found |= {(mine, each.name, other) for mine, each in zip(words, cells, strict=True) for other in words}
    return found


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.name}-{case.cells[0][1][:20]}")
def test_a_cell_stands_under_its_name_and_in_its_row(case: Case) -> None:
    document = read(case.name, case.data)
    found = told(document)
    assert not [each for each in case.cells if each not in found], document.text
    for cells in document.layout.rows_in(0, len(document.text)):
        for each in cells:
            assert document.layout.cell_at(each.start) == each
            assert document.text[each.start : each.end].strip() == document.text[each.start : each.end]


FIELDS: list[tuple[str, str | bytes, str, str]] = [
    (
        "a.html",
        page(of("th", "Weight", "<td>12 kg</td>") + of("th", "Made by", "<td>Okoro Ltd</td>")),
        "Made by",
        "Okoro Ltd",
    ),
    (
        "b.csv",
        "Property;Value\nTenant;Kari Lund\nMonthly rent;900 euros\nStart;1 May 2024\n",
        "Monthly rent",
        "900 euros",
    ),
    (
        "c.xlsx",
        sheet(line(1, "Invoice") + line(3, "Invoice no.", 4711) + line(4, "Customer", "Omar")),
        "Customer",
        "Omar",
    ),
    (
        "d.txt",
        "Passport\n\nSurname      Lind\nNationality  Norwegian\nBorn         3 May 1990\n",
        "Nationality",
        "Norwegian",
    ),
    (
        "e.md",
        "| | |\n|---|---|\n| **Client** | Solberg |\n| **Price** | 40 euros |\n| **Due** | 3 May |\n",
        "Price",
        "40 euros",
    ),
    ("f.docx", word(row("Name:", "Ana Ruiz"), row("Blood group:", "A positive")), "Blood group", "A positive"),
    ("m.docx", word(row("Name:", "Ana", "Age:", "41"), row("Town:", "Moss", "Zip:", "1530")), "Zip", "1530"),
    ("g.txt", "Opening hours\n\nMonday: 9:00 to 17:00\nTuesday: 10:00 to 18:00\n", "Tuesday", "10:00 to 18:00"),
    ("k.txt", "Form\n\nWho called: Martin\nTaken by:   Thomas\nCopy to:    Henrik\n", "Taken by", "Thomas"),
    ("l.txt", "Form\n\nName: Ana Ruiz      Age: 41\nTown: Moss          Zip: 1530\n", "Zip", "1530"),
    ("h.txt", "Prices\n\nTea ......... 3 euros\nCoffee ...... 4 euros\n", "Coffee", "4 euros"),
    ("i.md", "* **Email:** ana@example.com\n* **Phone:** 12 34\n", "Phone", "12 34"),
    ("j.eml", b"From: Ana <a@example.com>\nSubject: s\n\nRoom: 14\nFloor: 2\n", "Room", "14"),
]


@pytest.mark.parametrize(("name", "data", "label", "value"), FIELDS, ids=[each[0] for each in FIELDS])
def test_a_name_and_its_value_are_a_field(name: str, data: str | bytes, label: str, value: str) -> None:
    document = read(name, data)
    said = {document.text[slice(*field.label)]: document.text[slice(*field.value)] for field in document.layout.fields}
    assert said.get(label) == value


def test_numbers_of_a_workbook_are_told_as_their_sheet_shows_them() -> None:
    styles = (
        '<styleSheet xmlns="x"><numFmts><numFmt numFmtId="170" formatCode="#,##0.00 &quot;EUR&quot;"/>'
        '<numFmt numFmtId="171" formatCode="d. mmmm yyyy"/><numFmt numFmtId="172" formatCode="00000"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="172"/>'
        "</cellXfs></styleSheet>"
    )
    values = "".join(
        f'<c r="{column}2" s="{style}"><v>{value}</v></c>'
        for column, style, value in (("B", 1, 0.19), ("C", 2, 1234.5), ("D", 3, 45650), ("E", 4, 1530))
    )
    first = line(2, "Lamp").removesuffix("</row>")
    data = sheet(line(1, "Item", "Tax", "Net", "Due", "Code") + f"{first}{values}</row>", styles=styles)
    document = read("a.xlsx", data)
    assert document.text == "One\nItem: Lamp; Tax: 19%; Net: 1,234.50 EUR; Due: 24. December 2024; Code: 01530"


def test_a_formula_without_a_value_is_counted() -> None:
    data = sheet(line(1, "Item", "Cost") + line(2, "Roof", 5) + '<row r="3"><c r="B3"><f>B2*2</f><v></v></c></row>')
    assert read("a.xlsx", data).remarks.lines() == ("1 formula without a value left out (One: B3)",)


def test_a_workbook_of_empty_sheets_says_so() -> None:
    from embeddings.errors import DocumentError

    with pytest.raises(DocumentError, match="holds no text"):
        read("a.xlsx", sheet(""))


def test_a_table_on_a_slide_is_read_cell_by_cell() -> None:
    pptx = pytest.importorskip("pptx")
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    table = slide.shapes.add_table(3, 3, 0, 0, 900_000, 900_000).table
    for place, words in {
        (0, 0): "Ship",
        (0, 1): "Port",
        (0, 2): "Load",
        (1, 0): "Aurora",
        (1, 1): "NaNtes | old",
    }.items():
        table.cell(*place).text = words
    table.cell(1, 1).merge(table.cell(2, 1))
    table.cell(2, 0).text, table.cell(1, 2).text, table.cell(2, 2).text = "Baltic", "7", "9"
    out = io.BytesIO()
    made.save(out)
    document = read("a.pptx", out.getvalue())
    assert {("NaNtes | old", "Port", "Baltic"), ("9", "Load", "Baltic")} <= told(document)


def test_sentences_of_one_column_are_not_cut_at_their_commas() -> None:
    words = "Remark\nHe came, and left\nShe stayed, too"
    assert read("a.csv", words).text == words

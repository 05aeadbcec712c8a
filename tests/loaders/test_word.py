"""DOCX as it is printed: revisions, automatic numbers, symbols, boxes, headers, footers, comments, notes."""

from __future__ import annotations

import pytest

from embeddings.loaders.extract import Extract
from embeddings.loaders.limits import LIMITS
from embeddings.loaders.word.document import extract
from embeddings.text.items import in_form
from tests.office_files import docx, paragraph, table

_W = 'xmlns:w="http://www.w3.org/ns/w" xmlns:r="urn:r"'


def read(body: str, extra: dict[str, str] | None = None) -> Extract:
    """What is read of a document with this body; `mc`, `a`, `m` are known in it."""
    names = 'xmlns:mc="urn:mc" xmlns:a="urn:a" xmlns:m="urn:m" xmlns:v="urn:v"'
    return extract(docx(f"<w:customXml {names}>{body}</w:customXml>", extra=extra), "a.docx", LIMITS)


def run(words: str, properties: str = "") -> str:
    """A run of a paragraph."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def par(*runs: str, properties: str = "") -> str:
    """A paragraph of runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


# ---------------------------------------------------------------- revisions

GONE = "<w:del><w:r><w:delText>SECRET</w:delText></w:r></w:del>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (par(run("The rent is "), GONE, f"<w:ins>{run('1,350')}</w:ins>", run(" euros.")), "The rent is 1,350 euros."),
        (par(f"<w:moveFrom>{run('SECRET')}</w:moveFrom>") + par(f"<w:moveTo>{run('Here.')}</w:moveTo>"), "Here."),
        (par(run("Open "), run("SECRET ", "<w:strike/>"), run("now")), "Open now"),
        (par(run("Open "), run("SECRET ", "<w:dstrike w:val='1'/>"), run("now")), "Open now"),
        (par(run("Open "), run("shut ", "<w:strike w:val='0'/>"), run("now")), "Open shut now"),
        (par(run("Open "), run("SECRET ", "<w:vanish/>"), run("now")), "Open now"),
        (par(f"<w:ins>{GONE}{run('A')}</w:ins>"), "A"),
        (
            par(run("The end of "), properties="<w:rPr><w:del/></w:rPr>") + par(run("one clause.")),
            "The end of one clause.",
        ),
        (par(GONE, properties="<w:rPr><w:del/></w:rPr>") + par(run("Next.")), "Next."),
        ("<w:sdt><w:sdtContent>" + par(run("Held.")) + "</w:sdtContent></w:sdt>", "Held."),
        (par("<w:sdt><w:sdtContent>" + run("Held") + "</w:sdtContent></w:sdt>", run(" fast")), "Held fast"),
        (
            "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
            + par(run("SECRET"))
            + "</w:sdtContent></w:sdt>",
            "",
        ),
        (par("<w:r><w:fldChar/><w:instrText>SECRET</w:instrText></w:r>", run("5")), "5"),
        (par("<w:smartTag>" + run("Oslo") + "</w:smartTag>"), "Oslo"),
    ],
)
def test_revisions_are_accepted_and_wrappers_taken_off(body: str, text: str) -> None:
    assert read(body).text == text


def test_rows_and_cells_deleted_under_revision_are_gone() -> None:
    rows = table([["Item", "Cost"], ["Heating", "80"], ["SECRET", "45"]])
    rows = rows.replace(
        "<w:tr><w:tc><w:p><w:r><w:t>SECRET", "<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>SECRET"
    )
    found = read(rows)
    assert "SECRET" not in found.text
    assert "Heating" in found.text
    assert "1 deleted passage left out" in found.remarks.lines()
    cell = table([["a", "b", "SECRET"], ["c", "d", "e"]]).replace(
        "<w:tc><w:p><w:r><w:t>SECRET", "<w:tc><w:tcPr><w:cellDel/></w:tcPr><w:p><w:r><w:t>SECRET"
    )
    assert "SECRET" not in read(cell).text


def test_what_was_left_out_is_told() -> None:
    body = par(GONE, run("A"), run("x", "<w:strike/>"), "<w:r><w:drawing><a:blip/></w:drawing></w:r>") + "<w:altChunk/>"
    assert set(read(body).remarks.lines()) == {
        "1 deleted passage left out",
        "1 struck passage left out",
        "1 picture left out",
        "1 embedded document left out",
    }


# ---------------------------------------------------------------- raised letters, symbols, formulas


def high(words: str) -> str:
    """A raised run."""
    return run(words, '<w:vertAlign w:val="superscript"/>')


def low(words: str) -> str:
    """A lowered run."""
    return run(words, '<w:vertAlign w:val="subscript"/>')


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ((run("held 10"), high("6"), run(" cells")), "held 10⁶ cells"),
        ((run("held 10"), high("-"), high("9"), run(" m")), "held 10⁻⁹ m"),
        ((run("rose to 45"), high("1"), run(" tonnes")), "rose to 45 ¹ tonnes"),
        ((run("CO"), low("2"), run(" fell")), "CO₂ fell"),
        ((run("240 m"), high("2")), "240 m²"),
        ((run("the 3"), high("rd"), run(" day")), "the 3rd day"),
        ((run("2 "), '<w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>', run("m")), "2 μm"),
        (('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', run(" paid")), "✓ paid"),
        ((run("2 \uf0b1 1", '<w:rFonts w:ascii="Symbol"/>'),), "2 ± 1"),
        ((run("long"), "<w:r><w:noBreakHyphen/></w:r>", run("term")), "long-term"),
        (
            (
                "<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>",
            ),
            "x²",
        ),
        (
            (
                "<m:oMath><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>4</m:t></m:r></m:den></m:f></m:oMath>",
            ),
            "3/4",
        ),
    ],
)
def test_raised_letters_symbols_and_formulas_keep_their_meaning(runs: tuple[str, ...], text: str) -> None:
    assert read(par(*runs)).text == text


def test_a_symbol_nobody_knows_is_told() -> None:
    found = read(par('<w:r><w:sym w:font="Webdings" w:char="F061"/></w:r>', run("A")))
    assert found.remarks.lines() == ("1 symbol of a font left out (Webdings)",)


# ---------------------------------------------------------------- automatic numbers


def level(at: int, text: str, form: str = "decimal", more: str = "") -> str:
    """A level of a list."""
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def numbered(
    levels: str, items: str, nums: str = '<w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>'
) -> list[str]:
    """The lines of a document with one list; an item is "level:words", joined by "|"."""
    numbering = f'<w:numbering {_W}><w:abstractNum w:abstractNumId="1">{levels}</w:abstractNum>{nums}</w:numbering>'
    body = ""
    for item in items.split("|"):
        place, words = item.split(":")
        num, at = place.split(".") if "." in place else ("7", place)
        own = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{num}"/></w:numPr>'
        body += par(run(words), properties=own if place else "")
    text = read(body, {"word/numbering.xml": numbering}).text
    return [line for line in text.splitlines() if line]


LEGAL = level(0, "%1.") + level(1, "%1.%2") + level(2, "(%3)", "lowerLetter")


@pytest.mark.parametrize(
    ("levels", "items", "lines"),
    [
        (LEGAL, "0:A|1:B|1:C|0:D|1:E", ["1. A", "1.1 B", "1.2 C", "2. D", "2.1 E"]),
        (LEGAL, "0:A|1:B|2:C|2:D|1:E|2:F", ["1. A", "1.1 B", "(a) C", "(b) D", "1.2 E", "(a) F"]),
        (level(0, "%1)", "upperRoman"), "0:A|:between|0:B", ["I) A", "between", "II) B"]),
        (level(0, "§ %1"), "0:A|0:B", ["§ 1 A", "§ 2 B"]),
        (level(0, "Article %1", "upperLetter"), "0:A|0:B", ["Article A A", "Article B B"]),
        (level(0, "x", "bullet"), "0:A|0:B", ["- A", "- B"]),
        (level(0, "%1", "upperRoman") + level(1, "%1.%2", more="<w:isLgl/>"), "0:A|1:B", ["I A", "1.1 B"]),
        (
            level(0, "%1") + level(1, "%2", more='<w:lvlRestart w:val="0"/>'),
            "0:A|1:B|0:C|1:D",
            ["1 A", "1 B", "2 C", "2 D"],
        ),
        (level(0, "%1.") + level(1, "%1.%2"), "1:A|1:B", ["1.1 A", "1.2 B"]),
    ],
)
def test_automatic_numbers_are_part_of_the_text(levels: str, items: str, lines: list[str]) -> None:
    assert numbered(levels, items) == lines


def test_a_list_begins_again_where_it_is_said() -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    nums = "".join(
        f'<w:num w:numId="{num}"><w:abstractNumId w:val="1"/>{more}</w:num>' for num, more in (("7", ""), ("8", again))
    )
    found = numbered(level(0, "%1."), "7.0:A|7.0:B|8.0:C|8.0:D", nums)
    assert found == ["1. A", "2. B", "5. C", "6. D"]


def test_a_heading_is_numbered_by_its_style() -> None:
    numbering = f'<w:numbering {_W}><w:abstractNum w:abstractNumId="1">'
    numbering += level(0, "%1.", more='<w:pStyle w:val="H1"/>') + level(1, "%1.%2", more='<w:pStyle w:val="H2"/>')
    numbering += '</w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    own = '<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr>'
    styles = "".join(f'<w:style w:styleId="H{n}"><w:name w:val="heading {n}"/>{own}</w:style>' for n in (1, 2))
    body = "".join(paragraph(words, style) for words, style in (("A", "H1"), ("B", "H2"), ("C", "H2"), ("D", "H1")))
    found = read(body, {"word/numbering.xml": numbering, "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>"})
    assert found.text.split("\n\n") == ["1. A", "1.1 B", "1.2 C", "2. D"]
    assert len(found.layout.headings) == 4


def test_deleted_paragraphs_are_not_counted() -> None:
    numbering = f'<w:numbering {_W}><w:abstractNum w:abstractNumId="1">{level(0, "%1.")}</w:abstractNum>'
    numbering += '<w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    own = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'
    body = (
        par(run("A"), properties=own)
        + par(GONE, properties=f"{own}<w:rPr><w:del/></w:rPr>")
        + par(run("B"), properties=own)
    )
    assert read(body, {"word/numbering.xml": numbering}).text == "1. A\n2. B"


def test_numbers_in_letters_and_roman() -> None:
    assert [in_form(n, "upperRoman") for n in (4, 9, 14, 1994)] == ["IV", "IX", "XIV", "MCMXCIV"]
    assert [in_form(n, "lowerLetter") for n in (1, 26, 27)] == ["a", "z", "aa"]
    assert in_form(10**9, "upperRoman") == "1000000000"


# ---------------------------------------------------------------- beside the text


def test_headers_footers_comments_and_notes_are_told_with_their_place() -> None:
    relations = '<Relationships><Relationship Type="x/header" Target="header2.xml"/>'
    relations += '<Relationship Type="x/footer" Target="footer1.xml"/>'
    relations += '<Relationship Type="x/footer" Target="footer9.xml"/></Relationships>'
    about = '<w:commentRangeStart w:id="4"/>' + run("two days") + '<w:commentRangeEnd w:id="4"/>'
    found = read(
        par(run("Work from home "), about, run(" a week.")),
        {
            "word/_rels/document.xml.rels": relations,
            "word/header2.xml": f"<w:hdr {_W}>{paragraph('Policy 17')}</w:hdr>",
            "word/footer1.xml": f"<w:ftr {_W}>{paragraph('Owner: Petra Novak')}</w:ftr>",
            "word/footer9.xml": f"<w:ftr {_W}>{paragraph('Page 1 of 3')}</w:ftr>",
            "word/comments.xml": f'<w:comments {_W}><w:comment w:id="4" w:author="Kim" w:date="2024-05-03T10:00:00Z">'
            f"{paragraph('Three in July.')}</w:comment></w:comments>",
            "word/endnotes.xml": f"<w:endnotes {_W}><w:endnote w:type='separator'>{paragraph('x')}</w:endnote>"
            f"<w:endnote w:id='2'>{paragraph('See annex.')}</w:endnote></w:endnotes>",
        },
    )
    assert found.text.split("\n\n") == [
        "Work from home two days a week.",
        "See annex.",
        "Header: Policy 17",
        "Footer: Owner: Petra Novak",
        "Comment (Kim, 2024-05-03, on “two days”): Three in July.",
    ]


# ---------------------------------------------------------------- text boxes


def box(inside: str) -> str:
    """A paragraph with a text box, for new readers and for old ones."""
    held = f"<w:txbxContent>{inside}</w:txbxContent>"
    return (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing>{held}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{held}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def test_a_text_box_is_read_once_in_its_place() -> None:
    assert (
        read(par(run("Before.")) + box(par(run("Inside."))) + par(run("After."))).text == "Before.\n\nInside.\n\nAfter."
    )


def test_a_box_for_old_readers_alone_is_read() -> None:
    held = "<w:p><w:r><mc:AlternateContent><mc:Choice/><mc:Fallback><w:pict><w:txbxContent>"
    held += par(run("Inside.")) + "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    assert read(held).text == "Inside."


@pytest.mark.parametrize("depth", [2, 8, 40])
def test_boxes_inside_one_another_are_each_read_once(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from embeddings.loaders.word import document as word

    steps = 0
    whole = word.text_of

    def counted(element: object) -> str:
        nonlocal steps
        steps += 1
        return whole(element)

    monkeypatch.setattr(word, "text_of", counted)
    inside = par(run("w0"))
    for number in range(1, depth):
        inside = f"<w:p>{run(f'w{number}')}<w:r><w:pict><w:txbxContent>{inside}</w:txbxContent></w:pict></w:r></w:p>"
    assert sorted(read(inside).text.split()) == sorted(f"w{number}" for number in range(depth))
    assert steps == depth

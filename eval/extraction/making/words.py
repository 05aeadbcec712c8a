"""Documents of Word, LibreOffice and PowerPoint."""

from __future__ import annotations

from collections.abc import Iterator

from eval.extraction.making.case import Case, Grid
from eval.extraction.making.packing import docx, odt, par, pptx, shape, slide_table, word_run, word_table

_STAFF = Grid(("Name", "Team"), [("Ana Ruiz", "Finance"), ("Ben Okoro", "Finance"), ("Cara Lind", "Legal")])
_HIGH, _LOW = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'


def _deleted(words: str) -> str:
    return f'<w:del w:id="1" w:author="A"><w:r><w:delText xml:space="preserve">{words}</w:delText></w:r></w:del>'


def _inserted(words: str) -> str:
    return f'<w:ins w:id="2" w:author="A">{word_run(words)}</w:ins>'


def _cell(properties: str, words: str = "") -> str:
    return f"<w:tcPr>{properties}</w:tcPr>{par(words) if words else '<w:p/>'}"


def _numbered(level: int, words: str, style: str = "") -> str:
    return par(words, style=style, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr>')


def _numbering(*levels: tuple[str, str]) -> str:
    inside = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(levels)
    )
    return f'numbering|<w:abstractNum w:abstractNumId="1">{inside}</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>'


def _box(words: str) -> str:
    held = f"<w:txbxContent>{words}</w:txbxContent>"
    return f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{held}</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{held}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"


def _documents() -> Iterator[Case]:
    yield Case(
        "docx_plain.docx",
        docx(par("Storm", style="H1") + par("The storm came on 3 May 2021.")),
        ["Storm", "The storm came on 3 May 2021."],
        [("When did the storm come?", "3 May 2021")],
    )
    yield Case(
        "docx_table.docx",
        docx(word_table([_STAFF.names, *_STAFF.rows])),
        [_STAFF],
        [("Which team is Cara Lind in?", "Legal")],
    )
    rows = [
        ["Team", "Name"],
        [_cell('<w:vMerge w:val="restart"/>', "Finance"), "Ana Ruiz"],
        [_cell("<w:vMerge/>"), "Ben Okoro"],
        ["Legal", "Cara Lind"],
    ]
    yield Case("docx_vmerge.docx", docx(word_table(rows)), [_STAFF], [("Which team is Ben Okoro in?", "Finance")])
    wide = [
        ["Ticket", "Members", "Guests"],
        ["Day", _cell('<w:gridSpan w:val="2"/>', "12 euros")],
        ["Year", "140 euros", "210 euros"],
    ]
    yield Case(
        "docx_gridspan.docx",
        docx(word_table(wide)),
        [Grid(("Ticket", "Members", "Guests"), [("Day", "12 euros", "12 euros"), ("Year", "140 euros", "210 euros")])],
        [("How much is a year ticket for guests?", "210 euros")],
    )
    table = word_table([_STAFF.names, *_STAFF.rows])
    held = table.replace(
        '<w:tr><w:tc><w:p><w:pPr></w:pPr><w:r><w:rPr></w:rPr><w:t xml:space="preserve">Cara',
        '<w:sdt><w:sdtContent><w:tr><w:tc><w:p><w:pPr></w:pPr><w:r><w:rPr></w:rPr><w:t xml:space="preserve">Cara',
    ).replace("</w:tbl>", "</w:sdtContent></w:sdt></w:tbl>")
    yield Case("docx_held_row.docx", docx(held), [_STAFF], [("Which team is Cara Lind in?", "Legal")])
    pairs = [("Client", "Solberg and Sons"), ("Deadline", "30 June 2025"), ("Value", "90,000 euros")]
    yield Case(
        "docx_key_values.docx", docx(word_table(pairs)), [Grid((), pairs)], [("Who is the client?", "Solberg and Sons")]
    )


def _revised() -> Iterator[Case]:
    yield Case(
        "docx_tracked.docx",
        docx(par("The rent is ", _deleted("1,200"), _inserted("1,350"), " euros a month.")),
        ["The rent is 1,350 euros a month."],
        [("How much is the rent?", "1,350 euros")],
        ["1,200"],
    )
    moved = par('<w:moveFrom w:id="3"><w:r><w:t>Dogs may swim.</w:t></w:r></w:moveFrom>') + par(
        f'<w:moveTo w:id="4">{word_run("Dogs may not swim.")}</w:moveTo>'
    )
    yield Case(
        "docx_moved.docx", docx(moved + par("Cats may.")), ["Dogs may not swim. Cats may."], absent=["Dogs may swim"]
    )
    gone = word_table([_STAFF.names, *_STAFF.rows, ("Tom Berg", "Sales")]).replace(
        '<w:tr><w:tc><w:p><w:pPr></w:pPr><w:r><w:rPr></w:rPr><w:t xml:space="preserve">Tom',
        "<w:tr><w:trPr><w:del w:id='9'/></w:trPr><w:tc><w:p><w:pPr></w:pPr><w:r><w:rPr></w:rPr><w:t xml:space=\"preserve\">Tom",
    )
    yield Case("docx_deleted_row.docx", docx(gone), [_STAFF], [("Which team is Ana Ruiz in?", "Finance")], ["Berg"])
    yield Case(
        "docx_struck.docx",
        docx(par("Parking is ", word_run("nine ", "<w:strike/>"), "five euros a day.")),
        ["Parking is five euros a day."],
        [("How much is parking?", "five euros")],
        ["nine"],
    )
    yield Case(
        "docx_hidden.docx",
        docx(par("The guide is ", word_run("Tom Berg ", "<w:vanish/>"), "Eva Lund.")),
        ["The guide is Eva Lund."],
        [("Who is the guide?", "Eva Lund")],
        ["Berg"],
    )


def _numbered_and_raised() -> Iterator[Case]:
    legal = _numbering(("decimal", "%1."), ("decimal", "%1.%2"))
    clauses = (
        _numbered(0, "Fees", "H1")
        + _numbered(1, "The fee is 900 euros.")
        + _numbered(1, "It is paid in May.")
        + _numbered(0, "Notice", "H1")
        + _numbered(1, "Notice takes 60 days.")
    )
    yield Case(
        "docx_clauses.docx",
        docx(clauses, {"word/numbering.xml": legal}),
        ["1. Fees", "1.1 The fee is 900 euros. 1.2 It is paid in May.", "2. Notice", "2.1 Notice takes 60 days."],
        [("How long does notice take?", "60 days")],
    )
    letters = _numbering(("lowerLetter", "(%1)"), ("upperRoman", "%2."))
    listed = _numbered(0, "the hull") + _numbered(1, "its paint") + _numbered(1, "its seams") + _numbered(0, "the sail")
    yield Case(
        "docx_letters.docx",
        docx(par("These are looked at:") + listed, {"word/numbering.xml": letters}),
        ["These are looked at:", "(a) the hull", "I. its paint", "II. its seams", "(b) the sail"],
    )
    yield Case(
        "docx_raised.docx",
        docx(
            par(
                "The water held 10",
                word_run("6", _HIGH),
                " cells in 240 m",
                word_run("2", _HIGH),
                " of CO",
                word_run("2", _LOW),
                ".",
            )
        ),
        ["The water held 10⁶ cells in 240 m² of CO₂."],
        [("How many cells did the water hold?", "10⁶")],
        ["106"],
    )


def _with_parts() -> Iterator[Case]:
    sign = '<w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>'
    yield Case(
        "docx_symbol.docx",
        docx(
            par(
                "The film is 12 ",
                sign,
                "m thick, ",
                '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>',
                " checked.",
            )
        ),
        ["The film is 12 μm thick, ✓ checked."],
        [("How thick is the film?", "12 μm")],
    )
    links = [("h", "header", "header1.xml"), ("f", "footer", "footer1.xml")]
    beside = {
        "word/header1.xml": f"hdr|{par('Policy 17, in force since 1 March 2024')}",
        "word/footer1.xml": f"ftr|{par('Owner: Petra Novak')}",
    }
    yield Case(
        "docx_header.docx",
        docx(par("Staff may work from home."), beside, links),
        ["Staff may work from home.", "Policy 17, in force since 1 March 2024", "Owner: Petra Novak"],
        [("Who is the owner?", "Petra Novak")],
    )
    comment = f'comments|<w:comment w:id="4" w:author="Kim">{par("The limit rises in July.")}</w:comment>'
    about = (
        '<w:commentRangeStart w:id="4"/>'
        + word_run("two days")
        + '<w:commentRangeEnd w:id="4"/><w:r><w:commentReference w:id="4"/></w:r>'
    )
    yield Case(
        "docx_comment.docx",
        docx(par("The limit is ", about, " a week."), {"word/comments.xml": comment}),
        ["The limit is two days a week.", "The limit rises in July."],
        [("When does the limit rise?", "July")],
        also=("Comment Kim, on “two days”",),
    )
    note = f'footnotes|<w:footnote w:id="2">{par("Measured at low water.")}</w:footnote>'
    yield Case(
        "docx_footnote.docx",
        docx(
            par("The quay is 9 metres deep.", '<w:r><w:footnoteReference w:id="2"/></w:r>'),
            {"word/footnotes.xml": note},
        ),
        ["The quay is 9 metres deep.", "Measured at low water."],
        [("How deep is the quay?", "9 metres")],
    )


def _with_boxes() -> Iterator[Case]:
    yield Case(
        "docx_box.docx",
        docx(par("Before the box.") + _box(par("The pilot is Eva Lund.")) + par("After the box.")),
        ["Before the box. The pilot is Eva Lund. After the box."],
        [("Who is the pilot?", "Eva Lund")],
    )
    yield Case(
        "docx_boxes.docx",
        docx(_box(par("Outer words.") + _box(par("Inner words.") + _box(par("The inmost word is seven."))))),
        ["Outer words. Inner words. The inmost word is seven."],
    )
    formula = (
        "<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )
    yield Case("docx_formula.docx", docx(par("The area is ", formula, " here.")), ["The area is x² here."])


def _open_documents() -> Iterator[Case]:
    def text(words: str) -> str:
        return f"<text:p>{words}</text:p>"

    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(c if c.startswith('<') else f'<table:table-cell>{text(c)}</table:table-cell>' for c in cells)}</table:table-row>"

    yield Case(
        "odt_plain.odt",
        odt(f'<text:h text:outline-level="1">Storm</text:h>{text("The storm came on 3 May 2021.")}'),
        ["Storm", "The storm came on 3 May 2021."],
        [("When did the storm come?", "3 May 2021")],
    )
    yield Case(
        "odt_list.odt",
        odt(
            f"<text:list><text:list-item>{text('ropes')}</text:list-item><text:list-item>{text('lamps')}</text:list-item></text:list>"
        ),
        ["ropes lamps"],
    )
    yield Case(
        "odt_table.odt",
        odt(f"<table:table>{row(*_STAFF.names)}{''.join(row(*each) for each in _STAFF.rows)}</table:table>"),
        [_STAFF],
        [("Which team is Cara Lind in?", "Legal")],
    )
    merged = (
        row("Team", "Name")
        + row(f'<table:table-cell table:number-rows-spanned="2">{text("Finance")}</table:table-cell>', "Ana Ruiz")
        + row("<table:covered-table-cell/>", "Ben Okoro")
        + row("Legal", "Cara Lind")
    )
    yield Case(
        "odt_merged.odt",
        odt(f"<table:table>{merged}</table:table>"),
        [_STAFF],
        [("Which team is Ben Okoro in?", "Finance")],
    )


def _presentations() -> Iterator[Case]:
    yield Case(
        "pptx_plain.pptx",
        pptx(
            shape("The storm", kind="title") + shape("It came on 3 May 2021.", kind="body"),
            shape("Losses", kind="title") + shape("Seven boats were lost."),
        ),
        ["The storm", "It came on 3 May 2021.", "Losses", "Seven boats were lost."],
        [("How many boats were lost?", "Seven")],
    )
    yield Case(
        "pptx_table.pptx",
        pptx(slide_table([_STAFF.names, *_STAFF.rows])),
        [_STAFF],
        [("Which team is Cara Lind in?", "Legal")],
    )
    merged = [("Team", "Name"), ("rowSpan=2|Finance", "Ana Ruiz"), ("vMerge=1|", "Ben Okoro"), ("Legal", "Cara Lind")]
    yield Case("pptx_merged.pptx", pptx(slide_table(merged)), [_STAFF], [("Which team is Ben Okoro in?", "Finance")])
    notes = {
        "ppt/notesSlides/n.xml": f"p:notes|<p:cSld><p:spTree>{shape('The Aurora is sold in May.', kind='body')}</p:spTree></p:cSld>"
    }
    yield Case(
        "pptx_notes.pptx",
        pptx(shape("Fleet", kind="title"), links=[("n", "notesSlide", "../notesSlides/n.xml")], extra=notes),
        ["Fleet", "The Aurora is sold in May."],
        [("When is the Aurora sold?", "May")],
    )
    yield Case(
        "pptx_odd.pptx",
        pptx(
            f"<p:grpSp><p:nvGrpSpPr><p:cNvPr id='9' name=''/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{shape('The key is in the box.')}</p:grpSp><p:contentPart/>"
        ),
        ["The key is in the box."],
        [("Where is the key?", "in the box")],
    )
    raised = '<a:r><a:t>The water held 10</a:t></a:r><a:r><a:rPr baseline="30000"/><a:t>6</a:t></a:r><a:r><a:t> cells.</a:t></a:r>'
    yield Case(
        "pptx_raised.pptx",
        pptx(shape(raised)),
        ["The water held 10⁶ cells."],
        [("How many cells did the water hold?", "10⁶")],
        ["106"],
    )
    struck = '<a:r><a:rPr strike="sngStrike"/><a:t>Nine </a:t></a:r><a:r><a:t>Five euros a day.</a:t></a:r>'
    yield Case("pptx_struck.pptx", pptx(shape(struck)), ["Five euros a day."], absent=["Nine"])
    numbered = [
        f'<a:pPr><a:buAutoNum type="arabicPeriod"/></a:pPr><a:r><a:t>{words}</a:t></a:r>'
        for words in ("Paint the hull", "Mend the sail")
    ]
    yield Case("pptx_numbers.pptx", pptx(shape(*numbered)), ["1. Paint the hull", "2. Mend the sail"])


def cases() -> Iterator[Case]:
    """The documents and presentations of the set."""
    for part in (_documents, _revised, _numbered_and_raised, _with_parts, _with_boxes):
        yield from part()
    yield from _open_documents()
    yield from _presentations()

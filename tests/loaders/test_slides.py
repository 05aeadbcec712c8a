"""PPTX as it is shown: unknown shapes, notes, tables, charts, diagrams, numbers, raised and struck letters."""

from __future__ import annotations

import pytest

from embeddings.loaders.extract import Extract
from embeddings.loaders.limits import LIMITS
from embeddings.loaders.packed.office import extract
from tests.office_files import zipped

_NAMES = 'xmlns:p="urn:p" xmlns:a="urn:a" xmlns:r="urn:r" xmlns:c="urn:c" xmlns:mc="urn:mc" xmlns:d="urn:d"'


def words(*paragraphs: str) -> str:
    """A text of paragraphs, each the inside of one."""
    return "<p:txBody>" + "".join(f"<a:p>{each}</a:p>" for each in paragraphs) + "</p:txBody>"


def run(said: str, properties: str = "") -> str:
    """A run."""
    return f"<a:r><a:rPr {properties}/><a:t>{said}</a:t></a:r>"


def shape(text: str, kind: str = "") -> str:
    """A shape with a text."""
    place = f'<p:nvPr><p:ph type="{kind}"/></p:nvPr>' if kind else "<p:nvPr/>"
    return f"<p:sp><p:nvSpPr>{place}</p:nvSpPr>{text}</p:sp>"


BOTH = "<mc:AlternateContent>" + "".join(
    f"<mc:{name}>{shape(words(run('A')))}</mc:{name}>" for name in ("Choice", "Fallback")
)
BOTH += "</mc:AlternateContent>"


def read(*slides: str, relations: str = "", extra: dict[str, str] | None = None, show: str = "") -> Extract:
    """What is read of a presentation; `relations` are those of its first slide."""
    ids = "".join(f'<p:sldId r:id="r{number}"/>' for number in range(len(slides)))
    named = "".join(
        f'<Relationship Id="r{number}" Type="x/slide" Target="slides/s{number}.xml"/>' for number in range(len(slides))
    )
    parts = {
        "ppt/presentation.xml": f"<p:presentation {_NAMES}>{ids}</p:presentation>",
        "ppt/_rels/presentation.xml.rels": f"<Relationships>{named}</Relationships>",
        "ppt/slides/_rels/s0.xml.rels": f"<Relationships>{relations}</Relationships>",
        **(extra or {}),
    }
    for number, slide in enumerate(slides):
        parts[f"ppt/slides/s{number}.xml"] = f"<p:sld {_NAMES} {show}><p:spTree>{slide}</p:spTree></p:sld>"
    return extract(zipped(parts), "a.pptx", LIMITS)


@pytest.mark.parametrize(
    ("slide", "text"),
    [
        (shape(words(run("Seven boats.")), "body") + shape(words(run("Losses")), "title"), "Losses\n\nSeven boats."),
        (f"<p:grpSp>{shape(words(run('Inside a group.')))}</p:grpSp>", "Inside a group."),
        (f"<p:sp><p:odd/>{words(run('Odd.'))}</p:sp><p:unknown/>", "Odd."),
        (BOTH, "A"),
        (shape(words(run("3")), "sldNum"), ""),
        (shape(words(run("10"), run("6", 'baseline="30000"'))), "10\n6"),
        (shape(words(run("10") + run("6", 'baseline="30000"') + run(" cells"))), "10⁶ cells"),
        (shape(words(run("CO") + run("2", 'baseline="-25000"'))), "CO₂"),
        (shape(words(run("9 ", 'strike="sngStrike"') + run("5 euros"))), "5 euros"),
        (shape(words(run("one") + "<a:br/>" + run("two"))), "one\ntwo"),
    ],
)
def test_a_slide_is_read_as_it_is_shown(slide: str, text: str) -> None:
    assert read(slide).text == text.replace("10\n6", "10\n⁶")


def test_automatic_numbers_of_a_slide() -> None:
    def item(said: str, level: int = 0, kind: str = "arabicPeriod") -> str:
        return f'<a:pPr lvl="{level}"><a:buAutoNum type="{kind}"/></a:pPr>{run(said)}'

    found = read(shape(words(item("A"), item("B", 1, "alphaLcParenR"), item("C", 1, "alphaLcParenR"), item("D"))))
    assert found.text.splitlines() == ["1. A", "a) B", "b) C", "2. D"]


def test_merged_cells_are_filled_in() -> None:
    def cell(said: str, more: str = "") -> str:
        return f"<a:tc {more}>{words(run(said)) if said else ''}</a:tc>"

    rows = [
        cell("Team") + cell("Name"),
        cell("Finance", 'rowSpan="2"') + cell("Ana"),
        cell("", 'vMerge="1"') + cell("Ben"),
    ]
    inside = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    text = read(f"<p:graphicFrame><a:tbl>{inside}</a:tbl></p:graphicFrame>").text
    assert "Finance" in text.split("Ana")[1]
    assert "Ben" in text


def test_notes_comments_charts_and_diagrams_are_read() -> None:
    def link(id: str, kind: str, target: str) -> str:
        return f'<Relationship Id="{id}" Type="x/{kind}" Target="../{target}"/>'

    def points(name: str, *values: str) -> str:
        return (
            f"<c:{name}>"
            + "".join(f'<c:pt idx="{n}"><c:v>{v}</c:v></c:pt>' for n, v in enumerate(values))
            + f"</c:{name}>"
        )

    chart = points("tx", "Boats") + points("cat", "May", "June") + points("val", "7", "9")
    points_of_diagram = "".join(f"<d:pt>{words(run(said))}</d:pt>" for said in ("Plan", "Build"))
    notes = shape(words(run("Sold in May.")), "body") + shape(words(run("1")), "sldNum")
    frames = ('<c:chart r:id="c1"/>', '<d:relIds r:dm="d1"/>')
    found = read(
        "".join(f"<p:graphicFrame>{frame}</p:graphicFrame>" for frame in frames) + "<p:pic/>",
        shape(words(run("Next."))),
        relations=link("c1", "chart", "charts/c.xml")
        + link("d1", "diagramData", "diagrams/d.xml")
        + link("n1", "notesSlide", "notes/n.xml")
        + link("m1", "comments", "comments/m.xml"),
        extra={
            "ppt/charts/c.xml": f"<c:x {_NAMES}><c:ser>{chart}</c:ser></c:x>",
            "ppt/diagrams/d.xml": f"<d:x {_NAMES}>{points_of_diagram}</d:x>",
            "ppt/notes/n.xml": f"<p:notes {_NAMES}>{notes}</p:notes>",
            "ppt/comments/m.xml": f"<p:x {_NAMES}><p:cm><p:text>Check this.</p:text></p:cm></p:x>",
        },
    )
    assert "May" in found.text and "9" in found.text  # noqa: PT018
    assert found.text.index("Plan") < found.text.index("Build") < found.text.index("Notes\n\nSold in May.")
    assert "Comment: Check this." in found.text
    assert found.remarks.lines() == ("1 picture left out",)
    assert len(found.layout.pages) == 2


def test_a_hidden_slide_is_told() -> None:
    assert read(shape(words(run("Spare."))), show='show="0"').remarks.lines() == (
        "hidden in the presentation, and read: slide 1",
    )

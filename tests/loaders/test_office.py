"""The formats that an extra brings: workbooks by their rows, presentations by their slides."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from office_files import zipped

from embeddings.errors import DocumentError
from embeddings.loaders.limits import LIMITS
from embeddings.loaders.packed.office import extract
from embeddings.loading import load_file
from embeddings.text.sections import sections_of
from embeddings.types import Document
from qa.render import place
from qa.types import Citation

openpyxl = pytest.importorskip("openpyxl", reason="pip install 'pincite[office]'")
pptx = pytest.importorskip("pptx", reason="pip install 'pincite[office]'")


def workbook() -> bytes:
    from datetime import date

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Towns"
    for row in (["Town", "People", "Counted"], ["Oslo", 700_000, date(2021, 5, 3)], [], ["Moss", 50_000.0, None]):
        sheet.append(row)
    book.create_sheet("Empty")
    other = book.create_sheet("Boats")
    other.append(["Gull", 7])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def slides() -> bytes:
    made = pptx.Presentation()
    for title, body in (("The storm", "It rained all night."), ("Losses", "Seven boats were lost.")):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, body
    made.core_properties.author = "Kari Nord"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(folder: Path, name: str, data: bytes) -> Document:
    (folder / name).write_bytes(data)
    return load_file(folder / name)


def test_a_row_of_a_workbook_is_a_passage_under_the_name_of_its_sheet(tmp_path: Path) -> None:
    found = read(tmp_path, "towns.xlsx", workbook())
    told = [(part.heading, found.text[part.body_start : part.end].strip()) for part in sections_of(found)]
    assert told == [
        ("Towns", "Town: Oslo; People: 700000; Counted: 2021-05-03"),
        ("Towns", "Town: Moss; People: 50000"),
        ("Boats", "Gull; 7"),
    ]
    assert [number for _, number in found.layout.rows] == [2, 4, 1]
    assert found.title == "towns"


def test_a_slide_is_a_page_and_a_citation_calls_it_so(tmp_path: Path) -> None:
    found = read(tmp_path, "storm.pptx", slides())
    start = found.text.index("Seven")
    assert (found.author, found.layout.page(start)) == ("Kari Nord", 2)
    assert "slide 2" in place(Citation(found, start, start + 5, start, start + 5, page=found.layout.page(start)))


def test_without_the_converter_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlrd", None)
    with pytest.raises(DocumentError, match=r"^a\.xls: .*not installed: pip install 'pincite\[office\]'"):
        extract(b"\xd0\xcf\x11\xe0", "a.xls", LIMITS)


def test_workbooks_and_presentations_need_no_converter(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ((workbook(), "a.xlsx", "Oslo"), (slides(), "a.pptx", "Seven boats were lost."))
    for module in ("openpyxl", "pptx", "markitdown"):
        monkeypatch.setitem(sys.modules, module, None)
    for data, name, words in made:
        assert words in extract(data, name, LIMITS).text


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"a\.xlsx: can't be converted|a\.xlsx: damaged|a\.xlsx: its XML"):
        read(tmp_path, "a.xlsx", zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}))

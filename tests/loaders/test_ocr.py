"""Words recognised on pictures and scanned pages, with the extra; without it they are told as left out, as ever."""

from __future__ import annotations

import io
import socket
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from embeddings.errors import DocumentError
from embeddings.loaders import pictures
from embeddings.loaders.limits import LIMITS
from embeddings.loaders.pdf import document as loader
from embeddings.loaders.pdf import page
from embeddings.loaders.pdf.marks import marks
from embeddings.loading import load_file, read_file
from qa.source.find import find
from qa.source.pdf_highlight import sheet_of
from qa.source.view import Range, View

installed = pytest.mark.skipif(not pictures.available(), reason="the extra pincite[ocr] is not installed")
FONT = ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"), 36)
LINES = ["Berth contract", "", "The annual rent is 4,200 euros.", "The owner is Kari Lund."]


def drawn(lines: list[str] = LINES, blurred: float = 0) -> Image.Image:
    sheet = Image.new("RGB", (900, 500), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(sheet).text((60, 60 + 60 * number), line, font=FONT, fill="black")
    return sheet.filter(ImageFilter.GaussianBlur(blurred)) if blurred else sheet


def saved(path: Path, *sheets: Image.Image) -> Path:
    sheets[0].save(path, **({"save_all": True, "append_images": sheets[1:]} if sheets[1:] else {}))
    return path


@installed
def test_a_scanned_page_is_read_and_cited_at_its_words(tmp_path: Path) -> None:
    document, notes = read_file(saved(tmp_path / "a.pdf", drawn()))
    assert document.text.split() == " ".join(LINES).split()
    assert notes[0].startswith("1 of 1 pages read by OCR (1), ")
    start = document.text.index("Kari Lund")
    (mark,) = marks(document, start, start + len("Kari Lund"))
    assert mark.exact
    assert mark.boxes[0].left * 900 == pytest.approx(60 + FONT.getlength("The owner is "), abs=15)
    assert mark.boxes[0].top * 500 < 60 + 180 + 20 < mark.boxes[0].bottom * 500
    assert 0.5 < document.layout.certainty(start, start + 9) <= 1
    span = Range(start, start + 9)
    view = View(document, span, span)
    assert any("read by OCR" in note for note in sheet_of(view, find(view)).notes)


@installed
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_a_picture_is_read_as_a_page(tmp_path: Path, name: str) -> None:
    document = load_file(saved(tmp_path / name, drawn()))
    assert (document.text.split(), document.layout.pages) == (" ".join(LINES).split(), (0,))
    start = document.text.index("4,200")
    (mark,) = marks(document, start, start + len("4,200"))
    assert mark.exact


@installed
def test_each_frame_of_a_picture_is_a_page_and_transparency_is_white(tmp_path: Path) -> None:
    frames = drawn(["First of the pages"]), drawn(["Second of the pages"])
    document = load_file(saved(tmp_path / "a.tif", *frames))
    assert document.layout.page(document.text.index("Second")) == 2
    ink = drawn(["Clear as day"]).convert("L")
    clear = Image.new("RGBA", ink.size, "black")
    clear.putalpha(ImageOps.invert(ink))
    assert load_file(saved(tmp_path / "b.png", clear)).text == "Clear as day"


@installed
def test_what_is_read_badly_is_less_certain(tmp_path: Path) -> None:
    sharp, dim = (load_file(saved(tmp_path / f"{n}.png", drawn(blurred=n))) for n in (0, 3))
    assert dim.layout.certainty(0, len(dim.text)) < sharp.layout.certainty(0, len(sharp.text))


@installed
def test_nothing_is_fetched_to_recognise_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    data = io.BytesIO()
    drawn().save(data, "PNG")
    assert "Kari Lund" in loader.extract(data.getvalue(), "a.png", LIMITS).text


@installed
def test_pages_beyond_the_time_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(loader, "_RECOGNISING", 0.0)
    path = saved(tmp_path / "a.pdf", drawn())
    with pytest.raises(DocumentError, match="scanned, without a text layer"):
        loader.extract(path.read_bytes(), "a.pdf", LIMITS)


@installed
@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"\xff\xd8\xff\xe0broken"])
def test_a_damaged_picture_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(DocumentError, match="a picture that is damaged or cut short"):
        load_file(tmp_path / "a.png")


def test_without_the_extra_pictures_and_scans_are_told_as_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in (pictures, page):
        monkeypatch.setattr(module, "available", lambda: False)
    monkeypatch.setattr("embeddings.loaders.formats.available", lambda: False)
    with pytest.raises(DocumentError, match=r"\.png files are not read; to recognise words .* install pincite\[ocr\]"):
        load_file(saved(tmp_path / "a.png", drawn()))
    with pytest.raises(DocumentError, match="scanned, without a text layer"):
        loader.extract(saved(tmp_path / "a.pdf", drawn()).read_bytes(), "a.pdf", LIMITS)

"""A PDF inside a mail or an archive: its pages are shown as those of one that lies in a folder."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

import pytest

from embeddings.errors import DocumentError
from embeddings.loading import data_inside, load
from embeddings.types import Document
from eval.extraction.making.pdfs import column, pdf
from qa.source.find import NO_HITS
from qa.source.pdf_highlight import sheet_of
from qa.source.view import Range, View

PDF = pdf(column(72, 760, "The first page tells of a storm."), column(72, 760, "It came in the night."))
MAIL = (
    b"From: a@x.org\nSubject: Storm\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"
    b'Content-Type: text/plain\n\nSee below.\n--B\nContent-Type: application/pdf; name="p.pdf"\n'
    b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(PDF) + b"\n--B--\n"
)


def archive(path: Path) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as held:
        held.writestr("one/p.pdf", PDF)
        held.writestr("one/mail.eml", MAIL)
    path.write_bytes(out.getvalue())
    return path


def pdf_in(path: Path) -> Document:
    return next(each for each in load([path]).documents if each.source.endswith("p.pdf"))


@pytest.mark.parametrize("kind", ["mail.eml", "all.zip"])
def test_the_page_of_a_cited_word_is_shown(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "mail.eml":
        path.write_bytes(MAIL)
    else:
        archive(path)
    document = pdf_in(path)
    start = document.text.index("night")
    sheet = sheet_of(View(document, Range(start, start + 5)), NO_HITS)
    assert sheet.page == 2
    assert "rect" in sheet.boxes or "<path" in sheet.boxes


def test_a_file_two_levels_deep_is_found_by_its_source(tmp_path: Path) -> None:
    source = f"{archive(tmp_path / 'all.zip').as_posix()} › one/mail.eml › p.pdf"
    assert data_inside(source) == PDF


def test_a_file_that_is_no_longer_inside_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no longer inside"):
        data_inside(f"{archive(tmp_path / 'all.zip').as_posix()} › one/q.pdf")

"""Files that are hostile, damaged or too large: each is told by name and reason, and none stops the rest.

What parsers written in C could do to a process is done here by loaders made for it: in the process apart.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import docx, epub, odt, paragraph, zipped
from pdf_files import PICTURE, pdf, written

from embeddings.errors import DocumentError
from embeddings.loaders import worker
from embeddings.loaders.child import Request
from embeddings.loaders.formats import READ
from embeddings.loaders.limits import LIMITS, Limits
from embeddings.loading import load, load_file

TEXT = "It rained in the harbour all night."
SMALL = replace(LIMITS, file_bytes=1 << 20, unpacked_bytes=1 << 20, characters=100_000, pages=50, rows=1_000, parts=100)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAUGHS = '<!DOCTYPE w [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


def bomb(part: str = "word/document.xml", size: int = 20 << 20) -> bytes:
    """An archive that unpacks to twenty times what is allowed."""
    return zipped({"[Content_Types].xml": "<Types/>", part: b" " * size})


def lying_bomb() -> bytes:
    """The same, whose directory says that it is small."""
    data = bytearray(bomb())
    start = data.rindex(b"PK\x01\x02")
    data[start + 24 : start + 28] = (100).to_bytes(4, "little")
    return bytes(data)


def encrypted_zip() -> bytes:
    """A DOCX whose text is said to be encrypted."""
    data = bytearray(docx(paragraph(TEXT)))
    for start in (index for index in range(len(data)) if data[index : index + 4] in (b"PK\x01\x02", b"PK\x03\x04")):
        data[start + (8 if data[start + 2] == 1 else 6)] |= 1
    return bytes(data)


def locked_pdf() -> bytes:
    """A PDF that asks for a password: its trailer names an encryption with keys of another password."""
    data = pdf([written([TEXT])])
    keys = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>"
    return data.replace(b"/Root 1 0 R", b"/Root 1 0 R " + keys + b" /ID [<00><00>]")


BAD: dict[str, tuple[str, bytes, str]] = {
    "a PDF with a password": ("a.pdf", locked_pdf(), "protected by a password; save it without one"),
    "a PDF cut short": ("a.pdf", pdf([written([TEXT])])[:300], "a PDF that is damaged or cut short"),
    "a PDF without text": ("a.pdf", pdf([[], []]), "holds no text"),
    "a PDF of too many pages": ("a.pdf", pdf([written([TEXT])] * 51), "has 51 pages, at most 50 are read"),
    "a DOCX with a password": ("a.docx", OLE + bytes(900), "protected by a password, or an old Office format"),
    "a DOCX whose parts are encrypted": ("a.docx", encrypted_zip(), "protected by a password; save it without one"),
    "a DOCX cut short": ("a.docx", docx(paragraph(TEXT))[:400], "a DOCX file that is damaged or cut short"),
    "a DOCX without a text": ("a.docx", zipped({"word/document.xml": "<a/>"}), "a DOCX file without a text"),
    "a DOCX that unpacks to twenty times the limit": ("a.docx", bomb(), "unpacks to more than 1 MB"),
    "a DOCX that lies about its size": ("a.docx", lying_bomb(), "damaged or cut short"),
    "a DOCX whose entities expand": ("a.docx", zipped({"word/document.xml": LAUGHS + "]><w>&j;</w>"}), "a.docx: "),
    "a DOCX of elements inside one another": (
        *("a.docx", zipped({"word/document.xml": "<a>" * 9_000 + "</a>" * 9_000})),
        "its XML is damaged",
    ),
    "an archive of too many parts": (
        *("a.docx", zipped({"word/document.xml": "<a/>", **{str(n): "" for n in range(100)}})),
        "has 101 parts, at most 100 are read",
    ),
    "an archive in an archive": ("a.docx", zipped({"a.zip": zipped({"b.zip": b"x"})}), "an archive of other files"),
    "an EPUB with copy protection": (
        "a.epub",
        epub([TEXT], encrypted=["OPS/text/0.xhtml"]),
        "protected against copying",
    ),
    "an ODT without a text": ("a.odt", odt("").replace(b"content.xml", b"contend.xml"), "a.odt: "),
    "gzip cut short": ("a.txt.gz", gzip.compress(random.Random(1).randbytes(9_000))[:-900], "are cut short"),
    "gzip damaged": ("a.txt.gz", gzip.compress(TEXT.encode())[:10] + b"\xff" * 30, "gzip data are damaged"),
    "gzip that unpacks to twenty times the limit": ("a.txt.gz", gzip.compress(bytes(20 << 20)), "unpacks to more than"),
    "gzip in gzip in gzip": ("a.gz", gzip.compress(gzip.compress(gzip.compress(b"x"))), "packed more than 3 times"),
    "gzip of what is not read": ("a.tar.gz", gzip.compress(b"x"), ".tar files are not read"),
    "a text above the limit": ("a.txt", b"rain " * 210_000, "at most 1 MB of a file are read; split it"),
    "JSON inside one another": ("a.json", b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    "JSON nested less deeply": ("a.json", b"[" * 500 + b"[{}]" + b"]" * 500, "nested more than 100 deep"),
    "JSON that is none": ("a.json", b'{"town": ', "not JSON"),
    "JSON lines of which one is none": ("a.jsonl", b'{"a": 1}\n{"a": \n', "line 2: not JSON"),
    "a table of too many rows": ("a.csv", b"a,b\n" * 1_002, "more than 1,000 rows; split it"),
    "a mail that is none": ("a.eml", b"Rain fell.", "no e-mail: it has neither sender nor date nor subject"),
    "a table of bytes": ("a.csv", bytes(range(256)) * 9, "not text but binary data"),
    "a web page of bytes": ("a.html", bytes(range(256)) * 9, "not text but binary data"),
    "a web page without words": ("a.html", b"<html><body><script>x</script></body></html>", "holds no text"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_told_by_name_and_reason_and_the_one_beside_it_is_read(tmp_path: Path, what: str) -> None:
    name, data, reason = BAD[what]
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text(TEXT)
    with pytest.raises(DocumentError) as caught:
        load_file(tmp_path / name, SMALL)
    assert reason in str(caught.value)
    assert str(caught.value).startswith(f"{(tmp_path / name).as_posix()}: ")
    assert len(str(caught.value).splitlines()) == 1
    loaded = load([tmp_path], SMALL)
    assert [document.text for document in loaded.documents] == [TEXT]
    assert [(Path(item.path).name, item.reason) for item in loaded.skipped] == [
        (name, str(caught.value).partition(": ")[2])
    ]


def test_a_scanned_pdf_is_told_from_an_empty_one_and_a_page_that_was_scanned_from_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([[PICTURE]]))
    with pytest.raises(DocumentError, match="scanned, without a text layer; recognise its text"):
        load_file(tmp_path / "a.pdf")
    (tmp_path / "a.pdf").write_bytes(pdf([[PICTURE], written([TEXT])]))
    loaded = load([tmp_path])
    assert loaded.documents[0].layout.page(0) == 2
    assert loaded.partly[0].reason.startswith("1 of 2 pages hold no text (1)")


def test_two_gigabytes_are_refused_before_a_byte_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(DocumentError, match=r"2\.1 GB, at most 268\.4 MB of a file are read; split it"):
        load_file(tmp_path / "a.pdf")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_out_of_the_folder_are_told_and_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside / "sub", outside):
        folder.mkdir(parents=True)
    (inside / "a.txt").write_text(TEXT)
    (inside / "sub" / "b.txt").write_text("Another text.")
    (outside / "secret.txt").write_text("The key is under the mat.")
    (inside / "file.txt").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "again").symlink_to(inside / "sub")
    (inside / "up").symlink_to(inside)
    loaded = load([inside])
    assert [document.text for document in loaded.documents] == [TEXT, "Another text."]
    assert [Path(item.path).name for item in loaded.skipped] == ["file.txt", "folder"]
    assert all("a link out of the folder, to " in item.reason for item in loaded.skipped)
    assert load([inside / "file.txt"]).documents[0].text == "The key is under the mat."


def test_a_file_that_changes_while_it_is_read_is_read_again_or_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    growths = iter([" More."])
    whole = Path.open

    def grow_and_open(self: Path, mode: str = "r", *arguments: int) -> io.BufferedReader:
        file = whole(self, mode, *arguments)
        read = file.read

        class Changing:
            def __enter__(self) -> Changing:
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def fileno(self) -> int:
                return file.fileno()

            def read(self, count: int) -> bytes:
                data = read(count)
                for words in growths:
                    with whole(path, "a") as other:
                        other.write(words)
                    break
                return data

        return Changing()  # type: ignore[return-value]

    monkeypatch.setattr(Path, "open", grow_and_open)
    assert load_file(path).text == f"{TEXT} More."
    growths = iter(lambda: " And more.", None)
    with pytest.raises(DocumentError, match="changes while it is read; read it again when it is finished"):
        load_file(path)


def test_thousands_of_tiny_files_are_read_and_the_bad_ones_counted(tmp_path: Path) -> None:
    for number in range(1_500):
        (tmp_path / f"{number:04}.txt").write_text(f"Note {number}." if number % 3 else "")
    loaded = load([tmp_path])
    assert (len(loaded.documents), len(loaded.skipped)) == (1_000, 500)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes only there")
def test_names_with_line_ends_and_invalid_utf_8_stay_on_their_line(tmp_path: Path) -> None:
    for name in (b"a\nb.pdf", b"caf\xe9.pdf", b"\x1b[2J.pdf"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"%PDF-")
    (tmp_path / "good.txt").write_text(TEXT)
    told = {Path(item.path).name: item.reason for item in load([tmp_path]).skipped}
    assert set(told) == {"a\\nb.pdf", "caf\ufffd.pdf", "\\x1b[2J.pdf"}
    assert all(reason.startswith("a PDF that is damaged") for reason in told.values())


# ---------------------------------------------------------------- the process apart


MADE = """
import os
from embeddings.loaders.extract import Extract
def good(data, name, limits): print("noise"); return Extract(data.decode())
def crash(data, name, limits): os.abort()
def leave(data, name, limits): os._exit(0)
def spin(data, name, limits):
    while True: pass
def hoard(data, name, limits): return Extract(str(len(bytearray(1 << 40))))
def swell(data, name, limits):
    held = []
    while True: held.append(bytearray(1 << 24))
def fail(data, name, limits): raise LookupError("two\\nlines")
def deep(data, name, limits): return deep(data, name, limits)
"""


@contextmanager
def made_parsers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Limits], bytes]]:
    """Calls functions of a loader that was made for this test, in a process of its own."""
    (folder / "made.py").write_text(MADE)
    start = f"import embeddings.loaders; embeddings.loaders.__path__.append({str(folder)!r}); child.main()"
    monkeypatch.setattr(worker, "_START", worker._START.replace("child.main()", start))
    own = worker.Worker(os.getpid())
    try:
        yield lambda function, limits: own.call(Request("made", function, "a.bin", limits, (), TEXT.encode()))
    finally:
        own.close()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("crash", "a.bin: its parser crashed (exit code -6)"),
        ("leave", "a.bin: its parser crashed (exit code 0)"),
        ("hoard", "a.bin: takes more than 268.4 MB of memory to read"),
        ("swell", "a.bin: takes more than 268.4 MB of memory to read"),
        ("spin", "a.bin: takes longer than 1 seconds to read"),
        ("fail", "a.bin: its parser failed (LookupError: two\\nlines)"),
        ("deep", "a.bin: nested too deeply"),
    ],
)
def test_what_a_parser_does_to_its_process_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, said: str
) -> None:
    limits = replace(LIMITS, memory_bytes=256 << 20, seconds=1)
    with made_parsers(tmp_path, monkeypatch) as call:
        assert TEXT in call("good", limits).decode()
        with pytest.raises(DocumentError) as caught:
            call(what, limits)
        assert str(caught.value).startswith(said)
        assert TEXT in call("good", limits).decode()


def test_the_memory_of_the_process_that_asks_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = b"x" * (300 << 20)
    limits = replace(LIMITS, memory_bytes=256 << 20)
    with made_parsers(tmp_path, monkeypatch) as call:
        assert TEXT in call("good", limits).decode()
        time.sleep(0.5)  # the memory is looked at five times a second
        assert TEXT in call("good", limits).decode()
    assert held


# ---------------------------------------------------------------- any bytes at all

SAMPLES = {
    "a.pdf": pdf([written(["Storm", TEXT]), written(["Losses"])], {"Title": "Storm"}),
    "a.docx": docx(paragraph("Storm", "Titel1") + paragraph(TEXT)),
    "a.odt": odt(f"<text:p>{TEXT}</text:p>"),
    "a.epub": epub([f"<h1>Storm</h1><p>{TEXT}</p>"]),
    "a.html": f"<html><head><title>Storm</title></head><body><p>{TEXT}</p><ul><li>a<li>b</ul></html>".encode(),
    "a.eml": f"From: a@example.org\nSubject: =?utf-8?q?x?=\nContent-Type: text/html\n\n<p>{TEXT}</p>".encode(),
    "a.csv": b'Town,People\nOslo,"700,000"\n',
    "a.json": b'[{"town": "Oslo", "people": 700000}]',
    "a.jsonl": b'{"town": "Oslo"}\n{"town": "Moss"}\n',
    "a.txt": "“It rained.”".encode("cp1252"),
    "a.md": b"---\ntitle: Storm\n---\n# Storm\n\nIt rained.\n",
    "a.txt.gz": gzip.compress(TEXT.encode()),
}
FUZZED = 60  # of each format, in CI; PINCITE_FUZZ multiplies it


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some changed, cut out, repeated or put elsewhere."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if not out:
            break
        start = chance.randrange(len(out))
        end = min(len(out), start + chance.choice((1, 1, 2, 8, 64, 400)))
        change = chance.randrange(4)
        if change == 0:
            out[start:end] = chance.randbytes(end - start)
        elif change == 1:
            del out[start:end]
        elif change == 2:
            out[start:start] = out[start:end] * chance.choice((1, 2, 50))
        else:
            out[start:end] = chance.choice((b"\0", b"\xff", b"<", b">", b"9" * 20, b"-1", b"\n", b"%", b"(", b"]")) * (
                end - start
            )
    return bytes(out)


def text_or_reason(path: Path, limits: Limits) -> str:
    """The text of a file, or why it is not read, which must name it in one line."""
    try:
        return load_file(path, limits).text.encode().decode()
    except DocumentError as error:
        told = str(error)
    assert told.startswith(path.as_posix())
    assert len(told.splitlines()) == 1
    return told


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_was_spoiled_is_read_or_refused_in_one_line(tmp_path: Path, name: str) -> None:
    chance = random.Random(name)
    path = tmp_path / name
    limits = replace(SMALL, seconds=10)
    for _ in range(FUZZED * int(os.environ.get("PINCITE_FUZZ", "1"))):
        path.write_bytes(spoiled(SAMPLES[name], chance))
        said = text_or_reason(path, limits)
        assert said.strip()


@settings(max_examples=200)
@given(st.sampled_from([each for each in READ if not each.isolated]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_the_loaders_of_this_process(chosen: object, data: bytes) -> None:
    from importlib import import_module

    module = import_module(f"embeddings.loaders.{chosen.module}")  # type: ignore[attr-defined]
    with suppress(DocumentError):
        if chosen.holds:  # type: ignore[attr-defined]
            assert all(each for each in module.members(data, "a", SMALL))
        else:
            module.extract(data, "a", SMALL).text.encode()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([each for each in READ if each.isolated]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_the_process_apart(chosen: object, data: bytes) -> None:
    with suppress(DocumentError):
        worker.isolated(chosen.module, data, "a", SMALL).text.encode()  # type: ignore[attr-defined]

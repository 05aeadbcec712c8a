from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import DocumentError
from embeddings.loading import Loaded, Skipped, decode, load, load_file, read_file, skipped_in_lines

TEXT = "It rained in the harbour all night."
RUSSIAN = (
    "Правительство объявило в понедельник о новых мерах. Министр сказал, что они вступят в силу немедленно. "
    "Подробности будут сообщены позже, добавил он."
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tales" / "old").mkdir(parents=True)
    return Path("tales")


def write(path: Path, data: str | bytes = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def sources(loaded: Loaded) -> list[str]:
    return [document.source for document in loaded.documents]


def test_a_file_becomes_a_document(folder: Path) -> None:
    found = load_file(write(folder / "a.txt", f"Harbour Report\n\n3 May 2021\n\n{TEXT}\n"))
    assert (found.title, found.source, found.date) == ("Harbour Report", "tales/a.txt", "2021-05-03")
    assert (found.media_type, found.text[:7], len(found.id)) == ("text/plain", "Harbour", 16)


def test_a_folder_is_read_sorted_with_its_subfolders_and_without_hidden_files(folder: Path) -> None:
    for number, name in enumerate(["b.txt", "a.md", "old/c.rst", "README", ".hidden.txt", ".git/d.txt", "e.LOG"]):
        write(folder / name, f"{TEXT} {number}")
    assert sources(load([folder])) == ["tales/README", "tales/a.md", "tales/b.txt", "tales/e.LOG", "tales/old/c.rst"]


def test_several_paths_are_read_in_their_order(folder: Path) -> None:
    paths = [write(folder / "b.txt"), write(folder / "a.txt", "Another text.")]
    assert sources(load(paths)) == sources(load([str(path) for path in paths])) == ["tales/b.txt", "tales/a.txt"]


def test_the_same_text_is_loaded_once_and_the_other_reported(folder: Path) -> None:
    write(folder / "a.txt", TEXT + "\n")
    write(folder / "b.txt", TEXT + "\r\n")
    loaded = load([folder])
    assert sources(loaded) == ["tales/a.txt"]
    assert loaded.skipped == (Skipped("tales/b.txt", "same text as tales/a.txt"),)
    assert sources(load([folder / "a.txt", folder])) == ["tales/a.txt"]


def test_what_a_folder_holds_and_cannot_be_read_is_skipped_with_its_reason(folder: Path) -> None:
    write(folder / "a.txt")
    write(folder / "empty.txt", "")
    write(folder / "blank.md", " \n\t ")
    write(folder / "binary.txt", bytes(range(256)) * 9)
    write(folder / "picture.gif", b"GIF8")
    loaded = load([folder])
    assert sources(loaded) == ["tales/a.txt"]
    reasons = {skipped.path: skipped.reason for skipped in loaded.skipped}
    assert reasons["tales/empty.txt"] == reasons["tales/blank.md"] == "holds no text; leave it out"
    assert reasons["tales/binary.txt"].startswith("not text but binary data")
    assert reasons["tales/picture.gif"].startswith(".gif files are not read; the formats are .txt, ")


def test_files_that_somebody_might_miss_are_told_before_copies_and_formats_that_are_not_read(folder: Path) -> None:
    write(folder / "a.txt")
    write(folder / "b.txt")
    write(folder / "c.gif", b"GIF8")
    write(folder / "z.pdf", b"%PDF-1.4 cut")
    lines = skipped_in_lines(load([folder]).skipped, most=1)
    assert lines[0].startswith("skipped tales/z.pdf: a PDF that is damaged or cut short")
    assert lines[1] == "skipped 2 more: same text as another (1), .gif files are not read (1)"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.gif", b"GIF8", ".gif files are not read; the formats are .txt"),
        ("a.txt", b"", "holds no text"),
        ("a.txt", b"\xef\xbb\xbf\r\n", "holds no text"),
        ("a.txt", b"%PDF-1.4 text", "a PDF that is damaged or cut short"),
        ("a.txt", b"\x7fELF" + bytes(99), "not text but binary data"),
        ("tool", bytes(range(256)), "not text but binary data"),
        ("a.txt", b"\xff\xfe\x00\xd8", "not valid UTF-16"),
    ],
)
def test_a_bad_file_that_was_named_is_an_error_of_one_line(folder: Path, name: str, data: bytes, message: str) -> None:
    path = write(folder / name, data)
    with pytest.raises(DocumentError) as caught:
        load([path])
    assert str(caught.value).startswith(f"tales/{name}: {message}")
    assert "\n" not in str(caught.value)


def test_a_missing_path_is_named() -> None:
    with pytest.raises(DocumentError, match=r"^nowhere/a\.txt: no such file or folder"):
        load(["nowhere/a.txt"])


def test_no_path_at_all_is_an_error() -> None:
    with pytest.raises(DocumentError, match="no path was named"):
        load([])


def test_a_folder_with_nothing_to_read_says_why(folder: Path) -> None:
    write(folder / "a.gif")
    with pytest.raises(DocumentError, match=r"^tales: a folder with nothing to read \(tales/a\.gif: \.gif files"):
        load([folder])


def test_an_unreadable_file_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(folder / "a.txt")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DocumentError, match=r"^tales/a\.txt: can't be read \(Permission denied\)"):
        load_file(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(DocumentError, match="not a regular file"):
        load([folder / "pipe.txt"])


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes only there")
def test_a_name_that_is_not_unicode_gives_a_source_that_json_can_hold(folder: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")))
    (found,) = load([folder]).documents
    assert found.source == "tales/caf\ufffd.txt"


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.txt", f"\n  Harbour \tReport \n{TEXT}", "Harbour Report"),
        ("a.md", f"# Harbour Report #\n{TEXT}", "Harbour Report"),
        ("a.txt", f"# Harbour Report\n{TEXT}", "# Harbour Report"),
        ("a.md", f'---\ntitle: "Harbour: a report"\n---\n# Other\n{TEXT}', "Harbour: a report"),
        ("a.md", f"---\nauthor: Lee\n---\n\n# Other\n{TEXT}", "Other"),
        ("harbour.v2.txt", "word " * 40, "harbour.v2"),
        ("harbour.txt", "x" * 119 + "\n", "x" * 119),
        ("harbour.txt", "x" * 120 + "\n", "harbour"),
        ("harbour.txt", f"=====\n{TEXT}", "harbour"),
    ],
)
def test_the_title_is_metadata_then_first_line_then_name(folder: Path, name: str, text: str, title: str) -> None:
    assert load_file(write(folder / name, text)).title == title


@pytest.mark.parametrize("name", ["Rules-2.0", "notes.2023", "notes.", "notes"])
def test_a_name_that_ends_in_a_number_or_a_stop_has_no_suffix(folder: Path, name: str) -> None:
    path = write(folder / name, "word " * 40)
    assert (load_file(path).title, load_file(path).media_type) == (name, "text/plain")
    assert sources(load([folder])) == [f"tales/{name}"]
    with pytest.raises(DocumentError, match="not text but binary data"):
        load_file(write(path, bytes(range(256))))


def test_only_line_ends_byte_order_marks_and_nuls_change() -> None:
    kept = "\ufb01 “quotes” e\u0301 \u00a0\u2028 \t\x0c\ufeff\n"
    assert decode(f"\ufeff{kept}\0one\r\ntwo\rthree\r\n\r\n".encode()) == f"{kept}one\ntwo\nthree\n\n"


@given(st.text())
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    expected = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    data = text.encode()
    if not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text) and data[:2] not in (b"PK",):
        assert decode(data) == expected


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1))
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_settles_the_encoding(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text.removeprefix("\ufeff")


@given(st.binary(max_size=200))
def test_any_bytes_are_text_without_lone_surrogates_or_an_error(data: bytes) -> None:
    with suppress(DocumentError):
        decode(data).encode()


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        ("“It’s naïve — really…”, she said.", "cp1252"),
        ("“Yes”", "cp1252"),
        ("café", "latin-1 cp1252 utf-16-le utf-16-be"),
        ("Müller liebt Käse und schöne Füße", "latin-1"),
        ("Le gouvernement a annoncé « de nouvelles mesures » l’été dernier; ça coûte 5 €.", "cp1252"),
        ("¿Qué pasó mañana?", "latin-1"),
        ("Rząd ogłosił w poniedziałek nowe środki, że wejdą one w życie.", "cp1250 iso8859-2"),
        ("Türkiye Cumhurbaşkanı İstanbul’da konuştu; görüşmeler sürüyor.", "cp1254"),
        (RUSSIAN, "cp1251 koi8-r iso8859-5 cp866 mac-cyrillic utf-16-le utf-16-be"),
        ("Новый причал открыт в апреле.", "cp1251 koi8-r iso8859-5 cp866 mac-cyrillic"),
        ("НОВЫЙ ПРИЧАЛ", "cp1251 koi8-r cp866"),
        ("Договор № 5 от 3 мая", "cp1251 cp866"),
        ("Україна відкрила новий причал у квітні.", "cp1251 koi8-u"),
        ("Η κυβέρνηση ανακοίνωσε νέα μέτρα. Ο πρωθυπουργός δήλωσε ότι θα ισχύσουν αμέσως.", "cp1253 cp737"),
        ("המוזיאון נפתח ביום רביעי", "cp1255 cp862"),
        ("يفتح المتحف أبوابه يوم الأربعاء من الساعة", "cp1256"),
        ("Straße in Köln, größer als Österreich; Übung", "latin-1 mac-roman cp850"),
        ("“Yes”, he said, “I don’t know.”", "cp1252 mac-roman"),
        ("Prix : 45 € l’unité, soit 90 € l’œuvre", "cp1252 mac-roman"),
        ("Résumé of 12 May: the façade cost £300 at 20 °C.", "latin-1 mac-roman cp850"),
        ("¡Hola! ¿Qué pasó mañana?", "latin-1 mac-roman cp850"),
        ("Blåbærsyltetøy på Ærø", "latin-1 mac-roman cp850"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy", "cp1250 iso8859-2 cp852"),
        ("Prix : 35 € la pièce, livraison à Nîmes comprise", "iso8859-15 cp1252"),
        ("Son œuvre a fini à Noël ; le cœur était léger. SŒUR ŽIŽEK", "iso8859-15 cp1252"),
        ("Šakki on peli, ja äiti lähtee työhön", "iso8859-15 cp1252 cp1257"),
        ("Susitikimas įvyks penktadienį uosto pastate, sakė Jonas Žukauskas", "cp1257"),
        ("Sanāksme notiks piektdien ostas ēkā, teica Jānis Bērziņš", "cp1257"),
        ("Koosolek toimub reedel sadamas, ütles žürii; õpetaja šokolaad", "cp1257 iso8859-15"),
        ("Fundurinn verður á föstudaginn í höfninni. Það kostar þrjátíu krónur", "latin-1"),
        ("5 × 3 = 15 ± 2, ½ cup, 20 µm²", "latin-1"),
        ("┌──────┐\n│ Preis│\n└──────┘\nStraße für Käse", "cp850"),
        ("政府は月曜日に新しい措置を発表した。首相はすぐに発効すると述べた。", "shift-jis euc-jp iso2022-jp"),
        ("担当者は佐藤です。", "shift-jis euc-jp iso2022-jp"),
        ("政府星期一宣布了新的措施。总理说，这些措施将立即生效。", "gbk"),
        ("政府星期一宣布了新的措施。總理說，這些措施將立即生效。", "big5"),
        (
            "정부는 월요일에 새로운 조치를 발표했다. 총리는 즉시 발효될 것이라고 말했다.",
            "euc-kr cp949 johab iso2022-kr",
        ),
        ("Python の開発は①、1990 年ごろから始まりました。", "euc-jis-2004 shift-jis-2004"),
    ],
)
def test_other_encodings_are_told_by_what_they_say(text: str, encodings: str) -> None:
    for encoding in encodings.split():
        assert decode(text.encode(encoding)) == text, encoding


def test_an_encoding_that_was_guessed_is_told(folder: Path) -> None:
    _, notes = read_file(write(folder / "koi.txt", "Музей открыт по средам.".encode("koi8-r")))
    assert notes == ("read as KOI8-R, as its text tells; save it as UTF-8 to be sure",)
    assert read_file(write(folder / "utf.txt", "Музей открыт по средам."))[1] == ()


def test_bytes_that_are_text_in_no_encoding_are_told_with_the_likely_ones(folder: Path) -> None:
    path = write(folder / "a.txt", b"w\x81\x98rd of \x83\x97\xb2 and \xa6\x99\xd7x \xf7\x9d\xb8y in it\x8d\x81z")
    with pytest.raises(DocumentError, match=r"the encoding of its text can't be told \(perhaps .* or .*\)"):
        load_file(path)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (
            "It set out on 14 Novem-\nber 1911 with fifty-\ntwo dogs in all.\n",
            "It set out on 14 November\n1911 with fifty-two\ndogs in all.\n",
        ),
        ("A report on the inter-\nnational, well-\nknown plan", "A report on the international,\nwell-known\nplan"),
        ("The list of all is:\n- a\n- b\n", "The list of all is:\n- a\n- b\n"),
        ("It was a day of rain -\nand of storm.", "It was a day of rain -\nand of storm."),
        ("From the year 1990-\n1995 it was so.", "From the year 1990-\n1995 it was so."),
        ("```\nrun --long-\nname of it all-\nways\n```\n", "```\nrun --long-\nname of it all-\nways\n```\n"),
    ],
)
def test_words_divided_at_the_end_of_a_line_are_put_together(folder: Path, written: str, wanted: str) -> None:
    assert load_file(write(folder / "a.txt", written)).text == wanted


@pytest.mark.parametrize("name", ["session.log", "session.txt", "session"])
def test_what_drives_a_terminal_is_left_out_and_offsets_are_those_of_the_text(folder: Path, name: str) -> None:
    data = (
        b"\x1b]0;pump\x07\x1b[?2004h$ pump --status\x1b[?2004l\r\n"
        b"\x1b[1;31mERROR\x1b[0m\x1b[K pump 7 stands still\r\nN\bNA\bAM\bME\bE\r\n\x1b(B\x1b[mat 14:30\x1b7\x1b8\n"
    )
    document = load_file(write(folder / name, data))
    assert document.text == "$ pump --status\nERROR pump 7 stands still\nNAME\nat 14:30\n"


def test_a_damaged_byte_does_not_turn_utf_8_into_nonsense() -> None:
    data = "“It rained — and rained — and rained”, they said: “enough”.".encode() + b"\xe2\x80"
    assert decode(data).startswith("“It rained — and")
    assert decode(data).endswith("\ufffd")


def test_charset_detection_is_not_imported_for_utf_8(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)
    assert load_file(write(folder / "a.txt", "“It rained.”")).text == "“It rained.”"


@pytest.mark.slow
def test_one_line_of_ten_megabytes_is_loaded(folder: Path) -> None:
    assert len(load_file(write(folder / "a.txt", "é word " * 1_300_000)).text) == 9_100_000

"""The figures in a README come from a run: the part between the markers is replaced, the rest stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import SettingsError
from eval.report.readme import BEGIN, END, check_markers, put_between_markers, rewrite, write_whole

TABLE = "| figure | value |\n| --- | ---: |\n| token F1 | 81.0% |"
OUTSIDE = st.text(alphabet=st.characters(exclude_characters="<\r\n", exclude_categories=["Cs"]))


@given(OUTSIDE, OUTSIDE, OUTSIDE)
def test_only_what_stands_between_the_markers_changes(before: str, old: str, after: str) -> None:
    text = f"{before}{BEGIN}{old}{END}{after}"
    once = put_between_markers(text, TABLE)
    assert once == f"{before}{BEGIN}\n{TABLE}\n{END}{after}"
    assert put_between_markers(once, TABLE) == once


def test_windows_line_ends_stay_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(f"# Title\r\n{BEGIN}\r\n{END}\r\nend\r\n".encode())
    rewrite(path, TABLE)
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n") == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no markers", f"expected {BEGIN} once, found it 0 times"),
        (BEGIN, f"expected {END} once, found it 0 times"),
        (f"{BEGIN}{BEGIN}{END}", f"expected {BEGIN} once, found it 2 times"),
        (f"{END} {BEGIN}", f"{END} stands before {BEGIN}"),
    ],
)
def test_a_file_without_its_markers_in_order_is_an_error_and_stays_as_it_is(
    tmp_path: Path, text: str, expected: str
) -> None:
    path = tmp_path / "README.md"
    path.write_text(text, encoding="utf-8")
    for attempt in (lambda: check_markers(path), lambda: rewrite(path, TABLE)):
        with pytest.raises(SettingsError) as raised:
            attempt()
        assert str(path) in str(raised.value)
        assert expected in str(raised.value)
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_is_missing_or_not_text_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"README\.md: cannot be read"):
        check_markers(tmp_path / "README.md")
    (tmp_path / "README.md").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"README\.md: cannot be read"):
        check_markers(tmp_path / "README.md")


def test_writing_leaves_no_other_file_and_keeps_the_permissions_and_the_link(tmp_path: Path) -> None:
    path, link = tmp_path / "README.md", tmp_path / "link.md"
    path.write_text(f"{BEGIN}{END}", encoding="utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    rewrite(link, TABLE)
    assert path.read_text(encoding="utf-8") == f"{BEGIN}\n{TABLE}\n{END}"
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["README.md", "link.md"]


def test_a_place_that_cannot_be_written_is_an_error_that_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        write_whole(tmp_path / "missing" / "figures.json", "{}")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SettingsError, match="cannot be written"):
        write_whole(tmp_path / "folder", "{}")
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]

"""Messages of Outlook: sender, date, text, what is attached, and messages inside them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from embeddings.errors import DocumentError
from embeddings.loaders.limits import LIMITS
from embeddings.loaders.mail.outlook import extract
from eval.extraction.making.ole import compound, msg

pytest.importorskip("olefile", reason="pip install 'pincite[office]'")

SENT = datetime(2024, 6, 3, 8, 0, tzinfo=UTC)


def test_a_message_has_sender_date_subject_and_text() -> None:
    found = extract(msg("Visit", "Ana Ruiz", "ana@example.com", "Größe: 5 €.\r\nBye", sent=SENT), "a.msg", LIMITS)
    assert (found.title, found.author, found.date) == ("Visit", "Ana Ruiz", "2024-06-03T08:00Z")
    assert found.text == (
        "From: Ana Ruiz <ana@example.com>\nDate: 2024-06-03 08:00 UTC\nSubject: Visit\n\nGröße: 5 €.\nBye"
    )


def test_a_page_is_read_where_there_is_no_text() -> None:
    found = extract(msg("Visit", "Ana", html="<p>10<sup>6</sup> für <s>9</s> alle</p>".encode()), "a.msg", LIMITS)
    assert found.text.endswith("10⁶ für alle")


def test_quoted_words_have_their_own_date() -> None:
    body = "Now.\r\n\r\n-----Original Message-----\r\nFrom: Ben\r\nSent: 3 May 2024\r\nSubject: x\r\n\r\nThen.\r\n"
    found = extract(msg("Visit", "Ana", body=body, sent=SENT), "a.msg", LIMITS)
    assert [date for _, date in found.layout.dated] == ["2024-05-03"]


def test_attached_files_and_messages() -> None:
    inner = msg("Boiler", "Viktor", body="I come.", sent=datetime(2024, 5, 1, 9, 0, tzinfo=UTC), top=False)
    found = extract(
        msg("Visit", "Ana", body="See.", files={"plan.txt": b"The dock opens."}, inner=inner), "a.msg", LIMITS
    )
    assert [(file.name, file.data.rstrip(b"\0")) for file in found.files] == [("plan.txt", b"The dock opens.")]
    assert "From: Viktor" in found.text
    assert found.layout.dated[0][1] == "2024-05-01T09:00Z"


@pytest.mark.parametrize("data", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", compound({"x": b"y"}), msg("a")[:700]])
def test_what_is_no_message_is_told(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"a\.msg"):
        extract(data, "a.msg", LIMITS)


def test_without_olefile_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "olefile", None)
    with pytest.raises(DocumentError, match=r"^a\.msg: .*pip install 'pincite\[office\]'"):
        extract(msg("a"), "a.msg", LIMITS)

"""Encodings that are told by what a text says in them."""

from __future__ import annotations

import pytest

from embeddings.loaders.decoding import decode, decoded
from embeddings.loaders.mail.letters import letters


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("Kira bedeli ayda 900 liradır. Ödeme ayın beşine kadar yapılır. Şişli.", "cp1254", "Windows-1254"),
        ("Þetta er bréf um þjónustu. Þórður og Guðrún fóru út.", "cp1252", "Windows-1252"),
        ("ค่าเช่าเดือนละเก้าร้อยบาท ชำระภายในวันที่ห้า", "cp874", "Windows-874"),
        ("租金每月九百元，請於五日前付款。呢份合約嘅租金係由佢哋俾錢。", "big5hkscs", "BIG5HKSCS"),
        ("租金每月九百元，请于五日前付款。这是一份租约。", "gb18030", "GB18030"),
        ("租金每月九百元，请于五日前付款。", "hz", None),
    ],
)
def test_a_text_is_read_as_it_was_written(text: str, encoding: str, named: str | None) -> None:
    found = decoded(text.encode(encoding))
    assert (found.text, found.guessed) == (text, named)


def test_control_characters_that_a_program_made_of_windows_letters_are_these_letters() -> None:
    assert decode("It costs \x80 20, the \x93old\x94 fee.".encode()) == "It costs € 20, the “old” fee."


def test_a_mail_that_says_ascii_and_is_not_is_read_by_what_it_says() -> None:
    text = "Договор аренды. Цена 900 рублей."
    assert letters(text.encode("cp1251"), "us-ascii", "a") == text
    assert letters(b"\x8035 \x96 caf\xe9", "us-ascii", "a") == "€35 – café"

"""The rich text of messages of Outlook: unpacked, its words, and the HTML that was put into it."""

from __future__ import annotations

import random
import struct

import pytest

from embeddings.loaders.limits import LIMITS
from embeddings.loaders.mail.outlook import extract
from embeddings.loaders.mail.rich_text import unpacked, words_of
from eval.extraction.making.ole import msg

PAGE = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\f0\htmlrtf0 The rent is "
    rb"{\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 900 \'80\htmlrtf }\htmlrtf0 {\*\htmltag92 </b>}\htmlrtf\par}\htmlrtf0 "
    rb"{\*\htmltag72 </p>}}"
)


def packed(rich: bytes, *, plain: bool = False) -> bytes:
    """Rich text as Outlook keeps it: each byte as it is, in groups of eight."""
    body = rich if plain else b"".join(b"\0" + rich[at : at + 8] for at in range(0, len(rich), 8))
    return struct.pack("<II4sI", len(body) + 12, len(rich), b"MELA" if plain else b"LZFu", 0) + body


@pytest.mark.parametrize("plain", [True, False])
def test_a_message_with_rich_text_alone_is_read(plain: bool) -> None:
    pytest.importorskip("olefile", reason="pip install 'pincite[office]'")
    rich = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}\f0 \'cf\'f0\'e8\'f7\'e0\'eb: 35 \u8364?.\par{\*\x no}End.}"
    found = extract(msg("Visit", "Ana", rich=packed(rich, plain=plain)), "a.msg", LIMITS)
    assert found.text.endswith("Причал: 35 €.\nEnd.")
    assert not found.omitted


def test_html_in_rich_text_is_read_as_a_page() -> None:
    assert words_of(PAGE) == ("<p>The rent is <b>900 €</b></p>", True)
    pytest.importorskip("olefile", reason="pip install 'pincite[office]'")
    assert extract(msg("Visit", "Ana", rich=packed(PAGE)), "a.msg", LIMITS).text.endswith("The rent is 900 €")


def test_what_was_packed_before_is_repeated() -> None:
    # the example of [MS-OXRTFCP], section 4.1
    data = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af86020637465640f10176c647d0a800fa0"
    )
    assert unpacked(data, 10_000).startswith(b"{\\rtf1\\ansi\\ansicpg1252")


@pytest.mark.parametrize("seed", range(20))
def test_damaged_rich_text_ends(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(packed(PAGE * 5))
    for _ in range(20):
        data[chance.randrange(16, len(data))] = chance.randrange(256)
    text, _ = words_of(unpacked(bytes(data), 100_000))
    text.encode()

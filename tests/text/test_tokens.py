from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.errors import ModelError
from embeddings.text import tokens


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("hello world", 2),
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 9),
    ],
)
def test_counts_are_those_published_for_cl100k_base(text: str, count: int) -> None:
    assert tokens.count_tokens(text) == count


def test_what_looks_like_a_special_token_is_plain_text() -> None:
    assert tokens.count_tokens("<|endoftext|>") == 7
    assert tokens.count_tokens("a <|endofprompt|> b") > 5


def test_a_count_round_trips_every_byte() -> None:
    text = "Zażółć 🎈\n\n\t  x\u2028y\u0301 <|fim_prefix|>"
    assert tokens.encoding().decode(tokens.encoding().encode_ordinary(text)) == text


def test_a_long_text_counts_as_its_pieces_do() -> None:
    words = "seven words stand in this short line " * 3_000
    assert tokens.count_tokens(words) == len(tokens.encoding().encode_ordinary(words))


def test_a_long_run_without_spaces_is_counted() -> None:
    assert tokens.count_tokens("a" * 100_000) == pytest.approx(100_000 / 8, rel=0.01)


def test_counting_needs_no_network_and_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> socket.socket:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/nowhere")
    tokens.encoding.cache_clear()
    assert tokens.count_tokens("hello world") == 2


def test_damaged_ranks_are_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "ranks"
    data = bytearray(tokens.RANKS.read_bytes())
    data[1000] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(ModelError, match="damaged"):
        tokens.read_ranks(damaged)


def test_missing_ranks_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        tokens.read_ranks(tmp_path / "nothing")


def test_importing_the_module_does_not_import_tiktoken() -> None:
    code = "import sys, embeddings.text.tokens, embeddings.text.chunking; sys.exit('tiktoken' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""Counting tokens with tiktoken's cl100k_base, from the ranks that ship with the package: no network, no cache.

tiktoken downloads its ranks at first use, which fails offline. Here the `Encoding` is built from a file beside this
module, after its checksum was verified. Nothing is imported from tiktoken before the first count.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import ModelError

if TYPE_CHECKING:
    import tiktoken

RANKS = Path(__file__).parents[1] / "data" / "cl100k_base.tiktoken"
RANKS_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
LONGEST_PIECE = 10_000  # characters in one call: a single huge call can exhaust the regex engine's stack

# How cl100k_base cuts a text before merging bytes: contractions, words, numbers of up to three digits, runs of
# punctuation, line ends, other space. Part of the definition of the encoding, as the ranks are.
_CUTS = "|".join(
    (
        r"'(?i:[sdmt]|ll|ve|re)",
        r"[^\r\n\p{L}\p{N}]?+\p{L}++",
        r"\p{N}{1,3}+",
        r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
        r"\s++$",
        r"\s*[\r\n]",
        r"\s+(?!\S)",
        r"\s",
    )
)


def count_tokens(text: str) -> int:
    """The number of cl100k_base tokens of a text; what looks like a special token is plain text.

    >>> count_tokens("hello world")
    2
    >>> count_tokens("<|endoftext|>") > 1
    True

    Raises:
        ModelError: the ranks that ship with the package are missing or damaged.
    """
    encode = encoding().encode_ordinary
    return sum(len(encode(piece)) for piece in _pieces(text))


def count_tokens_of(texts: Sequence[str]) -> list[int]:
    """`count_tokens` of each text, in order."""
    return [count_tokens(text) for text in texts]


@lru_cache(maxsize=1)
def encoding() -> tiktoken.Encoding:
    """The cl100k_base encoding without special tokens, built once. Raises ModelError for damaged ranks."""
    ranks = read_ranks(RANKS)
    import tiktoken  # here, because asking an index that exists never counts tokens

    return tiktoken.Encoding("cl100k_base", pat_str=_CUTS, mergeable_ranks=ranks, special_tokens={})


def read_ranks(path: Path) -> dict[bytes, int]:
    """The ranks in a file of lines "base64-of-bytes rank".

    Raises:
        ModelError: the file is missing, or its SHA-256 is not that of cl100k_base.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: the token ranks cannot be read ({error.strerror}); install Pincite again") from None
    if hashlib.sha256(data).hexdigest() != RANKS_SHA256:
        raise ModelError(f"{path}: the token ranks are damaged (their checksum differs); install Pincite again")
    pairs = (line.split() for line in data.splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in pairs}


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces of at most `LONGEST_PIECE` characters, cut before a space where there is one."""
    start = 0
    while len(text) - start > LONGEST_PIECE:
        cut = text.rfind(" ", start + LONGEST_PIECE // 2, start + LONGEST_PIECE)
        end = start + LONGEST_PIECE if cut < 0 else cut
        yield text[start:end]
        start = end
    yield text[start:]

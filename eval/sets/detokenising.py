"""Words of a treebank -> a text as people write it, and where each word stands in it."""

from __future__ import annotations

from collections.abc import Sequence

Offsets = tuple[int, int]

# How the Penn Treebank writes characters that its own notation needs.
_WRITTEN = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": "“",
    "''": "”",
    "`": "‘",
}
_CLOSES = frozenset(",.;:!?)]}%”…") | {"'s", "’s", "n't", "n’t", "'re", "'ve", "'ll", "'d", "'m", "'", "’", "..."}
_OPENS = frozenset("([{“‘$£€#")


def joined(words: Sequence[str]) -> tuple[str, tuple[Offsets, ...]]:
    """The text of some words, and the half-open offsets of each.

    Straight quotes open and close in turn.

    >>> text, offsets = joined(["He", "said", ":", "``", "No", "''", "-LRB-", "twice", "-RRB-", "."])
    >>> text
    'He said: “No” (twice).'
    >>> text[slice(*offsets[4])]
    'No'
    """
    text, offsets = "", []
    opened, glued = False, True
    for word in words:
        written = _WRITTEN.get(word, word)
        quote = written == '"'
        closes = opened if quote else written in _CLOSES
        opens = not opened if quote else written in _OPENS
        opened ^= quote
        text += "" if glued or closes else " "
        offsets.append((len(text), len(text) + len(written)))
        text += written
        glued = opens
    return text, tuple(offsets)

"""Pieces of a text as HTML, each inside the tags of the layers over it. `escape` is the one way from text to HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.source.view import Range


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of a text, and the tags that go around it."""

    part: Range
    opening: str
    closing: str


def pieces_of(text: str, part: Range, layers: Sequence[Layer]) -> str:
    """A part of a text, cut where a layer begins or ends.

    Each layer is opened where it begins and dropped where it ends, so the cost grows only with the number of layers.
    """
    inside = [Layer(cut, each.opening, each.closing) for each in layers if not (cut := each.part.cut(part)).is_empty]
    edges = sorted({part.start, part.end} | {edge for layer in inside for edge in (layer.part.start, layer.part.end)})
    starting: dict[int, list[int]] = {}
    for number, layer in enumerate(inside):
        starting.setdefault(layer.part.start, []).append(number)
    open_layers: list[int] = []
    pieces: list[str] = []
    for start, end in pairwise(edges):
        open_layers = [number for number in open_layers if inside[number].part.end > start]
        open_layers = sorted([*open_layers, *starting.get(start, ())])
        piece = escape(text[start:end])
        for number in open_layers:
            piece = f"{inside[number].opening}{piece}{inside[number].closing}"
        pieces.append(piece)
    return "".join(pieces)


def escape(text: str) -> str:
    """Text as HTML that reads back as exactly this text: markup escaped, lone carriage returns kept.

    >>> escape("<b>1 & 2</b>")
    '&lt;b&gt;1 &amp; 2&lt;/b&gt;'
    """
    return html.escape(text).replace("\r", "&#13;")

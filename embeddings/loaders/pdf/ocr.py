"""Pages that are pictures -> their words, by RapidOCR (the extra `pincite[ocr]`), whose models are in its package.

Each word has a number for all its characters, and its place. Nothing is fetched: the models are named by their files,
and without these nothing is recognised.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from embeddings.loaders.pdf.fields import Rectangle
from embeddings.loaders.pdf.lines import Line
from embeddings.loaders.pictures import MODELS, models

FIRST = 1 << 41  # the number of the first word: beyond those of all letters and fields
_SIDE = 1_600  # pixels of the longer side of a picture that is read
_FOUND_AT = 960  # pixels of that side, for finding lines
_FEWEST_SURE = 0.5  # of a line; what is less sure is no text
_SAME_LINE = 0.5  # times the height of a line
_OTHER_SIZE = 1.4  # times the usual height: letters of another size, and no lines of other letters
_PART = re.compile(r"[\w](?:.*\w)?|\W+?(?=\w)|\W+")  # a word with what is inside it; marks before and behind it
_MOST_KEPT = 16  # pages


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read on a picture.

    Attributes:
        pieces: its lines, row by row from the top, in points from the lower left corner of what is shown.
        places: where each word lies on the page, by its number.
    """

    pieces: list[Line]
    places: dict[int, Rectangle]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line of a picture: its words with their boxes in pixels (left, top, right, bottom), and how sure it is."""

    words: tuple[tuple[str, Rectangle], ...]
    box: Rectangle
    score: float


def recognised(page: pypdfium2.PdfPage) -> Recognised:
    """What can be read on a page that is a picture."""
    width, height = page.get_size()
    scale = _SIDE / max(width, height, 1.0)
    picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    lines = list(_seen(picture.tobytes(), *picture.size))
    usual = median([line.box[3] - line.box[1] for line in lines]) if lines else 0.0
    pieces: list[Line] = []
    places: dict[int, Rectangle] = {}
    for row, line in _in_rows(lines):
        tall = line.box[3] - line.box[1]
        text, glyphs = "", []
        for words, box in line.words:
            glyphs += [-1] if text else []
            text += f"{' ' if text else ''}{words}"
            for part, place in _parts(words, box):
                number = FIRST + len(places)
                places[number] = _on_page(page, picture.size, place)
                glyphs += [number] * len(part)
        size = (tall if not usual / _OTHER_SIZE < tall < usual * _OTHER_SIZE else usual) / scale
        base, left, right = height - line.box[3] / scale, line.box[0] / scale, line.box[2] / scale
        pieces.append(Line(text, tuple(glyphs), size, base, False, left, right, row, round(line.score, 3)))
    return Recognised(pieces, places)


def _parts(words: str, box: Rectangle) -> Iterator[tuple[str, Rectangle]]:
    """A word, and the marks before and behind it, each with its share of the box."""
    left, top, right, bottom = box
    for match in _PART.finditer(words):
        start, end = (left + (right - left) * at / len(words) for at in match.span())
        yield match[0], (start, top, end, bottom)


def _in_rows(lines: Sequence[_Seen]) -> Iterator[tuple[int, _Seen]]:
    """Lines from the top, those that stand beside one another with the same number, from the left."""
    rows: list[list[_Seen]] = []
    for line in sorted(lines, key=lambda line: line.box[1] + line.box[3]):
        first = rows[-1][0].box if rows else None
        middle = (line.box[1] + line.box[3]) / 2
        if first is not None and abs(middle - (first[1] + first[3]) / 2) < _SAME_LINE * (first[3] - first[1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    for number, row in enumerate(rows):
        for line in sorted(row, key=lambda line: line.box[0]):
            yield number, line


def _on_page(page: pypdfium2.PdfPage, size: tuple[int, int], box: Rectangle) -> Rectangle:
    """A rectangle of a picture of a page, as one of the page."""
    one = _point(page, size, box[0], box[3])
    other = _point(page, size, box[2], box[1])
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _point(page: pypdfium2.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[float, float]:
    """A point of a picture of a page, so many pixels wide and high, as one of the page."""
    across, up = ctypes.c_double(), ctypes.c_double()
    raw.FPDF_DeviceToPage(page, 0, 0, *size, 0, round(x), round(y), across, up)
    return across.value, up.value


_KEPT: dict[bytes, tuple[_Seen, ...]] = {}


def _seen(pixels: bytes, width: int, height: int) -> tuple[_Seen, ...]:
    """The lines of a picture; those of the last pages are kept, as a page is looked at again when it is cited."""
    key = sha256(pixels + f"{width} {height}".encode()).digest()
    if key not in _KEPT:
        while len(_KEPT) >= _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = _read(pixels, width, height)
    return _KEPT[key]


def _read(pixels: bytes, width: int, height: int) -> tuple[_Seen, ...]:
    import numpy as np

    array = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)[:, :, ::-1].copy()  # (height, width, BGR)
    seen = _engine()(array)
    if seen.txts is None or seen.boxes is None:
        return ()
    words = seen.word_results if len(seen.word_results or ()) == len(seen.txts) else [()] * len(seen.txts)
    lines = []
    for box, text, score, parts in zip(seen.boxes, seen.txts, seen.scores, words, strict=True):
        around = _around(box)
        told = tuple((str(part), _around(corners)) for part, _, corners in parts if corners is not None)
        whole = "".join(text.split())
        if "".join(part for part, _ in told) != whole or " ".join(part for part, _ in told) != " ".join(text.split()):
            told = ((" ".join(text.split()), around),)
        if whole:
            lines.append(_Seen(told, around, float(score)))
    return tuple(lines)


def _around(corners: Any) -> Rectangle:
    """The upright rectangle around the corners of a box: left, top, right, bottom."""
    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return min(across), min(down), max(across), max(down)


@lru_cache(maxsize=1)
def _engine() -> Any:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from rapidocr import RapidOCR

    folder = models()
    if folder is None:
        raise RuntimeError("the models of RapidOCR are gone; install pincite[ocr] again")
    told = {name: str(folder / file) for name, file in MODELS.items()}
    return RapidOCR(
        params={
            **told,
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.return_word_box": True,
            "Global.text_score": _FEWEST_SURE,
            "Det.limit_side_len": _FOUND_AT,
            "Det.limit_type": "max",
            "EngineConfig.onnxruntime.intra_op_num_threads": max(1, min(4, os.cpu_count() or 1)),
        }
    )

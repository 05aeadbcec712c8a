"""The signs of the fonts Symbol and Wingdings as Unicode: in a DOCX they stand in the private area, by their number."""

from __future__ import annotations

import re

_PRIVATE = re.compile("[\uf020-\uf0ff]")
_SYMBOL = dict(
    zip(
        range(0x41, 0x5B),
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ",
        strict=True,
    )
)
_SYMBOL |= dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True))
_SYMBOL |= {code: chr(code) for code in range(0x20, 0x40)}
_SYMBOL |= {0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x2D: "−", 0x40: "≅", 0x5C: "∴", 0x5E: "⊥", 0x7E: "∼"}
_SYMBOL |= {code: chr(code) for code in (0x5B, 0x5D, 0x5F, 0x7B, 0x7C, 0x7D)}
_SYMBOL |= dict(
    zip(
        range(0xA0, 0xF0),
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪",
        strict=True,
    )
)
_WINGDINGS = {
    **{0x21: "✏", 0x22: "✂", 0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□"},
    **{0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x9F: "•", 0xA0: "▪", 0xA7: "▪", 0xA8: "◻", 0xAB: "★"},
    **{0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒"},
    **{0xFE: "☑"},
    **{0x80 + number: sign for number, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩")},
}
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x35: "□", 0xA3: "□"}


def symbol(font: str, code: str) -> str:
    """A sign by the name of its font and its number in hexadecimal; "" where it is not known.

    >>> symbol("Symbol", "F06D"), symbol("Wingdings", "F0FC"), symbol("Arial", "20AC"), symbol("Webdings", "F061")
    ('μ', '✓', '€', '')
    """
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if not 0x20 <= number <= 0xFFFD or 0xD800 <= number <= 0xDFFF:
        return ""
    if 0xF000 <= number <= 0xF0FF:
        return _of_font(font).get(number - 0xF000, "")
    known = _of_font(font) if font.lower().startswith(("symbol", "wingdings", "webdings")) else {}
    return known.get(number, chr(number) if not known or number > 0xFF else "")


def with_symbols(words: str, font: str) -> str:
    """Words whose letters of the private area are those of such a font; others stay.

    >>> with_symbols("2 \\uf06dm", "Symbol")
    '2 μm'
    """
    if not _PRIVATE.search(words):
        return words
    table = _of_font(font) or _SYMBOL
    return _PRIVATE.sub(lambda match: table.get(ord(match[0]) - 0xF000, match[0]), words)


def _of_font(font: str) -> dict[int, str]:
    name = font.lower().replace(" ", "")
    if name.startswith("wingdings2"):
        return _WINGDINGS_2
    if name.startswith("wingdings"):
        return _WINGDINGS
    return _SYMBOL if name.startswith("symbol") else {}

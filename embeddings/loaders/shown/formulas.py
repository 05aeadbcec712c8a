"""The formulas of a page (MathML) in one line: powers, fractions and roots as they are typed."""

from __future__ import annotations

from lxml import html

from embeddings.loaders.shown.raised import lowered, power

_UNSAID = frozenset(("annotation", "annotation-xml", "mphantom"))
_SPACED = frozenset("=+−-≤≥≈<>≠±")
_ACCENTS = frozenset("^ˆ~˜¯‾_-−–—→←↔⇀↼⃗˙¨ˇ˘´`⏞⏟⏜⏝⎴⎵︷︸⌢⌣.\u0302\u0303\u0304\u0305\u0307\u0308\u0332")
_BEHIND = {"′": "′", "'": "′", "″": "″", "′′": "″", "''": "″", "∘": "°", "°": "°"}  # raised signs that are no power
_DEEPEST = 50  # elements inside one another that are read


def write_formulas(root: html.HtmlElement) -> None:
    """Puts plain text in the place of each formula."""
    for formula in list(root.iter("math")):
        if formula.getparent() is None:
            continue
        words = " ".join(_part(formula, 0).split())
        for child in list(formula):
            formula.remove(child)
        formula.text = words
        formula.drop_tag()


def _part(element: html.HtmlElement, depth: int) -> str:
    """A part of a formula, in one line."""
    name = element.tag if isinstance(element.tag, str) else ""
    if not name or name in _UNSAID or depth > _DEEPEST:
        return ""
    inside = [_part(child, depth + 1) for child in element]
    if name == "mfrac" and len(inside) == 2:
        return f"{_grouped(inside[0])}/{_grouped(inside[1])}"
    if name in ("mover", "munder") and len(inside) == 2 and _ACCENTS.issuperset(inside[1].strip()):
        return inside[0]  # an arrow, a bar or a brace
    if name == "mover" and len(inside) == 2 and any(map(str.isalnum, inside[0])):
        return f"{inside[0]} ({inside[1].strip()})"  # words over a brace
    if name in ("msup", "mover") and len(inside) == 2:
        return f"{_based(inside[0])}{_BEHIND.get(inside[1].strip()) or power(inside[1])}"
    if name in ("msub", "munder") and len(inside) == 2:
        return f"{_based(inside[0])}{lowered(inside[1])}"
    if name in ("msubsup", "munderover") and len(inside) == 3:
        return f"{_based(inside[0])}{lowered(inside[1])}{power(inside[2])}"
    if name == "msqrt":
        return f"√{_grouped(''.join(inside))}"
    if name == "mroot" and len(inside) == 2:
        return f"{power(inside[1])}√{_grouped(inside[0])}"
    if name == "mfenced":
        return f"{element.get('open', '(')}{', '.join(inside)}{element.get('close', ')')}"
    if name == "mo":
        sign = (element.text or "").strip()
        return f" {sign} " if sign in _SPACED else sign
    if name in ("mtext", "ms"):
        return element.text or ""
    if name == "mspace":
        return " "
    if name in ("mtr", "mtd"):
        return f"{''.join(inside)} "
    return f"{(element.text or '').strip()}{''.join(inside)}"


def _based(words: str) -> str:
    """What a power or an index stands at, in brackets where it is a sum or a fraction."""
    return f"({words.strip()})" if any(sign in words for sign in " /") else words


def _grouped(words: str) -> str:
    words = words.strip()
    return words if words.isalnum() or (words[:1] == "(" and words[-1:] == ")") else f"({words})"

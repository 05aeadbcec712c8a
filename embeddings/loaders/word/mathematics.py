"""A formula of Word in one line: powers, fractions and roots as they are typed."""

from __future__ import annotations

from lxml import etree

from embeddings.loaders.archive import attribute, local
from embeddings.loaders.shown.raised import lowered, power
from embeddings.loaders.word.accepted import child

_SKIPPED = {"rPr", "ctrlPr", "sSupPr", "sSubPr", "sSubSupPr", "fPr", "radPr", "dPr", "naryPr", "funcPr", "accPr", "mPr"}


def formula(element: etree._Element) -> str:
    """The formula of an `m:oMath`, in one line: "x² + 3/4"."""
    return "".join(_part(each) for each in element)


def _part(element: etree._Element) -> str:
    name = local(element)
    if name in _SKIPPED:
        return ""
    if name == "t":
        return element.text or ""
    if name == "f":
        return f"{_grouped(_of(element, 'num'))}/{_grouped(_of(element, 'den'))}"
    if name in ("sSup", "sSub", "sSubSup"):
        low, high = _of(element, "sub"), _of(element, "sup")
        return f"{_of(element, 'e')}{lowered(low) if low else ''}{power(high) if high else ''}"
    if name == "rad":
        degree = _of(element, "deg")
        return f"{power(degree) if degree else ''}√{_grouped(_of(element, 'e'))}"
    if name == "d":
        begin, end = (_mark(element, "begChr", "("), _mark(element, "endChr", ")"))
        return f"{begin}{', '.join(formula(each) for each in element if local(each) == 'e')}{end}"
    if name == "nary":
        low, high = _of(element, "sub"), _of(element, "sup")
        sign = _mark(element, "chr", "∫")
        return f"{sign}{lowered(low) if low else ''}{power(high) if high else ''} {_of(element, 'e')}"
    return formula(element)


def _of(element: etree._Element, name: str) -> str:
    part = child(element, name)
    return formula(part).strip() if part is not None else ""


def _mark(element: etree._Element, name: str, otherwise: str) -> str:
    mark = child(element, f"{local(element)}Pr", name)
    return (attribute(mark, "val") or "")[:1] if mark is not None else otherwise


def _grouped(words: str) -> str:
    return words if words.isalnum() else f"({words})"

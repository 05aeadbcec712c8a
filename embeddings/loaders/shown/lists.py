"""The lists of a page as they are shown: the numbers that a browser puts before items, names beside their values."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html

from embeddings.text.items import in_form

_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal"}
_STYLES = {"lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i"}
_STYLES |= {"upper-roman": "I", "decimal": "1"}
_STYLE = re.compile(r"list-style(?:-type)?\s*:([^;]{0,60})", re.IGNORECASE)
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]{1,4})[.)]|\d+(?:\.\d+)+\b|§")
_WAYS = re.compile(r"breadcrumb|pagination|nav|menu|tabs", re.IGNORECASE)  # lists of links to other pages
_WHOLE = re.compile(r"-?\d{1,6}")
_HOLDERS = ("p", "div")  # that an item's first words may stand in
_LONGEST_NAME, _LONGEST_VALUE = 60, 200  # characters of a name and of its value on one line


def number_items(root: html.HtmlElement) -> None:
    """Writes the number of each item of a numbered list before it, where the page itself writes none."""
    for numbered in root.iter("ol"):
        form = _form(numbered) if not _WAYS.search(numbered.get("class") or "") else None
        items = [item for item in numbered if item.tag == "li"]
        if form is None or any(_NUMBERED.match("".join(item.itertext()).lstrip()) for item in items):
            continue
        step = -1 if numbered.get("reversed") is not None else 1
        at = _whole(numbered.get("start"), len(items) if step < 0 else 1)
        for item in items:
            at = _whole(item.get("value"), at)
            _put(item, f"{in_form(at, _FORMS[form])}. ")
            at += step


def _form(numbered: html.HtmlElement) -> str | None:
    """How the numbers of a list look; None where none are shown."""
    said = _STYLE.search(numbered.get("style") or "")
    if said is not None:
        words = said[1].lower().split()
        if "none" in words:
            return None
        return next((_STYLES[word] for word in words if word in _STYLES), "1")
    kind = (numbered.get("type") or "1").strip()
    return kind if kind in _FORMS else "1"


def _put(item: html.HtmlElement, number: str) -> None:
    """Puts a number before the first words of an item."""
    while not (item.text or "").strip() and len(item) and item[0].tag in _HOLDERS:
        item = item[0]
    item.text = f"{number}{(item.text or '').lstrip()}"


def _whole(said: str | None, default: int) -> int:
    return int(said) if said is not None and _WHOLE.fullmatch(said.strip()) else default


def join_terms(root: html.HtmlElement) -> None:
    """Makes lines of lists of names and values ("Owner: Kari Lund"), where both are short."""
    for terms in list(root.iter("dl")):
        pairs = list(_pairs(terms))
        if len(pairs) < 2 or not all(_are_short(name, values) for name, values in pairs):
            continue
        for child in list(terms):
            terms.remove(child)
        terms.text = None
        for name, values in pairs:
            line = html.Element("li")
            line.text = f"{name.rstrip(':').rstrip()}: {'; '.join(values)}"
            terms.append(line)
        terms.tag = "ul"


def _pairs(terms: html.HtmlElement) -> Iterator[tuple[str, list[str]]]:
    """Each name with its values."""
    name, values = "", list[str]()
    groups = [each for child in terms for each in (child if child.tag == "div" else [child])]
    for each in groups:
        words = " ".join("".join(each.itertext()).split())
        if each.tag == "dt":
            if name:
                yield name, values
            name, values = words, []
        elif each.tag == "dd" and words:
            values.append(words)
    if name:
        yield name, values


def _are_short(name: str, values: list[str]) -> bool:
    """Whether a name and its values fit a line, and are no question with its answer or a word with what it means."""
    said = "; ".join(values)
    prose = len(said.split()) > 8 and said.endswith((".", "!"))
    fits = bool(values) and len(name) <= _LONGEST_NAME and len(said) <= _LONGEST_VALUE
    return fits and not name.endswith("?") and not prose

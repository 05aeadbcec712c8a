"""What the rules of a page's own style say of its words: which are hidden, struck, raised or lowered.

Only simple rules are read, of one class or one id, and only those that hold on every device.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html

Names = frozenset[tuple[str, str]]  # a tag, "" for any, and a class or id with its mark: ("span", ".old")

HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all)", re.IGNORECASE)
STRIKING = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,100}line-through", re.IGNORECASE)
RAISING = re.compile(r"(?:vertical-align|font-variant-position)\s*:\s*super\b", re.IGNORECASE)
LOWERING = re.compile(r"(?:vertical-align|font-variant-position)\s*:\s*sub\b", re.IGNORECASE)
_SPOKEN_OF = ("none", "hidden", "line-through", "super", "sub")
_RULE = re.compile(r"(?P<names>[^{}@]{1,500})\{(?P<body>[^{}]{0,2000})\}")
_SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<mark>[.#])(?P<name>-?[_a-zA-Z][\w-]*)")
_LONGEST_STYLE = 200_000  # characters of the rules of a page that are looked at


@dataclass(frozen=True, slots=True)
class Styles:
    """The names of the elements that are hidden, struck, raised and lowered."""

    hiding: Names = frozenset()
    striking: Names = frozenset()
    raising: Names = frozenset()
    lowering: Names = frozenset()


def styles_of(root: html.HtmlElement) -> Styles:
    """What the page's own style says."""
    written = "".join(style.text or "" for style in root.iter("style") if not _is_for_others(style))[:_LONGEST_STYLE]
    if not any(word in written for word in _SPOKEN_OF):
        return Styles()
    rules = list(_RULE.finditer(_without_blocks(_without_comments(written))))
    hiding, striking, raising, lowering = (
        frozenset(name for rule in rules if said.search(rule["body"]) for name in _names(rule["names"]))
        for said in (HIDING, STRIKING, RAISING, LOWERING)
    )
    return Styles(hiding, striking, raising, lowering)


def is_named(element: html.HtmlElement, names: Names) -> bool:
    """Whether one of the names is that of an element."""
    if not names:
        return False
    marks = [(".", name) for name in (element.get("class") or "").split()] + [("#", element.get("id") or "")]
    return any((element.tag, mark + name) in names or ("", mark + name) in names for mark, name in marks)


def _names(selectors: str) -> Iterator[tuple[str, str]]:
    for name in selectors.replace("<!--", "").split(","):
        if simple := _SIMPLE.fullmatch(name.strip()):
            yield simple["tag"] or "", simple["mark"] + simple["name"]


def _is_for_others(style: html.HtmlElement) -> bool:
    media = (style.get("media") or "all").lower()
    return not ("all" in media or "screen" in media)


def _without_comments(written: str) -> str:
    """Style rules without their comments; one that never ends goes to the end of the text.

    >>> _without_comments("a{} /* b */ c{}")
    'a{}  c{}'
    """
    first, *rest = written.split("/*")
    return first + "".join(part.partition("*/")[2] for part in rest)


def _without_blocks(rules: str) -> str:
    """Rules without those inside `@media` and the like, which hold only sometimes, and without `@import "...";`.

    >>> _without_blocks("@import url(a.css);.b{c} @media print{.d{e}}.f{g}")
    '.b{c}.f{g}'
    """
    parts, depth, start, sometimes = [], 0, 0, False
    for brace in re.finditer(r"[{}]", rules):
        if brace[0] == "{":
            if depth == 0:
                start = max(start, rules.rfind(";", start, brace.start()) + 1)
                sometimes = "@" in rules[start : brace.start()]
            depth += 1
        elif depth > 0:
            depth -= 1
            if depth == 0:
                parts += [] if sometimes else [rules[start : brace.end()]]
                start = brace.end()
    return "".join(parts)

"""A matplotlib SVG -> a fragment that stands inside a page and takes its colours from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LEFT_OUT = {"metadata", "style"}  # addresses that mean nothing here, and rules that would hold for the whole page


def inline(svg: str, prefix: str, label: str, colours: Mapping[str, str]) -> str:
    """The `<svg>` element alone, for a page that holds several.

    Metadata and its style sheet are left out, ids get a prefix so that no two figures share one, namespaces go (HTML
    knows the elements by name), and each colour becomes what `colours` says, such as a variable of the page.

    Args:
        svg: a whole SVG document, by a program of ours and not by a stranger: entities are not guarded against.
        prefix: letters; unique in the page.
        label: what the figure shows, for who can't see it.
        colours: lower-case hex colours and their replacements.
    """
    root = ElementTree.fromstring(svg)
    _strip(root, prefix, colours)
    view_box = root.get("viewBox", "0 0 1 1")
    root.attrib = {"viewBox": view_box, "role": "img", "aria-label": label}
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def _strip(element: ElementTree.Element, prefix: str, colours: Mapping[str, str]) -> None:
    element.tag = _local(element.tag)
    element.attrib = {_local(name): _value(_local(name), value, prefix, colours) for name, value in element.items()}
    for child in list(element):
        if _local(child.tag) in _LEFT_OUT:
            element.remove(child)
        else:
            _strip(child, prefix, colours)


def _local(name: str) -> str:
    """A name without its namespace.

    >>> _local("{http://www.w3.org/2000/svg}path")
    'path'
    """
    return name.rpartition("}")[2]


def _value(name: str, value: str, prefix: str, colours: Mapping[str, str]) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if name == "href" and value.startswith("#"):
        return f"#{prefix}-{value[1:]}"
    value = _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
    for colour, replacement in colours.items():
        value = value.replace(colour, replacement)
    return value

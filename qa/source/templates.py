"""HTML and Markdown out of templates (Jinja). Each value is escaped, unless it is `Markup` already.

The templates stand beside the modules that use them. In one of HTML a line break beside a tag is no part of the page;
anywhere else it is a space.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, FunctionLoader, StrictUndefined
from markupsafe import Markup

from qa.render import counted, escape_markdown, one_line
from qa.source.pieces import escape

_ROOMS = Path(__file__).parents[1]


class Macros:
    """The macros of a template, as functions that return what they write.

    Args:
        file: the path of the template under `qa`.
        functions: those that it calls by their names.
        values: others that it uses by these names.
    """

    def __init__(self, file: str, *functions: Callable[..., object], **values: object) -> None:
        named = {function.__name__: function for function in functions}
        self._module = (_MARKDOWN if file.endswith(".md") else _HTML).get_template(file, globals=named | values).module

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        macro: Callable[..., Markup] = getattr(self._module, name)
        return macro


_WITH_TABLES = ("source", "evidence")


def style_of(name: str) -> Markup:
    """The style of a page that stands alone: the palette, tables where it shows some, and the sheet of this name."""
    sheets = ("palette", *(("grid",) if name in _WITH_TABLES else ()), name)
    return Markup("".join((_ROOMS / "static" / f"{each}.css").read_text("utf-8") for each in sheets))


def hash_source(inline: str) -> str:
    """An inline script or style as a source of a Content-Security-Policy."""
    digest = hashlib.sha256(inline.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _source(file: str) -> str:
    lines = list(filter(None, map(str.strip, (_ROOMS / file).read_text("utf-8").splitlines())))
    gaps = ["" if one[-1] in ">}" or other[0] in "<{" else " " for one, other in pairwise(lines)]
    return "".join(f"{line}{gap}" for line, gap in zip(lines, [*gaps, ""], strict=True))


def _finalize(escaped: Callable[[str], str]) -> Callable[[object], Markup]:
    return lambda value: value if isinstance(value, Markup) else Markup(escaped(str(value)))


_HTML = Environment(
    loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, finalize=_finalize(escape)
)
_HTML.filters |= {"counted": counted, "one_line": one_line}
_MARKDOWN = _HTML.overlay(
    loader=FileSystemLoader(_ROOMS),
    finalize=_finalize(lambda text: escape_markdown(one_line(text))),
    trim_blocks=True,
    lstrip_blocks=True,
)

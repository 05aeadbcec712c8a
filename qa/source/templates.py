"""HTML out of templates (Jinja): each value is escaped by `escape`, unless it is HTML already (`Markup`).

The templates stand beside the modules that use them. A line break beside a tag is no part of the page; anywhere else it
is a space.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from qa.render import counted, one_line
from qa.source.pieces import escape

_ROOMS = Path(__file__).parents[1]


class Macros:
    """The macros of a template, as functions that return HTML.

    Args:
        file: the path of the template under `qa`.
        functions: what it calls, each by its own name.
        values: what else it uses by name.
    """

    def __init__(self, file: str, *functions: Callable[..., object], **values: object) -> None:
        named = {function.__name__: function for function in functions}
        self._module = _ENVIRONMENT.get_template(file, globals=named | values).module

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        macro: Callable[..., Markup] = getattr(self._module, name)
        return macro


def style_of(name: str) -> Markup:
    """The style of a page that stands alone: the palette, then the sheet of this name."""
    return Markup("".join((_ROOMS / "static" / f"{each}.css").read_text("utf-8") for each in ("palette", name)))


def hash_source(inline: str) -> str:
    """An inline script or style as a source of a Content-Security-Policy."""
    digest = hashlib.sha256(inline.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _source(file: str) -> str:
    written = (_ROOMS / file).read_text("utf-8").strip()
    return re.sub(r"\n\s*", " ", re.sub(r"(?<=[>}])\n\s*|\n\s*(?=[<{])", "", written))


def _escaped(value: object) -> Markup:
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


_ENVIRONMENT = Environment(
    loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, finalize=_escaped
)
_ENVIRONMENT.filters |= {"counted": counted, "one_line": one_line}

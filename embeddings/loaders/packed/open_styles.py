"""The styles of an ODT: which letters are raised, struck or hidden, and how the items of its lists are numbered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from embeddings.loaders.archive import attribute, local
from embeddings.text.items import in_form

_LONGEST_CHAIN = 10  # styles based on one another
_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_LEVELS = ("list-level-style-number", "list-level-style-bullet", "list-level-style-image", "outline-level-style")


@dataclass(frozen=True, slots=True)
class Look:
    """How the letters of a style look.

    Attributes:
        level: "super" or "sub"; "" for neither.
        struck, hidden: whether a line goes through them; whether they are not shown.
    """

    level: str = ""
    struck: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Level:
    form: str = ""
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1


class Styles:
    """The styles of a document. Args: the roots that hold them, content.xml last."""

    def __init__(self, roots: Iterable[etree._Element | None]) -> None:
        self._looks: dict[str, dict[str, str]] = {}
        self._parents: dict[str, str] = {}
        self._lists: dict[str, dict[int, _Level]] = {}
        self._used: dict[str, str] = {}
        for root in roots:
            for each in root.iter() if root is not None else ():
                self._take(each)

    def _take(self, each: etree._Element) -> None:
        kind, name = local(each), attribute(each, "name") or ""
        if kind == "style":
            self._parents[name] = attribute(each, "parent-style-name") or ""
            self._used[name] = attribute(each, "list-style-name") or ""
            properties = next((child for child in each if local(child) == "text-properties"), None)
            if properties is not None:
                wanted = ("text-position", "text-line-through-style", "display")
                self._looks[name] = {key: said for key in wanted if (said := attribute(properties, key)) is not None}
        elif kind in ("list-style", "outline-style"):
            levels = (_level_of(child) for child in each if local(child) in _LEVELS)
            self._lists[name if kind == "list-style" else ""] = dict(levels)

    def look(self, name: str | None) -> Look:
        """How the letters of a style look, with what it has from those it is based on."""
        said: dict[str, str] = {}
        for each in self._chain(name):
            said = {**self._looks.get(each, {}), **said}
        position = said.get("text-position", "").split()[:1]
        level = position[0] if position and position[0] in ("super", "sub") else ""
        if position and position[0].rstrip("%").lstrip("-").isdecimal() and position[0] not in ("0%", "0"):
            level = "sub" if position[0].startswith("-") else "super"
        struck = said.get("text-line-through-style", "none") != "none"
        return Look(level, struck, said.get("display") == "none")

    def list_of(self, paragraph: str | None) -> str | None:
        """The list that the style of a paragraph belongs to; None for none."""
        return next((name for each in self._chain(paragraph) if (name := self._used.get(each))), None)

    def _chain(self, name: str | None) -> Iterator[str]:
        for _ in range(_LONGEST_CHAIN):
            if not name:
                return
            yield name
            name = self._parents.get(name)

    def levels(self, name: str) -> dict[int, _Level]:
        """The levels of a list, from 1; those of the headings for ""."""
        return self._lists.get(name, {})


class Numbers:
    """Counts the items of the lists of a document, in their order."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._counts: dict[str, list[int]] = {}

    def begin(self, name: str, level: int, goes_on: bool = False) -> None:
        """A list begins at a level: its items are counted from the first one, or go on."""
        if not goes_on:
            counts = self._counts.setdefault(name, [])
            del counts[level - 1 :]

    def number(self, name: str, level: int, start: str | None = None) -> str:
        """The number of the next item of a list at a level, as it is shown; "" for a bullet."""
        levels = self._styles.levels(name)
        counts = self._counts.setdefault(name, [])
        while len(counts) < level:
            counts.append(levels.get(len(counts) + 1, _Level()).start - 1)
        del counts[level:]
        counts[-1] = int(start) if start is not None and start.isdecimal() and len(start) < 7 else counts[-1] + 1
        here = levels.get(level, _Level())
        if not here.form:
            return ""
        shown = range(max(1, level - here.shown + 1), level + 1)
        parts = [
            in_form(max(counts[at - 1], 1), _FORMS[form])
            for at in shown
            if (form := levels[at].form if at in levels else "")
        ]
        return f"{here.before}{'.'.join(parts)}{here.after}".strip()


def _level_of(part: etree._Element) -> tuple[int, _Level]:
    def number(name: str) -> int:
        said = attribute(part, name) or "1"
        return int(said) if said.isdecimal() and len(said) < 7 else 1

    form = attribute(part, "num-format") or ""
    numbered = local(part) in ("list-level-style-number", "outline-level-style") and form in _FORMS
    around = [attribute(part, f"num-{side}") or "" for side in ("prefix", "suffix")]
    return number("level"), _Level(
        form if numbered else "", around[0], around[1], number("start-value"), number("display-levels")
    )

"""The numbers that Word puts before paragraphs by itself: "2.2", "(a)", "IV.", counted as it counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from embeddings.loaders.archive import attribute, local
from embeddings.loaders.word.accepted import child
from embeddings.text.items import in_form

_PLACE = re.compile(r"%([1-9])")
_LONGEST_CHAIN = 10  # styles based on one another
_LEVELS = 9
BULLET = "-"


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list: its first number, how numbers are written, and the level after which they start again."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    is_legal: bool = False


@dataclass(slots=True)
class _List:
    """A list as it is defined: its levels, the style that defines it instead, and the styles of its levels."""

    levels: dict[int, _Level] = field(default_factory=dict)
    link: str | None = None
    styles: dict[str, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of a document, in their order.

    Args:
        numbering: the root of word/numbering.xml; None where there is none.
        styles: of word/styles.xml.
    """

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        parts = list(numbering) if numbering is not None else []
        self._lists = {
            attribute(part, "abstractNumId"): _list_of(part) for part in parts if local(part) == "abstractNum"
        }
        self._nums = {attribute(part, "numId"): part for part in parts if local(part) == "num"}
        self._styles = {
            attribute(style, "styleId"): style
            for style in (styles if styles is not None else ())
            if local(style) == "style"
        }
        self._counts: dict[str | None, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def number(self, paragraph: etree._Element) -> str:
        """What stands before a paragraph: its number, "-" for a bullet, "" for none. Call it once for each."""
        place = self._place(paragraph)
        if place is None:
            own, _ = _num_of(child(paragraph, "pPr", "numPr"))
            return BULLET if own not in (None, "0") and own not in self._nums else ""
        num, level = place
        list_id, levels = self._levels(num)
        if level not in levels:
            return BULLET if not levels else ""
        self._count(num, list_id, level, levels)
        return self._written(list_id, level, levels)

    def _place(self, paragraph: etree._Element) -> tuple[str, int] | None:
        """The list and the level of a paragraph, from itself or its styles."""
        properties = child(paragraph, "pPr")
        own, style = child(properties, "numPr"), child(properties, "pStyle")
        num, level = _num_of(own)
        name = attribute(style, "val") if style is not None else None
        for _ in range(_LONGEST_CHAIN):
            if num is not None or name is None or name not in self._styles:
                break
            numbered = child(self._styles[name], "pPr", "numPr")
            num, styled = _num_of(numbered)
            if num is not None:
                linked = self._list(num).styles.get(name)
                level = level if level is not None else styled if styled is not None else linked
            base = child(self._styles[name], "basedOn")
            name = attribute(base, "val") if base is not None else None
        return None if num in (None, "0") or num not in self._nums else (str(num), min(level or 0, _LEVELS - 1))

    def _list(self, num: str) -> _List:
        reference = child(self._nums[num], "abstractNumId") if num in self._nums else None
        listed = self._lists.get(attribute(reference, "val") if reference is not None else None, _List())
        for _ in range(_LONGEST_CHAIN):
            if listed.link is None or listed.levels or listed.link not in self._styles:
                break
            linked, _level = _num_of(child(self._styles[listed.link], "pPr", "numPr"))
            if linked is None or linked not in self._nums:
                break
            reference = child(self._nums[linked], "abstractNumId")
            listed = self._lists.get(attribute(reference, "val") if reference is not None else None, _List())
        return listed

    def _levels(self, num: str) -> tuple[str | None, dict[int, _Level]]:
        """The id of the list whose numbers count on, and its levels as this use of the list changes them."""
        reference = child(self._nums[num], "abstractNumId")
        levels = dict(self._list(num).levels)
        for change in self._nums[num]:
            level = _whole(attribute(change, "ilvl")) if local(change) == "lvlOverride" else None
            definition = child(change, "lvl")
            if level is not None and definition is not None:
                levels[level] = _level_of(definition)
        return attribute(reference, "val") if reference is not None else None, levels

    def _count(self, num: str, list_id: str | None, level: int, levels: dict[int, _Level]) -> None:
        counts = self._counts.setdefault(list_id, {})
        for change in self._nums[num]:
            at = _whole(attribute(change, "ilvl")) if local(change) == "lvlOverride" else None
            start = child(change, "startOverride")
            if at is not None and start is not None and at <= level and (num, at) not in self._begun:
                self._begun.add((num, at))
                counts[at] = (_whole(attribute(start, "val")) or 0) - (1 if at == level else 0)
                for deeper in [each for each in counts if each > at]:
                    del counts[deeper]
        for above in range(level):
            if above in levels and above not in counts:
                counts[above] = levels[above].start
        counts[level] = counts[level] + 1 if level in counts else levels[level].start
        for deeper in [each for each in counts if each > level]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart > 0 and level < restart):
                del counts[deeper]

    def _written(self, list_id: str | None, level: int, levels: dict[int, _Level]) -> str:
        here, counts = levels[level], self._counts[list_id]
        if here.form == "bullet":
            return BULLET
        if here.form == "none" and not _PLACE.search(here.text):
            return here.text.strip()

        def written(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            form = levels[at].form if at in levels else "decimal"
            form = "decimal" if here.is_legal and form != "none" else form
            return in_form(counts.get(at, levels[at].start if at in levels else 1), form)

        return " ".join(_PLACE.sub(written, here.text).split())


def _list_of(part: etree._Element) -> _List:
    made = _List()
    for each in part:
        level = _whole(attribute(each, "ilvl")) if local(each) == "lvl" else None
        if level is not None and 0 <= level < _LEVELS:
            made.levels[level] = _level_of(each)
            style = child(each, "pStyle")
            if style is not None:
                made.styles[attribute(style, "val") or ""] = level
        elif local(each) == "numStyleLink":
            made.link = attribute(each, "val")
    return made


def _level_of(part: etree._Element) -> _Level:
    def said(name: str) -> str | None:
        element = child(part, name)
        return attribute(element, "val") if element is not None else None

    start = _whole(said("start"))
    legal = child(part, "isLgl")
    is_legal = legal is not None and attribute(legal, "val") not in ("0", "false")
    form = said("numFmt") or "decimal"
    return _Level(
        1 if start is None else start, form, (said("lvlText") or "")[:100], _whole(said("lvlRestart")), is_legal
    )


def _num_of(properties: etree._Element | None) -> tuple[str | None, int | None]:
    num, level = child(properties, "numId"), child(properties, "ilvl")
    return (
        attribute(num, "val") if num is not None else None,
        _whole(attribute(level, "val")) if level is not None else None,
    )


def _whole(written: str | None) -> int | None:
    written = (written or "").strip()
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 8 else None

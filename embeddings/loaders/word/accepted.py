"""A part of a DOCX as a reader sees it: revisions accepted, wrappers taken off, what is hidden or struck taken out.

The tree is changed before anything is read of it, so that paragraphs, cells and boxes need to know nothing of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from embeddings.loaders.archive import attribute, local
from embeddings.loaders.shown.raised import Raised, lowered
from embeddings.loaders.word.symbols import symbol, with_symbols
from embeddings.remarks import Omitted, together

_GONE = {"del", "moveFrom", "instrText", "delText", "delInstrText", "rPrChange", "pPrChange", "tblPrChange"}
_GONE |= {"trPrChange", "tcPrChange", "sectPrChange", "tblGridChange", "numberingChange", "moveFromRangeStart", "rt"}
_WRAPPERS = {"ins", "moveTo", "sdtContent", "customXml", "smartTag", "ruby", "rubyBase", "dir", "bdo"}
_COUNTED = {"altChunk": "embedded document", "OLEObject": "embedded object", "chart": "chart", "relIds": "diagram"}
_COUNTED |= {"blip": "picture", "imagedata": "picture", "ddList": "form field", "contentPart": "drawing"}
_UNSET = {"0", "false", "off", "none"}
_NOTE_STYLES = ("footnote", "endnote", "fußnote", "notenzeichen")


def accepted(root: etree._Element) -> tuple[Omitted, ...]:
    """Changes a tree to what a reader sees with all revisions accepted; what was taken out, counted."""
    told: list[Omitted] = []
    choose_alternatives(root)
    told += _drop_rows_and_cells(root)
    told += _drop_revised(root)
    told += _drop_runs(root)
    _unwrap(root, told)
    _join_paragraphs(root)
    for element in root.iter():
        kind = _COUNTED.get(local(element))
        told += [Omitted(kind, 1)] if kind else []
    marks = Raised()
    for paragraph in [each for each in root.iter() if local(each) == "p"]:
        _plain_runs(paragraph, marks, told)
    return together(told)


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The element that a path of names leads to; None without one."""
    for name in names:
        element = next((each for each in element if local(each) == name), None) if element is not None else None
    return element


def is_set(properties: etree._Element | None, name: str) -> bool:
    """Whether a property is switched on, of a run, a paragraph, a row."""
    mark = child(properties, name)
    return mark is not None and (attribute(mark, "val") or "1").lower() not in _UNSET


def words_in(element: etree._Element) -> str:
    """All words of an element, as they stand in it."""
    return "".join(each.text or "" for each in element.iter() if local(each) in ("t", "delText"))


def own_words(run: etree._Element) -> str:
    """The words of a run, without those of a box in it."""
    return "".join(each.text or "" for each in run if local(each) == "t")


def remove(element: etree._Element) -> None:
    """Takes an element out of its tree; in this format no text follows an element."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def choose_alternatives(root: etree._Element) -> None:
    """Of what is there in two forms, for new and for old readers, one stays: the new one where it has anything."""
    for both in [each for each in root.iter() if local(each) == "AlternateContent"]:
        branches = [each for each in both if local(each) in ("Choice", "Fallback")]
        chosen = next((each for each in branches if len(each)), None)
        parent = both.getparent()
        if parent is not None:
            _replace(both, list(chosen) if chosen is not None else [])


def _drop_rows_and_cells(root: etree._Element) -> list[Omitted]:
    marks = {"tr": ("trPr", "del"), "tc": ("tcPr", "cellDel")}
    gone = [each for each in root.iter() if local(each) in marks and child(each, *marks[local(each)]) is not None]
    told = [Omitted("deleted passage", 1) for element in gone if words_in(element).strip()]
    for element in gone:
        remove(element)
    return told


def _drop_revised(root: etree._Element) -> list[Omitted]:
    """Takes out what was deleted or moved away; a mark of it in the properties of a paragraph stays for a while."""
    gone = [each for each in root.iter() if local(each) in _GONE and local(each.getparent()) not in ("rPr", "trPr")]
    gone = [each for each in gone if each is not root]
    told = [Omitted("deleted passage", 1) for each in gone if local(each) in ("del", "moveFrom") and words_in(each)]
    for element in gone:
        remove(element)
    return told


def _drop_runs(root: etree._Element) -> list[Omitted]:
    """Takes out the runs that are hidden or struck."""
    told = []
    for run in [each for each in root.iter() if local(each) == "r"]:
        properties = child(run, "rPr")
        hidden = is_set(properties, "vanish")
        if hidden or is_set(properties, "strike") or is_set(properties, "dstrike"):
            told += [Omitted("hidden passage" if hidden else "struck passage", 1)] if own_words(run).strip() else []
            for part in [each for each in run if local(each) != "txbxContent"]:
                if not any(local(each) == "txbxContent" for each in part.iter()):
                    run.remove(part)
    return told


def _unwrap(root: etree._Element, told: list[Omitted]) -> None:
    """Puts the content of wrappers in their place; what only says "click here to enter text" is no text."""
    for element in [each for each in root.iter() if local(each) == "sdt"]:
        content = child(element, "sdtContent")
        if child(element, "sdtPr", "showingPlcHdr") is not None:
            told.append(Omitted("empty form field", 1))
            content = None if child(content, "tr") is None and child(content, "tc") is None else content
        _replace(element, list(content) if content is not None else [])
    for element in [each for each in root.iter() if local(each) in _WRAPPERS]:
        if local(element.getparent()) not in ("rPr", "trPr", "pPr"):
            _replace(element, list(element))


def _replace(element: etree._Element, parts: Sequence[etree._Element]) -> None:
    parent = element.getparent()
    if parent is None:
        return
    place = parent.index(element)
    parent[place : place + 1] = parts


def _join_paragraphs(root: etree._Element) -> None:
    """Joins a paragraph whose end was deleted with the next one; drops a paragraph that has nothing left."""
    for paragraph in [each for each in root.iter() if local(each) == "p"]:
        mark = child(paragraph, "pPr", "rPr")
        if child(mark, "del") is None and child(mark, "moveFrom") is None:
            continue
        runs = [each for each in paragraph if local(each) != "pPr"]
        follower = paragraph.getnext()
        if follower is not None and local(follower) == "p":
            start = 1 if child(follower, "pPr") is not None else 0
            follower[start:start] = runs
            remove(paragraph)
        elif not runs:
            remove(paragraph)


def runs_of(paragraph: etree._Element) -> Iterator[etree._Element]:
    """The runs of a paragraph in their order, without those of the boxes in it."""
    todo = list(reversed(paragraph))
    while todo:
        each = todo.pop()
        if local(each) == "r":
            yield each
        elif local(each) not in ("txbxContent", "pPr"):
            todo.extend(reversed(each))


def _plain_runs(paragraph: etree._Element, marks: Raised, told: list[Omitted]) -> None:
    """Symbols and raised or lowered letters of a paragraph as plain text."""
    runs, before, place = list(runs_of(paragraph)), "", 0
    for run in runs:
        _plain_symbols(run, told)
    while place < len(runs):
        how = _align(runs[place])
        last = place + 1
        while how and last < len(runs) and _align(runs[last]) == how:
            last += 1
        if how:
            words = "".join(map(own_words, runs[place:last]))
            after = own_words(runs[last]) if last < len(runs) else ""
            is_note = any(map(_is_note, runs[place:last]))
            said = marks.words(before, words, after, is_note) if how == "superscript" else lowered(words)
            for number, run in enumerate(runs[place:last]):
                _set_words(run, said if number == 0 else "")
        before = (before + "".join(map(own_words, runs[place:last])))[-80:]
        place = last


def _align(run: etree._Element) -> str:
    mark = child(run, "rPr", "vertAlign")
    how = attribute(mark, "val") if mark is not None else None
    return how if how in ("superscript", "subscript") and own_words(run).strip() else ""


def _is_note(run: etree._Element) -> bool:
    style = child(run, "rPr", "rStyle")
    return style is not None and (attribute(style, "val") or "").lower().startswith(_NOTE_STYLES)


def _set_words(run: etree._Element, words: str) -> None:
    """Puts words in the place of all those of a run."""
    for text in [each for each in run if local(each) == "t"]:
        text.text, words = words, ""


def _plain_symbols(run: etree._Element, told: list[Omitted]) -> None:
    fonts = child(run, "rPr", "rFonts")
    font = (attribute(fonts, "ascii") or "") if fonts is not None else ""
    for each in list(run):
        if local(each) == "sym":
            said = symbol(attribute(each, "font") or "", attribute(each, "char") or "")
            if not said:
                told.append(Omitted("symbol of a font", 1, attribute(each, "font") or ""))
            each.tag = f"{{{etree.QName(each).namespace}}}t"
            each.text = said
        elif local(each) == "t" and each.text:
            each.text = with_symbols(each.text, font)

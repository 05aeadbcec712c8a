"""A page of HTML as it is shown: what is hidden or struck is taken out and counted, raised letters become plain text.

The tree is changed before anything reads it, so that the main text, the whole page, mails and books agree.
"""

from __future__ import annotations

import re

from lxml import html

from embeddings.loaders.shown.formulas import write_formulas
from embeddings.loaders.shown.lists import join_terms, number_items
from embeddings.loaders.shown.raised import Raised, fraction, lowered
from embeddings.loaders.shown.styles import HIDING, LOWERING, RAISING, STRIKING, Names, Styles, is_named, styles_of
from embeddings.remarks import Omitted, together

_STRUCK = frozenset(("del", "s", "strike"))
_NEVER_SHOWN = frozenset(("template", "ix:header", "ix:hidden", "ix:resources", "ix:references", "noscript"))
_MAY_BE_HIDDEN = "descendant::*[@hidden or @aria-hidden or @style or self::dialog]"
_AWAY = re.compile(
    r"(?:left|text-indent|top)\s*:\s*-\d{3,}(?:px|em|pt)"
    r"|max-height\s*:\s*0(?![.\d]).{0,100}opacity\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_TINY = re.compile(r"font-size\s*:\s*0(?![.\d])", re.IGNORECASE)
_NOTE_NAMES = re.compile(r"(?:^|[\s_-])(?:reference|footnote|noteref|fn|endnote|cite|citation)", re.IGNORECASE)
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\xad\ud800-\udfff\ufffe\uffff]")
_MOST_HIDDEN = 0.5  # of the words of a page; where more of them are said to be hidden, a script shows them
_COUNTED = {
    "img": "picture",
    "svg": "picture",
    "canvas": "picture",
    "iframe": "embedded frame",
    "object": "embedded object",
}
_FIELDS = frozenset(("input", "select", "textarea"))
_NO_FIELDS = frozenset(("hidden", "submit", "button", "reset", "image", "search"))
_PARTING = ("p", "div", "li", "dd", "dt", "section", "article", "blockquote", "td", "th", "tr", "figcaption", "option")
_AROUND = 60  # characters before and after a raised one that are looked at
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "ins", "kbd", "mark"),
        *("q", "small", "span", "strong", "time", "u", "var", "sup", "sub", "tt", "big"),
    )
)


def as_shown(root: html.HtmlElement) -> tuple[Omitted, ...]:
    """Changes the tree of a page to what a reader sees of it; returns what was taken out, counted.

    Hidden: `hidden`, `display:none`, `visibility:hidden` (also by a rule of the page's own style for one class or id),
    `aria-hidden`, templates, headers of iXBRL. Struck: `del`, `s`, `strike` and text with a line through it.
    """
    _clean(root)
    styles = styles_of(root)
    told = [*_drop_hidden(root, styles.hiding), *_drop_struck(root, styles.striking), *_left(root)]
    _name_raised(root, styles)
    _end_with_feet(root)
    _quote(root)
    write_formulas(root)
    _part_blocks(root)
    _plain_raised(root)
    number_items(root)
    join_terms(root)
    return together(told)


def _drop_hidden(root: html.HtmlElement, rules: Names) -> list[Omitted]:
    for element in list(root.iter(*_NEVER_SHOWN)):
        _drop(element)
    told = list[Omitted]()
    suspects = root.iter() if rules else root.xpath(_MAY_BE_HIDDEN)
    hidden = [element for element in suspects if element is not root and _is_hidden(element, rules)]
    all_words = _count_words(root) if hidden else 0
    dropped: set[html.HtmlElement] = set()
    for element in hidden:  # those around others come first
        if dropped and any(parent in dropped for parent in element.iterancestors()):
            continue
        words = _count_words(element)
        if words <= _MOST_HIDDEN * all_words:
            told += [Omitted("hidden passage", 1)] if words else []
            dropped.add(element)
    for element in dropped:
        _drop(element)
    return told


def _is_hidden(element: html.HtmlElement, rules: Names) -> bool:
    if not isinstance(element.tag, str) or element.tag in ("head", "body", "script", "style"):
        return False
    if element.get("hidden") is not None or element.get("aria-hidden", "").lower() == "true":
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    style = element.get("style") or ""
    if HIDING.search(style) or _AWAY.search(style) or (_TINY.search(style) and not _has_sizes(element)):
        return True
    return is_named(element, rules)


def _has_sizes(element: html.HtmlElement) -> bool:
    """Whether something in an element has a size of its own: mails set the letters between its parts to nothing."""
    return bool(element.xpath("descendant::*[contains(@style, 'font-size') or self::font[@size] or self::table]"))


def local(element: html.HtmlElement) -> str:
    """The name of an element; "" for comments and processing instructions."""
    return element.tag if isinstance(element.tag, str) else ""


def _drop_struck(root: html.HtmlElement, rules: Names) -> list[Omitted]:
    styled = root.xpath("descendant::*[contains(@style, 'line-through')]")
    styled = [element for element in styled if STRIKING.search(element.get("style") or "")]
    told = []
    for element in dict.fromkeys([*root.iter(*_STRUCK), *styled, *_named(root, rules)]):
        if _count_words(element):
            told.append(Omitted("struck passage", 1))
        _drop(element)
    return told


def _named(root: html.HtmlElement, rules: Names) -> list[html.HtmlElement]:
    """The elements that rules of the page's style speak of."""
    suspects = root.xpath("descendant::*[@class or @id]") if rules else ()
    return [element for element in suspects if is_named(element, rules)]


def _name_raised(root: html.HtmlElement, styles: Styles) -> None:
    """Calls words `sup` and `sub` that only a style raises or lowers."""
    aligned = root.xpath("descendant::*[contains(@style, 'super') or contains(@style, 'sub')]")
    for tag, said, rules in (("sup", RAISING, styles.raising), ("sub", LOWERING, styles.lowering)):
        styled = [element for element in aligned if said.search(element.get("style") or "")]
        for element in (*styled, *_named(root, rules)):
            if local(element) in _INLINE - {"sup", "sub"} and not any(True for _ in element.iter("sup", "sub")):
                around = element.getparent()
                if around is None or local(around) not in ("sup", "sub"):
                    element.tag = tag


def _drop(element: html.HtmlElement) -> None:
    """Takes an element out; the words on both sides of it stay apart."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and local(element) not in _NEVER_SHOWN and not element.tail[0].isspace():
        element.tail = f" {element.tail}" if element.tail[0].isalnum() else element.tail
    element.drop_tree()


def _left(root: html.HtmlElement) -> list[Omitted]:
    """What a text can't hold: pictures, frames, and the fields of forms."""
    told = []
    for element in root.iter(*_COUNTED, *_FIELDS):
        name = local(element)
        if name in _COUNTED and not _is_tiny(element):
            told.append(Omitted(_COUNTED[name], 1))
        elif name in _FIELDS and (element.get("type") or "").lower() not in _NO_FIELDS:
            told.append(Omitted("form field", 1))
    return told


def _quote(root: html.HtmlElement) -> None:
    """Writes the quotation marks that are shown around `q`."""
    for quoted in list(root.iter("q")):
        quoted.text = f"“{quoted.text or ''}"
        if len(quoted):
            quoted[-1].tail = f"{quoted[-1].tail or ''}”"
        else:
            quoted.text += "”"
        quoted.drop_tag()


def _end_with_feet(root: html.HtmlElement) -> None:
    """Puts the foot of a table under its rows, where it is shown, wherever the file has it."""
    for foot in list(root.iter("tfoot")):
        table = foot.getparent()
        if table is not None and local(table) == "table" and foot.getnext() is not None:
            table.append(foot)


def _is_tiny(element: html.HtmlElement) -> bool:
    """Whether a picture is a dot that counts readers, or a mark beside a link."""
    return any((element.get(side) or "").rstrip("px") in ("0", "1", "2") for side in ("width", "height"))


def _count_words(element: html.HtmlElement) -> int:
    return sum(len(words.split()) for words in element.xpath(".//text()[not(parent::script) and not(parent::style)]"))


def _clean(root: html.HtmlElement) -> None:
    """Takes out characters that a page may hold and the tree would refuse."""
    if not _NO_TEXT.search("".join(root.itertext())):
        return
    for element in root.iter():
        if element.text and _NO_TEXT.search(element.text):
            element.text = _NO_TEXT.sub("", element.text)
        if element.tail and _NO_TEXT.search(element.tail):
            element.tail = _NO_TEXT.sub("", element.tail)


def _part_blocks(root: html.HtmlElement) -> None:
    """Puts a space on both sides of each block within a line, so that its words stay apart when they are joined."""
    for element in root.iter(*_PARTING):
        before, parent = element.getprevious(), element.getparent()
        if before is not None:
            before.tail = f"{before.tail or ''} "
        elif parent is not None and parent.text:
            parent.text = f"{parent.text} "
        if element.tail:
            element.tail = f" {element.tail}"


def _plain_raised(root: html.HtmlElement) -> None:
    """Puts plain text in the place of raised and lowered letters."""
    marks = Raised()
    for element in list(root.iter("sup", "sub")):
        if element.getparent() is None or len(element.text_content()) > _AROUND:
            continue
        before, words = _before(element), element.text_content()
        if element.tag == "sub":
            said = lowered(words)
        else:
            said = _as_fraction(element, before) or marks.words(before, words, element.tail or "", _is_note(element))
        for child in list(element):
            element.remove(child)
        element.text = said
        element.drop_tag()


def _as_fraction(element: html.HtmlElement, before: str) -> str | None:
    """The fraction whose upper half an element is; its stroke and lower half are taken out."""
    follower, stroke = element.getnext(), (element.tail or "").strip()
    if follower is not None and local(follower) == "span" and follower.text_content().strip() in ("/", "⁄", "∕"):
        stroke, middle, follower = "/", follower, follower.getnext()
    else:
        middle = None
    if stroke not in ("/", "⁄", "∕") or follower is None or local(follower) not in ("sub", "span", "small"):
        return None
    said = fraction(element.text_content(), follower.text_content(), before)
    if said is not None:
        element.tail = None
        if middle is not None:
            middle.drop_tree()
        follower.drop_tree()
    return said


def _is_note(element: html.HtmlElement) -> bool:
    """Whether raised words lead to a note: they are a link within the page, or their class or id says so."""
    named = " ".join(filter(None, (element.get("class"), element.get("role"), element.get("id"))))
    links = [*element.iter("a"), *element.iterancestors("a")]
    return bool(_NOTE_NAMES.search(named)) or any((link.get("href") or "").startswith("#") for link in links)


def _before(element: html.HtmlElement) -> str:
    """The words before an element in its line."""
    words = ""
    while len(words) < _AROUND:
        sibling = element.getprevious()
        if sibling is not None:
            words = f"{_flat(sibling)}{sibling.tail or ''}{words}"
            if local(sibling) not in _INLINE:
                return (sibling.tail or "")[-_AROUND:] if words == (sibling.tail or "") else words[-_AROUND:]
            element = sibling
            continue
        parent = element.getparent()
        if parent is None:
            return words
        words = f"{parent.text or ''}{words}"
        if local(parent) not in _INLINE:
            return words
        element = parent
    return words[-_AROUND:]


def _flat(element: html.HtmlElement) -> str:
    return element.text_content() if local(element) in _INLINE else "\n"

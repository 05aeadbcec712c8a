"""A tree of HTML, or of trafilatura's TEI, -> paragraphs, headings, items and the rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from lxml import etree, html

from embeddings.loaders.archive import attribute, local
from embeddings.loaders.extract import Writer
from embeddings.loaders.grids.grid import Grid, Placed, filled
from embeddings.text.items import NUMBER

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "head"}
_BREAKS = {"br", "lb"}
_ITEMS = {"li", "item"}
_ROWS, _CELLS = {"tr", "row"}, {"td", "th", "cell"}
_LEFT_OUT = {
    *("script", "style", "noscript", "template", "svg", "math", "canvas", "iframe", "object", "embed", "audio"),
    *("video", "select", "option", "textarea", "button", "input", "datalist", "title", "meta", "link"),
}
_BLOCKS = {
    *("p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "address", "blockquote", "quote"),
    *("ul", "ol", "dl", "dt", "dd", "list", "figure", "figcaption", "caption", "table", "thead", "tbody", "tfoot"),
    *("form", "fieldset", "legend", "details", "summary", "hr", "pre", "code", "body", "html", "center", "hgroup"),
    *(_HEADINGS | _ITEMS | _ROWS | _CELLS),
}
# How a link of a manual is related to this page; such a link is not part of what the page says.
_RELATIONS = {"next", "prev", "previous", "up", "top", "start", "first", "last", "index", "contents", "toc", "help"}
_MOST_LINKS = 12  # of a line that leads to the pages around; more are a table of contents
_WORDS_OF_A_LINK = 3  # beside its own: "Up: ", " | ", "[", "]"
_PERMALINKS = {"¶", "§", "#", "🔗"}
_WAYS_BACK = {"↩", "↑", "^", "⏎", "↵"}  # from a note to its mark
_NUMBERED = re.compile(rf"{NUMBER}\s")
_INLINE_CODE = 200  # characters of `code` within a line
_LONGEST_CELL = 1_000  # characters; a table with a longer one lays out a page
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parsed_html(text: str) -> html.HtmlElement | None:
    """The tree of a page, None where there is no element in it. libxml2 bounds its depth."""
    parser = html.HTMLParser(huge_tree=False, remove_comments=True, remove_pis=True)
    words = _DECLARATION.sub("", text, count=1)
    try:
        return html.document_fromstring(words, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def drop_navigation(root: html.HtmlElement) -> None:
    """Takes out what only leads elsewhere: marks that link to their own heading, and lines of links to other pages."""
    for element in root.xpath("//*[@role='navigation']"):
        if element.getparent() is not None:
            element.drop_tree()
    for link in list(root.iter("a")):
        words = "".join(link.itertext()).strip()
        is_back = (link.get("href") or "").startswith("#") and words.rstrip("\ufe0e\ufe0f") in _WAYS_BACK
        if words in _PERMALINKS or is_back:
            link.drop_tree()
        elif _RELATIONS & set((link.get("rel") or "").lower().split()):
            around = [element for element in link.iterancestors() if _is_way_around(element)]
            if around and around[-1].getparent() is not None:
                around[-1].drop_tree()


def _is_way_around(element: html.HtmlElement) -> bool:
    """Whether an element holds a few links, more than one, and hardly a word besides."""
    links = list(islice(element.iter("a"), _MOST_LINKS + 1))
    if not 2 <= len(links) <= _MOST_LINKS or local(element) in ("html", "body"):
        return False
    inside = sum(len("".join(link.itertext()).split()) for link in links)
    return len("".join(element.itertext()).split()) - inside <= _WORDS_OF_A_LINK * len(links)


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page names in its first bytes."""
    charset = _META_CHARSET.search(data, 0, 4_096)
    return charset[1].decode("ascii", "replace") if charset else None


def write_tree(
    root: etree._Element,
    writer: Writer,
    left_out: frozenset[str] = frozenset(),
    tables: Mapping[str, Grid] = MappingProxyType({}),
) -> None:
    """Writes all text of a tree; elements of the names in `left_out` are passed over.

    Args:
        tables: tables as they were in the page that the tree was made of, from `tables_of`.
    """
    _Walk(writer, left_out, tables).all_of(root)


class _Walk:
    """Walks through a tree once; `_line` holds the words of the paragraph that is being read."""

    def __init__(self, writer: Writer, left_out: frozenset[str], tables: Mapping[str, Grid]) -> None:
        self._tables = tables
        self._writer, self._left_out = writer, _LEFT_OUT | left_out
        self._line: list[str] = []
        self._item = ""

    def all_of(self, root: etree._Element) -> None:
        """From the first word to the last."""
        self._element(root)
        self._end()

    def _element(self, element: etree._Element) -> None:
        """An element with all inside it; what follows it is left to the caller."""
        name = local(element)
        if not name or name in self._left_out or attribute(element, "hidden") is not None or _is_head(element, name):
            return
        if name in _BREAKS:
            self._line.append("\n")
        elif name in _HEADINGS:
            self._end()
            self._writer.heading(_folded(element))
        elif name == "table" and (grid := self._tables.get(_letters(element)) or _grid(element)) is not None:
            self._end()
            self._writer.table(grid)
        elif name == "pre" or (name in ("code", "quote") and _is_preformatted(element)):
            self._end()
            self._writer.paragraph("".join(element.itertext()))
        else:
            self._inside(element, name)

    def _inside(self, element: etree._Element, name: str) -> None:
        is_block = name in _BLOCKS and not (name == "code" and len(_folded(element)) <= _INLINE_CODE)
        if is_block:
            self._end()
            if name in _ITEMS:
                self._item = "- "
        if name == "blockquote":
            self._writer.quotation(begins=True)
        self._words(element.text)
        for child in element:
            self._element(child)
            self._words(child.tail)
        if is_block:
            self._end()
        if name == "blockquote":
            self._writer.quotation(begins=False)

    def _words(self, words: str | None) -> None:
        if words:
            self._line.append(re.sub(r"\s+", " ", words))

    def _end(self) -> None:
        """Ends the paragraph. An item follows the one before it on the next line."""
        lines = (" ".join(line.split()) for line in "".join(self._line).split("\n"))
        words = "\n".join(line for line in lines if line)
        self._line.clear()
        if not words:
            return
        bullet = "" if _NUMBERED.match(words) else self._item
        self._writer.line(bullet + words) if self._item else self._writer.paragraph(words)
        self._item = ""


def _is_head(element: etree._Element, name: str) -> bool:
    """Whether an element is the head of a page, which is not shown; trafilatura calls its headings so, too."""
    parent = element.getparent()
    return name == "head" and parent is not None and local(parent) == "html"


def _folded(element: etree._Element) -> str:
    """The words of an element in one line; line breaks and blocks inside it part them."""
    return " ".join("".join(_flowing(element)).split())


def _flowing(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = local(child)
        gap = " " if name in _BREAKS or name in _BLOCKS - {"code"} else ""
        if name and name not in _LEFT_OUT:
            yield gap
            yield from _flowing(child)
            yield gap
        yield child.tail or ""


def _is_preformatted(element: etree._Element) -> bool:
    """Whether an element keeps its own lines: trafilatura turns preformatted text into quotes and code."""
    return len(element) == 0 and "\n" in (element.text or "").strip() and "  " in (element.text or "")


def tables_of(root: etree._Element) -> dict[str, Grid]:
    """The tables of data of a page, by their letters: trafilatura forgets which cells span several places."""
    grids = ((element, _grid(element)) for element in root.iter() if local(element) == "table")
    return {_letters(element): grid for element, grid in grids if grid is not None}


def _letters(table: etree._Element) -> str:
    """All letters of a table."""
    return "".join("".join(_texts(table)).split())


def _grid(table: etree._Element) -> Grid | None:
    """A table of data; None where it holds tables or long texts, and only lays out a page."""
    rows: list[list[Placed]] = []
    for element in table.iter():
        if element is not table and local(element) == "table":
            return None
        if local(element) in _ROWS:
            held = [cell for cell in element if local(cell) in _CELLS]
            cells = [_placed(cell) for cell in held]
            if any(len(cell.words) > _LONGEST_CELL for cell in cells) or any(map(_is_section, held, cells)):
                return None
            rows.append(cells)
    if not any(len(cells) > 1 for cells in rows):
        return None
    grid = filled(rows)
    grid.caption = " ".join(_folded(each) for each in table if local(each) == "caption")
    return grid


def _is_section(cell: etree._Element, placed: Placed) -> bool:
    """Whether a cell holds a heading and text under it: such a table lays out a page."""
    headings = (each for each in cell.iter() if local(each) in ("h1", "h2", "h3", "h4"))
    return any(len(_folded(each)) < len(placed.words) for each in headings)


def _placed(cell: etree._Element) -> Placed:
    rows, columns = (_count(cell, name) for name in ("rowspan", "colspan"))
    parent = cell.getparent()
    group = local(parent.getparent()) if parent is not None and parent.getparent() is not None else ""
    header = local(cell) == "th" or cell.get("role") == "head" or group == "thead"
    return Placed(" ".join("".join(_texts(cell)).split()), rows, max(1, columns), header)


def _count(cell: etree._Element, name: str) -> int:
    said = (cell.get(name) or "").strip()
    return int(said) if said.isdecimal() and len(said) < 5 else 1


def _texts(element: etree._Element) -> Iterator[str]:
    """The words of an element, those of blocks and lines in it apart."""
    todo: list[etree._Element | str] = [element]
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            yield each
            continue
        name = local(each)
        inside = bool(name) and (each is element or (name not in _LEFT_OUT and attribute(each, "hidden") is None))
        todo.append(each.tail or "" if each is not element else "")
        apart = " " if name in _BLOCKS or name in _BREAKS else ""
        if inside:
            todo += [apart, *reversed(each), apart + (each.text or "")]

"""HTML: the main text of a page, its title, author and date, by trafilatura; all of its text where it finds too little.

Barbaresi, "Trafilatura: A Web Scraping Library and Command-Line Tool for Text Discovery and Extraction", 2021.
"""

from __future__ import annotations

import codecs
import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree, html

from embeddings.errors import DocumentError
from embeddings.loaders.archive import iso_day, local
from embeddings.loaders.decoding import decode
from embeddings.loaders.extract import Extract, Writer, described
from embeddings.loaders.grids.grid import Grid
from embeddings.loaders.limits import Limits
from embeddings.loaders.markup import declared_charset, drop_navigation, parsed_html, tables_of, write_tree
from embeddings.loaders.shown.visible import as_shown
from embeddings.remarks import Omitted

# What stands around the text of a page.
_AROUND = frozenset(("nav", "aside", "footer", "form", "menu"))
# Main text that is a smaller part of the words outside links than this is not all of it. Manuals and lists of
# functions, which no newspaper prints, are cut to a tenth; a newspaper's page has half of its words around the article.
_SMALLEST_PART = 0.4
_NEARLY_ALL = 0.8  # of them: where its headings are lost with the rest, the page is read with both


def extract(data: bytes, name: str, limits: Limits) -> Extract:
    """The text of a page.

    Raises:
        DocumentError: not text, or more of it than the limits allow.
    """
    root = parsed_html(decoded(data, name))
    if root is None:
        return Extract("")
    omitted = as_shown(root)
    drop_navigation(root)
    tables = tables_of(root)
    main = _main(copy.deepcopy(root))
    body = root.find("body")
    whole = _written(body if body is not None else root, name, limits, _AROUND)
    if not whole.text.strip():
        whole = _written(root, name, limits, frozenset())
    chosen = whole
    if main is not None and main.body is not None:
        chosen = _written(main.body, name, limits, frozenset(), tables)
        part = len(chosen.text.split()) / max(1, _words_outside_links(root))
        if part < _SMALLEST_PART or (part >= _NEARLY_ALL and not chosen.layout.headings):
            chosen = whole
    if chosen is not whole:
        around = len(whole.text.split()) - len(chosen.text.split())
        omitted = (*omitted, Omitted("word around the main text", max(0, around)))
    if main is None:
        return described(chosen, title=root.findtext(".//title"), omitted=omitted)
    return described(chosen, main.title, main.author, iso_day(main.date), omitted=omitted)


def decoded(data: bytes, name: str) -> str:
    """The text of a page: UTF-8, else what it says itself, else what its bytes say.

    Raises:
        DocumentError: the bytes are not text.
    """
    charset = declared_charset(data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if charset is not None and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            try:
                return data.decode(charset)
            except (LookupError, UnicodeError):
                pass
    return decode(data, name)


def _written(
    root: etree._Element,
    name: str,
    limits: Limits,
    left_out: frozenset[str],
    tables: Mapping[str, Grid] = MappingProxyType({}),
) -> Extract:
    writer = Writer(name, limits)
    write_tree(root, writer, left_out, tables)
    return writer.extract()


def _main(root: html.HtmlElement) -> Any:
    """What trafilatura takes for the main text, with its metadata; None where it finds none.

    Dates come from metadata only: a date in the text may be that of anything.
    """
    from trafilatura import bare_extraction

    try:
        return bare_extraction(
            root,
            favor_recall=True,
            include_comments=False,
            include_tables=True,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except (MemoryError, RecursionError, DocumentError):
        raise
    except Exception:  # whatever it stumbles over, there is still all of the page
        return None


def _words_outside_links(root: etree._Element) -> int:
    """The words of a page that are no links and do not stand around its text."""
    count = 0
    todo = [root]
    while todo:
        element = todo.pop()
        tag = local(element)
        if tag in ("a", "script", "style", "head", "noscript", "select", *_AROUND):
            continue
        count += len((element.text or "").split()) + sum(len((child.tail or "").split()) for child in element)
        todo.extend(element)
    return count

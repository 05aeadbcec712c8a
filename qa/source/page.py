"""The source beside the answer: a document as a page, its cited span marked by the server.

The pages hold no script and need none: pages are turned, and the next place and the rest of a long text reached, by
links; words are looked for by a form.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from embeddings.errors import DocumentError
from embeddings.store.records import Listed
from embeddings.types import Document
from qa.render import counted, one_line
from qa.source.find import Hits, find
from qa.source.pdf_highlight import Sheet, sheet_of
from qa.source.styles import style_of
from qa.source.text import escape, marked_text
from qa.source.view import (
    LONGEST_FIND,
    WINDOW,
    Range,
    View,
    citation_url,
    deep_link,
    document_url,
    fields,
    moved,
    snapped,
    view_url,
    window_of,
)
from qa.titles import same_title, titled

__all__ = [
    "STYLE",
    "WINDOW",
    "Range",
    "View",
    "citation_url",
    "deep_link",
    "document_url",
    "escape",
    "page_of_documents",
    "page_of_message",
    "page_of_source",
    "view_url",
]

STYLE = style_of("source")  # inline: a sandboxed page has no 'self'
MOST_LISTED = 300  # documents on the page that lists them


def page_of_source(view: View) -> str:
    """The page of a document: its title, date and source, then its text or its page with the marks put in.

    If a PDF is gone or was changed since it was read, its text is shown instead of its pages, with a note that says so.

    Raises:
        ValueError: too many characters to look for, or a page or place that does not exist; the message is for people.
    """
    hits, note = find(view), ""
    if view.has_pages and not view.as_text:
        try:
            return _framed(view, hits, _sheet(view, sheet_of(view, hits)))
        except DocumentError as error:
            note = _note(f"Its text is shown, not its page. {one_line(str(error))}")
    return _framed(view, hits, f"{note}{_text(view, hits)}")


def _framed(view: View, hits: Hits, shown: str) -> str:
    """The page of a document: its title and links, and the shown part."""
    document = view.document
    known = (document.author, document.date or "undated", document.source)
    facts = " · ".join(html.escape(one_line(fact)) for fact in known if fact)
    body = (
        f'<nav><a href="source">All documents</a>{_other_look(view)}</nav>'
        f'<header><h1 dir="auto">{html.escape(document.title)}</h1><p class="facts">{facts}</p>'
        f"{_remarks(document)}{_find_form(view)}{_found(view, hits)}</header>{shown}"
    )
    return _page(document.title, body)


def _remarks(document: Document) -> str:
    """What was left out of the file, so that nobody takes the text for all of it."""
    lines = document.remarks.lines()
    return f'<p class="facts">Of this file: {html.escape("; ".join(map(one_line, lines)))}.</p>' if lines else ""


def _note(words: str) -> str:
    return f'<p class="note" role="status">{html.escape(words)}</p>'


def _other_look(view: View) -> str:
    """The link from the pages of a PDF to its text, and back."""
    if not view.has_pages:
        return ""
    here = View(view.document, view.span, view.quote, as_text=not view.as_text, find=view.find, hit=view.hit)
    return f' · <a href="{html.escape(view_url(here))}">{"As pages" if view.as_text else "As text"}</a>'


def _text(view: View, hits: Hits) -> str:
    focus = hits.current if hits.current is not None else view.span
    window = window_of(view, focus)
    return (  # data-start: the page around it reads the selection's offsets from it
        f"{_neighbour(view, window, earlier=True)}"
        f'<main data-start="{window.start}">{marked_text(view, window, hits)}</main>'
        f"{_neighbour(view, window, earlier=False)}"
    )


def _neighbour(view: View, window: Range, *, earlier: bool) -> str:
    """The link to the window before or after this one; "" without one."""
    if earlier and window.start > 0:
        offset = snapped(view.document, window.start - WINDOW)
        label, mark = "Earlier in this document", "earlier"
    elif not earlier and window.end < len(view.document.text):
        offset, label, mark = window.end, "Later in this document", "later"
    else:
        return ""
    url = view_url(moved(view, offset=offset, hit=view.hit))
    return f'<p class="{mark}"><a href="{html.escape(url)}">{label}</a></p>'


def _sheet(view: View, sheet: Sheet) -> str:
    """A page of a PDF: the picture with its boxes, its words for people who can't see it, and links to other pages."""
    last = len(view.document.layout.pages)
    turn = _turning(view, sheet.page, last)
    said = marked_text(view, sheet.part)
    notes = "".join(map(_note, sheet.notes))
    return (
        f'{turn}{notes}<main class="sheet"><div class="paper"><img src="{sheet.source}" '
        f'alt="Page {sheet.page} of {last}; its words follow">{sheet.boxes}{sheet.words}</div>'
        f'<div class="spoken">{said}</div></main>{turn}'
    )


def _turning(view: View, page: int, last: int) -> str:
    """Links to the page before and after, and a field for any other."""
    ways = []
    for label, target in (("Previous page", page - 1), ("Next page", page + 1)):
        url = html.escape(view_url(moved(view, page=target, hit=view.hit)))
        ways.append(f'<a href="{url}">{label}</a>' if 1 <= target <= last else f'<span class="off">{label}</span>')
    hidden = _hidden(view, "page")
    field = (
        f'<form action="source" method="get">{hidden}<label>Page <input type="number" name="page" min="1" max="{last}" '
        f'value="{page}" required></label> of {last:,} <button>Go</button></form>'
    )
    return f'<nav class="turning" aria-label="Pages">{ways[0]}{field}{ways[1]}</nav>'


def _find_form(view: View) -> str:
    said, hidden = html.escape(view.find or ""), _hidden(view, "find", "hit", "offset", "page")
    return (
        f'<form class="find" role="search" action="source#hit" method="get">{hidden}'
        f'<input type="search" name="find" value="{said}" maxlength="{LONGEST_FIND}" dir="auto" '
        'aria-label="Find in this document" placeholder="Find in this document"><button>Find</button></form>'
    )


def _hidden(view: View, *left_out: str) -> str:
    """The hidden fields of a form: those of a view that the form has no input for."""
    return "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(str(value))}">'
        for name, value in fields(view).items()
        if name not in left_out
    )


def _found(view: View, hits: Hits) -> str:
    """The number of places where the words stand, and links to the next and previous one."""
    if not (view.find or "").strip():
        return ""
    words = f"“{html.escape(one_line(view.find or ''))}”"
    count = len(hits.places)
    if hits.current is None:
        return f'<p class="found" role="status">{words} does not stand in this document.</p>'
    ways = []
    for label, step in (("Previous", -1), ("Next", 1)):
        number = (hits.number - 1 + step) % count + 1
        ways.append(f'<a href="{html.escape(view_url(moved(view, hit=number)))}">{label}</a>')
    total = f"{counted(count, 'place')}{' or more' if hits.is_cut else ''}"
    return (
        f'<p class="found" role="status">{words}: {hits.number:,} of {total}'
        f"{' · '.join(['', *ways]) if count > 1 else ''}</p>"
    )


def page_of_documents(documents: Sequence[Listed], count: int) -> str:
    """The page before the first citation: the first documents of `count`, each a link to its text."""
    if not documents:
        return page_of_message("No documents yet", "There is nothing to ask: add a file or a folder and start again.")
    told = same_title(documents)
    items = "".join(
        f'<li><a dir="auto" href="{html.escape(document_url(document.id))}">{html.escape(titled(document, told))}</a>'
        f'<span class="facts">{html.escape(document.date or "undated")} · '
        f"{html.escape(' · '.join((counted(document.passages, 'passage'), *document.remarks)))}</span></li>"
        for document in documents
    )
    body = (
        '<header><h1>Sources</h1><p class="lead">Ask a question: the passage that answers it opens here, '
        "with the exact words marked. Or read a document.</p></header>"
        f'<main><ul class="documents">{items}</ul>{_others(count - len(documents))}</main>'
    )
    return _page("Sources", body)


def _others(count: int) -> str:
    """The line about documents that are not listed."""
    if count <= 0:
        return ""
    words = f"… and {count:,} more, which answers come from as well; the filter takes their titles and file names"
    return f'<p class="facts">{words}</p>'


def page_of_message(title: str, words: str) -> str:
    """A page with a message instead of a document."""
    body = (
        '<nav><a href="source">All documents</a></nav>'
        f"<main><header><h1>{html.escape(title)}</h1></header><p>{html.escape(words)}</p></main>"
    )
    return _page(title, body)


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{html.escape(title)} - Pincite</title>"
        f"<style>{STYLE}</style></head><body>{body}</body></html>"
    )

"""The source beside the answer: a document as a page, its cited span marked by the server.

The pages (`page.html`) need no script: links turn pages and lead to the next place or the rest of a long text; a form
looks for words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from embeddings.errors import DocumentError
from embeddings.store.records import Listed
from qa.render import one_line
from qa.source.find import find
from qa.source.pdf_highlight import sheet_of
from qa.source.templates import Macros, style_of
from qa.source.text import marked_text
from qa.source.view import LONGEST_FIND, WINDOW, View, document_url, fields, moved, snapped, view_url, window_of
from qa.titles import same_title, titled

STYLE = style_of("source")  # inline: a sandboxed page has no 'self'
MOST_LISTED = 300  # documents on the page that lists them


def page_of_source(view: View) -> str:
    """The page of a document: its title, date and source, then its text or its page with the marks put in.

    If a PDF is gone or was changed since it was read, its text is shown instead of its pages, with a note that says so.

    Raises:
        ValueError: too many characters to look for, or a page or place that does not exist; the message is for people.
    """
    hits, sheet, problem = find(view), None, ""
    if view.has_pages and not view.as_text:
        try:
            sheet = sheet_of(view, hits)
        except DocumentError as error:
            problem = one_line(str(error))
    if sheet is not None:
        window, shown = sheet.part, marked_text(view, sheet.part)
    else:
        window = window_of(view, hits.current if hits.current is not None else view.span)
        shown = marked_text(view, window, hits)
    return str(_PAGES.document(view, hits, window, Markup(shown), sheet, problem))


def page_of_documents(documents: Sequence[Listed], count: int) -> str:
    """The page before the first citation: the first documents of `count`, each a link to its text."""
    if not documents:
        return page_of_message("No documents yet", "There is nothing to ask: add a file or a folder and start again.")
    return _PAGES.documents(documents, same_title(documents), count - len(documents))


def page_of_message(title: str, words: str) -> str:
    """A page with a message instead of a document."""
    return _PAGES.message(title, words)


def other_look(view: View) -> View:
    """The text of a PDF instead of its pages, or the pages instead of the text."""
    return replace(moved(view, hit=view.hit), as_text=not view.as_text)


_PAGES = Macros(
    "source/page.html",
    *(document_url, fields, moved, other_look, snapped, titled, view_url),
    style=STYLE,
    WINDOW=WINDOW,
    LONGEST_FIND=LONGEST_FIND,
)

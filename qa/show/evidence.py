"""A citation as HTML: its quote with the words marked, the link that opens its source, and the forms to copy it in."""

from __future__ import annotations

import html
from collections.abc import Sequence

from qa.render import part_of_file, split_quote
from qa.show.citing import Form, forms
from qa.source.pieces import escape
from qa.source.view import citation_url
from qa.talk.exchange import Lost
from qa.titles import NOBODY, SameTitle, titled
from qa.types import Citation


def evidence(citation: Citation, same_title: SameTitle = NOBODY, *, to_copy: bool = True) -> str:
    """A quote with its words marked; the line under it opens the source, and so does a click on the quote.

    Args:
        citation: the words.
        same_title: what tells documents of one title apart (`qa.titles`).
        to_copy: whether the forms to copy it in stand under it.
    """
    before, span, after = split_quote(citation)
    marked = f"{escape(before.lstrip())}<mark>{escape(span)}</mark>{escape(after.rstrip())}"
    copies = _copies(citation) if to_copy else ""
    return (
        f'<div class="evidence"><blockquote dir="auto">{marked}</blockquote>{link(citation, same_title)}{copies}</div>'
    )


def lost_evidence(lost: Sequence[Lost]) -> str:
    """Words that were cited and can't be opened now, each with the reason."""
    return "".join(
        f'<div class="evidence lost"><blockquote dir="auto">{escape(each.quote or each.words)}</blockquote>'
        f'<p class="facts" dir="auto">{escape(" · ".join((each.title, each.date or "undated", each.reason)))}</p></div>'
        for each in lost
    )


def passages(shown: Sequence[Citation], same_title: SameTitle = NOBODY) -> str:
    """Whole passages as a list, each with its source; `same_title` as in `evidence`."""
    items = "".join(
        f'<li class="evidence"><blockquote class="passage" dir="auto">{escape(_body(passage))}</blockquote>'
        f"{link(passage, same_title)}{_copies(passage)}</li>"
        for passage in shown
    )
    return f'<ol class="passages">{items}</ol>'


def link(citation: Citation, same_title: SameTitle = NOBODY) -> str:
    """The line under a quote, a link that opens its source in the frame beside the conversation."""
    return (
        f'<a class="cite" target="source" href="{html.escape(citation_url(citation))}">'
        f'<span class="title" dir="auto">{escape(titled(citation.document, same_title))}</span>'
        f'<span class="facts" dir="auto">{_facts(citation)}</span></a>'
    )


def _copies(citation: Citation) -> str:
    """The forms to copy, each with a button; without a script people can select the text."""
    parts = "".join(_form(form) for form in forms(citation))
    return f'<details class="copies"><summary>Copy as citation</summary>{parts}</details>'


def _form(form: Form) -> str:
    name = escape(form.name)
    button = f'<button type="button" data-copy aria-label="Copy: {name}">Copy</button>'
    return (
        f'<div class="form"><p><span>{name}</span>{button}</p>'
        f'<pre tabindex="0" aria-label="{name}" dir="auto">{escape(form.text)}</pre></div>'
    )


def _body(passage: Citation) -> str:
    """The words of a passage without its heading line, which is named under it."""
    words = passage.text.strip()
    return words.removeprefix(passage.heading or "").strip() or words


def _facts(citation: Citation) -> str:
    """Heading, author, page, row, date and place, without saying twice what the title or the heading says already."""
    heading, date = citation.heading or "", citation.date or "undated"
    if heading.split() == citation.document.title.split():
        heading = ""
    author = citation.document.author or ""
    place = f"characters {citation.start:,}-{citation.end:,}"
    whole = [
        f'<span class="fact">{escape(fact)}</span>'
        for fact in (author, *part_of_file(citation), "" if date in heading else date, place)
        if fact
    ]
    return " · ".join([escape(heading), *whole] if heading else whole)

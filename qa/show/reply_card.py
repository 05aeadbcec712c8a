"""A reply to small talk as HTML: words, the documents that are here, and questions to start from."""

from __future__ import annotations

import html

from embeddings.store.records import Listed
from qa.render import counted
from qa.source.pieces import escape
from qa.source.view import document_url
from qa.talk.replying import Reply, size_in_words
from qa.titles import SameTitle, same_title, titled


def reply_card(reply: Reply) -> str:
    """The card; a document opens in the frame beside it, a question is asked by its button."""
    words = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in reply.text)
    points = "".join(f"<li>{escape(point)}</li>" for point in reply.points)
    listed = f'<ul class="points">{points}</ul>' if points else ""
    return f'<div class="card reply">{words}{listed}{_documents(reply)}{_questions(reply)}</div>'


def _documents(reply: Reply) -> str:
    if not reply.documents:
        return ""
    told = same_title(reply.documents)
    items = "".join(_document(each, told) for each in reply.documents)
    more = (reply.document_count or 0) - len(reply.documents)
    rest = f'<li class="rest">and {counted(more, "more document")}</li>' if more > 0 else ""
    return f'<ul class="holdings">{items}{rest}</ul>'


def _document(listed: Listed, told: SameTitle) -> str:
    address = html.escape(document_url(listed.id))
    title = escape(titled(listed, told))
    facts = f"{listed.date or 'undated'} · {size_in_words(listed.passages)}"
    return (
        f'<li><a class="cite" target="source" href="{address}"><span class="title" dir="auto">{title}'
        f'</span><span class="facts" dir="auto">{escape(facts)}</span></a></li>'
    )


def _questions(reply: Reply) -> str:
    if not reply.questions:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="ask" data-ask dir="auto">{escape(question)}</button></li>'
        for question in reply.questions
    )
    return f'<p class="lead">You could ask:</p><ul class="asks">{buttons}</ul>'

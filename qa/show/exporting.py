"""A conversation as a file: Markdown to read, JSON to read back, HTML that opens at the evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from markupsafe import Markup

from embeddings.errors import BIDI, PinciteError
from embeddings.types import Document
from qa.kept.conversation import Recalled, to_json
from qa.render import disagreement_title, escape_markdown, in_words, newest_first, per_cent, place, split_quote
from qa.show.evidence_file import About, to_html
from qa.show.refusal import CLOSEST, NO_ANSWER, why_none
from qa.source.templates import Macros
from qa.source.view import deep_link
from qa.titles import SameTitle, of_answers, same_title
from qa.types import Answer, Citation

_ACTIVE = re.compile(r"[\\`*\[\]~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|<(?=[A-Za-z/!?])")
Form = Literal["markdown", "json", "html"]
SUFFIXES: dict[Form, str] = {"markdown": ".md", "json": ".json", "html": ".html"}
MEDIA_TYPES: dict[Form, str] = {"markdown": "text/markdown", "json": "application/json", "html": "text/html"}


def export(turns: Sequence[Recalled], form: Form, about: About) -> str:
    """A conversation in one of the forms, oldest turn first.

    Args:
        turns: as they were read back.
        form: `qa.kept.conversation.from_json` reads JSON back; turns that can't be shown any more are left out of it.
        about: what the file says about itself; its `base` makes the citations links.

    Raises:
        PinciteError: a base that is no address.
        RecordError: longer than what JSON would be read back from.
    """
    if about.base and not _is_address(about.base):
        raise PinciteError(f"the address {about.base[:60]!a} is none; expected one such as http://127.0.0.1:7860")
    if form == "json":
        written = to_json([turn.turn for turn in turns if turn.answer is not None], indent=2) + "\n"
        return written.translate({ord(each): f"\\u{ord(each):04x}" for each in BIDI})  # the same texts, as escapes
    shown = _to_markdown(turns, about) if form == "markdown" else to_html(turns, about)
    return shown.translate(dict.fromkeys(map(ord, BIDI), "\ufffd"))


def _is_address(base: str) -> bool:
    """Whether links can begin with it: http or https, a host, and nothing that could end a link."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return False
    plain = re.fullmatch(r"[!-~]{1,2000}", base) is not None and not set(base) & set("<>\"'\\`")
    return plain and parts.scheme in ("http", "https") and bool(parts.netloc)


def _to_markdown(turns: Sequence[Recalled], about: About) -> str:
    """A conversation as Markdown, with its sources and their hashes at the end."""
    answers = [turn.answer for turn in turns if turn.answer is not None]
    documents: dict[str, Document] = {}
    for answer in answers:
        sides = (answer, *answer.alternatives)
        shown = [citation for side in sides for citation in side.citations] or answer.passages[:CLOSEST]
        documents |= {citation.document.content_hash: citation.document for citation in shown}
    return str(_MARKDOWN.conversation(turns, about, same_title(of_answers(answers)), documents.values()))


def reply_markdown(answer: Answer, asked: str, base: str) -> str:
    """A reply in another program's chat: the answer in bold, and each quotation with a link that begins with `base`."""
    return str(_MARKDOWN.reply(answer, asked, same_title(of_answers([answer])), base)).strip()


def verbatim(text: str) -> Markup:
    """A line with only those signs escaped that Markdown would not show in the middle of it."""
    return Markup(_ACTIVE.sub(r"\\\g<0>", text.strip()))


def _linked(citation: Citation, told: SameTitle, base: str) -> str | Markup:
    where = place(citation, told)
    if not base:
        return where
    return Markup(f"[{escape_markdown(where)}](<{base.rstrip('/')}/{deep_link(citation)}>)")


_MARKDOWN = Macros(
    "show/conversation.md",
    *(deep_link, disagreement_title, in_words, newest_first, per_cent, place, split_quote, verbatim, why_none),
    CLOSEST=CLOSEST,
    NO_ANSWER=NO_ANSWER,
    linked=_linked,
)

"""A conversation as a file: Markdown to read, JSON to read back, HTML that opens at the evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from embeddings.errors import BIDI, PinciteError
from embeddings.types import Document
from qa.kept.conversation import Recalled, to_json
from qa.render import disagreement_title, escape_markdown, in_words, one_line, per_cent, place, split_quote
from qa.show.evidence_file import About, to_html
from qa.show.refusal import CLOSEST, NO_ANSWER
from qa.source.view import deep_link
from qa.talk.exchange import Lost
from qa.titles import SameTitle, of_answers, same_title
from qa.types import Answer, Citation, Turn

Form = Literal["markdown", "json", "html"]
SUFFIXES: dict[Form, str] = {"markdown": ".md", "json": ".json", "html": ".html"}
MEDIA_TYPES: dict[Form, str] = {"markdown": "text/markdown", "json": "application/json", "html": "text/html"}


def export(turns: Sequence[Turn | Recalled], form: Form, about: About) -> str:
    """A conversation in one of the forms, oldest turn first.

    Args:
        turns: as they were answered, or as they were read back.
        form: JSON can be read back by `qa.kept.conversation.from_json`; it leaves out turns that can't be shown any
            more.
        about: what the file says about itself; its `base` makes the citations links.

    Raises:
        PinciteError: another form, or a base that is no address.
        RecordError: longer than what JSON would be read back from.
    """
    if form not in SUFFIXES:
        raise PinciteError(f"export as {form!r}: expected {', '.join(SUFFIXES)}")
    if about.base and not _is_address(about.base):
        raise PinciteError(f"the address {about.base[:60]!a} is none; expected one such as http://127.0.0.1:7860")
    told = [_recalled(turn) for turn in turns]
    if form == "json":
        written = to_json([turn.turn for turn in told if turn.answer is not None], indent=2) + "\n"
        return written.translate({ord(each): f"\\u{ord(each):04x}" for each in BIDI})  # the same texts, as escapes
    shown = to_markdown(told, about) if form == "markdown" else to_html(told, about)
    return shown.translate(dict.fromkeys(map(ord, BIDI), "\ufffd"))


def _is_address(base: str) -> bool:
    """Whether links can begin with it: http or https, a host, and nothing that could end a link."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return False
    plain = re.fullmatch(r"[!-~]{1,2000}", base) is not None and not set(base) & set("<>\"'\\`")
    return plain and parts.scheme in ("http", "https") and bool(parts.netloc)


def _recalled(turn: Turn | Recalled) -> Recalled:
    if isinstance(turn, Recalled):
        return turn
    answer = turn.answer
    return Recalled(turn.question, answer.question, answer.text, answer.confidence, answer)


def to_markdown(turns: Sequence[Recalled], about: About) -> str:
    """A conversation as Markdown, with its sources and their hashes at the end."""
    index = f", {_escaped(about.index)}" if about.index else ""
    lines = ["# Conversation", "", f"{about.exported}{index}."]
    answers = [turn.answer for turn in turns if turn.answer is not None]
    places = _Places(about.base, same_title(of_answers(answers)))
    for turn in turns:
        lines += ["", *_turn(turn, places)]
    lines += _sources(answers)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Places:
    """How places are written: the beginning of addresses, and the file names that tell documents of one title apart."""

    base: str
    same_title: SameTitle


def _escaped(text: str) -> str:
    return escape_markdown(one_line(text))


def _turn(turn: Recalled, places: _Places) -> list[str]:
    lines = [f"## {_escaped(turn.question)}"]
    if " ".join(turn.question.split()) != " ".join(turn.understood.split()):
        lines += ["", f"Understood as: *{_escaped(turn.understood)}*"]
    if turn.answer is not None:
        lines += _answer(turn.answer, places)
    else:
        lines += ["", f"**{_escaped(turn.text or NO_ANSWER)}**"]
    return lines + [line for lost in turn.lost for line in _lost(lost)]


def _answer(answer: Answer, places: _Places) -> list[str]:
    if answer.text is None:
        lines = ["", f"**{NO_ANSWER}** (the best words found: {per_cent(answer.confidence)})"]
        return lines + [line for passage in answer.passages[:CLOSEST] for line in _cited(passage, places)]
    lines = _side(answer, places)
    if answer.alternatives:
        lines += ["", f"**{disagreement_title(answer)}:**"]
        lines += [line for other in answer.alternatives for line in _side(other, places)]
    return lines


def _side(answer: Answer, places: _Places) -> list[str]:
    sure = f"{in_words(answer.confidence)}, {per_cent(answer.confidence)}"
    lines = ["", f"**{_escaped(answer.text or '')}** ({sure})"]
    return lines + [line for citation in answer.citations for line in _cited(citation, places)]


def _cited(citation: Citation, places: _Places) -> list[str]:
    """A quote with its words bold, and its place, a link where there is an address."""
    before, span, after = (_escaped(part) for part in split_quote(citation))
    where = _escaped(place(citation, places.same_title))
    linked = f"[{where}](<{places.base.rstrip('/')}/{deep_link(citation)}>)" if places.base else where
    return ["", f"> {before.lstrip()}**{span.strip()}**{after.rstrip()}", ">", f"> {linked}"]


def _lost(lost: Lost) -> list[str]:
    said = " · ".join(_escaped(part) for part in (lost.title, lost.source, lost.date or "undated") if part)
    return [
        "",
        f"> {_escaped(lost.quote or lost.words)}",
        ">",
        f"> {said} (can not be opened: {_escaped(lost.reason)})",
    ]


def _sources(answers: Sequence[Answer]) -> list[str]:
    documents: dict[str, Document] = {}
    for answer in answers:
        sides = (answer, *answer.alternatives)
        shown = [citation for side in sides for citation in side.citations] or answer.passages[:CLOSEST]
        documents |= {citation.document.content_hash: citation.document for citation in shown}
    if not documents:
        return []
    lines = ["", "## Sources"]
    for document in documents.values():
        named = [document.title, document.author, document.date or "undated", document.source]
        lines += [
            "",
            f"- {' · '.join(_escaped(part) for part in named if part)}",
            f"  SHA-256 `{document.content_hash}`",
        ]
    return lines

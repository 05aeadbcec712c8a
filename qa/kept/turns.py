"""A turn -> the browser's store, and back. The server keeps no turn.

A question that was answered is a conversation of one turn (`qa.kept.conversation`), so that every citation is looked up
again and nothing is taken from a browser's word. The reply to small talk is made again. Of "why this answer" only
numbers are kept (`qa.kept.turns_why`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from embeddings.errors import FilterError, RecordError
from qa.answers.explanation import Explanation
from qa.answers.reliability import Reliability
from qa.kept.conversation import MOST_CHARACTERS, Find, Recalled, from_json, to_json
from qa.kept.fields import Fields, read_object
from qa.kept.filtering import row_of, where_of
from qa.kept.turns_why import why_of, why_row
from qa.talk.exchange import Exchange
from qa.talk.replying import Library, reply
from qa.talk.smalltalk import small_talk
from qa.types import Answer, Turn

_NAME = "a turn of the saved conversation"
_LONGEST_LIMITS = 2_000  # characters


def to_store(exchange: Exchange) -> str:
    """A turn for the browser's store."""
    said: dict[str, object] = {"said": exchange.question, "limits": exchange.limits, "verbatim": exchange.verbatim}
    if exchange.problem is not None:
        said["problem"] = exchange.problem
    elif exchange.reply is not None:
        said["offered"] = "\n".join(exchange.reply.questions)
        if exchange.where:
            said["where"] = row_of(exchange.where)
    elif exchange.answer is not None:
        said["conversation"] = to_json([Turn(exchange.question, exchange.answer)])
        if exchange.explanation is not None and exchange.explanation.passages:
            said["why"] = why_row(exchange.explanation)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def from_store(
    written: str, library: Library, find: Find, reliability: Reliability | None = None, threshold: float = 0.5
) -> Exchange:
    """A turn from the browser's store, with the citations that still hold.

    Args:
        written: what `to_store` gave, perhaps tampered with since.
        library: for replies about the documents, which are made again.
        find: the documents that are there now.
        reliability: says what a confidence means.
        threshold: the confidence that an answer needs.

    Raises:
        RecordError: it has another form.
    """
    said = _read(written)
    question, problem = said.text("said"), said.maybe_text("problem")
    if problem is not None:
        return Exchange(question, problem=problem)
    limits, verbatim = said.text("limits", _LONGEST_LIMITS), said.flag("verbatim")
    turn = _recalled(said, find)
    if turn is not None:
        answer = turn.answer
        why = _why(said, answer, threshold, reliability) if answer is not None else None
        words = turn.text if answer is None else None
        return Exchange(
            question, answer, None, None, why, limits=limits, verbatim=verbatim, words=words, lost=turn.lost
        )
    kind = small_talk(question)
    if kind is None:
        raise RecordError(f"{_NAME} holds no answer; begin a new conversation")
    offered = tuple(filter(None, (said.maybe_text("offered") or "").split("\n")))
    try:
        where = where_of(said)
        told = replace(reply(kind, question, library, offered, where), questions=offered)
    except FilterError as error:  # it names a document that is not here any more
        return Exchange(question, problem=str(error))
    return Exchange(question, reply=told, limits=limits, verbatim=verbatim, where=where)


def _why(said: Fields, answer: Answer, threshold: float, reliability: Reliability | None) -> Explanation:
    """The explanation of an answer; without passages if the browser had no room for them."""
    if "why" not in said.values:
        return Explanation(answer, threshold, (), reliability)
    return why_of(said.inside("why"), answer, reliability)


def recalled_turns(written: Iterable[str], find: Find) -> tuple[Recalled, ...]:
    """The turns that were answered or refused: those that a follow-up can refer to, and that are exported."""
    turns = (_recalled(_read(each), find) for each in written)
    return tuple(turn for turn in turns if turn is not None)


def history_of(written: Sequence[str], find: Find) -> tuple[Turn, ...]:
    """The same turns as the history of a question."""
    return tuple(turn.turn for turn in recalled_turns(written, find))


def _read(written: str) -> Fields:
    return read_object(written, _NAME, MOST_CHARACTERS)


def _recalled(said: Fields, find: Find) -> Recalled | None:
    conversation = said.maybe_text("conversation", MOST_CHARACTERS)
    turns = from_json(conversation, find, _NAME) if conversation is not None else ()
    return turns[0] if turns else None

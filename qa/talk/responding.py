"""A line that somebody writes -> an exchange: a reply to small talk, or the answer to a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.talk.exchange import Exchange
from qa.talk.replying import Library, reply
from qa.talk.smalltalk import small_talk, without_courtesy
from qa.types import Ask


def respond(library: Library, ask: Ask, examples: Sequence[str] = ()) -> Exchange:
    """The exchange that a line of a conversation leads to.

    A question is asked without the courtesy before it. Small talk is not searched for, and later questions don't refer
    to it. Where `ask.resolve` is False the very words are asked, whatever they are.

    Args:
        library: the assistant, or the desk before it.
        ask: the line as it was written, the turns before it, and its filter.
        examples: questions to start from, where they are known.

    Raises:
        PinciteError: the question can't be asked, or the documents can't be read.
    """
    said = ask.question
    kind = small_talk(said) if ask.resolve else None
    if kind is not None:
        return Exchange(said, reply=reply(kind, said, library, examples, ask.where), where=ask.where)
    explanation = library.explain(replace(ask, question=without_courtesy(said)) if ask.resolve else ask)
    return Exchange(said, explanation.answer, explanation=explanation)

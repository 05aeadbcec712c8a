"""What the chat and the command line do with what somebody writes: reply to small talk, answer a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from embeddings.filters import Where
from qa.answers.explanation import Explanation, Found
from qa.talk.exchange import Exchange
from qa.talk.replying import Library, reply
from qa.talk.smalltalk import small_talk, without_courtesy
from qa.types import Turn


@runtime_checkable
class Explainer(Protocol):
    """An assistant that can say why."""

    def explain(
        self,
        question: str,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        resolve: bool = True,
        found: Found | None = None,
    ) -> Explanation:
        """The answer to a question, with what it was chosen from."""


def respond(
    assistant: Library,
    said: str,
    history: Sequence[Turn] = (),
    examples: Sequence[str] = (),
    where: Where | None = None,
    resolve: bool = True,
    found: Found | None = None,
) -> Exchange:
    """What comes of a line of a conversation.

    A question goes to the assistant without the courtesy before it; small talk does not, and is no part of the history.
    With `resolve` False the very words are asked, whatever they are. A filter, and `found`, which is told of passages
    before they are read, need an assistant that can say why.

    Raises:
        PinciteError: the question can't be asked, or the documents can't be read.
    """
    kind = small_talk(said) if resolve else None
    if kind is not None:
        return Exchange(said, reply=reply(kind, said, assistant, examples, where), where=where)
    question = without_courtesy(said) if resolve else said
    if isinstance(assistant, Explainer):
        explanation = assistant.explain(question, history, where, resolve, found)
        return Exchange(said, explanation.answer, explanation=explanation)
    return Exchange(said, assistant.answer(question, history))

"""An answer as a text with numbered citations, for programs that read text."""

from __future__ import annotations

from dataclasses import dataclass

from qa.render import confidence_words, disagreement_title, newest_first, one_line, place
from qa.show.refusal import NEAREST, NO_ANSWER, why_none
from qa.titles import of_answers, same_title
from qa.types import Answer, Citation


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in words.

    Attributes:
        text: the quoted words, each with the numbers of its citations in brackets; sides that disagree stand on lines
            of their own. Where there is no answer, that and why.
        citations: the first is [1]; none where there is no answer.
    """

    text: str
    citations: tuple[Citation, ...] = ()

    def with_quotes(self, answer: Answer) -> str:
        """The text, and under it each citation: its number, its sentence, and its place."""
        told = same_title(of_answers([answer]))
        cited = [f"[{n}] “{one_line(c.quote)}” ({place(c, told)})" for n, c in enumerate(self.citations, start=1)]
        return "\n".join([self.text, *cited])


def reply(answer: Answer) -> Reply:
    """An answer in words, its citations numbered in the order in which they are named.

    >>> from embeddings.types import Document
    >>> town = Document("", "Town", "town.txt", "The mayor is Ana Ruiz.")
    >>> reply(Answer("Who?", "Ana Ruiz", 0.83, (Citation(town, 13, 21, 0, 22),))).text
    'Ana Ruiz [1] (likely · 83%)'
    """
    if answer.text is None:
        return Reply(f"{NO_ANSWER}. {why_none(answer)}".strip())
    sides = newest_first(answer) if answer.found else (answer,)
    lines, citations = list[str](), list[Citation]()
    if not answer.found:
        lines.append(f"{why_none(answer)} {NEAREST}:".strip())
    elif len(sides) > 1:
        lines.append(f"{disagreement_title(answer)}:")
    for side in sides:
        numbers = range(len(citations) + 1, len(citations) + 1 + len(side.citations))
        marks = "".join(f"[{number}]" for number in numbers)
        lines.append(f"{one_line(side.text or '')} {marks} ({confidence_words(side.confidence).lower()})")
        citations += side.citations
    return Reply("\n".join(lines), tuple(citations))

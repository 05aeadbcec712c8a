"""An assistant small enough to read, for fast tests: it answers with the sentence that shares most words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from embeddings.errors import DocumentError, QuestionError
from embeddings.filters import Where
from embeddings.store.records import Listed
from embeddings.types import Chunk, Document, Hit
from qa.answers.each import Said
from qa.answers.explanation import Explanation
from qa.types import Answer, Ask, Citation, Turn

_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|$)", re.MULTILINE)
_WORD = re.compile(r"\w+")
_COMMON = frozenset(_WORD.findall("a an and are by did do does for how in is it many of on the to was what when who"))


class KeywordAssistant:
    """Finds the sentences that share most words with a question.

    A filter is not looked at. It answers where half of the question's words are shared, takes the words of the last
    question along where a question has fewer than two of its own, and tells apart sentences whose numbers differ as
    conflicting answers.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = tuple(documents)

    @property
    def document_count(self) -> int:
        return len(self._documents)

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        return tuple(
            Listed(d.id, d.title, d.source, d.date, d.media_type, 1, d.content_hash) for d in self._documents[:most]
        )

    def documents(self) -> tuple[Document, ...]:
        return self._documents

    def document(self, id: str) -> Document:
        for document in self._documents:
            if document.id == id:
                return document
        raise DocumentError(f"{id}: there is no such document here; open one from the list")

    @property
    def update(self) -> int:
        return 1

    def retrieve(self, question: str, k: int, where: Where | None = None) -> tuple[Hit, ...]:
        found = sorted(self._found(_content(question)), key=lambda pair: -pair[0])[:k]
        return tuple(
            Hit(c.document, Chunk(c.document.id, c.start, c.start, c.end), 0.0, score, score) for score, c in found
        )

    def asked_for(self, question: str, history: Sequence[Turn], where: Where | None, threshold: float | None) -> None:
        """Called before each answer; tests that want to know, to wait or to fail put their own in its place."""

    def answer(
        self,
        question: str,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        threshold: float | None = None,
        resolve: bool = True,
    ) -> Answer:
        self.asked_for(question, history, where, threshold)
        if not _WORD.search(question):
            raise QuestionError("the question holds no word; ask with at least one")
        asked = _content(question)
        understood = question
        if len(asked) < 2 and history and resolve:
            understood = f"{history[-1].question.rstrip('?')}, {question[0].lower()}{question[1:]}"
            asked |= _content(history[-1].question)
        found = sorted(self._found(asked), key=lambda pair: -pair[0])[:8]
        passages = tuple(citation for _, citation in found)
        if not found or found[0][0] < (0.5 if threshold is None else threshold):
            return Answer(understood, None, found[0][0] if found else 0.0, passages=passages)
        best = tuple(citation for score, citation in found if score == found[0][0])
        sides = {re.sub(r"\D", "", citation.text): citation for citation in reversed(best)}
        answers = [
            Answer(understood, side.text, found[0][0], (side,)) for side in reversed(sides.values()) if len(sides) > 1
        ]
        citations = best[:1] if answers else best
        return Answer(understood, best[0].text, found[0][0], citations, tuple(answers[1:3]), passages)

    def explain(self, ask: Ask) -> Explanation:
        if ask.on_passages is not None:
            ask.on_passages(ask.question, self.retrieve(ask.question, 3, ask.where))
        return Explanation(self.answer(ask.question, ask.history, ask.where, ask.threshold, ask.resolve), 0.5, ())

    def each(self, question: str, where: Where | None = None) -> Iterator[Said]:
        for document, listed in zip(self._documents, self.listed(), strict=True):
            yield Said(listed, KeywordAssistant([document]).answer(question))

    def _found(self, asked: set[str]) -> list[tuple[float, Citation]]:
        return [
            (len(asked & words) / len(asked), _citation(document, match))
            for document in self._documents
            for match in _SENTENCE.finditer(document.text)
            if (words := _content(match.group())) & asked
        ]


def _citation(document: Document, match: re.Match[str]) -> Citation:
    end = match.end() - match.group().endswith((".", "!", "?"))
    end = max(end, match.start() + 1)
    return Citation(document, match.start(), end, match.start(), match.end(), date=document.date)


def _content(text: str) -> set[str]:
    words = {word.lower() for word in _WORD.findall(text)}
    return (words - _COMMON) or words


def folder(path: Path) -> tuple[Document, ...]:
    """The text files of a folder as documents, the first line as the title."""
    texts = [(file, file.read_text("utf-8").replace("\r\n", "\n")) for file in sorted(path.glob("*.txt"))]
    return tuple(Document("", text.strip().split("\n")[0][:119], file.name, text) for file, text in texts)

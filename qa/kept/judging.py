"""Feedback on an answer, on its way from the page to the file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from embeddings.errors import RecordError
from embeddings.types import Document
from qa.kept.feedback import FeedbackStore, Version, Words
from qa.kept.fields import Fields
from qa.render import one_line
from qa.source.find import standing
from qa.types import Turn

_LONGEST = 1_000  # characters of words that are selected as the right ones
_SAID = {
    "right": "Kept: right.",
    "wrong": "Kept: wrong.",
    "not there": "Kept: not in the documents.",
}


@dataclass(frozen=True, slots=True)
class Judging:
    """Keeps feedback on answers.

    Attributes:
        store: the file.
        version: which documents are there now.
    """

    store: FeedbackStore
    version: Callable[[], Version]

    def keep(
        self,
        turn: Turn,
        verdict: str,
        selected: Fields | None,
        find: Callable[[str], Document],
        private: Collection[str] = (),
    ) -> str:
        """Keeps a verdict, and returns a line for the page.

        Args:
            turn: the question and its answer.
            verdict: one of `qa.kept.feedback.VERDICTS`.
            selected: the document, the text and the place of the words that were selected; None without them.
            find: the documents that are there.
            private: ids of documents that nothing may be written about.

        Raises:
            RecordError: the verdict is unknown, the words are not in the document, or a file is the visitor's own.
            StoreError: it can't be written.
        """
        words = words_of(selected, find) if selected is not None else None
        cited = {c.document.id for a in (turn.answer, *turn.answer.alternatives) for c in (*a.citations, *a.passages)}
        if (cited | ({words.document.id} if words is not None else set())) & set(private):
            raise RecordError("not kept: files that you added yourself are never written to a disk")
        self.store.add(turn, verdict, self.version(), words)
        return _SAID[verdict] if words is None else f"Kept: “{one_line(words.text[:60])}” is right."


def words_of(selected: Fields, find: Callable[[str], Document]) -> Words:
    """The selected words in their document, at the place nearest to the one that the browser gives.

    A browser may break lines otherwise and leaves out spaces, so white space is not compared. Raises RecordError where
    they don't stand in the document.
    """
    document, text = find(selected.text("document")), selected.text("text", _LONGEST).strip()
    near = selected.number("start")
    words = "".join(text.split())
    places = list(standing(document.text, words, "")) if words else []
    if not places:
        raise RecordError("select the right words in the source first, within one document, then press this again")
    start, end = min(places, key=lambda place: abs(place[0] - near))
    return Words(document, start, end)

"""Small runs of an evaluation, made without asking anybody: for tests of what is made of a run."""

from __future__ import annotations

from dataclasses import replace

from embeddings.types import Chunk, Document, Hit
from eval.runner import Outcome, score
from eval.sets.gold import GoldAnswer, GoldQuestion
from qa.types import Answer, Citation

HARBOUR = Document(
    "",
    "The harbour",
    "papers/harbour.txt",
    "The harbour opened in 1911.\n\nNora Quist designed the harbour wall. It took 9 years.",
    date="1912-05-03",
)
FLOOD = Document("", "The flood", "papers/flood.txt", "The flood destroyed 70 boats. Later the mayor spoke of bread.")
DOCUMENTS = (HARBOUR, FLOOD)


def gold(text: str, document: Document = HARBOUR) -> GoldAnswer:
    """Where the words stand first."""
    start = document.text.index(text)
    return GoldAnswer(document.id, start, start + len(text), text)


def cited(text: str, document: Document = HARBOUR) -> Citation:
    """The words where they stand first."""
    start = document.text.index(text)
    return Citation(document, start, start + len(text), start, start + len(text), heading="News")


def asked(name: str, *answers: GoldAnswer, kind: str = "factoid", tempting: bool = False) -> GoldQuestion:
    """A question, by its id."""
    return GoldQuestion(name, kind, f"What of {name}?", answers, tempting=tempting)


def outcome(
    question: GoldQuestion,
    said: Citation | None,
    confidence: float = 0.5,
    found: Citation | None = None,
    read: tuple[Document, ...] = DOCUMENTS,
    seconds: float = 0.02,
) -> Outcome:
    """What came of a question: the words that were said, or None and what was found."""
    passages = tuple(Citation(document, 0, len(document.text), 0, len(document.text)) for document in read)
    hits = tuple(Hit(document, Chunk(document.id, 0, 0, len(document.text)), 0.5, 1.0, 0.5) for document in read)
    answer = _answer(question, said, confidence, passages)
    given = score(question, answer)
    shown = None if found is None else _answer(question, found, confidence, passages)
    best = given if said is not None or not question.answerable else None
    return Outcome(question, answer, hits, seconds, given, best if shown is None else score(question, shown), shown)


def _answer(question: GoldQuestion, said: Citation | None, confidence: float, passages: tuple[Citation, ...]) -> Answer:
    text, citations = (None, ()) if said is None else (said.text, (said,))
    return Answer(question.question, text, confidence, citations, passages=passages)


def misquoted(one: Outcome, text: str) -> Outcome:
    """The same outcome with other words over the same place."""
    answer = replace(one.answer, text=text)
    return replace(one, answer=answer, score=score(one.question, answer), best=score(one.question, answer))


RIGHT = outcome(asked("opening", gold("1911"), kind="date"), cited("1911"), 0.9)
WRONG = outcome(asked("wall", gold("Nora Quist")), cited("the mayor", FLOOD), 0.6)
LONG_WINDED = outcome(asked("years", gold("9 years")), cited("designed the harbour wall. It took 9 years"), 0.7)
MISPLACED = misquoted(outcome(asked("boats", gold("70", FLOOD)), cited("bread", FLOOD), 0.4), "70")
REFUSED = outcome(asked("designer", gold("Nora Quist")), None, 0.2, found=cited("Nora Quist designed"))
UNSUPPORTED = outcome(asked("fish", kind="unanswerable", tempting=True), cited("bread", FLOOD), 0.3)
RIGHTLY_REFUSED = outcome(asked("gulls", kind="unanswerable"), None, 0.1)
ALL = (RIGHT, WRONG, LONG_WINDED, MISPLACED, REFUSED, UNSUPPORTED, RIGHTLY_REFUSED)

"""Feedback -> gold questions, as far as it agrees with itself and the documents are what they were.

- right: the words that the answer cites are right; those of a list one by one.
- words: the words that were selected are right, and nothing the answer said.
- not there: the documents hold no answer. That is true of the documents as they were, all of them.
- wrong: says nothing of what would be right. It only contradicts whoever called the same words right.

Lines about the same question are one gold question where they agree. Where they do not, where the documents were
changed, and where nothing can be learnt, the question is left out, and a line says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.sets.gold import GoldAnswer, GoldQuestion
from qa.english.words import same_answer, words
from qa.kept.feedback import Feedback, read_feedback

_SHOWN = 60  # characters of a question in a line


@dataclass(frozen=True, slots=True)
class Learnt:
    """What feedback came to.

    Attributes:
        questions: the gold questions, in the order in which they were first judged.
        notes: what was left out and why, a line each.
        lines: how many lines of feedback there were.
    """

    questions: tuple[GoldQuestion, ...]
    notes: tuple[str, ...]
    lines: int

    def summary(self) -> str:
        """One line that says what came of how many."""
        return (
            f"{len(self.questions)} gold questions from {self.lines} lines of feedback, "
            f"{len(self.notes)} left out or in part"
        )


def learn(path: Path, documents: Sequence[Document]) -> Learnt:
    """The gold questions of a file of feedback about documents.

    Raises:
        StoreError: the file can't be read.
        GoldError: nothing can be learnt from it; says why.
    """
    lines = read_feedback(path)
    learnt = from_feedback(lines, documents)
    if not learnt.questions:
        why = f": {learnt.notes[0]}" if learnt.notes else ""
        raise GoldError(f"{path}: {len(lines)} lines of feedback, and no gold question comes of them{why}")
    return learnt


def from_feedback(lines: Iterable[Feedback], documents: Sequence[Document]) -> Learnt:
    """The gold questions of lines of feedback about documents."""
    held, hashes = tuple(lines), tuple(sorted(document.content_hash for document in documents))
    by_hash = {document.content_hash: document for document in documents}
    groups: dict[tuple[str, ...], _Group] = {}
    for line in held:
        groups.setdefault(words(line.understood), _Group(line.understood)).add(line, by_hash, hashes)
    questions, notes = [], []
    for number, group in enumerate(groups.values(), start=1):
        question, note = group.settled(f"feedback-{number}")
        if question is not None:
            questions.append(question)
        if note:
            notes.append(f"{_short(group.question)}: {note}")
    return Learnt(tuple(questions), tuple(notes), len(held))


def to_gold(questions: Iterable[GoldQuestion]) -> str:
    """Gold questions as a gold file (`eval.sets.gold`)."""
    return "".join(f"{json.dumps(_row(question), ensure_ascii=False)}\n" for question in questions)


def _row(question: GoldQuestion) -> dict[str, Any]:
    row: dict[str, Any] = {"id": question.id, "kind": question.kind, "question": question.question}
    row["answers"] = [asdict(answer) for answer in question.answers]
    if question.groups:
        row["groups"] = [[question.answers.index(each) for each in group] for group in question.groups]
    return row


@dataclass(slots=True)
class _Group:
    """All that was said of one question."""

    question: str
    right: list[tuple[GoldAnswer, ...]] = field(default_factory=list)  # of each line that says so, its items
    lists: list[bool] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    not_there: int = 0
    changed: int = 0
    silent: int = 0  # "wrong" alone

    def add(self, line: Feedback, by_hash: dict[str, Document], hashes: tuple[str, ...]) -> None:
        """Takes a line in."""
        if line.verdict == "not there":
            self._add_refusal(line.hashes == hashes)
        elif line.verdict == "wrong":
            self.silent += 1
            self.wrong.append(str(line.answer.get("text") or ""))
        else:
            rows = [line.words] if line.verdict == "words" else line.answer.get("citations")
            self._add_places(rows if isinstance(rows, list) else [], line, by_hash)
            if line.verdict == "words":
                self.wrong.append(str(line.answer.get("text") or ""))

    def _add_refusal(self, same: bool) -> None:
        self.not_there += same
        self.changed += not same

    def _add_places(self, rows: Sequence[Any], line: Feedback, by_hash: dict[str, Document]) -> None:
        if line.verdict == "right" and line.answer.get("text") is None:  # "not in these documents" is right
            self._add_refusal(line.hashes == tuple(sorted(by_hash)))
            return
        places = [_place(row, by_hash) for row in rows]
        held = tuple(place for place in places if place is not None)
        is_list = bool(line.answer.get("is_list")) and line.verdict == "right"
        if not held or (is_list and len(held) < len(places)):
            self.changed += 1
            return
        self.right.append(held)
        self.lists.append(is_list)

    def settled(self, name: str) -> tuple[GoldQuestion | None, str]:
        """The gold question, None where there is none, and what must be told, "" where nothing must."""
        told = f"{self.changed} about documents that were changed since" if self.changed else ""
        if self.right and self.not_there:
            return None, "some say that the documents answer it, some that they do not"
        if self.not_there:
            return GoldQuestion(name, "feedback", self.question, ()), told
        if not self.right:
            return None, told or "nobody said what would be right"
        if any(self.lists):
            return self._list(name, told)
        answers = tuple(dict.fromkeys(answer for line in self.right for answer in line))
        if not all(_agree(line[0], self.right[0][0]) for line in self.right):
            return None, f"different words are called right: {_listed(line[0].text for line in self.right)}"
        if any(same_answer(answers[0].text, wrong) for wrong in self.wrong if wrong):
            return None, f"the same words are called right and wrong: {_listed([answers[0].text])}"
        return GoldQuestion(name, "feedback", self.question, answers), told

    def _list(self, name: str, told: str) -> tuple[GoldQuestion | None, str]:
        """The list that all agree on, each of its items cited."""
        first = {place.text for place in self.right[0]}
        if not all(self.lists) or any({place.text for place in line} != first for line in self.right):
            return None, "different lists are called right"
        answers = tuple(dict.fromkeys(answer for line in self.right for answer in line))
        texts = dict.fromkeys(answer.text for answer in answers)
        items = [tuple(answer for answer in answers if answer.text == text) for text in texts]
        return GoldQuestion(name, "list", self.question, answers, tuple(items)), told


def _place(row: Any, by_hash: dict[str, Document]) -> GoldAnswer | None:
    """A cited place, where its document is there and says at it what it said."""
    try:
        document = by_hash.get(str(row["document"]["content_hash"]))
        start, end, text = int(row["start"]), int(row["end"]), str(row["text"])
    except (KeyError, TypeError, ValueError):
        return None
    if document is None or not text or document.text[start:end] != text:
        return None
    return GoldAnswer(document.id, start, end, text)


def _agree(one: GoldAnswer, other: GoldAnswer) -> bool:
    """Whether two places give the same answer: they overlap, or say the same."""
    overlap = one.document == other.document and one.start < other.end and other.start < one.end
    return overlap or same_answer(one.text, other.text)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(repr(text[:40]) for text in dict.fromkeys(texts))


def _short(question: str) -> str:
    flat = " ".join(question.split())
    return repr(flat if len(flat) <= _SHOWN else f"{flat[:_SHOWN]}…")

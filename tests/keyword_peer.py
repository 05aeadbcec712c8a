"""A system for the tests of `eval.bench.peers`, small enough to read: it answers with a whole passage.

The passage is the one that shares most words with the question; where none is shared it refuses. Asked for a tide it
raises, and asked for a shipwreck it takes its whole process down.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace

from eval.bench.systems.work import Asked, GivenText, Reply, Words, Work

_WORD = re.compile(r"\w{3,}")


class KeywordPeer:
    """Tells all there is to tell: words with places, a score, the passages found, and what a refusal withheld."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._indexed: tuple[GivenText, ...] = ()

    def index(self) -> None:
        self._indexed = self._work.passages

    def answer(self, question: Asked) -> Reply:
        if "tide" in question.text:
            raise ValueError("no\n tide table")
        if "shipwreck" in question.text:
            os._exit(3)
        ranked = self._ranked(question)
        best = Words(ranked[0].text, (ranked[0].place,))
        score = _shared(question.text, ranked[0].text)
        return Reply(best if score else None, best, float(score))

    def complete(self, question: Asked, reply: Reply) -> Reply:
        return replace(reply, found=tuple(passage.place for passage in self._ranked(question)[:5]))

    def _ranked(self, question: Asked) -> list[GivenText]:
        passages = self._work.given(question) if self._work.mode == "reader" else self._indexed
        return sorted(passages, key=lambda passage: -_shared(question.text, passage.text))


class TaciturnPeer(KeywordPeer):
    """Tells words alone, as some systems do."""

    def answer(self, question: Asked) -> Reply:
        words = super().answer(question).words
        return Reply(None if words is None else Words(words.text))

    def complete(self, question: Asked, reply: Reply) -> Reply:
        return reply


def _shared(one: str, other: str) -> int:
    return len(set(_WORD.findall(one.lower())) & set(_WORD.findall(other.lower())))


class SilentPeer(KeywordPeer):
    """Refuses whatever it is asked."""

    def answer(self, question: Asked) -> Reply:
        return Reply()

    def complete(self, question: Asked, reply: Reply) -> Reply:
        return reply

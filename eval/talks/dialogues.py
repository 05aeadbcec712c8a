"""Conversations over the sample documents, asked end to end: are follow-ups answered right?

A line of the file is a dialogue; an answer is given as in a gold file (`eval.sets.gold`):

    {"id": "dialogue-01", "half": "dev", "turns": [
        {"kind": "opening", "question": "Who leads the party?", "resolved": "Who leads the party?", "answers": [...]},
        {"kind": "pronoun", "question": "When was she born?", "resolved": "When was Ana Ruiz born?", "answers": []}]}

Every turn but the first is asked three times: alone, after the turns before it, and as somebody rewrote it. The history
is the system's own: its answers, right or wrong, and the questions as it understood them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.runner import score
from eval.sets.gold import GoldQuestion, read_gold_line
from eval.sets.rows import read_text, row_of
from qa.kept.fields import Fields
from qa.types import Answer, Turn

SHIPPED = Path(__file__).parents[1] / "gold" / "dialogues.jsonl"
FORM = "a line holds id, half and turns, each with kind, question, resolved and answers; see eval/gold/README.md"
HALVES = ("dev", "test")
WAYS = ("alone", "with history", "rewritten by hand")


@dataclass(frozen=True, slots=True)
class GoldTurn:
    """A question of a dialogue with its right answers, and how it reads standing alone."""

    gold: GoldQuestion
    resolved: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Turns in their order; "half" says whether rules were tuned on it ("dev") or only reported ("test")."""

    id: str
    half: str
    turns: tuple[GoldTurn, ...]


def load_dialogues(path: Path, documents: Sequence[Document]) -> tuple[Dialogue, ...]:
    """The dialogues of a file, every answer at its place.

    Raises:
        GoldError: the file can't be read, or a line has another form or does not fit the documents.
    """
    lines = read_text(path, "dialogues as JSON lines").splitlines()
    return tuple(_dialogue(line, f"{path}:{n}", documents) for n, line in enumerate(lines, 1) if line.strip())


def _dialogue(line: str, place: str, documents: Sequence[Document]) -> Dialogue:
    try:
        row = row_of(json.loads(line), place, FORM)
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{place}: not JSON ({error}); {FORM}") from None
    name, half = row.identifier("id"), row.text("half")
    if half not in HALVES:
        raise row.fault("half", " or ".join(HALVES))
    turns = tuple(_turn(turn, f"{name}/{i}", place, documents) for i, turn in enumerate(row.rows("turns"), 1))
    if len(turns) < 2:
        raise row.fault("turns", "two turns or more")
    return Dialogue(name, half, turns)


def _turn(row: Fields, id: str, place: str, documents: Sequence[Document]) -> GoldTurn:
    values = {"id": id, "kind": row.text("kind"), "question": row.text("question"), "answers": row.items("answers")}
    gold, faults = read_gold_line(json.dumps(values), documents)
    if gold is None:
        raise GoldError("\n".join(f"{place}: {id}: {fault}" for fault in faults))
    return GoldTurn(gold, row.text("resolved"))


class Conversing(Protocol):
    """An assistant that can hold a conversation, such as `qa.Assistant`."""

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The answer to a question after the turns before it."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A follow-up turn: how it was understood, and whether it was right in each of WAYS.

    A question that the documents do not answer is right where it is refused.
    """

    half: str
    turn: GoldTurn
    understood: str
    right: tuple[bool, bool, bool]


def follow(assistant: Conversing, dialogues: Sequence[Dialogue]) -> tuple[Followed, ...]:
    """Holds every dialogue, and asks each of its follow-ups alone and rewritten too."""
    found: list[Followed] = []
    for dialogue in dialogues:
        history: list[Turn] = []
        for turn in dialogue.turns:
            answer = assistant.answer(turn.gold.question, history)
            if history:
                answers = assistant.answer(turn.gold.question), answer, assistant.answer(turn.resolved)
                one, two, three = (_is_right(turn.gold, given) for given in answers)
                found.append(Followed(dialogue.half, turn, answer.question, (one, two, three)))
            history.append(Turn(turn.gold.question, answer))
    return tuple(found)


def _is_right(gold: GoldQuestion, answer: Answer) -> bool:
    return score(gold, answer).right if gold.answerable else answer.text is None

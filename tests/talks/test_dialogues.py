"""The dialogues on the sample documents hold what eval/gold/README.md promises, and are asked as it says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.talks.dialogues import SHIPPED, follow, load_dialogues
from qa.types import Answer, Turn
from tests.keyword_assistant import folder

ROOT = Path(__file__).resolve().parents[2]
DIALOGUES = load_dialogues(SHIPPED, folder(ROOT / "seeds"))
KINDS = {"opening", "pronoun", "ellipsis", "phrase", "implicit", "shift", "unanswerable"}


def test_there_are_enough_dialogues_of_every_kind_in_both_halves() -> None:
    assert len(DIALOGUES) >= 25
    for half in ("dev", "test"):
        turns = [turn for dialogue in DIALOGUES if dialogue.half == half for turn in dialogue.turns]
        assert {turn.gold.kind for turn in turns} == KINDS


def test_every_dialogue_opens_with_a_question_that_stands_alone() -> None:
    for dialogue in DIALOGUES:
        first, *rest = dialogue.turns
        assert 1 <= len(rest) <= 4
        assert first.gold.kind == "opening"
        assert first.gold.question == first.resolved
        assert all(turn.gold.kind != "opening" for turn in rest)


def test_only_unanswerable_turns_have_no_answer_and_shifts_stand_alone() -> None:
    for turn in (turn for dialogue in DIALOGUES for turn in dialogue.turns):
        assert turn.gold.answerable == (turn.gold.kind != "unanswerable")
        assert (turn.gold.question == turn.resolved) == (turn.gold.kind in ("opening", "shift"))


class Echo:
    """Understands a question together with the one before it, and answers nothing."""

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        return Answer(" / ".join([*(turn.answer.question for turn in history[-1:]), question]), None, 0.0)


def test_the_history_is_what_the_assistant_itself_understood() -> None:
    followed = follow(Echo(), DIALOGUES[:1])
    questions = [turn.gold.question for turn in DIALOGUES[0].turns]
    assert [one.understood for one in followed] == [" / ".join(questions[:2]), " / ".join(questions)]
    assert all(one.right == (False, False, False) for one in followed)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("no json", "not JSON"),
        (json.dumps({"id": "a", "half": "third", "turns": []}), "dev or test"),
        (json.dumps({"id": "a", "half": "dev", "turns": []}), "two turns or more"),
        (
            json.dumps(
                {
                    "id": "a",
                    "half": "dev",
                    "turns": [
                        {"kind": "k", "question": "Q?", "resolved": "Q?", "answers": [{"document": "x", "text": "y"}]}
                    ],
                }
            ),
            "no document",
        ),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, line: str, fault: str) -> None:
    (tmp_path / "d.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(GoldError, match=fault):
        load_dialogues(tmp_path / "d.jsonl", [Document("a", "a", "a.txt", "text")])

"""Follow-ups with their rewrites are read by conversation, unrelated pairs by document, and both are judged."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from embeddings.errors import GoldError
from eval.sets.lines import file_of
from eval.sets.squad import SPLITS
from eval.talks.command import leaning_table, rewrites_table
from eval.talks.rewrites import METHODS_AFTER, Rewritten, judged, load_rewritten, load_unrelated
from qa.types import Answer, Turn

ASIDE = json.loads(SPLITS.read_text(encoding="utf-8"))[file_of("canard_dev")]["report"][0]


def talk(title: str) -> list[dict[str, object]]:
    first = {"id": f"{title}_1", "title": f"{title} / Life", "question": "Who was Bo Lind?", "history": []}
    second = {"id": f"{title}_2", "title": f"{title} / Life", "question": "And his sister?"}
    history = [{"question": "Who was Bo Lind?", "answer": "I don't know."}]
    return [first | {"rewrite": "Who was Bo Lind?"}, second | {"rewrite": "Bo Lind's sister?", "history": history}]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = [json.dumps(row) for title in (ASIDE, "Nobody at all") for row in talk(title)]
    (tmp_path / file_of("canard_dev")).write_bytes(gzip.compress("\n".join(lines).encode()))
    rows = [
        {"id": str(i), "title": f"Town {i}", "context": f"It lies at {i}.", "question": f"Where is town {i}?",
         "answers": [{"text": str(i), "start": 11}], "answerable": True}
        for i in range(30)
    ]  # fmt: skip
    (tmp_path / file_of("tatqa_text")).write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return tmp_path


def test_a_conversation_is_in_one_part_and_its_first_question_in_none(data: Path) -> None:
    (reported,), (learnt,) = load_rewritten(data, "report"), load_rewritten(data, "train")
    assert (reported.talk, learnt.talk) == (ASIDE, "Nobody at all")
    assert learnt.history == (Turn("Who was Bo Lind?", Answer("Who was Bo Lind?", None, 1.0)),)
    assert learnt.added == {"bo", "lind"} <= learnt.before


def test_a_folder_without_conversations_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="canard_dev"):
        load_rewritten(tmp_path, "train")


def test_unrelated_pairs_are_of_other_documents_and_stand_alone(data: Path) -> None:
    pairs = load_unrelated(data, "train", 20)
    assert len(pairs) == 20
    assert pairs == load_unrelated(data, "train", 20)
    for pair in pairs:
        assert pair.rewrite == pair.question
        assert pair.question not in [turn.question for turn in pair.history]


HISTORY = (Turn("Who was Bo Lind?", Answer("Who was Bo Lind?", "a sailor", 1.0)),)
LEANING = Rewritten("canard_dev", "Bo", "And his ship?", "What was Bo Lind's ship?", HISTORY)
ALONE = Rewritten("qed_nq", "Oslo", "Where is Oslo?", "Where is Oslo?", HISTORY)


def test_a_method_is_judged_by_the_terms_of_the_turns_before() -> None:
    copied = judged(LEANING, METHODS_AFTER["the last turn"])
    assert (copied.counts.added, copied.counts.wanted, copied.counts.both) == (3, 2, 2)
    assert copied.leans
    assert copied.changed
    assert judged(ALONE, METHODS_AFTER["nothing"]) == judged(ALONE)


def test_the_tables_have_a_row_for_each_set() -> None:
    assert len(rewrites_table([LEANING]).rows) == len(METHODS_AFTER)
    rows = {row[0]: row for row in leaning_table([LEANING], [ALONE]).rows}
    assert set(rows) == {"unrelated, qed_nq", "unrelated, all", "canard_dev"}
    assert rows["unrelated, all"][2].startswith("100.0%")

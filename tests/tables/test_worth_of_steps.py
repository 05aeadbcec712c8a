"""What a step is worth is measured on the same spans; a switch takes a part away and puts it back."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from embeddings.types import Document
from eval.sets.gold import GoldAnswer, GoldQuestion
from eval.tables.kept_readings import KeptReader
from eval.tables.shared import Collection
from eval.tables.steps import Models, compare_disagreement, compare_follow_ups, compare_steps
from eval.tables.switches import DISAGREEMENT, FOLLOW_UPS, FOLLOW_UPS_OFF, LISTS, switched_off
from eval.talks.dialogues import Dialogue, GoldTurn
from qa.reading.reader import Passage, Span
from qa.settings import Settings
from qa.steps import STEPS
from tests.fakes import HashingEncoder, PatternReader, constant_calibration
from tests.tables.test_experiments import cells

ALL = (*LISTS, *DISAGREEMENT, *FOLLOW_UPS, FOLLOW_UPS_OFF)
OPENED = Document("opened", "Opening", "opened.txt", "The bridge was opened on 3 May 1931 by the mayor.")
CLOSED = Document("closed", "Closing", "closed.txt", "The tunnel was shut in 1960.")


class CountingReader(PatternReader):
    """Counts the passages it reads."""

    passages = 0

    def read(self, question: str, passages: list[Passage]) -> list[Span]:  # type: ignore[override]
        """As `PatternReader.read`."""
        self.passages += len(passages)
        return super().read(question, passages)


def asked(id: str, question: str, document: Document, answer: str) -> GoldQuestion:
    start = document.text.index(answer)
    return GoldQuestion(id, "when", question, (GoldAnswer(document.id, start, start + len(answer), answer),))


DATES = Collection(
    "dates",
    (OPENED, CLOSED),
    (
        asked("1", "When was the bridge opened?", OPENED, "3 May 1931"),
        asked("2", "When was the tunnel shut?", CLOSED, "1960"),
    ),
)


def models(settings: Settings = Settings()) -> Models:  # noqa: B008
    return Models(HashingEncoder(), KeptReader(PatternReader(r"\d{4}")), constant_calibration(0.4), settings)


def test_a_step_that_made_an_answer_whole_is_missed_where_it_is_off() -> None:
    header, *rows = cells(compare_steps([DATES], models()))
    assert header[1] == "dates (2)"
    by_name = {row[0]: row[1] for row in rows}
    assert by_name["F1 as it is"] == "100.0"
    assert by_name["without whole expression"].endswith("; 1: 0 better, 1 worse")
    assert by_name["without item number"] == "0"
    assert [row[0] for row in rows][-1] == "without all of them"
    assert len(rows) == 1 + len(STEPS) + len(LISTS) + 1


def test_sides_are_counted_with_and_without_each_part_of_disagreement() -> None:
    texts = (
        Document("one", "One", "one.txt", "The flood killed 12 people."),
        Document("two", "Two", "two.txt", "The flood killed 30 people."),
    )
    places = tuple(GoldAnswer(d.id, 17, 19, d.text[17:19]) for d in texts)
    question = GoldQuestion(
        "q", "disagreement", "How many people did the flood kill?", places, tuple((p,) for p in places)
    )
    chosen = Models(HashingEncoder(), PatternReader(r"\d+"), constant_calibration(0.9), Settings(threshold=0.0))
    header, *rows = cells(compare_disagreement([Collection("floods", texts, (question,))], chosen))
    assert header[1:] == ["floods: sides shown (1)", "alternatives beside others (0)"]
    assert rows[0] == ["as it is", "100.0", "0"]
    assert {row[0]: row[1] for row in rows}["without values that contradict each other"].startswith("-50.0")


def test_follow_ups_are_held_again_without_each_part() -> None:
    turns = (
        GoldTurn(asked("a/1", "When was the bridge opened?", OPENED, "3 May 1931"), "When was the bridge opened?"),
        GoldTurn(asked("a/2", "And the tunnel?", CLOSED, "1960"), "When was the tunnel opened?"),
    )
    dialogue = Dialogue("a", "dev", turns)
    rows = cells(compare_follow_ups(DATES, [dialogue], models(Settings(threshold=0.0))))[1:]
    assert [row[0] for row in rows] == ["as it is", *(f"without {s.name}" for s in (*FOLLOW_UPS, FOLLOW_UPS_OFF))]
    assert rows[-1][2] == "1"


@pytest.mark.parametrize("switch", ALL, ids=lambda switch: switch.name)
def test_a_switch_names_a_part_that_is_there_and_puts_it_back(switch: object) -> None:
    places = [place.partition(":") for place in switch.off]  # type: ignore[attr-defined]
    before = [getattr(import_module(module), name) for module, _, name in places]
    with switched_off([switch]):  # type: ignore[list-item]
        assert all(getattr(import_module(m), n) is not b for (m, _, n), b in zip(places, before, strict=True))
    assert [getattr(import_module(module), name) for module, _, name in places] == before


def test_a_passage_is_read_once_and_never_again_by_a_later_run(tmp_path: Path) -> None:
    first, passages = CountingReader(r"\d{4}"), [Passage(OPENED.text), Passage(CLOSED.text)]
    kept = KeptReader(first, tmp_path)
    spans = kept.read("When?", passages)
    assert (kept.read("When?", passages[::-1]), first.passages) != ([], 0)
    assert first.passages == 2
    later = CountingReader(r"\d{4}")
    assert KeptReader(later, tmp_path).read("When?", passages) == spans
    assert later.passages == 0
    assert KeptReader(later, tmp_path).read("Who?", passages[:1]) != []
    assert later.passages == 1


def test_a_line_that_was_cut_short_is_read_again(tmp_path: Path) -> None:
    KeptReader(PatternReader(r"\d{4}"), tmp_path).read("When?", [Passage(OPENED.text)])
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    reader = CountingReader(r"\d{4}")
    assert KeptReader(reader, tmp_path).read("When?", [Passage(OPENED.text)])

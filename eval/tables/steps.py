"""What each step between the reader's spans and the answer is worth, and each part of disagreement and of follow-ups.

A passage is read once with a question. Then the answers are made again without each step, so that a row differs from
the first by what the step does and by nothing else. No answer is refused: what is compared is the best answer found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from embeddings.models.encoder import Encoder
from embeddings.types import Hit
from eval.metrics import Column, share_cited
from eval.report.rendering import markdown_table
from eval.runner import score
from eval.sets.gold import GoldQuestion
from eval.tables.ablations import RememberingEncoder
from eval.tables.shared import Collection, Track, gain, silently
from eval.tables.switches import DISAGREEMENT, FOLLOW_UPS, FOLLOW_UPS_OFF, LISTS, Switch, switched_off
from eval.talks.dialogues import Dialogue, follow
from qa.answers.candidates import rank
from qa.answers.compose import compose
from qa.answers.confidence import Calibration
from qa.answers.reading import Reading
from qa.assistant import Assistant, build_index
from qa.models.chosen import calibration_for
from qa.reading.reader import Passage, Reader, Span
from qa.reading.retriever import Retriever
from qa.settings import Settings
from qa.steps import STEPS, Step
from qa.types import Answer

__all__ = ["compare_disagreement", "compare_follow_ups", "compare_steps"]


@dataclass(frozen=True, slots=True)
class Read:
    """A question with the passages that were found for it, and what was read in them."""

    question: GoldQuestion
    hits: tuple[Hit, ...]
    spans: tuple[Span, ...]

    def answered(self, calibration: Calibration, settings: Settings, steps: Sequence[Step] = STEPS) -> Answer:
        """The answer that these steps make of it."""
        asked = self.question.question
        candidates = rank(asked, self.hits, self.spans, settings, steps)
        return compose(Reading(asked, self.hits, tuple(candidates), self.spans), calibration, settings)


@dataclass(frozen=True, slots=True)
class Models:
    """What finds and reads, and what makes a confidence of it."""

    encoder: Encoder
    reader: Reader
    calibration: Calibration
    settings: Settings

    @classmethod
    def of(cls, encoder: Encoder, reader: Reader, settings: Settings, kept: Reader) -> Models:
        """With the calibration that fits both; `kept` reads in the reader's place."""
        return cls(RememberingEncoder(encoder), kept, calibration_for(encoder, reader), settings)

    def read(self, collection: Collection, track: Track = silently) -> list[Read]:
        """Every question of a collection with its passages read."""
        index = build_index(collection.documents, None, self.settings, encoder=self.encoder)
        retriever, found = Retriever(index, self.settings), []
        for question in track(collection.questions, f"reading, {collection.name}"):
            hits = retriever.search(question.question, self.settings.passages)
            spans = self.reader.read(question.question, [Passage.of(hit) for hit in hits])
            found.append(Read(question, hits, tuple(spans)))
        return found


# Steps -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Variant:
    """What stands in the first cell of a row, the steps that are left, and other parts that are switched off."""

    name: str
    steps: tuple[Step, ...] = STEPS
    off: tuple[Switch, ...] = ()


def _variants() -> list[_Variant]:
    one_off = [_Variant(step.name, tuple(other for other in STEPS if other is not step)) for step in STEPS]
    lists = [_Variant(switch.name, off=(switch,)) for switch in LISTS]
    return [*one_off, *lists, _Variant("all of them", (), LISTS)]


def compare_steps(collections: Iterable[Collection], models: Models, track: Track = silently) -> str:
    """A column for each collection; F1 with everything, and how it changes without each step and without all."""
    never_refusing = replace(models.settings, threshold=0.0)
    variants = _variants()
    rows = [["F1 as it is"], *([f"without {variant.name}"] for variant in variants)]
    names = []
    for collection in collections:
        found = models.read(collection, track)
        whole = _answers(found, models.calibration, never_refusing, _Variant(""))
        f1 = _f1(found, whole)
        rows[0].append(f"{100 * f1.mean():.1f}")
        for row, variant in zip(rows[1:], variants, strict=True):
            without = _answers(found, models.calibration, never_refusing, variant)
            row.append(_change(f1, whole, _f1(found, without), without))
        names.append(f"{collection.name} ({len(found)})")
    return markdown_table(("", *names), rows)


def _answers(found: Sequence[Read], calibration: Calibration, settings: Settings, variant: _Variant) -> list[Answer]:
    with switched_off(variant.off):
        return [read.answered(calibration, settings, variant.steps) for read in found]


def _f1(found: Sequence[Read], answers: Sequence[Answer]) -> Column:
    return np.array([score(read.question, answer).f1 for read, answer in zip(found, answers, strict=True)])


def _change(f1: Column, whole: Sequence[Answer], without: Column, answers: Sequence[Answer]) -> str:
    """The difference of F1 with its interval, and how many answers changed: for the better, and for the worse."""
    changed = sum(one.text != other.text for one, other in zip(whole, answers, strict=True))
    if not changed:
        return "0"
    better, worse = int((without > f1).sum()), int((without < f1).sum())
    return f"{gain(without, f1)}; {changed}: {better} better, {worse} worse"


# Disagreement ----------------------------------------------------------------------------------------------------


def compare_disagreement(collections: Iterable[Collection], models: Models, track: Track = silently) -> str:
    """Of disagreements the share of the sides that is shown, of other questions how many show an alternative.

    Answers are refused as users have it.
    """
    offs: list[tuple[Switch, ...]] = [(), *((switch,) for switch in DISAGREEMENT), DISAGREEMENT]
    rows = [["as it is"], *([f"without {switch.name}"] for switch in DISAGREEMENT), ["without all of them"]]
    columns = []
    for collection in collections:
        found = models.read(collection, track)
        base: Column | None = None
        for row, off in zip(rows, offs, strict=True):
            with switched_off(off):
                answers = [read.answered(models.calibration, models.settings) for read in found]
            sides, beside = _sides(found, answers)
            base = sides if base is None else base
            row += [f"{100 * sides.mean():.1f}" if base is sides else gain(sides, base), str(beside)]
        n = len(sides)
        columns += [f"{collection.name}: sides shown ({n})", f"alternatives beside others ({len(found) - n})"]
    return markdown_table(("", *columns), rows)


def _sides(found: Sequence[Read], answers: Sequence[Answer]) -> tuple[Column, int]:
    """The share of its sides that each disagreement shows, and how many other questions show an alternative."""
    shares, beside = [], 0
    for read, answer in zip(found, answers, strict=True):
        if read.question.kind == "disagreement":
            shown = [citation for each in (answer, *answer.alternatives) for citation in each.citations]
            shares.append(share_cited(shown, read.question.groups))
        else:
            beside += bool(answer.alternatives)
    return np.array(shares), beside


# Follow-ups ------------------------------------------------------------------------------------------------------


def compare_follow_ups(collection: Collection, dialogues: Sequence[Dialogue], models: Models) -> str:
    """Follow-ups answered right after the turns before them, and how that changes without each part."""
    index = build_index(collection.documents, None, models.settings, encoder=models.encoder)
    assistant = Assistant(index, models.settings, models.reader, models.calibration)
    base, understood = _followed(assistant, dialogues)
    rows = [["as it is", f"{100 * base.mean():.1f}", f"of {len(base)}", "", ""]]
    for switch in (*FOLLOW_UPS, FOLLOW_UPS_OFF):
        with switched_off([switch]):
            right, others = _followed(assistant, dialogues)
        changed = sum(one != other for one, other in zip(understood, others, strict=True))
        better, worse = int((right > base).sum()), int((right < base).sum())
        change = gain(right, base) if changed else "0"
        rows.append([f"without {switch.name}", change, str(changed), str(better), str(worse)])
    return markdown_table(("", "answered right", "understood otherwise", "better", "worse"), rows)


def _followed(assistant: Assistant, dialogues: Sequence[Dialogue]) -> tuple[Column, list[str]]:
    """Whether each follow-up is right, and how it was understood."""
    found = follow(assistant, dialogues)
    return np.array([float(one.right[1]) for one in found]), [one.understood for one in found]

"""Pinned questions: asked again when documents change, the old answer beside the new one.

A pin lives in the browser's own store, as JSON like that of a conversation (`qa.kept.conversation`). When it is read
back, each field is checked. Its words are shown as the answer of that day; only words that still stand in a document
are cited.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from embeddings.errors import RecordError
from qa.english.words import same_answer, words
from qa.kept.conversation import FORMAT, Find, Recalled, Table, answer_to_row, documents_of, recalled
from qa.kept.fields import Fields, read_object
from qa.show.cards import CARDS
from qa.talk.exchange import Lost
from qa.types import Answer, Turn

MOST_PINS = 200  # of a browser
MOST_CHARACTERS = 2_000_000  # of a pin
_MOST = 200  # other sides of a pin, and words that can't be opened any more
_GONE = "the document is not here any more, or was changed"
_NAME = "a pin of the browser's store"

Became = Literal["same", "changed", "answered", "unanswered"]


@dataclass(frozen=True, slots=True)
class Pin:
    """A question that was pinned.

    Attributes:
        then: the question and its answer, as far as what it cites is still there.
        sides: the words of its alternatives, as they were given.
        time: when it was pinned, ISO 8601.
        update: the number of the index's update that it was asked of.
    """

    then: Recalled
    sides: tuple[str, ...]
    time: str
    update: int


@dataclass(frozen=True, slots=True)
class Revisited:
    """A pin that was asked again.

    Attributes:
        pin: as it was.
        now: the answer today.
        became: "same"; "changed": other words, or other sides of a disagreement; "answered": there was none and there
            is one now; "unanswered": the other way round.
        update: of the index, today.
    """

    pin: Pin
    now: Answer
    became: Became
    update: int


def pinned(turn: Turn, update: int, time: datetime) -> Pin:
    """A turn as a pin."""
    sides = tuple(other.text or "" for other in turn.answer.alternatives)
    return Pin(Recalled.of(turn), sides, time.isoformat(timespec="seconds"), update)


def revisit(pin: Pin, now: Answer, update: int) -> Revisited:
    """A pin beside today's answer to its question, and what changed."""
    before, after = pin.then.text, now.text
    became: Became = "changed"
    if before is None or after is None:
        became = "same" if before == after else ("answered" if before is None else "unanswered")
    elif _agree(before, after, now.is_list) and _same_sides(
        pin.sides, [other.text or "" for other in now.alternatives]
    ):
        became = "same"
    return Revisited(pin, now, became, update)


def repinned(revisited: Revisited, time: datetime) -> Pin:
    """The pin with today's answer instead of the old one, once the change was shown."""
    return pinned(Turn(revisited.pin.then.question, revisited.now), revisited.update, time)


def _agree(one: str, other: str, is_list: bool) -> bool:
    """Whether two answers say the same; of lists, whether they have the same items in any order."""
    if is_list and ";" in one + other:
        return {words(item) for item in one.split(";")} == {words(item) for item in other.split(";")}
    return same_answer(one, other)


def _same_sides(before: Sequence[str], after: Sequence[str]) -> bool:
    if len(before) != len(after):
        return False
    return all(any(same_answer(one, other) for other in after) for one in before)


# ---------------------------------------------------------------- the browser's store


def to_json(pin: Pin) -> str:
    """A pin for the browser's store."""
    table, then = Table(), pin.then
    kept = then.answer if then.answer is not None else Answer(then.understood, None, then.confidence)
    row = {
        "question": then.question,
        "time": pin.time,
        "update": pin.update,
        "answer": answer_to_row(kept, table) | {"text": then.text},
        "sides": [{"text": side} for side in pin.sides],
        "lost": [asdict(each) for each in then.lost],
    }
    said = {"form": "pincite pins", "format": FORMAT, "documents": table.rows, "pins": [row]}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def from_json(written: str, find: Find) -> Pin:
    """A pin of a browser's store, each citation looked up again.

    Raises:
        RecordError: it is not the JSON of `to_json`; the message says where.
    """
    said = read_object(written, _NAME, MOST_CHARACTERS)
    documents, rows = documents_of(said, _NAME), said.each("pins", 1)
    if not rows:
        raise RecordError(f"{_NAME} is damaged; take it away")
    row = rows[0]
    then = recalled(row.text("question"), row.inside("answer"), documents, find)
    lost = tuple(_kept(each) for each in row.each("lost", _MOST))
    sides = tuple(side.text("text") for side in row.each("sides", _MOST))
    return Pin(replace(then, lost=(*then.lost, *lost)), sides, row.text("time", 60), row.number("update"))


def _kept(row: Fields) -> Lost:
    """Words that could not be opened when the pin was kept."""
    said = (row.text("words"), row.text("quote"), row.text("title"), row.text("source"))
    return Lost(*said, row.maybe_text("date"), _GONE)


# ---------------------------------------------------------------- showing


def to_html(revisited: Revisited) -> str:
    """Old and new answer side by side as HTML; today's alone if both agree."""
    return CARDS.pin(revisited)

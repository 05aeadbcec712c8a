"""Follow-ups with their rewrites, and pairs of questions that have nothing to do with each other.

The rewrites are those of CANARD (Elgohary et al. 2019), TREC CAsT 2019, 2021 and 2022, and MTRAG (Katsis et al. 2025).
`splits.json` names the conversations that are only reported; those of CAsT 2019 are set aside in
`eval.talks.conversations`. Unrelated pairs are whole questions with their answers, shuffled, of sets whose questions
stand alone; the second question has nothing to do with the first.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embeddings.errors import GoldError
from eval.sets.lines import Part, file_of, load_lines
from eval.sets.rows import read_text, row_of
from eval.sets.squad import DATA_FILE as SQUAD_FILE
from eval.sets.squad import SPLITS, Squad, article_of, load_squad, reported_articles, training_articles, tuning_articles
from eval.talks.conversations import DATA_FILE, Counts, counts, load_conversations, standalone, terms
from qa.kept.fields import Fields
from qa.types import Answer, Turn

FORM = "a line holds id, title, question, rewrite and history (question and answer)"
REWRITTEN = ("canard_dev", "cast2021_2022", "mtrag")
CAST = "cast2019"
# Sets of questions that were asked without the others in view, so that each says what it is about.
ALONE = ("qed_nq", "tydiqa_goldp_en", "clapnq_dev", "covidqa", "tatqa_text", "cuad")
_NO_ANSWER = ("", "I don't know.", "CANNOTANSWER")
_LONGEST = 400  # characters of an answer


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A question after the turns before it, and how it reads alone.

    Attributes:
        source: the set it is of; `talk`: the conversation, or what several conversations are about.
        history: the questions before it, understood as their rewrites say.
    """

    source: str
    talk: str
    question: str
    rewrite: str
    history: tuple[Turn, ...]

    @property
    def added(self) -> frozenset[str]:
        """The terms that the rewrite adds."""
        return terms(self.rewrite) - terms(self.question)

    @property
    def before(self) -> frozenset[str]:
        """The terms of the turns before it."""
        return frozenset[str]().union(*(terms(_said(turn)) for turn in self.history))


def load_rewritten(folder: Path, part: Part) -> tuple[Rewritten, ...]:
    """The follow-ups of a part, of the sets that are in the folder: "report", or "train".

    Raises:
        GoldError: none of the sets is there, or one has another form.
    """
    found: list[Rewritten] = []
    for name in REWRITTEN:
        if (path := folder / file_of(name)).is_file():
            found += _of_set(name, path, part)
    if (folder / DATA_FILE).is_file():
        found += _of_cast(folder, part)
    if not found:
        raise GoldError(f"{folder}: holds none of {', '.join((*map(file_of, REWRITTEN), DATA_FILE))}")
    return tuple(found)


def talk_of(name: str, id: str, title: str) -> str:
    """What a conversation is told apart by: its topic, or where that is not told its number.

    >>> talk_of("canard_dev", "C_1_3", "Frank Zappa / Disbandment"), talk_of("mtrag", "mtrag-govt-5600<::>4", "MTRAG")
    ('Frank Zappa', 'mtrag-govt-5600')
    >>> talk_of("cast2021_2022", "cast2021_2022-2022_135_4-1_3", "CAsT 2022")
    '2022_135'
    """
    if name == "canard_dev":
        return title.partition(" / ")[0]
    if name == "mtrag":
        return id.partition("<::>")[0]
    return "_".join(id.removeprefix("cast2021_2022-").split("_")[:2])


def _of_set(name: str, path: Path, part: Part) -> Iterator[Rewritten]:
    aside = json.loads(SPLITS.read_text(encoding="utf-8")).get(path.name, {}).get("report", ())
    lines = read_text(path, "JSON lines, gzip or not").split("\n")
    rows = [row_of(json.loads(line), f"{path}:{n}", FORM) for n, line in enumerate(lines, 1) if line.strip()]
    rows = [row for row in rows if row.values.get("rewrite")]
    asked = {row.identifier("id"): [turn.text("question") for turn in row.rows("history")] for row in rows}
    understood = {(*asked[row.identifier("id")], row.text("question")): row.text("rewrite") for row in rows}
    for row in rows:
        before, talk = asked[row.identifier("id")], talk_of(name, row.identifier("id"), row.text("title"))
        if before and (talk in aside) == (part == "report"):
            turns = (
                _turn(turn, understood.get(tuple(before[: i + 1]), before[i]))
                for i, turn in enumerate(row.rows("history"))
            )
            yield Rewritten(name, talk, row.text("question"), row.text("rewrite"), tuple(turns))


def _turn(row: Fields, understood: str) -> Turn:
    said = row.text("answer").strip()
    return Turn(row.text("question"), Answer(understood, None if said in _NO_ANSWER else said[:_LONGEST], 1.0))


def _of_cast(folder: Path, part: Part) -> Iterator[Rewritten]:
    for conversation in load_conversations(folder):
        turns: list[Turn] = []
        for turn in conversation.turns:
            if turns and conversation.set_aside == (part == "report"):
                yield Rewritten(CAST, conversation.id, turn.question, turn.resolved, tuple(turns))
            turns.append(Turn(turn.question, Answer(turn.resolved, None, 0.0)))


# Unrelated pairs -----------------------------------------------------------------------------------------------------


def load_unrelated(folder: Path, part: Part, count: int, seed: int = 0) -> tuple[Rewritten, ...]:
    """Questions after turns of other documents or of a conversation, as many of each set; they are their rewrites.

    Raises:
        GoldError: a set can't be read.
    """
    drawn = random.Random(f"{seed}/{part}")
    sets = {name: found for name, found in _standing_alone(folder, part).items() if len(found) > 3}
    turns = [(title, turn) for found in sets.values() for title, turn in drawn.sample(found, min(len(found), count))]
    talks = [one.history for one in load_rewritten(folder, "report" if part == "report" else "train")]
    pairs = []
    for name, found in sets.items():
        for title, turn in drawn.sample(found, min(len(found), count // len(sets))):
            others = [other for of, other in drawn.sample(turns, min(40, len(turns))) if of != title]
            near = max(others, key=partial(_shared, turn))  # every third follows a question with some of its words
            way = drawn.randrange(3)
            before = drawn.choice(talks) if way == 0 else (near,) if way == 1 else tuple(others[: drawn.randint(1, 3)])
            pairs.append(Rewritten(name, title, turn.question, turn.question, before))
    return tuple(pairs)


def _shared(a: Turn, b: Turn) -> int:
    """How many words two questions share."""
    return len({*a.question.lower().split()} & {*b.question.lower().split()})


def _standing_alone(folder: Path, part: Part) -> dict[str, list[tuple[str, Turn]]]:
    """The questions of each set with what they are about, each question once."""
    found = {}
    for name in ALONE:
        if (path := folder / file_of(name)).is_file():
            found[name] = _turns_of(load_lines(path, part))
    if (path := folder / SQUAD_FILE).is_file():
        articles = {"train": training_articles, "tune": tuning_articles, "report": reported_articles}[part]()
        found["squad2"] = _turns_of(load_squad(path, articles))
    return found


def _turns_of(read: Squad) -> list[tuple[str, Turn]]:
    found: dict[str, tuple[str, Turn]] = {}
    for question, document in zip(read.questions, read.written_on, strict=True):
        said = next((answer.text[:_LONGEST] for answer in question.answers), None)
        turn = Turn(question.question, Answer(question.question, said, 0.9 if said else 0.1))
        found.setdefault(question.question, (article_of(document), turn))
    return list(found.values())


# How they are understood ---------------------------------------------------------------------------------------------

# A question after the turns before it -> how it is understood.
Method = Callable[[str, Sequence[Turn]], str]
METHODS_AFTER: dict[str, Method] = {
    "nothing": lambda question, turns: question,
    "the last turn": lambda question, turns: f"{question} {_said(turns[-1])}",
    "all turns": lambda question, turns: " ".join((question, *map(_said, turns))),
    "Pincite": standalone,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """How a question was understood.

    Attributes:
        counts: of the terms of the turns before that were added, and that its rewrite adds.
        leans: its rewrite adds terms of theirs; `changed`: the method did not leave it as it was.
    """

    counts: Counts
    leans: bool
    changed: bool


def judged(asked: Rewritten, method: Method = standalone) -> Judged:
    """A method on a question."""
    understood = method(asked.question, asked.history)
    found = counts(asked.question, understood, asked.rewrite, [_said(turn) for turn in asked.history])
    return Judged(found, found.wanted > 0, understood != asked.question)


def _said(turn: Turn) -> str:
    return f"{turn.answer.question} {turn.answer.text or ''}"

"""How well follow-ups are understood: conversations whose questions were rewritten by hand to stand alone.

The data are those of TREC CAsT 2019 (Dalton et al. 2020, arXiv 2003.13624): JSON lines, a conversation on each.

    {"id": "cast2019_31", "turns": [{"question": "Is it treatable?", "resolved": "Is throat cancer treatable?"}, ...]}

Scored as query resolution is (Voskarides et al. 2020): the terms of the history that the rewrite adds to a question are
right, those that the understood question adds are found; precision, recall and F1 are taken over all questions but the
first of each conversation. Terms are words without stop words, in the analyser of the index (lower case, no accents,
stemmed). There are no answers in this set, so a history is questions only, each as the system itself understood it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tantivy

from embeddings.errors import GoldError
from embeddings.search.lexical import analyser
from eval.sets.rows import read_text, row_of
from qa.followup.resolve import readings
from qa.types import Answer, Turn

DATA_FILE = "cast2019_resolved.jsonl.gz"
FORM = "a line holds id and turns, each with question and resolved; see TREC CAsT 2019"
# Topics that nobody has read: set aside before anything was written, and looked at for the figures alone.
FIRST_SET_ASIDE, EVERY = 46, 4

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further had has have having he her here hers
    him his how i if in into is it its itself just me more most my no nor not now of off on once only or other our out
    over own same she should so some such than that the their theirs them then there these they this those through to
    too under until up very was we were what when where which while who whom why will with would you your tell
    describe s t""".split()
)


@dataclass(frozen=True, slots=True)
class ManualTurn:
    """A question as it was asked, and as somebody rewrote it to stand alone."""

    question: str
    resolved: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions in their order."""

    id: str
    turns: tuple[ManualTurn, ...]

    @property
    def set_aside(self) -> bool:
        """Whether it is kept for the figures: never used for fitting, never read."""
        number = int("".join(c for c in self.id.rsplit("_", 1)[-1] if c.isdigit()) or 0)
        return number >= FIRST_SET_ASIDE and number % EVERY == 0


def load_conversations(folder: Path) -> tuple[Conversation, ...]:
    """The conversations of a folder that holds DATA_FILE. Raises GoldError as `read_conversations`."""
    return read_conversations(folder / DATA_FILE)


def read_conversations(path: Path) -> tuple[Conversation, ...]:
    """The conversations of a file.

    Raises:
        GoldError: it is not there, or has another form.
    """
    if not path.is_file():
        raise GoldError(f"{path}: not there; expected the conversations of TREC CAsT 2019 with their manual rewrites")
    lines = read_text(path, "conversations as JSON lines, gzip or not").splitlines()
    return tuple(_conversation(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip())


def _conversation(line: str, place: str) -> Conversation:
    try:
        row = row_of(json.loads(line), place, FORM)
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{place}: not JSON ({error}); {FORM}") from None
    turns = tuple(ManualTurn(turn.text("question"), turn.text("resolved")) for turn in row.rows("turns"))
    return Conversation(row.identifier("id"), turns)


# Terms -----------------------------------------------------------------------------------------------------------


def terms(text: str) -> frozenset[str]:
    """The stemmed words of a text without stop words.

    >>> sorted(terms("Are throat cancers treatable?"))
    ['cancer', 'throat', 'treatabl']
    """
    kept = " ".join(word for word in _analyser().analyze(text.replace("’", "'")) if word not in _stopped())
    return frozenset(kept.split())


@cache
def _analyser() -> tantivy.TextAnalyzer:
    return analyser()


@cache
def _stopped() -> frozenset[str]:
    return frozenset(_analyser().analyze(" ".join(STOP_WORDS)))


@dataclass(frozen=True, slots=True)
class Counts:
    """Terms of the history that a method added to questions, those that the rewrites add, and those in both."""

    added: int = 0
    wanted: int = 0
    both: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.added + other.added, self.wanted + other.wanted, self.both + other.both)

    @property
    def precision(self) -> float:
        """Share of the added terms that the rewrites add; 0 where none was added."""
        return self.both / self.added if self.added else 0.0

    @property
    def recall(self) -> float:
        """Share of the terms of the rewrites that were added."""
        return self.both / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.both / (self.added + self.wanted) if self.both else 0.0


def counts(question: str, rewritten: str, resolved: str, history: Sequence[str]) -> Counts:
    """Counts the terms of earlier questions that were added to a question, and those that its rewrite adds.

    >>> counts("Is it treatable?", "Is throat cancer treatable?", "Is lung cancer treatable?", ["Lung cancer"])
    Counts(added=1, wanted=2, both=1)
    """
    before = frozenset[str]().union(*map(terms, history)) - terms(question)
    added, wanted = terms(rewritten) & before, terms(resolved) & before
    return Counts(len(added), len(wanted), len(added & wanted))


# Methods ---------------------------------------------------------------------------------------------------------

# A question and those before it, as they were asked -> how it is understood.
Method = Callable[[str, Sequence[str]], str]


def standalone(question: str, history: Sequence[Turn]) -> str:
    """A question as it is likeliest understood after turns, oldest first."""
    return readings(question, history)[0]


def understood(question: str, history: Sequence[str]) -> str:
    """Ours: the questions before it are understood in their turn."""
    turns: list[Turn] = []
    for asked in history:
        turns.append(Turn(asked, Answer(standalone(asked, turns), None, 0.0)))
    return standalone(question, turns)


OURS = "Pincite"
METHODS: dict[str, Method] = {
    "nothing": lambda question, history: question,
    "the first question": lambda question, history: f"{question} {history[0]}",
    "the last question": lambda question, history: f"{question} {history[-1]}",
    "all history": lambda question, history: " ".join((question, *history)),
    OURS: understood,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A method on the later questions of one conversation.

    Attributes:
        counts: of the terms.
        alone: questions that the rewrite leaves as they are; `kept`: those of them that the method leaves too.
    """

    counts: Counts
    kept: int
    alone: int


def measured(conversation: Conversation, method: Method) -> Measured:
    """A method over every question of a conversation but the first."""
    asked = [turn.question for turn in conversation.turns]
    total, kept, alone = Counts(), 0, 0
    for i, turn in enumerate(conversation.turns[1:], start=1):
        rewritten = method(turn.question, asked[:i])
        total += counts(turn.question, rewritten, turn.resolved, asked[:i])
        if terms(turn.question) == terms(turn.resolved):
            alone += 1
            kept += terms(rewritten) == terms(turn.question)
    return Measured(total, kept, alone)

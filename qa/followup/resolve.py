"""A question and the turns before it -> a question that stands alone.

Whether it leans on them, and which of their phrases belong to it, is learnt (`qa.followup.choosing`). A phrase takes
the place of what points to it, so that the question reads as somebody would have asked it: "Who leads the Harbour
Party?" (Ana Ruiz) - "When was she born?" - "When was Ana Ruiz born?" A question with a name of its own and nothing that
points back stands alone, and is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from embeddings.models.encoder import Vectors
from qa.english.names import TITLES
from qa.english.phrases import phrases
from qa.english.tagging import tagged
from qa.followup.choosing import TIME, Chooser, Reading, encoded, shipped_chooser
from qa.followup.ellipsis import asked_again, asked_of, is_bare, is_fragment
from qa.followup.mentions import Mention
from qa.followup.pointing import Kind, Pointer
from qa.types import Turn

_MOST, _SECOND = 2, 0.9  # phrases that are added, and the likelihood of a second: too much in a question finds less


def readings(question: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """How a question may be understood after turns, oldest first; where it may stand alone, as it was asked too."""
    if not history or re.search(r"\w", question) is None:
        return (question,)
    reading, chooser = Reading.of(question, history), shipped_chooser()
    likely, (first, sure, _) = _leaning(reading, chooser), chooser.limits
    shows = reading.connected or reading.points or is_bare(question)  # by its own words
    understood = _understood(reading, chooser) if likely >= (first if shows else sure) else question
    return (understood,) if (shows and likely >= sure) or understood == question else (understood, question)


def _leaning(reading: Reading, chooser: Chooser) -> float:
    """How likely a question leans on what was said. Of one with nothing but "when" or "and the poor" it is sure."""
    if is_bare(reading.bare) or (reading.connected and is_fragment(reading.bare)):
        return 1.0
    if any(phrase.named for phrase in reading.phrases) and not (reading.connected or reading.points):
        return 0.0
    return chooser.leaning(reading)


def _understood(reading: Reading, chooser: Chooser) -> str:
    """A question that leans, with what it leaves out."""
    bare, last = reading.bare, reading.history[-1].answer
    again = asked_again(bare, last.question, last.text or "") if is_bare(bare) else None
    again = asked_of(bare, last.question, encoded) if is_fragment(bare) else again
    if again is not None or not reading.known:
        return again or reading.question
    understood = _resolved(bare, reading, chooser)
    return understood[:1].upper() + understood[1:]


def _resolved(bare: str, reading: Reading, chooser: Chooser) -> str:
    """A question with its pronouns replaced by what they mean, and the other phrases that belong to it."""
    edits: dict[str, tuple[int, int, str]] = {}  # what is replaced, where, and by what
    used: list[Mention] = []
    likely = _likely(reading, reading.kind, chooser)
    for pointer in reading.pointers:  # later ones of a kind mean the same
        if pointer.kind not in edits:
            meant = likely if pointer.kind == reading.kind else _likely(reading, pointer.kind, chooser)
            used.append(reading.known[int(meant.argmax())])
            edits[pointer.kind] = pointer.start, pointer.end, _as_pronoun(pointer, used[-1])
    more: list[Mention] = []
    for i in likely.argsort()[::-1]:
        mention, enough = reading.known[int(i)], _SECOND if used or more else chooser.limits[2]
        if likely[i] < enough or len(used) + len(more) >= _MOST:
            break
        if not any(mention.stems & other.stems for other in (*used, *more)):
            more.append(mention)
    for mention in tuple(more):  # "the ferry" of before is "the Aurora ferry"
        for phrase in reading.phrases:
            if phrase.head == mention.phrase.head and not phrase.asked and {*phrase.words} < {*mention.words}:
                edits[mention.text] = phrase.start, phrase.end, mention.text
        more = [other for other in more if other.text not in edits]
    for start, end, new in sorted(edits.values(), reverse=True):
        bare = bare[:start] + new + bare[end:]
    return _appended(bare, more if _is_open(reading) else ())


def _likely(reading: Reading, kind: Kind | None, chooser: Chooser) -> Vectors:
    """How likely each phrase is meant: what was learnt, with what the conversations have too little of."""
    odds = np.exp([_prior(mention, kind) for mention in reading.known])
    likely = np.clip(chooser.belonging(reading, kind), 1e-6, 1 - 1e-6)
    return np.asarray(odds * likely / (1 - likely + odds * likely), np.float32)


def _prior(mention: Mention, kind: Kind | None) -> float:
    """The log-odds for what the conversations that were learnt hardly have: short answers, offices, dates, places."""
    number = TIME.search(mention.text) is not None
    office = kind == "person" and not TITLES.isdisjoint(mention.words)
    named = mention.phrase.named and kind != "person" and mention.whole and mention.age == 0 and not number
    answer = -2.0 * (mention.said and not mention.phrase.named) + 1.0 * named
    within = kind != "place" and mention.phrase.named and mention.phrase.before in ("in", "at", "near", "from")
    return 5.0 * office + answer - 2.0 * within - 3.0 * number


def _is_open(reading: Reading) -> bool:
    """Whether nothing limits a question, as "why" does, or "of the committee", so that phrases may be added."""
    first, _, *others = (*(token.lower for token in reading.tokens), "")
    limited = first == "why" or not {"that", "there"}.isdisjoint(others)
    limited = limited or any(phrase.definite and phrase.before for phrase in reading.phrases)
    return reading.points or reading.connected or not limited


def _as_pronoun(pointer: Pointer, meant: Mention) -> str:
    """A phrase in the form of a pronoun: "Ana Ruiz's" for "her", "in Oslo" for "there"."""
    if pointer.kind == "place":
        return f"in {meant.text}"
    several = meant.text.endswith("s") and meant.phrase.plural
    return meant.text + ("" if not pointer.possessive else "’" if several else "'s")


def _appended(question: str, meant: Sequence[Mention]) -> str:
    """A question with phrases at its end: "of lung cancer" behind a noun that nothing limits, else in brackets."""
    if not meant:
        return question
    body, end = question.rstrip(" ?!."), "?" if question.rstrip().endswith("?") else ""
    found, text = phrases(body), ", ".join(mention.text for mention in meant)
    closed = found and found[-1].end == len(body) and not found[-1].before and not found[-1].named
    if closed and len(meant) == 1 and not any(token.tag == "verb" for token in tagged(body)[1:]):
        return f"{body} of {text}{end}"
    return f"{body} ({text}){end}"

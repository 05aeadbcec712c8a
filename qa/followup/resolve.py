"""A question and the turns before it -> a question that stands alone.

Whether it leans on them, and which of their phrases belong to it, is learnt (`qa.followup.choosing`). A phrase takes
the place of what points to it, so that the question reads as somebody would have asked it: "Who leads the Harbour
Party?" (Ana Ruiz) - "When was she born?" - "When was Ana Ruiz born?" A question with a name of its own and nothing that
points back stands alone, and is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.english.phrases import phrases
from qa.english.tagging import tagged
from qa.followup.choosing import Chooser, Reading, encoded, shipped_chooser
from qa.followup.ellipsis import asked_again, asked_of, is_bare, is_fragment
from qa.followup.mentions import Mention
from qa.followup.pointing import Pointer, pointers
from qa.types import Turn

_MOST, _SECOND = 2, 0.9  # phrases that are added, and the likelihood of a second: too much in a question finds less


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it is understood after the turns before it, oldest first; unchanged where it stands alone."""
    return readings(question, history)[0]


def readings(question: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """How a question may be understood; where it may stand alone after all, as it was asked too."""
    if not history or re.search(r"\w", question) is None:
        return (question,)
    reading, chooser = Reading.of(question, history), shipped_chooser()
    likely, (first, sure, _) = _leaning(reading, chooser), chooser.limits
    understood = _understood(reading, chooser) if likely >= first else question
    return (understood,) if likely >= sure or understood == question else (understood, question)


def _leaning(reading: Reading, chooser: Chooser) -> float:
    """How likely a question leans on what was said. Of one with nothing but "when" or "and the poor" it is sure."""
    if is_bare(reading.bare) or (reading.connected and is_fragment(reading.bare)):
        return 1.0
    named = any(phrase.named for phrase in reading.phrases)
    if named and not (reading.connected or reading.pointers or any(phrase.pointing for phrase in reading.phrases)):
        return 0.0
    return chooser.leaning(reading)


def _understood(reading: Reading, chooser: Chooser) -> str:
    """A question that leans, with what it leaves out."""
    bare, last = reading.bare, reading.history[-1].answer
    again = asked_again(bare, last.question, last.text or "") if is_bare(bare) else None
    again = asked_of(bare, last.question, encoded) if is_fragment(bare) else again
    if again is not None or not reading.known:
        return again or reading.question
    if re.search(r"\babout\b", reading.question[: reading.question.rfind(bare)], re.IGNORECASE):
        bare = reading.question  # "What about its roots?" is no question without its beginning
        reading = replace(reading, tokens=tagged(bare), phrases=phrases(bare), pointers=pointers(bare))
    understood = _resolved(bare, reading, chooser)
    return understood[:1].upper() + understood[1:]


def _resolved(bare: str, reading: Reading, chooser: Chooser) -> str:
    """A question with its pronouns replaced by what they mean, and the other phrases that belong to it."""
    edits: dict[str, tuple[int, int, str]] = {}  # what is replaced, where, and by what
    used: list[Mention] = []
    for pointer in reading.pointers:  # later ones of a kind mean the same
        likely = chooser.belonging(reading, pointer.kind)
        if pointer.kind not in edits and likely.max() >= chooser.limits[2]:
            used.append(reading.known[int(likely.argmax())])
            edits[pointer.kind] = pointer.start, pointer.end, _as_pronoun(pointer, used[-1])
    likely = chooser.belonging(reading, reading.pointers[0].kind if reading.pointers else None)
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
    return _appended(bare, more)


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

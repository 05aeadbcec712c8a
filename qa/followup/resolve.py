"""A question and the turns before it -> a question that stands alone.

What leaves out or points back is told by the words (`qa.followup.ellipsis`, `qa.followup.pointing`), what it means by
what the turns before spoke of (`qa.followup.antecedents`). A name or phrase takes the place of what points to it, so
that the question reads as somebody would have asked it:

- "When did the envoy arrive?" - "And where?" - "Where did the envoy arrive?"
- "How much do the rich pay?" - "And the poor?" - "How much do the poor pay?"
- "Who leads the Harbour Party?" (Ana Ruiz) - "When was she born?" - "When was Ana Ruiz born?"
- "What is lung cancer?" - "What are the symptoms?" - "What are the symptoms of lung cancer?"

A question with a name of its own and nothing that points back stands alone, and is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.english.phrases import Phrase, phrases
from qa.english.tagging import tagged
from qa.english.words import stem
from qa.followup.antecedents import Mention, Weights, mentions, scores, shipped_weights
from qa.followup.ellipsis import (
    asked_again,
    asked_of,
    counted_again,
    introduces,
    is_bare,
    is_fragment,
    without_connective,
)
from qa.followup.pointing import Pointer, Pointers, pointers
from qa.types import Turn

_LONGEST_ANSWER = 80  # characters of an answer that are taken along
ANSWERED = 1.0
_PLACES = frozenset("town city village country province region area island district state capital".split())
_PERSONS = frozenset(
    """man woman leader minister president envoy general commander spokesman spokeswoman official author captain mayor
    ambassador secretary director politician professor journalist activist doctor teacher""".split()
)
_RANKED = re.compile(r"\b(?:first|second|third|last|next|other|same|\w+est)\b", re.IGNORECASE)


def standalone(question: str, history: Sequence[Turn], weights: Weights | None = None) -> str:
    """The question as it is understood after the turns before it, oldest first; unchanged where it stands alone.

    Args:
        weights: of the choice among earlier mentions; None for those that ship.
    """
    if not history or re.search(r"\w", question) is None:
        return question
    last = history[-1].answer
    bare, connected = without_connective(question)
    if is_bare(bare):
        said = (last.text or "")[:_LONGEST_ANSWER]
        return asked_again(bare, last.question, said) or _with_terms(bare, f"{_content(last.question)} {said}")
    if (counted := counted_again(bare, last.question)) is not None:
        return counted
    if is_fragment(bare):
        if not connected and not question.rstrip().endswith("?"):
            return question  # key words, as one types them into a search
        return asked_of(bare, last.question) or _with_terms(bare, _content(last.question))
    if re.search(r"\babout\b", question[: question.rfind(bare)], re.IGNORECASE):
        bare = question  # "What about its roots?" is no question without its beginning
    chosen_by = weights if weights is not None else shipped_weights()
    return _resolved(question, bare, connected, mentions(history), chosen_by)


def leans(question: str) -> bool:
    """Whether a question shows by its own words that it needs the turns before it.

    >>> leans("And when was it founded?"), leans("When?"), leans("Who founded the party in Madrid?")
    (True, True, False)
    """
    bare, connected = without_connective(question)
    return connected or is_bare(bare) or is_fragment(bare) or bool(pointers(bare))


def _resolved(question: str, bare: str, connected: bool, known: Sequence[Mention], weights: Weights) -> str:
    """A question with its pronouns and phrases replaced by what they mean; unchanged if there is nothing to replace."""
    found = pointers(bare)
    if not found and (introduces(bare) or (not connected and any(phrase.named for phrase in phrases(bare)))):
        return question
    new = [mention for mention in known if not _within(mention, bare)]
    edits = [*_pronouns(bare, found, new, weights), *_pointing_phrases(found, new)]
    if not found:
        edits = _definite_phrases(bare, known)
    if edits:
        return _capitalised(_edited(bare, edits))
    # Of a person one says "her address", not "the address".
    left_out = _no_places([mention for mention in new if found or mention.kind != "person"])
    chosen = _best(bare, found, left_out, known, weights) if found or connected or _leaves_open(bare) else None
    if chosen is None:
        return question if not connected else _capitalised(bare)
    return _capitalised(_appended(bare, chosen))


def _leaves_open(question: str) -> bool:
    """Whether nothing in a question limits it: "What are the symptoms?", not "Who was killed in the flood?"

    A definite phrase limits it where a preposition stands in front, and a reason is asked of what the question names.
    """
    tokens = tagged(question)
    if tokens[0].lower == "why" or any(token.lower in ("that", "there") for token in tokens[2:]):
        return False
    return not any(phrase.definite and phrase.before for phrase in phrases(question))


def _no_places(known: Sequence[Mention]) -> Sequence[Mention]:
    """Drops places that were mentioned only as a location, if the same turn mentions something else."""
    latest = [mention for mention in known if mention.kind != "place" or mention.said]
    return latest if latest and latest[0].age == known[0].age else known


def _within(mention: Mention, question: str) -> bool:
    """Whether a question already contains a phrase."""
    return mention.stems <= {stem(token.lower) for token in tagged(question)}


# What it means ---------------------------------------------------------------------------------------------------


def _best(
    question: str, found: Pointers, known: Sequence[Mention], spoken_of: Sequence[Mention], weights: Weights
) -> Mention | None:
    """The phrase of the history that belongs to a question; None without one."""
    if not known:
        return None
    none, *rest = scores(question, found, known, spoken_of, weights)
    goes_on = found.number == "one" and any(mention.carried and mention.age == 0 for mention in known)
    best = max(range(len(known)), key=lambda i: rest[i] + (0.0 if goes_on else _answering(known[i])))
    return known[best] if found or rest[best] > none else None


def _meant(
    pointer: Pointer, question: str, found: Pointers, known: Sequence[Mention], weights: Weights
) -> Mention | None:
    """The phrase that a pronoun means."""
    if pointer.kind == "person":
        return _person(known)
    things = [mention for mention in known if mention.kind != "person"]
    if pointer.kind == "place":
        things = [mention for mention in things if mention.kind == "place"] or things
    if pointer.kind == "several":
        things = [mention for mention in known if mention.plural or mention.kind != "person"]
    if pointer.kind == "thing":
        things = [mention for mention in things if not mention.plural or mention.named] or things
    return _best(question, found, things if pointer.kind == "place" else _no_places(things), known, weights)


def _answering(mention: Mention) -> float:
    """The log-odds added for a mention that is an answer, because the data of the fit have no answers."""
    return ANSWERED if mention.said and mention.age == 0 else 0.0


def _person(known: Sequence[Mention]) -> Mention | None:
    """The mention that "he" or "she" means: the last person, else the last name that may be a person's."""
    persons = [mention for mention in known if mention.kind == "person"]
    maybe = [m for m in known if m.kind == "" and m.named and not m.phrase.definite and not m.text.isupper()]
    return next(iter(persons or maybe), None)


# What replaces it --------------------------------------------------------------------------------------------------

Edit = tuple[int, int, str]  # start and end in the question, and the replacement


def _pronouns(question: str, found: Pointers, known: Sequence[Mention], weights: Weights) -> list[Edit]:
    """The replacements of the first pronoun of each kind; later ones mean the same."""
    edits: dict[str, Edit] = {}
    for pointer in found.pronouns:
        meant = None if pointer.kind in edits else _meant(pointer, question, found, known, weights)
        if meant is not None:
            both = _and_another(meant, known) if pointer.kind == "several" else ""
            edits[pointer.kind] = pointer.start, pointer.end, _as_pronoun(pointer, meant, question) + both
    return list(edits.values())


def _and_another(meant: Mention, known: Sequence[Mention]) -> str:
    """What "they" means if the chosen mention is a single thing: a plural mention of the same question."""
    if meant.plural or meant.age or meant.phrase.definite:
        return ""
    others = [
        m
        for m in known
        if m is not meant and m.age == 0 and not m.plural and m.named == meant.named and m.phrase.before
    ]
    return f" and {others[0].text}" if len(others) == 1 and not others[0].said else ""


def _as_pronoun(pointer: Pointer, meant: Mention, question: str) -> str:
    """A phrase in the form of a pronoun: "Ana Ruiz's" for "her", "in Oslo" for "there", "stew" for "one"."""
    if pointer.kind == "one":
        several = question[pointer.start : pointer.end].lower() == "ones" and not meant.plural
        return meant.words[-1] + "s" * several if question[pointer.end - 1] == "s" else meant.head
    if pointer.kind == "place":
        return f"in {meant.text}"
    if not pointer.possessive:
        return meant.text
    return f"{meant.text}’" if meant.text.endswith("s") and meant.plural else f"{meant.text}'s"


def _pointing_phrases(found: Pointers, known: Sequence[Mention]) -> list[Edit]:
    """The replacements of phrases such as "that decision"."""
    return [edit for phrase in found.phrases if (edit := _as_phrase(phrase, known)) is not None]


def _definite_phrases(question: str, known: Sequence[Mention]) -> list[Edit]:
    """The replacement of a phrase such as "the town"."""
    plain = [p for p in phrases(question) if p.definite and not (p.named or p.complemented or _RANKED.search(p.text))]
    return [edit for phrase in plain if (edit := _as_phrase(phrase, known)) is not None][:1]


def _as_phrase(phrase: Phrase, known: Sequence[Mention]) -> Edit | None:
    """The mention that a phrase means, in fuller words; None if no mention is of its kind."""
    words = set(phrase.words)
    for mention in known:
        if mention.head == phrase.head and words < set(mention.words):
            return phrase.start, phrase.end, mention.text
        if mention.head == phrase.head and words == set(mention.words) and mention.full:
            return phrase.start, phrase.end, mention.full
    if phrase.head in _PLACES:
        places = [m for m in known if m.kind == "place" and m.named] or [m for m in known if m.named and m.kind == ""]
        return (phrase.start, phrase.end, f"{phrase.text} of {places[0].text}") if places else None
    if phrase.head in _PERSONS and (person := next((m for m in known if m.kind == "person"), None)) is not None:
        return phrase.start, phrase.end, f"{phrase.text} {person.text}"
    return None


def _edited(question: str, edits: Sequence[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        question = question[:start] + new + question[end:]
    return question


def _appended(question: str, meant: Mention) -> str:
    """A question with its subject added at its end."""
    body, end = question.rstrip(" ?!."), "?" if question.rstrip().endswith("?") else ""
    found = phrases(body)
    if meant.kind == "place":
        return f"{body} in {meant.text}{end}"
    closed = found and found[-1].end == len(body) and not found[-1].before and not found[-1].named
    verb = any(token.tag == "verb" for token in tagged(body)[1:])
    if closed and not verb:
        return f"{body} of {meant.text}{end}"
    return f"{body} ({meant.text}){end}"


def _with_terms(question: str, terms: str) -> str:
    """The question with the terms that it lacks, each once, in their order."""
    present = {word.lower() for word in question.split()}
    missing = " ".join(dict.fromkeys(word for word in terms.split() if word.lower() not in present))
    return _capitalised(f"{question.rstrip(' ?')} ({missing})?" if missing else question)


def _content(question: str) -> str:
    """The words of a question without those that only ask."""
    return " ".join(token.text for token in tagged(question) if token.tag in ("name", "word", "verb", "number"))


def _capitalised(question: str) -> str:
    return question[:1].upper() + question[1:]

"""The scores of an explanation with their names for people, the same in the terminal and in the chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answers.explanation import BestSpan, Explanation, PassageRead
from qa.render import counted, per_cent
from qa.steps import STEPS


@dataclass(frozen=True, slots=True)
class Score:
    """A number, what it is called, and what it measures."""

    name: str
    value: str
    meaning: str


def retrieval_scores(read: PassageRead) -> tuple[Score, ...]:
    """How a search scored a passage."""
    return (
        Score("dense", f"{read.dense:.2f}", "likeness of meaning: cosine of question and passage, at most 1"),
        Score("lexical", f"{read.lexical:.1f}", "shared words, rare ones counting more: BM25, 0 where none is shared"),
        Score("fused", f"{read.fused:.2f}", "both together, 0 to 1; passages are read in this order"),
    )


def reading_scores(best: BestSpan) -> tuple[Score, ...]:
    """The scores of a passage's best words."""
    scores = (
        Score("span", f"{best.score:.1f}", "how well the words answer, by the reader"),
        Score("no answer", f"{best.no_answer:.1f}", "how well “this passage does not answer” fits, by the reader"),
        Score("margin", f"{best.margin:+.1f}", "span less no answer; under 0 speaks for no answer"),
    )
    ranked = best.ranked_by, best.confidence
    if ranked[0] is None or ranked[1] is None:
        return scores
    return (
        *scores,
        Score("ranked by", f"{ranked[0]:.1f}", "span and passage together; the highest is the answer"),
        Score("confidence", per_cent(ranked[1]), "how probable it is that the words are right"),
    )


def scores_of(read: PassageRead) -> tuple[Score, ...]:
    """All scores of a passage and of its best words."""
    return (*retrieval_scores(read), *(() if read.best is None else reading_scores(read.best)))


def glossary(explanation: Explanation) -> tuple[Score, ...]:
    """A score of each name that stands in an explanation, to say what the name means."""
    named: dict[str, Score] = {}
    for read in explanation.passages:
        for score in scores_of(read):
            named.setdefault(score.name, score)
    return tuple(named.values())


def scores_in_words(scores: Sequence[Score]) -> str:
    """Scores in one line.

    >>> scores_in_words([Score("dense", "0.62", ""), Score("fused", "0.90", "")])
    'dense 0.62 · fused 0.90'
    """
    return " · ".join(f"{score.name} {score.value}" for score in scores)


def read_in_words(explanation: Explanation) -> str:
    """How many passages were read, in a sentence."""
    if not explanation.passages:
        return "No passage was found to read."
    number = sum(each.role != "not read" for each in explanation.passages)
    needed = f"an answer needs a confidence of {explanation.threshold:.0%}"
    return f"{counted(number, 'passage')} {'was' if number == 1 else 'were'} read, in the order found; {needed}."


def steps_in_words(best: BestSpan) -> str:
    """What the steps did to the reader's words; "" if nothing."""
    says = {step.name: step.says for step in STEPS}
    return "; ".join(says[name] for name in best.steps if name in says)


def role_in_words(read: PassageRead, threshold: float) -> str:
    """The role of the best words of a passage."""
    return {
        "answer": "This is the answer, or says the same.",
        "other answer": "This is shown beside it, because it says otherwise.",
        "under the threshold": f"Less sure than {threshold:.0%}: left out.",
        "not chosen": "Less sure than the answer, and no contradiction of it.",
        "read in another passage": "These words stand in another passage too, or inside better ones there.",
        "nothing read": "No words of it could be read as an answer.",
        "not read": "Not read: better passages had words that are sure enough.",
    }[read.role]

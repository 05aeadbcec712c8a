""" "Why this answer" as HTML: the passages that were read, each with its best words and its scores."""

from __future__ import annotations

from collections.abc import Sequence

from qa.answers.explanation import BestSpan, Explanation, PassageRead
from qa.show.evidence import link
from qa.show.scores import Score, read_in_words, reading_scores, retrieval_scores, role_in_words, steps_in_words
from qa.source.pieces import escape
from qa.titles import SameTitle, same_title


def why(explanation: Explanation | None) -> str:
    """The passages that an answer was chosen from, folded up; "" if they were not kept or nothing was read."""
    if explanation is None or not explanation.passages:
        return ""
    title = "Why this answer" if explanation.answer.text is not None else "Why there is no answer"
    told = same_title(read.passage.document for read in explanation.passages)
    items = "".join(_passage(read, explanation.threshold, told) for read in explanation.passages)
    return (
        f'<details class="why"><summary>{title}</summary><p>{escape(read_in_words(explanation))}</p>'
        f'<ol class="read">{items}</ol>{_glossary(explanation)}</details>'
    )


def _passage(read: PassageRead, threshold: float, told: SameTitle) -> str:
    best = read.best
    words = (
        "" if best is None else f'<p class="best" dir="auto">Best words: <q>{escape(best.text)}</q>{_steps(best)}</p>'
    )
    scores = _scores((*retrieval_scores(read), *(() if best is None else reading_scores(best))))
    role = f'<p class="role">{escape(role_in_words(read, threshold))}</p>'
    chosen = ' class="evidence chosen"' if read.role in ("answer", "other answer") else ' class="evidence"'
    return f"<li{chosen}>{link(read.passage, told)}{words}{role}{scores}</li>"


def _steps(best: BestSpan) -> str:
    return f" ({escape(done)})" if (done := steps_in_words(best)) else ""


def _scores(scores: Sequence[Score]) -> str:
    pairs = "".join(
        f'<div title="{escape(score.meaning)}"><dt>{escape(score.name)}</dt><dd>{escape(score.value)}</dd></div>'
        for score in scores
    )
    return f'<dl class="scores">{pairs}</dl>'


def _glossary(explanation: Explanation) -> str:
    """What the names of the scores mean, for people without a mouse."""
    scores: dict[str, Score] = {}
    for read in explanation.passages:
        for score in (*retrieval_scores(read), *(() if read.best is None else reading_scores(read.best))):
            scores.setdefault(score.name, score)
    meanings = "; ".join(f"<b>{escape(score.name)}</b> {escape(score.meaning)}" for score in scores.values())
    return f'<p class="glossary">{meanings}.</p>'

"""Fits the choice of what a follow-up means (qa/data/followup.json): `python -m eval.talks.resolving --data DIR`.

The data are the conversations of TREC CAsT 2019 with manual rewrites that were not set aside
(`eval.talks.conversations`). Each question with the phrases of the history before it is an example: right are the
phrases of which at least half of the terms that the question lacks were added by its rewrite, and "none" where there is
no such phrase. A conditional logit (McFadden 1974) over "none" and the phrases is fitted by gradient descent on the
negative log-likelihood of the right ones together, with an L2 penalty. The history is the rewrites, so that errors of
one turn do not teach the next.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from eval.report.readme import write_whole
from eval.talks.conversations import DATA_FILE, Conversation, load_conversations, terms
from qa.ending import done_or_told
from qa.followup.antecedents import FEATURES, NONE_FEATURES, WEIGHTS, Weights, mention_features, mentions, none_features
from qa.followup.ellipsis import introduces, is_bare, is_fragment, without_connective
from qa.followup.pointing import pointers
from qa.types import Answer, Turn

PENALTY = 0.003
STEPS, RATE = 1000, 0.5
FOLDS = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what it could mean: rows are "none" and each phrase, columns NONE_FEATURES and FEATURES."""

    rows: NDArray[np.float64]  # (1 + phrases, features)
    right: NDArray[np.bool_]  # (1 + phrases,)


def examples(conversations: Sequence[Conversation]) -> list[Example]:
    """An example for each question that is left to the choice and has something before it."""
    found = []
    for conversation in conversations:
        turns: list[Turn] = []
        for turn in conversation.turns:
            bare, _ = without_connective(turn.question)
            if turns and not (is_bare(bare) or is_fragment(bare) or introduces(bare)):
                found.append(_example(bare, turn.resolved, turns))
            turns.append(Turn(turn.question, Answer(turn.resolved, None, 0.0)))
    return [example for example in found if len(example.rows) > 1]


def _example(question: str, resolved: str, turns: Sequence[Turn]) -> Example:
    pointing, asked = pointers(question), terms(question)
    spoken_of = mentions(turns)
    known = [mention for mention in spoken_of if terms(mention.text) - asked]
    added = terms(resolved) - asked
    new = [terms(mention.text) - asked for mention in known]
    right = [2 * len(words & added) >= len(words) > 0 for words in new]
    rows = np.zeros((1 + len(known), len(NONE_FEATURES) + len(FEATURES)))
    rows[0, : len(NONE_FEATURES)] = none_features(question, pointing, spoken_of)
    for i, mention in enumerate(known, start=1):
        rows[i, len(NONE_FEATURES) :] = mention_features(mention, pointing, known)
    return Example(rows, np.array([not any(right), *right]))


def fit(found: Sequence[Example]) -> Weights:
    """The weights under which the right phrases, or "none", are most likely."""
    rows, right = np.vstack([e.rows for e in found]), np.concatenate([e.right for e in found])
    starts = np.cumsum([0, *(len(e.rows) for e in found[:-1])])
    of = np.repeat(np.arange(len(found)), [len(e.rows) for e in found])
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        odds = np.exp(np.clip(rows @ weights, -30, 30))
        likely = odds / np.add.reduceat(odds, starts)[of]
        good = odds * right / np.add.reduceat(odds * right, starts)[of]
        weights -= RATE * ((likely - good) @ rows / len(found) + PENALTY * weights)
    return Weights(tuple(weights[: len(NONE_FEATURES)]), tuple(weights[len(NONE_FEATURES) :]))


def chosen_right(found: Sequence[Example], weights: Weights) -> float:
    """Share of examples in which the most likely row is right."""
    values = np.array([*weights.none, *weights.mention])
    return float(np.mean([example.right[int(np.argmax(example.rows @ values))] for example in found]))


def fitted_on_others(conversations: Sequence[Conversation]) -> Iterator[tuple[Sequence[Conversation], Weights]]:
    """Cross-validation by topic: every FOLDS-th conversation, with weights that were fitted on the others."""
    for fold in range(min(FOLDS, len(conversations))):
        rest = [conversation for i, conversation in enumerate(conversations) if i % FOLDS != fold]
        if found := examples(rest):
            yield conversations[fold::FOLDS], fit(found)


def held_out(conversations: Sequence[Conversation]) -> float:
    """`chosen_right` by cross-validation over conversations."""
    shares, sizes = [], []
    for part, weights in fitted_on_others(conversations):
        test = examples(part)
        shares.append(chosen_right(test, weights))
        sizes.append(len(test))
    return float(np.average(shares, weights=sizes))


def write(weights: Weights, found: Sequence[Example], share: float, path: Path) -> None:
    """Writes the weights with what they were fitted on."""
    content = {
        "none": {name: round(w, 4) for name, w in zip(NONE_FEATURES, weights.none, strict=True)},
        "mention": {name: round(w, 4) for name, w in zip(FEATURES, weights.mention, strict=True)},
        "fitted_on": {"data": DATA_FILE, "source": "TREC CAsT 2019, MIT", "questions": len(found)},
        "fitted_by": "python -m eval.talks.resolving --data DIR",
        "cross_validated_by_topic": {"chosen_right": round(share, 4)},
    }
    write_whole(path, json.dumps(content, indent=2) + "\n")


def resolve(options: argparse.Namespace, console: Console) -> None:
    """Fits and writes the weights."""
    fitting = [conversation for conversation in load_conversations(options.data) if not conversation.set_aside]
    share, found = held_out(fitting), examples(fitting)
    weights = fit(found)
    write(weights, found, share, options.to)
    line = f"{options.to}: written; {share:.1%} of {len(found)} choices right on topics not fitted on"
    console.print(line, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.talks.resolving", description="Fit what a follow-up means.")
    parser.add_argument("--data", type=Path, required=True, help=f"folder that holds {DATA_FILE}")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="the file to write (default: the one that ships)")
    return done_or_told(partial(resolve, parser.parse_args(arguments), Console()))


if __name__ == "__main__":
    sys.exit(main())

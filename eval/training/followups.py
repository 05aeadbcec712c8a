"""Makes the weights of follow-ups (qa/data/followup.npz): `python -m eval.training.followups --data DIR --to FILE`.

Learnt are the conversations of `eval.talks.rewrites` that are not set aside, and as many unrelated pairs. A question
leans where its rewrite adds terms; a phrase of the turns before belongs to it where the rewrite adds at least half of
its terms. One conversation in seven, and the pairs of the tuning parts, choose the limits. Each text is encoded once;
the vectors are kept in `--cache`.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.models.encoder import Vectors, shipped_encoder
from eval.talks.conversations import terms
from eval.talks.rewrites import Rewritten, load_rewritten, load_unrelated
from qa.ending import done_or_told, say
from qa.english.question import Question
from qa.followup.choosing import (
    ARRAYS,
    LONGEST_SAID,
    WEIGHTS,
    Chooser,
    Net,
    Reading,
    Vector,
    belonging_rows,
    leaning_row,
)
from qa.followup.pointing import pointers

DIRECTIONS = 32  # of the vectors, that the nets look at
HIDDEN, STEPS, RATE, BATCH = 20, 2500, 0.003, 512
DECAY, DROPPED = 0.03, 0.2
PAIRS, PERSONS = 3600, 400
LEFT_ALONE, SURE = 0.98, 0.93  # of the pairs for tuning; of the questions that are told to lean
SEED = 17


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question that is learnt from: whether it leans, and which phrases belong to it."""

    asked: Rewritten
    reading: Reading
    leans: bool
    right: tuple[bool, ...]


def lesson(asked: Rewritten) -> Lesson:
    """What a rewrite teaches."""
    reading, added = Reading.of(asked.question, asked.history), asked.added
    present = terms(asked.question)
    new = [terms(mention.text) - present for mention in reading.known]
    leans = bool(
        added & asked.before if asked.source == "mtrag" else added
    )  # its rewrites, a model's, say it otherwise
    return Lesson(asked, reading, leans, tuple(leans and 2 * len(n & added) >= len(n) > 0 for n in new))


def texts_of(found: Iterable[Lesson]) -> list[str]:
    """All texts that are encoded, each once."""
    texts: dict[str, None] = {}
    for one in found:
        last = one.reading.history[-1].answer
        texts |= dict.fromkeys((one.asked.question, last.question, (last.text or "")[:LONGEST_SAID]))
        if one.leans:
            texts |= dict.fromkeys(mention.text for mention in one.reading.known)
    return list(texts)


def vectors_of(texts: Sequence[str], cache: Path | None) -> Vector:
    """The vectors of texts, those kept in a folder read from there."""
    kept: dict[str, Vectors] = {}
    path = cache / "vectors.npz" if cache is not None else None
    if path is not None and path.is_file():
        with np.load(path) as stored:
            kept = dict(zip((str(text) for text in stored["texts"]), stored["vectors"].astype(np.float32), strict=True))
    new = [text for text in texts if text not in kept]
    encoder = shipped_encoder(1)
    for start in range(0, len(new), 1000):
        part = new[start : start + 1000]
        kept |= dict(zip(part, encoder.encode(part), strict=True))
        say(f"{start + len(part):,} of {len(new):,} texts encoded")
    if path is not None and new:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, texts=np.array(list(kept)), vectors=np.stack(list(kept.values())).astype(np.float16))
    return kept.__getitem__


def trained(rows: Vectors, right: Vectors, weights: Vectors, hidden: int = HIDDEN, steps: int = STEPS) -> Net:
    """A net of two layers, by Adam (Kingma and Ba 2015) on the log-likelihood, with dropout and weight decay."""
    drawn = np.random.default_rng(SEED)
    mean, scale = rows.mean(0), np.where(rows.std(0) < 1e-3, 1.0, rows.std(0))
    x = np.hstack([(rows - mean) / scale, np.ones((len(rows), 1))]).astype(np.float32)
    layers = [drawn.normal(0, x.shape[1] ** -0.5, (x.shape[1], hidden)), drawn.normal(0, 0.1, (hidden + 1, 1))]
    first, second = [np.zeros_like(w) for w in layers], [np.zeros_like(w) for w in layers]
    for step in range(1, steps + 1):
        chosen = drawn.integers(0, len(x), BATCH)
        seen = x[chosen] * (drawn.random((BATCH, x.shape[1])) > DROPPED)
        inner = np.hstack([np.tanh(seen @ layers[0]), np.ones((BATCH, 1))])
        wrong = (1 / (1 + np.exp(-(inner @ layers[1])[:, 0])) - right[chosen]) * weights[chosen] / BATCH
        back = (wrong[:, None] @ layers[1][:-1].T) * (1 - inner[:, :-1] ** 2)
        rate = RATE * (1 - step / (steps + 1))
        for i, slope in enumerate((seen.T @ back, inner.T @ wrong[:, None])):
            first[i] = 0.9 * first[i] + 0.1 * slope
            second[i] = 0.999 * second[i] + 0.001 * slope**2
            ahead = first[i] / (1 - 0.9**step) / (np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8)
            layers[i] -= rate * (ahead + DECAY * layers[i])
    inner = layers[0] / np.append(scale, 1.0)[:, None]
    inner[-1] -= mean @ inner[:-1]
    return Net(inner.astype(np.float32), layers[1].astype(np.float32))


def persons(talks: Sequence[Rewritten], pairs: Sequence[Rewritten]) -> Iterator[Rewritten]:
    """Questions of the conversations about "him" or "her", after a question that somebody's name answered.

    The answers of the conversations are sentences; those of documents are names, which one comes back to.
    """
    asked = [one for one in talks if [pointer.kind for pointer in pointers(one.question)] == ["person"]]
    turns = [turn for one in pairs for turn in one.history if Question.of(turn.question).kind == "person"]
    for turn, one in zip([turn for turn in turns if _is_name(turn.answer.text)][:PERSONS], asked, strict=False):
        (pointer,) = pointers(one.question)
        rewrite = f"{one.question[: pointer.start]}{turn.answer.text}{one.question[pointer.end :]}"
        yield Rewritten(one.source, one.talk, one.question, rewrite, (turn,))


def _is_name(text: str | None) -> bool:
    return text is not None and len(text.split()) in (2, 3) and text.istitle()


def basis_of(found: Sequence[Lesson], vector: Vector) -> Vectors:
    """The directions in which questions and phrases differ most: (384, DIRECTIONS)."""
    texts = dict.fromkeys(one.asked.question for one in found)
    texts |= dict.fromkeys(mention.text for one in found if one.leans for mention in one.reading.known[:4])
    rows = np.stack([vector(text) for text in texts if len(texts) < 1000 or one_of(text, 3)])
    _, lengths, axes = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    many = min(DIRECTIONS, int((lengths > lengths[0] / 100).sum()))
    directions: Vectors = (axes[:many].T / lengths[:many] * len(rows) ** 0.5).astype(np.float32)
    return directions


def one_of(name: str, many: int) -> bool:
    """One name in so many, always the same ones."""
    return zlib.crc32(name.encode()) % many == 0


def fitted(talks: Sequence[Lesson], pairs: Sequence[Lesson], vector: Vector) -> Chooser:
    """Both nets, trained on conversations and unrelated pairs; their limits are not chosen yet."""
    basis = basis_of([*talks, *pairs], vector)
    both = [*talks, *pairs]
    rows = np.stack([leaning_row(one.reading, basis, vector) for one in both])
    leans = trained(rows, np.array([one.leans for one in both], np.float32), np.ones(len(both), np.float32))
    chosen = [one for one in talks if any(one.right)]
    rows = np.vstack([belonging_rows(one.reading, one.reading.kind, basis, vector) for one in chosen])
    right = np.concatenate([np.array(one.right, np.float32) for one in chosen])
    weights = np.concatenate([np.full(len(one.right), 8 / len(one.right), np.float32) for one in chosen])
    return Chooser(basis, leans, trained(rows, right, weights), (0.5, 0.9, 0.5))


def limited(chooser: Chooser, talks: Sequence[Lesson], pairs: Sequence[Lesson], vector: Vector) -> Chooser:
    """With limits by questions that it did not learn from: so many pairs left alone, and phrases at the best F1."""
    alone = np.sort([chooser.leaning(one.reading, vector) for one in pairs])
    first = max(0.4, float(alone[int(LEFT_ALONE * len(alone))]))
    told = sorted((chooser.leaning(one.reading, vector), one.leans) for one in [*talks, *pairs])
    sure = next((v for i, (v, _) in enumerate(told) if v >= first and np.mean([r for _, r in told[i:]]) >= SURE), 1.0)
    some = [one for one in talks if one.leans and one.reading.known]
    likely = np.concatenate([chooser.belonging(one.reading, one.reading.kind, vector) for one in some])
    right = np.concatenate([np.array(one.right) for one in some])

    def f1(limit: float) -> float:
        return float(2 * (right & (likely >= limit)).sum() / max(1, right.sum() + (likely >= limit).sum()))

    return replace(chooser, limits=(first, float(sure), max((i / 20 for i in range(4, 18)), key=f1)))


def write(chooser: Chooser, path: Path) -> None:
    """Writes the weights, in half precision."""
    layers = chooser.leans.inner, chooser.leans.outer, chooser.belongs.inner, chooser.belongs.outer
    arrays = zip(ARRAYS, (chooser.basis, *layers, np.array(chooser.limits)), strict=True)
    halves: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays}
    np.savez(path, **halves)


def learn(options: argparse.Namespace) -> None:
    """Makes and writes the weights."""
    rewritten, unrelated = load_rewritten(options.data, "train"), load_unrelated(options.data, "train", options.pairs)
    talks = [lesson(asked) for asked in (*rewritten, *persons(rewritten, unrelated))]
    pairs = [lesson(asked) for asked in unrelated]
    tuning = [lesson(asked) for asked in load_unrelated(options.data, "tune", options.pairs // 4)]
    vector = vectors_of(texts_of([*talks, *pairs, *tuning]), options.cache)
    held = [one for one in talks if one_of(one.asked.talk, 7)]
    chooser = fitted([one for one in talks if not one_of(one.asked.talk, 7)], pairs, vector)
    chooser = limited(chooser, held, tuning, vector)
    write(chooser, options.to)
    say(f"{options.to}: written, from {len(talks):,} follow-ups and {len(pairs):,} pairs; limits {chooser.limits}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.training.followups", description="Learn what a follow-up means."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets that docs/models.md names")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="the file to write (default: the one that ships)")
    parser.add_argument("--cache", type=Path, help="folder to keep the vectors in")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="unrelated pairs to learn from (default %(default)s)")
    return done_or_told(partial(learn, parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())

"""The sets of questions that the reader is trained on, and what is made of each.

Reading their formats is the work of `eval`, which is imported inside `sources` alone (docs/design.md).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.models.encoder import Vectors, shipped_encoder
from embeddings.types import Document
from eval.training.examples import Asked, Example, ExampleMaker, Mixture, article
from qa.assistant import build_index
from qa.reading.retriever import Retriever
from qa.settings import Settings

USUAL = Mixture(near=0.35, retrieved=0.25, removed=0.08, swapped=0.12, reversed=0.03)
# Of questions about single sentences, which are many and easier, and whose documents are none: fewer without an answer.
FEW = Mixture(near=0.0, retrieved=0.15, removed=0.1, swapped=0.1, reversed=0.03)
WIKIPEDIA = replace(USUAL, titled=0.3)
# Other passages of a contract may hold a clause of the same kind; that the set has questions without one is enough.
CONTRACTS = Mixture(near=0.0, retrieved=0.0, removed=0.1, swapped=0.0, reversed=0.0)
TWICE = replace(USUAL, written=2)
QAMR_CHUNK_TOKENS = 100


@dataclass(frozen=True, slots=True)
class Use:
    """How a set of `eval.sets.lines` is used: which share of its questions, and what is made of them."""

    share: float
    mixture: Mixture = USUAL
    titles: bool = False


LINES = {
    "qed_nq": Use(0.8, WIKIPEDIA, titles=True),
    "tydiqa_goldp_en": Use(1.0, WIKIPEDIA, titles=True),
    "nq_open_oracle": Use(1.0, WIKIPEDIA, titles=True),
    "clapnq_dev": Use(1.0, replace(WIKIPEDIA, written=2), titles=True),
    "weak_unanswerable_wiki": Use(0.5, replace(WIKIPEDIA, written=1), titles=True),
    "cuad": Use(0.2, replace(CONTRACTS, written=1)),
    "fairytaleqa": Use(0.3),
    "qadiscourse": Use(0.15, FEW),
    "tweetqa": Use(0.1, FEW),
    "tatqa_text": Use(1.0, replace(USUAL, near=0.0)),
    "covidqa": Use(0.8, replace(USUAL, near=0.0, swapped=0.0)),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A set of questions, and what is made of it.

    Attributes:
        documents, asked: its documents, and the questions that were written on them.
        share: of its questions, how many are used.
        chunk_tokens: of the passages; None as in use.
        titles: whether the titles of its documents say what they are about.
        mixture: which examples.
    """

    name: str
    documents: tuple[Document, ...]
    asked: tuple[Asked, ...]
    share: float = 1.0
    chunk_tokens: int | None = None
    titles: bool = False
    mixture: Mixture = USUAL

    @classmethod
    def of(cls, name: str, squad: Any, **what: Any) -> Source:
        """The same of an `eval.sets.squad.Squad`; `what` are further attributes."""
        asked = (
            Asked(question.question, document, tuple((answer.start, answer.end) for answer in question.answers))
            for question, document in zip(squad.questions, squad.written_on, strict=True)
        )
        return cls(name, squad.documents, tuple(asked), **what)

    def first(self, count: int) -> Source:
        """The first questions, all used, with the documents they were written on."""
        asked = self.asked[:count]
        written_on = {question.document for question in asked}
        documents = tuple(document for document in self.documents if document.id in written_on)
        return replace(self, documents=documents, asked=asked, share=1.0)


def sources(folder: Path | None, more: Sequence[Path], limit: int | None = None) -> Iterator[Source]:
    """The sets that are there: those of the folder by the names of docs/models.md, and further files.

    Args:
        limit: the first questions of each to use; None for all.

    Raises:
        GoldError: a file can't be read.
    """
    from eval.sets.mrqa import load_passages

    found = () if folder is None else _of_folder(folder)
    for source in (*found, *(Source.of(path.name, load_passages(path)) for path in more)):
        yield source if limit is None else source.first(limit)


def _of_folder(folder: Path) -> Iterator[Source]:
    from eval.sets.lines import file_of, load_lines
    from eval.sets.multispanqa import load_multispanqa
    from eval.sets.qamr import SENTENCES, load_qamr
    from eval.sets.squad import DATA_FILE, load_squad, training_articles

    for name, share in (("new_wiki", 0.8), ("amazon_reviews", 0.2), ("reddit", 0.2)):
        if (path := folder / f"squadshifts_{name}.json.gz").is_file():
            yield Source.of(name, load_squad(path), share=share, titles=name == "new_wiki")
    if (path := folder / DATA_FILE).is_file():
        yield Source.of("squad2", load_squad(path, training_articles()), titles=True, mixture=TWICE)
    if (path := folder / "multispanqa_valid.json.gz").is_file():
        yield Source.of("multispanqa", load_multispanqa(path), share=0.6)
    for name, use in LINES.items():
        if (path := folder / file_of(name)).is_file():
            found = load_lines(path, "train")
            yield Source.of(name, found, share=use.share, titles=use.titles, mixture=use.mixture)
    if (folder / SENTENCES).is_file():
        yield Source.of("qamr", load_qamr(folder), share=0.05, chunk_tokens=QAMR_CHUNK_TOKENS, mixture=FEW)


class _ByWords:
    """An encoder to which all passages mean the same, so that BM25 alone finds them: embedding them takes minutes."""

    def __init__(self) -> None:
        self._shipped = shipped_encoder()
        self.card = self._shipped.card

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The same unit vector for each."""
        vectors: Vectors = np.full((len(texts), self.card.dimension), self.card.dimension**-0.5, dtype=np.float32)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """The same again."""
        vector: Vectors = self.encode([text])[0]
        return vector

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, which decide where passages are cut."""
        return self._shipped.count(texts)


def made(source: Source, seed: int) -> list[Example]:
    """The examples of a share of its questions."""
    settings = Settings()
    if source.chunk_tokens is not None:
        settings = replace(settings, chunk_tokens=source.chunk_tokens)
    drawn = random.Random(f"{seed}/{source.name}")
    asked = [asked for asked in source.asked if drawn.random() < source.share]
    index = build_index(_around(source, asked), None, settings, encoder=_ByWords())
    maker = ExampleMaker(index, Retriever(index, settings), source.mixture, source.titles, drawn)
    found: list[Example] = []
    for question in asked:
        found += maker.of(question)
    index.close()
    return found


def _around(source: Source, asked: Sequence[Asked]) -> list[Document]:
    """The documents of the articles that some questions were written on, and no more: embedding takes its time."""
    whole = article if source.mixture.near else str
    wanted = {whole(question.document) for question in asked}
    return [document for document in source.documents if whole(document.id) in wanted]

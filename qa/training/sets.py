"""The sets of questions that the reader is trained on, and what is made of each.

Reading their formats is the work of `eval`, which is imported inside `sources` alone (docs/design.md).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from embeddings.types import Document
from qa.assistant import build_index
from qa.reading.retriever import Retriever
from qa.settings import Settings
from qa.training.examples import Asked, Example, ExampleMaker, Mixture

USUAL = Mixture()
# Of questions about single sentences, which are many and easier: fewer without an answer.
FEW = Mixture(retrieved=0.15, removed=0.1, swapped=0.15, reversed=0.03)
QAMR_CHUNK_TOKENS = 100


@dataclass(frozen=True, slots=True)
class Source:
    """A set of questions, and what is made of it.

    Attributes:
        documents, asked: its documents, and the questions that were written on them.
        share: of the questions with an answer, how many are used.
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
    from eval.sets.multispanqa import load_multispanqa
    from eval.sets.qamr import SENTENCES, load_qamr
    from eval.sets.squad import DATA_FILE, load_squad, training_articles

    for name, share in (("new_wiki", 1.0), ("amazon_reviews", 0.5), ("reddit", 0.5)):
        if (path := folder / f"squadshifts_{name}.json.gz").is_file():
            yield Source.of(name, load_squad(path), share=share, titles=name == "new_wiki")
    if (path := folder / DATA_FILE).is_file():
        yield Source.of("squad2", load_squad(path, training_articles()), titles=True)
    if (path := folder / "multispanqa_valid.json.gz").is_file():
        yield Source.of("multispanqa", load_multispanqa(path))
    if (folder / SENTENCES).is_file():
        yield Source.of("qamr", load_qamr(folder), share=0.25, chunk_tokens=QAMR_CHUNK_TOKENS, mixture=FEW)


def made(source: Source, seed: int) -> list[Example]:
    """The examples of a set: of its questions with an answer a share, of the others all."""
    settings = Settings()
    if source.chunk_tokens is not None:
        settings = replace(settings, chunk_tokens=source.chunk_tokens)
    index = build_index(source.documents, None, settings)
    drawn = random.Random(f"{seed}/{source.name}")
    maker = ExampleMaker(index, Retriever(index, settings), source.mixture, source.titles, drawn)
    found: list[Example] = []
    for asked in source.asked:
        if not asked.answers or drawn.random() < source.share:
            found += maker.of(asked)
    index.close()
    return found

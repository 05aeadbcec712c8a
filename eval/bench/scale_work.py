"""What `make bench-scale` measures, each in a process of its own: memory and the time to open mean nothing elsewhere.

    python -m eval.bench.scale_work build WORK.json RESULT.json

A work is a record that travels as JSON, and so does what comes back. The index is opened as a user opens it, with the
encoder that ships.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.filters import Where
from embeddings.index.beside import Maker
from embeddings.index.folders import Step, update_index
from embeddings.index.index import Index
from embeddings.index.updating import Tuning, open_store, writing
from embeddings.loading import load
from embeddings.models.encoder import Encoder, OnnxEncoder, Vectors
from embeddings.text.chunking import Chunker
from embeddings.types import Document
from eval.bench.processes import memory_now, peak_so_far
from eval.bench.scale_materials import PARTS, Corpus, Kept, PreparedEncoder, documents_of, folder_of_block, public_sets
from eval.bench.speed import TimedEncoder
from eval.tables.shared import timed
from qa.assistant import chunker_for
from qa.reading.retriever import Retriever
from qa.settings import Settings

RECALLED = 20  # nearest passages that are compared with an exact search
_WARM_UP = 20  # questions that are not counted: they bring what is on the disk into the system's cache
_CHANGES = 7  # documents that are added and removed again, one after the other
_READ_AT_ONCE = 20_000  # vectors


@dataclass(frozen=True, slots=True)
class Work:
    """What a process is to do.

    Attributes:
        kept: the materials.
        docs: the folder of the files.
        index: the folder of the index.
        count: passages of the corpus.
        questions: how many are asked.
    """

    kept: Kept
    docs: str
    index: str
    count: int
    questions: int

    def to_json(self) -> str:
        """As it goes to a process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, written: str) -> Work:
        """What `to_json` wrote."""
        said = json.loads(written)
        return cls(**{**said, "kept": Kept(**said["kept"])})


@dataclass(frozen=True, slots=True)
class Built:
    """What building took.

    Attributes:
        documents, passages: of the index.
        seconds: all of it; the files were there.
        arranging: seconds of them after the last file was read: words, the update itself, the base of vectors.
        base: how the vectors are arranged: "none", "flat" or "ivf".
        staged: most memory until the last file was read, in bytes.
        peak: most memory of all, in bytes.
        sizes: bytes of each file or folder of the index, by its name.
    """

    documents: int
    passages: int
    seconds: float
    arranging: float
    base: str
    staged: int
    peak: int
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What opening and asking took.

    Attributes:
        open: seconds until the index was open, the encoder and its package being loaded.
        resident: memory after all questions, in bytes; of that `models` were there before the index was opened.
        encode, retrieve, filtered: seconds of each question: its vector, both searches with their fusion, and the
            same within a folder that holds a tenth of the documents.
        first_filtered: seconds of the first question with that filter.
        recall, recall_real: of the 20 nearest, and of those among them that are real sentences.
    """

    open: float
    models: int
    resident: int
    encode: tuple[float, ...]
    retrieve: tuple[float, ...]
    filtered: tuple[float, ...]
    first_filtered: float
    recall: float
    recall_real: float


@dataclass(frozen=True, slots=True)
class Changed:
    """Seconds that it took to add a document, to remove it again, and to answer the first question after each."""

    add: tuple[float, ...]
    remove: tuple[float, ...]
    next: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast real passages are indexed, beside the bare encoder on the same texts.

    Attributes:
        documents, passages: how many.
        indexing: passages a second.
        bare: the same of the encoder that is given a tenth of all passages in one call, and packs them by length.
        each: the same of the encoder that is given one document after another, as an index encodes them.
        first_peak, last_peak: most memory until the first tenth and all of them were indexed, in bytes.
        characters, bytes: of a passage, and of the index for it.
    """

    documents: int
    passages: int
    indexing: float
    bare: float
    each: float
    first_peak: int
    last_peak: int
    characters: float
    bytes: float

    @property
    def ratio(self) -> float:
        """Indexing, as a part of the bare encoder's rate where it packs passages of many documents."""
        return self.indexing / self.bare

    @property
    def ratio_each(self) -> float:
        """Indexing, as a part of the bare encoder's rate, a document at a time."""
        return self.indexing / self.each


def build(work: Work) -> Built:
    """Makes the index of a corpus through `update_index`."""
    materials = work.kept.read()
    prepared = PreparedEncoder(Corpus(materials.sentences, materials.vectors), OnnxEncoder())
    last = [time.perf_counter(), 0.0]

    def tell(step: Step) -> None:
        last[:] = [time.perf_counter(), float(peak_so_far()) if step.passages else last[1]]

    began = time.perf_counter()
    report = update_index(Path(work.index), [Path(work.docs)], _maker(prepared), tell)
    ended = time.perf_counter()
    return Built(
        documents=report.documents,
        passages=report.passages,
        seconds=ended - began,
        arranging=ended - last[0],
        base=_base_of(Path(work.index)),
        staged=int(last[1]),
        peak=peak_so_far(),
        sizes=_sizes(Path(work.index)),
    )


def ask(work: Work) -> Asked:
    """Opens the index and asks questions, as somebody does who has just started."""
    materials = work.kept.read()
    encoder = TimedEncoder(OnnxEncoder())
    encoder.encode_query("Is it warm?")
    models = memory_now()
    index, opening = timed(lambda: Index.open(Path(work.index), encoder))
    with closing(index):
        retriever, settings = Retriever(index, Settings()), Settings()
        part = Where(folders=(str(Path(work.docs) / f"part{PARTS - 1}"),))
        if not folder_of_block(Path(work.docs), PARTS - 1).exists():
            part = Where(folders=(str(folder_of_block(Path(work.docs), 0)),))
        warm, questions = materials.questions[-_WARM_UP:], materials.questions[: work.questions]
        for question in warm:
            retriever.search(question, settings.passages)
        free = _asked(retriever, encoder, questions, None)
        _, first = timed(lambda: retriever.search(warm[0], settings.passages, part))
        filtered = _asked(retriever, encoder, questions, part)
        resident = memory_now()
        recall, recall_real = _recall(work, index, encoder, questions, len(materials.sentences))
    encode = tuple(encoded for encoded, _ in (*free, *filtered))
    return Asked(
        opening, models, resident, encode, tuple(s for _, s in free), tuple(s for _, s in filtered), first,
        recall, recall_real,
    )  # fmt: skip


def change(work: Work) -> Changed:
    """Adds a document, asks, removes it, asks, several times; the index is as it was at the end."""
    encoder, index = OnnxEncoder(), Path(work.index)
    maker, settings = _maker(encoder), Settings()
    file = Path(work.docs) / "one more document.txt"
    add: list[float] = []
    remove: list[float] = []
    following: list[float] = []
    question = "What did the harbour master of Port Example say?"
    with closing(Index.open(index, encoder)) as reader:
        retriever = Retriever(reader, settings)
        retriever.search(question, settings.passages)
        try:
            for turn in range(_CHANGES):
                file.write_text(f"One more\n\nThe harbour master of Port Example said {turn}.\n", encoding="utf-8")
                adding, removing = partial(update_index, index, [file], maker), partial(_remove, index, file.name)
                for call, seconds in ((adding, add), (removing, remove)):
                    seconds.append(timed(call)[1])
                    following.append(timed(partial(retriever.search, question, settings.passages))[1])
        finally:
            file.unlink(missing_ok=True)
    return Changed(tuple(add), tuple(remove), tuple(following))


def rate(work: Work) -> Rates:
    """Indexes the paragraphs of the public sets in tenths, and after each lets the encoder alone have the same texts.

    In turns, so that whatever else the machine does slows both.
    """
    encoder, index = OnnxEncoder(), Path(work.index)
    maker, docs = _maker(encoder), index.with_name("docs")
    shares = _shares(maker.chunker, documents_of(public_sets(Path(work.docs))), work.count)
    passages = characters = 0
    seconds, peaks = [0.0, 0.0, 0.0], []
    for turn, share in enumerate(shares):
        place = docs / str(turn)
        place.mkdir(parents=True, exist_ok=True)
        for number, document in enumerate(share):
            (place / f"{number:04d}.txt").write_text(document.text, encoding="utf-8")
        report, taken = timed(partial(update_index, index, [place], maker))
        peaks.append(peak_so_far())
        texts = _embedded(maker.chunker, place)
        together = [text for some in texts for text in some]
        _, bare = timed(partial(encoder.encode, together))
        _, each = timed(partial(_encode_each, encoder, texts))
        seconds = [seconds[0] + taken, seconds[1] + bare, seconds[2] + each]
        passages, characters = report.passages, characters + sum(map(len, together))
    size = sum(_sizes(index).values())
    return Rates(
        report.documents, passages, passages / seconds[0], passages / seconds[1], passages / seconds[2],
        peaks[0], peaks[-1], characters / passages, size / passages,
    )  # fmt: skip


def _shares(chunker: Chunker, documents: Sequence[Document], most: int) -> list[list[Document]]:
    """Documents that have about so many passages together, in ten shares."""
    chosen, passages = [], 0
    for document in sorted(documents, key=lambda document: document.id):  # sets and articles mixed
        if passages >= most:
            break
        chosen.append(document)
        passages += len(chunker(document))
    return [share for first in range(10) if (share := chosen[first::10])]


def _embedded(chunker: Chunker, folder: Path) -> list[list[str]]:
    """What the encoder is given for the passages of each document."""
    documents = load([folder]).documents
    return [[chunker.embedded_text(document, chunk) for chunk in chunker(document)] for document in documents]


def _encode_each(encoder: Encoder, documents: Sequence[Sequence[str]]) -> None:
    for texts in documents:
        encoder.encode(texts)


def _remove(index: Path, name: str) -> None:
    """Removes a document as `pincite documents remove` does."""
    with writing(index) as writer:
        for stored in writer.named(name):
            writer.remove(stored)
        writer.finish()


def _asked(
    retriever: Retriever, encoder: TimedEncoder, questions: Sequence[str], where: Where | None
) -> list[tuple[float, float]]:
    """For each question the seconds of its vector, and those of the rest."""
    found = []
    for question in questions:
        _, seconds = timed(partial(retriever.search, question, Settings().passages, where))
        found.append((encoder.seconds, seconds - encoder.seconds))
    return found


def _recall(
    work: Work, index: Index, encoder: TimedEncoder, questions: Sequence[str], real: int
) -> tuple[float, float]:
    """Recall of the 20 nearest against an exact search of all vectors; of all, and of those that are real."""
    vectors = np.stack([encoder.encode_query(question) for question in questions])  # (questions, dimension)
    nearest = _exact(Path(work.index), vectors)
    found = right = found_real = right_real = 0
    for question, exact in zip(questions, nearest, strict=True):
        got = set(index.dense(question, RECALLED))
        ids = {number: _is_real(chunk_text, real) for number, chunk_text in _texts(index, exact)}
        found, right = found + len(exact), right + len(got & set(exact))
        found_real += sum(ids.values())
        right_real += sum(ids[number] for number in got & set(exact))
    return right / max(1, found), right_real / found_real if found_real else 1.0


def _texts(index: Index, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    for number, chunk in index.chunks(numbers).items():
        yield number, index.document(chunk.document_id).text[chunk.start : chunk.end]


def _is_real(text: str, real: int) -> bool:
    """Whether a passage is a real sentence: those have the first ids."""
    number = text.partition("id: ")[2].partition(";")[0]
    return number.isdecimal() and int(number) < real


def _exact(folder: Path, questions: Vectors) -> list[list[int]]:
    """The numbers of the nearest passages of some vectors, found by looking at every one that is stored."""
    best = np.full((len(questions), RECALLED), -np.inf, dtype=np.float32)
    names = np.zeros((len(questions), RECALLED), dtype=np.int64)
    with closing(open_store(folder)) as store:
        last = 0
        while True:
            numbers, vectors = store.vectors(last, _READ_AT_ONCE)
            if not len(numbers):
                break
            last = int(numbers[-1])
            scores = np.concatenate([best, questions @ vectors.T], axis=1)
            places = np.argpartition(-scores, RECALLED - 1, axis=1)[:, :RECALLED]
            all_names = np.concatenate([names, np.broadcast_to(numbers, (len(questions), len(numbers)))], axis=1)
            best, names = np.take_along_axis(scores, places, 1), np.take_along_axis(all_names, places, 1)
    return [row[there].tolist() for row, there in zip(names, np.isfinite(best), strict=True)]


def _maker(encoder: Encoder) -> Maker:
    return Maker(encoder, chunker_for(encoder), Tuning(Settings().vector_index))


def _base_of(folder: Path) -> str:
    with closing(open_store(folder)) as store:
        return str(json.loads(store.state.base)["kind"]) if store.state.base is not None else "none"


def _sizes(folder: Path) -> dict[str, int]:
    return {
        entry.name: sum(file.stat().st_size for file in ([entry] if entry.is_file() else entry.rglob("*")))
        for entry in folder.iterdir()
    }


JOBS: Mapping[str, Callable[[Work], Any]] = {"build": build, "ask": ask, "change": change, "rate": rate}


def main(arguments: Sequence[str]) -> int:
    """Does a work and writes what came of it."""
    name, work, result = arguments
    found = JOBS[name](Work.from_json(Path(work).read_text(encoding="utf-8")))
    Path(result).write_text(json.dumps(asdict(found)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What `make bench-scale` indexes: every distinct sentence of some public sets, and as many made of them as are wanted.

A made passage has the mixture of two sentences' vectors, with noise, and the first half of one's words with the second
half of the other's. Passages stand in files of JSON lines, a record each, five to a file, so that what is measured is
the real update: files are found, read, cut, staged and committed. Only the encoder is another one: it hands out vectors
that were made before, by the `id` of a record.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from embeddings.errors import GoldError
from embeddings.models.encoder import Encoder, OnnxEncoder, Vectors
from embeddings.text.sentences import sentences
from embeddings.types import Document
from eval.sets.multispanqa import load_multispanqa
from eval.sets.qamr import SENTENCES, load_qamr
from eval.sets.squad import Squad, load_squad
from eval.tables.shared import Track, silently

RECORDS = 5  # of a file
_BLOCK = 1_000  # passages that are made together, and lie in one folder
PARTS = 10  # folders at the top, each with a tenth of the files
_LONGEST = 600  # characters of a sentence: what is longer would be cut into two passages
_NOISE = 0.3  # length of the noise beside a mixture, whose length is about 0.7
_QUESTIONS = 1_000
_ENCODED_AT_ONCE = 1_000
_ID = re.compile(r"\bid: (\d+); text: ")


@dataclass(frozen=True, slots=True)
class Materials:
    """Real sentences with their vectors, and real questions.

    Attributes:
        sentences: each once, in a random order that is always the same.
        vectors: of the encoder that ships, float16 (sentences, dimension).
        questions: that people asked about the texts of the sentences.
    """

    sentences: tuple[str, ...]
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float16]]
    questions: tuple[str, ...]


def public_sets(folder: Path) -> list[Squad]:
    """All sets in a folder of public data that this project can read. Raises GoldError where there are none."""
    found = [load_squad(file) for file in sorted(folder.glob("squad*.json.gz"))]
    found += [load_multispanqa(file) for file in sorted(folder.glob("multispanqa*.json.gz"))]
    if (folder / SENTENCES).is_file():
        found.append(load_qamr(folder))
    if not found:
        raise GoldError(
            f"{folder}: expected files in the format of SQuAD, MultiSpanQA or QAMR, such as squad2_dev_part.json.gz; "
            "name the folder of the public sets: --data DIR"
        )
    return found


def documents_of(sets: Iterable[Squad]) -> list[Document]:
    """The paragraphs of some sets, each text once."""
    return list({document.text: document for found in sets for document in found.documents}.values())


def load_materials(data: Path, cache: Path, encoder: OnnxEncoder, track: Track = silently) -> Materials:
    """The sentences and questions of public sets; vectors come from the cache where they were made before.

    Raises:
        GoldError: the folder holds no set, or a damaged one.
    """
    sets = public_sets(data)
    drawn = random.Random(0)
    texts = _distinct_sentences(documents_of(sets))
    drawn.shuffle(texts)
    asked = sorted({question.question for found in sets for question in found.questions})
    if not texts or not asked:
        raise GoldError(f"{data}: its sets hold {len(texts)} sentences and {len(asked)} questions; name other sets")
    questions = tuple(drawn.sample(asked, min(_QUESTIONS, len(asked))))
    cache.mkdir(parents=True, exist_ok=True)
    name = blake2b("\0".join([encoder.card.identity, *texts]).encode(), digest_size=8).hexdigest()
    vectors = _vectors(texts, cache / f"sentences-{name}.npy", encoder, track)
    return Materials(tuple(texts), vectors, questions)


def _distinct_sentences(documents: Iterable[Document]) -> list[str]:
    found = (
        " ".join(document.text[start:end].split()) for document in documents for start, end in sentences(document.text)
    )
    return list(dict.fromkeys(text for text in found if text and len(text) <= _LONGEST))


def _vectors(
    texts: Sequence[str], file: Path, encoder: OnnxEncoder, track: Track
) -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    if not file.exists():
        starts = range(0, len(texts), _ENCODED_AT_ONCE)
        parts = [
            encoder.encode(texts[start : start + _ENCODED_AT_ONCE]).astype(np.float16)
            for start in track(starts, "embedding every sentence")
        ]
        scratch = file.with_suffix(".new.npy")
        np.save(scratch, np.concatenate(parts))
        scratch.replace(file)
    made: np.ndarray[tuple[int, int], np.dtype[np.float16]] = np.load(file)
    return made


# Passages --------------------------------------------------------------------------------------------------------


class Corpus:
    """As many passages as are wanted, numbered from 0: first the real sentences, then made ones.

    Args:
        sentences: the real ones.
        vectors: theirs, (sentences, dimension).
    """

    def __init__(self, sentences: Sequence[str], vectors: np.ndarray[tuple[int, int], np.dtype[np.float16]]) -> None:
        self._sentences, self._vectors = sentences, vectors
        self.block = lru_cache(maxsize=4)(self._made)

    @property
    def real(self) -> int:
        """How many passages are real sentences."""
        return len(self._sentences)

    def vector(self, number: int) -> Vectors:
        """The vector of a passage, float32 (dimension,)."""
        row: Vectors = self.block(number // _BLOCK)[1][number % _BLOCK]
        return row

    def _made(self, block: int) -> tuple[list[str], Vectors]:
        """The texts of a block of passages, and their vectors, (passages, dimension)."""
        drawn = np.random.default_rng(block)
        first = block * _BLOCK
        real = max(0, min(_BLOCK, self.real - first))
        a, b = drawn.integers(0, self.real, (2, _BLOCK))
        weight = drawn.uniform(0.3, 0.7, (_BLOCK, 1)).astype(np.float32)
        noise = drawn.normal(size=(_BLOCK, self._vectors.shape[1])).astype(np.float32)
        noise *= _NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        mixed = weight * self._vectors[a] + (1 - weight) * self._vectors[b] + noise
        vectors = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
        vectors[:real] = self._vectors[first : first + real]
        texts = [_recombined(self._sentences[one], self._sentences[other]) for one, other in zip(a, b, strict=True)]
        texts[:real] = self._sentences[first : first + real]
        return texts, vectors

    def write(self, folder: Path, count: int) -> int:
        """Writes files that hold this many passages, where they are not there yet; the number of files."""
        for block in range(-(-count // _BLOCK)):
            place = folder_of_block(folder, block)
            wanted = min(_BLOCK, count - block * _BLOCK)
            done = place / "done"
            if done.exists():
                continue
            place.mkdir(parents=True, exist_ok=True)
            texts = self.block(block)[0][:wanted]
            for start in range(0, wanted, RECORDS):
                lines = [
                    json.dumps({"id": block * _BLOCK + start + row, "text": text})
                    for row, text in enumerate(texts[start : start + RECORDS])
                ]
                (place / f"{start // RECORDS:03d}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
            done.touch()
        return -(-count // RECORDS)


def folder_of_block(folder: Path, block: int) -> Path:
    """Where the files of a block of passages lie: every tenth block in the same part."""
    return folder / f"part{block % PARTS}" / f"{block:05d}"


def _recombined(one: str, other: str) -> str:
    """The first half of one's words, the second half of the other's.

    >>> _recombined("The ship left port.", "A dog barked at noon.")
    'The ship barked at noon.'
    """
    head, tail = one.split(), other.split()
    return " ".join([*head[: len(head) // 2], *tail[len(tail) // 2 :]])


class PreparedEncoder:
    """An encoder that hands out the vectors of a corpus, by the ids of its records.

    Everything else, questions too, goes to the encoder whose vectors they are made of.

    Attributes:
        card: of that encoder, with which the index is opened again.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder) -> None:
        self._corpus, self._encoder, self.card = corpus, encoder, encoder.card

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 (texts, dimension)."""
        vectors = np.zeros((len(texts), self.card.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = _ID.findall(text)  # a title may be the first record, so the last one counts
            vectors[row] = self._corpus.vector(int(ids[-1])) if ids else self._encoder.encode([text])[0]
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32 (dimension,)."""
        return self._encoder.encode_query(text)

    def count(self, texts: Sequence[str]) -> list[int]:
        """About how many tokens each text has: four characters to one, and the special ones."""
        return [len(text) // 4 + 2 for text in texts]


# On the disk -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """Where materials are kept for the processes that measure: texts as JSON, vectors as an array."""

    texts: str
    vectors: str

    @classmethod
    def write(cls, materials: Materials, folder: Path) -> Kept:
        """Puts them into a folder."""
        kept = cls(str(folder / "texts.json"), str(folder / "vectors.npy"))
        folder.mkdir(parents=True, exist_ok=True)
        said = {"sentences": materials.sentences, "questions": materials.questions}
        Path(kept.texts).write_text(json.dumps(said), encoding="utf-8")
        np.save(kept.vectors, materials.vectors)
        return kept

    def read(self) -> Materials:
        """Gets them back."""
        said = json.loads(Path(self.texts).read_text(encoding="utf-8"))
        return Materials(tuple(said["sentences"]), np.load(self.vectors), tuple(said["questions"]))

    def to_json(self) -> dict[str, str]:
        """For the work that names them."""
        return asdict(self)

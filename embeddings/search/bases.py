"""The base: one immutable file with most of an index's vectors, arranged by FAISS for fast search.

Its size decides what it is (`kind_for`): flat in float16, which is exact; above that an inverted file (IVF) whose
vectors are quantised to eight bits a number, about a third of the time of HNSW to build and two thirds of its memory;
HNSW over the same eight bits where it is asked for. The last two give candidates, which are scored again with the
vectors of the store, so that every score is exact and only what is not found at all is lost. How widely they search is
tuned when they are built, until `recall` reaches `_AIM`.

FAISS loads a flipped byte silently and believes the sizes in a file, so a file is read only after its digest
was compared with the one that the store keeps.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from embeddings.errors import StoreError
from embeddings.models.encoder import Vectors
from embeddings.store.manifest import file_digest

Kind = Literal["flat", "hnsw", "ivf"]
VectorIndex = Literal["auto", "flat", "hnsw", "ivf"]
Numbers = np.ndarray[Any, np.dtype[np.int64]]
Blocks = Callable[[], Iterator[tuple[Numbers, Vectors]]]

LARGEST_FLAT = 50_000  # passages; a flat search reads all of them, 40 MB at this size
_AIM = 0.99  # recall@20 of the search among all quantised vectors, before candidates are scored again
_TUNING_QUERIES, _TUNING_DEPTH = 64, 20
_WIDTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024)
_TRAINED_PER_LIST = 40  # vectors; FAISS asks for at least 39
_LINKS = 32  # of a vector in HNSW's graph (Malkov and Yashunin 2016)
_OUTGROWN = 2.0  # a base that has grown by this factor since it was trained is trained again
_PIECE = 1 << 20  # bytes
_OVER_LISTS = 1  # FAISS shares the lists of one question among the cores; left alone, only questions


@dataclass(frozen=True, slots=True)
class Base:
    """What the store says about a base, without the base being read.

    Attributes:
        generation: its number, which is in its file's name.
        kind: how it is arranged.
        count, dimension: of its vectors.
        last: the greatest number of a passage in it; what is newer is the tail.
        trained: how many vectors there were when it was trained.
        width: lists that a search looks into (IVF), or candidates it keeps (HNSW).
        recall: recall@20 against all of its vectors, measured when it was tuned; 1 where it is exact.
        size, digest: of its file.
    """

    generation: int
    kind: Kind
    count: int
    dimension: int
    last: int
    trained: int
    width: int = 0
    recall: float = 1.0
    size: int = 0
    digest: str = ""

    def to_json(self) -> str:
        """As JSON, for the store."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, written: str) -> Base:
        """What `to_json` wrote. Raises StoreError for anything else."""
        try:
            return cls(**json.loads(written))
        except (ValueError, TypeError):
            raise StoreError("the record of the base of vectors is damaged; mend it with: pincite doctor") from None

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"vectors-{self.generation}.faiss"


def kind_for(wanted: VectorIndex, count: int) -> Kind:
    """How this many vectors are arranged, unless the settings say otherwise.

    >>> kind_for("auto", 10_000), kind_for("auto", 1_000_000), kind_for("hnsw", 10)
    ('flat', 'ivf', 'hnsw')
    """
    if wanted != "auto":
        return wanted
    return "flat" if count <= LARGEST_FLAT else "ivf"


class LoadedBase:
    """A base in memory, ready to be searched.

    Attributes:
        about: what is known of it.
        numbers: the passages of its vectors, ascending: (count,).
    """

    def __init__(self, about: Base, numbers: Numbers, index: Any) -> None:
        self.about, self.numbers, self._index = about, numbers, index

    @classmethod
    def read(cls, folder: Path, about: Base) -> LoadedBase:
        """Reads a base from its file.

        Raises:
            FileNotFoundError: the file is not there: a newer base may have taken its place.
            StoreError: it is damaged.
        """
        faiss = load_faiss()
        path = folder / about.file
        check_file(path, about)
        try:
            with path.open("rb") as file:
                numbers = np.frombuffer(file.read(8 * about.count), dtype="<i8")
                index = faiss.read_index(faiss.PyCallbackIOReader(file.read, _PIECE))
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            raise _damaged(path, error) from None
        if index.ntotal != about.count or index.d != about.dimension:
            raise _damaged(path, "it holds other vectors than the store says")
        if about.kind == "ivf":
            index.parallel_mode = _OVER_LISTS
        return cls(about, numbers, index)

    def search(
        self, vector: Vectors, k: int, among: np.ndarray[Any, np.dtype[np.bool_]] | None = None
    ) -> tuple[list[int], list[float]]:
        """The k nearest of a unit vector (dimension,): rows in `numbers` and cosines, which may be approximate.

        Args:
            vector: what is searched for.
            k: how many at most.
            among: a mask over the rows, (count,), of those that count; all of them where it is None.
        """
        share = 1.0 if among is None else float(among.mean())
        if share == 0.0:
            return [], []
        return _search(self._index, self.about, vector[None, :], k, among, share)


def check_file(path: Path, about: Base) -> None:
    """Raises StoreError where a base's file is not, to the byte, what the store says."""
    if path.stat().st_size != about.size:
        raise _damaged(path, f"it has {path.stat().st_size:,} bytes, expected {about.size:,}")
    try:
        if file_digest(path) != about.digest:
            raise _damaged(path, "its digest is another one")
    except OSError as error:
        raise _damaged(path, error.strerror) from None


def make_base(folder: Path, about: Base, blocks: Blocks) -> Base:
    """Writes a new base of all vectors and returns what is known of it; the file is on the disk then.

    Args:
        folder: of the index.
        about: its generation, kind, count and dimension.
        blocks: gives the vectors, in the order of their numbers, from the beginning each time it is called.
    """
    index = _trained(about, blocks)
    numbers = _filled(index, blocks())
    return _written(folder, index, _tuned(index, replace(about, trained=about.count), blocks), numbers)


def grow_base(folder: Path, old: Base, blocks: Blocks) -> Base:
    """Writes the base of the next generation: the old one with more vectors at its end, which is not trained again."""
    loaded = LoadedBase.read(folder, old)
    numbers = np.concatenate([loaded.numbers, _filled(loaded._index, blocks())])
    grown = replace(old, generation=old.generation + 1, count=len(numbers))
    return _written(folder, loaded._index, grown, numbers)


def can_grow(old: Base, kind: Kind, count: int) -> bool:
    """Whether a base of this kind with so many vectors may be the old one with more at its end."""
    return old.kind == kind and count <= _OUTGROWN * max(1, old.trained)


def rows_in(numbers: Numbers, ranges: Numbers | Sequence[tuple[int, int]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which numbers, ascending, lie in ranges that do not overlap: first number and how many.

    >>> rows_in(np.array([2, 3, 5, 8]), [(3, 4), (20, 1)]).tolist()
    [False, True, True, False]
    """
    edges = np.cumsum(np.asarray(ranges, dtype=np.int64).reshape(-1, 2), axis=1)  # where each begins, and ends
    change = np.zeros(len(numbers) + 1, dtype=np.int64)
    np.add.at(change, np.searchsorted(numbers, edges[:, 0]), 1)
    np.add.at(change, np.searchsorted(numbers, edges[:, 1]), -1)
    inside: np.ndarray[Any, np.dtype[np.bool_]] = np.cumsum(change)[:-1] > 0
    return inside


def load_faiss() -> Any:
    """The library, imported when it is first needed; its own types leave out half of what it can do."""
    import faiss

    return faiss


def selector(among: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Any, Any]:
    """FAISS's form of a mask over rows, and what must live as long as it does."""
    faiss = load_faiss()
    bits = np.packbits(among, bitorder="little")
    return faiss.IDSelectorBitmap(bits), bits


def _search(
    index: Any, about: Base, vectors: Vectors, k: int, among: np.ndarray[Any, np.dtype[np.bool_]] | None, share: float
) -> tuple[list[int], list[float]]:
    faiss = load_faiss()
    chosen, bits = selector(among) if among is not None else (None, None)
    if about.kind == "flat" or (about.kind == "hnsw" and share < 0.2):  # the graph leads away from what is rare
        whole = index if about.kind == "flat" else faiss.downcast_index(index.storage)
        scores, rows = whole.search(vectors, k, params=faiss.SearchParameters(sel=chosen))
    elif about.kind == "hnsw":
        width = max(k, int(about.width / share))
        scores, rows = index.search(vectors, k, params=faiss.SearchParametersHNSW(sel=chosen, efSearch=width))
    else:
        width = index.nlist if share < 0.2 else min(index.nlist, int(about.width / share))
        scores, rows = index.search(vectors, k, params=faiss.SearchParametersIVF(sel=chosen, nprobe=width))
    del bits  # which the selector points at until here
    there = rows[0] >= 0
    return rows[0][there].tolist(), scores[0][there].tolist()


def _trained(about: Base, blocks: Blocks) -> Any:
    """An empty FAISS index, trained where its kind needs it."""
    faiss = load_faiss()
    quantiser, by_product = faiss.ScalarQuantizer, faiss.METRIC_INNER_PRODUCT
    if about.kind == "flat":
        index = faiss.IndexScalarQuantizer(about.dimension, quantiser.QT_fp16, by_product)
        index.is_trained = True  # float16 has nothing to learn
        return index
    if about.kind == "hnsw":
        index = faiss.IndexHNSWSQ(about.dimension, quantiser.QT_8bit, _LINKS, by_product)
        index.hnsw.efConstruction = 80
        index.train(_sample(about.count, 50_000, blocks))
        return index
    lists = max(1, min(int(4 * about.count**0.5), about.count // _TRAINED_PER_LIST))
    centres = faiss.IndexFlatIP(about.dimension)
    index = faiss.IndexIVFScalarQuantizer(centres, about.dimension, lists, quantiser.QT_8bit, by_product)
    centres.this.disown()  # the inverted file frees them
    index.own_fields = True
    index.cp.niter, index.cp.seed = 8, 1
    index.train(_sample(about.count, _TRAINED_PER_LIST * lists, blocks))
    return index


def _sample(count: int, most: int, blocks: Blocks) -> Vectors:
    """About this many of the vectors, evenly spread."""
    step = max(1, count // most)
    parts, seen = [], 0
    for _, vectors in blocks():
        parts.append(vectors[(-seen) % step :: step].copy())  # a view would keep the whole block
        seen += len(vectors)
    return np.ascontiguousarray(np.concatenate(parts))


def _filled(index: Any, blocks: Iterator[tuple[Numbers, Vectors]]) -> Numbers:
    numbers = [np.zeros(0, dtype=np.int64)]
    for some, vectors in blocks:
        index.add(np.ascontiguousarray(vectors))
        numbers.append(some)
    return np.concatenate(numbers)


def _tuned(index: Any, about: Base, blocks: Blocks) -> Base:
    """The smallest width that finds what a search of all lists finds, as far as `_AIM` asks."""
    if about.kind == "flat":
        return about
    drawn = np.random.default_rng(1)
    some = _sample(about.count, _TUNING_QUERIES, blocks)[: 2 * _TUNING_QUERIES]
    noise = drawn.normal(size=some.shape).astype(np.float32)
    queries = some + 0.7 * noise / np.linalg.norm(noise, axis=1, keepdims=True)  # questions are near, not equal
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    depth = min(_TUNING_DEPTH, about.count)
    everything = np.zeros(about.count, dtype=bool)
    everything[: max(1, about.count)] = True
    truth = [set(_search(index, about, q[None, :], depth, everything, 0.01)[0]) for q in queries]
    for width in _WIDTHS:
        tried = replace(about, width=width)
        nearest = [set(_search(index, tried, q[None, :], 2 * depth, None, 1.0)[0]) for q in queries]
        recall = sum(len(f & t) for f, t in zip(nearest, truth, strict=True)) / max(1, sum(map(len, truth)))
        if recall >= _AIM or width >= getattr(index, "nlist", about.count):
            break
    return replace(tried, recall=round(recall, 4))


def _written(folder: Path, index: Any, about: Base, numbers: Numbers) -> Base:
    faiss = load_faiss()
    path = folder / about.file
    scratch = path.with_suffix(".new")
    with scratch.open("wb") as file:
        file.write(numbers.astype("<i8").tobytes())
        faiss.write_index(index, faiss.PyCallbackIOWriter(file.write, _PIECE))
        file.flush()
        os.fsync(file.fileno())
    done = replace(about, last=int(numbers[-1]) if len(numbers) else 0)
    done = replace(done, size=scratch.stat().st_size, digest=file_digest(scratch))
    scratch.replace(path)
    return done


def _damaged(path: Path, reason: object) -> StoreError:
    return StoreError(f"{path}: damaged ({reason}); mend it with: pincite doctor --repair --index {path.parent}")

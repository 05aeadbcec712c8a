"""An index that is kept up to date with a folder, small and quick: what the tests of crashes, corruption and
updates stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from small_encoder import HashingEncoder, small_chunker

from embeddings.index.beside import Maker
from embeddings.index.folders import Step, UpdateResult, update_index
from embeddings.index.index import Index
from embeddings.index.updating import Tuning
from embeddings.search.bases import VectorIndex

ENCODER = HashingEncoder(dimension=32)
CHUNKER = small_chunker(ENCODER)
Content = dict[str, str]  # the name of a file -> its text


def maker(tail: int = 8, kind: VectorIndex = "auto") -> Maker:
    """What makes the index: a base of vectors as soon as there are a few."""
    return Maker(ENCODER, CHUNKER, Tuning(kind, tail))


def content(version: int, files: int = 12) -> Content:
    """What stands in the folder at a version: from one to the next files change, come, go and move."""
    texts: Content = {}
    for number in range(files):
        if (number + version) % 5 == 0:
            continue  # not there at this version
        age = version if number % 3 == 0 else 0
        folder = f"part{version % 2}/" if number % 4 == 1 else ""
        words = f"Ship {number} sails under flag {number * 7 + age}. " + f"It carries load{number}of{age} to port. " * 4
        texts[f"{folder}ship{number}.txt"] = f"Ship {number}\n\n{words}"
    return texts


def write(folder: Path, texts: Content) -> None:
    """Makes a folder hold these files and no others."""
    folder.mkdir(exist_ok=True)
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        if str(file.relative_to(folder)) not in texts:
            file.unlink()
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def update(index: Path, folder: Path, tell: Callable[[Step], None] | None = None, tail: int = 8) -> UpdateResult:
    """Brings the index up to date with the folder."""
    return update_index(index, [folder], maker(tail), tell)


def held(index: Index, folder: Path) -> Content:
    """The files that an index holds, by its own account."""
    return {str(Path(d.source).relative_to(folder)): d.text for d in index.documents()}


def check(index: Index, folder: Path, states: Iterable[Content]) -> Content:
    """Checks every answer of an index: it holds one of these states, whole, and finds it all, and nothing else."""
    with index.reading():
        found = held(index, folder)
        assert found in list(states), "neither the state before nor the one after"
        ids = {document.id: document.text for document in index.documents()}
        assert index.document_count == len(found) == len(ids)
        numbers = {n for id in ids for n in index.chunks_of(id)}
        assert len(numbers) == index.passage_count
        for text in found.values():
            title = text.partition("\n")[0]
            words = text.split("flag ")[1].split(".")[0]
            for hits in (index.dense(text[:120], 5), index.lexical(f"{title} flag {words}", 5)):
                assert set(hits) <= numbers
                chunks = index.chunks(hits)
                assert set(chunks) == set(hits), "a passage that is not there was found"
                best = chunks[next(iter(hits))]
                assert ids[best.document_id][best.start : best.end] in text, "the wrong passage comes first"
        assert len(index.dense("ship", 10_000)) == index.passage_count
        assert len(index.lexical("ship sails carries", 10_000)) == index.passage_count
    return found


def checked(path: Path, folder: Path, states: Iterable[Content]) -> Content:
    """Opens an index and checks it."""
    with closing(Index.open(path, ENCODER)) as index:
        return check(index, folder, states)

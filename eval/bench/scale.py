"""`make bench-scale`: what an index costs, from a thousand passages to a million.

    python -m eval.bench.scale --data DIR [--cache DIR] [--work DIR] [--sizes 1000 10000] [--write docs/scale.md]

Each size is built, asked and changed in processes of their own (`eval.bench.scale_work`); what they index says
`eval.bench.scale_materials`. A work folder that is named is kept, and what was measured in it is not measured again.
Every aim stands beside what was reached, whether it was or not.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from embeddings.errors import GoldError
from embeddings.models.encoder import OnnxEncoder
from eval.bench.machine import describe_machine
from eval.bench.processes import run_to_its_end
from eval.bench.scale_materials import RECORDS, Corpus, Kept, load_materials
from eval.bench.scale_tables import Size, aims_table, costs_table, times_table
from eval.bench.scale_work import Asked, Built, Changed, Rates, Work
from eval.experiments import with_a_bar
from eval.report.readme import check_markers, rewrite, write_bytes_whole
from qa.ending import done_or_told

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUESTIONS = 200
RATED = 10_000  # real passages that the rate of indexing is measured on
PARTS = ("times", "costs", "aims")
PICTURE = Path("images") / "scale.png"

Found = TypeVar("Found", Built, Asked, Changed, Rates)


class Bench:
    """Measures sizes, one after another, in a folder.

    Args:
        folder: for the files, the indexes and what came of each measurement.
        kept: the materials.
        questions: how many are asked of each size.
    """

    def __init__(self, folder: Path, kept: Kept, questions: int) -> None:
        self._folder, self._kept, self._questions = folder, kept, questions

    def size(self, count: int) -> Size:
        """Everything that is measured of so many passages."""
        place = self._folder / str(count)
        work = Work(self._kept, str(place / "docs"), str(place / "index"), count, self._questions)
        if not (place / "build.json").exists():
            materials = self._kept.read()
            Corpus(materials.sentences, materials.vectors).write(place / "docs", count)
        found = (self._done("build", work, place, Built), self._done("ask", work, place, Asked))
        return Size(*found, self._done("change", work, place, Changed))

    def rates(self, data: Path, count: int) -> Rates:
        """The rate of indexing real passages."""
        place = self._folder / f"rate-{count}"
        work = Work(self._kept, str(data.absolute()), str(place / "index"), count, self._questions)
        return self._done("rate", work, place, Rates)

    @staticmethod
    def _done(job: str, work: Work, place: Path, kind: type[Found]) -> Found:
        """What came of a job, done now where it was not done before. Raises BenchmarkError where it fails."""
        place.mkdir(parents=True, exist_ok=True)
        asked, result = place / "work.json", place / f"{job}.json"
        if not result.exists():
            asked.write_text(work.to_json(), encoding="utf-8")
            command = [sys.executable, "-m", "eval.bench.scale_work", job, str(asked), str(result)]
            run_to_its_end(command, os.environ)
        said: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in said.items()}
        return kind(**fields)


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    """The folder to work in; one that was not named is deleted at the end."""
    if named is not None:
        named.mkdir(parents=True, exist_ok=True)
        yield named.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="pincite-scale-") as scratch:
        yield Path(scratch)


def run(options: argparse.Namespace, console: Console) -> None:
    """Measures, prints the tables, and writes them and the plot where a file is named.

    Raises:
        GoldError: there are no public sets in the folder.
        SettingsError: the file has no markers for the tables. Nothing was measured then.
        BenchmarkError: a process failed.
    """
    if options.data is None:
        raise GoldError(
            "--data DIR is missing: a folder with public sets in the format of SQuAD (Rajpurkar et al. 2018, "
            "rajpurkar.github.io/SQuAD-explorer), QAMR or MultiSpanQA"
        )
    for part in PARTS if options.write is not None else ():
        check_markers(options.write, f"scale:{part}")
    machine = describe_machine()  # before, so that its load is that of others
    with _folder(options.work) as folder:
        cache = options.cache if options.cache is not None else folder / "cache"
        materials = load_materials(options.data, cache, OnnxEncoder(), with_a_bar)
        bench = Bench(folder, Kept.write(materials, folder / "materials"), options.questions)
        sizes = [bench.size(count) for count in with_a_bar(sorted(options.sizes), "sizes")]
        rates = bench.rates(options.data, options.rated)
    made = (
        f"{len(materials.sentences):,} distinct sentences of the public sets, {RECORDS} passages to a file. {machine}"
    )
    tables: Mapping[str, Callable[[], str]] = {
        "times": partial(times_table, sizes),
        "costs": partial(costs_table, sizes, rates),
        "aims": partial(aims_table, sizes, rates),
    }
    for name, make in tables.items():
        table = f"{make()}\n\n{made}"
        console.print(f"{name}\n\n{table}\n", markup=False, highlight=False, soft_wrap=True)
        if options.write is not None:
            rewrite(options.write, table, f"scale:{name}")
    if options.write is not None:
        _draw(sizes, options.write.parent / PICTURE)


def _draw(sizes: Sequence[Size], path: Path) -> None:
    from eval.report.drawing import draw_costs

    path.parent.mkdir(exist_ok=True)
    write_bytes_whole(path, draw_costs([size.built.passages for size in sizes], _curves(sizes)).png())


def _curves(sizes: Sequence[Size]) -> dict[str, list[float]]:
    """What is drawn: by its name and unit, a figure for each size."""
    return {
        "retrieval p95, ms": [size.milliseconds("retrieve", 95) for size in sizes],
        "open, ms": [1000 * size.asked.open for size in sizes],
        "add a document, ms": [size.milliseconds("add", 50) for size in sizes],
        "build, s": [size.built.seconds for size in sizes],
        "memory, MB": [size.asked.resident / 1e6 for size in sizes],
        "files, MB": [size.bytes / 1e6 for size in sizes],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench.scale", description="Measure what an index of a size costs."
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="public sets, whose sentences are indexed")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keeps the sentences' vectors for the next run")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keeps indexes and results; a run goes on from there")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="passages (default: 10^3 to 10^6)")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help=f"of each size (default {QUESTIONS})")
    parser.add_argument("--rated", type=int, default=RATED, help=f"passages of the rate (default {RATED})")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a Markdown file to rewrite between its markers")
    options = parser.parse_args(arguments)
    if min(*options.sizes, options.questions, options.rated, 1) < 1:
        parser.error("--sizes, --questions and --rated are numbers from 1")
    return done_or_told(partial(run, options, Console()))


if __name__ == "__main__":
    sys.exit(main())

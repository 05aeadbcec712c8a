"""What `pincite eval` and `python -m eval` do: read questions and documents, ask, report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.gold import load_gold
from eval.publishing import Outputs
from eval.rendering import to_terminal
from eval.report import make_report
from eval.runner import Answerer, run
from eval.runner import Progress as OnProgress
from qa.settings import Settings

SHIPPED_GOLD = Path(__file__).parent / "gold" / "seeds.jsonl"


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured: an assistant, and the same one with a threshold of 0 (see `eval.runner.run`).

    Attributes:
        settings: names and values, for the report.
        models: what each model is for, and its name.
    """

    assistant: Answerer
    unrefusing: Answerer
    settings: Mapping[str, object]
    models: Mapping[str, str]


def open_bench(documents: Sequence[Document], settings: Settings) -> Bench:
    """Both assistants over one index of the documents, in memory, with the models that the settings name."""
    from qa.assistant import Assistant, build_index
    from qa.models import UNCALIBRATED, encoder_for, reader_for

    encoder, reader = encoder_for(settings), reader_for(settings)
    index = build_index(documents, None, settings, encoder=encoder)
    measured = Assistant(index, settings, reader)
    if not measured.is_calibrated:
        Console(stderr=True).print(UNCALIBRATED, markup=False, highlight=False, soft_wrap=True)
    return Bench(
        measured,
        Assistant(index, replace(settings, threshold=0.0), reader),
        asdict(settings),
        {card.kind: f"{card.name} ({card.precision})" for card in (encoder.card, reader.card)},
    )


def run_eval(
    *,
    questions: Path | None = None,
    documents: Sequence[Path] = (),
    json_path: Path | None = None,
    readme: Path | None = None,
    html: Path | None = None,
    curves: Path | None = None,
    settings: Settings | None = None,
    console: Console | None = None,
    opener: Callable[[Sequence[Document], Settings], Bench] = open_bench,
) -> int:
    """Asks gold questions of documents and reports how good the answers are.

    Args:
        questions: gold questions (form: `eval.gold`); None for those that ship, which are about the sample documents.
        documents: files and folders; none for the sample documents.
        json_path: where to write all figures and a row for each question.
        readme: a file to rewrite between its markers (see `eval.readme`).
        html: where to write the report as a page that needs nothing else.
        curves: a folder to write the curves into, as PNG.
        settings: of the assistant; None for the defaults.
        console: where the tables go; None for stdout.
        opener: makes what is measured.

    Returns:
        The exit code, 0.

    Raises:
        PinciteError: a line for each fault, in the order in which a user would mend them. Nothing was asked then.
    """
    if questions is None and documents:
        raise GoldError("the questions that ship are about the sample documents; name yours with --questions FILE")
    outputs = Outputs(json_path, readme, html, curves)
    outputs.check(questions)
    texts = _load(documents)
    gold = load_gold(SHIPPED_GOLD if questions is None else questions, texts)
    bench = opener(texts, Settings() if settings is None else settings)
    with _progress() as on_progress:
        outcomes = run(bench.assistant, gold, on_progress, bench.unrefusing)
    report = make_report(outcomes, len(texts), bench.settings, bench.models)
    (Console() if console is None else console).print(to_terminal(report))
    outputs.write(report, texts)
    return 0


def _load(paths: Sequence[Path]) -> tuple[Document, ...]:
    from embeddings.loading import load
    from qa.samples import seeds_folder

    loaded = load(list(paths) or [seeds_folder()])
    for skipped in loaded.skipped:
        Console(stderr=True).print(f"skipped {skipped.path}: {skipped.reason}", markup=False, highlight=False)
    return loaded.documents


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar on stderr where that is a terminal."""
    stderr = Console(stderr=True)
    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        bar = progress.add_task("asking", total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)

"""The command line: pincite index | ask | chat | eval.

This is the composition root: `ask` must start fast, so everything that one command alone needs is imported inside it.
Exit codes: 0 done or answered, 1 no answer, 2 an error, said in one line on stderr.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from embeddings.errors import PinciteError

if TYPE_CHECKING:
    from embeddings.loading import Loaded
    from qa.assistant import Assistant
    from qa.settings import Settings
    from qa.types import Answer

app = typer.Typer(
    name="pincite",
    help="Ask your own documents; get the exact words that answer, each with a pinpoint citation.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)

ANSWERED, NO_ANSWER, ERROR = 0, 1, 2

Paths = Annotated[list[Path] | None, typer.Argument(help="Files and folders to read; without them an index is used.")]
IndexFolder = Annotated[Path | None, typer.Option("--index", help="The folder of an index.")]
Threshold = Annotated[
    float | None,
    typer.Option(help="Answer only from this confidence on, 0 to 1 (0 never refuses).", show_default=False),
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pincite {version('pincite')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Ask your own documents; get the exact words that answer, each with a pinpoint citation."""


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders to read.")],
    folder: Annotated[Path, typer.Option("--index", help="The folder to make; an index there is replaced.")] = Path(
        ".pincite"
    ),
) -> None:
    """Build an index of files and folders."""
    from qa.assistant import build_index

    loaded = _load(paths)
    with _progress("indexing", len(loaded.documents)) as advance:
        built = build_index(loaded.documents, folder, progress=lambda _: advance())
    skipped = f", {len(loaded.skipped)} skipped" if loaded.skipped else ""
    typer.echo(f"{folder}: {len(loaded.documents)} documents, {built.passage_count} passages{skipped}")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    paths: Paths = None,
    index: IndexFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    threshold: Threshold = None,
) -> None:
    """Answer one question: from PATHS, from an index, or from the sample documents."""
    from qa.assistant import checked_question

    asked = checked_question(question)  # before anything is read for it
    answer = _assistant(paths, index, _settings(threshold)).answer(asked)
    _print_answer(answer, as_json)
    raise typer.Exit(ANSWERED if answer.text is not None else NO_ANSWER)


@app.command()
def chat(
    paths: Paths = None,
    index: IndexFolder = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 7860,
    threshold: Threshold = None,
) -> None:
    """Serve the chat in the browser."""
    assistant = _assistant(paths, index, _settings(threshold))
    from qa.chat import serve
    from qa.samples import EXAMPLES, is_samples

    examples = EXAMPLES if is_samples(assistant.documents()) else ()
    serve(assistant, host=host, port=port, examples=examples, on_ready=lambda url: typer.echo(f"Pincite is at {url}"))


@app.command(name="eval")
def evaluate(
    questions: Annotated[
        Path | None, typer.Option(help="Gold questions (JSON lines); the samples' without it.")
    ] = None,
    documents: Annotated[list[Path] | None, typer.Option(help="Files and folders that the gold refers to.")] = None,
    squad: Annotated[
        Path | None, typer.Option(help="Ask the questions of a file of SQuAD or MRQA of all its passages.")
    ] = None,
    given_passage: Annotated[
        bool, typer.Option("--given-passage", help="With --squad: read only the passage a question was written on.")
    ] = False,
    articles: Annotated[
        list[str] | None, typer.Option(help="With --squad: ask only about this article; may be repeated.")
    ] = None,
    sample: Annotated[int | None, typer.Option(help="With --squad: ask so many, drawn at random.", min=1)] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the report as JSON.")] = None,
    readme: Annotated[Path | None, typer.Option(help="Write the table into this file, between its markers.")] = None,
    baseline: Annotated[Path | None, typer.Option("--write-baseline", help="Write the figures for --against.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="Compare with this baseline; exit with 1 where a figure fell too far.")
    ] = None,
) -> None:
    """Measure answers against gold questions."""
    from eval.command import run_eval
    from eval.trial import squad_choice

    code = run_eval(
        questions=questions,
        documents=documents or (),
        squad=squad_choice(squad, given_passage, articles or (), sample),
        json_path=json_path,
        readme=readme,
        baseline_path=baseline,
        against=against,
    )
    raise typer.Exit(code)


def main() -> None:
    """The entry point: errors become one line and exit code 2, since 1 means that there was no answer."""
    try:
        app()
    except PinciteError as error:
        sys.stderr.write(f"pincite: {error}\n")
        sys.exit(ERROR)
    except OSError as error:
        _drop_output()
        sys.stderr.write(f"pincite: {error.filename or 'output'}: {error.strerror or error}\n")
        sys.exit(ERROR)


def _print_answer(answer: Answer, as_json: bool) -> None:
    """Prints an answer; a reader that has seen enough (`| head -1`) is no error."""
    try:
        if as_json:
            from qa.render import to_dict

            typer.echo(json.dumps(to_dict(answer), ensure_ascii=False, indent=2))
        else:
            from qa.terminal import show

            show(answer)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()


def _drop_output() -> None:
    """What could not be written is not tried again when Python ends, which would change the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _settings(threshold: float | None) -> Settings:
    from qa.settings import Settings

    return Settings() if threshold is None else Settings(threshold=threshold)


def _assistant(paths: list[Path] | None, index: Path | None, settings: Settings) -> Assistant:
    """From the paths, else the index that was named, else whatever is found."""
    from qa.assistant import Assistant
    from qa.documents import open_default

    if paths and index is not None:
        raise PinciteError(f"both paths and --index {index} were given; name one of them")
    if paths:
        documents = _load(paths).documents
        with _progress("reading", len(documents)) as advance:
            return Assistant.from_documents(documents, settings, progress=lambda _: advance())
    return Assistant.open(index, settings) if index is not None else open_default(settings)


def _load(paths: list[Path]) -> Loaded:
    from embeddings.loading import load

    loaded = load(paths)
    for skipped in loaded.skipped:
        sys.stderr.write(f"skipped {skipped.path}: {skipped.reason}\n")
    return loaded


@contextmanager
def _progress(label: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr where that is a terminal; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=total)
        yield lambda: progress.advance(task)


if __name__ == "__main__":
    main()

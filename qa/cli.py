"""The command line: pincite index | ask | chat | eval | models.

This is the composition root: `ask` must start fast, so everything that one command alone needs is imported inside it.
Exit codes: 0 done or answered, 1 no answer, 2 an error, said in one line on stderr.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
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
EncoderName = Annotated[
    str | None,
    typer.Option(
        "--encoder", metavar="NAME", help="A sentence-transformers model: its folder, or its name if it was fetched."
    ),
]
ReaderName = Annotated[
    str | None,
    typer.Option(
        "--reader", metavar="NAME", help="A question-answering model: its folder, or its name if it was fetched."
    ),
]
Precision = Annotated[str, typer.Option(help="What --encoder and --reader are compiled to: int8 or fp32.")]

models = typer.Typer(name="models", help="Fetch models, and list those that are here.", no_args_is_help=True)
app.add_typer(models)


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
    encoder: EncoderName = None,
    precision: Precision = "int8",
) -> None:
    """Build an index of files and folders."""
    from qa.assistant import build_index
    from qa.models import encoder_for

    settings = _settings(encoder=encoder, precision=precision)
    embedder = encoder_for(settings)  # before anything is read for it
    loaded = _load(paths)
    with _progress("indexing", len(loaded.documents)) as advance:
        built = build_index(loaded.documents, folder, settings, lambda _: advance(), embedder)
    skipped = f", {len(loaded.skipped)} skipped" if loaded.skipped else ""
    typer.echo(f"{folder}: {len(loaded.documents)} documents, {built.passage_count} passages{skipped}")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    paths: Paths = None,
    index: IndexFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    threshold: Threshold = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    precision: Precision = "int8",
) -> None:
    """Answer one question: from PATHS, from an index, or from the sample documents."""
    from qa.assistant import checked_question

    asked = checked_question(question)  # before anything is read for it
    settings = _settings(threshold, encoder, reader, precision)
    answer = _assistant(paths, index, settings).answer(asked)
    _print_answer(answer, as_json)
    raise typer.Exit(ANSWERED if answer.text is not None else NO_ANSWER)


@app.command()
def chat(
    paths: Paths = None,
    index: IndexFolder = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 7860,
    threshold: Threshold = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    precision: Precision = "int8",
) -> None:
    """Serve the chat in the browser."""
    assistant = _assistant(paths, index, _settings(threshold, encoder, reader, precision))
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
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the report as JSON.")] = None,
    readme: Annotated[Path | None, typer.Option(help="Write the table into this file, between its markers.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report as one page, with every wrong answer.")
    ] = None,
    curves: Annotated[
        Path | None, typer.Option("--curves", help="Write the curves of risk and of reliability as PNG into a folder.")
    ] = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    precision: Precision = "int8",
) -> None:
    """Measure answers against gold questions."""
    from eval.command import run_eval

    code = run_eval(
        questions=questions,
        documents=documents or (),
        json_path=json_path,
        readme=readme,
        html=html,
        curves=curves,
        settings=_settings(encoder=encoder, reader=reader, precision=precision),
    )
    raise typer.Exit(code)


@models.command(name="list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the models that are here: those that ship, compiled, and fetched."""
    from qa.model_list import listed, to_json, to_lines

    found = listed()
    typer.echo(to_json(found) if as_json else "\n".join(to_lines(found)))


@models.command(name="fetch")
def fetch_model(
    name: Annotated[str, typer.Argument(help="The model's name on the hub, OWNER/NAME.")],
) -> None:
    """Fetch a model from the Hugging Face hub: the only command that uses a network."""
    from qa.fetching import fetch

    source = fetch(name)
    typer.echo(f"{source.name}: in {source.folder}")


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


def _settings(
    threshold: float | None = None, encoder: str | None = None, reader: str | None = None, precision: str = "int8"
) -> Settings:
    from qa.settings import Settings, precision_of

    chosen = Settings(encoder=encoder, reader=reader, precision=precision_of(precision))
    if encoder is not None or reader is not None:
        from qa.models import check_names

        check_names(chosen)
    return chosen if threshold is None else replace(chosen, threshold=threshold)


def _assistant(paths: list[Path] | None, index: Path | None, settings: Settings) -> Assistant:
    """From the paths, else the index that was named, else whatever is found; says where its confidence is none."""
    from qa.models import UNCALIBRATED

    assistant = _opened(paths, index, settings)
    if not assistant.is_calibrated:
        sys.stderr.write(f"{UNCALIBRATED}\n")
    return assistant


def _opened(paths: list[Path] | None, index: Path | None, settings: Settings) -> Assistant:
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

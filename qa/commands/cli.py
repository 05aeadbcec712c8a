"""The command line: pincite index | documents | doctor | ask | verify | check | chat | eval | models.

This is the composition root: `ask` must start fast, so everything that one command alone needs is imported inside it.
Exit codes: 0 done or answered, 1 no answer, 2 an error, said in one line on stderr, 130 interrupted (`qa.ending`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from embeddings.errors import PinciteError
from qa.commands import arguments, chatting
from qa.commands import index as index_commands
from qa.commands.arguments import path
from qa.ending import drop_output, end, say
from qa.packages import check_neighbour

if TYPE_CHECKING:
    from embeddings.filters import Where
    from embeddings.loading import Loaded
    from qa.assistant import Assistant
    from qa.settings import Settings

app = typer.Typer(
    name="pincite",
    help="Ask your own documents; get the exact words that answer, each with a pinpoint citation.",
    add_completion=True,
    pretty_exceptions_enable=False,
)

ANSWERED, NO_ANSWER = 0, 1

Paths = Annotated[
    list[Path] | None, typer.Argument(parser=path, help="Files and folders to read; without them an index is used.")
]
IndexFolder = Annotated[Path | None, typer.Option("--index", parser=path, help="The folder of an index.")]
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
app.add_typer(index_commands.documents)
app.command()(index_commands.index)
app.command()(index_commands.doctor)
app.command()(index_commands.verify)
app.command()(index_commands.check)
app.command()(chatting.password)


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
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    paths: Paths = None,
    index: IndexFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the passages that were read, each with its scores.")
    ] = False,
    threshold: arguments.Threshold = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    precision: Precision = "int8",
    document: arguments.InDocument = None,
    folder: arguments.InFolder = None,
    media_type: arguments.OfType = None,
    after: arguments.After = None,
    before: arguments.Before = None,
    each: arguments.Each = False,
    by_name: arguments.ByName = False,
    as_csv: arguments.AsCsv = False,
) -> None:
    """Answer one question: from PATHS, from an index, or from the sample documents.

    Greetings and questions about Pincite itself ("what is in here?") get a reply and exit with 0.
    """
    from embeddings.filters import Where
    from qa.assistant import checked_question
    from qa.show.printing import print_explained, print_reply
    from qa.talk.replying import NEEDS_DOCUMENTS, reply
    from qa.talk.smalltalk import small_talk, without_courtesy
    from qa.types import Ask

    asked = checked_question(question)  # before anything is read for it
    where = Where(tuple(document or ()), tuple(folder or ()), tuple(media_type or ()), after, before)
    settings = _settings(threshold, encoder, reader, precision)
    if each or by_name or as_csv:
        raise typer.Exit(_asked_of_each(asked, where, by_name, (as_csv, as_json), _assistant(paths, index, settings)))
    if (kind := small_talk(asked)) is not None:
        library = _assistant(paths, index, settings) if kind in NEEDS_DOCUMENTS else None
        _printed(partial(print_reply, reply(kind, asked, library, where=where if where else None), as_json))
        raise typer.Exit(ANSWERED)
    explanation = _assistant(paths, index, settings).explain(Ask(without_courtesy(asked), where=where))
    _printed(partial(print_explained, explanation, as_json, explain))
    raise typer.Exit(ANSWERED if explanation.answer.text is not None else NO_ANSWER)


def _asked_of_each(asked: str, where: Where, by_name: bool, forms: tuple[bool, bool], assistant: Assistant) -> int:
    """Prints what each document says. Returns the exit code."""
    from qa.show.each import print_each

    total = len(assistant.listed(None, where))
    with _progress("asking", total) as advance:
        said = assistant.answer_each(asked, where, "name" if by_name else "date", lambda _: advance())
    _printed(partial(print_each, asked, said, *forms))
    return ANSWERED if any(one.answer.found for one in said) else NO_ANSWER


@app.command()
def chat(
    paths: Paths = None,
    index: IndexFolder = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(parser=arguments.port, help="The port to listen on; 0 takes a free one.")] = 7860,
    threshold: arguments.Threshold = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    precision: Precision = "int8",
    document: arguments.InDocument = None,
    folder: arguments.InFolder = None,
    media_type: arguments.OfType = None,
    after: arguments.After = None,
    before: arguments.Before = None,
    auth: chatting.Auth = None,
    users: chatting.Users = None,
    no_auth: chatting.NoAuth = False,
    name: chatting.Names = None,
    read_only: chatting.ReadOnly = False,
    root_path: chatting.RootPath = "",
    behind_proxy: chatting.BehindProxy = False,
    shared_uploads: chatting.SharedUploads = False,
    workers: chatting.Workers = None,
    access: chatting.AccessFile = None,
    audit: chatting.AuditFile = None,
) -> None:
    """Serve the chat in the browser, and its answers to programs: POST /v1/answer, MCP at /mcp, /metrics, /health."""
    from embeddings.filters import Where
    from qa.documents import find_index
    from qa.gate.address import bind
    from qa.gate.serving import check_exposed
    from qa.kept.keeping import check_shared, keeping

    folder_of = index if index is not None or paths else find_index()
    if shared_uploads:
        check_shared(folder_of, read_only=read_only, limited=access is not None)
    serving = chatting.serving_of(host, auth, users, name, root_path, behind_proxy, read_only, workers, access, audit)
    where = Where(tuple(document or ()), tuple(folder or ()), tuple(media_type or ()), after, before)
    settings = replace(_settings(threshold, encoder, reader, precision), workers=serving.workers)
    with bind(host, port) as bound:  # before anything is read for it
        check_exposed(serving, is_open=no_auth)
        assistant = _assistant(paths, index, settings)
        assistant.limit(where)
        kept = None if read_only else keeping(assistant, folder_of, shared_uploads)
        from qa.web.app import ChatServer

        ChatServer(assistant, serving, port, _tell_url, _examples_for(assistant), bound, kept).run()


def _examples_for(assistant: Assistant) -> tuple[str, ...]:
    """The questions to start from, over the samples; none over other documents."""
    from qa.samples import EXAMPLES, MOST, is_samples

    return EXAMPLES if assistant.document_count <= MOST and is_samples(assistant.listed()) else ()


GoldFile = Annotated[
    Path | None, typer.Option(parser=path, help="Gold questions (JSON lines); the samples' without it.")
]
SquadFile = Annotated[
    Path | None, typer.Option(parser=path, help="Ask the questions of a file of SQuAD or MRQA of all its passages.")
]
GivenPassage = Annotated[
    bool, typer.Option("--given-passage", help="With --squad: read only the passage a question was written on.")
]
Articles = Annotated[list[str] | None, typer.Option(help="With --squad: ask only about this article; may be repeated.")]
Sample = Annotated[int | None, typer.Option(help="With --squad: ask so many, drawn at random.", min=1)]
Readme = Annotated[Path | None, typer.Option(parser=path, help="Write the table into this file, between its markers.")]
Page = Annotated[Path | None, typer.Option(parser=path, help="Write the report as one page, with every wrong answer.")]
Curves = Annotated[
    Path | None, typer.Option(parser=path, help="Write the curves of risk and of reliability as PNG into a folder.")
]
Against = Annotated[
    Path | None, typer.Option(parser=path, help="Compare with this baseline; exit with 1 where a figure fell too far.")
]

FromFeedback = Annotated[
    Path | None, typer.Option(parser=path, help="Ask what people said of answers: the chat's file of feedback.")
]
WriteGold = Annotated[
    Path | None, typer.Option(parser=path, help="With --from-feedback: write its questions as a gold file.")
]
Conversations = Annotated[
    Path | None,
    typer.Option(parser=path, help="Measure follow-ups on this file of TREC CAsT 2019's conversations, too."),
]


GoldName = Annotated[
    str | None, typer.Option("--gold", help="Ask one set that ships: samples, office, or office-tune (to tune on).")
]


@app.command(name="eval")
def evaluate(
    questions: GoldFile = None,
    documents: Annotated[
        list[Path] | None, typer.Option(parser=path, help="Files and folders that the gold refers to.")
    ] = None,
    squad: SquadFile = None,
    given_passage: GivenPassage = False,
    articles: Articles = None,
    sample: Sample = None,
    json_path: Annotated[Path | None, typer.Option("--json", parser=path, help="Write the report as JSON.")] = None,
    readme: Readme = None,
    html: Page = None,
    curves: Curves = None,
    baseline: Annotated[
        Path | None, typer.Option("--write-baseline", parser=path, help="Write the figures for --against.")
    ] = None,
    against: Against = None,
    from_feedback: FromFeedback = None,
    write_gold: WriteGold = None,
    conversations: Conversations = None,
    gold: GoldName = None,
    encoder: EncoderName = None,
    reader: ReaderName = None,
    precision: Precision = "int8",
) -> None:
    """Measure answers against gold questions."""
    check_neighbour("eval")
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
        from_feedback=from_feedback,
        write_gold=write_gold,
        conversations=conversations,
        gold=gold,
        html=html,
        curves=curves,
        settings=_settings(encoder=encoder, reader=reader, precision=precision),
    )
    raise typer.Exit(code)


@models.command(name="list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the models that are here: those that ship, compiled, and fetched."""
    from qa.models.listed import listed, to_json, to_lines

    models = listed()
    typer.echo(to_json(models) if as_json else "\n".join(to_lines(models)))


@models.command(name="fetch")
def fetch_model(
    name: Annotated[str, typer.Argument(help="The model's name on the hub, OWNER/NAME.")],
) -> None:
    """Fetch a model from the Hugging Face hub: the only command that uses a network."""
    from qa.models.fetching import fetch

    source = fetch(name)
    typer.echo(f"{source.name}: in {source.folder}")


def run() -> int | None:
    """Runs the command that `sys.argv` names, the help where it names none, and returns its exit code.

    It catches no error: `qa.ending.end` turns one into a line.
    """
    code: int | None = app(sys.argv[1:] or ["--help"], prog_name="pincite", standalone_mode=False)
    return code


def main() -> None:
    """Runs the command line and ends the process."""
    end(run)


def _printed(write: Callable[[], None]) -> None:
    """Runs a function that prints. A reader that stops reading (`| head -1`) changes no exit code."""
    try:
        write()
        sys.stdout.flush()
    except BrokenPipeError:
        drop_output()


def _tell_url(url: str) -> None:
    try:
        typer.echo(f"Pincite is at {url}")
        sys.stdout.flush()
    except OSError:  # the chat is there all the same
        drop_output()
        say(f"Pincite is at {url}")


def _settings(
    threshold: float | None = None, encoder: str | None = None, reader: str | None = None, precision: str = "int8"
) -> Settings:
    from qa.settings import Settings, precision_of

    chosen = Settings(encoder=encoder, reader=reader, precision=precision_of(precision))
    if encoder is not None or reader is not None:
        from qa.models.chosen import check_names

        check_names(chosen)
    return chosen if threshold is None else replace(chosen, threshold=threshold)


def _assistant(paths: list[Path] | None, index: Path | None, settings: Settings) -> Assistant:
    """The assistant over the paths, else the named index, else the default; warns if confidence is no probability."""
    from qa.models.chosen import UNCALIBRATED

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
    from embeddings.loading import load, skipped_in_lines

    loaded = load(paths)
    for line in (*skipped_in_lines(loaded.partly, verb="partly"), *skipped_in_lines(loaded.skipped)):
        say(line)
    return loaded


@contextmanager
def _progress(label: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr if that is a terminal; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=total)
        yield lambda: progress.advance(task)


if __name__ == "__main__":
    main()

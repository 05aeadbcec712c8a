"""pincite index | documents | doctor | verify | check: the commands that keep an index, and compare words with it.

Registered by `qa.commands.cli`; what a command needs is imported inside it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from embeddings.errors import PinciteError, printable
from qa.commands.arguments import path, seconds
from qa.ending import say

if TYPE_CHECKING:
    from rich.console import Console

    from checking.verifying import Check, OldCitation
    from embeddings.index.beside import Maker
    from embeddings.index.folders import Step, UpdateResult
    from embeddings.store.records import Stored
    from embeddings.types import Document
    from qa.settings import Settings

WHOLE, FAULTS = 0, 1

IndexFolder = Annotated[
    Path | None, typer.Option("--index", parser=path, help="The folder of an index; else the one that `ask` would use.")
]
Wait = Annotated[float, typer.Option(parser=seconds, help="Seconds to wait while something else is writing to it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

documents = typer.Typer(name="documents", help="List the documents of an index, and remove some.", no_args_is_help=True)


def index(
    paths: Annotated[list[Path], typer.Argument(parser=path, help="Files and folders to read.")],
    folder: Annotated[
        Path, typer.Option("--index", parser=path, help="The folder of the index; made where there is none.")
    ] = Path(".pincite"),
    encoder: Annotated[
        str | None,
        typer.Option("--encoder", metavar="NAME", help="A sentence-transformers model: its folder, or its name."),
    ] = None,
    precision: Annotated[str, typer.Option(help="What --encoder is compiled to: int8 or fp32.")] = "int8",
    watch: Annotated[bool, typer.Option("--watch", help="Go on following the paths until Ctrl-C.")] = False,
    wait: Wait = 0.0,
) -> None:
    """Build an index of files and folders, or bring one up to date: only what is new or has changed is embedded."""
    from embeddings.index.beside import Maker
    from embeddings.index.folders import update_index
    from embeddings.index.index import check_target
    from embeddings.index.updating import Tuning
    from qa.assistant import chunker_for
    from qa.models.chosen import check_names, encoder_for
    from qa.settings import Settings, precision_of

    check_target(folder)  # before anything is read for it
    settings = Settings(encoder=encoder, precision=precision_of(precision))
    if encoder is not None:
        check_names(settings)
    embedder = encoder_for(settings)
    maker = Maker(embedder, chunker_for(embedder, settings), Tuning(settings.vector_index))
    with progress_bar(paths) as tell:
        report = update_index(folder, paths, maker, tell, wait)
    _tell(folder, report)
    if watch:
        _follow(folder, paths, maker, wait)


def _follow(folder: Path, paths: Sequence[Path], maker: Maker, wait: float) -> None:
    """Brings the index up to date after every change, until it is interrupted."""
    from embeddings.errors import DocumentError, StoreLocked
    from embeddings.index.folders import update_index
    from embeddings.index.watching import changes

    say(f"following {', '.join(map(str, paths))}; Ctrl-C ends it")
    for suspects in changes(paths, folder):
        try:
            _tell(folder, update_index(folder, paths, maker, None, max(wait, 60.0), suspects), quiet=True)
        except (DocumentError, StoreLocked) as error:  # a folder that is empty for a moment, another writer
            say(f"pincite: {error}")


def _tell(folder: Path, report: UpdateResult, quiet: bool = False) -> None:
    """The result of an update, in one line, and the files that were skipped."""
    from embeddings.loading import skipped_in_lines
    from qa.render import counted

    for line in (*skipped_in_lines(report.partly, verb="partly"), *skipped_in_lines(report.skipped)):
        say(line)
    parts = [counted(report.documents, "document"), counted(report.passages, "passage")]
    names = ("added", "changed", "moved", "removed")
    done = [f"{getattr(report, name):,} {name}" for name in names if getattr(report, name)]
    if quiet and not done:
        return
    if report.unchanged or report.changed or report.moved or report.removed:  # not for a new index
        parts.append(", ".join(done) if done else "nothing changed")
    if report.resumed:
        parts.append(f"{report.resumed:,} of them embedded before an interruption")
    if report.skipped:
        parts.append(f"{counted(len(report.skipped), 'file')} skipped")
    typer.echo(f"{printable(str(folder))}: {', '.join(parts)}")
    sys.stdout.flush()


@contextmanager
def progress_bar(paths: Sequence[Path], console: Console | None = None) -> Iterator[Callable[[Step], None] | None]:
    """A progress bar with rate and time left, and the function that moves it on; None if the console is no terminal.

    Args:
        paths: what will be read.
        console: the terminal; stderr where it is None.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from embeddings.index.folders import measure

    console = console if console is not None else Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    files, size = measure(paths)
    words = TextColumn("{task.fields[done]:,} of {task.fields[files]:,} files, {task.fields[rate]:,.0f} passages/s")
    columns = (TextColumn("indexing"), BarColumn(), words, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress, files, size).advance


class _Bar:
    """Moves a progress bar on with each file, by its bytes, which predict the time left better than files do."""

    def __init__(self, progress: Any, files: int, size: int) -> None:
        self._progress, self._done, self._passages = progress, 0, 0
        self._task = progress.add_task("indexing", total=max(1, size), done=0, files=files, rate=0.0)

    def advance(self, step: Step) -> None:
        """Moves the bar on by one file."""
        self._done, self._passages = self._done + step.is_first, self._passages + step.passages
        elapsed = self._progress.tasks[0].elapsed
        rate = self._passages / elapsed if elapsed else 0.0
        self._progress.update(self._task, advance=step.size, done=self._done, rate=rate)


@documents.command(name="list")
def list_documents(
    folder: IndexFolder = None,
    as_json: AsJson = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell what was left out of each, and how it was read.")
    ] = False,
) -> None:
    """List the documents of an index: id, passages, date, kind, title and source."""
    from embeddings.index.updating import open_store
    from qa.documents import named_index
    from qa.render import one_line

    store = open_store(named_index(folder))
    try:
        rows = store.each_document()
        if as_json:
            typer.echo(json.dumps([_as_dict(row) for row in rows], ensure_ascii=False, indent=2))
            return
        for row in rows:
            typer.echo(_as_line(row))
            for remark in row.listed().remarks if verbose else ():
                typer.echo(f"    {one_line(remark)}")
    finally:
        store.close()


def _as_dict(row: Stored) -> dict[str, object]:
    return asdict(row.listed())


def _as_line(row: Stored) -> str:
    from qa.render import counted, one_line

    date = row.date if row.date is not None else "undated"
    title = one_line(row.listed().title)
    parts = (row.id, counted(row.count, "passage"), date, row.media_type, title, printable(row.source))
    return "  ".join(parts)


@documents.command(name="remove")
def remove_documents(
    names: Annotated[list[str], typer.Argument(help="Documents by id, source, file name or title; or folders.")],
    folder: IndexFolder = None,
    wait: Wait = 0.0,
) -> None:
    """Remove documents from an index. The files stay: `pincite index` would add them again."""
    from embeddings.index.updating import writing
    from qa.documents import named_index
    from qa.render import counted

    place = named_index(folder)
    with writing(place, wait=wait) as writer:
        chosen = [stored for name in names for stored in writer.named(name)]
        for stored in chosen:
            writer.remove(stored)
        changed = writer.finish()
        state = writer.state
    left = f"{counted(state.documents, 'document')}, {counted(state.passages, 'passage')}"
    typer.echo(f"{printable(str(place))}: {changed.removed:,} removed, {left}")


def doctor(
    folder: IndexFolder = None,
    repair: Annotated[bool, typer.Option("--repair", help="Build it again from all that is whole in it.")] = False,
    wait: Wait = 0.0,
) -> None:
    """Verify every byte of an index, and repair it from its store. Exits with 1 where faults are left."""
    from embeddings.index.doctor import examine, mended
    from qa.documents import named_index

    place = named_index(folder)
    faults = examine(place)
    for fault in faults:
        say(fault)
    if not faults:
        typer.echo(f"{printable(str(place))}: whole")
        raise typer.Exit(WHOLE)
    if not repair:
        typer.echo(f"{printable(str(place))}: damaged; mend it with: pincite doctor --repair --index {place}")
        raise typer.Exit(FAULTS)
    done = mended(place, _maker_of, wait)
    for name in done.lost:
        say(f"{name}: lost; add it again with: pincite index")
    typer.echo(f"{printable(str(place))}: made anew, {done.kept:,} documents kept, {len(done.lost):,} lost")


def _maker_of(identity: str) -> Maker:
    """The maker of an index, from the identity of its encoder."""
    from embeddings.index.beside import Maker
    from embeddings.index.updating import Tuning
    from qa.assistant import chunker_for
    from qa.models.chosen import encoder_of_index
    from qa.settings import Settings

    settings: Settings = Settings()
    embedder = encoder_of_index(identity, settings)
    return Maker(embedder, chunker_for(embedder, settings), Tuning(settings.vector_index))


def verify(
    file: Annotated[Path, typer.Argument(parser=path, help="What `pincite ask --json` printed; - for stdin.")],
    paths: Annotated[
        list[Path] | None, typer.Argument(parser=path, help="Files and folders to check against; else an index.")
    ] = None,
    folder: IndexFolder = None,
    as_json: AsJson = False,
) -> None:
    """Check each citation of an old answer against today's documents. Exits with 1 where one does not hold any more."""
    from checking.verifying import HOLDS, read_answer, to_lines

    old = read_answer(sys.stdin.read() if str(file) == "-" else _text_of(file), str(file))
    checks = _checked(old, paths or (), folder)
    if as_json:
        typer.echo(json.dumps([each.to_dict() for each in checks], ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(to_lines(checks)))
    raise typer.Exit(WHOLE if all(each.outcome == HOLDS for each in checks) else FAULTS)


def check(
    file: Annotated[Path, typer.Argument(parser=path, help="A text with quotations, of a chatbot, say; - for stdin.")],
    paths: Annotated[
        list[Path] | None, typer.Argument(parser=path, help="Files and folders to look through; else an index.")
    ] = None,
    folder: IndexFolder = None,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(parser=path, help="Write the text as a page, quotations marked.")] = None,
    least_words: Annotated[int, typer.Option(min=1, help="Of a quotation; shorter ones are passed over.")] = 3,
) -> None:
    """Find each quotation of a text in the documents. Exits with 1 where one stands nowhere."""
    from checking.command import documents_of, run_check, text_of
    from checking.quotations import MOST_CHARACTERS
    from qa.show.terminal import terminal

    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as opened:
            text = text_of(opened.read(4 * MOST_CHARACTERS + 1), str(file))
    except OSError as error:
        raise PinciteError(f"{file}: can't be read ({error.strerror}); check the path") from None
    source = _source(paths or (), folder)
    documents = _others(documents_of(source) if isinstance(source, Path) else source, {file, html or file})
    raise typer.Exit(run_check(text, documents, terminal(), as_json, html, least_words))


def _others(documents: Iterable[Document], own: set[Path]) -> Iterator[Document]:
    """Documents without the checked text and its page, where every quotation of the text stands."""
    left_out, places = set[str](), {each.resolve() for each in own}
    for document in documents:
        if Path(document.source).resolve() in places:
            left_out.add(printable(document.source))
        else:
            yield document
    if left_out:
        say(f"{', '.join(sorted(left_out))}: left out, as the text itself or its page")


def _checked(old: list[OldCitation], paths: Sequence[Path], folder: Path | None) -> list[Check]:
    """The citations checked against what `ask` would answer from."""
    from checking.verifying import Loaded, result_of, verified

    source = _source(paths, folder)
    if isinstance(source, Path):
        return verified(old, source)
    today = Loaded(source)
    return [result_of(citation, today) for citation in old]


def _source(paths: Sequence[Path], folder: Path | None) -> Path | tuple[Document, ...]:
    """What `ask` would answer from: the documents of paths, else the folder of an index, else the samples."""
    from embeddings.loading import load, skipped_in_lines
    from qa.documents import find_index
    from qa.samples import seeds_folder

    if paths and folder is not None:
        raise PinciteError(f"both paths and --index {folder} were given; name one of them")
    index_folder = folder if folder is not None or paths else find_index()
    if index_folder is not None:
        return index_folder
    loaded = load(paths if paths else [seeds_folder()])
    for line in (*skipped_in_lines(loaded.partly, verb="partly"), *skipped_in_lines(loaded.skipped)):
        say(line)
    return loaded.documents


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise PinciteError(f"{file}: can't be read ({error.strerror}); check the path") from None
    except UnicodeError:
        raise PinciteError(f"{file}: not UTF-8; expected what `pincite ask --json` printed") from None

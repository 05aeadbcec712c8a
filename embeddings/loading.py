"""Files and folders -> Documents.

What a format is and how it is read stand in `embeddings.loaders`. Here files are found, those that cannot be read are
reported, and what was read becomes Documents. One bad file never stops the others.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path, PurePath

from embeddings.errors import DocumentError, printable
from embeddings.loaders.decoding import decode, is_plain
from embeddings.loaders.extract import Extract, Packed
from embeddings.loaders.formats import (
    DRAWN,
    FORMATS,
    GZIP,
    MARKDOWN,
    WRITTEN,
    Format,
    check_name,
    format_of,
    is_gzip,
    not_read,
    suffix_of,
)
from embeddings.loaders.limits import LIMITS, Limits, size
from embeddings.loaders.plain import title_of
from embeddings.loaders.reading import check_regular, first_bytes, gunzip, read_bytes, source_of
from embeddings.remarks import Omitted
from embeddings.skipping import LEADS_OUT, SAME_TEXT, Skipped, skipped_in_lines
from embeddings.text.blocks import with_blocks
from embeddings.text.matter import above_rows, date_of_name, document_date, front_matter, front_matter_end
from embeddings.types import INSIDE, Document

__all__ = [
    "FORMATS",
    "Loaded",
    "Skipped",
    "data_inside",
    "decode",
    "files",
    "files_of",
    "load",
    "load_file",
    "nothing_in",
    "read_data",
    "read_each",
    "read_file",
    "skipped_in_lines",
]

_MOST_PACKED = 3  # times that gzip may have packed a file


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading: the documents, in the order of their paths, and what was left out.

    Attributes:
        documents: those that were read.
        skipped: the files that were not.
        partly: what was left out of files that were read: pages without text, attachments.
    """

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]
    partly: tuple[Skipped, ...] = ()


def load(paths: Sequence[str | Path], limits: Limits = LIMITS) -> Loaded:
    """Loads files, and the files of folders, sorted and with their subfolders; hidden ones are passed over.

    A bad file in a folder is skipped with its reason. The same text is loaded once.

    Raises:
        DocumentError: a path is missing, a file that was named itself is bad, or nothing at all could be loaded.
    """
    documents: dict[str, Document] = {}
    skipped: list[Skipped] = []
    partly: list[Skipped] = []
    if "" in paths:
        raise DocumentError('an empty path was named; name a file or folder, "." for this one')
    for path in map(Path, paths):
        before = len(documents)
        for document in _documents(path, skipped, limits):
            twin = documents.setdefault(document.id, document)
            if twin is not document:
                skipped.append(Skipped(document.source, f"{SAME_TEXT} {twin.source}"))
            else:
                partly += [Skipped(document.source, note) for note in document.remarks.lines()]
        if _is_folder(path) and len(documents) == before and not _was_seen(path, skipped):
            raise DocumentError(_nothing_in(path, skipped))
    if not documents:
        raise DocumentError(f"no path was named; name a file or folder ({FORMATS})")
    return Loaded(tuple(documents.values()), tuple(skipped), tuple(partly))


def load_file(path: str | Path, limits: Limits = LIMITS) -> Document:
    """Loads one file.

    Raises:
        DocumentError: it is missing, unreadable, empty, damaged, protected, too large, of a format that is not read, or
            it changed while it was read.
    """
    return read_file(path, limits)[0]


def read_file(path: str | Path, limits: Limits = LIMITS) -> tuple[Document, tuple[str, ...]]:
    """The first document of a file, and what of it was left out, in words for people. Raises as `load_file`."""
    first = next(read_each(path, limits))
    if isinstance(first, Skipped):
        raise DocumentError(f"{first.path}: {first.reason}")
    return first, first.remarks.lines()


def read_each(path: str | Path, limits: Limits = LIMITS) -> Iterator[Document | Skipped]:
    """The documents of a file: itself, and the files inside it, named "mail.eml › plan.pdf".

    A file inside that can't be read comes as Skipped and stops none of the others.

    Raises:
        DocumentError: as `load_file`; also where nothing inside an archive can be read.
    """
    path = Path(path)
    source = source_of(path)
    check_regular(path)
    if not check_name(path.name, source) and not is_plain(first_bytes(path)):
        raise not_read(path.name, source)
    yield from _Inside(limits).file(path.name, read_bytes(path, limits), source)


def read_data(
    name: str, data: bytes, limits: Limits = LIMITS, drawn: dict[str, bytes] | None = None
) -> Iterator[Document | Skipped]:
    """The documents of the bytes of a file that lies nowhere, as `read_each`; their source begins with its name.

    Args:
        name, data: the file.
        limits: for reading it.
        drawn: takes the bytes of the files whose pages can be shown, by the source of their document.

    Raises:
        DocumentError: as `load_file`.
    """
    source = source_of(Path(name))
    if len(data) > limits.file_bytes:
        raise DocumentError(f"{source}: {size(len(data))}, at most {size(limits.file_bytes)} are read; split it")
    if not check_name(name, source) and not is_plain(data):
        raise not_read(name, source)
    yield from _Inside(limits, drawn).file(name, data, source)


class _Inside:
    """Reads a file and the files inside it, all of them within the limits of one file."""

    def __init__(self, limits: Limits, drawn: dict[str, bytes] | None = None) -> None:
        self._limits, self._count, self._bytes, self._drawn = limits, 0, 0, drawn

    def file(self, name: str, data: bytes, source: str, depth: int = 0) -> Iterator[Document | Skipped]:
        """The documents of a file."""
        name, data = _unpacked(name, data, source, self._limits)
        chosen = format_of(name, data, source)
        if chosen.holds:
            yield from self._held(chosen, data, source, depth)
            return
        whole = _extract(chosen, data, source, self._limits)
        if not whole.text.strip() and not whole.files:
            raise DocumentError(f"{source}: holds no text; leave it out")
        inside = list(self._members(whole.files, source, depth))
        lost = [each for each in inside if isinstance(each, Skipped)]
        if self._drawn is not None and chosen.media_type in DRAWN:
            self._drawn[source] = data
        left = [Omitted("attachment", 1, each.path.rpartition(INSIDE)[2]) for each in lost]
        yield _document(replace(whole, omitted=(*whole.omitted, *left)), chosen, name, source)
        yield from inside

    def _held(self, chosen: Format, data: bytes, source: str, depth: int) -> Iterator[Document | Skipped]:
        """The documents of what is nothing but a holder of files."""
        if not data.strip(b"\0 \t\r\n"):
            raise DocumentError(f"{source}: holds no text; leave it out")
        members = import_module(f"embeddings.loaders.{chosen.module}").members(data, source, self._limits)
        any_read, first = False, ""
        for each in self._members(members, source, depth):
            any_read = any_read or isinstance(each, Document)
            if isinstance(each, Skipped) and not first:
                first = f" ({each.path}: {each.reason})"
            yield each
        if not any_read:
            raise DocumentError(f"{source}: holds no file that can be read{first}; leave it out")

    def _members(
        self, members: Iterable[Packed | DocumentError], source: str, depth: int
    ) -> Iterator[Document | Skipped]:
        """The documents of the files inside one, each under a name of its own."""
        for shown, each in _shown(members):
            if isinstance(each, DocumentError):
                yield _skipped(each, source)
                continue
            inner = f"{source}{INSIDE}{shown}"
            try:
                self._check(len(each.data), inner, depth)
                if not check_name(each.name, inner) and not is_plain(each.data):
                    raise not_read(each.name, inner)
                yield from self.file(PurePath(each.name).name, each.data, inner, depth + 1)
            except DocumentError as error:
                yield _skipped(error, inner)

    def _check(self, count: int, source: str, depth: int) -> None:
        """Raises DocumentError where a file is one too many, or too deep inside others."""
        limits = self._limits
        self._count, self._bytes = self._count + 1, self._bytes + count
        if depth >= limits.depth:
            raise DocumentError(f"{source}: inside more than {limits.depth} other files; take it out")
        if self._count > limits.inside:
            raise DocumentError(f"{source}: more than {limits.inside:,} files inside one another; split them")
        if self._bytes > limits.depth * limits.unpacked_bytes:
            raise DocumentError(f"{source}: too much inside one file; take it out")


def _shown(members: Iterable[Packed | DocumentError]) -> Iterator[tuple[str, Packed | DocumentError]]:
    """The files inside another one, each with the name under which it is told there: no two have the same."""
    names: Counter[str] = Counter()
    for each in members:
        if isinstance(each, DocumentError):
            yield "", each
            continue
        stem, dot, suffix = each.name.rpartition(".")
        names[each.name] += 1
        again = f" ({names[each.name]})" if names[each.name] > 1 else ""
        yield printable(f"{stem}{again}{dot}{suffix}" if dot else f"{each.name}{again}"), each


def data_inside(source: str, limits: Limits = LIMITS) -> bytes:
    """The bytes of a file that lies inside another one, by the source of its document ("mail.eml › plan.pdf").

    Raises:
        DocumentError: the outer file is gone or can't be read, or no longer holds it.
    """
    outer, *inner = source.split(INSIDE)
    name, data, here = PurePath(outer).name, read_bytes(Path(outer), limits), outer
    for wanted in inner:
        name, data = _unpacked(name, data, here, limits)
        chosen = format_of(name, data, here)
        module = import_module(f"embeddings.loaders.{chosen.module}") if chosen.holds else None
        members = module.members(data, here, limits) if module else _extract(chosen, data, here, limits).files
        member = next((each for shown, each in _shown(members) if shown == wanted and isinstance(each, Packed)), None)
        if member is None:
            raise DocumentError(f"{source}: no longer inside {here}; index it again")
        name, data, here = PurePath(member.name).name, member.data, f"{here}{INSIDE}{wanted}"
    return _unpacked(name, data, here, limits)[1]


def _skipped(error: DocumentError, source: str) -> Skipped:
    path, colon, reason = str(error).partition(": ")
    return Skipped(path, reason) if colon and path.startswith(source) else Skipped(source, str(error))


def files(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """The files of a folder and its subfolders, sorted; hidden ones, and links out of the folder, are left out.

    What can't be read, and the links, are added to `skipped`. A link to another folder inside is passed over: what is
    there is read where it is.
    """

    def unreadable(error: OSError) -> None:
        skipped.append(Skipped(source_of(Path(error.filename)), f"can't be read ({error.strerror})"))

    inside = Path(os.path.realpath(folder))
    for root, folders, names in os.walk(folder, onerror=unreadable):
        shown = sorted(name for name in (*folders, *names) if not name.startswith("."))
        for path in (Path(root, name) for name in shown):
            reason = _leads_out(path, inside) if path.is_symlink() else None
            if reason is not None:
                skipped.append(Skipped(source_of(path), reason))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and not (path.is_symlink() and _leads_out(path, inside) is not None):
                yield path


def files_of(path: str | Path, skipped: list[Skipped]) -> Iterator[Path]:
    """The files that a path stands for: a file for itself, a folder for those that `load` would read.

    What a folder holds and can't be read is added to `skipped`.
    """
    return files(Path(path), skipped) if _is_folder(Path(path)) else iter((Path(path),))


def nothing_in(folder: Path, skipped: Sequence[Skipped]) -> DocumentError:
    """What is said of a folder out of which nothing could be loaded."""
    return DocumentError(_nothing_in(folder, skipped))


def _leads_out(link: Path, inside: Path) -> str | None:
    """Why a link is not followed: it leads out of the folder; None where it stays inside, or leads nowhere."""
    try:
        target = Path(os.path.realpath(link))
        if target.is_relative_to(inside) or not target.exists():
            return None
    except (OSError, ValueError):
        return None
    return f"{LEADS_OUT}, to {source_of(target)}; name it itself to read it"


def _unpacked(name: str, data: bytes, source: str, limits: Limits) -> tuple[str, bytes]:
    """The name and the bytes of a file without what gzip made of both."""
    for _ in range(_MOST_PACKED):
        if not is_gzip(data):
            return name, data
        name = name[: -len(GZIP)] if name.lower().endswith(GZIP) else name
        check_name(name, source)
        data = gunzip(data, source, limits)
    raise DocumentError(f"{source}: packed more than {_MOST_PACKED} times; unpack it")


def _extract(chosen: Format, data: bytes, source: str, limits: Limits) -> Extract:
    """What the loader of a format reads, in a process of its own where its parser may crash or hang."""
    if not data.strip(b"\0 \t\r\n"):
        return Extract("")
    if chosen.isolated:
        from embeddings.loaders.worker import isolated

        return isolated(chosen.module, data, source, limits)
    extract = import_module(f"embeddings.loaders.{chosen.module}").extract(data, source, limits)
    if not isinstance(extract, Extract):
        raise TypeError(f"{chosen.module} gave {type(extract).__name__}")
    return extract


def _document(whole: Extract, chosen: Format, name: str, source: str) -> Document:
    """A Document, with the title and the date of its metadata, else of its text, else of its name.

    Of what people write and print, the date of text or name comes first: the metadata's is that of the file.
    """
    markdown = chosen is MARKDOWN
    suffix = suffix_of(name)
    stem = source_of(Path(name[: -len(suffix)] if suffix else name))
    author = front_matter(whole.text).get("author") if markdown and whole.author is None else whole.author
    layout = whole.layout
    if not layout.rows:
        layout = with_blocks(whole.text, layout, front_matter_end(whole.text) if markdown else 0)
    titled = not layout.rows and (not layout.tables or whole.text[: layout.tables[0].start].strip())
    title = title_of(whole.text, markdown) if whole.title is None and titled else whole.title
    own = document_date(above_rows(whole.text, layout)) or date_of_name(stem)
    date = (own or whole.date) if chosen in WRITTEN else (whole.date or own)
    return Document(
        "",
        title or stem,
        source,
        whole.text,
        date,
        chosen.media_type,
        author=author,
        layout=layout,
        remarks=whole.remarks,
    )


def _documents(path: Path, skipped: list[Skipped], limits: Limits) -> Iterator[Document]:
    """The documents of a file or folder; what is in it and cannot be loaded is added to `skipped`."""
    is_folder = _is_folder(path)
    for file in files(path, skipped) if is_folder else (path,):
        try:
            for each in read_each(file, limits):
                if isinstance(each, Document):
                    yield each
                else:
                    skipped.append(each)
        except DocumentError as error:
            if not is_folder:
                raise
            source = source_of(file)
            skipped.append(Skipped(source, str(error).removeprefix(f"{source}: ")))


def _was_seen(folder: Path, skipped: Sequence[Skipped]) -> bool:
    """Whether all a folder lacks is texts that were loaded before."""
    return any(item.reason.startswith(SAME_TEXT) and Path(item.path).is_relative_to(folder) for item in skipped)


def _nothing_in(folder: Path, skipped: Sequence[Skipped]) -> str:
    inside = [item for item in skipped if Path(item.path).is_relative_to(folder)]
    first = f" ({inside[0].path}: {inside[0].reason})" if inside else ""
    return f"{source_of(folder)}: a folder with nothing to read{first}; the formats are {FORMATS}"


def _is_folder(path: Path) -> bool:
    """False where it can't be told, which reading it will tell."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False

"""tantivy over the words: which passages share words with the question (BM25, Robertson and Zaragoza 2009).

Text and question go through one analyser: composed (NFC), split at everything that is not a letter or digit, ASCII
folding ("Erdogan" finds "Erdoğan"), lower case, English stemming. A query is built from its tokens, so that no
character of a question is ever read as an operator. Filters are part of the query, so k passages come that fit them.

Numbers of documents and passages are all that is stored. What cannot be written is read through links in a private
folder, because tantivy makes a lock file wherever it reads.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import unicodedata
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from embeddings.errors import StoreError

_ANALYSER = "pincite"
_LONGEST_WORD = 200  # bytes; tantivy can't store terms of tens of thousands of bytes
_UNFINISHED = ".tmp*"  # how tantivy calls a file that is about to take the place of another
_WRITER_HEAP = 64_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """The words of a passage.

    Attributes:
        number: of the passage.
        document: the number of its document.
        words: what it is found by.
        day: when, as a number that sorts (`records.day_of`); None where that is not known.
    """

    number: int
    document: int
    words: str
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """What a search is limited to: some documents, by their numbers, and days; None for any."""

    documents: tuple[int, ...] | None = None
    days: tuple[int, int] | None = None


def analyser() -> tantivy.TextAnalyzer:
    """What turns text and questions into terms."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(_LONGEST_WORD),
        tantivy.Filter.ascii_fold(),  # before lower case, which makes two characters of "İ"
        tantivy.Filter.lowercase(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=True)
    builder.add_integer_field("document", stored=False, indexed=True)
    builder.add_integer_field("day", stored=False, indexed=True, fast=True)
    builder.add_text_field("words", stored=False, tokenizer_name=_ANALYSER, index_option="freq")
    return builder.build()


class LexicalIndex:
    """The words of all passages.

    Args:
        path: the folder of the index; None for one in memory.
        create: make a new one; otherwise the folder must hold one.

    Raises:
        StoreError: the folder holds no index, or a damaged one.
    """

    def __init__(self, path: Path | None, create: bool = False) -> None:
        self._path, self._schema, self._analyser, self._linked = path, _schema(), analyser(), False
        with self._store_errors("opened"):
            if path is None:
                self._index = tantivy.Index(self._schema)
            elif create:
                path.mkdir(parents=True)
                self._index = tantivy.Index(self._schema, path=str(path))
            else:
                self._index = self._opened(path)
            self._prepare()

    def _opened(self, path: Path) -> tantivy.Index:
        self._linked = path.is_dir() and not os.access(path, os.W_OK)
        return tantivy.Index.open(str(self._links_to(path) if self._linked else path))

    def _links_to(self, path: Path) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="pincite-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        for file in path.iterdir():
            if not file.name.endswith(".lock"):
                (folder / file.name).symlink_to(file.absolute())
        return folder

    def _prepare(self) -> None:
        # left alone, tantivy watches the folder and changes over to whatever index is put in its place
        self._index.config_reader("manual")
        self._index.register_tokenizer(_ANALYSER, self._analyser)
        self._index.reload()

    def reload(self) -> None:
        """Reads what was written since. Raises StoreError where the index is damaged."""
        with self._store_errors("read"):
            if self._path is not None and self._linked:
                self._index = self._opened(self._path)
                self._prepare()
            self._index.reload()

    @contextmanager
    def writing(self) -> Iterator[LexicalWriter]:
        """A writer of words. Everything that it does becomes durable together at the end, or nothing after an error.

        Raises StoreError where it can't be written, or something else is writing.
        """
        with self._store_errors("written"):
            writer = self._index.writer(heap_size=_WRITER_HEAP, num_threads=1)
            # what a writer that was killed left: the same removal would make a file of the same name, and fail
            writer.garbage_collect_files()
        try:
            yield LexicalWriter(writer, self._store_errors)
        except BaseException:
            with self._store_errors("written"):
                writer.rollback()
            raise
        with self._store_errors("written"):
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()

    def clear_up(self) -> None:
        """Deletes what a killed writer left. The caller holds the lock of the one writer.

        Raises StoreError where it can't be written.
        """
        if self._path is not None:
            with self._store_errors("written"):
                for left in self._path.glob(_UNFINISHED):
                    left.unlink(missing_ok=True)
        with self.writing():
            pass  # tantivy collects the rest as it begins

    def search(self, question: str, k: int, within: Within | None = None) -> dict[int, float]:
        """The k best passages: number -> BM25 score, best first. Empty where no word is shared.

        Raises StoreError where the index is damaged.
        """
        return self._best(list(dict.fromkeys(self._analyser.analyze(composed(question)))), k, within)

    def holding(self, term: str, k: int, within: Within | None = None) -> dict[int, float]:
        """As `search`, for one term as the index has it; the stem of a stem may be another one."""
        return self._best([term], k, within)

    def _best(self, terms: Sequence[str], k: int, within: Within | None) -> dict[int, float]:
        if not terms or k < 1:
            return {}
        query = self._query(terms, within if within is not None else Within())
        with self._store_errors("read"):
            searcher = self._index.searcher()
            best = searcher.search(query, k, count=False).hits  # the total number is not needed
            hits = [(score, searcher.doc(address)["number"][0]) for score, address in best]
        # equal scores come in the order of segments, which differs from one build to the next
        return {number: score for score, number in sorted(hits, key=lambda hit: (-hit[0], hit[1]))}

    def _query(self, terms: Sequence[str], within: Within) -> tantivy.Query:
        words = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "words", term, index_option="freq"))
                for term in terms
            ]
        )
        limits = []
        if within.documents is not None:
            limits.append(tantivy.Query.term_set_query(self._schema, "document", list(within.documents)))
        if within.days is not None:
            first, last = within.days
            limits.append(tantivy.Query.range_query(self._schema, "day", tantivy.FieldType.Integer, first, last))
        if not limits:
            return words
        # a limit adds nothing to a score
        musts = [words, *(tantivy.Query.const_score_query(limit, 0.0) for limit in limits)]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in musts])

    def frequencies(self, question: str) -> dict[str, int]:
        """The number of passages that hold each term of a question, including passages that were removed lately.

        Raises StoreError where the index is damaged.
        """
        terms = dict.fromkeys(self._analyser.analyze(composed(question)))
        with self._store_errors("read"):
            searcher = self._index.searcher()
            return {term: int(searcher.doc_freq("words", term)) for term in terms}

    def beginning(self, letters: str) -> dict[str, int]:
        """The terms that begin with some letters, and the number of passages that hold each.

        Raises StoreError where the index is damaged.
        """
        with self._store_errors("read"):
            return dict(self._index.searcher().terms_with_prefix("words", letters))

    def count(self) -> int:
        """How many passages it holds."""
        return int(self._index.searcher().num_docs)

    @contextmanager
    def _store_errors(self, done: str) -> Iterator[None]:
        """What tantivy raises, as StoreErrors."""
        try:
            yield
        except BaseException as error:
            # over damaged postings tantivy panics: a BaseException, of a class that can't be imported
            if not isinstance(error, ValueError | OSError) and type(error).__name__ != "PanicException":
                raise
            advice = "build it again with: pincite index PATHS --index"
            if done != "opened":
                advice = "mend it with: pincite doctor --repair --index"
            raise StoreError(
                f"{self._path}: the word index can't be {done} ({_flat(error)}); "
                f"{advice} {self._path.parent if self._path is not None else 'DIR'}"
            ) from None


class LexicalWriter:
    """Adds and removes words; `LexicalIndex.writing` makes one."""

    def __init__(self, writer: Any, errors: Any) -> None:
        self._writer, self._errors = writer, errors

    def add(self, entries: Iterable[Entry]) -> None:
        """Adds passages. Raises StoreError where it can't."""
        with self._errors("written"):
            for entry in entries:
                days = {} if entry.day is None else {"day": entry.day}
                self._writer.add_document(
                    tantivy.Document(number=entry.number, document=entry.document, words=composed(entry.words), **days)
                )

    def remove(self, documents: Iterable[int]) -> None:
        """Removes the passages of documents that were added before, by their numbers."""
        with self._errors("written"):
            for document in documents:
                self._writer.delete_documents_by_term("document", document)


def term_weights(frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """How much each term weighs in BM25, by how few of so many passages hold it.

    That is also its score in a passage of mean length that holds it once.

    >>> term_weights({"rent": 1, "moon": 0}, passages=3)
    {'rent': 0.9808292530117263, 'moon': 2.0794415416798357}
    """
    # passages that were removed lately are still counted among those that hold a term
    return {term: math.log(1 + max(0.0, passages - n + 0.5) / (n + 0.5)) for term, n in frequencies.items()}


def _flat(error: BaseException) -> str:
    """What tantivy says, which may be pages of its own files, in one short line."""
    return " ".join(str(error).split())[:120]


def composed(text: str) -> str:
    """Letter and accent as one character: apart, the accent would end the word."""
    return unicodedata.normalize("NFC", text)

"""tantivy over the words: which passages share words with the question (BM25, Robertson and Zaragoza 2009).

Text and question go through one analyser: composed (NFC), split at everything that is not a letter or digit, ASCII
folding ("Erdogan" finds "Erdoğan"), lower case, English stemming. A query is built from its tokens, so that no
character of a question is ever read as an operator.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from embeddings.errors import StoreError

_ANALYSER = "pincite"
_LONGEST_WORD = 200  # bytes; tantivy can't store terms of tens of thousands of bytes
_WRITER_HEAP = 64_000_000  # bytes


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
        self._path, self._schema, self._analyser = path, _schema(), analyser()
        with self._store_errors("opened"):
            if path is None:
                self._index = tantivy.Index(self._schema)
            elif create:
                path.mkdir(parents=True)
                self._index = tantivy.Index(self._schema, path=str(path))
            else:
                self._index = tantivy.Index.open(str(path))
            # left alone, tantivy watches the folder and changes over to whatever index is put in its place
            self._index.config_reader("manual")
        self._index.register_tokenizer(_ANALYSER, self._analyser)

    def add(self, passages: Iterable[tuple[int, str]]) -> None:
        """Adds passages, each a number and its text, and makes them searchable. Raises StoreError where it can't."""
        with self._store_errors("written"):
            writer = self._index.writer(heap_size=_WRITER_HEAP, num_threads=1)
            for number, text in passages:
                writer.add_document(tantivy.Document(number=number, words=_composed(text)))
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()

    def search(self, question: str, k: int) -> dict[int, float]:
        """The k best passages: number -> BM25 score, best first. Empty where no word is shared.

        Raises StoreError where the index is damaged.
        """
        terms = dict.fromkeys(self._analyser.analyze(_composed(question)))
        if not terms:
            return {}
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "words", term, index_option="freq"))
                for term in terms
            ]
        )
        with self._store_errors("read"):
            searcher = self._index.searcher()
            hits = [(score, searcher.doc(address)["number"][0]) for score, address in searcher.search(query, k).hits]
        # equal scores come in the order of segments, which differs from one build to the next
        return {number: score for score, number in sorted(hits, key=lambda hit: (-hit[0], hit[1]))}

    @contextmanager
    def _store_errors(self, done: str) -> Iterator[None]:
        """What tantivy raises, as StoreErrors."""
        try:
            yield
        except BaseException as error:
            # over damaged postings tantivy panics: a BaseException, of a class that can't be imported
            if not isinstance(error, ValueError | OSError) and type(error).__name__ != "PanicException":
                raise
            raise StoreError(
                f"{self._path}: the word index can't be {done} ({_flat(error)}); build it again with: "
                f"pincite index PATHS --index {self._path.parent if self._path is not None else 'DIR'}"
            ) from None


def _flat(error: BaseException) -> str:
    """What tantivy says, which may be pages of its own files, in one short line."""
    return " ".join(str(error).split())[:120]


def _composed(text: str) -> str:
    """Letter and accent as one character: apart, the accent would end the word."""
    return unicodedata.normalize("NFC", text)

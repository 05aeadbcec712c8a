"""The pipeline: a question and perhaps the turns before it -> an Answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from embeddings.deadline import check
from embeddings.errors import DocumentError, QuestionError
from embeddings.filters import Where
from embeddings.index.index import Index, Progress
from embeddings.index.spelling import Respelt, respelt
from embeddings.index.updating import Tuning
from embeddings.loading import load
from embeddings.models.encoder import Encoder
from embeddings.store.records import Listed
from embeddings.text.chunking import Chunker
from embeddings.types import Document, Hit
from qa.answers.compose import compose
from qa.answers.confidence import Calibration
from qa.answers.each import Order, Said, ordered, said_by_each
from qa.answers.explanation import Explanation, explained
from qa.answers.reading import Reading, read_until_sure
from qa.english.tagging import ASKING, COMMON
from qa.followup.resolve import readings
from qa.models.chosen import calibration_for, encoder_for, encoder_of_index, is_calibrated, reader_for, reliability_for
from qa.reading.reader import Reader
from qa.reading.retriever import Retriever, Searchable
from qa.settings import Settings
from qa.types import Answer, Ask, Turn

LONGEST_QUESTION = 1_000  # characters
# Where a question may stand alone or lean on the turns before it, the answer to the question alone is taken if its
# confidence is at least SURE_ALONE and the other reading is not surer by WORTH. Chosen on the dialogues' half "dev".
SURE_ALONE, WORTH = 0.6, 0.1
_SHOWN = 60  # characters of a question in a message

_DEFAULTS = Settings()


class Assistant:
    """Answers questions from one index. Make one with `from_documents` or `open`.

    It uses the encoder and reader that ship, unless the settings name others or others are given here. The confidence
    is a probability only for the pair of models it was fitted for (`is_calibrated`).

    Where another process changes the index, each question is asked of the last finished update.

    Attributes:
        settings: every knob.
        narrow: gives a further limit, called for each question; None for no further limit.
        is_calibrated: whether its confidence is a probability.
        reliability: how often answers of a confidence were right on a benchmark; None where nobody measured it for
            these models.
    """

    def __init__(
        self,
        index: Searchable,
        settings: Settings = _DEFAULTS,
        reader: Reader | None = None,
        calibration: Calibration | None = None,
        where: Where | None = None,
        narrow: Callable[[], Where] | None = None,
    ) -> None:
        self.settings, self._where, self.narrow = settings, where if where else None, narrow
        self._index, self._retriever = index, Retriever(index, settings)
        self._reader = reader if reader is not None else reader_for(settings)
        self._calibration = calibration if calibration is not None else calibration_for(index.encoder, self._reader)
        self.reliability = reliability_for(index.encoder, self._reader) if calibration is None else None
        self.is_calibrated = calibration is not None or is_calibrated(index.encoder, self._reader)

    @classmethod
    def from_documents(
        cls,
        source: str | Path | Iterable[Document],
        settings: Settings | None = None,
        progress: Progress | None = None,
    ) -> Assistant:
        """An assistant over documents, which are indexed in memory now.

        Args:
            source: a file, a folder, or documents.
            settings: the defaults where it is None.
            progress: called after each document with its source.

        Raises:
            DocumentError: a file can't be read, or a folder holds nothing to read. An empty sequence of documents is no
                error.
            ModelError: a model that the settings name is not here, or can't be compiled.
        """
        chosen = settings if settings is not None else _DEFAULTS
        reader = reader_for(chosen)  # a missing model fails before any file is read
        documents = load([source]).documents if isinstance(source, str | Path) else source
        index = build_index(documents, None, chosen, progress)
        return cls(index, chosen, reader)

    @classmethod
    def open(cls, path: str | Path, settings: Settings | None = None) -> Assistant:
        """An assistant over an index that `pincite index` built.

        Raises:
            StoreError: there is no index, or it can't be used.
            ModelError: a model that the settings name is not here.
        """
        chosen = settings if settings is not None else _DEFAULTS
        encoder = encoder_of_index(Index.made_with(Path(path)), chosen)
        return cls(Index.open(Path(path), encoder), chosen)

    def over(self, index: Searchable) -> Assistant:
        """An assistant with the same models over another index, made with the same encoder, and without a limit."""
        other = Assistant(index, self.settings, self._reader, self._calibration)
        other.is_calibrated = self.is_calibrated
        return other

    @property
    def index(self) -> Searchable:
        """The index that is asked."""
        return self._index

    def documents(self) -> tuple[Document, ...]:
        """All documents, in the order they were added."""
        if self.where is None:
            return self._index.documents()
        return tuple(self._index.document(listed.id) for listed in self.listed())

    def listed(self, most: int | None = None, where: Where | None = None) -> tuple[Listed, ...]:
        """The documents without their texts, in the order they were added: all, or the first `most`.

        With a filter, those that have a passage that fits. Raises FilterError where it names what is not there.
        """
        return self._index.listed(most, self._limited(where))

    def document(self, id: str) -> Document:
        """The document with this id. Raises DocumentError where there is none."""
        return self._index.document(id, self.where)

    def limit(self, where: Where) -> None:
        """Limits everything that is asked, listed and opened from now on. A question's filter can only narrow it.

        Raises FilterError where it names a document or folder that is not there.
        """
        self._index.check(where)
        self._where = where if where else None

    @property
    def where(self) -> Where | None:
        """The limit that holds now; None for no limit."""
        return self._where if self.narrow is None else self.narrow().within(self._where)

    def _limited(self, where: Where | None) -> Where | None:
        """A question's filter inside that of the assistant."""
        return where.within(self.where) if where else self.where

    @property
    def document_count(self) -> int:
        """How many documents there are."""
        return self._index.count(self.where)

    def retrieve(self, question: str, k: int, where: Where | None = None) -> tuple[Hit, ...]:
        """The k passages closest to a question that fit a filter, best first."""
        return self._retriever.search(question, k, self._limited(where))

    @property
    def update(self) -> int:
        """The number of the index's last finished update."""
        return self._index.update

    def answer(
        self,
        question: str,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        threshold: float | None = None,
        resolve: bool = True,
    ) -> Answer:
        """Answers a question. `Answer.question` is how it was understood.

        Args:
            question: as it was asked; a follow-up is resolved with the turns before it.
            history: those turns, oldest first.
            where: the documents and days it is asked of, inside the assistant's own filter.
            threshold: the confidence from which it is answered; None for that of the settings.
            resolve: False asks exactly these words, whatever the history.

        Raises:
            QuestionError: the question is empty, holds no word, or is longer than LONGEST_QUESTION characters.
            FilterError: `where` names a document or folder that is not there.
            SettingsError: the threshold is no number from 0 to 1.
        """
        return self._answered(Ask(question, history, where, threshold, resolve))[1]

    def explain(self, ask: Ask) -> Explanation:
        """Answers a question as `answer` does, and says what the answer was chosen from. Raises as `answer`."""
        reading, answer = self._answered(ask)
        return explained(reading, answer, self._calibration, self._settings_for(ask).threshold, self.reliability)

    def answer_many(self, questions: Sequence[str]) -> tuple[Answer, ...]:
        """Answers independent questions, each with the same spans as when it is asked alone."""
        return tuple(self.answer(question) for question in questions)

    def answer_each(
        self,
        question: str,
        where: Where | None = None,
        by: Order = "date",
        progress: Callable[[Said], None] | None = None,
    ) -> tuple[Said, ...]:
        """Asks each document by itself: who says what, and which documents do not say. Raises as `answer`.

        They come by date, the newest first, or by name. `progress` is called after each of them.
        """
        tell = progress if progress is not None else lambda said: None
        return ordered((tell(said) or said for said in self.each(question, where)), by)

    def each(self, question: str, where: Where | None = None) -> Iterator[Said]:
        """What each document says, as they are read. Raises as `answer_each`."""
        yield from said_by_each(self, self._respelt(checked_question(question), where), where)

    def answer_from(self, question: str, hits: Sequence[Hit]) -> Answer:
        """Answers a question that stands alone from given passages, which come best first.

        Raises:
            QuestionError: as `answer`.
        """
        reading = self._read(checked_question(question), tuple(hits))
        return compose(reading, self._calibration, self.settings)

    def read(self, question: str, where: Where | None = None) -> Reading:
        """Retrieves and reads without deciding: the passages, and every candidate in them."""
        return self._read(question, self.retrieve(question, self.settings.passages, where))

    def _settings_for(self, ask: Ask) -> Settings:
        return self.settings if ask.threshold is None else replace(self.settings, threshold=ask.threshold)

    def _answered(self, ask: Ask) -> tuple[Reading, Answer]:
        """The answer to a question, with its typing errors mended unless exactly its words are asked."""
        asked = checked_question(ask.question)
        if not ask.resolve:
            return self._composed(asked, ask)
        spelt = self._respelt(asked, ask.where)
        reading, answer = self._surest(spelt.text, ask)
        unmet = not (spelt.met or ask.history or answer.found)
        return reading, replace(answer, read_as=spelt.words, unmet=unmet)

    def _respelt(self, asked: str, where: Where | None) -> Respelt:
        return respelt(asked, self._index, COMMON, ASKING, self._limited(where))

    def _surest(self, asked: str, ask: Ask) -> tuple[Reading, Answer]:
        """The answer to a question as it is understood, or as it was asked where that is as sure.

        What belongs to a question makes its answer surer. So where both readings are possible, both are answered. The
        question as it was asked wins where its answer is sure and the other not much surer, or where its answer is at
        least as sure and stands in the document of the last answer.
        """
        first, *others = readings(asked, ask.history)
        threshold = self._settings_for(ask).threshold
        chosen = self._composed(first, ask)
        for question in others:
            alone = self._composed(question, replace(ask, on_passages=None))
            least = min(SURE_ALONE, chosen[1].confidence) if _goes_on(ask.history, alone[1]) else SURE_ALONE
            if alone[1].confidence >= max(least, threshold, chosen[1].confidence - WORTH):
                chosen = alone
                if ask.on_passages is not None:
                    ask.on_passages(question, chosen[0].hits)
        return chosen

    def _composed(self, question: str, ask: Ask) -> tuple[Reading, Answer]:
        hits = self.retrieve(question, self.settings.passages, ask.where)
        if ask.on_passages is not None:
            ask.on_passages(question, hits)
        check()
        reading = self._read(question, hits)
        return reading, compose(reading, self._calibration, self._settings_for(ask))

    def _read(self, question: str, hits: tuple[Hit, ...]) -> Reading:
        return read_until_sure(self._reader, question, hits, self.settings)


def _goes_on(history: Sequence[Turn], answer: Answer) -> bool:
    """Does an answer stand in the document of the last turn's answer?"""
    cited = [turn.answer.citations for turn in history[-1:]] + [answer.citations]
    return all(cited) and len({citations[0].document.id for citations in cited}) == 1


def checked_question(question: str) -> str:
    """The question without white space at its ends. Raises QuestionError where it can't be asked."""
    if not isinstance(question, str):
        raise QuestionError(f"the question is {type(question).__name__}, expected a text (str)")
    text = question.strip()
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(f"the question has {len(text)} characters, at most {LONGEST_QUESTION} are read; shorten it")
    if not any(character.isalnum() for character in text):
        raise QuestionError(f"the question {_shown(text)} holds no word; ask in words")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise QuestionError(f"the question {_shown(text)} holds a lone surrogate, which no text has; type it again")
    return text


def _shown(question: str) -> str:
    """The beginning of a question, for a message."""
    return repr(question if len(question) <= _SHOWN else f"{question[:_SHOWN]}…")


def _checked(documents: Iterable[Document]) -> Iterator[Document]:
    """The documents. Raises DocumentError for anything that is not a Document."""
    if not isinstance(documents, Iterable):
        raise DocumentError(f"{documents!r}: expected a path or Documents; name a file or folder")
    for document in documents:
        if not isinstance(document, Document):
            raise DocumentError(
                f"{str(document)[:_SHOWN]!r}: a {type(document).__name__}, expected a Document; "
                "make one with Document.from_text, or load files with embeddings.loading.load"
            )
        yield document


def build_index(
    documents: Iterable[Document],
    path: Path | None,
    settings: Settings = _DEFAULTS,
    progress: Progress | None = None,
    encoder: Encoder | None = None,
) -> Index:
    """Builds an index with the settings' chunk size and overlap; in memory where `path` is None.

    Raises:
        StoreError: the folder can't be written, or holds something else.
    """
    chosen = encoder if encoder is not None else encoder_for(settings)
    tuning = Tuning(settings.vector_index)
    return Index.build(_checked(documents), chosen, chunker_for(chosen, settings), path, progress, tuning)


def chunker_for(encoder: Encoder, settings: Settings = _DEFAULTS) -> Chunker:
    """The chunker that the settings describe, for an encoder."""
    return Chunker(encoder.count, encoder.card.max_tokens, settings.chunk_tokens, settings.overlap)

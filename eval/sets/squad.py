"""SQuAD 1.1 and 2.0 files (Rajpurkar et al. 2016, 2018), and the sets in their format, as documents and questions."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.sets.gold import GoldAnswer, GoldQuestion
from eval.sets.rows import read_text, row_of
from qa.kept.fields import LARGEST, Fields

DATA_FILE = "squad2_dev_part.json.gz"
SPLITS = Path(__file__).parents[1] / "splits.json"
FORM = "a SQuAD file holds data, paragraphs, qas, answers"


@dataclass(frozen=True, slots=True)
class Squad:
    """A file in the format of SQuAD, or of MRQA (`eval.sets.mrqa`).

    Attributes:
        documents: one for each paragraph; its id is the article and the paragraph's place in it, "Normans/3".
        questions: of the kind "answerable" or "unanswerable", in the order of the file. An id that occurs again gets
            a number, "q7#2", so that each is unique.
        dropped: ids of the answerable questions of which no answer stands where the file says. They are left out.
        written_on: for each question the id of the document that its writer had in front of them, also where it does
            not answer.
    """

    documents: tuple[Document, ...]
    questions: tuple[GoldQuestion, ...]
    dropped: tuple[str, ...] = ()
    written_on: tuple[str, ...] = ()

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles, in the order of the file; () of a file that has none."""
        return tuple(dict.fromkeys(article for d in self.documents if (article := article_of(d.id))))

    def about(self, articles: Collection[str]) -> Squad:
        """The questions written on some articles, with ALL documents.

        Raises:
            GoldError: an article is not there.
        """
        expect_articles(articles, self.articles)
        pairs = zip(self.questions, self.written_on, strict=True)
        kept = [(question, id) for question, id in pairs if article_of(id) in articles]
        return replace(self, questions=tuple(q for q, _ in kept), written_on=tuple(id for _, id in kept))


@dataclass(slots=True)
class SquadBuilder:
    """Collects a `Squad` row by row."""

    documents: dict[str, Document] = field(default_factory=dict)
    questions: list[GoldQuestion] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    written_on: list[str] = field(default_factory=list)
    _ids: Counter[str] = field(default_factory=Counter)

    def add(self, id: str, question: str, document: str, answers: tuple[GoldAnswer, ...] | None) -> None:
        """A question on a document: None for no answer by intent, () where none stands at its place (dropped)."""
        self._ids[id] += 1
        unique = id if self._ids[id] == 1 else f"{id}#{self._ids[id]}"
        if answers == ():
            self.dropped.append(unique)
            return
        kind = "unanswerable" if answers is None else "answerable"
        self.questions.append(GoldQuestion(unique, kind, question, answers or ()))
        self.written_on.append(document)

    def built(self) -> Squad:
        """What was collected."""
        documents, dropped = tuple(self.documents.values()), tuple(self.dropped)
        return Squad(documents, tuple(self.questions), dropped, tuple(self.written_on))


def load_squad(path: str | Path, articles: Collection[str] | None = None) -> Squad:
    """Reads a file in the format of SQuAD 1.1 or 2.0, gzip or not.

    Args:
        path: the file.
        articles: titles to keep, exactly as the file writes them; None keeps all.

    Raises:
        GoldError: the file can't be read, is not in this format, or has none of an article that was named.
    """
    path = Path(path)
    try:
        content = json.loads(read_text(path, "a SQuAD JSON file, gzip or not"))
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{path}: cannot be read as JSON ({error}); {FORM}") from None
    return parse_squad(content, path, articles)


def parse_squad(content: object, path: Path, articles: Collection[str] | None = None) -> Squad:
    """The same for the content of a file, as JSON.

    Raises:
        GoldError: one line for the first thing that is not in this format.
    """
    rows = row_of(content, str(path), FORM).rows("data")
    titles = [row.text("title") if "title" in row.values else f"article {i}" for i, row in enumerate(rows)]
    if articles is not None:
        expect_articles(articles, titles, str(path))
    built, paragraphs = SquadBuilder(), Counter[str]()
    for row, title in zip(rows, titles, strict=True):
        if articles is None or title in articles:
            for paragraph in row.rows("paragraphs"):
                document = _document(path.name, title, paragraphs[title], paragraph.text("context"))
                paragraphs[title] += 1
                built.documents[document.id] = document
                for asked in paragraph.rows("qas"):
                    built.add(asked.identifier("id"), asked.text("question"), document.id, _answers(asked, document))
    return built.built()


def article_of(id: str) -> str:
    """The article of a document's id, "" where it has none.

    >>> article_of("Normans/3"), article_of("line 7")
    ('Normans', '')
    """
    return id.rpartition("/")[0]


def expect_articles(articles: Collection[str], there: Sequence[str], name: str = "--articles") -> None:
    """Raises GoldError where an article is not among those that are there."""
    unknown = sorted(set(articles) - set(there))
    if unknown:
        has = f"it has {len(there)}, such as: {', '.join(there[:5])}" if there else "this file names no articles"
        raise GoldError(f"{name}: no article {unknown[0]!r}; {has}")


def sample(questions: Sequence[GoldQuestion], size: int, seed: int = 0) -> tuple[GoldQuestion, ...]:
    """`size` of the questions, drawn without replacement, in their own order; all of them where there are fewer."""
    if size >= len(questions):
        return tuple(questions)
    return tuple(questions[place] for place in sorted(random.Random(seed).sample(range(len(questions)), size)))


def data_file(folder: Path | None, name: str = DATA_FILE) -> Path:
    """The file in the folder of public data. Raises GoldError where it is missing, with where to get it."""
    if folder is None or not (folder / name).is_file():
        raise GoldError(
            f"{folder if folder is not None else '--data DIR is missing'}: expected a folder with {name}, "
            "made of articles of the SQuAD 2.0 dev set (Rajpurkar et al. 2018, rajpurkar.github.io/SQuAD-explorer)"
        )
    return folder / name


def set_aside() -> tuple[str, ...]:
    """The articles of DATA_FILE that retrieval may be tuned on, because retrieval is not trained."""
    return (*training_articles(), *tuning_articles())


def training_articles() -> tuple[str, ...]:
    """The articles of DATA_FILE whose questions may train a reader."""
    return _split("train")


def tuning_articles() -> tuple[str, ...]:
    """The articles for choices and for fitting the confidence; no reader was trained on them."""
    return _split("tune")


def reported_articles() -> tuple[str, ...]:
    """The articles that are only measured on."""
    return _split("report")


def _split(name: str) -> tuple[str, ...]:
    splits: dict[str, list[str]] = json.loads(SPLITS.read_text(encoding="utf-8"))[DATA_FILE]
    return tuple(splits[name])


def _document(name: str, title: str, place: int, text: str) -> Document:
    return Document(id=f"{title}/{place}", title=title.replace("_", " "), source=f"{name}#{title}/{place}", text=text)


def _answers(row: Fields, document: Document) -> tuple[GoldAnswer, ...] | None:
    """The answers; None where the row says that there is none, () where none stands at its place."""
    if row.flag("is_impossible"):
        return None
    spans = {(answer.number("answer_start", least=-LARGEST), answer.text("text")) for answer in row.rows("answers")}
    return tuple(
        GoldAnswer(document.id, start, start + len(text), text)
        for start, text in sorted(spans)
        if text and start >= 0 and document.text[start : start + len(text)] == text
    )

"""SQuAD 1.1 and 2.0 files (Rajpurkar et al. 2016, 2018), and the sets in their format, as documents and questions."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.gold import GoldAnswer, GoldQuestion

DATA_FILE = "squad2_dev_part.json.gz"
SPLITS = Path(__file__).parent / "splits.json"


@dataclass(frozen=True, slots=True)
class Squad:
    """A file in the format of SQuAD.

    Attributes:
        documents: one for each paragraph; its id is the article and the paragraph's place in it, "Normans/3".
        questions: of the kind "answerable" or "unanswerable", in the order of the file.
        dropped: ids of the answerable questions of which no answer stands where the file says. They are left out.
        written_on: for each question the id of the document that its writer had in front of them, also where it does
            not answer.
    """

    documents: tuple[Document, ...]
    questions: tuple[GoldQuestion, ...]
    dropped: tuple[str, ...] = ()
    written_on: tuple[str, ...] = ()


def load_squad(path: str | Path, articles: Collection[str] | None = None) -> Squad:
    """Reads a file in the format of SQuAD 1.1 or 2.0, gzip or not.

    Args:
        path: the file.
        articles: titles to keep, exactly as the file writes them; None keeps all.

    Raises:
        GoldError: the file can't be read, is not in this format, or has none of an article that was named.
    """
    path = Path(path)
    data = _read(path)
    try:
        titles = [str(article["title"]) for article in data]
        _expect(path, articles, titles)
        kept = [row for row, title in zip(data, titles, strict=True) if articles is None or title in articles]
        return _squad(path.name, kept)
    except (KeyError, TypeError, AttributeError) as error:
        raise GoldError(f"{path}: not in the format of SQuAD ({error!r}); expected data, paragraphs, qas") from error


def sample(questions: Sequence[GoldQuestion], size: int, seed: int = 0) -> tuple[GoldQuestion, ...]:
    """`size` of the questions, drawn without replacement, in their own order; all of them where there are fewer."""
    if size >= len(questions):
        return tuple(questions)
    return tuple(questions[place] for place in sorted(random.Random(seed).sample(range(len(questions)), size)))


def data_file(folder: Path | None, name: str = DATA_FILE) -> Path:
    """The file in the folder of public data. Raises GoldError that says where to get it where it is not there."""
    if folder is None or not (folder / name).is_file():
        raise GoldError(
            f"{folder if folder is not None else '--data DIR is missing'}: expected a folder with {name}, "
            "made of articles of the SQuAD 2.0 dev set (Rajpurkar et al. 2018, rajpurkar.github.io/SQuAD-explorer)"
        )
    return folder / name


def set_aside() -> tuple[str, ...]:
    """The articles of DATA_FILE that may be fitted and tuned on; the others are left alone for measuring."""
    splits = json.loads(SPLITS.read_text(encoding="utf-8"))[DATA_FILE]
    return (*splits["train"], *splits["tune"])


def _read(path: Path) -> list[Any]:
    try:
        raw = path.read_bytes()
        content = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (OSError, EOFError, ValueError) as error:
        raise GoldError(f"{path}: cannot be read ({error}); expected a SQuAD JSON file, gzip or not") from error
    data = content.get("data") if isinstance(content, dict) else None
    if not isinstance(data, list):
        raise GoldError(f'{path}: not in the format of SQuAD; expected an object with a list "data"')
    return data


def _expect(path: Path, articles: Collection[str] | None, titles: Sequence[str]) -> None:
    unknown = sorted(set(articles or ()) - set(titles))
    if unknown:
        raise GoldError(f"{path}: no article {unknown[0]!r}; it has {len(titles)}, such as: {', '.join(titles[:5])}")


def _squad(name: str, articles: Sequence[Mapping[str, Any]]) -> Squad:
    documents: list[Document] = []
    questions: list[GoldQuestion] = []
    dropped: list[str] = []
    written_on: list[str] = []
    for article in articles:
        for place, paragraph in enumerate(article["paragraphs"]):
            document = _document(name, article["title"], place, paragraph["context"])
            documents.append(document)
            for row in paragraph["qas"]:
                question = _question(row, document)
                if question is None:
                    dropped.append(str(row["id"]))
                else:
                    questions.append(question)
                    written_on.append(document.id)
    return Squad(tuple(documents), tuple(questions), tuple(dropped), tuple(written_on))


def _document(name: str, title: str, place: int, text: str) -> Document:
    return Document(id=f"{title}/{place}", title=title.replace("_", " "), source=f"{name}#{title}/{place}", text=text)


def _question(row: Mapping[str, Any], document: Document) -> GoldQuestion | None:
    """None where the row has answers and none of them stands at its place."""
    if row.get("is_impossible", False):
        return GoldQuestion(str(row["id"]), "unanswerable", row["question"], ())
    spans = {(int(answer["answer_start"]), answer["text"]) for answer in row["answers"]}
    answers = tuple(
        GoldAnswer(document.id, start, start + len(text), text)
        for start, text in sorted(spans)
        if text and start >= 0 and document.text[start : start + len(text)] == text
    )
    return GoldQuestion(str(row["id"]), "answerable", row["question"], answers) if answers else None

"""Question sets as JSON lines, one question with its passage a line, and which of their documents train, tune, report.

    {"id": "tydi-7", "title": "Oslo", "context": "Oslo lies at the sea.", "question": "Where is Oslo?",
        "answers": [{"text": "at the sea", "start": 10}], "answerable": true}

`splits.json` names for each set the titles whose questions are set aside; of a set without titles, the questions'
ids. All others may train. A title that one set of Wikipedia sets aside trains in none, nor does a question.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.normalise import normalise
from eval.sets.gold import GoldAnswer
from eval.sets.rows import read_text, row_of
from eval.sets.squad import DATA_FILE, SPLITS, Squad, SquadBuilder
from qa.kept.fields import Fields

Part = Literal["train", "tune", "report"]
FORM = "a line holds id, title, context, question, answers (text and start)"
# Sets with parts to tune and to report, and those whose questions have titles of Wikipedia, which they share.
DIVIDED = ("tydiqa_goldp_en", "qed_nq", "clapnq_dev", "cuad", "covidqa")
_WIKIPEDIA = ("tydiqa_goldp_en", "qed_nq", "clapnq_dev")


def file_of(name: str) -> str:
    """The file of a set.

    >>> file_of("cuad")
    'cuad.jsonl.gz'
    """
    return f"{name}.jsonl.gz"


def load_lines(path: Path, part: Part | None = None) -> Squad:
    """The questions of a part of a set; of all parts where it is None. Contexts of one title are one article.

    Raises:
        GoldError: the file can't be read or is not in this format.
    """
    splits = _splits().get(path.name, {})
    aside = _aside(path.parent) if part == "train" else ((), ())
    built, places = SquadBuilder(), defaultdict[str, dict[str, Document]](dict)
    for row in _rows(path):
        id, title, question = row.identifier("id"), row.text("title").strip(), row.text("question")
        if part is not None and part != _part_of(splits, title, id):
            continue
        if title.casefold() in aside[0] or normalise(question) in aside[1]:
            continue
        document = _document(path.name, title, places[title], row.text("context"))
        built.documents[document.id] = document
        built.add(id, question, document.id, _answers(row, document))
    return built.built()


def _part_of(splits: Mapping[str, Collection[str]], title: str, id: str) -> str:
    named = title or id
    return next((part for part, names in splits.items() if named in names), "train")


def _splits() -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(SPLITS.read_text(encoding="utf-8"))
    return {
        file: {part: frozenset(names) for part, names in parts.items() if part != "train"}
        for file, parts in found.items()
        if file != DATA_FILE
    }


def _aside(folder: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Titles of Wikipedia, and questions, that are set aside in any set of a folder."""
    splits = _splits()
    titles = {name.casefold() for known in _WIKIPEDIA for part in splits[file_of(known)].values() for name in part}
    questions = set()
    for name in _WIKIPEDIA:
        if (path := folder / file_of(name)).is_file():
            for row in _rows(path):
                if row.text("title").strip().casefold() in titles:
                    questions.add(normalise(row.text("question")))
    return frozenset(titles), frozenset(questions)


def _rows(path: Path) -> Iterator[Fields]:
    text = read_text(path, "JSON lines, gzip or not")
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield row_of(json.loads(line), f"{path}:{number}", FORM)
            except (ValueError, RecursionError) as error:
                raise GoldError(f"{path}:{number}: not JSON ({error}); {FORM}") from None


def _document(name: str, title: str, places: dict[str, Document], text: str) -> Document:
    """The document of a context, made where it is new."""
    if text not in places:
        id = f"{title or 'untitled'}/{len(places)}"
        places[text] = Document(id=id, title=title or id, source=f"{name}#{id}", text=text)
    return places[text]


def _answers(row: Fields, document: Document) -> tuple[GoldAnswer, ...] | None:
    """None where the row has no answer by intent, () where none stands at its place."""
    spans = Counter((answer.number("start"), answer.text("text")) for answer in row.rows("answers"))
    if not spans:
        return None
    return tuple(
        GoldAnswer(document.id, start, start + len(text), text)
        for start, text in sorted(spans)
        if text and start >= 0 and document.text[start : start + len(text)] == text
    )

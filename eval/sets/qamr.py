"""QAMR (Michael et al. 2018): questions that crowd workers wrote about single sentences, and the words that answer.

A folder with `qamr_sentences.tsv.gz` and one or more of `qamr_dev.tsv.gz`, `qamr_test.tsv.gz`, `qamr_ptb.tsv.gz`. A row
holds the id of a sentence, indices of key words, a worker, the number of the question, a key word, the question, the
indices of the words that answer it, and the judgements of two validators: indices, `Invalid`, or `Redundant-n`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.sets.detokenising import joined
from eval.sets.gold import GoldAnswer
from eval.sets.rows import read_text
from eval.sets.squad import Squad, SquadBuilder

SENTENCES = "qamr_sentences.tsv.gz"
ROWS = ("qamr_dev.tsv.gz", "qamr_test.tsv.gz", "qamr_ptb.tsv.gz")
FORM = "QAMR's tables, as github.com/uwnlp/qamr has them"
_COLUMNS = 8
_JUDGEMENT = re.compile(r"\d+:(\d+(?: \d+)*)")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a sentence stands: the document of its paragraph, and the offsets of its words in it."""

    document: Document
    words: tuple[tuple[int, int], ...]


def load_qamr(folder: Path) -> Squad:
    """The questions that both validators found valid and no repetition, and of whose answer one agreed with the writer.

    Sentences of one paragraph are one document, in their order; between two of them others may have stood. A question
    has as answers what its writer and the validators chose, as far as the words stand next to each other.

    Raises:
        GoldError: a file can't be read or is not in this format.
    """
    places = _places(folder / SENTENCES)
    built = SquadBuilder()
    seen: set[tuple[str, str]] = set()
    for name in ROWS:
        if (folder / name).is_file():
            for number, row in _table(folder / name):
                place = places.get(row[0])
                if place is None or (row[0], row[5].lower()) in seen or not _is_clean(row):
                    continue
                seen.add((row[0], row[5].lower()))
                built.documents[place.document.id] = place.document
                built.add(f"{name}:{number}", row[5].strip(), place.document.id, tuple(_answers(row, place)))
    return built.built()


def _is_clean(row: Sequence[str]) -> bool:
    judgements = [_JUDGEMENT.fullmatch(judgement) for judgement in row[7:]]
    return all(judgements) and any(found is not None and found[1] == row[6] for found in judgements)


def _answers(row: Sequence[str], place: _Place) -> Iterator[GoldAnswer]:
    """Answers whose words stand next to each other, each once."""
    chosen = dict.fromkeys((row[6], *(judgement.partition(":")[2] for judgement in row[7:])))
    for indices in (tuple(map(int, words.split())) for words in chosen if re.fullmatch(r"\d+(?: \d+)*", words)):
        first, last = indices[0], indices[-1]
        if indices == tuple(range(first, last + 1)) and last < len(place.words):
            start, end = place.words[first][0], place.words[last][1]
            yield GoldAnswer(place.document.id, start, end, place.document.text[start:end])


def _places(path: Path) -> Mapping[str, _Place]:
    """By its id, where each sentence stands."""
    paragraphs: dict[str, dict[int, list[str]]] = defaultdict(dict)
    for _, (id, written) in _table(path, columns=2):
        paragraph, _, number = id.rpartition(":")
        paragraphs[paragraph][int(number) if number.isdecimal() else 0] = written.split()
    places: dict[str, _Place] = {}
    for id, sentences in paragraphs.items():
        text, found = "", []
        for sentence, words in sorted(sentences.items()):
            written, offsets = joined(words)
            text += " " if text else ""
            found.append((sentence, tuple((len(text) + start, len(text) + end) for start, end in offsets)))
            text += written
        document = Document(id=id.replace(":", "/"), title=id, source=f"{path.name}#{id}", text=text)
        places |= {f"{id}:{sentence}": _Place(document, offsets) for sentence, offsets in found}
    return places


def _table(path: Path, columns: int = _COLUMNS) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers. Raises GoldError where one has too few columns."""
    text = read_text(path, FORM)
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            row = line.split("\t")
            if len(row) < columns:
                raise GoldError(f"{path}:{number}: {len(row)} columns, expected {columns} or more; {FORM}")
            yield number, row

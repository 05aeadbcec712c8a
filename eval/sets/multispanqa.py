"""MultiSpanQA (Li et al. 2022): questions whose answers are several spans, as words with B, I and O labels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.sets.detokenising import joined
from eval.sets.gold import GoldAnswer
from eval.sets.rows import read_text, row_of
from eval.sets.squad import Squad, SquadBuilder
from qa.kept.fields import Fields

FORM = "a MultiSpanQA file holds data, question, context, label"


def load_multispanqa(path: Path) -> Squad:
    """Each context as a document, each labelled span as an answer of its question.

    Raises:
        GoldError: the file can't be read or is not in this format.
    """
    try:
        content = json.loads(read_text(path, FORM))
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{path}: cannot be read as JSON ({error}); {FORM}") from None
    built = SquadBuilder()
    for row in row_of(content, str(path), FORM).rows("data"):
        id = row.identifier("id")
        text, offsets = joined(_words(row, "context"))
        document = Document(id=id, title=id, source=f"{path.name}#{id}", text=text)
        labels = _words(row, "label")
        if len(labels) != len(offsets):
            raise row.fault("label", f"{len(offsets)} labels, one for each word of the context")
        question = " ".join(_words(row, "question"))
        answers = tuple(
            GoldAnswer(id, offsets[first][0], offsets[last][1], text[offsets[first][0] : offsets[last][1]])
            for first, last in labelled(labels)
        )
        built.documents[id] = document
        built.add(id, f"{question[:1].upper()}{question[1:].rstrip('?').rstrip()}?", id, answers)
    return built.built()


def labelled(labels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First and last word of each span.

    >>> list(labelled(["O", "B", "I", "O", "B"]))
    [(1, 2), (4, 4)]
    """
    first: int | None = None
    for place, label in enumerate((*labels, "O")):
        if first is not None and label != "I":
            yield first, place - 1
            first = None
        if label == "B":
            first = place


def _words(row: Fields, field: str) -> list[str]:
    words = row.items(field)
    if not all(isinstance(word, str) for word in words):
        raise row.fault(field, "a list of words")
    return [str(word) for word in words]

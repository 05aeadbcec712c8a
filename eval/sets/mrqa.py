"""Files of the MRQA 2019 shared task (Fisch et al. 2019): JSON lines, each a passage with its questions.

    {"header": {"dataset": "NewsQA", "split": "dev"}}
    {"context": "It opened in 1911.", "qas": [{"qid": "7", "question": "When did it open?", "answers": ["1911"],
        "detected_answers": [{"text": "1911", "char_spans": [[13, 16]]}]}]}

The ends of `char_spans` are inclusive. Gold are the places that were detected, each with the words that stand there:
`answers` may also hold forms that the passage does not, and an answer must be cited to be right.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.normalise import normalise
from eval.sets.gold import GoldAnswer
from eval.sets.rows import read_text, row_of
from eval.sets.squad import Squad, SquadBuilder, parse_squad
from qa.kept.fields import Fields, is_whole

FORM = "a line of an MRQA file holds context, qas, qid, question, detected_answers"
EITHER = "a SQuAD 1.1 or 2.0 file, or the JSON lines of MRQA, gzip or not"
_LONGEST_TITLE = 80


def load_passages(path: str | Path) -> Squad:
    """Reads a file of SQuAD or of MRQA, gzip or not. Which one it is tells its content, not its name.

    Raises:
        GoldError: the file can't be read or is in neither format; one line, with where the first fault stands.
    """
    path = Path(path)
    text = read_text(path, EITHER)
    try:
        first, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
    except (ValueError, RecursionError) as error:
        raise GoldError(f"{path}: cannot be read as JSON ({error}); expected {EITHER}") from None
    if isinstance(first, dict) and ("context" in first or "header" in first):
        return parse_mrqa(text, path)
    if not isinstance(first, dict) or "data" not in first:
        raise GoldError(f'{path}: neither "data" (SQuAD) nor "context" (MRQA) was found; expected {EITHER}')
    if text[end:].strip():
        line = text.count("\n", 0, end) + 1
        raise GoldError(f"{path}:{line}: more follows after the end of the SQuAD object; write one object")
    return parse_squad(first, path)


def parse_mrqa(text: str, path: Path) -> Squad:
    """The lines of an MRQA file. The same passage on several lines is one document.

    Raises:
        GoldError: one line for the first thing that is not in this format.
    """
    built = SquadBuilder()
    known: dict[str, Document] = {}
    for number, row in _rows(text, path):
        context = row.text("context")
        document = known.setdefault(context, _document(path.name, number, context))
        built.documents[document.id] = document
        for asked in row.rows("qas"):
            built.add(asked.identifier("qid", "id"), asked.text("question"), document.id, _answers(asked, document))
    return built.built()


def _rows(text: str, path: Path) -> Iterator[tuple[int, Fields]]:
    """The passages, each with the number of its line; a header is none."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = row_of(json.loads(line), f"{path}:{number}", FORM)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", str(error))
            raise GoldError(f"{path}:{number}: not JSON ({reason}); {FORM}") from None
        if "context" in row.values or "header" not in row.values:
            yield number, row


def _document(name: str, number: int, text: str) -> Document:
    """Its title is its first line, as that of any text."""
    title = text.strip().split("\n", 1)[0][:_LONGEST_TITLE].strip()
    return Document(id=f"line {number}", title=title or f"line {number}", source=f"{name}#line {number}", text=text)


def _answers(row: Fields, document: Document) -> tuple[GoldAnswer, ...] | None:
    """The answers; None where the row says that there is none, () where none stands at its place."""
    if row.flag("is_impossible"):
        return None
    spans = {span for detected in row.rows("detected_answers") for span in _spans(detected, document.text)}
    return tuple(GoldAnswer(document.id, start, end, document.text[start:end]) for start, end in sorted(spans))


def _spans(detected: Fields, text: str) -> Iterator[tuple[int, int]]:
    """Half-open spans that hold the words, compared as answers are: the file gives them normalised."""
    words = normalise(detected.text("text"))
    for span in detected.items("char_spans"):
        if not (isinstance(span, list) and len(span) == 2 and all(map(is_whole, span))):
            raise detected.fault("char_spans", "pairs of integers [start, inclusive end]")
        start, end = span[0], span[1] + 1
        if 0 <= start < end <= len(text) and words and normalise(text[start:end]) == words:
            yield start, end

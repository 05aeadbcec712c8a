"""Gold questions: JSON lines, each a question and every place where the documents answer it.

    {"id": "q1", "kind": "list", "question": "Who met?", "answers": [
        {"document": "talks.txt", "text": "the envoy", "start": 10, "end": 19},
        {"document": "talks.txt", "text": "two ministers", "within": "and two ministers flew to Geneva"}],
        "groups": [[0], [1]]}

- `answers` is [] for a question that the documents do not answer; `"tempting": true` marks one that looks as if they
  did.
- `document` is a document's id, its file name, or the last parts of its path.
- `start` and `end` are code points and may both be left out where the text occurs exactly once in its document.
- `within` says instead of them where the text stands: a longer stretch that occurs exactly once in the document, and
  that holds the text exactly once. White space is compared as one space, so that such gold stays right when a document
  is laid out anew.
- `groups` are lists of positions in `answers`. Of a `list` question each group is one item, and any of its answers
  names it; of a `disagreement` question each group is one side.
- `id` is the line number and `kind` "question" where they are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeGuard

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.sets.places import places_of_text, places_of_words

KINDS_WITH_GROUPS = ("list", "disagreement")
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """A place that answers a question: `text` is `start:end` of the document whose `Document.id` is `document`.

    A lost answer, which the file holds and the loaded document does not, is at 0:0: nothing cites or retrieves it.
    """

    document: str
    start: int
    end: int
    text: str

    @property
    def lost(self) -> bool:
        """True where the document as it was loaded does not hold the answer."""
        return self.start == self.end


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and its right answers, () where the documents hold none.

    Attributes:
        id: unique in its file.
        kind: what the table per kind is made by; "list" and "disagreement" have a meaning to the scores.
        groups: the answers of each item of a list, or of each side of a disagreement, else ().
        tempting: no answer is there, but words that look like one are.
    """

    id: str
    kind: str
    question: str
    answers: tuple[GoldAnswer, ...]
    groups: tuple[tuple[GoldAnswer, ...], ...] = ()
    tempting: bool = False

    @property
    def answerable(self) -> bool:
        """True where the documents hold an answer."""
        return bool(self.answers)


@dataclass(frozen=True, slots=True)
class GoldReading:
    """A gold file as it was read: the well-formed questions, and one line for every fault of the others."""

    questions: tuple[GoldQuestion, ...]
    faults: tuple[str, ...]


def load_gold(
    path: str | Path, documents: Sequence[Document], hint: str = "", keep_lost: bool = False
) -> tuple[GoldQuestion, ...]:
    """The questions of a gold file.

    Args:
        hint: what to add where a document is not there, for a user who named none.
        keep_lost: an answer whose `within` is not in its document as it was loaded is kept as lost, and is no fault.

    Raises:
        GoldError: the file can't be read, or is not well formed, or does not fit the documents. The message has a
            line for each fault: file, line, what is wrong, and how to mend it; of many only the first MOST_FAULTS.
    """
    faults = (reading := read_gold(path, documents, hint, keep_lost)).faults
    if len(faults) > MOST_FAULTS:
        more = f"{path}: {len(faults) - MOST_FAULTS} more faults; mend these first"
        raise GoldError("\n".join([*faults[:MOST_FAULTS], more]))
    if faults:
        raise GoldError("\n".join(faults))
    return reading.questions


def read_gold(path: str | Path, documents: Sequence[Document], hint: str = "", keep_lost: bool = False) -> GoldReading:
    """The questions of a gold file and ALL its faults, so that a file can be mended in one go. Raises nothing."""
    path = Path(path)
    questions: dict[str, GoldQuestion] = {}
    first_line: dict[str, int] = {}
    faults: list[str] = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return GoldReading((), (f"{path}: {_why_unreadable(error)}",))
    if (form := _other_form(text)) is not None:
        return GoldReading((), (f"{path}: {form}",))
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        parser = _Line(documents, number, hint, keep_lost)
        question = parser.question(line)
        if question is not None and question.id in questions:
            parser.fault(f"id {question.id!r} is also on line {first_line[question.id]}; give each question its own")
        elif question is not None:
            questions[question.id] = question
            first_line[question.id] = number
        faults += [f"{path}:{number}: {fault}" for fault in parser.faults]
    if not questions and not faults:
        faults = [f"{path}: holds no questions; write one JSON object on each line"]
    return GoldReading(tuple(questions.values()), tuple(faults))


def read_gold_line(line: str, documents: Sequence[Document]) -> tuple[GoldQuestion | None, tuple[str, ...]]:
    """The question of a single line, None where anything about it is wrong, and its faults."""
    parser = _Line(documents, 1, "")
    return parser.question(line), tuple(parser.faults)


def _why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        if error.object.startswith(b"\x1f\x8b"):
            return "a gzip file; unpack it, or name it with --squad where it is one of SQuAD or MRQA"
        return f"byte {error.start} is not UTF-8; save the file as UTF-8"
    return f"cannot be read ({error.strerror}); name a file of gold questions, one JSON object on each line"


def _other_form(text: str) -> str | None:
    """What the file is instead of gold questions, where that can be told: one fault, and not one for every line."""
    try:
        first, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
    except (ValueError, RecursionError):
        return None
    if isinstance(first, dict) and "question" not in first and {"data", "qas", "header"} & first.keys():
        return "looks like a file of SQuAD or MRQA; name it with --squad"
    if "\n" in text[:end].strip() and not text[end:].strip():
        return "one JSON value over several lines; write one JSON object on each line, with question and answers"
    return None


class _Line:
    """Reads one line and collects its faults: a method gives None where it found one."""

    def __init__(self, documents: Sequence[Document], number: int, hint: str, keep_lost: bool = False) -> None:
        self._documents, self._number, self._hint, self._keep_lost = documents, number, hint, keep_lost
        self.faults: list[str] = []

    def fault(self, message: str) -> None:
        """Notes what is wrong and how to mend it."""
        self.faults.append(message)

    def question(self, line: str) -> GoldQuestion | None:
        """The question of a line, None where anything about it is wrong."""
        row = self._row(line)
        if row is None:
            return None
        text = self._text(row, "question")
        kind = self._text(row, "kind", default="question")
        name = self._id(row)
        answers = self._answers(row)
        groups = self._groups(row, kind, answers)
        tempting = self._tempting(row, answers)
        if self.faults or text is None or kind is None or name is None:
            return None
        found = tuple(answer for answer in answers if answer is not None)
        return GoldQuestion(name, kind, text, found, groups, tempting)

    def _row(self, line: str) -> Mapping[str, object] | None:
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False).encode("utf-8")  # a lone surrogate could never be printed
        except json.JSONDecodeError as error:
            self.fault(f"not JSON at character {error.pos + 1} ({error.msg}); write one JSON object on the line")
            return None
        except (ValueError, RecursionError) as error:
            self.fault(f"not JSON ({error}); write one JSON object on the line")
            return None
        if not isinstance(row, dict):
            self.fault(f"expected a JSON object, found {_short(row)}; write {{...}} with question and answers")
            return None
        return row

    def _text(self, row: Mapping[str, object], field: str, default: str | None = None) -> str | None:
        value = row.get(field, default)
        if _is_text(value):
            return value
        found = f"is {_short(value)}" if field in row else "is missing"
        self.fault(f'"{field}" {found}; write it as a text that is not empty')
        return None

    def _id(self, row: Mapping[str, object]) -> str | None:
        value = row.get("id", self._number)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self._text(row, "id")

    def _answers(self, row: Mapping[str, object]) -> list[GoldAnswer | None]:
        """In the order of the line, None for a faulty one, so that `groups` still count right."""
        rows = row.get("answers")
        if not isinstance(rows, list):
            found = f"is {_short(rows)}" if "answers" in row else "is missing"
            self.fault(f'"answers" {found}; write a list, [] where the documents hold no answer')
            return []
        return [self._answer(position, item) for position, item in enumerate(rows)]

    def _answer(self, position: int, row: object) -> GoldAnswer | None:
        where = f"answers[{position}]"
        if not isinstance(row, dict):
            self.fault(f"{where}: expected an object, found {_short(row)}; write its document and its text")
            return None
        missing = [field for field in ("document", "text") if not _is_text(row.get(field))]
        if missing:
            self.fault(f'{where}: "{missing[0]}" is missing or no text; write its document and the words that answer')
            return None
        document = self._document(where, row["document"])
        return None if document is None else self._place(where, row, document)

    def _document(self, where: str, name: str) -> Document | None:
        by_id = [document for document in self._documents if document.id == name]
        found = by_id or [document for document in self._documents if _ends_with(document.source, name)]
        if len(found) == 1:
            return found[0]
        if found:
            self.fault(f"{where}: {name!r} fits {len(found)} documents; write more of its path, or its id")
        else:
            self.fault(f"{where}: no document {name!r}; {_such_as(name, self._documents)}{self._hint}")
        return None

    def _place(self, where: str, row: Mapping[str, object], document: Document) -> GoldAnswer | None:
        """Where the answer stands: as the row says, or the only place where its text occurs."""
        text, start, end = str(row["text"]), row.get("start"), row.get("end")
        if "within" in row:
            return self._place_within(where, row, document)
        if start is None and end is None:
            return self._only_place(where, text, document)
        if not _is_offset(start) or not _is_offset(end):
            self.fault(
                f'{where}: "start" and "end" are {_short(start)} and {_short(end)}; write two integers or neither'
            )
            return None
        if document.text[start:end] == text and start < end:
            return GoldAnswer(document.id, start, end, text)
        self.fault(
            f"{where}: {start}:{end} is {_short(document.text[start:end])}, not {_short(text)}; {_hint(text, document)}"
        )
        return None

    def _only_place(self, where: str, text: str, document: Document) -> GoldAnswer | None:
        places = list(places_of_text(text, document.text))
        if len(places) == 1:
            return GoldAnswer(document.id, places[0], places[0] + len(text), text)
        if places:
            mend = f'write "start" and "end" (the first is {places[0]} and {places[0] + len(text)})'
            self.fault(f"{where}: {_short(text)} occurs {len(places)} times in its document; {mend}")
        else:
            self.fault(f"{where}: {_short(text)} does not occur in its document; {_nearly(text, document)}")
        return None

    def _place_within(self, where: str, row: Mapping[str, object], document: Document) -> GoldAnswer | None:
        """The one place where the text stands in the one stretch that the row names."""
        text, within = str(row["text"]), row["within"]
        if not _is_text(within) or not row.keys().isdisjoint({"start", "end"}):
            self.fault(f'{where}: "within" is {_short(within)}; write it as a text, and without "start" and "end"')
            return None
        stretches = list(places_of_words(within, document.text))
        if not stretches and self._keep_lost:
            return GoldAnswer(document.id, 0, 0, text)
        if len(stretches) != 1:
            mend = "write more of the words around it" if stretches else _nearly(within, document)
            self.fault(f'{where}: "within", {_short(within)}, {_occurs(len(stretches))} in its document; {mend}')
            return None
        (begin, end), *_ = stretches
        places = list(places_of_words(text, document.text[begin:end]))
        if len(places) != 1:
            self.fault(f'{where}: {_short(text)} {_occurs(len(places))} in its "within"; choose one that holds it once')
            return None
        start, end = begin + places[0][0], begin + places[0][1]
        return GoldAnswer(document.id, start, end, document.text[start:end])

    def _groups(
        self, row: Mapping[str, object], kind: str | None, answers: Sequence[GoldAnswer | None]
    ) -> tuple[tuple[GoldAnswer, ...], ...]:
        groups = row.get("groups")
        if groups is None:
            if kind in KINDS_WITH_GROUPS and answers:
                self.fault(f'"groups" is missing; a {kind} question needs it, such as [[0], [1, 2]]')
            return ()
        if kind not in KINDS_WITH_GROUPS:
            self.fault(f'"groups" belong to the kinds {" and ".join(KINDS_WITH_GROUPS)}, not to {kind!r}; leave it out')
        elif not _are_groups(groups, len(answers)):
            self.fault(
                f'"groups" is {_short(groups)}; write lists of positions in "answers" '
                f"(0 to {len(answers) - 1}), none of them empty"
            )
        else:
            members = [[answers[position] for position in group] for group in groups]
            return tuple(tuple(answer for answer in group if answer is not None) for group in members)
        return ()

    def _tempting(self, row: Mapping[str, object], answers: Sequence[GoldAnswer | None]) -> bool:
        value = row.get("tempting", False)
        if not isinstance(value, bool):
            self.fault(f'"tempting" is {_short(value)}; write true or false')
        elif value and answers:
            self.fault('"tempting" is for a question without an answer, and this one has answers; leave it out')
        return bool(value)


def _are_groups(groups: object, answers: int) -> TypeGuard[list[list[int]]]:
    if not isinstance(groups, list) or not groups:
        return False
    if not all(isinstance(group, list) and group for group in groups):
        return False
    return all(_is_offset(position) and position < answers for group in groups for position in group)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def _is_offset(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _ends_with(source: str, name: str) -> bool:
    """True where the last parts of the path are those of `name`: "b/c.txt" of "a/b/c.txt", but not of "ab/c.txt"."""
    parts, wanted = _parts(source), _parts(name)
    return bool(wanted) and parts[-len(wanted) :] == wanted


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]


def _file_name(source: str) -> str:
    return _parts(source)[-1] if _parts(source) else ""


def _such_as(name: str, documents: Sequence[Document]) -> str:
    """How to mend a name that no document has: the one that is meant, if one is like it, else some that are there."""
    names = list(dict.fromkeys(_file_name(document.source) or document.id for document in documents))
    near = get_close_matches(_file_name(name), names, n=1, cutoff=0.8)
    if near:
        return f"did you mean {near[0]!r}?"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"write an id, file name or end of a path, such as: {', '.join(names[:3])}{more}"


def _nearly(text: str, document: Document) -> str:
    """How to mend words that do not occur: as they stand, if only case or white space differs."""
    pattern = r"\s+".join(map(re.escape, text.split()))
    found = re.search(pattern, document.text, re.IGNORECASE)
    return f"copy the words exactly as they stand{f', {_short(found.group())}' if found else ''}"


def _hint(text: str, document: Document) -> str:
    places = list(places_of_text(text, document.text))
    if not places:
        return f"the words do not occur in the document; {_nearly(text, document)}"
    return f"it stands at {', '.join(f'{place}:{place + len(text)}' for place in places[:3])}; correct the offsets"


def _occurs(times: int) -> str:
    return f"occurs {times} times" if times else "does not occur"


def _short(value: object) -> str:
    """A value for a one-line message."""
    written = repr(value)
    return written if len(written) <= 60 else f"{written[:57]}..."

"""Every wrong or refused answer as a record that a page can show: what was said, what is right, what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from embeddings.types import Document
from eval.metrics import holds
from eval.report.marking import Piece, Span, pieces
from eval.report.verdicts import Verdict, failures, sentence
from eval.runner import Outcome
from eval.sets.gold import GoldAnswer, GoldQuestion
from qa.render import one_line, per_cent, place
from qa.types import Answer, Citation

BATCH = 100  # questions that stand behind one line of a group, where a group has more
_AROUND = 240  # characters on either side of a gold answer that was not read


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its words, how sure they were, and where each of its citations stands."""

    text: str
    confidence: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldLine:
    """A gold answer: its words, the item or side it belongs to ("" for none), and every place where it stands."""

    text: str
    group: str
    characters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldSource:
    """The gold answers that stand in one document."""

    title: str
    lines: tuple[GoldLine, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage, cut where gold and answer begin and end.

    Attributes:
        rank: from 1, in the order in which the passages were read; None of the place of a gold answer.
        place: title, heading, date, characters.
        has_gold: whether it holds a gold answer, by the rule of recall.
    """

    rank: int | None
    place: str
    has_gold: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A question, with all that is needed to judge its answer.

    Attributes:
        anchor: unique in a page.
        asked: the question; `understood` is how it was understood, "" where that is the same.
        verdict: in words.
        answer: what the user was shown, None where it was refused.
        found: the best span found where the answer was refused, None where it is not known.
        confidence: of the best span found.
        others: further answers that were shown as contradicting it.
        known: the words of the first gold answer, None where there is none.
        notes: how much of a list or a disagreement an answer found.
        rank: in words, where the gold passage was retrieved; "" where there is none.
        passages: those that were read, best first.
        unread: a gold answer in its place, where no passage that was read holds one; else None.
    """

    anchor: str
    id: str
    kind: str
    asked: str
    understood: str
    verdict: str
    answer: Said | None
    found: Said | None
    confidence: str
    others: tuple[Said, ...]
    gold: tuple[GoldSource, ...]
    known: str | None
    notes: tuple[str, ...]
    rank: str
    passages: tuple[Passage, ...]
    unread: Passage | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Failures that are shown together, and which ones of their group they are, from 1."""

    first: int
    last: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The failures of one verdict.

    Attributes:
        anchor: unique in a page.
        title: the verdict.
        is_failure: False for the questions that were rightly refused.
        n: how many there are.
        kinds: kinds of question and how often each occurs, the commonest first.
    """

    anchor: str
    title: str
    is_failure: bool
    n: int
    kinds: tuple[tuple[str, int], ...]
    batches: tuple[Batch, ...]


def groups(outcomes: Sequence[Outcome], documents: Iterable[Document], prefix: str = "") -> tuple[Group, ...]:
    """Every wrong or refused outcome, each once, by its verdict; verdicts without an outcome are left out.

    Args:
        outcomes: of a run.
        documents: those that the gold answers stand in.
        prefix: of every anchor, so that several runs fit on one page.
    """
    by_id = {document.id: document for document in documents}
    number = count(1)
    return tuple(
        _group(kind, [_failure(outcome, f"{prefix}question-{next(number)}", by_id) for outcome in members], prefix)
        for kind, members in failures(outcomes).items()
        if members
    )


def _group(kind: Verdict, members: Sequence[Failure], prefix: str) -> Group:
    batches = tuple(
        Batch(first + 1, min(first + BATCH, len(members)), tuple(members[first : first + BATCH]))
        for first in range(0, len(members), BATCH)
    )
    kinds = Counter(failure.kind for failure in members).most_common()
    anchor = prefix + kind.name.lower().replace("_", "-")
    return Group(anchor, kind.value, kind.is_failure, len(members), tuple(kinds), batches)


def _failure(outcome: Outcome, anchor: str, documents: Mapping[str, Document]) -> Failure:
    question, answer = outcome.question, outcome.answer
    gold = _spans_of_gold(question.answers)
    cited = _spans_of_answer(answer if outcome.found is None else outcome.found)
    read = tuple(_read(rank, each, question, gold, cited) for rank, each in enumerate(answer.passages, start=1))
    was_read = any(passage.has_gold for passage in read)
    return Failure(
        anchor=anchor,
        id=question.id,
        kind=question.kind,
        asked=question.question,
        understood=answer.question if answer.question != question.question.strip() else "",
        verdict=sentence(outcome),
        answer=_said(answer),
        found=None if outcome.found is None else _said(outcome.found),
        confidence=per_cent(answer.confidence),
        others=tuple(said for other in answer.alternatives if (said := _said(other)) is not None),
        gold=_gold_sources(question, documents),
        known=question.answers[0].text if question.answers else None,
        notes=_notes(outcome),
        rank=_rank(outcome, was_read),
        passages=read,
        unread=None if was_read or not question.answers else _in_place(question.answers[0], documents, gold, cited),
    )


def _said(answer: Answer) -> Said | None:
    if answer.text is None:
        return None
    return Said(answer.text, per_cent(answer.confidence), tuple(place(citation) for citation in answer.citations))


# Gold ------------------------------------------------------------------------------------------------------------


def _gold_sources(question: GoldQuestion, documents: Mapping[str, Document]) -> tuple[GoldSource, ...]:
    """The gold answers by document; each wording once in its item or side, with all its places."""
    sources: dict[str, dict[tuple[str, str], list[str]]] = {}
    for answer in question.answers:
        wording = _name_of_group(question, answer), answer.text
        places = sources.setdefault(answer.document, {}).setdefault(wording, [])
        places.append("lost in loading" if answer.lost else f"{answer.start}-{answer.end}")
    return tuple(GoldSource(_title(id, documents), _gold_lines(lines)) for id, lines in sources.items())


def _gold_lines(lines: Mapping[tuple[str, str], Sequence[str]]) -> tuple[GoldLine, ...]:
    return tuple(GoldLine(text, group, tuple(places)) for (group, text), places in lines.items())


def _title(id: str, documents: Mapping[str, Document]) -> str:
    return one_line(documents[id].title) if id in documents else id


def _name_of_group(question: GoldQuestion, answer: GoldAnswer) -> str:
    noun = "item" if question.kind == "list" else "side"
    return next((f"{noun} {n}" for n, group in enumerate(question.groups, start=1) if answer in group), "")


def _notes(outcome: Outcome) -> tuple[str, ...]:
    if outcome.refused:
        return ()
    of = len(outcome.question.groups)
    shares = (("items of the list were found", outcome.items_found), ("sides were shown", outcome.sides_shown))
    return tuple(f"{round(share * of)} of {of} {what}" for what, share in shares if share is not None)


# Passages --------------------------------------------------------------------------------------------------------


def _rank(outcome: Outcome, was_read: bool) -> str:
    if not outcome.question.answerable:
        return ""
    if not outcome.hits:
        return "Nothing was retrieved."
    if outcome.rank is None:
        return f"No passage with a gold answer is among the {len(outcome.hits)} nearest."
    suffix = "and was read" if was_read else f"but only the first {len(outcome.answer.passages)} were read"
    return f"The first passage with a gold answer was retrieved at rank {outcome.rank} {suffix}."


def _read(
    rank: int,
    passage: Citation,
    question: GoldQuestion,
    gold: Mapping[str, list[Span]],
    cited: Mapping[str, list[Span]],
) -> Passage:
    document, start, end = passage.document, passage.start, passage.end
    has_gold = any(holds(document.id, start, end, answer) for answer in question.answers)
    cut = pieces(document.text, start, end, gold.get(document.id, ()), cited.get(document.id, ()))
    return Passage(rank, place(passage), has_gold, cut)


def _in_place(
    answer: GoldAnswer,
    documents: Mapping[str, Document],
    gold: Mapping[str, list[Span]],
    cited: Mapping[str, list[Span]],
) -> Passage | None:
    """A gold answer with the words around it; None where its document is not at hand."""
    document = documents.get(answer.document)
    if document is None or answer.lost:
        return None
    start, end = _at_words(document.text, answer.start - _AROUND, answer.end + _AROUND)
    where = f"{one_line(document.title)} · characters {answer.start}-{answer.end}"
    return Passage(None, where, True, pieces(document.text, start, end, gold[document.id], cited.get(document.id, ())))


def _at_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch inside the text, without cut words at its ends."""
    if start > 0:
        space = next((place for place in range(start, start + 40) if text[place].isspace()), start)
        start = space
    if end < len(text):
        end = next((place for place in range(end, end - 40, -1) if text[place].isspace()), end)
    return max(start, 0), min(end, len(text))


def _spans_of_gold(answers: Iterable[GoldAnswer]) -> dict[str, list[Span]]:
    """Groups them by the id of their document."""
    spans: dict[str, list[Span]] = {}
    for answer in answers:
        spans.setdefault(answer.document, []).append((answer.start, answer.end))
    return spans


def _spans_of_answer(answer: Answer) -> dict[str, list[Span]]:
    """Groups them by the id of their document."""
    spans: dict[str, list[Span]] = {}
    for citation in answer.citations:
        spans.setdefault(citation.document.id, []).append((citation.start, citation.end))
    return spans

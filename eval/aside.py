"""Questions that are set aside for tuning, each asked as users ask: of documents that answer it, or that do not.

    answerable   the documents hold the answer
    tempting     written by people to look answerable from a passage that does not answer it
    absent       answerable, but asked of other documents of the same kind

Questions of the world are asked of half of their set's documents, and of the other half to be absent; questions on one
contract or one paper ("What is the governing law?") are asked of that document, and of another one to be absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from embeddings.filters import MOST_NAMES, Where
from embeddings.types import Document
from eval.sets.gold import GoldQuestion
from eval.sets.lines import DIVIDED, file_of, load_lines
from eval.sets.squad import DATA_FILE, Squad, article_of, load_squad, sample, tuning_articles
from eval.trial import open_gold
from qa.answers.confidence import FEATURES, Calibration
from qa.assistant import Assistant, build_index
from qa.reading.reader import Reader
from qa.settings import Settings

Kind = Literal["answerable", "tempting", "absent"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OFFICE = "office-tune"
ONE_DOCUMENT = ("cuad", "covidqa")  # sets whose questions are on the document at hand


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the documents that it is asked of.

    Attributes:
        set_name: its set.
        article: what it was written on; questions on one article stay together when articles are held out.
        where: the documents of the assistant that it is asked of; None for all.
    """

    set_name: str
    kind: Kind
    article: str
    question: GoldQuestion
    assistant: Assistant
    where: Where | None = None


def questions_aside(folder: Path, size: int, settings: Settings, reader: Reader | None = None) -> Iterator[Asked]:
    """Up to `size` questions of each kind of each set that is there, a set after the other.

    Args:
        folder: the public sets.
        reader: what reads; None for the one that the settings name.

    Raises:
        GoldError: a file can't be read.
    """
    if (path := folder / DATA_FILE).is_file():
        squad = load_squad(path)
        yield from _of_halves("SQuAD 2.0", squad, tuning_articles(), size, settings, reader)
    for name in DIVIDED:
        if (path := folder / file_of(name)).is_file():
            squad = load_lines(path, "tune")
            if name in ONE_DOCUMENT:
                yield from _of_articles(name, squad, size, settings, reader)
            else:
                yield from _of_halves(name, squad, squad.articles, size, settings, reader)
    yield from _of_office(size, settings, reader)


def _assistant(documents: Sequence[Document], settings: Settings, reader: Reader | None) -> Assistant:
    """An assistant that reads; it needs no confidence, which may be about to be fitted."""
    nothing = Calibration((0.0,) * len(FEATURES), 0.0)
    return Assistant(build_index(documents, None, settings), settings, reader, nothing)


def _of_halves(
    name: str, squad: Squad, asked: Sequence[str], size: int, settings: Settings, reader: Reader | None
) -> Iterator[Asked]:
    """Every second of the articles that are asked about, and of the others, makes a half."""
    others = [article for article in squad.articles if article not in asked]
    sides = [{*asked[side::2], *others[side::2]} for side in (0, 1)]
    halves = [_assistant([d for d in squad.documents if article_of(d.id) in side], settings, reader) for side in sides]
    for kind, question, document in _drawn(squad.about(asked), size):
        own = next(place for place, side in enumerate(sides) if article_of(document) in side)
        yield Asked(name, kind, article_of(document), question, halves[own if kind != "absent" else 1 - own])


def _drawn(squad: Squad, size: int) -> Iterator[tuple[Kind, GoldQuestion, str]]:
    """Questions of each kind, each with the document that it was written on."""
    written_on = dict(zip((question.id for question in squad.questions), squad.written_on, strict=True))
    for kind in KINDS:
        of_kind = [question for question in squad.questions if question.answerable == (kind != "tempting")]
        for question in sample(of_kind, size, seed=KINDS.index(kind)):  # those that are absent are other ones
            yield kind, question, written_on[question.id]


def _of_articles(name: str, squad: Squad, size: int, settings: Settings, reader: Reader | None) -> Iterator[Asked]:
    """Each question asked of the documents of its article, or of those of another one."""
    assistant = _assistant(squad.documents, settings, reader)
    groups: dict[str, list[str]] = {}
    for document in squad.documents:
        groups.setdefault(_group(document.id), []).append(document.id)
    names = list(groups)
    for kind, question, written_on in _drawn(squad, size):
        group = _group(written_on)
        asked_of = group if kind != "absent" else names[(names.index(group) + 1) % len(names)]
        where = Where(documents=tuple(groups[asked_of][:MOST_NAMES]))
        yield Asked(name, kind, group, question, assistant, where)


def _group(document: str) -> str:
    """The article of a document; documents of a set without titles are one each."""
    article = article_of(document)
    return document if article in ("", "untitled") else article


def _of_office(size: int, settings: Settings, reader: Reader | None) -> Iterator[Asked]:
    """The office's questions for tuning, of all its documents; what nobody was tempted by is absent."""
    trial = open_gold(OFFICE)
    assistant = _assistant(trial.documents, settings, reader)
    for kind in KINDS:
        of_kind = [question for question in trial.questions if _office_kind(question) == kind]
        for question in sample(of_kind, size, seed=KINDS.index(kind)):
            document = question.answers[0].document if question.answers else question.id
            yield Asked(OFFICE, kind, document, question, assistant)


def _office_kind(question: GoldQuestion) -> Kind:
    if question.answerable:
        return "answerable"
    return "tempting" if question.tempting else "absent"

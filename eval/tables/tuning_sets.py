"""Every set of questions that may be tuned on, as far as it is at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from eval.sets.lines import DIVIDED, file_of, load_lines
from eval.sets.multispanqa import load_multispanqa
from eval.sets.qamr import ROWS, SENTENCES, load_qamr
from eval.sets.squad import Squad, load_squad, sample, tuning_articles
from eval.tables.shared import Collection
from eval.trial import open_gold

__all__ = ["tuning_sets"]

MULTISPAN, NEW_WIKI = "multispanqa_valid.json.gz", "squadshifts_new_wiki.json.gz"


def tuning_sets(data: Path | None, squad: Squad, most: int) -> Iterator[Collection]:
    """The answerable questions of each set, at most so many of each, drawn.

    Those that ship are asked of all their documents, others of the documents that the drawn questions were written on.

    Args:
        data: the folder of the public sets; one that is not there is left out.
        squad: SQuAD 2.0; of its articles those are asked that may be tuned on, as far as they are there.
    """
    for name in ("samples", "office-tune"):
        trial = open_gold(name)
        yield Collection(name, trial.documents, sample([q for q in trial.questions if q.answerable], most))
    yield _asked("SQuAD 2.0", squad.about(set(tuning_articles()) & set(squad.articles)), most)
    if data is not None:
        for name, (files, load) in _READ.items():
            if all((data / file).is_file() for file in files):
                yield _asked(name, load(data), most)


def _lists(squad: Squad) -> Squad:
    """The same, each span of a question as an item of a list."""
    asked = [replace(q, kind="list", groups=tuple((answer,) for answer in q.answers)) for q in squad.questions]
    return replace(squad, questions=tuple(asked))


def _divided(name: str) -> Callable[[Path], Squad]:
    return lambda data: load_lines(data / file_of(name), "tune")


_READ: Mapping[str, tuple[tuple[str, ...], Callable[[Path], Squad]]] = {
    "MultiSpanQA": ((MULTISPAN,), lambda data: _lists(load_multispanqa(data / MULTISPAN))),
    "New Wikipedia": ((NEW_WIKI,), lambda data: load_squad(data / NEW_WIKI)),
    "QAMR": ((SENTENCES, *ROWS[:1]), load_qamr),
    **{name: ((file_of(name),), _divided(name)) for name in DIVIDED},
}


def _asked(name: str, squad: Squad, most: int) -> Collection:
    questions = sample([question for question in squad.questions if question.answerable], most)
    written_on = {answer.document for question in questions for answer in question.answers}
    return Collection(name, tuple(document for document in squad.documents if document.id in written_on), questions)

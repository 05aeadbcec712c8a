"""What is asked of what: the gold questions and the documents that a user names, or that ship."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from embeddings.errors import GoldError
from embeddings.types import Document
from eval.report.figures import Mode
from eval.report.readme import write_whole
from eval.sets.feedback import learn, to_gold
from eval.sets.gold import GoldQuestion, load_gold
from eval.sets.mrqa import load_passages
from eval.sets.office import DOCUMENTS as OFFICE_DOCUMENTS
from eval.sets.office import PARTS
from eval.sets.squad import Squad, sample
from eval.talks.dialogues import SHIPPED as SHIPPED_DIALOGUES
from eval.talks.dialogues import Dialogue, load_dialogues

SHIPPED_GOLD = Path(__file__).parent / "gold" / "seeds.jsonl"
SAMPLES = "samples"
GOLDS = (SAMPLES, *PARTS)  # the questions that ship, by name
REPORTED = (SAMPLES, "office")  # what is asked where nothing is named
SEED = 0


@dataclass(frozen=True, slots=True)
class SquadChoice:
    """A file of SQuAD or MRQA, and what of it is asked.

    Attributes:
        path: the file.
        given_passage: each question gets the passage it was written on, instead of searching all of them.
        articles: only questions written on these are asked; () asks all. Their documents stay among all others.
        sample: how many questions are drawn; None asks all.
    """

    path: Path
    given_passage: bool = False
    articles: tuple[str, ...] = ()
    sample: int | None = None


def squad_choice(
    path: Path | None, given_passage: bool = False, articles: Sequence[str] = (), size: int | None = None
) -> SquadChoice | None:
    """The choice that the options of the command line make; None without a file.

    Raises:
        GoldError: an option needs a file that was not named.
    """
    if path is not None:
        return SquadChoice(path, given_passage, tuple(articles), size)
    given = {"--given-passage": given_passage, "--articles": bool(articles), "--sample": size is not None}
    option = next((name for name, there in given.items() if there), None)
    if option is not None:
        raise GoldError(f"{option} is about a file of SQuAD or MRQA; name it with --squad FILE, or leave {option} out")
    return None


@dataclass(frozen=True, slots=True)
class Files:
    """SHA-256 of the file of questions and of the files of documents, to the byte."""

    questions: str
    documents: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Questions, and the documents they are asked of.

    Attributes:
        name: of questions that ship, else "".
        files: of gold that does not depend on how a document is laid out; None elsewhere.
        documents: all that are searched; with given passages those that were given.
        written_on: by the question's id the document that is given with it; empty where all are searched.
        notes: what a reader of the figures must know, a sentence each.
        dialogues: conversations over the documents that are held besides: those that ship, with the shipped questions.
    """

    mode: Mode
    questions: tuple[GoldQuestion, ...]
    documents: tuple[Document, ...]
    written_on: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    dialogues: tuple[Dialogue, ...] = ()
    name: str = ""
    files: Files | None = None


def open_trials(
    questions: Path | None, documents: Sequence[Path], squad: SquadChoice | None, gold: str | None = None
) -> tuple[Trial, ...]:
    """What `open_trial` reads; where nothing is named, all questions that ship and may be reported.

    Args:
        gold: one of GOLDS, to ask these questions alone; excludes the others.

    Raises:
        PinciteError: a line for each fault, in the order in which a user would mend them.
    """
    named = {"--questions": questions is not None, "--documents": bool(documents), "--squad": squad is not None}
    if gold is None and any(named.values()):
        return (open_trial(questions, documents, squad),)
    for option, given in named.items():
        if given:
            raise GoldError(f"--gold names questions and documents that ship; leave out {option}, or --gold")
    return tuple(map(open_gold, REPORTED if gold is None else [gold]))


def open_gold(name: str) -> Trial:
    """The questions of a name, and the documents that ship with them.

    Raises:
        GoldError: there are none of that name.
    """
    if name == SAMPLES:
        return replace(open_trial(None, (), None), name=SAMPLES)
    if name not in PARTS:
        raise GoldError(f"--gold {name}: no such questions ship; name one of {', '.join(GOLDS)}")
    texts = _load([OFFICE_DOCUMENTS], None)
    questions = load_gold(PARTS[name], texts, keep_lost=True)
    files = Files(_sha256([PARTS[name]]), _sha256(sorted(OFFICE_DOCUMENTS.iterdir())))
    return Trial("gold", questions, texts, notes=_lost(questions), name=name, files=files)


def _lost(questions: Sequence[GoldQuestion]) -> tuple[str, ...]:
    """A note on questions that the loaded documents do not answer."""
    lost = [q.id for q in questions if q.answerable and all(answer.lost for answer in q.answers)]
    if not lost:
        return ()
    return (f"Lost in loading, and so never cited or found: all answers of {', '.join(lost)}.",)


def _sha256(paths: Sequence[Path]) -> str:
    """SHA-256 over the names and bytes of files."""
    hashed = hashlib.sha256()
    for path in paths:
        hashed.update(path.name.encode("utf-8") + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return hashed.hexdigest()


def open_trial(questions: Path | None, documents: Sequence[Path], squad: SquadChoice | None) -> Trial:
    """Reads what was named.

    Args:
        questions: gold questions; None for those that ship, which are about the sample documents.
        documents: files and folders; none for the sample documents.
        squad: a file that is both; excludes the two others.

    Raises:
        PinciteError: a line for each fault, in the order in which a user would mend them.
    """
    if squad is not None:
        if questions is not None or documents:
            option = "--questions" if questions is not None else "--documents"
            raise GoldError(f"--squad brings its own questions and documents; leave out {option}, or --squad")
        return _squad_trial(squad)
    if questions is None and documents:
        raise GoldError("the questions that ship are about the sample documents; name yours with --questions FILE")
    texts = _load(documents, questions)
    hint = "" if documents else "; these are the sample documents, name yours with --documents PATH"
    gold = load_gold(SHIPPED_GOLD if questions is None else questions, texts, hint)
    dialogues = load_dialogues(SHIPPED_DIALOGUES, texts) if questions is None else ()
    return Trial("gold", gold, texts, dialogues=dialogues)


def feedback_trial(
    feedback: Path | None, documents: Sequence[Path], others: Mapping[str, object], gold: Path | None
) -> Trial:
    """The gold questions of a file of feedback, and the documents they are asked of.

    What was left out is told on stderr, a line each.

    Args:
        feedback: the file.
        documents: files and folders; none for the sample documents.
        others: options that choose other questions, and their values.
        gold: where to write the questions, None for nowhere.

    Raises:
        GoldError: an option does not go with the others, or nothing can be learnt from the file.
        PinciteError: a document or the file can't be read, or the questions not written.
    """
    if feedback is None:
        raise GoldError("--write-gold writes what feedback taught; name its file with --from-feedback FILE")
    other = next((option for option, value in others.items() if value is not None), None)
    if other is not None:
        raise GoldError(f"--from-feedback brings its own questions; leave out {other}, or --from-feedback")
    texts = _load(documents, None)
    learnt = learn(feedback, texts)
    for line in (learnt.summary(), *(f"left out: {note}" for note in learnt.notes)):
        Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)
    if gold is not None:
        write_whole(gold, to_gold(learnt.questions))
    return Trial("gold", learnt.questions, texts, notes=learnt.notes)


def _squad_trial(choice: SquadChoice) -> Trial:
    squad = load_passages(choice.path)
    notes = []
    if squad.dropped:
        what = "question was" if len(squad.dropped) == 1 else "questions were"
        notes.append(f"{len(squad.dropped)} {what} left out: no answer stands where the file says.")
    if choice.articles:
        squad = squad.about(choice.articles)
        notes.append(f"Only questions on: {', '.join(choice.articles)}.")
    if not squad.questions:
        raise GoldError(f"{choice.path}: holds no question that can be asked; name a file that does")
    asked = squad.questions if choice.sample is None else sample(squad.questions, choice.sample, SEED)
    if len(asked) < len(squad.questions):
        notes.append(f"A sample of {len(asked):,} of {len(squad.questions):,} questions (seed {SEED}).")
    if not choice.given_passage:
        return Trial("squad", asked, squad.documents, notes=tuple(notes))
    return Trial("given-passage", asked, *_given(squad, asked), notes=tuple(notes))


def _given(squad: Squad, asked: Sequence[GoldQuestion]) -> tuple[tuple[Document, ...], dict[str, str]]:
    """The documents that the questions were written on, and the document of each question."""
    ids = {question.id for question in asked}
    pairs = zip(squad.questions, squad.written_on, strict=True)
    written_on = {question.id: document for question, document in pairs if question.id in ids}
    given = set(written_on.values())
    return tuple(document for document in squad.documents if document.id in given), written_on


def _load(paths: Sequence[Path], gold: Path | None) -> tuple[Document, ...]:
    """The documents, without the gold file, which may lie beside them."""
    from embeddings.loading import load, skipped_in_lines
    from qa.samples import seeds_folder

    loaded = load(list(paths) or [seeds_folder()])
    for line in skipped_in_lines([skipped for skipped in loaded.skipped if not _same(skipped.path, gold)]):
        Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)
    return tuple(document for document in loaded.documents if not _same(document.source, gold))


def _same(path: str | Path, gold: Path | None) -> bool:
    return gold is not None and Path(path).resolve() == gold.resolve()

"""What `pincite eval` and `python -m eval` do: read questions and documents, ask, report, compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, track

from embeddings.types import Document
from eval.given import GivenPassage
from eval.report.baseline import Baseline, Subject, compare, read_baseline
from eval.report.figures import Report, make_report
from eval.report.publishing import Outputs, Run
from eval.report.rendering import to_terminal
from eval.runner import Answerer, Asked, run_each
from eval.runner import Progress as OnProgress
from eval.talks.command import cast_table, dialogue_figure, dialogue_table
from eval.talks.conversations import Conversation, read_conversations
from eval.talks.dialogues import Conversing, follow
from eval.trial import SHIPPED_GOLD, SquadChoice, Trial, feedback_trial, open_trials
from qa.settings import Settings

__all__ = ["SHIPPED_GOLD", "Bench", "measured", "open_bench", "run_eval"]

UNCHANGED, FELL = 0, 1
_TOLD_BY_MODELS = ("encoder", "reader", "precision")  # a model's card says more than these settings


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured: an assistant, and the same one with a threshold of 0 (see `eval.runner.run`).

    Attributes:
        settings: names and values, for the report.
        models: what each model is for, and its name.
        given: for a document's id both assistants again, which then read that document alone.
        conversing: the assistant, where it can be asked follow-ups.
    """

    assistant: Answerer
    unrefusing: Answerer
    settings: Mapping[str, object]
    models: Mapping[str, str]
    given: Callable[[str], tuple[Answerer, Answerer]] | None = None
    conversing: Conversing | None = None

    def asked(self, trial: Trial) -> list[Asked]:
        """The questions of a trial, each with the assistants that are asked."""
        everywhere = self.assistant, self.unrefusing
        given = {} if self.given is None else {id: self.given(id) for id in set(trial.written_on.values())}
        return [Asked(q, *given.get(trial.written_on.get(q.id, ""), everywhere)) for q in trial.questions]


def open_bench(documents: Sequence[Document], settings: Settings) -> Bench:
    """Both assistants over one index of the documents, in memory, with the models that the settings name."""
    from qa.assistant import Assistant, build_index
    from qa.models.chosen import UNCALIBRATED, encoder_for, reader_for

    encoder, reader = encoder_for(settings), reader_for(settings)
    index = build_index(_shown(documents), None, settings, encoder=encoder)
    assistants = Assistant(index, settings, reader), Assistant(index, replace(settings, threshold=0.0), reader)
    if not assistants[0].is_calibrated:
        Console(stderr=True).print(UNCALIBRATED, markup=False, highlight=False, soft_wrap=True)
    return Bench(
        *assistants,
        {name: value for name, value in asdict(settings).items() if name not in _TOLD_BY_MODELS},
        {card.kind: f"{card.name} ({card.precision})" for card in (encoder.card, reader.card)},
        lambda id: (GivenPassage(index, assistants[0], id), GivenPassage(index, assistants[1], id)),
        assistants[0],
    )


def run_eval(
    *,
    questions: Path | None = None,
    documents: Sequence[Path] = (),
    squad: SquadChoice | None = None,
    json_path: Path | None = None,
    readme: Path | None = None,
    html: Path | None = None,
    curves: Path | None = None,
    baseline_path: Path | None = None,
    against: Path | None = None,
    from_feedback: Path | None = None,
    write_gold: Path | None = None,
    conversations: Path | None = None,
    gold: str | None = None,
    settings: Settings | None = None,
    console: Console | None = None,
    opener: Callable[[Sequence[Document], Settings], Bench] = open_bench,
) -> int:
    """Asks gold questions of documents, and reports how good the answers are.

    Args:
        questions, documents, squad, gold: what is asked of what, see `eval.trial.open_trials`.
        json_path, readme, html, curves, baseline_path: what to write, see `eval.report.publishing.Outputs`.
        against: such a file, to compare with.
        from_feedback, write_gold: a file of feedback, whose questions are asked, and where to write those as gold.
        conversations: a file of TREC CAsT 2019's, to measure follow-ups on too (see `eval.talks.conversations`).
        settings: of the assistant; None for the defaults.
        console: where the tables go; None for stdout.
        opener: makes what is measured.

    Returns:
        The exit code: 0, or 1 where a figure that is watched fell too far below that of `against`.

    Raises:
        PinciteError: a line for each fault, in the order in which a user would mend them. Nothing was asked then.
    """
    console = Console() if console is None else console
    baseline = None if against is None else read_baseline(against)
    outputs = Outputs(json_path, readme, html, curves, baseline_path, write_gold)
    outputs.check(_read(questions, squad, from_feedback) | {"the conversations": conversations})
    rewritten = () if conversations is None else read_conversations(conversations)
    trials = _trials(questions, documents, squad, gold, from_feedback, write_gold)
    if baseline is not None:
        _expect(baseline, trials)
    chosen = Settings() if settings is None else settings
    runs = [_run(trial, opener(trial.documents, chosen), rewritten if trial is trials[0] else ()) for trial in trials]
    outputs.write(runs)  # before anything is printed: a reader of that may go away
    console.print(*(to_terminal(run.report) for run in runs), sep="\n")
    return UNCHANGED if baseline is None else _compared([run.report for run in runs], baseline, console)


def _read(questions: Path | None, squad: SquadChoice | None, feedback: Path | None) -> dict[str, Path | None]:
    """The files that a run reads, each under a word that says what it is."""
    return {"the gold questions": questions, "the questions": squad.path if squad else None, "feedback": feedback}


def _trials(
    questions: Path | None,
    documents: Sequence[Path],
    squad: SquadChoice | None,
    gold: str | None,
    feedback: Path | None,
    write_gold: Path | None,
) -> tuple[Trial, ...]:
    """The trials: of the questions from feedback if a file of it is named, else of what was named or ships."""
    if feedback is None and write_gold is None:
        return open_trials(questions, documents, squad, gold)
    others = {"--questions": questions, "--squad": squad, "--gold": gold}
    return (feedback_trial(feedback, documents, others, write_gold),)


def measured(trial: Trial, settings: Settings) -> Report:
    """The report of a trial; nothing is printed or written."""
    return _measure(trial, open_bench(trial.documents, settings))


def _expect(baseline: Baseline, trials: Sequence[Trial]) -> None:
    """Raises SettingsError where a baseline says nothing about what is to be asked."""
    for trial in trials:
        baseline.of(trial.name).expect(Subject.of(trial))


def _run(trial: Trial, bench: Bench, conversations: Sequence[Conversation]) -> Run:
    return Run(_measure(trial, bench, conversations), trial.documents, Subject.of(trial))


def _measure(trial: Trial, bench: Bench, conversations: Sequence[Conversation] = ()) -> Report:
    with _progress() as on_progress:
        outcomes = run_each(bench.asked(trial), on_progress)
    made_with = bench.settings, bench.models
    report = make_report(outcomes, len(trial.documents), *made_with, mode=trial.mode, notes=trial.notes)
    return _with_follow_ups(replace(report, name=trial.name), trial, bench, conversations)


def _with_follow_ups(report: Report, trial: Trial, bench: Bench, conversations: Sequence[Conversation]) -> Report:
    """The report with the tables on follow-ups, as far as there are conversations or dialogues."""
    if bench.conversing is not None and trial.dialogues:
        followed = follow(bench.conversing, trial.dialogues)
        figures = (*report.figures, dialogue_figure(followed))
        report = replace(report, figures=figures, tables=(*report.tables, dialogue_table(followed)))
    if conversations:
        report = replace(report, tables=(*report.tables, cast_table(conversations)))
    return report


def _compared(reports: Sequence[Report], baseline: Baseline, console: Console) -> int:
    """Prints the comparisons; returns the exit code that they ask for."""
    comparisons = [compare(report, baseline.of(report.name)) for report in reports]
    for line in (line for comparison in comparisons for line in comparison.lines()):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return FELL if any(comparison.fell for comparison in comparisons) else UNCHANGED


def _shown(documents: Sequence[Document]) -> Iterable[Document]:
    """The documents, with a bar on stderr where that is a terminal."""
    stderr = Console(stderr=True)
    return track(documents, "indexing", console=stderr, transient=True, disable=not stderr.is_terminal)


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar on stderr where that is a terminal."""
    stderr = Console(stderr=True)
    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        bar = progress.add_task("asking", total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)

"""A baseline: the figures of a run in a small file, so that a later run can show what it lost.

The file says what was measured (a hash of the questions with their gold, one of the documents, and the mode), and only
a run on the very same is compared. Models and settings may differ: they are what a comparison is about. Latency is not
in it, for it tells of the machine. Keys keep their order and figures are rounded, so that a diff of two can be read.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from embeddings.errors import GoldError, SettingsError
from eval.report.figures import Mode, Report
from eval.sets.rows import read_text, row_of
from eval.trial import Trial
from qa.kept.fields import Fields, is_whole

FORMAT, VERSION = "pincite-eval-baseline", 1
DIGITS = 4
ALLOWED_FALL = 1.5  # points: between processors, int8 moves a figure by some tenths
_ALWAYS = ("exact_match", "token_f1", "citation_accuracy", "recall_at_5", "auroc")
WATCHED = (*_ALWAYS, "follow_ups")
_FORM = "expected a file that `pincite eval --write-baseline FILE` wrote"


@dataclass(frozen=True, slots=True)
class Subject:
    """What was measured.

    Attributes:
        questions, documents: how many.
        questions_hash, documents_hash: SHA-256 of the questions and dialogues with their gold, and of the texts; where
            the gold does not depend on how a document is laid out, of the files.
    """

    mode: Mode
    questions: int
    questions_hash: str
    documents: int
    documents_hash: str

    @classmethod
    def of(cls, trial: Trial) -> Subject:
        """The subject of a trial. Where the files lie does not matter."""
        counts = len(trial.questions), len(trial.documents)
        if trial.files is not None:
            return cls(trial.mode, counts[0], trial.files.questions, counts[1], trial.files.documents)
        asked = [[asdict(question), trial.written_on.get(question.id)] for question in trial.questions]
        held = [asdict(dialogue) for dialogue in trial.dialogues]
        texts = sorted([document.id, document.content_hash] for document in trial.documents)
        return cls(trial.mode, counts[0], _hash([*asked, *held]), counts[1], _hash(texts))


@dataclass(frozen=True, slots=True)
class Baseline:
    """The figures of an earlier run; None for one that was not defined.

    Attributes:
        made_with: models and settings, by name.
        name: of the questions, where they ship.
        further: the figures of further questions of the same run, by their names.
    """

    path: Path
    subject: Subject
    figures: Mapping[str, float | None]
    made_with: Mapping[str, object]
    name: str = ""
    further: Mapping[str, Baseline] = field(default_factory=dict)

    def of(self, name: str) -> Baseline:
        """The part about the questions of a name, else the first part, whose subject shows that it is about others."""
        return self.further.get(name, self)

    def expect(self, subject: Subject) -> None:
        """Raises SettingsError where another subject was measured, because its figures can't be compared."""
        for what, there, here in (
            ("in another mode", self.subject.mode, subject.mode),
            ("on other questions", self.subject.questions_hash, subject.questions_hash),
            ("on other documents", self.subject.documents_hash, subject.documents_hash),
        ):
            if there != here:
                raise SettingsError(
                    f"{self.path}: measured {what} ({_counts(self.subject)}; now: {_counts(subject)}); "
                    "ask the same, or write a baseline of these with --write-baseline FILE"
                )


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and now, in [0, 1]."""

    label: str
    before: float
    now: float

    @property
    def points(self) -> float:
        """The difference in points, to a hundredth."""
        return round(100 * (self.now - self.before), 2)

    @property
    def fell(self) -> bool:
        """It is more than ALLOWED_FALL points lower."""
        return self.points < -ALLOWED_FALL

    def line(self) -> str:
        """In words.

        >>> Change("exact match", 0.555, 0.53).line()
        'exact match: 55.50 before, 53.00 now, -2.50 points: FELL by more than 1.5'
        """
        verdict = f": FELL by more than {ALLOWED_FALL}" if self.fell else ""
        values = f"{100 * self.before:.2f} before, {100 * self.now:.2f} now"
        return f"{self.label}: {values}, {self.points:+.2f} points{verdict}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside its baseline: the change of each watched figure, and the models and settings that differ."""

    path: Path
    changes: tuple[Change, ...]
    other: tuple[str, ...]
    name: str = ""

    @property
    def fell(self) -> bool:
        """A figure fell by more than is allowed."""
        return any(change.fell for change in self.changes)

    def lines(self) -> list[str]:
        """A heading, a line for each figure, and a line for each model or setting that differs."""
        of = f"{self.path}, {self.name}" if self.name else self.path
        return [f"Against {of}, in points:", *(change.line() for change in self.changes), *self.other]


def compare(report: Report, baseline: Baseline) -> Comparison:
    """The change of each watched figure that is defined in both."""
    changes = []
    for figure in report.figures:
        before, now = baseline.figures.get(figure.key), figure.estimate.value
        if figure.key in WATCHED and before is not None and now is not None:
            changes.append(Change(figure.label, before, round(now, DIGITS)))
    made_with = _made_with(report)
    names = dict.fromkeys([*baseline.made_with, *made_with])
    other = [
        f"{name}: {baseline.made_with.get(name, '—')} before, {made_with.get(name, '—')} now"
        for name in names
        if baseline.made_with.get(name) != made_with.get(name)
    ]
    return Comparison(baseline.path, tuple(changes), tuple(other), report.name)


def to_baseline(report: Report, subject: Subject, further: Sequence[tuple[Report, Subject]] = ()) -> str:
    """The content of the file: the figures of a report, and those of further ones by their names."""
    content = {"format": FORMAT, "version": VERSION, **_part(report, subject)}
    if further:
        content["further"] = {other.name: _part(other, of) for other, of in further}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _part(report: Report, subject: Subject) -> dict[str, object]:
    named = {"name": report.name} if report.name else {}
    return named | {
        "subject": asdict(subject),
        "made_with": _made_with(report),
        "figures": {
            figure.key: {name: _rounded(value) for name, value in asdict(figure.estimate).items()}
            for figure in report.figures
            if figure.unit != "ms"
        },
    }


def read_baseline(path: Path) -> Baseline:
    """Reads what `to_baseline` wrote.

    Raises:
        SettingsError: the file can't be read, is something else, or of another version.
    """
    try:
        row = row_of(json.loads(read_text(path, "a baseline")), str(path), _FORM)
        if row.values.get("format") != FORMAT:
            raise row.fault("format", f'"{FORMAT}"')
        if row.number("version") != VERSION:
            written = f"{path}: a baseline of version {row.number('version')}, this Pincite reads version {VERSION}"
            raise SettingsError(f"{written}; write it anew with --write-baseline {path}")
        parts = row.inside("further") if "further" in row.values else None
        further = {} if parts is None else {name: _baseline(path, parts.inside(name)) for name in parts.values}
        return replace(_baseline(path, row), further=further)
    except GoldError as error:
        raise SettingsError(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: not JSON ({error}); {_FORM}") from None


def _baseline(path: Path, row: Fields) -> Baseline:
    figures = row.inside("figures")
    values = {key: _figure(figures.inside(key)) for key in figures.values}
    subject = _subject(row.inside("subject"))
    missing = [k for k in _ALWAYS if k not in values and not (subject.mode == "given-passage" and "recall" in k)]
    if missing:
        raise figures.fault(missing[0], "a figure")
    name = row.text("name") if "name" in row.values else ""
    return Baseline(path, subject, values, row.inside("made_with").values, name)


def _subject(row: Fields) -> Subject:
    mode: Mode
    match row.text("mode"):
        case "gold" | "squad" | "given-passage" as mode:
            counts = row.number("questions"), row.number("documents")
            return Subject(mode, counts[0], row.text("questions_hash"), counts[1], row.text("documents_hash"))
    raise row.fault("mode", '"gold", "squad" or "given-passage"')


def _figure(row: Fields) -> float | None:
    value = row.values.get("value")
    if value is None and "value" in row.values:
        return None
    if not (is_whole(value) or isinstance(value, float)) or not math.isfinite(value):
        raise row.fault("value", "a number, or null")
    return float(value)


def _made_with(report: Report) -> dict[str, object]:
    """Models and settings, but for the number of cores, as JSON gives them back."""
    settings = {name: value for name, value in report.settings.items() if name != "threads"}
    made_with: dict[str, object] = json.loads(json.dumps({**report.models, **settings}, default=str))
    return made_with


def _rounded(value: object) -> object:
    return round(value, DIGITS) if isinstance(value, float) else value


def _counts(subject: Subject) -> str:
    return f"{subject.mode}, {subject.questions} questions, {subject.documents} documents"


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()

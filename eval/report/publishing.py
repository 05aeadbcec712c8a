"""Writes a report elsewhere than to the terminal: JSON, a README, a page, pictures. Each whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import SettingsError
from embeddings.types import Document
from eval.report.baseline import Subject, to_baseline
from eval.report.figures import Report
from eval.report.readme import check_markers, rewrite, write_bytes_whole, write_whole
from eval.report.rendering import headline, to_json

CURVES = ("risk-coverage.png", "reliability.png")


@dataclass(frozen=True, slots=True)
class Run:
    """A report, the documents that were searched, and what was measured."""

    report: Report
    documents: Sequence[Document]
    subject: Subject


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that a run writes; None for what it does not write.

    Attributes:
        json: every figure, and a row for each question.
        readme: a file to rewrite between its markers (see `eval.report.readme`).
        html: the report as a page that needs nothing else.
        curves: the folder of the curves as PNG.
        baseline: the figures, for a later run to be compared with (see `eval.report.baseline`).
        gold: the questions that were asked, as a gold file.
    """

    json: Path | None = None
    readme: Path | None = None
    html: Path | None = None
    curves: Path | None = None
    baseline: Path | None = None
    gold: Path | None = None

    def check(self, read: Mapping[str, Path | None]) -> None:
        """Checks before a run that its results can be written.

        Args:
            read: the files that the run reads, by what they are; no result may replace one.

        Raises:
            SettingsError: a path is a folder, lies in no folder, can't be written, or is named twice.
        """
        named = {path.resolve(): what for what, path in read.items() if path is not None}
        files = {"--json": self.json, "--html": self.html, "--write-baseline": self.baseline, "--write-gold": self.gold}
        for option, path in files.items():
            if path is not None:
                check_file(path)
                if path.resolve() in named:
                    raise SettingsError(f"{path}: {option} would replace {named[path.resolve()]}; name another file")
                named[path.resolve()] = f"what {option} is to write"
        if self.curves is not None:
            check_folder(self.curves)
        if self.readme is not None:
            check_markers(self.readme)

    def write(self, runs: Sequence[Run]) -> None:
        """Writes everything; the curves of the first run only.

        Raises:
            SettingsError: something can't be written; what came before it stays.
        """
        reports = [run.report for run in runs]
        if self.json is not None:
            write_whole(self.json, to_json(*reports))
        if self.readme is not None:
            rewrite(self.readme, headline(*reports))
        if self.html is not None:
            others = [(run.report, run.documents) for run in runs[1:]]
            write_page(self.html, runs[0].report, runs[0].documents, others)
        if self.curves is not None:
            write_curves(self.curves, reports[0])
        if self.baseline is not None:
            further = [(run.report, run.subject) for run in runs[1:]]
            write_whole(self.baseline, to_baseline(runs[0].report, runs[0].subject, further))


def check_file(path: Path) -> None:
    """Raises SettingsError where a file can't be written."""
    folder = path.resolve().parent
    if path.is_dir() or not folder.is_dir():
        raise SettingsError(f"{path}: cannot be written; name a file in a folder that exists")
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"{path}: cannot be written ({folder} is closed to you); name a file in another folder")


def check_folder(path: Path) -> None:
    """Raises SettingsError where the curves can't be written into a folder, or it can't be made."""
    there = next(folder for folder in (path.resolve(), *path.resolve().parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise SettingsError(
            f"{path}: cannot be written ({there} is no folder that you may write to); name another folder"
        )
    for name in CURVES:
        if path.is_dir():
            check_file(path / name)


def write_page(
    path: Path,
    report: Report,
    documents: Sequence[Document],
    further: Sequence[tuple[Report, Sequence[Document]]] = (),
) -> None:
    """Writes the page of a report, and of further ones below it. Raises SettingsError where it can't be written."""
    from eval.report.page import Circumstances, to_html

    write_whole(path, to_html(report, Circumstances(documents), further))


def write_curves(folder: Path, report: Report) -> None:
    """Writes the risk-coverage curve and the reliability diagram as PNG into a folder, which is made.

    Raises:
        SettingsError: they can't be written.
    """
    from eval.report.curves import reliability, risk_coverage
    from eval.report.drawing import draw_reliability, draw_risk_coverage

    drawings = (
        draw_risk_coverage(risk_coverage(report.outcomes)),
        draw_reliability(reliability(report.outcomes), report.threshold),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder}: cannot be made ({error.strerror}); name another folder") from error
    for name, drawing in zip(CURVES, drawings, strict=True):
        write_bytes_whole(folder / name, drawing.png())

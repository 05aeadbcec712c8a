"""A report for a terminal, as Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict

from rich import table as rich_table
from rich.console import Group, RenderableType
from rich.text import Text

from eval.report.figures import Figure, KindRow, Report, Table, Unit
from eval.runner import Outcome
from qa.types import Citation

FIGURE_COLUMNS = ("figure", "value", "95% interval", "n")
KIND_COLUMNS = ("kind", "n", "exact match", "token F1", "citation", "refused")

FORMATS: Mapping[Unit, Callable[[float], str]] = {
    "share": lambda value: f"{value:.1%}",
    "score": lambda value: f"{value:.3f}",
    "ms": lambda value: f"{value:.0f} ms",
}


def to_terminal(report: Report) -> RenderableType:
    """Two tables, figures and kinds, a line that says what was measured, and the further tables."""
    figures = _table(FIGURE_COLUMNS, map(figure_cells, report.figures))
    kinds = _table(KIND_COLUMNS, map(_kind_cells, report.kinds))
    lines = map(Text, [summary(report), *report.notes, *_made_with(report)])
    further = [part for table in report.tables for part in _with_title(table)]
    return Group(*title_lines(report), figures, kinds, *lines, *further)


def title_lines(report: Report) -> tuple[Text, ...]:
    """The name of the questions as a heading, where they have one."""
    return (Text(f"\n{report.name}", style="bold"),) if report.name else ()


def _with_title(table: Table) -> tuple[RenderableType, ...]:
    return Text(f"\n{table.title}", style="bold"), _table(table.columns, table.rows), Text(table.note)


def to_markdown(report: Report) -> str:
    """The tables of `to_terminal`, as Markdown."""
    kinds = markdown_table(KIND_COLUMNS, map(_kind_cells, report.kinds))
    further = [f"## {table.title}\n\n{table_as_markdown(table)}\n\n{table.note}" for table in report.tables]
    return "\n\n".join([headline(report), kinds, *report.notes, *_made_with(report), *further])


def headline(report: Report, *further: Report) -> str:
    """The table of figures as Markdown, with the line that says what was measured: what a README shows."""
    if further:
        return _side_by_side([report, *further])
    return f"{markdown_table(FIGURE_COLUMNS, map(figure_cells, report.figures))}\n\n{summary(report)}"


def _side_by_side(reports: Sequence[Report]) -> str:
    """The figures of several reports in one table, with a line that says what was measured for each."""
    columns = ["figure", *(column for report in reports for column in (report.name, "n"))]
    labels = dict.fromkeys((figure.key, figure.label) for report in reports for figure in report.figures)
    rows = [[label, *(cell for report in reports for cell in _brief_cells(report, key))] for key, label in labels]
    lines = [f"{report.name}: {summary(report)}" for report in reports]
    return "\n\n".join([markdown_table(columns, rows), *lines])


def _brief_cells(report: Report, key: str) -> tuple[str, str]:
    """The value with its interval, and n; dashes where the report does not have the figure."""
    figure = next((figure for figure in report.figures if figure.key == key), None)
    if figure is None:
        return "—", "—"
    _, value, interval, n = figure_cells(figure)
    return (value if interval == "—" else f"{value} ({interval})"), n


def summary(report: Report) -> str:
    """The subject of the measurement, in a sentence."""
    documents = _count(report.documents, "document")
    asked_of = f"each with its own passage, of {documents}" if report.mode == "given-passage" else f"over {documents}"
    return (
        f"{_count(len(report.outcomes), 'question')}, {report.answerable} of them answerable, "
        f"{asked_of}; 95% bootstrap intervals."
    )


def to_json(report: Report, *further: Report) -> str:
    """Figures, kinds, settings, and a row for each question. Numbers are not rounded; shares lie in [0, 1].

    The reports on further questions stand under "further", by their names.
    """
    content = _content(report)
    if further:
        content["further"] = {other.name: _content(other) for other in further}
    return json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n"


def _content(report: Report) -> dict[str, object]:
    return {
        "name": report.name,
        "questions": len(report.outcomes),
        "answerable": report.answerable,
        "documents": report.documents,
        "mode": report.mode,
        "notes": report.notes,
        "models": report.models,
        "settings": report.settings,
        "figures": {
            figure.key: {"label": figure.label, "unit": figure.unit, **asdict(figure.estimate)}
            for figure in report.figures
        },
        "kinds": [asdict(kind) for kind in report.kinds],
        "tables": [asdict(table) for table in report.tables],
        "outcomes": [_outcome_row(outcome) for outcome in report.outcomes],
    }


def _outcome_row(outcome: Outcome) -> dict[str, object]:
    question, answer, best = outcome.question, outcome.answer, outcome.best
    return {
        "id": question.id,
        "kind": question.kind,
        "question": question.question,
        "tempting": question.tempting,
        "gold": [asdict(known) for known in question.answers],
        "answer": answer.text,
        "confidence": answer.confidence,
        "citations": [_citation_row(citation) for citation in answer.citations],
        "alternatives": [alternative.text for alternative in answer.alternatives],
        "exact": outcome.exact,
        "f1": outcome.f1,
        "cited": outcome.cited,
        "right": outcome.right,
        "best_f1": None if best is None else best.f1,
        "best_right": None if best is None else best.right,
        "rank": outcome.rank,
        "items_found": outcome.items_found,
        "sides_shown": outcome.sides_shown,
        "seconds": outcome.seconds,
    }


def _citation_row(citation: Citation) -> dict[str, object]:
    return {
        "document": citation.document.id,
        "source": citation.document.source,
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
    }


def figure_cells(figure: Figure) -> tuple[str, ...]:
    """A figure as it is shown everywhere: label, value, interval, n; a dash where it is not defined."""
    estimate, written = figure.estimate, FORMATS[figure.unit]
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return figure.label, "—", "—", str(estimate.n)
    interval = f"{written(estimate.low)} to {written(estimate.high)}"
    return figure.label, written(estimate.value), interval, str(estimate.n)


def _kind_cells(row: KindRow) -> tuple[str, ...]:
    shares = (row.exact, row.f1, row.cited, row.refused)
    return row.kind, str(row.n), *("—" if share is None else f"{share:.1%}" for share in shares)


def table_as_markdown(table: Table) -> str:
    """A further table of a report, without its title and note."""
    return markdown_table(table.columns, table.rows)


def _made_with(report: Report) -> list[str]:
    """A line for the models and one for the settings, if they are known."""
    return [
        f"{what}: {', '.join(f'{name} {value}' for name, value in values.items())}."
        for what, values in (("Models", report.models), ("Settings", report.settings))
        if values
    ]


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> rich_table.Table:
    table = rich_table.Table()
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position else "left")
    for row in rows:
        table.add_row(*map(Text, row))  # Text, so that no name of a kind is read as markup
    return table


def markdown_table(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; the cells of the first column are text, those of the others figures."""
    ruler = ["---", *["---:"] * (len(columns) - 1)]
    cells = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(columns), ruler, *cells])

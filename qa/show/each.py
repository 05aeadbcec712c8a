"""What each document says to a question: as a table, as CSV, as JSON. `Answer.found` tells whether it says."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from qa.answers.each import Said
from qa.render import counted, one_line, part_of_file, per_cent
from qa.show.terminal import terminal
from qa.titles import same_title, titled

_ABOUT = ("id", "title", "source", "content_hash")
_PLACE = ("start", "end", "quote_start", "quote_end", "quote", "page", "row", "heading")
_FORMULA = re.compile(r"[=@\t\r]|[+-](?!\s?\d)")  # how a cell begins that a spreadsheet would work out


def to_dict(question: str, said: Sequence[Said]) -> dict[str, Any]:
    """For JSON: a row for each document, and how many say and do not say."""
    asked, read_as = next(((each.answer.question, each.answer.read_as) for each in said), (question, ()))
    say = sum(each.answer.found for each in said)
    counts = {"say": say, "do_not_say": len(said) - say}
    return {"question": asked, "read_as": list(read_as), **counts, "documents": [_row(each) for each in said]}


def to_csv(said: Sequence[Said]) -> str:
    """The same rows as CSV. An apostrophe stands before a cell that a spreadsheet would take for a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, (*_ABOUT, "date", "says", "text", "confidence", *_PLACE))
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in _row(each).items()} for each in said)
    return out.getvalue()


def print_each(question: str, said: Sequence[Said], as_csv: bool, as_json: bool) -> None:
    """Prints what each document says."""
    if as_csv or as_json:
        made = to_csv(said) if as_csv else json.dumps(to_dict(question, said), ensure_ascii=False, indent=2) + "\n"
        typer.echo(made, nl=False)
    else:
        show_each(said, terminal())


def show_each(said: Sequence[Said], out: Console) -> None:
    """Prints a table: the documents that say first, and then those that do not."""
    told, say = same_title(each.document for each in said), sum(each.answer.found for each in said)
    if said and said[0].answer.read_as:
        out.print(Text(f"Read as: {one_line(', '.join(said[0].answer.read_as))}", style="dim"))
    table = Table("Date", "Document", "Answer", "Sure", "Place", box=None, pad_edge=False)
    for each in sorted(said, key=lambda each: not each.answer.found):
        says, text = each.answer.found, one_line(each.answer.text or "")
        words = text if says else f"does not say{f'; nearest: {text}' if text else ''}"
        place = [*part_of_file(each.citation), f"characters {each.citation.start}"] if each.citation else []
        title = one_line(titled(each.document, told))
        cells = (each.date or "undated", title, words, per_cent(each.answer.confidence), ", ".join(place))
        table.add_row(*map(Text, map(one_line, cells)), style=None if says else "dim")
    out.print(table, width=None if out.is_terminal else 1000, soft_wrap=not out.is_terminal)
    out.print(Text(f"{say:,} of {counted(len(said), 'document')} say, {len(said) - say:,} do not.", style="bold"))


def _row(said: Said) -> dict[str, Any]:
    about = {name: getattr(said.document, name) for name in _ABOUT}
    answer = {"says": said.answer.found, "text": said.answer.text, "confidence": round(said.answer.confidence, 4)}
    return {**about, "date": said.date, **answer, **{name: getattr(said.citation, name, None) for name in _PLACE}}


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

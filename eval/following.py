"""The command `python -m eval.conversations`: the tables on follow-ups, for docs/conversations.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from eval.conversations import DATA_FILE, METHODS, Conversation, left_alone, load_conversations, measured
from eval.dialogues import HALVES, SHIPPED, WAYS, Followed, follow, load_dialogues
from eval.metrics import mean_with_interval
from eval.readme import publish
from eval.rendering import markdown_table
from qa.ending import done_or_told

CAST_COLUMNS = ("terms taken from the history", "conversations", "precision", "recall", "F1", "left alone")
DIALOGUE_COLUMNS = ("follow-ups", "n", *WAYS)


def cast_table(conversations: Sequence[Conversation]) -> str:
    """A row for each method and part, as Markdown."""
    parts = {
        "set aside": [c for c in conversations if c.set_aside],
        "fitted on": [c for c in conversations if not c.set_aside],
    }
    rows = []
    for part, chosen in parts.items():
        for name, method in METHODS.items():
            found, (kept, alone) = measured(chosen, method), left_alone(chosen, method)
            figures = [f"{value:.1%}" for value in (found.precision, found.recall, found.f1)]
            rows.append([name, f"{len(chosen)} {part}", *figures, f"{kept} of {alone}"])
    return markdown_table(CAST_COLUMNS, rows)


def dialogue_table(followed: Sequence[Followed]) -> str:
    """A row for each half, and for each kind of turn in both, as Markdown."""
    rows = [_row(f"half {half!r}", [one for one in followed if one.half == half]) for half in reversed(HALVES)]
    rows.append(_row("all", followed))
    for kind in dict.fromkeys(one.turn.gold.kind for one in followed):
        rows.append(_row(kind, [one for one in followed if one.turn.gold.kind == kind], interval=False))
    return markdown_table(DIALOGUE_COLUMNS, rows)


def _row(name: str, followed: Sequence[Followed], interval: bool = True) -> list[str]:
    cells = [name, str(len(followed))]
    for way in range(len(WAYS)):
        share = mean_with_interval([float(one.right[way]) for one in followed])
        if share.value is None or share.low is None or share.high is None:
            cells.append("-")
            continue
        cells.append(f"{share.value:.1%}" + (f" ({share.low:.1%} to {share.high:.1%})" if interval else ""))
    return cells


def shipped_followed() -> tuple[Followed, ...]:
    """The dialogues that ship, held with the models and settings that ship."""
    from embeddings.loading import load
    from qa.assistant import Assistant
    from qa.samples import seeds_folder

    documents = load([seeds_folder()]).documents
    return follow(Assistant.from_documents(documents), load_dialogues(SHIPPED, documents))


def measure(options: argparse.Namespace, console: Console) -> None:
    """Makes the tables that were asked for."""
    tables: dict[str, Callable[[], str]] = {}
    if options.data is not None:
        conversations = load_conversations(options.data)
        tables["cast"] = lambda: cast_table(conversations)
    tables["dialogues"] = lambda: dialogue_table(shipped_followed())
    publish(tables, "conversations", options.write, console)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.conversations", description="Measure how follow-ups fare.")
    parser.add_argument("--data", type=Path, help=f"folder that holds {DATA_FILE}; without it only the dialogues")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to put the tables into")
    return done_or_told(partial(measure, parser.parse_args(arguments), Console()))

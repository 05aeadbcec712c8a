"""The command `python -m eval.talks.command`: the tables on follow-ups, for docs/conversations.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console

from eval.metrics import Estimate, mean_with_interval, with_interval
from eval.report.figures import Figure, Table
from eval.report.readme import publish
from eval.report.rendering import table_as_markdown
from eval.talks.conversations import DATA_FILE, METHODS, Conversation, Counts, Measured, load_conversations, measured
from eval.talks.dialogues import HALVES, SHIPPED, WAYS, Followed, follow, load_dialogues
from eval.talks.rewrites import METHODS_AFTER, Judged, Rewritten, judged, load_rewritten, load_unrelated
from qa.ending import done_or_told

CAST_COLUMNS = ("terms taken from the history", "conversations", "precision", "recall", "F1", "left alone")
CAST_TITLE = "Which terms of the history belong to a question"
CAST_NOTE = (
    "Conversations of TREC CAsT 2019 that nothing was learnt from and nobody has read, and their manual rewrites."
)
REWRITES_COLUMNS = ("set aside", "terms taken from the turns before", "follow-ups", "precision", "recall", "F1")
REWRITES_TITLE = "Which terms of the turns before belong to a question, with answers"
REWRITES_NOTE = "Conversations that nothing was learnt from, and their rewrites; the turns before are understood right."
LEANING_COLUMNS = (
    "set aside",
    "questions",
    "left alone, of those that stand alone",
    "said to lean, that do",
    "lean, said to",
)
LEANING_TITLE = "Does a question lean on the turns before it?"
LEANING_NOTE = "Questions after the turns of another document, which have nothing to do with them, and conversations."
PAIRS = 1400
DIALOGUE_COLUMNS = ("follow-ups", "n", *WAYS)
DIALOGUE_TITLE = "Are follow-ups answered right?"
DIALOGUE_NOTE = (
    "Dialogues over the sample documents: follow-ups asked alone, after the turns before them, and as somebody rewrote "
    "them. One that the documents do not answer is right where it is refused."
)


def cast_table(conversations: Sequence[Conversation]) -> Table:
    """A row for each method, over the conversations that were set aside."""
    aside = [conversation for conversation in conversations if conversation.set_aside]
    rows = [(name, str(len(aside)), *_cast_cells([measured(c, way) for c in aside])) for name, way in METHODS.items()]
    return Table(CAST_TITLE, CAST_NOTE, CAST_COLUMNS, tuple(rows))


def rewrites_table(asked: Sequence[Rewritten]) -> Table:
    """A row for each set and method."""
    rows = []
    for source in dict.fromkeys(one.source for one in asked):
        of_set = [one for one in asked if one.source == source]
        for name, method in METHODS_AFTER.items():
            *shares, _ = _cast_cells([Measured(judged(one, method).counts, 0, 0) for one in of_set])
            rows.append((source, name, str(len(of_set)), *shares))
    return Table(REWRITES_TITLE, REWRITES_NOTE, REWRITES_COLUMNS, tuple(rows))


def leaning_table(asked: Sequence[Rewritten], unrelated: Sequence[Rewritten]) -> Table:
    """A row for the unrelated pairs of each set and of all, and one for each set of conversations."""
    rows = [_leaning_row(f"unrelated, {of}", [p for p in unrelated if p.source == of])
            for of in dict.fromkeys(pair.source for pair in unrelated)]  # fmt: skip
    rows.append(_leaning_row("unrelated, all", unrelated))
    for source in dict.fromkeys(one.source for one in asked):
        rows.append(_leaning_row(source, [one for one in asked if one.source == source]))
    return Table(LEANING_TITLE, LEANING_NOTE, LEANING_COLUMNS, tuple(rows))


def _leaning_row(name: str, asked: Sequence[Rewritten]) -> tuple[str, ...]:
    found: list[Judged] = [judged(one) for one in asked]

    def share(of: Sequence[bool]) -> str:
        return _share(mean_with_interval([float(one) for one in of]))

    alone = [not one.changed for one in found if not one.leans]
    precise, whole = [one.leans for one in found if one.changed], [one.changed for one in found if one.leans]
    return name, str(len(found)), share(alone), share(precise) if whole else "-", share(whole)


def _cast_cells(found: Sequence[Measured]) -> tuple[str, ...]:
    """Precision, recall and F1 with its interval over conversations, and what was left alone."""
    total = sum((one.counts for one in found), Counts())
    columns = np.array([(one.counts.added, one.counts.wanted, one.counts.both) for one in found]).reshape(-1, 3).T
    f1 = with_interval(lambda *drawn: Counts(*(int(column.sum()) for column in drawn)).f1, *columns.astype(float))
    alone = f"{sum(one.kept for one in found)} of {sum(one.alone for one in found)}"
    return f"{total.precision:.1%}", f"{total.recall:.1%}", _share(f1), alone


def dialogue_figure(followed: Sequence[Followed]) -> Figure:
    """The share of follow-ups that are answered right after the turns before them."""
    right = [float(one.right[WAYS.index("with history")]) for one in followed]
    return Figure("follow_ups", "right, of follow-ups in dialogues", "share", mean_with_interval(right))


def dialogue_table(followed: Sequence[Followed]) -> Table:
    """A row for each half, and for each kind of turn in both."""
    rows = [_row(f"half {half!r}", [one for one in followed if one.half == half]) for half in reversed(HALVES)]
    rows.append(_row("all", followed))
    for kind in dict.fromkeys(one.turn.gold.kind for one in followed):
        rows.append(_row(kind, [one for one in followed if one.turn.gold.kind == kind], interval=False))
    return Table(DIALOGUE_TITLE, DIALOGUE_NOTE, DIALOGUE_COLUMNS, tuple(rows))


def _row(name: str, followed: Sequence[Followed], interval: bool = True) -> tuple[str, ...]:
    shares = [mean_with_interval([float(one.right[way]) for one in followed]) for way in range(len(WAYS))]
    return name, str(len(followed)), *(_share(share, interval) for share in shares)


def _share(share: Estimate, interval: bool = True) -> str:
    if share.value is None or share.low is None or share.high is None:
        return "-"
    return f"{share.value:.1%}" + (f" ({share.low:.1%} to {share.high:.1%})" if interval else "")


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
        asked = load_rewritten(options.data, "report")
        unrelated = load_unrelated(options.data, "report", PAIRS)
        tables["cast"] = lambda: table_as_markdown(cast_table(conversations))
        tables["rewrites"] = lambda: table_as_markdown(rewrites_table(asked))
        tables["leaning"] = lambda: table_as_markdown(leaning_table(asked, unrelated))
    if not options.only_terms:
        tables["dialogues"] = lambda: table_as_markdown(dialogue_table(shipped_followed()))
    publish(tables, "conversations", options.write, console)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.talks.command", description="Measure how follow-ups fare.")
    parser.add_argument("--data", type=Path, help=f"folder that holds {DATA_FILE}; without it only the dialogues")
    parser.add_argument("--only-terms", action="store_true", help="without the dialogues, which are answered")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to put the tables into")
    return done_or_told(partial(measure, parser.parse_args(arguments), Console()))


if __name__ == "__main__":
    sys.exit(main())

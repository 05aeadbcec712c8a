"""`make peers`: Pincite and other question-answering systems, side by side on the same weights, documents, questions.

    python -m eval.bench.peers --reader FOLDER [--only haystack plain] [--sample 100] [--write docs/peers.md]

    reader      each reader alone on the same passages, those that Pincite retrieves
    pipeline    each system as it ships, with its own retrieval over the same passages

`--reader` names the folder of a question-answering model's PyTorch weights: all systems read with them, Pincite
compiled to int8 and to fp32. The encoder is all-MiniLM-L6-v2 for all. The questions are those of the samples, a user's
gold, or a file of SQuAD or MRQA, as for `pincite eval`. Each system runs in a process of its own, in this environment
or in one that `--env NAME=FOLDER` names; nothing is fetched. docs/peers.md says how it is compared, and how fairly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from embeddings.errors import BenchmarkError
from eval.bench.benchmarks import reached
from eval.bench.machine import describe_machine
from eval.bench.peer_materials import Materials, compile_for_pincite, prepare, weights_of
from eval.bench.peer_runs import Installed, Measured, Peer, find, measure
from eval.bench.peer_scores import answers_table, costs_table, fastest_peer, mean_f1, median_ms, notes
from eval.bench.systems.work import Mode
from eval.report.readme import check_markers, publish
from eval.sets.squad import sample
from eval.trial import SEED, Trial, open_trial, squad_choice
from qa.ending import done_or_told, say

ROUNDS = 2
MODES: tuple[Mode, ...] = ("reader", "pipeline")
OURS = ("qa.assistant",)

PEERS: Mapping[str, Peer] = {
    "pincite-int8": Peer("Pincite, int8", "eval.bench.systems.pincite:open_int8", "", OURS, precision="int8"),
    "pincite-fp32": Peer("Pincite, fp32", "eval.bench.systems.pincite:open_fp32", "", OURS, precision="fp32"),
    "haystack": Peer(
        "Haystack",
        "eval.bench.systems.haystack:open_system",
        "haystack-ai",
        (
            "haystack_integrations.components.readers.transformers",
            "haystack_integrations.components.embedders.sentence_transformers",
        ),
    ),
    "txtai": Peer("txtai", "eval.bench.systems.txtai:open_system", "txtai", ("txtai.embeddings", "txtai.pipeline")),
    "plain": Peer(
        "plain reader, transformers",
        "eval.bench.systems.plain:PlainReader",
        "transformers",
        ("torch", "transformers"),
        modes=("reader",),
    ),
}

READER_AIMS = {"pincite-int8": 1.7, "pincite-fp32": 1.25}  # times as fast as the fastest peer
PIPELINE_AIM = 0.2  # of a peer's milliseconds


# Tables ----------------------------------------------------------------------------------------------------------


def table(mode: Mode, materials: Materials, found: Mapping[str, Measured]) -> str:
    """How good the answers are, what they cost, each aim beside what was reached, and what went wrong."""
    gold, measured = materials.gold, list(found.values())
    aims = reader_aims(found) if mode == "reader" else pipeline_aims(materials, found)
    parts = [answers_table(gold, mode, measured), costs_table(mode, measured), gold.caption()]
    return "\n\n".join([*parts, *aims, *notes(measured)])


def reader_aims(found: Mapping[str, Measured]) -> list[str]:
    """A line for each precision: how many times as fast as the fastest peer it reads the same passages."""
    fastest = fastest_peer(list(found.values()))
    if fastest is None:
        return []
    lines = []
    for name, aim in READER_AIMS.items():
        if name in found and found[name].turns:
            times = median_ms(fastest) / median_ms(found[name])
            lines.append(
                f"{found[name].installed.label}: {times:.2f} times as fast as the fastest peer, "
                f"{fastest.installed.label} (aim: {aim}; reached: {reached(times >= aim)})."
            )
    return lines


def pipeline_aims(materials: Materials, found: Mapping[str, Measured]) -> list[str]:
    """A line for each peer: the F1 and the milliseconds of what ships beside its own."""
    ours = found.get("pincite-int8")
    if ours is None or not ours.turns:
        return []
    f1, lines = mean_f1(materials.gold, ours), []
    for peer in found.values():
        if peer.turns and not peer.installed.peer.is_ours:
            theirs, share = mean_f1(materials.gold, peer), median_ms(ours) / median_ms(peer)
            above = "" if f1 is None or theirs is None else _f1_line(f1, theirs)
            lines.append(
                f"{ours.installed.label} beside {peer.installed.label}: {above}{share:.2f} of its milliseconds "
                f"(aim: {PIPELINE_AIM}; reached: {reached(share <= PIPELINE_AIM)})."
            )
    return lines


def _f1_line(ours: float, theirs: float) -> str:
    return f"F1 {100 * ours:.1f} to {100 * theirs:.1f} (aim: above; reached: {reached(ours > theirs)}), "


# The command -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """What is measured, and how.

    Attributes:
        peers: by name, in the order of the rows.
        environments: the folder of a virtual environment for each system that has one of its own.
        modes: the tables.
        rounds: how many turns each system takes, each with its share of the questions.
        reader: the folder of the reader's weights.
        path: a Markdown file to rewrite between its markers, None where nothing is written.
    """

    peers: Mapping[str, Peer]
    environments: Mapping[str, Path]
    modes: tuple[Mode, ...]
    rounds: int
    reader: Path
    path: Path | None


def run(choice: Choice, trial: Trial, console: Console) -> bool:
    """Measures; prints each table with what it was measured on, and writes it as soon as it is there.

    Returns:
        Whether every system was measured to its end.

    Raises:
        PinciteError: what is to be measured is not there. Nothing was measured then.
    """
    if choice.path is not None:
        for mode in choice.modes:
            check_markers(choice.path, f"peers:{mode}")
    weights = weights_of(choice.reader)
    systems = {name: find(name, peer, choice.environments.get(name)) for name, peer in choice.peers.items()}
    compile_for_pincite(weights, [peer.precision for peer in choice.peers.values() if peer.precision is not None])
    materials = prepare(trial.questions, trial.documents, weights)
    failures: list[str] = []

    def measured(mode: Mode) -> str:
        machine = describe_machine()  # before, so that its load is that of others
        found = measure(_of_mode(systems, mode), materials.works(mode, choice.rounds), say)
        failures.extend(one.failure for one in found.values() if one.failure)
        return "\n\n".join([table(mode, materials, found), *trial.notes, machine])

    publish({mode: partial(measured, mode) for mode in choice.modes}, "peers", choice.path, console)
    return not failures


def _of_mode(systems: Mapping[str, Installed], mode: Mode) -> dict[str, Installed]:
    return {name: installed for name, installed in systems.items() if mode in installed.peer.modes}


def environments_of(given: Sequence[str]) -> dict[str, Path]:
    """NAME=FOLDER of the command line. Raises BenchmarkError where one has another form or names no system."""
    found = {}
    for text in given:
        name, equals, folder = text.partition("=")
        if name not in PEERS or not equals or not folder:
            raise BenchmarkError(f"--env {text}: expected NAME=FOLDER, where NAME is one of: {', '.join(PEERS)}")
        found[name] = Path(folder).expanduser()
    return found


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = argparse.ArgumentParser(
        prog="python -m eval.bench.peers", description="Measure Pincite beside other systems."
    )
    made.add_argument("--reader", type=Path, required=True, metavar="FOLDER", help="a reader's PyTorch weights")
    made.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS), metavar="NAME", help=", ".join(PEERS))
    made.add_argument("--mode", nargs="+", choices=MODES, default=list(MODES), help="default: both")
    made.add_argument("--questions", type=Path, metavar="FILE", help="gold questions (default: the samples')")
    made.add_argument("--documents", type=Path, nargs="+", default=[], metavar="PATH", help="what they are about")
    made.add_argument("--squad", type=Path, metavar="FILE", help="a file of SQuAD or MRQA, instead of these two")
    made.add_argument(
        "--articles", nargs="+", default=[], metavar="NAME", help="of that file: questions on these alone"
    )
    made.add_argument("--sample", type=int, metavar="N", help="ask N of the questions, drawn with a fixed seed")
    made.add_argument("--rounds", type=int, default=ROUNDS, help=f"turns of each system (default {ROUNDS})")
    made.add_argument("--env", nargs="+", default=[], metavar="NAME=FOLDER", help="a system's virtual environment")
    made.add_argument("--write", type=Path, metavar="FILE", help="a Markdown file to rewrite between its markers")
    return made


def trial_of(options: argparse.Namespace) -> Trial:
    """Questions and documents. Raises PinciteError where they are not as they should be."""
    if options.squad is not None:
        choice = squad_choice(options.squad, articles=options.articles, size=options.sample)
        return open_trial(options.questions, options.documents, choice)
    squad_choice(None, articles=options.articles)  # says that --articles needs a file
    trial = open_trial(options.questions, options.documents, None)
    if options.sample is None or options.sample >= len(trial.questions):
        return trial
    note = f"A sample of {options.sample:,} of {len(trial.questions):,} questions (seed {SEED})."
    drawn = sample(trial.questions, options.sample, SEED)
    return Trial(trial.mode, drawn, trial.documents, notes=(note,))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code: 0, 1 where a system's process ended early, 2 on an error."""
    made = parser()
    options = made.parse_args(arguments)
    for name in ("rounds", "sample"):
        value = getattr(options, name)
        if value is not None and value < 1:
            made.error(f"--{name} is {value}, expected at least 1")

    def compare() -> int:
        choice = Choice(
            {name: PEERS[name] for name in PEERS if name in options.only},
            environments_of(options.env),
            tuple(mode for mode in MODES if mode in options.mode),
            options.rounds,
            options.reader.expanduser(),
            options.write,
        )
        return 0 if run(choice, trial_of(options), Console()) else 1

    return done_or_told(compare)


if __name__ == "__main__":
    sys.exit(main())
